// The form and the taking back of transactions; which accounts each kind may stand between.
#include "rights/desk.h"

#include "base/text.h"
#include "rights/proposal.h"
#include "rights/titles.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

using Kind = TransactionKind;
using Type = AccountType;

constexpr unsigned of(std::initializer_list<Type> types) {
  unsigned out = 0;
  for (const Type type : types) out |= 1U << static_cast<unsigned>(type);
  return out;
}
constexpr unsigned held_by = of({Type::holding, Type::trading});
constexpr unsigned ours = held_by | of({Type::reserve});

struct KindRule {
  Kind kind;
  unsigned from, to;  // account types
  bool own;           // from and to are one account
  bool stock, flow, money;
  bool authority;  // also on accounts that may not be debited
};
// Which accounts a kind may stand between. `to` 0: none is named.
constexpr std::array rules{
    KindRule{Kind::issue, of({Type::issue}), ours | of({Type::buffer}), false, true, true, false, false},
    KindRule{Kind::allocate, of({Type::reserve}), held_by, false, true, true, false, false},
    KindRule{Kind::pay, held_by, 0, true, true, true, false, false},
    KindRule{Kind::transfer, ours, ours, false, true, true, false, false},
    KindRule{Kind::pledge, held_by, 0, true, true, true, false, false},
    KindRule{Kind::release, held_by, 0, true, true, true, false, true},
    KindRule{Kind::freeze, ours, 0, true, true, true, true, true},
    KindRule{Kind::unfreeze, ours, 0, true, true, true, true, true},
    KindRule{Kind::compulsory, ours | of({Type::buffer, Type::dispute}),
             ours | of({Type::buffer, Type::dispute, Type::cancel}), false, true, true, true, true},
    KindRule{Kind::surrender, held_by, of({Type::compliance}), false, true, true, false, false},
    KindRule{Kind::retire, ours, of({Type::retire}), false, true, true, false, false},
    KindRule{Kind::cancel, ours | of({Type::buffer}), of({Type::cancel}), false, true, true, false, false},
    KindRule{Kind::expire, ours | of({Type::buffer, Type::dispute}), of({Type::cancel}), false, true, true,
             false, true},
    KindRule{Kind::convert, held_by, held_by, false, true, true, false, false},
    KindRule{Kind::reverse, ours | of({Type::dispute, Type::buffer, Type::compliance, Type::retire, Type::cancel}),
             ours | of({Type::dispute, Type::buffer}), false, true, true, false, true},
    KindRule{Kind::lease, ours, held_by, false, false, true, false, false},
    KindRule{Kind::lease_return, held_by, ours, false, false, true, false, false},
    KindRule{Kind::deposit, of({Type::clearing}), ours, false, false, false, true, false},
    KindRule{Kind::withdraw, ours | of({Type::fee}), of({Type::clearing}), false, false, false, true, false},
};
const KindRule& rule_of(Kind kind) {
  for (const KindRule& rule : rules)
    if (rule.kind == kind) return rule;
  throw Error(codes::bad_value, {"成交由结算办理，不能单独申请", "a trade is settled, not proposed"},
              {{}, 0, 0, "kind"});
}

bool is_in(unsigned set, Type type) {
  return (set >> static_cast<unsigned>(type) & 1U) != 0;
}

Error wrong_account(const Proposal& p, const AccountRow& account) {
  return {codes::kind_not_for_account,
          {fmt::format("“{}”不能用于账户 {}（{}）", title_of(p.kind).zh, account.is.code,
                       title_of(account.is.type).zh),
           fmt::format("“{}” is not for account {} ({})", title_of(p.kind).en, account.is.code,
                       title_of(account.is.type).en)},
          {{}, 0, 0, "account"}};
}

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

}  // namespace

