// The fast ledger against the slow one: equal outcomes for every request, equal state every 64 requests.
#include "base/codes.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "ledger/naive_ledger.h"
#include "ledger/random_requests.h"
#include "store/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::ledger {

namespace {

std::string text(const Transfer& t) {
  return fmt::format("{} {} {} {}>{} {} {} {} {} {} hold={} exp={} corr={} note={} {}/{} {}", t.number, t.id,
                     to_string(t.action), t.debit.value, t.credit.value, t.amount, t.cause.kind, t.cause.id,
                     tributary::to_string(t.legal_date), t.recorded.seconds, t.hold,
                     t.expires ? t.expires->seconds : -1, t.corrects, t.note, t.chain, t.chain_size,
                     to_string(t.state));
}
std::string text(const Account& a, const Balance& b) {
  return fmt::format("{} {} {} {} floor={} {} {} {} {} {}", a.id.value, a.owner, a.unit, a.purpose,
                     a.floor ? fmt::format("{}", *a.floor) : "-", a.open, a.opened.seconds, b.posted,
                     b.pending_in, b.pending_out);
}

// The hash of a state does not depend on any order or layout: the sum of the hashes of its accounts and
// transfers.
struct StateHash {
  std::uint64_t sum = 0;
  void add(const std::string& item) { sum += std::hash<std::string>{}(item); }
  bool operator==(const StateHash&) const = default;
};
StateHash hash_of(const Ledger& ledger) {
  StateHash out;
  for (const auto& [account, balance] : ledger.accounts()) out.add(text(account, balance));
  ledger.each_transfer([&](const Transfer& t) { out.add(text(t)); });
  return out;
}
StateHash hash_of(const NaiveLedger& ledger) {
  StateHash out;
  for (const auto& [id, account] : ledger.accounts) out.add(text(account, ledger.balances.at(id)));
  for (const auto& t : ledger.journal) out.add(text(t));
  return out;
}

// A slow, obvious balance on a day; nothing when it does not fit. Days are not the order of recording, so it
// may be beyond what the balance ever was.
std::optional<std::int64_t> balance_on(const NaiveLedger& ledger, std::int64_t account, Date day) {
  __int128 out = 0;
  for (const auto& t : ledger.journal) {
    if (t.legal_date > day || t.action == Action::hold || t.action == Action::void_hold) continue;
    if (t.debit.value == account) out -= t.amount;
    if (t.credit.value == account) out += t.amount;
  }
  const auto fitting = static_cast<std::int64_t>(out);
  return fitting == out ? std::optional(fitting) : std::nullopt;
}
// When the journal was as long as `position`.
std::vector<std::int64_t> posted_at(const NaiveLedger& ledger, std::span<const AccountId> accounts,
                                    std::int64_t position) {
  std::vector<std::int64_t> out;
  for (const AccountId id : accounts) {
    std::int64_t posted = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(position); ++i) {
      const auto& t = ledger.journal[i];
      if (t.action == Action::hold || t.action == Action::void_hold) continue;
      if (t.debit == id) posted -= t.amount;
      if (t.credit == id) posted += t.amount;
    }
    out.push_back(posted);
  }
  return out;
}

std::optional<std::int64_t> balance_on(const Ledger& ledger, AccountId account, Date day) {
  try {
    return ledger.balance_on(account, day);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), tributary::codes::number_overflow);
    return std::nullopt;
  }
}

bool fits(const JournalFilter& f, const Transfer& t) {
  if (f.account && t.debit != *f.account && t.credit != *f.account) return false;
  if (f.cause && t.cause.kind != f.cause->kind) return false;
  if (f.cause && !f.cause->id.empty() && t.cause.id != f.cause->id) return false;
  return (!f.from || t.legal_date >= *f.from) && (!f.to || t.legal_date <= *f.to);
}

