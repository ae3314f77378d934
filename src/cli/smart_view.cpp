#include "cli/smart_view.h"

#include "base/text.h"
#include "ledger/ledger.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::cli {
namespace {

using Wide = document::CellKind;
using Json = nlohmann::ordered_json;

std::string yuan(std::int64_t fen) {
  return group_thousands(ledger::format_amount(fen, 2));
}
std::string text_in(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string() ? json.at(key).get<std::string>() : std::string();
}
std::string interval(const Json& price) {
  if (price.at("unique").get<bool>()) return "";
  const Json& ends = price.at("interval");
  const auto end = [](const Json& e, const char* open) {
    return e.is_null() ? std::string(open) : e.get<std::string>();
  };
  return end(ends[0], "…") + " – " + end(ends[1], "…");
}

}  // namespace

Text said(const std::string& word) {
  static const std::map<std::string, Text> words{{"draft", {"待核准", "draft"}},
                                                 {"announced", {"已公告", "announced"}},
                                                 {"awaiting", {"待审批", "awaiting approval"}},
                                                 {"settled", {"已交割", "settled"}},
                                                 {"cancelled", {"未成交", "nothing traded"}},
                                                 {"rejected", {"已退回", "rejected"}},
                                                 {"completed", {"已交割", "completed"}},
                                                 {"conditional", {"待审批", "awaiting approval"}},
                                                 {"expired", {"逾期撤销", "expired"}},
                                                 {"start", {"起始", "start"}},
                                                 {"round", {"成交", "round"}},
                                                 {"undone", {"退回", "undone"}},
                                                 {"call", {"调出", "call-out"}},
                                                 {"proposed", {"待核准", "proposed"}},
                                                 {"done", {"已调出", "done"}},
                                                 {"capacity", {"通道容量", "capacity"}},
                                                 {"balance", {"转移余额", "balance"}},
                                                 {"limit", {"限制", "limit"}}};
  const auto found = words.find(word);
  return found == words.end() ? Text{word, word} : found->second;
}

std::string plain(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}

Text purpose_of(const venues::NodePrice& price) {
  if (!price.sold_for.empty()) return {"卖出 " + price.sold_for, "sold, " + price.sold_for};
  if (!price.used_for.empty()) return {"用于 " + price.used_for, "used, " + price.used_for};
  return {};
}

Json summary_json(const venues::SmartView& view) {
  return {{"number", view.number},
          {"state", view.state},
          {"venue", view.venue.id},
          {"title", json_of(view.venue.title)},
          {"verified", view.venue.verified},
          {"instrument", view.venue.instrument},
          {"periods", view.periods()},
          {"opens", to_rfc3339(view.notice.opens)},
          {"closes", to_rfc3339(view.notice.closes)}};
}

