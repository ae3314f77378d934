// An allocation that is adopted: computed again from its record, compared with the table that was decided on, and
// carried out in the registry of rights – issued out of the cap, to the townships' reserves, from there to the
// units – in the step's transaction. And whether all that were adopted still come out the same.
#include "allocate/record.h"
#include "base/text.h"
#include "casework/codes.h"
#include "casework/methods_compared.h"
#include "casework/stored.h"
#include "identity/login.h"
#include "rights/rights.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using rights::AccountType;
using rights::Month;
using rights::Proposal;
using rights::TransactionKind;

Error failed(const std::string& zh, const std::string& en, Text hint = {}) {
  return {codes::effect_failed, {zh, en}, {}, std::move(hint)};
}

// One unit of the table: what was computed for it, and where it goes.
struct Allotted {
  std::string parent;  // the unit above
  std::string account;
  std::int64_t amount = 0;
  std::optional<Rational> current{};  // before
};
struct Adopted {
  std::string hash;
  std::string method;
  std::int64_t cap = 0;
  std::int64_t kept = 0;                  // by the district itself
  std::map<std::string, Allotted> units;  // by unit
};

std::int64_t whole(const Rational& amount, const std::string& of) {
  if (!amount.is_integer() || amount.sign() < 0)
    throw failed(fmt::format("“{}”的 {} 不是登记单位的整数倍", of, amount.to_string()),
                 fmt::format("{} of \"{}\" is not a whole number of registry units", amount.to_string(), of),
                 {"测算时把登记单位设为 1", "compute with a registry unit of 1"});
  return amount.to_int64();
}

