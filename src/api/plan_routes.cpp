// The plan article by article, the register casework keeps, and the names of organisations.
#include "api/case_answers.h"

#include <algorithm>

namespace tributary::api {
namespace {

using casework::Casework;
using schema::any, schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::list,
    schema::named, schema::nullable, schema::object, schema::text;

Answer plan(Call& call) {
  const casework::Plan& plan = call.worker.services.plan;
  const auto& types = *call.worker.services.case_types;
  const Names names(call);
  const auto counts = casework_of(call).counts_by_article();
  Json articles = Json::array();
  for (const auto& article : plan.articles) {
    Json lead = Json::array();
    for (const std::string& one : article.lead) lead.push_back(names.organisation(one));
    Json kinds = Json::array();
    for (const auto& [name, type] : types) {
      const auto& of = type->declared.articles;
      if (std::find(of.begin(), of.end(), article.number) != of.end())
        kinds.push_back({{"name", name}, {"title", json_of(type->declared.title)}});
    }
    const auto count = counts.contains(article.number) ? counts.at(article.number) : Casework::ArticleCount{};
    articles.push_back({{"number", article.number},
                        {"title", json_of(article.title)},
                        {"text", json_of(article.text)},
                        {"lead", lead},
                        {"verified", article.verified},
                        {"kinds", kinds},
                        {"open", count.open},
                        {"closed", count.closed},
                        {"overdue", count.overdue}});
  }
  return Json{{"source", json_of(plan.source)}, {"articles", articles}};
}

}  // namespace

void add_plan_routes(RouteTable& table) {
  table.add({.path = "/api/v1/directory",
             .name = "directory",
             .tag = "casework",
             .summary = {"单位名录", "organisations by name"},
             .access = Access::signed_in(),
             .answer = named("Named"),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& [id, name] : Names(call).organisations()) all.push_back(named_json(id, name));
               return page_of(std::move(all), page);
             }});
  const Json plan_schema =
      object({{"source", any()},
              {"articles", list(object({{"number", integer(1)},
                                        {"title", both()},
                                        {"text", both()},
                                        {"lead", list(named("Named"))},
                                        {"verified", boolean()},
                                        {"kinds", list(object({{"name", text()}, {"title", both()}}))},
                                        {"open", integer()},
                                        {"closed", integer()},
                                        {"overdue", integer()}}))}});
  table.add({.path = "/api/v1/public/plan",
             .name = "plan",
             .tag = "public",
             .summary = {"行动方案各条及办理情况", "the plan's articles and how far they are"},
             .access = Access::open(),
             .answer = plan_schema,
             .handler = plan});
  table.add({.path = "/api/v1/register/{kind}",
             .name = "register",
             .tag = "casework",
             .summary = {"资产、权利、证书登记", "register of assets, rights, certificates"},
             .access = Access::signed_in(),
             .answer = object({{"number", text()},
                               {"title", text()},
                               {"holder", text()},
                               {"from", text()},
                               {"to", text()},
                               {"details", any()},
                               {"case", integer(1)},
                               {"ended", boolean()}}),
             .pager = [](Call& call, const PageRequest& page) {
               Page out;
               const auto all = casework_of(call).entries(call.in_path("kind"), page.limit + 1, page.cursor);
               for (const auto& entry : all) {
                 if (out.items.size() == page.limit) {
                   out.next = all[page.limit - 1].number;
                   break;
                 }
                 out.items.push_back({{"number", entry.number},
                                      {"title", entry.title},
                                      {"holder", entry.holder},
                                      {"from", entry.from},
                                      {"to", entry.to},
                                      {"details", entry.details},
                                      {"case", entry.of.value},
                                      {"ended", entry.ended}});
               }
               return out;
             }});
}

}  // namespace tributary::api
