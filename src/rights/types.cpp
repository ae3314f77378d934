#include "rights/types.h"

#include <array>

namespace tributary::rights {

namespace {

constexpr std::array<std::string_view, 12> account_types{"issue",    "reserve",    "holding", "trading",
                                                         "clearing", "compliance", "retire",  "cancel",
                                                         "loss",     "buffer",     "dispute", "fee"};
constexpr std::array<std::string_view, 20> kinds{
    "issue",    "allocate",   "pay",          "transfer", "pledge",   "release", "freeze",
    "unfreeze", "compulsory", "surrender",    "retire",   "cancel",   "expire",  "convert",
    "reverse",  "lease",      "lease_return", "deposit",  "withdraw", "trade"};
constexpr std::array<std::string_view, 7> states{"proposed", "completed", "delayed",  "conditional",
                                                 "rejected", "expired",   "cancelled"};
constexpr std::array<std::string_view, 7> compartment_names{"free",     "locked", "pledged", "frozen",
                                                            "reserved", "unpaid", "leased"};

template <class Enum, std::size_t N>
std::string_view name(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value) - 1);
}
template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i + 1);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(InstrumentKind kind) {
  constexpr std::array<std::string_view, 3> names{"stock", "flow", "money"};
  return name(names, kind);
}
std::string_view to_string(AccountType type) {
  return name(account_types, type);
}
std::optional<AccountType> parse_account_type(std::string_view text) {
  return parse<AccountType>(account_types, text);
}
bool is_sink(AccountType type) {
  return type == AccountType::compliance || type == AccountType::retire || type == AccountType::cancel ||
         type == AccountType::loss;
}
std::string_view to_string(AccountStatus status) {
  constexpr std::array<std::string_view, 5> names{"open", "suspended", "blocked", "frozen", "closed"};
  return name(names, status);
}
std::string_view to_string(Compartment compartment) {
  return name(compartment_names, compartment);
}
std::string_view to_string(TransactionKind kind) {
  return name(kinds, kind);
}
std::optional<TransactionKind> parse_transaction_kind(std::string_view text) {
  return parse<TransactionKind>(kinds, text);
}
std::string_view to_string(TransactionState state) {
  return name(states, state);
}

}  // namespace tributary::rights
