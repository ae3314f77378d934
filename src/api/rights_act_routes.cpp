// The registry of rights, worked: proposals, their check before, and decisions of a second person.
//
// Title of a holding moves only at its holder's own proposal; what comes from the authority (issue, allocation, orders
// of courts, caps, permits, accounts) is proposed by one person with the whole right and approved by another. Nobody
// approves his own: rights.same_person. Several decisions in one request happen all or none.
#include "api/rights_desk.h"

#include "identity/codes.h"

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
using rights::Term;
using rights::Transaction;
using rights::TransactionKind;
using schema::boolean, schema::integer, schema::line, schema::list, schema::named, schema::object, schema::one_of,
    schema::optional;

constexpr std::array of_authority{TransactionKind::issue,      TransactionKind::allocate, TransactionKind::pay,
                                  TransactionKind::release,    TransactionKind::freeze,   TransactionKind::unfreeze,
                                  TransactionKind::compulsory, TransactionKind::cancel,   TransactionKind::expire,
                                  TransactionKind::reverse,    TransactionKind::deposit};

std::vector<std::string> kinds_offered() {
  std::vector<std::string> out;
  for (const auto kind : of_holder) out.emplace_back(to_string(kind));
  for (const auto kind : of_authority) out.emplace_back(to_string(kind));
  return out;
}

// Who may begin it: see the head of this file.
void require_begin(Call& call, const RightsDesk& desk, const Proposal& p) {
  if (std::ranges::count(of_authority, p.kind) > 0) return call.caller.require_all(Permission::rights_propose);
  // An early return is the lessee's: to him the lease went.
  const RightAccount& from =
      desk.account(p.kind == TransactionKind::lease_return ? desk.transaction(p.refers).to : p.from);
  const bool ours = from.type == AccountType::reserve || from.type == AccountType::fee;
  if (ours && call.caller.may_all(Permission::rights_propose)) return;
  const bool his = call.caller.may(Permission::rights_propose, from.owner) && from.owner == call.caller.party;
  // A conversion is no way to give something away.
  const bool stays = p.kind != TransactionKind::convert || desk.account(p.to).owner == from.owner;
  if (his && stays) return;
  throw Error(codes::not_your_party,
              {"权利只能由持有人自己提出转移", "title moves only at the proposal of its holder"}, {{}, 0, 0, "from"},
              {"法院、主管部门的决定请用冻结或强制划转",
               "for an order of a court or authority use a freeze or a compulsory transfer"});
}

// What need not be named where there is only one of it.
void fill_in(const RightsDesk& desk, Proposal& p) {
  const auto only = [&](std::string& account, AccountType type) {
    if (account.empty()) account = desk.only(type);
  };
  switch (p.kind) {
    case TransactionKind::issue:
      return only(p.from, AccountType::issue);
    case TransactionKind::surrender:
      return only(p.to, AccountType::compliance);
    case TransactionKind::retire:
      return only(p.to, AccountType::retire);
    case TransactionKind::cancel:
    case TransactionKind::expire:
      return only(p.to, AccountType::cancel);
    case TransactionKind::convert:
      if (p.to.empty()) p.to = p.from;
      only(p.retired_to, p.into.empty() ? AccountType::retire : AccountType::cancel);
      if (!p.into.empty()) only(p.issuer, AccountType::issue);
      return;
    default:
      return;
  }
}

Proposal proposal_of(Call& call, const RightsDesk& desk) {
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
  if (body.contains("surrendered_on")) p.surrendered_on = parse_date(call.given("surrendered_on"));
  p.authority = call.given("authority");
  p.rank = body.value("rank", 0);
  p.saving = call.given("saving");
  p.into = call.given("into");
  if (body.contains("ratio") && body.at("ratio").size() != 2)
    throw Error(codes::bad_body, {"折算比例写两个数", "a ratio has two numbers"}, {{}, 0, 0, "ratio"});
  if (body.contains("ratio"))
    p.ratio = {body.at("ratio").at(0).get<std::int64_t>(), body.at("ratio").at(1).get<std::int64_t>()};
  p.delay_days = body.value("delay_days", 0);
  if (p.kind == TransactionKind::transfer) p.delay_days = std::max(p.delay_days, desk.packs().cooling_off.transfer);
  fill_in(desk, p);
  return p;
}

