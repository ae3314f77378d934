// auction list|announce|approve|reject|apply|admit|standing|bid|close|decide|show|verify.
#include "cli/auction_commands.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/bid_keys.h"
#include "ledger/ledger.h"
#include "venues/auctions.h"

#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using venues::Auctions;

struct Arguments {
  std::int64_t number = 0, supply = 0, quantity = 0, cover = 0;
  int vintage = 0;
  std::string venue, key, account, from, to, project, opens, closes, zone, price, improves, seed;
  std::string reason = "命令行办理";
  bool refuse = false;
};

// Terms of approval here are calendar days, so no working days are counted.
const WorkCalendar no_calendar;

struct Hall {
  explicit Hall(Context& c, bool sealed = false)  // whether bids are sealed or opened
      : keys(c, sealed), auctions(c.database(), c.tenant(), c.clock(), no_calendar, keys.vault()) {}

  BidKeys keys;
  Auctions auctions;
};
rights::Act act(Context& c, const Arguments& a) {
  return {c.by(), "", a.reason, ""};
}

Text state_text(const std::string& state) {
  static const std::map<std::string, Text> texts{{"draft", {"待核准", "draft"}},
                                                 {"announced", {"已公告", "announced"}},
                                                 {"awaiting", {"待审批", "awaiting approval"}},
                                                 {"settled", {"已交割", "settled"}},
                                                 {"cancelled", {"未成交", "no sale"}},
                                                 {"rejected", {"已退回", "rejected"}},
                                                 {"completed", {"已交割", "completed"}},
                                                 {"conditional", {"待审批", "awaiting approval"}},
                                                 {"expired", {"逾期撤销", "expired"}},
                                                 {"refused", {"未能交割", "not settled"}}};
  const auto found = texts.find(state);
  return found == texts.end() ? Text{state, state} : found->second;
}

std::string yuan(std::int64_t fen) {
  return group_thousands(ledger::format_amount(fen, 2));
}

Json summary_json(const venues::AuctionView& view) {
  const venues::Announcement& lot = view.announcement;
  return {{"number", view.number},
          {"state", view.state},
          {"venue", view.venue.id},
          {"title", json_of(view.venue.title)},
          {"verified", view.venue.verified},
          {"lease", venues::json_of(view.venue.lease)},
          {"instrument", view.venue.instrument},
          {"account", lot.account},
          {"supply", lot.supply},
          {"from", lot.term ? Json(to_string(lot.term->from)) : Json()},
          {"to", lot.term ? Json(to_string(lot.term->to)) : Json()},
          {"opens", to_rfc3339(lot.opens)},
          {"closes", to_rfc3339(lot.closes)},
          {"format", venues::to_string(view.venue.format)},
          {"ends", to_rfc3339(view.ends)},
          {"extensions", view.extensions},
          {"reserve", view.reserve ? Json(view.reserve->to_string()) : Json()},
          {"price", view.price ? Json(view.price->to_string()) : Json()},
          {"sold", view.sold}};
}

Json view_json(const venues::AuctionView& view) {
  Json outcomes = Json::array();
  for (const venues::Outcome& o : view.outcomes)
    outcomes.push_back({{"bid", o.bid},
                        {"account", o.account},
                        {"quantity", o.quantity},
                        {"price", o.price.to_string()},
                        {"fen", o.fen},
                        {"trade", o.trade},
                        {"state", o.state},
                        {"why", o.why}});
  Json out = summary_json(view);
  out.update({{"commitment", view.commitment},
              {"secret", view.secret},
              {"seed", view.seed},
              {"outcomes", outcomes},
              {"result_hash", view.result_hash},
              {"result", view.result.empty() ? Json() : Json::parse(view.result)}});
  return out;
}

