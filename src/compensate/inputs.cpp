#include "compensate/inputs.h"

#include "base/json.h"
#include "compensate/codes.h"
#include "policy/value.h"

#include <algorithm>
#include <climits>

#include <fmt/format.h>

namespace tributary::compensate {
namespace {

using policy::Explanation;
using Kind = policy::InputOrigin::Kind;
using When = policy::InputOrigin::When;

// The series' unit to the rule's: exact, or an error that names both.
Rational factor(const observe::Series& series, const policy::Input& input) {
  try {
    return Unit::parse(series.unit).factor_to(input.type.unit);
  } catch (const Error& e) {
    throw e.at({{}, 0, 0, fmt::format("{} {}", series.place, series.indicator)});
  }
}

GivenInput none(Text reason) {
  GivenInput out;
  out.reason = std::move(reason);
  return out;
}

// "observations series=7 period=2020-10 as_known=1606147200": read back by Derivations.
std::string reference_to(const observe::Series& series, const Period& period, Instant as_known) {
  return fmt::format("observations series={} period={} as_known={}", series.id.value, period.to_string(),
                     as_known.seconds);
}

std::vector<Period> parts_of(const Period& whole, Granularity granularity) {
  std::vector<Period> out;
  for (Period part = Period::containing(whole.from(), granularity); part.from() < whole.to();
       part = part.next())
    out.push_back(part);
  return out;
}

}  // namespace

Period shifted(const Period& period, When when) {
  switch (when) {
    case When::period:
      return period;
    case When::previous_period:
      return period.previous();
    case When::previous_year:
      return period.years_later(-1);
    case When::year:
      return Period::containing(period.from(), Granularity::year);
    case When::year_to_date:
    case When::months:
      break;
  }
  return period;
}

std::vector<Period> parts_of(const Period& period, const policy::InputOrigin& origin, Granularity each) {
  const Period last = Period::containing(period.to() - std::chrono::days{1}, Granularity::month);
  Date from = shifted(period, origin.when).from();
  Date to = shifted(period, origin.when).to();
  if (origin.when == When::year_to_date) from = Period::containing(from, Granularity::year).from();
  if (origin.when == When::months) {
    Period first = last;
    for (int i = 1; i < origin.months; ++i) first = first.previous();
    from = first.from();
    to = last.to();
  }
  std::vector<Period> out;
  for (Period part = Period::containing(from, each); part.from() < to; part = part.next())
    out.push_back(part);
  return out;
}

InputSource::InputSource(store::Database& database, std::string tenant, const policy::Policy& policy,
                         Date known, Instant as_known, std::int64_t position,
                         std::optional<std::int64_t> before_run)
    : database_(database),
      tenant_(std::move(tenant)),
      policy_(policy),
      known_(known),
      as_known_(as_known),
      position_(position),
      before_run_(before_run.value_or(INT64_MAX)),
      observations_(database, tenant_),
      statistics_(policy.catalog().statistics),
      registry_(database, tenant_),
      rights_(database, tenant_, clock_, calendar_) {}

GivenInput InputSource::get(const policy::CompiledRule& rule, const policy::Slot& slot,
                            const registry::Place& place, const Period& period,
                            const std::vector<RoleHeld>& holders) {
  const policy::Input& input = rule.rule.inputs[slot.declaration];
  const Period wanted = shifted(period, input.origin.when);
  switch (input.origin.kind) {
    case Kind::mean:
      return mean(input, input.origin.indicator.of(slot.element), place, wanted);
    case Kind::total:
      return total(input, slot.element, place, period);
    case Kind::rights:
      return rights(input, input.origin.subject.of(slot.element), place, period, holders);
    case Kind::quality_class:
      return quality_class(input, place, wanted);
    case Kind::attribute:
      return attribute(input, input.origin.name.of(slot.element), place, wanted);
    case Kind::place:
      return field(input, place);
    case Kind::status:
      return status(input, place, wanted);
    case Kind::event:
      return event(input, place, wanted);
    case Kind::result:
      return result(input, place, wanted);
    case Kind::past: {
      const Date day = input.origin.due->of(period);
      GivenInput out;
      out.value = Rational(known_ > day ? 1 : 0);
      out.reason = {fmt::format("期限 {}，看的是 {}", to_string(day), to_string(known_)),
                    fmt::format("the day is {}, looked at on {}", to_string(day), to_string(known_))};
      return out;
    }
    case Kind::given:
      return none({"须人工填入", "to be given by hand"});
    case Kind::group_mean:
      break;
  }
  return {};
}

const std::vector<observe::Series>& InputSource::series_of(const std::string& place) {
  const auto found = series_.find(place);
  if (found != series_.end()) return found->second;
  return series_.emplace(place, observations_.series({place, "", ""})).first->second;
}

const observe::Series* InputSource::choose(const std::string& place, const std::string& indicator,
                                           const std::string& publisher) {
  const observe::Series* chosen = nullptr;
  for (const observe::Series& series : series_of(place)) {
    if (series.indicator != indicator || (!publisher.empty() && series.source != publisher)) continue;
    if (chosen != nullptr)
      throw Error(
          codes::several_series,
          {fmt::format("{} 的 {} 有两个来源：{} 和 {}", place, indicator, chosen->source, series.source),
           fmt::format("{} has {} from two publishers: {} and {}", place, indicator, chosen->source,
                       series.source)},
          {}, {"请在规则的输入中写明 series: 来源", "say which in the rule's input: series: …"});
    chosen = &series;
  }
  return chosen;
}

const observe::Mean& InputSource::mean_of(const observe::Series& series, const Period& period) {
  const auto key = std::pair(series.id.value, period.to_string());
  if (const auto found = means_.find(key); found != means_.end()) return found->second;
  const auto values = observations_.read(series.id, period, as_known_);
  return means_.emplace(key, observe::mean(statistics_, series, values, period)).first->second;
}

Explanation InputSource::describe(const observe::Series& series, const observe::Mean& mean) const {
  Explanation out;
  out.kind = Explanation::Kind::mean;
  out.name = fmt::format("{} {}", series.indicator, mean.period.to_string());
  const Text indicator = policy_.catalog().indicator_title(series.indicator);
  const bool of_months = !mean.parts.empty() && mean.parts.front().period.granularity() == Granularity::month;
  const Text of = mean.parts.empty() ? Text{"有效值", "values"}
                  : of_months        ? Text{"月均值", "monthly means"}
                                     : Text{"日均值", "daily means"};
  out.title = {fmt::format("{}：{} 个{}的平均", indicator.zh, mean.used, of.zh),
               fmt::format("{}: mean of {} {}", indicator.en, mean.used, of.en)};
  out.unit = series.unit == "1" ? "" : series.unit;
  out.missing = mean.status != observe::StatisticStatus::ok;
  out.value = mean.rounded ? mean.rounded->normalized().to_string() : "missing";
  if (mean.exact && mean.rounded && !(*mean.exact == Rational(*mean.rounded)))
    out.unrounded = mean.exact->to_string();
  out.reason = mean.reason;
  std::string left_out;
  std::string left_out_en;
  for (const auto& [flag, count] : mean.by_flag) {
    left_out += fmt::format("{}{} {}", left_out.empty() ? "" : "，", observe::title_of(flag).zh, count);
    left_out_en += fmt::format("{}{} {}", left_out_en.empty() ? "" : ", ", count, observe::title_of(flag).en);
  }
  if (!left_out.empty()) {
    out.reason.zh += (out.reason.zh.empty() ? "" : "；") + std::string("未计入：") + left_out;
    out.reason.en += (out.reason.en.empty() ? "" : "; ") + std::string("left out: ") + left_out_en;
  }
  out.verified = mean.verified;
  for (const observe::StatisticsRule& rule : policy_.catalog().statistics)
    if (rule.id == mean.rule) out.source = {rule.document, "", rule.article, "", ""};
  out.reference = reference_to(series, mean.period, as_known_);
  return out;
}

GivenInput InputSource::mean(const policy::Input& input, const std::string& indicator,
                             const registry::Place& place, const Period& period) {
  const observe::Series* series = choose(place.code, indicator, input.origin.source);
  if (series == nullptr)
    return none({fmt::format("{} 没有 {} 的监测数据", place.name.zh, indicator),
                 fmt::format("{} has no series of {}", place.name.zh, indicator)});
  const observe::Mean& found = mean_of(*series, period);
  GivenInput out;
  out.behind.push_back(describe(*series, found));
  out.verified = found.verified;
  if (found.status != observe::StatisticStatus::ok) {
    out.reason = found.reason;
    return out;
  }
  out.value = Rational(*found.rounded) * factor(*series, input);
  return out;
}

GivenInput InputSource::total(const policy::Input& input, const std::string& element,
                              const registry::Place& place, const Period& period) {
  const std::string& indicator = input.origin.indicator.of(element);
  if (indicator.empty()) return none({"没有这一项的计量", "this element is not metered"});
  const observe::Series* series = choose(place.code, indicator, input.origin.source);
  if (series == nullptr)
    return none({fmt::format("{} 没有 {} 的计量数据", place.name.zh, indicator),
                 fmt::format("{} has no metered {}", place.name.zh, indicator)});
  auto parts = parts_of(period, input.origin, input.origin.each);
  if (!input.origin.subject.empty()) {
    const auto bounds = period_with_rights(input.origin.subject.of(element));
    std::erase_if(parts, [&](const Period& part) {
      const int month = rights::Month::of(part.from()).index;
      return month < bounds.first || month >= bounds.second;
    });
    if (parts.empty()) {
      GivenInput out;
      out.value = Rational(0);
      out.reason = {"这段时间登记簿没有这种权利", "the registry has no such rights in this time"};
      return out;
    }
  }
  const auto readings = observations_.read(
      series->id, observe::InstantRange{start_of(parts.front().from()), start_of(parts.back().to())},
      as_known_);
  const observe::Statistic found = observe::total(*series, readings, parts);
  GivenInput out;
  for (const observe::Statistic& part : found.parts) {
    Explanation one;
    one.kind = Explanation::Kind::mean;
    one.name = fmt::format("{} {}", series->indicator, part.period.to_string());
    const Text name = policy_.catalog().indicator_title(series->indicator);
    one.title = {fmt::format("{}：{} 个读数之和", name.zh, part.used),
                 fmt::format("{}: sum of {} readings", name.en, part.used)};
    one.unit = series->unit == "1" ? "" : series->unit;
    one.missing = !part.exact;
    one.value = part.exact ? part.exact->to_string() : "missing";
    one.reason = part.reason;
    one.reference = reference_to(*series, part.period, as_known_);
    out.behind.push_back(std::move(one));
  }
  out.reason = found.reason;
  if (found.exact) out.value = *found.exact * factor(*series, input);
  return out;
}

std::pair<int, int> InputSource::period_with_rights(const std::string& subject) {
  if (instruments_.empty()) instruments_ = rights_.instruments();
  std::pair<int, int> out{INT_MAX, INT_MIN};
  for (const rights::Instrument& is : instruments_)
    if (is.subject == subject && is.kind == rights::InstrumentKind::flow)
      out = {std::min(out.first, is.period_from), std::max(out.second, is.period_to)};
  return out;
}

const std::set<std::string>& InputSource::zones_of(const registry::Place& place, Date on) {
  const auto [entry, added] = zones_.try_emplace(place.code);
  if (!added) return entry->second;
  if (!place.water_body.empty()) entry->second.insert(place.water_body);
  registry_.read([&](const registry::RegistryReader& reader) {
    if (place.jurisdiction.empty()) return;
    entry->second.insert(reader.jurisdiction(place.jurisdiction, on).name.zh);
    for (const registry::Jurisdiction& above : reader.ancestors(place.jurisdiction, on))
      entry->second.insert(above.name.zh);
  });
  return entry->second;
}

// "kg/yr", "m³", "t CO2e" as the unit of a rule.
Rational in_unit_of(const policy::Input& input, const rights::Instrument& is) {
  std::string text = is.measure;
  const auto replace = [&](std::string_view what, std::string_view by) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  };
  replace("³", "3");
  replace(" ", "");
  replace("/yr", "/a");
  const bool rate = is.kind == rights::InstrumentKind::flow;
  const auto wrong = [&](const Text& why) {
    return Error(codes::bad_measure,
                 {fmt::format("权利 {} 按“{}”计量，规则的输入 {} 不能用：{}", is.code, is.measure, input.name,
                              why.zh),
                  fmt::format("right {} is counted in \"{}\", which the input {} cannot use: {}", is.code,
                              is.measure, input.name, why.en)},
                 input.where,
                 {"请核对规则输入的单位和权利的计量单位", "compare the unit of the input and the measure of the right"});
  };
  try {
    const Unit unit = rate ? Unit::parse(text) * Unit::parse("a") : Unit::parse(text);
    const Rational factor = unit.factor_to(input.type.unit);
    return rate ? factor / Rational(12) : factor;
  } catch (const Error& e) {
    throw wrong(e.message());
  }
}

