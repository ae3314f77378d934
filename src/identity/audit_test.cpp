// The trail: what it keeps, that it pages, and that every way of tampering with it is found.
#include "identity/audit_chain.h"
#include "identity/world_testing.h"

#include <sstream>
#include <thread>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

using testing::code_of;
using testing::World;

class Trail : public ::testing::TestWithParam<std::string> {
 protected:
  Trail() {
    for (int batch = 0; batch < 4; ++batch) {
      for (int i = 0; i < 5; ++i) {
        w.later(7);
        audit.append(who, {fmt::format("statement.{}", i % 2 == 0 ? "confirm" : "post"),
                           fmt::format("statement/{}", batch * 5 + i), AuditOutcome::done, "说明"});
      }
      audit.seal();
    }
  }
  // What somebody with the database's password could do: the triggers taken away first.
  void tamper(const std::string& sql) {
    w.database.db().write([&](store::Transaction& t) {
      if (t.dialect() == store::Dialect::sqlite) {
        for (const char* name :
             {"audit_entry_stays", "audit_entry_same", "audit_seal_stays", "audit_seal_same"})
          t.execute(fmt::format("DROP TRIGGER {}", name));
      } else {
        for (const char* table : {"audit_entry", "audit_seal"})
          t.execute(fmt::format("ALTER TABLE {} DISABLE TRIGGER ALL", table));
      }
      EXPECT_GT(t.execute(sql), 0) << sql;
    });
  }
  std::string exported() {
    std::string out;
    audit.export_lines([&](std::string_view line) { out += std::string(line) + "\n"; });
    return out;
  }
  World w{GetParam()};
  Caller who = w.identity.command("zhang");
  Audit& audit = w.identity.audit();
};
INSTANTIATE_TEST_SUITE_P(Databases, Trail, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(Trail, AnIntactChainVerifies) {
  const AuditVerification v = audit.verify();
  EXPECT_TRUE(v.intact);
  EXPECT_EQ(v.batches, 4);
  EXPECT_EQ(v.entries, 21);  // 20, and the packs' data applied
  EXPECT_EQ(v.unsealed, 0);
  const AuditHead head = audit.head();
  EXPECT_EQ(head.batch, 4);
  EXPECT_EQ(head.entries, 21);
  EXPECT_EQ(audit.seal(), 0);
  audit.append(who, {"x.y", "", AuditOutcome::denied, ""});
  EXPECT_EQ(audit.verify().unsealed, 1);
  EXPECT_EQ(audit.seal(), 1);
  EXPECT_TRUE(audit.verify(head).intact) << "an older head still fits";
  EXPECT_TRUE(audit.verify(parse_audit_head(to_json(audit.head()))).intact);
}

TEST_P(Trail, TheHashesAreWhatTheFormatSays) {
  // Written out once by hand with sha256sum: the format is a promise to those who keep exports.
  AuditEntry e;
  e.id = "0000000001";
  e.at = {1};
  e.who = "张";
  e.via = Via::cookie;
  e.action = "a.b";
  e.outcome = AuditOutcome::done;
  EXPECT_EQ(entry_hash(e), "43b4513c2205f2fce19324d3d2c17a5032bccb697e286c4e55302ef425afe84c");
  EXPECT_EQ(first_hash("341602"), "8faf3583ac0e60d95c72166282531b2a97dd090e34ac2ee84e533b1ee2fbb05a");
  EXPECT_EQ(batch_hash(std::string(64, '0'), 7, "abc\n"),
            "7593890b0e97edcda2dcc57786d43d4005d76950f289ec7016dab33875bf7ba1");
}

TEST_P(Trail, TheDatabaseRefusesChanges) {
  const auto refused = [&](const char* sql) {
    return code_of([&] { w.database.db().write([&](store::Transaction& t) { t.execute(sql); }); });
  };
  for (const char* sql :
       {"DELETE FROM audit_entry", "UPDATE audit_entry SET detail = 'x'", "DELETE FROM audit_seal",
        "UPDATE audit_seal SET hash = 'x'", "UPDATE audit_entry SET batch = 0"})
    EXPECT_NE(refused(sql), "none") << sql;
  EXPECT_TRUE(audit.verify().intact);
}

// One change after another, each put back after the look.
TEST_P(Trail, EveryChangeIsFound) {
  const char* const changes[] = {
      "UPDATE audit_entry SET detail = '改过' WHERE object = 'statement/7'",
      "UPDATE audit_entry SET who = 'li' WHERE object = 'statement/0'",
      "UPDATE audit_entry SET outcome = 'denied' WHERE object = 'statement/19'",
      "UPDATE audit_entry SET at = at + 1 WHERE object = 'statement/3'",
      "DELETE FROM audit_entry WHERE object = 'statement/11'",
      "DELETE FROM audit_entry WHERE batch = 2",
      "DELETE FROM audit_seal WHERE batch = 2",
      "DELETE FROM audit_seal WHERE batch = 4",
      "UPDATE audit_entry SET batch = 3 WHERE object = 'statement/7'",
      "UPDATE audit_entry SET batch = 0 WHERE object = 'statement/7'",
      "UPDATE audit_seal SET hash = '0' WHERE batch = 1",
      "UPDATE audit_seal SET total = total + 1 WHERE batch = 3",
      "UPDATE audit_seal SET entries = entries + 1 WHERE batch = 3",
      "INSERT INTO audit_entry SELECT jurisdiction, '0000000000aaaaaabbbbbbbb', at, user_id, who, via, "
      "address, "
      "request_id, action, object, outcome, detail, batch FROM audit_entry WHERE object = 'statement/7'",
  };
  const AuditHead head = audit.head();
  tamper("UPDATE audit_seal SET total = total");  // takes the triggers away
  ASSERT_TRUE(audit.verify(head).intact);
  const auto rows = [&](const char* table) {
    return w.database.db().read(
        [&](store::Transaction& t) { return t.query(fmt::format("SELECT * FROM {} ORDER BY 1, 2", table)); });
  };
  const auto put_back = [&](const char* table, const std::vector<store::Row>& all) {
    w.database.db().write([&](store::Transaction& t) {
      t.execute(fmt::format("DELETE FROM {}", table));
      for (const store::Row& row : all) {
        std::string marks;
        std::vector<store::Value> values;
        for (std::size_t i = 0; i < row.size(); ++i) {
          marks += i == 0 ? "?" : ", ?";
          try {
            values.emplace_back(row.text(i));
          } catch (const Error& e) {
            values.emplace_back(row.integer(i));
          }
        }
        t.execute_values(fmt::format("INSERT INTO {} VALUES ({})", table, marks), values);
      }
    });
  };
  const auto entries = rows("audit_entry");
  const auto seals = rows("audit_seal");
  for (const char* change : changes) {
    w.database.db().write([&](store::Transaction& t) { EXPECT_GT(t.execute(change), 0) << change; });
    EXPECT_FALSE(audit.verify(head).intact) << change;
    put_back("audit_entry", entries);
    put_back("audit_seal", seals);
    ASSERT_TRUE(audit.verify(head).intact);
  }
}

TEST_P(Trail, ACutEndIsFoundByAHeadWrittenDown) {
  const AuditHead head = audit.head();
  tamper("DELETE FROM audit_entry WHERE batch = 4");
  w.database.db().write([&](store::Transaction& t) { t.execute("DELETE FROM audit_seal WHERE batch = 4"); });
  EXPECT_TRUE(audit.verify().intact) << "the chain alone cannot know";
  const AuditVerification v = audit.verify(head);
  EXPECT_FALSE(v.intact);
  ASSERT_EQ(v.faults.size(), 1U);
}

TEST_P(Trail, ARewrittenChainIsFoundByAHeadWrittenDown) {
  const AuditHead head = audit.head();
  tamper("UPDATE audit_entry SET detail = '改过' WHERE object = 'statement/7'");
  w.database.db().write([&](store::Transaction& t) {
    t.execute("DELETE FROM audit_seal");
    t.execute("UPDATE audit_entry SET batch = 0");
  });
  // As many batches as before and more, so that only the hash can tell.
  for (int i = 0; i < 6; ++i) {
    audit.seal();
    audit.append(who, {"x.y", "", AuditOutcome::done, ""});
  }
  EXPECT_GE(audit.head().batch, head.batch);
  EXPECT_TRUE(audit.verify().intact);
  EXPECT_FALSE(audit.verify(head).intact);
  AuditHead foreign = head;
  foreign.tenant = "341621";
  EXPECT_FALSE(audit.verify(foreign).intact);
}

TEST_P(Trail, ExportsAreCheckedWithoutADatabase) {
  const AuditHead head = audit.head();
  const std::string text = exported();
  const auto check = [&](const std::string& lines, const std::optional<AuditHead>& known = {}) {
    std::istringstream in(lines);
    return verify_audit_export(in, known);
  };
  EXPECT_TRUE(check(text).intact);
  EXPECT_TRUE(check(text, head).intact);
  EXPECT_EQ(check(text).entries, 21);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = text;
    const auto at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return out.replace(at, from.size(), to);
  };
  EXPECT_FALSE(check(with("zhang", "lihua")).intact);
  EXPECT_FALSE(check(with("statement/7", "statement/8")).intact);
  EXPECT_FALSE(check(with("\"batch\":2", "\"batch\":3")).intact);
  const auto first_line = text.find('\n') + 1;
  EXPECT_FALSE(check(text.substr(first_line)).intact);
  EXPECT_EQ(code_of([&] { check(text.substr(0, text.rfind("{\"head\""))); }), "bad_export");
  EXPECT_EQ(code_of([&] { check("nonsense\n" + text); }), "bad_export");
  EXPECT_EQ(code_of([&] { check(""); }), "bad_export");
  // Every character of an entry and of a seal counts.
  const std::string body = text.substr(0, text.rfind("{\"head\""));
  for (std::size_t i = 3; i < body.size(); i += 11) {
    std::string other = text;
    if (other[i] == '\n') continue;
    other[i] = other[i] == '1' ? '2' : '1';
    try {
      EXPECT_FALSE(check(other, head).intact) << i << ": " << text.substr(i > 30 ? i - 30 : 0, 60);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_export);
    }
  }
}

