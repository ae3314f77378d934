#include "policy/yaml.h"

#include "base/text.h"
#include "policy/codes.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace tributary::policy {
namespace {

// Builds our tree from parser events, so that anchors, duplicates, depth and size are seen as they come.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& file) : text_(text), file_(file) {
    for (std::size_t at = 0; at != std::string_view::npos;
         at = text.find('\n', at), at += at != std::string_view::npos)
      lines_.push_back(at);
  }

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, YamlNode::Kind::null);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(mark, anchor, YamlNode::Kind::scalar);
    node.scalar = value;
    node.quoted = tag == "!";
    refuse_tag(mark, tag);
    if (node.quoted) check_closed(mark);
    append(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(make(mark, anchor, YamlNode::Kind::sequence));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(make(mark, anchor, YamlNode::Kind::map));
  }
  void OnMapEnd() override { close(); }

 private:
  Where where(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1, {}}; }

  void refuse_anchor(const YAML::Mark& mark) const {
    throw Error(codes::bad_yaml,
                {"不允许使用锚点和别名（& 和 *）", "anchors and aliases (& and *) are not allowed"},
                where(mark), {"请把内容写全", "write the content out in full"});
  }

  // A tag could make a number pass for a quoted one.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Error(codes::bad_yaml, {"不允许使用标签（!…）", "tags (!…) are not allowed"}, where(mark));
  }

  // yaml-cpp lets a quoted text end without its quote where the indentation ends, and gives a bare «!» the
  // mark of quotes.
  void check_closed(const YAML::Mark& mark) const {
    const std::size_t line = static_cast<std::size_t>(mark.line);
    std::size_t at =
        (line < lines_.size() ? lines_[line] : text_.size()) + static_cast<std::size_t>(mark.column);
    const char quote = at < text_.size() ? text_[at] : ' ';
    if (quote == '>' || quote == '|') return;  // a text of several lines
    if (quote != '"' && quote != '\'')
      throw Error(codes::bad_yaml, {"不允许使用标签（!）", "tags (!) are not allowed"}, where(mark));
    for (++at; at < text_.size() && text_[at] != '\n'; ++at) {
      if (quote == '\'' && text_.substr(at, 2) == "''")
        ++at;  // a quote within
      else if (text_[at] == quote)
        return;
      else if (quote == '"' && text_[at] == '\\')
        ++at;
    }
    throw Error(codes::bad_yaml, {"引号没有在本行内结束", "the quotes are not closed on this line"},
                where(mark), {"长文字请用 >- 分行书写", "write long texts with >-"});
  }

  YamlNode make(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (anchor != 0) refuse_anchor(mark);
    if (++count_ > max_yaml_nodes)
      throw Error(codes::too_complex, {"文件内容过多", "the file holds too much"}, where(mark),
                  {"请拆成几个文件", "split it into several files"});
    YamlNode node;
    node.kind = kind;
    node.where = where(mark);
    return node;
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    append(make(mark, anchor, kind));
  }

  void open(YamlNode node) {
    if (stack_.size() >= static_cast<std::size_t>(max_yaml_depth))
      throw Error(codes::too_complex, {"嵌套太深", "nested too deeply"}, node.where);
    stack_.push_back({std::move(node), std::nullopt, {}});
  }

  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    append(std::move(node));
  }

  void append(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = stack_.back();
    if (top.node.kind == YamlNode::Kind::sequence) {
      top.node.items.push_back(std::move(node));
    } else if (!top.key) {
      if (node.kind != YamlNode::Kind::scalar)
        throw Error(codes::bad_yaml, {"键必须是文字", "a key must be plain text"}, node.where);
      if (const auto [first, fresh] = top.keys.emplace(node.scalar, node.where.line); !fresh)
        throw Error(codes::duplicate_key,
                    {fmt::format("键“{}”重复（第 {} 行已有）", node.scalar, first->second),
                     fmt::format("key \"{}\" appears twice (first on line {})", node.scalar, first->second)},
                    node.where, {"请删去其中一个", "remove one of them"});
      top.key = std::move(node);
    } else {
      if (node.kind == YamlNode::Kind::null)
        node.where = top.key->where;  // the parser is at the next line already
      top.node.entries.emplace_back(std::move(*top.key), std::move(node));
      top.key.reset();
    }
  }

  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;
    std::map<std::string, long> keys;  // with their lines; a list would make large maps slow
  };
  std::string_view text_;
  std::vector<std::size_t> lines_;  // where each begins
  std::string file_;
  YamlNode root_;
  std::vector<Open> stack_;
  std::size_t count_ = 0;
};

