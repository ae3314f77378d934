// Which rules say how a place stands against its permit and rights, and up to when that can be said.
#pragma once

#include "compensate/types.h"
#include "policy/pack.h"
#include "registry/registry.h"
#include "store/store.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tributary::compensate {

// The rules in force on the day that look at the registry of rights, each in its version of that day, by name.
// By convention their formulas are called `total` (used), `permit`, `held`, `left`, `rights_left`, `room`,
// `outstanding`, and `breach` for the verdict.
std::vector<std::shared_ptr<const policy::CompiledRule>> duties(const policy::Policy& policy, Date on);

// The last period of the rule for which something was metered at one of the places; without any, the last one
// that is over on the day.
Period latest_metered(store::Database& database, const std::string& tenant, const policy::Rule& rule,
                      std::span<const registry::Place> places, Date on);

// The periods to speak of on the day, the newest first: latest_metered(), and of a rule with a day by which something is
// to be done (an input `past`) also those before it whose day is over, five at most.
std::vector<Period> current_periods(store::Database& database, const std::string& tenant, const policy::Rule& rule,
                                    std::span<const registry::Place> places, Date on);

// The day by whose roles the place owes the period: what falls due after it (an input `past`) by whoever has the place on the last
// day of the period, or had it when it closed before that; else by whoever had it on the first day.
Date role_day(const policy::Rule& rule, const Period& period, const registry::Place& place);

// The places that the rule is for in the period, by code: those there on its first day; of what falls due after it, all that were
// there in one of its months.
std::vector<registry::Place> places_in(const registry::Registry& registry, const policy::Rule& rule, const Period& period);
bool is_there(const registry::Place& place, const policy::Rule& rule, const Period& period);

// Of a period before the newest: whether it is still to be spoken of at the place. Something is due (`total`), and the
// verdict is a breach or cannot be given; what is over for longer (`last_over` is false) only until it is made good
// (`outstanding` is 0).
bool is_unsettled(const PlaceResult& result, bool last_over);

// What an element of the rule's index is called: by the indicator of its name, else by what is metered of it.
Text element_title(const policy::Policy& policy, const policy::Rule& rule, const std::string& element);

// What the formula `breach` says of it; nothing when it says nothing.
std::optional<bool> breach(const PlaceResult& result);

}  // namespace tributary::compensate
