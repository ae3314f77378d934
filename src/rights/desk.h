// What each kind of transaction asks for and moves; private to `rights`. Works on a Book that holds what it
// touches.
#pragma once

#include "base/calendar.h"
#include "rights/book.h"

namespace tributary::rights {

// Which units, and how many of each.
struct Selection {
  std::int64_t quantity = 0;
  std::optional<Term> term{};
  std::optional<int> vintage{};
  std::string project{};
};

class Desk {
 public:
  explicit Desk(Book& book) : book_(book) {}

  // Loads what the proposals touch; twice over the same ones does no harm.
  void prepare(std::span<const Proposal> proposals);
  void propose(const Proposal& proposal, const Act& first);
  // Everything that speaks against it, also what would keep it from being completed. Leaves the Book changed: for
  // a Book that is not written.
  std::vector<Error> examine(const Proposal& proposal, const Act& first);
  // `act` names initiator and approver both.
  void complete(TransactionRow& row, const Act& act);
  // Rejected, expired or cancelled: what was held back is free again.
  void give_up(TransactionRow& row, TransactionState state, const std::string& event, const Act& act,
               const std::string& note);
  // Trades, in settlement.cpp.
  void prepare(std::span<const Trade> trades);
  std::vector<std::string> settle(const Trade& trade, const std::string& body_hash, const Act& act);
  void conclude(TransactionRow& row, bool granted, const Act& act, const std::string& event);

  // The months of a lease that are left: what went back early is not. Throws wrong_state while another return than `own` waits
  // for its decision.
  Term left_of(const TransactionRow& lease, std::string_view own = {});

  // Units of the account that together have the quantity available in the compartment: a run of months, or
  // the oldest vintage and the lowest number first. Throws bad_term, bad_value, outside_validity,
  // insufficient.
  std::vector<Part> take(const AccountRow& account, const InstrumentRow& instrument,
                         const Selection& selection, Compartment from);
  void reserve(const Order& order, const std::string& body_hash, const Act& act);
  void release(EncumbranceRow& reservation, const Act& act);
  void trim(EncumbranceRow& reservation, std::int64_t left, const Act& act);

 private:
  Proposal resolved(const Proposal& given);
  void check_form(const Proposal& p, const InstrumentRow& instrument);
  void check_carried(const Proposal& p, const Instrument& is);
  void check_status(const Proposal& p, bool at_start);
  void hold(TransactionRow& row, const Proposal& p, const InstrumentRow& instrument);
  void hold_conversion(TransactionRow& row, const Proposal& p, const InstrumentRow& instrument);
  void post_conversion(TransactionRow& row, const Proposal& p);
  void issue(TransactionRow& row, const Proposal& p);
  void freeze(TransactionRow& row, const Proposal& p);
  void unfreeze(TransactionRow& row, const Proposal& p);
  void release_pledge(TransactionRow& row, const Proposal& p);
  void compulsory(TransactionRow& row, const Proposal& p);
  void expire(TransactionRow& row, const Proposal& p);
  void carry_over(const TransactionRow& row, const Proposal& p);
  void after(TransactionRow& row, const Proposal& p);
  // What is taken out of a verified saving: by its owner, and no more than is left (W4).
  struct SavingSale {
    std::string id;  // may be empty: none
    std::string seller;
    std::string instrument;
    std::int64_t quantity = 0;
  };
  void check_saving(const SavingSale& sale);
  void sell_saving(const SavingSale& sale);
  std::vector<Part> draw(EncumbranceRow& from, const Selection& selection);
  TransactionRow& referred(const std::string& key);

  Book& book_;
};

// Throws bad_term for a lease of more months than `longest`, or where no rule says how many.
void require_lease(const Term& term, int longest);

// From the first month of a flow right's parts to their last; none of no parts.
std::optional<Term> span_of(const std::vector<Part>& parts);

// The unit of the i-th period of a part.
UnitKey unit_of(int instrument, const Part& part, int i = 0);

}  // namespace tributary::rights
