// The parts of an Office file: a ZIP archive (ECMA-376) and its XML, with bounds; private to `document`.
#pragma once

#include "base/error.h"
#include "document/codes.h"

#include <algorithm>
#include <cctype>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <expat.h>
#include <zip.h>

namespace tributary::document {

[[noreturn]] inline void refuse(Text what, const std::string& cell = {}) {
  throw Error(codes::bad_workbook, std::move(what), {{}, 0, 0, cell},
              {"请另存为 Excel 工作簿（.xlsx）或 CSV 后再试",
               "save it again as an Excel workbook (.xlsx) or as CSV"});
}

class Archive {
 public:
  Archive(std::string_view bytes, std::uint64_t most) : most_(most) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    zip_ = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip_ == nullptr && source != nullptr) zip_source_free(source);
    zip_error_fini(&error);
    if (zip_ == nullptr) refuse({"这不是 Excel 工作簿（.xlsx）", "this is not an Excel workbook (.xlsx)"});
  }
  ~Archive() { zip_discard(zip_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  bool has(const std::string& name) const { return zip_name_locate(zip_, name.c_str(), 0) >= 0; }

  // The part piece by piece.
  void read(const std::string& name, const std::function<void(const char*, std::size_t)>& visit) const {
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(zip_, name.c_str(), 0),
                                                                 zip_fclose);
    if (!file) refuse({"工作簿不完整：缺 " + name, "the workbook is not whole: no " + name});
    std::vector<char> buffer(std::size_t{1} << 16);
    std::uint64_t total = 0;
    for (;;) {
      const zip_int64_t got = zip_fread(file.get(), buffer.data(), buffer.size());
      if (got < 0) refuse({"工作簿已损坏", "the workbook is damaged"});
      if (got == 0) return;
      total += static_cast<std::uint64_t>(got);
      if (total > most_) refuse({"工作簿过大", "the workbook is too large"});
      visit(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  std::vector<std::string> parts() const {
    std::vector<std::string> out;
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip_, 0); ++i)
      if (const char* name = zip_get_name(zip_, static_cast<zip_uint64_t>(i), 0)) out.emplace_back(name);
    return out;
  }

  // Whether some part's name ends so (in lower case).
  bool has_like(std::string_view end) const {
    for (std::string text : parts()) {
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (text.ends_with(end)) return true;
    }
    return false;
  }

 private:
  zip_t* zip_;
  std::uint64_t most_;
};

using Attributes = std::map<std::string, std::string, std::less<>>;

// Names without their namespace's prefix.
inline std::string local(const char* name) {
  const std::string_view text(name);
  return std::string(text.substr(text.find_last_of(':') + 1));
}

class Xml {
 public:
  std::function<void(const std::string&, const Attributes&)> open = [](const auto&, const auto&) {};
  std::function<void(const std::string&)> close = [](const auto&) {};
  std::function<void(std::string_view)> text = [](std::string_view) {};

  void read(const Archive& archive, const std::string& part) {
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser(
        XML_ParserCreate(nullptr), XML_ParserFree);
    XML_SetUserData(parser.get(), this);
    XML_SetStartDoctypeDeclHandler(parser.get(),
                                   [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
                                     static_cast<Xml*>(self)->doctype_ = true;
                                   });
    XML_SetElementHandler(parser.get(), opened, closed);
    XML_SetCharacterDataHandler(parser.get(), [](void* self, const XML_Char* data, int length) {
      Xml& xml = *static_cast<Xml*>(self);
      xml.guarded([&] { xml.text({data, static_cast<std::size_t>(length)}); });
    });
    const auto feed = [&](const char* data, std::size_t size, bool last) {
      const bool good = XML_Parse(parser.get(), data, static_cast<int>(size), last ? 1 : 0) == XML_STATUS_OK;
      if (failure_) std::rethrow_exception(failure_);
      if (!good || doctype_)
        refuse({"工作簿的内容有误：" + part, "the content of the workbook is not well-formed: " + part});
    };
    archive.read(part, [&](const char* data, std::size_t size) { feed(data, size, false); });
    feed("", 0, true);
  }

 private:
  static void opened(void* self, const XML_Char* name, const XML_Char** given) {
    Xml& xml = *static_cast<Xml*>(self);
    xml.guarded([&] {
      Attributes attributes;
      for (; *given != nullptr; given += 2) attributes[local(given[0])] = given[1];
      xml.open(local(name), attributes);
    });
  }
  static void closed(void* self, const XML_Char* name) {
    Xml& xml = *static_cast<Xml*>(self);
    xml.guarded([&] { xml.close(local(name)); });
  }
  // Exceptions must not run through the C library.
  template <class Work>
  void guarded(Work&& work) {
    if (failure_) return;
    try {
      work();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  bool doctype_ = false;
  std::exception_ptr failure_;
};

}  // namespace tributary::document
