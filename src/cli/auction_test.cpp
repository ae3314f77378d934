// An auction run from a shell, from announcement to settlement.
#include "base/json.h"
#include "cli/context.h"
#include "rights/rights.h"

#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::cli {
namespace {

using rights::AccountType;
using rights::Month;
using rights::Proposal;
using Kind = rights::TransactionKind;

class AuctionShell : public ::testing::Test {
 protected:
  AuctionShell() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    EXPECT_EQ(run("root", {"init", "--jurisdiction", "341602", "--pack", "demo"}), 0) << err;
    const auto database = store::Database::open(url);
    const WorkCalendar calendar;
    rights::Rights r(*database, "341602", clock, calendar);
    const rights::Act pair{"zhao", "qian", "开户", "1"};
    const int jan = 2026 * 12;
    r.define({"DEMO-COD",
              rights::InstrumentKind::flow,
              {"示例", "example"},
              "kg/yr",
              "COD",
              "涡河",
              false,
              true,
              jan,
              jan + 60},
             pair);
    const std::vector<rights::NewRightAccount> accounts{
        {"ISS", "gov", AccountType::issue},      {"RES", "gov", AccountType::reserve},
        {"A", "pa", AccountType::holding},       {"B", "pb", AccountType::holding},
        {"BANK", "bank", AccountType::clearing}, {"FEE", "gov", AccountType::fee}};
    r.open(accounts, pair);
    const std::vector<rights::Part> cap{{jan, 60, "", 10'000}};
    r.set_cap("DEMO-COD", cap, pair);
    const auto done = [&](const Proposal& p) {
      r.propose(p, {"zhao", "", "办理", "1"});
      r.approve(p.key, {"qian", "", "同意", "1"});
    };
    done({.key = "i",
          .kind = Kind::issue,
          .instrument = "DEMO-COD",
          .from = "ISS",
          .to = "RES",
          .quantity = 1'000,
          .term = rights::Term{{jan + 2}, {jan + 14}}});
    for (const char* account : {"A", "B"}) {
      done({.key = std::string("d") + account,
            .kind = Kind::deposit,
            .instrument = "CNY",
            .from = "BANK",
            .to = account,
            .quantity = 1'000'000});
      r.set_permit(account, std::string("P") + account, std::nullopt, pair);
    }
  }
  ~AuctionShell() override { std::filesystem::remove_all(folder); }

  int run(const std::string& by, std::vector<std::string> arguments) {
    std::vector<std::string> all{
        "--db", url, "--packs", std::string(TRIBUTARY_SOURCE_DIR) + "/policies", "--by", by, "--json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::ostringstream stdout_text, stderr_text;
    const int code = run_program(all, clock, stdout_text, stderr_text);
    out = stdout_text.str();
    err = stderr_text.str();
    return code;
  }

  std::string folder =
      (std::filesystem::temp_directory_path() / ("tributary-auction-" + std::to_string(getpid()))).string();
  std::string url = "sqlite:" + folder + "/t.db";
  FixedClock clock{parse_instant("2026-01-05 10:00")};
  std::string out, err;
};

TEST_F(AuctionShell, RunsFromAnnouncementToSettlement) {
  const std::vector<std::string> announce{
      "auction",          "announce", "cod-reserve-sale", "--key",   "1",    "--account", "RES",
      "--supply",         "500",      "--from",           "2026-03", "--to", "2027-03",   "--opens",
      "2026-01-15 09:00", "--closes", "2026-01-15 17:00"};
  ASSERT_EQ(run("zhao", announce), 0) << err;
  EXPECT_EQ(run("zhao", {"auction", "approve", "1"}), 5);
  ASSERT_EQ(run("qian", {"auction", "approve", "1"}), 0) << err;
  EXPECT_EQ(run("ma", {"auction", "apply", "1", "--account", "A", "--zone", "淮河"}), 4);
  EXPECT_NE(err.find("BASIN"), std::string::npos) << err;
  for (const char* account : {"A", "B"}) {
    ASSERT_EQ(run(std::string("agent-") + account,
                  {"auction", "apply", "1", "--account", account, "--zone", "涡河"}),
              0)
        << err;
    ASSERT_EQ(run("sun", {"auction", "admit", "1", "--account", account}), 0) << err;
  }
  clock.set(parse_instant("2026-01-15 16:59"));
  ASSERT_EQ(run("agent-A", {"auction", "bid", "1", "--account", "A", "--key", "a", "--price", "7000",
                            "--quantity", "200"}),
            0)
      << err;
  EXPECT_EQ(Json::parse(out).at("seq"), 1);
  ASSERT_EQ(run("agent-B", {"auction", "bid", "1", "--account", "B", "--key", "b", "--price", "6500",
                            "--quantity", "200"}),
            0)
      << err;
  ASSERT_EQ(run("anybody", {"auction", "show", "1"}), 0) << err;
  EXPECT_TRUE(Json::parse(out).at("price").is_null()) << out;
  EXPECT_TRUE(Json::parse(out).at("outcomes").empty()) << out;
  EXPECT_EQ(run("anybody", {"auction", "verify", "1"}), 4);
  clock.set(parse_instant("2026-01-15 17:00"));
  EXPECT_EQ(run("agent-B", {"auction", "bid", "1", "--account", "B", "--key", "late", "--price", "9000",
                            "--quantity", "200"}),
            4);
  ASSERT_EQ(run("qian", {"auction", "close", "1", "--seed", "314"}), 0) << err;
  EXPECT_EQ(Json::parse(out).at("state"), "awaiting");
  EXPECT_EQ(run("qian", {"auction", "decide", "1"}), 5);
  ASSERT_EQ(run("li", {"auction", "decide", "1"}), 0) << err;
  const Json done = Json::parse(out);
  EXPECT_EQ(done.at("state"), "settled");
  EXPECT_EQ(done.at("price"), "6000");  // less is bid for than offered: all pay the reserve price
  EXPECT_EQ(done.at("outcomes").size(), 2U);
  EXPECT_EQ(run("anybody", {"auction", "verify", "1"}), 0) << out;
  EXPECT_EQ(run("anybody", {"right", "check"}), 0) << out;
}

}  // namespace
}  // namespace tributary::cli
