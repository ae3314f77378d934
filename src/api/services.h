// What the whole server shares, and what each of its threads has for itself.
#pragma once

#include "api/basemap.h"
#include "api/declared.h"
#include "api/events.h"
#include "api/limits.h"
#include "api/metrics.h"
#include "api/remembered.h"
#include "api/route.h"
#include "base/time.h"
#include "casework/casework.h"
#include "casework/plan.h"
#include "identity/identity.h"
#include "policy/pack.h"
#include "reporting/reporting.h"
#include "rights/rights_files.h"
#include "store/jobs.h"
#include "store/store.h"
#include "venues/markets.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tributary::api {

struct ServerSettings {
  std::string database;  // URL
  std::string tenant;    // jurisdiction
  std::string packs;     // folder
  std::string pack;      // id
  std::string web;       // folder of the built console; may be missing
  std::string scratch;   // folder for uploads while they are read; empty: the system's
  std::string version;   // of the program
  // Where citizens reach the server, such as https://bc.example.gov.cn, without a slash at the end; stands in
  // what is printed.
  std::string public_url;
  std::string licence;  // of open data, as an address; empty: not stated
  Basemap basemap{};
  std::string outlines{};  // file of divisions for the map; empty: none
  identity::Settings identity{};
  identity::Cipher cipher = identity::Cipher::aes;  // of personal values in cases, by the key of `identity`
  Rate signed_in{50, 300};                          // requests a second, and at once, of one person
  Rate anonymous{20, 200};                          // of one address
  Rate sign_in{0.2, 10};                            // attempts of one address
  Rate look_up{0.1, 10};                            // of cases by a personal value, of one person
  std::vector<std::string> trusted_proxies;         // addresses whose X-Forwarded-For and -Proto are believed
  std::size_t workers = 4;
  std::size_t queue = 512;  // requests waiting for a worker; beyond: 503
  bool log_requests = true;
};

// Shared by all threads; what changes in it guards itself.
struct Services {
  ServerSettings settings;
  const Clock& clock;
  identity::Entropy& entropy;
  std::shared_ptr<const policy::Policy> policy;
  std::shared_ptr<const casework::CaseTypes> case_types;
  std::shared_ptr<const reporting::Book> reports;
  std::shared_ptr<const rights::RightsData> rights;  // what the packs say of them
  std::shared_ptr<const Declared> declared;
  casework::Plan plan;
  identity::Vault vault;
  RouteTable table;
  std::string openapi;
  Json outlines;
  Metrics metrics;
  Limiter limiter;
  EventHub events;
  Remembered remembered;
  venues::MarketHall markets;  // their books
  Instant started;
  std::function<void()> job_added = [] {};
  std::atomic<std::uint16_t> port{0};  // listened on

  // settings.public_url; where the port was left to the system (0), with the one it chose.
  std::string public_url() const;

  Services(ServerSettings given, const Clock& time, identity::Entropy& random);
};

// Names of parties and places by their codes, as they are today.
struct NameBook {
  std::map<std::string, Text> parties;
  std::map<std::string, Text> places;
  std::map<std::string, Text> organisations;
};

// One thread's own: its connection to the database, and what is built on it.
struct Worker {
  Services& services;
  std::unique_ptr<store::Database> database;
  identity::Identity identity;
  store::Jobs jobs;
  std::shared_ptr<const NameBook> names;  // looked up again every few seconds
  std::chrono::steady_clock::time_point names_read{};

  explicit Worker(Services& shared);
  const std::string& tenant() const { return services.settings.tenant; }
  const policy::Policy& policy() const { return *services.policy; }
  const Clock& clock() const { return services.clock; }
};

// All routes of the server.
RouteTable make_routes();

}  // namespace tributary::api
