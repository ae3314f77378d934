// An allocation that is adopted: computed again from its record, compared with the table that was decided on, and
// carried out in the registry of rights – issued out of the cap, to the townships' reserves, from there to the
// units – in the step's transaction. And whether all that were adopted still come out the same.
#include "allocate/record.h"
#include "base/text.h"
#include "casework/codes.h"
#include "casework/stored.h"
#include "rights/rights.h"

#include <algorithm>

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
};
struct Adopted {
  std::string hash;
  std::string method;
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

// The record computed again, with the accounts of the table; throws where they do not say the same.
Adopted compare(const std::string& record, const Json& table) {
  const allocate::Outcome outcome = allocate::recompute(record);
  Adopted out;
  out.hash = allocate::hash_of(record);
  out.method = outcome.records.empty() ? "" : outcome.records.begin()->first;
  const auto take = [&](const allocate::Allocation& a, const std::string& parent) {
    for (const allocate::Share& share : a.shares) out.units[share.unit] = {parent, "", whole(share.amount, share.unit)};
    if (parent.empty()) out.kept = whole(a.reserve, "reserve");
  };
  for (const allocate::Branch& branch : outcome.levels) take(branch.allocation, branch.parent);
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
    found->second.account = text_in(row, "account");
    if (found->second.account.empty())
      throw failed(fmt::format("“{}”没有登记账户", unit), fmt::format("\"{}\" has no account in the registry", unit));
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
  Amounts missing(const std::string& account, std::int64_t share) const {
    Amounts out = held(account);
    for (std::size_t p = 0; p < out.size(); ++p) {
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

}  // namespace

Json Casework::adopt(const identity::Caller& caller, const Stored& s, const Effect& effect,
                     const std::function<std::string(const char*)>& argument, std::int64_t event) {
  const auto rows = s.state.form.find(effect.arguments.at("table"));
  const Adopted adopted =
      compare(argument("record"), rows == s.state.form.end() || rows->is_null() ? Json::array() : *rows);
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
  // From below: what a township must receive is its share, less what its units hold already.
  std::map<std::string, Plan::Amounts> below;  // by unit: held by the units under it
  Plan::Amounts issued = plan.nothing();       // through the district's reserve
  std::vector<std::pair<const Allotted*, Plan::Amounts>> leaves;
  for (const auto& [name, unit] : adopted.units) {
    if (book.account(unit.account).type == AccountType::reserve) continue;
    Plan::Amounts missing = plan.missing(unit.account, unit.amount);
    if (unit.parent.empty())
      add_to(issued, missing);
    else
      add_to(below.try_emplace(unit.parent, plan.nothing()).first->second, plan.held(unit.account));
    leaves.emplace_back(&unit, std::move(missing));
  }
  for (const auto& [name, unit] : adopted.units) {
    if (book.account(unit.account).type != AccountType::reserve) continue;
    Plan::Amounts missing = plan.missing(unit.account, unit.amount);
    if (const auto found = below.find(name); found != below.end())
      for (std::size_t p = 0; p < missing.size(); ++p) missing[p] -= std::min(missing[p], found->second[p]);
    plan.add(TransactionKind::issue, issuer, unit.account, missing, false);
  }
  const Plan::Amounts kept = plan.held(reserve);
  for (std::size_t p = 0; p < issued.size(); ++p) issued[p] += std::max<std::int64_t>(adopted.kept - kept[p], 0);
  plan.add(TransactionKind::issue, issuer, reserve, issued, false);
  const std::size_t issues = plan.proposals.size();
  for (const auto& [unit, missing] : leaves) {
    const std::string& source = unit->parent.empty() ? reserve : adopted.units.at(unit->parent).account;
    plan.add(TransactionKind::allocate, source, unit->account, missing, unpaid);
  }

  // Begun by whoever drafted the case, approved by whoever takes the step; the engine keeps them apart.
  const std::string rule = fmt::format("{} {} {}", s.type->name(), s.type->declared.version, s.type->declared.hash.substr(0, 12));
  const rights::Act first{fmt::format("{} ({})", s.created_name, s.created_by), "", s.title(), rule, true};
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
        const Step* step = one.type->step(one.step);
        const auto effect = std::find_if(step->effects.begin(), step->effects.end(),
                                         [](const Effect& e) { return e.kind == Effect::Kind::allocate; });
        const std::string field = effect->arguments.at("record");  // "{record}"
        const std::string record = value_in_text(*one.type, one.form, field.substr(1, field.size() - 2), false);
        if (allocate::hash_of(record) != one.note.at("record").get<std::string>())
          fault({"测算记录已不是采纳时的那份", "the record is not the one that was adopted"});
        compare(record, one.form.at(effect->arguments.at("table")));
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
