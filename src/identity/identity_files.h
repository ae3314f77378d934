// Reads roles.csv and organisations.csv of a pack (policies/<pack>/identity/).
//
// UTF-8, RFC 4180, a header row, lines beginning with '#' above it say where the data comes from.
//   roles.csv          key, title, title_en, scope (own|tenant), permissions and excludes (lists with blanks)
//   organisations.csv  code, name, name_en, kind, parent, jurisdiction, party, source; an empty parent is the
//                      top, an empty jurisdiction the tenant
#pragma once

#include "identity/types.h"

#include <string>
#include <vector>

namespace tributary::identity {

struct IdentityData {
  std::vector<Role> roles;
  std::vector<Organisation> organisations;
  // Later packs go below: a role or organisation with the same key is replaced.
  void append(IdentityData more);
};

// Nothing when the folder is not there. Throws bad_file, bad_value with file, line, column and field.
IdentityData read_identity_folder(const std::string& path);

}  // namespace tributary::identity
