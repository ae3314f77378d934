// Tells those who listen that something changed: server-sent events. An event says what and which, never the
// content; whoever wants to know more asks for it, and is checked then.
#pragma once

#include "api/http.h"
#include "api/json.h"
#include "base/time.h"
#include "identity/caller.h"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tributary::api {

struct Event {
  std::string name;  // "statement", "job", "import", "run"
  Json data;         // {"id": …, "state": …}
  identity::Permission permission = identity::Permission::statements_read;  // who may hear of it
  std::vector<std::string> parties{};  // concerns these; empty: nobody in particular
  std::string user{};                  // or: the id of the one person it is for
};

class EventHub {
 public:
  // Listens until the reader is gone or `until` is past, when the browser connects anew and is checked anew.
  void listen(const std::shared_ptr<Stream>& stream, identity::Caller caller, Instant until);
  void publish(const Event& event);
  // A comment to every listener, so that dead connections show; ends those whose time is over.
  void beat(Instant now);
  void close();
  std::size_t listeners() const;

 private:
  struct Listener {
    std::shared_ptr<Stream> stream;
    identity::Caller caller;
    Instant until;
  };
  mutable std::mutex mutex_;
  std::list<Listener> listeners_;
  std::int64_t number_ = 0;
  bool closed_ = false;
};

}  // namespace tributary::api
