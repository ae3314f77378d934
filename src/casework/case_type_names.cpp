#include "casework/case_type_reading.h"
#include "casework/methods_compared.h"
#include "policy/expression.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using reading::bad;

// Every name that stands for another must be there.
class Names {
 public:
  explicit Names(const Declaration& d) : d_(d) {}

  void check() const {
    unique();
    known(states(), d_.start_state, d_.where, {"状态", "state"});
    actors(d_.start_by, d_.where);
    for (const Step& step : d_.steps) {
      for (const std::string& from : step.from) known(states(), from, step.where, {"状态", "state"});
      if (!step.to.empty()) known(states(), step.to, step.where, {"状态", "state"});
      actors(step.by, step.where);
      for (const std::string& other : step.not_by)
        if (other != "start") known(steps(), other, step.where, {"步骤", "step"});
      for (const std::string& field : step.sets)
        if (field != "all") known(fields(), field, step.where, {"字段", "field"});
      for (const std::string& field : step.needs) known(fields(), field, step.where, {"字段", "field"});
      for (const std::string& term : {step.before, step.after})
        if (!term.empty()) known(terms(), term, step.where, {"期限", "term"});
      for (const std::string& paper : step.issues)
        known(names_of(d_.papers), paper, step.where, {"文书", "paper"});
      for (const Effect& effect : step.effects) this->effect(effect);
    }
    for (const Term& term : d_.terms) {
      for (const auto& list : {term.runs_in, term.paused_in})
        for (const std::string& state : list) known(states(), state, term.where, {"状态", "state"});
      for (const std::string& state : term.paused_in)
        if (std::find(term.runs_in.begin(), term.runs_in.end(), state) != term.runs_in.end())
          bad(term.where, fmt::format("期限 {} 在“{}”既走又停", term.name, state),
              fmt::format("the term {} both runs and rests in \"{}\"", term.name, state));
      if (!term.until.empty()) {
        known(fields(), term.until, term.where, {"字段", "field"});
        if (field(term.until)->kind != FieldKind::date)
          bad(term.where, "until 应是日期字段", "until names a field of dates");
      }
      if (!term.from.empty()) {
        known(fields(), term.from, term.where, {"字段", "field"});
        if (field(term.from)->kind != FieldKind::date)
          bad(term.where, "from 应是日期字段", "from names a field of dates");
      }
    }
    if (d_.retention && d_.retention->after != "end") {
      const Retention& kept = *d_.retention;
      known(fields(), kept.after, kept.where, {"字段", "field"});
      if (field(kept.after)->kind != FieldKind::date || field(kept.after)->sensitivity > Sensitivity::internal)
        bad(kept.where, "after 应是 end 或不属于个人信息的日期字段",
            "after is \"end\" or a field of dates that is not personal");
    }
    for (const Ballot& ballot : d_.ballots) {
      known(states(), ballot.in, ballot.where, {"状态", "state"});
      actors(ballot.of, ballot.where);
    }
    if (!d_.responsible.empty()) {
      known(fields(), d_.responsible, d_.where, {"字段", "field"});
      if (field(d_.responsible)->kind != FieldKind::organisation)
        bad(d_.where, "responsible 应是单位字段", "responsible names a field of one organisation");
      for (const std::string& state : d_.responsible_in) known(states(), state, d_.where, {"状态", "state"});
    }
    if (!d_.article_field.empty()) {
      known(fields(), d_.article_field, d_.where, {"字段", "field"});
      const Field& choice = *field(d_.article_field);
      if (choice.kind != FieldKind::choice ||
          std::any_of(choice.choices.begin(), choice.choices.end(),
                      [](const auto& one) { return article_of_key(one.key) == 0; }))
        bad(d_.where, "article_field 应是选项字段，选项的键为 a1、a2……",
            "article_field names a choice with keys a1, a2, …");
    }
    if (d_.number) known(steps(), d_.number->on, d_.where, {"步骤", "step"});
  }

 private:
  using List = std::vector<std::string>;
  template <class Items>
  static List names_of(const Items& items) {
    List out;
    for (const auto& one : items) out.push_back(one.name);
    return out;
  }
  List states() const { return names_of(d_.states); }
  List steps() const { return names_of(d_.steps); }
  List fields() const { return names_of(d_.form); }
  List terms() const { return names_of(d_.terms); }
  const Field* field(const std::string& name) const {
    const auto found =
        std::find_if(d_.form.begin(), d_.form.end(), [&](const Field& f) { return f.name == name; });
    return found == d_.form.end() ? nullptr : &*found;
  }

