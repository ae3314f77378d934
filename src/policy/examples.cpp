#include "policy/examples.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/standard_examples.h"
#include "policy/value.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

class Runner {
 public:
  Runner(const Policy& policy, std::string file) : policy_(policy), file_(std::move(file)) {}

  ExampleReport run() {
    const std::string text = read_file(file_);
    long number = 0;
    for (std::string_view raw : split(text, '\n')) {
      ++number;
      const std::string_view line = trim(raw);
      if (line.starts_with('#')) continue;
      if (line.empty() || line.front() != '|') end_table();
      line_ = number;
      raw_ = raw;
      try {
        if (line.empty())
          continue;
        else if (line.front() == '|')
          row(line);
        else
          directive(line);
      } catch (const Error& e) {
        throw e.at(where());
      }
    }
    end_table();
    if (report_.rows == 0) fail_format("文件里没有算例", "the file holds no examples");
    return std::move(report_);
  }

 private:
  Where where(std::string field = {}) const { return {file_, line_, 0, std::move(field)}; }

  [[noreturn]] void fail_format(const std::string& zh, const std::string& en) const {
    throw Error(codes::bad_example, {zh, en}, where(),
                {"写法见 docs/rules.md 的“Worked examples”", "see \"Worked examples\" in docs/rules.md"});
  }

  void failure(const std::string& field, const std::string& zh, const std::string& en) {
    Where at = where(field);
    at.column = column_;
    report_.failures.push_back({std::move(at), {zh, en}});
  }

  // A heading that is parted from its rows by an empty line would test nothing in silence.
  void end_table() {
    if (!header_.empty() && !has_row_) fail_format("表头下面没有行", "the heading has no rows below it");
    header_.clear();
    has_row_ = false;
  }

  void directive(std::string_view line) {
    const std::size_t space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    const std::string rest(space == std::string_view::npos ? std::string_view() : trim(line.substr(space)));
    column_ = 0;
    if (word == "rule") {
      case_ = {};
      standard_.reset();
      case_.rule = rest;
      case_.on = case_.known = Date{};
      has_on_ = has_known_ = false;
    } else if (word == "on") {
      case_.on = parse_date(rest);
      has_on_ = true;
      if (!has_known_) case_.known = Date::max();
    } else if (word == "known") {
      case_.known = parse_date(rest);
      has_known_ = true;
    } else if (word == "place") {
      case_.place = rest;
    } else if (word == "aqi" || word == "class") {
      const std::size_t gap = std::min(rest.find(' '), rest.size());
      case_ = {};
      standard_ = StandardCase{word == "aqi" ? StandardCase::Kind::aqi : StandardCase::Kind::water_class,
                               rest.substr(0, gap), std::string(trim(std::string_view(rest).substr(gap)))};
    } else if (word == "set") {
      const std::size_t equals = rest.find('=');
      if (equals == std::string::npos) fail_format("应写 set 名称 = 值", "write: set name = value");
      case_.given[std::string(trim(std::string_view(rest).substr(0, equals)))] =
          std::string(trim(std::string_view(rest).substr(equals + 1)));
    } else if (word == "error") {
      expect_error(rest);
    } else {
      fail_format(fmt::format("不认识“{}”", word), fmt::format("\"{}\" is not known", word));
    }
  }

  // "parameter_unset cap": the code's name, then words that must appear in the message.
  void expect_error(const std::string& rest) {
    const auto words = split(rest, ' ');
    if (case_.rule.empty() || !has_on_)
      fail_format("error 之前应写 rule 和 on", "error needs rule and on before it");
    ++report_.rows;
    try {
      evaluate_case(policy_, case_);
      failure("error", "没有出错", "there was no error");
    } catch (const Error& e) {
      if (e.code().name != words[0])
        failure("error", fmt::format("错误是 {}，应为 {}", e.code().name, words[0]),
                fmt::format("the error is {}, expected {}", e.code().name, words[0]));
      for (std::size_t i = 1; i < words.size(); ++i)
        if (e.message().en.find(words[i]) == std::string::npos)
          failure("error", fmt::format("错误信息里没有“{}”", words[i]),
                  fmt::format("the message does not name \"{}\"", words[i]));
    }
  }

  void row(std::string_view line) {
    if (line.size() < 2 || line.back() != '|')
      fail_format("表格的行应以 | 开头和结尾", "a row starts and ends with |");
    std::vector<std::string> cells;
    std::vector<long> columns;  // where each cell's text begins, in characters from 1
    for (std::string_view cell : split(line.substr(1, line.size() - 2), '|')) {
      const std::string_view text = trim(cell);
      cells.emplace_back(text);
      columns.push_back(character_of(text.empty() ? cell : text));
    }
    if (header_.empty()) return heading(std::move(cells));
    if (cells.size() != header_.size())
      fail_format(fmt::format("这一行有 {} 格，表头有 {} 格", cells.size(), header_.size()),
                  fmt::format("the row has {} cells, the header {}", cells.size(), header_.size()));
    if (cells[arrow_] != "=>")
      fail_format("这一行的 => 不在表头的位置", "=> stands elsewhere than in the header");
    Case wanted = case_;
    for (std::size_t i = 0; i < arrow_; ++i)
      if (header_[i] == "place" && !standard_)
        wanted.place = cells[i];
      else
        wanted.given[header_[i]] = cells[i];
    ++report_.rows;
    has_row_ = true;
    column_ = columns[0];
    try {
      if (standard_) {
        const Cells results = standard_results(policy_.catalog(), *standard_, wanted.given);
        for (std::size_t i = arrow_ + 1; i < cells.size(); ++i) {
          column_ = columns[i];
          compare_standard(results, header_[i], cells[i]);
        }
        return;
      }
      const CaseResult result = evaluate_case(policy_, wanted);
      for (std::size_t i = arrow_ + 1; i < cells.size(); ++i) {
        column_ = columns[i];
        compare(result, header_[i], cells[i]);
      }
    } catch (const Error& e) {
      if (e.code() == codes::bad_example) throw;
      failure(e.where().field, fmt::format("出错：{}", e.message().zh),
              fmt::format("error: {}", e.message().en));
    }
  }