int print(Context& c, const venues::AuctionView& view) {
  if (c.json()) {
    c.print(view_json(view));
    return 0;
  }
  const Text state = state_text(view.state);
  const venues::Announcement& lot = view.announcement;
  const std::string months = lot.term ? to_string(*lot.term) : lot.vintage ? std::to_string(*lot.vintage) : "";
  const Text term = view.venue.lease ? Text{months + "（租赁）", months + " (lease)"} : Text{months, months};
  c.line({fmt::format("第 {} 场 {}（{}）", view.number, view.venue.title.zh, state.zh),
          fmt::format("Auction {}: {} ({})", view.number, view.venue.title.en, state.en)});
  c.line({fmt::format("标的 {} {} {}，{} 至 {} 竞价，底价 {}", view.venue.instrument,
                      group_thousands(std::to_string(lot.supply)), term.zh, to_string(lot.opens),
                      to_string(lot.closes), view.reserve ? view.reserve->to_string() + " 元" : "不公开"),
          fmt::format("{} of {} {}, bidding from {} to {}, reserve {}",
                      group_thousands(std::to_string(lot.supply)), view.venue.instrument, term.en,
                      to_string(lot.opens), to_string(lot.closes),
                      view.reserve ? view.reserve->to_string() + " yuan" : "hidden")});
  if (view.extensions > 0)
    c.line({fmt::format("已延时 {} 次，截止 {}", view.extensions, to_string(view.ends)),
            fmt::format("put off {} times, closes {}", view.extensions, to_string(view.ends))});
  c.line({"抽签承诺 " + view.commitment, "commitment of the draw " + view.commitment});
  if (view.result.empty()) return 0;
  document::Table table;
  const auto number = document::CellKind::number;
  table.caption = {
      fmt::format("结果：{}，成交 {}", view.price ? "价格 " + view.price->to_string() + " 元" : "未成交",
                  view.sold),
      fmt::format("Result: {}, {} sold",
                  view.price ? "price " + view.price->to_string() + " yuan" : "no sale", view.sold)};
  table.columns = {{{"报价", "bid"}, number},        {{"账户", "account"}},
                   {{"数量", "quantity"}, number},   {{"价格", "price"}, number},
                   {{"价款（元）", "yuan"}, number}, {{"状态", "state"}}};
  for (const venues::Outcome& o : view.outcomes) {
    document::Row cells;
    for (const std::string& cell :
         {std::to_string(o.bid), o.account, group_thousands(std::to_string(o.quantity)), o.price.to_string(),
          yuan(o.fen), c.say(state_text(o.state))})
      cells.push_back(cell);
    table.rows.push_back(cells);
  }
  c.print(table);
  c.line({fmt::format("公开种子 {}，秘密种子 {}，结果哈希 {}", view.seed, view.secret, view.result_hash),
          fmt::format("public seed {}, secret {}, hash of the result {}", view.seed, view.secret,
                      view.result_hash)});
  return 0;
}

int list(Context& c) {
  Json out = Json::array();
  for (const venues::AuctionView& view : Hall(c).auctions.auctions()) {
    if (c.json()) {
      out.push_back(summary_json(view));
      continue;
    }
    const Text state = state_text(view.state);
    c.line({fmt::format("{}  {}  {}  截止 {}", view.number, state.zh, view.venue.title.zh,
                        to_string(view.announcement.closes)),
            fmt::format("{}  {}  {}  closes {}", view.number, state.en, view.venue.title.en,
                        to_string(view.announcement.closes))});
  }
  if (c.json()) c.print(out);
  return 0;
}

int announce(Context& c, const Arguments& a) {
  const venues::AuctionVenue venue = venues::venue_of(venues::load_venues(c.policy()), a.venue);
  venues::Announcement lot{.key = a.key,
                           .account = a.account,
                           .supply = a.supply,
                           .project = a.project,
                           .opens = parse_instant(a.opens),
                           .closes = parse_instant(a.closes)};
  if (!a.from.empty()) lot.term = rights::Term{rights::Month::parse(a.from), rights::Month::parse(a.to)};
  if (a.vintage != 0) lot.vintage = a.vintage;
  Hall hall(c, true);
  Auctions& auctions = hall.auctions;
  const std::int64_t number = auctions.announce(venue, lot, act(c, a));
  c.note("auction.announce", "auction/" + std::to_string(number));
  return print(c, auctions.auction(number));
}

int print_checks(Context& c, const std::vector<venues::Check>& checks) {
  if (c.json()) {
    Json out = Json::array();
    for (const venues::Check& check : checks)
      out.push_back({{"code", check.code},
                     {"outcome", venues::to_string(check.outcome)},
                     {"why", json_of(check.why)},
                     {"source", check.source}});
    c.print(out);
    return 0;
  }
  for (const venues::Check& check : checks) {
    const char* mark = check.outcome == venues::Check::Outcome::passed   ? "✓"
                       : check.outcome == venues::Check::Outcome::failed ? "✗"
                                                                         : "–";
    c.line({fmt::format("{} {} {}", mark, check.code, check.why.zh),
            fmt::format("{} {} {}", mark, check.code, check.why.en)});
  }
  return 0;
}

