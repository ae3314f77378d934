#include "api/rights_desk.h"

#include "rights/codes.h"
#include "rights/titles.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {

using identity::Permission;
using rights::InstrumentKind;
using rights::Month;
using rights::RightAccount;
using rights::Transaction;
using rights::TransactionState;
using schema::boolean, schema::both, schema::instant, schema::integer, schema::list, schema::named, schema::nullable,
    schema::object, schema::text;

RightsDesk::RightsDesk(Call& call)
    : call_(call),
      book(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar()),
      setups(call.database(), call.tenant(), call.clock(), book),
      names_(call),
      parties_(call.caller.parties(Permission::rights_read)) {
  for (auto& is : book.instruments()) instruments_.emplace(is.code, is);
  for (auto& account : book.accounts()) accounts_.emplace(account.code, account);
}

bool RightsDesk::sees(const std::string& code) const {
  const auto found = accounts_.find(code);
  return found != accounts_.end() && sees(found->second);
}

bool RightsDesk::sees(const Transaction& x) const {
  if (!parties_) return true;
  const bool order = x.kind == rights::TransactionKind::freeze || x.kind == rights::TransactionKind::compulsory;
  if (order && x.state != TransactionState::completed) return false;
  return sees(x.from) || sees(x.to);
}

const RightAccount& RightsDesk::account(const std::string& code) const {
  const auto found = accounts_.find(code);
  if (found == accounts_.end() || !sees(found->second)) throw not_found({"这个登记账户", "such account"});
  return found->second;
}

Transaction RightsDesk::transaction(const std::string& key) const {
  try {
    Transaction x = book.transaction(key);
    if (sees(x)) return x;
  } catch (const Error& e) {
    if (e.code() != rights::codes::unknown_transaction) throw;
  }
  throw not_found({"这笔登记交易", "such transaction"});
}

const RightAccount& RightsDesk::party_account(const std::string& code) const {
  const RightAccount& found = account(code);
  if (!call_.caller.party.empty() && found.owner == call_.caller.party) return found;
  throw Error(codes::not_your_party,
              {"只能办理本单位的账户", "this is for accounts of the own party only"},
              {{}, 0, 0, "account"});
}

std::vector<std::string> RightsDesk::party_accounts() const {
  std::vector<std::string> out;
  if (call_.caller.party.empty()) return out;
  for (const auto& [code, account] : accounts_)
    if (account.owner == call_.caller.party &&
        (account.type == rights::AccountType::holding || account.type == rights::AccountType::trading))
      out.push_back(code);
  return out;
}

std::vector<std::string> RightsDesk::own_accounts() const {
  std::vector<std::string> out;
  for (const auto& [code, account] : accounts_)
    if (sees(account)) out.push_back(code);
  return out;
}

