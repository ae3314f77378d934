#include "api/encoding.h"

#include "api/http.h"
#include "base/text.h"

#include <algorithm>
#include <optional>

#include <brotli/encode.h>
#include <zlib.h>

namespace tributary::api {
namespace {

// "0.5" in thousandths; what is not well-formed counts as not wanted.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int out = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    out += (c - '0') * unit;
    unit /= 10;
  }
  return out > 1000 ? 0 : out;
}

// What is not named has the weight of «*»; without that it is not wanted.
int weight(std::string_view header, std::string_view name) {
  std::optional<int> named;
  std::optional<int> rest;
  for (const std::string_view part : split(header, ',')) {
    const auto pieces = split(part, ';');
    int q = 1000;
    for (std::size_t i = 1; i < pieces.size(); ++i)
      if (const auto piece = trim(pieces[i]);
          piece.size() > 2 && same_ignoring_case(piece.substr(0, 2), "q="))
        q = weight_of(piece.substr(2));
    if (same_ignoring_case(trim(pieces[0]), name)) named = q;
    if (trim(pieces[0]) == "*") rest = q;
  }
  return named.value_or(rest.value_or(0));
}

std::string gzipped(const std::string& bytes, Effort effort) {
  z_stream stream{};
  if (deflateInit2(&stream, effort == Effort::once ? 9 : 5, Z_DEFLATED, 15 + 16,
                   effort == Effort::once ? 9 : 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool good = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(good ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

std::string brotlied(const std::string& bytes, Effort effort) {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string out(size, '\0');
  // 4 takes about the time of gzip's 5; the highest, 11, would hold up the start for seconds.
  const bool good =
      BrotliEncoderCompress(effort == Effort::once ? 9 : 4, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT,
                            bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE;
  out.resize(good ? size : 0);
  return out;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  return encoding == Encoding::gzip ? "gzip" : encoding == Encoding::brotli ? "br" : "";
}

Encoding preferred_encoding(std::string_view accept_encoding) {
  const int gzip = weight(accept_encoding, "gzip");
  const int brotli = weight(accept_encoding, "br");
  // Bytes as they are: welcome unless weighted; to be named above the others by who wants them so.
  const int plain =
      accept_encoding.find("identity") == std::string_view::npos ? 0 : weight(accept_encoding, "identity");
  if (std::max(gzip, brotli) == 0 || plain > std::max(gzip, brotli)) return Encoding::identity;
  return brotli >= gzip ? Encoding::brotli : Encoding::gzip;
}

std::string packed(const std::string& bytes, Encoding encoding, Effort effort) {
  if (encoding == Encoding::identity) return bytes;
  return encoding == Encoding::gzip ? gzipped(bytes, effort) : brotlied(bytes, effort);
}

}  // namespace tributary::api
