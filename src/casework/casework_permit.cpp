// A permit that is granted, as the registry of rights then knows it: the account of the applicant in which it stands, its
// number, and the first month for which it no longer holds; in the step's transaction, by the two persons of the case.
#include "casework/codes.h"
#include "casework/standing.h"
#include "casework/stored.h"
#include "registry/registry.h"
#include "rights/rights.h"
#include "rights/titles.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using rights::RightAccount;

// As the form says it.
struct Permit {
  std::string holder;   // party
  std::string account;  // may be left out
  std::string number;
  std::string former;  // the number that it replaces
  std::string from, last_day;
  std::string place;  // for which the rights under it count
};

Permit permit_in(const CaseType& type, const Json& form, const Effect& effect) {
  const auto argument = [&](const char* name) { return argument_in(type, form, effect, name); };
  return {argument("holder"), argument("account"), argument("permit"), argument("former"),
          argument("from"),   argument("last_day"), argument("place")};
}

// What speaks against the permit standing in the account.
std::optional<Text> against(const RightAccount& account, const Permit& permit) {
  if (account.type != rights::AccountType::holding || account.status != rights::AccountStatus::open)
    return Text{fmt::format("登记账户 {} 的类型或状态（{}）不能登记许可", account.code, rights::title_of(account.status).zh),
                fmt::format("no permit is registered for account {}: its type or state ({})", account.code,
                            rights::title_of(account.status).en)};
  // The number is not known before the decision; then only what is said to be replaced may be there.
  const bool same = account.permit.empty() || account.permit == permit.number || account.permit == permit.former;
  if (!same && !permit.number.empty())
    return Text{fmt::format("登记账户 {} 登记的许可是 {}，不是 {}；一个账户只登记一个许可：填本许可的账户（没有的，先由登记机构为这个场所开一个），或者在原许可证编号中写明它",
                            account.code, account.permit, permit.number),
                fmt::format("account {} is that of the permit {}, not of {}: an account has one permit. Name the account of "
                            "this one (the registry opens another for another site), or that number as the former permit",
                            account.code, account.permit, permit.number)};
  return std::nullopt;
}

// The account that is named, which must be the party's own.
const RightAccount* named(const std::vector<RightAccount>& own, const std::string& code) {
  const auto found = std::find_if(own.begin(), own.end(), [&](const RightAccount& one) { return one.code == code; });
  return found == own.end() ? nullptr : &*found;
}

// Whether there is none or it is another's is not told.
Text not_own(const std::string& code) {
  return {fmt::format("申请单位没有登记账户 {}", code), fmt::format("the applicant has no account {} in the registry of rights", code)};
}

// In whose accounts the permit is looked for: the applicant's, or those of the holder it is renewed for.
std::string whose(const registry::Registry& parties, const CaseType& type, const std::string& party, const std::string& holder) {
  bool renews = false;
  for (const Step& step : type.declared.steps)
    for (const Effect& effect : step.effects) renews = renews || effect.renews;
  return renews && may_renew_for(parties, party, holder) ? holder : party;
}

// Before it is sent on, as far as the form says it already.
void check_operator(const registry::Registry& places, const CaseType& type, const Json& form, const Effect& effect, Date today) {
  const auto filled = [&](const char* name) {
    const auto found = effect.arguments.find(name);
    std::string out;
    if (found == effect.arguments.end()) return out;
    const std::string& text = found->second;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
      if (end == std::string::npos) {
        out += text[at++];
        continue;
      }
      const std::string value = value_in_text(type, form, text.substr(at + 1, end - at - 1), false);
      if (value.empty()) return std::string();
      out += value;
      at = end + 1;
    }
    return out;
  };
  const std::string& field = effect.arguments.at("place");
  const std::string place = filled("place"), party = filled("operator"), last_day = filled("last_day");
  if (place.empty() || party.empty() || !field.starts_with('{') || (effect.arguments.contains("last_day") && last_day.empty())) return;
  if (const auto why = not_its_operator(places, place, party, last_day, today))
    throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), *why}});
}

}  // namespace

