// statement list|show|explain|publish|object|confirm|post|pay|verify|print, classes (the matrix of monthly
// classes).
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/names.h"
#include "compensate/compensation.h"
#include "compensate/statement_document.h"
#include "document/pdf.h"
#include "document/xlsx.h"
#include "observe/class_standard.h"
#include "registry/registry.h"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using compensate::Compensation;
using compensate::Statement;

Compensation compensation_of(Context& c) {
  return Compensation(c.database(), c.tenant(), c.policy(), c.clock());
}

Json statement_json(const Statement& s) {
  Json out{{"id", s.id},
           {"run", s.run},
           {"rule", s.rule},
           {"period", s.period.to_string()},
           {"payer", s.payer},
           {"payee", s.payee},
           {"amount", compensate::yuan(s.amount).to_string()},
           {"unit", "CNY"},
           {"state", compensate::to_string(s.state)},
           {"verified", !s.unverified},
           {"example", s.example}};
  if (s.deadline) out["deadline"] = to_string(*s.deadline);
  if (s.supersedes) out["supersedes"] = *s.supersedes;
  if (s.superseded_by) out["superseded_by"] = *s.superseded_by;
  if (!s.lines.empty() || !s.events.empty()) {
    Json lines = Json::array();
    for (const auto& l : s.lines)
      lines.push_back({{"line", l.line},
                       {"place", l.place},
                       {"name", l.place_name},
                       {"title", json_of(l.title)},
                       {"whole", compensate::yuan(l.whole).to_string()},
                       {"share", l.share},
                       {"amount", compensate::yuan(l.amount).to_string()}});
    out["lines"] = lines;
    Json events = Json::array();
    for (const auto& e : s.events)
      events.push_back({{"event", e.event}, {"at", to_rfc3339(e.at)}, {"by", e.by}, {"note", e.note}});
    out["events"] = events;
  }
  return out;
}

Text mark(const Statement& s) {
  if (s.superseded_by)
    return {fmt::format("被 {} 取代", *s.superseded_by), fmt::format("superseded by {}", *s.superseded_by)};
  if (s.example) return {"示例", "example"};
  return s.unverified ? Text{"未核实", "unverified"} : Text{};
}

int list(Context& c, const compensate::StatementFilter& filter, const std::string& xlsx) {
  const auto statements = compensation_of(c).statements(filter);
  const PartyNames names(c);
  if (statements.empty()) {  // perhaps mistyped
    require_rule(c, filter.rule);
    names.require(filter.party);
  }
  if (c.json()) {
    Json out = Json::array();
    for (const Statement& s : statements) out.push_back(statement_json(s));
    c.print(out);
    return 0;
  }
  document::Table table;
  table.caption = {"结算单", "Statements"};
  table.columns = {{{"编号", "id"}, document::CellKind::number},
                   {{"规则", "rule"}},
                   {{"时段", "period"}},
                   {{"付款方", "payer"}},
                   {{"收款方", "payee"}},
                   {{"金额（元）", "yuan"}, document::CellKind::money},
                   {{"状态", "state"}},
                   {{"标记", "mark"}}};
  std::int64_t total = 0;
  for (const Statement& s : statements) {
    table.rows.push_back({std::to_string(s.id), s.rule, s.period.to_string(),
                          document::Cell(names.of(s.payer)), document::Cell(names.of(s.payee)),
                          document::money_cell(compensate::yuan(s.amount)),
                          document::Cell(compensate::title_of(s.state)), document::Cell(mark(s))});
    if (!s.superseded_by && __builtin_add_overflow(total, s.amount, &total))
      throw Error(codes::bad_usage, {"合计超出可表示的范围", "the total is more than can be told"}, {},
                  {"请缩小范围，例如 --period", "narrow it down, for example with --period"});
  }
  table.totals = document::Row{"",
                               "",
                               "",
                               "",
                               document::Cell(Text{"合计（未取代的）", "total (live)"}),
                               document::money_cell(compensate::yuan(total)),
                               "",
                               ""};
  if (!xlsx.empty()) {
    document::Workbook book;
    book.meta.title = table.caption;
    book.meta.language = c.language();
    book.meta.created = c.clock().now();
    book.sheets.push_back({"结算单", table, {}});
    document::write_xlsx(book, xlsx);
    c.line({"已写入 " + xlsx, "written to " + xlsx});
    return 0;
  }
  c.print(table);
  return 0;
}

