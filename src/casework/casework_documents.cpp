// Files kept with a case: by their content, not by what their name says.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "identity/base64.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using identity::base64;
using identity::from_base64;

constexpr std::size_t largest_upload = std::size_t{20} << 20;

Error bad(const Text& why, const Text& hint = {}) {
  return {codes::bad_upload, why, {"", 0, 0, "file"}, hint};
}

// The kinds that are taken, by their first bytes. Office files are ZIP archives; one with macros is refused.
struct MediaType {
  std::string_view ending;
  std::string_view type;
  std::string_view begins;
};
constexpr std::array media_types{
    MediaType{".pdf", "application/pdf", "%PDF-"},
    MediaType{".png", "image/png", "\x89PNG"},
    MediaType{".jpg", "image/jpeg", "\xFF\xD8\xFF"},
    MediaType{".jpeg", "image/jpeg", "\xFF\xD8\xFF"},
    MediaType{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
              "PK\x03\x04"},
    MediaType{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04"},
    MediaType{".ofd", "application/ofd", "PK\x03\x04"},
    MediaType{".csv", "text/csv", ""},
    MediaType{".txt", "text/plain", ""},
};

std::string lower_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// A name without folders and without characters that mean something to file systems.
std::string safe_name(const std::string& given) {
  const std::size_t slash = given.find_last_of("/\\");
  std::string name = slash == std::string::npos ? given : given.substr(slash + 1);
  name = std::string(trim(name));
  const bool good =
      !name.empty() && name.size() <= 240 && is_utf8(name) && name[0] != '.' &&
      std::none_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f ||
               std::string_view("<>:\"|?*").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (!good)
    throw bad({"文件名不能用", "the name of the file cannot be used"},
              {"请改名后再上传", "rename it and try again"});
  return name;
}

const MediaType& type_of_bytes(const std::string& name, const std::string& bytes) {
  const std::string lower = lower_ascii(name);
  for (const MediaType& type : media_types) {
    if (!lower.ends_with(type.ending)) continue;
    if (!bytes.starts_with(type.begins))
      throw bad({fmt::format("内容不是 {} 文件", type.ending),
                 fmt::format("the content is not a {} file", type.ending)},
                {"扩展名与内容不符，请用原来的程序另存",
                 "the name's ending does not fit; save it again with its program"});
    if (type.begins.starts_with("PK") && bytes.find("vbaProject.bin") != std::string::npos)
      throw bad({"文件含有宏", "the file holds macros"}, {"请另存为不带宏的文件", "save it without macros"});
    if (type.begins.empty() && (!is_utf8(bytes) || bytes.find('\0') != std::string::npos))
      throw bad({"文本文件应为 UTF-8", "a text file must be UTF-8"});
    return type;
  }
  throw bad({"不收这种文件", "this kind of file is not taken"},
            {"可以上传 pdf、png、jpg、docx、xlsx、ofd、csv、txt",
             "pdf, png, jpg, docx, xlsx, ofd, csv and txt are taken"});
}

}  // namespace

StoredDocument Casework::upload(const identity::Caller& caller, CaseId id, const std::string& name,
                                const std::string& bytes) {
  StoredDocument out;
  out.name = safe_name(name);
  if (bytes.empty()) throw bad({"文件是空的", "the file is empty"});
  if (bytes.size() > largest_upload) throw bad({"文件超过 20 MB", "the file is larger than 20 MB"});
  out.media_type = type_of_bytes(out.name, bytes).type;
  out.of = id;
  database_.write([&](store::Transaction& t) {
    const Stored stored = visible(t, caller, id);
    if (!acts_in(*stored.type, stored.state, person(caller, identity::Permission::cases_act)))
      throw Error(codes::not_for_you,
                  {"只有经办这件事的人可以上传", "only those who deal with the case may upload"});
    const auto held = t.first("SELECT COUNT(*) FROM casework_document WHERE jurisdiction = ? AND case_id = ?",
                              tenant_, id.value);
    if (held->integer(0) >= 200) throw bad({"一件事最多 200 个文件", "a case holds at most 200 files"});
    // Whether the file itself is personal nobody has said yet: where the form asks for what is, it may be.
    out = keep(t, caller, std::move(out), bytes, holds_personal(*stored.type));
    audit_.append(t, caller,
                  {"case.upload", fmt::format("case/{}/{}", id.value, out.id), identity::AuditOutcome::done,
                   out.sha256});
  });
  return out;
}

StoredDocument Casework::keep(store::Transaction& t, const identity::Caller& caller, StoredDocument out,
                              const std::string& bytes, bool sealed) {
  out.id = entropy_.base64url(16);
  out.at = clock_.now();
  out.bytes = static_cast<std::int64_t>(bytes.size());
  out.sha256 = sha256_hex(bytes);
  out.by = caller.display_name.empty() ? caller.name : caller.display_name;
  out.personal = sealed;
  t.execute(
      "INSERT INTO casework_document (jurisdiction, id, case_id, name, media_type, bytes, sha256, content, "
      "at, user_id, name_of_user, unread) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      tenant_, out.id, out.of.value, out.name, out.media_type, out.bytes, out.sha256,
      sealed ? vault_.sealed(bytes, place_of_document(tenant_, out.id)) : base64(bytes), out.at.seconds,
      caller.user.value, out.by, sealed ? 0 : 1);
  if (!sealed) keep_words(t, out, {""});  // its name; its text when it has been read
  return out;
}

std::pair<StoredDocument, std::string> Casework::download(const identity::Caller& caller,
                                                          const std::string& document,
                                                          const std::string& purpose) {
  return database_.write([&](store::Transaction& t) {
    auto out = kept(t, caller, document, purpose);
    audit_.append(
        t, caller,
        {"case.download", fmt::format("case/{}/{}", out.first.of.value, document), identity::AuditOutcome::done,
         out.first.personal ? fmt::format("{} {}", out.first.sha256, trim(purpose)) : out.first.sha256});
    return out;
  });
}

std::pair<StoredDocument, std::string> Casework::kept(store::Transaction& t, const identity::Caller& caller,
                                                      const std::string& document,
                                                      const std::string& purpose) const {
  const auto row = t.first(
      "SELECT case_id, name, media_type, bytes, sha256, content, at, name_of_user FROM casework_document "
      "WHERE jurisdiction = ? AND id = ?",
      tenant_, document);
  if (!row) throw Error(codes::unknown_case, {"没有这个文件", "there is no such file"});
  const Stored stored = visible(t, caller, {row->integer(0)});
  StoredDocument out{document,         {row->integer(0)}, row->text(1),      row->text(2), row->integer(3),
                     row->text(4),     {row->integer(6)}, row->text(7)};
  const std::string content = row->text(5);
  if (content.empty())
    throw Error(codes::erased, {"这个文件已按规定删除", "this file was erased as the rules say"});
  const bool sealed = Vault::is_sealed(content);
  out.personal = sealed;
  // A sealed one may hold personal values: only for those who deal with the case, for a purpose.
  if (sealed && !acts_in(*stored.type, stored.state, person(caller, identity::Permission::cases_act)))
    throw Error(codes::unknown_case, {"没有这个文件", "there is no such file"});
  if (sealed) require_purpose(purpose);
  std::string bytes = sealed ? vault_.opened(content, place_of_document(tenant_, document))
                             : from_base64(content).value_or("");
  if (sha256_hex(bytes) != out.sha256)
    throw Error(codes::bad_record,
                {"文件内容与登记的摘要不符", "the content of the file is not what was registered"});
  return {std::move(out), std::move(bytes)};
}

}  // namespace tributary::casework
