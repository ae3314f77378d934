// A case type as a pack declares it (policies/<pack>/cases/*.yaml): the form, the states, who may take which
// step under which condition, terms, ballots, and what a step brings about. Values only; the layout of the
// file is in docs/cases.md. One declaration feeds the form, its checks, the interface and the help.
#pragma once

#include "base/error.h"
#include "known/known.h"
#include "policy/compile.h"
#include "policy/rule.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::casework {

enum class FieldKind : std::uint8_t {
  text,       // one line
  paragraph,  // several lines
  number,     // an exact decimal in `unit`, as text
  money,      // yuan with at most two decimals, as text
  boolean,
  date,           // "2026-03-31"
  choice,         // one key of `choices`
  party,          // code in the register
  place,          // code in the register
  organisation,   // id
  organisations,  // list of ids, without doubles
  person,         // a name; personal by nature
  citizen_id,     // 18 digits with check (GB 11643)
  credit_code,    // 18 characters with check (GB 32100)
  phone,
  account,    // bank account
  documents,  // list of ids of uploads
  table       // list of rows of `columns`
};
std::string_view to_string(FieldKind kind);

// Who may see a value and how it is kept: the two last are encrypted at rest, masked on screen, and each
// reading is noted (个人信息保护法 arts. 28, 51).
enum class Sensitivity : std::uint8_t { open, internal, personal, sensitive };
std::string_view to_string(Sensitivity sensitivity);

struct Choice {
  std::string key;
  Text label;
};

// A figure that the system has already: filled in from there with its origin, and fixed when the draft is sent on.
struct KnownField {
  enum class From : std::uint8_t {
    readings,  // of the indicator `what` at the place that the field `of` names, or at those of a kind in the
               // applicant's area: `statistic` of their means in the year
    ledger,    // yuan that the party `of`, or the applicant's, received or paid (`what`) in the year
    party,     // `what` of the party `of`: known::party_facts
    place,     // the attribute `what` of the place `of`, today
    rights,    // what the party `of` holds free of the rights to the subject that the field `what` names
    standing,  // the formula `what` of a rule of compliance at the place `of`, in the period, for its element `subject`;
               // only where `party` answers for the place. Nobody types it, even where it cannot be told
    rule       // what follows, by the rule that `consequences` names for the text of the field `rule`: figures with how
               // they came about, or what is missing. Nobody types it
  };
  From from = From::party;
  std::string what;
  std::string of;
  std::string kind;  // of places
  std::string series;
  known::Statistic statistic = known::Statistic::mean;
  int decimals = 0;
  std::string year;    // field with a year, or a day in it
  std::string starts;  // of rights: field with the first day
  std::string ends;    // of rights: field with the day after the last; rates only
  std::string party;   // of a standing: field with the party
  std::string rule;    // of a standing: fields of text with the name of the rule, what stands for the element (its code or
  std::string subject;  // its name) and the period
  std::string period;
  // Of a rule: where the field `rule` says `when`, the formulas `what` of `rule` on the day (or on the first day of the
  // period) in the field `on`; inputs by name, each a text or the value of {field}.
  struct Consequence {
    std::string when;
    std::string rule;
    std::vector<std::string> what;
    std::string on;
    std::string negative;  // a field: only where its figure is below zero
    std::string positive;  // above zero
    std::map<std::string, std::string> given;
  };
  std::vector<Consequence> consequences;
  bool may_override = false;  // another value may be typed, with a reason
  Where where;
};
std::string_view to_string(KnownField::From from);

// What must hold in every row of a table, in the rule language over its columns.
struct RowCondition {
  std::string when;
  Text otherwise;
  std::string at;  // the column beside which it is said
  Where where;
};

