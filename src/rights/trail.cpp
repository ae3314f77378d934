// How a right came about, and what still binds it: certificates, standing orders, the chain from the cap to today.
#include "rights/desk.h"
#include "rights/journal.h"
#include "rights/look.h"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

constexpr std::string_view certificate_columns =
    "number, transaction_key, account, holder, instrument, parts, issued";

Certificate certificate_of(const store::Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), parts_of(Json::parse(r.text(5))), {r.integer(6)}};
}

bool touches(const std::vector<Part>& parts, const std::optional<Term>& term) {
  if (!term || parts.empty()) return true;
  return std::ranges::any_of(parts, [&](const Part& part) {
    return part.period < term->to.index && part.period + part.count > term->from.index;
  });
}

}  // namespace

std::vector<Error> Rights::examine(const Proposal& proposal, const Act& first) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    Desk desk(book);
    try {
      require_act(first, false);
      desk.prepare(std::span(&proposal, 1));
    } catch (const Error& e) {  // no such instrument: nothing else can be said of it
      return std::vector<Error>{e};
    }
    return desk.examine(proposal, first);
  });
}

std::optional<Term> Rights::returnable(std::string_view key) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) -> std::optional<Term> {
    Desk desk(book);
    book.load_transactions({std::string(key)});
    const TransactionRow* lease = book.transaction(key);
    if (lease == nullptr)
      throw Error(codes::unknown_transaction,
                  {fmt::format("没有编号为“{}”的交易", key), fmt::format("there is no transaction “{}”", key)});
    if (!is_lease(lease->is) || lease->is.state != TransactionState::completed) return std::nullopt;
    book.load_returns(lease->is);
    try {
      Term left = desk.left_of(*lease);
      left.from = std::max(left.from, Month::of(book.today()));
      return left.from < left.to ? std::optional(left) : std::nullopt;
    } catch (const Error&) {  // one waits
      return std::nullopt;
    }
  });
}

std::vector<Certificate> Rights::certificates(std::string_view transaction) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Certificate> out;
    t.each([&](const store::Row& r) { out.push_back(certificate_of(r)); },
           fmt::format("SELECT {} FROM right_certificate WHERE jurisdiction = ? AND transaction_key = ? ORDER BY number",
                       certificate_columns),
           jurisdiction_, transaction);
    return out;
  });
}

std::vector<Certificate> Rights::certificates_of(std::string_view account) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Certificate> out;
    t.each([&](const store::Row& r) { out.push_back(certificate_of(r)); },
           fmt::format("SELECT {} FROM right_certificate WHERE jurisdiction = ? AND (CAST(? AS TEXT) = '' OR account = "
                       "?) ORDER BY issued DESC, number DESC",
                       certificate_columns),
           jurisdiction_, account, account);
    return out;
  });
}

std::optional<Certificate> Rights::certificate(std::string_view number) const {
  return database_.read([&](store::Transaction& t) -> std::optional<Certificate> {
    const auto row =
        t.first(fmt::format("SELECT {} FROM right_certificate WHERE jurisdiction = ? AND number = ?", certificate_columns),
                jurisdiction_, number);
    if (!row) return std::nullopt;
    return certificate_of(*row);
  });
}

std::vector<FreezeOrder> Rights::freezes(std::string_view account) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<FreezeOrder> out;
    t.each(
        [&](const store::Row& r) {
          FreezeOrder one{r.text(0), r.text(1), r.text(2), r.integer(3), {}, static_cast<int>(r.integer(6)), r.text(7)};
          if (r.integer(5) > 0) one.term = Term{{static_cast<int>(r.integer(4))}, {static_cast<int>(r.integer(5))}};
          out.push_back(std::move(one));
        },
        "SELECT f.key, a.code, f.instrument, f.quantity, f.period_from, f.period_to, f.rank, f.authority FROM "
        "right_freeze f JOIN right_account a ON a.jurisdiction = f.jurisdiction AND a.id = f.account WHERE "
        "f.jurisdiction = ? AND f.quantity > 0 AND (CAST(? AS TEXT) = '' OR a.code = ?) ORDER BY a.code, f.instrument, "
        "f.rank, f.since",
        jurisdiction_, account, account);
    return out;
  });
}

std::vector<Transaction> Rights::chain(std::string_view account, std::string_view instrument,
                                       std::optional<Term> term) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::set<std::string> keys;
    book.store().each([&](const store::Row& row) { keys.insert(row.text(0)); },
                      "SELECT key FROM right_transaction WHERE jurisdiction = ? AND instrument = ? AND state = 2",
                      jurisdiction_, instrument);
    book.load_transactions(keys);
    std::vector<const Transaction*> all;
    for (const std::string& key : keys) all.push_back(&book.transaction(key)->is);
    // Backwards in time: whoever gave to somebody on the way is on the way from then on back.
    std::ranges::sort(all, [](const Transaction* a, const Transaction* b) {
      return std::tie(a->decided, a->number) > std::tie(b->decided, b->number);
    });
    std::set<std::string, std::less<>> upstream{std::string(account)};
    std::vector<Transaction> out;
    for (const Transaction* x : all) {
      if (!touches(x->parts, term)) continue;
      const bool own = x->from == account || x->to == account;
      // What others pledged or had frozen of theirs is no part of it.
      if (!own && (x->from == x->to || !upstream.contains(x->to))) continue;
      if (upstream.contains(x->to)) upstream.insert(x->from);
      out.push_back(*x);
    }
    std::ranges::reverse(out);
    return out;
  });
}

std::vector<JournalEntry> Rights::caps_set(std::string_view instrument) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<JournalEntry> out;
    t.each(
        [&](const store::Row& row) {
          JournalEntry entry = entry_of(row);
          if (Json::parse(entry.content).value("instrument", "") == instrument) out.push_back(std::move(entry));
        },
        fmt::format("SELECT {} FROM right_journal WHERE jurisdiction = ? AND event = 'cap' ORDER BY number",
                    journal_columns),
        jurisdiction_);
    return out;
  });
}

}  // namespace tributary::rights
