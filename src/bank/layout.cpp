#include "bank/layout.h"

#include "bank/codes.h"
#include "base/text.h"
#include "policy/catalog.h"
#include "policy/codes.h"
#include "policy/standard_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

namespace tributary::bank {
namespace {

using policy::YamlMap;
using policy::YamlNode;
template <class T>
using Word = std::pair<std::string_view, T>;

[[noreturn]] void bad(const YamlNode& node, std::string zh, std::string en) {
  throw Error(policy::codes::bad_value, {std::move(zh), std::move(en)}, node.where);
}

template <class T, std::size_t N>
T one_of(const YamlNode& node, std::string_view key, const std::array<Word<T>, N>& words) {
  const std::string& word = policy::scalar_of(node, key);
  std::string known;
  for (const auto& [name, value] : words) {
    if (name == word) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  bad(node, fmt::format("{}：“{}”不对（可用：{}）", key, word, known),
      fmt::format("{}: \"{}\" is not understood (known: {})", key, word, known));
}

constexpr std::array<Word<Encoding>, 2> encodings{{{"UTF-8", Encoding::utf8}, {"GB18030", Encoding::gb18030}}};
constexpr std::array<Word<DateFormat>, 3> dates{
    {{"YYYY-MM-DD", DateFormat::dashes}, {"YYYYMMDD", DateFormat::plain}, {"YYYY/MM/DD", DateFormat::slashes}}};
constexpr std::array<Word<Order>, 2> orders{
    {{"oldest_first", Order::oldest_first}, {"newest_first", Order::newest_first}}};
constexpr std::array<Word<Fill>, 8> fills{{{"line", Fill::line},
                                           {"reference", Fill::reference},
                                           {"payee_name", Fill::payee_name},
                                           {"payee_account", Fill::payee_account},
                                           {"payee_bank", Fill::payee_bank},
                                           {"payer_account", Fill::payer_account},
                                           {"amount", Fill::amount},
                                           {"remark", Fill::remark}}};

StatementColumns read_columns(const YamlNode& node) {
  YamlMap map(node, "columns");
  StatementColumns out;
  out.date = map.text("date");
  out.serial = map.text("serial");
  out.in = map.text_or("in");
  out.out = map.text_or("out");
  out.amount = map.text_or("amount");
  out.balance = map.text_or("balance");
  out.account = map.text_or("account");
  out.name = map.text_or("name");
  out.remark = map.text("remark");
  out.own = map.text_or("own");
  map.finish();
  const bool both = !out.in.empty() && !out.out.empty();
  const bool either = !out.in.empty() || !out.out.empty();
  if (out.amount.empty() ? !both : either)
    bad(node, "金额须写 in 和 out 两列，或只写带正负号的 amount 一列",
        "amounts stand in both `in` and `out`, or in `amount` with a sign");
  std::set<std::string> seen;
  for (const std::string* head : {&out.date, &out.serial, &out.in, &out.out, &out.amount, &out.balance, &out.account,
                                  &out.name, &out.remark, &out.own})
    if (!head->empty() && !seen.insert(*head).second)
      bad(node, fmt::format("列“{}”写了两次", *head), fmt::format("the column \"{}\" is there twice", *head));
  return out;
}

std::string source_of(const policy::Source& s) {
  return s.document + (s.note.empty() ? "" : " · " + s.note);
}

void require_code(const YamlNode& node, const std::string& code) {
  const bool fine = !code.empty() && code.size() <= 30 && std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!fine) bad(node, fmt::format("代号“{}”只用字母、数字和 - _，至多 30 个", code),
                 fmt::format("the code \"{}\" has letters, digits, - and _ only, at most 30", code));
}

}  // namespace

BankLayout read_layout(const YamlNode& root) {
  YamlMap map(root, "bank");
  BankLayout out;
  out.id = map.text("bank");
  require_code(root, out.id);
  out.title = map.bilingual("title");
  out.encoding = one_of(map.require("encoding"), "encoding", encodings);
  out.date = one_of(map.require("date"), "date", dates);
  out.thousands = map.boolean_or("thousands", false);
  const YamlNode& statement_node = map.require("statement");
  YamlMap statement(statement_node, "statement");
  out.skip = statement.find("skip") == nullptr ? 0 : statement.integer("skip");
  if (out.skip < 0) bad(statement_node, "skip 不得为负", "skip is not negative");
  out.order = one_of(statement.require("order"), "order", orders);
  out.statement = read_columns(statement.require("columns"));
  statement.finish();
  for (const YamlNode* node : policy::list_of(map, "instruction")) {
    YamlMap column(*node, "instruction");
    out.instruction.push_back({column.text("head"), one_of(column.require("fill"), "fill", fills)});
    column.finish();
  }
  const auto has = [&](Fill fill) { return std::ranges::count(out.instruction, fill, &InstructionColumn::fill) > 0; };
  if (!has(Fill::payee_account) || !has(Fill::payee_name) || !has(Fill::amount) ||
      !(has(Fill::reference) || has(Fill::remark)))
    bad(root, "instruction 至少要有收款账号、户名、金额，以及 reference 或 remark",
        "an instruction needs payee_account, payee_name, amount, and reference or remark");
  for (const YamlNode* node : policy::list_of(map, "accounts")) {
    YamlMap account(*node, "accounts");
    BankAccount one;
    one.code = account.text("account");
    require_code(*node, one.code);
    one.number = account.text("number");
    one.title = account.bilingual("title");
    one.owner = account.text_or("owner");
    one.clearing = account.text_or("clearing");
    account.finish();
    if (one.owner.empty() && one.clearing.empty())
      bad(*node, "账户须写 owner（谁的资金）或 clearing（登记簿的清算账户）",
          "an account needs `owner` (whose cash) or `clearing` (the registry's account)");
    out.accounts.push_back(std::move(one));
  }
  out.source = source_of(map.source());
  out.verified = map.boolean_or("verified", false);
  out.example = map.boolean_or("example", false);
  map.finish();
  return out;
}

std::vector<BankLayout> load_layouts(const policy::Policy& policy) {
  std::map<std::string, BankLayout> by_id;
  for (const policy::PackInfo& pack : policy.packs())
    for (const std::string& file : policy::files_in(pack.folder + "/banks", ".yaml")) {
      BankLayout layout = read_layout(policy::parse_yaml(read_file(file), file));
      by_id.insert_or_assign(layout.id, std::move(layout));
    }
  std::vector<BankLayout> out;
  std::set<std::string> codes;
  for (auto& [id, layout] : by_id) {
    for (const BankAccount& account : layout.accounts)
      if (!codes.insert(account.code).second)
        throw Error(codes::bad_value, {fmt::format("银行账户“{}”声明了两次", account.code),
                                       fmt::format("the bank account \"{}\" is declared twice", account.code)});
    out.push_back(std::move(layout));
  }
  return out;
}

AccountAt find_account(const std::vector<BankLayout>& layouts, std::string_view code) {
  std::string known;
  for (const BankLayout& layout : layouts)
    for (const BankAccount& account : layout.accounts) {
      if (account.code == code) return {&layout, &account};
      known += (known.empty() ? "" : ", ") + account.code;
    }
  throw Error(codes::unknown_account,
              {fmt::format("没有银行账户“{}”（有：{}）", code, known),
               fmt::format("there is no bank account \"{}\" (there are: {})", code, known)},
              {{}, 0, 0, "account"}, {"账户写在政策包的 banks 文件夹", "accounts stand in the folder `banks` of a pack"});
}

}  // namespace tributary::bank
