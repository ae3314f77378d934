// Reads registry data from the CSV files of a policy pack (policies/<jurisdiction>/registry/).
//
// Files, all optional: jurisdictions.csv, parties.csv, places.csv, groups.csv, roles.csv, attributes.csv,
// events.csv. UTF-8, RFC 4180, a header row, lines beginning with '#' above it for the provenance. Columns
// may stand in any order; those that may be empty may be left out. Lists (aliases, groups) are separated by
// ';'. Empty valid_from is «since ever», empty valid_to «for ever»; valid_to is the first day on which the
// row no longer holds.
#pragma once

#include "registry/types.h"

#include <string>

namespace tributary::registry {

// Reads all files of the folder, which must exist. Throws unknown_file for another *.csv, unknown_column,
// missing_column, bad_row, base.bad_csv, base.bad_encoding, and the errors of the values, each with file,
// line, column and field. Stops at the first error.
RegistryData read_registry_folder(const std::string& path);

}  // namespace tributary::registry
