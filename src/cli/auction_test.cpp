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

// From announcement to title by outcry, with the keys replaced on the way.
TEST_F(AuctionShell, TimedBiddingIsFollowedAndKeysAreReplacedOnTheWay) {
  {
    const auto database = store::Database::open(url);
    const WorkCalendar calendar;
    rights::Rights r(*database, "341602", clock, calendar);
    const int jan = 2026 * 12;
    r.set_cap("COD-GUO", std::vector<rights::Part>{{jan, 60, "", 100'000}}, {"zhao", "qian", "示例", "1"});
    const auto done = [&](const Proposal& p) {
      r.propose(p, {"zhao", "", "办理", "1"});
      r.approve(p.key, {"qian", "", "同意", "1"});
    };
    done({.key = "issue",
          .kind = Kind::issue,
          .instrument = "COD-GUO",
          .from = "ISSUE",
          .to = "RESERVE",
          .quantity = 60'000,
          .term = rights::Term{{jan}, {jan + 36}}});
    for (const char* account : {"H-LIQUOR", "H-FOOD"})
      done({.key = std::string("D-") + account,
            .kind = Kind::deposit,
            .instrument = "CNY",
            .from = "DEMO-BANK",
            .to = account,
            .quantity = 500'000'00});
  }
  ASSERT_EQ(run("zhao", {"auction", "announce", "cod-guo-timed", "--key", "1", "--account", "RESERVE", "--supply", "5000",
                         "--from", "2027-01", "--to", "2028-01", "--opens", "2026-01-05 10:10", "--closes",
                         "2026-01-05 10:40"}),
            0)
      << err;
  ASSERT_EQ(run("qian", {"auction", "approve", "1"}), 0) << err;
  for (const char* account : {"H-LIQUOR", "H-FOOD"}) {
    ASSERT_EQ(run(std::string("agent-") + account, {"auction", "apply", "1", "--account", account, "--zone", "涡河"}), 0)
        << err;
    ASSERT_EQ(run("sun", {"auction", "admit", "1", "--account", account}), 0) << err;
  }
  clock.set(parse_instant("2026-01-05 10:39:45"));
  const auto bid = [&](const char* account, const char* key, const char* price) {
    return run(std::string("agent-") + account, {"auction", "bid", "1", "--account", account, "--key", key, "--price", price,
                                                 "--quantity", "5000"});
  };
  ASSERT_EQ(bid("H-LIQUOR", "l1", "6000"), 0) << err;
  EXPECT_EQ(bid("H-FOOD", "f0", "6040"), 4) << "below the step";
  ASSERT_EQ(bid("H-FOOD", "f1", "6050"), 0) << err;
  ASSERT_EQ(run("anybody", {"auction", "standing", "1"}), 0) << err;
  Json now = Json::parse(out);
  EXPECT_EQ(now.at("price"), "6050");
  EXPECT_EQ(now.at("next"), "6100");
  EXPECT_EQ(now.at("extensions"), 1);
  ASSERT_EQ(now.at("leaders").size(), 1U);
  EXPECT_EQ(now.at("leaders")[0].at("bidder"), 2);
  EXPECT_TRUE(now.at("leaders")[0].at("account").is_null()) << "by number only";

  ASSERT_EQ(run("root", {"key", "list"}), 0) << err;
  const std::string old = Json::parse(out)[0].at("key");
  EXPECT_EQ(Json::parse(out)[0].at("sealed"), 3);  // two bids, and the trial of the announcement
  ASSERT_EQ(run("root", {"key", "rotate", "--cipher", "sm4"}), 0) << err;
  EXPECT_EQ(Json::parse(out.substr(out.find('{'))).at("changed"), 3) << out;
  ASSERT_EQ(run("root", {"key", "retire", old}), 0) << err;
  clock.set(parse_instant("2026-01-05 10:40:30"));
  // With the key file of another database nothing is opened.
  EXPECT_NE(run("zhou", {"--key-file", folder + "/other.key", "auction", "close", "1"}), 0);
  EXPECT_NE(err.find("bids_locked"), std::string::npos) << err;
  ASSERT_EQ(run("zhou", {"auction", "close", "1"}), 0) << err;
  EXPECT_EQ(Json::parse(out).at("price"), "6050");
  EXPECT_EQ(run("anybody", {"auction", "verify", "1"}), 0) << out;
  EXPECT_EQ(run("anybody", {"right", "check"}), 0) << out;
}

}  // namespace
}  // namespace tributary::cli
