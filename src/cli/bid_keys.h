// The keys by which bids are sealed, for commands of a shell.
#pragma once

#include "identity/vault.h"
#include "cli/context.h"
#include "identity/entropy.h"
#include "identity/key_file.h"

#include <optional>

namespace tributary::cli {

class BidKeys {
 public:
  // `needed`: the command seals bids or opens them. A key file that is not there is made as long as nothing is sealed in the
  // database; afterwards another key would only lock more, and whatever needs the lost one says so (bids_locked).
  BidKeys(Context& c, bool needed);
  const identity::Vault& vault() const { return vault_; }

 private:
  identity::SystemEntropy entropy_;
  std::optional<identity::KeyFile> file_;
  identity::Vault vault_;
};

}  // namespace tributary::cli
