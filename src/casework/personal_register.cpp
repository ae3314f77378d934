#include "casework/personal_register.h"

#include "base/text.h"
#include "casework/erasure.h"
#include "casework/personal.h"
#include "casework/two_people.h"

#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::casework {

std::vector<PersonalField> personal_fields(const CaseTypes& types) {
  std::vector<PersonalField> out;
  for (const auto& [name, type] : types) {
    const Declaration& d = type->declared;
    std::set<std::string> acts;
    const auto add = [&](const std::vector<Actor>& actors) {
      for (const Actor& actor : actors) acts.insert(actor.role);
    };
    add(d.start_by);
    for (const Step& step : d.steps) add(step.by);
    for (const Ballot& ballot : d.ballots) add(ballot.of);
    PersonalField one;
    one.type = type;
    one.sees.assign(acts.begin(), acts.end());
    std::set<std::string> readers(d.readers.begin(), d.readers.end());
    if (d.open_to_all) readers.insert("*");
    for (const std::string& reader : readers)
      if (!acts.contains(reader)) one.masked.push_back(reader);
    const auto note = [&](const Field& field, const std::string& path, const Field& sourced) {
      one.path = path;
      one.label = field.label;
      one.kind = field.kind;
      one.sensitivity = field.sensitivity;
      one.own_source = field.source || sourced.source;
      one.source = field.source ? *field.source : sourced.source ? *sourced.source : d.source;
      out.push_back(one);
    };
    for (const Field& field : d.form) {
      if (field.kind != FieldKind::table && personal(field)) note(field, field.name, field);
      for (const Field& column : field.columns)
        if (personal(column)) note(column, field.name + "." + column.name, field);
    }
  }
  return out;
}

namespace {

// What an assessment was made of: another field, reader or length of keeping is something else.
std::string asks_of(const std::vector<PersonalField>& fields, const Retention* retention) {
  std::string all;
  for (const PersonalField& one : fields)
    all += fmt::format("{} {} {} | {} | {}\n", one.path, to_string(one.kind), to_string(one.sensitivity),
                       fmt::join(one.sees, " "), fmt::join(one.masked, " "));
  if (retention != nullptr) all += fmt::format("{} {} {}", retention->after, retention->months, retention->verified);
  return sha256_hex(all);
}

constexpr const char* assessment_columns =
    "type, version, made, review, purpose, risk, measures, assessor, asks, recorded, name";

Assessment assessment_of(const store::Row& row) {
  return {row.text(0), row.integer(1), parse_date(row.text(2)), parse_date(row.text(3)), row.text(4), row.text(5),
          row.text(6), row.text(7),    row.text(8),             {row.integer(9)},        row.text(10)};
}

Text title_of(AssessmentState state) {
  switch (state) {
    case AssessmentState::not_needed:
      return {"不含敏感个人信息，未作评估", "nothing sensitive; none made"};
    case AssessmentState::missing:
      return {"含敏感个人信息，还没有评估", "sensitive, and not assessed"};
    case AssessmentState::changed:
      return {"评估以后收集内容有变，须重新评估", "the type changed since; to be made again"};
    case AssessmentState::due:
      return {"已到复评日期", "its review is due"};
    case AssessmentState::current:
      return {"已评估", "assessed"};
  }
  return {};
}

}  // namespace

std::string_view to_string(AssessmentState state) {
  constexpr std::array names{"not_needed", "missing", "changed", "due", "current"};
  return names[static_cast<std::size_t>(state)];
}

Text retention_in_words(const Retention* retention, const CaseType& type) {
  if (retention == nullptr) return {"未设定", "not set"};
  const int n = retention->months;
  const bool years = n % 12 == 0;
  Text from{"办结", "the end of the case"};
  if (const Field* field = type.field(retention->after))
    from = {"“" + field->label.zh + "”", fmt::format("\"{}\"", field->label.en)};
  Text out{fmt::format("{}后 {} {}", from.zh, years ? n / 12 : n, years ? "年" : "个月"),
           fmt::format("{} {} after {}", years ? n / 12 : n, years ? "years" : "months", from.en)};
  if (!retention->verified) {
    out.zh += "（未核实，不据以删除）";
    out.en += " (not verified; nothing is erased by it)";
  }
  return out;
}

