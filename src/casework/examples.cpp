#include "casework/examples.h"

#include "casework/codes.h"
#include "casework/paper.h"
#include "policy/yaml.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using policy::YamlMap;
using policy::YamlNode;

[[noreturn]] void bad(const Where& where, const std::string& zh, const std::string& en) {
  throw Error(codes::bad_example, {zh, en}, where);
}

// A field's value as YAML writes it: lists, rows, and scalars; only booleans are no text.
Json value_of(const YamlNode& node, const Field* field) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return nullptr;
    case YamlNode::Kind::scalar:
      if (field != nullptr && field->kind == FieldKind::boolean &&
          (node.scalar == "true" || node.scalar == "false"))
        return node.scalar == "true";
      return node.scalar;
    case YamlNode::Kind::sequence: {
      Json out = Json::array();
      for (const YamlNode& item : node.items) out.push_back(value_of(item, field));
      return out;
    }
    case YamlNode::Kind::map: {
      Json out = Json::object();
      for (const auto& entry : node.entries) {
        const Field* column = nullptr;
        if (field != nullptr)
          for (const Field& one : field->columns)
            if (one.name == entry.first.scalar) column = &one;
        out[entry.first.scalar] = value_of(entry.second, column);
      }
      return out;
    }
  }
  return nullptr;
}

class Run {
 public:
  Run(const CaseType& type, const WorkCalendar& calendar, ExampleReport& report)
      : type_(type), days_(calendar), report_(report) {}

  void example(const YamlNode& node) {
    YamlMap map(node, "example");
    name_ = map.text("name");
    YamlMap people(map.require("people"), "people");
    people.each_other([&](const YamlNode& key, const YamlNode& value) {
      YamlMap person(value, key.scalar);
      Person out{key.scalar, person.text("organisation"), {}};
      const bool wide = person.boolean_or("wide", false);
      for (const std::string& role : person.texts("roles"))
        out.hats.push_back({role, out.organisation, wide});
      person.finish();
      people_[key.scalar] = std::move(out);
    });
    const YamlNode& steps = map.require("steps");
    if (steps.kind != YamlNode::Kind::sequence) bad(steps.where, "steps 应为列表", "steps is a list");
    for (const YamlNode& one : steps.items) step(one);
    map.finish();
  }

  std::set<std::string> taken;

 private:
  void fail(const Where& where, const std::string& zh, const std::string& en) {
    report_.failures.push_back({where, {fmt::format("{}：{}", name_, zh), fmt::format("{}: {}", name_, en)}});
  }

  void step(const YamlNode& node) {
    ++report_.steps;
    YamlMap map(node, "step");
    const std::string who = map.text("who");
    if (!people_.contains(who))
      bad(node.where, fmt::format("没有“{}”这个人", who), fmt::format("there is no person \"{}\"", who));
    today_ = map.date("on");
    const bool start = map.boolean_or("start", false);
    Action action;
    action.step = map.text_or("do");
    action.reason = map.text_or("reason");
    action.ballot = map.text_or("vote");
    if (!action.ballot.empty()) action.step = "vote";
    if (const std::string choice = map.text_or("choice"); !choice.empty()) {
      const auto voice = parse_voice(choice);
      if (!voice)
        bad(node.where, "choice 应为 for、against、abstain、recused",
            "choice is for, against, abstain or recused");
      action.choice = *voice;
    }
    action.score = map.text_or("score");
    if (const YamlNode* set = map.find("set")) {
      YamlMap values(*set, "set");
      values.each_other([&](const YamlNode& key, const YamlNode& value) {
        action.values[key.scalar] = value_of(value, type_.field(key.scalar));
      });
    }
    const std::string refused = map.text_or("refused");
    const std::string state = map.text_or("state");
    std::string got;
    std::string detail;
    try {
      CaseState next;
      if (start) {
        next = begin(type_, people_.at(who), today_, days_);
        if (!action.values.empty()) {  // what is given at the start is saved as a draft
          action.step = "save";
          next = decide(type_, next, action, people_.at(who), today_, days_);
        }
      } else {
        next = decide(type_, now_, action, people_.at(who), today_, days_);
        taken.insert(action.step);
      }
      now_ = std::move(next);
    } catch (const Error& e) {
      got = std::string(e.code().name);
      detail = e.message().zh;
    }
    if (got != refused)
      fail(node.where,
           fmt::format("应为{}，结果是{}", refused.empty() ? "办成" : "拒绝 " + refused,
                       got.empty() ? "办成" : "拒绝 " + got + "（" + detail + "）"),
           fmt::format("wanted {}, got {}", refused.empty() ? "done" : "refused " + refused,
                       got.empty() ? "done" : "refused " + got));
    if (!state.empty() && now_.state != state)
      fail(node.where, fmt::format("状态应为 {}，实为 {}", state, now_.state),
           fmt::format("the state should be {}, it is {}", state, now_.state));
    if (state.empty() && refused.empty() && action.step != "vote")
      bad(node.where, "要写 state: 或 refused:", "say state: or refused:");
    look(map);
    map.finish();
  }

