#include "rights/carry_over.h"

#include "policy/outcome.h"
#include "policy/pack.h"
#include "rights/proposal.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace tributary::rights {
namespace {

// By all accounts of the owner, into the vintage; refused and expired proposals are none.
std::int64_t carried_before(const Rights& rights, const std::string& owner, const YearEnd& of) {
  constexpr int page = 200;
  std::int64_t out = 0;
  for (const RightAccount& account : rights.accounts(owner)) {
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (bool more = true; more;) {
      const auto some = rights.transactions(account.code, before, page);
      more = some.size() == page;
      for (const Transaction& one : some) {
        before = std::min(before, one.number);
        const bool counts = one.state == TransactionState::proposed || one.state == TransactionState::delayed ||
                            one.state == TransactionState::completed;
        if (one.kind != TransactionKind::expire || one.instrument != of.instrument || one.from != account.code || !counts) continue;
        const Proposal asked = proposal_of(one.body);
        const bool again = asked.vintage == of.vintage && one.state != TransactionState::completed && of.carried.contains(account.code);
        if (asked.carried_to == of.into && !again) out += asked.carried;  // what waits of this very account is proposed anew
      }
    }
  }
  return out;
}

}  // namespace

void check_carry_over(const Rights& rights, const RightsData& data, const policy::Policy& policy, Date known, const YearEnd& of) {
  if (of.carried.empty()) return;
  const auto rule = std::ranges::find_if(data.carry_overs, [&](const CarryOver& one) {
    return one.instrument == of.instrument && one.vintage_from <= of.vintage && of.vintage < one.vintage_to && one.into == of.into;
  });
  if (rule == data.carry_overs.end())
    throw Error(codes::not_provided,
                {fmt::format("没有规则规定 {} 的 {} 年份可以结转成 {} 年份", of.instrument, of.vintage, of.into),
                 fmt::format("no rule provides for {} of {} to be carried over into {}", of.instrument, of.vintage, of.into)},
                {{}, 0, 0, "carried"}, {"有规定的，写入政策包 rights 的 carry_over", "where a document does, enter it in carry_over of a pack's rights"});
  std::map<std::string, std::int64_t> by_owner;
  for (const auto& [account, amount] : of.carried) by_owner[rights.account(account).owner] += amount;
  for (const auto& [account, amount] : of.carried) {
    const auto basis = of.basis.find(account);
    if (basis == of.basis.end() || basis->second.source.empty())
      throw Error(codes::bad_value,
                  {fmt::format("账户 {} 结转，须写明期间卖出、买入、期末持有和它们的来源（规则 {}）", account, rule->rule),
                   fmt::format("to carry over, account {} needs what was sold, bought and held, and where that is from (rule {})", account, rule->rule)},
                  {{}, 0, 0, "basis"}, {"照全国登记系统的对账单填", "as the statement of the national registry says"});
    const CarryBasis& is = basis->second;
    const policy::CaseResult result = policy::evaluate_case(
        policy, {rule->rule, rule->on, known, "", {{"sold", is.sold.to_string()}, {"bought", is.bought.to_string()}, {"held", is.held.to_string()}}});
    const policy::Explanation limit = result.explainer().formula(rule->figure);
    const auto most = limit.missing ? std::nullopt : Decimal::try_parse(limit.value);
    const std::string owner = rights.account(account).owner;
    const std::int64_t before = carried_before(rights, owner, of);
    if (most && Decimal::from_parts(before + by_owner[owner], 0) <= *most) continue;
    const policy::Source& source = result.rule->rule.source;
    std::string document = source.document;
    for (const std::string& part : {source.number, source.article, source.note})
      if (!part.empty()) document += " " + part;
    if (!result.rule->rule.verified) document += "（未核实）";
    const std::string value = most ? most->to_string() : "-";
    throw Error(codes::over_carry,
                {fmt::format("{} 要结转 {}{}，超过可结转量 {}（卖出 {}，买入 {}，持有 {}；规则 {}，{}）", owner, by_owner[owner],
                             before > 0 ? fmt::format("（另已结转或待审 {}）", before) : "", value, is.sold.to_string(), is.bought.to_string(),
                             is.held.to_string(), rule->rule, document),
                 fmt::format("{} wants to carry over {}{}, above the {} allowed (sold {}, bought {}, held {}; rule {}, {})", owner, by_owner[owner],
                             before > 0 ? fmt::format(" beside {} carried over or waiting", before) : "", value, is.sold.to_string(),
                             is.bought.to_string(), is.held.to_string(), rule->rule, document)},
                {{}, 0, 0, "carried"}, {"改小结转数量，其余失效；数字有误的，照对账单改正", "carry over less, the rest lapses; or mend the figures by the statement"});
  }
}

}  // namespace tributary::rights
