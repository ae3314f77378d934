// Coming in, staying, going: passwords, waits, one-time codes, sessions, tokens, links.
#include "identity/key_file.h"
#include "identity/totp.h"
#include "identity/world_testing.h"

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace tributary::identity {
namespace {

using testing::code_of;
using testing::World;

class SignIn : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  Identity& id = w.identity;
  std::string attempt(const std::string& name, const std::string& password, const std::string& totp = {}) {
    return code_of([&] { id.sign_in({name, password, totp, "10.0.0.2", "x", "r"}); });
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SignIn, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(SignIn, AOneTimePasswordOnlySetsOnesOwn) {
  const auto first = id.ensure_administrator();
  ASSERT_TRUE(first);
  EXPECT_FALSE(id.ensure_administrator());
  const SignedIn in = id.sign_in({" Ａdmin ", first->password, {}, "10.0.0.1", "x", "r"});  // width and case
  EXPECT_TRUE(in.caller.must_change_password);
  EXPECT_FALSE(in.caller.may(Permission::users_manage));
  EXPECT_EQ(code_of([&] { in.caller.require(Permission::users_manage); }), "must_change_password");
  EXPECT_EQ(code_of([&] { id.users(in.caller, {}, 10); }), "must_change_password");
  EXPECT_EQ(code_of([&] { id.start_totp(in.caller); }), "must_change_password");
  EXPECT_EQ(code_of([&] { id.change_password(in.caller, "wrong", World::good); }), "sign_in_refused");
  EXPECT_EQ(code_of([&] { id.change_password(in.caller, first->password, "admin12345"); }), "weak_password");
  EXPECT_EQ(code_of([&] { id.change_password(in.caller, first->password, first->password); }),
            "weak_password");
  id.change_password(in.caller, first->password, World::good);
  const Caller now = id.caller_of_session(in.token);
  EXPECT_FALSE(now.must_change_password);
  EXPECT_EQ(id.users(now, {}, 10).size(), 1U);
  EXPECT_EQ(attempt("admin", first->password), "sign_in_refused");
  EXPECT_EQ(attempt("admin", World::good), "none");
  EXPECT_EQ(w.trail({.action = "password."}), "password.check:failed password.change:done");
}

TEST_P(SignIn, OneTimePasswordsExpire) {
  const auto made = id.create_user(w.system(), {"li", "李", {"office"}, {"office_drafter"}});
  w.later(w.settings.one_time_password);
  EXPECT_EQ(attempt("li", made.password), "sign_in_refused");
  EXPECT_EQ(attempt("li", id.renew_password(w.system(), made.user.id).password), "none");
}

TEST_P(SignIn, RefusalsAreAllAlike) {
  const User li = w.person("li", {"office_drafter"});
  id.change_user(w.system(), w.person("off", {"office_drafter"}).id, {.state = UserState::disabled}, {});
  std::set<std::string> messages;
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"li", "wrong"},
                                                        {"nobody", "wrong"},
                                                        {"off", World::good},
                                                        {"li", ""},
                                                        {"", ""},
                                                        {"' OR 1=1 --", "x"}}) {
    try {
      id.sign_in({name, password, {}, "10.0.0.2", "x", "r"});
      FAIL() << name;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::sign_in_refused);
      messages.insert(e.message().zh + e.hint().zh);
    }
  }
  EXPECT_EQ(messages.size(), 1U);
  // What was typed as an unknown name may be a password: it is not written down.
  for (const AuditEntry& e :
       id.audit().search({.action = "session.open", .outcome = AuditOutcome::failed}, 50).entries)
    EXPECT_TRUE(e.who == "li" || e.who == "off" || e.who.empty()) << e.who;
}

TEST_P(SignIn, WaitsDoubleAndAreForgotten) {
  w.person("li", {"office_drafter"});
  for (const std::string name : {"li", "nobody"}) {
    std::int64_t expected = w.settings.first_wait;
    for (int i = 0; i < w.settings.free_attempts; ++i)
      EXPECT_EQ(attempt(name, "wrong"), "sign_in_refused") << i;
    for (int round = 0; round < 7; ++round) {
      try {
        id.sign_in({name, World::good, {}, "10.0.0.2", "x", "r"});
        FAIL() << "the right one must wait too";
      } catch (const TooManyAttempts& e) {
        EXPECT_EQ(e.wait(), expected) << name << round;
      }
      w.later(expected);
      EXPECT_EQ(attempt(name, "wrong"), "sign_in_refused");
      expected = std::min(2 * expected, w.settings.longest_wait);
    }
    w.later(expected);
  }
  EXPECT_EQ(attempt("li", World::good), "none");
  EXPECT_EQ(attempt("li", "wrong"), "sign_in_refused");  // counts from nothing again
  EXPECT_EQ(attempt("li", World::good), "none");
  for (int i = 0; i < w.settings.free_attempts - 1; ++i) attempt("li", "wrong");
  w.later(86400);
  EXPECT_EQ(attempt("li", "wrong"), "sign_in_refused");
  EXPECT_EQ(attempt("li", World::good), "none");
}

