// The registry as the authority keeps it: caps and how full they are, standing orders, certificates, changes that wait,
// and the chain by which a right came about.
#include "api/rights_desk.h"

#include "ledger/ledger.h"
#include "rights/purchases.h"
#include "rights/titles.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::AccountType;
using rights::InstrumentKind;
using rights::Month;
using rights::Rights;
using rights::Term;
using schema::boolean, schema::both, schema::instant, schema::integer, schema::line, schema::list, schema::named, schema::nullable,
    schema::object, schema::text;

Page list_caps(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, is] : desk.instruments()) {
    if (is.kind == InstrumentKind::money) continue;
    if (call.has("instrument") && call.text("instrument") != code) continue;
    std::vector<Rights::Use> runs;  // months with equal figures side by side are one
    for (const Rights::Use& one : desk.book.use_of_cap(code)) {
      if (is.kind == InstrumentKind::flow && !runs.empty()) {
        Rights::Use& last = runs.back();
        if (last.cap.period + last.cap.count == one.cap.period && last.cap.amount == one.cap.amount &&
            last.issued == one.issued) {
          last.cap.count += one.cap.count;
          continue;
        }
      }
      runs.push_back(one);
    }
    for (const Rights::Use& run : runs)
      all.push_back({{"instrument", desk.instrument_json(code)},
                     {"measure", is.measure},
                     {"from", desk.period(code, run.cap.period)},
                     {"to", desk.period(code, run.cap.period + run.cap.count)},
                     {"project", run.cap.project},
                     {"cap", run.cap.amount},
                     {"issued", run.issued}});
  }
  return page_of(std::move(all), page);
}

// Bought in a year, and how much of it from sellers of a kind.
Page list_purchases(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  const auto& tags = desk.packs().tags;
  const int year = static_cast<int>(call.whole("year").value_or(year_of(call.clock().today())));
  std::vector<Json> all;
  for (const rights::Purchases& one : rights::purchases(desk.book, tags, year, desk.packs().copied())) {
    const rights::SellerTag& tag = tags.at(one.tag);
    all.push_back({{"tag", tag.tag},
                   {"tag_title", json_of(tag.title)},
                   {"source", tag.source},
                   {"verified", tag.verified},
                   {"year", std::to_string(year)},
                   {"instrument", desk.instrument_json(one.instrument)},
                   {"measure", desk.instruments().at(one.instrument).measure},
                   {"buyer", desk.party(one.buyer)},
                   {"quantity", one.quantity},
                   {"tagged", one.tagged},
                   {"per_mille", one.quantity > 0 && one.tagged >= 0 && one.tagged <= one.quantity ? Json(static_cast<std::int64_t>(__int128{one.tagged} * 1000 / one.quantity)) : Json(nullptr)}});
  }
  return page_of(std::move(all), page);
}

// What there is in one month, or of one vintage.
struct Filled {
  std::int64_t cap = 0, issued = 0, reserve = 0, held = 0, gone = 0;
};

// Of each year its fullest month: the law caps each month, so a mean over the year would hide that one is full.
Page list_utilisation(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::map<std::pair<std::string, int>, Filled> at;  // by instrument and period
  for (const auto& [code, is] : desk.instruments())
    if (is.kind != InstrumentKind::money)
      for (const Rights::Use& use : desk.book.use_of_cap(code)) {
        Filled& f = at[{code, use.cap.period}];
        f.cap += use.cap.amount;
        f.issued += use.issued;
      }
  for (const rights::Holding& h : desk.holdings({})) {
    const AccountType type = desk.accounts().at(h.account).type;
    for (int i = 0; i < h.part.count; ++i) {
      Filled& f = at[{h.instrument, h.part.period + i}];
      (type == AccountType::reserve ? f.reserve : rights::is_sink(type) ? f.gone : f.held) += h.part.amount;
    }
  }
  struct Year {
    Filled is;
    int period = 0;
  };
  std::map<std::pair<std::string, int>, Year> years;
  for (const auto& [key, f] : at) {
    const auto& [code, period] = key;
    const bool flow = desk.instruments().at(code).kind == InstrumentKind::flow;
    const auto [found, fresh] = years.try_emplace({code, flow ? period / 12 : period}, Year{f, period});
    // issued/cap as fractions, exactly; without a cap what is issued counts as over it.
    const Filled& best = found->second.is;
    if (!fresh && __int128{f.issued} * std::max<std::int64_t>(best.cap, 0) >
                      __int128{best.issued} * std::max<std::int64_t>(f.cap, 0))
      found->second = {f, period};
  }
  std::vector<Json> all;
  for (const auto& [key, year] : years) {
    const auto& is = desk.instruments().at(key.first);
    const Filled& f = year.is;
    const bool flow = is.kind == InstrumentKind::flow;
    all.push_back({{"instrument", desk.instrument_json(is.code)},
                   {"zone", is.zone},
                   {"measure", is.measure},
                   {"year", std::to_string(key.second)},
                   {"month", flow ? Json(to_string(Month{year.period})) : Json(nullptr)},
                   {"cap", f.cap},
                   {"issued", f.issued},
                   {"reserve", f.reserve},
                   {"held", f.held},
                   {"gone", f.gone},
                   {"left", std::max<std::int64_t>(0, f.cap - f.issued)},
                   {"per_mille", f.cap > 0 ? Json(static_cast<std::int64_t>(__int128{f.issued} * 1000 / f.cap)) : Json(nullptr)}});
  }
  return page_of(std::move(all), page);
}

