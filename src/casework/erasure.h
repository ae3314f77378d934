// The end of personal values (个人信息保护法 art. 47): what is due by the retention its type declares, or asked
// for by the person, is proposed by one and decided by another, and then destroyed, with the hashes it was found
// by, personal papers and uploads, and where it was repeated in remarks. The case stays, with its number, its
// steps and decisions, and so does the trail. A hold keeps everything as it is.
#pragma once

#include "casework/casework.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::casework {

// The retention that counts for cases of this type: that of the type in force. None: nothing is ever due.
const Retention* retention_of(const CaseTypes& types, std::string_view type);
// The same day so many months later, or the last of that month.
Date months_after(Date day, int months);

struct DueCase {
  CaseHead head;
  Date due;               // from this day on it is to be erased
  bool held = false;
  std::int64_t proposal = 0;  // that waits for a decision
};
struct DuePage {
  std::vector<DueCase> cases;
  std::string next;  // cursor; empty at the end
};

enum class Ground : std::uint8_t { retention, request };
std::string_view to_string(Ground ground);
std::optional<Ground> parse_ground(std::string_view name);

enum class ErasureState : std::uint8_t { proposed, approved, refused };
std::string_view to_string(ErasureState state);

struct Erasure {
  std::int64_t id = 0;
  CaseId of;
  CaseHead head;  // of the case
  Ground ground = Ground::retention;
  std::string why;
  ErasureState state = ErasureState::proposed;
  Instant proposed;
  std::string proposed_by;  // id of the user
  std::string proposed_name;
  std::optional<Instant> decided;
  std::string decided_name;
  std::string reason;
  Json destroyed;  // {values, traces, files, words}: how many
};

struct Hold {
  std::int64_t id = 0;
  CaseId of;
  CaseHead head;
  std::string why;
  Instant placed;
  std::string placed_name;
  std::optional<Instant> lifted;
  std::string lifted_name;
  std::string lifted_why;
};

class Erasures {
 public:
  explicit Erasures(Casework& cases) : c_(cases) {}

  // By permission privacy.read. In order of type and end.
  DuePage due(const identity::Caller& caller, std::size_t limit, const std::string& cursor = {}) const;
  // How many, by type; notes the list in the trail when there are any and none was noted today. For the
  // server's round.
  std::map<std::string, std::int64_t> note_due(const identity::Caller& caller);

  // All or none. Throws unknown_case, not_erasable (open, held, erased, proposed already, or not due),
  // reason_missing.
  std::vector<Erasure> propose(const identity::Caller& caller, const std::vector<CaseId>& cases, Ground ground,
                               const std::string& why);
  // Destroys at once when approved. Throws unknown_request, already_decided, same_person, not_erasable,
  // reason_missing (of a refusal).
  Erasure decide(const identity::Caller& caller, std::int64_t id, bool approve, const std::string& reason);
  // After erasures SQLite's index of words still has the words of the files, until it is merged, and its log what was
  // overwritten in the file: both are done once for all that was erased since the last call. Takes what that call gave,
  // at first 0. For the server's round, outside of any transaction.
  std::int64_t sweep(std::int64_t swept);
  // By permission privacy.read; newest first, below `before`.
  std::vector<Erasure> list(const identity::Caller& caller, bool open_only, std::size_t limit,
                            std::int64_t before = 0) const;

  Hold place(const identity::Caller& caller, CaseId of, const std::string& why);
  Hold lift(const identity::Caller& caller, std::int64_t id, const std::string& why);
  std::vector<Hold> holds(const identity::Caller& caller, bool open_only, std::size_t limit,
                          std::int64_t before = 0) const;

 private:
  std::optional<Date> due_day(const CaseType& type, const Json& form, Instant ended) const;
  DuePage due(store::Transaction& t, std::size_t limit, const std::string& cursor) const;
  void require_erasable(store::Transaction& t, const Casework::Stored& stored, Ground ground,
                        std::int64_t proposal) const;
  std::optional<Erasure> find(store::Transaction& t, std::int64_t id) const;
  std::optional<Hold> find_hold(store::Transaction& t, std::int64_t id) const;
  void forget_words();
  Json erase(store::Transaction& t, const identity::Caller& caller, Casework::Stored& stored, std::int64_t id,
             const std::string& why);

  Casework& c_;
};

}  // namespace tributary::casework