struct Field {
  std::string name;
  FieldKind kind = FieldKind::text;
  Text label;
  Text help;
  std::optional<policy::Source> source;  // which document asks for it
  bool required = false;                 // before the first step is taken
  Sensitivity sensitivity = Sensitivity::internal;
  Unit unit;
  std::size_t max_length = 0;  // characters
  std::optional<Decimal> min;
  std::optional<Decimal> max;
  std::vector<Choice> choices;
  std::vector<Field> columns;  // of a table
  std::vector<RowCondition> rows;
  std::optional<bool> in_draft_said;
  bool in_draft = true;      // filled in by the applicant; else only by the steps that set it
  bool in_calendar = false;  // a day for the calendar of whoever may see the case
  std::string prefill;       // "organisation", "jurisdiction", "year", "today": known, so not asked
  std::optional<KnownField> known;
  Where where;
};

// A figure worked out from others, never typed.
struct Computed {
  std::string name;
  policy::ValueType type;
  Text label;
  std::string formula;
  std::optional<policy::RoundingRule> round;
  Where where;
};

// Somebody who may do something: whoever has the role; `in` narrows it to people of the applicant's
// organisation ("applicant") or of those named in a field, `of` to those of one department. A role that
// reaches only one's own organisation is always narrowed, to the applicant when nothing is said.
struct Actor {
  std::string role;
  std::string in;
  std::string of;  // one organisation, always the same
};

struct StateInfo {
  std::string name;
  Text label;
  bool final = false;
  Where where;
};

// What a step brings about, carried out in its transaction. `arguments` are texts in which {field} stands
// for a value of the form.
struct Effect {
  enum class Kind : std::uint8_t {
    register_entry,  // an asset, right or certificate: kind, number, holder, from, to, with
    end_entry,       // ends an entry: kind, number
    register_party,  // code, name, kind
    set_attribute,   // of a place: place, name, value, from, last_day, operator (who must operate it)
    transfer,        // from, to (parties), amount (yuan), purpose
    hold,            // the same, kept aside until settled
    settle,          // the hold of an earlier step of the case: of
    release,         // lets it go
    run,             // rule, period: puts a run in the queue
    publish,         // kind, title (title_en), fields, days or until, objections, contact, replaces, why
    withdraw,        // takes down what the case published
    open_case,       // case, set, for
    allocate,        // an adopted allocation in the registry of rights: record, table, instrument, start, end …
    set_permit,      // a granted permit in the registry of rights: account, holder, permit, former, from, last_day, place
    register_saving, // a verified saving in the registry of rights: number, account, subject, volume
    compile,         // from, into: other cases gathered into a table of this one
    agree            // value is what the formula of the rule comes to now: rule, formula, place, party, period, value
  };
  Kind kind = Kind::publish;
  std::map<std::string, std::string> arguments;
  std::string each;  // a table of the form: once for each row; {column} is the row's; or a field of organisations
  Text otherwise;       // agree: what to do where it differs
  bool renews = false;  // register_entry: one of the same number and holder is this case's from now on
  bool only = false;    // set_attribute: attributes of such a name that no row gives end where the rows begin
  std::vector<std::string> fields;         // publish, register_entry
  std::map<std::string, std::string> set;  // open_case: field → text; compile: column → field there
  // Of compile: which cases, by their state and by what their fields say (a date by its year); the columns by
  // which rows are put together, and columns that count cases in a state.
  std::vector<std::string> states;
  std::vector<std::string> group;
  std::map<std::string, std::string> where_is;  // field there → text
  std::map<std::string, std::string> count;     // column → state, or "all"
  Where where;
};
std::string_view to_string(Effect::Kind kind);

// A term in working days, days or months that runs in some states and stands still in others, that is counted
// from the day of a field, or that ends on the day of a field.
struct Term {
  std::string name;
  Text label;
  std::vector<std::string> runs_in;
  std::vector<std::string> paused_in;
  enum class Unit : std::uint8_t { working_days, days, months };
  int length = 0;
  Unit unit = Unit::working_days;
  std::string from;       // a date field: counted from that day, not from coming into the state
  bool rolls_on = false;  // a last day that is a day of rest moves to the next working day
  std::string until;      // a date field instead of a length
  std::optional<policy::Source> source;
  bool verified = true;
  Where where;
};

std::string_view to_string(Term::Unit unit);