  void look(YamlMap& map) {
    if (const YamlNode* due = map.find("due")) {
      YamlMap terms(*due, "due");
      terms.each_other([&](const YamlNode& key, const YamlNode& value) {
        const auto found = now_.terms.find(key.scalar);
        const std::string is = found != now_.terms.end() && found->second.due &&
                                       found->second.status == TermState::Status::running
                                   ? base::to_string(*found->second.due)
                                   : "none";
        if (is != value.scalar)
          fail(key.where, fmt::format("期限 {} 应到 {}，实为 {}", key.scalar, value.scalar, is),
               fmt::format("the term {} should end on {}, it ends on {}", key.scalar, value.scalar, is));
      });
    }
    if (const YamlNode* shows = map.find("shows")) {
      YamlMap papers(*shows, "shows");
      papers.each_other([&](const YamlNode& key, const YamlNode& value) { paper(key, value); });
    }
    if (const YamlNode* computed = map.find("computed")) {
      const auto have = Figures(type_, now_.form, tallies(type_, now_), today_).computed();
      YamlMap figures(*computed, "computed");
      figures.each_other([&](const YamlNode& key, const YamlNode& value) {
        const auto found = have.find(key.scalar);
        const std::string is = found == have.end() ? "none" : found->second;
        if (is != value.scalar)
          fail(key.where, fmt::format("{} 应为 {}，实为 {}", key.scalar, value.scalar, is),
               fmt::format("{} should be {}, it is {}", key.scalar, value.scalar, is));
      });
    }
  }

  // The paper as it would now be made holds each of the texts.
  void paper(const YamlNode& key, const YamlNode& texts) {
    const Paper* paper = type_.paper(key.scalar);
    if (paper == nullptr)
      bad(key.where, fmt::format("没有文书“{}”", key.scalar),
          fmt::format("there is no paper \"{}\"", key.scalar));
    PaperValues values{type_, now_.form};
    values.computed = Figures(type_, now_.form, tallies(type_, now_), today_).computed();
    values.applicant = now_.applicant;
    values.today = today_;
    values.name_of = [](FieldKind, const std::string& code) { return code; };
    for (const auto& [ballot, voices] : now_.voices)
      for (const Voice& voice : voices)
        values.voices.push_back({ballot,
                                 true,
                                 voice.user,
                                 voice.organisation,
                                 voice.choice,
                                 voice.words,
                                 {},
                                 voice.score ? voice.score->to_string() : std::string()});
    const std::string said = text_of(paper_document(*paper, values));
    if (texts.kind != YamlNode::Kind::sequence) bad(texts.where, "应为文字的列表", "a list of texts");
    for (const YamlNode& text : texts.items)
      if (said.find(policy::scalar_of(text, "shows")) == std::string::npos)
        fail(text.where, fmt::format("文书 {} 中没有“{}”，全文是：{}", paper->name, text.scalar, said),
             fmt::format("the paper {} does not say \"{}\"; it says: {}", paper->name, text.scalar, said));
  }

  const CaseType& type_;
  Days days_;
  ExampleReport& report_;
  std::string name_;
  std::map<std::string, Person> people_;
  CaseState now_;
  Date today_{};
};

}  // namespace

ExampleReport run_examples(const CaseType& type, const WorkCalendar& calendar) {
  ExampleReport out;
  std::set<std::string> taken;
  const YamlNode root = policy::parse_yaml(type.declared.text, type.declared.where.file);
  YamlMap map(root, "case");
  if (const YamlNode* examples = map.find("examples")) {
    if (examples->kind != YamlNode::Kind::sequence)
      bad(examples->where, "examples 应为列表", "examples is a list");
    for (const YamlNode& one : examples->items) {
      Run run(type, calendar, out);
      run.example(one);
      taken.insert(run.taken.begin(), run.taken.end());
    }
  }
  for (const Step& step : type.declared.steps)
    if (!taken.contains(step.name)) out.untaken.push_back(step.name);
  return out;
}

}  // namespace tributary::casework
