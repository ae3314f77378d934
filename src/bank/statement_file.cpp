#include "bank/statement_file.h"

#include "bank/codes.h"
#include "base/csv.h"
#include "base/decimal.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>

namespace tributary::bank {
namespace {

class Reader {
 public:
  Reader(const BankLayout& layout, const BankAccount& account, std::string file)
      : layout_(layout), account_(account), file_(std::move(file)) {}

  std::vector<StatementRow> read(const std::string& text) {
    std::istringstream in(text);
    CsvReader csv(in, file_);
    for (int i = 0; i < layout_.skip; ++i)
      if (!csv.next()) break;
    if (!csv.next()) {
      fault(codes::bad_file, 0, {}, {"文件里没有表头", "the file has no heading"});
      refuse();
    }
    heading(csv);
    std::vector<StatementRow> rows;
    while (csv.next()) {
      const auto blank = [](std::string_view cell) { return trim(cell).empty(); };
      if (csv.blank() || std::ranges::all_of(csv.fields(), blank)) continue;
      if (csv.fields().size() != width_) {
        fault(codes::bad_row, csv.line(), {},
              {fmt::format("这一行有 {} 列，表头有 {} 列", csv.fields().size(), width_),
               fmt::format("this row has {} fields, the heading has {}", csv.fields().size(), width_)});
        continue;
      }
      rows.push_back(row(csv));
    }
    if (layout_.order == Order::newest_first) std::ranges::reverse(rows);
    if (faults_.empty()) check_serials(rows);
    if (faults_.empty() && layout_.has_balances()) check_balances(rows);
    if (!faults_.empty()) refuse();
    return rows;
  }

 private:
  void fault(const Code& code, long line, const std::string& head, Text message) {
    const auto found = columns_.find(head);
    const long column = found == columns_.end() ? 0 : static_cast<long>(found->second) + 1;
    if (faults_.size() < most_faults)
      faults_.emplace_back(code, std::move(message), Where{file_, line, column, head});
  }
  [[noreturn]] void refuse() { throw BadFile(std::move(faults_)); }

  void heading(const CsvReader& csv) {
    width_ = csv.fields().size();
    for (std::size_t i = 0; i < width_; ++i)
      if (!columns_.emplace(std::string(trim(csv.fields()[i])), i).second && !trim(csv.fields()[i]).empty())
        fault(codes::bad_file, csv.line(), std::string(trim(csv.fields()[i])),
              {"这一列的标题出现了两次", "this heading is there twice"});
    const StatementColumns& c = layout_.statement;
    for (const std::string* head :
         {&c.date, &c.serial, &c.in, &c.out, &c.amount, &c.balance, &c.account, &c.name, &c.remark, &c.own})
      if (!head->empty() && !columns_.contains(*head))
        fault(codes::bad_file, csv.line(), {},
              {fmt::format("没有“{}”列", *head), fmt::format("the column \"{}\" is missing", *head)});
    if (!faults_.empty()) refuse();
  }

  std::string cell(const CsvReader& csv, const std::string& head) const {
    return head.empty() ? std::string() : std::string(trim(csv.fields()[columns_.at(head)]));
  }

  // Fen; nothing for an empty cell, nor for a wrong one, which is a fault.
  std::optional<std::int64_t> fen(const CsvReader& csv, const std::string& head, bool may_be_negative) {
    std::string text = cell(csv, head);
    if (text.empty()) return std::nullopt;
    const std::string given = text;
    if (layout_.thousands) {
      std::erase(text, ',');
      const auto plain = Decimal::try_parse(text);
      if (given != text && (!plain || group_thousands(text) != given)) text.clear();
    }
    const auto value = Decimal::try_parse(text);
    if (value && (may_be_negative || value->sign() >= 0)) {
      try {
        return (*value * Decimal(100)).to_int64();
      } catch (const Error&) {  // a part of a fen, or beyond 64 bits
      }
    }
    fault(codes::bad_row, csv.line(), head,
          {fmt::format("“{}”不是金额（元，至多两位小数{}）", given, may_be_negative ? "" : "，不为负"),
           fmt::format("\"{}\" is no amount (yuan, two decimals at most{})", given,
                       may_be_negative ? "" : ", not negative")});
    return std::nullopt;
  }

