#include "document/docx_parts.h"

#include <fmt/format.h>

namespace tributary::document::docx {
namespace {

constexpr const char* xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr const char* word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
constexpr const char* relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string content_types() {
  std::string out =
      std::string(xml) +
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
      "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
      "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
      "<Override PartName=\"/docProps/core.xml\" "
      "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>";
  const auto part = [&](const char* name, const char* type) {
    out += fmt::format(
        "<Override PartName=\"/word/{}.xml\" ContentType=\"application/vnd.openxmlformats-"
        "officedocument.wordprocessingml.{}+xml\"/>",
        name, type);
  };
  part("document", "document.main");
  part("styles", "styles");
  part("settings", "settings");
  part("fontTable", "fontTable");
  part("header1", "header");
  part("footer1", "footer");
  part("footer2", "footer");
  part("footer3", "footer");
  return out + "</Types>";
}

std::string package_relations() {
  return std::string(xml) +
         "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" +
         fmt::format("<Relationship Id=\"rId1\" Type=\"{}/officeDocument\" Target=\"word/document.xml\"/>",
                     relations) +
         "<Relationship Id=\"rId2\" "
         "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
         "core-properties\" Target=\"docProps/core.xml\"/></Relationships>";
}

std::string document_relations() {
  std::string out = std::string(xml) +
                    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  const auto relation = [&](const char* id, const char* type, const char* target) {
    out += fmt::format("<Relationship Id=\"{}\" Type=\"{}/{}\" Target=\"{}.xml\"/>", id, relations, type,
                       target);
  };
  relation("rId1", "styles", "styles");
  relation("rId2", "settings", "settings");
  relation("rId3", "fontTable", "fontTable");
  relation("rId4", "header", "header1");
  relation("rId5", "footer", "footer1");
  relation("rId6", "footer", "footer2");
  relation("rId7", "footer", "footer3");
  return out + "</Relationships>";
}

std::string core(const Frame& frame) {
  return std::string(xml) +
         "<cp:coreProperties "
         "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
         "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">" +
         fmt::format(
             "<dc:title>{}</dc:title><dc:creator>{}</dc:creator><dcterms:created "
             "xsi:type=\"dcterms:W3CDTF\">{}"
             "</dcterms:created></cp:coreProperties>",
             frame.title, frame.author, frame.created);
}

// Offices have 方正小标宋 and GB2312 faces; elsewhere the program takes what stands in.
std::string fonts() {
  std::string out = std::string(xml) + "<w:fonts " + word + ">";
  const auto font = [&](const char* name, const char* other, const char* family) {
    out += fmt::format(
        "<w:font w:name=\"{}\"><w:altName w:val=\"{}\"/><w:charset w:val=\"86\"/><w:family w:val=\"{}\"/>"
        "</w:font>",
        name, other, family);
  };
  font("方正小标宋简体", "方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC", "roman");
  font("仿宋_GB2312", "仿宋,FangSong,华文仿宋,STFangsong,Noto Serif CJK SC", "modern");
  font("楷体_GB2312", "楷体,KaiTi,华文楷体,STKaiti,Noto Serif CJK SC", "modern");
  font("黑体", "SimHei,华文黑体,STHeiti,Noto Sans CJK SC", "modern");
  font("宋体", "SimSun,华文宋体,STSong,Noto Serif CJK SC", "auto");
  return out + "</w:fonts>";
}

std::string faces(const char* east, const char* ascii = "Times New Roman") {
  return fmt::format("<w:rFonts w:ascii=\"{0}\" w:hAnsi=\"{0}\" w:eastAsia=\"{1}\" w:cs=\"{0}\"/>", ascii,
                     east);
}

std::string styles() {
  std::string out =
      std::string(xml) + "<w:styles " + word + "><w:docDefaults><w:rPrDefault><w:rPr>" +
      faces("仿宋_GB2312") +
      "<w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr>"
      "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
      "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:pPr>"
      "<w:spacing w:line=\"579\" w:lineRule=\"exact\"/><w:jc w:val=\"both\"/></w:pPr></w:style>";
  const auto style = [&](const char* id, const char* name, const std::string& paragraph,
                         const std::string& characters) {
    out += fmt::format(
        "<w:style w:type=\"paragraph\" w:styleId=\"{}\"><w:name w:val=\"{}\"/><w:basedOn w:val=\"Normal\"/>"
        "<w:pPr>{}</w:pPr><w:rPr>{}</w:rPr></w:style>",
        id, name, paragraph, characters);
  };
  const auto size = [](int half_points) {
    return fmt::format("<w:sz w:val=\"{0}\"/><w:szCs w:val=\"{0}\"/>", half_points);
  };
  const std::string centre = "<w:jc w:val=\"center\"/>";
  const std::string single = "<w:spacing w:line=\"300\" w:lineRule=\"atLeast\"/>";
  style("Title", "Title",
        "<w:keepNext/><w:spacing w:before=\"579\" w:after=\"300\" w:line=\"720\" w:lineRule=\"exact\"/>" +
            centre,
        faces("方正小标宋简体") + size(44));
  style("Subtitle", "Subtitle", centre, faces("楷体_GB2312"));
  style("RedHead", "发文机关标志",
        "<w:spacing w:before=\"800\" w:after=\"579\" w:line=\"1000\" w:lineRule=\"atLeast\"/>" + centre,
        faces("方正小标宋简体") + "<w:color w:val=\"D90D0D\"/>" + size(64));
  style("Number", "发文字号", "", "");
  // 一、黑体；（一）楷体；1. 仿宋
  for (int level = 1; level <= 4; ++level)
    style(fmt::format("Heading{}", level).c_str(), fmt::format("heading {}", level).c_str(),
          fmt::format("<w:keepNext/><w:outlineLvl w:val=\"{}\"/>", level - 1),
          faces(level == 1   ? "黑体"
                : level == 2 ? "楷体_GB2312"
                             : "仿宋_GB2312"));
  style("Caption", "caption", "<w:spacing w:before=\"120\" w:line=\"400\" w:lineRule=\"exact\"/>" + centre,
        faces("黑体") + size(24));
  style("Cell", "表格文字", single + "<w:jc w:val=\"left\"/>", faces("宋体") + size(21));
  style("Signed", "签署", "<w:spacing w:line=\"560\" w:lineRule=\"exact\"/><w:jc w:val=\"left\"/>", size(28));
  style("Small", "小字", single + "<w:jc w:val=\"left\"/>", size(18));
  style("Imprint", "版记",
        "<w:spacing w:line=\"420\" w:lineRule=\"exact\"/><w:ind w:left=\"280\" w:right=\"280\"/><w:jc "
        "w:val=\"left\"/>",
        size(28));
  style("PageNumber", "页码", "<w:spacing w:line=\"320\" w:lineRule=\"exact\"/>",
        faces("宋体", "宋体") + size(28));
  return out + "</w:styles>";
}

std::string settings() {
  return std::string(xml) + "<w:settings " + word +
         "><w:evenAndOddHeaders/><w:characterSpacingControl "
         "w:val=\"compressPunctuation\"/><w:compat><w:compatSetting "
         "w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" "
         "w:val=\"15\"/></w:compat>"
         "</w:settings>";
}

// «— 1 —», one character from the outer edge.
std::string footer(const char* align, const char* side) {
  return std::string(xml) + "<w:ftr " + word + ">" +
         fmt::format(
             "<w:p><w:pPr><w:pStyle w:val=\"PageNumber\"/><w:ind w:{}=\"280\"/><w:jc w:val=\"{}\"/></w:pPr>"
             "<w:r><w:t xml:space=\"preserve\">— </w:t></w:r><w:r><w:fldChar "
             "w:fldCharType=\"begin\"/></w:r><w:r>"
             "<w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:fldChar "
             "w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar "
             "w:fldCharType=\"end\"/></w:r>"
             "<w:r><w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>",
             side, align);
}

std::string empty_footer() {
  return std::string(xml) + "<w:ftr " + word + "><w:p/></w:ftr>";
}

// The watermark is a shape of the head, as word processors make it themselves.
std::string header(const std::string& watermark) {
  std::string out =
      std::string(xml) + "<w:hdr " + word +
      " xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"><w:p>";
  if (!watermark.empty())
    out +=
        "<w:r><w:pict><v:shapetype id=\"_x0000_t136\" coordsize=\"21600,21600\" o:spt=\"136\" adj=\"10800\" "
        "path=\"m@7,l@8,m@5,21600l@6,21600e\"><v:path textpathok=\"t\" o:connecttype=\"rect\"/><v:textpath "
        "on=\"t\" "
        "fitshape=\"t\"/></v:shapetype><v:shape id=\"watermark\" type=\"#_x0000_t136\" "
        "style=\"position:absolute;margin-left:0;margin-top:0;width:400pt;height:160pt;rotation:315;z-index:-"
        "251654144;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        "mso-position-vertical-relative:margin\" fillcolor=\"#d8d8d8\" stroked=\"f\"><v:fill "
        "opacity=\".5\"/><v:textpath "
        "style=\"font-family:&quot;黑体&quot;;font-size:1pt\" string=\"" +
        watermark + "\"/></v:shape></w:pict></w:r>";
  return out + "</w:p></w:hdr>";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> fixed_parts(const Frame& frame) {
  return {{"[Content_Types].xml", content_types()},
          {"_rels/.rels", package_relations()},
          {"docProps/core.xml", core(frame)},
          {"word/_rels/document.xml.rels", document_relations()},
          {"word/styles.xml", styles()},
          {"word/settings.xml", settings()},
          {"word/fontTable.xml", fonts()},
          {"word/header1.xml", header(frame.watermark)},
          {"word/footer1.xml", footer("right", "right")},
          {"word/footer2.xml", footer("left", "left")},
          {"word/footer3.xml", empty_footer()}};
}

std::string document_part(const std::string& body, const Frame& frame) {
  std::string out = std::string(xml) + "<w:document " + word +
                    fmt::format(" xmlns:r=\"{}\"><w:body>", relations) + body + "<w:sectPr>";
  for (const char* kind : {"default", "even", "first"})
    out += fmt::format("<w:headerReference w:type=\"{}\" r:id=\"rId4\"/>", kind);
  out += fmt::format(
      "<w:footerReference w:type=\"default\" r:id=\"rId5\"/><w:footerReference w:type=\"even\" "
      "r:id=\"rId6\"/>"
      "<w:footerReference w:type=\"first\" r:id=\"{}\"/>",
      frame.first_page_bare ? "rId7" : "rId5");
  // Margins 37, 26, 35 and 28 mm; the foot's text 7 mm below the text block; 22 lines of 28 characters.
  out +=
      "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" "
      "w:left=\"1588\" "
      "w:header=\"851\" w:footer=\"1400\" w:gutter=\"0\"/>";
  if (frame.first_page_bare) out += "<w:titlePg/>";
  return out +
         "<w:docGrid w:type=\"linesAndChars\" w:linePitch=\"579\" "
         "w:charSpace=\"-849\"/></w:sectPr></w:body></w:document>";
}

}  // namespace tributary::document::docx