TEST_P(SignIn, ManyTriesAtOnceCountEach) {
  w.person("li", {"office_drafter"});
  std::vector<std::thread> threads;
  std::atomic<int> judged{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const auto own = store::Database::open(w.database.url());
      testing::SeededEntropy entropy(static_cast<std::uint64_t>(i) + 1);
      Identity mine(*own, World::tenant, w.clock, entropy, w.settings);
      for (int k = 0; k < 5; ++k) try {
          mine.sign_in({"li", "wrong", {}, "10.0.0.2", "x", "r"});
        } catch (const TooManyAttempts&) {
          continue;
        } catch (const Error& e) {
          if (e.code() == codes::sign_in_refused) ++judged;
        }
    });
  for (auto& t : threads) t.join();
  EXPECT_LE(judged, w.settings.free_attempts);
  EXPECT_GE(judged, 1);
}

TEST_P(SignIn, Authenticator) {
  w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  const TotpStart start = id.start_totp(in.caller);
  const std::string secret = *base32_bytes(start.secret);
  EXPECT_EQ(secret.size(), 20U);
  EXPECT_NE(start.uri.find(start.secret), std::string::npos);
  const auto code = [&](std::int64_t off) {
    return hotp(secret, static_cast<std::uint64_t>(w.clock.now().seconds / 30 + off));
  };
  EXPECT_EQ(attempt("li", World::good), "none");  // not yet on
  EXPECT_EQ(code_of([&] { id.confirm_totp(in.caller, "000000"); }), "totp_refused");
  id.confirm_totp(in.caller, code(0));
  EXPECT_EQ(code_of([&] { id.start_totp(in.caller); }), "totp_state");
  EXPECT_EQ(attempt("li", World::good), "totp_required");
  EXPECT_EQ(attempt("li", "wrong"), "sign_in_refused");
  EXPECT_EQ(attempt("li", World::good, code(0)), "totp_refused") << "used to set it up";
  w.later(30);
  EXPECT_EQ(attempt("li", World::good, code(0)), "none");
  EXPECT_EQ(attempt("li", World::good, code(0)), "totp_refused") << "used";
  w.later(30);
  EXPECT_TRUE(w.enter("li", code(1)).caller.totp_enabled);
  EXPECT_EQ(attempt("li", World::good, code(0)), "totp_refused") << "older than one used";
  // Asking for the code does not use up the free attempts; a wrong code does.
  w.later(3600);
  EXPECT_EQ(attempt("li", World::good, code(0)), "none");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(attempt("li", World::good), "totp_required");
  for (int i = 0; i < w.settings.free_attempts; ++i)
    EXPECT_EQ(attempt("li", World::good, "000000"), "totp_refused");
  EXPECT_EQ(attempt("li", World::good, "000000"), "too_many_attempts");
  w.later(3600);
  EXPECT_EQ(attempt("li", World::good, code(0)), "none");
  const Caller caller =
      id.caller_of_session(id.sign_in({"li", World::good, (w.later(30), code(0)), "", "", ""}).token);
  EXPECT_EQ(code_of([&] { id.disable_totp(caller, "wrong"); }), "sign_in_refused");
  id.disable_totp(caller, World::good);
  EXPECT_EQ(attempt("li", World::good), "none");
}

TEST_P(SignIn, SecretsOfAuthenticatorsAreEncryptedAndBoundToTheirUser) {
  const User li = w.person("li", {"office_drafter"});
  const User ma = w.person("ma", {"office_drafter"});
  const SignedIn in = w.enter("li");
  const TotpStart start = id.start_totp(in.caller);
  const auto stored = w.database.db().read([&](store::Transaction& t) {
    return t.first("SELECT totp_pending FROM identity_user WHERE id = ?", li.id.value)->text(0);
  });
  EXPECT_TRUE(stored.starts_with("xchacha20poly1305:"));
  EXPECT_EQ(stored.find(start.secret), std::string::npos);
  w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE identity_user SET totp_pending = ? WHERE id = ?", stored, ma.id.value);
  });
  EXPECT_EQ(code_of([&] { id.confirm_totp(w.enter("ma").caller, "000000"); }), "bad_key");
  Settings other = w.settings;
  other.key = std::string(32, 'x');
  Identity wrong(w.database.db(), World::tenant, w.clock, w.entropy, other);
  EXPECT_EQ(code_of([&] { wrong.confirm_totp(in.caller, "000000"); }), "bad_key");
}

