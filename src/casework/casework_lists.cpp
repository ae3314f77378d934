// Looking at one case, at many, and at what came of them.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/search.h"
#include "casework/stored.h"

#include <algorithm>
#include <charconv>
#include <limits>

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

std::string together_of(const std::vector<std::string>& parts, const char* columns, const char* order) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += fmt::format("{}SELECT {} FROM ({}) p{}", i == 0 ? "" : " UNION ", columns, parts[i], i);
  return fmt::format("{} ORDER BY {} LIMIT ?", out, order);
}

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
  out.origins = s.origins;
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
        else if (event.step == "erase")
          event.label = {"删除个人信息", "Personal values erased"};
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
                              {row.integer(6)},
                              row.text(7)});
      },
      "SELECT ballot, live, name, organisation, choice, words, at, score FROM casework_voice WHERE "
      "jurisdiction = ? "
      "AND case_id = ? ORDER BY "
      "seq",
      tenant_, s.id.value);
  t.each(
      [&](const store::Row& row) {
        out.comments.push_back({{row.integer(0)}, row.text(1), row.text(2)});
      },
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
                                 row.text(6),
                                 Vault::is_sealed(row.text(7)),
                                 row.text(7).empty()});
      },
      // The first signs tell: what is sealed names its version, which base64 never does, and nothing is left of
      // what was erased.
      "SELECT id, name, media_type, bytes, sha256, at, name_of_user, SUBSTR(content, 1, 3) FROM casework_document "
      "WHERE jurisdiction = ? AND case_id = ? ORDER BY at, id",
      tenant_, s.id.value);
  // What a personal file is called may tell who it is about.
  if (!out.may_reveal)
    for (StoredDocument& one : out.documents)
      if (one.personal) one.name = "**" + one.name.substr(std::min(one.name.size(), one.name.rfind('.')));
  if (const auto row = t.first(
          "SELECT e.decided FROM casework_case c JOIN casework_erasure e ON e.jurisdiction = c.jurisdiction AND e.id = "
          "c.erased WHERE c.jurisdiction = ? AND c.id = ?",
          tenant_, s.id.value))
    out.erased = Instant{row->integer(0)};
  out.held = t.first("SELECT 1 FROM casework_hold WHERE jurisdiction = ? AND case_id = ? AND lifted = 0", tenant_,
                     s.id.value)
                 .has_value();
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

