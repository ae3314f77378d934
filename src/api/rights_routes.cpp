// The registry of rights, read: instruments, accounts, holdings, their months, transactions. A holder sees what his own
// party holds, and nothing else.
#include "api/rights_desk.h"

#include "rights/titles.h"

#include <algorithm>
#include <map>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::AccountType;
using rights::InstrumentKind;
using rights::Month;
using rights::RightAccount;
using rights::Term;
using rights::Transaction;
using schema::boolean, schema::both, schema::instant, schema::integer, schema::line, schema::list, schema::named, schema::object,
    schema::one_of, schema::text;

Page list_instruments(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, is] : desk.instruments()) {
    if (is.kind == InstrumentKind::money) continue;
    const auto found = desk.packs().instruments.find(code);
    const rights::PackInstrument* pack = found == desk.packs().instruments.end() ? nullptr : &found->second;
    all.push_back({{"code", code},
                   {"name", json_of(is.name)},
                   {"kind", to_string(is.kind)},
                   {"kind_title", json_of(title_of(is.kind))},
                   {"measure", is.measure},
                   {"subject", is.subject},
                   {"zone", is.zone},
                   {"from", desk.period(code, is.period_from)},
                   {"to", desk.period(code, is.period_to)},
                   {"capped", is.capped},
                   {"view_only", pack != nullptr && pack->view_only},
                   {"verified", pack != nullptr && pack->verified},
                   {"source", pack == nullptr ? std::string() : pack->source},
                   {"longest_lease", pack == nullptr ? 0 : pack->longest_lease},
                   {"lease_source", pack == nullptr ? std::string() : pack->lease_source},
                   {"note", json_of(pack == nullptr ? Text{} : pack->note)}});
  }
  return page_of(std::move(all), page);
}

Page list_accounts(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, account] : desk.accounts())
    if (desk.sees(account)) all.push_back(desk.account_json(account));
  return page_of(std::move(all), page);
}

Page list_trusted(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const rights::Rights::Trusted& one : desk.book.trusted(desk.account(call.in_path("account")).code)) {
    const auto is = desk.accounts().find(one.account);
    all.push_back({{"account", one.account},
                   {"owner", desk.party(is == desk.accounts().end() ? std::string() : is->second.owner)},
                   {"from", to_rfc3339(one.from)},
                   {"active", one.from <= call.clock().now()}});
  }
  return page_of(std::move(all), page);
}

// To whom one may transfer: account and name, so that whoever types a number sees whose it is. Nothing of what it holds.
Page list_receivers(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, account] : desk.accounts())
    if ((account.type == AccountType::holding || account.type == AccountType::reserve) &&
        account.status != rights::AccountStatus::closed)
      all.push_back({{"account", code}, {"owner", desk.party(account.owner)}});
  return page_of(std::move(all), page);
}

rights::HoldingFilter filter_of(Call& call) {
  rights::HoldingFilter filter{.account = call.text("account"), .instrument = call.text("instrument")};
  if (call.has("from") != call.has("to"))
    throw Error(codes::bad_parameter, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (call.has("from")) filter.term = Term{Month::parse(call.text("from")), Month::parse(call.text("to"))};
  return filter;
}

// Where what is held stands.
void put_states(Json& row, const rights::Holding& h) {
  row["held"] = h.part.amount;
  row["free"] = h.free;
  row["frozen"] = h.frozen;
  row["pledged"] = h.pledged;
  row["reserved"] = h.pending_out;
  row["locked"] = h.locked;
  row["unpaid"] = h.unpaid;
  row["leased"] = h.leased;
  row["pending_in"] = h.pending_in;
}

std::vector<schema::Property> with_states(std::vector<schema::Property> properties) {
  for (const char* name : {"held", "free", "frozen", "pledged", "reserved", "locked", "unpaid", "leased", "pending_in"})
    properties.push_back({name, integer()});
  return properties;
}

Page list_holdings(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const rights::Holding& h : desk.holdings(filter_of(call))) {
    Json row{{"account", h.account},
             {"owner", desk.party(desk.accounts().at(h.account).owner)},
             {"instrument", desk.instrument_json(h.instrument)},
             {"measure", desk.measure(h.instrument)},
             {"from", desk.period(h.instrument, h.part.period)},
             {"to", desk.period(h.instrument, h.part.period + h.part.count)},
             {"project", h.part.project}};
    put_states(row, h);
    row["numbers"] = Json::array();
    for (const rights::Block& block : h.blocks)
      row["numbers"].push_back(Json::array({block.start, block.end() - 1}));
    all.push_back(std::move(row));
  }
  return page_of(std::move(all), page);
}

