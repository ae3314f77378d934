#include "api/table_format.h"

#include "api/scratch.h"
#include "base/csv_write.h"
#include "base/decimal.h"
#include "base/text.h"
#include "document/xlsx.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr std::array<std::array<std::string_view, 3>, 95> titles{{
    {"accepted", "接收行数", "accepted"},
    {"account", "账户", "account"},
    {"action", "动作", "action"},
    {"address", "来源地址", "address"},
    {"amount", "金额（元）", "amount (yuan)"},
    {"arrived", "到达时间", "arrived"},
    {"at", "时间", "at"},
    {"available", "可用", "available"},
    {"balance", "余额", "balance"},
    {"bulk_amount", "大宗金额（元）", "bulk amount (yuan)"},
    {"bulk_deals", "大宗笔数", "bulk deals"},
    {"bulk_quantity", "大宗数量", "bulk quantity"},
    {"by", "经办人", "by"},
    {"cause", "事由", "cause"},
    {"class", "水质类别", "class"},
    {"close", "收盘价", "close"},
    {"code", "代码", "code"},
    {"corrects", "更正", "corrects"},
    {"count", "数量", "count"},
    {"created", "创建时间", "created"},
    {"credit", "贷（入）", "credit"},
    {"date", "日期", "date"},
    {"day", "日期", "day"},
    {"deadline", "异议期至", "objections until"},
    {"deals", "成交笔数", "deals"},
    {"debit", "借（出）", "debit"},
    {"deciding", "决定指标", "deciding"},
    {"detail", "详情", "detail"},
    {"display_name", "姓名", "name"},
    {"downstream", "下游", "downstream"},
    {"example", "示例", "example"},
    {"expected", "应有个数", "expected"},
    {"file", "文件", "file"},
    {"flag", "标记", "flag"},
    {"from", "起", "from"},
    {"given", "已有个数", "given"},
    {"group", "分组", "group"},
    {"groups", "分组", "groups"},
    {"high", "最高价", "high"},
    {"id", "编号", "id"},
    {"indicator", "指标", "indicator"},
    {"instrument", "品种", "instrument"},
    {"jurisdiction", "区划", "jurisdiction"},
    {"kind", "类型", "kind"},
    {"last_sign_in", "最近登录", "last sign-in"},
    {"lat", "纬度", "latitude"},
    {"limit", "限值", "limit"},
    {"lon", "经度", "longitude"},
    {"low", "最低价", "low"},
    {"mapping", "文件格式", "layout"},
    {"market", "市场", "market"},
    {"mean", "均值", "mean"},
    {"measure", "计量单位", "measure"},
    {"name", "名称", "name"},
    {"number", "序号", "number"},
    {"object", "对象", "object"},
    {"of", "单位或期", "of"},
    {"of_name", "单位或期名称", "of (name)"},
    {"open", "开盘价", "open"},
    {"organisation", "单位", "organisation"},
    {"origin", "来源", "origin"},
    {"outcome", "结果", "outcome"},
    {"owner", "户主", "owner"},
    {"pack", "政策包", "pack"},
    {"parent", "上级", "parent"},
    {"party", "当事方", "party"},
    {"payee", "收款方", "payee"},
    {"payer", "付款方", "payer"},
    {"period", "时段", "period"},
    {"place", "地点", "place"},
    {"project", "项目", "project"},
    {"published", "公布类别", "published"},
    {"purpose", "用途", "purpose"},
    {"quantity", "数量", "quantity"},
    {"recorded", "记录时间", "recorded"},
    {"rejected", "退回行数", "rejected"},
    {"roles", "角色", "roles"},
    {"row", "行", "row"},
    {"rows", "行数", "rows"},
    {"rule", "规则", "rule"},
    {"source", "出处", "source"},
    {"state", "状态", "state"},
    {"superseded_by", "被取代于", "superseded by"},
    {"supersedes", "取代", "supersedes"},
    {"time", "时间", "time"},
    {"title", "名称", "title"},
    {"to", "止", "to"},
    {"unit", "单位", "unit"},
    {"unverified", "含未核实", "unverified"},
    {"upstream", "上游", "upstream"},
    {"value", "数值", "value"},
    {"verified", "已核实", "verified"},
    {"vintage", "年份", "vintage"},
    {"water_body", "水体", "water body"},
    {"why", "没有合计的原因", "why there is none"},
}};

const Json* component(const Json& schema, const Json& components) {
  if (const auto any = schema.find("anyOf"); any != schema.end()) return component(any->front(), components);
  const auto reference = schema.find("$ref");
  if (reference == schema.end()) return &schema;
  const auto& path = reference->get_ref<const std::string&>();
  return &components.at(path.substr(path.find_last_of('/') + 1));
}