std::optional<Term> span_of(const std::vector<Part>& parts) {
  if (parts.empty()) return std::nullopt;
  Term out{{parts.front().period}, {parts.front().period + parts.front().count}};
  for (const Part& p : parts) {
    out.from.index = std::min(out.from.index, p.period);
    out.to.index = std::max(out.to.index, p.period + p.count);
  }
  return out;
}

UnitKey unit_of(int instrument, const Part& part, int i) {
  return {instrument, part.period + i, part.project};
}

void Desk::prepare(std::span<const Proposal> proposals) {
  std::set<std::string> keys, accounts, savings;
  for (const Proposal& p : proposals) {
    keys.insert({p.key, p.refers});
    accounts.insert({p.from, p.to, p.retired_to, p.issuer});
    savings.insert(p.saving);
  }
  book_.load_transactions(keys);
  book_.load_encumbrances(keys);
  book_.load_savings(savings);
  for (const Proposal& p : proposals)
    for (const std::string& key : {p.key, p.refers})
      if (const TransactionRow* row = book_.transaction(key)) {
        accounts.insert({row->is.from, row->is.to});
        const Proposal before = row->is.kind == Kind::trade ? Proposal{} : proposal_of(row->is.body);
        accounts.insert({before.retired_to, before.issuer});
      }
  for (const Proposal& p : proposals)
    if (const TransactionRow* lease = p.kind == Kind::lease_return ? book_.transaction(p.refers) : nullptr) book_.load_returns(lease->is);
  book_.load_accounts(accounts);
  const auto want = [&](const std::string& account, const InstrumentRow& instrument,
                        std::optional<Term> term) {
    if (book_.has_account(account)) book_.want(book_.account(account), instrument, term);
  };
  for (const Proposal& p : proposals) {
    const TransactionRow* refers = p.refers.empty() ? nullptr : book_.transaction(p.refers);
    const std::string code = !p.instrument.empty() ? p.instrument
                             : refers != nullptr   ? refers->is.instrument
                                                   : "";
    if (code.empty()) continue;
    const InstrumentRow& instrument = book_.instrument(code);
    std::optional<Term> term;
    if (instrument.is.kind == InstrumentKind::flow)
      term = p.term ? p.term : refers != nullptr ? span_of(refers->is.parts) : std::nullopt;
    if (refers != nullptr && (p.kind == Kind::unfreeze || p.kind == Kind::compulsory)) term.reset();
    for (const std::string& account : {p.from, p.to, p.retired_to}) want(account, instrument, term);
    if (refers != nullptr)
      for (const std::string& account : {refers->is.from, refers->is.to}) want(account, instrument, term);
    if (p.kind == Kind::issue) want(p.from, instrument, term);
    if (p.carried > 0) want(p.issuer, instrument, term);
    if (!p.into.empty())
      for (const std::string& account : {p.issuer, p.to}) want(account, book_.instrument(p.into), term);
  }
  book_.load();
}

void require_lease(const Term& term, int longest) {
  if (longest > 0 && term.months() <= longest) return;
  throw Error(codes::bad_term,
              {fmt::format("租赁期 {} 个月，最长 {} 个月", term.months(), longest),
               fmt::format("the lease is for {} months, at most {} are allowed", term.months(), longest)},
              {{}, 0, 0, "term"});
}

