// What must be published, and nothing else: monthly classes, published statements, the check of a statement's
// code.
#include "api/publicity.h"
#include "base/text.h"
#include "compensate/statement_code.h"

#include <algorithm>
#include <cctype>

namespace tributary::api {

Json monthly_class_schema();

namespace {

using compensate::Statement;
using compensate::StatementState;
using schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::list,
    schema::money, schema::named, schema::nullable, schema::object, schema::period, schema::text;

const std::vector<StatementState> published_states{StatementState::published, StatementState::objected,
                                                   StatementState::confirmed, StatementState::posted,
                                                   StatementState::paid};

bool is_published(const Statement& s) {
  return std::find(published_states.begin(), published_states.end(), s.state) != published_states.end();
}

// People and households are never named in public.
bool is_public(const registry::Party& party) {
  return party.kind != registry::PartyKind::person && party.kind != registry::PartyKind::household;
}

class PublicNames {
 public:
  explicit PublicNames(Call& call) {
    for (const auto& party : registry::Registry(call.database(), call.tenant()).parties(call.clock().today()))
      if (is_public(party)) names_.emplace(party.code, party.name);
  }
  Json of(const std::string& code) const {
    const auto found = names_.find(code);
    return found == names_.end() ? named_json("", {"（不公开）", "(not public)"})
                                 : named_json(code, found->second);
  }
  const std::map<std::string, Text>& all() const { return names_; }

