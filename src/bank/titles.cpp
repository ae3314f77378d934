#include "bank/titles.h"

#include <algorithm>
#include <array>
#include <span>

namespace tributary::bank {
namespace {

struct Word {
  std::string_view word, zh, en;
};
constexpr std::array states = std::to_array<Word>({{"drafted", "待审核", "drafted"},
                                                   {"approved", "已审核", "approved"},
                                                   {"acknowledged", "银行已受理", "taken by the bank"},
                                                   {"refused", "未通过", "refused"},
                                                   {"withdrawn", "已撤回", "withdrawn"},
                                                   {"open", "待办", "open"},
                                                   {"paid", "已付", "paid"},
                                                   {"failed", "银行退回", "refused by the bank"},
                                                   {"taken_back", "已收回", "taken back"},
                                                   {"matched", "已入账", "in the ledger"},
                                                   {"proposed", "待复核", "waits for a second person"},
                                                   {"unmatched", "未匹配", "not matched"},
                                                   {"not_ours", "不属本系统", "not ours"}});
constexpr std::array whats = std::to_array<Word>({{"batch", "支付指令", "instructions"},
                                                  {"withdraw", "撤回批次", "withdrawal of a batch"},
                                                  {"failed", "银行退回的一笔", "a line the bank refused"},
                                                  {"payee", "收款账号", "a payee's account"},
                                                  {"assign", "流水去向", "assignment of a line"}});

Text title_of(std::span<const Word> words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &Word::word);
  if (found == words.end()) return {std::string(word), std::string(word)};
  return {std::string(found->zh), std::string(found->en)};
}

}  // namespace

Text title_of_state(std::string_view state) {
  return title_of(states, state);
}

Text title_of_what(std::string_view what) {
  return title_of(whats, what);
}

}  // namespace tributary::bank
