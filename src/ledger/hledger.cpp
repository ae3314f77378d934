// The journal as plain-text accounting, so that a program we did not write can check it.
#include "base/text.h"
#include "ledger/ledger.h"
#include "ledger/rows.h"

#include <map>
#include <ostream>
#include <set>

#include <fmt/format.h>

namespace tributary::ledger {

namespace {

// hledger reads "  " as the end of an account's name, ";" as a comment, ":" as a level, and brackets, "*" or
// "!" in front as marks.
std::string account_part(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    const bool mark = std::string_view(";:()[]*!#\"|").find(c) != std::string_view::npos;
    const char shown = blank ? ' ' : mark ? '-' : c;
    if (shown == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += shown;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? "-" : out;
}

// Text on one line, without what ends a code or begins a comment.
std::string line_part(std::string_view text, std::string_view forbidden) {
  std::string out;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) < 0x20;
    out += blank ? ' ' : forbidden.find(c) != std::string_view::npos ? '-' : c;
  }
  return std::string(trim(out));
}

std::string commodity(std::string_view code) {
  const bool letters =
      std::ranges::all_of(code, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return letters ? std::string(code) : fmt::format("\"{}\"", code);
}

class Exporter {
 public:
  Exporter(std::ostream& out, std::vector<UnitOfAccount> units, const std::vector<AccountBalance>& accounts)
      : out_(out) {
    for (auto& unit : units) decimals_[unit.code] = unit.decimals;
    std::map<std::string, std::set<std::pair<std::string, std::string>>> users;
    const auto plain = [](const Account& a) { return account_part(a.owner) + ":" + account_part(a.purpose); };
    for (const auto& [account, balance] : accounts)
      users[plain(account)].insert({account.owner, account.purpose});
    for (const auto& [account, balance] : accounts) {
      std::string name = plain(account);
      // Two that read alike after the cleaning are told apart by their number.
      if (users[name].size() > 1) name += fmt::format(" #{}", account.id.value);
      names_.emplace(account.id.value, Named{std::move(name), account.unit});
    }
  }

  void head(const std::string& jurisdiction) {
    print("; {}\ndecimal-mark .\n\n", jurisdiction);
    for (const auto& [code, places] : decimals_)
      print("commodity {} 1000.{}\n", commodity(code), std::string(static_cast<std::size_t>(places), '0'));
    std::set<std::string> declared;
    for (const auto& [id, named] : names_) declared.insert(named.name);
    for (const auto& name : declared) print("account {}\n", name);
  }

  void write(const Transfer& t) {
    const bool counts = t.action == Action::post || t.action == Action::settle;
    const auto& debit = names_.at(t.debit.value);
    const auto& credit = names_.at(t.credit.value);
    const int places = decimals_.at(debit.unit);
    const std::string amount = format_amount(t.amount, places);
    const std::string symbol = commodity(debit.unit);
    const std::string code = line_part(t.id, "()");
    const std::string cause = line_part(t.cause.kind + " " + t.cause.id, ";|");
    const std::string day = tributary::to_string(t.legal_date);
    if (!counts) {
      print("\n; {} ({}) {} {}, {}: {} -> {}  {} {}\n", day, code, to_string(t.action), to_string(t.state),
            cause, debit.name, credit.name, symbol, amount);
      return;
    }
    print("\n{} ({}) {}\n", day, code, cause);
    if (!t.hold.empty()) print("    ; settles: {}\n", line_part(t.hold, ""));
    if (!t.corrects.empty()) print("    ; corrects: {}\n", line_part(t.corrects, ""));
    if (!t.note.empty()) print("    ; note: {}\n", line_part(t.note, ""));
    print("    {}  {} -{}\n", debit.name, symbol, amount);
    print("    {}  {} {}\n", credit.name, symbol, amount);
  }

 private:
  struct Named {
    std::string name;
    std::string unit;
  };
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    out_ << fmt::format(format, std::forward<Args>(args)...);
  }

  std::ostream& out_;
  std::map<std::string, int> decimals_;
  std::map<std::int64_t, Named> names_;
};

}  // namespace

void Ledger::export_hledger(std::ostream& out) const {
  const Instant now = clock_.now();
  database_.read([&](store::Transaction& t) {
    Exporter exporter(out, read_units(t, jurisdiction_), read_accounts(t, jurisdiction_, now));
    exporter.head(jurisdiction_);
    t.each([&](const store::Row& row) { exporter.write(transfer_of(row)); },
           fmt::format("SELECT {} FROM {} WHERE t.jurisdiction = ? ORDER BY t.legal_date, t.number",
                       transfer_columns, transfer_from),
           jurisdiction_);
  });
}

}  // namespace tributary::ledger