// Flow rights by month. Beside each what trades of this registry changed of the permit behind the account, and
// whether that permit still holds.
Page list_months(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::map<std::string, std::vector<rights::PermitChange>> changes;
  std::vector<Json> all;
  for (const rights::Holding& h : desk.holdings(filter_of(call))) {
    if (desk.instruments().at(h.instrument).kind != InstrumentKind::flow) continue;
    const RightAccount& account = desk.accounts().at(h.account);
    auto [cut, fresh] = changes.try_emplace(account.permit);
    if (fresh && !account.permit.empty()) cut->second = desk.book.permit_changes(account.permit);
    for (int i = h.part.period; i < h.part.period + h.part.count; ++i) {
      std::int64_t permit_change = 0;
      for (const rights::PermitChange& c : cut->second)
        if (c.account == h.account && c.instrument == h.instrument && c.term.from.index <= i && i < c.term.to.index)
          permit_change += c.quantity;
      Json row{{"account", h.account},
               {"owner", desk.party(account.owner)},
               {"instrument", desk.instrument_json(h.instrument)},
               {"measure", desk.measure(h.instrument)},
               {"month", desk.period(h.instrument, i)}};
      put_states(row, h);
      row["permit"] = account.permit;
      row["permit_change"] = permit_change;
      row["permit_holds"] = !account.permit_to || i < account.permit_to->index;
      all.push_back(std::move(row));
    }
  }
  return page_of(std::move(all), page);
}

Page list_transactions(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  Page out;
  if (call.query.value("waiting", false)) {
    std::vector<Json> all;
    for (const Transaction& x : desk.book.waiting())
      if (desk.sees(x)) all.push_back(desk.json(x));
    return page_of(std::move(all), page);
  }
  const std::int64_t before = whole_number(page.cursor).value_or(0);
  const int wanted = static_cast<int>(page.limit) + 1;
  std::vector<Transaction> found;
  if (call.has("account"))
    found = desk.book.transactions(desk.account(call.text("account")).code, before, wanted);
  else if (desk.sees_all())
    found = desk.book.transactions("", before, wanted);
  else {
    // A holder has few accounts: the newest of each, together.
    for (const std::string& code : desk.own_accounts())
      for (Transaction& x : desk.book.transactions(code, before, wanted)) found.push_back(std::move(x));
    std::ranges::sort(found, std::ranges::greater{}, &Transaction::number);
    const auto doubled = std::ranges::unique(found, {}, &Transaction::number);
    found.erase(doubled.begin(), doubled.end());
  }
  std::size_t looked_at = 0;
  std::int64_t last = 0;
  for (const Transaction& x : found) {
    if (looked_at++ == page.limit) {
      out.next = std::to_string(last);
      break;
    }
    last = x.number;
    if (desk.sees(x)) out.items.push_back(desk.json(x));
  }
  return out;
}