std::vector<std::string> InputSource::accounts(const registry::Place& place, const std::string& party, Date on) const {
  // The account says its permit of today and the period may be of last year: a permit renewed since is the place's, too.
  std::set<std::string> permits;
  const auto add = [&](Date day) {
    if (const auto permit = registry_.attribute(place.code, "permit", day, known_)) permits.insert(permit->value);
  };
  add(on);
  for (const registry::PlaceAttribute& one : registry_.attributes(place.code))
    if (one.name == "permit" && one.validity.from > on) add(one.validity.from);
  // What stood without a permit on that day still does.
  if (!registry_.attribute(place.code, "permit", on, known_)) permits.insert("");
  std::vector<std::string> out;
  for (const rights::RightAccount& one : rights_.accounts(party))
    if ((one.type == rights::AccountType::holding || one.type == rights::AccountType::trading) &&
        permits.contains(one.permit))
      out.push_back(one.code);
  std::ranges::sort(out);
  return out;
}

std::string InputSource::shared_with(const registry::Place& place, const RoleHeld& holder, Date on) const {
  const auto permitted = [&](const std::string& code) { return registry_.attribute(code, "permit", on, known_).has_value(); };
  if (permitted(place.code)) return {};
  const auto accounts = rights_.accounts(holder.party);
  if (std::ranges::none_of(accounts, [](const rights::RightAccount& one) {
        return one.permit.empty() && (one.type == rights::AccountType::holding || one.type == rights::AccountType::trading);
      }))
    return {};
  const auto ever = registry_.read([&](const registry::RegistryReader& reader) { return reader.places_ever_of({holder.party}); });
  for (const std::string& code : ever) {
    if (code == place.code) continue;
    const registry::Place other = registry_.find_place(code);
    if (other.kind != place.kind || !other.validity.holds_on(on) || permitted(code)) continue;
    for (const registry::PlaceRole& role : registry_.roles(code, holder.role, on))
      if (role.party == holder.party) return other.name.zh;
  }
  return {};
}

