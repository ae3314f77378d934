#include "identity/audit.h"

#include "base/json.h"
#include "base/text.h"
#include "identity/audit_chain.h"
#include "identity/codes.h"
#include "identity/words.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_detail = 4000;
constexpr std::int64_t most_in_a_batch = 5000;
constexpr const char* columns =
    "id, at, user_id, who, via, address, request_id, action, object, outcome, detail, batch";

Via via_of(std::string_view name) {
  for (const Via via : {Via::cookie, Via::token, Via::command})
    if (to_string(via) == name) return via;
  return Via::anonymous;
}

AuditEntry entry_of(const store::Row& row) {
  AuditEntry e;
  e.id = row.text(0);
  e.at = {row.integer(1)};
  e.user = row.text(2);
  e.who = row.text(3);
  e.via = via_of(row.text(4));
  e.address = row.text(5);
  e.request_id = row.text(6);
  e.action = row.text(7);
  e.object = row.text(8);
  e.outcome = parse_audit_outcome(row.text(9)).value_or(AuditOutcome::failed);
  e.detail = row.text(10);
  if (row.integer(11) != 0) e.batch = row.integer(11);
  return e;
}

std::string id_from(Instant at) {
  return fmt::format("{:010x}", std::max<std::int64_t>(at.seconds, 0));
}

bool is_cursor(const std::string& text) {
  return text.size() == 24 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<AuditHead> last_seal(store::Transaction& t, const std::string& tenant) {
  const auto row = t.first(
      "SELECT batch, total, sealed, hash FROM audit_seal WHERE jurisdiction = ? ORDER BY batch DESC LIMIT 1",
      tenant);
  if (!row) return std::nullopt;
  return AuditHead{tenant, row->integer(0), row->integer(1), row->text(3), {row->integer(2)}};
}

AuditHead empty_head(const std::string& tenant) {
  return {tenant, 0, 0, first_hash(tenant), {0}};
}

}  // namespace

std::string_view to_string(AuditOutcome outcome) {
  constexpr std::array<std::string_view, 3> names{"done", "denied", "failed"};
  return names[static_cast<std::size_t>(outcome)];
}
std::optional<AuditOutcome> parse_audit_outcome(std::string_view name) {
  for (const AuditOutcome outcome : {AuditOutcome::done, AuditOutcome::denied, AuditOutcome::failed})
    if (to_string(outcome) == name) return outcome;
  return std::nullopt;
}

std::string to_json(const AuditHead& head) {
  return Json{{"format", audit_format},  {"tenant", head.tenant}, {"batch", head.batch},
              {"entries", head.entries}, {"hash", head.hash},     {"sealed", to_rfc3339(head.sealed)}}
      .dump();
}

AuditHead parse_audit_head(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != audit_format)
      throw Error(codes::bad_export, {"不是本程序的审计链头", "this is no head of an audit trail"});
    return {json.at("tenant").get<std::string>(), json.at("batch").get<std::int64_t>(),
            json.at("entries").get<std::int64_t>(), json.at("hash").get<std::string>(),
            parse_instant(json.at("sealed").get<std::string>())};
  } catch (const Json::exception&) {
    throw Error(codes::bad_export, {"审计链头读不懂", "the head of the audit trail cannot be read"}, {},
                {"请用 tributary audit head 写出的文件", "use a file written by tributary audit head"});
  }
}

Audit::Audit(store::Database& database, std::string tenant, const Clock& clock, Entropy& entropy)
    : database_(database), tenant_(std::move(tenant)), clock_(clock), entropy_(entropy) {}

// Microseconds keep the writers of one second in order (a command, then another), the step keeps one
// writer's entries apart.
std::uint32_t Audit::next_within_second(Instant at) {
  const std::scoped_lock lock(order_);
  within_ = at == second_ ? std::max(within_ + 1, clock_.microseconds()) : clock_.microseconds();
  second_ = at;
  return within_ & 0xffffffU;
}

void Audit::append(const Caller& who, const AuditNote& note) {
  database_.write([&](store::Transaction& t) { append(t, who, note); });
}

void Audit::append(store::Transaction& t, const Caller& who, const AuditNote& note) {
  const Instant at = clock_.now();
  std::string random;
  for (const char c : entropy_.bytes(4)) random += fmt::format("{:02x}", static_cast<unsigned char>(c));
  const std::string id = fmt::format("{}{:06x}{}", id_from(at), next_within_second(at), random);
  t.execute(
      "INSERT INTO audit_entry (jurisdiction, id, at, user_id, who, via, address, request_id, action, "
      "object, outcome, detail, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
      tenant_, id, at.seconds, who.user.value, kept(who.name, 200), to_string(who.via),
      kept(who.address, 100), kept(who.request_id, 100), kept(note.action, 100), kept(note.object, 300),
      to_string(note.outcome), kept(note.detail, longest_detail));
}

std::int64_t Audit::seal() {
  std::int64_t sealed = 0;
  for (std::int64_t now = most_in_a_batch; now == most_in_a_batch; sealed += now)
    now = database_.write([&](store::Transaction& t) {
      const AuditHead before = last_seal(t, tenant_).value_or(empty_head(tenant_));
      AuditHead head = before;
      ++head.batch;
      std::string hashes;
      std::int64_t count = 0;
      std::vector<std::string> ids;
      t.each(
          [&](const store::Row& row) {
            const AuditEntry e = entry_of(row);
            hashes += entry_hash(e) + "\n";
            ids.push_back(e.id);
            ++count;
          },
          fmt::format("SELECT {} FROM audit_entry WHERE jurisdiction = ? AND batch = 0 ORDER BY id LIMIT {}",
                      columns, most_in_a_batch),
          tenant_);
      if (count == 0) return count;
      for (const std::string& id : ids)
        t.execute("UPDATE audit_entry SET batch = ? WHERE jurisdiction = ? AND id = ?", head.batch, tenant_,
                  id);
      t.execute(
          "INSERT INTO audit_seal (jurisdiction, batch, entries, total, sealed, hash) VALUES (?, ?, ?, ?, ?, "
          "?)",
          tenant_, head.batch, count, before.entries + count, clock_.now().seconds,
          batch_hash(before.hash, head.batch, hashes));
      return count;
    });
  return sealed;
}

