// Cases kept: begun, moved on, looked at and found, with what each step brings about in the same transaction.
//
// Who may see a case: whoever may act in it at some time, the roles its type names as readers, and the
// organisation that began it. Personal values are masked for everybody; `reveal` shows one, for a purpose
// that is noted in the trail.
#pragma once

#include "base/time.h"
#include "casework/decide.h"
#include "document/document.h"
#include "identity/identity.h"
#include "identity/vault.h"
#include "store/store.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tributary::policy {
class Policy;
}  // namespace tributary::policy

namespace tributary::casework {

std::span<const store::Migration> migrations();

using identity::Cipher;
using identity::Vault;

using CaseId = Id<struct CaseTag>;

// One line of a list.
struct CaseHead {
  CaseId id;
  std::string type;
  std::string number;
  std::string title;
  std::string state;
  Text state_label;
  bool open = true;
  std::string applicant;
  std::optional<Date> due;
  Instant created;
  std::string created_name;
  Instant entered;
  std::int64_t version = 0;
};

struct CaseEvent {
  std::int64_t seq = 0;
  Instant at;
  std::string name;
  std::string organisation;
  std::string step;
  Text label;
  std::string from;
  std::string to;
  std::string reason;
  Json changes;
  Json effects;
};

struct SpokenVoice {
  std::string ballot;
  bool live = true;
  std::string name;
  std::string organisation;
  Voice::Choice choice = Voice::Choice::in_favour;
  std::string words;
  Instant at;
  std::string score{};  // exact decimal; empty: none
};

struct Comment {
  Instant at;
  std::string name;
  std::string words;
};

struct StoredDocument {
  std::string id;
  CaseId of;
  std::string name;
  std::string media_type;
  std::int64_t bytes = 0;
  std::string sha256;
  Instant at;
  std::string by;
  bool personal = false;  // sealed at rest; only for those who deal with the case, for a purpose
  bool erased = false;    // its content is gone
};

// One kind of paper of a case: whether a draft may be made now, and the files that were issued last.
struct PaperState {
  const Paper* paper = nullptr;
  bool may_make = false;
  std::string pdf;  // ids of stored documents; empty: not issued
  std::string docx;
  Instant issued{};
};

// A paper asked for: as it was issued, or as a document to be printed as a draft.
struct PaperFile {
  std::string name;  // of the file, without its ending
  std::optional<std::string> bytes{};
  document::Document document{};
};

struct CaseView {
  CaseHead head;
  std::shared_ptr<const CaseType> type;  // the version the case began with
  bool latest_version = true;
  CaseState state;  // personal values masked
  Json origins;     // of figures that the system had: by field, as in stored.h
  std::map<std::string, std::string> computed;
  std::vector<Option> options;
  std::vector<const Ballot*> ballots;
  bool may_save = false;
  bool may_reveal = false;
  std::vector<CaseEvent> events;  // oldest first
  std::vector<SpokenVoice> voices;
  std::vector<Comment> comments;
  std::vector<StoredDocument> documents;
  std::vector<PaperState> papers;
  std::vector<CaseHead> children;  // that this case opened
  bool following = false;
  bool may_migrate = false;
  std::optional<Instant> erased{};  // since then its personal values are gone
  bool held = false;                // they may not be erased for now
};

struct CaseFilter {
  std::string type{};
  std::string state{};
  std::optional<bool> open{};
  std::string applicant{};
  int article = 0;      // 0: any
  std::string words{};  // found by search
};

struct CasePage {
  std::vector<CaseHead> cases;
  std::string next;  // cursor; empty at the end
};

// What is due from somebody.
struct InboxItem {
  CaseHead head;
  std::vector<Text> what;  // labels of the steps and ballots it waits for
  // Steps among them that need nothing but the press: for many cases at once.
  std::vector<std::pair<std::string, Text>> plain_steps;
};
struct InboxPage {
  std::vector<InboxItem> items;
  std::string next;
};

// What is new in a case that somebody follows, was named in, or has taken over.
struct News {
  CaseHead head;
  bool mentioned = false;
  std::string handed_by;   // name of whom it was taken over from
  std::int64_t steps = 0;  // by others, since it was last looked at
  std::int64_t comments = 0;
};
struct NewsPage {
  std::vector<News> items;
  std::string next;
};

// Somebody who had to do with a case, to be named in a comment.
struct CasePerson {
  std::string user;
  std::string name;
  std::string organisation;
};

// A day in the calendar: what is due from me (`mine`), or a day that a form declares for it, such as a
// meeting.
struct CalendarEntry {
  Date day;
  CaseHead head;
  std::vector<Text> what;
  bool mine = false;
};

struct Publication {
  std::int64_t id = 0;
  CaseId of;
  std::string type;
  std::string kind;
  std::string title;
  std::string title_en;  // empty: the type gives none
  Json content;          // [{label: {zh, en}, value}]
  std::vector<int> articles;
  std::string organisation;  // whose case it was
  Instant published;
  std::optional<Date> until;       // the last day it stands
  std::optional<Date> objections;  // the last day to object
  std::string contact;             // where to
  std::int64_t replaced_by = 0;
  std::int64_t replaces = 0;
  std::optional<Instant> withdrawn;
  std::string why;  // it was replaced or withdrawn
};

// Whether it stands, and why not: replaced by a later one, its day is over, or taken down (which counts first).
enum class Standing : std::uint8_t { standing, corrected, over, withdrawn };
inline constexpr std::array all_standings{Standing::standing, Standing::corrected, Standing::over,
                                          Standing::withdrawn};
std::string_view to_string(Standing standing);

struct PublicationFilter {
  std::string kind{};
  int article = 0;      // 0: any
  std::string about{};  // an organisation or a place
  std::string words{};  // found by search
  std::vector<Standing> standing{Standing::standing};
};

// How many cases an organisation has under one article of the plan.
struct Progress {
  int article = 0;
  std::string organisation;
  std::int64_t open = 0;
  std::int64_t closed = 0;
  std::int64_t overdue = 0;
};

// An adopted allocation that does not come out again as it was adopted.
struct AdoptionFault {
  CaseId of;
  Text why;
};

struct RegisterEntry {
  std::string kind;
  std::string number;
  std::string title;
  std::string holder;
  std::string from;
  std::string to;
  Json details;
  CaseId of;
  bool ended = false;
};

// Values by which a case can be looked up, in one normal shape.
inline constexpr std::array look_up_kinds{FieldKind::citizen_id, FieldKind::account, FieldKind::phone,
                                          FieldKind::credit_code, FieldKind::person};

class Casework {
 public:
  // All references must outlive it; the database is migrated. Without the policy no field is filled in from readings, nor
  // from what its rules come to.
  Casework(store::Database& database, std::string tenant, const Clock& clock, identity::Entropy& entropy,
           std::shared_ptr<const CaseTypes> types, const WorkCalendar& calendar, const Vault& vault,
           identity::Audit& audit, const policy::Policy* policy = nullptr);

