#include "casework/exports.h"

#include "base/csv_write.h"
#include "base/text.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "casework/two_people.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::casework {
namespace {

constexpr const char* columns =
    "id, type, cases, fields, format, purpose, last_day, most, asked, user_id, name, organisation, decided, "
    "decided_name, outcome, reason";

std::string object_of(std::int64_t id) {
  return fmt::format("export/{}", id);
}

// The paths of a type's personal fields and columns.
std::set<std::string> personal_paths(const CaseType& type) {
  std::set<std::string> out;
  for (const Field& field : type.declared.form) {
    if (field.kind != FieldKind::table && personal(field)) out.insert(field.name);
    for (const Field& column : field.columns)
      if (personal(column)) out.insert(field.name + "." + column.name);
  }
  return out;
}

document::Column column_of(const Field& field) {
  const bool number = field.kind == FieldKind::number || field.kind == FieldKind::money;
  return {field.label, number ? document::CellKind::number : document::CellKind::text};
}

// One value as it stands in a cell.
document::Cell cell_of(const Field& field, const Json& value,
                       const std::function<std::string(FieldKind, const std::string&)>& name_of_code) {
  if (value.is_null()) return {};
  switch (field.kind) {
    case FieldKind::boolean:
      if (value.is_boolean()) return value.get<bool>() ? Text{"是", "yes"} : Text{"否", "no"};
      break;
    case FieldKind::choice:
      for (const Choice& choice : field.choices)
        if (value.is_string() && choice.key == value.get<std::string>()) return choice.label;
      break;
    case FieldKind::number:
    case FieldKind::money:
      if (value.is_string())
        if (const auto exact = Decimal::try_parse(value.get<std::string>()))
          return {value.get<std::string>(), *exact};
      break;
    case FieldKind::party:
    case FieldKind::place:
    case FieldKind::organisation:
      if (value.is_string()) return name_of_code(field.kind, value.get<std::string>());
      break;
    case FieldKind::organisations: {
      if (!value.is_array()) break;
      std::vector<std::string> all;
      for (const Json& one : value) all.push_back(name_of_code(FieldKind::organisation, one.get<std::string>()));
      return fmt::format("{}", fmt::join(all, "、"));
    }
    case FieldKind::documents:
      if (value.is_array()) return std::to_string(value.size());
      break;
    default:
      break;
  }
  return text_of(value);
}

// What of a field may stand in the file: in the clear what is not personal and what was asked for.
Json shown(const Field& field, const std::string& path, const Json& value,
           const std::vector<std::string>& wanted) {
  if (!personal(field) || std::find(wanted.begin(), wanted.end(), path) != wanted.end()) return value;
  return masked(field.kind, text_of(value));
}

std::string csv_of(const document::Table& table, document::Language language) {
  std::string out = "\xEF\xBB\xBF";  // so that Excel reads the Chinese
  const auto line = [&](const auto& cells, const auto& text) {
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + csv_quoted(text(cells[i]));
    out += "\r\n";
  };
  line(table.columns, [&](const document::Column& column) { return pick(column.title, language, " "); });
  for (const document::Row& row : table.rows)
    line(row, [&](const document::Cell& cell) {
      const std::string text = pick(cell.text, language, " ");
      return cell.exact ? text : csv_text(text);
    });
  return out;
}

Error ended(const Text& why) {
  return {codes::export_ended, why, {}, {"如仍需要，请另行申请", "ask again if it is still needed"}};
}

}  // namespace

std::string_view to_string(ExportFormat format) {
  return format == ExportFormat::csv ? "csv" : format == ExportFormat::xlsx ? "xlsx" : "pdf";
}

std::optional<ExportFormat> parse_export_format(std::string_view name) {
  for (const ExportFormat one : {ExportFormat::csv, ExportFormat::xlsx, ExportFormat::pdf})
    if (to_string(one) == name) return one;
  return std::nullopt;
}

