// PDFs are judged by programs we did not write: qpdf for the structure, pdfinfo and pdftotext for the
// content.
#include "document/pdf.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/page.h"
#include "document/samples.h"
#include "document/testing.h"

#include <future>
#include <regex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::document {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_tools::Folder;
using testing_tools::Outcome;
using testing_tools::run;

// pdftotext sees no blank between Chinese characters and digits: page numbers are compared without.
std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

class PdfTest : public testing::Test {
 protected:
  // Writes the PDF, has its structure checked, and gives its text.
  std::string text_of(const std::string& bytes) {
    write_file(path, bytes);
    const Outcome checked = run("qpdf --check " + path);
    EXPECT_EQ(checked.status, 0) << checked.output;
    return run("pdftotext -layout " + path + " -").output;
  }
  int pages() {
    std::smatch found;
    const std::string info = run("pdfinfo " + path).output;
    return std::regex_search(info, found, std::regex("Pages: +(\\d+)")) ? std::stoi(found[1]) : -1;
  }

  Folder folder;
  std::string path = folder / "a.pdf";
};

Document with(Block block) {
  Document document;
  document.meta.title = {"标题", "Title"};
  document.blocks.push_back(std::move(block));
  return document;
}

Table long_table(int rows) {
  Table table;
  table.caption = {"表2　月均值", "Table 2"};
  table.columns = {{{"断面", "Section"}}, {{"指标", "Indicator"}}, {{"数值", "Value"}, CellKind::number}};
  for (int i = 1; i <= rows; ++i)
    table.rows.push_back({fmt::format("断面{}", i), "氨氮", number_cell(Decimal(i))});
  return table;
}

typeset::Typesetter typesetter() {
  const PdfOptions options;
  return typeset::Typesetter({options.serif, options.sans});
}

}  // namespace

TEST_F(PdfTest, TheStatementSaysWhatItHasToSay) {
  const std::string text = text_of(render_pdf(samples::statement()));
  EXPECT_EQ(pages(), 4);
  for (const char* wanted :
       {"生态补偿结算通知书", "示例〔2020〕10号", "付款方", "示例河甲断面（国控）", "1,500,000.00",
        "-300,000.00", "2,200,000.00", "补偿金额 = 500,000.00 元", "市局确认文号", "经办人：",
        "示例区生态环境分局", "2020年11月10日", "本通知书由系统按公布的规则计算"})
    EXPECT_THAT(text, HasSubstr(wanted));
  EXPECT_THAT(without_blanks(text), testing::AllOf(HasSubstr("第1页共4页"), HasSubstr("第4页共4页")));
  EXPECT_THAT(text, Not(HasSubstr("Township")));
  const std::string info = run("pdfinfo " + path).output;
  EXPECT_THAT(info, HasSubstr("A4"));
  EXPECT_THAT(info, testing::ContainsRegex("Title: +生态补偿结算通知书"));
  EXPECT_THAT(info, testing::ContainsRegex("Author: +示例区生态环境分局"));
  const std::string fonts = run("pdffonts " + path).output;
  EXPECT_THAT(fonts, HasSubstr("NotoSerifCJK"));
  EXPECT_THAT(fonts, HasSubstr("NotoSansCJK"));
  EXPECT_THAT(fonts, Not(testing::ContainsRegex("no +(yes|no) +(yes|no) +[0-9]+ +0")))
      << "a font is not embedded";
}

TEST_F(PdfTest, EnglishAndBothLanguages) {
  EXPECT_THAT(text_of(render_pdf(samples::statement(Language::en))),
              testing::AllOf(HasSubstr("Page 1 of"), HasSubstr("Township A"), Not(HasSubstr("乙镇"))));
  EXPECT_THAT(text_of(render_pdf(samples::statement(Language::both), {.sizes = Sizes::compact})),
              testing::AllOf(HasSubstr("Page 1 of"), HasSubstr("Township A"), HasSubstr("乙镇"),
                             HasSubstr("Notice of Ecological Compensation")));
}

TEST_F(PdfTest, TheSameDocumentGivesTheSameBytes) {
  const std::string once = render_pdf(samples::statement());
  EXPECT_EQ(once, render_pdf(samples::statement()));
  Document later = samples::statement();
  later.meta.created.seconds += 60;
  EXPECT_NE(once, render_pdf(later));
  std::vector<std::future<std::string>> threads;
  for (int i = 0; i < 4; ++i)
    threads.push_back(std::async(std::launch::async, [] { return render_pdf(samples::statement()); }));
  for (auto& thread : threads) EXPECT_EQ(thread.get(), once);
}

