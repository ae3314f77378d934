// Markets with an order book of one tenant, kept in the database: listings, members, orders, deals, days.
//
//   MarketHall hall;                                   // one a process: the books, replayed from the journal
//   Markets markets(database, "341602", clock, calendar, hall);
//   const auto no = markets.list(venue, {.key = "2027", .term = …, .reference = …, .first_day = …}, zhao);
//   markets.approve(no, qian);                         // another person
//   markets.apply(no, {"A", "涡河"}, ma);  markets.admit(no, "A", true, sun);
//   const Placed placed = markets.submit(no, {.key = "o1", .account = "A", .side = Side::buy, …}, ma);
//   markets.advance(clockwork);                        // what the time brings: sessions, auctions, the close
//
// The registry of rights sets goods or cash aside before an order is in the book, and every deal is settled there in the
// transaction in which it is made: delivery against payment, conditional where an authority decides. The book itself is
// exchange/book.h; its commands are the journal (`venue_command`, a hash chain), and the same commands give the same book and
// deals (verify()). An order that the book refuses is kept with its reason and moves nothing. Time is the server's; what
// decides is the order in which the journal took the commands.
//
// Every call is one transaction: all of it happens or nothing. Where the registry refuses a deal because one of its sides may
// not trade any more, that side is blocked, its orders leave the book, and the order is tried again. `Act::approver` is ignored.
#pragma once

#include "exchange/book.h"
#include "rights/rights.h"
#include "venues/admission.h"
#include "venues/codes.h"
#include "venues/market_declaration.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

class MarketSession;
struct MarketRow;

struct Listing {
  std::string key;                   // the same key again with the same content: no change
  std::optional<rights::Term> term{};  // flow rights: what a deal is about
  std::optional<int> vintage{};      // stocks
  std::string project{};
  Decimal reference;                 // yuan: what the first day's band lies around
  std::string reference_source{};    // where it comes from, for people
  Date first_day, last_day;          // both included
};

struct OrderRequest {
  std::string key{};  // a retry with the same content gives the same order
  std::string account{};
  exchange::Side side = exchange::Side::buy;
  exchange::OrderType type = exchange::OrderType::limit;
  exchange::Stands stands = exchange::Stands::day;
  Decimal price{};  // yuan, of a limit order
  std::int64_t quantity = 0;
  std::int64_t min_quantity = 0;
  std::int64_t target = 0;     // picks this listed offer, at its price; side, type, stands and price are ignored
  std::string counterparty{};  // account: a bulk agreement, which that one has to confirm before `until`
  std::optional<Instant> until{};
};

struct StoredOrder {
  std::int64_t id = 0;   // in the book, or of the bulk agreement
  std::int64_t seq = 0;  // of the command that made it
  bool bulk = false;
  std::string key, account, counterparty;
  exchange::Side side = exchange::Side::buy;
  exchange::OrderType type = exchange::OrderType::limit;
  exchange::Stands stands = exchange::Stands::day;
  std::optional<Decimal> price{};  // none: a market order
  std::int64_t quantity = 0, min_quantity = 0, left = 0, filled = 0;
  std::string state;               // "open", "partial", "filled", "cancelled", "expired", "refused"
  exchange::Refusal reason = exchange::Refusal::none;
  std::string why;                 // of the registry, where it could not set aside what the order asks for
  std::optional<Instant> until{};
  Instant at;
  std::string by;
};

struct Deal {
  std::int64_t seq = 0;
  Instant at;
  std::string kind;  // "continuous", "call", "listed", "bulk"
  std::int64_t buy_order = 0, sell_order = 0;
  std::string buyer, seller;  // accounts
  Decimal price;
  std::int64_t quantity = 0;
  std::int64_t fen = 0;
  std::string trade{};  // key in the registry of rights
};

struct Placed {
  StoredOrder order;
  std::vector<Deal> deals;  // made at once
};

// What an order would come to now; nothing is stored.
struct OrderQuote {
  std::int64_t price_fen = 0, charges_fen = 0;  // at its limit
  std::int64_t set_aside = 0;  // buying: fen, selling: of the instrument
  std::int64_t free = 0;       // of the same
  std::int64_t at_once = 0;    // quantity that would trade at once
  std::int64_t at_once_fen = 0;
  std::vector<Error> faults;   // everything against it, admission first
};

