// DOCX files are judged by programs we did not write: unzip and xmllint for the structure, python-docx for
// the content; official papers as PDF by pdftotext.
#include "document/docx.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/pdf.h"
#include "document/samples.h"
#include "document/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::document {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_tools::Folder;
using testing_tools::run;

constexpr const char* reader = R"(import sys, docx
d = docx.Document(sys.argv[1])
s = d.sections[0]
print("page", s.page_width.mm // 1, s.page_height.mm // 1)
print("margins", round(s.top_margin.mm), round(s.left_margin.mm), round(s.right_margin.mm), round(s.bottom_margin.mm))
print("properties", d.core_properties.title, "/", d.core_properties.author)
for p in d.paragraphs:
    print(p.style.name + "|" + p.text)
for t in d.tables:
    for r in t.rows:
        print("row|" + "|".join(c.text for c in r.cells))
)";

class DocxTest : public ::testing::Test {
 protected:
  // What python-docx reads; every part is well-formed XML.
  std::string read(const std::string& bytes) {
    write_file(folder / "a.docx", bytes);
    write_file(folder / "read.py", reader);
    const auto parts = run("cd " + (folder / ".") +
                           " && mkdir -p x && cd x && unzip -o -q ../a.docx && find . -type f "
                           "-exec xmllint --noout --nonet {} +");
    EXPECT_EQ(parts.status, 0) << parts.output;
    const auto out =
        run("PYTHONIOENCODING=utf-8 /usr/bin/python3 " + (folder / "read.py") + " " + (folder / "a.docx"));
    EXPECT_EQ(out.status, 0) << out.output;
    return out.output;
  }
  Folder folder;
};

Document notice() {
  Document out;
  out.meta.title = {"关于召开联席会议的通知", ""};
  out.meta.issuer = {"示例区联席会议办公室", ""};
  out.meta.number = "示联办〔2026〕3号";
  out.meta.date = parse_date("2026-03-02");
  out.meta.watermark = {"草案", "DRAFT"};
  Official official;
  official.head = {"示例区联席会议办公室文件", ""};
  official.recipients = {"区财政局、区水利局", ""};
  official.copies = {"区政府办", ""};
  official.printed_by = {"示例区联席会议办公室", ""};
  official.printed_on = parse_date("2026-03-05");
  out.meta.official = official;
  out.blocks.push_back(Heading{1, {"一、时间 <地点> & “议题”", ""}});
  out.blocks.push_back(Paragraph{{"请准时参加。", ""}});
  Table table;
  table.columns = {{{"事项", ""}}, {{"金额", ""}, CellKind::money}};
  table.rows = {{"清淤", money_cell(Decimal::parse("1234.5"))}};
  out.blocks.push_back(table);
  out.blocks.push_back(Signatures{{}, true});
  return out;
}

TEST_F(DocxTest, AnOfficialPaperIsReadByOthers) {
  const std::string seen = read(render_docx(notice()));
  EXPECT_THAT(seen, HasSubstr("page 210.0 297.0\nmargins 37 28 26 35\n"));
  EXPECT_THAT(seen, HasSubstr("properties 关于召开联席会议的通知 / 示例区联席会议办公室"));
  EXPECT_THAT(
      seen,
      HasSubstr(
          "发文机关标志|示例区联席会议办公室文件\n发文字号|示联办〔2026〕3号\nTitle|关于召开联席会议的通知\n"
          "Normal|区财政局、区水利局：\nHeading 1|一、时间 <地点> & “议题”\nNormal|请准时参加。\n"));
  EXPECT_THAT(seen, HasSubstr("Normal|示例区联席会议办公室\nNormal|2026年3月2日\n"));
  EXPECT_THAT(seen, HasSubstr("row|事项|金额\nrow|清淤|1,234.50\n"));
  EXPECT_THAT(seen, HasSubstr("row|抄送：区政府办。\nrow|示例区联席会议办公室\t2026年3月5日印发\n"));
  EXPECT_THAT(run("grep -c 草案 " + (folder / "x/word/header1.xml")).output, HasSubstr("1"));
}

TEST_F(DocxTest, AllKindsOfBlocksAndOddTexts) {
  for (const Language language : {Language::zh, Language::en, Language::both}) {
    const std::string seen = read(render_docx(samples::statement(language)));
    EXPECT_THAT(seen, HasSubstr(language == Language::en ? "Sample River B" : "示例河乙断面"));
  }
  Document odd;
  odd.meta.title = {std::string("a\0b\x1b[31m\xff ]]> <w:t>", 19), ""};
  odd.blocks.push_back(Paragraph{{"第一行\n第二行\t\u202e倒写", ""}});
  const std::string seen = read(render_docx(odd));
  EXPECT_THAT(seen, HasSubstr("第一行\n第二行\t"));
  EXPECT_THAT(seen, HasSubstr("<w:t>"));
  EXPECT_THAT(seen, Not(HasSubstr("\u202e")));
  read(render_docx(Document{}));
}

TEST_F(DocxTest, TheSameDocumentGivesTheSameBytes) {
  EXPECT_EQ(render_docx(notice()), render_docx(notice()));
  Document other = notice();
  other.meta.number = "示联办〔2026〕4号";
  EXPECT_NE(render_docx(notice()), render_docx(other));
}

TEST_F(DocxTest, ARowTooLongIsRefused) {
  Document out;
  out.blocks.push_back(Table{{}, {{{"一", ""}}}, {{"1", "2"}}, {}, true});
  EXPECT_THROW(render_docx(out), Error);
}

// The same value as PDF: head, number, title and recipients in their order, imprint at the foot, page number.
TEST_F(DocxTest, TheOfficialPaperAsPdf) {
  const auto text = [&](const Document& document) {
    const std::string path = folder / "a.pdf";
    write_file(path, render_pdf(document));
    EXPECT_EQ(run("qpdf --check " + path).status, 0);
    std::string out = run("pdftotext -layout " + path + " -").output;
    std::erase(out, ' ');
    return out;
  };
  const std::string seen = text(notice());
  std::size_t at = 0;
  for (const char* part :
       {"示例区联席会议办公室文件", "示联办〔2026〕3号", "关于召开联席会议的通知", "区财政局、区水利局：",
        "请准时参加。", "2026年3月2日", "抄送：区政府办。", "2026年3月5日印发", "—1—"}) {
    const std::size_t found = seen.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << " in\n" << seen;
    at = found;
  }
  EXPECT_EQ(seen.find("共1页"), std::string::npos);
  Document letter = notice();
  letter.meta.official->form = Official::Form::letter;
  EXPECT_EQ(text(letter).find("—1—"), std::string::npos);
  Document cover = notice();
  cover.meta.official->form = Official::Form::cover;
  const std::string two = text(cover);
  EXPECT_NE(two.find("\f"), two.size() - 1) << "the cover is a page of its own";
  EXPECT_NE(two.find("—1—"), std::string::npos);
  EXPECT_EQ(two.find("—2—"), std::string::npos);
}

}  // namespace
}  // namespace tributary::document
