#include "allocate/record.h"

#include "allocate/codes.h"
#include "base/text.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::allocate {
namespace {

constexpr std::string_view first_words = "tributary allocation ";

std::string csv_cell(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv_of(const Table& table) {
  std::vector<const Unit*> units;
  for (const Unit& unit : table.units) units.push_back(&unit);
  std::sort(units.begin(), units.end(), [](const Unit* a, const Unit* b) { return a->line < b->line; });
  const bool levels = std::any_of(units.begin(), units.end(), [](const Unit* u) { return !u->parent.empty(); });
  std::string out = levels ? "unit,parent" : "unit";
  for (const std::string& column : table.columns) out += "," + csv_cell(column);
  out += "\n";
  for (const Unit* unit : units) {
    out += csv_cell(unit->id);
    if (levels) out += "," + csv_cell(unit->parent);
    for (const std::string& column : table.columns) {
      const Rational* value = find(*unit, column);
      out += "," + (value == nullptr ? std::string() : value->to_string());
    }
    out += "\n";
  }
  return out;
}

[[noreturn]] void bad(long line, Text message, Text hint = {}) {
  throw Error(codes::bad_record, std::move(message), {{}, line, 0, {}}, std::move(hint));
}

}  // namespace

std::string record_of(const Table& table, const Asked& asked) {
  std::string out = fmt::format("{}{}\nmethod: {}\ncap: {}\nreserve: {}\nbounds: {}\nunit: {}\n", first_words,
                                methods_version, asked.method, asked.cap, asked.reserve, asked.bounds, asked.unit);
  if (!asked.criteria.empty()) out += fmt::format("criteria: {}\n", fmt::join(asked.criteria, ","));
  for (const std::string& point : asked.points) out += "point: " + point + "\n";
  for (const std::string& point : asked.reductions) out += "reduce: " + point + "\n";
  if (asked.keep_order) out += "keep-order: yes\n";
  out += "\n" + csv_of(table);
  out.pop_back();  // what ends in a line end comes back without it from many a form
  return out;
}

std::string hash_of(std::string_view record) {
  return sha256_hex(record);
}

namespace {

// What a record asks; its table is left in the stream.
Asked asked_in(std::istream& in) {
  Asked asked;
  std::string line;
  std::getline(in, line);
  if (!line.starts_with(first_words))
    bad(1, {"这不是分配测算的记录", "this is not the record of an allocation"});
  if (line.substr(first_words.size()) != std::to_string(methods_version))
    bad(1,
        {fmt::format("记录出自方法版本 {}，本程序是版本 {}", line.substr(first_words.size()), methods_version),
         fmt::format("the record is of version {} of the methods, this program has version {}",
                     line.substr(first_words.size()), methods_version)},
        {"用当时的程序版本重算", "recompute it with the program of that version"});
  for (long number = 2; std::getline(in, line) && !line.empty(); ++number) {
    const auto colon = line.find(": ");
    const std::string name = line.substr(0, colon);
    const std::string value = colon == std::string::npos ? "" : line.substr(colon + 2);
    if (name == "method")
      asked.method = value;
    else if (name == "cap")
      asked.cap = value;
    else if (name == "reserve")
      asked.reserve = value;
    else if (name == "bounds")
      asked.bounds = value;
    else if (name == "unit")
      asked.unit = value;
    else if (name == "criteria")
      asked.criteria.push_back(value);
    else if (name == "point")
      asked.points.push_back(value);
    else if (name == "reduce")
      asked.reductions.push_back(value);
    else if (name == "keep-order" && value == "yes")
      asked.keep_order = true;
    else
      bad(number, {fmt::format("不认识的一行“{}”", line), fmt::format("unknown line \"{}\"", line)});
  }
  return asked;
}

}  // namespace

Outcome recompute(const std::string& record) {
  std::istringstream in(record);
  const Asked asked = asked_in(in);
  return compute(read_table(in, {}), asked);
}

Outcome recompute(const std::string& record, const std::string& method) {
  std::istringstream in(record);
  Asked asked = asked_in(in);
  asked.method = method;
  return compute(read_table(in, {}), asked);
}

}  // namespace tributary::allocate
