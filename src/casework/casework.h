// Cases kept: begun, moved on, looked at and found, with what each step brings about in the same transaction.
//
// Who may see a case: whoever may act in it at some time, the roles its type names as readers, and the
// organisation that began it. Personal values are masked for everybody; `reveal` shows one, for a purpose
// that is noted in the trail.
#pragma once

#include "base/time.h"
#include "casework/decide.h"
#include "casework/vault.h"
#include "identity/identity.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary::casework {

std::span<const store::Migration> migrations();

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
};

struct CaseView {
  CaseHead head;
  std::shared_ptr<const CaseType> type;  // the version the case began with
  bool latest_version = true;
  CaseState state;  // personal values masked
  std::map<std::string, std::string> computed;
  std::vector<Option> options;
  std::vector<const Ballot*> ballots;
  bool may_save = false;
  bool may_reveal = false;
  std::vector<CaseEvent> events;  // oldest first
  std::vector<SpokenVoice> voices;
  std::vector<Comment> comments;
  std::vector<StoredDocument> documents;
  std::vector<CaseHead> children;  // that this case opened
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
};
struct InboxPage {
  std::vector<InboxItem> items;
  std::string next;
};

struct Publication {
  std::int64_t id = 0;
  CaseId of;
  std::string type;
  std::string kind;
  std::string title;
  Json content;  // [{label: {zh, en}, value}]
  std::vector<int> articles;
  Instant published;
  std::optional<Date> until;
  std::int64_t replaced_by = 0;
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

class Casework {
 public:
  // All references must outlive it; the database is migrated.
  Casework(store::Database& database, std::string tenant, const Clock& clock, identity::Entropy& entropy,
           std::shared_ptr<const CaseTypes> types, const WorkCalendar& calendar, const Vault& vault,
           identity::Audit& audit);

  const CaseTypes& types() const { return *types_; }
  // Kinds of cases the caller may begin.
  std::vector<std::shared_ptr<const CaseType>> startable(const identity::Caller& caller) const;

  // A draft with the values given and what is prefilled. Throws unknown_type and what begin() and decide()
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
  void comment(const identity::Caller& caller, CaseId id, const std::string& words);

  // Newest first.
  CasePage list(const identity::Caller& caller, const CaseFilter& filter, std::size_t limit,
                const std::string& cursor = {}) const;
  // What ends first comes first.
  InboxPage inbox(const identity::Caller& caller, std::size_t limit, const std::string& cursor = {}) const;

  // A value that is masked in view(). Who may act in the case may see it, for a purpose.
  std::string reveal(const identity::Caller& caller, CaseId id, const std::string& field,
                     const std::string& purpose);

  // Keeps a file with the case; its id goes into a field of documents. Throws bad_upload (type, size, name).
  StoredDocument upload(const identity::Caller& caller, CaseId id, const std::string& name,
                        const std::string& bytes);
  // The file and its bytes. Throws unknown_case.
  std::pair<StoredDocument, std::string> download(const identity::Caller& caller,
                                                  const std::string& document) const;

  // For everybody, newest first; those whose time is over are left out. Below `before` (0: from the newest).
  std::vector<Publication> publications(std::size_t limit, std::int64_t before = 0, int article = 0) const;
  std::vector<RegisterEntry> entries(const std::string& kind, std::size_t limit,
                                     const std::string& after = {}) const;

  // How many cases of each article are open and done, for the pages of the plan.
  struct ArticleCount {
    std::int64_t open = 0;
    std::int64_t closed = 0;
    std::int64_t overdue = 0;
  };
  std::map<int, ArticleCount> counts_by_article() const;
  // Cases of a type that an organisation began on days of the period, drafts left out; inside a transaction of
  // the caller. No case's content is told.
  static std::int64_t begun_in(store::Transaction& t, const std::string& tenant, const std::string& type,
                               const std::string& applicant, const Period& period);

 private:
  struct Stored;
  Person person(const identity::Caller& caller, identity::Permission permission) const;
  std::shared_ptr<const CaseType> type_of(store::Transaction& t, const std::string& hash) const;
  enum class Personal : std::uint8_t { opened, sealed };
  std::optional<Stored> find(store::Transaction& t, CaseId id, Personal personal = Personal::opened) const;
  Text label_of(store::Transaction& t, const std::string& hash, const std::string& state) const;
  std::optional<InboxItem> due_from(store::Transaction& t, const Person& who, CaseId id) const;
  Stored visible(store::Transaction& t, const identity::Caller& caller, CaseId id) const;
  CaseView view_of(store::Transaction& t, const identity::Caller& caller, const Stored& stored) const;
  // The next number of a counter, without gaps: it is taken back with the transaction.
  std::int64_t next(store::Transaction& t, const std::string& counter) const;
  std::int64_t next(store::Transaction& t, const std::string& counter, const std::string& tenant) const;
  void write(store::Transaction& t, Stored& stored, bool fresh);
  void event(store::Transaction& t, const identity::Caller& caller, const Stored& before, const Stored& after,
             const Action& action, const Json& effects);
  void keep_voices(store::Transaction& t, const identity::Caller& caller, const Stored& before,
                   const Stored& after, const Action& action);
  Json carry_out(store::Transaction& t, const identity::Caller& caller, Stored& stored, const Step& step);
  Stored begun(store::Transaction& t, const identity::Caller& caller,
               const std::shared_ptr<const CaseType>& type, const Json& values, CaseId parent, bool by_effect,
               const std::string& applicant = {});
  Json masked_form(const CaseType& type, const Json& form) const;
  Json sealed_form(const CaseType& type, const Json& form, CaseId id) const;
  Json opened_form(const CaseType& type, const Json& form, CaseId id) const;

  store::Database& database_;
  std::string tenant_;
  const Clock& clock_;
  identity::Entropy& entropy_;
  std::shared_ptr<const CaseTypes> types_;
  Days days_;
  const Vault& vault_;
  identity::Audit& audit_;
  mutable std::map<std::string, std::shared_ptr<const CaseType>> by_hash_;
};

}  // namespace tributary::casework