 private:
  std::map<std::string, Text> names_;
};

Json public_json(Call& call, const PublicNames& names, const Statement& s) {
  return {{"code", compensate::statement_code(call.tenant(), s)},
          {"rule", s.rule},
          {"rule_title", json_of(rule_title(call.policy(), s.rule))},
          {"period", s.period.to_string()},
          {"payer", names.of(s.payer)},
          {"payee", names.of(s.payee)},
          {"amount", compensate::yuan(s.amount).to_fixed(2)},
          {"state", compensate::to_string(s.state)},
          {"state_title", json_of(compensate::title_of(s.state))},
          {"deadline", json_of(s.deadline)},
          {"unverified", s.unverified},
          {"example", s.example}};
}

Json public_schema() {
  return object({{"code", text()},
                 {"rule", text()},
                 {"rule_title", both()},
                 {"period", period()},
                 {"payer", named("Named")},
                 {"payee", named("Named")},
                 {"amount", money()},
                 {"state", text()},
                 {"state_title", both()},
                 {"deadline", nullable(day())},
                 {"unverified", boolean()},
                 {"example", boolean()}});
}

Page list_public(Call& call, const PageRequest& page) {
  compensate::StatementFilter filter;
  filter.rule = call.text("rule");
  filter.period = call.has("period") ? Period::parse(call.text("period")).to_string() : "";
  filter.party = call.text("party");
  compensate::StatementPageRequest wanted;
  wanted.states = published_states;
  wanted.limit = page.limit;
  if (!page.cursor.empty()) wanted.after = whole_number(page.cursor).value_or(0);
  const PublicNames names(call);
  Page out;
  const auto statements = compensation_of(call).statements(filter, wanted);
  for (const Statement& s : statements) out.items.push_back(public_json(call, names, s));
  if (statements.size() == page.limit) out.next = std::to_string(statements.back().id);
  return out;
}

// Also of one that was superseded since: who holds the paper must learn of it.
Answer check_code(Call& call) {
  const std::string& code = call.in_path("code");
  const auto id = compensate::id_in_code(code);
  const Error unknown = not_found({"这个核验码对应的已公示结算单", "published statement with this code"});
  if (!id) throw unknown;
  const auto compensation = compensation_of(call);
  std::optional<Statement> found;
  try {
    found = compensation.statement(*id);
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
    throw unknown;
  }
  if (!is_published(*found) || compensate::statement_code(call.tenant(), *found) != code) throw unknown;
  Json out = public_json(call, PublicNames(call), *found);
  Json lines = Json::array();
  for (const auto& line : found->lines)
    lines.push_back({{"place", line.place_name},
                     {"title", json_of(line.title)},
                     {"amount", compensate::yuan(line.amount).to_fixed(2)}});
  out["lines"] = lines;
  out["superseded"] = found->superseded_by.has_value();
  return out;
}

Answer summary(Call& call) {
  const registry::Registry registry(call.database(), call.tenant());
  Text tenant{call.tenant(), call.tenant()};
  try {
    tenant = registry.jurisdiction(call.tenant(), call.clock().today()).name;
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
  }
  std::int64_t count = 0, amount = 0;
  std::optional<std::string> latest;
  for (const compensate::StatementTotal& total : compensation_of(call).totals()) {
    if (std::find(published_states.begin(), published_states.end(), total.state) == published_states.end())
      continue;
    count += total.count;
    amount += total.amount;
    if (!latest || *latest < total.latest_period) latest = total.latest_period;
  }
  const auto months = months_with_readings(call);
  return Json{{"tenant", named_json(call.tenant(), tenant)},
              {"examples", call.policy().pack().example},
              {"statements",
               {{"count", count},
                {"amount", compensate::yuan(amount).to_fixed(2)},
                {"latest_period", latest ? Json(*latest) : Json(nullptr)}}},
              {"places", registry.places({.kind = "section"}, call.clock().today()).size()},
              {"months", months},
              {"latest_month", months.empty() ? Json(nullptr) : Json(months.back())},
              {"rules", call.policy().rule_names().size()}};
}

}  // namespace

std::vector<Json> public_statements_about(Call& call, const std::vector<std::string>& words) {
  constexpr std::size_t most = 20, choices = 4;
  const PublicNames names(call);
  const auto compensation = compensation_of(call);
  compensate::StatementFilter filter;
  std::set<std::string> parties{""}, rules{""};
  for (const std::string& word : words) {
    std::string lower = word;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const auto id = compensate::id_in_code(lower)) {
      try {
        const Statement found = compensation.statement(*id);
        if (is_published(found) && compensate::statement_code(call.tenant(), found) == lower)
          return {public_json(call, names, found)};
      } catch (const Error& e) {
        if (e.kind() != Kind::not_found) throw;
      }
      return {};
    }
    try {
      filter.period = Period::parse(word).to_string();
      continue;
    } catch (const Error&) {  // no period: a name
    }
    const auto holds = [&](const std::string& code, const Text& name) {
      const std::string all = fold_width_upper(code + " " + name.zh + " " + name.en);
      return all.find(word) != std::string::npos;
    };
    std::set<std::string> of_party, of_rule;
    for (const auto& [code, name] : names.all())
      if (holds(code, name) && of_party.size() < choices) of_party.insert(code);
    for (const std::string& rule : call.policy().rule_names())
      if (holds(rule, rule_title(call.policy(), rule)) && of_rule.size() < choices) of_rule.insert(rule);
    if (of_party.empty() && of_rule.empty()) return {};
    if (!of_party.empty())
      parties = of_party;
    else
      rules = of_rule;
  }
  compensate::StatementPageRequest wanted;
  wanted.states = published_states;
  wanted.limit = most;
  std::vector<Json> out;
  for (const std::string& party : parties)
    for (const std::string& rule : rules) {
      filter.party = party;
      filter.rule = rule;
      for (const Statement& s : compensation.statements(filter, wanted)) {
        const Json one = public_json(call, names, s);
        if (out.size() < most && std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
      }
    }
  return out;
}

void add_public_routes(RouteTable& table) {
  table.add({.path = "/api/v1/public/summary",
             .name = "public_summary",
             .tag = "public",
             .summary = {"概况", "the whole in a few figures"},
             .access = Access::open(),
             .answer = object(
                 {{"tenant", named("Named")},
                  {"examples", boolean()},
                  {"statements",
                   object({{"count", integer()}, {"amount", money()}, {"latest_period", nullable(text())}})},
                  {"places", integer()},
                  {"months", list(period())},
                  {"latest_month", nullable(period())},
                  {"rules", integer()}}),
             .handler = summary});
  table.add({.path = "/api/v1/public/classes",
             .name = "public_classes",
             .tag = "public",
             .summary = {"各断面月度水质类别", "monthly classes of the sections"},
             .access = Access::open(),
             .query = {{"month", period(), {"2020-10", "2020-10"}, true}},
             .answer = monthly_class_schema(),
             .sorts = {"place", "class"},
             .pager = [](Call& call, const PageRequest& page) {
               return page_of(monthly_classes(call, Period::parse(call.text("month"))), page);
             }});
  table.add({.path = "/api/v1/public/statements",
             .name = "public_statements",
             .tag = "public",
             .summary = {"已公示的结算单", "published statements"},
             .access = Access::open(),
             .query = {{"rule", text(100), {"规则", "rule"}},
                       {"period", period(), {"时段", "period"}},
                       {"party", text(100), {"付款方或收款方", "payer or payee"}}},
             .answer = public_schema(),
             .pager = list_public});
  Json whole = public_schema();
  whole["properties"]["lines"] = list(object({{"place", text()}, {"title", both()}, {"amount", money()}}));
  whole["properties"]["superseded"] = boolean();
  table.add({.path = "/api/v1/public/statements/{code}",
             .name = "public_statement",
             .tag = "public",
             .summary = {"按核验码查一份已公示的结算单", "one published statement, by its code"},
             .access = Access::open(),
             .answer = whole,
             .handler = check_code});
}

}  // namespace tributary::api