AuditHead Audit::head() const {
  return database_.read(
      [&](store::Transaction& t) { return last_seal(t, tenant_).value_or(empty_head(tenant_)); });
}

AuditVerification Audit::verify(const std::optional<AuditHead>& known) const {
  return database_.read([&](store::Transaction& t) {
    ChainCheck check(tenant_, known);
    std::map<std::int64_t, Seal> seals;
    t.each(
        [&](const store::Row& row) {
          seals[row.integer(0)] = {row.integer(0), row.integer(1), row.integer(2), row.text(3)};
        },
        "SELECT batch, entries, total, hash FROM audit_seal WHERE jurisdiction = ? ORDER BY batch", tenant_);
    auto next = seals.begin();
    const auto close_before = [&](std::int64_t batch) {
      for (; next != seals.end() && next->first < batch; ++next) check.seal(next->second);
    };
    t.each(
        [&](const store::Row& row) {
          const AuditEntry e = entry_of(row);
          close_before(*e.batch);
          if (next == seals.end() || next->first != *e.batch)
            check.stray(e);
          else
            check.entry(e);
        },
        fmt::format("SELECT {} FROM audit_entry WHERE jurisdiction = ? AND batch > 0 ORDER BY batch, id",
                    columns),
        tenant_);
    close_before(std::numeric_limits<std::int64_t>::max());
    AuditVerification out = check.result();
    out.unsealed =
        t.first("SELECT COUNT(*) FROM audit_entry WHERE jurisdiction = ? AND batch = 0", tenant_)->integer(0);
    return out;
  });
}

AuditPage Audit::search(const AuditFilter& filter, std::size_t limit, const std::string& cursor) const {
  if (!cursor.empty() && !is_cursor(cursor))
    throw Error(codes::bad_cursor, {"翻页标记无效", "the page cursor is not valid"}, {"", 0, 0, "cursor"},
                {"请从第一页重新开始", "start again from the first page"});
  std::string sql = fmt::format("SELECT {} FROM audit_entry WHERE jurisdiction = ?", columns);
  std::vector<store::Value> values{tenant_};
  const auto also = [&](std::string_view condition, std::string value) {
    sql += fmt::format(" AND {}", condition);
    values.emplace_back(std::move(value));
  };
  if (filter.from) also("id >= ?", id_from(*filter.from));
  if (filter.to) also("id < ?", id_from(*filter.to));
  if (!cursor.empty()) also("id < ?", cursor);
  if (!filter.who.empty()) {
    also("(who = ? OR user_id = ?)", filter.who);
    values.emplace_back(filter.who);
  }
  if (filter.action.ends_with('.')) {
    also("action >= ?", filter.action);
    also("action < ?", filter.action.substr(0, filter.action.size() - 1) + "/");  // '/' follows '.'
  } else if (!filter.action.empty()) {
    also("action = ?", filter.action);
  }
  if (!filter.object.empty()) also("object = ?", filter.object);
  if (filter.outcome) also("outcome = ?", std::string(to_string(*filter.outcome)));
  sql += fmt::format(" ORDER BY id DESC LIMIT {}", limit + 1);
  return database_.read([&](store::Transaction& t) {
    AuditPage page;
    t.each_values(sql, values, [&](const store::Row& row) { page.entries.push_back(entry_of(row)); });
    if (page.entries.size() > limit) {
      page.entries.resize(limit);
      if (limit > 0) page.next = page.entries.back().id;
    }
    return page;
  });
}

std::int64_t Audit::export_lines(const std::function<void(std::string_view)>& line) const {
  return database_.read([&](store::Transaction& t) {
    std::map<std::int64_t, std::string> seals;
    AuditHead head = empty_head(tenant_);
    t.each(
        [&](const store::Row& row) {
          const Seal seal{row.integer(0), row.integer(1), row.integer(2), row.text(3)};
          head = {tenant_, seal.batch, seal.total, seal.hash, {row.integer(4)}};
          seals[seal.batch] = seal_line(seal);
        },
        "SELECT batch, entries, total, hash, sealed FROM audit_seal WHERE jurisdiction = ? ORDER BY batch",
        tenant_);
    auto next = seals.begin();
    std::int64_t written = 0;
    const auto close_before = [&](std::int64_t batch) {
      for (; next != seals.end() && next->first < batch; ++next) line(next->second);
    };
    t.each(
        [&](const store::Row& row) {
          const AuditEntry e = entry_of(row);
          close_before(*e.batch);
          line(entry_line(e));
          ++written;
        },
        fmt::format("SELECT {} FROM audit_entry WHERE jurisdiction = ? AND batch > 0 ORDER BY batch, id",
                    columns),
        tenant_);
    close_before(std::numeric_limits<std::int64_t>::max());
    line(fmt::format("{{\"head\":{}}}", to_json(head)));
    return written;
  });
}

}  // namespace tributary::identity