// Several voices on one question, while the case is in `in`. A new entry into the state begins a new round.
struct Ballot {
  std::string name;
  Text label;
  std::string in;
  std::vector<Actor> of;
  bool by_organisation = false;    // one voice for each organisation, else for each person
  bool objection_in_words = true;  // who is against says why, and it is recorded as said
  // Whoever is for or against gives a mark in these bounds, with so many decimals.
  struct Score {
    Decimal min;
    Decimal max;
    int places = 0;
  };
  std::optional<Score> score;
  Where where;
};

struct Step {
  std::string name;
  Text label;
  std::vector<std::string> from;
  std::string to;
  std::vector<Actor> by;
  std::vector<std::string> not_by;  // steps ("start" too) whose taker may not take this one
  std::string when;                 // condition in the rule language
  Text otherwise;                   // what is said when it does not hold
  std::vector<std::string> sets;    // fields that may be filled in here; "all"
  std::vector<std::string> needs;   // fields that must be there afterwards
  bool reason = false;
  std::string before;  // only while the term has not passed
  std::string after;   // only once it has
  std::vector<Effect> effects;
  std::vector<std::string> issues;  // papers that are made and kept with the step
  bool review = false;              // whoever takes it confirms secrecy and privacy of what is published
  bool expected = true;             // whoever may take it has the case in the inbox
  Where where;
};

// A piece of a paper. In texts {name} stands for a field, a computed figure or what is known of the case.
struct PaperBlock {
  enum class Kind : std::uint8_t {
    heading,      // text
    paragraph,    // text; several lines become several paragraphs
    values,       // fields beside their labels
    table,        // columns of a table field
    ballot,       // who said what, dissent in its own words
    signatures,   // parties who sign
    attachments,  // names of the files of a field
    each,         // blocks for each row of a table field; {column} stands for the row's
    page_break
  };
  Kind kind = Kind::paragraph;
  std::string text;  // also the caption of a table
  int level = 1;
  bool numbered = false;           // rows of a table
  std::vector<std::string> names;  // fields, columns, parties
  std::vector<std::string> lines;  // to be filled in by each who signs
  std::vector<std::string> sums;   // columns with a total
  std::string of;                  // the table, ballot or field of files
  std::string given;               // only when this field is filled in
  std::vector<PaperBlock> blocks;  // of each
  Where where;
};
std::string_view to_string(PaperBlock::Kind kind);

// A paper that a case can issue: as a draft while it is in one of `states`, by whoever is in `by`; for good
// by a step that says so.
struct Paper {
  enum class Kind : std::uint8_t { letter, notice, minutes, report, certificate, agreement };
  enum class Layout : std::uint8_t { document, letter, minutes, cover, plain };
  std::string name;
  Text label;
  Kind kind = Kind::notice;
  Layout layout = Layout::document;
  std::vector<std::string> states;
  std::vector<Actor> by;
  bool personal = false;  // may hold personal values: sealed at rest, every making noted, never public
  std::string title, number, head, issuer, recipients, copies, printed_by, date;
  std::vector<PaperBlock> blocks;
  Where where;
};
std::string_view to_string(Paper::Kind kind);
std::string_view to_string(Paper::Layout layout);

// The sheet of many cases, as the office lays it out. A column without a field numbers the rows; a field that
// the applicant does not fill in goes out only.
struct SheetColumn {
  std::string field;
  std::string title;  // as the office writes it
};
struct SheetForm {
  Text title;
  std::vector<SheetColumn> columns;
};

// How long personal values are kept: so many months after the case came to its end, or after the day of a
// field. Where no document says how long, nothing is declared and nothing is ever due; an unverified length is
// shown, and nothing falls due by it either.
struct Retention {
  std::string after;  // "end", or a date field
  int months = 0;
  policy::Source source;
  bool verified = true;
  Where where;
};

struct NumberForm {
  std::string form;  // "谯生补〔{year}〕{n}号"
  std::string on;    // the step at which it is given
};

