#include "cli/figures.h"

#include "base/text.h"
#include "document/xlsx.h"

#include <fmt/format.h>

namespace tributary::cli {

std::ifstream opened(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) read_file(path);  // says why
  return in;
}

void refuse_table(const allocate::BadTable& bad) {
  if (bad.faults().size() == 1) throw Error(bad);
  Text all{fmt::format("表格有 {} 处要改", bad.faults().size()),
           fmt::format("the table has {} faults", bad.faults().size())};
  for (const allocate::TableFault& fault : bad.faults()) {
    const bool cell = fault.where.line > 0 && fault.where.column > 0;
    const std::string at = cell ? document::cell_address(static_cast<std::size_t>(fault.where.line) - 1,
                                                         static_cast<std::size_t>(fault.where.column) - 1) +
                                      " "
                                : std::string();
    all.zh += "\n  " + at + fault.message.zh;
    all.en += "\n  " + at + fault.message.en;
  }
  throw Error(bad.code(), std::move(all), {bad.where().file, 0, 0, {}}, bad.hint());
}

}  // namespace tributary::cli