GivenInput InputSource::rights(const policy::Input& input, const std::string& subject,
                               const registry::Place& place, const Period& period,
                               const std::vector<RoleHeld>& holders) {
  if (subject.empty()) return none({"没有这一项的权利", "there are no rights for this element"});
  if (holders.empty())
    return none({fmt::format("{} 在 {} 没有登记“{}”是谁", place.name.zh, period.to_string(), input.origin.role),
                 fmt::format("{}: nobody is registered as \"{}\" for {}", place.name.zh, input.origin.role,
                             period.to_string())});
  for (const RoleHeld& holder : holders)
    if (!holder.shared_with.empty())
      return none({fmt::format("{} 和 {} 都没有登记许可证，分不清账户里的权利属于哪一个；请登记许可证，每个场所一个账户", place.name.zh, holder.shared_with),
                   fmt::format("neither {} nor {} has a permit on record, so nobody can tell whose the rights in the accounts are; enter the permits, one account for each",
                               place.name.zh, holder.shared_with)});
  if (input.origin.surrendered != policy::InputOrigin::Surrendered::no)
    return surrendered(input, subject, period, holders);
  const auto months = parts_of(period, input.origin, Granularity::month);
  const int first = rights::Month::of(months.front().from()).index;
  const int last = rights::Month::of(months.back().from()).index + 1;
  const int vintage_from = input.origin.vintage_from.value_or(input.origin.vintage_to ? 0 : first / 12);
  const int vintage_to = input.origin.vintage_to.value_or(input.origin.vintage_from ? 9999 : (last - 1) / 12 + 1);
  // Months are counted from the year 0, so they and vintages never meet: 12 × 1990 is beyond the year 9999.
  std::vector<rights::Held> held;
  for (const RoleHeld& holder : holders)
    for (const auto& [from, to] : {std::pair{first, last}, std::pair{vintage_from, vintage_to}})
      for (rights::Held& one : rights_.held({holder.accounts, subject, from, to}, position_))
        if ((one.instrument.kind == rights::InstrumentKind::flow) == (from == first)) held.push_back(std::move(one));
  const auto& zones = zones_of(place, period.from());
  std::erase_if(held, [&](const rights::Held& one) {
    return !one.instrument.zone.empty() && !zones.contains(one.instrument.zone);
  });
  GivenInput out;
  Rational sum;
  // By account and instrument, a run of months with the same rate in one line.
  for (std::size_t i = 0; i < held.size();) {
    const rights::Held& one = held[i];
    const bool rate = one.instrument.kind == rights::InstrumentKind::flow;
    int count = 1;
    while (rate && i + static_cast<std::size_t>(count) < held.size()) {
      const rights::Held& next = held[i + static_cast<std::size_t>(count)];
      if (next.account != one.account || next.instrument.code != one.instrument.code ||
          next.part.period != one.part.period + count || next.part.amount != one.part.amount)
        break;
      ++count;
    }
    const Rational worth = Rational(Decimal::from_parts(one.part.amount, 0)) * in_unit_of(input, one.instrument) * Rational(count);
    sum = sum + worth;
    Explanation line;
    line.kind = Explanation::Kind::result;
    line.name = fmt::format("{} {}", one.account, one.instrument.code);
    line.title = one.instrument.name;
    line.value = worth.to_string();
    line.unit = policy::unit_text(input.type);
    if (rate) {
      const rights::Term term{{one.part.period}, {one.part.period + count}};
      line.numbers = fmt::format("{} {} × {}/12", one.part.amount, one.instrument.measure, count);
      line.reason = {fmt::format("{}（止月不含）", rights::to_string(term)),
                     fmt::format("{}, the last month not included", rights::to_string(term))};
    } else {
      line.numbers = fmt::format("{} {}", one.part.amount, one.instrument.measure);
      line.reason = {fmt::format("{} 年{}{}", one.part.period, one.part.project.empty() ? "" : " · ", one.part.project),
                     fmt::format("vintage {}{}{}", one.part.period, one.part.project.empty() ? "" : " · ",
                                 one.part.project)};
    }
    line.reference = fmt::format("rights account={} instrument={} position={}", one.account, one.instrument.code,
                                 position_);
    out.behind.push_back(std::move(line));
    i += static_cast<std::size_t>(count);
  }
  out.value = sum;
  if (held.empty()) out.reason = {"登记簿中这个场所没有这项权利（账户的许可证号须与场所一致）",
                  "the registry has no such rights for the place; the account's permit must be the place's"};
  return out;
}

