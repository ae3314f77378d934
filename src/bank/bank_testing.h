// A small office with a bank account, for the tests of `bank`. Nothing of the product may include it.
#pragma once

#include "bank/bank.h"
#include "base/csv_write.h"
#include "base/text.h"
#include "compensate/world_testing.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::bank::testing {

inline const char* const bank_yaml = R"(bank: test-bank
title: {zh: 试验银行, en: Test bank}
encoding: GB18030
date: YYYYMMDD
thousands: true
statement:
  skip: 1
  order: oldest_first
  columns: {date: 交易日期, serial: 流水号, in: 收入, out: 支出, balance: 余额, account: 对方账号, name: 对方户名, remark: 摘要}
instruction:
  - {head: 序号, fill: line}
  - {head: 收款账号, fill: payee_account}
  - {head: 收款户名, fill: payee_name}
  - {head: 开户行, fill: payee_bank}
  - {head: 金额, fill: amount}
  - {head: 附言, fill: remark}
accounts:
  - {account: MAIN, number: "1234567890", title: {zh: 财政专户, en: fiscal account}, owner: fin, clearing: BANK}
source: {document: 试验}
)";

inline BankLayout test_layout(const std::string& text = bank_yaml) {
  return read_layout(policy::parse_yaml(text, "test-bank.yaml"));
}

// One line of a statement as a test says it.
struct Line {
  std::string day;  // "20260105"
  std::string serial;
  std::int64_t fen = 0;
  std::string remark;
};

template <class Work>
std::string code_of(const Work& work) {
  try {
    work();
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.message().zh.empty());
    EXPECT_FALSE(error.message().en.empty());
    return std::string(error.code().name);
  }
}

class Office {
 public:
  explicit Office(const std::string& kind) : world(kind, TRIBUTARY_SOURCE_DIR) {
    std::vector<store::Migration> all;
    for (const auto list : {registry::migrations(), observe::migrations(), ledger::migrations(), rights::migrations(),
                            compensate::migrations(), bank::migrations()})
      all.insert(all.end(), list.begin(), list.end());
    world.database.db().migrate(all);
    world.load();
    world.import_example_c();
    statements = std::make_unique<compensate::Compensation>(world.database.db(), compensate::testing::World::tenant,
                                                           world.policy(), world.clock);
    const std::vector<rights::NewRightAccount> accounts{{"BANK", "bank", rights::AccountType::clearing},
                                                       {"H-A", "gov:1", rights::AccountType::holding},
                                                       {"H-B", "gov:2", rights::AccountType::holding}};
    rights.open(accounts, {"zhao", "qian", "开户", "pack 1"});
    bank = std::make_unique<Bank>(Desk{world.database.db(), compensate::testing::World::tenant, world.clock, layouts,
                                       rights, *statements, seal(), "pack 1"});
  }

  // Turns the text round and puts the place before it: enough to see that nothing is stored in the clear.
  static Seal seal() {
    return {[](const std::string& plain, const std::string& place) {
              return "sealed:" + place + ":" + hex(plain);
            },
            [](const std::string& sealed, const std::string& place) {
              const std::string head = "sealed:" + place + ":";
              EXPECT_TRUE(sealed.starts_with(head)) << sealed;
              return unhex(sealed.substr(head.size()));
            }};
  }

  // The statements of October 2020: gov:1 pays fin 2,000,000.00, fin pays gov:2 1,000,000.00; posted.
  void post_statements() {
    statements->run("section", Period::parse("2020-10"), "clerk");
    for (const auto& s : statements->statements({.rule = {}, .period = {}, .party = {}, .state = compensate::StatementState::drafted})) {
      statements->publish(s.id, "clerk");
      statements->confirm(s.id, "head", "双方书面同意");
      statements->post(s.id, "clerk");
    }
  }
  std::int64_t statement_of(const std::string& party) {
    return statements->statements({.rule = {}, .period = {}, .party = party, .state = {}}).at(0).id;
  }
  void payee(const std::string& party, const std::string& number) {
    agree(bank->propose_payee({party, party + " 户名", "某支行", number}, "zhao", "来函"));
  }
  void agree(std::int64_t proposal) { bank->decide(proposal, true, "qian", "已核对"); }
  void decide_open(bool granted = true) {
    for (const Proposal& p : bank->proposals(true)) bank->decide(p.id, granted, "qian", "已核对");
  }
  void propose_deposit(const std::string& account, std::int64_t fen, const std::string& key) {
    rights.propose({.key = key, .kind = rights::TransactionKind::deposit, .instrument = "CNY", .from = "BANK",
                    .to = account, .quantity = fen},
                   {"zhao", "", "缴存", "pack 1"});
  }
  void deposit(const std::string& account, std::int64_t fen, const std::string& key) {
    propose_deposit(account, fen, key);
    rights.approve(key, {"qian", "", "同意", "pack 1"});
  }
  void withdraw(const std::string& account, std::int64_t fen, const std::string& key) {
    rights.propose({.key = key, .kind = rights::TransactionKind::withdraw, .instrument = "CNY", .from = account,
                    .to = "BANK", .quantity = fen},
                   {"zhao", "", "退回", "pack 1"});
    rights.approve(key, {"qian", "", "同意", "pack 1"});
  }

  // As the bank would write it, from `opening` on, in the encoding of the layout.
  static std::string statement(std::int64_t opening, const std::vector<Line>& lines) {
    std::string out = "账户明细查询\r\n交易日期,流水号,收入,支出,余额,对方账号,对方户名,摘要\r\n";
    std::int64_t balance = opening;
    const auto money = [](std::int64_t fen) {
      const std::string text = ledger::format_amount(fen, 2);
      return "\"" + group_thousands(text) + "\"";
    };
    for (const Line& line : lines) {
      balance += line.fen;
      out += fmt::format("{},{},{},{},{},6222000000000001,某某,{}\r\n", line.day, line.serial,
                         line.fen > 0 ? money(line.fen) : "", line.fen < 0 ? money(-line.fen) : "", money(balance),
                         csv_quoted(line.remark));
    }
    return from_utf8(out, Encoding::gb18030);
  }
  ImportReport import(std::int64_t opening, const std::vector<Line>& lines, const std::string& name = "s.csv") {
    return bank->import("MAIN", name, statement(opening, lines), "zhao");
  }
  std::string troubles() {
    std::string out;
    for (const auto& f : rights.check()) out += f.rule + " " + f.subject + ": " + f.message.en + "\n";
    for (const auto& v : ledger::Ledger(world.database.db(), "341602", world.clock).check())
      out += v.rule + " " + v.subject + ": " + v.message.en + "\n";
    return out;
  }

  static std::string hex(const std::string& text) {
    std::string out;
    for (const unsigned char c : text) out += fmt::format("{:02x}", c);
    return out;
  }
  static std::string unhex(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
      out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return out;
  }

  compensate::testing::World world;
  WorkCalendar calendar;
  rights::Rights rights{world.database.db(), compensate::testing::World::tenant, world.clock, calendar};
  std::vector<BankLayout> layouts{test_layout()};
  std::unique_ptr<compensate::Compensation> statements;
  std::unique_ptr<Bank> bank;
};

}  // namespace tributary::bank::testing
