// For tests: a rule in a few lines.
//
//   index factor: codmn nh3n tp
//   input C[factor] mg/L            class actual        boolean accident       choice status: assessed
//   suspended parameter cap 1 = unlimited     parameter C0[factor] mg/L = codmn 2, nh3n 0.2     place K 1 =
//   city:3416 20 table rates CNY upper = 0.1 100, 0.5 250            unset k 1 number x[factor] mg/L: C - S
//   number P 1 round 3 half_even: …    is ok: P <= 1     quality worst: max(actual, I) option kind status: if
//   … then 'assessed' else status   (choices of the named input) assessed: status = 'assessed'   pays 2
//   half_up when C > 0: amount
#pragma once

#include "policy/rule.h"

#include <string_view>

namespace tributary::policy {

Rule rule_from_text(std::string_view text);

}  // namespace tributary::policy
