#include "store/backend.h"
#include "store/codes.h"

namespace tributary::store {

std::unique_ptr<Backend> open_postgresql(const std::string&) {
  throw database_error(codes::cannot_open, "PostgreSQL is not built in");
}

}  // namespace tributary::store
