// What may stand in a file of outlines, and what is refused, with its place named.
#include "api/outlines.h"

#include "api/codes.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::api {
namespace {

class Outlines : public ::testing::Test {
 protected:
  ~Outlines() override { std::filesystem::remove(path_); }
  Json read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_outlines(path_);
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_outlines);
      EXPECT_EQ(e.where().file, path_);
      return e.message().en;
    }
    return "taken";
  }
  static std::string features(const std::string& list) {
    return R"({"type":"FeatureCollection","features":[)" + list + "]}";
  }
  static std::string square(const std::string& properties) {
    return R"({"type":"Feature","properties":)" + properties +
           R"(,"geometry":{"type":"Polygon","coordinates":[[[115,33],[116,33],[116,34],[115,33]]]}})";
  }

 private:
  std::string path_ =
      (std::filesystem::temp_directory_path() / fmt::format("tributary-outlines-{}.geojson", ::getpid()))
          .string();
};

TEST_F(Outlines, AreReadWithNameAndCodeAndNothingElse) {
  EXPECT_EQ(read_outlines("")["features"].size(), 0U);
  const Json all = read(features(square(R"({"name":"谯城区","adcode":341602,"telephone":"1"})") + "," +
                                 R"({"type":"Feature","properties":{"NAME":" 示例 "},"geometry":{"type":
    "MultiPolygon","coordinates":[[[[1,2,30],[2,2,30],[2,3,30],[1,2,30]]]]}})"));
  ASSERT_EQ(all["features"].size(), 2U);
  EXPECT_EQ(all["features"][0]["properties"], (Json{{"code", "341602"}, {"name", "谯城区"}}));
  EXPECT_EQ(all["features"][1]["properties"], (Json{{"code", ""}, {"name", "示例"}}));
  EXPECT_EQ(all["features"][1]["geometry"]["coordinates"][0][0][0], (Json{1, 2}));  // heights are left out
}

TEST_F(Outlines, AreRefusedWithTheFeatureNamed) {
  EXPECT_NE(refusal("{").find("no GeoJSON FeatureCollection"), std::string::npos);
  EXPECT_NE(refusal(R"({"type":"FeatureCollection","features":7})").find("no GeoJSON"), std::string::npos);
  const std::string good = square(R"({"name":"a"})");
  EXPECT_NE(refusal(features(good + "," + square("{}"))).find("feature 2: it has no name"),
            std::string::npos);
  EXPECT_NE(refusal(features("5")).find("feature 1: it is no feature"), std::string::npos);
  const auto with = [&](const std::string& geometry) {
    return refusal(features(R"({"type":"Feature","properties":{"name":"a"},"geometry":)" + geometry + "}"));
  };
  EXPECT_NE(with(R"({"type":"Point","coordinates":[1,2]})").find("neither Polygon"), std::string::npos);
  EXPECT_NE(with("null").find("neither Polygon"), std::string::npos);
  EXPECT_NE(with(R"({"type":"Polygon","coordinates":[]})").find("no coordinates"), std::string::npos);
  EXPECT_NE(with(R"({"type":"Polygon","coordinates":[[[1,2],[2,2],[2,3]]]})").find("not closed"),
            std::string::npos);
  EXPECT_NE(
      with(R"({"type":"Polygon","coordinates":[[[497000,3690000],[2,2],[2,3],[1,2]]]})").find("projected"),
      std::string::npos);
  EXPECT_NE(with(R"({"type":"Polygon","coordinates":[[["x",2],[2,2],[2,3],[1,2]]]})").find("[longitude"),
            std::string::npos);
}

TEST_F(Outlines, AreRefusedWhenTheFileIsNotThere) {
  EXPECT_THROW(read_outlines("no/such/file.geojson"), Error);
}

}  // namespace
}  // namespace tributary::api