void Desk::check_form(const Proposal& p, const InstrumentRow& instrument) {
  const KindRule& rule = rule_of(p.kind);
  const bool fits = instrument.is.kind == InstrumentKind::stock  ? rule.stock
                    : instrument.is.kind == InstrumentKind::flow ? rule.flow
                                                                 : rule.money;
  if (!fits)
    throw Error(codes::kind_not_for_instrument,
                {fmt::format("“{}”不能用于{}", title_of(p.kind).zh, instrument.is.name.zh),
                 fmt::format("“{}” is not for {}", title_of(p.kind).en, instrument.is.name.en)},
                {{}, 0, 0, "kind"});
  const bool whole = p.kind == Kind::release || p.kind == Kind::unfreeze || p.kind == Kind::expire ||
                     p.kind == Kind::reverse || p.kind == Kind::lease_return;  // 0: all there is
  if (p.quantity < 0 || (p.quantity == 0 && !whole))
    throw bad_field("quantity", fmt::format("数量 {} 须为正数", p.quantity),
                    fmt::format("the quantity {} must be positive", p.quantity));
  const bool has_term = instrument.is.kind == InstrumentKind::flow && p.kind != Kind::release &&
                        p.kind != Kind::unfreeze && p.kind != Kind::reverse &&
                        !(p.kind == Kind::compulsory && !p.refers.empty());
  if (has_term != p.term.has_value())
    throw Error(codes::bad_term,
                {has_term ? "流量权利须写明起止月份" : "此项不填起止月份",
                 has_term ? "a flow right needs its months" : "no months are given here"},
                {{}, 0, 0, "term"});
  if (p.vintage && instrument.is.kind != InstrumentKind::stock)
    throw bad_field("vintage", "只有存量权利有年份", "only stocks have a vintage");
  if (!p.project.empty() && !p.vintage)
    throw bad_field("project", "写明项目时须同时写明年份", "a project is named together with its vintage");
  const auto must = [&](bool needed, const std::string& value, const char* field) {
    if (needed && value.empty())
      throw bad_field(field, fmt::format("“{}”须写明 {}", title_of(p.kind).zh, field),
                      fmt::format("“{}” needs {}", title_of(p.kind).en, field));
  };
  must(p.kind == Kind::surrender || p.kind == Kind::retire, p.claim, "claim");
  if (p.surrendered_on && p.kind != Kind::surrender)
    throw bad_field("surrendered_on", "只有清缴有清缴日", "only a surrender has a day of surrender");
  if (p.surrendered_on && *p.surrendered_on > book_.today())
    throw bad_field("surrendered_on", fmt::format("清缴日 {} 还没有到", to_string(*p.surrendered_on)),
                    fmt::format("the day of surrender {} has not come yet", to_string(*p.surrendered_on)));
  must(p.kind == Kind::pledge, p.beneficiary, "beneficiary");
  must(p.kind == Kind::freeze, p.authority, "authority");
  must(p.kind == Kind::release || p.kind == Kind::unfreeze || p.kind == Kind::reverse ||
           p.kind == Kind::lease_return,
       p.refers, "refers");
  must(p.kind == Kind::convert, p.retired_to, "retired_to");
  must(p.kind == Kind::convert && !p.into.empty(), p.issuer, "issuer");
  if (instrument.is.kind == InstrumentKind::stock && (p.kind == Kind::issue || p.kind == Kind::expire) &&
      !p.vintage)
    throw bad_field("vintage", "须写明年份", "the vintage is needed");
  check_carried(p, instrument.is);
  if (p.kind == Kind::convert) {
    const Ratio& r = p.ratio;
    if (r.numerator <= 0 || r.denominator <= 0 || (p.into.empty() && r.numerator > r.denominator))
      throw bad_field("ratio", fmt::format("折算比例 {}:{} 不合要求", r.numerator, r.denominator),
                      fmt::format("the ratio {}:{} is not acceptable", r.numerator, r.denominator));
  }
  if (p.kind == Kind::lease) require_lease(*p.term, p.max_months);
  if (p.certificate.empty()) return;
  require_key(p.certificate, "certificate");
  static constexpr std::array certified{Kind::issue,      Kind::allocate,  Kind::transfer, Kind::lease,
                                        Kind::compulsory, Kind::surrender, Kind::retire,   Kind::cancel};
  if (std::ranges::count(certified, p.kind) == 0)
    throw bad_field("certificate", fmt::format("“{}”不出证书", title_of(p.kind).zh),
                    fmt::format("“{}” makes no certificate", title_of(p.kind).en));
}

