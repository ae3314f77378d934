// Reading and writing JSON are compiled by ourselves: they have to do what the library does.
#include "base/json.h"

#include <gtest/gtest.h>

namespace tributary::base {
namespace {

using Json = nlohmann::ordered_json;
using Theirs = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

TEST(Json, IsReadAndWrittenAsTheLibraryDoesIt) {
  for (const std::string text :
       {R"({"b":[1,-2,true,null,"水\n\u0001"],"a":{},"c":[]})", "[]", "3", "\"\\ud83d\\ude00\"", "[18446744073709551615,-9223372036854775808]"})
    for (const int indent : {-1, 0, 2})
      for (const bool ascii : {false, true}) {
        const Json ours = Json::parse(text);
        EXPECT_EQ(ours.dump(indent, ' ', ascii), Theirs::parse(text).dump(indent, ' ', ascii)) << text;
        EXPECT_EQ(Json::parse(std::string_view(text)), ours);
        EXPECT_EQ(Json::parse(text.c_str()), ours);
      }
}

TEST(Json, FaultsAreThoseOfTheLibrary) {
  for (const std::string text : {"", "{", "[1,]", "{\"a\":1,}", "nul", "[1] x", "\"\xff\""}) {
    std::string ours = "none", theirs = "none";
    try {
      const Json out = Json::parse(text);
    } catch (const Json::parse_error& e) {
      ours = e.what();
    }
    try {
      const Theirs out = Theirs::parse(text);
    } catch (const Theirs::parse_error& e) {
      theirs = e.what();
    }
    EXPECT_EQ(ours, theirs) << text;
    EXPECT_NE(ours, "none") << text;
    EXPECT_TRUE(Json::parse(text, nullptr, false).is_discarded());
  }
  EXPECT_THROW((void)Json("\xff").dump(), Json::type_error);
  EXPECT_EQ(Json("\xff").dump(-1, ' ', false, Json::error_handler_t::replace), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(Json::parse("[1, /* c */ 2]", nullptr, true, true), Json({1, 2}));
}

}  // namespace
}  // namespace tributary::base
