// What cases make public: put up, replaced, taken down, found; and how far the plan is.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/leaks.h"
#include "casework/search.h"
#include "casework/stored.h"
#include "registry/registry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr const char* columns =
    "p.id, p.case_id, p.type, p.kind, p.title, p.content, p.articles, p.organisation, p.published, p.until, "
    "p.objections, p.contact, p.replaced_by, p.withdrawn, p.why, (SELECT COALESCE(MAX(o.id), 0) FROM "
    "casework_publication o WHERE o.jurisdiction = p.jurisdiction AND o.replaced_by = p.id), p.title_en";

std::optional<Date> day_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(parse_date(text));
}

std::string text_of_day(const std::optional<Date>& day) {
  return day ? base::to_string(*day) : std::string();
}

Publication publication_of(const store::Row& row) {
  Publication out;
  out.id = row.integer(0);
  out.of = {row.integer(1)};
  out.type = row.text(2);
  out.kind = row.text(3);
  out.title = row.text(4);
  out.content = Json::parse(row.text(5));
  for (const std::string_view part : split(row.text(6), ' ')) {
    int article = 0;
    if (std::from_chars(part.data(), part.data() + part.size(), article).ec == std::errc())
      out.articles.push_back(article);
  }
  out.organisation = row.text(7);
  out.published = {row.integer(8)};
  out.until = day_or_none(row.text(9));
  out.objections = day_or_none(row.text(10));
  out.contact = row.text(11);
  out.replaced_by = row.integer(12);
  if (row.integer(13) != 0) out.withdrawn = Instant{row.integer(13)};
  out.why = row.text(14);
  out.replaces = row.integer(15);
  out.title_en = row.text(16);
  return out;
}

// Typed text is looked through; what has a form of its own (a day, an amount, a credit code) is not.
void check_leaks(const Publication& p, const registry::Registry& registry) {
  std::vector<FieldFault> faults;
  const auto look = [&](const std::string& name, const Text& label, const std::string& text) {
    const auto found = personal_number_in(text);
    if (!found) return;
    faults.push_back(
        {name,
         {fmt::format("“{}”里有{}的数字，不能公开；请退回修改，去掉后再公开", label.zh, found->zh),
          fmt::format("\"{}\" holds {}: it cannot be published; send it back and take it out", label.en,
                      found->en)}});
  };
  look("title", {"标题", "Title"}, p.title);
  look("title", {"英文标题", "English title"}, p.title_en);
  look("contact", {"意见反馈方式", "How to object"}, p.contact);
  look("why", {"更正原因", "Why it was corrected"}, p.why);
  for (const Json& one : p.content) {
    const auto kind = one.at("kind").get<std::string>();
    if (kind == "text" || kind == "paragraph" || kind == "table")
      look(one.at("name").get<std::string>(),
           {one.at("label").at("zh").get<std::string>(), one.at("label").at("en").get<std::string>()},
           one.at("value").get<std::string>());
  }
  for (const Json& one : p.content) {
    if (one.at("kind") != "party") continue;
    const registry::PartyKind kind = registry.party(one.at("value").get<std::string>()).kind;
    if (kind == registry::PartyKind::person || kind == registry::PartyKind::household)
      faults.push_back(
          {one.at("name").get<std::string>(),
           {fmt::format("“{}”是个人或农户，姓名不能公开", one.at("label").at("zh").get<std::string>()),
            fmt::format("\"{}\" is a person or a household: the name cannot be published",
                        one.at("label").at("en").get<std::string>())}});
  }
  if (!faults.empty()) throw FormError(codes::personal_text, std::move(faults));
}

}  // namespace