[[noreturn]] void bad_value(const YamlNode& node, std::string_view what, const std::string& zh,
                            const std::string& en, Text hint = {}) {
  throw Error(codes::bad_value, {fmt::format("{}：{}", what, zh), fmt::format("{}: {}", what, en)},
              node.where, std::move(hint));
}

}  // namespace

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > max_yaml_bytes)
    throw Error(codes::too_complex, {"文件太大", "the file is too large"}, {file, 1, 0, {}},
                {"请拆成几个文件", "split it into several files"});
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a mark that editors put there
  if (const std::size_t bad = first_bad_utf8(text); bad != std::string_view::npos) {
    const long line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    throw Error(codes::bad_yaml,
                looks_like_gbk(text)
                    ? Text{"文件像是 GBK 编码，不是 UTF-8", "the file looks like GBK, not UTF-8"}
                    : Text{"文件不是 UTF-8 编码", "the file is not UTF-8"},
                {file, line, 0, {}}, {"请另存为 UTF-8", "save it as UTF-8"});
  }
  // yaml-cpp recurses per level before our handler sees it; a line of opening brackets is cut off here. A
  // control character would make it stop reading (4) or guess another encoding (0).
  std::size_t depth = 0;
  Where at{file, 1, 0, {}};
  for (char c : text) {
    ++at.column;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > static_cast<std::size_t>(max_yaml_depth))
      throw Error(codes::too_complex, {"嵌套太深", "nested too deeply"}, at);
    if (static_cast<unsigned char>(c) < 32 && c != '\t' && c != '\n' && c != '\r')
      throw Error(codes::bad_yaml,
                  {fmt::format("文件中有控制字符（编码 {}）", static_cast<int>(c)),
                   fmt::format("the file holds a control character (code {})", static_cast<int>(c))},
                  at, {"请用文本编辑器另存为 UTF-8 文本", "save it as UTF-8 text"});
    if (c == '\n') depth = 0, ++at.line, at.column = 0;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(text, file);
    if (!parser.HandleNextDocument(builder))
      throw Error(codes::bad_yaml, {"文件是空的", "the file is empty"}, {file, 1, 0, {}});
    YamlNode root = builder.take();
    Builder second(text, file);
    if (parser.HandleNextDocument(second))
      throw Error(
          codes::bad_yaml,
          {"一个文件只能有一个文档（多了 ---）", "one document per file (there is a second after ---)"},
          second.take().where);
    return root;
  } catch (const YAML::Exception& e) {
    throw Error(
        codes::bad_yaml,
        {fmt::format("YAML 写法有误：{}", e.msg), fmt::format("YAML is malformed: {}", e.msg)},
        {file, e.mark.is_null() ? 0 : e.mark.line + 1, e.mark.is_null() ? 0 : e.mark.column + 1, {}},
        {"请检查缩进、冒号后的空格和引号", "check the indentation, the space after colons and the quotes"});
  }
}

const std::string& scalar_of(const YamlNode& node, std::string_view what) {
  if (node.kind != YamlNode::Kind::scalar) bad_value(node, what, "应为一个值", "a single value is expected");
  return node.scalar;
}

Decimal decimal_of(const YamlNode& node, std::string_view what) {
  const std::string& text = scalar_of(node, what);
  const auto value = Decimal::try_parse(text);
  if (!value)
    bad_value(node, what, fmt::format("“{}”不是数值", text), fmt::format("\"{}\" is not a number", text));
  if (!node.quoted && text.find_first_of(".eE") != std::string::npos)
    bad_value(node, what, "小数须加引号", "decimals stand in quotes",
              {fmt::format("写成 \"{}\"", text), fmt::format("write \"{}\"", text)});
  return *value;
}

Date date_of(const YamlNode& node, std::string_view what) {
  try {
    return parse_date(scalar_of(node, what));
  } catch (const Error& e) {
    throw e.at(node.where);
  }
}

Text bilingual_of(const YamlNode& node, std::string_view what) {
  YamlMap map(node, std::string(what));
  Text out{map.text("zh"), map.text("en")};
  map.finish();
  return out;
}

YamlMap::YamlMap(const YamlNode& node, std::string what) : node_(node), what_(std::move(what)) {
  if (node.kind != YamlNode::Kind::map)
    bad_value(node, what_, "应为“键: 值”的集合", "a map of keys and values is expected");
}