// What another has free in cash is told to nobody, not even by a refusal: less the cover of his sealed bids, it would tell
// them. The second person learns it where he decides, in the open.
bool is_of_anothers_cash(const Call& call, const RightsDesk& desk, const Proposal& p) {
  std::string instrument = p.instrument, from = p.from;
  if (!p.refers.empty()) {
    const Transaction was = desk.transaction(p.refers);
    instrument = was.instrument;
    from = was.from;
  }
  if (instrument != rights::cash) return false;
  const RightAccount& account = desk.account(from);
  return account.owner != call.caller.party && account.type != AccountType::reserve && account.type != AccountType::fee;
}

// Before it is proposed: everything that speaks against it, each with where that is written.
Answer check(Call& call) {
  const RightsDesk desk(call);
  std::vector<Error> against;
  std::string instrument = call.given("instrument");
  try {
    Proposal p = proposal_of(call, desk);
    require_begin(call, desk, p);
    try {
      desk.packs().check(p);
      desk.packs().complete(p, desk.book);
    } catch (const Error& e) {
      against.push_back(e);
    }
    if (against.empty()) against = desk.book.examine(p, act_of(call));
    std::erase_if(against, [&](const Error& e) {
      return e.code() == rights::codes::insufficient && is_of_anothers_cash(call, desk, p);
    });
  } catch (const Error& e) {
    if (e.kind() == Kind::not_found || e.code() == identity::codes::forbidden) throw;
    against.push_back(e);
  }
  Json refusals = Json::array();
  for (const Error& e : against) refusals.push_back(desk.refusal_json(e, instrument));
  return Json{{"refusals", refusals}};
}

Answer propose(Call& call) {
  RightsDesk desk(call);
  Proposal p = proposal_of(call, desk);
  require_begin(call, desk, p);
  desk.packs().check(p);
  desk.packs().complete(p, desk.book);
  const Transaction made = desk.book.propose(p, act_of(call));
  call.note("rights.propose", "right/" + p.key, call.given("reason"));
  return desk.with_history(made);
}

enum class Decision : std::uint8_t { approve, reject, cancel };

void decide(Call& call, RightsDesk& desk, const Transaction& x, Decision decision) {
  const rights::Act act = act_of(call);
  switch (decision) {
    case Decision::approve:
      desk.book.approve(x.key, act);
      break;
    case Decision::reject:
      desk.book.reject(x.key, act);
      break;
    case Decision::cancel:
      if (!desk.may_cancel(x))
        throw Error(codes::not_your_party, {"只有提出人和转出方能撤回", "only whoever proposed it may take it back"});
      desk.book.cancel(x.key, act);
      break;
  }
  constexpr std::array<const char*, 3> noted{"rights.approve", "rights.reject", "rights.cancel"};
  call.note(noted.at(static_cast<std::size_t>(decision)), "right/" + x.key, act.reason);
}

Answer decide_one(Call& call, Decision decision) {
  RightsDesk desk(call);
  const Transaction x = desk.transaction(call.in_path("key"));
  decide(call, desk, x, decision);
  return desk.with_history(desk.book.transaction(x.key));
}

// All of them or none.
Answer decide_many(Call& call) {
  RightsDesk desk(call);
  const bool approves = call.given("decision") == "approve";
  std::vector<std::string> keys, changes;
  if (call.body.contains("transactions")) keys = call.body.at("transactions").get<std::vector<std::string>>();
  if (call.body.contains("changes")) changes = call.body.at("changes").get<std::vector<std::string>>();
  if (keys.empty() && changes.empty())
    throw Error(codes::bad_body, {"没有选中任何一件", "nothing is chosen"}, {{}, 0, 0, "transactions"});
  call.database().together([&](store::Transaction&) {
    for (const std::string& key : keys)
      decide(call, desk, desk.transaction(key), approves ? Decision::approve : Decision::reject);
    for (const std::string& key : changes) {
      if (approves)
        desk.setups.approve(std::span(&key, 1), act_of(call));
      else
        desk.setups.reject(key, act_of(call));
      call.note(approves ? "rights.approve" : "rights.reject", "right-change/" + key, call.given("reason"));
    }
  });
  Json out{{"transactions", Json::array()}, {"changes", Json::array()}};
  for (const std::string& key : keys) out["transactions"].push_back(desk.json(desk.book.transaction(key)));
  for (const std::string& key : changes) out["changes"].push_back(desk.json(desk.setups.change(key)));
  return out;
}

