// Lists give exactly what may be seen and fits, by whichever index they come to it; in pages, newest first.
#include "casework/cases_testing.h"
#include "casework/search.h"

namespace tributary::casework {
namespace {

class Lists : public Cases {};
INSTANTIATE_TEST_SUITE_P(Databases, Lists, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& one) { return one.param; });

TEST_P(Lists, AreWhatMayBeSeenAndFits) {
  std::vector<CaseId> all;
  for (int i = 0; i < 12; ++i) {
    const std::string who = i % 3 == 0 ? "yi" : "zhao";
    Json form = values();
    form["title"] = i % 2 == 0 ? "河道清淤" : "沟塘整治";
    const CaseId id = cases().start(as(who), "grant", form).head.id;
    all.push_back(id);
    if (i % 4 != 0) act(who, id, "ask");
    if (i % 4 == 2) act("wang", id, "refuse", Json::object(), "资料不全");
    if (i % 4 == 3 && who == "zhao") {
      const CaseView view = act("wang", id, "approve");
      for (const Json& effect : view.events.back().effects)
        if (effect.contains("case")) all.push_back({effect.at("case").get<std::int64_t>()});
    }
  }
  std::vector<CaseFilter> filters{{},
                                  {.type = "grant"},
                                  {.type = "follow-up"},
                                  {.type = "none"},
                                  {.state = "asked"},
                                  {.state = "refused"},
                                  {.type = "grant", .state = "draft"},
                                  {.open = true},
                                  {.open = false},
                                  {.type = "grant", .open = true},
                                  {.state = "approved", .open = true},
                                  {.applicant = "div-341602100"},
                                  {.state = "draft", .applicant = "div-341602101"},
                                  {.article = 9},
                                  {.open = true, .article = 12},
                                  {.type = "grant", .article = 12},
                                  {.words = "河道"},
                                  {.open = true, .words = "塘整"},
                                  {.state = "asked", .words = "河"}};
  for (const char* who : {"zhao", "yi", "wang", "qian", "shen"})
    for (const CaseFilter& filter : filters) {
      std::vector<std::int64_t> expected;
      for (const CaseId id : all) {
        std::optional<CaseView> view;
        try {
          view = cases().view(as(who), id);
        } catch (const Error& e) {
          ASSERT_EQ(e.code().name, "unknown_case");
          continue;
        }
        const CaseHead& head = view->head;
        const int article = head.type == "grant" ? 9 : 12;
        if ((filter.type.empty() || filter.type == head.type) &&
            (filter.state.empty() || filter.state == head.state) &&
            filter.open.value_or(head.open) == head.open &&
            (filter.applicant.empty() || filter.applicant == head.applicant) &&
            (filter.article == 0 || filter.article == article) &&
            (filter.words.empty() || head.title.find(filter.words) != std::string::npos))
          expected.push_back(head.id.value);
      }
      std::sort(expected.rbegin(), expected.rend());
      std::vector<std::int64_t> got;
      std::string cursor;
      do {
        const CasePage page = cases().list(as(who), filter, 3, cursor);
        for (const CaseHead& head : page.cases) got.push_back(head.id.value);
        cursor = page.next;
      } while (!cursor.empty());
      EXPECT_EQ(got, expected) << who << " " << filter.type << " " << filter.state << " " << filter.applicant
                               << " " << filter.article << " " << filter.words;
    }
}

// A token that is whole is looked up; only what may go on is looked up as a beginning.
TEST(Search, WholePairsAreNoBeginnings) {
  const auto query = [](const char* text) { return fts5_query(phrases_of(text)); };
  EXPECT_EQ(query("河道"), "\"xe6b2b3e98193\"");
  EXPECT_EQ(query("河"), "\"xe6b2b3\" *");
  EXPECT_EQ(query("第4"), "\"xe7acac34\" *");
  EXPECT_EQ(query("40"), "\"x3430\" *");
  EXPECT_EQ(query("河 道路"), "\"xe6b2b3\" * AND \"xe98193e8b7af\"");
}

}  // namespace
}  // namespace tributary::casework
