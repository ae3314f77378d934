#include "base/text.h"

#include "base/codes.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace tributary {
namespace {

using Strings = std::vector<std::string>;

TEST(Text, Trim) {
  for (const auto& [text, expected] :
       {std::pair{"  a b \t\r\n", "a b"}, {"　谯城区　 ", "谯城区"}, {" 　 ", ""}, {"", ""}, {"a", "a"}})
    EXPECT_EQ(trim(text), expected) << text;
  EXPECT_EQ(trim(std::string_view("\0a\0", 3)), std::string_view("\0a\0", 3));
}

TEST(Text, Split) {
  const auto list = [](std::string_view text) {
    const auto pieces = split(text, ';');
    return Strings(pieces.begin(), pieces.end());
  };
  EXPECT_EQ(list("a;b"), (Strings{"a", "b"}));
  EXPECT_EQ(list(""), (Strings{""}));
  EXPECT_EQ(list(";"), (Strings{"", ""}));
  EXPECT_EQ(list("断面;"), (Strings{"断面", ""}));
}

TEST(Text, Utf8) {
  for (const char* good : {"", "abc", "谯城区", "Ⅲ类 ≤ 0.2", "\xf0\x9f\x8c\x8a", "\xf4\x8f\xbf\xbf",
                           "\xed\x9f\xbf", "\xee\x80\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
  struct Row {
    const char* text;
    std::size_t bad;
  };
  for (const Row& row : {Row{"\x80", 0}, Row{"a\xc0\xaf", 1}, Row{"\xc1\xbf", 0}, Row{"\xe0\x9f\xbf", 0},
                         Row{"\xed\xa0\x80", 0}, Row{"\xf0\x8f\xbf\xbf", 0}, Row{"\xf4\x90\x80\x80", 0},
                         Row{"\xf5\x80\x80\x80", 0}, Row{"谯\xe5\x9f", 3}, Row{"ok\xff", 2}, Row{"\xc2", 0},
                         Row{"\xe8\xb0", 0}, Row{"\xe8\x41\x41", 0}}) {
    EXPECT_FALSE(is_utf8(row.text));
    EXPECT_EQ(first_bad_utf8(row.text), row.bad);
  }
  EXPECT_EQ(first_bad_utf8("谯城区"), std::string_view::npos);
}

TEST(Text, Gbk) {
  EXPECT_TRUE(looks_like_gbk("\xc7\xdb\xb3\xc7\xc7\xf8"));    // 谯城区
  EXPECT_TRUE(looks_like_gbk("city,\xba\xcf\xb7\xca,12\n"));  // 合肥
  EXPECT_TRUE(looks_like_gbk("\xba\xcf\xb7"));                // cut at the end of a buffer
  EXPECT_TRUE(looks_like_gbk("\xba\xcf\x81\x30\x81\x30"));    // with a four-byte character of GB18030
  EXPECT_FALSE(looks_like_gbk("谯城区"));
  EXPECT_FALSE(looks_like_gbk("plain"));
  EXPECT_FALSE(
      looks_like_gbk("\xff\xfe"
                     "a"));  // UTF-16
  EXPECT_FALSE(looks_like_gbk("\xba\xcf\xff\xff"));
  EXPECT_FALSE(looks_like_gbk("\xe9\x20"));  // Latin-1 é
  EXPECT_FALSE(looks_like_gbk("\x81\x40"));  // well-formed, but no everyday Chinese in it
}

TEST(Text, Widths) {
  const std::vector<std::pair<const char*, int>> table{
      {"", 0},     {"abc", 3},           {"谯城区", 6}, {"断面Ⅲ", 6}, {"（a）", 5},
      {"ＡＢ", 4}, {"e\u0301", 1},       {"≤0.2", 4},   {"µg/m³", 5}, {"\U0001F30A", 2},
      {"\xff", 1}, {"万元/(μg/m³)", 12}, {"　", 2},     {"。", 2}};
  for (const auto& [text, width] : table) EXPECT_EQ(display_width(text), width) << text;
}

TEST(Text, FoldWidthUpper) {
  EXPECT_EQ(fold_width_upper("９１ａｂ－c（）谯"), "91AB-C()谯");
  EXPECT_EQ(fold_width_upper("o0O"), "O0O");
  EXPECT_EQ(fold_width_upper("\xff"), "\xff");
}

TEST(Text, NearMisses) {
  const Strings known{"codmn",    "nh3n",       "tp",       "tn",         "颜集",
                      "颜集断面", "界首七渡口", "蚌埠闸上", "responsible"};
  const std::vector<std::pair<const char*, Strings>> table{
      {"codm", {"codmn"}},      {"nh3_n", {"nh3n"}},
      {"颜及", {"颜集"}},       {"界首七度口", {"界首七渡口"}},
      {"蚌埠闸", {"蚌埠闸上"}}, {"responsable", {"responsible"}},
      {"utterly else", {}},     {"", {}},
      {"王家坝", {}},           {"t", {}},
      {"断面", {"颜集断面"}}};
  for (const auto& [wanted, expected] : table) EXPECT_EQ(near_misses(wanted, known), expected) << wanted;
  EXPECT_EQ(near_misses("aaa1", Strings{"aaa2", "aaa2", "aaa3", "aaa4", "aaa5"}),
            (Strings{"aaa2", "aaa3", "aaa4"}));
  EXPECT_EQ(near_misses("aaaa", Strings{"aabb", "aaab"}), (Strings{"aaab", "aabb"}));  // best first
}

TEST(Text, GroupThousands) {
  for (const auto& [text, expected] : {std::pair{"0", "0"},
                                       {"999", "999"},
                                       {"1000", "1,000"},
                                       {"-1000", "-1,000"},
                                       {"-100", "-100"},
                                       {"1234567.89", "1,234,567.89"},
                                       {"123456", "123,456"},
                                       {"-123456.5", "-123,456.5"},
                                       {"0.123456", "0.123456"},
                                       {"+123", "+123"},
                                       {"+1234", "+1,234"},
                                       {"", ""}})
    EXPECT_EQ(group_thousands(text), expected);
}

TEST(Text, Sha256) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Text, Files) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("text-test-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "a.txt").string();
  const std::string bytes("line\r\n\0谯", 9);
  write_file(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
  write_file(path, "");
  EXPECT_EQ(read_file(path), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()),
            1);  // nothing beside
  const auto code = [](auto&& work) {
    try {
      work();
      return std::string();
    } catch (const Error& e) {
      return std::string(e.code().name);
    }
  };
  EXPECT_EQ(code([&] { read_file((folder / "none").string()); }), "file_unreadable");
  EXPECT_EQ(code([&] { read_file(folder.string()); }), "file_unreadable");
  EXPECT_EQ(code([&] { write_file((folder / "none" / "x").string(), "y"); }), "file_unwritable");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tributary