bool is_both(const Json& schema) {
  const auto ref = schema.find("$ref");
  if (ref != schema.end() && *ref == "#/components/schemas/Text") return true;
  const auto any = schema.find("anyOf");
  return any != schema.end() && is_both(any->front());
}

bool is_number(const Json& schema) {
  const std::string type = schema.value("type", "");
  const std::string format = schema.value("format", "");
  return type == "integer" || type == "number" || format == "decimal" || format == "money";
}

std::string plain_text(const Json& value, Tongue tongue) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? (tongue == Tongue::zh ? "是" : "yes") : "";
  if (value.is_array()) {
    std::string out;
    for (const Json& entry : value) out += (out.empty() ? "" : "; ") + plain_text(entry, tongue);
    return out;
  }
  if (value.is_object() && value.contains("zh")) return value.value(tongue == Tongue::zh ? "zh" : "en", "");
  if (value.is_object() && value.contains("code")) return plain_text(value.at("code"), tongue);
  return dump(value);
}

}  // namespace

Text column_title(const std::string& member) {
  const auto found =
      std::find_if(titles.begin(), titles.end(), [&](const auto& entry) { return entry[0] == member; });
  if (found == titles.end()) return {member, member};
  return {std::string((*found)[1]), std::string((*found)[2])};
}

TableFormat::TableFormat(const Json& item, const Json& components, const std::vector<std::string>& fields,
                         Tongue tongue)
    : tongue_(tongue) {
  const Json& object = *component(item, components);
  for (const auto& [name, raw] : object.at("properties").items()) {
    if (!fields.empty() && std::find(fields.begin(), fields.end(), name) == fields.end()) continue;
    const std::string title = in(tongue, column_title(name));
    if (is_both(raw)) {
      columns_.push_back({name, {}, title, false, true});
      continue;
    }
    const Json& schema = *component(raw, components);
    if (schema.value("type", "") == "object" && schema.contains("properties")) {
      for (const auto& [inner, inner_schema] : schema.at("properties").items())
        columns_.push_back({name, inner, fmt::format("{} {}", title, in(tongue, column_title(inner))),
                            is_number(*component(inner_schema, components)), is_both(inner_schema)});
      continue;
    }
    columns_.push_back({name, {}, title, is_number(schema), false});
  }
}

std::string TableFormat::cell(const Column& column, const Json& row) const {
  const auto member = row.find(column.member);
  if (member == row.end() || member->is_null()) return {};
  if (column.inner.empty()) return plain_text(*member, tongue_);
  if (!member->is_object()) return {};
  const auto inner = member->find(column.inner);
  return inner == member->end() ? std::string() : plain_text(*inner, tongue_);
}

std::string TableFormat::csv_head() const {
  std::string out = "\xEF\xBB\xBF";
  for (std::size_t i = 0; i < columns_.size(); ++i) out += (i == 0 ? "" : ",") + csv_quoted(columns_[i].title);
  return out + "\r\n";
}

std::string TableFormat::csv_row(const Json& row) const {
  std::string out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::string text = cell(columns_[i], row);
    if (!columns_[i].number) text = csv_text(std::move(text));
    out += (i == 0 ? "" : ",") + csv_quoted(std::move(text));
  }
  return out + "\r\n";
}

std::string TableFormat::xlsx(const std::string& name, const std::function<std::optional<Json>()>& next,
                              const std::string& scratch) const {
  document::Workbook workbook;
  workbook.meta.title = {name, name};
  workbook.meta.language = tongue_ == Tongue::zh ? document::Language::zh : document::Language::en;
  document::Sheet sheet;
  sheet.name = name;
  for (const Column& column : columns_)
    sheet.table.columns.push_back({{column.title, column.title},
                                   column.number ? document::CellKind::number : document::CellKind::text});
  sheet.more = [&]() -> std::optional<document::Row> {
    const auto row = next();
    if (!row) return std::nullopt;
    document::Row out;
    for (const Column& column : columns_) {
      const std::string text = cell(column, *row);
      const auto exact = column.number ? Decimal::try_parse(text) : std::nullopt;
      if (exact)
        out.emplace_back(text, *exact);
      else
        out.emplace_back(text);
    }
    return out;
  };
  workbook.sheets.push_back(std::move(sheet));
  const ScratchFolder folder(scratch);
  const std::string path = folder.file("table.xlsx");
  document::write_xlsx(workbook, path);
  return read_file(path);
}

}  // namespace tributary::api
