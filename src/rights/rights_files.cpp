#include "rights/rights_files.h"

#include "base/text.h"
#include "policy/catalog.h"
#include "policy/standard_files.h"
#include "policy/yaml.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::rights {
namespace {

using policy::YamlMap;
using policy::YamlNode;

[[noreturn]] void bad(const YamlNode& node, const char* field, const Text& expected) {
  Where where = node.where;
  where.field = field;
  throw Error(codes::bad_value,
              {fmt::format("{}：“{}”不对", field, node.scalar),
               fmt::format("{}: \"{}\" is not understood", field, node.scalar)},
              where, expected);
}

Month month_at(const YamlNode& node, const char* field) {
  try {
    return Month::parse(policy::scalar_of(node, field));
  } catch (const Error& e) {
    throw e.at(node.where);
  }
}

InstrumentKind kind_of(const YamlNode& node) {
  for (const InstrumentKind kind : {InstrumentKind::flow, InstrumentKind::stock})
    if (policy::scalar_of(node, "kind") == to_string(kind)) return kind;
  bad(node, "kind", {"可用：flow、stock", "one of: flow, stock"});
}

std::string source_of(const policy::Source& s) {
  std::string out = s.document;
  for (const std::string& part : {s.number, s.article, s.note})
    if (!part.empty()) out += " · " + part;
  return out;
}

PackInstrument read_instrument(const YamlNode& node) {
  YamlMap map(node, "instruments");
  PackInstrument out;
  out.is.code = map.text("instrument");
  out.is.kind = kind_of(map.require("kind"));
  const bool flow = out.is.kind == InstrumentKind::flow;
  out.is.name = map.bilingual("title");
  out.is.measure = map.text("measure");
  out.is.subject = map.text("subject");
  out.is.zone = map.text_or("zone");
  out.is.capped = map.boolean_or("capped", false) || flow;
  out.is.locks_for_day = map.boolean_or("locks_for_day", false);
  out.view_only = map.boolean_or("view_only", false);
  const YamlNode& valid_node = map.require("valid");
  YamlMap valid(valid_node, "valid");
  out.is.period_from = flow ? month_at(valid.require("from"), "from").index : valid.integer("from");
  out.is.period_to = flow ? month_at(valid.require("to"), "to").index : valid.integer("to");
  valid.finish();
  if (out.is.period_from >= out.is.period_to)
    throw Error(codes::bad_value, {"有效范围为空：止须晚于起", "the validity is empty: the end must be later"},
                valid_node.where);
  out.source = source_of(map.source());
  out.verified = map.boolean_or("verified", false);
  out.note = map.bilingual_or_none("note");
  out.certificate = map.text_or("certificate");
  if (const YamlNode* lease_node = map.find("lease")) {
    YamlMap lease(*lease_node, "lease");
    out.longest_lease = lease.integer("longest");
    if (!flow || out.longest_lease < 1)
      bad(lease.require("longest"), "longest", {"租赁以整月计，只用于按期间的品种", "whole months, of a flow right only"});
    out.lease_source = source_of(lease.source());
    if (!lease.boolean_or("verified", false)) out.lease_source += "（未核实）";
    lease.finish();
  }
  map.finish();
  return out;
}

void read_disclosure(const YamlNode& node, RightsData& out) {
  YamlMap map(node, "public");
  Disclosure one;
  for (const std::string& field : map.texts("fields")) {
    bool* const shown = field == "holder" ? &one.holder : field == "quantity" ? &one.quantity
                        : field == "validity"                                 ? &one.validity
                                                                              : nullptr;
    if (shown == nullptr)
      bad(map.require("fields"), "fields", {"可用：holder、quantity、validity", "one of: holder, quantity, validity"});
    *shown = true;
  }
  one.source = source_of(map.source());
  one.verified = map.boolean_or("verified", false);
  for (const std::string& instrument : map.texts("instruments")) out.disclosures.insert_or_assign(instrument, one);
  map.finish();
}

Article read_article(const YamlNode& node) {
  YamlMap map(node, "refusals");
  Article one;
  one.refusal = map.text("refusal");
  if (std::ranges::none_of(codes::all, [&](const Code& code) { return code.name == one.refusal; }))
    bad(map.require("refusal"), "refusal", {"没有这个退回代码", "there is no such outcome code"});
  one.instruments = map.texts("instruments");
  one.source = source_of(map.source());
  one.verified = map.boolean_or("verified", false);
  map.finish();
  return one;
}

SellerTag read_tag(const YamlNode& node) {
  YamlMap map(node, "tags");
  SellerTag one;
  one.tag = map.text("tag");
  one.title = map.bilingual("title");
  one.parties = map.texts("parties");
  one.projects = map.texts("projects");
  one.source = source_of(map.source());
  one.verified = map.boolean_or("verified", false);
  map.finish();
  return one;
}

CarryOver read_carry_over(const YamlNode& node) {
  YamlMap map(node, "carry_over");
  CarryOver one;
  one.instrument = map.text("instrument");
  one.rule = map.text("rule");
  one.figure = map.text("figure");
  const YamlNode& day = map.require("on");
  try {
    one.on = parse_date(policy::scalar_of(day, "on"));
  } catch (const Error& e) {
    bad(day, "on", e.message());
  }
  YamlMap vintages(map.require("vintages"), "vintages");
  one.vintage_from = vintages.integer("from");
  one.vintage_to = vintages.integer("to");
  vintages.finish();
  one.into = map.integer("into");
  if (one.vintage_from >= one.vintage_to || one.into < one.vintage_to)
    bad(map.require("into"), "into", {"vintages 的止须晚于起（不含），into 不早于止", "vintages end after they begin (half-open), and into is not before their end"});
  map.finish();
  return one;
}

CoolingOff read_cooling_off(const YamlNode& node) {
  YamlMap map(node, "cooling_off");
  CoolingOff out;
  const auto days = [&](const char* name) {
    const auto n = map.integer(name);
    if (n < 0 || n > 60) bad(map.require(name), name, {"应为 0 到 60 个工作日", "0 to 60 working days"});
    return static_cast<int>(n);
  };
  out.transfer = days("transfer");
  out.trust = days("trust");
  out.source = source_of(map.source());
  out.verified = map.boolean_or("verified", false);
  map.finish();
  return out;
}

PackAccount read_account(const YamlNode& node) {
  YamlMap map(node, "accounts");
  PackAccount out;
  out.where = node.where;
  out.is.code = map.text("account");
  out.is.owner = map.text("owner");
  const YamlNode& type = map.require("type");
  const auto parsed = parse_account_type(policy::scalar_of(type, "type"));
  if (!parsed)
    bad(type, "type",
        {"可用：issue、reserve、holding、trading、clearing、compliance、retire、cancel、loss、buffer、dispute、fee",
         "one of: issue, reserve, holding, trading, clearing, compliance, retire, cancel, loss, buffer, dispute, "
         "fee"});
  out.is.type = *parsed;
  out.permit = map.text_or("permit");
  if (const YamlNode* to = map.find("permit_to")) out.permit_to = month_at(*to, "permit_to");
  map.finish();
  return out;
}

template <class Map, class Value>
void put_new(Map& map, const std::string& code, Value value, const YamlNode& node) {
  if (!map.emplace(code, std::move(value)).second)
    throw Error(codes::bad_value,
                {fmt::format("“{}”写了两次", code), fmt::format("\"{}\" is there twice", code)}, node.where);
}

}  // namespace

