#include "api/rooms.h"

#include "api/call.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr std::ptrdiff_t most_of_one = 100;
constexpr std::int64_t clock_every = 10;             // seconds
constexpr std::int64_t longest = std::int64_t{15} * 60;  // then the browser comes back and is checked anew

// Without an id: the reader's place stays where it was.
std::string clock_event(Instant now) {
  return server_sent_event("clock", dump(Json{{"now", to_rfc3339(now)}}));
}

}  // namespace

void Rooms::listen(const std::shared_ptr<Stream>& stream, std::int64_t room, std::string heard, const std::string& who,
                   Instant now, Instant until) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::count(readers_, who, &Reader::who) >= most_of_one) {
    stream->offer("retry: 60000\n\n");
    stream->finish();
    return;
  }
  if (closed_ || !stream->offer("retry: 2000\n\n" + clock_event(now))) {
    stream->finish();
    return;
  }
  readers_.push_back({stream, room, std::move(heard), who, until, now});
  count_ = readers_.size();
}

void Rooms::tell(const News& news, Instant now) {
  std::map<std::pair<std::int64_t, std::string>, std::vector<Told>> told;  // most readers of a room heard the same
  {
    const std::lock_guard lock(mutex_);
    for (const Reader& reader : readers_) told.try_emplace({reader.room, reader.heard});
  }
  for (auto& [of, what] : told) what = news(of.first, of.second);

  const std::lock_guard lock(mutex_);
  readers_.remove_if([&](Reader& reader) {
    const auto found = told.find({reader.room, reader.heard});  // none: it came while the news were read
    std::string out;
    if (found != told.end() && !found->second.empty()) {
      for (const Told& one : found->second) out += fmt::format("id: {}\n{}", one.id, one.text);
      reader.heard = found->second.back().id;
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

void Rooms::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Reader& reader : readers_) reader.stream->finish();
  readers_.clear();
  count_ = 0;
}

void serve_rooms(RouteTable& table, const std::string& name, Rooms& rooms,
                 const std::function<std::int64_t(Call&)>& enter) {
  for (const auto& route : table.routes()) {
    if (route->name != name) continue;
    route->handler = [&rooms, enter](Call& call) -> Answer {
      const std::int64_t room = enter(call);
      const std::string heard(call.request.header("Last-Event-ID"));
      const Instant now = call.clock().now();
      Response out;
      out.headers = {
          {"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
      // Behind one address there may be a whole park of offices.
      const std::string who = call.caller.by().empty() ? call.address : "user " + call.caller.by();
      out.producer = [&rooms, room, heard, who, now](const std::shared_ptr<Stream>& stream) {
        rooms.listen(stream, room, heard.substr(0, 100), who, now, Instant{now.seconds + longest});
      };
      return out;
    };
  }
}

}  // namespace tributary::api
