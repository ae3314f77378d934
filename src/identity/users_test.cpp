// Who may do what to whom: roles, reach, delegation, the tree of organisations, the packs' files.
#include "identity/world_testing.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

namespace tributary::identity {
namespace {

using testing::code_of;
using testing::World;

class Users : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  Identity& id = w.identity;
  const OrganisationId town{"div-341602100"};
  const OrganisationId other_town{"div-341602101"};
};
INSTANTIATE_TEST_SUITE_P(Databases, Users, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(Users, TheTreeComesFromTheRegisterAndThePacks) {
  const auto all = id.organisations(w.system());
  std::set<std::string> ids;
  for (const Organisation& o : all) ids.insert(o.id.value);
  EXPECT_EQ(ids, (std::set<std::string>{"root", "office", "div-341602100", "div-341602101"}));
  EXPECT_EQ(id.organisation(w.system(), town).acts_for, "gov:341602100");
  EXPECT_EQ(id.organisation(w.system(), other_town).acts_for, "gov:341602");  // the nearest above
  EXPECT_EQ(id.organisation(w.system(), {"office"}).acts_for, "gov:341602");
  EXPECT_EQ(id.organisation(w.system(), {"office"}).jurisdiction, "341602000000");
  // The same data again changes nothing; without the office it is inactive and its people stay outside.
  w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  IdentityData data = testing::pack_data();
  EXPECT_EQ(id.apply(data), (ApplyCounts{0, 1, static_cast<int>(data.roles.size()) + 3}));
  EXPECT_EQ(id.apply(data), (ApplyCounts{0, 0, static_cast<int>(data.roles.size()) + 4}));
  EXPECT_FALSE(id.organisation(w.system(), {"office"}).active);
  EXPECT_EQ(code_of([&] { id.caller_of_session(in.token); }), "not_signed_in");
  EXPECT_EQ(code_of([&] { w.enter("li"); }), "sign_in_refused");
  data.organisations.push_back(
      {{"x"}, {"某局", "X"}, OrganisationKind::department, {"nowhere"}, "", "", "", ""});
  EXPECT_EQ(code_of([&] { id.apply(data); }), "bad_file");
  data.organisations.back().parent = {};
  data.organisations.back().party = "gov:999999";
  EXPECT_EQ(code_of([&] { id.apply(data); }), "not_found");
}

TEST_P(Users, RolesOfThePacksTakeEffectAtOnceInEveryThread) {
  w.person("li", {"office_drafter"});
  const SignedIn in = w.enter("li");
  const auto own = store::Database::open(w.database.url());
  Identity other(*own, World::tenant, w.clock, w.entropy, w.settings);
  EXPECT_TRUE(other.caller_of_session(in.token).may_all(Permission::statements_run));
  IdentityData data = testing::pack_data();
  data.organisations.push_back({{"office"}, {"办", "Office"}, OrganisationKind::office, {}, "", "", "", ""});
  for (Role& role : data.roles)
    if (role.key == "office_drafter") role.permissions = {Permission::places_read};
  id.apply(data);
  EXPECT_FALSE(other.caller_of_session(in.token).may(Permission::statements_run));
  EXPECT_TRUE(other.caller_of_session(in.token).may(Permission::places_read));
  std::erase_if(data.roles, [](const Role& r) { return r.key == "office_drafter"; });
  for (Role& role : data.roles) std::erase(role.excludes, "office_drafter");
  id.apply(data);
  EXPECT_TRUE(other.caller_of_session(in.token).permissions().empty());
  EXPECT_EQ(code_of([&] { id.create_user(w.system(), {"x1", "某", {"office"}, {"office_drafter"}}); }),
            "not_found");
}

TEST_P(Users, OwnScopeReachesOnesOwnPartyOnly) {
  w.person("zhen", {"township"}, town.value);
  const Caller c = w.enter("zhen").caller;
  EXPECT_EQ(c.party, "gov:341602100");
  EXPECT_TRUE(c.may(Permission::statements_read));
  EXPECT_TRUE(c.may(Permission::statements_read, "gov:341602100"));
  EXPECT_FALSE(c.may(Permission::statements_read, "gov:341602"));
  EXPECT_FALSE(c.may(Permission::statements_read, ""));
  EXPECT_FALSE(c.may_all(Permission::statements_read));
  EXPECT_EQ(*c.parties(Permission::statements_read), (std::set<std::string>{"gov:341602100"}));
  EXPECT_TRUE(c.parties(Permission::statements_run)->empty());
  EXPECT_EQ(code_of([&] { c.require(Permission::statements_object, "gov:341602"); }), "forbidden");
  EXPECT_EQ(code_of([&] { c.require(Permission::statements_run); }), "forbidden");
  EXPECT_EQ(code_of([&] { c.require_all(Permission::statements_read); }), "forbidden");
  w.person("ban", {"office_drafter"});
  EXPECT_EQ(w.enter("ban").caller.parties(Permission::statements_read), std::nullopt);
  const Caller nobody = id.anonymous("10.0.0.1");
  EXPECT_TRUE(nobody.may(Permission::rules_read));
  EXPECT_EQ(code_of([&] { nobody.require(Permission::statements_read); }), "not_signed_in");
  EXPECT_EQ(code_of([&] { id.sessions(nobody); }), "not_signed_in");
}

TEST_P(Users, NamesAndRolesAreChecked) {
  const Caller system = w.system();
  const auto make = [&](const std::string& name, std::vector<std::string> roles,
                        const std::string& where = "office") {
    return code_of([&] { id.create_user(system, {name, "某人", {where}, std::move(roles)}); });
  };
  EXPECT_EQ(make("li", {"office_drafter"}), "none");
  EXPECT_EQ(make("ＬＩ", {"office_drafter"}), "name_taken");
  for (const char* bad : {"", "a", "a b", "a\nb", "<script>", "a/b"})
    EXPECT_EQ(make(bad, {}), "bad_value") << bad;
  EXPECT_EQ(make("李小明", {}), "none");
  EXPECT_EQ(make("x1", {"king"}), "not_found");
  EXPECT_EQ(make("x1", {}, "nowhere"), "not_found");
  EXPECT_EQ(make("x1", {"administrator", "auditor"}), "roles_exclude");
  EXPECT_EQ(make("x1", {"office_drafter", "auditor"}), "roles_exclude");
  EXPECT_EQ(make("x1", {"office_drafter", "office_approver"}), "none");  // kept apart statement by statement
  EXPECT_EQ(code_of([&] { id.create_user(system, {"x2", " ", {"office"}, {}}); }), "bad_value");
  w.person("ma", {"office_drafter"});
  EXPECT_EQ(code_of([&] { id.create_user(w.enter("ma").caller, {"x3", "某", {"office"}, {}}); }),
            "forbidden");
}

TEST_P(Users, NobodyChangesOnesOwnDutiesAndOneAdministratorRemains) {
  const User boss = w.person("boss", {"administrator"});
  const Caller c = w.enter("boss").caller;
  EXPECT_EQ(code_of([&] { id.change_user(c, boss.id, {.roles = std::vector<std::string>{}}, {}); }),
            "same_person");
  EXPECT_EQ(code_of([&] { id.change_user(c, boss.id, {.organisation = town}, {}); }), "same_person");
  EXPECT_EQ(code_of([&] { id.change_user(c, boss.id, {.state = UserState::disabled}, {}); }), "same_person");
  EXPECT_EQ(code_of([&] { id.change_user(c, boss.id, {.remove_totp = true}, {}); }), "same_person");
  EXPECT_EQ(code_of([&] { id.renew_password(c, boss.id); }), "same_person");
  EXPECT_EQ(code_of([&] { id.issue_reset(c, boss.id); }), "same_person");
  EXPECT_EQ(id.change_user(c, boss.id, {.display_name = "王主任"}, {}).display_name, "王主任");
  EXPECT_EQ(code_of([&] { id.change_user(w.system(), boss.id, {.state = UserState::disabled}, {}); }),
            "last_administrator");
  w.person("second", {"administrator"});
  EXPECT_EQ(code_of([&] { id.change_user(w.system(), boss.id, {.state = UserState::disabled}, {}); }),
            "none");
  EXPECT_EQ(code_of([&] { id.caller_of_session("x"); }), "not_signed_in");
}

TEST_P(Users, ChangesCarryAVersion) {
  const User li = w.person("li", {"office_drafter"});
  const User after = id.change_user(w.system(), li.id, {.display_name = "李一"}, li.version);
  EXPECT_EQ(after.version, li.version + 1);
  EXPECT_EQ(code_of([&] { id.change_user(w.system(), li.id, {.display_name = "李二"}, li.version); }),
            "changed_meanwhile");
  EXPECT_EQ(id.user(w.system(), li.id).display_name, "李一");
}

TEST_P(Users, ABranchIsManagedWithoutReachingBeyond) {
  IdentityData data = testing::pack_data();
  data.organisations.push_back({{"office"}, {"办", "Office"}, OrganisationKind::office, {}, "", "", "", ""});
  data.roles.push_back({"town_manager",
                        {"镇管理员", "town manager"},
                        Scope::own,
                        parse_permissions("users.read users.manage organisations.read organisations.manage"),
                        {}});
  id.apply(data);
  w.person("guan", {"town_manager"}, town.value);
  const User outside = w.person("li", {"office_drafter"});
  const User inside = w.person("zhen", {"township"}, town.value);
  const Caller c = w.enter("guan").caller;
  EXPECT_EQ(id.users(c, {}, 10).size(), 2U);
  EXPECT_EQ(id.organisations(c).size(), 1U);
  EXPECT_EQ(id.user(c, inside.id).name, "zhen");
  EXPECT_EQ(code_of([&] { id.user(c, outside.id); }), code_of([&] { id.user(c, {"guess"}); }));
  EXPECT_EQ(code_of([&] { id.user_named(c, "li"); }), "not_found");
  EXPECT_EQ(code_of([&] { id.change_user(c, outside.id, {.display_name = "x"}, {}); }), "forbidden");
  EXPECT_EQ(code_of([&] { id.renew_password(c, outside.id); }), "forbidden");
  EXPECT_EQ(code_of([&] { id.create_user(c, {"n1", "新", town, {"township"}}); }), "none");
  EXPECT_EQ(code_of([&] { id.create_user(c, {"n2", "新", other_town, {"township"}}); }), "forbidden");
  EXPECT_EQ(code_of([&] { id.create_user(c, {"n3", "新", town, {"office_drafter"}}); }), "forbidden");
  EXPECT_EQ(code_of([&] { id.change_user(c, inside.id, {.organisation = other_town}, {}); }), "forbidden");
  const Organisation farm =
      id.create_organisation(c, {{"某养殖场", ""}, OrganisationKind::enterprise, town, "", "", ""});
  EXPECT_EQ(farm.acts_for, "gov:341602100");
  EXPECT_EQ(code_of([&] { id.create_user(c, {"n4", "新", farm.id, {"enterprise"}}); }), "none");
  EXPECT_EQ(code_of([&] {
              id.create_organisation(c,
                                     {{"某", ""}, OrganisationKind::enterprise, town, "", "gov:341602", ""});
            }),
            "forbidden");
  EXPECT_EQ(code_of([&] {
              id.create_organisation(c, {{"某", ""}, OrganisationKind::enterprise, other_town, "", "", ""});
            }),
            "forbidden");
  EXPECT_EQ(code_of([&] { id.organisation(c, {"office"}); }), "not_found");
}

TEST_P(Users, OrganisationsMadeByHandAreChangedThoseOfThePacksAreNot) {
  const Caller s = w.system();
  const Organisation a =
      id.create_organisation(s, {{"甲公司", "A"}, OrganisationKind::enterprise, {"office"}, "", "", ""});
  const Organisation b = id.create_organisation(
      s, {{"乙公司", "B"}, OrganisationKind::enterprise, a.id, "", "gov:341602100", ""});
  EXPECT_EQ(code_of([&] { id.change_organisation(s, a.id, {.parent = b.id}, {}); }),
            "bad_value");  // a circle
  EXPECT_EQ(id.organisation(s, a.id).parent.value, "office");
  EXPECT_EQ(id.change_organisation(s, a.id, {.party = "gov:341602100"}, a.version).acts_for, "gov:341602100");
  EXPECT_EQ(code_of([&] { id.change_organisation(s, a.id, {.party = ""}, a.version); }), "changed_meanwhile");
  EXPECT_EQ(code_of([&] { id.change_organisation(s, a.id, {.party = "gov:9"}, {}); }), "not_found");
  EXPECT_EQ(code_of([&] { id.change_organisation(s, {"office"}, {.active = false}, {}); }), "bad_value");
  EXPECT_EQ(code_of([&] {
              id.create_organisation(s, {{" ", ""}, OrganisationKind::enterprise, {"office"}, "", "", ""});
            }),
            "bad_value");
  id.change_organisation(s, b.id, {.active = false}, {});
  EXPECT_EQ(code_of([&] { id.create_user(s, {"x1", "某", b.id, {}}); }), "bad_value");
}

TEST_P(Users, ListsPageByName) {
  std::vector<std::string> names;
  for (int i = 0; i < 25; ++i) {
    names.push_back(std::string("user") + static_cast<char>('a' + i));
    id.create_user(w.system(), {names.back(),
                                "某人" + std::to_string(i),
                                {i % 2 == 0 ? "office" : town.value},
                                {i % 2 == 0 ? "office_drafter" : "township"}});
  }
  std::vector<std::string> seen;
  for (std::string after;;) {
    const auto page = id.users(w.system(), {}, 10, after);
    for (const User& u : page) seen.push_back(u.name);
    if (page.size() < 10) break;
    after = page.back().name;
  }
  EXPECT_EQ(seen, names);
  EXPECT_EQ(id.users(w.system(), {.organisation = town.value}, 100).size(), 12U);
  EXPECT_EQ(id.users(w.system(), {.role = "office_drafter"}, 100).size(), 13U);
  EXPECT_EQ(id.users(w.system(), {.role = "office"}, 100).size(), 0U);
  EXPECT_EQ(id.users(w.system(), {.text = "某人2"}, 100).size(), 6U);
  EXPECT_EQ(id.users(w.system(), {.text = "USERB"}, 100).size(), 1U);
  EXPECT_EQ(id.users(w.system(), {.text = "%"}, 100).size(), 0U);
  EXPECT_EQ(id.users(w.system(), {.state = UserState::disabled}, 100).size(), 0U);
}

TEST_P(Users, DelegationLendsRolesUntilADay) {
  const User head = w.person("head", {"office_approver"});
  const User li = w.person("li", {"office_drafter"});
  const User zhen = w.person("zhen", {"township"}, town.value);
  const User audit = w.person("shen", {"auditor"});
  const Caller c = w.enter("head").caller;
  const Date today = w.clock.today();
  const auto give = [&](const UserId& to, std::vector<std::string> roles, Date last,
                        const std::string& why = "出差") {
    return code_of([&] { id.delegate(c, to, roles, last, why); });
  };
  EXPECT_EQ(give(li.id, {"office_drafter"}, today), "bad_value");  // not hers
  EXPECT_EQ(give(zhen.id, {"office_approver"}, today), "bad_value");
  EXPECT_EQ(give(head.id, {"office_approver"}, today), "bad_value");
  EXPECT_EQ(give(audit.id, {"office_approver"}, today), "roles_exclude");
  EXPECT_EQ(give(li.id, {"office_approver"}, today - std::chrono::days{1}), "bad_value");
  EXPECT_EQ(give(li.id, {"office_approver"}, today + std::chrono::days{185}), "bad_value");
  EXPECT_EQ(give(li.id, {"office_approver"}, today, " "), "bad_value");
  EXPECT_EQ(give(li.id, {}, today), "bad_value");
  EXPECT_EQ(id.colleagues(c).size(), 2U);
  const SignedIn in = w.enter("li");
  EXPECT_FALSE(in.caller.may(Permission::statements_confirm));
  const Delegation d = id.delegate(c, li.id, {"office_approver"}, today + std::chrono::days{1}, "出差");
  Caller now = id.caller_of_session(in.token);
  EXPECT_TRUE(now.may_all(Permission::statements_confirm));
  EXPECT_EQ(now.by(), "li");  // duties stay with the person
  EXPECT_EQ(now.grants.back().of, head.id);
  EXPECT_EQ(now.roles, (std::vector<std::string>{"office_drafter"}));
  EXPECT_EQ(id.delegations(now).size(), 1U);
  // What is lent counts with what is given later, by others or by an administrator.
  EXPECT_EQ(
      code_of([&] { id.change_user(w.system(), li.id, {.roles = std::vector<std::string>{"auditor"}}, {}); }),
      "roles_exclude");
  // What the other loses is lost here.
  id.change_user(w.system(), head.id, {.roles = std::vector<std::string>{}}, {});
  EXPECT_FALSE(id.caller_of_session(in.token).may(Permission::statements_confirm));
  id.change_user(w.system(), head.id, {.roles = std::vector<std::string>{"office_approver"}}, {});
  EXPECT_TRUE(id.caller_of_session(in.token).may(Permission::statements_confirm));
  w.clock.set({start_of(today + std::chrono::days{2}).seconds - 1});
  const SignedIn late = w.enter("li");
  EXPECT_TRUE(late.caller.may(Permission::statements_confirm));
  w.later(1);
  EXPECT_FALSE(id.caller_of_session(late.token).may(Permission::statements_confirm));
  const Caller head_now = w.enter("head").caller;
  const Delegation second = id.delegate(head_now, li.id, {"office_approver"}, w.clock.today(), "再出差");
  EXPECT_TRUE(id.caller_of_session(late.token).may(Permission::statements_confirm));
  EXPECT_EQ(code_of([&] { id.revoke_delegation(w.enter("zhen").caller, second.id); }), "not_found");
  id.revoke_delegation(head_now, second.id);
  EXPECT_FALSE(id.caller_of_session(late.token).may(Permission::statements_confirm));
  EXPECT_EQ(code_of([&] { id.revoke_delegation(head_now, second.id); }), "not_found");
  EXPECT_EQ(d.reason, "出差");
}

TEST(Packs, QiaochengsDepartmentsAndTheRolesLoad) {
  const std::string root = TRIBUTARY_SOURCE_DIR "/policies/";
  IdentityData data = read_identity_folder(root + "cn/identity");
  data.append(read_identity_folder(root + "cn-341602/identity"));
  data.append(read_identity_folder(root + "cn-34/identity"));  // not there: nothing
  EXPECT_EQ(data.roles.size(), 11U);
  EXPECT_EQ(data.organisations.size(), 11U);
  PermissionSet covered;
  for (const Role& role : data.roles) {
    covered = covered | role.permissions;
    for (const std::string& other : role.excludes) {  // stated on both sides
      const auto found =
          std::find_if(data.roles.begin(), data.roles.end(), [&](const Role& r) { return r.key == other; });
      ASSERT_NE(found, data.roles.end()) << other;
    }
  }
  EXPECT_EQ(covered, PermissionSet::all()) << "every permission is in some role";
  const auto role = [&](const char* key) {
    return *std::find_if(data.roles.begin(), data.roles.end(), [&](const Role& r) { return r.key == key; });
  };
  EXPECT_TRUE((role("administrator").permissions &
               parse_permissions("statements.confirm statements.post audit.export"))
                  .empty());
  EXPECT_FALSE(role("office_drafter").permissions.has(Permission::statements_confirm));
  EXPECT_FALSE(role("office_approver").permissions.has(Permission::statements_publish));
  EXPECT_EQ(role("township").scope, Scope::own);
}

TEST(Packs, FaultsAreToldWithTheirPlace) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("tributary-identity-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const struct {
    const char* file;
    const char* text;
    const char* code;
    long line;
  } rows[] = {
      {"roles.csv", "# x\nkey,title,title_en,scope\na,甲,A,all\n", "bad_value", 3},
      {"roles.csv", "key,title,title_en,scope,permissions\na,甲,A,own,statements.reed\n", "bad_value", 2},
      {"roles.csv", "key,title,title_en,scope\na,甲,A,own\na,甲,A,own\n", "bad_file", 3},
      {"roles.csv", "key,title,title_en,scope\na,,A,own\n", "bad_value", 2},
      {"roles.csv", "key,title,title_en\na,甲,A\n", "bad_file", 1},
      {"roles.csv", "key,title,title_en,scope,colour\na,甲,A,own,red\n", "bad_file", 1},
      {"roles.csv", "key,title,title_en,scope\na,甲,A\n", "bad_file", 2},
      {"organisations.csv", "code,name,kind\nx,某局,bureau\n", "bad_value", 2},
      {"organisations.csv", "code,name,kind\nX Y,某局,department\n", "bad_value", 2},
      {"users.csv", "name\nx\n", "bad_file", 0},
  };
  for (const auto& row : rows) {
    std::ofstream(folder / row.file) << row.text;
    try {
      read_identity_folder(folder.string());
      ADD_FAILURE() << row.text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, row.code) << row.text << e.what();
      EXPECT_EQ(e.where().line, row.line) << row.text << e.what();
    }
    fs::remove(folder / row.file);
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tributary::identity
