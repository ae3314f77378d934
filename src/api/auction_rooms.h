// Who watches an auction: server-sent events told from its stored history, so that none is lost when a reader
// comes back or the server was started anew, and so that what another process or the shell did is told as well.
// Bids make no history: nothing here tells that one came.
#pragma once

#include "api/http.h"
#include "base/time.h"

#include <atomic>
#include <list>
#include <memory>
#include <mutex>

namespace tributary::venues {
class Auctions;
}

namespace tributary::api {

class AuctionRooms {
 public:
  // Tells what came after the event numbered `after`, then what comes, until the reader is gone or `until` is
  // past; the browser then comes back with the number of the last one it heard.
  void listen(const std::shared_ptr<Stream>& stream, std::int64_t auction, std::int64_t after, Instant now,
              Instant until);
  bool empty() const { return count_ == 0; }
  // What was added since, and the server's time every few seconds.
  void tell(const venues::Auctions& auctions, Instant now);
  void close();

 private:
  struct Reader {
    std::shared_ptr<Stream> stream;
    std::int64_t auction = 0;
    std::int64_t heard = 0;
    Instant until;
    Instant clock;  // when it was last told the time
  };
  std::mutex mutex_;
  std::list<Reader> readers_;
  std::atomic<std::size_t> count_{0};
  bool closed_ = false;
};

class RouteTable;
// Gives the route of the events its handler: the rooms are a running server's. Before the first request.
void serve_rooms(RouteTable& table, AuctionRooms& rooms);

}  // namespace tributary::api
