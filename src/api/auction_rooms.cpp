#include "api/auction_rooms.h"

#include "api/json.h"
#include "venues/auctions.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr std::int64_t clock_every = 10;  // seconds

// Without an id: the reader's place in the history stays where it was.
std::string clock_event(Instant now) {
  return server_sent_event("clock", dump(Json{{"now", to_rfc3339(now)}}));
}

std::string told(const venues::AuctionEvent& event) {
  return fmt::format("id: {}\n{}", event.seq,
                     server_sent_event("auction", dump(Json{{"number", event.seq},
                                                            {"at", to_rfc3339(event.at)},
                                                            {"event", event.event},
                                                            {"detail", event.detail}})));
}

}  // namespace

void AuctionRooms::listen(const std::shared_ptr<Stream>& stream, std::int64_t auction, std::int64_t after,
                          Instant now, Instant until) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !stream->offer("retry: 2000\n\n" + clock_event(now))) {
    stream->finish();
    return;
  }
  readers_.push_back({stream, auction, after, until, now});
  count_ = readers_.size();
}

void AuctionRooms::tell(const venues::Auctions& auctions, Instant now) {
  std::map<std::int64_t, std::int64_t> wanted;  // by auction, what all of its readers have heard
  {
    const std::lock_guard lock(mutex_);
    for (const Reader& reader : readers_) {
      const auto [at, first] = wanted.emplace(reader.auction, reader.heard);
      if (!first) at->second = std::min(at->second, reader.heard);
    }
  }
  std::map<std::int64_t, std::vector<venues::AuctionEvent>> news;
  for (const auto& [auction, after] : wanted) news[auction] = auctions.events(auction, after);

  const std::lock_guard lock(mutex_);
  readers_.remove_if([&](Reader& reader) {
    const auto found = news.find(reader.auction);  // none: it came while the history was read
    std::string out;
    if (found != news.end())
      for (const venues::AuctionEvent& event : found->second) {
        if (event.seq <= reader.heard) continue;
        out += told(event);
        reader.heard = event.seq;
      }
    if (now.seconds - reader.clock.seconds >= clock_every) {
      out += clock_event(now);
      reader.clock = now;
    }
    if (!out.empty() && !reader.stream->offer(std::move(out))) return true;
    if (now < reader.until) return false;
    reader.stream->finish();
    return true;
  });
  count_ = readers_.size();
}

void AuctionRooms::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Reader& reader : readers_) reader.stream->finish();
  readers_.clear();
  count_ = 0;
}

}  // namespace tributary::api
