// The registry of rights: instruments, accounts, holdings, caps, and transactions of two persons.
//
// A holder sees and touches what his own party holds, and nothing else. Title of a holding moves only at its
// holder's own proposal; what comes from the authority (issue, allocation, orders of courts) is proposed by one
// person with the whole right and approved by another. Nobody approves his own: rights.same_person.
#include "api/rights_desk.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::AccountType;
using rights::InstrumentKind;
using rights::Month;
using rights::Proposal;
using rights::RightAccount;
using rights::Rights;
using rights::Term;
using rights::Transaction;
using rights::TransactionKind;
using schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::named,
    schema::nullable, schema::object, schema::one_of, schema::optional, schema::text;

// By the holder himself, or of what the government's reserve holds.
constexpr std::array of_holder{TransactionKind::transfer, TransactionKind::pledge, TransactionKind::surrender,
                               TransactionKind::retire};
constexpr std::array of_authority{TransactionKind::issue,    TransactionKind::allocate,   TransactionKind::pay,
                                  TransactionKind::release,  TransactionKind::freeze,     TransactionKind::unfreeze,
                                  TransactionKind::compulsory, TransactionKind::cancel,   TransactionKind::expire,
                                  TransactionKind::reverse};

std::vector<std::string> kinds_offered() {
  std::vector<std::string> out;
  for (const auto kind : of_holder) out.emplace_back(to_string(kind));
  for (const auto kind : of_authority) out.emplace_back(to_string(kind));
  return out;
}

// What the packs say of the instruments: a few small files.
rights::RightsData packs_of(Call& call) {
  std::vector<std::string> folders;
  for (const auto& pack : call.policy().packs()) folders.push_back(pack.folder);
  return rights::read_rights_of(folders);
}

rights::Act act_of(Call& call) {
  const auto& pack = call.policy().pack();
  return {call.caller.by(), "", call.given("reason"), fmt::format("pack {} {}", pack.id, pack.version)};
}

Page list_instruments(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  const rights::RightsData packs = packs_of(call);
  std::vector<Json> all;
  for (const auto& [code, is] : desk.instruments()) {
    if (is.kind == InstrumentKind::money) continue;
    const auto found = packs.instruments.find(code);
    const rights::PackInstrument* pack = found == packs.instruments.end() ? nullptr : &found->second;
    all.push_back({{"code", code},
                   {"name", json_of(is.name)},
                   {"kind", to_string(is.kind)},
                   {"measure", is.measure},
                   {"subject", is.subject},
                   {"zone", is.zone},
                   {"from", desk.period(code, is.period_from)},
                   {"to", desk.period(code, is.period_to)},
                   {"capped", is.capped},
                   {"view_only", pack != nullptr && pack->view_only},
                   {"verified", pack != nullptr && pack->verified},
                   {"source", pack == nullptr ? std::string() : pack->source},
                   {"note", json_of(pack == nullptr ? Text{} : pack->note)}});
  }
  return page_of(std::move(all), page);
}

Page list_accounts(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, account] : desk.accounts())
    if (desk.sees(account))
      all.push_back({{"account", code},
                     {"owner", desk.party(account.owner)},
                     {"type", to_string(account.type)},
                     {"status", to_string(account.status)},
                     {"permit", account.permit},
                     {"permit_to", account.permit_to ? Json(to_string(*account.permit_to)) : Json(nullptr)}});
  return page_of(std::move(all), page);
}

