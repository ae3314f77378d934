// A smart market run from a shell, from its announcement to its proof, with what was sent called out
// afterwards.
#include "base/json.h"
#include "cli/context.h"

#include <filesystem>
#include <sstream>
#include <tuple>

#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::cli {
namespace {

class SmartShell : public ::testing::Test {
 protected:
  SmartShell() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    EXPECT_EQ(run("root", {"init", "--jurisdiction", "341602", "--pack", "demo"}), 0) << err;
    EXPECT_EQ(run("root", {"right", "cap", "WATER-SURFACE", "--vintage", "2026", "--quantity", "1000000",
                           "--approver", "qian", "--reason", "示例"}),
              0)
        << err;
    done("I", {"--kind", "issue", "--instrument", "WATER-SURFACE", "--vintage", "2026", "--from", "ISSUE",
               "--to", "H-LIQUOR", "--quantity", "60000"});
    done("D", {"--kind", "deposit", "--instrument", "CNY", "--from", "DEMO-BANK", "--to", "H-FOOD",
               "--quantity", "20000000"});
  }
  ~SmartShell() override { std::filesystem::remove_all(folder); }

  int run(const std::string& by, std::vector<std::string> arguments, bool json = true) {
    std::vector<std::string> all{"--db", url, "--packs", std::string(TRIBUTARY_SOURCE_DIR) + "/policies",
                                 "--by", by};
    if (json) all.emplace_back("--json");
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::ostringstream stdout_text, stderr_text;
    const int code = run_program(all, clock, stdout_text, stderr_text);
    out = stdout_text.str();
    err = stderr_text.str();
    return code;
  }
  void done(const std::string& key, std::vector<std::string> what) {
    what.insert(what.begin(), {"right", "propose", key, "--reason", "示例"});
    EXPECT_EQ(run("zhao", what), 0) << err;
    EXPECT_EQ(run("qian", {"right", "approve", key, "--reason", "示例"}), 0) << err;
  }
  Json said() { return Json::parse(out); }

  std::string folder =
      (std::filesystem::temp_directory_path() / ("tributary-smart-" + std::to_string(getpid()))).string();
  std::string url = "sqlite:" + folder + "/t.db";
  FixedClock clock{parse_instant("2026-03-02 09:00")};
  std::string out, err;
};

TEST_F(SmartShell, SaysWhyATradeWasRefused) {
  ASSERT_EQ(run("zhao", {"smart", "announce", "water-surface-smart", "--key", "1", "--vintage", "2026",
                         "--opens", "2026-03-02 10:00", "--closes", "2026-03-02 11:00"}),
            0)
      << err;
  ASSERT_EQ(run("qian", {"smart", "approve", "1"}), 0) << err;
  for (const char* account : {"H-LIQUOR", "H-FOOD"}) {
    ASSERT_EQ(run(std::string("agent-") + account,
                  {"smart", "apply", "1", "--account", account, "--zone", "中游示例区", "--purpose", "工业"}),
              0)
        << err;
    ASSERT_EQ(run("sun", {"smart", "admit", "1", "--account", account}), 0) << err;
  }
  clock.set(parse_instant("2026-03-02 10:30"));
  for (const auto& [verb, account, price] :
       {std::tuple{"ask", "H-LIQUOR", "0.5"}, std::tuple{"bid", "H-FOOD", "1.1"}})
    ASSERT_EQ(run(std::string("agent-") + account, {"smart", verb, "1", "--account", account, "--key", "a",
                                                    "--price", price, "--quantity", "1000"}),
              0)
        << err;
  clock.set(parse_instant("2026-03-02 11:00"));
  ASSERT_EQ(run("qian", {"smart", "close", "1"}), 0) << err;
  ASSERT_EQ(run("zhao", {"right", "set-up", "S", "--kind", "status", "--account", "H-LIQUOR", "--status", "frozen",
                         "--reason", "示例"}),
            0)
      << err;
  ASSERT_EQ(run("qian", {"right", "agree", "S", "--reason", "示例"}), 0) << err;
  ASSERT_EQ(run("li", {"smart", "decide", "1", "--reason", "核对无误"}), 0) << err;
  const Json told = said();
  EXPECT_EQ(told.at("state"), "cancelled");
  EXPECT_EQ(told.at("outcomes").at(0).at("state"), "rejected");
  const std::string why = told.at("outcomes").at(0).at("why");
  for (const char* part : {"核对无误", "账户 H-LIQUOR", "H-LIQUOR is"}) EXPECT_NE(why.find(part), std::string::npos) << why;
  ASSERT_EQ(run("li", {"smart", "result", "1"}, false), 0) << err;
  EXPECT_NE(out.find("H-LIQUOR 至 H-FOOD（2026）未成交：" + why), std::string::npos) << out;
}

