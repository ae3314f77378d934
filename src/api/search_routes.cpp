// One search over cases, their files, parties and places: of each what the caller may open.
#include "api/case_answers.h"
#include "base/text.h"
#include "casework/finds.h"
#include "casework/search.h"
#include "registry/find.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::both, schema::day, schema::integer, schema::named, schema::nullable, schema::object, schema::one_of,
    schema::text;

const std::vector<std::string> kinds{"case", "document", "party", "place"};

// What stands once for each kind of thing is null for the others.
Json hit(const std::string& kind, const Text& title, const Text& about, const std::string& excerpt) {
  return {{"kind", kind},
          {"title", json_of(title)},
          {"about", json_of(about)},
          {"text", excerpt},
          {"case", nullptr},
          {"document", nullptr},
          {"code", nullptr},
          {"on", nullptr}};
}

Text about(const Call& call, const casework::CaseHead& head) {
  const auto& types = *call.worker.services.case_types;
  const auto type = types.find(head.type);
  Text out = type == types.end() ? Text{head.type, head.type} : type->second->declared.title;
  for (std::string* text : {&out.zh, &out.en})
    if (!head.number.empty()) *text += " " + head.number;
  out.zh += " · " + head.state_label.zh;
  out.en += " · " + head.state_label.en;
  return out;
}

Text joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts)
    if (!part.empty()) out += (out.empty() ? "" : " · ") + part;
  return {out, out};
}

void find_cases(Call& call, const std::string& words, const PageRequest& page, Page& out) {
  casework::Casework cases = casework_of(call);
  auto found = casework::Finds(cases).cases(call.caller, words, page.limit, page.cursor);
  for (const auto& one : found.cases) {
    Json item = hit("case", {one.head.title, one.head.title}, about(call, one.head), one.excerpt);
    item["case"] = one.head.id.value;
    item["on"] = to_string(day_of(one.head.created));
    out.items.push_back(std::move(item));
  }
  out.next = found.next;
}

void find_documents(Call& call, const std::string& words, const PageRequest& page, Page& out) {
  casework::Casework cases = casework_of(call);
  auto found = casework::Finds(cases).documents(call.caller, words, page.limit, page.cursor);
  for (const auto& one : found.documents) {
    Text of = about(call, one.of);
    if (!of.zh.starts_with(one.of.title)) of = {one.of.title + " · " + of.zh, one.of.title + " · " + of.en};
    Json item = hit("document", {one.document.name, one.document.name}, of, one.excerpt);
    item["case"] = one.of.id.value;
    item["document"] = document_json(one.document);
    item["on"] = to_string(day_of(one.document.at));
    out.items.push_back(std::move(item));
  }
  out.next = found.next;
}

// The register by code: `found` gives one more than the page holds.
template <class Found, class Shown>
void find_registered(const PageRequest& page, Page& out, Found&& found, Shown&& shown) {
  auto all = found(page.limit + 1, page.cursor);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == page.limit) {
      out.next = out.items.back().at("code").template get<std::string>();
      return;
    }
    out.items.push_back(shown(all[i]));
  }
}

std::vector<std::string> words_in(const std::string& query) {
  casework::searched(query);
  std::vector<std::string> out;
  const std::string folded = fold_width_upper(query);
  for (const std::string_view word : split(folded, ' '))
    if (!trim(word).empty() && out.size() < 8) out.emplace_back(trim(word));
  return out;
}

Page search(Call& call, const PageRequest& page) {
  const std::string kind = call.text("kind");
  const std::string words = call.text("words");
  const bool registered = kind == "party" || kind == "place";
  call.caller.require(registered ? Permission::places_read : Permission::cases_read);
  Page out;
  if (kind == "case") find_cases(call, words, page, out);
  if (kind == "document") find_documents(call, words, page, out);
  if (!registered) return out;
  const auto parts = words_in(words);
  return call.database().read([&](store::Transaction& t) {
    if (kind == "party")
      find_registered(
          page, out,
          [&](std::size_t limit, const std::string& after) {
            return registry::find_parties(t, call.tenant(), parts, limit, after);
          },
          [&](const registry::FoundParty& one) {
            const registry::Party& p = one.party;
            Json item = hit("party", p.name, joined({p.code, p.uscc == p.code ? "" : p.uscc}),
                            joined(one.other).zh);
            item["code"] = p.code;
            return item;
          });
    else
      find_registered(
          page, out,
          [&](std::size_t limit, const std::string& after) {
            return registry::find_places(t, call.tenant(), parts, limit, after);
          },
          [&](const registry::FoundPlace& one) {
            Json item = hit("place", one.place.name, joined({one.place.code, one.place.water_body}),
                            joined(one.other).zh);
            item["code"] = one.place.code;
            return item;
          });
    return std::move(out);
  });
}

}  // namespace

void add_search_routes(RouteTable& table) {
  table.add({.path = "/api/v1/search",
             .name = "search",
             .tag = "casework",
             .summary = {"查找事项、文件（文件名和正文）、当事方或地点；只找得到自己能打开的",
                         "search cases, files by name and text, parties or places; only what one may open is found"},
             .access = Access::signed_in(),
             .query = {{"words", text(200), {"文字、名称或号码的一部分", "words, names or parts of numbers"}, true},
                       {"kind", one_of(kinds), {"找什么", "what to find"}, true}},
             .answer = object({{"kind", one_of(kinds)},
                               {"title", both()},
                               {"about", both()},
                               {"text", text()},
                               {"case", nullable(integer(1))},
                               {"document", nullable(document_schema())},
                               {"code", nullable(text())},
                               {"on", nullable(day())}}),
             .pager = search});
}

}  // namespace tributary::api
