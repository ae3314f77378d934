// Accounts, the journal, its check and export.
#include "api/routes.h"
#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/ledger.h"
#include "rights/rights.h"

#include <sstream>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using ledger::Ledger;
using schema::boolean, schema::both, schema::day, schema::decimal, schema::instant, schema::integer, schema::line,
    schema::list, schema::named, schema::nullable, schema::object, schema::text;

// What an amount needs to be shown: the decimals of each unit, and whose each account is. Accounts are read
// when asked for: a page names few of them.
class Books {
 public:
  explicit Books(const Ledger& ledger) : ledger_(ledger) {
    for (const auto& unit : ledger.units()) decimals_[unit.code] = unit.decimals;
  }
  // Throws unknown_account.
  const ledger::Account& account(ledger::AccountId id) const {
    const auto found = accounts_.find(id.value);
    return found != accounts_.end() ? found->second
                                    : accounts_.emplace(id.value, ledger_.account(id)).first->second;
  }
  std::string amount(std::int64_t amount, const std::string& unit) const {
    const auto found = decimals_.find(unit);
    return ledger::format_amount(amount, found == decimals_.end() ? 0 : found->second);
  }

 private:
  const Ledger& ledger_;
  std::map<std::string, int> decimals_;
  mutable std::map<std::int64_t, ledger::Account> accounts_;
};

bool visible(const std::optional<std::set<std::string>>& parties, const std::string& owner) {
  return !parties || parties->contains(owner);
}

Json account_ref(const Books& books, const Names& names, ledger::AccountId id) {
  const ledger::Account& account = books.account(id);
  return {{"account", id.value}, {"owner", names.party(account.owner)}, {"purpose", account.purpose}};
}

Json account_ref_schema() {
  return object({{"account", integer(0)}, {"owner", named("Named")}, {"purpose", text()}});
}

Page list_accounts(Call& call, const PageRequest& page) {
  const Ledger ledger(call.database(), call.tenant(), call.clock());
  const Books books(ledger);
  const Names names(call);
  const auto parties = call.caller.parties(Permission::ledger_read);
  std::vector<Json> all;
  for (const auto& [account, balance] : ledger.accounts()) {
    if (!visible(parties, account.owner) || rights::is_of_registry(account)) continue;
    all.push_back(
        {{"id", account.id.value},
         {"owner", names.party(account.owner)},
         {"purpose", account.purpose},
         {"unit", account.unit},
         {"balance", books.amount(balance.posted, account.unit)},
         {"available", books.amount(balance.available(), account.unit)},
         {"held", books.amount(balance.pending_out, account.unit)},
         {"floor", account.floor ? Json(books.amount(*account.floor, account.unit)) : Json(nullptr)},
         {"open", account.open},
         {"opened", to_rfc3339(account.opened)}});
  }
  return page_of(std::move(all), page);
}

bool is_completed(Call& call, const std::string& right) {
  const WorkCalendar none;
  const rights::Rights book(call.database(), call.tenant(), call.clock(), none);
  try {
    return book.transaction(right).state == rights::TransactionState::completed;
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
    return false;
  }
}

// Into an order, or back out of it to its owner; what a trade takes from one goes to another.
bool sets_aside(const ledger::Account& debit, const ledger::Account& credit) {
  const auto in_order = [](const ledger::Account& a) {
    return a.purpose == fmt::format("right:{}", rights::to_string(rights::Compartment::reserved));
  };
  return debit.owner == credit.owner && (in_order(debit) || in_order(credit));
}

Page list_transfers(Call& call, const PageRequest& page) {
  const Ledger ledger(call.database(), call.tenant(), call.clock());
  const Books books(ledger);
  const Names names(call);
  const auto parties = call.caller.parties(Permission::ledger_read);
  ledger::JournalFilter filter;
  filter.from = call.day("from");
  filter.to = call.day("to");
  if (const auto account = call.whole("account")) {
    try {
      if (!visible(parties, books.account(ledger::AccountId{*account}).owner))
        throw not_found({"这个账户", "account"});
    } catch (const Error& e) {
      if (e.code() != ledger::codes::unknown_account) throw;
      throw not_found({"这个账户", "account"});
    }
    filter.account = ledger::AccountId{*account};
  }
  if (call.has("statement")) filter.cause = ledger::Cause{"statement", call.text("statement")};
  if (call.has("right")) filter.cause = ledger::Cause{"right", call.text("right")};
  // Rights have lists of their own: a page goes on past what the registry moved, as far as one answer may. A completed
  // transaction may be followed to its transfers; what an order set aside is nobody's to read.
  const bool settled_right = call.has("right") && is_completed(call, call.text("right"));
  constexpr int most_reads = 20;
  const auto shown = [&](const ledger::Transfer& t) {
    const ledger::Account &debit = books.account(t.debit), &credit = books.account(t.credit);
    return (visible(parties, debit.owner) || visible(parties, credit.owner)) &&
           (!rights::is_of_registry(debit) || (settled_right && !sets_aside(debit, credit)));
  };
  Page out;
  std::int64_t from = page.cursor.empty() ? 0 : whole_number(page.cursor).value_or(0);
  for (int reads = 0; reads < most_reads; ++reads) {
    const ledger::JournalPage journal = ledger.journal(filter, from, static_cast<int>(page.limit));
    out.next.clear();
    for (const ledger::Transfer& t : journal.transfers) {
      if (!shown(t)) continue;
      if (out.items.size() == page.limit) {
        out.next = std::to_string(t.number);
        return out;
      }
      const std::string& unit = books.account(t.debit).unit;
      out.items.push_back({{"number", t.number},
                           {"id", t.id},
                           {"action", ledger::to_string(t.action)},
                           {"date", to_string(t.legal_date)},
                           {"debit", account_ref(books, names, t.debit)},
                           {"credit", account_ref(books, names, t.credit)},
                           {"amount", books.amount(t.amount, unit)},
                           {"unit", unit},
                           {"cause", {{"kind", t.cause.kind}, {"id", t.cause.id}}},
                           {"state", ledger::to_string(t.state)},
                           {"recorded", to_rfc3339(t.recorded)},
                           {"corrects", t.corrects.empty() ? Json(nullptr) : Json(t.corrects)},
                           {"note", t.note}});
    }
    from = journal.next;
    if (from == 0) return out;
    out.next = std::to_string(from);
    if (out.items.size() == page.limit) return out;
  }
  return out;
}