struct Level {
  Decimal price;
  std::int64_t quantity = 0;
};
// Somebody's listed offer, without a name.
struct Offer {
  std::int64_t order = 0;
  exchange::Side side = exchange::Side::sell;
  Decimal price;
  std::int64_t quantity = 0, min_quantity = 0;
};
// What everybody may see of a market now.
struct Depth {
  std::int64_t commands = 0;  // the book is that of the journal's so many commands
  exchange::Phase phase = exchange::Phase::closed;
  bool halted = false;
  Decimal reference, low, high;  // the band
  std::vector<Level> buys, sells;  // best first
  std::vector<Offer> offers;       // of listed markets, as they came
  std::optional<Decimal> indicative{};  // while orders are collected: the price, were it now
  std::int64_t indicative_quantity = 0, indicative_surplus = 0;
  std::optional<SessionStep> next{};
  std::optional<Instant> next_at{};
};

struct MarketDay {
  Date day;
  std::optional<Decimal> opening{}, high{}, low{};
  Decimal closing;
  std::int64_t quantity = 0, fen = 0, deals = 0;
  std::int64_t bulk_quantity = 0, bulk_fen = 0, bulk_deals = 0;
  std::string hash;  // of the book's state when the day was over; empty while it runs
};

struct MarketView {
  std::int64_t number = 0;
  std::string state;  // "draft", "open", "ended", "rejected"
  MarketVenue venue;
  Listing listing;
  std::string opened_by, approved_by;
  std::string halt_reason;
  std::int64_t commands = 0, deals = 0;
  std::string head;  // of the journal's chain
};

struct Member {
  std::string account, owner, zone;
  std::string state;  // "applied", "admitted", "refused", "blocked"
  std::string applied_by, decided_by;
};

// The books of the markets of a process, each replayed from its journal when it is first asked for and then kept. Safe for
// threads; one market is used by one thread at a time.
class MarketHall {
 public:
  MarketHall();
  ~MarketHall();

 private:
  friend class Markets;
  std::recursive_mutex mutex_;
  bool taken_ = false;  // by Markets::around(), of the thread that has the mutex
  std::map<std::pair<std::string, std::int64_t>, std::unique_ptr<MarketSession>> sessions_;
};

class Markets {
 public:
  Markets(store::Database& database, std::string jurisdiction, const Clock& clock, const WorkCalendar& calendar,
          MarketHall& hall);

  // Throws bad_value, key_conflict, and what Rights::instrument throws.
  std::int64_t list(const MarketVenue& venue, const Listing& listing, const rights::Act& act);
  void approve(std::int64_t number, const rights::Act& act);  // throws same_person, wrong_state
  void reject(std::int64_t number, const rights::Act& act);   // of a draft
  // For good: every order leaves the book.
  void end(std::int64_t number, const rights::Act& act);

  // `buys`: those of an order to buy, which asks for a permit that holds; whoever applies may come to sell only.
  std::vector<Check> checks(std::int64_t number, const Application& application, bool buys = true) const;
  std::vector<Check> apply(std::int64_t number, const Application& application, const rights::Act& act);
  void admit(std::int64_t number, const std::string& account, bool admitted, const rights::Act& act);
  std::vector<Member> members(std::int64_t number) const;

  // By somebody who has no office in the market: whoever lists, approves, admits or halts does not trade. What the book refuses is
  // kept and told in Placed; what cannot be an order at all throws bad_value, not_admitted, key_conflict, wrong_state.
  Placed submit(std::int64_t number, const OrderRequest& request, const rights::Act& act);
  // A lower quantity (what is filled included) at the same price keeps the place in the line. Everything else is a new order.
  StoredOrder reduce(std::int64_t number, std::int64_t order, const std::string& account, std::int64_t quantity,
                     const rights::Act& act);
  StoredOrder cancel(std::int64_t number, std::int64_t order, const std::string& account, const rights::Act& act);
  int cancel_all(std::int64_t number, const std::string& account, const rights::Act& act);  // how many
  // The other side's word to a bulk agreement whose terms it read: the hash of them is compared.
  Placed confirm(std::int64_t number, std::int64_t proposal, const std::string& account, const std::string& terms_hash,
                 const rights::Act& act);
  StoredOrder withdraw(std::int64_t number, std::int64_t proposal, const std::string& account, const rights::Act& act);
  static std::string terms_hash(const MarketView& market, const StoredOrder& proposal);
  OrderQuote quote(std::int64_t number, const OrderRequest& request, const std::string& actor);

  // By the office, with a reason that everybody reads. A halt without an end lasts until resumed.
  void halt(std::int64_t number, std::optional<Instant> until, const rights::Act& act);
  void resume(std::int64_t number, const rights::Act& act);
  // The authority's decision on a deal that waits for it, by somebody who neither traded in the market nor listed it.
  void decide(std::int64_t number, std::int64_t deal, bool granted, const rights::Act& act);

