// Reads instruments and accounts of a pack (policies/<pack>/rights/*.yaml) and brings a registry up to them.
//
//   instruments:
//     - instrument: COD-GUO          # code
//       kind: flow                   # flow (months, YYYY-MM) or stock (vintages, YYYY)
//       title: {zh: …, en: …}
//       measure: kg/yr
//       subject: COD                 # zone, capped, locks_for_day, view_only, note may follow
//       valid: {from: 2026-01, to: 2031-01}    # the end is not included
//       source: {document: …, number: …, article: …}
//       verified: false              # whether somebody compared it with the source
//       certificate: GUO             # prefix of the numbers of certificates; none: no certificates
//       lease: {longest: 12, source: {…}, verified: false}     # in months; without it nothing is leased, at no venue either
//   accounts:
//     - {account: H-1, owner: "ent:…", type: holding, permit: …, permit_to: 2029-07}
//
//   public:                          # what anybody may look up: holder, quantity, validity
//     - {instruments: [COD-GUO], fields: [holder, quantity], source: {…}, verified: false}
//   tags:                            # whose sales are preferred, for reports only: nothing is refused or allowed by it
//     - {tag: old-area, title: {zh: …, en: …}, parties: ["town:…"], projects: [CCER-…], source: {…}, verified: false}
//   cooling_off: {transfer: 1, trust: 3, source: {…}, verified: false}     # working days, at least: before a transfer to an
//                                    # account that is not trusted completes, and before a new trusted account counts
//   refusals:                        # the article behind a refusal, by its code; of some instruments, or of all
//     - {refusal: fee_unpaid, instruments: [COD-GUO], source: {…}, verified: false}
//
// Caps, fees and quantities are no part of a pack: two persons enter them, with the document.
#pragma once

#include "rights/rights.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tributary::rights {

// An instrument with what a registry does not keep: where it comes from.
struct PackInstrument {
  Instrument is;
  std::string source;  // document, number, article, note
  bool verified = false;
  // Kept by a registry of the nation; here stands a copy of its statement, so that title may not move.
  bool view_only = false;
  Text note{};
  std::string certificate{};
  int longest_lease = 0;  // months; 0: not provided for
  std::string lease_source{};
};
// What anybody may look up of an instrument.
struct Disclosure {
  bool holder = false, quantity = false, validity = false;
  std::string source{};
  bool verified = false;
};
// Where it is written that something is refused.
struct Article {
  std::string refusal;                   // name of an outcome code of `rights`
  std::vector<std::string> instruments;  // empty: of all
  std::string source;
  bool verified = false;
};
// Sellers and projects of one kind, such as those of old revolutionary areas, by a list with its year.
struct SellerTag {
  std::string tag;
  Text title;
  std::vector<std::string> parties{};   // owners of accounts
  std::vector<std::string> projects{};  // of stocks
  std::string source{};
  bool verified = false;
};
// What is left of these vintages of a stock may become `into`, at most by the figure of the rule on the day. The rule's inputs
// are sold, bought and held (CarryBasis).
struct CarryOver {
  std::string instrument;
  std::string rule, figure;
  Date on{};
  int vintage_from = 0, vintage_to = 0;  // half-open
  int into = 0;
};
// The least waiting times, in working days; 0: no pack says so.
struct CoolingOff {
  int transfer = 0, trust = 0;
  std::string source{};
  bool verified = false;
};
struct PackAccount {
  NewRightAccount is;
  std::string permit{};
  std::optional<Month> permit_to{};
  Where where{};
};

struct RightsData {
  std::map<std::string, PackInstrument> instruments;  // by code
  std::map<std::string, PackAccount> accounts;        // by code
  std::map<std::string, Disclosure> disclosures;      // by instrument; one that is not there is not public
  std::vector<Article> articles;                      // lower packs first
  std::map<std::string, SellerTag> tags;              // by tag
  std::vector<CarryOver> carry_overs;                 // lower packs first
  CoolingOff cooling_off{};                           // of the lowest pack that says it
  // Later packs go below: an entry with the same code is replaced.
  void append(RightsData more);
  // The codes of what a registry of the nation holds and only a copy of stands here.
  std::set<std::string> copied() const;
  // Throws view_only for a proposal that would move title of what is only looked at here; bad_value for a surrender of it
  // that names no vintage or no day (surrendered_on), or whose claim does not begin with the year of the obligation.
  void check(const Proposal& proposal) const;
  // What the packs decide of a proposal: how long a lease may be, what certificates are called. What it says already
  // stays. Throws not_provided for a lease that no pack provides for.
  void complete(Proposal& proposal) const;
  // Also whether it corrects the copy of another registry (Proposal::copied). Throws unknown_transaction.
  void complete(Proposal& proposal, const Rights& rights) const;
  // The article behind a refusal, or nothing.
  const Article* article(const Code& refusal, std::string_view instrument) const;
};

// Nothing when the folder is not there. Throws policy.* and bad_value with file, line, column and field.
RightsData read_rights_folder(const std::string& path);
// Of a cascade of packs, by their folders, from the root down.
RightsData read_rights_of(const std::vector<std::string>& packs);

// Defines and opens what is not there yet; never touches caps or holdings. Returns how many were new.
// `act` names two: the operator, and the pack as the second.
std::size_t apply(Rights& rights, const RightsData& data, const Act& act);

}  // namespace tributary::rights
