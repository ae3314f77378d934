#include "casework/plan.h"

#include "base/text.h"
#include "casework/case_type_reading.h"
#include "casework/personal.h"
#include "policy/yaml.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using policy::YamlMap, policy::YamlNode;
using reading::bad;
using From = PlanFigure::From;

// A field that adds up, or nothing.
const Field* summed(const CaseType& type, const std::string& name) {
  const Field* field = type.field(name);
  return field != nullptr && (field->kind == FieldKind::number || field->kind == FieldKind::money) ? field
                                                                                                     : nullptr;
}

const Computed* computed(const CaseType& type, const std::string& name) {
  const auto& all = type.declared.computed;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Computed& c) { return c.name == name; });
  return found == all.end() || found->type.kind != policy::ValueType::Kind::number ? nullptr : &*found;
}

class Reader {
 public:
  explicit Reader(const CaseTypes& types) : types_(types) {}

  PlanFigure figure(const YamlNode& node) const {
    YamlMap map(node, "figure");
    PlanFigure out;
    out.label = map.bilingual("label");
    out.where = node.where;
    if (map.find("cases") != nullptr) {
      out.from = From::cases;
      out.of = map.text("cases");
      out.states = map.texts("states");
      out.open = map.boolean_or("open", false);
      out.sum = map.text_or("sum");
      of_cases(out);
      if (out.open)
        for (const StateInfo& state : type(out.of, node.where).declared.states)
          if (!state.final) out.states.push_back(state.name);
    } else if (map.find("register") != nullptr) {
      out.from = From::entries;
      out.of = one_of(map.text("register"), {"asset", "right", "certificate"}, node.where);
      out.type = map.text("by");
      (void)type(out.type, node.where);
    } else if (map.find("publications") != nullptr) {
      out.from = From::publications;
      out.of = one_of(map.text("publications"), {"notice", "result", "policy", "experience", "village"},
                      node.where);
    } else if (map.find("statements") != nullptr) {
      out.from = From::statements;
      out.states = map.texts("statements");
      for (const std::string& state : out.states)
        one_of(state, {"drafted", "published", "objected", "confirmed", "posted", "paid"}, node.where);
      out.sum = map.text_or("sum");
      if (!out.sum.empty()) one_of(out.sum, {"amount"}, node.where);
    } else if (map.find("transfers") != nullptr) {
      out.from = From::transfers;
      out.of = map.text("transfers");
      (void)type(out.of, node.where);
    } else {
      out.from = From::readings;
      out.of = one_of(map.text("readings"), {"files", "rows", "series", "latest"}, node.where);
    }
    map.finish();
    return out;
  }

  const CaseType& type(const std::string& name, const Where& where) const {
    const auto found = types_.find(name);
    if (found == types_.end())
      bad(where, fmt::format("没有这种事项：{}", name), fmt::format("there is no kind of case \"{}\"", name));
    return *found->second;
  }

 private:
  void of_cases(const PlanFigure& figure) const {
    const CaseType& of = type(figure.of, figure.where);
    for (const std::string& state : figure.states)
      if (of.state(state) == nullptr)
        bad(figure.where, fmt::format("“{}”没有状态 {}", figure.of, state),
            fmt::format("\"{}\" has no state \"{}\"", figure.of, state));
    if (figure.sum.empty() || computed(of, figure.sum) != nullptr) return;
    const Field* field = summed(of, figure.sum);
    if (field == nullptr)
      bad(figure.where, fmt::format("“{}”没有可以合计的字段 {}", figure.of, figure.sum),
          fmt::format("\"{}\" has no number, amount or computed figure \"{}\"", figure.of, figure.sum));
    if (personal(*field))
      bad(figure.where, fmt::format("“{}”是个人信息，不能合计公布", figure.sum),
          fmt::format("\"{}\" is personal and cannot be shown as a figure", figure.sum));
  }

  static std::string one_of(const std::string& value, const std::vector<std::string>& allowed,
                            const Where& where) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      bad(where, fmt::format("应是 {} 之一，不是“{}”", fmt::join(allowed, "、"), value),
          fmt::format("must be one of {}, not \"{}\"", fmt::join(allowed, ", "), value));
    return value;
  }

  const CaseTypes& types_;
};

}  // namespace

Plan load_plan(const std::vector<std::string>& folders, const CaseTypes& types) {
  const Reader reader(types);
  Plan out;
  for (const std::string& folder : folders) {
    const std::string file = folder + "/plan.yaml";
    if (!std::filesystem::exists(file)) continue;
    out = {};
    const YamlNode root = policy::parse_yaml(read_file(file), file);
    YamlMap top(root, "plan.yaml");
    YamlMap plan(top.require("plan"), "plan");
    out.source = plan.source();
    out.tasks = plan.text_or("tasks");
    if (!out.tasks.empty()) (void)reader.type(out.tasks, plan.where());
    std::set<int> seen;
    for (const YamlNode& node : plan.require("articles").items) {
      YamlMap map(node, "article");
      PlanArticle article;
      article.number = map.integer("number");
      article.title = map.bilingual("title");
      article.text = map.bilingual("text");
      article.lead = map.texts("lead");
      article.verified = map.boolean_or("verified", true);
      if (const YamlNode* figures = map.find("figures"))
        for (const YamlNode& figure : figures->items) article.figures.push_back(reader.figure(figure));
      if (const YamlNode* missing = map.find("missing"))
        for (const YamlNode& one : missing->items) article.missing.push_back(policy::bilingual_of(one, "missing"));
      map.finish();
      if (!seen.insert(article.number).second)
        bad(node.where, "条目序号重复", "the number of an article stands twice");
      out.articles.push_back(std::move(article));
    }
    plan.finish();
    top.finish();
  }
  return out;
}

std::string unit_of(const PlanFigure& figure, const CaseTypes& types) {
  if (figure.from == From::transfers || (figure.from == From::statements && !figure.sum.empty())) return "CNY";
  if (figure.from != From::cases || figure.sum.empty()) return {};
  const CaseType& type = *types.at(figure.of);
  if (const Computed* c = computed(type, figure.sum)) return c->type.unit.symbol();
  const Field* field = summed(type, figure.sum);
  return field->kind == FieldKind::money ? "CNY" : field->unit.symbol();
}

}  // namespace tributary::casework