std::int64_t Casework::publish(store::Transaction& t, Publication p) {
  check_leaks(p, registry::Registry(database_, tenant_));
  p.id = next(t, "publication");
  t.execute(
      "UPDATE casework_publication SET replaced_by = ?, why = ? WHERE jurisdiction = ? AND type = ? AND "
      "((case_id = ? AND kind = ? AND replaced_by = 0) OR id = ?)",
      p.id, p.why, tenant_, p.type, p.of.value, p.kind, p.replaces);
  std::string articles = " ";
  for (const int article : p.articles) articles += std::to_string(article) + " ";
  std::string about = " " + p.organisation + " ";
  std::string words = p.title + " " + p.title_en;
  for (const Json& one : p.content) {
    const auto kind = one.at("kind").get<std::string>();
    const auto value = one.at("value").get<std::string>();
    if (kind == "organisation" || kind == "place") about += value + " ";
    words += " " + value;
  }
  const std::int64_t row = next(t, "publication text", everywhere);
  publication_words.add(t, row, words);
  t.execute(
      "INSERT INTO casework_publication (jurisdiction, id, case_id, type, kind, title, content, articles, "
      "published, until, replaced_by, organisation, about, objections, contact, why, withdrawn, text_row, "
      "title_en) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, '', 0, ?, ?)",
      tenant_, p.id, p.of.value, p.type, p.kind, p.title, p.content.dump(), articles, clock_.now().seconds,
      text_of_day(p.until), p.organisation, about, text_of_day(p.objections), p.contact, row, p.title_en);
  return p.id;
}

void Casework::withdraw(store::Transaction& t, CaseId id, const std::string& why) {
  t.execute(
      "UPDATE casework_publication SET withdrawn = ?, why = ? WHERE jurisdiction = ? AND case_id = ? AND "
      "withdrawn = 0",
      clock_.now().seconds, why, tenant_, id.value);
}

std::string_view to_string(Standing standing) {
  constexpr std::array<std::string_view, 4> names{"standing", "corrected", "over", "withdrawn"};
  return names[static_cast<std::size_t>(standing)];
}

namespace {

struct Condition {
  std::string sql;
  std::vector<store::Value> values;
};

std::string condition_of(Standing standing) {
  constexpr const char* over = "(p.until <> '' AND p.until < ?)";
  switch (standing) {
    case Standing::withdrawn:
      return "p.withdrawn <> 0";
    case Standing::over:
      return fmt::format("p.withdrawn = 0 AND {}", over);
    case Standing::corrected:
      return fmt::format("p.withdrawn = 0 AND NOT {} AND p.replaced_by <> 0", over);
    case Standing::standing:
      break;
  }
  return fmt::format("p.withdrawn = 0 AND NOT {} AND p.replaced_by = 0", over);
}

// Throws bad_search.
Condition condition_of(const PublicationFilter& filter, const std::string& tenant, Date today,
                       store::Dialect dialect) {
  Condition out{"p.jurisdiction = ?", {store::to_value(tenant)}};
  const auto where = [&](const std::string& condition, const auto& value) {
    out.sql += " AND " + condition;
    out.values.push_back(store::to_value(value));
  };
  std::string any;
  for (const Standing one : filter.standing) {
    any += (any.empty() ? "(" : " OR (") + condition_of(one) + ")";
    if (one != Standing::withdrawn) out.values.push_back(store::to_value(base::to_string(today)));
  }
  out.sql += any.empty() ? " AND 1 = 0" : " AND (" + any + ")";
  if (!filter.kind.empty()) where("p.kind = ?", filter.kind);
  if (filter.article > 0) where("p.articles LIKE ?", fmt::format("% {} %", filter.article));
  if (!filter.about.empty()) {
    // Codes are letters, digits and a few signs; what else there is names nothing.
    if (filter.about.find_first_of("%_ ") != std::string::npos) out.sql += " AND 1 = 0";
    where("p.about LIKE ?", fmt::format("% {} %", filter.about));
  }
  if (filter.words.empty()) return out;
  const auto phrases = searched(filter.words);
  if (dialect == store::Dialect::sqlite)
    where(
        "p.text_row IN (SELECT rowid FROM casework_publication_text WHERE casework_publication_text MATCH ?)",
        fts5_query(phrases));
  else
    where(
        "p.text_row IN (SELECT row_id FROM casework_publication_text WHERE tokens @@ "
        "to_tsquery('simple', ?))",
        tsquery(phrases));
  return out;
}

}  // namespace