TEST_P(SignIn, SecretsOfAuthenticatorsAreSealedAnew) {
  const User li = w.person("li", {"office_drafter"});
  id.start_totp(w.enter("li").caller);
  const auto with = [&](const std::string& keys) {
    Settings settings = w.settings;
    settings.key = keys;
    return Identity(w.database.db(), World::tenant, w.clock, w.entropy, settings);
  };
  const std::string old_key = w.settings.key;
  const std::string new_key(32, 'n');
  using Counts = std::map<std::string, std::int64_t>;
  // A wrong key changes nothing.
  Identity wrong = with(new_key);
  EXPECT_EQ(wrong.secrets_by_key(), (Counts{{"?", 1}}));
  EXPECT_EQ(code_of([&] { wrong.reseal_secrets(); }), "bad_key");
  Identity both = with(old_key + new_key);
  EXPECT_EQ(both.secrets_by_key(), (Counts{{id_of_key(old_key), 1}}));
  EXPECT_EQ(both.reseal_secrets(), 1);
  EXPECT_EQ(both.reseal_secrets(), 0);
  EXPECT_EQ(both.secrets_by_key(), (Counts{{id_of_key(new_key), 1}}));
  EXPECT_EQ(code_of([&] { with(new_key).confirm_totp(w.enter("li").caller, "no"); }), "totp_refused");
  EXPECT_EQ(code_of([&] { with(old_key).confirm_totp(w.enter("li").caller, "no"); }), "bad_key");
}

TEST_P(SignIn, SessionsEndByIdlenessAndByAge) {
  w.person("li", {"office_drafter"});
  const SignedIn idle = w.enter("li");
  w.later(w.settings.session_idle);
  EXPECT_EQ(id.caller_of_session(idle.token).name, "li");  // seen: counts anew
  w.later(w.settings.session_idle + 1);
  EXPECT_EQ(code_of([&] { id.caller_of_session(idle.token); }), "session_over");
  EXPECT_EQ(code_of([&] { id.caller_of_session(idle.token); }), "not_signed_in");
  const SignedIn old = w.enter("li");
  const Instant start = w.clock.now();
  for (std::int64_t at = 0; at + 600 < w.settings.session_absolute; at += 600) {
    w.clock.set({start.seconds + at});
    EXPECT_EQ(id.caller_of_session(old.token).name, "li") << at;
  }
  w.clock.set({start.seconds + w.settings.session_absolute});
  EXPECT_EQ(code_of([&] { id.caller_of_session(old.token); }), "session_over");
  EXPECT_EQ(code_of([&] { id.caller_of_session(""); }), "not_signed_in");
  EXPECT_EQ(code_of([&] { id.caller_of_session("x' OR '1'='1"); }), "not_signed_in");
}

TEST_P(SignIn, ASessionIsSeenAtMostOnceAMinuteAndOnlyHashed) {
  w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  EXPECT_EQ(in.token.size(), 43U);
  const auto seen = [&] {
    return w.database.db().read(
        [&](store::Transaction& t) { return t.first("SELECT last_seen FROM identity_session")->integer(0); });
  };
  const std::int64_t start = seen();
  w.later(59);
  id.caller_of_session(in.token);
  EXPECT_EQ(seen(), start);
  w.later(1);
  id.caller_of_session(in.token);
  EXPECT_EQ(seen(), start + 60);
  w.database.db().read([&](store::Transaction& t) {
    for (const store::Row& row : t.query("SELECT token_hash, id, agent FROM identity_session"))
      for (std::size_t i = 0; i < row.size(); ++i) EXPECT_EQ(row.text(i).find(in.token), std::string::npos);
  });
}

