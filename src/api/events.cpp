#include "api/events.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

bool may_hear(const identity::Caller& caller, const Event& event) {
  if (!event.user.empty() && caller.user.value == event.user) return true;
  if (event.parties.empty())
    return event.user.empty() ? caller.may(event.permission) : caller.may_all(event.permission);
  return std::any_of(event.parties.begin(), event.parties.end(),
                     [&](const std::string& party) { return caller.may(event.permission, party); });
}

}  // namespace

void EventHub::listen(const std::shared_ptr<Stream>& stream, identity::Caller caller, Instant until) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !stream->offer("retry: 3000\n\n")) {
    stream->finish();
    return;
  }
  listeners_.push_back({stream, std::move(caller), until});
}

void EventHub::publish(const Event& event) {
  const std::lock_guard lock(mutex_);
  const std::string text =
      fmt::format("id: {}\n{}", ++number_, server_sent_event(event.name, dump(event.data)));
  listeners_.remove_if([&](const Listener& listener) {
    return may_hear(listener.caller, event) && !listener.stream->offer(text);
  });
}

void EventHub::beat(Instant now) {
  const std::lock_guard lock(mutex_);
  listeners_.remove_if([&](const Listener& listener) {
    if (now < listener.until) return !listener.stream->offer(":\n\n");
    listener.stream->finish();
    return true;
  });
}

void EventHub::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Listener& listener : listeners_) listener.stream->finish();
  listeners_.clear();
}

std::size_t EventHub::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

}  // namespace tributary::api