std::string text_in(const Json& row, const char* column) {
  const auto found = row.find(column);
  return found == row.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// As a publication names it: "gini" by its title, "gini/grandfather" by both.
std::string title_of(const std::string& method) {
  std::string out;
  for (const std::string_view one : split(method, '/'))
    out += (out.empty() ? "" : "／") + allocate::title(allocate::parse_method(one).value()).zh;
  return out;
}

using Argument = std::function<std::string(const char*)>;

// What the form says of the allocation as a whole is what is published: it is what the record says, too. Types of
// before name nothing of it.
void compare_whole(const Adopted& record, const Argument& argument) {
  const auto same = [](bool is, const Text& what, const std::string& said, const std::string& recorded) {
    if (!is)
      throw failed(fmt::format("{}写的是“{}”，测算记录是“{}”", what.zh, said, recorded),
                   fmt::format("the {} is \"{}\" in the form; the record says \"{}\"", what.en, said, recorded),
                   {"从分配工作台重新发起，不要改动带入的内容",
                    "begin again in the allocation studio, and change nothing of what it brings"});
  };
  const auto amount = [&](const char* name, const Text& what, std::int64_t recorded) {
    const std::string said = argument(name);
    const auto value = Decimal::try_parse(said);
    same(value && *value == Decimal::from_int(recorded), what, said, std::to_string(recorded));
  };
  const auto word = [&](const char* name, const Text& what, const std::string& recorded) {
    const std::string said = argument(name);
    same(said == recorded, what, said, recorded);
  };
  amount("cap", {"分配总量", "cap"}, record.cap);
  amount("kept", {"预留", "reserve"}, record.kept);
  word("method", {"选定的方法", "method"}, title_of(record.method));
  word("hash", {"测算记录 SHA-256", "hash"}, record.hash);
}

// The record computed again, with the accounts of the table; throws where they do not say the same.
Adopted compare(const std::string& record, const Json& table, const std::string& issuer, const std::string& reserve) {
  const allocate::Outcome outcome = allocate::recompute(record);
  Adopted out;
  std::set<std::string> accounts{issuer, reserve};
  out.hash = allocate::hash_of(record);
  out.method = outcome.records.empty() ? "" : outcome.records.begin()->first;
  const auto take = [&](const allocate::Allocation& a, const std::string& parent) {
    for (const allocate::Share& share : a.shares) out.units[share.unit] = {parent, "", whole(share.amount, share.unit), share.current};
    if (!parent.empty()) return;
    out.cap = whole(a.cap, "cap");
    out.kept = whole(a.reserve, "reserve");
  };
  if (outcome.levels.size() > 1) throw failed("测算记录应只有一种方法", "the record must be of one method");
  for (const allocate::LevelAttempt& way : outcome.levels)
    for (const allocate::Branch& branch : way.branches) take(branch.allocation, branch.parent);
  if (outcome.levels.empty()) {
    if (outcome.attempts.size() != 1)
      throw failed("测算记录应只有一种方法", "the record must be of one method");
    if (outcome.attempts[0].refused) throw Error(*outcome.attempts[0].refused);
    take(*outcome.attempts[0].allocation, "");
  }
  std::size_t met = 0;
  for (const Json& row : table) {
    const std::string unit = text_in(row, "unit");
    const auto found = out.units.find(unit);
    if (found == out.units.end() || !found->second.account.empty())
      throw failed(fmt::format("表中的“{}”不在测算记录里，或出现了两次", unit),
                   fmt::format("\"{}\" of the table is not in the record, or stands twice", unit));
    const std::string share = text_in(row, "share");
    if (share.empty() || Decimal::parse(share) != Decimal::from_int(found->second.amount))
      throw failed(fmt::format("“{}”在表中是 {}，按测算记录重算是 {}", unit, share, found->second.amount),
                   fmt::format("\"{}\" is {} in the table; the record gives {}", unit, share, found->second.amount));
    if (const std::string current = text_in(row, "current");
        !current.empty() && !(found->second.current && Rational(Decimal::parse(current)) == *found->second.current))
      throw failed(fmt::format("“{}”的现状在表中是 {}，测算记录{}", unit, current,
                               found->second.current ? "是 " + found->second.current->to_string() : "没有"),
                   fmt::format("the present figure of \"{}\" is {} in the table; the record {}", unit, current,
                               found->second.current ? "says " + found->second.current->to_string() : "has none"));
    const std::string parent = text_in(row, "parent");
    if (parent != found->second.parent)
      throw failed(fmt::format("“{}”的上级在表中是“{}”，测算记录是“{}”", unit, parent, found->second.parent),
                   fmt::format("\"{}\" is under \"{}\" in the table; the record puts it under \"{}\"", unit, parent,
                               found->second.parent));
    found->second.account = text_in(row, "account");
    if (found->second.account.empty())
      throw failed(fmt::format("“{}”没有登记账户", unit), fmt::format("\"{}\" has no account in the registry", unit));
    if (!accounts.insert(found->second.account).second)
      throw failed(fmt::format("“{}”的账户 {} 已用于另一单位、发行或区级储备", unit, found->second.account),
                   fmt::format("the account {} of \"{}\" is another unit's, the issuer's or the district's reserve",
                               found->second.account, unit));
    ++met;
  }
  if (met != out.units.size())
    throw failed("表中缺少测算记录里的单位", "units of the record are not in the table");
  return out;
}

// What is to move, by period, so that an account comes to its share; shares are topped up, never cut.
class Plan {
 public:
  Plan(rights::Rights& book, std::string instrument, int from, int to, bool flow)
      : book_(book), instrument_(std::move(instrument)), from_(from), to_(to), flow_(flow) {}

  using Amounts = std::vector<std::int64_t>;  // by period

  Amounts held(const std::string& account) const {
    Amounts out(static_cast<std::size_t>(to_ - from_), 0);
    for (const rights::Holding& h : book_.holdings({.account = account, .instrument = instrument_}))
      for (int p = std::max(h.part.period, from_); p < std::min(h.part.period + h.part.count, to_); ++p)
        out[static_cast<std::size_t>(p - from_)] += h.part.amount;
    return out;
  }
  // `passed_on`: what the units below have of it already.
  Amounts missing(const std::string& account, std::int64_t share, const Amounts& passed_on = {}) const {
    Amounts out = held(account);
    for (std::size_t p = 0; p < out.size(); ++p) {
      if (!passed_on.empty()) out[p] += passed_on[p];
      if (out[p] > share)
        throw failed(fmt::format("账户 {} 在 {} 已持有 {}，多于分配的 {}：采纳只能补足，不能收回", account, period(p),
                                 out[p], share),
                     fmt::format("account {} holds {} in {}, more than the {} allotted: an adoption adds and takes "
                                 "nothing back",
                                 account, out[p], period(p), share),
                     {"从现有权利期满之后起算，或先依法收回", "begin after the present rights end, or reclaim first"});
      out[p] = share - out[p];
    }
    return out;
  }
  Amounts nothing() const { return Amounts(static_cast<std::size_t>(to_ - from_), 0); }

  // Periods with the same amount side by side are one transaction.
  void add(TransactionKind kind, const std::string& from, const std::string& to, const Amounts& amounts, bool unpaid) {
    for (std::size_t p = 0, end = 0; p < amounts.size(); p = end) {
      for (end = p + 1; flow_ && end < amounts.size() && amounts[end] == amounts[p];) ++end;
      if (amounts[p] == 0) continue;
      Proposal one;
      one.kind = kind;
      one.instrument = instrument_;
      one.from = from;
      one.to = to;
      one.quantity = amounts[p];
      one.unpaid = unpaid && kind == TransactionKind::allocate;
      const int first = from_ + static_cast<int>(p);
      if (flow_)
        one.term = rights::Term{Month{first}, Month{from_ + static_cast<int>(end)}};
      else
        one.vintage = first;
      proposals.push_back(std::move(one));
    }
  }
  std::vector<Proposal> proposals;

 private:
  std::string period(std::size_t p) const {
    const int at = from_ + static_cast<int>(p);
    return flow_ ? to_string(Month{at}) : std::to_string(at);
  }
  rights::Rights& book_;
  std::string instrument_;
  int from_, to_;
  bool flow_;
};

void add_to(Plan::Amounts& sum, const Plan::Amounts& more) {
  for (std::size_t p = 0; p < sum.size(); ++p) sum[p] += more[p];
}

const Effect* allotment_of(const std::vector<Effect>& effects) {
  const auto found = std::find_if(effects.begin(), effects.end(),
                                  [](const Effect& e) { return e.kind == Effect::Kind::allocate; });
  return found == effects.end() ? nullptr : &*found;
}

Adopted compare(const CaseType& type, const Json& form, const Effect& effect) {
  const auto argument = [&](const char* name) { return argument_in(type, form, effect, name); };
  const auto rows = form.find(effect.arguments.at("table"));
  const Adopted out = compare(argument("record"), rows == form.end() || rows->is_null() ? Json::array() : *rows,
                              argument("issuer"), argument("reserve"));
  if (effect.arguments.contains("hash")) compare_whole(out, argument);  // a type of before has none of them
  if (const auto compared = effect.arguments.find("compared"); compared != effect.arguments.end())
    if (const auto said = form.find(compared->second); said != form.end() && said->is_array())
      check_methods_compared(*said, type.field(compared->second)->label, argument("record"));
  return out;
}

// A case that began on an older type must not get round what is compared now.
void check_compared(const CaseType& type) {
  try {
    check_release(type.declared);
  } catch (const Error& e) {
    throw failed(fmt::format("这件事用的是旧版表单，不能采纳：{}", e.message().zh),
                 fmt::format("this case stands on an older type and cannot be adopted: {}", e.message().en),
                 {"请先“改用新版表单”", "move the case to the newer type first"});
  }
}

}  // namespace

