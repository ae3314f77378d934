#include "exchange/journal.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

constexpr std::size_t hash_size = 64;  // SHA-256 in hex

struct Header {
  std::array<char, 8> magic;
  std::uint32_t bytes;  // of commands
  std::uint32_t count;  // of commands; 0: the heading
  std::uint64_t first;  // number of the first command
  std::array<char, hash_size> previous;
  std::uint64_t check;

  std::uint64_t expected_check() const {
    StateHash hash;
    std::array<std::uint64_t, 11> words{};
    std::memcpy(words.data(), this, sizeof words);
    for (const std::uint64_t word : words) hash.add(word);
    return hash.value();
  }
};
static_assert(sizeof(Header) == 96 && offsetof(Header, check) == 88);

constexpr std::array<char, 8> magic{'T', 'R', 'I', 'B', 'J', 'N', 'L', '1'};

Error damaged(std::uint64_t offset, const char* zh, const char* en) {
  return Error(codes::journal_damaged,
               {fmt::format("日志在字节 {} 处损坏：{}", offset, zh),
                fmt::format("the journal is damaged at byte {}: {}", offset, en)},
               {}, {"从备份恢复；不要截断，其后可能有已确认的指令",
                    "restore it from a backup; do not cut it, acknowledged commands may follow"});
}

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

}  // namespace

void Journal::Group::begin(std::uint64_t number) {
  bytes.assign(sizeof(Header), '\0');  // its memory is used again
  count = 0;
  first = number;
}

Journal::Journal(Disk& disk, std::string_view heading, const std::function<void(const Command&)>& replay)
    : disk_(disk), root_(hash_size, '0') {
  recover(heading, replay);
}

Journal::~Journal() {
  if (!writer_.joinable()) return;
  if (writing_) done_.acquire();
  ending_ = true;
  work_.release();
  writer_.join();
}

void Journal::recover(std::string_view heading, const std::function<void(const Command&)>& replay) {
  const std::uint64_t size = disk_.size();
  std::uint64_t at = 0;
  bool headed = false;
  std::uint64_t next = 0;  // number of the first command of the next group
  while (at < size) {
    // Shorter than its own header or length, or a stretch the file system had only promised: never acknowledged.
    if (size - at < sizeof(Header)) break;
    Header header{};
    const std::string head = disk_.read(at, sizeof header);
    std::memcpy(&header, head.data(), sizeof header);
    if (header.magic != magic || header.check != header.expected_check()) {
      if (all_zero(disk_.read(at + sizeof header, size - at - sizeof header))) break;
      throw damaged(at, "组头无效", "the header of a group is not valid");
    }
    const std::uint64_t end = at + sizeof header + header.bytes + hash_size;
    if (end > size) break;
    const std::string body = disk_.read(at + sizeof header, header.bytes + hash_size);
    const std::string hash = body.substr(header.bytes);
    if (sha256_hex(head + body.substr(0, header.bytes)) != hash) {
      if (end == size && hash.find('\0') != std::string::npos) break;
      throw damaged(at, "校验值不符", "the hash does not fit the contents");
    }
    if (std::string_view(header.previous.data(), hash_size) != root_ || header.first != next)
      throw damaged(at, "与前一组不相连", "it does not follow from the group before");
    std::string_view commands(body.data(), header.bytes);
    if (!headed) {
      if (header.count != 0 || commands != heading)
        throw Error(codes::journal_damaged,
                    {"日志是按另一套市场规则写的", "the journal was written under other rules of the market"}, {},
                    {"规则变更须从新的日志开始", "a change of rules begins a new journal"});
      headed = true;
    } else {
      for (std::uint32_t i = 0; i < header.count; ++i) replay(decode(commands));
      if (!commands.empty()) throw damaged(at, "组内有多余内容", "there is more in a group than its commands");
    }
    next += header.count;
    root_ = hash;
    at = end;
  }
  cut_ = size - at;
  if (cut_ > 0) disk_.truncate(at);
  durable_ = next;
  sealed_ = root_;
  gathered_.begin(next);
  if (headed) return;
  gathered_.bytes += heading;
  write(gathered_);
  settle(gathered_);
  gathered_.begin(0);
}

void Journal::write(Group& group) {
  Header header{magic, static_cast<std::uint32_t>(group.bytes.size() - sizeof header), group.count, group.first, {}, 0};
  std::memcpy(header.previous.data(), sealed_.data(), hash_size);
  header.check = header.expected_check();
  std::memcpy(group.bytes.data(), &header, sizeof header);
  sealed_ = sha256_hex(group.bytes);
  group.bytes += sealed_;
  disk_.append(group.bytes);
  disk_.sync();
}

void Journal::settle(const Group& written) {
  durable_ = written.first + written.count;
  root_ = sealed_;
}

void Journal::require_sound() const {
  if (failed_)
    throw Error(codes::journal_unwritable,
                {"日志写入曾失败，须重新打开", "a write of the journal has failed; open it again"}, {},
                {"检查磁盘后重新启动", "look at the disk, then start again"});
}

void Journal::add(const Command& command) {
  require_sound();
  if (gathered_.bytes.size() > (std::size_t{1} << 30))
    throw Error(codes::journal_unwritable, {"一组指令过多", "too many commands in one group"});
  encode(command, gathered_.bytes);
  ++gathered_.count;
}

void Journal::commit() {
  end_commit();
  if (gathered_.count == 0) return;
  failed_ = true;  // unless it comes back
  write(gathered_);
  failed_ = false;
  settle(gathered_);
  gathered_.begin(durable_);
}

void Journal::begin_commit() {
  end_commit();
  if (gathered_.count == 0) return;
  if (!writer_.joinable()) writer_ = std::thread([this] { keep_writing(); });  // before anything is handed over: it may be refused
  std::swap(gathered_, given_);
  gathered_.begin(given_.first + given_.count);
  writing_ = true;
  work_.release();
}

void Journal::end_commit() {
  require_sound();
  if (!writing_) return;
  done_.acquire();
  writing_ = false;
  if (trouble_) {
    failed_ = true;
    std::rethrow_exception(std::exchange(trouble_, nullptr));
  }
  settle(given_);
}

void Journal::keep_writing() {
  for (;;) {
    work_.acquire();
    if (ending_) return;
    try {
      write(given_);
    } catch (...) {
      trouble_ = std::current_exception();
    }
    done_.release();
  }
}

std::string heading(const BookRules& r) {
  const Limits& l = r.limits;
  return fmt::format(
      "market={} self_trade={} market_orders={} reference={} band={} rounding={} lot={} value={}/{} bulk={} "
      "bulk_band={} close_min={} call={} rate={}/{} max_order={} max_value={} max_day={} max_holding={} supply={} "
      "max_share={}",
      static_cast<int>(r.market), static_cast<int>(r.self_trade), r.market_orders, r.reference,
      r.band.normalized().to_string(), static_cast<int>(r.band_rounding), r.lot, r.value_numerator,
      r.value_denominator, r.bulk_threshold, r.bulk_band.normalized().to_string(), r.close_min_volume,
      to_string(r.call), l.rate, l.rate_window, l.max_order, l.max_value, l.max_day, l.max_holding, l.supply,
      l.max_share);
}

}  // namespace tributary::exchange
