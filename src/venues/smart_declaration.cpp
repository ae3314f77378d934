#include "venues/smart_declaration.h"

#include "base/json.h"
#include "exchange/smart_market.h"
#include "venues/declaration_reading.h"

#include <set>

namespace tributary::venues {
namespace {

using Json = nlohmann::ordered_json;
using policy::YamlNode;

// The market's part of the declaration has one reader, that of docs/smart-market.md.
Json json_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::scalar:
      return node.scalar;
    case YamlNode::Kind::sequence: {
      Json out = Json::array();
      for (const YamlNode& item : node.items) out.push_back(json_of(item));
      return out;
    }
    case YamlNode::Kind::map: {
      Json out = Json::object();
      for (const auto& [key, value] : node.entries) out[key.scalar] = json_of(value);
      return out;
    }
    case YamlNode::Kind::null:
      break;
  }
  return {};
}

[[noreturn]] void fail(const YamlNode& at, const char* zh, const char* en) {
  throw Error(codes::bad_value, {zh, en}, at.where);
}

const YamlNode* member(const YamlNode& node, std::string_view key) {
  for (const auto& [name, value] : node.entries)
    if (name.scalar == key) return &value;
  return nullptr;
}

// What a round says, or what carries over from one to the next, is not declared.
void require_plain(const YamlNode& links, const YamlNode& constraints) {
  for (const YamlNode& link : links.items) {
    const YamlNode* capacity = member(link, "capacity");
    if (capacity != nullptr && capacity->kind == YamlNode::Kind::map)
      fail(*capacity, "声明中的容量对各期相同；某一期的数值写在场次公告里",
           "a declared capacity is one for all periods; a round gives those of a single one");
    const YamlNode* balance = member(link, "balance");
    if (balance != nullptr && member(*balance, "calls") != nullptr)
      fail(*balance, "调出由两人办理，不在声明中", "call-outs are acts of two persons and not declared");
  }
  for (const YamlNode& constraint : constraints.items)
    if (member(constraint, "periods") != nullptr)
      fail(constraint, "声明的限制对各期都有效", "a declared limit holds in every period");
}

}  // namespace