void Desk::check_carried(const Proposal& p, const Instrument& is) {
  if (p.carried == 0 && !p.carried_to && !p.basis) return;
  if (p.kind != Kind::expire || is.kind != InstrumentKind::stock)
    throw bad_field("carried", "只有存量权利到期时才有结转", "only a stock that expires is carried over");
  if (p.carried <= 0)
    throw bad_field("carried", fmt::format("结转数量 {} 须为正数", p.carried),
                    fmt::format("the quantity {} that is carried over must be positive", p.carried));
  if (!p.carried_to || *p.carried_to <= *p.vintage || *p.carried_to < is.period_from || *p.carried_to >= is.period_to)
    throw bad_field("carried_to", "须写明结转到哪个年份，晚于到期的年份，并在品种的有效范围内",
                    "name the vintage it becomes, later than the one that ends and within the instrument's validity");
  const AccountRow& issuer = book_.account(p.issuer);
  if (issuer.is.type != Type::issue) throw wrong_account(p, issuer);
}

void Desk::check_status(const Proposal& p, bool at_start) {
  const KindRule& rule = rule_of(p.kind);
  const AccountRow& from = book_.account(p.from);
  const AccountRow& to = rule.own ? from : book_.account(p.to);
  // Only the copy of another registry is corrected out of a sink.
  if (!is_in(rule.from, from.is.type) || (is_sink(from.is.type) && !p.copied)) throw wrong_account(p, from);
  if (!rule.own && !is_in(rule.to, to.is.type)) throw wrong_account(p, to);
  if (!rule.own && from.id == to.id && p.kind != Kind::convert) throw wrong_account(p, to);
  const auto refuse = [](const AccountRow& account) {
    throw Error(codes::account_not_open,
                {fmt::format("账户 {} 的状态为“{}”，不能办理", account.is.code, title_of(account.is.status).zh),
                 fmt::format("account {} is “{}”, so this cannot be done", account.is.code,
                             title_of(account.is.status).en)},
                {{}, 0, 0, "account"});
  };
  const AccountStatus status = from.is.status;
  const bool debit_ok = status == AccountStatus::open || (status == AccountStatus::suspended && !at_start) ||
                        (rule.authority && status != AccountStatus::closed);
  if (!debit_ok) refuse(from);
  if (to.is.status == AccountStatus::closed) refuse(to);
}

Term Desk::left_of(const TransactionRow& lease, std::string_view own) {
  Term left = *span_of(lease.is.parts);
  for (const auto& [key, row] : book_.transactions()) {
    if (row.is.kind != Kind::lease_return || key == own) continue;
    const Proposal p = proposal_of(row.is.body);
    if (p.refers != lease.is.key) continue;
    if (row.is.state == TransactionState::proposed || row.is.state == TransactionState::delayed)
      throw Error(codes::wrong_state,
                  {fmt::format("租赁“{}”的提前归还“{}”还没有决定", lease.is.key, key),
                   fmt::format("the early return “{}” of the lease “{}” is not decided yet", key, lease.is.key)},
                  {{}, 0, 0, "refers"}, {"先办结或撤回那一笔。", "Have that decided, or take it back."});
    if (row.is.state == TransactionState::completed) left.to = std::min(left.to, p.term->from);
  }
  return left;
}

TransactionRow& Desk::referred(const std::string& key) {
  if (TransactionRow* row = book_.transaction(key)) return *row;
  throw Error(codes::unknown_transaction,
              {fmt::format("没有编号为“{}”的交易", key), fmt::format("there is no transaction “{}”", key)},
              {{}, 0, 0, "refers"});
}

