// The cases of the tenant, for the time of one command.
#pragma once

#include "casework/casework.h"
#include "cli/case_types.h"
#include "cli/context.h"
#include "identity/entropy.h"
#include "identity/identity.h"

#include <memory>

namespace tributary::cli {

// Nothing here opens a personal value, so no key is needed.
class Cases {
 public:
  explicit Cases(Context& c)
      : people_(c.database(), c.tenant(), c.clock(), entropy_, {}),
        vault_({}, identity::Cipher::aes, entropy_),
        cases_(c.database(), c.tenant(), c.clock(), entropy_,
               std::make_shared<const casework::CaseTypes>(types_of(c.policy())), c.policy().catalog().calendar(), vault_,
               people_.audit(), &c.policy()),
        caller_(people_.command(c.by())) {}
  casework::Casework& cases() { return cases_; }
  const identity::Caller& caller() const { return caller_; }

 private:
  identity::SystemEntropy entropy_;
  identity::Identity people_;
  identity::Vault vault_;
  casework::Casework cases_;
  identity::Caller caller_;
};

}  // namespace tributary::cli
