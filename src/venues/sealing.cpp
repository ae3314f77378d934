#include "venues/sealing.h"

#include "identity/codes.h"
#include "identity/vault.h"
#include "venues/codes.h"

#include <charconv>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

std::string place_of(const std::string& jurisdiction, std::int64_t auction, std::int64_t seq) {
  return fmt::format("venue/{}/auction/{}/bid/{}", jurisdiction, auction, seq);
}

// Says which of the two it was; what was sealed stays as it is.
template <class Work>
std::string unlocked(const Work& work) {
  try {
    return work();
  } catch (const Error& e) {
    if (e.code() != identity::codes::bad_seal) throw;
    throw Error(codes::bids_locked,
                {"报价是加密保存的，手头的密钥封不上也打不开：没有密钥、密钥不对，或数据被改动",
                 "bids are kept encrypted and the keys at hand do not seal or open them: no key, another "
                 "key, or the data "
                 "was changed"},
                {},
                {"请使用本库原来的密钥文件（--key-file）；没有改动任何内容。",
                 "Use the key file of this database (--key-file); nothing was changed."});
  }
}

constexpr std::size_t width = 20;  // of any 64-bit number with its sign

std::int64_t number_at(const std::string& text, std::size_t place) {
  const char* first = text.data() + place * width;
  const char* end = first + width;
  while (first != end && *first == ' ') ++first;
  std::int64_t out = 0;
  const auto [last, error] = std::from_chars(first, end, out);
  TRIBUTARY_CHECK(error == std::errc() && last == end, std::string("content of a sealed bid"));
  return out;
}

}  // namespace

std::string place_of_seal(const char* what, const std::string& jurisdiction, std::int64_t number) {
  return fmt::format("venue/{}/{}/{}/seal", jurisdiction, what, number);
}

std::string seal_at(const identity::Vault& vault, const std::string& place) {
  return unlocked([&] { return vault.sealed("seal", place); });
}

void require_key(const identity::Vault& vault, const std::string& place, const std::string& seal) {
  if (!seal.empty()) unlocked([&] { return vault.opened(seal, place); });
}

std::string place_in_round(const std::string& jurisdiction, std::int64_t round, std::int64_t seq) {
  return fmt::format("venue/{}/round/{}/bid/{}", jurisdiction, round, seq);
}

std::string sealed_content(const identity::Vault& vault, const std::string& place, const Content& content) {
  return unlocked([&] {
    return vault.sealed(
        fmt::format("{:20}{:20}{:20}{}", content.ticks, content.quantity, content.cover_fen, content.salt),
        place);
  });
}

std::string sealed_content(const identity::Vault& vault, const std::string& jurisdiction,
                           std::int64_t auction, std::int64_t seq, const Content& content) {
  return sealed_content(vault, place_of(jurisdiction, auction, seq), content);
}

Content opened_content(const identity::Vault& vault, const std::string& jurisdiction, std::int64_t auction,
                       std::int64_t seq, const std::string& sealed) {
  return opened_content(vault, place_of(jurisdiction, auction, seq), sealed);
}

Content opened_content(const identity::Vault& vault, const std::string& place, const std::string& sealed) {
  const std::string text = unlocked([&] { return vault.opened(sealed, place); });
  TRIBUTARY_CHECK(text.size() > 3 * width, std::string("content of a sealed bid"));
  return {number_at(text, 0), number_at(text, 1), number_at(text, 2), text.substr(3 * width)};
}

void each_sealed(
    store::Database& database, const std::string& tenant,
    const std::function<std::optional<std::string>(const std::string&, const std::string&)>& visit) {
  database.together([&](store::Transaction& t) {
    for (const store::Row& row : t.query("SELECT auction, seq, sealed FROM venue_bid WHERE jurisdiction = ? "
                                         "AND sealed <> '' ORDER BY auction, seq",
                                         tenant)) {
      const auto anew = visit(row.text(2), place_of(tenant, row.integer(0), row.integer(1)));
      if (anew)
        t.execute("UPDATE venue_bid SET sealed = ? WHERE jurisdiction = ? AND auction = ? AND seq = ?", *anew,
                  tenant, row.integer(0), row.integer(1));
    }
    for (const auto& [what, table] :
         {std::pair("auction", "venue_auction"), std::pair("round", "venue_round")})
      for (const store::Row& row : t.query(
               fmt::format("SELECT number, seal FROM {} WHERE jurisdiction = ? AND seal <> '' AND state IN "
                           "('draft', 'announced') ORDER BY number",
                           table),
               tenant))
        if (const auto anew = visit(row.text(1), place_of_seal(what, tenant, row.integer(0))))
          t.execute(fmt::format("UPDATE {} SET seal = ? WHERE jurisdiction = ? AND number = ?", table), *anew,
                    tenant, row.integer(0));
    for (const store::Row& row :
         t.query("SELECT round, seq, sealed FROM venue_round_bid WHERE jurisdiction = "
                 "? AND sealed <> '' ORDER BY round, seq",
                 tenant)) {
      const auto anew = visit(row.text(2), place_in_round(tenant, row.integer(0), row.integer(1)));
      if (anew)
        t.execute("UPDATE venue_round_bid SET sealed = ? WHERE jurisdiction = ? AND round = ? AND seq = ?",
                  *anew, tenant, row.integer(0), row.integer(1));
    }
  });
}

}  // namespace tributary::venues
