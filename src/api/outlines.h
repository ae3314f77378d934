// Outlines of administrative divisions on the map: a GeoJSON file (RFC 7946) of the operator's own, since no
// boundary data may be passed on without its owner's leave. Without one the map shows no outlines.
#pragma once

#include "api/json.h"

#include <string>

namespace tributary::api {

// A FeatureCollection of Polygon and MultiPolygon features, each with a name and, where it is given, a code;
// nothing else of the file is passed on. `properties` are read as most tools write them: "name" or "NAME";
// "code", "adcode" or "gb". Throws bad_outlines naming the file and the feature: not readable, over 20 MB, no
// such collection, a feature without name, an unclosed ring, a position that is no longitude and latitude. An
// empty path gives an empty collection.
Json read_outlines(const std::string& path);

}  // namespace tributary::api
