// The server: one thread for the network, some workers with a database connection each, one for long jobs,
// one for what recurs (sealing the audit trail, heartbeats, sweeping).
#pragma once

#include "api/http_server.h"
#include "api/services.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace tributary::api {

std::span<const store::Migration> migrations();

class Server {
 public:
  // Each line of the log is one JSON object.
  using Log = std::function<void(const std::string& line)>;

  // The database is migrated and initialised; the policy is loaded from the packs. Throws what these throw,
  // and api.cannot_listen. Serves until it is destroyed.
  Server(const ServerSettings& settings, const HttpSettings& http, const Clock& clock,
         identity::Entropy& entropy, Log log);
  // Takes no more connections, answers what is under way (at most ten seconds), gives running jobs back.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::api