void print_statement(Context& c, const Statement& s) {
  const PartyNames names(c);
  document::KeyValues head;
  const auto same = [](const std::string& text) { return Text{text, text}; };
  head.entries = {{{"结算单", "statement"}, same(std::to_string(s.id))},
                  {{"规则", "rule"}, same(s.rule)},
                  {{"时段", "period"}, same(s.period.to_string())},
                  {{"付款方", "payer"}, names.of(s.payer)},
                  {{"收款方", "payee"}, names.of(s.payee)},
                  {{"金额（元）", "yuan"}, same(compensate::yuan_text(s.amount))},
                  {{"状态", "state"}, compensate::title_of(s.state)}};
  if (s.deadline) head.entries.push_back({{"异议期至", "objections until"}, same(to_string(*s.deadline))});
  if (s.supersedes) head.entries.push_back({{"取代", "supersedes"}, same(std::to_string(*s.supersedes))});
  if (const Text m = mark(s); !m.zh.empty()) head.entries.push_back({{"标记", "mark"}, m});
  c.print(head);
  document::Table lines;
  lines.columns = {{{"行", "line"}, document::CellKind::number},
                   {{"地点", "place"}},
                   {{"事项", "item"}},
                   {{"份额", "share"}, document::CellKind::number},
                   {{"金额（元）", "yuan"}, document::CellKind::money}};
  for (const auto& l : s.lines)
    lines.rows.push_back({std::to_string(l.line), l.place_name, document::Cell(l.title), l.share,
                          document::money_cell(compensate::yuan(l.amount))});
  if (!lines.rows.empty()) c.print(lines);
  document::Table events;
  events.columns = {{{"经过", "event"}}, {{"时间", "at"}}, {{"经办", "by"}}, {{"说明", "note"}}};
  for (const auto& e : s.events)
    events.rows.push_back({document::Cell(event_name(e.event)), to_string(e.at), e.by, e.note});
  c.print(events);
}

int done(Context& c, const Statement& s, const std::string& step) {
  c.note("statement." + step, fmt::format("statement/{}", s.id));
  if (c.json())
    c.print(statement_json(s));
  else
    c.line({fmt::format("结算单 {}：{}{}", s.id, compensate::title_of(s.state).zh,
                        s.deadline && s.state == compensate::StatementState::published
                            ? "，异议期至 " + to_string(*s.deadline)
                            : ""),
            fmt::format("statement {}: {}{}", s.id, compensate::to_string(s.state),
                        s.deadline && s.state == compensate::StatementState::published
                            ? ", objections until " + to_string(*s.deadline)
                            : "")});
  return 0;
}

int explain(Context& c, std::int64_t id, std::int64_t line) {
  const Compensation compensation = compensation_of(c);
  const Statement s = compensation.statement(id);
  const auto explanations = compensation.explain(id, line);
  if (c.json()) {
    Json out = statement_json(s);
    Json tree = Json::array();
    for (const auto& e : explanations) tree.push_back(json_of(e));
    out["explanation"] = tree;
    c.print(out);
    return 0;
  }
  const PartyNames names(c);
  document::Tree tree;
  tree.caption = {fmt::format("结算单 {}：{} → {} {} 元{}", s.id, names.of(s.payer).zh, names.of(s.payee).zh,
                              compensate::yuan_text(s.amount), s.example ? "（示例）" : ""),
                  fmt::format("statement {}: {} → {} {} yuan{}", s.id, s.payer, s.payee,
                              compensate::yuan_text(s.amount), s.example ? " (example)" : "")};
  for (const auto& e : explanations) tree.roots.push_back(compensate::tree_of(e));
  c.print(tree);
  return 0;
}

int verify(Context& c, std::int64_t id) {
  const Compensation compensation = compensation_of(c);
  const Statement s = compensation.statement(id);
  const compensate::Verification v = compensation.verify(s.run);
  if (c.json()) {
    Json differences = Json::array();
    for (const Text& d : v.differences) differences.push_back(json_of(d));
    c.print(Json{{"statement", id},
                 {"run", s.run},
                 {"same", v.same},
                 {"same_pack", v.same_pack},
                 {"differences", differences}});
    return v.same ? 0 : 1;
  }
  if (v.same)
    c.line({fmt::format("第 {} 次运行重算结果相同。", s.run),
            fmt::format("Run {} computed again: the same.", s.run)});
  else {
    c.line({fmt::format("第 {} 次运行重算结果不同：", s.run),
            fmt::format("Run {} computed again differs:", s.run)});
    for (const Text& d : v.differences) c.line({"  " + d.zh, "  " + d.en});
  }
  if (!v.same_pack) c.line({"政策包已与当时不同。", "The packs have changed since."});
  return v.same ? 0 : 1;
}