const YamlNode* YamlMap::find(std::string_view key) {
  asked_.emplace(key);
  for (const auto& [name, value] : node_.entries)
    if (name.scalar == key) return value.kind == YamlNode::Kind::null ? nullptr : &value;
  return nullptr;
}

const YamlNode& YamlMap::require(std::string_view key) {
  if (const YamlNode* node = find(key)) return *node;
  throw Error(codes::missing_key,
              {fmt::format("{}缺少“{}”", what_, key), fmt::format("{}: \"{}\" is missing", what_, key)},
              node_.where, {fmt::format("请加上 {}: …", key), fmt::format("add {}: …", key)});
}

std::string YamlMap::text(std::string_view key) {
  const std::string& out = scalar_of(require(key), key);
  if (out.empty()) bad_value(require(key), key, "不能为空", "must not be empty");
  return out;
}

std::string YamlMap::text_or(std::string_view key, std::string otherwise) {
  const YamlNode* node = find(key);
  return node != nullptr ? scalar_of(*node, key) : otherwise;
}

bool YamlMap::boolean_or(std::string_view key, bool otherwise) {
  const YamlNode* node = find(key);
  if (node == nullptr) return otherwise;
  const std::string& value = scalar_of(*node, key);
  if (value != "true" && value != "false")
    bad_value(*node, key, "应为 true 或 false", "true or false is expected");
  return value == "true";
}

Date YamlMap::date(std::string_view key) {
  return date_of(require(key), key);
}

std::optional<Date> YamlMap::date_or_none(std::string_view key) {
  const YamlNode* node = find(key);
  return node != nullptr ? std::optional(date_of(*node, key)) : std::nullopt;
}

int YamlMap::integer(std::string_view key) {
  const YamlNode& node = require(key);
  const auto value = Decimal::try_parse(scalar_of(node, key));
  if (!value || value->scale() != 0 || *value < Decimal(-1000000) || *value > Decimal(1000000))
    bad_value(node, key, "应为整数", "a whole number is expected");
  return static_cast<int>(value->to_int64());
}

Text YamlMap::bilingual(std::string_view key) {
  return bilingual_of(require(key), key);
}

Text YamlMap::bilingual_or_none(std::string_view key) {
  const YamlNode* node = find(key);
  return node != nullptr ? bilingual_of(*node, key) : Text{};
}

std::optional<Source> YamlMap::source_or_none(std::string_view key) {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  YamlMap map(*node, std::string(key));
  Source out{map.text("document"), map.text_or("number"), map.text_or("article"), map.text_or("url"),
             map.text_or("note")};
  map.finish();
  return out;
}

Source YamlMap::source(std::string_view key) {
  if (auto out = source_or_none(key)) return *out;
  throw Error(codes::missing_source,
              {fmt::format("{}没有写出处", what_), fmt::format("{}: the source is missing", what_)},
              node_.where,
              {"请加上 source: {document: 文件名, number: 文号, article: 条款}",
               "add source: {document: …, number: …, article: …}"});
}

std::vector<std::string> YamlMap::texts(std::string_view key) {
  std::vector<std::string> out;
  const YamlNode* node = find(key);
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::sequence)
    bad_value(*node, key, "应为列表 [a, b]", "a list [a, b] is expected");
  for (const YamlNode& item : node->items) out.push_back(scalar_of(item, key));
  return out;
}

void YamlMap::each_other(const std::function<void(const YamlNode&, const YamlNode&)>& visit) {
  for (const auto& [key, value] : node_.entries)
    if (asked_.insert(key.scalar).second) visit(key, value);
}

void YamlMap::finish() {
  for (const auto& [key, value] : node_.entries) {
    if (asked_.contains(key.scalar)) continue;
    const std::vector<std::string> known(asked_.begin(), asked_.end());
    const auto close = near_misses(key.scalar, known);
    throw Error(codes::unknown_key,
                {fmt::format("{}中没有“{}”这个键", what_, key.scalar),
                 fmt::format("{}: key \"{}\" is not known", what_, key.scalar)},
                key.where,
                close.empty() ? Text{fmt::format("可用的键：{}", fmt::join(known, "、")),
                                     fmt::format("known keys: {}", fmt::join(known, ", "))}
                              : Text{fmt::format("是否想写“{}”？", close[0]),
                                     fmt::format("did you mean \"{}\"?", close[0])});
  }
}

}  // namespace tributary::policy