void RightsData::append(RightsData more) {
  for (auto& [code, one] : more.instruments) instruments.insert_or_assign(code, std::move(one));
  for (auto& [code, one] : more.accounts) accounts.insert_or_assign(code, std::move(one));
  for (auto& [code, one] : more.disclosures) disclosures.insert_or_assign(code, std::move(one));
  for (auto& [tag, one] : more.tags) tags.insert_or_assign(tag, std::move(one));
  if (!more.cooling_off.source.empty()) cooling_off = std::move(more.cooling_off);
  carry_overs.insert(carry_overs.begin(), more.carry_overs.begin(), more.carry_overs.end());
  articles.insert(articles.begin(), std::make_move_iterator(more.articles.begin()),
                  std::make_move_iterator(more.articles.end()));
}

void RightsData::complete(Proposal& p, const Rights& rights) const {
  // What the nation's registry holds comes back here when its copy was wrong; what it refers to says of which instrument.
  p.copied = p.kind == TransactionKind::reverse && !p.refers.empty() &&
             copied().contains(rights.transaction(p.refers).instrument);
  complete(p);
}

void RightsData::complete(Proposal& p) const {
  const auto found = instruments.find(p.instrument);
  const PackInstrument none;
  const PackInstrument& is = found == instruments.end() ? none : found->second;
  if (p.kind == TransactionKind::lease && p.max_months == 0) {
    if (is.longest_lease == 0)
      throw Error(codes::not_provided,
                  {fmt::format("规则没有写明 {} 最长可以租多久，不能出租", p.instrument),
                   fmt::format("no rule says how long {} may be leased, so it cannot be", p.instrument)},
                  {{}, 0, 0, "kind"}, {"请由主管部门写入政策包，并注明文件。", "The authority has to enter it in the pack, with its source."});
    p.max_months = is.longest_lease;
  }
  const bool certified = p.kind == TransactionKind::transfer || p.kind == TransactionKind::lease ||
                         p.kind == TransactionKind::allocate;
  if (certified && p.certificate.empty()) p.certificate = is.certificate;
}

