// What the register of places says happened: accidents, exemptions, stations moved.
#include "compensate/codes.h"
#include "compensate/inputs.h"
#include "policy/value.h"

#include <fmt/format.h>

namespace tributary::compensate {

using policy::Explanation;

namespace {

Explanation describe_event(const registry::PlaceEvent& event) {
  Explanation out;
  out.kind = Explanation::Kind::note;
  out.name = std::string(registry::to_string(event.kind));
  out.title = {"登记的事件", "registered event"};
  out.value = event.note;
  out.in_force = to_string(event.validity.from);
  out.known = to_string(event.known);
  out.source = {event.source, "", "", "", ""};
  return out;
}

}  // namespace

GivenInput InputSource::status(const policy::Input& input, const registry::Place& place,
                               const Period& period) {
  GivenInput out;
  std::string text = "assessed";
  for (const registry::PlaceEvent& event : events_of(place.code, period)) {
    if (event.kind == registry::EventKind::accident) continue;
    text = registry::to_string(event.kind);
    out.behind.push_back(describe_event(event));
  }
  out.value = policy::parse_value(input.type, text);
  if (!out.value)
    throw Error(codes::bad_attribute,
                {fmt::format("{} 的状态“{}”不在规则的选项中", place.name.zh, text),
                 fmt::format("{}: the state \"{}\" is not among the rule's choices", place.name.zh, text)},
                input.where, policy::expected_form(input.type));
  return out;
}

GivenInput InputSource::event(const policy::Input& input, const registry::Place& place,
                              const Period& period) {
  GivenInput out;
  out.value = Rational(0);
  for (const registry::PlaceEvent& found : events_of(place.code, period)) {
    if (registry::to_string(found.kind) != input.origin.name.text) continue;
    out.value = Rational(1);
    out.behind.push_back(describe_event(found));
  }
  return out;
}

}  // namespace tributary::compensate
