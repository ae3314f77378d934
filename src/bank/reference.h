// The end-to-end reference of one payment: it goes out with the instruction and comes back in the statement.
//
// A structured creditor reference (ISO 11649): "RF", two check digits, then six digits of the batch and four of
// the line. The check (ISO/IEC 7064, MOD 97-10) finds every wrong character and every two that changed places.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::bank {

inline constexpr std::int64_t most_batches = 999'999;
inline constexpr std::int64_t most_lines = 9'999;

std::string reference_of(std::int64_t batch, std::int64_t line);
bool is_reference(std::string_view text);  // whole, and its check digits fit

// What looks like references in what a bank writes, in upper case; whether each fits is for is_reference.
std::vector<std::string> references_in(std::string_view remark);

}  // namespace tributary::bank