const Article* RightsData::article(const Code& refusal, std::string_view instrument) const {
  if (refusal.module != codes::bad_month.module) return nullptr;
  const Article* general = nullptr;
  for (const Article& one : articles) {
    if (one.refusal != refusal.name) continue;
    if (std::ranges::count(one.instruments, instrument) > 0) return &one;
    if (one.instruments.empty() && general == nullptr) general = &one;
  }
  return general;
}

std::set<std::string> RightsData::copied() const {
  std::set<std::string> out;
  for (const auto& [code, one] : instruments)
    if (one.view_only) out.insert(code);
  return out;
}

void RightsData::check(const Proposal& p) const {
  // What keeps the copy equal to the statement of the registry that holds title: what came in, and what left for good.
  static constexpr std::array copying{TransactionKind::issue,  TransactionKind::surrender, TransactionKind::retire,
                                      TransactionKind::cancel, TransactionKind::expire,    TransactionKind::reverse};
  const auto looked_at = [&](const std::string& code) {
    const auto at = instruments.find(code);
    return at != instruments.end() && at->second.view_only ? at : instruments.end();
  };
  auto found = looked_at(p.instrument);
  if (found == instruments.end()) found = looked_at(p.into);  // nor does a conversion make any of it
  if (found == instruments.end()) {
    // Where title is held here, the day is that on which it is approved here.
    if (p.surrendered_on)
      throw Error(codes::bad_value,
                  {"只有在全国登记系统登记的权利另写清缴日；这里登记的以核准日为准", "only what the national registry holds has a day of its own; of what is held here it is the day of approval"},
                  {{}, 0, 0, "surrendered_on"}, {"去掉清缴日", "leave the day out"});
    return;
  }
  // The statement says of which vintage and for which year; compliance counts it by both.
  if (p.kind == TransactionKind::surrender) {
    const auto digits = std::ranges::find_if_not(p.claim, [](char c) { return c >= '0' && c <= '9'; }) - p.claim.begin();
    if (digits != 4 || (p.claim.size() > 4 && (p.claim[4] == '-' || p.claim[4] == '.')))  // as compliance reads it
      throw Error(codes::bad_value,
                  {fmt::format("用途“{}”须以清缴年度开头，例如“2025年度清缴”", p.claim),
                   fmt::format("the claim \"{}\" must begin with the year of the obligation, such as \"2025 surrender\"", p.claim)},
                  {{}, 0, 0, "claim"});
    // By the day there compliance is judged, not by the day on which the copy was approved.
    if (!p.surrendered_on)
      throw Error(codes::bad_value, {"没有写明全国系统里的清缴日", "the day of the surrender in the national system is missing"},
                  {{}, 0, 0, "surrendered_on"}, {"例如 2026-12-30，照全国系统的凭证填", "for example 2026-12-30, as the receipt there says"});
    if (!p.vintage)
      throw Error(codes::bad_value, {"清缴须写明对账单上的年份", "a surrender names the vintage of the statement"},
                  {{}, 0, 0, "vintage"});
  }
  if (std::ranges::count(copying, p.kind) > 0) return;
  throw Error(codes::view_only,
              {fmt::format("{}在全国登记系统登记，这里只照对账单录入、清缴、注销和失效，不能划转", found->second.is.name.zh),
               fmt::format("{}: title is held by the national registry; here its statement is copied: issued, surrendered, retired, cancelled, lapsed; nothing moves",
                           found->second.is.name.en)},
              {{}, 0, 0, "instrument"},
              {"请到全国登记系统办理。依据：" + found->second.source,
               "Use the national registry. Source: " + found->second.source});
}

