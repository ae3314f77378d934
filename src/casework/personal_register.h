// The register of personal information (个人信息保护法 arts. 55, 56). One half is made from the case types in
// force: which values they ask for, on which source, who sees them and how long they are kept. The other half is
// what people recorded: the assessment of what the processing means to those concerned, in versions that stay.
#pragma once

#include "casework/casework.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::casework {

struct PersonalField {
  std::shared_ptr<const CaseType> type;
  std::string path;  // "id", "people.name"
  Text label;
  FieldKind kind = FieldKind::text;
  Sensitivity sensitivity = Sensitivity::personal;
  policy::Source source;            // the field's own, else the type's
  bool own_source = false;          // the field names the document that asks for it
  std::vector<std::string> sees;    // roles that may be shown the value, for a purpose that is noted
  std::vector<std::string> masked;  // roles that see it masked only
};

// In order of type and form.
std::vector<PersonalField> personal_fields(const CaseTypes& types);

// "3 years after the case ended (source)" in words; not set, or not verified.
Text retention_in_words(const Retention* retention, const CaseType& type);

struct Assessment {
  std::string type;
  std::int64_t version = 0;  // 0: none yet
  Date made;
  Date review;           // to be made again by then
  std::string purpose;   // whether purpose and means are lawful, legitimate and necessary (art. 56 (1))
  std::string risk;      // what it means to people, and the risks (art. 56 (2))
  std::string measures;  // whether protection is lawful, effective and fits the risk (art. 56 (3))
  std::string assessor;  // who made it
  std::string asks;      // what the type asked for then, as a hash
  Instant recorded;
  std::string name;  // who recorded it
};

// Where a type stands: with sensitive values an assessment comes before processing (art. 55).
enum class AssessmentState : std::uint8_t {
  not_needed,  // nothing sensitive, and none made
  missing,
  changed,  // the type asks for something else, or others see it, since
  due,      // the day of review is over
  current
};
std::string_view to_string(AssessmentState state);

struct RegisterLine {
  std::shared_ptr<const CaseType> type;
  std::vector<PersonalField> fields;
  AssessmentState state = AssessmentState::missing;
  std::optional<Assessment> latest;
};

// The register on paper: the types with their fields, and their assessments in full.
document::Document register_document(const std::vector<RegisterLine>& lines, Instant made,
                                     document::Language language);

class Assessments {
 public:
  explicit Assessments(Casework& cases) : c_(cases) {}

  // All types that ask for something personal, by permission privacy.read.
  std::vector<RegisterLine> lines(const identity::Caller& caller) const;
  // Every version, newest first.
  std::vector<Assessment> history(const identity::Caller& caller, const std::string& type) const;
  // The next version. Throws forbidden, unknown_type (also for one that asks for nothing personal), bad_form.
  Assessment record(const identity::Caller& caller, const Assessment& assessment);

 private:
  Casework& c_;
};

}  // namespace tributary::casework