// With what the transaction it refers to says: which accounts, which instrument.
Proposal Desk::resolved(const Proposal& given) {
  Proposal p = given;
  if (!p.refers.empty()) {
    // Any other kind would be turned against the accounts of the transaction it names.
    static constexpr std::array referring{Kind::release, Kind::unfreeze, Kind::compulsory, Kind::reverse,
                                          Kind::lease_return};
    if (std::ranges::count(referring, p.kind) == 0)
      throw bad_field("refers", fmt::format("“{}”不涉及另一笔交易", title_of(p.kind).zh),
                      fmt::format("“{}” refers to no other transaction", title_of(p.kind).en));
    const TransactionRow& row = referred(p.refers);
    p.instrument = row.is.instrument;
    const bool back = p.kind == Kind::reverse || p.kind == Kind::lease_return;
    p.from = back ? row.is.to : row.is.from;
    if (back) p.to = row.is.from;
    const Kind kind = row.is.kind;
    // What lapsed and was carried over is there again already.
    const bool left = kind == Kind::surrender || kind == Kind::retire ||
                      (kind == Kind::expire && proposal_of(row.is.body).carried == 0);
    const bool fits = p.kind == Kind::reverse
                          ? (p.copied ? left : kind == Kind::allocate || kind == Kind::transfer || kind == Kind::compulsory)
                      : p.kind == Kind::lease_return ? is_lease(row.is)
                      : p.kind == Kind::release      ? kind == Kind::pledge
                                                     : kind == Kind::freeze;
    if (!fits || row.is.state != TransactionState::completed || !row.is.reversed_by.empty())
      throw Error(codes::wrong_state,
                  {fmt::format("“{}”不能用于交易“{}”（{}，{}）", title_of(p.kind).zh, p.refers, title_of(kind).zh,
                               title_of(row.is.state).zh),
                   fmt::format("“{}” is not for the transaction “{}” ({}, {})", title_of(p.kind).en, p.refers,
                               title_of(kind).en, title_of(row.is.state).en)},
                  {{}, 0, 0, "refers"});
  }
  return p;
}

void Desk::propose(const Proposal& given, const Act& first) {
  require_key(given.key);
  if (!first.own_keys && std::ranges::any_of(reserved_keys, [&](auto head) { return given.key.starts_with(head); }))
    throw Error(codes::bad_value,
                {fmt::format("编号“{}”的开头留给竞价、银行和办件，不能自行使用", given.key),
                 fmt::format("the key “{}” begins like those kept for auctions, the bank and cases", given.key)},
                {{}, 0, 0, "key"}, {"请换一个编号。", "Choose another key."});
  const std::string body = json_of(given).dump();
  const std::string hash = sha256_hex(body);
  if (const TransactionRow* row = book_.transaction(given.key)) {
    if (row->body_hash == hash) return;
    throw Error(codes::key_conflict,
                {fmt::format("编号“{}”已用于内容不同的另一事项", given.key),
                 fmt::format("the key “{}” stands for another content", given.key)},
                {{}, 0, 0, "key"},
                {"重试须与原内容完全一致；另一事项请用新编号。",
                 "A retry must repeat the same content; another matter needs a key of its own."});
  }
  Proposal p = resolved(given);
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  check_form(p, instrument);
  check_status(p, true);
  if (!p.saving.empty()) check_saving({p.saving, p.from, p.instrument, p.quantity});
  if (p.deadline && *p.deadline <= book_.now())
    throw bad_field("deadline", "期限已过", "the deadline has passed");
  TransactionRow& row = book_.new_transaction(p.key);
  row.body_hash = hash;
  Transaction& x = row.is;
  x.kind = p.kind;
  x.state = TransactionState::proposed;
  x.instrument = p.instrument;
  x.from = p.from;
  x.to = rule_of(p.kind).own ? p.from : p.to;
  x.initiator = first.actor;
  x.proposed = book_.now();
  x.deadline = p.deadline;
  p.to = x.to;
  x.body = json_of(p).dump();
  Act act = first;
  act.approver.clear();
  x.number = book_.begin("proposed", p.key, act);
  book_.content()["request"] = json_of(p);
  hold(row, p, instrument);
  book_.content()["parts"] = json_of(x.parts);
}

