#include "document/words.h"

#include "base/text.h"
#include "document/package.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::document {
namespace {

constexpr std::uint64_t most_unpacked = std::uint64_t{16} << 20;  // of one part
constexpr int most_sheets = 32;
constexpr std::chrono::seconds most_time{20};
constexpr std::uint64_t most_memory = std::uint64_t{1} << 30;

struct Enough {};

// Takes text until it is enough.
class Words {
 public:
  explicit Words(std::size_t most) : most_(most) {}
  void add(std::string_view text) {
    out_.append(text.substr(0, most_ - out_.size()));
    if (out_.size() == most_) throw Enough{};
  }
  void line() {
    if (!out_.empty() && out_.back() != '\n') add("\n");
  }
  // Without half a character at the end.
  std::string taken() && {
    if (const std::size_t bad = first_bad_utf8(out_); bad != std::string::npos && out_.size() - bad < 4) out_.resize(bad);
    return std::move(out_);
  }

 private:
  std::size_t most_;
  std::string out_;
};

// Runs of text; each paragraph a line.
void read_docx(std::string_view bytes, Words& words) {
  const Archive archive(bytes, most_unpacked);
  Xml xml;
  bool in_text = false;
  xml.open = [&](const std::string& name, const Attributes&) {
    in_text = name == "t";
    if (name == "tab" || name == "br") words.add(" ");
  };
  xml.text = [&](std::string_view text) {
    if (in_text) words.add(text);
  };
  xml.close = [&](const std::string& name) {
    in_text = false;
    if (name == "p") words.line();
  };
  xml.read(archive, "word/document.xml");
}

// Shared texts, and what stands in the cells themselves; each a line.
void read_xlsx(std::string_view bytes, Words& words) {
  const Archive archive(bytes, most_unpacked);
  Xml xml;
  bool in_text = false;
  bool shared = false;  // the cell's value is the number of a shared text
  xml.open = [&](const std::string& name, const Attributes& attributes) {
    if (name == "c") {
      const auto type = attributes.find("t");
      shared = type != attributes.end() && type->second == "s";
    }
    in_text = name == "t" || (name == "v" && !shared);
  };
  xml.text = [&](std::string_view text) {
    if (in_text) words.add(text);
  };
  xml.close = [&](const std::string& name) {
    in_text = false;
    if (name == "si" || name == "c") words.line();
  };
  if (archive.has("xl/sharedStrings.xml")) xml.read(archive, "xl/sharedStrings.xml");
  int sheets = 0;
  for (const std::string& part : archive.parts())
    if (part.starts_with("xl/worksheets/") && part.ends_with(".xml") && sheets++ < most_sheets) xml.read(archive, part);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// `prlimit` (util-linux) sets the bounds and becomes `pdftotext`; it inherits nothing but these three.
std::optional<pid_t> start_reader(int in, int out) {
  const std::vector<std::string> arguments{"prlimit",
                                           fmt::format("--as={}", most_memory),
                                           fmt::format("--cpu={}", most_time.count()),
                                           "--fsize=0",
                                           "--core=0",
                                           "--",
                                           "pdftotext",
                                           "-q",
                                           "-enc",
                                           "UTF-8",
                                           "-nopgbrk",
                                           "-",
                                           "-"};
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? std::optional(child) : std::nullopt;
}

std::string text_of_pdf(std::string_view bytes, std::size_t most) {
  const Descriptor file(::memfd_create("pdf", MFD_CLOEXEC));
  std::array<int, 2> ends{-1, -1};
  if (file.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return {};
    done += static_cast<std::size_t>(wrote);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  const auto child = start_reader(file.get(), to.get());
  to.close();
  if (!child) return {};
  std::string out;
  const auto end = std::chrono::steady_clock::now() + most_time;
  while (out.size() < most) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{from.get(), POLLIN, 0};
    if (left.count() <= 0) break;
    if (::poll(&waiting, 1, static_cast<int>(left.count())) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    std::array<char, 65536> part{};
    const ssize_t got = waiting.revents == 0 ? 0 : ::read(from.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.append(part.data(), static_cast<std::size_t>(got));
  }
  ::kill(*child, SIGKILL);  // it may have more to say, or none too soon
  while (::waitpid(*child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return out;
}

// A line of a page ends where it is full, not where a word does: Chinese goes on without a space.
void read_pdf(std::string_view bytes, std::size_t most, Words& words) {
  const std::string text = text_of_pdf(bytes, most);
  const auto letter = [&](std::size_t at) { return at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\n' || i == 0 || !letter(i - 1) || !letter(i + 1)) out += text[i];
  words.add(out);
}

}  // namespace

std::string words_of(std::string_view media_type, std::string_view bytes, std::size_t most) {
  Words words(most);
  try {
    if (media_type == "text/plain" || media_type == "text/csv") words.add(bytes);
    if (media_type == "application/pdf") read_pdf(bytes, most, words);
    if (media_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
      read_docx(bytes, words);
    if (media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") read_xlsx(bytes, words);
  } catch (const Enough&) {  // NOLINT(bugprone-empty-catch): as meant
  } catch (const Error&) {   // NOLINT(bugprone-empty-catch): what could be read of a damaged file
  }
  std::string out = std::move(words).taken();
  return is_utf8(out) && out.find('\0') == std::string::npos ? out : std::string();
}

}  // namespace tributary::document