int bid(Context& c, const Arguments& a) {
  Hall hall(c, true);
  Auctions& auctions = hall.auctions;
  const venues::Receipt receipt = auctions.bid(a.number,
                                               {.key = a.key,
                                                .account = a.account,
                                                .price = Decimal::parse(a.price),
                                                .quantity = a.quantity,
                                                .cover_fen = a.cover,
                                                .improves = a.improves},
                                               act(c, a));
  // The trail says that a bid came, not which.
  c.note("auction.bid", "auction/" + std::to_string(a.number), a.account);
  if (c.json())
    c.print(Json{{"seq", receipt.seq}, {"at", to_rfc3339(receipt.at)}, {"hash", receipt.hash}});
  else
    c.line(
        {fmt::format("已收到：第 {} 号报价，{}，回执 {}", receipt.seq, to_string(receipt.at), receipt.hash),
         fmt::format("received: bid {}, {}, receipt {}", receipt.seq, to_string(receipt.at), receipt.hash)});
  return 0;
}

int standing(Context& c, const Arguments& a) {
  Hall hall(c, true);
  const venues::AuctionView view = hall.auctions.auction(a.number);
  const venues::Standing now = hall.auctions.standing(a.number);
  const bool names = view.venue.ascending && view.venue.ascending->names;
  if (c.json()) {
    Json leaders = Json::array();
    for (const auto& one : now.leaders)
      leaders.push_back({{"bidder", one.bidder},
                         {"account", names ? Json(one.account) : Json()},
                         {"quantity", one.quantity}});
    c.print(Json{{"timed", now.timed},
                 {"price", now.price ? Json(now.price->to_string()) : Json()},
                 {"next", now.next ? Json(now.next->to_string()) : Json()},
                 {"ends", to_rfc3339(view.ends)},
                 {"extensions", view.extensions},
                 {"bidders", now.bidders},
                 {"leaders", leaders}});
    return 0;
  }
  if (!now.timed) {
    c.line({"现在没有进行限时竞价。", "No timed bidding is going on."});
    return 0;
  }
  const bool sale = view.venue.side == exchange::OneWaySide::sale;
  c.line(
      {fmt::format("当前价 {}，下一口{} {} 元，{} 截止（已延时 {} 次）",
                   now.price ? now.price->to_string() + " 元" : "无（报价尚不足数量）",
                   sale ? "至少" : "至多", now.next ? now.next->to_string() : "—", to_string(view.ends),
                   view.extensions),
       fmt::format("standing price {}, next bid {} {} yuan, closes {} (put off {} times)",
                   now.price ? now.price->to_string() + " yuan" : "none (the bids do not cover the supply)",
                   sale ? "at least" : "at most", now.next ? now.next->to_string() : "—",
                   to_string(view.ends), view.extensions)});
  document::Table table;
  table.columns = {{{"竞买人", "bidder"}}, {{"领先数量", "leads for"}, document::CellKind::number}};
  for (const auto& one : now.leaders)
    table.rows.push_back({names ? fmt::format("{} {}", one.bidder, one.account) : std::to_string(one.bidder),
                          group_thousands(std::to_string(one.quantity))});
  c.print(table);
  return 0;
}

int verify(Context& c, const Arguments& a) {
  const std::vector<Text> faults = Hall(c, true).auctions.verify(a.number);
  if (c.json()) {
    Json out = Json::array();
    for (const Text& fault : faults) out.push_back(json_of(fault));
    c.print(Json{{"sound", faults.empty()}, {"faults", out}});
  } else {
    for (const Text& fault : faults) c.line({"✗ " + fault.zh, "✗ " + fault.en});
    if (faults.empty())
      c.line({"由存档报价重新出清，结果与记录和登记簿一致。",
              "Cleared again from the stored bids: the result equals the record and the registry."});
  }
  return faults.empty() ? 0 : 1;
}

// A step that changes the auction and shows it.
template <class Step>
int step(Context& c, const Arguments& a, const char* name, const Step& work, bool sealed = false) {
  Hall hall(c, sealed);
  Auctions& auctions = hall.auctions;
  work(auctions);
  c.note(std::string("auction.") + name, "auction/" + std::to_string(a.number), a.account);
  return print(c, auctions.auction(a.number));
}

}  // namespace