  const CaseTypes& types() const { return *types_; }
  // Kinds of cases the caller may begin.
  std::vector<std::shared_ptr<const CaseType>> startable(const identity::Caller& caller) const;

  // A draft with the values given and what is known already. Throws unknown_type and what begin() and decide()
  // throw.
  CaseView start(const identity::Caller& caller, const std::string& type, const Json& values);
  // Drafts for many rows at once, all or none. With `preview` nothing stays. The same bytes a second time do
  // nothing (`known`). Throws unknown_type, not_for_you.
  struct RowFault {
    std::size_t row = 0;  // in `rows`
    FieldFault fault;
  };
  struct RowsReport {
    bool known = false;
    std::vector<CaseId> begun;
    std::vector<RowFault> faults;
  };
  RowsReport start_all(const identity::Caller& caller, const std::string& type, const std::vector<Json>& rows,
                       const std::string& sha256, bool preview);
  // Throws unknown_case, also for one the caller may not see.
  CaseView view(const identity::Caller& caller, CaseId id) const;
  // `version`: what the caller saw; throws changed_meanwhile. Throws what decide() throws, and effect_failed.
  CaseView act(const identity::Caller& caller, CaseId id, const Action& action,
               std::optional<std::int64_t> version);
  // `mentioned`: users who are told. Throws bad_form.
  void comment(const identity::Caller& caller, CaseId id, const std::string& words,
               const std::vector<std::string>& mentioned = {});