  Date day(const CsvReader& csv) {
    const std::string text = cell(csv, layout_.statement.date);
    std::string plain = text;
    const char between = layout_.date == DateFormat::dashes ? '-' : '/';
    const bool dashed = layout_.date != DateFormat::plain;
    bool fine = text.size() == (dashed ? 10U : 8U);
    if (fine && dashed) {
      fine = text[4] == between && text[7] == between;
      plain = text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2);
    }
    fine = fine && std::ranges::all_of(plain, [](char c) { return c >= '0' && c <= '9'; });
    if (fine) {
      try {
        return parse_date(plain.substr(0, 4) + "-" + plain.substr(4, 2) + "-" + plain.substr(6, 2));
      } catch (const Error&) {  // 31 February; told below
      }
    }
    fault(codes::bad_row, csv.line(), layout_.statement.date,
          {fmt::format("“{}”不是版式所写格式的日期", text),
           fmt::format("\"{}\" is no date in the form of the layout", text)});
    return {};
  }

  StatementRow row(const CsvReader& csv) {
    const StatementColumns& c = layout_.statement;
    StatementRow out;
    out.line = csv.line();
    out.day = day(csv);
    out.serial = cell(csv, c.serial);
    if (out.serial.empty() || out.serial.size() > 100)
      fault(codes::bad_row, out.line, c.serial, {"流水号为空或过长", "the serial number is empty or too long"});
    const std::size_t before = faults_.size();
    if (!c.amount.empty()) {
      out.fen = fen(csv, c.amount, true).value_or(0);
    } else {
      const std::int64_t in = fen(csv, c.in, false).value_or(0), gone = fen(csv, c.out, false).value_or(0);
      if (in != 0 && gone != 0)
        fault(codes::bad_row, out.line, c.out, {"同一行既有收入又有支出", "one line both in and out"});
      out.fen = in - gone;
    }
    if (out.fen == 0 && faults_.size() == before)
      fault(codes::bad_row, out.line, c.amount.empty() ? c.in : c.amount, {"没有金额", "there is no amount"});
    if (layout_.has_balances()) {
      out.balance = fen(csv, c.balance, true);
      if (cell(csv, c.balance).empty()) fault(codes::bad_row, out.line, c.balance, {"没有余额", "there is no balance"});
    }
    if (!c.own.empty() && cell(csv, c.own) != account_.number)
      fault(codes::bad_row, out.line, c.own,
            {fmt::format("这一行不是账户 {} 的", account_.code),
             fmt::format("this line is not of the account {}", account_.code)});
    out.account = cell(csv, c.account);
    out.name = cell(csv, c.name);
    out.remark = cell(csv, c.remark);
    return out;
  }

  void check_serials(const std::vector<StatementRow>& rows) {
    std::map<std::string, long> seen;
    for (const StatementRow& r : rows)
      if (const auto [at, fresh] = seen.emplace(r.serial, r.line); !fresh)
        fault(codes::bad_row, r.line, layout_.statement.serial,
              {fmt::format("流水号“{}”在第 {} 行已有", r.serial, at->second),
               fmt::format("the serial number \"{}\" is in line {} already", r.serial, at->second)});
  }

  void check_balances(const std::vector<StatementRow>& rows) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const StatementRow &last = rows[i - 1], &r = rows[i];
      std::int64_t expected = 0;
      if (r.day < last.day)
        fault(codes::bad_row, r.line, layout_.statement.date,
              {fmt::format("日期早于前一笔（{}）", to_string(last.day)),
               fmt::format("the day is before that of the line before it ({})", to_string(last.day))});
      if (__builtin_add_overflow(*last.balance, r.fen, &expected) || expected != *r.balance)
        fault(codes::balance_broken, r.line, layout_.statement.balance,
              {fmt::format("前一笔余额（第 {} 行）加本笔金额不等于本笔余额，差 {} 分", last.line, *r.balance - expected),
               fmt::format("the balance of line {} plus this amount is not this balance; {} fen off", last.line,
                           *r.balance - expected)});
    }
  }

  const BankLayout& layout_;
  const BankAccount& account_;
  std::string file_;
  std::map<std::string, std::size_t> columns_;
  std::size_t width_ = 0;
  std::vector<Error> faults_;
};

}  // namespace

BadFile::BadFile(std::vector<Error> faults) : Error(faults.front()), faults_(std::move(faults)) {}

StatementFile read_statement(const std::string& bytes, const std::string& name, const BankLayout& layout,
                             const BankAccount& account) {
  const std::string text = to_utf8(bytes, layout.encoding, name);
  return {name, sha256_hex(bytes), Reader(layout, account, name).read(text)};
}

}  // namespace tributary::bank