namespace {

Json view_json(const venues::SmartView& view) {
  Json figures = Json::array(), outcomes = Json::array();
  for (const venues::SmartFigure& f : view.notice.figures)
    figures.push_back({{"id", f.id},
                       {"field", f.field},
                       {"period", f.period},
                       {"value", f.value.to_string()},
                       {"reason", f.reason}});
  for (const venues::SmartOutcome& o : view.outcomes)
    outcomes.push_back({{"trade", o.trade},
                        {"ask", o.ask},
                        {"bid", o.bid},
                        {"seller", o.seller},
                        {"buyer", o.buyer},
                        {"period", o.period},
                        {"quantity", o.quantity},
                        {"lost", o.lost},
                        {"fen", o.fen},
                        {"rent_fen", o.rent_fen},
                        {"added_fen", o.added_fen},
                        {"state", o.state},
                        {"why", o.why}});
  Json out = summary_json(view);
  out.update({{"market", Json::parse(view.venue.market)},
              {"figures", figures},
              {"admitted", view.admitted},
              {"decide_by", view.decide_by ? Json(to_rfc3339(*view.decide_by)) : Json()},
              {"outcomes", outcomes},
              {"input", view.input.empty() ? Json() : Json::parse(view.input)},
              {"result", view.closed() ? Json::parse(view.result) : Json()},
              {"result_hash", view.result_hash}});
  return out;
}

void print_result(Context& c, const venues::SmartView& view) {
  const Json result = Json::parse(view.result);
  const Json& clearing = result.at("clearing");
  for (const Json& one : result.at("left_out"))
    c.line({fmt::format("未计入：{}（{}）", one.at("account").get<std::string>(),
                        one.at("zh").get<std::string>()),
            fmt::format("left out: {} ({})", one.at("account").get<std::string>(),
                        one.at("en").get<std::string>())});
  document::Table prices;
  prices.caption = {"价格", "Prices"};
  prices.columns = {{{"分区", "zone"}},
                    {{"时段", "period"}},
                    {{"用途", "purpose"}},
                    {{"价格（元）", "price, yuan"}, Wide::number},
                    {{"不唯一时的区间", "interval where not unique"}}};
  for (const venues::NodePrice& p : venues::node_prices(view.input, view.result))
    if (p.quoted)
      prices.rows.push_back(
          {p.zone, p.period, c.say(purpose_of(p)), p.price,
           p.unique ? "" : p.from.value_or("…") + " – " + p.to.value_or("…")});
  c.print(prices);
  document::Table flows;
  flows.caption = {"输水", "Flows"};
  flows.columns = {{{"通道", "link"}},
                   {{"时段", "period"}},
                   {{"送出", "sent"}, Wide::number},
                   {{"到达", "delivered"}, Wide::number},
                   {{"余额", "balance"}, Wide::number}};
  for (const Json& f : clearing.at("flows"))
    flows.rows.push_back({text_in(f, "link"), text_in(f, "period"), text_in(f, "sent"),
                          text_in(f, "delivered"), text_in(f, "balance")});
  c.print(flows);
  if (!clearing.at("rent").empty()) {
    document::Table rents;
    rents.caption = {"拥塞租金", "Congestion rent"};
    rents.columns = {{{"限制", "limit"}},
                     {{"对象", "of"}},
                     {{"时段", "period"}},
                     {{"价格（元）", "price, yuan"}, Wide::number},
                     {{"区间", "interval"}},
                     {{"限额", "at"}, Wide::number},
                     {{"金额（元）", "yuan"}, Wide::number}};
    for (const Json& r : clearing.at("rent"))
      rents.rows.push_back({c.say(said(text_in(r, "kind"))), text_in(r, "of"), text_in(r, "period"),
                            text_in(r, "price"), interval(r), text_in(r, "at"), text_in(r, "amount")});
    c.print(rents);
  }
  document::Table trades;
  trades.caption = {"成交", "Trades"};
  trades.columns = {{{"时段", "period"}},
                    {{"卖方", "seller"}},
                    {{"买方", "buyer"}},
                    {{"转出", "given"}, Wide::number},
                    {{"损耗", "lost"}, Wide::number},
                    {{"价款（元）", "price, yuan"}, Wide::number},
                    {{"租金（元）", "rent, yuan"}, Wide::number},
                    {{"补差（元）", "added, yuan"}, Wide::number},
                    {{"状态", "state"}}};
  for (const venues::SmartOutcome& o : view.outcomes)
    trades.rows.push_back({o.period, o.seller, o.buyer, group_thousands(std::to_string(o.quantity)),
                           std::to_string(o.lost), yuan(o.fen), yuan(o.rent_fen), yuan(o.added_fen),
                           c.say(said(o.state))});
  c.print(trades);
  for (const venues::SmartOutcome& o : view.outcomes)
    if (!o.why.empty())
      c.line({fmt::format("{} 至 {}（{}）未成交：{}", o.seller, o.buyer, o.period, o.why),
              fmt::format("{} to {} ({}) was refused: {}", o.seller, o.buyer, o.period, o.why)});
  const Json& booked = result.at("booked");
  const auto fen = [&](const char* key) { return yuan(booked.at(key).get<std::int64_t>()); };
  c.line({fmt::format("记账：租金户收 {}，运营户付 {}；其中租金 {}，取整 {}；损耗户 {}，运营户得 {}",
                      fen("rent_account_fen"), fen("operator_fen"), fen("rent_fen"), fen("rounding_fen"),
                      booked.at("lost").get<std::int64_t>(), booked.at("operator_takes").get<std::int64_t>()),
          fmt::format(
              "Booked: rent account {}, operator pays {}; rent {}, rounding {}; lost {}, operator takes {}",
              fen("rent_account_fen"), fen("operator_fen"), fen("rent_fen"), fen("rounding_fen"),
              booked.at("lost").get<std::int64_t>(), booked.at("operator_takes").get<std::int64_t>())});
  const Json& record = clearing.at("record");
  c.line({fmt::format("求解 {}，单纯形 {} 步，精确 {} 步；输入 {}；结果 {}",
                      record.at("solver").get<std::string>(), record.at("iterations").get<int>(),
                      record.at("exact_steps").get<int>(), result.at("input_sha256").get<std::string>(),
                      view.result_hash),
          fmt::format("Solved by {}, {} simplex steps, {} exact; input {}; result {}",
                      record.at("solver").get<std::string>(), record.at("iterations").get<int>(),
                      record.at("exact_steps").get<int>(), result.at("input_sha256").get<std::string>(),
                      view.result_hash)});
}

}  // namespace

int print(Context& c, const venues::SmartView& view) {
  if (c.json()) {
    c.print(view_json(view));
    return 0;
  }
  const Text state = said(view.state);
  c.line({fmt::format("第 {} 场 {}（{}）", view.number, view.venue.title.zh, state.zh),
          fmt::format("Round {}: {} ({})", view.number, view.venue.title.en, state.en)});
  if (!view.venue.verified)
    c.line({"声明中的数值未经核实", "the figures of the declaration are not verified"});
  c.line(
      {fmt::format("标的 {}，时段 {}，{} 至 {} 申报", view.venue.instrument, fmt::join(view.periods(), "、"),
                   to_string(view.notice.opens), to_string(view.notice.closes)),
       fmt::format("{} in {}, bids from {} to {}", view.venue.instrument, fmt::join(view.periods(), ", "),
                   to_string(view.notice.opens), to_string(view.notice.closes))});
  for (const venues::SmartFigure& f : view.notice.figures)
    c.line({fmt::format("本场 {} {} {} = {}（{}）", f.id, f.field, f.period, f.value.to_string(), f.reason),
            fmt::format("this round: {} {} {} = {} ({})", f.id, f.field, f.period, f.value.to_string(),
                        f.reason)});
  if (view.closed()) print_result(c, view);
  return 0;
}

}  // namespace tributary::cli