std::vector<Publication> Casework::publications(const PublicationFilter& filter, std::size_t limit,
                                                std::int64_t before) const {
  return database_.read([&](store::Transaction& t) {
    auto [condition, values] = condition_of(filter, tenant_, clock_.today(), t.dialect());
    std::string sql = fmt::format("SELECT {} FROM casework_publication p WHERE {}", columns, condition);
    if (before > 0) {
      sql += " AND p.id < ?";
      values.push_back(store::to_value(before));
    }
    sql += filter.words.empty() ? " ORDER BY p.id DESC LIMIT ?" : " ORDER BY +p.id DESC LIMIT ?";
    values.push_back(store::to_value(static_cast<std::int64_t>(limit)));
    std::vector<Publication> out;
    t.each_values(sql, values, [&](const store::Row& row) { out.push_back(publication_of(row)); });
    return out;
  });
}

std::int64_t Casework::count_publications(const PublicationFilter& filter) const {
  return database_.read([&](store::Transaction& t) {
    const auto [condition, values] = condition_of(filter, tenant_, clock_.today(), t.dialect());
    std::int64_t out = 0;
    t.each_values(fmt::format("SELECT COUNT(*) FROM casework_publication p WHERE {}", condition), values,
                  [&](const store::Row& row) { out = row.integer(0); });
    return out;
  });
}

Publication Casework::publication(std::int64_t id) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(
        fmt::format("SELECT {} FROM casework_publication p WHERE p.jurisdiction = ? AND p.id = ?", columns),
        tenant_, id);
    if (!row) throw Error(codes::unknown_publication, {"没有这条公示公开", "there is no such publication"});
    return publication_of(*row);
  });
}

Standing Casework::standing(const Publication& publication) const {
  if (publication.withdrawn) return Standing::withdrawn;
  if (publication.until && *publication.until < clock_.today()) return Standing::over;
  return publication.replaced_by == 0 ? Standing::standing : Standing::corrected;
}

bool Casework::stands(const Publication& publication) const {
  const Standing now = standing(publication);
  return now == Standing::standing || now == Standing::corrected;
}

std::map<int, Casework::ArticleCount> Casework::counts_by_article() const {
  return database_.read([&](store::Transaction& t) {
    std::map<int, ArticleCount> out;
    t.each(
        [&](const store::Row& row) {
          const auto type = types_->find(row.text(0));
          if (type == types_->end()) return;
          std::set<int> articles(type->second->declared.articles.begin(),
                                 type->second->declared.articles.end());
          if (row.integer(5) != 0) articles.insert(static_cast<int>(row.integer(5)));
          for (const int article : articles) {
            ArticleCount& count = out[article];
            count.open += row.integer(1);
            count.closed += row.integer(2);
            count.overdue += row.integer(3);
            count.changed = std::max(count.changed, Instant{row.integer(4)});
          }
        },
        "SELECT type, SUM(open), SUM(1 - open), SUM(CASE WHEN open = 1 AND due < ? THEN 1 ELSE 0 END), "
        "MAX(entered), article FROM casework_case WHERE jurisdiction = ? GROUP BY type, article",
        base::to_string(clock_.today()), tenant_);
    return out;
  });
}

std::vector<Progress> Casework::progress() const {
  return database_.read([&](store::Transaction& t) {
    std::map<std::pair<int, std::string>, Progress> by;
    t.each(
        [&](const store::Row& row) {
          const auto type = types_->find(row.text(0));
          if (type == types_->end()) return;
          std::vector<int> articles = type->second->declared.articles;
          if (row.integer(5) != 0) articles = {static_cast<int>(row.integer(5))};
          for (const int article : articles) {
            Progress& one = by[{article, row.text(1)}];
            one.article = article;
            one.organisation = row.text(1);
            one.open += row.integer(2);
            one.closed += row.integer(3);
            one.overdue += row.integer(4);
          }
        },
        "SELECT type, responsible, SUM(open), SUM(1 - open), SUM(CASE WHEN open = 1 AND due < ? THEN 1 ELSE "
        "0 END), article FROM casework_case WHERE jurisdiction = ? AND responsible <> '' GROUP BY type, "
        "responsible, article",
        base::to_string(clock_.today()), tenant_);
    std::vector<Progress> out;
    for (auto& [key, one] : by) out.push_back(std::move(one));
    return out;
  });
}

}  // namespace tributary::casework
