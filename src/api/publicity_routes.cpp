// What casework made public, one by one, and the search over all that is public.
#include "api/case_answers.h"
#include "api/publicity.h"
#include "base/text.h"
#include "casework/search.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::Publication, casework::PublicationFilter, casework::Standing;
using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::list,
    schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

const std::vector<std::string> kinds{"notice", "result", "policy", "experience", "village"};

Json type_title(const Call& call, const Publication& one) {
  const auto& types = *call.worker.services.case_types;
  const auto type = types.find(one.type);
  return json_of(type == types.end() ? Text{one.type, one.type} : type->second->declared.title);
}

Json publication_schema() {
  return object({{"id", integer(1)},
                 {"kind", text()},
                 {"type_title", both()},
                 {"title", text()},
                 {"title_en", nullable(text())},
                 {"content", any()},
                 {"articles", list(integer(1))},
                 {"organisation", named("Named")},
                 {"published", instant()},
                 {"until", nullable(day())},
                 {"objections", nullable(day())},
                 {"objection_days", nullable(integer())},
                 {"contact", text()},
                 {"replaces", nullable(integer(1))},
                 {"replaced_by", nullable(integer(1))},
                 {"withdrawn", nullable(instant())},
                 {"why", text()}});
}

const std::vector<Standing> past{Standing::corrected, Standing::over, Standing::withdrawn};
const std::vector<Standing> everything(casework::all_standings.begin(), casework::all_standings.end());

std::vector<std::string> names_of(const std::vector<Standing>& all) {
  std::vector<std::string> out;
  for (const Standing one : all) out.emplace_back(to_string(one));
  return out;
}

// Those the parameter `standing` names, or all of `otherwise`.
std::vector<Standing> standing_of(const Call& call, const std::vector<Standing>& otherwise) {
  const std::string wanted = call.text("standing");
  for (const Standing one : otherwise)
    if (to_string(one) == wanted) return {one};
  return otherwise;
}

PublicationFilter filter_of(const Call& call, std::vector<Standing> standing = {Standing::standing}) {
  PublicationFilter filter;
  filter.kind = call.text("kind");
  filter.article = static_cast<int>(call.whole("article").value_or(0));
  filter.about = call.text("about");
  filter.words = call.text("words");
  filter.standing = std::move(standing);
  return filter;
}

template <class Tell>
Page page_of_publications(Call& call, const PageRequest& page, const PublicationFilter& filter, Tell&& tell) {
  Page out;
  const Names names(call);
  const std::int64_t before = page.cursor.empty() ? 0 : whole_number(page.cursor).value_or(0);
  const auto all = casework_of(call).publications(filter, page.limit + 1, before);
  for (const auto& one : all) {
    if (out.items.size() == page.limit) {
      out.next = std::to_string(all[page.limit - 1].id);
      break;
    }
    out.items.push_back(tell(one, names));
  }
  return out;
}

Page public_notices(Call& call, const PageRequest& page) {
  return page_of_publications(call, page, filter_of(call), [&](const Publication& one, const Names& names) {
    return publication_json(call, one, names);
  });
}

// For the office: as it was, why it no longer stands, and the case it came from.
Json archived_json(Call& call, const Publication& one, const Names& names) {
  Json out = publication_json(call, one, names);
  out["standing"] = to_string(casework_of(call).standing(one));
  out["case"] = one.of.value;
  return out;
}

Page archive(Call& call, const PageRequest& page) {
  return page_of_publications(
      call, page, filter_of(call, standing_of(call, everything)),
      [&](const Publication& one, const Names& names) { return archived_json(call, one, names); });
}

// For everybody: older versions by their title; of what came down only that there was something, by whom, of
// which kind and when – it may not be found by its words either.
Page public_archive(Call& call, const PageRequest& page) {
  const PublicationFilter filter = filter_of(
      call, call.has("words") ? std::vector{Standing::corrected} : standing_of(call, past));
  const auto cases = casework_of(call);
  if (call.has("words") && standing_of(call, past).front() != Standing::corrected) return {};
  return page_of_publications(call, page, filter, [&](const Publication& one, const Names& names) {
    const Standing now = cases.standing(one);
    const bool readable = now == Standing::corrected;
    Json out{{"id", one.id},
             {"kind", one.kind},
             {"type_title", type_title(call, one)},
             {"title", readable ? Json(one.title) : Json(nullptr)},
             {"articles", one.articles},
             {"organisation", names.organisation(one.organisation)},
             {"published", to_rfc3339(one.published)},
             {"standing", to_string(now)},
             {"came_down", nullptr},
             {"replaced_by", one.replaced_by == 0 ? Json(nullptr) : Json(one.replaced_by)},
             {"why", readable ? one.why : std::string()}};
    if (now == Standing::withdrawn) out["came_down"] = to_string(day_of(*one.withdrawn));
    if (now == Standing::over) out["came_down"] = to_string(*one.until);
    return out;
  });
}

