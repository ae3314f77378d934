// One's roles given to a colleague until a day, and the colleagues one may give them to.
#include "api/routes.h"

namespace tributary::api {

using schema::day, schema::instant, schema::line, schema::list, schema::object, schema::text;

void add_delegation_routes(RouteTable& table) {
  const Json delegation = object({{"id", text()},
                                  {"from", text()},
                                  {"from_name", text()},
                                  {"to", text()},
                                  {"to_name", text()},
                                  {"roles", list(text())},
                                  {"last_day", day()},
                                  {"reason", text()},
                                  {"created", instant()}});
  // Delegations stay within an organisation: its people are the names there are. Who has left has none.
  const auto names_of = [](Call& call) {
    std::map<std::string, std::string> names{{call.caller.user.value, call.caller.display_name}};
    for (const auto& person : call.identity().colleagues(call.caller))
      names.emplace(person.id.value, person.display_name);
    return names;
  };
  const auto json = [](const identity::Delegation& d, const std::map<std::string, std::string>& names) {
    const auto name = [&](const identity::UserId& id) {
      const auto found = names.find(id.value);
      return found == names.end() ? std::string{} : found->second;
    };
    return Json{{"id", d.id.value},
                {"from", d.from.value},
                {"from_name", name(d.from)},
                {"to", d.to.value},
                {"to_name", name(d.to)},
                {"roles", d.roles},
                {"last_day", to_string(d.last_day)},
                {"reason", d.reason},
                {"created", to_rfc3339(d.created)}};
  };
  table.add({.path = "/api/v1/colleagues",
             .name = "colleagues",
             .tag = "people",
             .summary = {"本单位的同事", "people of one's own organisation"},
             .access = Access::signed_in(),
             .answer = object({{"id", text()}, {"name", text()}, {"display_name", text()}}),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& person : call.identity().colleagues(call.caller))
                 all.push_back(
                     {{"id", person.id.value}, {"name", person.name}, {"display_name", person.display_name}});
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/delegations",
             .name = "delegations",
             .tag = "people",
             .summary = {"委托：给我的和我给的", "delegations from and to me"},
             .access = Access::signed_in(),
             .answer = delegation,
             .pager = [json, names_of](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               const auto names = names_of(call);
               for (const auto& d : call.identity().delegations(call.caller)) all.push_back(json(d, names));
               return page_of(std::move(all), page);
             }});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/delegations",
       .name = "delegate",
       .tag = "people",
       .summary = {"把自己的角色委托给他人到某日", "give one's roles to another until a day"},
       .access = Access::signed_in(),
       .body = object(
           {{"to", line(100)}, {"roles", list(line(60), 20)}, {"last_day", day()}, {"reason", line(500)}}),
       .answer = delegation,
       .success = 201,
       .repeats = Repeats::by_key,
       .handler = [json, names_of](Call& call) -> Answer {
         return json(call.identity().delegate(call.caller, {call.given("to")},
                                              call.body.at("roles").get<std::vector<std::string>>(),
                                              parse_date(call.given("last_day")), call.given("reason")),
                     names_of(call));
       }});
  table.add({.method = Method::delete_,
             .path = "/api/v1/delegations/{id}",
             .name = "revoke_delegation",
             .tag = "people",
             .summary = {"收回委托", "take a delegation back"},
             .access = Access::signed_in(),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().revoke_delegation(call.caller, {call.in_path("id")});
               return Json();
             }});
}

}  // namespace tributary::api
