// A program we did not write reads our journal and arrives at our balances.
#include "base/csv.h"
#include "ledger/ledger.h"
#include "ledger/random_requests.h"
#include "store/testing.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::ledger {

namespace {

struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran run(const std::string& command) {
  Ran out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) out.exit_code = WEXITSTATUS(status);
  return out;
}

class JournalFile {
 public:
  explicit JournalFile(const Ledger& ledger)
      : path_(
            (std::filesystem::temp_directory_path() / fmt::format("ledger-{}.journal", getpid())).string()) {
    std::ofstream out(path_);
    ledger.export_hledger(out);
  }
  ~JournalFile() { std::filesystem::remove(path_); }
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What hledger says each account has of each unit; nothing for those that have none.
std::map<std::string, std::string> balances_of(const std::string& path) {
  const Ran ran =
      run(fmt::format("LC_ALL=C.UTF-8 hledger -f '{}' balance --flat --no-total --layout bare -O csv", path));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  std::map<std::string, std::string> out;
  std::istringstream in(ran.output);
  CsvReader reader(in, "hledger");
  while (reader.next()) {
    const auto fields = reader.fields();
    if (fields.size() == 3 && fields[0] != "account" && fields[2] != "0")
      out[fmt::format("{}|{}", fields[0], fields[1])] = fields[2];
  }
  return out;
}

}  // namespace

class Hledger : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Kinds, Hledger, testing::ValuesIn(store::test_kinds()),
                         [](const auto& named) { return named.param; });

TEST_P(Hledger, AgreesOnARandomRun) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  FixedClock clock(parse_instant("2020-10-05 09:00"));
  Ledger ledger(database.db(), "341602", clock);
  for (const auto& unit : random_units()) ledger.define_unit(unit);
  const auto accounts = random_accounts();
  const auto ids = ledger.open_accounts(accounts);
  ledger.close_account(ids.back());
  RandomRequests random(20201005, static_cast<std::int64_t>(accounts.size()));
  for (int i = 0; i < 250; ++i) {
    clock.set({clock.now().seconds + random.below(9'000)});
    ledger.post(random.batch(clock.now()));
  }
  const JournalFile file(ledger);
  for (const char* check :
       {"check --strict", "check ordereddates", "check accounts commodities balancednoautoconversion"}) {
    const Ran ran = run(fmt::format("LC_ALL=C.UTF-8 hledger -f '{}' {}", file.path(), check));
    EXPECT_EQ(ran.exit_code, 0) << check << "\n" << ran.output;
  }
  // Names as exported, written down here by hand.
  const std::vector<std::string> names = {"341602000:settlement",
                                          "341602107:cash",
                                          "谯城区-双沟镇 -试点-:settlement",
                                          "- 河长制- 基金:fund",
                                          "341602107:settlement",
                                          "a-b:c #6",
                                          "a-b:c #7",
                                          "341602000:cap",
                                          "9134:permit",
                                          "9135:permit",
                                          "341602000:cap",
                                          "9134:permit",
                                          "9135:closed"};
  const std::map<std::string, int> decimals = {{"CNY", 2}, {"COD/kg", 3}, {"水/m³", 0}};
  std::map<std::string, std::string> expected;
  for (const auto& [account, balance] : ledger.accounts())
    if (balance.posted != 0)
      expected[names.at(static_cast<std::size_t>(account.id.value - 1)) + "|" + account.unit] =
          format_amount(balance.posted, decimals.at(account.unit));
  ASSERT_GT(expected.size(), 8U);
  EXPECT_EQ(balances_of(file.path()), expected);
}

TEST_P(Hledger, WritesWhatPeopleRead) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  const FixedClock clock(parse_instant("2020-10-05 09:00"));
  Ledger ledger(database.db(), "341602", clock);
  ledger.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  const auto town = ledger.open_account({"双沟镇", "CNY", "settlement"});
  const auto cash = ledger.open_account({"341602000", "CNY", "cash"});
  const Cause cause{"statement", "ST-2020-09|1; x"};
  const Date day = make_date(2020, 9, 30);
  const std::vector<Request> requests{{.id = "P(2)",
                                       .debit = cash,
                                       .credit = town,
                                       .amount = 7,
                                       .cause = cause,
                                       .legal_date = day + std::chrono::days{1}},
                                      {.id = "P1",
                                       .debit = cash,
                                       .credit = town,
                                       .amount = 123456,
                                       .cause = cause,
                                       .legal_date = day,
                                       .note = "两\n行"},
                                      {.action = Action::hold,
                                       .id = "H1",
                                       .debit = town,
                                       .credit = cash,
                                       .amount = 100,
                                       .cause = cause,
                                       .legal_date = day}};
  require_accepted(requests, ledger.post(requests));
  std::ostringstream out;
  ledger.export_hledger(out);
  EXPECT_EQ(out.str(),
            "; 341602\ndecimal-mark .\n\n"
            "commodity CNY 1000.00\n"
            "account 341602000:cash\n"
            "account 双沟镇:settlement\n"
            "\n2020-09-30 (P1) statement ST-2020-09-1- x\n"
            "    ; note: 两 行\n"
            "    341602000:cash  CNY -1234.56\n"
            "    双沟镇:settlement  CNY 1234.56\n"
            "\n; 2020-09-30 (H1) hold pending, statement ST-2020-09-1- x: 双沟镇:settlement -> "
            "341602000:cash  CNY 1.00\n"
            "\n2020-10-01 (P-2-) statement ST-2020-09-1- x\n"
            "    341602000:cash  CNY -0.07\n"
            "    双沟镇:settlement  CNY 0.07\n");
}

}  // namespace tributary::ledger
