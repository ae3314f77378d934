#include "identity/audit_chain.h"

#include "base/json.h"
#include "base/text.h"
#include "identity/codes.h"

#include <algorithm>
#include <istream>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t most_faults = 20;

std::string with_length(std::string_view field) {
  return fmt::format("{}:{}\n", field.size(), field);
}

}  // namespace

std::string first_hash(const std::string& tenant) {
  return sha256_hex(fmt::format("{}\n{}", audit_format, with_length(tenant)));
}

std::string entry_hash(const AuditEntry& e) {
  std::string text;
  const std::string seconds = std::to_string(e.at.seconds);
  for (const std::string_view field :
       {std::string_view(e.id), std::string_view(seconds), std::string_view(e.user), std::string_view(e.who),
        to_string(e.via), std::string_view(e.address), std::string_view(e.request_id),
        std::string_view(e.action), std::string_view(e.object), to_string(e.outcome),
        std::string_view(e.detail)})
    text += with_length(field);
  return sha256_hex(text);
}

std::string batch_hash(const std::string& before, std::int64_t batch, const std::string& entry_hashes) {
  return sha256_hex(fmt::format("{}\n{}\n{}", before, batch, entry_hashes));
}

std::string entry_line(const AuditEntry& e) {
  return Json{{"entry",
               {{"id", e.id},
                {"at", to_rfc3339(e.at)},
                {"seconds", e.at.seconds},
                {"user", e.user},
                {"who", e.who},
                {"via", to_string(e.via)},
                {"address", e.address},
                {"request_id", e.request_id},
                {"action", e.action},
                {"object", e.object},
                {"outcome", to_string(e.outcome)},
                {"detail", e.detail}}}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string seal_line(const Seal& seal) {
  return Json{
      {"seal",
       {{"batch", seal.batch}, {"entries", seal.entries}, {"total", seal.total}, {"hash", seal.hash}}}}
      .dump();
}

ChainCheck::ChainCheck(const std::string& tenant, const std::optional<AuditHead>& known)
    : tenant_(tenant), known_(known) {
  last_.hash = first_hash(tenant);
  if (!known_) return;
  if (known_->tenant != tenant_)
    fault({fmt::format("给出的链头是 {} 的，不是 {} 的", known_->tenant, tenant_),
           fmt::format("the head given is of {}, not of {}", known_->tenant, tenant_)});
  if (known_->batch == 0) known_seen_ = known_->hash == last_.hash;
}

void ChainCheck::fault(Text text) {
  out_.intact = false;
  if (out_.faults.size() < most_faults) out_.faults.push_back(std::move(text));
}

void ChainCheck::entry(const AuditEntry& e) {
  hashes_ += entry_hash(e) + "\n";
  ++in_batch_;
  ++out_.entries;
}

void ChainCheck::stray(const AuditEntry& e) {
  fault({fmt::format("记录 {} 所在的第 {} 批没有封条", e.id, e.batch.value_or(0)),
         fmt::format("entry {} belongs to batch {}, which has no seal", e.id, e.batch.value_or(0))});
}

void ChainCheck::seal(const Seal& seal) {
  if (seal.batch != last_.batch + 1)
    fault({fmt::format("第 {} 批之后应为第 {} 批，却是第 {} 批", last_.batch, last_.batch + 1, seal.batch),
           fmt::format("after batch {} comes {} instead of {}", last_.batch, seal.batch, last_.batch + 1)});
  if (seal.entries != in_batch_)
    fault({fmt::format("第 {} 批应有 {} 条记录，实有 {} 条", seal.batch, seal.entries, in_batch_),
           fmt::format("batch {} has {} entries instead of {}", seal.batch, in_batch_, seal.entries)});
  if (seal.total != last_.total + seal.entries)
    fault({fmt::format("第 {} 批的累计数不对", seal.batch),
           fmt::format("the running count of batch {} is wrong", seal.batch)});
  if (seal.hash != batch_hash(last_.hash, seal.batch, hashes_))
    fault(
        {fmt::format("第 {} 批的记录与封条不符：有记录被改动、增加或删除", seal.batch),
         fmt::format("batch {} does not fit its seal: an entry was changed, added or removed", seal.batch)});
  if (known_ && known_->batch == seal.batch) {
    known_seen_ = true;
    if (known_->hash != seal.hash || known_->entries != seal.total)
      fault({fmt::format("第 {} 批与所给的链头不符：此前的记录被整体改写过", seal.batch),
             fmt::format("batch {} is not that of the head given: the trail was rewritten", seal.batch)});
  }
  last_ = seal;
  hashes_.clear();
  in_batch_ = 0;
  ++out_.batches;
}

AuditVerification ChainCheck::result() {
  if (in_batch_ > 0) fault({"最后一批没有封条", "the last batch has no seal"});
  if (known_ && !known_seen_ && out_.faults.size() < most_faults)
    fault({fmt::format("链上没有所给链头的第 {} 批：末尾的记录被删去", known_->batch),
           fmt::format("batch {} of the head given is not there: the end was cut off", known_->batch)});
  return out_;
}

AuditVerification verify_audit_export(std::istream& lines, const std::optional<AuditHead>& known) {
  std::string text;
  // The tenant, which the chain begins with, stands in the head at the end: a first pass finds it.
  const auto start = lines.tellg();
  std::optional<AuditHead> head;
  long number = 0;
  const auto bad = [&](long line) {
    return Error(codes::bad_export, {"读不懂审计导出文件的这一行", "this line is none of an audit export"},
                 {"", line, 0, {}}, {"请用 audit export 写出的文件", "use a file written by audit export"});
  };
  while (std::getline(lines, text)) {
    ++number;
    if (!text.starts_with("{\"head\"")) continue;
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) throw bad(number);
    head = parse_audit_head(json["head"].dump());
  }
  if (!head)
    throw Error(codes::bad_export,
                {"文件末尾没有链头，可能被截断", "the file ends without a head: it is cut off"});
  lines.clear();
  lines.seekg(start);
  ChainCheck check(head->tenant, known);
  number = 0;
  while (std::getline(lines, text)) {
    ++number;
    if (text.starts_with("{\"head\"")) continue;
    try {
      const Json json = Json::parse(text);
      if (const auto entry = json.find("entry"); entry != json.end()) {
        AuditEntry e;
        const auto field = [&](const char* name) { return entry->at(name).get<std::string>(); };
        e.id = field("id");
        e.at = {entry->at("seconds").get<std::int64_t>()};
        e.user = field("user");
        e.who = field("who");
        const std::string via = field("via");
        for (const Via v : {Via::anonymous, Via::cookie, Via::token, Via::command})
          if (to_string(v) == via) e.via = v;
        e.address = field("address");
        e.request_id = field("request_id");
        e.action = field("action");
        e.object = field("object");
        e.outcome = parse_audit_outcome(field("outcome")).value_or(AuditOutcome::failed);
        e.detail = field("detail");
        if (to_rfc3339(e.at) != field("at"))
          check.fault({fmt::format("记录 {} 的时间前后不一", e.id),
                       fmt::format("entry {} gives two different times", e.id)});
        check.entry(e);
      } else {
        const Json& seal = json.at("seal");
        check.seal({seal.at("batch").get<std::int64_t>(), seal.at("entries").get<std::int64_t>(),
                    seal.at("total").get<std::int64_t>(), seal.at("hash").get<std::string>()});
      }
    } catch (const Json::exception&) {
      throw bad(number);
    }
  }
  if (check.last().batch != head->batch || check.last().hash != head->hash)
    check.fault({"文件末尾的链头与最后一批不符", "the head at the end is not that of the last batch"});
  return check.result();
}

}  // namespace tributary::identity