  static void known(const List& all, const std::string& name, const Where& where, const Text& what) {
    reading::require_known(all, name, where, what);
  }

  void unique() const {
    const auto check = [](const auto& items, const Text& what) {
      for (std::size_t i = 0; i < items.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (items[i].name == items[j].name)
            bad(items[i].where, fmt::format("{}“{}”出现两次", what.zh, items[i].name),
                fmt::format("the {} \"{}\" stands twice", what.en, items[i].name));
    };
    check(d_.states, {"状态", "state"});
    check(d_.steps, {"步骤", "step"});
    for (const Step& step : d_.steps)
      if (step.name == "start" || step.name == "save" || step.name == "vote")
        bad(step.where, fmt::format("步骤不能叫“{}”", step.name),
            fmt::format("a step cannot be called \"{}\"", step.name));
  }

  void actors(const std::vector<Actor>& list, const Where& where) const {
    for (const Actor& actor : list) {
      if (actor.in.empty() || actor.in == "applicant") continue;
      known(fields(), actor.in, where, {"字段", "field"});
      const FieldKind kind = field(actor.in)->kind;
      if (kind != FieldKind::organisation && kind != FieldKind::organisations)
        bad(where, fmt::format("“{}”不是单位字段", actor.in),
            fmt::format("\"{}\" names no organisations", actor.in));
    }
  }

  void effect(const Effect& effect) const {
    std::vector<Field> each;  // what the rows, or organisations, of `each` are called
    if (!effect.each.empty()) {
      known(fields(), effect.each, effect.where, {"字段", "field"});
      each = columns_of_each(*field(effect.each));
      if (each.empty())
        bad(effect.where, fmt::format("“{}”不是表格，也不是几个单位", effect.each),
            fmt::format("\"{}\" is neither a table nor several organisations", effect.each));
    }
    const auto placeholders = [&](const std::string& text) {
      for (const std::string& name : reading::placeholders(text, effect.where)) {
        // The row's stand before the form's.
        const auto column = std::find_if(each.begin(), each.end(), [&](const Field& f) { return f.name == name; });
        if (column != each.end()) {
          if (column->sensitivity > Sensitivity::internal) personal(effect, name);
          continue;
        }
        constexpr std::array<std::string_view, 8> own{
            "number", "year", "n", "today", "applicant", "applicant_party", "id", "publication"};
        if (field(name) == nullptr && std::find(own.begin(), own.end(), name) != own.end()) continue;
        const auto figure = std::find_if(d_.computed.begin(), d_.computed.end(),
                                         [&](const Computed& c) { return c.name == name; });
        if (figure != d_.computed.end()) {
          if (reading::is_of_people(d_, policy::parse_expression(figure->formula, figure->where)))
            personal(effect, name);
          continue;
        }
        known(fields(), name, effect.where, {"字段", "field"});
        if (field(name)->sensitivity > Sensitivity::internal) personal(effect, name);
      }
    };
    for (const auto& [name, text] : effect.arguments) placeholders(text);
    for (const auto& [name, text] : effect.set) placeholders(text);
    for (const auto& [name, text] : effect.where_is) placeholders(text);
    if (effect.kind == Effect::Kind::compile) compiled(effect);
    if (effect.kind == Effect::Kind::allocate) allocated(effect);
    if (effect.kind == Effect::Kind::set_permit) permitted(effect);
    if (effect.kind == Effect::Kind::register_saving) saved(effect);
    for (const std::string& name : effect.fields) {
      known(fields(), name, effect.where, {"字段", "field"});
      if (effect.kind == Effect::Kind::publish && field(name)->sensitivity != Sensitivity::open)
        bad(effect.where, fmt::format("“{}”不是公开字段，不能公开", name),
            fmt::format("\"{}\" is not open: it cannot be published", name),
            {"在表单中标明 sensitivity: open", "say sensitivity: open in the form"});
    }
    for (const std::string& name : effect.fields)
      if (field(name)->sensitivity > Sensitivity::internal) personal(effect, name);
    if (effect.kind == Effect::Kind::settle || effect.kind == Effect::Kind::release)
      known(steps(), effect.arguments.at("of"), effect.where, {"步骤", "step"});
  }

  // The table that was decided on, and the field that holds what it was made from.
  void allocated(const Effect& effect) const {
    const std::string& table = effect.arguments.at("table");
    known(fields(), table, effect.where, {"字段", "field"});
    const List columns = names_of(field(table)->columns);
    for (const char* name : {"unit", "account", "share"}) known(columns, name, effect.where, {"栏目", "column"});
    if (const auto compared = effect.arguments.find("compared"); compared != effect.arguments.end()) {
      known(fields(), compared->second, effect.where, {"字段", "field"});
      const List its = names_of(field(compared->second)->columns);
      known(its, "method", effect.where, {"栏目", "column"});
      for (const std::string& name : its)
        known(List(compared_columns.begin(), compared_columns.end()), name, effect.where, {"方法比较的栏目", "column of methods compared"});
    }
    const std::string& record = effect.arguments.at("record");
    const auto named = reading::placeholders(record, effect.where);
    if (named.size() != 1 || record != "{" + named[0] + "}" || field(named[0]) == nullptr ||
        field(named[0])->kind != FieldKind::paragraph)
      bad(effect.where, "record 应为一个多行文字的字段，如 {record}", "record must be one paragraph of the form, as {record}");
  }

  // Each of what the registry is told is one field of the form: what stands there is what was examined.
  void permitted(const Effect& effect) const {
    struct Wanted {
      const char* name;
      FieldKind kind;
    };
    for (const Wanted& wanted : {Wanted{"account", FieldKind::text}, {"holder", FieldKind::party}, {"permit", FieldKind::text},
                                 {"former", FieldKind::text}, {"last_day", FieldKind::date}}) {
      const auto given = effect.arguments.find(wanted.name);
      if (given == effect.arguments.end()) continue;
      const auto named = reading::placeholders(given->second, effect.where);
      const Field* one = named.size() == 1 && given->second == "{" + named[0] + "}" ? field(named[0]) : nullptr;
      if (one == nullptr || one->kind != wanted.kind)
        bad(effect.where, fmt::format("{} 应为表单中一个类型为 {} 的字段", wanted.name, to_string(wanted.kind)),
            fmt::format("{} must be one field of the form, of the type {}", wanted.name, to_string(wanted.kind)));
    }
  }

  // As permitted(); the source of the water is chosen, never typed.
  void saved(const Effect& effect) const {
    const auto one_of = [&](const char* name, FieldKind kind) {
      const std::string& text = effect.arguments.at(name);
      const auto named = reading::placeholders(text, effect.where);
      const Field* one = named.size() == 1 && text == "{" + named[0] + "}" ? field(named[0]) : nullptr;
      if (one == nullptr || one->kind != kind)
        bad(effect.where, fmt::format("{} 应为表单中一个类型为 {} 的字段", name, to_string(kind)),
            fmt::format("{} must be one field of the form, of the type {}", name, to_string(kind)));
    };
    one_of("account", FieldKind::text);
    one_of("subject", FieldKind::choice);
    one_of("volume", FieldKind::number);
  }

  // The table that is filled, and its columns.
  void compiled(const Effect& effect) const {
    const std::string& into = effect.arguments.at("into");
    known(fields(), into, effect.where, {"字段", "field"});
    if (field(into)->kind != FieldKind::table)
      bad(effect.where, fmt::format("“{}”不是表格", into), fmt::format("\"{}\" is no table", into));
    const List columns = names_of(field(into)->columns);
    const Text column{"栏目", "column"};
    for (const auto& [name, text] : effect.set) known(columns, name, effect.where, column);
    for (const auto& [name, text] : effect.count) known(columns, name, effect.where, column);
    for (const std::string& name : effect.group) known(columns, name, effect.where, column);
    for (const char* name : {"status", "lacking"})
      if (const auto found = effect.arguments.find(name); found != effect.arguments.end())
        known(columns, found->second, effect.where, column);
    const auto expected = effect.arguments.find("expected");
    if (expected != effect.arguments.end()) {
      known(fields(), expected->second, effect.where, {"字段", "field"});
      if (field(expected->second)->kind != FieldKind::organisations)
        bad(effect.where, fmt::format("“{}”不是单位字段", expected->second),
            fmt::format("\"{}\" names no organisations", expected->second));
    }
    if (effect.group.empty()) {
      if (expected == effect.arguments.end() || effect.arguments.contains("rows"))
        bad(effect.where, "compile 要写 group，或者 expected", "compile needs group, or expected");
      known(columns, "unit", effect.where, column);
    }
  }

  [[noreturn]] static void personal(const Effect& effect, const std::string& name) {
    bad(effect.where, fmt::format("“{}”是个人信息，不能带出", name),
        fmt::format("\"{}\" is personal: it may not be carried out of the case", name));
  }

  const Declaration& d_;
};

}  // namespace

void check_names(const Declaration& declared) {
  Names(declared).check();
}

}  // namespace tributary::casework