TEST_F(PdfTest, LongTablesRepeatTheirHeaderAndLoseNoRow) {
  const std::string text = text_of(render_pdf(with(long_table(10'000)), {.sizes = Sizes::compact}));
  const int count = pages();
  EXPECT_GT(count, 150);
  EXPECT_THAT(without_blanks(text), HasSubstr(fmt::format("第{0}页共{0}页", count)));
  int headers = 0, last = 0;
  for (const auto line : split(text, '\n')) {
    if (line.find("指标") != std::string_view::npos) ++headers;
    const std::string one(line);
    int name = 0, value = 0;
    if (std::sscanf(one.c_str(), " 断面%d 氨氮 %d", &name, &value) == 2) {
      EXPECT_EQ(name, last + 1);
      EXPECT_EQ(name, value);
      last = name;
    }
  }
  EXPECT_EQ(headers, count);
  EXPECT_EQ(last, 10'000);
}

TEST_F(PdfTest, AbsurdInputIsPrintedSomehow) {
  Table narrow;
  for (int i = 0; i < 60; ++i)
    narrow.columns.push_back({{fmt::format("列{}", i), ""}, i % 2 == 0 ? CellKind::money : CellKind::text});
  narrow.rows.emplace_back();
  for (int i = 0; i < 60; ++i) narrow.rows[0].emplace_back("123,456,789.00");
  Table tall;
  tall.columns = {{{"文字", ""}}, {{"数", ""}, CellKind::number}};
  std::string words;
  for (int i = 0; i < 6000; ++i) words += "水质断面";
  tall.rows = {{words + "末", "1"}, {std::string(30'000, 'W') + "尾", "2"}};
  Table huge_title;
  huge_title.columns = {{{words, ""}}, {{"b", ""}, CellKind::number}};
  huge_title.rows = {{"1", "2"}};
  Tree deep;
  deep.roots.emplace_back();
  TreeNode* node = &deep.roots.front();
  for (int i = 0; i < 300; ++i) {
    node->label = {fmt::format("第{}层", i), ""};
    node->value = "1";
    node->children.emplace_back();
    node = &node->children.front();
  }
  Signatures many;
  many.parties.push_back({{words, ""}, std::vector<Text>(200, {"签字：", ""})});
  Document document = with(Heading{99, {words, ""}});
  document.meta.title = {words, ""};
  document.meta.number = std::string(3000, '9');
  document.meta.footer = {words, ""};
  document.meta.watermark = {words, ""};
  for (Block block :
       {Block(Table{}), Block(narrow), Block(tall), Block(huge_title), Block(deep), Block(many),
        Block(Signatures{}), Block(KeyValues{}), Block(KeyValues{{{{words, ""}, {words, ""}}}}),
        Block(PageBreak{}), Block(PageBreak{}), Block(Tree{}), Block(SmallPrint{}),
        Block(Paragraph{{"𠮷野家 𠮷 \u0BB5\u0BA3 مرحبا \U0001F600 e\u0301 \xFF\xFE\x1b[0m\u202E", ""}}),
        Block(Paragraph{{std::string(60'000, 'x') + "终", ""}}),
        Block(Paragraph{{std::string(50, '\n') + "空", ""}})})
    document.blocks.push_back(std::move(block));
  const std::string text = text_of(render_pdf(document));
  EXPECT_THAT(text, HasSubstr("𠮷野家"));
  EXPECT_THAT(text, HasSubstr("末"));
  EXPECT_THAT(text, HasSubstr("尾"));
  EXPECT_THAT(text, HasSubstr("终"));
  EXPECT_THAT(text, HasSubstr("第299层"));
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 60'000);
  EXPECT_EQ(std::count(text.begin(), text.end(), 'W'), 30'000);
  EXPECT_THAT(without_blanks(text_of(render_pdf({}))), HasSubstr("第1页共1页"));
}

// Scanned from the page as a telephone would: beside a text, at the head of a page, and long.
TEST_F(PdfTest, QrCodesCanBeScanned) {
  for (const std::string& address :
       {std::string("https://bc.example.gov.cn/verify/341602-202010-17-9f3a5c0b7e21"), std::string("1"),
        "https://bc.example.gov.cn/" + std::string(173, 'x')}) {
    Document document = with(QrCode{address, {"扫码核对，\n或输入核验码。", "Scan it,\nor enter the code."}});
    document.blocks.insert(document.blocks.begin(), Block(Paragraph{{"前文", "before"}}));
    const std::string text = text_of(render_pdf(document));
    EXPECT_THAT(text, HasSubstr("或输入核验码"));
    const std::string picture = folder / "page";
    ASSERT_EQ(run("pdftoppm -r 200 -png -singlefile " + path + " " + picture).status, 0);
    EXPECT_EQ(run("zbarimg --quiet --raw --nodbus " + picture + ".png 2>/dev/null").output, address + "\n");
  }
  EXPECT_THROW(render_pdf(with(QrCode{"", {}})), Error);
  EXPECT_THROW(render_pdf(with(QrCode{std::string(201, 'x'), {}})), Error);
}

TEST_F(PdfTest, RefusesWhatItCannotPrint) {
  Table ragged = long_table(1);
  ragged.rows[0].emplace_back("zu viel");
  EXPECT_THROW(render_pdf(with(ragged)), Error);
  try {
    render_pdf(samples::statement(), {.serif = {"No Such Font"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::font_missing);
    EXPECT_THAT(error.hint().zh, HasSubstr("fonts-noto-cjk"));
  }
}

// What the layout must keep, whatever the document: nothing outside the text block, no text over another.
TEST(Layout, StaysInsideTheTextBlock) {
  typeset::Typesetter setter = typesetter();
  for (const Language language : {Language::zh, Language::en, Language::both})
    for (const Sizes sizes : {Sizes::official, Sizes::compact})
      for (const bool landscape : {false, true}) {
        const page::Layout layout =
            page::lay_out(samples::statement(language), {.sizes = sizes, .landscape = landscape}, setter);
        const page::Shape& shape = layout.shape;
        for (const page::Page& page : layout.pages) {
          EXPECT_FALSE(page.ops.empty());
          for (const page::Op& op : page.ops)
            if (const auto* text = std::get_if<page::TextOp>(&op)) {
              const double width = setter.width(text->rich, text->style) + text->stretch;
              EXPECT_GE(text->x, shape.left - 0.5) << text->rich.text;
              EXPECT_LE(text->x + width, shape.page_width - shape.right + 1) << text->rich.text;
              EXPECT_GE(text->top, shape.top - 0.5) << text->rich.text;
              EXPECT_LE(text->top + text->style.pitch, shape.page_height - shape.bottom + 0.5)
                  << text->rich.text;
            }
        }
      }
}

TEST(Layout, OfficialPageHoldsTwentyTwoLinesOfTwentyEightCharacters) {
  typeset::Typesetter setter = typesetter();
  std::string text;
  for (int i = 0; i < 28 * 22; ++i) text += "水";
  Document document;
  document.blocks.push_back(Paragraph{{text, ""}, false});
  const page::Layout full = page::lay_out(document, {}, setter);
  ASSERT_EQ(full.pages.size(), 1U);
  ASSERT_EQ(full.pages[0].ops.size(), 22U);
  for (const page::Op& op : full.pages[0].ops)
    EXPECT_EQ(std::get<page::TextOp>(op).rich.text.size(), 28U * 3U);
}

TEST(Layout, ATotalsRowIsNeverAlone) {
  typeset::Typesetter setter = typesetter();
  for (int rows = 20; rows < 60; ++rows) {
    Table table = long_table(rows);
    table.totals = Row{"合计", "", number_cell(Decimal(7))};
    const page::Layout layout = page::lay_out(with(table), {}, setter);
    for (const page::Page& page : layout.pages) {
      bool totals = false;
      int on_page = 0;
      for (const page::Op& op : page.ops)
        if (const auto* text = std::get_if<page::TextOp>(&op)) {
          if (text->rich.text == "合计") totals = true;
          if (text->rich.text == "氨氮") ++on_page;
        }
      EXPECT_TRUE(!totals || on_page >= 2) << rows;
    }
  }
}

TEST(Typesetter, BreaksLosingNothing) {
  typeset::Typesetter setter = typesetter();
  const typeset::Style style{typeset::Face::serif, 12, 20};
  for (const std::string text :
       {"根据办法第五条，NH3-N 与 COD 参与评价。", "Supercalifragilistic断面expialidocious", "a\nb\n\nc"}) {
    std::string joined;
    for (const typeset::Line& line : setter.lines(typeset::Rich(text), style, 60)) {
      EXPECT_LE(line.width, 61) << line.rich.text;
      EXPECT_FALSE(line.rich.text.starts_with("，") || line.rich.text.starts_with("。"));
      joined += line.rich.text;
    }
    const auto bare = [](std::string s) {
      std::erase_if(s, [](char c) { return c == ' ' || c == '\n'; });
      return s;
    };
    EXPECT_EQ(bare(joined), bare(text));
  }
  EXPECT_EQ(setter.lines(typeset::Rich(), style, 60).size(), 1U);
  const typeset::Line cut = setter.fitted(typeset::Rich("一二三四五六七八九十"), style, 60);
  EXPECT_LE(cut.width, 60);
  EXPECT_EQ(cut.rich.text, "一二三四…");
}

TEST(Typesetter, DigitsOfTablesAreOfOneWidth) {
  typeset::Typesetter setter = typesetter();
  for (const bool bold : {false, true}) {
    const typeset::Style style{typeset::Face::sans, 10.5, 15, bold};
    EXPECT_DOUBLE_EQ(setter.width(typeset::Rich("1,111.11"), style),
                     setter.width(typeset::Rich("8,888.88"), style));
  }
}

}  // namespace tributary::document
