#include "rights/year_end.h"

#include <fmt/format.h>

namespace tributary::rights {
namespace {

// The first number whose transaction is not there or still waits.
std::string key_of(const Rights& rights, const YearEnd& of, const std::string& account) {
  for (int n = 1;; ++n) {
    std::string key = fmt::format("YEAREND-{}-{}-{}-{}", of.instrument, of.vintage, account, n);
    try {
      const TransactionState state = rights.transaction(key).state;
      if (state == TransactionState::proposed || state == TransactionState::delayed) return key;
    } catch (const Error& e) {
      if (e.code() != codes::unknown_transaction) throw;
      return key;
    }
  }
}

}  // namespace

std::vector<Proposal> year_end(const Rights& rights, const YearEnd& of) {
  const Instrument is = rights.instrument(of.instrument);
  if (is.kind != InstrumentKind::stock)
    throw Error(codes::kind_not_for_instrument,
                {fmt::format("{} 不按年份登记，到期的月份自己失效", is.code),
                 fmt::format("{} has no vintages; its months are over by themselves", is.code)},
                {{}, 0, 0, "instrument"});
  if (!of.carried.empty() && of.into <= of.vintage)
    throw Error(codes::bad_value,
                {fmt::format("须写明 {} 年份的剩余结转到以后的哪个年份", of.vintage),
                 fmt::format("say which later vintage what is left of {} becomes", of.vintage)},
                {{}, 0, 0, "into"});
  std::map<std::string, std::int64_t> left;
  for (const Holding& one : rights.holdings({.instrument = is.code})) {
    const AccountType type = rights.account(one.account).type;
    if (one.part.period == of.vintage && one.part.amount > 0 && !is_sink(type) && type != AccountType::issue)
      left[one.account] += one.part.amount;
  }
  for (const auto& [account, amount] : of.carried) {
    const auto has = left.find(account);
    if (has == left.end() || amount > has->second)
      throw Error(codes::insufficient,
                  {fmt::format("账户 {} 的 {} 年份只剩 {}，不能结转 {}", account, of.vintage, has == left.end() ? 0 : has->second, amount),
                   fmt::format("account {} has {} left of {}, so {} cannot carry over", account, has == left.end() ? 0 : has->second,
                               of.vintage, amount)},
                  {{}, 0, 0, "carried"});
  }
  std::vector<Proposal> out;
  for (const auto& [account, amount] : left) {
    Proposal one{.key = key_of(rights, of, account), .kind = TransactionKind::expire, .instrument = is.code, .from = account, .to = of.cancelled};
    one.vintage = of.vintage;
    if (const auto carried = of.carried.find(account); carried != of.carried.end()) {
      one.issuer = of.issuer;
      one.carried = carried->second;
      one.carried_to = of.into;
      if (const auto basis = of.basis.find(account); basis != of.basis.end()) one.basis = basis->second;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace tributary::rights
