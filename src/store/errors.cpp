#include "base/text.h"
#include "store/backend.h"
#include "store/codes.h"

#include <cmath>

#include <fmt/format.h>

namespace tributary::store {

namespace {

struct Wording {
  Code code;
  const char* zh;
  const char* en;
  const char* hint_zh;
  const char* hint_en;
};

// What each trouble means to the person at the screen. The database's own text follows in brackets.
constexpr Wording wordings[] = {
    {codes::cannot_open, "无法打开数据库", "the database cannot be opened",
     "请检查连接字符串、文件或文件夹的读写权限,以及数据库服务是否已启动。",
     "Check the connection string, the permissions of the file or folder, and that the database server "
     "runs."},
    {codes::corrupted, "数据库文件已损坏,或者不是数据库文件",
     "the database file is damaged or is not a database", "请停止写入,保留损坏的文件,并从最近的备份恢复。",
     "Stop writing, keep the damaged file, and restore the latest backup."},
    {codes::lost_connection, "与数据库的连接已中断", "the connection to the database was lost",
     "请检查数据库服务和网络后重试;最后一次提交可能已经生效,也可能没有,请先核对再重复操作。",
     "Check the server and the network, then try again; the last commit may or may not have taken effect, "
     "so look before repeating it."},
    {codes::disk_full, "磁盘空间不足,本次未写入任何内容", "the disk is full; nothing was written",
     "请清理磁盘空间后重新执行。", "Free some space and run it again."},
    {codes::disk_failure, "磁盘读写失败,本次未写入任何内容",
     "reading or writing the disk failed; nothing was written",
     "请检查磁盘和挂载是否正常,再重新执行;如再次出现,请先备份。",
     "Check the disk and its mount, then run it again; if it happens again, take a backup first."},
    {codes::busy, "数据库正忙,其他操作占用了同样的数据",
     "the database is busy: another operation holds the same data",
     "请稍后重试;若持续出现,请查看是否有长时间未结束的操作。",
     "Try again a little later; if it persists, look for an operation that does not end."},
    {codes::bad_migration, "数据库结构的升级脚本有误", "a step of the database schema is faulty",
     "这是程序的缺陷,请联系开发人员。", "This is a fault of the program; tell its developers."},
    {codes::constraint, "数据违反了数据库的约束,未写入",
     "the data break a constraint of the database; nothing was written",
     "请检查是否重复登记、缺少必填项,或引用了不存在的记录。",
     "Check for a duplicate, a missing required value, or a reference to a record that does not exist."},
    {codes::bad_value, "数据库无法保存这个值", "the database cannot keep this value",
     "请检查该值的格式和范围。", "Check the form and the range of the value."},
    {codes::read_only, "只读操作中出现了写入语句",
     "a statement that writes was run where only reading is allowed", "这是程序的缺陷,请联系开发人员。",
     "This is a fault of the program; tell its developers."},
    {codes::unfinished_bulk, "批量写入没有正常结束", "a bulk write was not finished",
     "这是程序的缺陷,请联系开发人员。", "This is a fault of the program; tell its developers."},
    {codes::sql, "数据库拒绝执行这条语句", "the database refused a statement",
     "这是程序的缺陷,或数据库结构与程序版本不符;请联系开发人员。",
     "This is a fault of the program, or the schema does not match its version; tell its developers."},
};

const Wording& wording_of(const Code& code) {
  for (const auto& w : wordings)
    if (w.code == code) return w;
  broken_invariant("every code has its wording", __FILE__, __LINE__, std::string(code.name));
}

}  // namespace

Error database_error(const Code& code, std::string_view detail, std::string_view sql, Where where) {
  const Wording& w = wording_of(code);
  std::string tail = fmt::format(" ({}", trim(detail));
  // The statement helps a developer; it would only confuse whoever has to free a disk.
  if (!sql.empty() && (code == codes::sql || code == codes::bad_value || code == codes::read_only))
    tail += fmt::format("; SQL: {}", sql_excerpt(sql));
  tail += ")";
  return Error(code, {w.zh + tail, w.en + tail}, std::move(where), {w.hint_zh, w.hint_en});
}

Error wrong_parameter_count(std::string_view sql, std::size_t expected, std::size_t given) {
  return database_error(codes::sql, fmt::format("{} parameters expected, {} given", expected, given), sql);
}

std::string sql_excerpt(std::string_view sql) {
  constexpr std::size_t longest = 200;
  std::string out;
  for (const char c : trim(sql)) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && !out.empty() && out.back() == ' ') continue;
    out += space ? ' ' : c;
  }
  if (out.size() <= longest) return out;
  std::size_t cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;  // whole characters only
  return out.substr(0, cut) + "…";
}

long line_of(std::string_view text, std::size_t byte) {
  long line = 1;
  for (std::size_t i = 0; i < byte && i < text.size(); ++i) line += text[i] == '\n';
  return line;
}

std::string url_for_messages(std::string_view url) {
  std::string out(url);
  const auto scheme = out.find("://");
  if (scheme != std::string::npos) {
    const auto begin = scheme + 3;
    const auto end = std::min(out.find_first_of("/?", begin), out.size());
    const auto at = out.rfind('@', end == 0 ? 0 : end - 1);
    const auto colon = out.find(':', begin);
    if (at != std::string::npos && at >= begin && colon < at) out.replace(colon + 1, at - colon - 1, "***");
  }
  for (const std::string_view option : {"?password=", "&password="}) {
    const auto found = out.find(option);
    if (found == std::string::npos) continue;
    const auto begin = found + option.size();
    const auto end = std::min(out.find('&', begin), out.size());
    out.replace(begin, end - begin, "***");
  }
  return out;
}

void check_storable(const Value& value) {
  if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isnan(*real))
    throw database_error(codes::bad_value, "NaN is not a number; keep NULL for a missing value");
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return;
  if (const auto bad = first_bad_utf8(*text); bad != std::string::npos)
    throw database_error(codes::bad_value, fmt::format("the text is not UTF-8 from byte {} on{}", bad,
                                                       looks_like_gbk(*text) ? "; it looks like GBK" : ""));
  if (const auto nul = text->find('\0'); nul != std::string::npos)
    throw database_error(codes::bad_value, fmt::format("the text has a NUL at byte {}", nul));
}

std::string quoted_name(std::string_view name) {
  const bool plain = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
                                          std::string_view::npos;
  TRIBUTARY_CHECK(plain, std::string(name));
  return fmt::format("\"{}\"", name);
}

}  // namespace tributary::store
