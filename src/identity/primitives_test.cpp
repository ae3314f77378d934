// TOTP against the vectors of RFC 4226 and 6238, passwords, permissions, small text tools.
#include "identity/codes.h"
#include "identity/entropy.h"
#include "identity/password.h"
#include "identity/permission.h"
#include "identity/totp.h"
#include "identity/types.h"
#include "identity/words.h"

#include <set>

#include <gtest/gtest.h>

namespace tributary::identity {
namespace {

const std::string rfc_secret = "12345678901234567890";

TEST(Hotp, VectorsOfRfc4226) {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314",
                         "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(hotp(rfc_secret, i), codes[i]) << i;
}

TEST(Totp, VectorsOfRfc6238) {
  const struct {
    std::int64_t time;
    const char* code;
  } rows[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
              {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& row : rows) {
    EXPECT_EQ(hotp(rfc_secret, static_cast<std::uint64_t>(row.time / 30), 8), row.code) << row.time;
    EXPECT_EQ(totp_step(rfc_secret, std::string(row.code).substr(2), {row.time}, -1), row.time / 30);
  }
}

TEST(Totp, OneStepEitherWayAndNeverTwice) {
  const Instant now{1'600'000'000};
  const std::int64_t step = now.seconds / 30;
  const auto code = [](std::int64_t s) { return hotp(rfc_secret, static_cast<std::uint64_t>(s)); };
  for (std::int64_t off = -3; off <= 3; ++off)
    EXPECT_EQ(totp_step(rfc_secret, code(step + off), now, 0).has_value(), off >= -1 && off <= 1) << off;
  EXPECT_EQ(totp_step(rfc_secret, code(step), now, step), std::nullopt);
  EXPECT_EQ(totp_step(rfc_secret, code(step + 1), now, step), step + 1);
  EXPECT_EQ(totp_step(rfc_secret, code(step - 1), now, step - 1), std::nullopt);
  const std::string good = code(step);
  EXPECT_EQ(totp_step(rfc_secret, good.substr(0, 3) + " " + good.substr(3), now, 0), step);
  for (const std::string bad : {"", "1", "12345", "1234567", "abcdef", "００００００"})
    EXPECT_EQ(totp_step(rfc_secret, bad, now, 0), std::nullopt) << bad;
}

TEST(Base32, VectorsOfRfc4648) {
  const struct {
    const char* bytes;
    const char* text;
  } rows[] = {{"", ""},
              {"f", "MY"},
              {"fo", "MZXQ"},
              {"foo", "MZXW6"},
              {"foob", "MZXW6YQ"},
              {"fooba", "MZXW6YTB"},
              {"foobar", "MZXW6YTBOI"}};
  for (const auto& row : rows) {
    EXPECT_EQ(base32_text(row.bytes), row.text);
    EXPECT_EQ(base32_bytes(row.text), row.bytes);
  }
  EXPECT_EQ(base32_bytes("mzxw 6ytb oi======"), "foobar");
  EXPECT_EQ(base32_bytes("MZXW1"), std::nullopt);
  EXPECT_EQ(
      totp_uri("foobar", "Tributary 谯城", "li.ming"),
      "otpauth://totp/Tributary%20%E8%B0%AF%E5%9F%8E:li.ming?secret=MZXW6YTBOI&issuer=Tributary%20%E8%B0"
      "%AF%E5%9F%8E&algorithm=SHA1&digits=6&period=30");
}

TEST(Passwords, HashAndVerify) {
  const PasswordCost quick{1, 8192};
  const std::string hash = hash_password("红鲤鱼与绿鲤鱼与驴", quick);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << hash;
  EXPECT_TRUE(password_matches(hash, "红鲤鱼与绿鲤鱼与驴"));
  EXPECT_FALSE(password_matches(hash, "红鲤鱼与绿鲤鱼与驴 "));
  EXPECT_FALSE(password_matches("", "x"));
  EXPECT_FALSE(password_matches("no hash", "x"));
  EXPECT_NE(hash, hash_password("红鲤鱼与绿鲤鱼与驴", quick));
  EXPECT_FALSE(needs_rehash(hash, quick));
  EXPECT_TRUE(needs_rehash(hash, {2, 8192}));
  EXPECT_TRUE(hash_password("x", {}).starts_with("$argon2id$v=19$m=47104,t=2,p=1$"));
}

TEST(Passwords, WeakOnesAreToldWhy) {
  const std::vector<std::string> names{"li.xiaoming", "李小明", "水利局"};
  for (const char* weak : {"short",
                           "123456789",
                           "1234567890",
                           "0987654321ab",
                           "passwordpassword",
                           "P@ssw0rd2026!",
                           "aaaaaaaaaaaaaaa",
                           "abcabcabcabcabc",
                           "qwertyuiop123",
                           "woaini5201314",
                           "admin20261124!",
                           "Tributary2026!",
                           "1qaz2wsx3edc",
                           "lixiaoming1",
                           "li.xiaoming2026",
                           "xiaoming!2026",
                           "李小明李小明李小明李小明",
                           "水利局水利局李小明123",
                           "ｐａｓｓｗｏｒｄ１２３",
                           "19900101aaaa",
                           "20201110202011"})
    EXPECT_TRUE(password_weakness(weak, names)) << weak;
  for (const char* good : {"correct horse battery staple", "红鲤鱼与绿鲤鱼与驴跑了", "kT7#vQp2!xWz",
                           "tianqi-henhao-qu-heli-youyong", "m3j9-xq4d-77pb"})
    EXPECT_FALSE(password_weakness(good, names)) << good;
  EXPECT_TRUE(password_weakness(std::string(129, 'x'), {}));
  EXPECT_TRUE(
      password_weakness("abc\xff\xfe"
                        "defghijk",
                        {}));
  EXPECT_FALSE(password_weakness("lixiaoming-wq8zk", {}));
}

TEST(Permissions, KeysReadBack) {
  std::set<std::string_view> keys;
  for (const PermissionInfo& info : permissions) {
    EXPECT_EQ(parse_permission(info.key), info.permission);
    EXPECT_TRUE(keys.insert(info.key).second) << info.key;
    EXPECT_FALSE(info.zh.empty() || info.en.empty()) << info.key;
  }
  EXPECT_EQ(parse_permission("statements"), std::nullopt);
  const PermissionSet set = parse_permissions("  statements.run  ledger.read ");
  EXPECT_EQ(to_string(set), "statements.run ledger.read");
  EXPECT_TRUE(set.within(PermissionSet::all()));
  EXPECT_FALSE(PermissionSet::all().within(set));
  try {
    parse_permissions("statements.reed");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::bad_value);
    EXPECT_NE(e.hint().en.find("statements.read"), std::string::npos) << e.hint().en;
  }
}

TEST(Kinds, NamesReadBack) {
  for (int i = 0; i <= static_cast<int>(OrganisationKind::public_body); ++i) {
    const auto kind = static_cast<OrganisationKind>(i);
    EXPECT_EQ(parse_organisation_kind(to_string(kind)), kind);
    EXPECT_FALSE(title_of(kind).zh.empty());
  }
}

TEST(Words, ForeignTextIsMadeSafe) {
  EXPECT_EQ(kept("abc\x01\n\x7f", 99), "abc   ");
  EXPECT_EQ(kept("水利局", 7), "水利");
  EXPECT_EQ(kept("水利局", 9), "水利局");
  EXPECT_EQ(kept("a\xff"
                 "b",
                 9),
            "a?b");
  EXPECT_EQ(kept(std::string("\0x", 2), 9), " x");
  EXPECT_EQ(characters("水a"), 2U);
  EXPECT_EQ(words_of("  a  b "), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(folded(" Ｌi.Ming "), "LI.MING");
}

TEST(SystemEntropy, LooksRandomAndHasTheLength) {
  SystemEntropy entropy;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(entropy.base64url(32)).second);
  EXPECT_EQ(entropy.base64url(32).size(), 43U);
  EXPECT_EQ(entropy.base32(20).size(), 20U);
}

}  // namespace
}  // namespace tributary::identity
