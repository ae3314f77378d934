// Who may trade: the rules of admission, judged from the registry and the venue's declaration. Codes and sources as in the
// notes on trading admission.
#pragma once

#include "rights/rights.h"
#include "venues/lease.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

struct Application {
  std::string account;
  std::string zone;  // basin or air zone of the applicant's outlets, confirmed by whoever admits him
};

// One admission rule and how it turned out.
struct Check {
  enum class Outcome : std::uint8_t { passed, failed, not_checked };
  std::string code;  // "BASIN" …
  Outcome outcome = Outcome::passed;
  Text why;
  std::string source;
};
std::string_view to_string(Check::Outcome outcome);

// What the checks need to know of a venue and of what is traded there.
struct AdmissionTerms {
  std::string declared;  // where the venue is declared
  std::string document;  // what stands behind it
  std::string instrument;
  std::string medium;    // "water", "air" or empty
  std::optional<rights::Term> term{};
  std::optional<int> vintage{};
  std::string other_side{};  // owner with whom nobody of his own trades; empty: none
  std::optional<Lease> lease{};
  bool buys = true;          // the applicant takes rights, so his permit must hold
  bool floor_known = false;
  bool floor_kept = false;
  std::string floor{};       // yuan
  bool sale = true;          // FLOOR is asked for
};

std::vector<Check> admission_checks(const rights::Rights& registry, const AdmissionTerms& terms,
                                    const Application& application, Date today);
// Throws not_admitted, which names every check that failed.
void require_admissible(const std::vector<Check>& checks);

}  // namespace tributary::venues
