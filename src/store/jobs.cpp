#include "store/jobs.h"

#include <array>

#include <fmt/format.h>

namespace tributary::store {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 5> names{{{JobState::waiting, "waiting"},
                                                                      {JobState::running, "running"},
                                                                      {JobState::done, "done"},
                                                                      {JobState::failed, "failed"},
                                                                      {JobState::cancelled, "cancelled"}}};

constexpr std::string_view columns =
    "id, kind, arguments, state, done, total, message_zh, message_en, result, owner, by_whom, created, "
    "started, "
    "finished, attempts, cancel";

std::optional<Instant> instant_or_none(const Row& row, std::size_t column) {
  const auto value = row.integer_or_null(column);
  return value ? std::optional(Instant{*value}) : std::nullopt;
}

Job job_of(const Row& row) {
  Job out;
  out.id = row.integer(0);
  out.kind = row.text(1);
  out.arguments = row.text(2);
  out.state = parse_job_state(row.text(3)).value_or(JobState::failed);
  out.done = row.integer(4);
  out.total = row.integer(5);
  out.message = {row.text(6), row.text(7)};
  out.result = row.text(8);
  out.owner = row.text(9);
  out.by = row.text(10);
  out.created = {row.integer(11)};
  out.started = instant_or_none(row, 12);
  out.finished = instant_or_none(row, 13);
  out.attempts = row.integer(14);
  out.cancel = row.integer(15) != 0;
  return out;
}

}  // namespace

std::string_view to_string(JobState state) {
  return names[static_cast<std::size_t>(state)].second;
}

std::optional<JobState> parse_job_state(std::string_view name) {
  for (const auto& [state, known] : names)
    if (known == name) return state;
  return std::nullopt;
}

std::int64_t Jobs::add(const NewJob& job) {
  return database_.write([&](Transaction& t) {
    const std::int64_t now = clock_.now().seconds;
    const std::int64_t id =
        t.first("SELECT COALESCE(MAX(id), 0) + 1 FROM job WHERE jurisdiction = ?", tenant_)->integer(0);
    t.execute(
        "INSERT INTO job (jurisdiction, id, kind, arguments, state, done, total, message_zh, message_en, "
        "result, owner, "
        "by_whom, created, beat, attempts, cancel) VALUES (?, ?, ?, ?, 'waiting', 0, 0, '', '', '', ?, ?, ?, "
        "?, 0, 0)",
        tenant_, id, job.kind, job.arguments, job.owner, job.by, now, now);
    return id;
  });
}

std::optional<Job> Jobs::find(std::int64_t id) const {
  return database_.read([&](Transaction& t) -> std::optional<Job> {
    const auto row =
        t.first(fmt::format("SELECT {} FROM job WHERE jurisdiction = ? AND id = ?", columns), tenant_, id);
    return row ? std::optional(job_of(*row)) : std::nullopt;
  });
}

std::vector<Job> Jobs::list(std::string_view owner, std::size_t limit, std::int64_t before) const {
  return database_.read([&](Transaction& t) {
    std::vector<Job> out;
    std::string sql = fmt::format("SELECT {} FROM job WHERE jurisdiction = ?", columns);
    std::vector<Value> values{tenant_};
    if (!owner.empty()) {
      sql += " AND owner = ?";
      values.emplace_back(std::string(owner));
    }
    if (before > 0) {
      sql += " AND id < ?";
      values.emplace_back(before);
    }
    sql += " ORDER BY id DESC LIMIT ?";
    values.emplace_back(static_cast<std::int64_t>(limit));
    t.each_values(sql, values, [&](const Row& row) { out.push_back(job_of(row)); });
    return out;
  });
}

bool Jobs::cancel(std::int64_t id) {
  return database_.write([&](Transaction& t) {
    const std::int64_t now = clock_.now().seconds;
    if (t.execute("UPDATE job SET state = 'cancelled', cancel = 1, finished = ? WHERE jurisdiction = ? AND "
                  "id = ? AND "
                  "state = 'waiting'",
                  now, tenant_, id) > 0)
      return true;
    return t.execute("UPDATE job SET cancel = 1 WHERE jurisdiction = ? AND id = ? AND state = 'running'",
                     tenant_, id) > 0;
  });
}

std::optional<Job> Jobs::take() {
  const std::int64_t now = clock_.now().seconds;
  // Looking is cheap and takes no lock; taking checks again.
  const auto candidate = [&](Transaction& t) {
    return t.first(
        fmt::format("SELECT {} FROM job WHERE jurisdiction = ? AND (state = 'waiting' OR (state = 'running' "
                    "AND beat < ?)) ORDER BY id LIMIT 1",
                    columns),
        tenant_, now - patience_);
  };
  if (!database_.read(candidate)) return std::nullopt;
  return database_.write([&](Transaction& t) -> std::optional<Job> {
    const auto row = candidate(t);
    if (!row) return std::nullopt;
    Job job = job_of(*row);
    const std::int64_t changed = t.execute(
        "UPDATE job SET state = 'running', started = COALESCE(started, ?), beat = ?, attempts = attempts + 1 "
        "WHERE "
        "jurisdiction = ? AND id = ? AND attempts = ?",
        now, now, tenant_, job.id, job.attempts);
    if (changed == 0) return std::nullopt;
    ++job.attempts;
    job.state = JobState::running;
    return job;
  });
}

bool Jobs::beat(const Job& job, std::int64_t done, std::int64_t total, const Text& message) {
  return database_.write([&](Transaction& t) {
    return t.execute(
               "UPDATE job SET done = ?, total = ?, message_zh = ?, message_en = ?, beat = ? WHERE "
               "jurisdiction = ? AND "
               "id = ? AND attempts = ? AND state = 'running' AND cancel = 0",
               done, total, message.zh, message.en, clock_.now().seconds, tenant_, job.id, job.attempts) > 0;
  });
}

void Jobs::finish(const Job& job, JobState state, const Text& message, const std::string& result) {
  database_.write([&](Transaction& t) {
    t.execute(
        "UPDATE job SET state = ?, message_zh = ?, message_en = ?, result = ?, finished = ? WHERE "
        "jurisdiction = ? AND "
        "id = ? AND attempts = ? AND state = 'running'",
        to_string(state), message.zh, message.en, result, clock_.now().seconds, tenant_, job.id,
        job.attempts);
  });
}

void Jobs::give_back(const Job& job) {
  database_.write([&](Transaction& t) {
    t.execute(
        "UPDATE job SET state = 'waiting' WHERE jurisdiction = ? AND id = ? AND attempts = ? AND state = "
        "'running'",
        tenant_, job.id, job.attempts);
  });
}

std::int64_t Jobs::sweep(Instant before) {
  return database_.write([&](Transaction& t) {
    return t.execute("DELETE FROM job WHERE jurisdiction = ? AND finished IS NOT NULL AND finished < ?",
                     tenant_, before.seconds);
  });
}

}  // namespace tributary::store
