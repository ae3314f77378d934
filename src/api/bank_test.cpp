// The bank over HTTP: who may do what, and a statement that is paid by a file that goes out and one that comes in.
#include "api/world_testing.h"

#include "bank/encoding.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

std::string code_in(const Received& answer) {
  return answer.json().value("code", "");
}

// The statements of October, posted; what of them fin:34 has to pay.
Json posted_by_finance(World& world) {
  Client drafter = world.signed_in("drafter");
  auto compensation = compensate::Compensation(world.database.db(), "341602", world.policy, world.clock);
  compensation.run("section-month", Period::parse("2020-10"), "drafter");
  for (const auto& s : compensation.statements()) {
    drafter.post("/api/v1/statements/" + std::to_string(s.id) + "/publish", Json::object());
    world.signed_in("approver").post("/api/v1/statements/" + std::to_string(s.id) + "/confirm", {{"note", "双方书面同意"}});
    world.signed_in("cashier").post("/api/v1/statements/" + std::to_string(s.id) + "/post", Json::object());
  }
  return world.signed_in("cashier").get("/api/v1/bank/waiting?bank_account=DEMO-FISCAL").json()["items"];
}

TEST(BankOverHttp, OneDraftsAnotherDecidesAndTheStatementComesBack) {
  World world;
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("cashier", {"accountant"});
  world.person("second", {"accountant"});
  world.person("lead", {"lead_department"});
  world.person("firm", {"enterprise"});
  world.serve();
  const Json waiting = posted_by_finance(world);
  ASSERT_FALSE(waiting.empty());
  Client cashier = world.signed_in("cashier"), second = world.signed_in("second"), approver = world.signed_in("approver");
  Client lead = world.signed_in("lead"), firm = world.signed_in("firm");
  EXPECT_EQ(code_in(firm.get("/api/v1/bank/batches")), "identity.forbidden");
  EXPECT_EQ(code_in(approver.post("/api/v1/bank/batches", {{"account", "DEMO-FISCAL"}, {"reason", "结算"}})),
            "identity.forbidden");
  EXPECT_EQ(code_in(cashier.post("/api/v1/bank/batches", {{"account", "DEMO-FISCAL"}, {"reason", "结算"}})),
            "bank.nothing_payable");
  std::vector<int> proposals;
  std::set<std::string> parties;
  for (const Json& one : waiting) {
    const std::string party = one["payee"]["code"];
    if (!parties.insert(party).second) continue;
    const Received made = cashier.post("/api/v1/bank/payees", {{"party", party}, {"name", "户名"}, {"bank", "某支行"},
                                                               {"number", "6222001"}, {"reason", "来函"}});
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(made.body.find("6222001"), std::string::npos);
    proposals.push_back(made.json()["proposal"]);
  }
  const Json agree{{"proposals", proposals}, {"decision", "approve"}, {"reason", "已核对"}};
  EXPECT_EQ(code_in(cashier.post("/api/v1/bank/decisions", agree)), "bank.same_person");
  EXPECT_EQ(code_in(lead.post("/api/v1/bank/decisions", agree)), "bank.not_entitled");
  EXPECT_EQ(approver.post("/api/v1/bank/decisions", agree).status, 200);
  const Received batch = cashier.post("/api/v1/bank/batches", {{"account", "DEMO-FISCAL"}, {"reason", "结算"}});
  ASSERT_EQ(batch.status, 200) << batch.body;
  EXPECT_EQ(batch.json()["batch"], 1);
  EXPECT_EQ(code_in(cashier.post("/api/v1/bank/batches/1/file", Json::object())), "bank.wrong_state");
  const int drafted = cashier.get("/api/v1/bank/proposals?open=true").json()["items"][0]["proposal"];
  EXPECT_EQ(second.post("/api/v1/bank/decisions", {{"proposals", {drafted}}, {"decision", "approve"}, {"reason", "已核对"}}).status, 200);
  const Received file = cashier.post("/api/v1/bank/batches/1/file", Json::object());
  ASSERT_EQ(file.status, 200) << file.body;
  EXPECT_EQ(sha256_hex(file.body), batch.json()["sha256"]);
  EXPECT_NE(file.body.find("6222001"), std::string::npos);
  EXPECT_EQ(code_in(approver.post("/api/v1/bank/batches/1/file", Json::object())), "identity.forbidden");
  // The bank's answer: every line paid, and one that nobody knows.
  std::string text = "交易日期,流水号,收入金额,支出金额,账户余额,对方账号,对方户名,摘要\n";
  std::int64_t balance = 1'000'000'000'000;
  int serial = 0;
  const Json lines = cashier.get("/api/v1/bank/lines?batch=1").json()["items"];
  ASSERT_EQ(lines.size(), waiting.size());
  const auto day = base::to_string(world.clock.today());
  const std::string plain_day = day.substr(0, 4) + day.substr(5, 2) + day.substr(8, 2);
  for (const Json& line : lines) {
    const std::int64_t fen = ledger::parse_amount(line["amount"].get<std::string>(), 2);
    balance -= fen;
    text += plain_day + "," + std::to_string(++serial) + ",,\"" + group_thousands(ledger::format_amount(fen, 2)) + "\",\"" +
            group_thousands(ledger::format_amount(balance, 2)) + "\",6222001,户名," + line["reference"].get<std::string>() + "\n";
  }
  balance += 100;
  text += plain_day + ",99,1.00,,\"" + group_thousands(ledger::format_amount(balance, 2)) + "\",6222777,某人,利息\n";
  const auto send = [&](Client& who, const std::string& bytes) {
    return who.ask("POST", "/api/v1/bank/imports?bank_account=DEMO-FISCAL&filename=a.csv",
                   {{"X-CSRF-Token", who.csrf()}, {"Content-Type", "text/csv"}},
                   bank::from_utf8(bytes, bank::Encoding::gb18030));
  };
  EXPECT_EQ(code_in(send(approver, text)), "identity.forbidden");
  const Received faulty = send(cashier, text + "x,,,,,,,\n");
  EXPECT_EQ(faulty.status, 400) << faulty.body;
  EXPECT_GE(faulty.json()["errors"].size(), 4U) << faulty.body;
  const Received imported = send(cashier, text);
  ASSERT_EQ(imported.status, 200) << imported.body;
  EXPECT_EQ(imported.json()["matched"], static_cast<int>(lines.size()));
  EXPECT_EQ(imported.json()["unmatched"], 1);
  EXPECT_EQ(send(second, text).json()["known"], static_cast<int>(lines.size()) + 1);
  const std::string one_by_one = "/api/v1/bank/entries?limit=1";
  std::vector<std::string> serials;
  for (std::string next = " "; !next.empty() && serials.size() < 100;) {
    const Json page = cashier.get(one_by_one + (next == " " ? "" : "&cursor=" + next)).json();
    ASSERT_EQ(page["items"].size(), 1U) << page;
    serials.push_back(page["items"][0]["serial"]);
    next = page["next"].is_string() ? page["next"].get<std::string>() : "";
  }
  ASSERT_EQ(serials.size(), lines.size() + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(serials[i], std::to_string(i + 1));
  EXPECT_EQ(serials.back(), "99");
  for (const char* wrong : {"17", "x/DEMO-FISCAL", "/", "2/"})
    EXPECT_EQ(code_in(cashier.get(one_by_one + "&cursor=" + wrong)), "api.bad_parameter") << wrong;
  const std::string left = "/api/v1/bank/entries?state=unmatched";
  EXPECT_EQ(cashier.get(left).json()["items"][0]["other_account"], "6222777");
  EXPECT_TRUE(lead.get(left).json()["items"][0]["other_account"].is_null());
  EXPECT_TRUE(lead.get(left).json()["items"][0]["remark"].is_null());
  const Received assigned = cashier.post("/api/v1/bank/assignments", {{"account", "DEMO-FISCAL"}, {"serial", "99"},
                                                                      {"target", "not_ours"}, {"reason", "利息另账"}});
  ASSERT_EQ(assigned.status, 200) << assigned.body;
  const Json refuse{{"proposals", {assigned.json()["proposal"]}}, {"decision", "refuse"}, {"reason", "再查"}};
  EXPECT_EQ(second.post("/api/v1/bank/decisions", refuse).status, 200);
  EXPECT_EQ(cashier.get(left).json()["items"].size(), 1U);
  const Json r = lead.get("/api/v1/bank/reconciliation?bank_account=DEMO-FISCAL").json();
  EXPECT_EQ(r["unexplained"], "0.00");
  EXPECT_EQ(r["differences"].size(), 2U);  // the opening balance and the line that nobody knows
  for (const Json& one : waiting) {
    const std::string subject = one["subject"];
    EXPECT_EQ(cashier.get("/api/v1/statements/" + subject.substr(subject.find(':') + 1)).json()["state"], "paid");
  }
}

}  // namespace
}  // namespace tributary::api::testing