Page list_freezes(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const rights::FreezeOrder& order : desk.book.freezes(call.has("account") ? desk.account(call.text("account")).code : "")) {
    const auto& account = desk.accounts().at(order.account);
    if (!desk.sees(account)) continue;
    all.push_back({{"key", order.key},
                   {"account", order.account},
                   {"owner", desk.party(account.owner)},
                   {"instrument", desk.instrument_json(order.instrument)},
                   {"measure", desk.measure(order.instrument)},
                   {"quantity", order.quantity},
                   {"from", order.term ? to_string(order.term->from) : ""},
                   {"to", order.term ? to_string(order.term->to) : ""},
                   {"rank", order.rank},
                   {"authority", order.authority}});
  }
  return page_of(std::move(all), page);
}

Page list_certificates(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const rights::Certificate& one :
       desk.book.certificates_of(call.has("account") ? desk.account(call.text("account")).code : "")) {
    const auto account = desk.accounts().find(one.account);
    if (account != desk.accounts().end() && desk.sees(account->second)) all.push_back(desk.certificate_json(one));
  }
  return page_of(std::move(all), page);
}

Page list_changes(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const rights::SetupChange& one : desk.setups.all(call.query.value("waiting", false))) {
    const bool trusting = one.is.kind == rights::SetupKind::trust || one.is.kind == rights::SetupKind::distrust;
    if (!desk.sees_all() && !(trusting && desk.sees(one.is.account))) continue;
    if (call.has("account") && one.is.account != call.text("account")) continue;
    all.push_back(desk.json(one));
  }
  return page_of(std::move(all), page);
}

// The transfers of the ledger that a transaction caused: one for each month or vintage.
Json transfers_of(Call& call, const std::string& key) {
  const ledger::Ledger ledger(call.database(), call.tenant(), call.clock());
  std::int64_t first = 0, last = 0, count = 0, from = 0;
  do {
    const auto page = ledger.journal({.cause = ledger::Cause{"right", key}}, from, 1000);
    for (const auto& transfer : page.transfers) {
      ++count;
      first = first == 0 ? transfer.number : std::min(first, transfer.number);
      last = std::max(last, transfer.number);
    }
    from = page.next;
  } while (from != 0);
  return {{"first", first}, {"last", last}, {"count", count}};
}

// One right's chain from the cap to today: each step with its two persons, its reason (the document), the entries of
// the journal, the transfers of the ledger.
Answer chain(Call& call) {
  const RightsDesk desk(call);
  const auto& account = desk.account(call.text("account"));
  const std::string code = call.text("instrument");
  const auto is = desk.instruments().find(code);
  if (is == desk.instruments().end() || is->second.kind == InstrumentKind::money)
    throw not_found({"这个品种", "such instrument"});
  std::optional<Term> term;
  if (call.has("month")) {
    const Month month = Month::parse(call.text("month"));
    term = Term{month, Month{month.index + 1}};
  }
  Json caps = Json::array();
  for (const auto& entry : desk.book.caps_set(code)) {
    const Json content = Json::parse(entry.content);
    Json parts = Json::array();
    for (const Json& part : content.at("caps"))
      parts.push_back({{"from", desk.period(code, part.at(0).get<int>())},
                       {"to", desk.period(code, part.at(0).get<int>() + part.at(1).get<int>())},
                       {"project", part.at(2).get<std::string>()},
                       {"amount", part.at(3).get<std::int64_t>()}});
    caps.push_back({{"number", entry.number},
                    {"at", to_rfc3339(entry.at)},
                    {"actor", entry.act.actor},
                    {"approver", entry.act.approver},
                    {"reason", entry.act.reason},
                    {"rule", entry.act.rule},
                    {"hash", entry.hash},
                    {"parts", parts}});
  }
  Json steps = Json::array();
  for (const rights::Transaction& x : desk.book.chain(account.code, code, term)) {
    Json step = desk.with_history(x);
    step["transfers"] = transfers_of(call, x.key);
    steps.push_back(std::move(step));
  }
  const auto pack = desk.packs().instruments.find(code);
  const rights::Article* cap_article = desk.packs().article(rights::codes::over_cap, code);
  return Json{{"account", desk.account_json(account)},
              {"instrument", desk.instrument_json(code)},
              {"measure", is->second.measure},
              {"source", pack == desk.packs().instruments.end() ? std::string() : pack->second.source},
              {"verified", pack != desk.packs().instruments.end() && pack->second.verified},
              {"cap_source", cap_article == nullptr ? std::string() : cap_article->source},
              {"caps", caps},
              {"steps", steps}};
}

