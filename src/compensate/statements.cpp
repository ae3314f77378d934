// Statements: reading, explaining, and the way from draft to payment.
#include "base/text.h"
#include "compensate/codes.h"
#include "compensate/compensation.h"
#include "compensate/due.h"
#include "compensate/duties.h"
#include "compensate/rows.h"
#include "observe/observations.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>

namespace tributary::compensate {
namespace {

constexpr const char* settlement = "settlement";
constexpr const char* cash = "cash";

void require_state(const Statement& s, std::initializer_list<StatementState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), s.state) != allowed.end()) return;
  std::string zh;
  std::string en;
  for (StatementState state : allowed) {
    zh += (zh.empty() ? "" : "或") + title_of(state).zh;
    en += (en.empty() ? "" : " or ") + std::string(to_string(state));
  }
  throw Error(
      codes::wrong_state,
      {fmt::format("结算单 {} 现在是“{}”，此操作要求“{}”", s.id, title_of(s.state).zh, zh),
       fmt::format("statement {} is {}; this needs {}", s.id, to_string(s.state), en)},
      {},
      {"次序是：拟稿 → 公示 → 确认 → 入账 → 付款", "the order is: draft → publish → confirm → post → pay"});
}

void require_live(const Statement& s) {
  if (s.superseded_by)
    throw Error(codes::superseded,
                {fmt::format("结算单 {} 已被 {} 取代", s.id, *s.superseded_by),
                 fmt::format("statement {} is superseded by {}", s.id, *s.superseded_by)},
                {}, {"请处理取代它的结算单", "go on with the one that supersedes it"});
}

void require_text(const std::string& text, const Text& message) {
  if (trim(text).empty()) throw Error(codes::reason_missing, message);
}

// "observations series=7 period=2020-10 as_known=1606147200"
struct Reference {
  observe::SeriesId series;
  Period period = Period::parse("2000");
  Instant as_known;
};

std::optional<Reference> parse_reference(const std::string& text) {
  const auto words = split(text, ' ');
  if (words.size() != 4 || words[0] != "observations") return std::nullopt;
  const auto value = [&](std::size_t i) { return words[i].substr(words[i].find('=') + 1); };
  const auto number = [&](std::size_t i) {
    std::int64_t out = 0;
    const auto v = value(i);
    std::from_chars(v.data(), v.data() + v.size(), out);
    return out;
  };
  return Reference{{number(1)}, Period::parse(value(2)), {number(3)}};
}

}  // namespace

std::vector<Statement> Compensation::statements(const StatementFilter& filter) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Statement> out;
    const std::string state = filter.state ? std::string(to_string(*filter.state)) : "";
    for (const store::Row& row :
         t.query(fmt::format("SELECT {} FROM statement WHERE jurisdiction = ? AND (? = '' OR rule = ?) AND "
                             "(? = '' OR period = ?) AND (? = '' OR payer = ? OR payee = ?) "
                             "AND (? = '' OR state = ?) AND (? = 1 OR superseded_by IS NULL) ORDER BY rule, "
                             "period, payer, payee, id",
                             statement_columns),
                 tenant_, filter.rule, filter.rule, filter.period, filter.period, filter.party, filter.party,
                 filter.party, state, state, filter.superseded_too))
      out.push_back(statement_head(row));
    return out;
  });
}

std::vector<Statement> Compensation::statements(const StatementFilter& filter,
                                                const StatementPageRequest& page) const {
  std::string sql = fmt::format("SELECT {} FROM statement WHERE jurisdiction = ?", statement_columns);
  std::vector<store::Value> values{tenant_};
  const auto where = [&](const char* condition, std::initializer_list<std::string> given) {
    sql += condition;
    values.insert(values.end(), given.begin(), given.end());
  };
  const auto marks = [](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ", ?";
    return out;
  };
  if (!filter.rule.empty()) where(" AND rule = ?", {filter.rule});
  if (!filter.period.empty()) where(" AND period = ?", {filter.period});
  if (!filter.party.empty()) where(" AND (payer = ? OR payee = ?)", {filter.party, filter.party});
  if (filter.state) where(" AND state = ?", {std::string(to_string(*filter.state))});
  if (!filter.superseded_too) sql += " AND superseded_by IS NULL";
  if (!page.states.empty()) {
    sql += fmt::format(" AND state IN ({})", marks(page.states.size()));
    for (const StatementState state : page.states) values.emplace_back(std::string(to_string(state)));
  }
  if (page.parties) {
    if (page.parties->empty()) return {};
    sql += fmt::format(" AND (payer IN ({0}) OR payee IN ({0}))", marks(page.parties->size()));
    for (int side = 0; side < 2; ++side)
      values.insert(values.end(), page.parties->begin(), page.parties->end());
  }
  if (page.after > 0) {
    sql += page.newest_first ? " AND id < ?" : " AND id > ?";
    values.emplace_back(page.after);
  }
  sql += fmt::format(" ORDER BY id{} LIMIT ?", page.newest_first ? " DESC" : "");
  values.emplace_back(static_cast<std::int64_t>(page.limit));
  return database_.read([&](store::Transaction& t) {
    std::vector<Statement> out;
    t.each_values(sql, values, [&](const store::Row& row) { out.push_back(statement_head(row)); });
    return out;
  });
}