// What came down is told as such: neither what it said nor why, which was written for the office.
Answer one_publication(Call& call) {
  const auto casework = casework_of(call);
  const Publication found = casework.publication(call.id_in_path("id"));
  if (!casework.stands(found)) {
    const bool withdrawn = found.withdrawn.has_value();
    const std::string on = withdrawn ? to_string(day_of(*found.withdrawn)) : to_string(*found.until);
    throw Error(codes::gone,
                withdrawn ? Text{fmt::format("这条公开已于 {} 撤下", on),
                                 fmt::format("this was taken down on {}", on)}
                          : Text{fmt::format("这条公示到 {} 为止，已经撤下", on),
                                 fmt::format("this notice stood until {} and has come down", on)},
                {}, {"需要了解的，请向发布单位询问", "ask whoever issued it if you need to know more"});
  }
  return publication_json(call, found, Names(call));
}

// ---- search

struct Hit {
  std::string kind;
  Text title;
  std::string text;  // where the words stand
  std::string path;  // on the portal
  std::string on;
  std::vector<int> articles;
};

Json hit_json(const Hit& hit) {
  return {{"kind", hit.kind},
          {"title", json_of(hit.title)},
          {"text", hit.text},
          {"path", hit.path},
          {"on", hit.on.empty() ? Json(nullptr) : Json(hit.on)},
          {"articles", hit.articles}};
}

// The words of a query as they are compared: half-width, upper case.
std::vector<std::string> words_of(const std::string& query) {
  std::vector<std::string> out;
  const std::string folded = fold_width_upper(query);
  for (const std::string_view word : split(folded, ' '))
    if (!trim(word).empty() && out.size() < 8) out.emplace_back(trim(word));
  return out;
}

bool holds_all(const std::vector<std::string>& words, const std::string& text) {
  const std::string folded = fold_width_upper(text);
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return folded.find(word) != std::string::npos; });
}

std::string said(const Json& content, const std::string& title) {
  std::string out;
  for (const Json& one : content) {
    if (one.at("value") == title) continue;  // stands above already
    out += (out.empty() ? "" : " · ") + one.at("label").at("zh").get<std::string>() + " " +
           one.at("value").get<std::string>();
  }
  return out;
}

class Search {
 public:
  Search(Call& call, std::string kind, int article)
      : call_(call), words_(words_of(call.text("words"))), kind_(std::move(kind)), article_(article) {}

  // Rules, articles, sections and statements are few: all of them, once, before the publications.
  std::vector<Hit> fixed() {
    if (words_.empty()) return {};
    if (wants("rule") && article_ == 0) rules();
    if (wants("article")) articles();
    if (wants("section") && article_ == 0) sections();
    if (wants("statement") && article_ == 0) statements();
    return std::move(out_);
  }

  bool publications() const {
    return kind_.empty() || std::find(kinds.begin(), kinds.end(), kind_) != kinds.end();
  }

 private:
  bool wants(const char* kind) const { return kind_.empty() || kind_ == kind; }
  void add(Hit hit) { out_.push_back(std::move(hit)); }

  void rules() {
    std::map<std::string, std::shared_ptr<const policy::CompiledRule>> latest;
    for (const auto& version : call_.policy().rules()) latest[version->rule.name] = version;
    for (const auto& [name, version] : latest) {
      const policy::Rule& rule = version->rule;
      std::string text = rule.note.zh + " " + rule.source.document + " " + rule.source.number;
      for (const auto& formula : rule.formulas) text += " " + formula.title.zh;
      if (holds_all(words_,
                    name + " " + rule.title.zh + " " + rule.title.en + " " + rule.note.en + " " + text))
        add({"rule", rule.title, casework::excerpt(call_.text("words"), text), "/rules/" + name, {}, {}});
    }
  }