  // Following is one's own; whoever begins a case or comments on it follows it.
  void follow(const identity::Caller& caller, CaseId id, bool following);
  // All of it has been looked at.
  void seen(const identity::Caller& caller, CaseId id);
  // Followed cases with steps or comments by others since then, newest case first.
  NewsPage news(const identity::Caller& caller, std::size_t limit, const std::string& cursor = {}) const;
  // Who took part so far, without the caller.
  std::vector<CasePerson> people(const identity::Caller& caller, CaseId id) const;
  // Open cases that one began or follows stand in the other's news; how many. Both of one organisation; what
  // each role reaches stays as it is. Throws bad_form.
  std::int64_t hand_over(const identity::Caller& caller, const identity::User& from,
                         const identity::User& to);
  // In order of days, both days included.
  std::vector<CalendarEntry> calendar(const identity::Caller& caller, Date from, Date to) const;

  // From the type it began with to the one in force, in the same state or `state`; recorded. Throws
  // already_latest, not_for_you (only roles that reach every case of the type), reason_missing, bad_form
  // (what the new form refuses, by field), unknown_step (no such state).
  CaseView migrate(const identity::Caller& caller, CaseId id, const std::string& state,
                   const std::string& reason, std::optional<std::int64_t> version);

  // Newest first.
  CasePage list(const identity::Caller& caller, const CaseFilter& filter, std::size_t limit,
                const std::string& cursor = {}) const;
  // What ends first comes first.
  InboxPage inbox(const identity::Caller& caller, std::size_t limit, const std::string& cursor = {}) const;

  // A value that is masked in view(). Who may act in the case may see it, for a purpose.
  std::string reveal(const identity::Caller& caller, CaseId id, const std::string& field,
                     const std::string& purpose);

  // Cases that hold exactly this value (of a kind in `look_up_kinds`) and that the caller deals with, newest
  // first, at most 100. The note in the trail says who looked, for which kind of value, why and what was
  // found, never the value.
  std::vector<CaseHead> look_up(const identity::Caller& caller, FieldKind kind, const std::string& value,
                                const std::string& purpose);

  // How many personal values and traces each key sealed, by its id; "?": those that no key here opens.
  std::map<std::string, std::int64_t> values_by_key() const;
  // The next cases after `after` sealed anew, where they are not sealed by the newest key and today's cipher,
  // and their traces made anew. One transaction; nothing else may write meanwhile.
  struct Resealed {
    CaseId last;  // to go on from
    std::int64_t looked_at = 0;
    std::int64_t changed = 0;
  };
  Resealed reseal(CaseId after, std::size_t limit);

  // Keeps a file with the case; its id goes into a field of documents. Throws bad_upload (type, size, name).
  StoredDocument upload(const identity::Caller& caller, CaseId id, const std::string& name,
                        const std::string& bytes);
  // The file and its bytes, noted in the trail. A personal one needs a purpose. Throws unknown_case,
  // reason_missing, erased.
  std::pair<StoredDocument, std::string> download(const identity::Caller& caller, const std::string& document,
                                                  const std::string& purpose = {});

  // A paper of the type as `format` ("pdf", "docx", "xlsx"); one that was issued as it was kept. A personal one
  // needs a purpose, which is noted. Throws unknown_case, unknown_paper (also for one that may not be made
  // now), reason_missing, erased.
  PaperFile paper(const identity::Caller& caller, CaseId id, const std::string& name, const std::string& format,
                  const std::string& purpose = {});

  // For everybody, newest first, only what stands. Below `before` (0: from the newest). Throws bad_search.
  std::vector<Publication> publications(const PublicationFilter& filter, std::size_t limit,
                                        std::int64_t before = 0) const;
  // By its number, whether it stands or not. Throws unknown_publication.
  Publication publication(std::int64_t id) const;
  Standing standing(const Publication& publication) const;
  // Neither over nor taken down: everybody may read it, though a later one may have replaced it.
  bool stands(const Publication& publication) const;
  std::int64_t count_publications(const PublicationFilter& filter) const;
  std::vector<RegisterEntry> entries(const std::string& kind, std::size_t limit,
                                     const std::string& after = {}) const;

  // Entries of the register in force that cases of the type brought about.
  std::int64_t entries_in_force(const std::string& kind, const std::string& type) const;
  // Cases of a type in one of the states (none named: in any), and what a field or a computed figure of theirs
  // comes to; those without a value are counted apart, for missing is not zero. `figure` may be empty.
  struct Tally {
    std::int64_t cases = 0;
    std::int64_t lacking = 0;
    Decimal sum{0};
  };
  Tally tally(const std::string& type, const std::vector<std::string>& states,
              const std::string& figure = {}) const;
  // The next cases of an earlier release added to what is kept for `tally`; how many there were.
  std::size_t count_waiting(std::size_t most);
  std::vector<std::int64_t> ids_of(const std::string& type) const;  // ascending

