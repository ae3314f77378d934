// The thresholds of surveillance, out of the packs.
#include "venues/declaration_reading.h"
#include "venues/watching.h"

namespace tributary::venues {

using exchange::Pattern;

namespace {

constexpr std::array<std::pair<std::string_view, Pattern>, 4> with_threshold{{{"circle", Pattern::circle},
                                                                              {"ladder", Pattern::ladder},
                                                                              {"layering", Pattern::layering},
                                                                              {"far_price", Pattern::far_price}}};

int at_least(policy::YamlMap& map, std::string_view key, int least) {
  const int out = map.integer(key);
  if (out < least)
    throw Error(codes::bad_value,
                {fmt::format("{} 须不小于 {}", key, least), fmt::format("{} must be at least {}", key, least)}, map.where());
  return out;
}

Rational share_of(policy::YamlMap& map) {
  const Decimal out = decimal(map, "share");
  if (out.sign() <= 0 || out > Decimal(1))
    throw Error(codes::bad_value, {"share 须大于 0、不超过 1", "share must be above 0 and at most 1"}, map.where());
  return Rational(out);
}

Threshold read_threshold(const policy::YamlNode& node, const std::string& pack) {
  policy::YamlMap map(node, "look_for");
  Threshold out;
  out.pack = pack;
  out.pattern = one_of<Pattern>(map, "pattern", with_threshold);
  out.instruments = map.texts("instruments");
  switch (out.pattern) {
    case Pattern::circle:
      out.days = at_least(map, "days", 0);
      out.share = share_of(map);
      break;
    case Pattern::ladder:
      out.deals = at_least(map, "deals", 2);
      out.quantity = at_least(map, "quantity", 1);
      out.minutes = at_least(map, "minutes", 0);
      break;
    case Pattern::layering:
      out.orders = at_least(map, "orders", 1);
      out.minutes = at_least(map, "minutes", 0);
      break;
    case Pattern::far_price:
      out.share = share_of(map);
      out.days = at_least(map, "days", 1);
      break;
    case Pattern::barred:
    case Pattern::own_trade:
      break;
  }
  out.source = map.source();
  out.verified = map.boolean_or("verified", false);
  map.finish();
  return out;
}

}  // namespace

WatchDeclaration read_watching(const policy::YamlNode& root, const std::string& pack) {
  policy::YamlMap map(root, "surveillance");
  WatchDeclaration out;
  if (const policy::YamlNode* node = map.find("look_for"))
    for (const policy::YamlNode& item : node->items) {
      Threshold one = read_threshold(item, pack);
      for (const Threshold& other : out.thresholds) {
        const bool same = other.pattern == one.pattern &&
                          (other.instruments.empty() == one.instruments.empty()) &&
                          (one.instruments.empty() ||
                           std::ranges::any_of(one.instruments, [&](const std::string& code) {
                             return std::ranges::find(other.instruments, code) != other.instruments.end();
                           }));
        if (same)
          throw Error(codes::bad_value, {"同一情形、同一品种的阈值写了两次", "a threshold of this pattern and instrument is there twice"},
                      item.where);
      }
      out.thresholds.push_back(std::move(one));
    }
  if (const policy::YamlNode* node = map.find("barred"))
    for (const policy::YamlNode& item : node->items) {
      policy::YamlMap one(item, "barred");
      std::string party = one.text("party");
      out.barred.push_back({std::move(party), one.source()});
      one.finish();
    }
  if (const policy::YamlNode* node = map.find("groups"))
    for (const policy::YamlNode& item : node->items) {
      policy::YamlMap one(item, "groups");
      std::string party = one.text("party"), by = one.text("controlled_by");
      out.groups.push_back({std::move(party), std::move(by), one.source()});
      one.finish();
    }
  map.finish();
  return out;
}

WatchDeclaration load_watching(const policy::Policy& policy) {
  namespace fs = std::filesystem;
  WatchDeclaration out;
  for (const policy::PackInfo& pack : policy.packs()) {
    const fs::path file = fs::path(pack.folder) / "surveillance.yaml";
    if (!fs::is_regular_file(file)) continue;
    WatchDeclaration more = read_watching(policy::parse_yaml(read_file(file.string()), file.string()), pack.id);
    std::erase_if(out.thresholds, [&](const Threshold& had) {
      return std::ranges::find(more.thresholds, had.pattern, &Threshold::pattern) != more.thresholds.end();
    });
    std::ranges::move(more.thresholds, std::back_inserter(out.thresholds));
    std::ranges::move(more.barred, std::back_inserter(out.barred));
    std::ranges::move(more.groups, std::back_inserter(out.groups));
  }
  return out;
}

const Threshold* WatchDeclaration::of(Pattern pattern, const std::string& instrument) const {
  const Threshold* all = nullptr;
  for (const Threshold& one : thresholds) {
    if (one.pattern != pattern) continue;
    if (one.instruments.empty()) all = &one;
    if (std::ranges::find(one.instruments, instrument) != one.instruments.end()) return &one;
  }
  return all;
}

exchange::WatchRules WatchDeclaration::rules(const std::string& instrument) const {
  exchange::WatchRules out;
  for (const Barred& one : barred) out.barred.insert(one.party);
  for (const Controlled& one : groups) out.group_of[one.party] = one.by;
  if (const Threshold* one = of(Pattern::circle, instrument)) {
    out.circle_days = one->days;
    out.circle_share = one->share;
  }
  if (const Threshold* one = of(Pattern::ladder, instrument)) {
    out.ladder_deals = one->deals;
    out.ladder_quantity = one->quantity;
    out.ladder_minutes = one->minutes;
  }
  if (const Threshold* one = of(Pattern::layering, instrument)) {
    out.layer_orders = one->orders;
    out.layer_minutes = one->minutes;
  }
  if (const Threshold* one = of(Pattern::far_price, instrument)) {
    out.far_price = one->share;
    out.far_days = one->days;
  }
  return out;
}

Text title_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::barred:
      return {"不得交易者", "party that may not trade"};
    case Pattern::own_trade:
      return {"自买自卖", "trade with oneself"};
    case Pattern::circle:
      return {"循环交易", "circle"};
    case Pattern::ladder:
      return {"逐笔抬价", "ladder"};
    case Pattern::layering:
      return {"虚假申报", "layering"};
    case Pattern::far_price:
      return {"协议价格异常", "agreed price far off"};
  }
  return {};
}

Text meaning_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::barred:
      return {"政策包列明不得交易的单位成交", "a party that the packs bar from trading has dealt"};
    case Pattern::own_trade:
      return {"买卖双方是同一主体，或受同一主体控制", "both sides are one party, or controlled by one"};
    case Pattern::circle:
      return {"权利几经转手，回到原卖方", "the goods went from hand to hand and came back to who sold them"};
    case Pattern::ladder:
      return {"同一买方以小额成交逐笔抬高价格", "one buyer drove the price up by tiny purchases, each dearer"};
    case Pattern::layering:
      return {"成交前挂出、成交后很快撤回的反向委托", "orders of the other side, there before a deal and withdrawn soon after it"};
    case Pattern::far_price:
      return {"大宗协议价格远离此前盘面均价", "a bulk price far from the mean price of the book before it"};
  }
  return {};
}

}  // namespace tributary::venues
