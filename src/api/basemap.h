// A map beneath the sections, served by somebody else. Without one the console asks nobody outside.
#pragma once

#include <string>

namespace tributary::api {

struct Basemap {
  // Addresses of tiles as {z}/{x}/{y} templates, laid one over the other, separated by spaces; "{0-7}" in the
  // first part of the host spreads the requests. Ending in "#EPSG:4490": tiles in longitude and latitude,
  // else Web Mercator. Empty: none.
  std::string url;
  std::string attribution;  // what the map's licence asks to be said
};

// The origins of the tiles for a content security policy, separated by spaces; "https://*.example.org" for a
// host that begins with a range. Throws bad_basemap for what is no address of tiles.
std::string origins_of(const Basemap& basemap);

}  // namespace tributary::api