  // What the time brings, of every open market: sessions, auctions, days; members who may not trade any more are blocked.
  // A market in which something cannot be settled for another reason is halted, with that reason. Returns how many commands
  // that took; throws what the first of them ran into, after the others had their turn.
  int advance(const rights::Act& act);
  // Whether the clock has passed something that advance() would do. Cheap; members are not looked at.
  bool due();

  // Around a transaction of the caller's own in which the calls above stand. It has the hall to itself from before its
  // beginning, since two would wait for each other who took hall and database in different order; and it is done again as a
  // whole where a deal could not be settled, since nothing can be taken back within it.
  void around(std::int64_t number, const std::function<void()>& work);

  MarketView market(std::int64_t number) const;  // throws unknown_market
  std::vector<MarketView> markets(std::int64_t before, int limit) const;  // newest first
  Depth depth(std::int64_t number, std::size_t levels);
  std::vector<Deal> deals(std::int64_t number, std::int64_t before, int limit) const;  // newest first
  Deal deal(std::int64_t number, std::int64_t seq) const;
  // Of one account, or all (empty), newest first; `before`: seq of the last one of the page before. Who may see them is the
  // caller's to know.
  std::vector<StoredOrder> orders(std::int64_t number, const std::string& account, bool open_only, std::int64_t before,
                                  int limit) const;
  // Deals that wait for the authority, oldest first.
  std::vector<Deal> undecided(std::int64_t number) const;
  // Fen, and what of the instrument could be sold here.
  struct Free {
    std::int64_t cash = 0, goods = 0;
  };
  Free free_of(std::int64_t number, const std::string& account) const;
  // Bulk agreements that wait for this account's word.
  std::vector<StoredOrder> proposals_to(std::int64_t number, const std::string& account) const;
  // from <= day <= to, oldest first; with the running one as soon as it has a deal.
  std::vector<MarketDay> days(std::int64_t number, Date from, Date to) const;
  // What changes when there is news of a market: its commands, state and applications, and how many deals wait for the
  // authority. Nobody's order shows in it.
  std::string pulse(std::int64_t number) const;
  // Replays the journal into a new book and compares: the chain; each order's state and quantities; deals with their sides, price,
  // quantity and amount, here and in the registry; the closes of days; what is set aside for each order. Empty when all is sound.
  std::vector<Text> verify(std::int64_t number) const;

 private:
  struct Change;
  struct Entry;
  MarketRow load(store::Transaction& t, std::int64_t number) const;
  MarketRow require_open(store::Transaction& t, std::int64_t number) const;
  MarketSession& session(store::Transaction& t, const MarketRow& row) const;
  Free free_of(const MarketRow& row, const std::string& account) const;
  std::vector<Check> checks_of(const MarketRow& row, const Application& application, bool buys) const;
  void require_no_trader(store::Transaction& t, std::int64_t number, const std::string& actor) const;
  void require_outsider(store::Transaction& t, const MarketRow& row, const std::string& actor) const;
  Member member(store::Transaction& t, std::int64_t number, const std::string& account) const;
  Entry enter(store::Transaction& t, const MarketRow& row, const OrderRequest& request, const std::string& actor) const;
  void require_room(store::Transaction& t, const MarketRow& row, const std::string& owner, std::int64_t more) const;
  // Applies one command to the book, settles what it made and stores it.
  Change carry_out(store::Transaction& t, MarketRow& row, exchange::Command command, const rights::Act& act,
                   const OrderRequest* request = nullptr);
  // Of a year whose holidays nobody has announced yet no session on working days is known.
  bool trades_on(const MarketVenue& venue, Date day) const {
    return venue.every_day || (calendar_.covers(day) && calendar_.is_working_day(day));
  }
  // The steps that the clock has passed and the market has not kept yet, in order.
  std::vector<std::pair<Instant, SessionStep>> due_steps(const MarketRow& row) const;
  bool halt_is_over(store::Transaction& t, const MarketRow& row) const;
  void keep_time(store::Transaction& t, MarketRow& row, const rights::Act& act, int& commands);
  // Halts the market for what could not be settled, in a transaction of its own. Returns the commands it took.
  int halt_for(std::int64_t number, const Error& trouble, const rights::Act& act);
  void close_day(store::Transaction& t, MarketRow& row, Date day, exchange::Ticks close, const rights::Act& act, int& commands);
  // Blocks members that may not trade any more and have orders in the book; lapses proposals that have run out.
  void sweep(store::Transaction& t, MarketRow& row, const rights::Act& act, int& commands);
  template <class Work>
  void in_market(std::int64_t number, const Work& work);
  rights::Rights rights() const { return {database_, jurisdiction_, clock_, calendar_}; }

  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  const WorkCalendar& calendar_;
  MarketHall& hall_;
};

}  // namespace tributary::venues