std::string_view to_string(ExportState state) {
  constexpr std::array names{"asked", "approved", "refused", "withdrawn", "ended"};
  return names[static_cast<std::size_t>(state)];
}

// The cases that were named, or all of the type, that the caller deals with. Throws not_for_you for one that
// was named and is not theirs.
std::vector<CaseId> Exports::dealt_with(const identity::Caller& caller, const CaseType& type,
                                        const std::vector<CaseId>& wanted) {
  const Person who = c_.person(caller, identity::Permission::cases_act);
  std::vector<CaseId> ids = wanted;
  if (wanted.empty()) {
    std::string cursor;
    do {
      const CasePage page = c_.list(caller, {.type = type.name()}, 500, cursor);
      for (const CaseHead& head : page.cases) ids.push_back(head.id);
      cursor = page.next;
    } while (!cursor.empty() && ids.size() <= most_cases);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return c_.database_.read([&](store::Transaction& t) {
    std::vector<CaseId> out;
    for (const CaseId id : ids) {
      const auto stored = c_.find(t, id, Casework::Personal::sealed);
      const bool dealt = stored && stored->type->name() == type.name() && acts_in(*stored->type, stored->state, who);
      if (dealt) out.push_back(id);
      if (!dealt && !wanted.empty())
        throw Error(codes::not_for_you,
                    {"只有经办这件事的人可以申请导出", "only those who deal with the case may ask for an export"});
    }
    return out;
  });
}

Export Exports::ask(const identity::Caller& caller, const ExportWish& wish) {
  caller.require(identity::Permission::cases_act);
  const auto type = c_.types_->find(wish.type);
  if (type == c_.types_->end())
    throw Error(codes::unknown_type, {"没有这种事项", "there is no such kind of case"});
  const Date today = c_.clock_.today();
  std::vector<FieldFault> faults;
  if (trim(wish.purpose).size() < 2 || wish.purpose.size() > 1000 || !is_utf8(wish.purpose))
    faults.push_back({"purpose", {"请写明导出的用途", "say what the export is for"}});
  const auto paths = personal_paths(*type->second);
  if (wish.fields.empty()) faults.push_back({"fields", {"请选择要导出的个人信息", "choose the values"}});
  for (const std::string& path : wish.fields) {
    if (!paths.contains(path))
      faults.push_back({"fields",
                        {fmt::format("“{}”不是这种事项的个人信息", path),
                         fmt::format("\"{}\" is no personal value of this kind of case", path)}});
    else if (wish.format == ExportFormat::csv && path.find('.') != std::string::npos)
      faults.push_back({"format",
                        {"CSV 只有一张表，装不下明细表里的内容，请选 Excel 或 PDF",
                         "CSV holds one table and not the rows within a case; choose Excel or PDF"}});
  }
  if (wish.last_day < today || wish.last_day > today + std::chrono::days{most_days})
    faults.push_back({"last_day",
                      {fmt::format("有效期从今天起，至多 {} 天", most_days),
                       fmt::format("the last day is today or up to {} days ahead", most_days)}});
  if (wish.downloads < 1 || wish.downloads > most_downloads)
    faults.push_back({"downloads",
                      {fmt::format("下载次数为 1 至 {}", most_downloads),
                       fmt::format("1 to {} downloads", most_downloads)}});
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
  Export out;
  out.wish = wish;
  out.wish.purpose = std::string(trim(wish.purpose));
  out.wish.cases = dealt_with(caller, *type->second, wish.cases);
  if (out.wish.cases.empty() || out.wish.cases.size() > most_cases)
    throw FormError(codes::bad_form,
                    {{"cases",
                      {fmt::format("您经办的这种事项有 {} 件；一次可以导出 1 至 {} 件", out.wish.cases.size(), most_cases),
                       fmt::format("you deal with {} cases of this kind; an export has 1 to {}",
                                   out.wish.cases.size(), most_cases)}}});
  Json ids = Json::array();
  for (const CaseId id : out.wish.cases) ids.push_back(id.value);
  return c_.database_.write([&](store::Transaction& t) {
    Export one = out;
    one.id = c_.next(t, "export");
    t.execute(
        "INSERT INTO casework_export (jurisdiction, id, type, cases, fields, format, purpose, last_day, most, "
        "asked, user_id, name, organisation, decided, decided_by, decided_name, outcome, reason) VALUES (?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '', '')",
        c_.tenant_, one.id, wish.type, ids.dump(), Json(wish.fields).dump(), to_string(wish.format),
        one.wish.purpose, base::to_string(wish.last_day), wish.downloads, c_.clock_.now().seconds, id_of(caller),
        name_of(caller), caller.organisation.value);
    c_.audit_.append(t, caller,
                     {"export.ask", object_of(one.id), identity::AuditOutcome::done,
                      fmt::format("{}: {} cases, {}, {} until {}, {} times: {}", wish.type, one.wish.cases.size(),
                                  fmt::join(wish.fields, " "), to_string(wish.format),
                                  base::to_string(wish.last_day), wish.downloads, one.wish.purpose)});
    return *find(t, one.id);
  });
}

Export Exports::read(const store::Row& row) const {
  Export out;
  out.id = row.integer(0);
  out.wish.type = row.text(1);
  for (const Json& id : Json::parse(row.text(2))) out.wish.cases.push_back({id.get<std::int64_t>()});
  out.wish.fields = Json::parse(row.text(3)).get<std::vector<std::string>>();
  out.wish.format = parse_export_format(row.text(4)).value_or(ExportFormat::xlsx);
  out.wish.purpose = row.text(5);
  out.wish.last_day = parse_date(row.text(6));
  out.wish.downloads = static_cast<int>(row.integer(7));
  out.asked = {row.integer(8)};
  out.user = row.text(9);
  out.name = row.text(10);
  out.organisation = row.text(11);
  if (row.integer(12) != 0) out.decided = Instant{row.integer(12)};
  out.decided_name = row.text(13);
  for (const ExportState state : {ExportState::approved, ExportState::refused, ExportState::withdrawn})
    if (to_string(state) == row.text(14)) out.state = state;
  out.reason = row.text(15);
  return out;
}

std::optional<Export> Exports::find(store::Transaction& t, std::int64_t id) const {
  const auto row = t.first(
      fmt::format("SELECT {} FROM casework_export WHERE jurisdiction = ? AND id = ?", columns), c_.tenant_, id);
  if (!row) return std::nullopt;
  Export out = read(*row);
  t.each(
      [&](const store::Row& file) {
        out.files.push_back({id, static_cast<int>(file.integer(0)), {file.integer(1)}, file.text(2),
                             file.integer(3), file.integer(4), file.text(5)});
      },
      "SELECT n, at, address, cases, bytes, sha256 FROM casework_export_file WHERE jurisdiction = ? AND export_id "
      "= ? ORDER BY n",
      c_.tenant_, id);
  const bool open = out.state == ExportState::asked || out.state == ExportState::approved;
  if (open && (out.wish.last_day < c_.clock_.today() ||
               out.files.size() >= static_cast<std::size_t>(out.wish.downloads)))
    out.state = ExportState::ended;
  return out;
}

Export Exports::decide(const identity::Caller& caller, std::int64_t id, bool approve, const std::string& reason) {
  caller.require_all(identity::Permission::privacy_approve);
  const std::string why = approve ? std::string(trim(reason)).substr(0, 3000)
                                  : said(reason, "reason", {"请写明不批准的理由", "say why it is refused"});
  return c_.database_.write([&](store::Transaction& t) {
    const auto one = find(t, id);
    if (!one) throw unknown_request();
    require_another(caller, identity::Permission::privacy_approve, one->user);
    if (one->decided) throw already_decided();
    if (one->state != ExportState::asked)
      throw ended({"申请的有效期已过", "the last day that was asked for is over"});
    const auto outcome = to_string(approve ? ExportState::approved : ExportState::refused);
    t.execute(
        "UPDATE casework_export SET decided = ?, decided_by = ?, decided_name = ?, outcome = ?, reason = ? WHERE "
        "jurisdiction = ? AND id = ?",
        c_.clock_.now().seconds, id_of(caller), name_of(caller), outcome, why, c_.tenant_, id);
    c_.audit_.append(t, caller,
                     {approve ? "export.approve" : "export.refuse", object_of(id), identity::AuditOutcome::done, why});
    return *find(t, id);
  });
}

Export Exports::withdraw(const identity::Caller& caller, std::int64_t id) {
  return c_.database_.write([&](store::Transaction& t) {
    const auto one = find(t, id);
    if (!one || one->user != id_of(caller)) throw unknown_request();
    if (one->state != ExportState::asked && one->state != ExportState::approved) throw already_decided();
    t.execute(
        "UPDATE casework_export SET decided = CASE WHEN decided = 0 THEN ? ELSE decided END, outcome = 'withdrawn' "
        "WHERE jurisdiction = ? AND id = ?",
        c_.clock_.now().seconds, c_.tenant_, id);
    c_.audit_.append(t, caller, {"export.withdraw", object_of(id), identity::AuditOutcome::done, {}});
    return *find(t, id);
  });
}

std::vector<Export> Exports::list(const identity::Caller& caller, Whose whose, std::size_t limit,
                                  std::int64_t before) const {
  if (whose == Whose::to_decide) caller.require_all(identity::Permission::privacy_approve);
  if (whose == Whose::all) caller.require_all(identity::Permission::privacy_read);
  std::string condition = "1 = 1";
  std::vector<store::Value> values{store::to_value(c_.tenant_),
                                   store::to_value(before > 0 ? before : std::int64_t{1} << 62)};
  if (whose == Whose::mine) condition = "user_id = ?";
  if (whose == Whose::to_decide) condition = "outcome = '' AND user_id <> ? AND last_day >= ?";
  if (whose != Whose::all) values.push_back(store::to_value(id_of(caller)));
  if (whose == Whose::to_decide) values.push_back(store::to_value(base::to_string(c_.clock_.today())));
  values.push_back(store::to_value(limit));
  return c_.database_.read([&](store::Transaction& t) {
    std::vector<std::int64_t> ids;
    t.each_values("SELECT id FROM casework_export WHERE jurisdiction = ? AND id < ? AND " + condition +
                      " ORDER BY id DESC LIMIT ?",
                  values, [&](const store::Row& row) { ids.push_back(row.integer(0)); });
    std::vector<Export> out;
    for (const std::int64_t id : ids) out.push_back(*find(t, id));
    return out;
  });
}

Export Exports::view(const identity::Caller& caller, std::int64_t id) const {
  auto one = c_.database_.read([&](store::Transaction& t) { return find(t, id); });
  const bool may = one && (one->user == id_of(caller) || caller.may_all(identity::Permission::privacy_read) ||
                           caller.may_all(identity::Permission::privacy_approve));
  if (!may) throw unknown_request();
  return std::move(*one);
}

ExportContent Exports::take(const identity::Caller& caller, std::int64_t id, document::Language language) {
  caller.require_person();
  return c_.database_.write([&](store::Transaction& t) {
    const auto one = find(t, id);
    if (!one || one->user != id_of(caller)) throw unknown_request();
    caller.require(identity::Permission::cases_act);
    if (one->state == ExportState::asked)
      throw Error(codes::export_ended, {"申请还没有批准", "the request is not approved yet"});
    if (one->state != ExportState::approved)
      throw ended({"申请没有批准、已过有效期，或下载次数已用完",
                   "the request was not approved, is over, or its downloads are used up"});
    const int n = static_cast<int>(one->files.size()) + 1;
    std::int64_t cases = 0;
    ExportContent out = content(t, caller, *one, n, language, cases);
    t.execute(
        "INSERT INTO casework_export_file (jurisdiction, export_id, n, at, address, cases, bytes, sha256) VALUES "
        "(?, ?, ?, ?, ?, ?, 0, '')",
        c_.tenant_, id, n, c_.clock_.now().seconds, caller.address, cases);
    c_.audit_.append(t, caller,
                     {"export.take", object_of(id), identity::AuditOutcome::done,
                      fmt::format("file {} of {}, {} cases", n, one->wish.downloads, cases)});
    return out;
  });
}

void Exports::handed_over(const identity::Caller& caller, std::int64_t id, int n, const std::string& bytes) {
  const std::string hash = sha256_hex(bytes);
  c_.database_.write([&](store::Transaction& t) {
    t.execute(
        "UPDATE casework_export_file SET bytes = ?, sha256 = ? WHERE jurisdiction = ? AND export_id = ? AND n = ?",
        bytes.size(), hash, c_.tenant_, id, n);
    c_.audit_.append(t, caller,
                     {"export.file", object_of(id), identity::AuditOutcome::done, fmt::format("file {}: {}", n, hash)});
  });
}

std::optional<ExportFile> Exports::trace(const std::string& sha256) const {
  return c_.database_.read([&](store::Transaction& t) -> std::optional<ExportFile> {
    const auto row = t.first(
        "SELECT export_id, n, at, address, cases, bytes FROM casework_export_file WHERE jurisdiction = ? AND sha256 "
        "= ?",
        c_.tenant_, sha256);
    if (!row || sha256.empty()) return std::nullopt;
    return ExportFile{row->integer(0), static_cast<int>(row->integer(1)), {row->integer(2)}, row->text(3),
                      row->integer(4), row->integer(5), sha256};
  });
}

ExportContent Exports::content(store::Transaction& t, const identity::Caller& caller, const Export& one, int n,
                               document::Language language, std::int64_t& cases) const {
  const auto found = c_.types_->find(one.wish.type);
  if (found == c_.types_->end())
    throw Error(codes::unknown_type, {"没有这种事项", "there is no such kind of case"});
  const CaseType& type = *found->second;
  const Declaration& d = type.declared;
  const Person who = c_.person(caller, identity::Permission::cases_act);
  const auto name_of_code = c_.names_in(t);
  const Instant now = c_.clock_.now();
  const Text mark{fmt::format("导出{}号第{}次 {} {}", one.id, n, one.name, to_string(now)),
                  fmt::format("export {}.{} {} {}", one.id, n, one.name, to_string(now))};

  // The cases one below the other, then the rows of each table from which something was asked for.
  std::vector<const Field*> plain;
  std::vector<const Field*> nested;
  for (const Field& field : d.form) {
    if (field.kind != FieldKind::table) {
      plain.push_back(&field);
      continue;
    }
    if (std::any_of(one.wish.fields.begin(), one.wish.fields.end(),
                    [&](const std::string& path) { return path.starts_with(field.name + "."); }))
      nested.push_back(&field);
  }
  const document::Column marked{{"导出标记", "export mark"}};
  const document::Column number{{"编号", "case"}};
  std::vector<document::Table> tables(1 + nested.size());
  tables[0].caption = d.title;
  tables[0].columns = {number, {{"文号", "number"}}, {{"状态", "state"}}};
  for (const Field* field : plain) tables[0].columns.push_back(column_of(*field));
  for (std::size_t i = 0; i < nested.size(); ++i) {
    tables[i + 1].caption = nested[i]->label;
    tables[i + 1].columns = {number};
    for (const Field& column : nested[i]->columns) tables[i + 1].columns.push_back(column_of(column));
  }
  for (const CaseId id : one.wish.cases) {
    const auto stored = c_.find(t, id);
    if (!stored || c_.erased_by(t, id) != 0 || stored->type->name() != type.name() ||
        !acts_in(*stored->type, stored->state, who))
      continue;
    ++cases;
    const auto value = [&](const Json& in, const Field& field, const std::string& path) -> document::Cell {
      const auto at = in.find(field.name);
      if (at == in.end() || at->is_null()) return {};
      return cell_of(field, shown(field, path, *at, one.wish.fields), name_of_code);
    };
    document::Row row{std::to_string(id.value), stored->number,
                      document::Cell(stored->type->state(stored->state.state)->label)};
    for (const Field* field : plain) row.push_back(value(stored->state.form, *field, field->name));
    tables[0].rows.push_back(std::move(row));
    for (std::size_t i = 0; i < nested.size(); ++i) {
      const auto rows = stored->state.form.find(nested[i]->name);
      if (rows == stored->state.form.end() || !rows->is_array()) continue;
      for (const Json& entry : *rows) {
        document::Row line{std::to_string(id.value)};
        for (const Field& column : nested[i]->columns)
          line.push_back(value(entry, column, nested[i]->name + "." + column.name));
        tables[i + 1].rows.push_back(std::move(line));
      }
    }
  }
  // On paper the mark lies across each page; rows carry their own, so that it stays when they are cut out.
  if (one.wish.format != ExportFormat::pdf)
    for (document::Table& table : tables) {
      table.columns.push_back(marked);
      for (document::Row& row : table.rows) row.emplace_back(mark);
    }

  ExportContent out;
  out.format = one.wish.format;
  out.n = n;
  out.name = fmt::format("export-{}-{}.{}", one.id, n, to_string(one.wish.format));
  if (one.wish.format == ExportFormat::csv) {
    out.csv = csv_of(tables[0], language);
    return out;
  }
  document::Metadata& meta = out.document.meta;
  meta.title = {"个人信息导出：" + d.title.zh, "Personal information: " + d.title.en};
  meta.language = language;
  meta.watermark = meta.footer = mark;
  meta.created = now;
  const auto label_of = [&](const std::string& path) -> Text {
    for (const Field& field : d.form) {
      if (field.name == path) return field.label;
      for (const Field& column : field.columns)
        if (field.name + "." + column.name == path)
          return {field.label.zh + "·" + column.label.zh, field.label.en + ": " + column.label.en};
    }
    return {path, path};
  };
  Text labels;
  for (const std::string& path : one.wish.fields) {
    const Text label = label_of(path);
    labels.zh += (labels.zh.empty() ? "" : "、") + label.zh;
    labels.en += (labels.en.empty() ? "" : ", ") + label.en;
  }
  const auto both = [](const std::string& text) { return Text{text, text}; };
  out.document.blocks.push_back(document::KeyValues{{
      {{"申请", "Request"}, {fmt::format("{}号，第 {} 次下载，共 {} 次", one.id, n, one.wish.downloads),
                             fmt::format("no. {}, file {} of {}", one.id, n, one.wish.downloads)}},
      {{"用途", "Purpose"}, both(one.wish.purpose)},
      {{"申请人", "Asked for by"}, both(fmt::format("{}  {}", one.name, to_string(one.asked)))},
      {{"批准人", "Approved by"}, both(fmt::format("{}  {}", one.decided_name, to_string(*one.decided)))},
      {{"下载时间", "Taken"}, both(to_string(now))},
      {{"明文内容", "In the clear"}, labels},
      {{"件数", "Cases"}, both(fmt::format("{} / {}", cases, one.wish.cases.size()))},
  }});
  out.document.blocks.push_back(document::Paragraph{
      {"含个人信息，只能用于上述用途，用完即删除；不得转给他人。", "Holds personal information: for the purpose above only, to be deleted afterwards, not to be passed on."}});
  for (document::Table& table : tables) out.document.blocks.emplace_back(std::move(table));
  return out;
}

}  // namespace tributary::casework