std::string argument_in(const CaseType& type, const Json& form, const Effect& effect, const char* name) {
  const auto found = effect.arguments.find(name);
  if (found == effect.arguments.end()) return {};
  const std::string& text = found->second;
  if (text.size() < 3 || text.front() != '{' || text.back() != '}') return text;
  return value_in_text(type, form, text.substr(1, text.size() - 2), false);
}

void check_allotment(const CaseType& type, const Json& form) {
  for (const Step& step : type.declared.steps)
    if (const Effect* effect = allotment_of(step.effects)) compare(type, form, *effect);
}

std::string Casework::begun_by(const Stored& s) const {
  const std::string login = database_.read(
      [&](store::Transaction& t) { return identity::login_of(t, tenant_, identity::UserId{s.created_by}); });
  return login.empty() ? s.created_name : login;
}

Json Casework::adopt(const identity::Caller& caller, const Stored& s, const Effect& effect,
                     const std::function<std::string(const char*)>& argument, std::int64_t event) {
  check_compared(*s.type);
  const Adopted adopted = compare(*s.type, s.state.form, effect);
  rights::Rights book(database_, tenant_, clock_, calendar_);
  const rights::Instrument instrument = book.instrument(argument("instrument"));
  const bool flow = instrument.kind == rights::InstrumentKind::flow;
  const std::string start = argument("start"), end = argument("end");
  const int from = flow ? Month::parse(start).index : static_cast<int>(number_of(start, -1));
  const int to = flow ? Month::parse(end).index : end.empty() ? from + 1 : static_cast<int>(number_of(end, -1));
  if (from < 0 || to <= from || to - from > 1200)
    throw failed(fmt::format("期间 {}–{} 不对", start, end), fmt::format("the term {} to {} is not right", start, end));
  const std::string issuer = argument("issuer"), reserve = argument("reserve");
  const bool unpaid = argument("origin") == "free";

  Plan plan(book, instrument.code, from, to, flow);
  // What every reserve is to have of its own or for the units right below it. A reserve below another is issued its
  // part from the cap, and the one above that much less.
  struct Reserve {
    std::string account;
    std::int64_t amount = 0;
    Plan::Amounts passed_on;  // the units right below have it already
  };
  std::map<std::string, Reserve> reserves{{"", {reserve, adopted.kept, plan.nothing()}}};  // by unit; the district's
  for (const auto& [name, unit] : adopted.units)
    if (book.account(unit.account).type == AccountType::reserve)
      reserves[name] = {unit.account, unit.amount, plan.nothing()};
  std::vector<std::pair<const Allotted*, Plan::Amounts>> leaves;
  for (const auto& [name, unit] : adopted.units) {
    const auto found = reserves.find(unit.parent);
    if (found == reserves.end())
      throw failed(fmt::format("“{}”之下还有单位，它的账户应是储备账户", unit.parent),
                   fmt::format("there are units below \"{}\": its account must be a reserve", unit.parent));
    Reserve& above = found->second;
    if (reserves.contains(name)) {
      if (!unit.parent.empty()) above.amount -= unit.amount;
      continue;
    }
    if (unit.parent.empty()) above.amount += unit.amount;
    add_to(above.passed_on, plan.held(unit.account));
    leaves.emplace_back(&unit, plan.missing(unit.account, unit.amount));
  }
  for (const auto& [name, one] : reserves)
    plan.add(TransactionKind::issue, issuer, one.account, plan.missing(one.account, one.amount, one.passed_on), false);
  const std::size_t issues = plan.proposals.size();
  for (const auto& [unit, missing] : leaves)
    plan.add(TransactionKind::allocate, reserves.at(unit->parent).account, unit->account, missing, unpaid);

  // Begun by whoever drafted the case, approved by whoever takes the step; the registry, too, keeps them apart.
  const std::string rule = fmt::format("{} {} {}", s.type->name(), s.type->declared.version, s.type->declared.hash.substr(0, 12));
  const rights::Act first{begun_by(s), "", s.title(), rule, true};
  const rights::Act second{caller.by(), "", fmt::format("{} {}", s.title(), s.number), rule};
  Json moved = Json::array();
  for (std::size_t i = 0; i < plan.proposals.size(); ++i) {
    Proposal& one = plan.proposals[i];
    one.key = fmt::format("case-{:08}-{:04}-{:03}", s.id.value, event, i + 1);
    moved.push_back({{"key", one.key}, {"to", one.to}, {"quantity", one.quantity}});
  }
  const std::span<const Proposal> all(plan.proposals);
  for (const auto part : {all.first(issues), all.subspan(issues)}) {
    if (part.empty()) continue;
    book.propose(part, first);
    std::vector<std::string> keys;
    for (const Proposal& one : part) keys.push_back(one.key);
    book.approve(keys, second);
  }
  return {{"do", "allocate"},
          {"record", adopted.hash},
          {"method", adopted.method},
          {"version", allocate::methods_version},
          {"instrument", instrument.code},
          {"transactions", moved}};
}

