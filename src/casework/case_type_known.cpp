// Fields whose figure the system has already, and conditions of rows.
#include "casework/case_type_reading.h"

#include <algorithm>

namespace tributary::casework {
namespace {

constexpr std::array origins{KnownField::From::readings, KnownField::From::ledger, KnownField::From::party,
                             KnownField::From::place, KnownField::From::rights, KnownField::From::standing, KnownField::From::rule};

bool counts(const Field& field) {
  return field.kind == FieldKind::number || field.kind == FieldKind::money;
}

bool is_words(const Field& field) {
  return field.kind == FieldKind::text || field.kind == FieldKind::credit_code;
}

bool fits(const Field& field, KnownField::From from) {
  using From = KnownField::From;
  switch (from) {
    case From::ledger: return field.kind == FieldKind::money;
    case From::readings:
    case From::rights: return field.kind == FieldKind::number;
    case From::standing: return field.kind == FieldKind::text;
    case From::rule: return field.kind == FieldKind::paragraph;
    case From::party:
    case From::place: break;
  }
  return is_words(field) || counts(field);
}

}  // namespace

std::string_view to_string(KnownField::From from) {
  constexpr std::array<std::string_view, 7> names{"readings", "ledger", "party", "place", "rights", "standing", "rule"};
  return names[static_cast<std::size_t>(from)];
}

namespace reading {

using policy::YamlMap;
using policy::YamlNode;

KnownField read_known(const YamlNode& node) {
  using From = KnownField::From;
  YamlMap map(node, "prefill");
  KnownField out;
  out.where = node.where;
  const YamlNode& from = map.require("from");
  out.from = pick(origins, policy::scalar_of(from, "from"), from.where, "from");
  const bool of_place = out.from == From::readings || out.from == From::place || out.from == From::standing;
  out.of = map.text_or(of_place ? "at" : "of");
  if (out.from != From::rule) out.what = map.text("what");
  const auto one_of = [&](const auto& all) {
    if (std::find(all.begin(), all.end(), out.what) == all.end())
      bad(node.where, fmt::format("what：没有“{}”", out.what), fmt::format("what: \"{}\" is not known", out.what),
          {fmt::format("可用：{}", fmt::join(all, "、")), fmt::format("one of: {}", fmt::join(all, ", "))});
  };
  switch (out.from) {
    case From::readings: {
      if (out.of.empty()) out.kind = map.text("places");
      out.series = map.text_or("series_of");
      const YamlNode& statistic = map.require("statistic");
      out.statistic = pick(known::all_statistics, policy::scalar_of(statistic, "statistic"), statistic.where, "statistic");
      if (out.statistic != known::Statistic::count) out.decimals = map.integer("decimals");
      out.year = map.text("year");
      break;
    }
    case From::ledger:
      one_of(std::array<std::string_view, 2>{"received", "paid"});
      out.year = map.text("year");
      break;
    case From::party:
      one_of(known::party_facts);
      break;
    case From::place:
      out.year = map.text_or("year");
      break;
    case From::rights:
      out.starts = map.text("starts");
      out.ends = map.text("ends");
      break;
    case From::standing:
      out.party = map.text("party");
      out.rule = map.text("rule");
      out.subject = map.text("subject");
      out.period = map.text("period");
      break;
    case From::rule: {
      out.rule = map.text("rule");
      const YamlNode& choose = map.require("choose");
      if (choose.kind != YamlNode::Kind::sequence) bad(choose.where, "choose 应为列表", "choose is a list");
      for (const YamlNode& value : choose.items) {
        YamlMap one(value, "choose");
        KnownField::Consequence next;
        next.when = one.text("when");
        next.rule = one.text("rule");
        next.what = words(one, "what");
        next.on = one.text("on");
        next.negative = one.text_or("negative");
        next.positive = one.text_or("positive");
        each_named(one, "given", false, [&](const YamlNode& input, const YamlNode& text) {
          next.given[input.scalar] = policy::scalar_of(text, input.scalar);
        });
        if (next.what.empty()) bad(value.where, "what 要写规则的哪些公式", "what says which formulas of the rule");
        one.finish();
        out.consequences.push_back(std::move(next));
      }
      break;
    }
  }
  if (out.of.empty() && (out.from == From::place || out.from == From::rights || out.from == From::standing))
    bad(node.where, "要写明取自哪个字段所指的地点或当事方", "say of which place (at) or party (of) it is");
  if (out.from != From::standing && out.from != From::rule) out.may_override = map.boolean_or("override", false);
  map.finish();
  return out;
}

std::vector<RowCondition> read_rows(const YamlNode& node, const std::vector<Field>& columns) {
  std::vector<RowCondition> out;
  if (node.kind != YamlNode::Kind::sequence) bad(node.where, "rows 应为列表", "rows is a list");
  std::vector<std::string> names;
  for (const Field& column : columns) names.push_back(column.name);
  for (const YamlNode& item : node.items) {
    YamlMap map(item, "rows");
    RowCondition one;
    one.where = item.where;
    const YamlNode& when = map.require("when");
    one.when = policy::scalar_of(when, "when");
    one.where.line = when.where.line;
    one.where.column = when.where.column;
    one.otherwise = map.bilingual("otherwise");
    one.at = map.text("at");
    require_known(names, one.at, item.where, {"栏", "column"});
    map.finish();
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace reading

void check_known(const Declaration& d) {
  using From = KnownField::From;
  using reading::bad;
  for (const Field& field : d.form) {
    if (!field.known) continue;
    const KnownField& known = *field.known;
    const auto named = [&](const std::string& name, const char* zh, const char* en, auto&& fits) {
      if (name.empty()) return;
      std::vector<std::string> names;
      for (const Field& one : d.form) names.push_back(one.name);
      reading::require_known(names, name, known.where, {"字段", "field"});
      const auto found = std::find_if(d.form.begin(), d.form.end(), [&](const Field& f) { return f.name == name; });
      if (!fits(*found))
        bad(known.where, fmt::format("“{}”不是{}", name, zh), fmt::format("\"{}\" is not {}", name, en));
    };
    const auto is = [](FieldKind kind) { return [kind](const Field& f) { return f.kind == kind; }; };
    if (known.from == From::readings || known.from == From::place || known.from == From::standing)
      named(known.of, "地点", "a place", is(FieldKind::place));
    else
      named(known.of, "当事方", "a party", is(FieldKind::party));
    named(known.party, "当事方", "a party", is(FieldKind::party));
    for (const std::string& words : {known.rule, known.subject, known.period}) named(words, "文字", "a text", is(FieldKind::text));
    named(known.year, "年度或日期", "a year or a day",
          [](const Field& f) { return f.kind == FieldKind::number || f.kind == FieldKind::date; });
    for (const KnownField::Consequence& next : known.consequences) {
      named(next.on, "日期或写着时段的文字", "a day, or a text with a period",
            [](const Field& f) { return f.kind == FieldKind::date || f.kind == FieldKind::text; });
      // Nothing comes from a field that is itself filled in later.
      const auto before = [&](const Field& f) {
        return (counts(f) || f.kind == FieldKind::boolean || f.kind == FieldKind::text) && &f < &field;
      };
      for (const std::string& name : {next.negative, next.positive})
        named(name, "写在前面的数、金额或文字", "a number, an amount or a text that stands before it",
              [&](const Field& f) { return before(f) && f.kind != FieldKind::boolean; });
      for (const auto& [input, text] : next.given)
        for (const std::string& name : reading::placeholders(text, known.where)) {
          named(name, "写在前面的数、金额、是否或文字", "a number, an amount, yes or no or a text that stands before it", before);
          if (text != "{" + name + "}")
            bad(known.where, "given 的值是一个字段或一段文字", "what is given is one field, or a text");
        }
    }
    for (const std::string& day : {known.starts, known.ends}) named(day, "日期", "a day", is(FieldKind::date));
    if (known.from == From::rights)
      named(known.what, "选项", "a choice", is(FieldKind::choice));
    if (field.sensitivity > Sensitivity::internal)
      bad(known.where, "个人信息不能由系统带出", "what is personal is not filled in from elsewhere");
    if (!field.in_draft)
      bad(known.where, "只有草稿里填的字段能由系统带出", "only a field of the draft is filled in from elsewhere");
    if (!fits(field, known.from))
      bad(known.where, "这种数放不进这个字段：账本用 money，读数和权利用 number，履约用 text，规则用 paragraph，登记用 text、number 或 credit_code",
          "this figure does not fit the field: the ledger fills money, readings and rights number, compliance text, a rule "
          "paragraph, the register text, number or credit_code");
  }
}

}  // namespace tributary::casework
