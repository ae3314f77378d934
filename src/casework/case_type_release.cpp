// Is what becomes public looked at before, by somebody else than whoever wrote it? Is what is allotted what was
// published?
#include "casework/case_type.h"
#include "casework/case_type_reading.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

using reading::bad;

class Release {
 public:
  explicit Release(const Declaration& d) : d_(d) {}

  void check() const {
    const std::set<std::string> unreviewed = reached_without_review();
    for (const Step& step : d_.steps)
      for (const Effect& effect : step.effects) {
        if (effect.kind == Effect::Kind::allocate) allots(step, effect);
        if (effect.kind == Effect::Kind::set_permit || effect.kind == Effect::Kind::register_saving) needs_second(step);
        if (effect.kind != Effect::Kind::publish) continue;
        stands_for(effect);
        const std::vector<std::string> text = written(effect);
        if (step.review) {
          reviewer(step, text);
          continue;
        }
        for (const std::string& from : step.from)
          if (unreviewed.contains(from))
            bad(effect.where, fmt::format("步骤“{}”要公开内容，之前没有保密审查和个人信息审查", step.name),
                fmt::format("the step \"{}\" publishes without a review for secrecy and privacy before it",
                            step.name),
                {"在这一步或之前必经的一步写 review: true，由起草人以外的人办理（not_by）",
                 "write review: true at this step or at one that every way leads over, taken by somebody "
                 "else "
                 "than the drafter (not_by)"});
        for (const Step& review : d_.steps)
          if (review.review) reviewer(review, text);
        later(step, text);
      }
  }

 private:
  // States a case can be in that has not passed a review since it began.
  std::set<std::string> reached_without_review() const {
    std::set<std::string> out{d_.start_state};
    for (bool grown = true; grown;) {
      grown = false;
      for (const Step& step : d_.steps) {
        if (step.review || step.to.empty() || out.contains(step.to)) continue;
        grown = std::any_of(step.from.begin(), step.from.end(),
                            [&](const std::string& from) { return out.contains(from); });
        if (grown) {
          out.insert(step.to);
          break;
        }
      }
    }
    return out;
  }

  // The fields of a publication in which somebody writes at length: a number or a day needs no second reader.
  std::vector<std::string> written(const Effect& effect) const {
    std::vector<std::string> out;
    for (const Field& field : d_.form)
      if (contains(effect.fields, field.name) &&
          (field.kind == FieldKind::paragraph || field.kind == FieldKind::table))
        out.push_back(field.name);
    return out;
  }

  bool writes(const Step& step, const std::vector<std::string>& text) const {
    return std::any_of(text.begin(), text.end(), [&](const std::string& field) {
      return contains(step.sets, "all") || contains(step.sets, field);
    });
  }

  void reviewer(const Step& review, const std::vector<std::string>& text) const {
    if (writes(review, text))
      bad(review.where, fmt::format("步骤“{}”又写内容又审查", review.name),
          fmt::format("the step \"{}\" both writes and reviews", review.name),
          {"内容在前面的步骤写，由另一人审查", "let an earlier step write, and somebody else review"});
    if (!contains(review.not_by, "start"))
      bad(review.where, fmt::format("步骤“{}”的审查人可能就是起草人", review.name),
          fmt::format("the reviewer of the step \"{}\" may be the drafter", review.name),
          {"写 not_by: [start]", "write not_by: [start]"});
    for (const Step& step : d_.steps)
      if (&step != &review && writes(step, text) && !contains(review.not_by, step.name))
        bad(review.where,
            fmt::format("步骤“{}”写的内容要公开，“{}”的审查人可能就是写的人", step.name, review.name),
            fmt::format(
                "the step \"{}\" writes what is published, and whoever takes it may take the review \"{}\"",
                step.name, review.name),
            {fmt::format("把 {} 写进 not_by", step.name), fmt::format("add {} to not_by", step.name)});
  }

  // What a review let through stays as it was.
  void later(const Step& publishes, const std::vector<std::string>& text) const {
    std::set<std::string> behind;
    for (const Step& step : d_.steps)
      if (step.review && !step.to.empty()) behind.insert(step.to);
    for (const Step& step : d_.steps) {
      const bool after =
          &step == &publishes ||
          std::any_of(step.from.begin(), step.from.end(), [&](const auto& s) { return behind.contains(s); });
      if (after && !step.review && writes(step, text))
        bad(step.where, fmt::format("步骤“{}”改了已审查的内容", step.name),
            fmt::format("the step \"{}\" changes what was reviewed", step.name));
    }
  }