GivenInput InputSource::quality_class(const policy::Input& input, const registry::Place& place,
                                      const Period& period) {
  const observe::ClassStandard& standard = policy_.catalog().class_standard(input.origin.name.text);
  observe::WaterSample sample;
  sample.kind =
      place.water_kind == registry::WaterKind::lake ? observe::WaterKind::lake : observe::WaterKind::river;
  GivenInput out;
  out.verified = standard.head.verified;
  std::string publisher;
  for (const observe::Series& series : series_of(place.code)) {
    if (!input.origin.source.empty() && series.source != input.origin.source) continue;
    const observe::ClassItem* item = standard.find(series.indicator, sample.kind);
    if (item == nullptr || !item->classified) continue;
    choose(place.code, series.indicator, input.origin.source);  // refuses two publishers
    publisher = series.source;
    const observe::Mean& found = mean_of(series, period);
    if (found.status != observe::StatisticStatus::ok) continue;
    out.verified = out.verified && found.verified;
    const Rational value =
        Rational(*found.rounded) * Unit::parse(series.unit).factor_to(Unit::parse(item->unit));
    sample.values.emplace(series.indicator, observe::ItemValue{value.to_decimal(), false, std::nullopt, ""});
    out.behind.push_back(describe(series, found));
  }
  // A publisher may demand certain items before it states a class; its series are judged by its own practice.
  const observe::ClassJudgement judgement = standard.judge(sample, standard.find_practice(publisher));
  if (!judgement.water_class) {
    out.reason = judgement.undetermined;
    if (sample.values.empty()) out.reason = {"没有可用于评价的均值", "there are no means to judge"};
    return out;
  }
  out.value = Rational(observe::ordinal(*judgement.water_class));
  std::vector<std::string> zh;
  std::vector<std::string> en;
  for (const std::string& item : judgement.deciding) {
    const Text title = policy_.catalog().indicator_title(item);
    zh.push_back(title.zh);
    en.push_back(title.en);
  }
  out.reason = {fmt::format("决定因子：{}", fmt::join(zh, "、")),
                fmt::format("decided by: {}", fmt::join(en, ", "))};
  return out;
}