void expect_same_journal(const Ledger& fast, const NaiveLedger& naive, const JournalFilter& filter,
                         int limit) {
  std::vector<const Transfer*> fitting;
  for (auto t = naive.journal.rbegin(); t != naive.journal.rend(); ++t)
    if (fits(filter, *t)) fitting.push_back(&*t);
  if (!filter.account && !filter.cause && (filter.from || filter.to))
    std::ranges::stable_sort(fitting, [](auto* a, auto* b) { return a->legal_date > b->legal_date; });
  std::vector<std::string> expected;
  for (const auto* t : fitting) expected.push_back(text(*t));
  std::vector<std::string> got;
  std::int64_t from = 0;
  do {
    const auto page = fast.journal(filter, from, limit);
    ASSERT_LE(page.transfers.size(), static_cast<std::size_t>(limit));
    for (const auto& t : page.transfers) got.push_back(text(t));
    ASSERT_LE(got.size(), expected.size());
    from = page.next;
  } while (from != 0);
  EXPECT_EQ(got, expected);
}

std::vector<Outcome> post_in_own_transaction(store::Database& db, Ledger& ledger,
                                             const std::vector<Request>& requests) {
  return db.write([&](store::Transaction& t) { return ledger.post(t, requests); });
}

}  // namespace

class Differential : public testing::TestWithParam<std::tuple<std::string, int>> {};

