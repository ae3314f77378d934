// What the packs of the tenant say of rights, and the registry brought up to it.
#pragma once

#include "rights/rights_files.h"

#include <functional>
#include <string>

namespace CLI {
class App;
}
namespace tributary::policy {
class Policy;
}

namespace tributary::cli {

class Context;

rights::RightsData rights_of_packs(const policy::Policy& policy);
// For `init`: checks that every owner is a registered party. Returns how many instruments and accounts were new.
std::size_t apply_rights(Context& c, const std::string& jurisdiction, const policy::Policy& policy);

// Of the group `right`: what changes the registry.
void add_right_act_commands(CLI::App& group, std::function<int(Context&)>& action);
void add_right_setup_commands(CLI::App& group, std::function<int(Context&)>& action);

}  // namespace tributary::cli
