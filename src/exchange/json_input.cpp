#include "exchange/json_input.h"

#include "base/json.h"
#include "base/text.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace tributary::exchange {

// Fills the nodes from the events of the parser.
struct JsonInput::Reader final : nlohmann::json_sax<nlohmann::json> {
  JsonInput& input;
  std::string_view source;
  std::vector<std::uint32_t> open;   // containers
  std::vector<std::uint32_t> last;   // their last child
  std::unordered_map<std::string, std::uint32_t> known;
  std::uint32_t name = 0;

  Reader(JsonInput& i, std::string_view s) : input(i), source(s) { input.names_.emplace_back(); }

  std::uint32_t add(Kind kind, std::string_view text = {}) {
    const auto at = static_cast<std::uint32_t>(input.nodes_.size());
    Node node;
    node.kind = kind;
    node.name = name;
    node.text = static_cast<std::uint32_t>(input.texts_.size());
    node.length = static_cast<std::uint32_t>(text.size());
    input.texts_.append(text);
    if (!open.empty()) {
      node.parent = open.back();
      if (last.back() == none)
        input.nodes_[open.back()].first = at;
      else
        input.nodes_[last.back()].next = at;
      last.back() = at;
    }
    input.nodes_.push_back(node);
    name = 0;
    return at;
  }
  bool enter(Kind kind) {
    const std::uint32_t at = add(kind);
    open.push_back(at);
    last.push_back(none);
    if (open.size() > 16) Value(&input, at).fail({"嵌套超过 16 层", "nested deeper than 16"});
    return true;
  }
  bool leave() {
    open.pop_back();
    last.pop_back();
    return true;
  }

  bool null() override { return add(Kind::null), true; }
  bool boolean(bool value) override { return add(Kind::boolean, value ? "true" : "false"), true; }
  bool number_integer(number_integer_t value) override { return add(Kind::number, fmt::format_int(value).c_str()), true; }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Kind::number, fmt::format_int(value).c_str()), true;
  }
  bool number_float(number_float_t, const string_t& written) override { return add(Kind::number, written), true; }
  bool string(string_t& value) override { return add(Kind::string, value), true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return enter(Kind::object); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Kind::array); }
  bool end_array() override { return leave(); }
  bool key(string_t& value) override {
    const auto [at, fresh] = known.try_emplace(value, static_cast<std::uint32_t>(input.names_.size()));
    if (fresh) input.names_.push_back(value);
    name = at->second;
    for (std::uint32_t c = input.nodes_[open.back()].first; c != none; c = input.nodes_[c].next)
      if (input.nodes_[c].name == name)
        Value(&input, c).fail({fmt::format("“{}”出现两次", value), fmt::format("\"{}\" stands there twice", value)});
    if (++members_ % 1024 == 0 && known.size() > 10'000)
      Value(&input, open.back()).fail({"不同的名称过多", "too many different names"});
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    const std::string_view before = source.substr(0, position > 0 ? position - 1 : 0);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto start = before.rfind('\n');
    const auto column = static_cast<long>(start == std::string_view::npos ? before.size() + 1 : before.size() - start);
    throw Error(codes::bad_input, {"不是有效的 JSON", "this is not valid JSON"}, {input.file_, line, column, {}},
                {"检查此处的逗号、引号和括号", "look at commas, quotes and brackets here"});
  }

 private:
  std::size_t members_ = 0;
};

JsonInput JsonInput::parse(std::string_view json, std::string file) {
  JsonInput out;
  out.file_ = std::move(file);
  if (json.size() > (std::size_t{1} << 30))
    throw Error(codes::bad_input, {"文件超过 1 GiB", "the file is above 1 GiB"}, {out.file_, 0, 0, {}});
  if (const std::size_t bad = first_bad_utf8(json); bad != std::string_view::npos)
    throw Error(codes::bad_input, {"不是 UTF-8 编码", "the text is not UTF-8"},
                {out.file_, 1 + std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(bad), '\n'), 0, {}},
                {"另存为 UTF-8", "save it as UTF-8"});
  Reader reader(out, json);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  return out;
}

// ---- values

JsonInput::Kind JsonInput::Value::kind() const {
  return input_->nodes_[node_].kind;
}

std::string_view JsonInput::Value::name() const {
  const Node& n = input_->nodes_[node_];
  const bool member = n.parent != none && input_->nodes_[n.parent].kind == Kind::object;
  return member ? std::string_view(input_->names_[n.name]) : std::string_view();
}

