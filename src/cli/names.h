// Codes as names, for tables that people read.
#pragma once

#include "base/error.h"
#include "compensate/compensation.h"

#include <map>
#include <string>
#include <string_view>

namespace tributary::cli {

class Context;

// Names of parties by code; a code that is not registered stands for itself.
class PartyNames {
 public:
  explicit PartyNames(Context& context);
  Text of(const std::string& code) const;
  // Throws cli.unknown_name with near misses for a code that is not registered; empty codes pass.
  void require(const std::string& code) const;

 private:
  std::map<std::string, Text> names_;
};

// What an account is for: «settlement», «cash».
Text purpose_name(std::string_view purpose);
// What happened to a statement: «published» and the other states.
Text event_name(const std::string& event);
// Throws cli.unknown_name with near misses when no rule of the tenant's packs has the name; empty names pass.
void require_rule(Context& context, const std::string& name);

}  // namespace tributary::cli
