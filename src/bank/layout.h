// How one bank's files look, and the accounts kept there: data of the packs, `policies/<pack>/banks/*.yaml`, one
// bank a file; a lower pack's replaces an upper one's of the same `bank`. An unknown key is an error. Described in
// docs/bank.md.
#pragma once

#include "bank/encoding.h"
#include "base/error.h"
#include "policy/pack.h"
#include "policy/yaml.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::bank {

enum class DateFormat : std::uint8_t { dashes, plain, slashes };  // YYYY-MM-DD, YYYYMMDD, YYYY/MM/DD
enum class Order : std::uint8_t { oldest_first, newest_first };

// Headings of a statement's columns; an empty one is not there.
struct StatementColumns {
  std::string date, serial;
  std::string in, out;  // both, or `amount`
  std::string amount;   // signed: what came in is positive
  std::string balance;  // after the line
  std::string account, name, remark;
  std::string own;  // our own account's number, which must be that of the account
};

// What a column of an instruction holds.
enum class Fill : std::uint8_t {
  line,
  reference,
  payee_name,
  payee_account,
  payee_bank,
  payer_account,
  amount,  // yuan, two decimals
  remark   // the reference, then what it is for
};
struct InstructionColumn {
  std::string head;
  Fill fill = Fill::line;
};

struct BankAccount {
  std::string code;      // ours, as in `--account`
  std::string number;    // the bank's
  Text title;
  std::string owner;     // party whose cash it is: payer and payee of statements; may be empty
  std::string clearing;  // account of the registry of rights that mirrors it; may be empty
};

struct BankLayout {
  std::string id;
  Text title;
  Encoding encoding = Encoding::utf8;
  DateFormat date = DateFormat::dashes;
  bool thousands = false;  // amounts as 12,345.67
  int skip = 0;            // records above the heading
  Order order = Order::oldest_first;
  StatementColumns statement;
  std::vector<InstructionColumn> instruction;
  std::vector<BankAccount> accounts;
  std::string source;
  bool verified = false;
  bool example = false;

  bool has_balances() const { return !statement.balance.empty(); }
};

BankLayout read_layout(const policy::YamlNode& root);
// Of all packs of the policy, by id. Throws when two banks declare the same account.
std::vector<BankLayout> load_layouts(const policy::Policy& policy);

struct AccountAt {
  const BankLayout* layout = nullptr;
  const BankAccount* account = nullptr;
};
AccountAt find_account(const std::vector<BankLayout>& layouts, std::string_view code);  // throws unknown_account

}  // namespace tributary::bank
