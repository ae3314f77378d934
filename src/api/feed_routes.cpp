// Feeds (Atom, RFC 4287) of what is made public and of the plan's progress, to subscribe to.
#include "api/case_answers.h"
#include "api/publicity.h"
#include "base/text.h"
#include "venues/bulletins.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr const char* atom_type = "application/atom+xml";

// As XML text; characters XML 1.0 has none for are left out.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (byte >= 0x20 || c == '\n' || c == '\t')
      out += c;
  }
  return out;
}

struct Entry {
  std::string id;
  std::string page;
  std::string title;
  std::string content;
  std::vector<std::string> categories;
  Instant updated;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(Instant at) {
  constexpr std::array days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t seconds = at.seconds % 86'400;
  const Date day{std::chrono::days{at.seconds / 86'400}};
  const std::string iso = to_string(day);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} GMT",
                     days[static_cast<std::size_t>(at.seconds / 86'400 % 7)], iso.substr(8, 2),
                     months[month_of(day) - 1], year_of(day), seconds / 3600, seconds / 60 % 60,
                     seconds % 60);
}

Answer feed(Call& call, const std::string& title, const std::string& self, const std::string& page,
            const std::vector<Entry>& entries) {
  const std::string base = address_of(call);
  const bool english = call.tongue == Tongue::en;
  const auto& organisations = Names(call).organisations();
  const auto root = organisations.find("root");
  const std::string author = root == organisations.end() ? call.tenant() : in(call.tongue, root->second);
  Instant updated = entries.empty() ? start_of(make_date(1970, 1, 2)) : entries.front().updated;
  for (const Entry& entry : entries) updated = std::max(updated, entry.updated);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n"
      "  <id>{}</id>\n  <title>{}</title>\n  <updated>{}</updated>\n"
      "  <author><name>{}</name></author>\n"
      "  <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n"
      "  <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
      english ? "en" : "zh", xml(base + self), xml(title), to_rfc3339(updated), xml(author), xml(base + self),
      xml(base + page));
  for (const Entry& entry : entries) {
    out += fmt::format(
        "  <entry>\n    <id>{}</id>\n    <title>{}</title>\n    <updated>{}</updated>\n"
        "    <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
        xml(base + entry.id), xml(entry.title), to_rfc3339(entry.updated), xml(base + entry.page));
    for (const std::string& category : entry.categories)
      out += fmt::format("    <category term=\"{}\"/>\n", xml(category));
    out += fmt::format("    <content type=\"text\">{}</content>\n  </entry>\n", xml(entry.content));
  }
  out += "</feed>\n";
  const std::string modified = http_date(updated);
  Response response;
  response.headers = {{"Content-Type", std::string(atom_type) + "; charset=utf-8"},
                      {"Last-Modified", modified},
                      {"ETag", "\"" + sha256_hex(out).substr(0, 32) + "\""},
                      {"Cache-Control", "no-cache"}};
  // The tag is compared elsewhere and counts more (RFC 9110, 13.1.3).
  if (call.request.header("If-None-Match").empty() && call.request.header("If-Modified-Since") == modified)
    response.status = 304;
  else
    response.body = std::move(out);
  return response;
}

std::string query_of(const Call& call) {
  std::string out;
  for (const char* name : {"kind", "about"})
    if (call.has(name)) out += fmt::format("{}{}={}", out.empty() ? "?" : "&", name, call.text(name));
  if (const auto article = call.whole("article"))
    out += fmt::format("{}article={}", out.empty() ? "?" : "&", *article);
  return out;
}

std::string about_title(const Call& call, const Names& names, const std::string& code) {
  for (const auto* book : {&names.organisations(), &names.book().places})
    if (const auto found = book->find(code); found != book->end()) return in(call.tongue, found->second);
  return code;
}

Answer publications(Call& call) {
  constexpr std::size_t most = 50;
  const Names names(call);
  casework::PublicationFilter filter;
  filter.kind = call.text("kind");
  filter.about = call.text("about");
  filter.article = static_cast<int>(call.whole("article").value_or(0));
  std::vector<Entry> entries;
  for (const auto& one : casework_of(call).publications(filter, most)) {
    const Json json = publication_json(call, one, names);
    std::string content;
    for (const Json& line : json.at("content"))
      content +=
          fmt::format("{}：{}\n", line["label"]["zh"].get<std::string>(), line["value"].get<std::string>());
    if (one.objections)
      content += fmt::format("{} {}\n", in(call.tongue, {"可提意见，截止", "Objections until"}),
                             to_string(*one.objections));
    const std::string page = fmt::format("/notices/{}", one.id);
    entries.push_back({page,
                       page,
                       one.title_en.empty() ? one.title : in(call.tongue, {one.title, one.title_en}),
                       content,
                       {one.kind},
                       one.published});
  }
  std::string title = in(call.tongue, {"公示公开", "Notices"});
  if (!filter.about.empty()) title += " · " + about_title(call, names, filter.about);
  if (filter.article != 0)
    title += in(call.tongue,
                {fmt::format(" · 第 {} 条", filter.article), fmt::format(" · article {}", filter.article)});
  return feed(call, title, "/api/v1/public/feed" + query_of(call), "/notices", entries);
}

// One entry for each article and the day it last moved: no case is named.
Answer progress(Call& call) {
  const auto counts = casework_of(call).counts_by_article();
  std::vector<Entry> entries;
  for (const auto& article : call.worker.services.plan.articles) {
    const auto found = counts.find(article.number);
    if (found == counts.end()) continue;
    const auto& count = found->second;
    const std::string page = fmt::format("/plan/{}", article.number);
    entries.push_back(
        {fmt::format("{}#{}", page, to_string(day_of(count.changed))),
         page,
         in(call.tongue, {fmt::format("第 {} 条 {}：在办 {}，办结 {}，逾期 {}", article.number,
                                      article.title.zh, count.open, count.closed, count.overdue),
                          fmt::format("Article {} {}: {} open, {} closed, {} overdue", article.number,
                                      article.title.en, count.open, count.closed, count.overdue)}),
         in(call.tongue, article.text),
         {},
         count.changed});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.updated > b.updated; });
  return feed(call, in(call.tongue, {"行动方案进展", "Progress of the plan"}), "/api/v1/public/feed/progress",
              "/plan", entries);
}

// One entry for each day that is over: what was dealt, auctions that were opened, rounds that were cleared, halts with their reasons.
Answer bulletins(Call& call) {
  constexpr std::int64_t most = 30;
  const venues::Bulletins told(call.database(), call.tenant(), call.clock());
  std::vector<Entry> entries;
  for (const Date day : told.days(call.clock().today(), most)) {
    const venues::Bulletin b = told.bulletin(day, false);
    std::string content;
    std::int64_t deals = 0;
    const auto of = [](const Text& title, bool lease) {
      return lease ? Text{title.zh + "（租赁）", title.en + " (lease)"} : title;
    };
    for (const auto& m : b.markets) {
      deals += m.day.deals + m.day.bulk_deals;
      const Text what = of(m.title, m.lease);
      content += in(call.tongue, {fmt::format("{}：收盘 {} 元，成交 {}，大宗 {}\n", what.zh, m.day.closing.to_string(),
                                              m.day.quantity, m.day.bulk_quantity),
                                  fmt::format("{}: close {} yuan, {} dealt, {} in bulk\n", what.en,
                                              m.day.closing.to_string(), m.day.quantity, m.day.bulk_quantity)});
    }
    // As it stands now: what was opened that day may be undone since.
    const auto undone = [](const std::string& state) {
      return state == "cancelled" ? Text{"（未成交或未获批准）", " (nothing sold, or not granted)"} : Text{};
    };
    for (const auto& a : b.auctions) {
      const std::string price = a.price ? a.price->to_string() : "—";
      const Text end = undone(a.state), what = of(a.title, a.lease);
      content += in(call.tongue, {fmt::format("{}：成交价 {} 元，数量 {}{}\n", what.zh, price, a.sold, end.zh),
                                  fmt::format("{}: price {} yuan, {} sold{}\n", what.en, price, a.sold, end.en)});
    }
    for (const auto& r : b.rounds) {
      const Text end = undone(r.state);
      content += in(call.tongue, {fmt::format("{}：一次出清 {} 个申报，买入 {}{}\n", r.title.zh, r.bids, r.bought, end.zh),
                                  fmt::format("{}: {} bids cleared at once, {} bought{}\n", r.title.en, r.bids, r.bought, end.en)});
    }
    for (const auto& h : b.halts)
      content += in(call.tongue, {fmt::format("{}：{}（{}）\n", h.title.zh, h.resumed ? "复牌" : "停牌", h.reason),
                                  fmt::format("{}: {} ({})\n", h.title.en, h.resumed ? "resumed" : "halted", h.reason)});
    const std::string page = "/market/" + to_string(day);
    entries.push_back({page, page,
                       in(call.tongue, {fmt::format("{} 交易公报：成交 {} 笔，竞价 {} 场，智能市场 {} 场", to_string(day), deals, b.auctions.size(),
                                                    b.rounds.size()),
                                        fmt::format("Trading on {}: {} deals, {} auctions, {} rounds", to_string(day), deals,
                                                    b.auctions.size(), b.rounds.size())}),
                       content, {}, start_of(day + std::chrono::days{1})});
  }
  return feed(call, in(call.tongue, {"交易公报", "Bulletins of the trading"}), "/api/v1/public/feed/bulletins", "/market",
              entries);
}

}  // namespace