  void articles() {
    for (const auto& article : call_.worker.services.plan.articles) {
      if (article_ != 0 && article.number != article_) continue;
      if (holds_all(words_, article.title.zh + " " + article.title.en + " " + article.text.zh + " " +
                                article.text.en))
        add({"article",
             article.title,
             casework::excerpt(call_.text("words"), article.text.zh),
             fmt::format("/plan/{}", article.number),
             {},
             {article.number}});
    }
  }

  void sections() {
    for (const registry::Place& place : registry::Registry(call_.database(), call_.tenant())
                                            .places({.kind = "section"}, call_.clock().today()))
      if (holds_all(words_,
                    place.code + " " + place.name.zh + " " + place.name.en + " " + place.water_body) &&
          out_.size() < 60)
        add({"section", place.name, place.water_body, "/data#sections", {}, {}});
  }

  // By their code; or by period, parties and rule, each word naming one of them.
  void statements() {
    for (Json& one : public_statements_about(call_, words_)) {
      const auto code = one.at("code").get<std::string>();
      add({"statement",
           {fmt::format("{} → {}，{}", one["payer"]["name"]["zh"].get<std::string>(),
                        one["payee"]["name"]["zh"].get<std::string>(), one["period"].get<std::string>()),
            fmt::format("{} → {}, {}", one["payer"]["name"]["en"].get<std::string>(),
                        one["payee"]["name"]["en"].get<std::string>(), one["period"].get<std::string>())},
           fmt::format("{} · {} · {}", one["rule_title"]["zh"].get<std::string>(),
                       one["amount"].get<std::string>(), code),
           "/verify/" + code,
           {},
           {}});
    }
  }

  Call& call_;
  std::vector<std::string> words_;
  std::string kind_;
  int article_;
  std::vector<Hit> out_;
};

// Cursor: "f12" the twelfth of what is fixed, "p34" publications below 34.
Page search(Call& call, const PageRequest& page) {
  Search search(call, call.text("kind"), static_cast<int>(call.whole("article").value_or(0)));
  Page out;
  const bool publishing = page.cursor.starts_with("p");
  std::int64_t at = page.cursor.empty() ? 0 : whole_number(page.cursor.substr(1)).value_or(0);
  if (!publishing) {
    const std::vector<Hit> fixed = search.fixed();
    for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(at, 0)); i < fixed.size(); ++i) {
      if (out.items.size() == page.limit) {
        out.next = "f" + std::to_string(i);
        return out;
      }
      out.items.push_back(hit_json(fixed[i]));
    }
    at = 0;
  }
  if (!search.publications()) return out;
  const Names names(call);
  const std::size_t room = page.limit - out.items.size();
  const auto all = casework_of(call).publications(filter_of(call), room + 1, at);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == room) {
      out.next = "p" + std::to_string(i == 0 ? all[0].id + 1 : all[i - 1].id);
      break;
    }
    const Json one = publication_json(call, all[i], names);
    out.items.push_back(hit_json({all[i].kind,
                                  {all[i].title, all[i].title},
                                  casework::excerpt(call.text("words"), said(one.at("content"), all[i].title)),
                                  fmt::format("/notices/{}", all[i].id),
                                  to_string(day_of(all[i].published)),
                                  all[i].articles}));
  }
  return out;
}

}  // namespace

Json publication_json(Call& call, const Publication& p, const Names& names) {
  Json content = p.content;
  for (Json& one : content) {  // codes by the names they have
    const auto kind = one.at("kind").get<std::string>();
    const auto code = one.at("value").get<std::string>();
    if (kind == "organisation") one["value"] = names.organisation(code).at("name").at("zh");
    if (kind == "party") one["value"] = names.party(code).at("name").at("zh");
    if (kind == "place") one["value"] = names.place(code).at("name").at("zh");
  }
  const auto or_null = [](std::int64_t id) { return id == 0 ? Json(nullptr) : Json(id); };
  return {
      {"id", p.id},
      {"kind", p.kind},
      {"type_title", type_title(call, p)},
      {"title", p.title},
      {"title_en", p.title_en.empty() ? Json(nullptr) : Json(p.title_en)},
      {"content", content},
      {"articles", p.articles},
      {"organisation", names.organisation(p.organisation)},
      {"published", to_rfc3339(p.published)},
      {"until", json_of(p.until)},
      {"objections", json_of(p.objections)},
      {"objection_days", p.objections ? Json((*p.objections - call.clock().today()).count()) : Json(nullptr)},
      {"contact", p.contact},
      {"replaces", or_null(p.replaces)},
      {"replaced_by", or_null(p.replaced_by)},
      {"withdrawn", p.withdrawn ? Json(to_rfc3339(*p.withdrawn)) : Json(nullptr)},
      {"why", p.why}};
}

