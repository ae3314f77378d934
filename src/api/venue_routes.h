// What the routes of auctions and of rounds of smart markets have in common: who may do what, the steps of whoever runs
// them, the course as a list and as events.
#pragma once

#include "api/rooms.h"
#include "api/venue_answers.h"
#include "rights/rights.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace tributary::api {

struct VenueAccess {
  Access reads = Access::to(identity::Permission::rights_read);         // a holder what is his own
  Access bids = Access::to(identity::Permission::rights_propose);       // for his own party's accounts
  Access runs = Access::whole(identity::Permission::rights_propose);    // announces, admits, closes
  Access approves = Access::whole(identity::Permission::rights_approve);  // publishes, calls off, decides
};
inline const VenueAccess venue_access;

// Months or a vintage as an announcement gives them. Throws bad_body.
std::pair<std::optional<rights::Term>, std::optional<int>> periods_in(Call& call);
// The body of an announcement: venue, key, when bids count, months or vintage, project; with `more`, and the reason.
Json announcement_schema(std::vector<schema::Property> more);

Page course_page(const std::vector<venues::CourseEvent>& events, const PageRequest& page);
Json course_schema();
// `to_all`: that something happened since the notice, without the details.
std::vector<Rooms::Told> course_news(const char* name, const std::vector<venues::CourseEvent>& events, bool to_all = false);
// After the event of that id; of the first, where it is none.
std::int64_t heard_number(const std::string& heard);
Route events_route(std::string path, std::string name, std::string tag, Access access, Text summary);
Text course_events_summary();

Json verification_json(bool opened, const std::vector<Text>& faults);
Json verification_schema();

// What is run: path of one of them, what stands before verbs in the trail and in objects, tag, name after verbs and component.
struct VenueKind {
  std::string path, noun, tag, name, component;
  std::string object(std::int64_t number) const { return fmt::format("{}/{}", noun, number); }
};

inline const VenueKind auction_kind{"/api/v1/auctions/{number}", "auction", "auctions", "auction", "Auction"};
inline const VenueKind smart_kind{"/api/v1/smart-rounds/{number}", "smart", "smart", "smart_round", "SmartRound"};

// The steps of whoever runs one of them, each with its reason; the answer shows it afterwards. `Desk` has `enter`, which
// throws where the caller may not see it, `hall` and `shown`.
template <class Desk>
class VenueSteps {
 public:
  VenueSteps(RouteTable& table, const VenueKind& kind) : table_(table), kind_(kind) {}

  template <class Work>
  void add(const char* verb, Access access, Text summary, Json body, Work work) {
    table_.add({.method = Method::post,
                .path = fmt::format("{}/{}", kind_.path, verb),
                .name = fmt::format("{}_{}", verb, kind_.name),
                .tag = kind_.tag,
                .summary = std::move(summary),
                .access = access,
                .body = std::move(body),
                .answer = schema::named(kind_.component),
                .repeats = Repeats::by_key,
                .handler = [kind = kind_, verb, work](Call& call) -> Answer {
                  Desk desk(call);
                  const std::int64_t number = desk.enter(call.id_in_path("number"));
                  work(call, desk, number);
                  call.note(fmt::format("{}.{}", kind.noun, verb), kind.object(number), call.given("reason"));
                  return desk.shown(number);
                }});
  }

  // Those that read the same everywhere; what rejecting, calling off and admitting mean is said by whoever adds them.
  void add_common(Text reject, Text cancel, Text admit) {
    const VenueAccess& may = venue_access;
    add("approve", may.approves, {"核准并公告", "approve and publish"}, reasoned(),
        [](Call& call, Desk& desk, std::int64_t number) { desk.hall.approve(number, step_act(call)); });
    add("reject", may.approves, std::move(reject), reasoned(),
        [](Call& call, Desk& desk, std::int64_t number) { desk.hall.reject(number, step_act(call)); });
    add("cancel", may.approves, std::move(cancel), reasoned(),
        [](Call& call, Desk& desk, std::int64_t number) { desk.hall.cancel(number, step_act(call)); });
    add("admit", may.runs, std::move(admit), reasoned({{"account", schema::line(40)}, {"admitted", schema::boolean()}}),
        [](Call& call, Desk& desk, std::int64_t number) {
          desk.hall.admit(number, call.given("account"), call.body.at("admitted").get<bool>(), step_act(call));
        });
    add("decide", may.approves, {"审批成交", "the authority's decision"}, reasoned({{"granted", schema::boolean()}}),
        [](Call& call, Desk& desk, std::int64_t number) {
          desk.hall.decide(number, call.body.at("granted").get<bool>(), step_act(call));
        });
  }

 private:
  RouteTable& table_;
  VenueKind kind_;
};

}  // namespace tributary::api
