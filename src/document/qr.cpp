#include "document/qr.h"

#include "document/codes.h"

#include <memory>

#include <fmt/format.h>
#include <qrencode.h>

namespace tributary::document {

std::vector<std::vector<bool>> qr_squares(const std::string& content) {
  constexpr std::size_t most = 200;  // more would be too fine for paper
  if (content.empty() || content.size() > most)
    throw Error(codes::bad_qr_code,
                {fmt::format("二维码的内容应为 1 至 {} 字节，现有 {} 字节", most, content.size()),
                 fmt::format("a QR code holds 1 to {} bytes, not {}", most, content.size())});
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(content.size()),
                        reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_M),
      QRcode_free);
  if (!code) throw std::bad_alloc();  // its only other failure, too long a content, is ruled out above
  const auto width = static_cast<std::size_t>(code->width);
  std::vector<std::vector<bool>> out(width, std::vector<bool>(width));
  for (std::size_t row = 0; row < width; ++row)
    for (std::size_t column = 0; column < width; ++column)
      out[row][column] = (code->data[row * width + column] & 1U) != 0;
  return out;
}

}  // namespace tributary::document