std::vector<rights::Holding> RightsDesk::holdings(rights::HoldingFilter filter) const {
  if (!filter.account.empty()) filter.account = account(filter.account).code;
  std::vector<rights::Holding> found;
  if (!filter.account.empty() || sees_all())
    found = book.holdings(filter);
  else
    for (const std::string& code : own_accounts()) {
      filter.account = code;
      auto more = book.holdings(filter);
      found.insert(found.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
  // The issuer's balance is minus what was issued: that stands under caps.
  std::erase_if(found, [&](const rights::Holding& h) {
    return h.instrument == rights::cash || accounts_.at(h.account).type == rights::AccountType::issue;
  });
  return found;
}

std::string RightsDesk::only(rights::AccountType type) const {
  std::string out;
  for (const auto& [code, account] : accounts_) {
    if (account.type != type || account.status == rights::AccountStatus::closed) continue;
    if (!out.empty()) return {};
    out = code;
  }
  return out;
}

std::string RightsDesk::period(const std::string& instrument, int period) const {
  const auto found = instruments_.find(instrument);
  if (found == instruments_.end() || found->second.kind == InstrumentKind::money) return {};
  return found->second.kind == InstrumentKind::flow ? to_string(Month{period}) : std::to_string(period);
}

std::string RightsDesk::measure(const std::string& instrument) const {
  const auto found = instruments_.find(instrument);
  return found == instruments_.end() ? std::string() : found->second.measure;
}

Json RightsDesk::instrument_json(const std::string& code) const {
  const auto found = instruments_.find(code);
  return named_json(code, found == instruments_.end() ? Text{code, code} : found->second.name);
}

Json RightsDesk::side(const std::string& code) const {
  const auto found = accounts_.find(code);
  if (found == accounts_.end()) return nullptr;
  return {{"account", code}, {"owner", names_.party(found->second.owner)}};
}

Json RightsDesk::account_json(const RightAccount& account) const {
  return {{"account", account.code},
          {"owner", names_.party(account.owner)},
          {"type", to_string(account.type)},
          {"type_title", json_of(title_of(account.type))},
          {"status", to_string(account.status)},
          {"status_title", json_of(title_of(account.status))},
          {"permit", account.permit},
          {"permit_to", account.permit_to ? Json(to_string(*account.permit_to)) : Json(nullptr)}};
}

Json RightsDesk::parts(const std::string& instrument, const std::vector<rights::Part>& parts) const {
  Json out = Json::array();
  for (const rights::Part& part : parts)
    out.push_back({{"from", period(instrument, part.period)},
                   {"to", period(instrument, part.period + part.count)},
                   {"project", part.project},
                   {"amount", part.amount}});
  return out;
}

namespace {

// What is issued again in one with the expiry of a vintage.
Json carried(const Transaction& x) {
  if (x.kind != rights::TransactionKind::expire) return nullptr;
  const Json request = Json::parse(x.body);
  if (!request.contains("carried")) return nullptr;
  return {{"quantity", request.at("carried")}, {"vintage", request.at("carried_to")}};
}

}  // namespace

Json RightsDesk::json(const Transaction& x) const {
  const bool waits = x.state == TransactionState::proposed;
  const bool mine = x.initiator == call_.caller.by();
  const auto history = book.history(x.key);
  return {{"key", x.key},
          {"number", x.number},
          {"kind", to_string(x.kind)},
          {"kind_title", json_of(title_of(x))},
          {"state", to_string(x.state)},
          {"state_title", json_of(title_of(x.state))},
          {"instrument", instrument_json(x.instrument)},
          {"measure", measure(x.instrument)},
          {"from", side(x.from)},
          {"to", side(x.to)},
          {"parts", parts(x.instrument, x.parts)},
          {"carried", carried(x)},
          {"initiator", x.initiator},
          {"approver", x.approver},
          {"proposed", to_rfc3339(x.proposed)},
          {"decided", x.decided ? Json(to_rfc3339(*x.decided)) : Json(nullptr)},
          {"due", x.due ? Json(to_rfc3339(*x.due)) : Json(nullptr)},
          {"reason", history.empty() ? std::string() : history.front().act.reason},
          {"note", x.note},
          {"mine", mine},
          {"may_decide", waits && !mine && call_.caller.may_all(Permission::rights_approve)},
          {"may_cancel", waits && may_cancel(x)}};
}

bool RightsDesk::may_cancel(const Transaction& x) const {
  if (!call_.caller.may(Permission::rights_propose)) return false;
  const auto found = accounts_.find(x.from);
  return x.initiator == call_.caller.by() ||
         (std::ranges::count(of_holder, x.kind) > 0 && found != accounts_.end() && !call_.caller.party.empty() && found->second.owner == call_.caller.party);
}

namespace {

Text event_title(const std::string& event) {
  if (event == "proposed") return {"提出", "Proposed"};
  for (const auto state : {TransactionState::completed, TransactionState::delayed, TransactionState::conditional,
                           TransactionState::rejected, TransactionState::expired, TransactionState::cancelled})
    if (event == to_string(state)) return title_of(state);
  return {event, event};
}

}  // namespace

// What is left of a lease may go back early, from a month that is not over, by whom it was leased to.
Json RightsDesk::returnable(const Transaction& x) const {
  const auto lessee = accounts_.find(x.to);
  if (lessee == accounts_.end() || call_.caller.party.empty() || lessee->second.owner != call_.caller.party || !call_.caller.may(Permission::rights_propose))
    return nullptr;
  const auto left = book.returnable(x.key);
  return left ? Json{{"from", to_string(left->from)}, {"to", to_string(left->to)}} : Json(nullptr);
}

Json RightsDesk::with_history(const Transaction& x) const {
  Json out = json(x);
  out["history"] = Json::array();
  for (const auto& entry : book.history(x.key))
    out["history"].push_back({{"number", entry.number},
                              {"at", to_rfc3339(entry.at)},
                              {"event", entry.event},
                              {"event_title", json_of(event_title(entry.event))},
                              {"actor", entry.act.actor},
                              {"approver", entry.act.approver},
                              {"reason", entry.act.reason},
                              {"rule", entry.act.rule},
                              {"hash", entry.hash}});
  out["certificates"] = Json::array();
  for (const auto& one : book.certificates(x.key)) out["certificates"].push_back(one.number);
  out["returnable"] = returnable(x);
  out["request"] = Json::object();
  const Json request = Json::parse(x.body);
  for (const char* told : {"refers", "unpaid", "beneficiary", "claim", "surrendered_on", "authority", "rank", "ratio", "into", "saving",
                           "max_months", "lease_months", "delay_days", "fen", "carried", "carried_to"})
    if (request.contains(told)) out["request"][told] = request.at(told);
  // By which figures of the statement; the second person compares them.
  if (request.contains("basis"))
    for (const auto& [name, value] : request.at("basis").items()) out["request"]["basis_" + name] = value;
  return out;
}

Json RightsDesk::certificate_json(const rights::Certificate& c) const {
  return {{"number", c.number},
          {"transaction", c.transaction},
          {"account", c.account},
          {"owner", names_.party(c.holder)},
          {"instrument", instrument_json(c.instrument)},
          {"measure", measure(c.instrument)},
          {"parts", parts(c.instrument, c.parts)},
          {"lease", is_lease(book.transaction(c.transaction))},
          {"issued", to_rfc3339(c.issued)}};
}

Json RightsDesk::json(const rights::SetupChange& c) const {
  const rights::Setup& s = c.is;
  const bool waits = c.state == TransactionState::proposed;
  const bool mine = c.initiator == call_.caller.by();
  const bool cap = s.kind == rights::SetupKind::cap;
  return {{"key", c.key},
          {"kind", to_string(s.kind)},
          {"kind_title", json_of(title_of(s.kind))},
          {"state", to_string(c.state)},
          {"state_title", json_of(title_of(c.state))},
          {"instrument", s.instrument.empty() ? Json(nullptr) : instrument_json(s.instrument)},
          {"measure", measure(s.instrument)},
          {"from", cap ? period(s.instrument, s.cap.period) : ""},
          {"to", cap ? period(s.instrument, s.cap.period + s.cap.count) : ""},
          {"project", s.cap.project},
          {"quantity", cap ? s.cap.amount : s.volume},
          {"account", s.account},
          {"owner", s.owner.empty() ? Json(nullptr) : names_.party(s.owner)},
          {"type_title", s.kind == rights::SetupKind::account ? json_of(title_of(s.type)) : Json(nullptr)},
          {"permit", s.permit},
          {"permit_to", s.permit_to ? Json(to_string(*s.permit_to)) : Json(nullptr)},
          {"status_title", s.kind == rights::SetupKind::status ? json_of(title_of(s.status)) : Json(nullptr)},
          {"saving", s.saving},
          {"trusted", s.trusted},
          {"delay_days", s.working_days},
          {"initiator", c.initiator},
          {"approver", c.approver},
          {"reason", c.reason},
          {"note", c.note},
          {"proposed", to_rfc3339(c.proposed)},
          {"decided", c.decided ? Json(to_rfc3339(*c.decided)) : Json(nullptr)},
          {"may_decide", waits && !mine && call_.caller.may_all(Permission::rights_approve)},
          {"may_cancel", waits && mine}};
}

Json RightsDesk::refusal_json(const Error& error, const std::string& instrument) const {
  const rights::Article* article = packs().article(error.code(), instrument);
  return {{"code", fmt::format("{}.{}", error.code().module, error.code().name)},
          {"message", json_of(error.message())},
          {"hint", json_of(error.hint())},
          {"field", error.where().field},
          {"source", article == nullptr ? std::string() : article->source},
          {"verified", article != nullptr && article->verified}};
}

rights::Act act_of(Call& call) {
  const auto& pack = call.policy().pack();
  return {call.caller.by(), "", call.given("reason"), fmt::format("pack {} {}", pack.id, pack.version)};
}

namespace {

Json side_schema() {
  return nullable(object({{"account", text()}, {"owner", named("Named")}}));
}
}  // namespace

Json right_parts_schema() {
  return list(object({{"from", text()}, {"to", text()}, {"project", text()}, {"amount", integer()}}));
}

Json right_account_schema() {
  return object({{"account", text()},
                 {"owner", named("Named")},
                 {"type", text()},
                 {"type_title", both()},
                 {"status", text()},
                 {"status_title", both()},
                 {"permit", text()},
                 {"permit_to", nullable(text())}});
}

Json right_certificate_schema() {
  return object({{"number", text()},
                 {"transaction", text()},
                 {"account", text()},
                 {"owner", named("Named")},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"parts", right_parts_schema()},
                 {"lease", boolean()},
                 {"issued", instant()}});
}

Json right_refusal_schema() {
  return object({{"code", text()},
                 {"message", both()},
                 {"hint", both()},
                 {"field", text()},
                 {"source", text()},
                 {"verified", boolean()}});
}

Json right_change_schema() {
  return object({{"key", text()},
                 {"kind", text()},
                 {"kind_title", both()},
                 {"state", text()},
                 {"state_title", both()},
                 {"instrument", nullable(named("Named"))},
                 {"measure", text()},
                 {"from", text()},
                 {"to", text()},
                 {"project", text()},
                 {"quantity", integer()},
                 {"account", text()},
                 {"owner", nullable(named("Named"))},
                 {"type_title", nullable(both())},
                 {"permit", text()},
                 {"permit_to", nullable(text())},
                 {"status_title", nullable(both())},
                 {"saving", text()},
                 {"trusted", text()},
                 {"delay_days", integer()},
                 {"initiator", text()},
                 {"approver", text()},
                 {"reason", text()},
                 {"note", text()},
                 {"proposed", instant()},
                 {"decided", nullable(instant())},
                 {"may_decide", boolean()},
                 {"may_cancel", boolean()}});
}

Json right_transaction_schema() {
  return object({{"key", text()},
                 {"number", integer()},
                 {"kind", text()},
                 {"kind_title", both()},
                 {"state", text()},
                 {"state_title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"from", side_schema()},
                 {"to", side_schema()},
                 {"parts", right_parts_schema()},
                 {"carried", nullable(object({{"quantity", integer(1)}, {"vintage", integer()}}))},
                 {"initiator", text()},
                 {"approver", text()},
                 {"proposed", instant()},
                 {"decided", nullable(instant())},
                 {"due", nullable(instant())},
                 {"reason", text()},
                 {"note", text()},
                 {"mine", boolean()},
                 {"may_decide", boolean()},
                 {"may_cancel", boolean()}});
}

Json right_detail_schema() {
  Json out = right_transaction_schema();
  const Json history = object({{"number", integer(1)},
                               {"at", instant()},
                               {"event", text()},
                               {"event_title", both()},
                               {"actor", text()},
                               {"approver", text()},
                               {"reason", text()},
                               {"rule", text()},
                               {"hash", text()}});
  out["properties"]["history"] = list(history);
  out["properties"]["certificates"] = list(text());
  out["properties"]["returnable"] = nullable(object({{"from", text()}, {"to", text()}}));
  out["required"].push_back("returnable");
  out["properties"]["request"] = schema::map_of(schema::any());
  out["required"].push_back("request");
  out["required"].push_back("history");
  out["required"].push_back("certificates");
  return out;
}

}  // namespace tributary::api
