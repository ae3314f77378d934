#include "rights/year_end.h"

#include <fmt/format.h>

namespace tributary::rights {

std::vector<Proposal> year_end(const Rights& rights, const YearEnd& of) {
  const Instrument is = rights.instrument(of.instrument);
  if (is.kind != InstrumentKind::stock)
    throw Error(codes::kind_not_for_instrument,
                {fmt::format("{} 不按年份登记，到期的月份自己失效", is.code),
                 fmt::format("{} has no vintages; its months are over by themselves", is.code)},
                {{}, 0, 0, "instrument"});
  std::map<std::string, std::int64_t> left;
  for (const Holding& one : rights.holdings({.instrument = is.code})) {
    const AccountType type = rights.account(one.account).type;
    if (one.part.period == of.vintage && one.part.amount > 0 && !is_sink(type) && type != AccountType::issue)
      left[one.account] += one.part.amount;
  }
  const auto key = [&](const char* what, const std::string& account) {
    return fmt::format("YEAREND-{}-{}-{}-{}", what, is.code, of.vintage, account);
  };
  std::vector<Proposal> out;
  for (const auto& [account, amount] : left) {
    Proposal one{.key = key("EXPIRE", account),
                 .kind = TransactionKind::expire,
                 .instrument = is.code,
                 .from = account,
                 .to = of.cancelled};
    one.vintage = of.vintage;
    out.push_back(std::move(one));
  }
  for (const auto& [account, amount] : of.carried) {
    const auto has = left.find(account);
    if (has == left.end() || amount > has->second)
      throw Error(codes::insufficient,
                  {fmt::format("账户 {} 的 {} 年份只剩 {}，不能结转 {}", account, of.vintage,
                               has == left.end() ? 0 : has->second, amount),
                   fmt::format("account {} has {} left of {}, so {} cannot carry over", account,
                               has == left.end() ? 0 : has->second, of.vintage, amount)},
                  {{}, 0, 0, "carried"});
    Proposal one{.key = key("CARRY", account),
                 .kind = TransactionKind::issue,
                 .instrument = is.code,
                 .from = of.issuer,
                 .to = account,
                 .quantity = amount};
    one.vintage = of.vintage + 1;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace tributary::rights