  // How many cases of each article are open and done, for the pages of the plan: those of its types, and those
  // whose form names it.
  struct ArticleCount {
    std::int64_t open = 0;
    std::int64_t closed = 0;
    std::int64_t overdue = 0;
    Instant changed;  // a case last came into another state
  };
  std::map<int, ArticleCount> counts_by_article() const;
  // Of the types that name the organisation whose progress it is; by organisation and the article a case names,
  // or its type's.
  std::vector<Progress> progress() const;
  // Every adopted allocation is computed again from the record its case keeps, and compared with what was decided
  // and with the registry of rights. Empty when all come out the same; `adopted` counts them.
  std::vector<AdoptionFault> check_adoptions(std::size_t* adopted = nullptr) const;
  // Cases of a type that an organisation began on days of the period, drafts left out; inside a transaction
  // of the caller. No case's content is told.
  static std::int64_t begun_in(store::Transaction& t, const std::string& tenant, const std::string& type,
                               const std::string& applicant, const Period& period);

 private:
  friend class Exports;
  friend class Erasures;
  friend class Assessments;
  friend class Finds;
  struct Stored;
  // What a case can be found by: nothing personal.
  std::string words_of(store::Transaction& t, const Stored& stored) const;
  // Names of parties, places and organisations by their codes, in Chinese; a code without a name is its own.
  std::function<std::string(FieldKind, const std::string&)> names_in(store::Transaction& t) const;
  // The erasure that took the personal values of the case, or 0.
  std::int64_t erased_by(store::Transaction& t, CaseId id) const;
  Person person(const identity::Caller& caller, identity::Permission permission) const;
  std::shared_ptr<const CaseType> type_of(store::Transaction& t, const std::string& hash) const;
  enum class Personal : std::uint8_t { opened, sealed };
  std::optional<Stored> find(store::Transaction& t, CaseId id, Personal personal = Personal::opened) const;
  // Several at once, by as many questions as for one; personal values stay sealed. One whose declaration
  // cannot be read is left out.
  std::map<std::int64_t, Stored> find_all(store::Transaction& t, const std::vector<CaseId>& ids) const;
  Text label_of(store::Transaction& t, const std::string& hash, const std::string& state) const;
  std::optional<InboxItem> due_from(store::Transaction& t, const Person& who, CaseId id) const;
  std::optional<InboxItem> due_from(const Person& who, const Stored& stored) const;
  std::optional<CaseHead> head(store::Transaction& t, CaseId id) const;
  void follow(store::Transaction& t, const std::string& user, CaseId id);
  void mention(store::Transaction& t, const Stored& stored, const std::vector<std::string>& users,
               std::int64_t comment, const std::string& by);
  bool may_migrate(const identity::Caller& caller, const Stored& stored) const;
  void keep_type(store::Transaction& t, const CaseType& type);
  Stored visible(store::Transaction& t, const identity::Caller& caller, CaseId id) const;
  CaseView view_of(store::Transaction& t, const identity::Caller& caller, const Stored& stored) const;
  // The next number of a counter, without gaps: it is taken back with the transaction.
  std::int64_t next(store::Transaction& t, const std::string& counter) const;
  std::int64_t next(store::Transaction& t, const std::string& counter, const std::string& tenant) const;
  void write(store::Transaction& t, Stored& stored, bool fresh);
  void event(store::Transaction& t, const identity::Caller& caller, const Stored& before, const Stored& after,
             const Action& action, const Json& effects, const Json& dropped = Json::object());
  void keep_voices(store::Transaction& t, const identity::Caller& caller, const Stored& before,
                   const Stored& after, const Action& action);
  // Fills a table of `stored` from other cases, as the effect says with its conditions filled in; gives what
  // goes into the event: which cases, in which version.
  Json compile(store::Transaction& t, Stored& stored, const Effect& effect,
               const std::map<std::string, std::string>& conditions) const;
  // By which values cases of this kind are gathered by others.
  void keep_keys(store::Transaction& t, const Stored& stored) const;
  Json adopt(const identity::Caller& caller, const Stored& stored, const Effect& effect,
             const std::function<std::string(const char*)>& argument, std::int64_t event);
  // In the registry of rights: the permit of the applicant's account, by whoever began the case and whoever decides it.
  Json set_permit(const identity::Caller& caller, const Stored& stored, const Effect& effect);
  // In the registry of rights: a verified saving of the applicant's account (W4), by the same two. `number` is its id.
  Json register_saving(const identity::Caller& caller, const Stored& stored, const Effect& effect, const std::string& number);
  // Refuses the step where a rule comes to another figure than the case records. Throws effect_failed.
  Json agree(const Effect& effect, const std::function<std::string(const char*)>& argument) const;
  void check_saver(const Stored& stored, const Effect& effect) const;
  // From the day on the place has no attribute called so (what stands before and behind) but those kept; which were ended.
  Json end_attributes(const Stored& stored, const std::string& place, const std::pair<std::string, std::string>& called,
                      const std::set<std::string>& kept, Date since);
  // The account that is given for a permit or a saving is the applicant's own and open, and of no other permit; an entry
  // is renewed for him only. Throws FormError bad_form.
  void check_permits(const Stored& stored) const;
  // The name that whoever began the case signs in with: the registry of rights knows people by it.
  std::string begun_by(const Stored& stored) const;
  Json carry_out(store::Transaction& t, const identity::Caller& caller, Stored& stored, const Step& step,
                 const std::string& reason);
  std::int64_t publish(store::Transaction& t, Publication publication);
  void withdraw(store::Transaction& t, CaseId id, const std::string& why);
  std::vector<PaperState> papers_of(const CaseView& view, const Person& who) const;
  document::Document paper_of(store::Transaction& t, const Stored& stored, const Paper& paper,
                              bool draft) const;
  void issue(store::Transaction& t, const identity::Caller& caller, const Stored& stored, const Step& step,
             Json& effects);
  StoredDocument keep(store::Transaction& t, const identity::Caller& caller, StoredDocument document,
                      const std::string& bytes, bool sealed);
  std::pair<StoredDocument, std::string> kept(store::Transaction& t, const identity::Caller& caller,
                                              const std::string& document, const std::string& purpose) const;
  Stored begun(store::Transaction& t, const identity::Caller& caller,
               const std::shared_ptr<const CaseType>& type, const Json& values, CaseId parent, bool by_effect,
               const std::string& applicant = {});
  // A party's rights and what came into its account are for whoever may look them up there (`caller`; nobody, where a
  // step of another case begins the draft), and in its own cases for itself.
  bool may_know(store::Transaction& t, const identity::Caller* caller, const KnownField& wanted, const Json& form,
                const std::string& applicant) const;
  // What a field of a draft is known to be; nothing where it cannot be told.
  std::optional<known::Figure> known_of(store::Transaction& t, const CaseType& type, const Field& field, const Json& form,
                                        const std::string& applicant) const;
  // What the case adds to the sums of its type and state.
  void keep_sums(store::Transaction& t, const Stored& stored, bool fresh) const;
  // Fills a draft in with what is known, as it will stand with the values of the action. Throws known_figure for one
  // that was typed otherwise and may not be, reason_missing.
  void fill_known(store::Transaction& t, const identity::Caller* caller, Stored& stored, const Action& action) const;
  bool reseal_documents(store::Transaction& t, CaseId id, bool all);
  // Puts a file into the index of words, by its name and stretches of its text; takes it out; takes files out so that
  // nothing of their words stays.
  void keep_words(store::Transaction& t, const StoredDocument& document, const std::vector<std::string>& texts);
  bool drop_words(store::Transaction& t, const std::string& document);
  void forget_words(store::Transaction& t, const std::vector<std::string>& documents);
  void keep_traces(store::Transaction& t, const CaseType& type, const Json& form, CaseId id);
  std::vector<std::pair<std::string, std::string>> traces_of(const CaseType& type, const Json& form) const;
  Json masked_form(const CaseType& type, const Json& form) const;
  Json sealed_form(const CaseType& type, const Json& form, CaseId id) const;
  Json opened_form(const CaseType& type, const Json& form, CaseId id) const;

  store::Database& database_;
  std::string tenant_;
  const Clock& clock_;
  identity::Entropy& entropy_;
  std::shared_ptr<const CaseTypes> types_;
  const WorkCalendar& calendar_;
  Days days_;
  const Vault& vault_;
  identity::Audit& audit_;
  const policy::Policy* policy_;
  mutable std::map<std::string, std::shared_ptr<const CaseType>> by_hash_;
};

}  // namespace tributary::casework