std::vector<Error> Desk::examine(const Proposal& given, const Act& first) {
  std::vector<Error> out;
  const auto passes = [&](auto&& step) {
    try {
      step();
      return true;
    } catch (const Error& e) {
      if (std::ranges::none_of(out, [&](const Error& o) { return o.code() == e.code() && o.message() == e.message(); }))
        out.push_back(e);
      return false;
    }
  };
  book_.mark();
  if (passes([&] { propose(given, first); })) {
    // What would keep the second person from approving it.
    passes([&] { complete(*book_.transaction(given.key), {first.actor, first.actor + " 2", first.reason, first.rule}); });
    return out;
  }
  book_.take_back();
  // Something is wrong: what else is, each for itself.
  Proposal p;
  const InstrumentRow* instrument = nullptr;
  if (!passes([&] { p = resolved(given); }) || !passes([&] { instrument = &book_.instrument(p.instrument); })) return out;
  const bool well_formed = passes([&] { check_form(p, *instrument); });
  if (!passes([&] { check_status(p, true); })) return out;
  if (p.to.empty()) p.to = p.from;
  if (p.term && p.from != p.to)
    passes([&] {
      for (int i = p.term->from.index; i < p.term->to.index; ++i)
        book_.check_credit(book_.account(p.to), {instrument->index, i, {}});
    });
  if (!well_formed) return out;
  TransactionRow row;
  book_.begin("examined", given.key, first);
  passes([&] { hold(row, p, *instrument); });
  return out;
}

void Desk::give_up(TransactionRow& row, TransactionState state, const std::string& event, const Act& act,
                   const std::string& note) {
  book_.begin(event, row.is.key, act);
  book_.content()["kind"] = to_string(row.is.kind);
  for (const Move& held : row.moves) book_.resolve(held, false);
  row.moves.clear();
  row.is.state = state;
  row.is.decided = book_.now();
  row.is.note = note;
  row.dirty = true;
}

