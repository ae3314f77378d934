// Who controls whom, as packs say it (`groups` of surveillance.yaml). Limits of holding and purchase, and trading with oneself, look
// at whoever stands behind a party in the end. What held when a market or an auction was announced holds for all of it.
#pragma once

#include "policy/pack.h"

#include <map>
#include <string>

namespace tributary::venues {

using Control = std::map<std::string, std::string>;  // party → whoever controls it in the end

Control control_of(const policy::Policy& policy);
// Of what is said of each: the end of each chain. Parties that control each other are one, the first by name stands for them.
Control in_the_end(const std::map<std::string, std::string>& controlled_by);
// The party itself where nobody is said to control it.
const std::string& beneficial_owner(const Control& control, const std::string& party);

}  // namespace tributary::venues