void add_reading(RouteTable& table) {
  const Access reads = Access::to(Permission::rights_read);
  table.add({.path = "/api/v1/rights/instruments",
             .name = "right_instruments",
             .tag = "rights",
             .summary = {"权利品种：出处、是否核实、是否只查看", "instruments: source, whether verified, whether only looked at"},
             .access = reads,
             .answer = object({{"code", text()},
                               {"name", both()},
                               {"kind", one_of({"stock", "flow"})},
                               {"kind_title", both()},
                               {"measure", text()},
                               {"subject", text()},
                               {"zone", text()},
                               {"from", text()},
                               {"to", text()},
                               {"capped", boolean()},
                               {"view_only", boolean()},
                               {"verified", boolean()},
                               {"source", text()},
                               {"longest_lease", integer()},
                               {"lease_source", text()},
                               {"note", both()}}),
             .sorts = {"code"},
             .pager = list_instruments});
  table.add({.path = "/api/v1/rights/accounts",
             .name = "right_accounts",
             .tag = "rights",
             .summary = {"登记账户（持有人只见自己的）", "accounts; a holder sees his own"},
             .access = reads,
             .answer = right_account_schema(),
             .sorts = {"account"},
             .pager = list_accounts});
  table.add({.path = "/api/v1/rights/accounts/{account}",
             .name = "right_account",
             .tag = "rights",
             .summary = {"一个登记账户", "one account"},
             .access = reads,
             .answer = right_account_schema(),
             .handler = [](Call& call) -> Answer {
               const RightsDesk desk(call);
               return desk.account_json(desk.account(call.in_path("account")));
             }});
  table.add({.path = "/api/v1/rights/accounts/{account}/trusted",
             .name = "right_trusted",
             .tag = "rights",
             .summary = {"这个账户信任谁：转给它们不需要冷静期", "whom an account trusts: transfers to them need no cooling off"},
             .access = reads,
             .answer = object({{"account", text()}, {"owner", named("Named")}, {"from", instant()}, {"active", boolean()}}),
             .pager = list_trusted});
  table.add({.path = "/api/v1/rights/receivers",
             .name = "right_receivers",
             .tag = "rights",
             .summary = {"可以转给谁：账户和户名，不含持有", "whom one may transfer to: accounts and names, nothing of what they hold"},
             .access = Access::to(Permission::rights_propose),
             .answer = object({{"account", text()}, {"owner", named("Named")}}),
             .sorts = {"account"},
             .pager = list_receivers});
  const std::vector<Parameter> of_holding{{"account", line(40), {"登记账户", "account"}},
                                          {"instrument", line(30), {"品种", "instrument"}},
                                          {"from", line(7), {"起月 YYYY-MM", "first month"}},
                                          {"to", line(7), {"止月，不含", "end month, not included"}}};
  table.add({.path = "/api/v1/rights/holdings",
             .name = "right_holdings",
             .tag = "rights",
             .summary = {"谁在哪些月份或年度持有多少（止不含）；存量附编号段",
                         "who holds how much, for which months or years; the end is not included; stocks with their serial numbers"},
             .access = reads,
             .query = of_holding,
             .answer = [] {
               auto properties = with_states({{"account", text()},
                                              {"owner", named("Named")},
                                              {"instrument", named("Named")},
                                              {"measure", text()},
                                              {"from", text()},
                                              {"to", text()},
                                              {"project", text()}});
               properties.push_back({"numbers", list(list(integer(1), 2))});
               return object(std::move(properties));
             }(),
             .pager = list_holdings});
  table.add({.path = "/api/v1/rights/months",
             .name = "right_months",
             .tag = "rights",
             .summary = {"按月持有：可用、冻结、质押、在途、锁定；许可量随交易的增减",
                         "held by month: free, frozen, pledged, pending, locked; what trades changed of the permit"},
             .access = reads,
             .query = of_holding,
             .answer = [] {
               auto properties = with_states({{"account", text()},
                                              {"owner", named("Named")},
                                              {"instrument", named("Named")},
                                              {"measure", text()},
                                              {"month", text()}});
               properties.push_back({"permit", text()});
               properties.push_back({"permit_change", integer(-9'007'199'254'740'991)});
               properties.push_back({"permit_holds", boolean()});
               return object(std::move(properties));
             }(),
             .pager = list_months});
  table.add({.path = "/api/v1/rights/transactions",
             .name = "right_transactions",
             .tag = "rights",
             .summary = {"登记交易，新的在前；waiting 只列待办的，旧的在前",
                         "transactions, newest first; with `waiting` those under way, oldest first"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"waiting", boolean(), {"只列待办的", "only those under way"}}},
             .answer = right_transaction_schema(),
             .pager = list_transactions});
  table.add({.path = "/api/v1/rights/transactions/{key}",
             .name = "right_transaction",
             .tag = "rights",
             .summary = {"一笔登记交易和它的经过", "a transaction and what was done about it"},
             .access = reads,
             .answer = named("RightTransaction"),
             .handler = [](Call& call) -> Answer {
               RightsDesk desk(call);
               return desk.with_history(desk.transaction(call.in_path("key")));
             }});
}

}  // namespace

void add_rights_routes(RouteTable& table) {
  table.components()["RightTransaction"] = right_detail_schema();
  table.components()["RightChange"] = right_change_schema();
  add_reading(table);
  add_rights_registry_routes(table);
  add_rights_act_routes(table);
  add_public_rights_routes(table);
}

}  // namespace tributary::api