std::vector<AdoptionFault> Casework::check_adoptions(std::size_t* adopted) const {
  struct One {
    CaseId id;
    std::shared_ptr<const CaseType> type;
    std::string step;
    Json form;
    Json note;
  };
  std::vector<AdoptionFault> out;
  database_.snapshot([&] {
    std::vector<One> all;
    database_.read([&](store::Transaction& t) {
      for (const store::Row& row :
           t.query("SELECT case_id, step, effects FROM casework_event WHERE jurisdiction = ? AND effects LIKE ? ORDER "
                   "BY case_id, seq",
                   tenant_, "%\"do\":\"allocate\"%"))
        for (Json& note : Json::parse(row.text(2)))
          if (note.value("do", "") == "allocate")
            if (auto s = find(t, {row.integer(0)}, Personal::sealed))
              all.push_back({s->id, s->type, row.text(1), std::move(s->state.form), std::move(note)});
    });
    if (adopted != nullptr) *adopted = all.size();
    const rights::Rights book(database_, tenant_, clock_, calendar_);
    for (const One& one : all) {
      const auto fault = [&](const Text& text) { out.push_back({one.id, text}); };
      try {
        const Effect& effect = *allotment_of(one.type->step(one.step)->effects);
        if (allocate::hash_of(argument_in(*one.type, one.form, effect, "record")) !=
            one.note.at("record").get<std::string>())
          fault({"测算记录已不是采纳时的那份", "the record is not the one that was adopted"});
        compare(*one.type, one.form, effect);
        for (const Json& moved : one.note.at("transactions")) {
          const rights::Transaction x = book.transaction(moved.at("key").get<std::string>());
          if (x.state != rights::TransactionState::completed || x.to != moved.at("to").get<std::string>() ||
              x.parts.empty() || x.parts[0].amount != moved.at("quantity").get<std::int64_t>())
            fault({fmt::format("登记交易 {} 与采纳的不符", x.key),
                   fmt::format("the transaction {} is not what was adopted", x.key)});
        }
      } catch (const Error& e) {
        fault(e.message());
      }
    }
  });
  return out;
}

}  // namespace tributary::casework
