#include "identity/login.h"

namespace tributary::identity {

std::string login_of(store::Transaction& t, const std::string& tenant, const UserId& user) {
  const auto row = t.first("SELECT name FROM identity_user WHERE jurisdiction = ? AND id = ?", tenant, user.value);
  return row ? row->text(0) : std::string();
}

}  // namespace tributary::identity