RightsData read_rights_folder(const std::string& path) {
  RightsData out;
  for (const std::string& file : policy::files_in(path, ".yaml")) {
    const YamlNode root = policy::parse_yaml(read_file(file), file);
    YamlMap map(root, "rights");
    for (const YamlNode* node : policy::list_of(map, "instruments")) {
      PackInstrument one = read_instrument(*node);
      const std::string code = one.is.code;
      put_new(out.instruments, code, std::move(one), *node);
    }
    for (const YamlNode* node : policy::list_of(map, "accounts")) {
      PackAccount one = read_account(*node);
      const std::string code = one.is.code;
      put_new(out.accounts, code, std::move(one), *node);
    }
    for (const YamlNode* node : policy::list_of(map, "public")) read_disclosure(*node, out);
    if (const YamlNode* node = map.find("cooling_off")) out.cooling_off = read_cooling_off(*node);
    for (const YamlNode* node : policy::list_of(map, "carry_over")) out.carry_overs.push_back(read_carry_over(*node));
    for (const YamlNode* node : policy::list_of(map, "refusals")) out.articles.push_back(read_article(*node));
    for (const YamlNode* node : policy::list_of(map, "tags")) {
      SellerTag one = read_tag(*node);
      const std::string tag = one.tag;
      put_new(out.tags, tag, std::move(one), *node);
    }
    map.finish();
  }
  return out;
}

RightsData read_rights_of(const std::vector<std::string>& packs) {
  RightsData out;
  for (const std::string& pack : packs) out.append(read_rights_folder(pack + "/rights"));
  return out;
}

std::size_t apply(Rights& rights, const RightsData& data, const Act& act) {
  std::map<std::string, Instrument> have;
  for (auto& is : rights.instruments()) have.emplace(is.code, is);
  std::map<std::string, RightAccount> accounts;
  for (auto& account : rights.accounts()) accounts.emplace(account.code, account);
  std::size_t added = 0;
  for (const auto& [code, one] : data.instruments) {
    added += !have.contains(code);
    rights.define(one.is, act);
  }
  std::vector<NewRightAccount> wanted;
  for (const auto& [code, one] : data.accounts) wanted.push_back(one.is);
  rights.open(wanted, act);
  for (const auto& [code, one] : data.accounts) {
    const auto found = accounts.find(code);
    if (found != accounts.end()) continue;  // later permits are entered, not taken from a pack again
    ++added;
    if (!one.permit.empty()) rights.set_permit(code, one.permit, one.permit_to, act);
  }
  return added;
}

}  // namespace tributary::rights