SmartVenue read_smart_venue(const YamlNode& root, const policy::PackInfo& pack) {
  using std::pair, std::string_view;
  policy::YamlMap map(root, "venue");
  SmartVenue out;
  out.id = map.text("venue");
  out.title = map.bilingual("title");
  out.pack = pack.id;
  out.version = pack.version;
  one_of<int>(map, "kind", std::array<pair<string_view, int>, 1>{{{"smart_market", 0}}});
  out.instrument = map.text("instrument");
  out.step = map.integer("step");
  out.tick = decimal(map, "tick_yuan");
  {
    policy::YamlMap price(map.require("price_yuan"), "price_yuan");
    out.least_price = decimal_or_none(price, "least");
    out.most_price = decimal(price, "most");
    price.finish();
  }
  {
    policy::YamlMap most(map.require("most_bids"), "most_bids");
    out.most_standing = most.integer("standing");
    out.most_entries = most.integer("entries");
    most.finish();
  }
  out.amend = one_of<Amend>(
      map, "amend", std::array<pair<string_view, Amend>, 2>{{{"none", Amend::none}, {"free", Amend::free}}});

  Json market{{"step", std::to_string(out.step)},
              {"zones", Json::array()},
              {"links", Json::array()},
              {"constraints", Json::array()}};
  out.zones = map.texts("zones");
  for (const std::string& zone : out.zones) market["zones"].push_back(zone);
  const YamlNode none;
  const YamlNode* links = map.find("links");
  const YamlNode* constraints = map.find("constraints");
  require_plain(links != nullptr ? *links : none, constraints != nullptr ? *constraints : none);
  if (links != nullptr) market["links"] = json_of(*links);
  if (constraints != nullptr) market["constraints"] = json_of(*constraints);
  if (const YamlNode* mask = map.find("mask")) market["mask"] = json_of(*mask);
  out.market = market.dump();
  {
    policy::YamlMap accounts(map.require("accounts"), "accounts");
    out.rent = accounts.text("rent");
    out.loss = accounts.text("loss");
    out.operator_account = accounts.text("operator");
    accounts.finish();
  }
  out.announcement_days = map.integer("announcement_days");
  out.qualification_days = map.integer("qualification_days");
  if (const YamlNode* node = map.find("approval")) {
    policy::YamlMap approval(*node, "approval");
    out.approval_days = approval.integer("days");
    approval.finish();
  }
  if (const YamlNode* node = map.find("fees"))
    for (const YamlNode& item : node->items) out.fees.push_back(read_fee(item));
  out.certificate = map.text_or("certificate");
  if (const YamlNode* node = map.find("disclose")) {
    policy::YamlMap disclose(*node, "disclose");
    out.admitted_public = disclose.boolean_or("admitted", false);
    out.results = one_of<Disclosure>(
        disclose, "results",
        std::array<pair<string_view, Disclosure>, 3>{
            {{"own", Disclosure::own}, {"anonymous", Disclosure::anonymous}, {"names", Disclosure::names}}});
    disclose.finish();
  }
  out.source = map.source();
  out.verified = map.boolean_or("verified", false);
  map.finish();

  require(out.step > 0, root, "step", "步长须为正整数", "the step is a positive whole number");
  require(0 < out.most_standing && out.most_standing <= out.most_entries && out.most_entries <= 10'000, root,
          "most_bids", "有效申报数须为正数，不多于总申报数；总申报数不超过 10000",
          "bids that stand are positive and no more than those entered, which are at most 10000");
  require(out.tick.sign() > 0, root, "tick_yuan", "最小变动价位须为正数", "the tick is positive");
  require(!out.least_price || out.least_price->sign() >= 0, root, "price_yuan", "价格不得为负",
          "prices are not negative");
  require(!out.least_price || !out.most_price || *out.least_price <= *out.most_price, root, "price_yuan",
          "最低价不得高于最高价", "the least price is not above the most");
  require(out.qualification_days >= 0 && out.announcement_days >= out.qualification_days, root,
          "qualification_days", "资格审查期须在公告期之内", "qualification lies within the announcement");
  require(!out.approval_days || *out.approval_days > 0, root, "approval", "审批期限须为正数",
          "the term of approval is positive");
  require(out.rent != out.loss && out.rent != out.operator_account && out.loss != out.operator_account, root,
          "accounts", "三个账户须各不相同", "the three accounts differ from one another");
  for (const VenueFee& fee : out.fees)
    require(
        fee.rule.rate.sign() >= 0 && fee.rule.rate < Decimal(1) && fee.rule.least >= 0 && fee.rule.most >= 0,
        root, "fees", "费率须不小于 0 且小于 1", "a rate is at least 0 and below 1");

  // Played once without orders: what the clearing refuses is no market.
  market["bids"] = market["asks"] = Json::array();
  const auto read = exchange::smart_market::read_market(market.dump(), root.where.file);
  for (const auto& link : read.links)
    require(
        !link.balance || (link.balance->lo <= link.balance->start && link.balance->start <= link.balance->hi),
        root, "links", "起始余额须在上下限之间", "a balance starts between its limits");
  for (const auto& constraint : read.constraints)
    require((!constraint.min || *constraint.min <= constraint.base) &&
                (!constraint.max || constraint.base <= *constraint.max),
            root, "constraints", "没有交易时各项限制须得到满足", "without any trade every limit is kept");
  std::set<std::string> uses;
  for (const auto& [sold, used] : read.mask) {
    out.sold_for.push_back(sold);
    uses.insert(used.begin(), used.end());
  }
  out.used_for.assign(uses.begin(), uses.end());
  return out;
}

std::vector<SmartVenue> load_smart_venues(const policy::Policy& policy) {
  return load_declared(policy, read_smart_venue, "smart_market");
}

SmartVenue smart_venue_of(const std::vector<SmartVenue>& venues, const std::string& id) {
  return declared(venues, id);
}

}  // namespace tributary::venues