void add_publicity_routes(RouteTable& table) {
  const Parameter kind{"kind", one_of(kinds), {"类别", "kind"}, false};
  const Parameter article{"article", integer(1, 99), {"行动方案的条目", "article of the plan"}, false};
  const Parameter about{
      "about", text(100), {"单位或地点的代码", "code of an organisation or a place"}, false};
  const Parameter words{"words", text(100), {"文字、名称或数字", "words, names or numbers"}, false};
  table.add(
      {.path = "/api/v1/public/notices",
       .name = "notices",
       .tag = "public",
       .summary = {"公示与公开，新的在前", "what was made public, newest first"},
       .access = Access::open(),
       .query = {kind, article, about, words},
       .answer = publication_schema(),
       .pager = public_notices});
  table.add(
      {.path = "/api/v1/public/archive",
       .name = "public_archive",
       .tag = "public",
       .summary = {"不再现行的公示公开：更正过的旧版可看，到期和撤下的只列何时何单位",
                   "what no longer stands: older versions can be read; of what came down only by whom and when"},
       .access = Access::open(),
       .query = {kind, article, about, words,
                 {"standing", one_of(names_of(past)), {"为何不再现行", "why it does not stand"}, false}},
       .answer = object({{"id", integer(1)},
                         {"kind", text()},
                         {"type_title", both()},
                         {"title", nullable(text())},
                         {"articles", list(integer(1))},
                         {"organisation", named("Named")},
                         {"published", instant()},
                         {"standing", one_of(names_of(past))},
                         {"came_down", nullable(day())},
                         {"replaced_by", nullable(integer(1))},
                         {"why", text()}}),
       .pager = public_archive});
  table.add(
      {.path = "/api/v1/public/notices/{id}",
       .name = "notice",
       .tag = "public",
       .summary = {"一条公示公开；到期或撤下的答 410", "one of them; 410 when it is over or was taken down"},
       .access = Access::open(),
       .answer = publication_schema(),
       .handler = one_publication});
  const Json archived = with(publication_schema(),
                             object({{"standing", one_of(names_of(everything))}, {"case", integer(1)}}));
  table.add({.path = "/api/v1/publications",
             .name = "publications",
             .tag = "casework",
             .summary = {"公开存档，含旧版、到期和撤下的",
                         "the archive: old versions, what is over or was taken down"},
             .access = Access::whole(Permission::cases_read),
             .query = {kind, article, about, words,
                       {"standing", one_of(names_of(everything)), {"现行与否", "whether it stands"}, false}},
             .answer = archived,
             .pager = archive});
  table.add({.path = "/api/v1/publications/{id}",
             .name = "publication",
             .tag = "casework",
             .summary = {"存档的一条，撤下的也在", "one of the archive, also when it came down"},
             .access = Access::whole(Permission::cases_read),
             .answer = archived,
             .handler = [](Call& call) -> Answer {
               return archived_json(call, casework_of(call).publication(call.id_in_path("id")), Names(call));
             }});
  std::vector<std::string> all = kinds;
  for (const char* one : {"rule", "article", "section", "statement"}) all.emplace_back(one);
  table.add({.path = "/api/v1/public/search",
             .name = "public_search",
             .tag = "public",
             .summary = {"在公开的内容里查找", "search what is public"},
             .access = Access::open(),
             .query = {{"words", text(100), {"文字、名称或数字", "words, names or numbers"}, true},
                       {"kind", one_of(all), {"类别", "kind"}, false},
                       article},
             .answer = object({{"kind", text()},
                               {"title", both()},
                               {"text", text()},
                               {"path", text()},
                               {"on", nullable(day())},
                               {"articles", list(integer(1))}}),
             .pager = search});
}

}  // namespace tributary::api