std::string_view JsonInput::Value::text() const {
  const Node& n = input_->nodes_[node_];
  return std::string_view(input_->texts_).substr(n.text, n.length);
}

std::optional<JsonInput::Value> JsonInput::Value::first() const {
  const std::uint32_t at = input_->nodes_[node_].first;
  return at == none ? std::nullopt : std::optional(Value(input_, at));
}

std::optional<JsonInput::Value> JsonInput::Value::next() const {
  const std::uint32_t at = input_->nodes_[node_].next;
  return at == none ? std::nullopt : std::optional(Value(input_, at));
}

std::size_t JsonInput::Value::size() const {
  std::size_t out = 0;
  for (auto v = first(); v; v = v->next()) ++out;
  return out;
}

std::optional<JsonInput::Value> JsonInput::Value::find(std::string_view name) const {
  require(Kind::object);
  for (auto v = first(); v; v = v->next())
    if (input_->names_[input_->nodes_[v->node_].name] == name) return v;
  return std::nullopt;
}

JsonInput::Value JsonInput::Value::need(std::string_view name) const {
  if (const auto v = find(name)) return *v;
  fail({fmt::format("缺少“{}”", name), fmt::format("\"{}\" is missing", name)});
}

void JsonInput::Value::only(std::initializer_list<std::string_view> names) const {
  require(Kind::object);
  for (auto v = first(); v; v = v->next()) {
    const std::string& name = input_->names_[input_->nodes_[v->node_].name];
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::vector<std::string> all(names.begin(), names.end());
    const auto close = near_misses(name, all);
    const auto& shown = close.empty() ? all : close;
    v->fail({fmt::format("没有“{}”这一项", name), fmt::format("there is no \"{}\" here", name)},
            {fmt::format("可用：{}", fmt::join(shown, "、")), fmt::format("there are: {}", fmt::join(shown, ", "))});
  }
}

void JsonInput::Value::require(Kind wanted) const {
  static constexpr std::array<std::string_view, 6> zh{"空值", "真假值", "数字", "文字", "数组", "对象"};
  static constexpr std::array<std::string_view, 6> en{"null", "true or false", "a number", "a string", "an array",
                                                      "an object"};
  if (kind() == wanted) return;
  const auto w = static_cast<std::size_t>(wanted);
  const auto k = static_cast<std::size_t>(kind());
  fail({fmt::format("应为{}，实为{}", zh[w], zh[k]), fmt::format("should be {}, is {}", en[w], en[k])});
}

std::string_view JsonInput::Value::as_string() const {
  require(Kind::string);
  return text();
}

bool JsonInput::Value::as_boolean() const {
  require(Kind::boolean);
  return text() == "true";
}

Decimal JsonInput::Value::as_decimal() const {
  if (!is(Kind::string)) require(Kind::number);
  if (const auto value = Decimal::try_parse(text())) return *value;
  fail({fmt::format("“{}”不是可精确表示的小数", text()), fmt::format("\"{}\" is not a decimal that can be kept exactly", text())},
       {"写成 12.50 这样的数，最多 38 位", "write it like 12.50, with at most 38 digits"});
}

std::int64_t JsonInput::Value::as_integer() const {
  const Decimal value = as_decimal().normalized();
  const Decimal most = Decimal::from_int(std::numeric_limits<std::int64_t>::max());
  if (value.scale() > 0 || value.abs() > most)
    fail({fmt::format("“{}”应为整数", text()), fmt::format("\"{}\" should be a whole number", text())},
         {"数量以最小单位计（kg、m³、t）", "quantities count the smallest unit (kg, m³, t)"});
  return value.to_int64();
}

std::string JsonInput::Value::pointer() const {
  std::string out;
  for (std::uint32_t at = node_; input_->nodes_[at].parent != none; at = input_->nodes_[at].parent) {
    const Node& parent = input_->nodes_[input_->nodes_[at].parent];
    std::string part;
    if (parent.kind == Kind::array) {
      std::size_t index = 0;
      for (std::uint32_t c = parent.first; c != at; c = input_->nodes_[c].next) ++index;
      part = std::to_string(index);
    } else {
      for (const char c : input_->names_[input_->nodes_[at].name])
        part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    out = "/" + part + out;
  }
  return out.empty() ? "/" : out;
}

void JsonInput::Value::fail(Text message, Text hint) const {
  throw Error(codes::bad_input, std::move(message), {input_->file_, 0, 0, pointer()}, std::move(hint));
}

}  // namespace tributary::exchange