TEST_P(Trail, SearchPagesFromTheNewest) {
  std::vector<std::string> objects;
  std::string cursor;
  do {
    const AuditPage page = audit.search({.action = "statement."}, 6, cursor);
    EXPECT_LE(page.entries.size(), 6U);
    for (const AuditEntry& e : page.entries) objects.push_back(e.object);
    cursor = page.next.value_or("");
  } while (!cursor.empty());
  ASSERT_EQ(objects.size(), 20U);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(objects[static_cast<std::size_t>(i)], fmt::format("statement/{}", 19 - i));
  EXPECT_EQ(audit.search({.action = "statement.post"}, 100).entries.size(), 8U);
  EXPECT_EQ(audit.search({.who = "zhang"}, 100).entries.size(), 20U);
  EXPECT_EQ(audit.search({.who = "wang"}, 100).entries.size(), 0U);
  EXPECT_EQ(audit.search({.object = "statement/4"}, 100).entries.size(), 1U);
  EXPECT_EQ(audit.search({.outcome = AuditOutcome::denied}, 100).entries.size(), 0U);
  const Instant start = parse_instant("2026-11-24 09:00");
  EXPECT_EQ(audit.search({.from = Instant{start.seconds + 14}, .to = Instant{start.seconds + 35}}, 100)
                .entries.size(),
            3U);
  for (const char* bad : {"x", "' OR 1=1", "0123456789abcdef01234567x"})
    EXPECT_EQ(code_of([&] { audit.search({}, 5, bad); }), "bad_cursor") << bad;
}