std::vector<Part> Desk::take(const AccountRow& account, const InstrumentRow& instrument, const Selection& s,
                             Compartment from) {
  const Instrument& is = instrument.is;
  const auto outside = [&](const std::string& what) {
    throw Error(codes::outside_validity,
                {fmt::format("{} 不在{}的有效范围内", what, is.name.zh),
                 fmt::format("{} is outside the validity of {}", what, is.name.en)},
                {{}, 0, 0, "term"});
  };
  const auto short_of = [&](std::int64_t have, const Text& unit, std::int64_t unpaid) {
    if (from == Compartment::free && have + unpaid >= s.quantity)
      throw Error(codes::fee_unpaid,
                  {fmt::format("账户 {} 的{} 中有 {} 是无偿取得的，未缴有偿使用费，不能出让、出租、质押",
                               account.is.code, unit.zh, unpaid),
                   fmt::format("of {} account {} got {} free of charge; it cannot be given away, leased or pledged "
                               "before the paid-use fee is paid",
                               unit.en, account.is.code, unpaid)},
                  {{}, 0, 0, "quantity"}, {"请先缴清有偿使用费。", "Pay the paid-use fee first."});
    throw Error(codes::insufficient,
                {fmt::format("账户 {} 的{} 可用 {}，不足 {}", account.is.code, unit.zh, have, s.quantity),
                 fmt::format("account {} has {} of {} available, less than {}", account.is.code, have, unit.en,
                             s.quantity)},
                {{}, 0, 0, "quantity"},
                {"请核对冻结、质押、挂单与待过户的数量。",
                 "See what is frozen, pledged, on order or on its way out."});
  };
  const auto in = [&](const UnitKey& unit, Compartment where) {
    const Cell* cell = book_.find_cell(account.id, unit);
    return cell == nullptr ? 0 : (*cell)[where].available();
  };
  const auto available = [&](const UnitKey& unit) { return in(unit, from); };
  if (is.kind == InstrumentKind::flow) {
    if (!s.term || s.term->months() < 1)
      throw Error(
          codes::bad_term,
          {"起止月份不合要求：止月不包含在内", "the months are not acceptable: the end is not included"},
          {{}, 0, 0, "term"});
    if (s.term->from.index < is.period_from || s.term->to.index > is.period_to) outside(to_string(*s.term));
    const Part part{s.term->from.index, s.term->months(), {}, s.quantity};
    if (account.is.type != AccountType::issue)
      for (int i = 0; i < part.count; ++i)
        if (const UnitKey unit = unit_of(instrument.index, part, i); available(unit) < s.quantity)
          short_of(available(unit), unit_title(is, unit.period, {}), in(unit, Compartment::unpaid));
    return {part};
  }
  if (is.kind == InstrumentKind::money) {
    const Part part{0, 1, {}, s.quantity};
    const bool bottomless = account.is.type == AccountType::clearing;
    if (const auto have = available(unit_of(instrument.index, part)); !bottomless && have < s.quantity)
      short_of(have, unit_title(is, 0, {}), 0);
    return {part};
  }
  if (s.vintage && (*s.vintage < is.period_from || *s.vintage >= is.period_to))
    outside(fmt::format("{}", *s.vintage));
  if (account.is.type == AccountType::issue) return {{s.vintage.value_or(0), 1, s.project, s.quantity}};
  std::vector<Part> out;
  std::int64_t left = s.quantity, unpaid = 0;
  for (const UnitKey& unit : book_.units_of(account.id, instrument.index)) {
    if (left == 0) break;
    if (s.vintage && (unit.period != *s.vintage || (!s.project.empty() && unit.project != s.project)))
      continue;
    unpaid += in(unit, Compartment::unpaid);
    const std::int64_t part = std::min(left, available(unit));
    if (part <= 0) continue;
    out.push_back({unit.period, 1, unit.project, part});
    left -= part;
  }
  if (left > 0) short_of(s.quantity - left, s.vintage ? unit_title(is, *s.vintage, s.project) : is.name, unpaid);
  return out;
}

void Desk::check_saving(const SavingSale& sale) {
  const SavingRow* saving = book_.saving(sale.id);
  const auto refuse = [](const Code& code, std::string zh, std::string en) {
    throw Error(code, {std::move(zh), std::move(en)}, {{}, 0, 0, "saving"});
  };
  if (saving != nullptr && saving->account.empty())
    refuse(codes::saving_not_own, fmt::format("核定节约量“{}”没有登记属于谁，不能转让（W4）：先由两人登记它的账户", sale.id),
           fmt::format("whose the verified saving “{}” is was never registered, so it cannot be sold (W4): two persons name its "
                       "account first",
                       sale.id));
  if (saving != nullptr && saving->owner != book_.account(sale.seller).is.owner)
    refuse(codes::saving_not_own, fmt::format("核定节约量“{}”不是账户 {} 的户主的，不能由它转让（W4）", sale.id, sale.seller),
           fmt::format("the verified saving “{}” is not of the owner of account {}, which cannot sell it (W4)", sale.id, sale.seller));
  const std::int64_t left = saving == nullptr ? 0 : saving->volume - saving->sold;
  if (saving == nullptr || saving->instrument != sale.instrument || sale.quantity > left)
    refuse(codes::saving_sold, fmt::format("核定节约量“{}”尚余 {}，不足 {}", sale.id, left, sale.quantity),
           fmt::format("of the verified saving “{}” {} is left, less than {}", sale.id, left, sale.quantity));
}

void Desk::sell_saving(const SavingSale& sale) {
  if (sale.id.empty()) return;
  check_saving(sale);
  SavingRow* saving = book_.saving(sale.id);
  saving->sold += sale.quantity;
  saving->dirty = true;
}

}  // namespace tributary::rights