  void heading(std::vector<std::string> cells) {
    const auto arrow = std::find(cells.begin(), cells.end(), "=>");
    if (cells.end() - arrow < 2)
      fail_format("表头缺少 => 和结果列", "the header lacks => and the columns after it");
    if (!standard_ && (case_.rule.empty() || !has_on_))
      fail_format("表格之前应写 rule 和 on", "a table needs rule and on before it");
    const auto once = [&](auto begin, auto end) {
      for (auto at = begin; at != end; ++at)
        if (std::find(begin, at, *at) != at)
          fail_format(fmt::format("表头里“{}”写了两次", *at),
                      fmt::format("the heading has \"{}\" twice", *at));
    };
    once(cells.begin(), arrow);
    once(arrow, cells.end());
    arrow_ = static_cast<std::size_t>(arrow - cells.begin());
    header_ = std::move(cells);
  }

  // The column of a piece of the line at hand, counted in characters as editors do.
  long character_of(std::string_view piece) const {
    const std::string_view before = raw_.substr(0, static_cast<std::size_t>(piece.data() - raw_.data()));
    return 1 + std::count_if(before.begin(), before.end(),
                             [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  }

  void compare_standard(const Cells& results, const std::string& column, const std::string& expected) {
    const auto found = results.find(column);
    if (found == results.end())
      fail_format(fmt::format("标准 {} 没有结果“{}”", standard_->standard, column),
                  fmt::format("standard {} has no result \"{}\"", standard_->standard, column));
    if (found->second != expected) differs(column, expected, found->second);
  }

  void differs(const std::string& column, const std::string& expected, const std::string& actual) {
    failure(column, fmt::format("应为 {}，算得 {}", expected, actual),
            fmt::format("expected {}, got {}", expected, actual));
  }

  void compare(const CaseResult& result, const std::string& column, const std::string& expected) {
    std::string actual;
    bool same = false;
    if (column == "outcome") {
      actual = to_string(result.outcome.state);
      same = actual == expected;
    } else if (column == "pays") {
      for (const auto& due : result.outcome.dues) {
        const Payment& payment = result.rule->rule.payments[due.payment];
        actual += fmt::format("{}{}>{} {}", actual.empty() ? "" : "; ", payment.from, payment.to,
                              due.amount.normalized().to_string());
      }
      if (actual.empty()) actual = "none";
      same = actual == expected;
    } else {
      std::tie(same, actual) = compare_formula(result, column, expected);
    }
    if (!same) differs(column, expected, actual);
  }

  // "≈0.333" holds when the exact value rounds (half to even) to the decimals shown.
  std::pair<bool, std::string> compare_formula(const CaseResult& result, const std::string& name,
                                               const std::string& expected) {
    for (const FormulaNode& f : result.rule->program.formulas) {
      const Formula& formula = result.rule->rule.formulas[f.declaration];
      if (element_name(formula.name, f.element) != name) continue;
      const Cell& cell = result.cells[static_cast<std::size_t>(f.node)];
      if (!cell.present()) return {expected == "-", "-"};
      const std::string actual = format_value(formula.type, cell.value);
      static constexpr std::string_view about = "≈";
      if (expected.starts_with(about)) {
        const auto wanted = Decimal::try_parse(std::string_view(expected).substr(about.size()));
        if (!wanted)
          fail_format(fmt::format("“{}”不是数值", expected), fmt::format("\"{}\" is not a number", expected));
        return {cell.value.round(wanted->scale(), Rounding::half_even) == Rational(*wanted), actual};
      }
      const auto wanted = parse_value(formula.type, expected);
      if (!wanted && expected != "-")
        fail_format(fmt::format("“{}”不是 {} 的值", expected, name),
                    fmt::format("\"{}\" is not a value of {}", expected, name));
      return {wanted && *wanted == cell.value, actual};
    }
    fail_format(fmt::format("规则 {} 没有公式“{}”", result.rule->rule.name, name),
                fmt::format("rule {} has no formula \"{}\"", result.rule->rule.name, name));
  }

  const Policy& policy_;
  std::string file_;
  std::string_view raw_;  // the line at hand
  long line_ = 0;
  long column_ = 0;  // of the cell at hand; 0 outside tables
  Case case_;
  std::optional<StandardCase> standard_;  // instead of a rule
  bool has_on_ = false;
  bool has_known_ = false;
  std::vector<std::string> header_;
  bool has_row_ = false;
  std::size_t arrow_ = 0;
  ExampleReport report_;
};

}  // namespace

ExampleReport run_examples(const Policy& policy, const std::string& file) {
  return Runner(policy, file).run();
}

ExampleReport run_all_examples(const std::string& root, const std::string& pack) {
  ExampleReport out;
  const Policy cascade = Policy::load(root, pack);
  for (const PackInfo& info : cascade.packs()) {
    const Policy own = Policy::load(root, info.id);
    for (const std::string& file : files_in(info.folder + "/tests", ".test")) {
      ExampleReport one = run_examples(own, file);
      out.rows += one.rows;
      std::move(one.failures.begin(), one.failures.end(), std::back_inserter(out.failures));
    }
  }
  return out;
}

}  // namespace tributary::policy