bool may_renew_for(const registry::Registry& parties, const std::string& party, const std::string& holder) {
  if (holder == party) return true;
  if (party.empty() || holder.empty()) return false;
  try {
    const registry::Party by = parties.party(party), of = parties.party(holder);
    constexpr std::size_t township = 9;  // digits of its code; a district's has 6, filled up with zeros
    return by.kind == registry::PartyKind::government && by.jurisdiction.size() >= township &&
           by.jurisdiction.substr(6, 3) != "000" && of.jurisdiction.starts_with(by.jurisdiction.substr(0, township));
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
    return false;
  }
}

std::optional<Text> not_its_operator(const registry::Registry& places, const std::string& place, const std::string& party,
                                     const std::string& last_day, Date today) {
  // Of what closed before that, by whoever had it then.
  const Date closed = places.find_place(place).validity.to - std::chrono::days{1};
  const Date on = std::min(last_day.empty() ? today : std::min(today, parse_date(last_day)), closed);
  for (const registry::PlaceRole& one : places.roles(place, "operator", on))
    if (one.party == party) return std::nullopt;
  return Text{fmt::format("“{}”在 {} 没有登记为场所 {} 的运营单位", party, base::to_string(on), place),
              fmt::format("\"{}\" is not registered as the operator of the place {} on {}", party, place, base::to_string(on))};
}

Text not_renewed_for(const std::string& holder) {
  return {fmt::format("只能为申请单位自己办理，“{}”不是申请单位：请由持证单位发起", holder),
          fmt::format("an entry is renewed by its own holder only; \"{}\" is not whose case it is: let the holder begin it", holder)};
}

void Casework::check_permits(const Stored& s) const {
  const registry::Registry register_of(database_, tenant_);
  for (const Step& step : s.type->declared.steps)
    for (const Effect& effect : step.effects) {
      if (effect.renews && effect.arguments.contains("holder")) {
        const std::string holder = argument_in(*s.type, s.state.form, effect, "holder");
        const std::string& field = effect.arguments.at("holder");
        if (!holder.empty() && !may_renew_for(register_of, s.party, holder) && field.starts_with('{'))
          throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), not_renewed_for(holder)}});
      }
      if (effect.kind == Effect::Kind::register_saving) check_saver(s, effect);
      if (effect.kind == Effect::Kind::set_attribute && effect.arguments.contains("operator"))
        check_operator(register_of, *s.type, s.state.form, effect, clock_.today());
      if (effect.kind != Effect::Kind::set_permit) continue;
      const Permit permit = permit_in(*s.type, s.state.form, effect);
      if (permit.account.empty()) continue;
      const std::string& field = effect.arguments.at("account");
      const auto refuse = [&](const Text& why) {
        throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), why}});
      };
      const auto own = s.party.empty() ? std::vector<RightAccount>{}
                                       : rights::Rights(database_, tenant_, clock_, calendar_).accounts(whose(register_of, *s.type, s.party, permit.holder));
      const RightAccount* account = named(own, permit.account);
      if (account == nullptr) {
        refuse(not_own(permit.account));
        return;
      }
      if (const auto why = against(*account, permit)) refuse(*why);
    }
}

Json Casework::end_attributes(const Stored& s, const std::string& place, const std::pair<std::string, std::string>& called,
                              const std::set<std::string>& kept, Date since) {
  registry::Registry places(database_, tenant_);
  const Date today = clock_.today();
  std::set<std::string> names;
  for (const registry::PlaceAttribute& one : places.attributes(place))
    if (one.name.size() > called.first.size() + called.second.size() && one.name.starts_with(called.first) &&
        one.name.ends_with(called.second) && one.validity.to > since && !one.value.empty() && !kept.contains(one.name))
      names.insert(one.name);
  registry::RegistryData data;
  Json out = Json::array();
  for (const std::string& name : names) {
    registry::PlaceAttribute none;
    none.place = place;
    none.name = name;
    none.validity = {since, Date::max()};
    none.known = today;
    none.source = fmt::format("case/{}", s.id.value);
    none.verified = true;
    data.attributes.push_back(std::move(none));
    out.push_back(name);
  }
  if (!names.empty()) places.apply(data);
  return out;
}

