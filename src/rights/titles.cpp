#include "rights/titles.h"

#include <array>

namespace tributary::rights {

namespace {

// Named in the order of their numbers, which begin with 1.
template <class Enum, std::size_t N>
Text title(const std::array<Text, N>& titles, Enum value) {
  return titles.at(static_cast<std::size_t>(value) - 1);
}

}  // namespace

Text title_of(InstrumentKind kind) {
  static const std::array<Text, 3> titles{
      Text{"存量", "Stock"}, Text{"按期间的速率", "Rate over a term"}, Text{"资金", "Money"}};
  return title(titles, kind);
}

Text title_of(AccountType type) {
  static const std::array<Text, 12> titles{
      Text{"发行", "Issuer"},       Text{"储备", "Reserve"},      Text{"持有", "Holding"},   Text{"交易", "Trading"},
      Text{"清算", "Clearing"},     Text{"履约（只进不出）", "Compliance (sink)"},
      Text{"自愿注销（只进不出）", "Retirement (sink)"},                      Text{"注销（只进不出）", "Cancellation (sink)"},
      Text{"损耗（只进不出）", "Loss (sink)"},  Text{"缓冲", "Buffer"},       Text{"争议", "Dispute"},   Text{"费用", "Fees"}};
  return title(titles, type);
}

Text title_of(AccountStatus status) {
  static const std::array<Text, 5> titles{Text{"正常", "Open"}, Text{"暂停", "Suspended"},
                                          Text{"只收不付", "Blocked"}, Text{"冻结", "Frozen"}, Text{"已销户", "Closed"}};
  return title(titles, status);
}

Text title_of(Compartment compartment) {
  static const std::array<Text, 7> titles{Text{"可用", "Free"},     Text{"当日锁定", "Locked today"}, Text{"质押", "Pledged"},
                                          Text{"冻结", "Frozen"},   Text{"挂单", "On order"},
                                          Text{"未缴费", "Not paid for"}, Text{"租入", "On lease"}};
  return title(titles, compartment);
}

Text title_of(TransactionKind kind) {
  static const std::array<Text, 20> titles{
      Text{"发行", "Issue"},           Text{"分配", "Allocation"},       Text{"缴清有偿使用费", "Paid-use fee paid"},
      Text{"转让", "Transfer"},        Text{"质押", "Pledge"},           Text{"解除质押", "Release of a pledge"},
      Text{"冻结", "Freeze"},          Text{"解除冻结", "Unfreezing"},   Text{"强制划转", "Compulsory transfer"},
      Text{"清缴", "Surrender"},       Text{"自愿注销", "Retirement"},   Text{"注销", "Cancellation"},
      Text{"到期失效", "Expiry"},      Text{"折算", "Conversion"},       Text{"冲回", "Reversal"},
      Text{"出租", "Lease"},           Text{"提前归还", "Early return of a lease"},
      Text{"入金", "Deposit"},         Text{"出金", "Withdrawal"},       Text{"成交", "Trade"}};
  return title(titles, kind);
}

Text title_of(const Transaction& transaction) {
  if (transaction.kind == TransactionKind::trade && is_lease(transaction)) return {"成交（租赁）", "Trade (lease)"};
  return title_of(transaction.kind);
}
Text title_of(TransactionState state) {
  static const std::array<Text, 7> titles{
      Text{"待审核", "Waiting for approval"}, Text{"已办结", "Completed"}, Text{"冷静期", "Cooling off"},
      Text{"待主管部门决定", "Conditional"},  Text{"已驳回", "Rejected"},  Text{"已逾期", "Lapsed"},
      Text{"已撤回", "Taken back"}};
  return title(titles, state);
}

}  // namespace tributary::rights
