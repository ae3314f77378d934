#include "api/list.h"

#include "api/table_format.h"
#include "base/text.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr std::size_t page_of_a_file = 1000;

std::vector<std::string> fields_of(Call& call) {
  std::vector<std::string> out;
  if (!call.has("fields")) return out;
  const Json* item = &call.route.answer;
  if (const auto reference = item->find("$ref"); reference != item->end()) {
    const auto& path = reference->get_ref<const std::string&>();
    item = &call.worker.services.table.components().at(path.substr(path.find_last_of('/') + 1));
  }
  const std::string wanted = call.text("fields");
  for (const std::string_view part : split(wanted, ',')) {
    const std::string name(trim(part));
    if (name.empty()) continue;
    if (!item->at("properties").contains(name)) {
      std::vector<std::string> names;
      for (const auto& [known, schema] : item->at("properties").items()) names.push_back(known);
      throw Error(codes::bad_parameter,
                  {fmt::format("没有字段“{}”", name), fmt::format("there is no field \"{}\"", name)},
                  {{}, 0, 0, "fields"},
                  {fmt::format("可用：{}", fmt::join(names, "、")),
                   fmt::format("there are: {}", fmt::join(names, ", "))});
    }
    out.push_back(name);
  }
  return out;
}

Json only(const Json& row, const std::vector<std::string>& fields) {
  if (fields.empty()) return row;
  Json out = Json::object();
  for (const std::string& name : fields)
    if (row.contains(name)) out[name] = row.at(name);
  return out;
}

Response csv(Call& call, const TableFormat& format) {
  Response out = file({}, "text/csv; charset=utf-8", call.route.name + ".csv");
  // The first page is made before anything is sent, so that an error is still an error.
  PageRequest wanted{{}, page_of_a_file, call.text("sort")};
  auto first = std::make_shared<Page>(call.route.pager(call, wanted));
  if (first->next.empty()) {
    out.body = format.csv_head();
    for (const Json& row : first->items) out.body += format.csv_row(row);
    return out;
  }
  out.producer = [shared = call.shared_from_this(), format, wanted,
                  first](const std::shared_ptr<Stream>& stream) mutable {
    std::string part = format.csv_head();
    for (Page page = std::move(*first);;) {
      for (const Json& row : page.items) part += format.csv_row(row);
      if (!stream->write(std::move(part))) return;
      part.clear();
      if (page.next.empty()) return stream->finish();
      wanted.cursor = page.next;
      page = shared->route.pager(*shared, wanted);
    }
  };
  return out;
}

Response xlsx(Call& call, const TableFormat& format) {
  PageRequest wanted{{}, page_of_a_file, call.text("sort")};
  Page page = call.route.pager(call, wanted);
  std::size_t at = 0;
  const auto next = [&]() -> std::optional<Json> {
    while (at == page.items.size()) {
      if (page.next.empty()) return std::nullopt;
      wanted.cursor = page.next;
      page = call.route.pager(call, wanted);
      at = 0;
    }
    return std::move(page.items[at++]);
  };
  return file(format.xlsx(in(call.tongue, call.route.summary), next, call.worker.services.settings.scratch),
              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", call.route.name + ".xlsx");
}

}  // namespace

void add_list_parameters(const Route& route, std::vector<Parameter>& parameters) {
  parameters.push_back({"limit", schema::integer(1, 500), {}, false});
  parameters.push_back({"cursor", schema::text(500), {}, false});
  parameters.push_back({"fields", schema::text(500), {}, false});
  parameters.push_back({"format", schema::one_of({"json", "csv", "xlsx"}), {}, false});
  if (route.sorts.empty()) return;
  std::vector<std::string> choices;
  for (const std::string& name : route.sorts) {
    choices.push_back(name);
    choices.push_back("-" + name);
  }
  parameters.push_back({"sort", schema::one_of(choices), {}, false});
}

Response list_response(Call& call) {
  const std::vector<std::string> fields = fields_of(call);
  const std::string format = call.query.value("format", "json");
  if (format != "json") {
    const TableFormat table(call.route.answer, call.worker.services.table.components(), fields, call.tongue);
    Response out = format == "csv" ? csv(call, table) : xlsx(call, table);
    if (call.caller.known()) call.note("list.export", call.route.name, format);
    out.set("Cache-Control", "no-store");
    return out;
  }
  Page page;
  call.database().snapshot([&] {
    page = call.route.pager(call,
                            {call.text("cursor"), static_cast<std::size_t>(call.whole("limit").value_or(100)),
                             call.text("sort")});
  });
  Json items = Json::array();
  for (const Json& row : page.items) items.push_back(only(row, fields));
  Json body{{"items", std::move(items)}, {"next", page.next.empty() ? Json(nullptr) : Json(page.next)}};
  Response out;
  out.body = dump(body);
  const bool open = call.route.access.kind == Access::Kind::open;
  out.headers = {{"Content-Type", "application/json"},
                 {"ETag", "\"" + sha256_hex(out.body).substr(0, 32) + "\""},
                 {"Cache-Control", open ? "no-cache" : "private, no-cache"}};
  return out;
}

}  // namespace tributary::api