GivenInput InputSource::attribute(const policy::Input& input, const std::string& name,
                                  const registry::Place& place, const Period& period) const {
  const auto found = registry_.attribute(place.code, name, period.from(), known_);
  if (!found)
    return none(
        {fmt::format("{} 在 {} 没有登记“{}”", place.name.zh, to_string(period.from()), name),
         fmt::format("{} has no \"{}\" on {}", place.name.zh, name, to_string(period.from()))});
  GivenInput out;
  out.value = policy::parse_value(input.type, found->value);
  if (!out.value)
    throw Error(codes::bad_attribute,
                {fmt::format("{} 的“{}”是“{}”，规则不能用", place.name.zh, name, found->value),
                 fmt::format("{}: \"{}\" is \"{}\", which the rule cannot use", place.name.zh,
                             name, found->value)},
                {}, policy::expected_form(input.type));
  out.verified = found->verified;
  out.example = found->example;
  Explanation fact;
  fact.kind = Explanation::Kind::note;
  fact.name = fmt::format("{} · {}", place.name.zh, name);
  fact.title = {"登记的属性", "registered attribute"};
  fact.value = found->value;
  fact.in_force = to_string(found->validity.from);
  fact.known = to_string(found->known);
  fact.source = {found->source, "", "", "", ""};
  fact.verified = found->verified;
  fact.example = found->example;
  out.behind.push_back(std::move(fact));
  return out;
}