Page list_holdings(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  rights::HoldingFilter filter{.instrument = call.text("instrument")};
  if (call.has("account")) filter.account = desk.account(call.text("account")).code;
  if (call.has("from") != call.has("to"))
    throw Error(codes::bad_parameter, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (call.has("from")) filter.term = Term{Month::parse(call.text("from")), Month::parse(call.text("to"))};
  std::vector<rights::Holding> found;
  if (!filter.account.empty() || desk.sees_all())
    found = desk.book.holdings(filter);
  else
    for (const std::string& code : desk.own_accounts()) {
      filter.account = code;
      auto more = desk.book.holdings(filter);
      found.insert(found.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
  std::vector<Json> all;
  for (const rights::Holding& h : found) {
    const RightAccount& account = desk.accounts().at(h.account);
    // The issuer's balance is minus what was issued: that stands under caps.
    if (h.instrument == rights::cash || account.type == AccountType::issue) continue;
    all.push_back({{"account", h.account},
                   {"owner", desk.party(account.owner)},
                   {"instrument", desk.instrument_json(h.instrument)},
                   {"measure", desk.measure(h.instrument)},
                   {"from", desk.period(h.instrument, h.part.period)},
                   {"to", desk.period(h.instrument, h.part.period + h.part.count)},
                   {"project", h.part.project},
                   {"held", h.part.amount},
                   {"free", h.free},
                   {"frozen", h.frozen},
                   {"pledged", h.pledged},
                   {"reserved", h.pending_out},
                   {"locked", h.locked},
                   {"unpaid", h.unpaid},
                   {"leased", h.leased},
                   {"pending_in", h.pending_in}});
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
  for (const Transaction& x : found) {
    if (out.items.size() == page.limit) {
      out.next = out.items.back().at("number").dump();
      break;
    }
    out.items.push_back(desk.json(x));
  }
  return out;
}

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

// Who may begin it: see the head of this file.
void require_begin(Call& call, const RightsDesk& desk, const Proposal& p) {
  if (std::ranges::count(of_authority, p.kind) > 0) {
    call.caller.require_all(Permission::rights_propose);
    return;
  }
  const RightAccount& from = desk.account(p.from);
  if (from.type == AccountType::reserve && call.caller.may_all(Permission::rights_propose)) return;
  if (call.caller.may(Permission::rights_propose, from.owner) && from.owner == call.caller.party) return;
  throw Error(codes::not_your_party,
              {"权利只能由持有人自己提出转移", "title moves only at the proposal of its holder"}, {{}, 0, 0, "from"},
              {"法院、主管部门的决定请用冻结或强制划转",
               "for an order of a court or authority use a freeze or a compulsory transfer"});
}

Answer propose(Call& call) {
  RightsDesk desk(call);
  const Json& body = call.body;
  Proposal p;
  p.key = call.given("key");
  p.kind = *rights::parse_transaction_kind(call.given("kind"));
  p.instrument = call.given("instrument");
  p.from = call.given("from");
  p.to = call.given("to");
  p.quantity = body.value("quantity", std::int64_t{0});
  if (body.contains("start") != body.contains("end"))
    throw Error(codes::bad_body, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "start"});
  if (body.contains("start")) p.term = Term{Month::parse(call.given("start")), Month::parse(call.given("end"))};
  if (body.contains("vintage")) p.vintage = body.at("vintage").get<int>();
  p.project = call.given("project");
  p.refers = call.given("refers");
  p.unpaid = body.value("unpaid", false);
  p.beneficiary = call.given("beneficiary");
  p.claim = call.given("claim");
  p.authority = call.given("authority");
  p.rank = body.value("rank", 0);
  p.saving = call.given("saving");
  require_begin(call, desk, p);
  packs_of(call).check(p);
  const Transaction made = desk.book.propose(p, act_of(call));
  call.note("rights.propose", "right/" + p.key, call.given("reason"));
  return desk.with_history(made);
}

enum class Decision : std::uint8_t { approve, reject, cancel };

Answer decide(Call& call, Decision decision) {
  RightsDesk desk(call);
  const Transaction x = desk.transaction(call.in_path("key"));
  const rights::Act act = act_of(call);
  switch (decision) {
    case Decision::approve:
      desk.book.approve(x.key, act);
      call.note("rights.approve", "right/" + x.key, act.reason);
      break;
    case Decision::reject:
      desk.book.reject(x.key, act);
      call.note("rights.reject", "right/" + x.key, act.reason);
      break;
    case Decision::cancel:
      if (!desk.may_cancel(x))
        throw Error(codes::not_your_party, {"只有提出人和转出方能撤回", "only whoever proposed it may take it back"});
      desk.book.cancel(x.key, act);
      call.note("rights.cancel", "right/" + x.key, act.reason);
      break;
  }
  return desk.with_history(desk.book.transaction(x.key));
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
                               {"measure", text()},
                               {"subject", text()},
                               {"zone", text()},
                               {"from", text()},
                               {"to", text()},
                               {"capped", boolean()},
                               {"view_only", boolean()},
                               {"verified", boolean()},
                               {"source", text()},
                               {"note", both()}}),
             .sorts = {"code"},
             .pager = list_instruments});
  table.add({.path = "/api/v1/rights/accounts",
             .name = "right_accounts",
             .tag = "rights",
             .summary = {"登记账户（持有人只见自己的）", "accounts; a holder sees his own"},
             .access = reads,
             .answer = object({{"account", text()},
                               {"owner", named("Named")},
                               {"type", text()},
                               {"status", text()},
                               {"permit", text()},
                               {"permit_to", nullable(text())}}),
             .sorts = {"account"},
             .pager = list_accounts});
  table.add({.path = "/api/v1/rights/holdings",
             .name = "right_holdings",
             .tag = "rights",
             .summary = {"谁在哪些月份或年度持有多少（止不含）", "who holds how much, for which months or years; the end is not included"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"instrument", line(30), {"品种", "instrument"}},
                       {"from", line(7), {"起月 YYYY-MM", "first month"}},
                       {"to", line(7), {"止月，不含", "end month, not included"}}},
             .answer = object({{"account", text()},
                               {"owner", named("Named")},
                               {"instrument", named("Named")},
                               {"measure", text()},
                               {"from", text()},
                               {"to", text()},
                               {"project", text()},
                               {"held", integer()},
                               {"free", integer()},
                               {"frozen", integer()},
                               {"pledged", integer()},
                               {"reserved", integer()},
                               {"locked", integer()},
                               {"unpaid", integer()},
                               {"leased", integer()},
                               {"pending_in", integer()}}),
             .pager = list_holdings});
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
  add_reading(table);
  table.add({.method = Method::post,
             .path = "/api/v1/rights/transactions",
             .name = "propose_right",
             .tag = "rights",
             .summary = {"提出一笔登记交易；要动的即时预留", "propose a transaction; what is to move is set aside"},
             .access = Access::to(Permission::rights_propose),
             .body = object({{"key", line(80)},
                             {"kind", one_of(kinds_offered())},
                             optional("instrument", line(30)),
                             optional("from", line(40)),
                             optional("to", line(40)),
                             optional("quantity", integer(1)),
                             optional("start", line(7)),
                             optional("end", line(7)),
                             optional("vintage", integer(1, 9999)),
                             optional("project", line(80)),
                             optional("refers", line(80)),
                             optional("unpaid", boolean()),
                             optional("beneficiary", line(80)),
                             optional("claim", line(200)),
                             optional("authority", line(200)),
                             optional("rank", integer(0, 1000)),
                             optional("saving", line(80)),
                             {"reason", line(1000)}}),
             .answer = named("RightTransaction"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = propose});
  struct Step {
    const char* verb;
    Text summary;
    Permission permission;
    Decision decision;
  };
  const std::array steps{
      Step{"approve", {"审核通过（不得是提出人）", "approve, not by whoever proposed it"}, Permission::rights_approve,
           Decision::approve},
      Step{"reject", {"驳回，写明理由", "reject, saying why"}, Permission::rights_approve, Decision::reject},
      Step{"cancel", {"撤回", "take back"}, Permission::rights_propose, Decision::cancel}};
  for (const Step& step : steps)
    table.add({.method = Method::post,
               .path = fmt::format("/api/v1/rights/transactions/{{key}}/{}", step.verb),
               .name = fmt::format("{}_right", step.verb),
               .tag = "rights",
               .summary = step.summary,
               .access = step.decision == Decision::cancel ? Access::to(step.permission)
                                                           : Access::whole(step.permission),
               .body = object({{"reason", line(1000)}}),
               .answer = named("RightTransaction"),
               .repeats = Repeats::by_key,
               .handler = [decision = step.decision](Call& call) { return decide(call, decision); }});
}

}  // namespace tributary::api
