// A permit that is granted, as the registry of rights then knows it: the account of the applicant in which it stands, its
// number, and the first month for which it no longer holds; in the step's transaction, by the two persons of the case.
#include "casework/codes.h"
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
    return Text{fmt::format("登记账户 {} 登记的许可是 {}，不是 {}；一个账户只登记一个许可：填本许可的账户，或者在原许可证编号中写明它",
                            account.code, account.permit, permit.number),
                fmt::format("account {} is that of the permit {}, not of {}: an account has one permit. Name the account of "
                            "this one, or that number as the former permit",
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

}  // namespace

Text not_renewed_for(const std::string& holder) {
  return {fmt::format("只能为申请单位自己办理，“{}”不是申请单位：请由持证单位发起", holder),
          fmt::format("an entry is renewed by its own holder only; \"{}\" is not whose case it is: let the holder begin it", holder)};
}

// A township begins the renewal for the small holders it looks after; the department decides it as the second person.
bool Casework::may_renew_for(const Stored& s, const std::string& holder) const {
  if (holder == s.party) return true;
  if (s.party.empty() || holder.empty()) return false;
  const registry::Registry parties(database_, tenant_);
  try {
    const registry::Party by = parties.party(s.party), of = parties.party(holder);
    constexpr std::size_t township = 9;  // digits of its code; a district's has 6, filled up with zeros
    return by.kind == registry::PartyKind::government && by.jurisdiction.size() >= township &&
           by.jurisdiction.substr(6, 3) != "000" && of.jurisdiction.starts_with(by.jurisdiction.substr(0, township));
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
    return false;
  }
}

std::optional<Text> Casework::not_its_operator(const std::string& place, const std::string& party) const {
  for (const registry::PlaceRole& one : registry::Registry(database_, tenant_).roles(place, "operator", clock_.today()))
    if (one.party == party) return std::nullopt;
  return Text{fmt::format("“{}”没有登记为场所 {} 的运营单位", party, place),
              fmt::format("\"{}\" is not registered as the operator of the place {}", party, place)};
}

void Casework::check_operator(const Stored& s, const Effect& effect) const {
  const std::string& field = effect.arguments.at("place");
  const std::string place = argument_in(*s.type, s.state.form, effect, "place"), party = argument_in(*s.type, s.state.form, effect, "operator");
  if (place.empty() || party.empty() || !field.starts_with('{')) return;
  if (const auto why = not_its_operator(place, party)) throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), *why}});
}

// In whose accounts the permit is looked for: the applicant's, or those of the holder it is renewed for.
std::string Casework::whose(const Stored& s, const std::string& holder) const {
  bool renews = false;
  for (const Step& step : s.type->declared.steps)
    for (const Effect& effect : step.effects) renews = renews || effect.renews;
  return renews && may_renew_for(s, holder) ? holder : s.party;
}

void Casework::check_permits(const Stored& s) const {
  for (const Step& step : s.type->declared.steps)
    for (const Effect& effect : step.effects) {
      if (effect.renews && effect.arguments.contains("holder")) {
        const std::string holder = argument_in(*s.type, s.state.form, effect, "holder");
        const std::string& field = effect.arguments.at("holder");
        if (!holder.empty() && !may_renew_for(s, holder) && field.starts_with('{'))
          throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), not_renewed_for(holder)}});
      }
      if (effect.kind == Effect::Kind::register_saving) check_saver(s, effect);
      if (effect.kind == Effect::Kind::set_attribute && effect.arguments.contains("operator")) check_operator(s, effect);
      if (effect.kind != Effect::Kind::set_permit) continue;
      const Permit permit = permit_in(*s.type, s.state.form, effect);
      if (permit.account.empty()) continue;
      const std::string& field = effect.arguments.at("account");
      const auto refuse = [&](const Text& why) {
        throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), why}});
      };
      const auto own = s.party.empty() ? std::vector<RightAccount>{}
                                       : rights::Rights(database_, tenant_, clock_, calendar_).accounts(whose(s, permit.holder));
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
  const auto own = s.party.empty() ? std::vector<RightAccount>{} : book.accounts(whose(s, permit.holder));
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
  if (permit.holder != whose(s, permit.holder))
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
