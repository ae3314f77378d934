#include "optimise/model.h"

#include "optimise/codes.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace tributary::optimise {

std::size_t Model::add(Column column) {
  columns_.push_back(std::move(column));
  by_column_.emplace_back();
  return columns_.size() - 1;
}

std::size_t Model::add(Row row) {
  const auto before = [](const Term& a, const Term& b) { return a.index < b.index; };
  if (!std::is_sorted(row.terms.begin(), row.terms.end(), before))
    std::stable_sort(row.terms.begin(), row.terms.end(), before);
  std::vector<Term> merged;
  merged.reserve(row.terms.size());
  for (Term& term : row.terms) {
    if (term.index >= columns_.size())
      throw Error(codes::bad_model, {fmt::format("约束“{}”引用了不存在的变量", row.name),
                                     fmt::format("row \"{}\" names a column that is not there", row.name)});
    if (!merged.empty() && merged.back().index == term.index)
      merged.back().value += term.value;
    else
      merged.push_back(std::move(term));
  }
  std::erase_if(merged, [](const Term& term) { return term.value.is_zero(); });
  row.terms = std::move(merged);
  for (const Term& term : row.terms) by_column_[term.index].push_back({rows_.size(), term.value});
  rows_.push_back(std::move(row));
  return rows_.size() - 1;
}

void Model::set_bounds(std::size_t column, std::optional<Rational> lower, std::optional<Rational> upper) {
  columns_[column].lower = std::move(lower);
  columns_[column].upper = std::move(upper);
}

namespace {

std::string number(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? fmt::format("{:.17g}", value.to_double()) : text;
}

// What may stand as a name: letters, digits and some signs, no digit or dot first, nothing like a number.
bool plain(const std::string& name) {
  if (name.empty() || name.size() > 200) return false;
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  if (!letter(name[0]) || name[0] == 'e' || name[0] == 'E') return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '#';
  });
}

class Names {
 public:
  explicit Names(char letter) : letter_(letter) {}
  std::string of(const std::string& name, std::size_t index, std::string& comments) {
    static const std::set<std::string> reserved{"free",     "inf",      "infinity", "st",     "subject",
                                                "such",     "bounds",   "bound",    "end",    "general",
                                                "generals", "integer",  "gen",      "int",    "min",
                                                "max",      "minimize", "maximize", "binary", "bin"};
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (plain(name) && !reserved.contains(lower) && used_.insert(name).second) return name;
    std::string out = fmt::format("{}{}", letter_, index + 1);
    while (!used_.insert(out).second) out += '_';
    std::string shown = name;
    std::replace(shown.begin(), shown.end(), '\n', ' ');
    comments += fmt::format("\\ {} = {}\n", out, shown);
    return out;
  }

 private:
  char letter_;
  std::set<std::string> used_;
};

std::string sum(const std::vector<Term>& terms, const std::vector<std::string>& names) {
  std::string out;
  std::size_t line = 0;
  for (const Term& term : terms) {
    const std::string one = fmt::format(" {} {} {}", term.value.sign() < 0 ? '-' : '+',
                                        number(term.value.abs()), names[term.index]);
    if (out.size() - line + one.size() > 180) {  // readers of the format limit the length of a line
      out += '\n';
      line = out.size();
    }
    out += one;
  }
  return out;
}

}  // namespace

std::string to_lp(const Model& model) {
  std::string comments;
  std::vector<std::string> columns;
  Names column_names('x');
  for (std::size_t j = 0; j < model.columns().size(); ++j)
    columns.push_back(column_names.of(model.columns()[j].name, j, comments));
  Names row_names('r');
  std::vector<Term> objective;
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (!model.columns()[j].cost.is_zero()) objective.push_back({j, model.columns()[j].cost});
  if (objective.empty() && !columns.empty()) objective.push_back({0, Rational(0)});
  std::string out =
      fmt::format("{}\n obj:{}\nSubject To\n", model.sense() == Sense::minimise ? "Minimize" : "Maximize",
                  sum(objective, columns));
  for (std::size_t i = 0; i < model.rows().size(); ++i) {
    const Row& row = model.rows()[i];
    const auto put = [&](const std::string& name, const char* relation, const Rational& bound) {
      const std::vector<Term> nothing{{0, Rational(0)}};
      out += fmt::format(" {}:{} {} {}\n", row_names.of(name, i, comments),
                         sum(row.terms.empty() && !columns.empty() ? nothing : row.terms, columns), relation,
                         number(bound));
    };
    if (row.lower && row.upper && *row.lower == *row.upper) {
      put(row.name, "=", *row.lower);
      continue;
    }
    if (row.lower) put(row.upper ? row.name + "_from" : row.name, ">=", *row.lower);
    if (row.upper) put(row.lower ? row.name + "_to" : row.name, "<=", *row.upper);
  }
  out += "Bounds\n";
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& column = model.columns()[j];
    if (column.lower && column.upper && *column.lower == *column.upper)
      out += fmt::format(" {} = {}\n", columns[j], number(*column.lower));
    else if (!column.lower && !column.upper)
      out += fmt::format(" {} free\n", columns[j]);
    else
      out += fmt::format(" {} <= {} <= {}\n", column.lower ? number(*column.lower) : "-inf", columns[j],
                         column.upper ? number(*column.upper) : "+inf");
  }
  return comments + out + "End\n";
}

}  // namespace tributary::optimise
