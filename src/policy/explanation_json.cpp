#include "policy/explanation_json.h"

#include "base/json.h"
#include "policy/codes.h"

#include <algorithm>
#include <array>

namespace tributary::policy {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& to, const char* key, const std::string& text) {
  if (!text.empty()) to[key] = text;
}

void put(Json& to, const char* key, const Text& text) {
  if (!text.zh.empty() || !text.en.empty()) to[key] = {{"zh", text.zh}, {"en", text.en}};
}

Json write(const Explanation& e) {
  Json out;
  out["kind"] = to_string(e.kind);
  put(out, "name", e.name);
  put(out, "title", e.title);
  put(out, "value", e.value);
  put(out, "unit", e.unit);
  if (e.missing) out["missing"] = true;
  put(out, "formula", e.formula);
  put(out, "numbers", e.numbers);
  put(out, "unrounded", e.unrounded);
  put(out, "reason", e.reason);
  if (e.source != Source{}) {
    Json source;
    put(source, "document", e.source.document);
    put(source, "number", e.source.number);
    put(source, "article", e.source.article);
    put(source, "url", e.source.url);
    put(source, "note", e.source.note);
    out["source"] = std::move(source);
  }
  put(out, "in_force", e.in_force);
  put(out, "known", e.known);
  if (!e.verified) out["verified"] = false;
  if (e.example) out["example"] = true;
  if (e.repeated) out["repeated"] = true;
  if (!to_string(e.where).empty()) {
    Json where = Json::object();
    put(where, "file", e.where.file);
    if (e.where.line > 0) where["line"] = e.where.line;
    if (e.where.column > 0) where["column"] = e.where.column;
    put(where, "field", e.where.field);
    out["where"] = std::move(where);
  }
  put(out, "reference", e.reference);
  if (!e.children.empty()) {
    Json children = Json::array();
    for (const Explanation& child : e.children) children.push_back(write(child));
    out["children"] = std::move(children);
  }
  return out;
}

std::string text_of(const Json& from, const char* key) {
  return from.value(key, std::string());
}

Text bilingual(const Json& from, const char* key) {
  const auto found = from.find(key);
  return found == from.end() ? Text{} : Text{text_of(*found, "zh"), text_of(*found, "en")};
}

Explanation read(const Json& from) {
  using Kind = Explanation::Kind;
  static constexpr std::array kinds{Kind::payment,   Kind::condition, Kind::formula, Kind::input,
                                    Kind::parameter, Kind::limit,     Kind::mean,    Kind::observation,
                                    Kind::result,    Kind::note};
  Explanation out;
  const std::string kind = from.at("kind").get<std::string>();
  const auto known = std::find_if(kinds.begin(), kinds.end(), [&](Kind k) { return to_string(k) == kind; });
  if (known == kinds.end())
    throw Error(codes::bad_value,
                {"推导记录中有未知的种类：" + kind, "the recorded derivation has an unknown kind: " + kind});
  out.kind = *known;
  out.name = text_of(from, "name");
  out.title = bilingual(from, "title");
  out.value = text_of(from, "value");
  out.unit = text_of(from, "unit");
  out.missing = from.value("missing", false);
  out.formula = text_of(from, "formula");
  out.numbers = text_of(from, "numbers");
  out.unrounded = text_of(from, "unrounded");
  out.reason = bilingual(from, "reason");
  if (const auto source = from.find("source"); source != from.end())
    out.source = {text_of(*source, "document"), text_of(*source, "number"), text_of(*source, "article"),
                  text_of(*source, "url"), text_of(*source, "note")};
  out.in_force = text_of(from, "in_force");
  out.known = text_of(from, "known");
  out.verified = from.value("verified", true);
  out.example = from.value("example", false);
  out.repeated = from.value("repeated", false);
  if (const auto where = from.find("where"); where != from.end())
    out.where = {text_of(*where, "file"), where->value("line", 0L), where->value("column", 0L),
                 text_of(*where, "field")};
  out.reference = text_of(from, "reference");
  if (const auto children = from.find("children"); children != from.end())
    for (const Json& child : *children) out.children.push_back(read(child));
  return out;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  return write(explanation).dump();
}

Explanation explanation_from_json(std::string_view json) {
  try {
    return read(Json::parse(json));
  } catch (const nlohmann::json::exception& e) {
    throw Error(codes::bad_value, {std::string("推导记录无法读取：") + e.what(),
                                   std::string("the recorded derivation cannot be read: ") + e.what()});
  }
}

}  // namespace tributary::policy
