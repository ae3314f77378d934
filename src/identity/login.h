// The name a user signs in with, for modules that keep who did something by his id.
#pragma once

#include "identity/types.h"
#include "store/store.h"

#include <string>

namespace tributary::identity {

// Empty when there is no such user.
std::string login_of(store::Transaction& t, const std::string& tenant, const UserId& user);

}  // namespace tributary::identity