Answer check_ledger(Call& call) {
  const Ledger ledger(call.database(), call.tenant(), call.clock());
  Json violations = Json::array();
  for (const auto& v : ledger.check())
    violations.push_back({{"rule", v.rule}, {"subject", v.subject}, {"message", json_of(v.message)}});
  Json totals = Json::array();
  for (const auto& total : ledger.totals())
    totals.push_back({{"unit", total.unit.code},
                      {"name", json_of(total.unit.name)},
                      {"accounts", total.accounts},
                      {"sum", ledger::format_amount(total.posted, total.unit.decimals)},
                      {"in_circulation", ledger::format_amount(total.positive, total.unit.decimals)},
                      {"held", ledger::format_amount(total.pending, total.unit.decimals)}});
  return Json{{"sound", violations.empty()},
              {"violations", violations},
              {"totals", totals},
              {"closed_through", json_of(ledger.closed_through())}};
}

// What the registry of rights moved is left out here as in the lists: cash set aside for a sealed bid would tell
// it. An account of the registry is written «owner:right-…»; entries stand apart by an empty line.
std::string without_registry(const std::string& journal) {
  constexpr std::string_view mark = ":right-";
  std::string out;
  std::size_t number = 0;
  for (std::size_t at = 0; at < journal.size(); ++number) {
    std::size_t end = journal.find("\n\n", at);
    end = end == std::string::npos ? journal.size() : end + 1;  // with the end of its last line
    const std::string_view entry = std::string_view(journal).substr(at, end - at);
    at = std::min(journal.size(), end + 1);
    if (number == 1) {  // units and accounts
      for (const std::string_view line : split(entry, '\n'))
        if (!line.empty() && line.find(mark) == std::string_view::npos) (out += line) += '\n';
    } else if (entry.find(mark) == std::string_view::npos) {
      if (number > 0) out += '\n';
      out += entry;
      if (number == 0) out += '\n';
    }
  }
  return out;
}

Answer export_ledger(Call& call) {
  std::ostringstream out;
  Ledger(call.database(), call.tenant(), call.clock()).export_hledger(out);
  call.note("ledger.export", "ledger", "hledger");
  return file(without_registry(out.str()), "text/plain; charset=utf-8", "ledger.journal");
}

}  // namespace

void add_ledger_routes(RouteTable& table) {
  table.add({.path = "/api/v1/ledger/accounts",
             .name = "accounts",
             .tag = "ledger",
             .summary = {"账户与余额", "accounts and balances"},
             .access = Access::to(Permission::ledger_read),
             .answer = object({{"id", integer(1)},
                               {"owner", named("Named")},
                               {"purpose", text()},
                               {"unit", text()},
                               {"balance", decimal()},
                               {"available", decimal()},
                               {"held", decimal()},
                               {"floor", nullable(decimal())},
                               {"open", boolean()},
                               {"opened", instant()}}),
             .sorts = {"id", "balance"},
             .pager = list_accounts});
  table.add({.path = "/api/v1/ledger/transfers",
             .name = "transfers",
             .tag = "ledger",
             .summary = {"分录，新的在前", "transfers, newest first"},
             .access = Access::to(Permission::ledger_read),
             .query = {{"account", integer(1), {"账户", "account"}},
                       {"statement", text(40), {"结算单", "statement"}},
                       {"right", line(150), {"登记交易的编号", "key of a transaction of rights"}},
                       {"from", day(), {"起日（记账日）", "first legal date"}},
                       {"to", day(), {"止日（含）", "last legal date, included"}}},
             .answer = object({{"number", integer(1)},
                               {"id", text()},
                               {"action", text()},
                               {"date", day()},
                               {"debit", account_ref_schema()},
                               {"credit", account_ref_schema()},
                               {"amount", decimal()},
                               {"unit", text()},
                               {"cause", object({{"kind", text()}, {"id", text()}})},
                               {"state", text()},
                               {"recorded", instant()},
                               {"corrects", nullable(text())},
                               {"note", text()}}),
             .pager = list_transfers});
  table.add({.path = "/api/v1/ledger/check",
             .name = "ledger_check",
             .tag = "ledger",
             .summary = {"证明账本各项不变量", "prove the invariants of the ledger"},
             .access = Access::whole(Permission::ledger_read),
             .answer = object(
                 {{"sound", boolean()},
                  {"violations", list(object({{"rule", text()}, {"subject", text()}, {"message", both()}}))},
                  {"totals", list(object({{"unit", text()},
                                          {"name", both()},
                                          {"accounts", integer()},
                                          {"sum", decimal()},
                                          {"in_circulation", decimal()},
                                          {"held", decimal()}}))},
                  {"closed_through", nullable(day())}}),
             .handler = check_ledger});
  table.add({.path = "/api/v1/ledger/export",
             .name = "ledger_export",
             .tag = "ledger",
             .summary = {"导出纯文本账（hledger）", "export as plain text (hledger)"},
             .access = Access::whole(Permission::ledger_export),
             .answer_types = {"text/plain"},
             .handler = export_ledger});
}

}  // namespace tributary::api