Json Casework::set_permit(const identity::Caller& caller, const Stored& s, const Effect& effect) {
  const Permit permit = permit_in(*s.type, s.state.form, effect);
  const auto refuse = [](const Text& why) { throw Error(codes::effect_failed, why); };
  if (permit.number.empty()) refuse({"没有许可证编号", "there is no number of the permit"});
  rights::Rights book(database_, tenant_, clock_, calendar_);
  const std::string holder = whose(registry::Registry(database_, tenant_), *s.type, s.party, permit.holder);
  const auto own = s.party.empty() ? std::vector<RightAccount>{} : book.accounts(holder);
  // None is named: the one that is registered for the permit, or for what it replaces.
  const RightAccount* account = named(own, permit.account);
  if (!permit.account.empty() && account == nullptr) refuse(not_own(permit.account));
  for (const RightAccount& one : own) {
    const bool its = !one.permit.empty() && (one.permit == permit.number || one.permit == permit.former) &&
                     one.status != rights::AccountStatus::closed;
    if (!permit.account.empty() || !its) continue;
    if (account != nullptr)
      refuse({fmt::format("许可 {} 登记在 {} 和 {} 等几个账户，请写明是哪一个", one.permit, account->code, one.code),
              fmt::format("the permit {} stands in {} and {}: say in which account", one.permit, account->code, one.code)});
    account = &one;
  }
  Json note{{"do", "set_permit"}, {"number", permit.number}};
  const Date today = clock_.today(), from = permit.from.empty() ? today : parse_date(permit.from);
  if (!permit.place.empty()) {
    // Compliance counts for a place what stands in accounts with its permit: both change together or not at all.
    registry::Registry places(database_, tenant_);
    const auto had = places.attribute(permit.place, "permit", from, today);
    if (had && had->value != permit.number && had->value != permit.former)
      refuse({fmt::format("场所 {} 登记的许可是 {}；一个场所只登记一个许可：另一个许可请登记为另一个场所，换证请写明原许可证编号",
                          permit.place, had->value),
              fmt::format("the place {} has the permit {}: a place has one permit. Register the other as a place of its own, or "
                          "name that number as the former permit",
                          permit.place, had->value)});
    registry::RegistryData data;
    registry::PlaceAttribute attribute;
    attribute.place = permit.place;
    attribute.name = "permit";
    attribute.value = permit.number;
    attribute.validity = {from, permit.last_day.empty() ? Date::max() : parse_date(permit.last_day) + std::chrono::days{1}};
    attribute.known = today;
    attribute.source = fmt::format("case/{}", s.id.value);
    attribute.verified = true;
    data.attributes.push_back(std::move(attribute));
    places.apply(data);
    note["place"] = permit.place;
  }
  if (account == nullptr) return note;  // no rights stand under it
  if (permit.place.empty() && effect.arguments.contains("place"))
    refuse({fmt::format("登记账户 {} 中的权利按场所核算：请写明场所", account->code),
            fmt::format("what stands in account {} counts for a place: name it", account->code)});
  if (permit.holder != holder)
    refuse({fmt::format("登记账户 {} 是申请单位的，持证单位是另一家", account->code),
            fmt::format("account {} is the applicant's; the permit is somebody else's", account->code)});
  if (const auto why = against(*account, permit)) refuse(*why);
  // A month that the permit does not cover to its end is not covered.
  const std::optional<rights::Month> to =
      permit.last_day.empty() ? account->permit_to
                              : std::optional(rights::Month::of(parse_date(permit.last_day) + std::chrono::days{1}));
  book.set_permit(account->code, permit.number, to,
                  {begun_by(s), caller.by(), fmt::format("{} {}", s.title(), s.number),
                   fmt::format("{} {} {}", s.type->name(), s.type->declared.version, s.type->declared.hash.substr(0, 12))});
  note["account"] = account->code;
  if (to) note["to"] = rights::to_string(*to);
  return note;
}

}  // namespace tributary::casework
