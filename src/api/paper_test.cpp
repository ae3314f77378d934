// Papers over HTTP, on both databases: the notice of a task as a marked draft, then as it was issued.
#include "api/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class PaperRoutes : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, PaperRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& info) { return info.param; });

TEST_P(PaperRoutes, ADraftAndWhatWasIssued) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("li", {"lead_department"}, "ecology");
  world.serve();
  Client drafter = world.signed_in("drafter");
  Client approver = world.signed_in("approver");
  Client li = world.signed_in("li");
  const Json values{{"title", "断面补偿结算"}, {"article", "a9"}, {"lead", "ecology"}, {"due", "2026-12-31"}};
  const Json begun = drafter.post("/api/v1/cases", {{"type", "annual-task"}, {"values", values}}).json();
  const std::string at = "/api/v1/cases/" + begun["id"].dump();
  const auto act = [&](Client& who, const char* step) {
    return who.post(at + "/actions", {{"step", step}}).json();
  };
  EXPECT_EQ(begun["papers"].size(), 1u);
  const std::string notice = at + "/papers/notice";
  EXPECT_EQ(li.get(notice).status, 404);  // a draft is for those who draft
  EXPECT_EQ(act(drafter, "propose")["papers"][0]["may_make"], true);
  const Received pdf = approver.get(notice);
  ASSERT_EQ(pdf.status, 200) << pdf.body;
  EXPECT_EQ(pdf.header("Content-Type"), "application/pdf");
  EXPECT_TRUE(pdf.body.starts_with("%PDF-"));
  EXPECT_TRUE(approver.get(notice + "?format=docx").body.starts_with("PK"));
  EXPECT_TRUE(approver.get(notice + "?format=xlsx").body.starts_with("PK"));
  EXPECT_EQ(approver.get(notice + "?format=odt").status, 400);
  EXPECT_EQ(world.client().get(notice).status, 401);
  const Json issued = act(approver, "issue");
  EXPECT_FALSE(issued["papers"][0]["issued"].is_null()) << issued.dump();
  const Received kept = li.get(notice);
  ASSERT_EQ(kept.status, 200);
  EXPECT_NE(kept.body, pdf.body);  // with its number, without the mark of a draft
  EXPECT_EQ(li.get(notice).body, kept.body);
  EXPECT_EQ(li.get(at + "/papers/nothing").status, 404);
}

}  // namespace
}  // namespace tributary::api::testing
