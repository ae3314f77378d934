#include "document/samples.h"

#include <fmt/format.h>

namespace tributary::document::samples {
namespace {

struct Section {
  const char* zh;
  const char* en;
  const char* payer_zh;
  const char* payer_en;
  const char* target;
  const char* actual;
  const char* exceedance;
  const char* yuan;
};

constexpr Section sections[] = {
    {"示例河甲断面（国控）", "Sample River A (national)", "甲镇", "Township A", "Ⅲ", "Ⅳ", "0.45",
     "500000.00"},
    {"示例河乙断面", "Sample River B", "乙镇", "Township B", "Ⅲ", "Ⅲ", "0.00", "0.00"},
    {"示例沟丙断面（左右岸共担）", "Sample Ditch C (both banks)", "丙乡、丁镇", "Townships C, D", "Ⅳ", "劣Ⅴ",
     "1.275", "1500000.00"},
    {"示例沟丁断面", "Sample Ditch D", "戊街道", "Subdistrict E", "Ⅳ", "Ⅴ", "0.18", "500000.00"},
    {"示例湖湖心", "Sample Lake centre", "经济开发区", "Development zone", "Ⅲ", "Ⅱ", "0.00", "-300000.00"},
    {"示例河戊断面", "Sample River F", "己镇", "Township F", "Ⅲ", "断流", "", ""},
};

TreeNode leaf(Text label, std::string value, Text unit, Text note = {}) {
  return {std::move(label), std::move(value), std::move(unit), std::move(note), {}};
}

TreeNode indicator(Text name, const char* mean, const char* limit, const char* times, const char* steps,
                   const char* days) {
  TreeNode node{
      {name.zh + "超标档数", "Steps of exceedance, " + name.en},
      steps,
      {},
      {"ceil((C − C0) / C0 / 0.5)，不超标为 0", "ceil((C − C0) / C0 / 0.5), 0 when within the limit"},
      {}};
  TreeNode exceeded{
      {name.zh + "超标倍数", "Exceedance, " + name.en}, times, {}, {"(C − C0) / C0", "(C − C0) / C0"}, {}};
  TreeNode monthly{{"月均值 C", "Monthly mean C"},
                   mean,
                   {"mg/L", ""},
                   {fmt::format("有效监测 {} 天，自动站日均值算术平均", days),
                    fmt::format("{} valid days, arithmetic mean of daily means", days)},
                   {}};
  monthly.children = {leaf({"监测数据批次", "Batch of readings"}, "2020-10/0731", {},
                           {"HJ 212 数据包，CRC 校验通过", "HJ 212 packets, CRC checked"})};
  exceeded.children = {monthly, leaf({"目标限值 C0", "Target limit C0"}, limit, {"mg/L", ""},
                                     {"GB 3838-2002 表1 Ⅲ类", "GB 3838-2002 table 1, class III"})};
  node.children = {exceeded};
  return node;
}

}  // namespace

Document statement(Language language) {
  Document out;
  out.meta = {{"生态补偿结算通知书", "Notice of Ecological Compensation Settlement"},
              {"（2020年10月 地表水断面）", "(October 2020, surface-water sections)"},
              language,
              {"示例区生态环境分局", "Ecology Branch of the Sample District"},
              "示例〔2020〕10号",
              make_date(2020, 11, 10),
              {"示例", "SAMPLE"},
              {"本通知书由系统按公布的规则计算，附件列出全部计算步骤。",
               "Computed by the published rules; the annex lists every step."},
              parse_instant("2020-11-10 09:30")};
  out.blocks.push_back(
      KeyValues{{{{"付款方", "Payer"},
                  {"示例区财政局（代甲镇、丙乡、丁镇、戊街道）", "Finance Bureau of the Sample District"}},
                 {{"收款方", "Payee"},
                  {"示例市财政局生态补偿资金专户", "Ecological compensation account of Sample City"}},
                 {{"结算期间", "Period"}, {"2020年10月1日至2020年10月31日", "1 to 31 October 2020"}},
                 {{"应付净额", "Net amount due"},
                  {"人民币 2,200,000.00 元（大写：贰佰贰拾万元整）", "CNY 2,200,000.00"}},
                 {{"异议期限", "Objections until"}, {"2020年11月20日", "20 November 2020"}}}});
  out.blocks.push_back(
      Paragraph{{"根据《示例区地表水断面生态补偿办法》（示例〔2020〕3号）第五条至第九条，现将2020年10月各断面"
                 "生态补偿结算结果通知如下。"
                 "监测数据由 HJ 212-2017 自动监测站上报，经审核有效；COD、NH3-N、TP 三项指标参与评价。"
                 "如对结果有异议，请于收到本通知书之日起 10 日内书面提出，逾期视为无异议。",
                 "Under Articles 5 to 9 of the Sample District Measures the results for October 2020 are "
                 "notified as follows. "
                 "Objections are to be raised in writing within 10 days."}});
  out.blocks.push_back(Heading{1, {"一、各断面结算金额", "1. Amounts by section"}});
  Table table;
  table.caption = {"表1　2020年10月断面生态补偿结算表", "Table 1. Settlement by section, October 2020"};
  table.columns = {{{"序号", "No."}, CellKind::number, Align::centre},
                   {{"断面", "Section"}, CellKind::text, Align::by_kind, 3},
                   {{"责任方", "Responsible"}, CellKind::text, Align::by_kind, 2},
                   {{"目标类别", "Target"}, CellKind::text, Align::centre, 1},
                   {{"实测类别", "Actual"}, CellKind::text, Align::centre, 1},
                   {{"最大超标倍数", "Exceedance"}, CellKind::number},
                   {{"补偿金额（元）", "Amount (CNY)"}, CellKind::money}};
  Decimal total;
  int number = 0;
  for (const Section& s : sections) {
    Row row{number_cell(Decimal(++number)), Text{s.zh, s.en}, Text{s.payer_zh, s.payer_en}, s.target,
            s.actual};
    row.push_back(*s.exceedance != 0 ? number_cell(Decimal::parse(s.exceedance)) : Cell("—"));
    row.push_back(*s.yuan != 0 ? money_cell(Decimal::parse(s.yuan)) : Cell("—"));
    if (*s.yuan != 0) total = total + Decimal::parse(s.yuan);
    table.rows.push_back(std::move(row));
  }
  table.totals = Row{Cell(), Text{"合计", "Total"}, Cell(), Cell(), Cell(), Cell(), money_cell(total)};
  out.blocks.push_back(std::move(table));
  out.blocks.push_back(
      SmallPrint{{"注：负数为应收。断流断面当月不计算（办法第八条）。数值修约按 GB/T 8170-2008。",
                  "Note: negative amounts are to be received. Dry sections are not assessed. Rounding by "
                  "GB/T 8170-2008."}});
  out.blocks.push_back(Heading{1, {"二、付款要求", "2. Payment"}});
  out.blocks.push_back(
      Paragraph{{"请付款方于异议期满后 15 "
                 "日内，将应付净额转入示例市财政局生态补偿资金专户，用途注明“示例〔2020〕10号”。",
                 "The net amount is to be paid within 15 days after the period for objections."}});
  out.blocks.push_back(
      Signatures{{{{"付款方（盖章）", "Payer (seal)"},
                   {{"经办人：", "Handled by:"}, {"负责人：", "Approved by:"}, {"日　期：", "Date:"}}},
                  {{"收款方（盖章）", "Payee (seal)"},
                   {{"经办人：", "Handled by:"}, {"负责人：", "Approved by:"}, {"日　期：", "Date:"}}}}});
  out.blocks.push_back(PageBreak{});
  out.blocks.push_back(Heading{1, {"附件　计算过程", "Annex. Derivation"}});
  Tree tree;
  tree.caption = {"示例河甲断面 补偿金额的由来", "How the amount for Sample River A came about"};
  TreeNode root{{"补偿金额", "Amount"},
                "500,000.00",
                {"元", "yuan"},
                {"min(档数 × 单价, 封顶)；办法第六条", "min(steps × price, cap); Article 6"},
                {}};
  TreeNode steps{{"超标档数合计", "Steps in all"},
                 "1",
                 {"档", "steps"},
                 {"各指标超标档数取最大值；办法第五条第二款", "the largest of the indicators; Article 5(2)"},
                 {}};
  steps.children = {indicator({"化学需氧量（COD）", "COD"}, "24.60", "20", "0.230", "1", "31"),
                    indicator({"氨氮（NH3-N）", "NH3-N"}, "1.450", "1.0", "0.450", "1", "30"),
                    indicator({"总磷（TP）", "TP"}, "0.196", "0.2", "-0.020", "0", "31"),
                    indicator({"高锰酸盐指数（CODMn）", "CODMn"}, "5.8", "6", "-0.033", "0", "29")};
  root.children = {
      steps,
      leaf({"单价", "Price per step"}, "500,000", {"元/档", "yuan/step"},
           {"办法附表2，2020年1月1日起施行", "Schedule 2, in force since 1 January 2020"}),
      leaf({"封顶", "Cap"}, "2,000,000", {"元", "yuan"}, {"办法第六条第三款", "Article 6(3)"}),
      {{"扣除：上游来水背景", "Less: background from upstream"},
       "0.00",
       {"元", "yuan"},
       {"入境断面当月达标，不扣除。根据办法第七条，入境断面水质未达到目标类别时，按入境浓度与出境浓度之差重新"
        "计算超标倍数，并由市局书面确认后方可扣除；本月无书面确认。",
        "The inflow section met its target, nothing is deducted."},
       {leaf({"入境断面实测类别", "Class at the inflow section"}, "Ⅲ", {}, {"目标 Ⅲ", "target III"}),
        leaf({"市局确认文号", "Confirmation"}, "无", {})}}};
  tree.roots = {root};
  TreeNode shares{{"责任分摊", "Shares"}, "", {}, {"左右岸共担断面按岸线长度分摊", "by length of bank"}, {}};
  shares.children = {leaf({"丙乡", "Township C"}, "60", {"%", ""}, {"岸线 7.2 km", "7.2 km of bank"}),
                     leaf({"丁镇", "Township D"}, "40", {"%", ""}, {"岸线 4.8 km", "4.8 km of bank"})};
  tree.roots.push_back(shares);
  TreeNode data{{"数据来源", "Sources"}, "", {}, {}, {}};
  for (int day = 1; day <= 7; ++day)
    data.children.push_back(leaf(
        {fmt::format("2020-10-{:02} 氨氮日均值", day), fmt::format("NH3-N daily mean 2020-10-{:02}", day)},
        fmt::format("1.4{}0", day), {"mg/L", ""}, {"24 个有效小时值", "24 valid hourly values"}));
  tree.roots.push_back(data);
  out.blocks.push_back(std::move(tree));
  return out;
}

}  // namespace tributary::document::samples
