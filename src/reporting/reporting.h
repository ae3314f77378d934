// Reports kept: filled in, checked, submitted, approved level by level, returned, locked after closing and
// re-opened, each with its trail, in one transaction or not at all.
//
// A report is a data set × an organisation × a period. It is expected of organisations that are assigned and
// open in the period. Who may see one: its organisation, and the roles of the set's levels and office.
#pragma once

#include "base/calendar.h"
#include "identity/identity.h"
#include "observe/statistics_rule.h"
#include "reporting/figures.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary::reporting {

std::span<const store::Migration> migrations();

struct ReportKey {
  std::string set;
  std::string organisation;
  std::string period;
  auto operator<=>(const ReportKey&) const = default;
  std::string text() const { return set + "." + organisation + "." + period; }
  // Throws unknown_report.
  static ReportKey parse(const std::string& text);
};

enum class State : std::uint8_t { open, submitted, accepted, returned };
std::string_view to_string(State state);

struct Entry {
  enum class Kind : std::uint8_t { missing, value, none } kind = Kind::missing;
  std::string value;        // exact decimal, as typed
  std::string reason;       // of none
  std::string explanation;  // of a figure that stands out
  std::string origin;       // typed, file, prefilled; empty while there was none
  std::string detail;
  std::string user;
  Instant at;
  std::int64_t version = 0;
};

struct Days {
  std::optional<Date> opens;
  std::optional<Date> due;
  std::optional<Date> closes;
  bool verified = true;
  std::string basis;             // of days the office set
  bool beyond_calendar = false;  // a day cannot be told: no notice of holidays for that year yet
};

struct Event {
  Instant at;
  std::string name;
  std::string what;
  int level = 0;
  bool live = true;
  std::string reason;
};

// One line of a list.
struct ReportHead {
  ReportKey key;
  Text organisation_name;
  State state = State::open;
  int level = 0;
  Days days;
  bool expected = true;
  std::string submitted;  // day; empty: not (again) submitted
  bool late = false;      // submitted after the due day, or not yet though it is over
  bool locked = false;
  bool reopened = false;
  std::int64_t version = 0;
  std::string asks;  // of the caller, in mine(): "fill", "approve"; empty: nothing now
};

struct Remark : Finding {
  bool outlier = false;
  bool explained = false;
};

struct Report {
  ReportHead head;
  const DataSet* set = nullptr;
  std::map<std::string, Entry> entries;   // every element of the set
  std::map<std::string, Entry> previous;  // of the period before, where there is a figure
  std::vector<Remark> remarks;
  std::vector<Event> events;
  // What the caller may do now: fill, submit, approve, return, withdraw, reopen.
  std::vector<std::string> may;
};

struct Change {
  std::string element;
  Entry::Kind kind = Entry::Kind::value;
  std::string value;
  std::string reason;
  std::string explanation;
  std::int64_t seen = 0;  // the entry's version that the person saw
};

// The error of a save that met somebody else's: whose cells.
class Conflict : public Error {
 public:
  explicit Conflict(std::map<std::string, Entry> theirs);
  const std::map<std::string, Entry>& theirs() const { return theirs_; }

 private:
  std::map<std::string, Entry> theirs_;
};

// The error of figures that cannot be: each with its element.
struct Fault {
  std::string element;
  Text text;
};
class BadFigures : public Error {
 public:
  explicit BadFigures(std::vector<Fault> faults);
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

struct Overview {
  std::vector<ReportHead> reports;  // of every organisation assigned, also those not open (not expected)
  Completeness counts;
  Days days;
};

// All in one, or apart for each organisation or each period.
enum class By : std::uint8_t { all, organisation, period };
struct Aggregate {
  struct Line {
    std::string of;  // organisation or period; empty: all
    std::string code;
    bool indicator = false;
    Total total;
    int places = 0;
  };
  std::vector<Line> lines;
  std::map<std::string, Text> names;  // of the organisations
};

// A figure of one report, for export.
struct Observation {
  ReportKey key;
  std::string element;
  Entry entry;
  State state = State::open;
};

// What the system has already: the figure and what it was made from; nothing when it cannot tell.
using Known = known::Figure;
using Sources = std::function<std::optional<Known>(store::Transaction&, const Element&,
                                                   const identity::Organisation&, const Period&)>;

// From cases, the register, readings and the ledger. `statistics` must outlive it.
Sources sources_of(const std::string& tenant, const std::vector<observe::StatisticsRule>& statistics);

class Reporting {
 public:
  // All references must outlive it; the database is migrated.
  Reporting(store::Database& database, std::string tenant, const Clock& clock, const Book& book,
            const WorkCalendar& calendar, identity::Audit& audit, Sources sources = {});