std::vector<RegisterLine> Assessments::lines(const identity::Caller& caller) const {
  caller.require_all(identity::Permission::privacy_read);
  std::map<std::string, RegisterLine> lines;
  for (PersonalField& field : personal_fields(*c_.types_)) {
    RegisterLine& line = lines[field.type->name()];
    line.type = field.type;
    line.fields.push_back(std::move(field));
  }
  c_.database_.read([&](store::Transaction& t) {
    for (auto& [name, line] : lines)
      if (const auto row = t.first(fmt::format("SELECT {} FROM casework_assessment WHERE jurisdiction = ? AND type = ? "
                                               "ORDER BY version DESC LIMIT 1",
                                               assessment_columns),
                                   c_.tenant_, name))
        line.latest = assessment_of(*row);
  });
  std::vector<RegisterLine> out;
  for (auto& [name, line] : lines) {
    const bool sensitive =
        std::any_of(line.fields.begin(), line.fields.end(),
                    [](const PersonalField& one) { return one.sensitivity == Sensitivity::sensitive; });
    if (!line.latest)
      line.state = sensitive ? AssessmentState::missing : AssessmentState::not_needed;
    else if (line.latest->asks != asks_of(line.fields, retention_of(*c_.types_, name)))
      line.state = AssessmentState::changed;
    else
      line.state = line.latest->review < c_.clock_.today() ? AssessmentState::due : AssessmentState::current;
    out.push_back(std::move(line));
  }
  return out;
}

std::vector<Assessment> Assessments::history(const identity::Caller& caller, const std::string& type) const {
  caller.require_all(identity::Permission::privacy_read);
  return c_.database_.read([&](store::Transaction& t) {
    std::vector<Assessment> out;
    t.each([&](const store::Row& row) { out.push_back(assessment_of(row)); },
           fmt::format("SELECT {} FROM casework_assessment WHERE jurisdiction = ? AND type = ? ORDER BY version DESC",
                       assessment_columns),
           c_.tenant_, type);
    return out;
  });
}

