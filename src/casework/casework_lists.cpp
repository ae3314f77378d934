// Looking at one case, at many, and at what came of them.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/search.h"
#include "casework/stored.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr const char* head_columns =
    "c.id, c.type, c.hash, c.number, c.title, c.state, c.open, c.applicant, c.due, c.created, "
    "c.created_name, c.entered, c.version";

std::optional<Date> day_or_none(const std::string& text) {
  if (text.empty() || text == no_end) return std::nullopt;
  return parse_date(text);
}

CaseHead head_of(const store::Row& row) {
  CaseHead out;
  out.id = {row.integer(0)};
  out.type = row.text(1);
  out.number = row.text(3);
  out.title = row.text(4);
  out.state = row.text(5);
  out.open = row.integer(6) != 0;
  out.applicant = row.text(7);
  out.due = day_or_none(row.text(8));
  out.created = {row.integer(9)};
  out.created_name = row.text(10);
  out.entered = {row.integer(11)};
  out.version = row.integer(12);
  return out;
}

}  // namespace

std::int64_t number_of(std::string_view text, std::int64_t otherwise) {
  std::int64_t out = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

CaseView Casework::view_of(store::Transaction& t, const identity::Caller& caller, const Stored& s) const {
  const Person who = person(caller, identity::Permission::cases_act);
  const Date today = clock_.today();
  CaseView out;
  out.head = s.head();
  out.type = s.type;
  const auto latest = types_->find(s.type->name());
  out.latest_version = latest != types_->end() && latest->second->declared.hash == s.type->declared.hash;
  out.state = s.state;
  out.state.form = masked_form(*s.type, s.state.form);
  out.computed = Figures(*s.type, s.state.form, tallies(*s.type, s.state), today).computed();
  out.options = options(*s.type, s.state, who, today);
  out.ballots = open_ballots(*s.type, s.state, who);
  out.may_save = may_save(*s.type, s.state, who);
  out.may_reveal = acts_in(*s.type, s.state, who);
  t.each(
      [&](const store::Row& row) {
        CaseEvent event;
        event.seq = row.integer(0);
        event.at = {row.integer(1)};
        event.name = row.text(2);
        event.organisation = row.text(3);
        event.step = row.text(4);
        event.from = row.text(5);
        event.to = row.text(6);
        event.reason = row.text(7);
        event.changes = Json::parse(row.text(8));
        event.effects = Json::parse(row.text(9));
        if (const Step* step = s.type->step(event.step))
          event.label = step->label;
        else if (event.step == "start")
          event.label = {"新建", "Begun"};
        else if (event.step == "save")
          event.label = {"保存草稿", "Draft saved"};
        else if (const Ballot* ballot =
                     s.type->ballot(event.step.substr(std::min<std::size_t>(5, event.step.size()))))
          event.label = ballot->label;
        else if (event.step == "migrate")
          event.label = {"改用新版表单", "Moved to the newer form"};
        else
          event.label = {event.step, event.step};  // of the type as it was before
        out.events.push_back(std::move(event));
      },
      "SELECT seq, at, name, organisation, step, from_state, to_state, reason, changes, effects FROM "
      "casework_event WHERE "
      "jurisdiction = ? AND case_id = ? ORDER BY seq",
      tenant_, s.id.value);
  t.each(
      [&](const store::Row& row) {
        out.voices.push_back({row.text(0),
                              row.integer(1) != 0,
                              row.text(2),
                              row.text(3),
                              parse_voice(row.text(4)).value_or(Voice::Choice::abstain),
                              row.text(5),
                              {row.integer(6)}});
      },
      "SELECT ballot, live, name, organisation, choice, words, at FROM casework_voice WHERE jurisdiction = ? "
      "AND case_id = ? ORDER BY "
      "seq",
      tenant_, s.id.value);
  t.each([&](const store::Row& row) { out.comments.push_back({{row.integer(0)}, row.text(1), row.text(2)}); },
         "SELECT at, name, words FROM casework_comment WHERE jurisdiction = ? AND case_id = ? ORDER BY seq",
         tenant_, s.id.value);
  t.each(
      [&](const store::Row& row) {
        out.documents.push_back({row.text(0),
                                 s.id,
                                 row.text(1),
                                 row.text(2),
                                 row.integer(3),
                                 row.text(4),
                                 {row.integer(5)},
                                 row.text(6)});
      },
      "SELECT id, name, media_type, bytes, sha256, at, name_of_user FROM casework_document WHERE "
      "jurisdiction = ? AND case_id = ? "
      "ORDER BY at, id",
      tenant_, s.id.value);
  out.following =
      t.first("SELECT 1 FROM casework_following WHERE jurisdiction = ? AND user_id = ? AND case_id = ?",
              tenant_, caller.user.value, s.id.value)
          .has_value();
  out.may_migrate = !out.latest_version && may_migrate(caller, s);
  out.papers = papers_of(out, who);
  const Person reader = person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(reader, "s", !reader.hats.empty());
  std::vector<store::Value> values{store::to_value(tenant_), store::to_value(s.id.value)};
  values.insert(values.end(), reach.values.begin(), reach.values.end());
  std::vector<store::Row> below;
  t.each_values(fmt::format("SELECT {} FROM casework_case c WHERE c.jurisdiction = ? AND c.parent = ? AND "
                            "EXISTS (SELECT 1 FROM "
                            "casework_seer s WHERE s.jurisdiction = c.jurisdiction AND s.case_id = c.id AND "
                            "({})) ORDER BY c.id",
                            head_columns, reach.condition),
                values, [&](const store::Row& row) { below.push_back(row); });
  for (const store::Row& row : below) {
    CaseHead head = head_of(row);
    head.state_label = label_of(t, row.text(2), head.state);
    out.children.push_back(std::move(head));
  }
  return out;
}

Text Casework::label_of(store::Transaction& t, const std::string& hash, const std::string& state) const {
  try {
    if (const StateInfo* info = type_of(t, hash)->state(state)) return info->label;
  } catch (const Error& e) {
    if (e.code() != codes::bad_case_type && e.code() != codes::bad_record) throw;
  }
  return {state, state};  // its declaration cannot be read: its own word
}

std::optional<CaseHead> Casework::head(store::Transaction& t, CaseId id) const {
  const auto row = t.first(
      fmt::format("SELECT {} FROM casework_case c WHERE c.jurisdiction = ? AND c.id = ?", head_columns),
      tenant_, id.value);
  if (!row) return std::nullopt;
  CaseHead out = head_of(*row);
  out.state_label = label_of(t, row->text(2), out.state);
  return out;
}

CasePage Casework::list(const identity::Caller& caller, const CaseFilter& filter, std::size_t limit,
                        const std::string& cursor) const {
  const Person reader = person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(reader, "s", !reader.hats.empty());
  std::string sql = fmt::format("SELECT {} FROM casework_case c WHERE c.jurisdiction = ?", head_columns);
  std::vector<store::Value> values{store::to_value(tenant_)};
  const auto where = [&](const std::string& condition, const auto& value) {
    sql += " AND " + condition;
    values.push_back(store::to_value(value));
  };
  return database_.read([&](store::Transaction& t) {
    if (!filter.type.empty()) where("c.type = ?", filter.type);
    if (!filter.state.empty()) where("c.state = ?", filter.state);
    if (filter.open) where("c.open = ?", *filter.open ? 1 : 0);
    if (!filter.applicant.empty()) where("c.applicant = ?", filter.applicant);
    if (filter.article != 0) {
      std::string names;
      for (const auto& [name, type] : *types_) {
        const auto& articles = type->declared.articles;
        if (std::find(articles.begin(), articles.end(), filter.article) == articles.end()) continue;
        names += names.empty() ? "?" : ", ?";
        values.push_back(store::to_value(name));
      }
      where(names.empty() ? "c.article = ?" : "(c.type IN (" + names + ") OR c.article = ?)", filter.article);
    }
    if (!filter.words.empty()) {
      const auto phrases = phrases_of(filter.words);
      if (phrases.empty())
        throw Error(codes::bad_search, {"请输入文字或数字", "enter letters, characters or digits"},
                    {"", 0, 0, "words"});
      if (t.dialect() == store::Dialect::sqlite)
        where("c.text_row IN (SELECT rowid FROM casework_text WHERE casework_text MATCH ?)",
              fts5_query(phrases));
      else
        where("c.text_row IN (SELECT row_id FROM casework_text WHERE tokens @@ to_tsquery('simple', ?))",
              tsquery(phrases));
    }
    if (!cursor.empty()) where("c.id < ?", number_of(cursor, 0));
    sql +=
        " AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = c.jurisdiction AND s.case_id = "
        "c.id AND (" +
        reach.condition + "))";
    values.insert(values.end(), reach.values.begin(), reach.values.end());
    // What was found by words is few: from there to the cases, not through all cases in order.
    sql += filter.words.empty() ? " ORDER BY c.id DESC LIMIT ?" : " ORDER BY +c.id DESC LIMIT ?";
    values.push_back(store::to_value(static_cast<std::int64_t>(limit) + 1));
    std::vector<store::Row> rows;
    t.each_values(sql, values, [&](const store::Row& row) { rows.push_back(row); });
    CasePage out;
    for (const store::Row& row : rows) {
      if (out.cases.size() == limit) {
        out.next = std::to_string(out.cases.back().id.value);
        break;
      }
      CaseHead head = head_of(row);
      head.state_label = label_of(t, row.text(2), head.state);
      out.cases.push_back(std::move(head));
    }
    return out;
  });
}

InboxPage Casework::inbox(const identity::Caller& caller, std::size_t limit,
                          const std::string& cursor) const {
  const Person who = person(caller, identity::Permission::cases_act);
  const Reach reach = reach_of(who, "w", false);
  const std::string sql = "SELECT w.due, w.case_id FROM casework_waiting w WHERE w.jurisdiction = ? AND (" +
                          reach.condition +
                          ") AND (w.due > ? OR (w.due = ? AND w.case_id > ?)) GROUP BY w.due, w.case_id "
                          "ORDER BY w.due, w.case_id LIMIT ?";
  std::string due;
  std::int64_t last = 0;
  if (const auto slash = cursor.find('/'); slash != std::string::npos) {
    due = cursor.substr(0, slash);
    last = number_of(std::string_view(cursor).substr(slash + 1), 0);
  }
  return database_.read([&](store::Transaction& t) {
    InboxPage out;
    std::string after = due;
    std::int64_t above = last;
    // What waits for a colleague (the same person may not, a voice was given) is passed over; so further rows
    // are read until the page is full.
    for (std::size_t looked_at = 0; looked_at < 10 * limit + 100;) {
      std::vector<store::Value> values{store::to_value(tenant_)};
      values.insert(values.end(), reach.values.begin(), reach.values.end());
      for (const store::Value& value :
           {store::to_value(after), store::to_value(after), store::to_value(above),
            store::to_value(static_cast<std::int64_t>(limit) + 1)})
        values.push_back(value);
      std::vector<std::pair<std::string, std::int64_t>> keys;
      t.each_values(sql, values,
                    [&](const store::Row& row) { keys.emplace_back(row.text(0), row.integer(1)); });
      for (const auto& [day, id] : keys) {
        if (out.items.size() == limit) {
          out.next = after + "/" + std::to_string(above);
          return out;
        }
        after = day;
        above = id;
        ++looked_at;
        if (auto item = due_from(t, who, {id})) out.items.push_back(std::move(*item));
      }
      if (keys.size() <= limit) return out;
    }
    out.next = after + "/" + std::to_string(above);
    return out;
  });
}

std::optional<InboxItem> Casework::due_from(store::Transaction& t, const Person& who, CaseId id) const {
  try {
    const auto stored = find(t, id, Personal::sealed);
    if (!stored) return std::nullopt;
    InboxItem item{stored->head(), {}, {}};
    for (const Option& option : options(*stored->type, stored->state, who, clock_.today()))
      if (option.step->expected && !option.for_others &&
          !(option.refused && option.refused->code() == codes::same_person)) {
        item.what.push_back(option.step->label);
        if (const Step& step = *option.step;
            !option.refused && !step.reason &&
            std::none_of(step.needs.begin(), step.needs.end(),
                         [&](const std::string& field) { return is_empty(stored->state.form, field); }))
          item.plain_steps.emplace_back(option.step->name, option.step->label);
      }
    for (const Ballot* ballot : open_ballots(*stored->type, stored->state, who))
      item.what.push_back(ballot->label);
    if (item.what.empty()) return std::nullopt;
    return item;
  } catch (const Error& e) {
    if (e.code() != codes::bad_case_type && e.code() != codes::bad_record) throw;
    // One that can no longer be read must not hide the others.
    auto found = head(t, id);
    if (!found) return std::nullopt;
    InboxItem item{std::move(*found),
                   {{"这件事读不出来，请联系系统管理员", "this case cannot be read; tell the administrator"}},
                   {}};
    return item;
  }
}

std::vector<RegisterEntry> Casework::entries(const std::string& kind, std::size_t limit,
                                             const std::string& after) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<RegisterEntry> out;
    t.each(
        [&](const store::Row& row) {
          out.push_back({row.text(0),
                         row.text(1),
                         row.text(2),
                         row.text(3),
                         row.text(4),
                         row.text(5),
                         Json::parse(row.text(6)),
                         {row.integer(7)},
                         row.integer(8) != 0});
        },
        "SELECT kind, number, title, holder, valid_from, valid_to, details, case_id, ended_by FROM "
        "casework_entry WHERE "
        "jurisdiction = ? AND kind = ? AND number > ? ORDER BY number LIMIT ?",
        tenant_, kind, after, static_cast<std::int64_t>(limit));
    return out;
  });
}

std::int64_t Casework::begun_in(store::Transaction& t, const std::string& tenant, const std::string& type,
                                const std::string& applicant, const Period& period) {
  return t
      .first(
          "SELECT COUNT(*) FROM casework_case c WHERE jurisdiction = ? AND type = ? AND applicant = ? AND "
          "created >= ? "
          "AND created < ? AND EXISTS (SELECT 1 FROM casework_took k WHERE k.jurisdiction = c.jurisdiction "
          "AND k.case_id "
          "= c.id AND k.step <> 'start')",
          tenant, type, applicant, start_of(period.from()).seconds, start_of(period.to()).seconds)
      ->integer(0);
}

}  // namespace tributary::casework
