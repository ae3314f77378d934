#include "policy/rule_text.h"

#include "base/text.h"

#include <algorithm>
#include <stdexcept>

namespace tributary::policy {
namespace {

// Words and rests of one line.
class Line {
 public:
  Line(std::string_view text, long number) : rest_(trim(text)), number_(number) {}
  std::string word() {
    const auto end = rest_.find_first_of(" ");
    const std::string out(rest_.substr(0, end));
    rest_ = end == std::string_view::npos ? std::string_view() : trim(rest_.substr(end));
    return out;
  }
  std::string until(char separator) {
    const auto end = rest_.find(separator);
    if (end == std::string_view::npos) throw std::logic_error("no separator in: " + std::string(rest_));
    const std::string out(trim(rest_.substr(0, end)));
    rest_ = trim(rest_.substr(end + 1));
    return out;
  }
  std::string rest() const { return std::string(rest_); }
  bool done() const { return rest_.empty(); }
  Where where() const { return {"rule.txt", number_, 1, ""}; }

 private:
  std::string_view rest_;
  long number_;
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (Line line(text, 0); !line.done();) out.push_back(line.word());
  return out;
}

// "C[factor]" → C, factor.
std::pair<std::string, std::string> indexed(const std::string& name) {
  const auto open = name.find('[');
  return open == std::string::npos
             ? std::pair(name, std::string())
             : std::pair(name.substr(0, open), name.substr(open + 1, name.size() - open - 2));
}

ValueType number_in(const std::string& unit) {
  return {ValueType::Kind::number, Unit::parse(unit), {}};
}

Parameter parameter(const std::string& kind, Line& line) {
  Parameter out;
  std::tie(out.name, out.index) = indexed(line.word());
  out.where = line.where();
  if (kind == "unset") {
    out.type = number_in(line.word());
    out.unset = {"未见", "not seen"};
    return out;
  }
  const std::vector<std::string> head = words(line.until('='));
  out.type = number_in(head[0]);
  ParameterValue value;
  value.in_force = value.known = make_date(2018, 1, 1);
  value.where = line.where();
  out.by_place = kind == "place";
  out.is_table = kind == "table";
  out.upper_inclusive = head.size() < 2 || head[1] == "upper";
  const std::string rest = line.rest();
  for (std::string_view part : split(rest, ',')) {
    const std::vector<std::string> pair = words(std::string(part));
    if (out.is_table)
      value.tiers.push_back({Decimal::parse(pair[0]), pair[1]});
    else
      value.elements[pair.size() == 2 ? pair[0] : ""] = pair.back();
  }
  out.values.push_back(std::move(value));
  return out;
}

RoundingRule rounding(Line& line) {
  const int places = std::stoi(line.word());
  return {places, *parse_rounding(line.word())};
}

}  // namespace

Rule rule_from_text(std::string_view text) {
  Rule out;
  out.name = "r";
  out.where = {"rule.txt", 1, 1, ""};
  long number = 0;
  for (std::string_view row : split(text, '\n')) {
    ++number;
    if (trim(row).empty()) continue;
    Line line(row, number);
    std::string kind = line.word();
    if (kind == "index") {
      const std::string name = line.until(':');
      out.indices[name] = words(line.rest());
    } else if (kind == "input" || kind == "class" || kind == "boolean" || kind == "choice") {
      Input input;
      std::tie(input.name, input.index) = indexed(kind == "choice" ? line.until(':') : line.word());
      input.where = line.where();
      if (kind == "input") input.type = number_in(line.word());
      if (kind == "class") input.type.kind = ValueType::Kind::quality;
      if (kind == "boolean") input.type.kind = ValueType::Kind::boolean;
      if (kind == "choice") input.type = {ValueType::Kind::choice, {}, words(line.rest())};
      out.inputs.push_back(std::move(input));
    } else if (kind == "parameter" || kind == "place" || kind == "table" || kind == "unset") {
      out.parameters.push_back(parameter(kind, line));
    } else if (kind == "assessed:") {
      out.assessed_when = line.rest();
      out.assessed_where = line.where();
    } else if (kind == "pays") {
      Payment payment;
      payment.round = rounding(line);
      line.word();  // when
      payment.when = line.until(':');
      payment.amount = line.rest();
      payment.when_where = payment.amount_where = line.where();
      out.payments.push_back(std::move(payment));
    } else {
      Formula formula;
      Line head(row, number);
      const std::vector<std::string> parts = words(head.until(':'));
      std::tie(formula.name, formula.index) = indexed(parts.at(1));
      formula.text = head.rest();
      formula.where = line.where();
      if (kind == "number") {
        formula.type = number_in(parts.at(2));
        if (parts.size() > 3)
          formula.round = RoundingRule{std::stoi(parts.at(4)), *parse_rounding(parts.at(5))};
      } else if (kind == "is") {
        formula.type.kind = ValueType::Kind::boolean;
      } else if (kind == "quality") {
        formula.type.kind = ValueType::Kind::quality;
      } else if (kind == "option") {
        formula.type = std::find_if(out.inputs.begin(), out.inputs.end(), [&](const Input& i) {
                         return i.name == parts.at(2);
                       })->type;
      } else {
        throw std::logic_error("unknown line: " + std::string(row));
      }
      out.formulas.push_back(std::move(formula));
    }
  }
  return out;
}

}  // namespace tributary::policy