TEST_P(Differential, FastEqualsNaive) {
  const auto [kind, seed] = GetParam();
  SCOPED_TRACE(fmt::format("database={} seed={}", kind, seed));
  store::TestDatabase database(kind);
  database.db().migrate(migrations());
  const auto second = store::Database::open(database.url());
  FixedClock clock(parse_instant("2020-10-05 09:00"));
  // Two ledgers on two connections take turns: what one remembers must not outlive what the other does.
  Ledger ledgers[] = {{database.db(), "341602", clock}, {*second, "341602", clock}};
  store::Database* databases[] = {&database.db(), second.get()};
  // Another tenant in the same tables, to be left alone.
  Ledger neighbour(database.db(), "341621", clock);
  NaiveLedger naive;

  for (const auto& unit : random_units()) {
    ledgers[0].define_unit(unit);
    neighbour.define_unit(unit);
  }
  const auto accounts = random_accounts();
  const auto ids = ledgers[0].open_accounts(accounts);
  neighbour.open_accounts(accounts);
  ledgers[0].close_account(ids.back());
  for (const auto id : ids) {
    naive.accounts[id.value] = ledgers[0].account(id);
    naive.balances[id.value] = {};
  }
  const Request other{.id = "T-1",
                      .debit = {1},
                      .credit = {2},
                      .amount = 5,
                      .cause = {"opening", "1"},
                      .legal_date = make_date(2020, 10, 5)};
  ASSERT_EQ(neighbour.post(std::span(&other, 1)).front(), Outcome::accepted);

  RandomRequests random(static_cast<std::uint64_t>(seed), static_cast<std::int64_t>(accounts.size()));
  std::map<Outcome, int> seen;
  int done = 0;
  int since_hash = 0;
  while (done < 12'000) {
    const auto which = static_cast<std::size_t>(random.below(2));
    if (random.chance(30)) clock.set({clock.now().seconds + random.below(9'000)});
    if (random.chance(1)) {
      const Date day = day_of(clock.now()) - std::chrono::days{20 + random.below(20)};
      if (!naive.closed || *naive.closed <= day) {
        ledgers[which].close(day);
        naive.closed = day;
      }
      EXPECT_EQ(ledgers[1 - which].closed_through(), naive.closed);
    }
    if (random.chance(2)) {
      const std::int64_t id = 1 + random.below(static_cast<std::int64_t>(accounts.size()));
      const std::int64_t floor = -random.below(100'000);
      // Lapsed holds are let go of by the next batch, in both.
      ASSERT_TRUE(naive.post({}, clock.now()).empty());
      if (naive.balances[id].available() >= floor) {
        ledgers[which].set_floor({id}, floor);
        naive.accounts[id].floor = floor;
      }
    }
    const auto batch = random.batch(clock.now());
    const auto fast = random.chance(10) ? post_in_own_transaction(*databases[which], ledgers[which], batch)
                                        : ledgers[which].post(batch);
    const auto slow = naive.post(batch, clock.now());
    ASSERT_EQ(fast.size(), batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ASSERT_EQ(to_string(fast[i]), to_string(slow[i])) << "request " << done + static_cast<int>(i) << " id "
                                                        << batch[i].id << " " << to_string(batch[i].action);
      ++seen[fast[i]];
    }
    done += static_cast<int>(batch.size());
    since_hash += static_cast<int>(batch.size());
    if (since_hash < 64) continue;
    since_hash = 0;
    if (hash_of(ledgers[which]) != hash_of(naive)) {
      std::vector<std::string> a, b;
      for (const auto& [account, balance] : ledgers[which].accounts()) a.push_back(text(account, balance));
      ledgers[which].each_transfer([&](const Transfer& t) { a.push_back(text(t)); });
      for (const auto& [id, account] : naive.accounts) b.push_back(text(account, naive.balances.at(id)));
      for (const auto& t : naive.journal) b.push_back(text(t));
      ASSERT_EQ(a, b) << "after request " << done;
      FAIL() << "hashes differ, contents do not";
    }
  }
  // The run is worth something only if it meets every outcome.
  for (const auto& code : codes::outcomes) {
    const auto outcome = static_cast<Outcome>(code.number);
    EXPECT_GT(seen[outcome], 0) << code.name;
  }
  for (const auto& violation : ledgers[0].check())
    ADD_FAILURE() << violation.rule << " " << violation.subject << ": " << violation.message.en;
  EXPECT_EQ(neighbour.balance({2}).posted, 5);
  EXPECT_EQ(neighbour.journal({}).transfers.size(), 1U);

  const Date day = day_of(clock.now()) - std::chrono::days{30};
  for (const auto id : ids) {
    EXPECT_EQ(balance_on(ledgers[0], id, day), balance_on(naive, id.value, day)) << id.value;
    EXPECT_EQ(ledgers[0].balance_on(id, make_date(9999, 12, 31)), naive.balances[id.value].posted)
        << id.value;
    EXPECT_EQ(ledgers[0].balance(id), naive.balances[id.value]) << id.value;
  }
  const auto length = static_cast<std::int64_t>(naive.journal.size());
  EXPECT_EQ(ledgers[0].position(), length);
  for (const std::int64_t position : {length, length - 1, length / 2, std::int64_t{3}, std::int64_t{0}})
    databases[0]->read([&](store::Transaction& t) {
      EXPECT_EQ(ledgers[0].posted_at(t, ids, position), posted_at(naive, ids, position)) << position;
    });
  expect_same_journal(ledgers[0], naive, {.account = ids[1]}, 50);
  expect_same_journal(ledgers[0], naive, {.account = ids[8], .cause = Cause{"trade", ""}, .from = day}, 7);
  expect_same_journal(ledgers[0], naive, {.cause = Cause{"statement", naive.journal[100].cause.id}}, 1);
  expect_same_journal(ledgers[0], naive, {.from = day, .to = day + std::chrono::days{5}}, 100);
  expect_same_journal(ledgers[0], naive, {.to = day}, 30);
  expect_same_journal(ledgers[0], naive, {.cause = Cause{"trade", ""}}, 300);
  expect_same_journal(ledgers[0], naive, {}, 1000);
  // A place that is not one of the account's own is found from the newest.
  const auto last = static_cast<std::int64_t>(naive.journal.size());
  EXPECT_EQ(ledgers[0].journal({.account = ids[1]}, last, 5).transfers,
            ledgers[0].journal({.account = ids[1]}, 0, 5).transfers);
  EXPECT_THROW((void)ledgers[0].journal({.to = day}, last + 1), Error);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential,
                         testing::Combine(testing::ValuesIn(store::test_kinds()), testing::Values(1, 2, 3)),
                         [](const auto& named) {
                           return std::get<0>(named.param) + std::to_string(std::get<1>(named.param));
                         });

}  // namespace tributary::ledger
