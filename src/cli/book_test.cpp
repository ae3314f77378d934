// A market run from a shell, from its listing to its proof; the clock of the demonstration pack.
#include "base/json.h"
#include "cli/context.h"
#include "rights/rights.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::cli {
namespace {

class MarketShell : public ::testing::Test {
 protected:
  MarketShell() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    EXPECT_EQ(run("root", {"init", "--jurisdiction", "341602", "--pack", "demo"}), 0) << err;
    EXPECT_EQ(run("root", {"right", "cap", "COD-GUO", "--start", "2026-01", "--end", "2031-01", "--quantity", "120000",
                           "--approver", "qian", "--reason", "示例"}),
              0)
        << err;
    done("I", {"--kind", "issue", "--instrument", "COD-GUO", "--start", "2026-01", "--end", "2029-01", "--from", "ISSUE", "--to",
               "RESERVE", "--quantity", "60000"});
    done("A", {"--kind", "allocate", "--instrument", "COD-GUO", "--start", "2026-01", "--end", "2029-01", "--from", "RESERVE",
               "--to", "H-LIQUOR", "--quantity", "20000"});
    done("D", {"--kind", "deposit", "--instrument", "CNY", "--from", "DEMO-BANK", "--to", "H-FOOD", "--quantity", "20000000"});
  }
  ~MarketShell() override {
    unsetenv("TRIBUTARY_DEMONSTRATION_CLOCK");  // NOLINT(concurrency-mt-unsafe): one thread
    std::filesystem::remove_all(folder);
  }

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
  void done(const std::string& key, std::vector<std::string> what) {
    what.insert(what.begin(), {"right", "propose", key, "--reason", "示例"});
    EXPECT_EQ(run("zhao", what), 0) << err;
    EXPECT_EQ(run("qian", {"right", "approve", key, "--reason", "示例"}), 0) << err;
  }
  Json said() { return Json::parse(out); }

  std::string folder =
      (std::filesystem::temp_directory_path() / ("tributary-market-" + std::to_string(getpid()))).string();
  std::string url = "sqlite:" + folder + "/t.db";
  FixedClock clock{parse_instant("2026-03-02 10:00")};
  std::string out, err;
};