  void stands_for(const Effect& effect) const {
    constexpr std::array<std::string_view, 5> kinds{"notice", "result", "policy", "experience", "village"};
    const std::string& kind = effect.arguments.at("kind");
    // One that the form lets somebody choose: each choice must be one.
    const Field* chosen = nullptr;
    for (const Field& field : d_.form)
      if (kind == "{" + field.name + "}" && field.kind == FieldKind::choice) chosen = &field;
    const auto known = [&](const std::string& one) {
      return std::find(kinds.begin(), kinds.end(), one) != kinds.end();
    };
    const bool good = chosen == nullptr ? known(kind)
                                        : std::all_of(chosen->choices.begin(), chosen->choices.end(),
                                                      [&](const Choice& one) { return known(one.key); });
    if (!good)
      bad(effect.where, fmt::format("没有公开类别“{}”", kind),
          fmt::format("no kind of publication \"{}\"", kind),
          {"可用：notice、result、policy、experience、village",
           "one of: notice, result, policy, experience, village"});
    const bool ends = effect.arguments.contains("until") || effect.arguments.contains("days");
    if (kind == "village" && !ends)
      bad(effect.where, "村级公示要写 until 或 days，到期撤下",
          "a notice of a village says until or days, and comes down then");
    if (effect.arguments.contains("until") && effect.arguments.contains("days"))
      bad(effect.where, "until 和 days 只能写一个", "say either until or days");
    if (const auto term = effect.arguments.find("objections"); term != effect.arguments.end())
      if (std::none_of(d_.terms.begin(), d_.terms.end(),
                       [&](const Term& t) { return t.name == term->second; }))
        bad(effect.where, fmt::format("没有期限“{}”", term->second),
            fmt::format("there is no term \"{}\"", term->second));
  }

  // What changes the registry of rights is begun by one person and approved by another.
  static void needs_second(const Step& step) {
    if (!contains(step.not_by, "start"))
      bad(step.where, fmt::format("步骤“{}”的批准人可能就是起草人", step.name),
          fmt::format("whoever takes the step \"{}\" and approves for the registry of rights may be the drafter", step.name),
          {"写 not_by: [start]", "write not_by: [start]"});
  }

  // What the form says of the allocation is compared with the record – nothing else of it is published – and nobody
  // adopts his own.
  void allots(const Step& step, const Effect& effect) const {
    needs_second(step);
    for (const char* name : {"cap", "kept", "method", "hash"}) {
      const auto given = effect.arguments.find(name);
      if (given == effect.arguments.end() ||
          std::none_of(d_.form.begin(), d_.form.end(),
                       [&](const Field& f) { return given->second == "{" + f.name + "}"; }))
        bad(effect.where, fmt::format("allocate 要写 {}：表单中与测算记录核对的字段", name),
            fmt::format("allocate needs {}: the field of the form that is compared with the record", name));
    }
    for (const Field& field : d_.form)
      if (field.name == effect.arguments.at("table") &&
          std::none_of(field.columns.begin(), field.columns.end(), [](const Field& c) { return c.name == "parent"; }))
        bad(effect.where, "份额表要有栏目 parent（上级）", "the table of shares needs the column parent");
    for (const Step& one : d_.steps)
      for (const Effect& publishes : one.effects)
        if (publishes.kind == Effect::Kind::publish) only_compared(effect, publishes);
  }

  // Of figures only what allocate compares becomes public.
  void only_compared(const Effect& allots, const Effect& publishes) const {
    const auto is = [&](const char* name, const std::string& text) {
      const auto given = allots.arguments.find(name);
      return given != allots.arguments.end() && given->second == text;
    };
    const auto within = [&](const Field& table, auto&&... columns) {
      for (const Field& column : table.columns)
        if (column.kind == FieldKind::number && ((column.name != columns) && ...))
          bad(publishes.where, fmt::format("公开的“{}”有栏目 {}，采纳时不与测算记录核对", table.name, column.name),
              fmt::format("\"{}\" is published with the column {}, which no adoption compares with the record", table.name,
                          column.name));
    };
    for (const Field& field : d_.form) {
      if (!contains(publishes.fields, field.name)) continue;
      if (is("table", field.name)) {
        within(field, "share", "current");
      } else if (is("compared", field.name)) {
        within(field, "gaining", "losing", "moved");
      } else if (field.kind == FieldKind::table || field.kind == FieldKind::money ||
                 (field.kind == FieldKind::number && !is("cap", "{" + field.name + "}") && !is("kept", "{" + field.name + "}"))) {
        bad(publishes.where, fmt::format("公开的“{}”采纳时不与测算记录核对", field.name),
            fmt::format("\"{}\" is published, and no adoption compares it with the record", field.name),
            {"写进 allocate 的 cap、kept、table 或 compared，或者不公开", "name it in cap, kept, table or compared of allocate, or do not publish it"});
      }
    }
  }

  const Declaration& d_;
};

}  // namespace

void check_release(const Declaration& declared) {
  Release(declared).check();
}

}  // namespace tributary::casework
