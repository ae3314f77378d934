#include "exchange/codes.h"

namespace tributary::exchange {

Text describe(Refusal refusal) {
  static const std::array<Text, codes::refusals.size()> texts{{
      {"编号须连续，此编号跳号", "order numbers come without gaps; this one skips some"},
      {"此编号已用于内容不同的申报", "this number was used for an order with other content"},
      {"没有此交易账户", "there is no such trading account"},
      {"交易账户已被冻结或停用", "the trading account is blocked"},
      {"申报过于频繁", "too many orders in too short a time"},
      {"交易暂停", "trading is halted"},
      {"当前时段或本市场不接受此操作", "not possible in this phase or in this kind of market"},
      {"没有此申报", "there is no such order"},
      {"不是本账户的申报", "the order belongs to another account"},
      {"申报已成交、撤销或失效", "the order is filled, cancelled or lapsed"},
      {"本市场不接受市价申报", "market orders are not taken here"},
      {"此时段不接受该有效期类型", "this time in force is not taken here"},
      {"数量须大于零", "the quantity must be above zero"},
      {"数量不是交易单位的整数倍", "the quantity is not a multiple of the lot"},
      {"数量超过单笔上限", "the quantity is above the limit of one order"},
      {"最低成交量有误", "the minimum quantity is wrong"},
      {"价格超出涨跌幅限制", "the price is outside the band"},
      {"数量未达大宗协议起点", "the quantity is below the threshold of bulk agreements"},
      {"数量达到大宗协议起点，应走大宗协议", "the quantity belongs to bulk agreements"},
      {"没有变更内容", "nothing would change"},
      {"新数量不大于已成交数量", "the new quantity is not above what is filled already"},
      {"买卖双方属同一实际控制人", "both sides have one beneficial owner"},
      {"只能摘取最优价格的挂牌", "only an offer at the best price may be picked"},
      {"超过挂牌数量", "more than is offered"},
      {"低于挂牌的最低成交量", "less than the offer lets go at once"},
      {"不是该协议的当事方", "not a party to the agreement"},
      {"协议已失效或已了结", "the proposal has lapsed or is settled"},
      {"双方确认的条款不一致", "the two sides have confirmed different terms"},
      {"超过单笔金额上限", "above the value limit of one order"},
      {"超过当日数量上限", "above the limit of one day"},
      {"超过最大持有量（按实际控制人合并计算）", "above the largest holding, counted by beneficial owner"},
      {"超过持有比例上限（按实际控制人合并计算）", "above the largest share of all units, counted by beneficial owner"},
      {"可用资金或可用标的不足", "not enough free cash or goods"},
      {"对手方数量不足，无法一次满足", "not enough on the other side to meet it at once"},
      {"申报人撤单", "cancelled by its owner"},
      {"即时申报的剩余部分撤销", "the rest of an immediate order"},
      {"防止自成交", "self-trade prevention"},
      {"当日有效，收市失效", "good for the day, which is over"},
      {"仅集合竞价有效，竞价已结束", "good for the call auction, which is over"},
      {"超出新的涨跌幅限制", "outside the new band"},
      {"统一撤单", "all orders were cancelled"},
  }};
  return refusal == Refusal::none ? Text{} : texts[static_cast<std::size_t>(refusal) - 1];
}

}  // namespace tributary::exchange