void add_feed_routes(RouteTable& table) {
  table.add(
      {.path = "/api/v1/public/feed",
       .name = "feed",
       .tag = "public",
       .summary = {"订阅公示公开（Atom）", "subscribe to what is made public (Atom)"},
       .access = Access::open(),
       .query = {{"kind",
                  schema::one_of({"notice", "result", "policy", "experience", "village"}),
                  {"类别", "kind"}},
                 {"article", schema::integer(1, 99), {"行动方案的条目", "article of the plan"}},
                 {"about", schema::text(100), {"单位或地点的代码", "code of an organisation or a place"}}},
       .answer_types = {atom_type},
       .handler = publications});
  table.add({.path = "/api/v1/public/feed/progress",
             .name = "feed_progress",
             .tag = "public",
             .summary = {"订阅行动方案进展（Atom）", "subscribe to the plan's progress (Atom)"},
             .access = Access::open(),
             .answer_types = {atom_type},
             .handler = progress});
  table.add({.path = "/api/v1/public/feed/bulletins",
             .name = "feed_bulletins",
             .tag = "public",
             .summary = {"订阅交易公报（Atom）", "subscribe to the bulletins of the trading (Atom)"},
             .access = Access::open(),
             .answer_types = {atom_type},
             .handler = bulletins});
}

}  // namespace tributary::api