void add_chain(RouteTable& table) {
  Json step = right_detail_schema();
  step["properties"]["transfers"] = object({{"first", integer()}, {"last", integer()}, {"count", integer()}});
  step["required"].push_back("transfers");
  table.add({.path = "/api/v1/rights/chain",
             .name = "right_chain",
             .tag = "rights",
             .summary = {"一个账户的一种权利从总量到今天的来历", "how what an account has of an instrument came about, from the cap to today"},
             .access = Access::whole(Permission::rights_read),
             .query = {{"account", line(40), {"登记账户", "account"}, true},
                       {"instrument", line(30), {"品种", "instrument"}, true},
                       {"month", line(7), {"只看涉及该月的", "only what touches the month"}}},
             .answer = object({{"account", right_account_schema()},
                               {"instrument", named("Named")},
                               {"measure", text()},
                               {"source", text()},
                               {"verified", boolean()},
                               {"cap_source", text()},
                               {"caps", list(object({{"number", integer(1)},
                                                     {"at", instant()},
                                                     {"actor", text()},
                                                     {"approver", text()},
                                                     {"reason", text()},
                                                     {"rule", text()},
                                                     {"hash", text()},
                                                     {"parts", right_parts_schema()}}))},
                               {"steps", list(step)}}),
             .handler = chain});
}

}  // namespace

void add_rights_registry_routes(RouteTable& table) {
  const Access reads = Access::to(Permission::rights_read);
  table.add({.path = "/api/v1/rights/caps",
             .name = "right_caps",
             .tag = "rights",
             .summary = {"总量与已发行，按品种和期间", "caps and what was issued, by instrument and period"},
             .access = reads,
             .query = {{"instrument", line(30), {"品种", "instrument"}}},
             .answer = object({{"instrument", named("Named")},
                               {"measure", text()},
                               {"from", text()},
                               {"to", text()},
                               {"project", text()},
                               {"cap", integer()},
                               {"issued", integer()}}),
             .pager = list_caps});
  table.add({.path = "/api/v1/rights/utilisation",
             .name = "right_utilisation",
             .tag = "rights",
             .summary = {"总量与使用，按品种、范围和年度（按月的取最紧的那个月）",
                         "caps and how full they are, by instrument, zone and year (of months the fullest)"},
             .access = Access::whole(Permission::rights_read),
             .answer = object({{"instrument", named("Named")},
                               {"zone", text()},
                               {"measure", text()},
                               {"year", text()},
                               {"month", nullable(text())},
                               {"cap", integer()},
                               {"issued", integer()},
                               {"reserve", integer()},
                               {"held", integer()},
                               {"gone", integer()},
                               {"left", integer()},
                               {"per_mille", nullable(integer())}}),
             .sorts = {"year", "zone", "per_mille"},
             .pager = list_utilisation});
  table.add({.path = "/api/v1/rights/purchases",
             .name = "right_purchases",
             .tag = "rights",
             .summary = {"一年里买入的，其中向优先购买的卖方（如革命老区）买入的：只作统计，不是条件",
                         "what was bought in a year and how much of it from preferred sellers, such as old revolutionary areas: a report, no condition"},
             .access = Access::whole(Permission::rights_read),
             .query = {{"year", integer(2000, 2200), {"年度，缺省今年", "year; this one unless given"}}},
             .answer = object({{"tag", text()},
                               {"tag_title", both()},
                               {"source", text()},
                               {"verified", boolean()},
                               {"year", text()},
                               {"instrument", named("Named")},
                               {"measure", text()},
                               {"buyer", named("Named")},
                               {"quantity", integer()},
                               {"tagged", integer()},
                               {"per_mille", nullable(integer())}}),
             .sorts = {"tag", "per_mille"},
             .pager = list_purchases});
  table.add({.path = "/api/v1/rights/freezes",
             .name = "right_freezes",
             .tag = "rights",
             .summary = {"未解除的冻结令", "standing orders to freeze"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}}},
             .answer = object({{"key", text()},
                               {"account", text()},
                               {"owner", named("Named")},
                               {"instrument", named("Named")},
                               {"measure", text()},
                               {"quantity", integer()},
                               {"from", text()},
                               {"to", text()},
                               {"rank", integer()},
                               {"authority", text()}}),
             .pager = list_freezes});
  table.add({.path = "/api/v1/rights/certificates",
             .name = "right_certificates",
             .tag = "rights",
             .summary = {"权利证书，新的在前", "certificates, newest first"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}}},
             .answer = right_certificate_schema(),
             .pager = list_certificates});
  table.add({.path = "/api/v1/rights/changes",
             .name = "right_changes",
             .tag = "rights",
             .summary = {"设立变更：总量控制数、许可证、账户、节约量、信任账户；waiting 只列待办的。持有者只看到自己账户的信任名单",
                         "changes of caps, permits, accounts, savings, trusted accounts; with `waiting` those not decided. Holders: whom their own accounts trust"},
             .access = reads,
             .query = {{"waiting", boolean(), {"只列待办的", "only those not decided"}},
                       {"account", line(40), {"登记账户", "account"}}},
             .answer = right_change_schema(),
             .pager = list_changes});
  add_chain(table);
}

}  // namespace tributary::api