namespace {

constexpr std::size_t most_found_at_once = 500;

// A list in order, from what each role reaches: of each of these, and of each type, no more is read than the
// page may need.
std::string seen_in_order(const std::string& tenant, const CaseFilter& filter,
                          const std::vector<std::string>& types, const Reach& reach, std::int64_t below,
                          std::int64_t some, std::vector<store::Value>& values) {
  std::vector<std::string> parts;
  const auto part = [&](const std::pair<std::string, std::string>& who, const std::string* type) {
    std::string sql = "SELECT s.case_id FROM casework_seer s";
    if (!filter.state.empty()) sql += " CROSS JOIN casework_case d";  // in the order of s
    sql += " WHERE s.jurisdiction = ? AND s.role = ? AND s.organisation = ?";
    for (const std::string& text : {tenant, who.first, who.second}) values.push_back(store::to_value(text));
    if (type != nullptr) {
      sql += " AND s.type = ?";
      values.push_back(store::to_value(*type));
    }
    if (!filter.state.empty()) {
      sql += " AND d.jurisdiction = s.jurisdiction AND d.id = s.case_id AND d.state = ?";
      values.push_back(store::to_value(filter.state));
    }
    if (filter.open) sql += *filter.open ? " AND s.open = 1" : " AND s.open = 0";
    parts.push_back(sql + " AND s.case_id < ? ORDER BY s.case_id DESC LIMIT ?");
    values.push_back(store::to_value(below));
    values.push_back(store::to_value(some));
  };
  for (const auto& who : reach.pairs) {
    if (types.empty() && filter.article == 0) part(who, nullptr);
    for (const std::string& type : types) part(who, &type);
  }
  if (filter.article != 0) {  // what names the article itself, whatever its type
    std::string sql = "SELECT d.id AS case_id FROM casework_case d WHERE d.jurisdiction = ? AND d.article = ?";
    values.push_back(store::to_value(tenant));
    values.push_back(store::to_value(filter.article));
    if (!filter.type.empty()) {
      sql += " AND d.type = ?";
      values.push_back(store::to_value(filter.type));
    }
    if (!filter.state.empty()) {
      sql += " AND d.state = ?";
      values.push_back(store::to_value(filter.state));
    }
    if (filter.open) sql += *filter.open ? " AND d.open = 1" : " AND d.open = 0";
    parts.push_back(sql +
                    " AND d.id < ? AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = d.jurisdiction "
                    "AND s.case_id = d.id AND (" +
                    reach.condition + ")) ORDER BY d.id DESC LIMIT ?");
    values.push_back(store::to_value(below));
    values.insert(values.end(), reach.values.begin(), reach.values.end());
    values.push_back(store::to_value(some));
  }
  if (parts.empty()) return "casework_case c WHERE 1 = 0";
  std::string from = fmt::format("({}) x JOIN casework_case c ON c.jurisdiction = ? AND c.id = x.case_id",
                                 together_of(parts, "case_id", "case_id DESC"));
  values.push_back(store::to_value(some));
  values.push_back(store::to_value(tenant));
  return from + " ORDER BY c.id DESC";
}

// A list by words or by who applied: from what was found to those of it that may be seen. `rows`: of the
// index of words, when they were found already.
std::string found_in_order(const std::string& tenant, const CaseFilter& filter,
                           const std::vector<std::string>& types, const Reach& reach, std::int64_t below,
                           std::int64_t some, std::vector<store::Value>& values,
                           const std::vector<std::int64_t>* rows = nullptr) {
  std::string from = "casework_case c";
  std::string conditions = " WHERE c.jurisdiction = ?";
  std::string order = "c.id";
  std::vector<store::Value> rest{store::to_value(tenant)};
  const auto where = [&](const std::string& condition, const auto& value) {
    conditions += " AND " + condition;
    rest.push_back(store::to_value(value));
  };
  if (rows != nullptr) {
    std::string marks;
    // As many as one of few sizes, so that statements are prepared once.
    std::vector<std::int64_t> padded = *rows;
    padded.resize(padded.size() <= 20 ? 20 : padded.size() <= 100 ? 100 : most_found_at_once, padded.back());
    for (const std::int64_t row : padded) {
      marks += marks.empty() ? "?" : ", ?";
      rest.push_back(store::to_value(row));
    }
    conditions += " AND c.text_row IN (" + marks + ")";
    order = "c.id + 0";  // by the rows that were found, not through all cases in order
  } else if (!filter.words.empty()) {
    // Rows of the index are as old as their cases: it gives them in order, and stops when the page is full.
    from = "casework_text x CROSS JOIN casework_case c ON c.text_row = x.rowid";
    where("x.tokens MATCH ?", fts5_query(searched(filter.words)));
    order = "x.rowid";
    if (below != std::numeric_limits<std::int64_t>::max()) {
      conditions +=
          " AND x.rowid <= (SELECT COALESCE(MAX(d.text_row), 0) FROM casework_case d WHERE d.jurisdiction = "
          "? "
          "AND d.id = ?)";
      rest.push_back(store::to_value(tenant));
      rest.push_back(store::to_value(below));
    }
  }
  if (!filter.state.empty()) where("c.state = ?", filter.state);
  if (filter.open) where("c.open = ?", *filter.open ? 1 : 0);
  if (!filter.applicant.empty()) where("c.applicant = ?", filter.applicant);
  if (!types.empty() || filter.article != 0) {
    std::string either;
    for (const std::string& type : types) {
      either += either.empty() ? "c.type IN (?" : ", ?";
      rest.push_back(store::to_value(type));
    }
    if (!types.empty()) either += ")";
    if (filter.article != 0) {
      either += types.empty() ? "c.article = ?" : " OR c.article = ?";
      rest.push_back(store::to_value(filter.article));
    }
    conditions += " AND (" + either + ")";
    if (filter.article != 0 && !filter.type.empty()) where("c.type = ?", filter.type);
  }
  where("c.id < ?", below);
  conditions +=
      " AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = c.jurisdiction AND s.case_id = c.id "
      "AND (" +
      reach.condition + ")";
  // For the few rows given each is asked about by itself: PostgreSQL would read all that anybody sees, were it not told so
  // by an offset.
  conditions += rows != nullptr ? " LIMIT 1 OFFSET 0)" : ")";
  rest.insert(rest.end(), reach.values.begin(), reach.values.end());
  rest.push_back(store::to_value(some));
  values = std::move(rest);
  return fmt::format("{}{} ORDER BY {} DESC LIMIT ?", from, conditions, order);
}

// The row of the index of words with which the page below a case begins.
std::int64_t row_of(store::Transaction& t, const std::string& tenant, std::int64_t below) {
  if (below == std::numeric_limits<std::int64_t>::max()) return below;
  const auto row =
      t.first("SELECT text_row FROM casework_case WHERE jurisdiction = ? AND id = ?", tenant, below);
  return row ? row->integer(0) : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

CasePage Casework::list(const identity::Caller& caller, const CaseFilter& filter, std::size_t limit,
                        const std::string& cursor) const {
  const Person reader = person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(reader, "s", !reader.hats.empty());
  const std::int64_t below = cursor.empty() ? std::numeric_limits<std::int64_t>::max() : number_of(cursor, 0);
  const auto some = static_cast<std::int64_t>(limit) + 1;
  std::vector<std::string> types;  // that the filter names; with an article also the cases that name it
  if (!filter.type.empty() && filter.article == 0) types.push_back(filter.type);
  if (filter.article != 0)
    for (const auto& [name, type] : *types_)
      if (const auto& all = type->declared.articles;
          std::find(all.begin(), all.end(), filter.article) != all.end() &&
          (filter.type.empty() || filter.type == name))
        types.push_back(name);
  return database_.read([&](store::Transaction& t) {
    CasePage out;
    std::vector<store::Row> rows;
    std::vector<store::Value> values;
    const auto read = [&](const std::string& from) {
      t.each_values(fmt::format("SELECT {} FROM {}", head_columns, from), values,
                    [&](const store::Row& row) { rows.push_back(row); });
    };
    // Who sees nearly everything comes to the cases of a state by the state; others by what they see.
    const bool wide =
        std::any_of(reader.hats.begin(), reader.hats.end(), [](const Hat& h) { return h.wide; });
    if (!filter.words.empty() && t.dialect() == store::Dialect::postgresql) {
      std::vector<std::int64_t> found;
      std::int64_t last = row_of(t, tenant_, below);
      const std::string query = tsquery(searched(filter.words));
      const bool common = case_words.is_common(t, query, last);
      do {
        found = case_words.rows(t, query, common, last, most_found_at_once);
        if (found.empty()) break;
        last = found.back();
        read(found_in_order(tenant_, filter, types, reach, below, some, values, &found));
      } while (rows.size() <= limit && found.size() == most_found_at_once);
    } else if (filter.words.empty() && filter.applicant.empty() && (filter.state.empty() || !wide)) {
      read(seen_in_order(tenant_, filter, types, reach, below, some, values));
    } else {
      read(found_in_order(tenant_, filter, types, reach, below, some, values));
    }
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
  if (reach.pairs.empty()) return {};
  const std::vector<std::string> parts(
      reach.pairs.size(),
      "SELECT DISTINCT w.due, w.case_id FROM casework_waiting w WHERE w.jurisdiction = ? AND w.role = ? AND "
      "w.organisation = ? AND (w.due, w.case_id) > (?, ?) ORDER BY w.due, w.case_id LIMIT ?");
  const std::string sql = together_of(parts, "due, case_id", "due, case_id");
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
      const auto some = store::to_value(static_cast<std::int64_t>(limit) + 1);
      std::vector<store::Value> values;
      for (const auto& [role, organisation] : reach.pairs)
        for (const store::Value& value :
             {store::to_value(tenant_), store::to_value(role), store::to_value(organisation),
              store::to_value(after), store::to_value(above), some})
          values.push_back(value);
      values.push_back(some);
      std::vector<std::pair<std::string, std::int64_t>> keys;
      t.each_values(sql, values,
                    [&](const store::Row& row) { keys.emplace_back(row.text(0), row.integer(1)); });
      std::vector<CaseId> ids;
      for (const auto& key : keys) ids.push_back({key.second});
      const auto found = find_all(t, ids);
      for (const auto& [day, id] : keys) {
        if (out.items.size() == limit) {
          out.next = after + "/" + std::to_string(above);
          return out;
        }
        after = day;
        above = id;
        ++looked_at;
        const auto stored = found.find(id);
        auto item = stored == found.end() ? due_from(t, who, {id}) : due_from(who, stored->second);
        if (item) out.items.push_back(std::move(*item));
      }
      if (keys.size() <= limit) return out;
    }
    out.next = after + "/" + std::to_string(above);
    return out;
  });
}

std::optional<InboxItem> Casework::due_from(const Person& who, const Stored& stored) const {
  InboxItem item{stored.head(), {}, {}};
  for (const Option& option : options(*stored.type, stored.state, who, clock_.today()))
    if (option.step->expected && !option.for_others &&
        !(option.refused && option.refused->code() == codes::same_person)) {
      item.what.push_back(option.step->label);
      if (const Step& step = *option.step;
          !option.refused && !step.reason &&
          std::none_of(step.needs.begin(), step.needs.end(),
                       [&](const std::string& field) { return is_empty(stored.state.form, field); }))
        item.plain_steps.emplace_back(option.step->name, option.step->label);
    }
  for (const Ballot* ballot : open_ballots(*stored.type, stored.state, who))
    item.what.push_back(ballot->label);
  if (item.what.empty()) return std::nullopt;
  return item;
}

std::optional<InboxItem> Casework::due_from(store::Transaction& t, const Person& who, CaseId id) const {
  try {
    const auto stored = find(t, id, Personal::sealed);
    if (!stored) return std::nullopt;
    return due_from(who, *stored);
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