// ---- caps, permits, accounts, savings ----

bool trusting(rights::SetupKind kind) {
  return kind == rights::SetupKind::trust || kind == rights::SetupKind::distrust;
}

rights::Setup setup_of(Call& call, const RightsDesk& desk) {
  using rights::SetupKind;
  const Json& body = call.body;
  rights::Setup s;
  s.kind = *rights::parse_setup_kind(call.given("kind"));
  const auto missing = [](const char* field) {
    throw Error(codes::bad_body, {fmt::format("须写明 {}", field), fmt::format("{} is needed", field)}, {{}, 0, 0, field});
  };
  if (s.kind == SetupKind::cap || s.kind == SetupKind::saving) s.instrument = call.given("instrument");
  if (s.kind == SetupKind::cap) {
    const auto found = desk.instruments().find(s.instrument);
    if (found == desk.instruments().end()) throw not_found({"这个品种", "such instrument"});
    if (!body.contains("quantity")) missing("quantity");
    s.cap.amount = body.at("quantity").get<std::int64_t>();
    if (found->second.kind == InstrumentKind::flow) {
      if (!body.contains("start") || !body.contains("end")) missing("start");
      const Term term{Month::parse(call.given("start")), Month::parse(call.given("end"))};
      s.cap.period = term.from.index;
      s.cap.count = term.months();
    } else {
      if (!body.contains("vintage")) missing("vintage");
      s.cap.period = body.at("vintage").get<int>();
      s.cap.project = call.given("project");
    }
  } else if (s.kind == SetupKind::saving) {
    s.saving = call.given("saving");
    s.account = call.given("account");
    s.volume = body.value("quantity", std::int64_t{0});
  } else {
    s.account = call.given("account");
  }
  if (trusting(s.kind)) {
    s.trusted = call.given("trusted");
    if (s.kind == SetupKind::trust)
      s.working_days = std::max(body.value("delay_days", 0), desk.packs().cooling_off.trust);
  }
  if (s.kind == SetupKind::permit) {
    s.permit = call.given("permit");
    if (body.contains("permit_to")) s.permit_to = Month::parse(call.given("permit_to"));
  }
  if (s.kind == SetupKind::status) {
    const auto status = rights::parse_account_status(call.given("status"));
    if (!status) missing("status");
    s.status = *status;
  }
  if (s.kind == SetupKind::account) {
    const auto type = rights::parse_account_type(call.given("type"));
    if (!type) missing("type");
    s.type = *type;
    s.owner = call.given("owner");
    if (!Names(call).book().parties.contains(s.owner)) throw not_found({"这个主体", "such party"});
  }
  return s;
}

Answer propose_change(Call& call) {
  RightsDesk desk(call);
  const rights::Setup setup = setup_of(call, desk);
  if (!call.caller.may_all(Permission::rights_propose)) {  // a holder: whom his own accounts trust, and nothing else
    if (!trusting(setup.kind))
      throw Error(codes::not_your_party, {"这类设立变更由主管部门提出", "such a change is proposed by the authority"}, {{}, 0, 0, "kind"});
    desk.party_account(setup.account);
  }
  const auto made = desk.setups.propose(call.given("key"), setup, act_of(call));
  call.note("rights.propose", "right-change/" + made.key, call.given("reason"));
  return desk.json(made);
}

Answer cancel_change(Call& call) {
  RightsDesk desk(call);
  const auto change = desk.setups.change(call.in_path("key"));
  if (change.initiator != call.caller.by())
    throw Error(codes::not_your_party, {"只有提出人能撤回", "only whoever proposed it may take it back"});
  desk.setups.cancel(change.key, act_of(call));
  call.note("rights.cancel", "right-change/" + change.key, call.given("reason"));
  return desk.json(desk.setups.change(change.key));
}

// What fell due: lapses, ends of cooling off, unlocking. Who does it decides nothing.
Answer advance(Call& call) {
  RightsDesk desk(call);
  const auto& pack = call.policy().pack();
  const int changed = desk.book.advance(
      {call.caller.by(), "", "到期事项 / what fell due", fmt::format("pack {} {}", pack.id, pack.version)});
  if (changed > 0) call.note("rights.advance", "rights", fmt::format("{}", changed));
  return Json{{"changed", changed}};
}