std::vector<StatementTotal> Compensation::totals() const {
  return database_.read([&](store::Transaction& t) {
    std::vector<StatementTotal> out;
    t.each(
        [&](const store::Row& row) {
          if (const auto state = parse_state(row.text(0)))
            out.push_back({*state, row.integer(1), row.integer(2), row.text(3)});
        },
        "SELECT state, COUNT(*), SUM(amount), MAX(period) FROM statement WHERE jurisdiction = ? AND "
        "superseded_by IS "
        "NULL GROUP BY state ORDER BY state",
        tenant_);
    return out;
  });
}

Statement Compensation::statement(std::int64_t id) const {
  auto found = database_.read([&](store::Transaction& t) { return read_statement(t, tenant_, id); });
  if (!found)
    throw Error(codes::unknown_statement,
                {fmt::format("没有结算单 {}", id), fmt::format("there is no statement {}", id)}, {},
                {"请用 statement list 查看", "see statement list"});
  return std::move(*found);
}

std::vector<PartyChange> Compensation::net_by_party(const StatementFilter& filter) const {
  std::map<std::string, PartyChange> parties;
  for (const Statement& s : statements(filter)) {
    if (__builtin_sub_overflow(parties[s.payer].after, s.amount, &parties[s.payer].after) ||
        __builtin_add_overflow(parties[s.payee].after, s.amount, &parties[s.payee].after))
      throw Error(codes::amount_too_large,
                  {fmt::format("{}、{} 的合计超出可表示的范围", s.payer, s.payee),
                   fmt::format("the totals of {} and {} are more than can be told", s.payer, s.payee)});
  }
  std::vector<PartyChange> out;
  for (auto& [party, change] : parties) {
    change.party = party;
    out.push_back(change);
  }
  return out;
}

std::vector<policy::Explanation> Compensation::explain(std::int64_t id, std::int64_t line) const {
  const Statement s = statement(id);
  const Computation run = stored_run(s.run);
  std::vector<policy::Explanation> out;
  for (const StatementLine& l : s.lines) {
    if (line != 0 && l.line != line) continue;
    const auto place = std::find_if(run.places.begin(), run.places.end(),
                                    [&](const PlaceResult& p) { return p.place == l.place; });
    if (place == run.places.end() || l.payment >= place->payment_derivations.size())
      throw Error(codes::bad_record,
                  {fmt::format("结算单 {} 第 {} 行的推导记录缺失", id, l.line),
                   fmt::format("statement {}: the derivation of line {} is missing", id, l.line)});
    policy::Explanation e;
    e.kind = policy::Explanation::Kind::result;
    e.name = fmt::format("{}. {}", l.line, l.place_name);
    e.title = l.title;
    e.value = yuan(l.amount).to_string();
    e.unit = "CNY";
    e.example = s.example;
    e.verified = !s.unverified;
    if (l.share != "1") e.numbers = fmt::format("{} × {}", yuan(l.whole).to_string(), l.share);
    e.children.push_back(place->payment_derivations[l.payment]);
    if (place->assessed) e.children.push_back(*place->assessed);
    add_observations(e);
    out.push_back(std::move(e));
  }
  if (line != 0 && out.empty())
    throw Error(codes::unknown_statement, {fmt::format("结算单 {} 没有第 {} 行", id, line),
                                           fmt::format("statement {} has no line {}", id, line)});
  return out;
}

void Compensation::add_observations(policy::Explanation& e) const {
  for (policy::Explanation& child : e.children) add_observations(child);
  const auto reference = parse_reference(e.reference);
  if (!reference) return;
  const observe::Observations observations(database_, tenant_);
  for (const observe::Observation& o :
       observations.read(reference->series, reference->period, reference->as_known)) {
    const observe::Origin origin = observations.origin(o);
    policy::Explanation leaf;
    leaf.kind = policy::Explanation::Kind::observation;
    leaf.name = to_string(o.time);
    leaf.value = o.value             ? Decimal::from_double(*o.value).to_string()
                 : o.detection_limit ? "<" + Decimal::from_double(*o.detection_limit).to_string()
                                     : "missing";
    leaf.unit = e.unit;
    leaf.missing = !o.value && !o.detection_limit;
    if (o.flag != observe::Flag::valid) leaf.reason = observe::title_of(o.flag);
    if (o.revision > 0) leaf.numbers = fmt::format("第 {} 次更正 / correction {}", o.revision, o.revision);
    leaf.where = {origin.file, static_cast<long>(origin.row), static_cast<long>(origin.column),
                  origin.column_name};
    leaf.formula = origin.raw;
    e.children.push_back(std::move(leaf));
  }
}

