// For tests: a small rule as text that can be broken in one place, and packs in a folder of their own.
#pragma once

#include "base/text.h"
#include "policy/pack.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tributary::policy {

// Every kind of declaration there is; 48 lines, numbered by the tests that break one of them.
inline const std::string sample_rule = R"YAML(rule: sample
title: {zh: 样例, en: sample}
source: {document: doc}
in_force: {from: 2020-01-01, to: 2021-01-01}
known: 2019-12-01
claims: sample-case
per: section × month
indices:
  factor: [a, b]
inputs:
  C[factor]: {unit: mg/L, from: mean}
  flow: {unit: m3, from: given}
parameters:
  price:
    unit: CNY
    values:
      - {in_force: 2020-01-01, value: "10.5", source: {document: doc}}
      - {in_force: 2020-06-01, value: "12", source: {document: doc}}
  weight[factor]:
    unit: "1"
    values:
      - {in_force: 2020-01-01, value: {a: "0.4", b: "0.6"}, source: {document: doc}}
  tariff:
    unit: CNY
    over: "1"
    bounds: upper_inclusive
    values:
      - {in_force: 2020-01-01, tiers: [{above: "0", value: "1"}, {above: "1", value: "2"}], source: {document: doc}}
  K:
    unit: "1"
    by: place
    values:
      - {in_force: 2020-01-01, value: {"s:1": "20"}, source: {document: doc}}
formulas:
  x[factor]:
    unit: mg/L
    is: C * weight
  due:
    unit: CNY
    is: "price * K * sum(factor: x) / 1 {mg/L} + tier(tariff, 1)"
assessed_when: {is: present(flow), otherwise: {zh: 无, en: none}}
pays:
  - title: {zh: 款, en: due}
    when: due > 0
    from: up
    to: down
    amount: due
    round: {places: 2, mode: half_up}
)YAML";

// `text` with the first `what` replaced; a test that no longer finds what it breaks must say so.
inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("the text no longer holds: " + what);
  return text.replace(at, what.size(), by);
}

inline Rule read_sample(const std::string& text) {
  return read_rule(parse_yaml(text, "sample.yaml"), {"p", 0, false});
}

inline std::shared_ptr<const CompiledRule> compile_sample(const std::string& text) {
  return compile(read_sample(text),
                 [](const std::string&, const std::string&) { return std::optional<LimitTable>(); });
}

class TemporaryPacks {
 public:
  TemporaryPacks() {
    std::string pattern = (std::filesystem::temp_directory_path() / "packs-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = pattern;
  }
  ~TemporaryPacks() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TemporaryPacks(const TemporaryPacks&) = delete;
  TemporaryPacks& operator=(const TemporaryPacks&) = delete;

  const std::string& root() const { return root_; }
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + path).parent_path());
    write_file(root_ + "/" + path, text);
  }
  void pack(const std::string& id, const std::string& extends = {}, bool example = false) {
    write(id + "/pack.yaml", "pack: " + id + "\ntitle: {zh: 包, en: pack}\nversion: \"1\"\n" +
                                 (extends.empty() ? "" : "extends: " + extends + "\n") +
                                 (example ? "example: true\n" : ""));
  }
  Policy load(const std::string& id) const { return Policy::load(root_, id); }

 private:
  std::string root_;
};

}  // namespace tributary::policy