int print_paper(Context& c, std::int64_t id, const std::string& pdf, const std::string& xlsx) {
  const Compensation compensation = compensation_of(c);
  const document::Language language = c.options().language == "both" ? document::Language::zh : c.language();
  const document::Document document =
      compensate::printed_statement(compensation, c.policy(), registry::Registry(c.database(), c.tenant()),
                                    c.tenant(), id, c.clock().today(), language, c.public_url());
  if (!pdf.empty()) write_file(pdf, document::render_pdf(document, {document::Sizes::compact}));
  if (!xlsx.empty()) document::write_xlsx(document, xlsx);
  for (const std::string& file : {pdf, xlsx})
    if (!file.empty()) c.line({"已写入 " + file, "written to " + file});
  return 0;
}

// Monthly classes of all places a rule was run for: the matrix the demonstration ends with.
int classes(Context& c, const std::string& rule, const std::string& formula) {
  const Compensation compensation = compensation_of(c);
  std::map<std::string, std::map<std::string, std::string>> matrix;  // place → period → value
  std::set<std::string> periods;
  std::map<std::string, std::int64_t> latest;
  for (const auto& head : compensation.runs(rule)) latest[head.period.to_string()] = head.id;
  for (const auto& [period, id] : latest) {
    periods.insert(period);
    for (const auto& place : compensation.stored_run(id).places) {
      std::string value = place.outcome == policy::Outcome::State::not_assessed ? "停" : "-";
      // An input is not a formula: look for it in the derivations.
      const std::function<bool(const policy::Explanation&)> find = [&](const policy::Explanation& e) {
        if (e.name == formula && !e.missing) return value = e.value, true;
        return std::any_of(e.children.begin(), e.children.end(), find);
      };
      if (place.outcome != policy::Outcome::State::not_assessed) {
        for (const auto& f : place.results)
          if (f.name == formula) value = f.value;
        if (value == "-")
          std::any_of(place.payment_derivations.begin(), place.payment_derivations.end(), find) ||
              std::any_of(place.formula_derivations.begin(), place.formula_derivations.end(), find);
      }
      matrix[place.name.zh][period] = value;
    }
  }
  if (c.json()) {
    c.print(Json(matrix));
    return 0;
  }
  document::Table table;
  table.caption = {fmt::format("{}：{}", rule, formula), fmt::format("{}: {}", rule, formula)};
  table.columns = {{{"地点", "place"}}};
  // "2020-05" as 20-05, classes as Ⅰ … 劣Ⅴ, so that a year fits on a line.
  for (const std::string& period : periods)
    table.columns.push_back(
        {{period.substr(2), period.substr(2)}, document::CellKind::number, document::Align::centre});
  const auto shown = [](const std::string& value) {
    const auto quality = observe::try_parse_water_class(value);
    return quality ? std::string(observe::roman_name(*quality)) : value;
  };
  for (const auto& [place, values] : matrix) {
    document::Row row{place};
    for (const std::string& period : periods)
      row.emplace_back(values.contains(period) ? shown(values.at(period)) : "");
    table.rows.push_back(std::move(row));
  }
  c.print(table);
  return 0;
}

}  // namespace