TEST_P(SignIn, SessionsAreListedAndRevoked) {
  w.person("li", {"office_drafter"});
  w.person("ma", {"office_drafter"});
  const SignedIn one = w.enter("li");
  const SignedIn two = w.enter("li");
  const SignedIn other = w.enter("ma");
  const auto list = id.sessions(one.caller);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(std::count_if(list.begin(), list.end(), [](const Session& s) { return s.current; }), 1);
  EXPECT_EQ(list[0].agent, "Firefox");
  EXPECT_EQ(code_of([&] { id.revoke_session(one.caller, other.caller.session); }), "not_found");
  EXPECT_EQ(code_of([&] { id.revoke_session(one.caller, {"guess"}); }), "not_found");
  id.revoke_session(one.caller, two.caller.session);
  EXPECT_EQ(code_of([&] { id.caller_of_session(two.token); }), "not_signed_in");
  w.enter("li");
  w.enter("li");
  EXPECT_EQ(id.revoke_other_sessions(one.caller), 2);
  EXPECT_EQ(id.caller_of_session(one.token).name, "li");
  EXPECT_EQ(id.caller_of_session(other.token).name, "ma");
  w.person("boss", {"administrator"});
  id.revoke_session(w.enter("boss").caller, other.caller.session);
  EXPECT_EQ(code_of([&] { id.caller_of_session(other.token); }), "not_signed_in");
  id.sign_out(one.caller);
  EXPECT_EQ(code_of([&] { id.caller_of_session(one.token); }), "not_signed_in");
}

TEST_P(SignIn, AChangedPasswordEndsTheOtherSessions) {
  w.person("li", {"office_drafter"});
  const SignedIn one = w.enter("li");
  const SignedIn two = w.enter("li");
  id.change_password(one.caller, World::good, "别的鲤鱼也会说绕口令吗");
  EXPECT_EQ(id.caller_of_session(one.token).name, "li");
  EXPECT_EQ(code_of([&] { id.caller_of_session(two.token); }), "not_signed_in");
}

TEST_P(SignIn, TokensReachNoFurtherThanTheirScopesAndTheirOwner) {
  const User li = w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  const Instant now = w.clock.now();
  const auto in_days = [&](int days) { return Instant{now.seconds + std::int64_t{days} * 86400}; };
  const PermissionSet scopes{Permission::statements_read, Permission::places_read};
  EXPECT_EQ(code_of([&] { id.issue_token(in.caller, "x", {Permission::users_manage}, in_days(1)); }),
            "bad_token_request");
  EXPECT_EQ(code_of([&] { id.issue_token(in.caller, "x", {}, in_days(1)); }), "bad_token_request");
  EXPECT_EQ(code_of([&] { id.issue_token(in.caller, " ", scopes, in_days(1)); }), "bad_token_request");
  EXPECT_EQ(code_of([&] { id.issue_token(in.caller, "x", scopes, now); }), "bad_token_request");
  EXPECT_EQ(code_of([&] { id.issue_token(in.caller, "x", scopes, in_days(367)); }), "bad_token_request");
  const auto issued = id.issue_token(in.caller, "报表", scopes, in_days(30));
  const Caller caller = id.caller_of_token(issued.secret, "10.0.0.9");
  EXPECT_EQ(caller.via, Via::token);
  EXPECT_EQ(caller.permissions(), scopes);
  EXPECT_EQ(code_of([&] { caller.require(Permission::statements_run); }), "forbidden");
  EXPECT_EQ(code_of([&] { id.issue_token(caller, "y", scopes, in_days(1)); }), "person_required");
  EXPECT_EQ(code_of([&] { id.change_password(caller, World::good, "别的鲤鱼也会说绕口令吗"); }),
            "person_required");
  ASSERT_EQ(id.tokens(in.caller).size(), 1U);
  EXPECT_EQ(id.tokens(in.caller)[0].last_used, now);
  EXPECT_EQ(code_of([&] { id.caller_of_token("trb_guess"); }), "not_signed_in");
  EXPECT_EQ(code_of([&] { id.caller_of_token(in.token); }), "not_signed_in");
  EXPECT_EQ(code_of([&] { id.caller_of_session(issued.secret); }), "not_signed_in");
  // The owner's roles shrink: so does the token.
  id.change_user(w.system(), li.id, {.roles = std::vector<std::string>{"third_party"}}, {});
  EXPECT_EQ(id.caller_of_token(issued.secret).permissions(), PermissionSet{Permission::places_read});
  id.change_user(w.system(), li.id, {.state = UserState::disabled}, {});
  EXPECT_EQ(code_of([&] { id.caller_of_token(issued.secret); }), "not_signed_in");
  id.change_user(w.system(), li.id, {.state = UserState::active}, {});
  w.clock.set(in_days(30));
  EXPECT_EQ(code_of([&] { id.caller_of_token(issued.secret); }), "not_signed_in");
  const SignedIn again = w.enter("li");
  id.revoke_token(again.caller, issued.token.id);
  EXPECT_EQ(code_of([&] { id.revoke_token(again.caller, issued.token.id); }), "not_found");
}