TEST_P(Trail, ForeignTextIsKeptSafe) {
  Caller rude = who;
  rude.address = std::string("10.0.0.1\r\nX: y\0z", 16);
  rude.request_id = std::string(5000, 'r');
  audit.append(rude, {"a.b", "x\xff", AuditOutcome::failed, std::string(9000, 'd')});
  const AuditEntry e = audit.search({}, 1).entries.at(0);
  EXPECT_EQ(e.address, "10.0.0.1  X: y z");
  EXPECT_EQ(e.object, "x?");
  EXPECT_EQ(e.detail.size(), 4000U);
  audit.seal();
  EXPECT_TRUE(audit.verify().intact);
}

TEST_P(Trail, SeveralWritersAndSealersAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const auto own = store::Database::open(w.database.url());
      testing::SeededEntropy entropy(static_cast<std::uint64_t>(i) + 77);
      Audit mine(*own, World::tenant, w.clock, entropy);
      for (int k = 0; k < 25; ++k) {
        for (int again = 0;; ++again) try {
            mine.append(who, {"many.write", fmt::format("{}-{}", i, k), AuditOutcome::done, ""});
            break;
          } catch (const Error& e) {
            if (again > 20) throw;
          }
        if (k % 8 == 0) try {
            mine.seal();
          } catch (const Error& e) {
            EXPECT_EQ(e.code().name, "busy");
          }
      }
    });
  for (auto& t : threads) t.join();
  audit.seal();
  const AuditVerification v = audit.verify();
  EXPECT_TRUE(v.intact) << (v.faults.empty() ? "" : v.faults[0].en);
  EXPECT_EQ(v.entries, 121);
}

TEST_P(Trail, AChangeAndItsEntryAreThereBothOrNeither) {
  const auto before = audit.search({}, 500).entries.size();
  EXPECT_EQ(
      code_of([&] { w.identity.create_user(who, {"x1", "某", {"office"}, {"administrator", "auditor"}}); }),
      "roles_exclude");
  EXPECT_EQ(audit.search({}, 500).entries.size(), before);
  w.identity.create_user(who, {"x1", "某", {"office"}, {"auditor"}});
  EXPECT_EQ(audit.search({.action = "user.create"}, 500).entries.size(), 1U);
}

TEST_P(Trail, DenialsAreNoted) {
  w.person("zhen", {"township"}, "div-341602100");
  Caller c = w.enter("zhen").caller;
  try {
    c.require(Permission::users_manage);
    FAIL();
  } catch (const Error& e) {
    w.identity.note_denied(c, "user.create", "user/x", e);
  }
  const AuditEntry e = audit.search({.outcome = AuditOutcome::denied}, 1).entries.at(0);
  EXPECT_EQ(e.who, "zhen");
  EXPECT_EQ(e.action, "user.create");
  EXPECT_NE(e.detail.find("identity.forbidden"), std::string::npos);
}

}  // namespace
}  // namespace tributary::identity
