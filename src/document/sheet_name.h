// Legal, unique names of Excel sheets. Private to `document`.
#pragma once

#include "document/document.h"

#include <set>
#include <string>

namespace tributary::document {

// Excel: 1 … 31 UTF-16 units, none of []:*?/\ , no apostrophe at the ends, unlike others without regard to
// case.
class SheetNames {
 public:
  // A legal name close to the one wanted; 表3 / Sheet3 when nothing is left of it, "name (2)" when taken.
  std::string take(const std::string& wanted, Language language);

 private:
  std::set<std::string> taken_;  // in upper case
  std::size_t count_ = 0;
};

}  // namespace tributary::document
