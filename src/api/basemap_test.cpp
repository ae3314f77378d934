// What may stand in the content security policy for a basemap, and what is refused.
#include "api/basemap.h"

#include "api/codes.h"

#include <gtest/gtest.h>

namespace tributary::api {
namespace {

TEST(Basemap, NamesTheOriginsOfItsTiles) {
  EXPECT_EQ(origins_of({}), "");
  EXPECT_EQ(origins_of({"https://tiles.example.org/{z}/{x}/{y}.png", ""}), "https://tiles.example.org");
  EXPECT_EQ(origins_of({"http://10.0.0.7:8080/{z}/{y}/{x}", ""}), "http://10.0.0.7:8080");
  EXPECT_EQ(
      origins_of({"https://t{0-7}.tianditu.gov.cn/vec_c/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k"
                  "#EPSG:4490 https://t{0-7}.tianditu.gov.cn/cva_c/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL="
                  "{x}&tk=k#EPSG:4490",
                  ""}),
      "https://*.tianditu.gov.cn");
}

TEST(Basemap, RefusesWhatCouldSayMoreThanAnOrigin) {
  for (const char* url : {"tiles.example.org/{z}/{x}/{y}", "ftp://example.org/{z}/{x}/{y}",
                          "https:///{z}/{x}/{y}", "https://example.org/{z}/{x}",
                          "https://example.org;script-src/{z}/{x}/{y}", "https://{0-7}/{z}/{x}/{y}",
                          "https://a.t{0-7}/{z}/{x}/{y}", "https://user@example.org/{z}/{x}/{y}"}) {
    try {
      origins_of({url, ""});
      ADD_FAILURE() << url;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_basemap) << url;
    }
  }
}

}  // namespace
}  // namespace tributary::api