struct Declaration {
  std::string name;
  std::string version;
  std::vector<int> articles;  // of the plan
  Text title;
  Text explanation;
  policy::Source source;
  bool verified = true;
  std::string lead;                  // organisation
  std::vector<std::string> readers;  // roles that see every case, beside those who act in it
  std::string responsible;  // field naming the organisation whose progress it is, and the states that count
  std::vector<std::string> responsible_in;
  std::string article_field;  // a choice with keys a1, a2, …: the article of the plan a case is about
  bool open_to_all = false;  // what is not personal may be seen by everybody signed in
  std::vector<Field> form;
  std::vector<Computed> computed;
  std::vector<StateInfo> states;
  std::string start_state;
  std::vector<Actor> start_by;
  std::vector<Step> steps;
  std::vector<Term> terms;
  std::vector<Ballot> ballots;
  std::vector<Paper> papers;
  std::optional<NumberForm> number;
  std::optional<SheetForm> sheet;
  std::optional<Retention> retention;
  std::string pack;
  bool example = false;
  Where where;
  std::string text;  // the file as it was, to keep with the cases
  std::string hash;  // of it
};

// "left = right", or with `among` "right is one of left", of what names an organisation, a party or a place:
// as an input of the compiled conditions. `right` is a word as it stands when `literal`.
struct Comparison {
  std::string input;
  std::string left;
  std::string right;
  bool literal = false;
  bool among = false;
  bool operator==(const Comparison&) const = default;
};

// What stands for a row of `each` in the texts of an effect: a table's columns, or of a field of organisations one of
// them under the field's own name. Empty: the field has no rows.
std::vector<Field> columns_of_each(const Field& field);

// 9 of "a9"; 0 of what is no such key.
int article_of_key(std::string_view key);

// A declaration that was checked, with its conditions compiled.
struct CaseType {
  Declaration declared;
  std::vector<Comparison> comparisons;
  std::shared_ptr<const policy::CompiledRule> conditions;
  std::map<std::string, std::shared_ptr<const policy::CompiledRule>, std::less<>> rows;  // by table: its RowConditions

  const std::string& name() const { return declared.name; }
  const Field* field(std::string_view name) const;
  const StateInfo* state(std::string_view name) const;
  const Step* step(std::string_view name) const;
  const Term* term(std::string_view name) const;
  const Ballot* ballot(std::string_view name) const;
  const Paper* paper(std::string_view name) const;
};

// What a declaration is held against: `today` is everything, for packs; `of_its_day` nothing beyond its being
// readable, for a declaration that cases began with: it passed the checks there were then, and must open
// however strict they have become since.
enum class Checks : std::uint8_t { today, of_its_day };

// Reads, resolves every name and compiles the conditions. Throws what the YAML reader and the compiler of
// rules throw, and bad_case_type. `file` is for messages.
std::shared_ptr<const CaseType> read_case_type(const std::string& text, const std::string& file,
                                               const policy::PackContext& context,
                                               Checks checks = Checks::today);

// Every name that stands for another is there, and what leaves the case is not personal. Throws
// bad_case_type.
void check_names(const Declaration& declared);

// What is known already is asked of fields that say it, for fields that can hold it. Throws bad_case_type.
void check_known(const Declaration& declared);

// The papers: every name in their texts is there, and what is personal stands only in papers that say so.
// Throws bad_case_type.
void check_papers(const Declaration& declared);

// States that nothing leads to, from which no end can be reached, final states that are left, steps nobody
// may take because of separation of duties, fields nobody can fill in: throws bad_case_type for the first.
void check_ways(const Declaration& declared);

// The two confirmations of a step with `review`: fields every such type has.
inline constexpr std::string_view not_secret = "not_secret";
inline constexpr std::string_view privacy_ok = "privacy_ok";

// Nothing is published that nobody but its drafter has looked at (政府信息公开条例 art. 17): every way to a
// step that publishes leads over a step with `review`, or it is one itself; whoever drafted may not take that
// step, and what it lets through is not written afterwards. A notice of a village has its end. Asked of what
// packs declare now; a case that runs keeps what it began with. Throws bad_case_type.
void check_release(const Declaration& declared);

// All types of a cascade of packs, lower ones replacing upper ones of the same name.
using CaseTypes = std::map<std::string, std::shared_ptr<const CaseType>, std::less<>>;
CaseTypes load_case_types(const std::vector<std::pair<std::string, policy::PackContext>>& folders);

}  // namespace tributary::casework
