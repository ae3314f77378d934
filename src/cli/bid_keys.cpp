#include "cli/bid_keys.h"

#include "bank/bank.h"
#include "venues/auctions.h"

#include <filesystem>

namespace tributary::cli {
namespace {

bool anything_sealed(Context& c) {
  bool any = false;
  const auto seen = [&](const std::string&, const std::string&) -> std::optional<std::string> {
    any = true;
    return std::nullopt;
  };
  bank::each_sealed(c.database(), c.tenant(), seen);
  if (!any) venues::each_sealed(c.database(), c.tenant(), seen);
  return any;
}

}  // namespace

BidKeys::BidKeys(Context& c, bool needed)
    : vault_(needed && (std::filesystem::exists(c.key_file()) || !anything_sealed(c))
                 ? file_.emplace(c.key_file(), entropy_, identity::KeyFile::Use::shared).keys()
                 : std::string(),
             identity::Cipher::aes, entropy_) {}

}  // namespace tributary::cli