  const Book& book() const { return book_; }
  // Reports that the caller's organisation owes or the caller may approve, open or still under way; first
  // what is due first.
  std::vector<ReportHead> mine(const identity::Caller& caller);
  // Every period of a set from its first to the one that runs now, newest first.
  std::vector<std::string> periods(const DataSet& set) const;

  // Throws unknown_report, also for one the caller may not see. Figures known already are filled in.
  Report report(const identity::Caller& caller, const ReportKey& key);
  // All or none. Throws Conflict, BadFigures, locked, wrong_state, not_yet_open, not_for_you.
  Report save(const identity::Caller& caller, const ReportKey& key, const std::vector<Change>& changes,
              const std::string& origin = "typed", const std::string& detail = {});
  // Throws unsound (errors, outliers without explanation, missing figures), and as save() does.
  Report submit(const identity::Caller& caller, const ReportKey& key, std::optional<std::int64_t> version);
  // The next level. Throws same_person: who filled or approved before does not approve.
  // `level` (from 1; 0: the next one) cannot be above the next: below_missing.
  Report approve(const identity::Caller& caller, const ReportKey& key, int level,
                 std::optional<std::int64_t> version);
  // To the organisation, with a reason; takes every approval back.
  Report give_back(const identity::Caller& caller, const ReportKey& key, const std::string& reason);
  // Takes back the approval of a level (from 1) and of all above.
  Report withdraw(const identity::Caller& caller, const ReportKey& key, int level, const std::string& reason);
  // Lifts the lock, and takes approvals back, by the office with a reason.
  Report reopen(const identity::Caller& caller, const ReportKey& key, const std::string& reason);
  // By the office, for one period.
  void set_days(const identity::Caller& caller, const std::string& set, const std::string& period,
                std::optional<Date> due, std::optional<Date> closes, const std::string& basis);

  // For the roles of levels and office that are not bound to one organisation; throws unknown_report.
  Overview overview(const identity::Caller& caller, const std::string& set, const std::string& period);
  // Over the periods given, of accepted reports, or of all submitted ones.
  Aggregate aggregate(const identity::Caller& caller, const std::string& set,
                      const std::vector<std::string>& periods, bool accepted_only, By by = By::all);
  std::vector<Observation> observations(const identity::Caller& caller, const std::string& set,
                                        const std::string& period);
  std::vector<Entry> history(const identity::Caller& caller, const ReportKey& key,
                             const std::string& element);

 private:
  struct Stored;
  bool wears(const identity::Caller& caller, const std::vector<std::string>& roles, const std::string& own,
             identity::Permission permission) const;
  bool oversees(const identity::Caller& caller, const DataSet& set) const;
  bool may_see(const identity::Caller& caller, const DataSet& set, const std::string& organisation) const;
  const DataSet& set_of(const std::string& name) const;
  std::vector<identity::Organisation> assigned(store::Transaction& t, const DataSet& set) const;
  bool is_assigned(const DataSet& set, const identity::Organisation& unit) const;
  Days days_of(store::Transaction& t, const DataSet& set, const Period& period) const;
  Stored read(store::Transaction& t, const DataSet& set, const identity::Organisation& unit,
              const Period& period, const Days& days) const;
  std::map<std::string, Figures> figures_in(store::Transaction& t, const DataSet& set,
                                            const Period& period) const;
  std::vector<Stored> all_of(store::Transaction& t, const DataSet& set, const Period& period) const;
  Stored find(store::Transaction& t, const identity::Caller& caller, const ReportKey& key) const;
  // As stored; with `fresh` what the system knows today stands in place of it.
  std::map<std::string, Entry> entries(store::Transaction& t, const Stored& stored, bool fresh) const;
  std::vector<Remark> remarks(store::Transaction& t, const Stored& stored,
                              const std::map<std::string, Entry>& entries) const;
  std::map<std::string, Known> known(store::Transaction& t, const Stored& stored) const;
  void put(store::Transaction& t, const identity::Caller& caller, const ReportKey& key,
           const std::string& element, const Entry& entry);
  Report view(store::Transaction& t, const identity::Caller& caller, const Stored& stored) const;
  std::vector<std::string> allowed(store::Transaction& t, const identity::Caller& caller,
                                   const Stored& s) const;
  void require_fillable(const identity::Caller& caller, const Stored& stored) const;
  void move(store::Transaction& t, const identity::Caller& caller, Stored& stored, const std::string& what,
            int level, const std::string& reason);
  bool took_part(store::Transaction& t, const identity::Caller& caller, const ReportKey& key) const;

  store::Database& database_;
  std::string tenant_;
  const Clock& clock_;
  const Book& book_;
  const WorkCalendar& calendar_;
  identity::Audit& audit_;
  Sources sources_;
};

}  // namespace tributary::reporting
