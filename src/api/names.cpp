#include "api/routes.h"

namespace tributary::api {

Json named_json(const std::string& code, const Text& name) {
  return {{"code", code}, {"name", json_of(name)}};
}

Names::Names(Call& call) {
  constexpr std::chrono::seconds fresh{5};
  Worker& worker = call.worker;
  const auto now = std::chrono::steady_clock::now();
  if (!worker.names || now - worker.names_read > fresh) {
    auto book = std::make_shared<NameBook>();
    const Date today = call.clock().today();
    registry::Registry(call.database(), call.tenant()).read([&](const registry::RegistryReader& reader) {
      for (const registry::Party& party : reader.parties(today))
        book->parties.emplace(party.code, party.name);
      for (const registry::Place& place : reader.places({}, today))
        book->places.emplace(place.code, place.name);
      return 0;
    });
    book->organisations = call.identity().organisation_names();
    worker.names = std::move(book);
    worker.names_read = now;
  }
  book_ = worker.names;
}

Text Names::party_name(const std::string& code) const {
  const auto found = book_->parties.find(code);
  return found == book_->parties.end() ? Text{code, code} : found->second;
}

Json Names::party(const std::string& code) const {
  return named_json(code, party_name(code));
}

Json Names::organisation(const std::string& id) const {
  const auto found = book_->organisations.find(id);
  return named_json(id, found == book_->organisations.end() ? Text{id, id} : found->second);
}

Json Names::place(const std::string& code) const {
  const auto found = book_->places.find(code);
  return named_json(code, found == book_->places.end() ? Text{code, code} : found->second);
}

compensate::Compensation compensation_of(Call& call) {
  return compensate::Compensation(call.database(), call.tenant(), call.policy(), call.clock());
}

std::optional<std::set<std::string>> visible_places(Call& call, identity::Permission permission) {
  const auto parties = call.caller.parties(permission);
  if (!parties) return std::nullopt;
  const Date today = call.clock().today();
  return registry::Registry(call.database(), call.tenant()).read([&](const registry::RegistryReader& reader) {
    std::set<std::string> out;
    for (const registry::Place& place : reader.places({}, today))
      for (const registry::PlaceRole& role : reader.roles(place.code, today))
        if (parties->contains(role.party)) out.insert(place.code);
    return out;
  });
}

Text rule_title(const policy::Policy& policy, const std::string& rule) {
  Text out{rule, rule};
  for (const auto& version : policy.rules())
    if (version->rule.name == rule) out = version->rule.title;
  return out;
}

Json json_of(const policy::Source& source) {
  return {{"document", source.document},
          {"number", source.number},
          {"article", source.article},
          {"url", source.url},
          {"note", source.note}};
}

}  // namespace tributary::api
