// Who watches an auction or a market: server-sent events told from what is stored, so that none is lost when a reader
// comes back or the server was started anew, and so that what another process or the shell did is told as well. Bids and
// orders make no event that says whose they are.
#pragma once

#include "api/http.h"
#include "base/time.h"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tributary::api {

class Call;
class RouteTable;

class Rooms {
 public:
  // An event with the id by which a reader says what he has heard.
  struct Told {
    std::string id, text;
  };
  // What came in a room after what the reader heard last (empty: nothing yet).
  using News = std::function<std::vector<Told>(std::int64_t room, const std::string& heard)>;

  // Tells what came after `heard`, then what comes, until the reader is gone or `until` is past; the browser then comes
  // back with the id of the last one it heard.
  // One reader, who signed in, or an address of those who did not, has a hundred at the most; further ones are sent away to come
  // again later.
  void listen(const std::shared_ptr<Stream>& stream, std::int64_t room, std::string heard, const std::string& who,
              Instant now, Instant until);
  bool empty() const { return count_ == 0; }
  // The news since, and the server's time every few seconds.
  void tell(const News& news, Instant now);
  void close();

 private:
  struct Reader {
    std::shared_ptr<Stream> stream;
    std::int64_t room = 0;
    std::string heard;
    std::string who;
    Instant until;
    Instant clock;  // when it was last told the time
  };
  std::mutex mutex_;
  std::list<Reader> readers_;
  std::atomic<std::size_t> count_{0};
  bool closed_ = false;
};

// Gives the route of that name its handler: the rooms are a running server's. `enter` answers the room's number and throws
// where the caller may not. Before the first request.
void serve_rooms(RouteTable& table, const std::string& route, Rooms& rooms, const std::function<std::int64_t(Call&)>& enter);

}  // namespace tributary::api
