// What the outcomes mean, for people.
#include "ledger/ledger.h"

#include <fmt/format.h>

namespace tributary::ledger {

Text describe(Outcome outcome) {
  using enum Outcome;
  switch (outcome) {
    case accepted:
      return {"已入账", "recorded"};
    case exists:
      return {"此前已按相同内容入账", "recorded before with the same content"};
    case chain_failed:
      return {"与之连带的另一笔未能入账,整组都未入账",
              "another member of its linked chain failed, so none was recorded"};
    case chain_open:
      return {"标明与下一笔连带,但本批次已没有下一笔",
              "it is linked to a next request, but the batch ends here"};
    case bad_id:
      return {"编号为空、超过 200 字节、不是 UTF-8 或含有控制字符",
              "the id is empty, longer than 200 bytes, not UTF-8 or has control characters"};
    case duplicate_in_chain:
      return {"同一组连带转账中编号重复", "the id stands twice in one linked chain"};
    case exists_with_different_action:
      return {"该编号已用于另一种操作", "the id is taken by a transfer with another action"};
    case exists_with_different_hold:
      return {"该编号已入账,但对应另一笔预留", "the id is taken by a transfer that resolves another hold"};
    case exists_with_different_accounts:
      return {"该编号已入账,但账户不同", "the id is taken by a transfer between other accounts"};
    case exists_with_different_amount:
      return {"该编号已入账,但数额不同", "the id is taken by a transfer of another amount"};
    case exists_with_different_cause:
      return {"该编号已入账,但事由不同", "the id is taken by a transfer with another cause"};
    case exists_with_different_date:
      return {"该编号已入账,但记账日期不同", "the id is taken by a transfer with another legal date"};
    case exists_with_different_expiry:
      return {"该编号已入账,但预留期限不同", "the id is taken by a hold with another expiry"};
    case exists_with_different_correction:
      return {"该编号已入账,但所更正的转账不同", "the id is taken by a transfer that corrects another one"};
    case exists_with_different_note:
      return {"该编号已入账,但附注不同", "the id is taken by a transfer with another note"};
    case exists_with_different_chain:
      return {"该编号已入账,但连带关系不同", "the id is taken by a transfer that is linked differently"};
    case misplaced_field:
      return {"填写了该操作不使用的字段", "a field is set that this action does not take"};
    case bad_cause:
      return {"缺少事由,或事由过长、含有控制字符",
              "the cause is missing, longer than 200 bytes, not UTF-8 or has control characters"};
    case bad_note:
      return {"附注超过 2000 字节或不是 UTF-8", "the note is longer than 2000 bytes or not UTF-8"};
    case bad_date:
      return {"记账日期不在公元 1 至 9999 年之间", "the legal date is outside the years 1 to 9999"};
    case amount_not_positive:
      return {"数额必须大于零", "the amount must be greater than zero"};
    case accounts_are_the_same:
      return {"付方与收方是同一账户", "debit and credit are the same account"};
    case expiry_has_passed:
      return {"预留期限已过", "the expiry of the hold has passed already"};
    case hold_not_found:
      return {"找不到该笔预留", "there is no such hold"};
    case not_a_hold:
      return {"所指的转账不是预留", "the transfer named is not a hold"};
    case hold_already_posted:
      return {"该笔预留已结算", "the hold was settled already"};
    case hold_already_voided:
      return {"该笔预留已撤销", "the hold was voided already"};
    case hold_expired:
      return {"该笔预留已过期", "the hold has expired"};
    case exceeds_hold:
      return {"数额超过预留数", "the amount is more than was held"};
    case debit_account_not_found:
      return {"付方账户不存在", "the debit account does not exist"};
    case credit_account_not_found:
      return {"收方账户不存在", "the credit account does not exist"};
    case debit_account_closed:
      return {"付方账户已销户", "the debit account is closed"};
    case credit_account_closed:
      return {"收方账户已销户", "the credit account is closed"};
    case units_differ:
      return {"两个账户的记账单位不同", "the accounts are of different units"};
    case corrected_not_found:
      return {"找不到被更正的转账", "the transfer to be corrected does not exist"};
    case corrected_not_posted:
      return {"被更正的转账没有实际入账,无须更正", "the transfer to be corrected moved nothing"};
    case period_closed:
      return {"记账日期所在期间已结账", "the period of the legal date is closed"};
    case overflow:
      return {"余额超出系统可表示的范围", "a balance would leave the range of 64 bits"};
    case below_floor:
      return {"付方可用余额不足,将低于最低余额",
              "the available balance of the debit account would fall below its floor"};
  }
  return {"未知结果", "unknown outcome"};
}

namespace {

Text hint_of(Outcome outcome) {
  using enum Outcome;
  switch (outcome) {
    case period_closed:
      return {"请以未结账期间的日期记账,并注明被更正的转账。",
              "Use a date in the open period and name the transfer it corrects."};
    case below_floor:
      return {"请先补足余额或撤销不再需要的预留。",
              "Put more in first, or void holds that are no longer needed."};
    case exists_with_different_action:
    case exists_with_different_hold:
    case exists_with_different_accounts:
    case exists_with_different_amount:
    case exists_with_different_cause:
    case exists_with_different_date:
    case exists_with_different_expiry:
    case exists_with_different_correction:
    case exists_with_different_note:
    case exists_with_different_chain:
      return {"重试须与原内容完全一致;另一笔业务请使用新编号。",
              "A retry must repeat the same content; another transaction needs an id of its own."};
    default:
      return {};
  }
}

std::string values_of(const Request& r) {
  if (r.action == Action::settle || r.action == Action::void_hold)
    return fmt::format("{} {} {} {}", to_string(r.action), r.hold, r.amount,
                       tributary::to_string(r.legal_date));
  return fmt::format("{} {} -> {}: {}, {}", to_string(r.action), r.debit.value, r.credit.value, r.amount,
                     tributary::to_string(r.legal_date));
}

}  // namespace

void require_accepted(std::span<const Request> requests, std::span<const Outcome> outcomes) {
  TRIBUTARY_CHECK(requests.size() == outcomes.size(), fmt::format("{} {}", requests.size(), outcomes.size()));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Outcome outcome = outcomes[i];
    if (is_success(outcome) || outcome == Outcome::chain_failed) continue;  // a failed chain has its culprit
    const Text what = describe(outcome);
    const auto& request = requests[i];
    throw Error(code_of(outcome),
                {fmt::format("转账“{}”未能入账:{}({};事由 {} {})", request.id, what.zh, values_of(request),
                             request.cause.kind, request.cause.id),
                 fmt::format("the transfer “{}” was not recorded: {} ({}; cause {} {})", request.id, what.en,
                             values_of(request), request.cause.kind, request.cause.id)},
                {{}, 0, 0, request.id}, hint_of(outcome));
  }
}

}  // namespace tributary::ledger
