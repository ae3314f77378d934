#include "api/rights_desk.h"

#include "rights/codes.h"

namespace tributary::api {

using identity::Permission;
using rights::InstrumentKind;
using rights::Month;
using rights::RightAccount;
using rights::Transaction;
using rights::TransactionState;
using schema::boolean, schema::instant, schema::integer, schema::list, schema::named, schema::nullable,
    schema::object, schema::text;

RightsDesk::RightsDesk(Call& call)
    : call_(call),
      book(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar()),
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
  return !parties_ || sees(x.from) || sees(x.to);
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

std::vector<std::string> RightsDesk::own_accounts() const {
  std::vector<std::string> out;
  for (const auto& [code, account] : accounts_)
    if (sees(account)) out.push_back(code);
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

Json RightsDesk::parts(const std::string& instrument, const std::vector<rights::Part>& parts) const {
  Json out = Json::array();
  for (const rights::Part& part : parts)
    out.push_back({{"from", period(instrument, part.period)},
                   {"to", period(instrument, part.period + part.count)},
                   {"project", part.project},
                   {"amount", part.amount}});
  return out;
}

Json RightsDesk::json(const Transaction& x) const {
  const bool waits = x.state == TransactionState::proposed;
  const bool mine = x.initiator == call_.caller.by();
  return {{"key", x.key},
          {"number", x.number},
          {"kind", to_string(x.kind)},
          {"state", to_string(x.state)},
          {"instrument", instrument_json(x.instrument)},
          {"measure", measure(x.instrument)},
          {"from", side(x.from)},
          {"to", side(x.to)},
          {"parts", parts(x.instrument, x.parts)},
          {"initiator", x.initiator},
          {"approver", x.approver},
          {"proposed", to_rfc3339(x.proposed)},
          {"decided", x.decided ? Json(to_rfc3339(*x.decided)) : Json(nullptr)},
          {"due", x.due ? Json(to_rfc3339(*x.due)) : Json(nullptr)},
          {"note", x.note},
          {"mine", mine},
          {"may_decide", waits && !mine && call_.caller.may_all(Permission::rights_approve)},
          {"may_cancel", waits && may_cancel(x)}};
}

bool RightsDesk::may_cancel(const Transaction& x) const {
  if (!call_.caller.may(Permission::rights_propose)) return false;
  const auto found = accounts_.find(x.from);
  return x.initiator == call_.caller.by() ||
         (found != accounts_.end() && !call_.caller.party.empty() && found->second.owner == call_.caller.party);
}

Json RightsDesk::with_history(const Transaction& x) const {
  Json out = json(x);
  out["history"] = Json::array();
  for (const auto& entry : book.history(x.key))
    out["history"].push_back({{"number", entry.number},
                              {"at", to_rfc3339(entry.at)},
                              {"event", entry.event},
                              {"actor", entry.act.actor},
                              {"approver", entry.act.approver},
                              {"reason", entry.act.reason},
                              {"rule", entry.act.rule},
                              {"hash", entry.hash}});
  out["certificates"] = Json::array();
  for (const auto& one : book.certificates(x.key)) out["certificates"].push_back(one.number);
  return out;
}

namespace {

Json side_schema() {
  return nullable(object({{"account", text()}, {"owner", named("Named")}}));
}
Json parts_schema() {
  return list(object({{"from", text()}, {"to", text()}, {"project", text()}, {"amount", integer()}}));
}
}  // namespace

Json right_transaction_schema() {
  return object({{"key", text()},
                 {"number", integer()},
                 {"kind", text()},
                 {"state", text()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"from", side_schema()},
                 {"to", side_schema()},
                 {"parts", parts_schema()},
                 {"initiator", text()},
                 {"approver", text()},
                 {"proposed", instant()},
                 {"decided", nullable(instant())},
                 {"due", nullable(instant())},
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
                               {"actor", text()},
                               {"approver", text()},
                               {"reason", text()},
                               {"rule", text()},
                               {"hash", text()}});
  out["properties"]["history"] = list(history);
  out["properties"]["certificates"] = list(text());
  out["required"].push_back("history");
  out["required"].push_back("certificates");
  return out;
}

}  // namespace tributary::api