void add_auction_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand(
      "auction", "单向竞价：政府储备出让与回购 / one-way auctions: sales from the reserve, buy-backs");
  group->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  const auto command = [&](const char* name, const char* help, bool numbered) {
    auto* out = group->add_subcommand(name, help);
    if (numbered) out->add_option("number", a->number, "第几场 / number of the auction")->required();
    return out;
  };
  const auto reasoned = [&](CLI::App* one) {
    one->add_option("--reason", a->reason, "事由 / reason")->capture_default_str();
  };

  command("list", "全部竞价 / all auctions", false)->callback([&action] { action = list; });

  auto* one = command("announce",
                      "拟定公告，标的即时冻结；由另一人核准 / draft an announcement; the goods are set "
                      "aside; another person approves",
                      false);
  one->add_option("venue", a->venue, "政策包声明的竞价场 / venue declared in a pack")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  one->add_option("--account", a->account, "储备账户 / reserve account")->required();
  one->add_option("--supply", a->supply, "数量 / quantity")->required();
  auto* from = one->add_option("--from", a->from, "起月 YYYY-MM / first month");
  auto* to = one->add_option("--to", a->to, "止月，不含 / end month, not included");
  from->needs(to);
  to->needs(from);
  one->add_option("--vintage", a->vintage, "存量型权利的年份 / vintage of a stock");
  one->add_option("--project", a->project, "项目 / project");
  one->add_option("--opens", a->opens, "开始竞价 \"YYYY-MM-DD HH:MM\" / bidding opens")->required();
  one->add_option("--closes", a->closes, "截止 / bidding closes")->required();
  reasoned(one);
  one->callback([=, &action] { action = [=](Context& c) { return announce(c, *a); }; });

  one = command("approve", "核准并公告 / approve and publish", true);
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      return step(c, *a, "approve", [&](Auctions& h) { h.approve(a->number, act(c, *a)); });
    };
  });
  one = command("reject", "退回草稿，标的解冻 / reject a draft", true);
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      return step(c, *a, "reject", [&](Auctions& h) { h.reject(a->number, act(c, *a)); });
    };
  });

  one = command("apply", "报名，列出全部资格检查 / apply; every check is shown", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--zone", a->zone, "所在流域或空气区 / basin or air zone")->required();
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      const auto checks = Hall(c).auctions.apply(a->number, {a->account, a->zone}, act(c, *a));
      c.note("auction.apply", "auction/" + std::to_string(a->number), a->account);
      return print_checks(c, checks);
    };
  });
  one = command("admit", "决定竞买资格（由另一人）/ admit a bidder, by another person", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_flag("--refuse", a->refuse, "不予通过 / refuse");
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      return step(c, *a, "admit",
                  [&](Auctions& h) { h.admit(a->number, a->account, !a->refuse, act(c, *a)); });
    };
  });

  one = command(
      "standing",
      "限时竞价的当前价、下一口价和领先者 / timed bidding: the standing price, the next bid, who leads",
      true);
  one->callback([=, &action] { action = [=](Context& c) { return standing(c, *a); }; });

  one = command("bid", "报价；资金先冻结 / a bid; its cash is set aside first", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  one->add_option("--price", a->price, "单价（元）/ price in yuan")->required();
  one->add_option("--quantity", a->quantity, "数量 / quantity")->required();
  one->add_option("--improves", a->improves,
                  "改优自己的哪一报价 / key of the own bid that this one improves");
  one->add_option("--cover", a->cover,
                  "多冻结至多少分，使冻结额不泄露报价 / fen to set aside, when more than needed");
  reasoned(one);
  one->callback([=, &action] { action = [=](Context& c) { return bid(c, *a); }; });

  one = command("close",
                "截止后开标：出清、交割、退款一次完成 / after the close: cleared, settled, released at once",
                true);
  one->add_option("--seed", a->seed,
                  "公开种子；同价按时间的不需要 / public seed; not needed where ties are by time");
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      return step(
          c, *a, "close", [&](Auctions& h) { h.close(a->number, a->seed, act(c, *a)); }, true);
    };
  });
  one = command("decide", "审批成交 / the authority's decision", true);
  one->add_flag("--refuse", a->refuse, "不予批准，双方退回 / refuse: both legs unwind");
  reasoned(one);
  one->callback([=, &action] {
    action = [=](Context& c) {
      return step(c, *a, "decide", [&](Auctions& h) { h.decide(a->number, !a->refuse, act(c, *a)); });
    };
  });

  one = command("show", "公告与结果 / announcement and result", true);
  one->callback(
      [=, &action] { action = [=](Context& c) { return print(c, Hall(c).auctions.auction(a->number)); }; });
  one = command("verify", "由存档报价重新出清并比对 / clear again from the stored bids and compare", true);
  one->callback([=, &action] { action = [=](Context& c) { return verify(c, *a); }; });
}

}  // namespace tributary::cli
