#include "venues/declaration.h"

#include "venues/declaration_reading.h"

namespace tributary::venues {

std::string_view to_string(Disclosure disclosure) {
  switch (disclosure) {
    case Disclosure::own:
      return "own";
    case Disclosure::anonymous:
      return "anonymous";
    case Disclosure::names:
      return "names";
  }
  return "";
}

std::string_view to_string(Format format) {
  switch (format) {
    case Format::sealed:
      return "sealed";
    case Format::ascending:
      return "ascending";
    case Format::sealed_then_ascending:
      return "sealed_then_ascending";
  }
  return "";
}

namespace {

Ascending read_ascending(const policy::YamlNode& node, Format format) {
  policy::YamlMap map(node, "ascending");
  Ascending out;
  {
    const policy::YamlNode& given = map.require("step");
    policy::YamlMap step(given, "step");
    out.step_share = decimal_or_none(step, "share");
    const bool in_ticks = step.find("ticks") != nullptr;
    if (in_ticks) out.step_ticks = step.integer("ticks");
    step.finish();
    require(in_ticks != out.step_share.has_value(), given, "step", "加价幅度写 ticks 或 share 之一",
            "the step is given in ticks or as a share");
    require(out.step_ticks > 0 &&
                (!out.step_share || (out.step_share->sign() > 0 && *out.step_share < Decimal(1))),
            given, "step", "加价幅度须为正数，比例须小于 1", "the step is positive, a share below 1");
  }
  {
    const policy::YamlNode& given = map.require("extension");
    policy::YamlMap extension(given, "extension");
    out.within = extension.integer("within");
    out.by = extension.integer("by");
    if (extension.find("most") != nullptr) out.most = extension.integer("most");
    if (extension.find("until") != nullptr) out.until = extension.integer("until");
    extension.finish();
    require(out.most || out.until, given, "extension", "延时须有限度：most（次数）或 until（秒）",
            "extensions have an end: most (times) or until (seconds)");
    require(out.within > 0 && out.by > 0 && out.most.value_or(0) >= 0 && out.until.value_or(0) >= 0, given,
            "extension", "延时的秒数须为正数，次数不为负", "seconds are positive, times not negative");
  }
  if (format == Format::sealed_then_ascending) {
    out.lasts = map.integer("lasts");
    require(out.lasts > 0, node, "lasts", "限时竞价的时长须为正数", "the timed part lasts some seconds");
  }
  out.names =
      one_of<bool>(map, "leaders",
                   std::array<std::pair<std::string_view, bool>, 2>{{{"numbers", false}, {"names", true}}});
  out.freed_at_once = one_of<bool>(
      map, "freed",
      std::array<std::pair<std::string_view, bool>, 2>{{{"at_once", true}, {"at_close", false}}});
  map.finish();
  return out;
}

}  // namespace

AuctionVenue read_venue(const policy::YamlNode& root, const policy::PackInfo& pack) {
  using exchange::OneWaySide, exchange::Pricing, exchange::Tie, exchange::Under;
  using std::pair, std::string_view;
  policy::YamlMap map(root, "venue");
  AuctionVenue out;
  out.id = map.text("venue");
  out.title = map.bilingual("title");
  out.pack = pack.id;
  out.version = pack.version;
  one_of<int>(map, "kind", std::array<pair<string_view, int>, 1>{{{"one_way_auction", 0}}});
  out.format = one_of<Format>(
      map, "format",
      std::array<pair<string_view, Format>, 3>{{{"sealed", Format::sealed},
                                                {"ascending", Format::ascending},
                                                {"sealed_then_ascending", Format::sealed_then_ascending}}});
  if (out.format != Format::sealed) out.ascending = read_ascending(map.require("ascending"), out.format);
  out.instrument = map.text("instrument");
  out.medium = map.text_or("medium");
  out.lease = read_gives(map);
  out.side = one_of<OneWaySide>(map, "side",
                                std::array<pair<string_view, OneWaySide>, 2>{
                                    {{"sale", OneWaySide::sale}, {"buy_back", OneWaySide::buy_back}}});
  out.pricing = one_of<Pricing>(map, "pricing",
                                std::array<pair<string_view, Pricing>, 2>{
                                    {{"uniform", Pricing::uniform}, {"pay_as_bid", Pricing::pay_as_bid}}});
  out.tie = one_of<Tie>(map, "tie",
                        std::array<pair<string_view, Tie>, 3>{
                            {{"time", Tie::time}, {"random", Tie::random}, {"pro_rata", Tie::pro_rata}}});
  out.under = one_of<Under>(
      map, "undersubscription",
      std::array<pair<string_view, Under>, 3>{
          {{"cancel", Under::cancel}, {"lowest_bid", Under::lowest_bid}, {"reserve", Under::reserve}}});
  out.amend = one_of<Amend>(map, "amend",
                            std::array<pair<string_view, Amend>, 3>{
                                {{"none", Amend::none}, {"upward", Amend::upward}, {"free", Amend::free}}});
  out.tick = decimal(map, "tick_yuan");
  out.lot = map.integer("lot");
  out.min_bid = map.integer("min_bid");
  out.max_share = decimal_or_none(map, "max_share");
  out.deposit_fen = fen(map, "deposit_yuan");
  {
    policy::YamlMap reserve(map.require("reserve_price"), "reserve_price");
    out.reserve_price = decimal(reserve, "yuan");
    out.reserve_hidden = reserve.boolean_or("hidden", false);
    reserve.finish();
  }
  out.floor = decimal_or_none(map, "floor_yuan");
  out.announcement_days = map.integer("announcement_days");
  out.qualification_days = map.integer("qualification_days");
  if (const policy::YamlNode* node = map.find("approval")) {
    policy::YamlMap approval(*node, "approval");
    out.approval_days = approval.integer("days");
    approval.finish();
  }
  if (const policy::YamlNode* node = map.find("fees"))
    for (const policy::YamlNode& item : node->items) out.fees.push_back(read_fee(item));
  out.certificate = map.text_or("certificate");
  out.seed_source = map.text("seed_source");
  if (const policy::YamlNode* node = map.find("disclose")) {
    policy::YamlMap disclose(*node, "disclose");
    out.admitted_public = disclose.boolean_or("admitted", false);
    out.results = one_of<Disclosure>(
        disclose, "results",
        std::array<pair<string_view, Disclosure>, 3>{
            {{"own", Disclosure::own}, {"anonymous", Disclosure::anonymous}, {"names", Disclosure::names}}});
    disclose.finish();
  }
  out.source = map.source();
  out.verified = map.boolean_or("verified", false);
  map.finish();

  require(out.medium.empty() || out.medium == "water" || out.medium == "air", root, "medium",
          "介质须为 water 或 air", "the medium is water or air");
  require(!out.lease || out.side == OneWaySide::sale, root, "gives", "回购取得的是权利本身，不能租入",
          "a buy-back takes title and leases nothing");
  require(out.tick.sign() > 0, root, "tick_yuan", "最小变动价位须为正数", "the tick is positive");
  require(out.lot > 0 && out.min_bid > 0 && out.min_bid % out.lot == 0, root, "min_bid",
          "最低申报量须为手数的整数倍", "the least bid is a whole number of lots");
  require(!out.max_share || (out.max_share->sign() > 0 && *out.max_share <= Decimal(1)), root, "max_share",
          "比例须大于 0 且不超过 1", "a share is above 0 and at most 1");
  require(out.reserve_price.sign() >= 0 && out.deposit_fen >= 0, root, "reserve_price", "金额不得为负",
          "amounts are not negative");
  require(Decimal::divide(out.reserve_price, out.tick, 0, Rounding::floor) * out.tick == out.reserve_price,
          root, "reserve_price", "底价须为最小变动价位的整数倍",
          "the reserve price is a whole number of ticks");
  require(out.qualification_days >= 0 && out.announcement_days >= out.qualification_days, root,
          "qualification_days", "资格审查期须在公告期之内", "qualification lies within the announcement");
  require(!out.approval_days || *out.approval_days > 0, root, "approval", "审批期限须为正数",
          "the term of approval is positive");
  if (out.ascending) {
    // Who leads is told at once, so nothing may be left to a draw or to a price that nobody knows.
    require(out.tie == Tie::time, root, "tie", "限时竞价同价时须按时间（tie: time）",
            "in a timed auction ties are by time (tie: time)");
    require(!out.reserve_hidden, root, "reserve_price", "限时竞价的底价须公开",
            "in a timed auction the reserve price is public");
    require(out.format != Format::ascending || out.amend == Amend::upward, root, "amend",
            "限时竞价的报价只能改优（amend: upward）",
            "in a timed auction bids are only improved (amend: upward)");
  }
  for (const VenueFee& fee : out.fees)
    require(fee.rule.rate.sign() >= 0 && fee.rule.least >= 0 && fee.rule.most >= 0, root, "fees",
            "费用不得为负", "fees are not negative");
  return out;
}

std::vector<AuctionVenue> load_venues(const policy::Policy& policy) {
  return load_declared(policy, read_venue, "one_way_auction");
}

AuctionVenue venue_of(const std::vector<AuctionVenue>& venues, const std::string& id) {
  return declared(venues, id);
}

}  // namespace tributary::venues