Statement Compensation::advance(std::int64_t id, const std::string& event, const std::string& by,
                                const std::string& note,
                                const std::function<void(store::Transaction&, Statement&)>& change,
                                bool superseded_too) {
  return database_.write([&](store::Transaction& t) {
    auto found = read_statement(t, tenant_, id);
    if (!found)
      throw Error(codes::unknown_statement,
                  {fmt::format("没有结算单 {}", id), fmt::format("there is no statement {}", id)}, {},
                  {"请用 statement list 查看", "see statement list"});
    if (!superseded_too || is_overtaken(t, tenant_, *found)) require_live(*found);
    std::int64_t sum = 0;
    for (const StatementLine& line : found->lines)
      if (__builtin_add_overflow(sum, line.amount, &sum)) sum = -1;
    if (sum != found->amount)
      throw Error(
          codes::bad_record,
          {fmt::format("结算单 {} 的金额 {} 元与各行之和不符，记录已损坏", id, yuan_text(found->amount)),
           fmt::format(
               "statement {}: its amount of {} yuan is not the sum of its lines; the record is damaged", id,
               yuan_text(found->amount))},
          {},
          {"请用 statement verify 核对，并从备份恢复", "check with statement verify and restore a backup"});
    change(t, *found);
    require_other_person(*found, event, by);
    const std::optional<std::string> deadline =
        found->deadline ? std::optional(to_string(*found->deadline)) : std::nullopt;
    t.execute("UPDATE statement SET state = ?, deadline = ? WHERE jurisdiction = ? AND id = ?",
              to_string(found->state), deadline, tenant_, id);
    add_event(t, tenant_, id, {event, clock_.now(), by, note});
    return *read_statement(t, tenant_, id);
  });
}

Statement Compensation::publish(std::int64_t id, const std::string& by, std::optional<int> working_days,
                                const std::string& basis) {
  const Statement before = statement(id);
  const auto rule = policy_.rule(before.rule, before.period.from(), clock_.today());
  if (working_days) {
    require_text(basis,
                 {"请写明异议期的依据（文件名、文号）", "say on what document the objection window rests"});
    if (*working_days < 0 || *working_days > 250)
      throw Error(codes::window_unknown,
                  {"异议期应为 0 到 250 个工作日", "the window must be 0 to 250 working days"});
  } else if (!rule->rule.objection) {
    throw Error(codes::window_unknown,
                {fmt::format("规则 {} 没有写异议期，所见文件未载明", before.rule),
                 fmt::format("rule {} states no objection window; no document seen says", before.rule)},
                rule->rule.where,
                {"请给出工作日数和依据：--working-days 15 --basis 文号",
                 "give the working days and the basis: --working-days 15 --basis …"});
  }
  const int days = working_days ? *working_days : rule->rule.objection->working_days;
  const std::string on = working_days ? basis : rule->rule.objection->source.document;
  const Date today = clock_.today();
  const Date deadline = policy_.catalog().calendar().as_known_on(today).add_working_days(today, days);
  return advance(id, "published", by, fmt::format("{} 个工作日 / working days：{}", days, on),
                 [&](store::Transaction&, Statement& s) {
                   require_state(s, {StatementState::drafted});
                   s.state = StatementState::published;
                   s.deadline = deadline;
                 });
}

Statement Compensation::object(std::int64_t id, const std::string& party, const std::string& reason,
                               const std::string& by) {
  require_text(reason, {"请写明异议的理由", "state the reason of the objection"});
  return advance(id, "objected", by, party + "：" + reason, [&](store::Transaction&, Statement& s) {
    require_state(s, {StatementState::published});
    if (party != s.payer && party != s.payee)
      throw Error(codes::not_a_party,
                  {fmt::format("{} 不是结算单 {} 的当事方", party, id),
                   fmt::format("{} is no party of statement {}", party, id)},
                  {},
                  {fmt::format("当事方：{}、{}", s.payer, s.payee),
                   fmt::format("the parties are {} and {}", s.payer, s.payee)});
    if (clock_.today() > *s.deadline)
      throw Error(codes::window_over,
                  {fmt::format("异议期已于 {} 届满", to_string(*s.deadline)),
                   fmt::format("the objection window ended on {}", to_string(*s.deadline))});
    s.state = StatementState::objected;
  });
}

