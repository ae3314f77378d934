// The text of files that others made: found whole where it can be read, and nothing but emptiness of what is damaged,
// too large or no file at all.
#include "document/words.h"

#include "base/text.h"
#include "document/docx.h"
#include "document/pdf.h"
#include "document/samples.h"
#include "document/xlsx_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::document {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* pdf = "application/pdf";
constexpr const char* docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr const char* xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::size_t much = 1'000'000;

Document paper() {
  Document out;
  out.meta.title = {"关于清淤的通知", ""};
  std::string text;
  for (int i = 0; i < 40; ++i) text += "各乡镇应当在汛期以前完成辖区内河道沟塘的清淤疏浚";
  out.blocks.emplace_back(Paragraph{{text, text}});
  return out;
}

TEST(Words, OfAPdfGoOnOverTheEndOfALine) {
  const std::string words = words_of(pdf, render_pdf(paper()), much);
  EXPECT_THAT(words, HasSubstr("关于清淤的通知"));
  std::size_t times = 0;
  for (std::size_t at = words.find("沟塘的清淤疏浚各乡镇"); at != std::string::npos; at = words.find("沟塘的清淤疏浚各乡镇", at + 1)) ++times;
  EXPECT_GE(times, 36U);  // but for those that a page ends within
}

TEST(Words, OfAWordFileAreThoseOfItsParagraphs) {
  EXPECT_THAT(words_of(docx, render_docx(paper()), much), HasSubstr("沟塘的清淤疏浚各乡镇"));
}

TEST(Words, OfAWorkbookAreThoseOfAllItsCells) {
  const std::string shared = "<sst><si><t>魏岗镇</t></si><si><r><t>大</t></r><r><t>寺镇</t></r></si></sst>";
  const std::string bytes = testing::packed(
      "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>1204.5</v></c><c r='C1' "
      "t='inlineStr'><is><t>备注</t></is></c></row></sheetData></worksheet>",
      {{"xl/sharedStrings.xml", shared}, {"xl/worksheets/two.xml", "<worksheet><sheetData><row r='1'><c r='A1'><v>77"
                                                                    "</v></c></row></sheetData></worksheet>"}});
  EXPECT_EQ(words_of(xlsx, bytes, much), "魏岗镇\n大寺镇\n1204.5\n备注\n77\n");
}

TEST(Words, EndWhereItIsEnoughAndNeverWithinACharacter) {
  EXPECT_EQ(words_of("text/plain", "河道清淤", 7), "河道");
  EXPECT_EQ(words_of("text/csv", "河道,1", much), "河道,1");
  EXPECT_EQ(words_of("text/plain", "", much), "");
  EXPECT_EQ(words_of("image/png", "河道", much), "");
  EXPECT_LE(words_of(pdf, render_pdf(paper()), 100).size(), 100U);
}

TEST(Words, OfWhatIsNoSuchFileAreNone) {
  for (const char* type : {pdf, docx, xlsx})
    for (const std::string& bytes : {std::string(), std::string("PK\x03\x04 nothing"), std::string("%PDF-1.7\n1 0 obj\n<<>>"), std::string(1000, '\xff')})
      EXPECT_EQ(words_of(type, bytes, much), "") << type;
  const std::string half = render_pdf(paper()).substr(0, 600);
  EXPECT_THAT(words_of(pdf, half, much), Not(HasSubstr("河道")));
}

TEST(Words, OfAnArchiveThatSwellsEndAtTheBound) {
  // 200 MiB of spaces between two texts, a few hundred kilobytes packed.
  std::string sheet = "<worksheet><sheetData><row><c t='inlineStr'><is><t>前</t></is></c>";
  sheet += std::string(std::size_t{200} << 20, ' ');
  sheet += "<c t='inlineStr'><is><t>后</t></is></c></row></sheetData></worksheet>";
  const std::string bytes = testing::packed(sheet);
  EXPECT_LT(bytes.size(), std::size_t{2} << 20);
  EXPECT_EQ(words_of(xlsx, bytes, much), "前\n");
}

}  // namespace
}  // namespace tributary::document
