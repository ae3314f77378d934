#include "exchange/venue.h"

#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace tributary::exchange {

void Venue::apply(const Command& command, Events& events) {
  Command c = command;
  c.time = now_ = std::max(now_, command.time);  // a clock that goes back changes nothing
  switch (c.action) {
    case Action::deposit:
    case Action::withdraw:
      return money(c, events);
    case Action::bulk_propose:
    case Action::bulk_confirm:
    case Action::bulk_withdraw:
      return bulk_.apply(c, events);
    case Action::admit: {
      const std::size_t before = book_.members().accounts().size();
      book_.apply(c, events);
      if (book_.members().accounts().size() != before) purse_.open();
      return;
    }
    case Action::block:
      if (book_.members().known(c.account)) bulk_.lapse_of(c.account, events);
      return book_.apply(c, events);
    case Action::end_day:
      bulk_.lapse_all(events);
      book_.apply(c, events);
      return purse_.roll();
    default:
      return book_.apply(c, events);
  }
}

void Venue::money(const Command& c, Events& events) {
  Event answer{.kind = EventKind::done};
  if (!purse_.known(c.account))
    answer = {.kind = EventKind::refused, .reason = Refusal::unknown_account};
  else if (!(c.action == Action::deposit ? purse_.deposit(c.account, c.price, c.qty)
                                         : purse_.withdraw(c.account, c.price, c.qty)))
    answer = {.kind = EventKind::refused, .reason = Refusal::not_covered};
  events.push_back(answer);
}

std::uint64_t Venue::state_hash() const {
  StateHash hash;
  hash.add_all(book_.state_hash(), purse_.state_hash(), now_);
  bulk_.hash(hash);
  return hash.value();
}

std::vector<std::string> Venue::check() const {
  std::vector<std::string> out = purse_.check();
  struct Sum {
    Fen cash = 0;
    Quantity goods = 0;
  };
  std::vector<Sum> needed(book_.members().accounts().size());
  for (const auto& covers : {book_.covers(), bulk_.covers()})
    for (const Cover& cover : covers) {
      needed[cover.account].cash += cover.cash;
      needed[cover.account].goods += cover.qty;
    }
  for (AccountNumber a = 0; a < needed.size(); ++a) {
    const Purse::Holding& h = purse_.of(a);
    if (h.cash_reserved != needed[a].cash || h.goods_reserved != needed[a].goods)
      out.push_back(fmt::format("account {}: reserved {} fen and {} units, open orders need {} and {}", a,
                                h.cash_reserved, h.goods_reserved, needed[a].cash, needed[a].goods));
  }
  return out;
}

// ---- the journal's bytes

static_assert(std::endian::native == std::endian::little);

namespace {

struct Wire {
  std::uint8_t action, side, type, stands, phase, pad[3];
  std::uint32_t account, group;
  std::int64_t time;
  std::uint64_t order, target;
  std::int64_t price, qty, min_qty, until;
};
static_assert(sizeof(Wire) == 72);

bool has_terms(Action action) {
  return action == Action::bulk_propose || action == Action::bulk_confirm;
}

}  // namespace

void encode(const Command& c, std::string& out) {
  const Wire wire{static_cast<std::uint8_t>(c.action), static_cast<std::uint8_t>(c.side),
                  static_cast<std::uint8_t>(c.type), static_cast<std::uint8_t>(c.stands),
                  static_cast<std::uint8_t>(c.phase), {}, c.account, c.group, c.time, c.order, c.target, c.price,
                  c.qty, c.min_qty, c.until};
  out.append(reinterpret_cast<const char*>(&wire), sizeof wire);
  if (has_terms(c.action)) out.append(reinterpret_cast<const char*>(c.terms.data()), c.terms.size());
}

Command decode(std::string_view& bytes) {
  const auto damaged = [] {
    return Error(codes::journal_damaged, {"日志中有无法识别的指令", "the journal holds a command that is none"});
  };
  Wire wire{};
  if (bytes.size() < sizeof wire) throw damaged();
  std::memcpy(&wire, bytes.data(), sizeof wire);
  bytes.remove_prefix(sizeof wire);
  if (wire.action < 1 || wire.action > static_cast<std::uint8_t>(Action::bulk_withdraw) || wire.side > 1 ||
      wire.type > 1 || wire.stands > 4 || wire.phase > 3)
    throw damaged();
  Command c{static_cast<Action>(wire.action), static_cast<Side>(wire.side), static_cast<OrderType>(wire.type),
            static_cast<Stands>(wire.stands), static_cast<Phase>(wire.phase), wire.account, wire.group, wire.time,
            wire.order, wire.target, wire.price, wire.qty, wire.min_qty, wire.until, {}};
  if (has_terms(c.action)) {
    if (bytes.size() < c.terms.size()) throw damaged();
    std::memcpy(c.terms.data(), bytes.data(), c.terms.size());
    bytes.remove_prefix(c.terms.size());
  }
  return c;
}

}  // namespace tributary::exchange