Assessment Assessments::record(const identity::Caller& caller, const Assessment& given) {
  caller.require_all(identity::Permission::privacy_manage);
  std::vector<PersonalField> fields;
  for (PersonalField& field : personal_fields(*c_.types_))
    if (field.type->name() == given.type) fields.push_back(std::move(field));
  if (fields.empty())
    throw Error(codes::unknown_type, {"没有收集个人信息的这种事项", "no such kind of case asks for personal values"});
  Assessment out = given;
  std::vector<FieldFault> faults;
  for (const auto& [name, words] : {std::pair{"purpose", &out.purpose}, {"risk", &out.risk},
                                    {"measures", &out.measures}, {"assessor", &out.assessor}}) {
    *words = std::string(trim(*words));
    if (words->empty() || words->size() > 12'000 || !is_utf8(*words))
      faults.push_back({name, {"请填写（至多 4000 字）", "to be filled in, with at most 4000 characters"}});
  }
  const Date today = c_.clock_.today();
  if (given.made > today) faults.push_back({"made", {"评估日期不能在今天以后", "not after today"}});
  if (given.review <= given.made || given.review > months_after(given.made, 36))
    faults.push_back({"review", {"复评日期在评估日期以后，至多三年", "after the assessment, by three years at most"}});
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
  out.asks = asks_of(fields, retention_of(*c_.types_, given.type));
  out.recorded = c_.clock_.now();
  out.name = name_of(caller);
  return c_.database_.write([&](store::Transaction& t) {
    Assessment one = out;
    one.version = c_.next(t, "assessment " + given.type);
    t.execute(
        "INSERT INTO casework_assessment (jurisdiction, type, version, made, review, purpose, risk, measures, assessor, "
        "asks, recorded, user_id, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        c_.tenant_, one.type, one.version, base::to_string(one.made), base::to_string(one.review), one.purpose,
        one.risk, one.measures, one.assessor, one.asks, one.recorded.seconds, id_of(caller), one.name);
    c_.audit_.append(t, caller,
                     {"assessment.record", fmt::format("assessment/{}/{}", one.type, one.version),
                      identity::AuditOutcome::done, "review by " + base::to_string(one.review)});
    return one;
  });
}

document::Document register_document(const std::vector<RegisterLine>& lines, Instant made,
                                     document::Language language) {
  document::Document out;
  out.meta.title = {"个人信息保护影响登记册", "Register of personal information"};
  out.meta.subtitle = {"个人信息保护法第五十五条、第五十六条", "Personal Information Protection Law, arts. 55 and 56"};
  out.meta.language = language;
  out.meta.created = made;
  out.meta.date = day_of(made);
  const auto both = [](const std::string& text) { return Text{text, text}; };
  document::Table fields;
  fields.caption = {"收集的个人信息", "Values asked for"};
  fields.columns = {{{"事项", "Case"}, document::CellKind::text, document::Align::by_kind, 2},
                    {{"内容", "Value"}, document::CellKind::text, document::Align::by_kind, 2},
                    {{"程度", "Kind"}},
                    {{"依据", "Source"}, document::CellKind::text, document::Align::by_kind, 3},
                    {{"可以查看的角色", "Shown to"}, document::CellKind::text, document::Align::by_kind, 2},
                    {{"只见遮盖后的角色", "Masked for"}, document::CellKind::text, document::Align::by_kind, 2},
                    {{"保存期限", "Kept for"}, document::CellKind::text, document::Align::by_kind, 2}};
  for (const RegisterLine& line : lines) {
    const Declaration& d = line.type->declared;
    const Text kept = retention_in_words(d.retention ? &*d.retention : nullptr, *line.type);
    for (const PersonalField& one : line.fields)
      fields.rows.push_back({document::Cell(d.title), document::Cell(one.label),
                             document::Cell(one.sensitivity == Sensitivity::sensitive ? Text{"敏感", "sensitive"}
                                                                                      : Text{"一般", "personal"}),
                             one.source.document + (one.own_source ? "" : " *"),
                             fmt::format("{}", fmt::join(one.sees, " ")),
                             fmt::format("{}", fmt::join(one.masked, " ")), document::Cell(kept)});
  }
  out.blocks.emplace_back(std::move(fields));
  out.blocks.emplace_back(document::SmallPrint{
      {"* 该项没有自己的依据，列出的是整个事项的依据。个人信息不公开；查看须写明用途并留痕。影响评估及处理记录至少保存三年。",
       "* No source of its own: that of the whole case stands here. Personal values are not published; being shown one "
       "needs a purpose and is noted. Assessments and records of processing are kept three years at least."}});
  for (const RegisterLine& line : lines) {
    const Declaration& d = line.type->declared;
    out.blocks.emplace_back(document::Heading{2, d.title});
    document::KeyValues about{{{{"处理目的", "Purpose"}, d.explanation}, {{"影响评估", "Assessment"}, title_of(line.state)}}};
    if (line.latest) {
      const Assessment& a = *line.latest;
      const auto add = [&](Text key, const std::string& value) { about.entries.push_back({std::move(key), both(value)}); };
      about.entries.push_back({{"版本", "Version"},
                               {fmt::format("第 {} 版，{} 由{}作出，{} 前复评", a.version, base::to_string(a.made),
                                            a.assessor, base::to_string(a.review)),
                                fmt::format("{}, made on {} by {}, to be reviewed by {}", a.version,
                                            base::to_string(a.made), a.assessor, base::to_string(a.review))}});
      add({"目的和方式是否合法、正当、必要", "Lawful, legitimate, necessary"}, a.purpose);
      add({"对个人权益的影响和安全风险", "Meaning to people, and risks"}, a.risk);
      add({"保护措施", "Protection"}, a.measures);
    }
    out.blocks.emplace_back(std::move(about));
  }
  return out;
}

}  // namespace tributary::casework