void add_statement_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("statement", "结算单 / statements");
  group->require_subcommand(1);
  struct Arguments {
    std::int64_t id = 0;
    std::int64_t line = 0;
    compensate::StatementFilter filter;
    std::string state, party, reason, note, basis, evidence, pdf, xlsx, rule, formula;
    std::optional<int> days;
  };
  const auto a = std::make_shared<Arguments>();
  const auto with_id = [&](const char* name, const char* help) {
    auto* command = group->add_subcommand(name, help);
    command->add_option("id", a->id, "编号 / id")->required();
    return command;
  };

  auto* list_command = group->add_subcommand("list", "清单 / list");
  list_command->add_option("--rule", a->filter.rule, "规则 / rule");
  list_command->add_option("--period", a->filter.period, "时段 / period");
  list_command->add_option("--party", a->filter.party, "当事方代码 / code of payer or payee");
  list_command->add_option("--state", a->state, "drafted|published|objected|confirmed|posted|paid");
  list_command->add_flag("--all", a->filter.superseded_too, "含已被取代的 / superseded ones too");
  list_command->add_option("--xlsx", a->xlsx, "写成 XLSX / write as XLSX");
  list_command->footer("例 / example: tributary statement list --period 2020-10");
  list_command->callback([=, &action] {
    action = [=](Context& c) {
      auto filter = a->filter;
      if (!a->state.empty()) {
        filter.state = compensate::parse_state(a->state);
        if (!filter.state)
          throw Error(
              codes::bad_usage,
              {fmt::format("没有状态“{}”", a->state), fmt::format("there is no state \"{}\"", a->state)}, {},
              {"drafted、published、objected、confirmed、posted、paid",
               "drafted, published, objected, confirmed, posted, paid"});
      }
      return list(c, filter, a->xlsx);
    };
  });
  with_id("show", "一份结算单 / one statement")->callback([=, &action] {
    action = [=](Context& c) {
      const Statement s = compensation_of(c).statement(a->id);
      if (c.json())
        c.print(statement_json(s));
      else
        print_statement(c, s);
      return 0;
    };
  });
  auto* explain_command =
      with_id("explain", "为什么是这个数，直到文件的某一行 / why, down to a row of a file");
  explain_command->add_option("--line", a->line, "只看第几行 / only this line");
  explain_command->footer("例 / example: tributary statement explain 1 --line 1");
  explain_command->callback(
      [=, &action] { action = [=](Context& c) { return explain(c, a->id, a->line); }; });
  auto* publish = with_id("publish", "公示，开始异议期 / publish, opens the objection window");
  publish->add_option("--working-days", a->days,
                      "异议期工作日数（文件未载明时）/ window in working days, where no document says");
  publish->add_option("--basis", a->basis, "异议期的依据 / the basis of the window");
  publish->callback([=, &action] {
    action = [=](Context& c) {
      return done(c, compensation_of(c).publish(a->id, c.by(), a->days, a->basis), "publish");
    };
  });
  auto* object = with_id("object", "提出异议 / object");
  object->add_option("--party", a->party, "当事方代码 / code of the party")->required();
  object->add_option("--reason", a->reason, "理由 / reason")->required();
  object->callback([=, &action] {
    action = [=](Context& c) {
      return done(c, compensation_of(c).object(a->id, a->party, a->reason, c.by()), "object");
    };
  });
  auto* confirm = with_id("confirm", "确认 / confirm");
  confirm->add_option("--note", a->note,
                      "异议的处理决定，或双方书面同意 / decision on the objection, or the parties' consent");
  confirm->callback([=, &action] {
    action = [=](Context& c) {
      return done(c, compensation_of(c).confirm(a->id, c.by(), a->note), "confirm");
    };
  });
  with_id("post", "入账 / post to the ledger")->callback([=, &action] {
    action = [=](Context& c) { return done(c, compensation_of(c).post(a->id, c.by()), "post"); };
  });
  auto* pay = with_id("pay", "登记已付款 / record the payment");
  pay->add_option("--evidence", a->evidence, "付款凭证 / evidence, e.g. the bank's reference")->required();
  pay->callback([=, &action] {
    action = [=](Context& c) { return done(c, compensation_of(c).pay(a->id, c.by(), a->evidence), "pay"); };
  });
  with_id("verify", "按当时的数据和规则重算 / compute again as it was known")->callback([=, &action] {
    action = [=](Context& c) { return verify(c, a->id); };
  });
  auto* paper = with_id("print", "写成 PDF 或 XLSX / write as PDF or XLSX");
  paper->add_option("--pdf", a->pdf, "文件 / file");
  paper->add_option("--xlsx", a->xlsx, "文件 / file");
  paper->callback([=, &action] {
    action = [=](Context& c) {
      if (a->pdf.empty() && a->xlsx.empty())
        throw Error(codes::bad_usage, {"请用 --pdf 或 --xlsx 指定文件", "name a file with --pdf or --xlsx"});
      return print_paper(c, a->id, a->pdf, a->xlsx);
    };
  });

  auto* matrix =
      app.add_subcommand("results", "一条规则各时段、各地点的结果 / results of a rule by place and period");
  matrix->add_option("rule", a->rule, "规则 / rule")->required();
  matrix->add_option("--of", a->formula, "公式或输入 / formula or input")->required();
  matrix->footer("例 / example: tributary results section-month --of actual");
  matrix->callback([=, &action] { action = [=](Context& c) { return classes(c, a->rule, a->formula); }; });
}

}  // namespace tributary::cli