GivenInput InputSource::field(const policy::Input& input, const registry::Place& place) const {
  const std::string& name = input.origin.name.text;
  std::string text;
  if (name == "water_kind")
    text = registry::to_string(place.water_kind);
  else if (name == "role")
    text = place.role;
  else if (name == "kind")
    text = place.kind;
  else
    throw Error(codes::bad_attribute,
                {fmt::format("地点没有字段“{}”", name), fmt::format("places have no field \"{}\"", name)},
                input.where,
                {"可用：water_kind、role、kind；其余请用 from: attribute",
                 "there are: water_kind, role, kind; for others use from: attribute"});
  GivenInput out;
  out.value = policy::parse_value(input.type, text);
  if (!out.value)
    out.reason = {fmt::format("{} 未登记“{}”", place.name.zh, name),
                  fmt::format("{} has no \"{}\"", place.name.zh, name)};
  return out;
}

const std::vector<registry::PlaceEvent>& InputSource::events_of(const std::string& place,
                                                                const Period& period) {
  const auto key = std::pair(place, period.to_string());
  if (const auto found = events_.find(key); found != events_.end()) return found->second;
  return events_.emplace(key, registry_.events(place, period, known_)).first->second;
}

GivenInput InputSource::result(const policy::Input& input, const registry::Place& place,
                               const Period& period) {
  const auto rule = policy_.rule(input.origin.name.text, period.from(), known_);
  const bool whole = rule->rule.granularity == period.granularity();
  GivenInput out;
  std::vector<Rational> values;
  for (const Period& part : whole ? std::vector{period} : parts_of(period, rule->rule.granularity)) {
    const auto row = database_.read([&](store::Transaction& t) {
      return t.first(
          "SELECT r.id, c.outcome, c.results, r.unverified, r.example FROM compensation_run r JOIN "
          "compensation_result c ON "
          "c.jurisdiction = r.jurisdiction AND c.run = r.id "
          "WHERE r.jurisdiction = ? AND r.rule = ? AND r.period = ? AND c.place = ? AND r.id < ? ORDER BY "
          "r.id DESC LIMIT 1",
          tenant_, input.origin.name.text, part.to_string(), place.code, before_run_);
    });
    if (!row)
      return none({fmt::format("规则 {} 在 {} 尚未运行", input.origin.name.text, part.to_string()),
                   fmt::format("rule {} has not been run for {}", input.origin.name.text, part.to_string())});
    if (row->text(1) == "not_assessed") continue;
    std::optional<Rational> value;
    for (const auto& entry : nlohmann::json::parse(row->text(2)))
      if (entry.at("name") == input.origin.output)
        value = policy::parse_value(input.type, entry.at("value").get<std::string>());
    if (!value)
      return none({fmt::format("{} 的 {} 没有结果", part.to_string(), input.origin.output),
                   fmt::format("no result {} for {}", input.origin.output, part.to_string())});
    Explanation step;
    step.kind = Explanation::Kind::result;
    step.name = fmt::format("{}.{} {}", input.origin.name.text, input.origin.output, part.to_string());
    step.title = {fmt::format("第 {} 次运行的结果", row->integer(0)),
                  fmt::format("result of run {}", row->integer(0))};
    step.value = policy::format_value(input.type, *value);
    step.unit = policy::unit_text(input.type);
    step.verified = row->integer(3) == 0;
    step.example = row->integer(4) != 0;
    out.verified &= step.verified;
    out.example |= step.example;
    out.behind.push_back(std::move(step));
    values.push_back(*value);
  }
  if (input.origin.aggregate == "count") {
    out.value = Rational(static_cast<int>(values.size()));
    return out;
  }
  if (values.empty()) return none({"没有可汇总的结果", "there are no results to put together"});
  Rational total = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (input.origin.aggregate == "min")
      total = std::min(total, values[i]);
    else if (input.origin.aggregate == "max")
      total = std::max(total, values[i]);
    else
      total = total + values[i];
  }
  out.value = input.origin.aggregate == "mean" ? total / Rational(static_cast<int>(values.size())) : total;
  return out;
}

}  // namespace tributary::compensate
