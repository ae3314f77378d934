// Workbooks for tests as other programs write them, from their parts. Nothing of the product may include it.
#pragma once

#include "base/text.h"
#include "document/xlsx.h"

#include <filesystem>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

namespace tributary::document::testing {

using Parts = std::vector<std::pair<std::string, std::string>>;

// One visible sheet (after a hidden one) with this XML, and further parts by name; empty ones are left out.
inline std::string packed(const std::string& sheet, const Parts& more = {}) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("tributary-xlsx-{}.xlsx", ::getpid())).string();
  std::filesystem::remove(path);
  int error = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, &error);
  // The archive reads its parts when it is closed.
  std::list<std::string> kept;
  const auto add = [&](const std::string& name, const std::string& text) {
    if (text.empty()) return;
    const std::string& part = kept.emplace_back(text);
    zip_file_add(zip, name.c_str(), zip_source_buffer(zip, part.data(), part.size(), 0), 0);
  };
  add("xl/workbook.xml",
      "<workbook xmlns:r='r'><workbookPr/><sheets><sheet name='h' state='hidden' r:id='r0'/><sheet name='a' "
      "r:id='r1'/></sheets></workbook>");
  add("xl/_rels/workbook.xml.rels",
      "<Relationships><Relationship Id='r1' Target='worksheets/one.xml'/></Relationships>");
  add("xl/worksheets/one.xml", sheet);
  for (const auto& [name, text] : more) add(name, text);
  zip_close(zip);
  std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

// Rows of texts; `cells` stand in place of those of the same address ("D3"), as XML; `after` follows the
// rows.
inline std::string sheet_of(const std::vector<std::vector<std::string>>& rows, const Parts& cells = {},
                            const std::string& after = {}) {
  std::string out = "<worksheet><sheetData>";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += fmt::format("<row r='{}'>", r + 1);
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string at = cell_address(r, c);
      std::string xml = fmt::format("<c r='{}' t='inlineStr'><is><t>{}</t></is></c>", at, rows[r][c]);
      for (const auto& [address, other] : cells)
        if (address == at) xml = other;
      out += xml;
    }
    out += "</row>";
  }
  return out + "</sheetData>" + after + "</worksheet>";
}

}  // namespace tributary::document::testing