TEST_F(SmartShell, RunsFromAnnouncementToProof) {
  ASSERT_EQ(run("zhao", {"smart", "venues"}), 0) << err;
  EXPECT_EQ(said().at(0).at("venue"), "water-surface-smart");
  ASSERT_EQ(run("zhao", {"smart", "announce", "water-surface-smart", "--key", "1", "--vintage", "2026",
                         "--opens", "2026-03-02 10:00", "--closes", "2026-03-02 11:00", "--figure",
                         "上中干渠.capacity=5000:检修"}),
            0)
      << err;
  EXPECT_EQ(said().at("figures").at(0).at("value"), "5000");
  EXPECT_EQ(run("zhao", {"smart", "approve", "1"}), 5);
  ASSERT_EQ(run("qian", {"smart", "approve", "1"}), 0) << err;
  EXPECT_EQ(run("agent", {"smart", "apply", "1", "--account", "H-FOOD", "--zone", "外县"}), 4);
  EXPECT_NE(err.find("ZONE"), std::string::npos) << err;
  for (const auto& [account, zone] :
       {std::pair{"H-LIQUOR", "上游示例区"}, std::pair{"H-FOOD", "中游示例区"}}) {
    ASSERT_EQ(run(std::string("agent-") + account,
                  {"smart", "apply", "1", "--account", account, "--zone", zone, "--purpose", "工业"}),
              0)
        << err;
    ASSERT_EQ(run("sun", {"smart", "admit", "1", "--account", account}), 0) << err;
  }
  clock.set(parse_instant("2026-03-02 10:30"));
  ASSERT_EQ(run("agent-H-LIQUOR", {"smart", "ask", "1", "--account", "H-LIQUOR", "--key", "a", "--price",
                                   "0.5", "--quantity", "20000"}),
            0)
      << err;
  ASSERT_EQ(run("agent-H-FOOD", {"smart", "bid", "1", "--account", "H-FOOD", "--key", "b", "--price", "2",
                                 "--quantity", "9000"}),
            0)
      << err;
  ASSERT_EQ(run("agent-H-FOOD", {"smart", "bid", "1", "--account", "H-FOOD", "--key", "c", "--price", "1.1",
                                 "--quantity", "9000", "--replaces", "b"}),
            0)
      << err;
  ASSERT_EQ(run("agent-H-FOOD", {"smart", "bid", "1", "--account", "H-FOOD", "--key", "d", "--price", "1",
                                 "--quantity", "10"}),
            0)
      << err;
  ASSERT_EQ(
      run("agent-H-FOOD", {"smart", "withdraw", "1", "--account", "H-FOOD", "--key", "e", "--bid", "d"}), 0)
      << err;
  ASSERT_EQ(run("agent-H-FOOD", {"smart", "bids", "1", "--account", "H-FOOD"}), 0) << err;
  EXPECT_EQ(said().size(), 4U);
  EXPECT_EQ(run("qian", {"smart", "close", "1"}), 4);
  EXPECT_EQ(run("qian", {"smart", "verify", "1"}), 4);
  clock.set(parse_instant("2026-03-02 11:00"));
  ASSERT_EQ(run("qian", {"smart", "close", "1"}), 0) << err;
  EXPECT_EQ(said().at("state"), "awaiting");
  EXPECT_EQ(said().at("result").at("booked").at("rent_account_fen"), 4'600 * 110 - 5'000 * 50);
  ASSERT_EQ(run("li", {"smart", "decide", "1"}), 0) << err;
  ASSERT_EQ(run("li", {"smart", "verify", "1"}), 0) << err;
  EXPECT_EQ(said().at("sound"), true);
  ASSERT_EQ(run("li", {"smart", "result", "1"}, false), 0) << err;
  for (const char* part : {"上中干渠", "2560.00", "1.1"}) EXPECT_NE(out.find(part), std::string::npos) << out;
  ASSERT_EQ(run("anybody", {"exchange", "bulletin", "2026-03-02"}), 0) << err;
  const Json round = said().at("rounds").at(0);
  EXPECT_EQ(round.at("bought"), 4'600);
  EXPECT_EQ(round.at("bids"), 2);
  EXPECT_EQ(round.at("rent_fen"), 4'600 * 110 - 5'000 * 50);
  ASSERT_EQ(run("anybody", {"exchange", "bulletin", "2026-03-02"}, false), 0) << err;
  for (const char* part : {"智能市场第 1 场", "4,600", "2,560.00", "中游示例区", "用于 工业", "1.1"})
    EXPECT_NE(out.find(part), std::string::npos) << out;
  ASSERT_EQ(run("zhao", {"smart", "call-out", "water-surface-smart", "--key", "c", "--link", "上中干渠",
                         "--quantity", "20000"}),
            0)
      << err;
  EXPECT_EQ(run("zhao", {"smart", "decide-call", "water-surface-smart", "1"}), 5);
  ASSERT_EQ(run("qian", {"smart", "decide-call", "water-surface-smart", "1"}), 0) << err;
  ASSERT_EQ(run("anybody", {"smart", "balance", "water-surface-smart"}), 0) << err;
  EXPECT_EQ(said().at("accounts").at(0).at("balance"), "5000");
  ASSERT_EQ(run("anybody", {"doctor"}), 0) << out;
  EXPECT_NE(out.find("智能市场"), std::string::npos);
}

}  // namespace
}  // namespace tributary::cli
