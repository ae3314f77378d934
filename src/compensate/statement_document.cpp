#include "compensate/statement_document.h"

#include "compensate/statement_code.h"

#include <map>

#include <fmt/format.h>

namespace tributary::compensate {

namespace {

// 2020年10月, 2016年第1季度.
Text title_of(const Period& period) {
  const std::chrono::year_month_day day{period.from()};
  const int year = static_cast<int>(day.year());
  const unsigned month = static_cast<unsigned>(day.month());
  switch (period.granularity()) {
    case Granularity::day:
      return {fmt::format("{}年{}月{}日", year, month, static_cast<unsigned>(day.day())), period.to_string()};
    case Granularity::month:
      return {fmt::format("{}年{}月", year, month), period.to_string()};
    case Granularity::quarter:
      return {fmt::format("{}年第{}季度", year, (month + 2) / 3), period.to_string()};
    case Granularity::year:
      return {fmt::format("{}年", year), period.to_string()};
  }
  return {period.to_string(), period.to_string()};
}

}  // namespace

document::Document statement_document(const StatementPaper& paper, document::Language language) {
  const Statement& s = paper.statement;
  document::Document out;
  out.meta.title = {"生态保护补偿结算通知书", "Statement of ecological compensation"};
  const Text period = title_of(s.period);
  out.meta.subtitle = {paper.rule_title.zh + " " + period.zh, paper.rule_title.en + " " + period.en};
  out.meta.language = language;
  out.meta.issuer = {paper.issuer, paper.issuer};
  out.meta.number = fmt::format("{}-{:06}", s.period.to_string(), s.id);
  out.meta.date = day_of(s.created);
  out.meta.created = s.created;
  if (s.example)
    out.meta.watermark = {"示例", "example"};
  else if (s.state == StatementState::drafted)
    out.meta.watermark = {"草案", "draft"};

  const Text payer = paper.party_name(s.payer);
  const Text payee = paper.party_name(s.payee);
  document::KeyValues head;
  head.entries = {{{"付款方", "payer"}, payer},
                  {{"收款方", "payee"}, payee},
                  {{"结算时段", "period"}, period},
                  {{"金额（元）", "amount (yuan)"}, {yuan_text(s.amount), yuan_text(s.amount)}},
                  {{"状态", "state"}, title_of(s.state)}};
  if (s.deadline)
    head.entries.push_back(
        {{"异议期至", "objections until"}, {to_string(*s.deadline), to_string(*s.deadline)}});
  if (s.supersedes)
    head.entries.push_back(
        {{"取代", "supersedes"},
         {fmt::format("结算单 {}", *s.supersedes), fmt::format("statement {}", *s.supersedes)}});
  if (!paper.code.empty())
    head.entries.push_back({{"核验码", "verification code"}, {paper.code, paper.code}});
  out.blocks.emplace_back(std::move(head));

  if (s.unverified)
    out.blocks.emplace_back(document::Paragraph{
        {"本结算所用的规则、参数或标准中有未经核实的内容，见附件中标“未核实”处。",
         "Some rules, parameters or standards used here are not verified; see those marked in the annex."}});
  document::Table table;
  table.caption = {"明细", "Lines"};
  table.columns = {{{"序号", "no."}, document::CellKind::number},
                   {{"地点", "place"}, document::CellKind::text, document::Align::by_kind, 2},
                   {{"事项", "item"}, document::CellKind::text, document::Align::by_kind, 2},
                   {{"份额", "share"}, document::CellKind::number},
                   {{"金额（元）", "amount (yuan)"}, document::CellKind::money}};
  for (const StatementLine& line : s.lines)
    table.rows.push_back({std::to_string(line.line), line.place_name, document::Cell(line.title), line.share,
                          document::money_cell(yuan(line.amount))});
  table.totals =
      document::Row{"", document::Cell(Text{"合计", "total"}), "", "", document::money_cell(yuan(s.amount))};
  out.blocks.emplace_back(std::move(table));

  document::Signatures signatures;
  signatures.parties = {{{"付款方确认", "for the payer"}, {{"经办人", "by"}, {"日期", "date"}}},
                        {{"收款方确认", "for the payee"}, {{"经办人", "by"}, {"日期", "date"}}}};
  out.blocks.emplace_back(std::move(signatures));
  out.blocks.emplace_back(document::SmallPrint{
      {fmt::format("规则 {}（{} 起生效版本），按 {} 所知；政策包 {}，校验 {}；运行 {}。", s.rule,
                   to_string(paper.run.version), to_string(paper.run.known), paper.run.pack,
                   paper.run.pack_hash.substr(0, 16), s.run),
       fmt::format("Rule {} (version in force from {}), as known on {}; pack {}, hash {}; run {}.", s.rule,
                   to_string(paper.run.version), to_string(paper.run.known), paper.run.pack,
                   paper.run.pack_hash.substr(0, 16), s.run)}});
  if (!paper.code.empty() && !paper.public_url.empty())
    out.blocks.emplace_back(document::QrCode{
        fmt::format("{}/verify/{}", paper.public_url, paper.code),
        {fmt::format("扫码核对本通知书与公布的结果是否一致，\n或在 {}/verify 输入核验码 {}。",
                     paper.public_url, paper.code),
         fmt::format(
             "Scan to check this statement against what was published,\nor enter the code {} at {}/verify.",
             paper.code, paper.public_url)}});
  if (!paper.derivation.empty()) {
    out.blocks.emplace_back(document::PageBreak{});
    out.blocks.emplace_back(document::Tree{{"附件：推导过程", "Annex: derivation"}, paper.derivation});
  }
  return out;
}

namespace {

void note(Text& to, const Text& more) {
  if (more.zh.empty() && more.en.empty()) return;
  to.zh += (to.zh.empty() ? "" : "；") + (more.zh.empty() ? more.en : more.zh);
  to.en += (to.en.empty() ? "" : "; ") + (more.en.empty() ? more.zh : more.en);
}

Text same(const std::string& text) {
  return {text, text};
}

// Units as people say them: CNY/month is 元/month.
Text unit_of(const std::string& symbol) {
  if (symbol == "1") return {};
  Text out = same(symbol);
  constexpr std::string_view code = "CNY";
  if (symbol.starts_with(code) && (symbol.size() == code.size() || symbol[code.size()] == '/'))
    out = {"元" + symbol.substr(code.size()), "yuan" + symbol.substr(code.size())};
  return out;
}

}  // namespace

document::TreeNode tree_of(const policy::Explanation& e) {
  using Kind = policy::Explanation::Kind;
  document::TreeNode out;
  out.label = same(e.name);
  if (!e.title.zh.empty())
    out.label = e.name.empty() ? e.title : Text{e.title.zh + " " + e.name, e.title.en + " " + e.name};
  out.value = e.missing ? "—" : e.value;
  if (!e.missing) out.unit = unit_of(e.unit);
  if (e.kind == Kind::observation) {
    out.note = {fmt::format("{} 第 {} 行 {}", e.where.file, e.where.line, e.where.field),
                fmt::format("{} row {} {}", e.where.file, e.where.line, e.where.field)};
    note(out.note, e.reason);
    return out;
  }
  if (!e.formula.empty())
    note(out.note,
         same(e.numbers.empty() || e.numbers == e.formula ? e.formula : e.formula + "  ⇒  " + e.numbers));
  else if (!e.numbers.empty())
    note(out.note, same(e.numbers));
  if (!e.unrounded.empty()) note(out.note, {"修约前 " + e.unrounded, "before rounding " + e.unrounded});
  note(out.note, e.reason);
  if (e.kind == Kind::parameter || e.kind == Kind::limit || e.kind == Kind::mean || e.kind == Kind::note ||
      e.kind == Kind::payment) {
    std::string source = e.source.document;
    for (const std::string& part : {e.source.number, e.source.article})
      if (!part.empty()) source += " " + part;
    note(out.note, same(source));
    if (!e.in_force.empty())
      note(out.note, {fmt::format("{} 起生效，{} 知悉", e.in_force, e.known),
                      fmt::format("in force {}, known {}", e.in_force, e.known)});
  }
  if (e.example)
    note(out.note, {"示例", "example"});
  else if (!e.verified && e.kind != Kind::formula && e.kind != Kind::result)
    note(out.note, {"未核实", "not verified"});
  if (e.repeated) note(out.note, {"见上", "see above"});
  for (const auto& child : e.children) out.children.push_back(tree_of(child));
  return out;
}

document::Document printed_statement(const Compensation& compensation, const policy::Policy& policy,
                                     const registry::Registry& registry, const std::string& tenant,
                                     std::int64_t id, Date today, document::Language language,
                                     const std::string& public_url) {
  const Statement s = compensation.statement(id);
  const RunHead run = compensation.stored_head(s.run);
  std::map<std::string, Text> names;
  for (const registry::Party& party : registry.parties(today)) names.emplace(party.code, party.name);
  const auto name_of = [&](const std::string& code) {
    const auto found = names.find(code);
    if (found == names.end()) return Text{code, code};
    return Text{found->second.zh, found->second.en.empty() ? found->second.zh : found->second.en};
  };
  StatementPaper paper{s,
                       run,
                       policy.rule(s.rule, s.period.from(), run.known)->rule.title,
                       name_of("gov:" + tenant).zh,
                       name_of,
                       {},
                       statement_code(tenant, s),
                       public_url};
  for (const policy::Explanation& e : compensation.explain(id)) paper.derivation.push_back(tree_of(e));
  return statement_document(paper, language);
}

}  // namespace tributary::compensate