Statement Compensation::confirm(std::int64_t id, const std::string& by, const std::string& note) {
  return advance(id, "confirmed", by, note, [&](store::Transaction&, Statement& s) {
    require_state(s, {StatementState::published, StatementState::objected});
    if (s.state == StatementState::objected)
      require_text(note, {"结算单有异议，请写明处理决定", "there is an objection: state the decision on it"});
    else if (clock_.today() <= *s.deadline && trim(note).empty())
      throw Error(codes::window_open,
                  {fmt::format("异议期到 {} 止", to_string(*s.deadline)),
                   fmt::format("the objection window is open until {}", to_string(*s.deadline))},
                  {},
                  {"期满后再确认；或写明双方书面同意的文号",
                   "confirm after it; or name the written consent of both parties"});
    s.state = StatementState::confirmed;
  });
}

ledger::AccountId Compensation::account(const std::string& party, const char* purpose) {
  return ledger_.open_account({party, "CNY", purpose, std::nullopt});
}

std::int64_t due(store::Transaction& t, const std::string& tenant, const Statement& statement) {
  for (auto id = statement.supersedes; id;) {
    const auto earlier = read_statement(t, tenant, *id);
    if (!earlier) break;
    if (earlier->state == StatementState::paid) return statement.amount - earlier->amount;
    id = earlier->supersedes;
  }
  return statement.amount;
}

bool is_overtaken(store::Transaction& t, const std::string& tenant, const Statement& statement) {
  for (auto id = statement.superseded_by; id;) {
    const auto later = read_statement(t, tenant, *id);
    if (!later) break;
    if (later->state == StatementState::paid) return true;
    id = later->superseded_by;
  }
  return false;
}

// What the chain of statements before this one has put into the ledger, in fen.
std::int64_t Compensation::posted_before(store::Transaction& t, const Statement& statement) const {
  for (auto id = statement.supersedes; id;) {
    const auto earlier = read_statement(t, tenant_, *id);
    if (!earlier) break;
    if (earlier->state == StatementState::posted || earlier->state == StatementState::paid)
      return earlier->amount;
    id = earlier->supersedes;
  }
  return 0;
}

Statement Compensation::post(std::int64_t id, const std::string& by) {
  const Statement before = statement(id);
  require_live(before);  // a refused step leaves nothing behind, not even an empty account
  require_state(before, {StatementState::confirmed});
  require_other_person(before, "posted", by);
  ledger_.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  const auto payer = account(before.payer, settlement);
  const auto payee = account(before.payee, settlement);
  return advance(id, "posted", by, "", [&](store::Transaction& t, Statement& s) {
    require_state(s, {StatementState::confirmed});
    const std::int64_t difference = s.amount - posted_before(t, s);
    s.state = StatementState::posted;
    if (difference == 0) return;
    ledger::Request request;
    request.id = fmt::format("statement-{:08}-post", id);
    request.debit = difference > 0 ? payer : payee;
    request.credit = difference > 0 ? payee : payer;
    request.amount = difference > 0 ? difference : -difference;
    request.cause = {"statement", std::to_string(id)};
    request.legal_date = clock_.today();
    request.note = fmt::format("{} {}", s.rule, s.period.to_string());
    const std::array requests{request};
    require_accepted(requests, ledger_.post(t, requests));
  });
}

Statement Compensation::record_payment(std::int64_t id, const std::string& by, const std::string& evidence,
                                       bool superseded_too) {
  require_text(evidence,
               {"请写明付款凭证（银行回单号等）", "name the evidence of payment (the bank's reference)"});
  const Statement before = statement(id);
  if (!superseded_too) require_live(before);
  require_state(before, {StatementState::posted});
  require_other_person(before, "paid", by);
  const auto payer = account(before.payer, settlement);
  const auto payee = account(before.payee, settlement);
  const auto payer_cash = account(before.payer, cash);
  const auto payee_cash = account(before.payee, cash);
  return advance(id, "paid", by, evidence, [&](store::Transaction& t, Statement& s) {
    require_state(s, {StatementState::posted});
    s.state = StatementState::paid;
    const std::int64_t difference = due(t, tenant_, s);
    if (difference == 0) return;
    const bool forward = difference > 0;
    ledger::Request money;
    money.id = fmt::format("statement-{:08}-pay-cash", id);
    money.debit = forward ? payer_cash : payee_cash;
    money.credit = forward ? payee_cash : payer_cash;
    money.amount = forward ? difference : -difference;
    money.cause = {"statement", std::to_string(id)};
    money.legal_date = clock_.today();
    money.note = evidence;
    money.linked = true;
    ledger::Request clearing = money;
    clearing.id = fmt::format("statement-{:08}-pay-settle", id);
    clearing.debit = forward ? payee : payer;
    clearing.credit = forward ? payer : payee;
    clearing.linked = false;
    const std::array requests{money, clearing};
    require_accepted(requests, ledger_.post(t, requests));
  }, superseded_too);
}

}  // namespace tributary::compensate
