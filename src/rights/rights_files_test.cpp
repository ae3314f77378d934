// What a pack says of rights: read strictly, applied once.
#include "rights/rights_files.h"

#include "rights/rights_testing.h"

#include <filesystem>
#include <fstream>

namespace tributary::rights::testing {
namespace {

namespace fs = std::filesystem;

// A folder with one file in it.
struct Folder {
  explicit Folder(const std::string& text)
      : path(fs::temp_directory_path() /
             ("rights-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(path);
    fs::create_directories(path);
    std::ofstream(path / "one.yaml") << text;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

std::string instrument(const std::string& kind, const std::string& from, const std::string& to,
                       const std::string& more = {}) {
  return "instruments:\n  - {instrument: X, kind: " + kind + ", title: {zh: 某, en: Some}, measure: kg/yr, subject: COD, "
         "valid: {from: " + from + ", to: " + to + "}, source: {document: 某文件, number: 1号}" + more + "}\n";
}

Error refused(const std::string& text) {
  const Folder folder(text);
  try {
    read_rights_folder(folder.path.string());
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "read:\n" << text;
  return Error(codes::bad_value, {});
}

TEST(RightsFiles, ReadWhatIsThere) {
  const Folder folder(instrument("flow", "2026-01", "2031-01") +
                      "accounts:\n  - {account: H, owner: p, type: holding, permit: P-1, permit_to: 2029-07}\n");
  const RightsData data = read_rights_folder(folder.path.string());
  const PackInstrument& x = data.instruments.at("X");
  EXPECT_EQ(x.is.period_from, jan);
  EXPECT_EQ(x.is.period_to, jan + 60);
  EXPECT_TRUE(x.is.capped);  // flow rights always are
  EXPECT_FALSE(x.verified);  // unless it is said
  EXPECT_EQ(x.source, "某文件 · 1号");
  EXPECT_EQ(data.accounts.at("H").permit_to, Month::make(2029, 7));
  EXPECT_TRUE(read_rights_folder((folder.path / "none").string()).instruments.empty());
}

TEST(RightsFiles, RefuseWhatIsNotUnderstoodAndSayWhere) {
  for (const std::string& text :
       {instrument("river", "2026-01", "2031-01"), instrument("money", "2026-01", "2031-01"),
        instrument("flow", "2031-01", "2026-01"), instrument("flow", "2026", "2031"),
        instrument("stock", "2026-01", "2031-01"), instrument("stock", "2026", "2031", ", cap: 5"),
        instrument("stock", "2026", "2031") + "  - {instrument: X}\n", std::string("caps: []\n"),
        std::string("accounts:\n  - {account: H, owner: p, type: wallet}\n"),
        std::string("accounts:\n  - {account: H, type: holding}\n")}) {
    const Error e = refused(text);
    EXPECT_TRUE(e.where().file.ends_with("one.yaml")) << text;
    EXPECT_GT(e.where().line, 0) << text;
    EXPECT_FALSE(e.message().zh.empty()) << text;
  }
}

TEST(RightsFiles, WithoutASourceNothingIsDefined) {
  EXPECT_EQ(refused("instruments:\n  - {instrument: X, kind: stock, title: {zh: 某, en: Some}, measure: t, subject: s, "
                    "valid: {from: 2026, to: 2027}}\n")
                .code()
                .name,
            "missing_source");
}

TEST(RightsFiles, SayHowLongALeaseMayBeWhatIsPublicAndByWhichArticleSomethingIsRefused) {
  const std::string source = "source: {document: 某文件}";
  const Folder folder(instrument("flow", "2026-01", "2031-01", ", certificate: X-, lease: {longest: 12, " + source + "}") +
                      "public:\n  - {instruments: [X], fields: [holder, validity], " + source + "}\n" +
                      "refusals:\n  - {refusal: over_cap, " + source + "}\n  - {refusal: over_cap, instruments: [X], "
                      "source: {document: 另一文件}, verified: true}\n");
  const RightsData data = read_rights_folder(folder.path.string());
  EXPECT_TRUE(data.disclosures.at("X").holder);
  EXPECT_FALSE(data.disclosures.at("X").quantity);
  EXPECT_EQ(data.article(codes::over_cap, "X")->source, "另一文件");
  EXPECT_EQ(data.article(codes::over_cap, "Y")->source, "某文件");
  EXPECT_EQ(data.article(codes::insufficient, "X"), nullptr);
  Proposal lease{.kind = Kind::lease, .instrument = "X"};
  data.complete(lease);
  EXPECT_EQ(lease.max_months, 12);
  EXPECT_EQ(lease.certificate, "X-");
  Proposal other{.kind = Kind::lease, .instrument = "Y"};
  EXPECT_EQ(code_of([&] { data.complete(other); }), "not_provided");
  for (const char* bad : {"public:\n  - {instruments: [X], fields: [price], source: {document: d}}\n",
                          "refusals:\n  - {refusal: never, source: {document: d}}\n",
                          "refusals:\n  - {refusal: over_cap}\n"})
    refused(bad);
}

TEST(RightsFiles, ApplyingAgainChangesNothing) {
  for (const std::string& kind : store::test_kinds()) {
    store::TestDatabase database(kind);
    database.db().migrate(all_migrations());
    const FixedClock clock{parse_instant("2026-11-24 09:00")};
    const WorkCalendar calendar;
    Rights rights(database.db(), "341602", clock, calendar);
    const Folder folder(instrument("flow", "2026-01", "2031-01") +
                        "accounts:\n  - {account: H, owner: p, type: holding, permit: P-1, permit_to: 2029-07}\n");
    const RightsData data = read_rights_folder(folder.path.string());
    EXPECT_EQ(apply(rights, data, pair), 2u);
    EXPECT_EQ(rights.account("H").permit, "P-1");
    // What was entered since is not taken back.
    rights.set_permit("H", "P-2", Month::make(2030, 1), pair);
    const auto entries = rights.daily_roots().back().number;
    EXPECT_EQ(apply(rights, data, pair), 0u);
    EXPECT_EQ(rights.daily_roots().back().number, entries);
    EXPECT_EQ(rights.account("H").permit, "P-2");
    EXPECT_TRUE(rights.check().empty());
  }
}

TEST(RightsFiles, TitleHeldElsewhereDoesNotMoveHere) {
  const Folder folder(instrument("stock", "2021", "2041", ", view_only: true"));
  const RightsData data = read_rights_folder(folder.path.string());
  for (const Kind kind : {Kind::transfer, Kind::allocate, Kind::pledge, Kind::lease, Kind::convert})
    try {
      data.check({.kind = kind, .instrument = "X"});
      ADD_FAILURE() << to_string(kind);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::view_only);
    }
  EXPECT_EQ(code_of([&] { data.check({.kind = Kind::convert, .instrument = "Y", .into = "X"}); }), "view_only");
  const Date day = parse_date("2026-12-30");
  for (const Kind kind : {Kind::issue, Kind::surrender, Kind::retire, Kind::cancel, Kind::expire, Kind::reverse})
    EXPECT_NO_THROW(data.check({.kind = kind, .instrument = "X", .vintage = 2025, .claim = "2025年度清缴", .surrendered_on = day}));
  // A surrender is counted by its year, and judged by its day there.
  for (const char* claim : {"", "清缴", "2025-2026履约"})
    EXPECT_EQ(code_of([&] { data.check({.kind = Kind::surrender, .instrument = "X", .vintage = 2025, .claim = claim, .surrendered_on = day}); }),
              "bad_value")
        << claim;
  EXPECT_EQ(code_of([&] { data.check({.kind = Kind::surrender, .instrument = "X", .vintage = 2025, .claim = "2025年度清缴 2026-12-30"}); }), "bad_value");
  EXPECT_EQ(code_of([&] { data.check({.kind = Kind::surrender, .instrument = "X", .claim = "2025年度清缴", .surrendered_on = day}); }), "bad_value");
  EXPECT_NO_THROW(data.check({.kind = Kind::surrender, .instrument = "Y", .claim = "2025年度清缴"}));
  EXPECT_NO_THROW(data.check({.kind = Kind::transfer, .instrument = "Y"}));
}

}  // namespace
}  // namespace tributary::rights::testing