TEST_F(MarketShell, RunsFromListingToProof) {
  ASSERT_EQ(run("zhao", {"market", "open", "cod-guo-market", "--key", "1", "--from", "2027-01", "--to", "2029-01", "--reference",
                         "6200", "--first-day", "2026-03-02", "--last-day", "2026-12-31"}),
            0)
      << err;
  EXPECT_EQ(run("zhao", {"market", "approve", "1"}), 5);
  ASSERT_EQ(run("qian", {"market", "approve", "1"}), 0) << err;
  EXPECT_EQ(said().at("phase"), "continuous");
  EXPECT_EQ(run("ma", {"market", "apply", "1", "--account", "H-FOOD", "--zone", "淮河"}), 4);
  EXPECT_NE(err.find("BASIN"), std::string::npos) << err;
  for (const char* account : {"H-LIQUOR", "H-FOOD"}) {
    ASSERT_EQ(run(std::string("agent-") + account, {"market", "apply", "1", "--account", account, "--zone", "涡河"}), 0) << err;
    ASSERT_EQ(run("sun", {"market", "admit", "1", "--account", account}), 0) << err;
  }
  const auto order = [&](const std::string& account, std::vector<std::string> rest) {
    rest.insert(rest.begin(), {"market", "order", "1", "--account", account});
    return run("agent-" + account, rest);
  };
  ASSERT_EQ(order("H-LIQUOR", {"--key", "a", "--side", "sell", "--price", "6200", "--quantity", "500"}), 0) << err;
  EXPECT_EQ(order("H-FOOD", {"--key", "b", "--price", "9000", "--quantity", "100"}), 1);
  EXPECT_EQ(said().at("reason"), "price_outside_band");
  EXPECT_EQ(order("H-FOOD", {"--key", "b2", "--quantity", "100"}), 2);  // no price, nor a word for none
  ASSERT_EQ(order("H-FOOD", {"--key", "c", "--price", "6300", "--quantity", "300"}), 0) << err;
  EXPECT_EQ(said().at("state"), "filled");
  EXPECT_EQ(said().at("deals").at(0).at("fen"), 3'720'00);  // 300 kg/yr at 6200 yuan per tonne and year for two years
  ASSERT_EQ(run("agent-H-LIQUOR", {"market", "reduce", "1", "1", "--account", "H-LIQUOR", "--quantity", "400"}), 0) << err;
  EXPECT_EQ(said().at("sells").at(0).at("quantity"), 100);
  EXPECT_EQ(run("agent-H-FOOD", {"market", "cancel", "1", "1", "--account", "H-FOOD"}), 5);
  EXPECT_EQ(run("zhao", {"market", "decide", "1", "1"}), 5);
  ASSERT_EQ(run("li", {"market", "decide", "1", "1"}), 0) << err;

  ASSERT_EQ(order("H-LIQUOR", {"--key", "k", "--side", "sell", "--price", "6000", "--quantity", "10000", "--with", "H-FOOD",
                               "--until", "2026-03-02 17:00"}),
            0)
      << err;
  ASSERT_EQ(run("agent-H-FOOD", {"market", "confirm", "1", "1", "--account", "H-FOOD"}), 0) << err;
  const std::string terms = said().at("terms");
  ASSERT_EQ(run("agent-H-FOOD", {"market", "confirm", "1", "1", "--account", "H-FOOD", "--terms", terms}), 0) << err;
  EXPECT_EQ(said().at("state"), "filled");
  ASSERT_EQ(run("wei", {"market", "halt", "1", "--reason", "价格异常"}), 0) << err;
  EXPECT_EQ(order("H-FOOD", {"--key", "h", "--price", "6200", "--quantity", "100"}), 1);
  EXPECT_EQ(said().at("reason"), "halted");
  ASSERT_EQ(run("wei", {"market", "resume", "1"}), 0) << err;

  clock.set(parse_instant("2026-03-04 10:00"));
  ASSERT_EQ(run("anybody", {"market", "advance"}), 0) << err;
  ASSERT_EQ(run("anybody", {"market", "days", "1"}), 0) << err;
  ASSERT_EQ(said().size(), 2U) << out;
  EXPECT_EQ(said().at(0).at("close"), "6200");
  EXPECT_EQ(said().at(0).at("bulk_quantity"), 10'000);
  ASSERT_EQ(run("anybody", {"market", "deals", "1"}), 0) << err;
  EXPECT_EQ(said().size(), 2U);
  EXPECT_EQ(run("anybody", {"market", "verify", "1"}), 0) << out;
  EXPECT_EQ(run("anybody", {"right", "check"}), 0) << out;
}

TEST_F(MarketShell, OnlyTheDemonstrationLetsItsClockBeSet) {
  const auto stage = [](const char* at) { setenv("TRIBUTARY_DEMONSTRATION_CLOCK", at, 1); };  // NOLINT(concurrency-mt-unsafe)
  stage("2026-03-09 10:00");
  const std::vector<std::string> open{"market", "open",        "cod-guo-market", "--key",       "s",
                                      "--from", "2027-01",     "--to",           "2029-01",     "--reference",
                                      "6200",   "--first-day", "2026-03-06",     "--last-day", "2026-12-31"};
  EXPECT_EQ(run("zhao", open), 2);  // over, by that clock
  stage("2026-03-03 10:00");
  EXPECT_EQ(run("zhao", open), 0) << err;
  stage("yesterday");
  EXPECT_EQ(run("zhao", {"market", "list"}), 2);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  unsetenv("TRIBUTARY_DEMONSTRATION_CLOCK");  // NOLINT(concurrency-mt-unsafe)
  ASSERT_EQ(run("root", {"init", "--jurisdiction", "341602", "--pack", "cn-341602"}), 0) << err;
  stage("2026-03-03 10:00");
  EXPECT_EQ(run("zhao", {"market", "list"}), 2);
  EXPECT_NE(err.find("TRIBUTARY_DEMONSTRATION_CLOCK"), std::string::npos) << err;
}

}  // namespace
}  // namespace tributary::cli