Json proposal_schema() {
  return object({{"key", line(80)},
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
                 optional("surrendered_on", schema::day()),
                 optional("authority", line(200)),
                 optional("rank", integer(0, 1000)),
                 optional("saving", line(80)),
                 optional("into", line(30)),
                 optional("ratio", list(integer(1, 1'000'000'000), 2)),
                 optional("delay_days", integer(0, 60)),
                 {"reason", line(1000)}});
}

void add_changes(RouteTable& table) {
  table.add({.method = Method::post,
             .path = "/api/v1/rights/changes",
             .name = "propose_right_change",
             .tag = "rights",
             .summary = {"提出一项设立变更：总量控制数、许可证、账户状态、开户、核定节约量、信任账户；另一人同意后生效。持有者只能提自己账户的信任名单",
                         "propose a cap, a permit, an account's status, a new account, a verified saving or a trusted account; it holds "
                         "once another agrees. Holders: only whom their own accounts trust"},
             .access = Access::to(Permission::rights_propose),
             .body = object({{"key", line(80)},
                             {"kind", one_of({"cap", "permit", "status", "account", "saving", "trust", "distrust"})},
                             optional("instrument", line(30)),
                             optional("start", line(7)),
                             optional("end", line(7)),
                             optional("vintage", integer(1, 9999)),
                             optional("project", line(80)),
                             optional("quantity", integer()),
                             optional("account", line(40)),
                             optional("permit", line(80)),
                             optional("permit_to", line(7)),
                             optional("status", line(20)),
                             optional("owner", line(100)),
                             optional("type", line(20)),
                             optional("saving", line(80)),
                             optional("trusted", line(40)),
                             optional("delay_days", integer(0, 60)),
                             {"reason", line(1000)}}),
             .answer = named("RightChange"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = propose_change});
  table.add({.method = Method::post,
             .path = "/api/v1/rights/changes/{key}/cancel",
             .name = "cancel_right_change",
             .tag = "rights",
             .summary = {"撤回一项设立变更", "take a change back"},
             .access = Access::to(Permission::rights_propose),
             .body = object({{"reason", line(1000)}}),
             .answer = named("RightChange"),
             .repeats = Repeats::by_key,
             .handler = cancel_change});
  table.add({.method = Method::post,
             .path = "/api/v1/rights/approvals",
             .name = "decide_rights",
             .tag = "rights",
             .summary = {"同意或驳回几件，要么都办要么都不办", "approve or reject several, all or none"},
             .access = Access::whole(Permission::rights_approve),
             .body = object({{"decision", one_of({"approve", "reject"})},
                             optional("transactions", list(line(150), 200)),
                             optional("changes", list(line(150), 200)),
                             {"reason", line(1000)}}),
             .answer = object({{"transactions", list(right_transaction_schema())}, {"changes", list(named("RightChange"))}}),
             .repeats = Repeats::by_key,
             .handler = decide_many});
  table.add({.method = Method::post,
             .path = "/api/v1/rights/advance",
             .name = "advance_rights",
             .tag = "rights",
             .summary = {"办理到期事项", "do what fell due"},
             .access = Access::whole(Permission::rights_approve),
             .answer = object({{"changed", integer()}}),
             .repeats = Repeats::by_key,
             .handler = advance});
}

}  // namespace

void add_rights_act_routes(RouteTable& table) {
  table.add({.method = Method::post,
             .path = "/api/v1/rights/transactions",
             .name = "propose_right",
             .tag = "rights",
             .summary = {"提出一笔登记交易；要动的即时预留", "propose a transaction; what is to move is set aside"},
             .access = Access::to(Permission::rights_propose),
             .body = proposal_schema(),
             .answer = named("RightTransaction"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = propose});
  table.add({.method = Method::post,
             .path = "/api/v1/rights/check",
             .name = "check_right",
             .tag = "rights",
             .summary = {"先看看：这笔交易会因什么被退回，依据哪一条；什么也不写",
                         "look first: what would refuse the transaction, and by which article; nothing is written"},
             .access = Access::to(Permission::rights_propose),
             .body = proposal_schema(),
             .answer = object({{"refusals", list(right_refusal_schema())}}),
             .handler = check});
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
               .handler = [decision = step.decision](Call& call) { return decide_one(call, decision); }});
  add_changes(table);
}

}  // namespace tributary::api
