// Documents for the tests of this module: a realistic compensation statement with invented parties and
// figures.
#pragma once

#include "document/document.h"

namespace tributary::document::samples {

// 示例〔2020〕10号: payer, payee, six sections with amounts, a derivation of some forty steps, signatures.
Document statement(Language language = Language::zh);

}  // namespace tributary::document::samples