TEST_P(SignIn, ALinkSetsThePasswordOnce) {
  const User li = w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  const std::string other = "别的鲤鱼也会说绕口令吗";
  const std::string link = id.issue_reset(w.system(), li.id);
  EXPECT_EQ(code_of([&] { id.reset_password("guess", other); }), "link_refused");
  EXPECT_EQ(code_of([&] { id.reset_password(link, "li12345678"); }), "weak_password");
  EXPECT_EQ(id.reset_password(link, other).name, "li");
  EXPECT_EQ(code_of([&] { id.reset_password(link, other); }), "link_refused");
  EXPECT_EQ(code_of([&] { id.caller_of_session(in.token); }), "not_signed_in");
  EXPECT_EQ(attempt("li", World::good), "sign_in_refused");
  EXPECT_EQ(attempt("li", other), "none");
  const std::string stale = id.issue_reset(w.system(), li.id);
  const std::string fresh = id.issue_reset(w.system(), li.id);
  EXPECT_EQ(code_of([&] { id.reset_password(stale, World::good); }), "link_refused");
  w.later(w.settings.reset_link);
  EXPECT_EQ(code_of([&] { id.reset_password(fresh, World::good); }), "link_refused");
}

TEST_P(SignIn, SweepRemovesOnlyWhatIsOver) {
  w.person("li", {"office_drafter"});
  const SignedIn old = w.enter("li");
  w.later(w.settings.session_idle + 60);
  const SignedIn fresh = w.enter("li");
  EXPECT_GE(id.sweep(), 1);
  EXPECT_EQ(id.caller_of_session(fresh.token).name, "li");
  EXPECT_EQ(code_of([&] { id.caller_of_session(old.token); }), "not_signed_in");
  EXPECT_EQ(id.sweep(), 0);
}

TEST(Csrf, IsDerivedFromTheSession) {
  EXPECT_EQ(csrf_token("a").size(), 32U);
  EXPECT_TRUE(csrf_matches("a", csrf_token("a")));
  EXPECT_FALSE(csrf_matches("a", csrf_token("b")));
  EXPECT_FALSE(csrf_matches("a", ""));
}

TEST(Key, IsMadeOnceAndMustBePrivate) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("tributary-key-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "key").string();
  SystemEntropy entropy;
  using Use = KeyFile::Use;
  EXPECT_EQ(code_of([&] { KeyFile(path, entropy, Use::alone); }), "bad_key");  // only a server makes one
  const std::string key = KeyFile(path, entropy, Use::shared).keys();
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(KeyFile(path, entropy, Use::shared).keys(), key);
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(code_of([&] { KeyFile(path, entropy, Use::shared); }), "bad_key");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  fs::resize_file(path, 31);
  EXPECT_EQ(code_of([&] { KeyFile(path, entropy, Use::shared); }), "bad_key");
  EXPECT_EQ(code_of([&] { KeyFile((folder / "no" / "key").string(), entropy, Use::shared); }), "bad_key");
  fs::remove_all(folder);
}

TEST(Key, IsChangedOnlyWhileNobodyUsesIt) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("tributary-keys-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "key").string();
  SystemEntropy entropy;
  using Use = KeyFile::Use;
  std::string first;
  {
    const KeyFile server(path, entropy, Use::shared);
    const KeyFile another(path, entropy, Use::shared);
    EXPECT_EQ(code_of([&] { KeyFile(path, entropy, Use::alone); }), "keys_in_use");
    first = server.keys();
  }
  {
    KeyFile keys(path, entropy, Use::alone);
    keys.add();
    EXPECT_EQ(keys.keys().size(), 64U);
    EXPECT_TRUE(keys.keys().starts_with(first));
    // Still held, though the file is another one now.
    EXPECT_EQ(code_of([&] { KeyFile(path, entropy, Use::shared); }), "keys_in_use");
    const auto each = keys_of(keys.keys());
    EXPECT_EQ(code_of([&] { keys.remove(id_of_key(each[1])); }), "keys_in_use");
    EXPECT_EQ(code_of([&] { keys.remove("00000000"); }), "not_found");
    keys.remove(id_of_key(each[0]));
    EXPECT_EQ(keys.keys(), each[1]);
  }
  EXPECT_NE(KeyFile(path, entropy, Use::shared).keys(), first);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tributary::identity
