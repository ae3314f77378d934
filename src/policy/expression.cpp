#include "policy/expression.h"

#include "base/decimal.h"
#include "policy/codes.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

using Kind = Expression::Kind;

struct Token {
  enum class Type : std::uint8_t { number, name, text, unit, symbol, end };
  Type type = Type::end;
  std::string text;
  std::size_t at = 0;
};

constexpr std::array quality_names{"I", "II", "III", "IV", "V", "worse_V"};
constexpr std::array reductions{"sum", "min", "max", "count", "any", "all", "mean"};

template <std::size_t N>
bool one_of(const std::array<const char*, N>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [&](const char* w) { return word == w; });
}

// Recursive descent; every level counts towards max_expression_depth.
class Parser {
 public:
  Parser(std::string_view text, const Where& where) : text_(text), where_(where) {
    if (text.size() > max_expression_bytes)
      throw Error(codes::too_complex, {"公式太长", "the formula is too long"}, where,
                  {"请拆成几个有名称的公式（每个不超过 4096 字节）",
                   "split it into named formulas of at most 4096 bytes each"});
    advance();
  }

  Expression parse() {
    Expression out = conditional();
    if (token_.type != Token::Type::end)
      fail(token_.at, fmt::format("此处不应出现“{}”", token_.text),
           fmt::format("\"{}\" is not expected here", token_.text));
    return out;
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& zh, const std::string& en,
                         Code code = codes::syntax) const {
    Where where = where_;
    where.column = (where_.column > 0 ? where_.column : 1) + static_cast<long>(at);
    throw Error(code, {fmt::format("公式“{}”：{}", text_, zh), fmt::format("formula \"{}\": {}", text_, en)},
                where, {"写法见 docs/rules.md", "see docs/rules.md for what may be written"});
  }

  // Counts nesting for as long as it lives.
  struct Level {
    explicit Level(Parser& p) : parser(p) {
      if (++parser.depth_ > max_expression_depth)
        parser.fail(parser.token_.at, "嵌套太深", "nested too deeply", codes::too_complex);
    }
    ~Level() { --parser.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Parser& parser;
  };

  void advance() {
    while (next_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[next_])) != 0) ++next_;
    token_ = {Token::Type::end, "", next_};
    if (next_ >= text_.size()) return;
    const auto c = static_cast<unsigned char>(text_[next_]);
    std::size_t end = next_;
    if (std::isdigit(c) != 0) {
      while (end < text_.size() &&
             (std::isdigit(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '.'))
        ++end;
      if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
        std::size_t exponent = end + 1;
        if (exponent < text_.size() && (text_[exponent] == '-' || text_[exponent] == '+')) ++exponent;
        if (exponent < text_.size() && std::isdigit(static_cast<unsigned char>(text_[exponent])) != 0) {
          end = exponent;
          while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) ++end;
        }
      }
      token_.type = Token::Type::number;
    } else if (std::isalpha(c) != 0 || c == '_') {
      while (end < text_.size() &&
             (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '_'))
        ++end;
      token_.type = Token::Type::name;
    } else if (c == '\'' || c == '{') {
      const char closing = c == '{' ? '}' : '\'';
      end = text_.find(closing, next_ + 1);
      if (end == std::string_view::npos)
        fail(next_, "缺少结束的引号或花括号", "the closing quote or brace is missing");
      token_ = {c == '{' ? Token::Type::unit : Token::Type::text,
                std::string(text_.substr(next_ + 1, end - next_ - 1)), next_};
      next_ = end + 1;
      return;
    } else {
      static constexpr std::array pairs{"<=", ">=", "!="};
      end = next_ + (one_of(pairs, text_.substr(next_, 2)) ? 2 : 1);
      if (end == next_ + 1 && std::string_view("+-*/()<>=,:[]%").find(text_[next_]) == std::string_view::npos)
        fail(next_, "有无法识别的字符", "a character that the language does not know");
      token_.type = Token::Type::symbol;
    }
    token_.text = std::string(text_.substr(next_, end - next_));
    next_ = end;
  }

  bool is_symbol(std::string_view s) const { return token_.type == Token::Type::symbol && token_.text == s; }
  bool is_word(std::string_view s) const { return token_.type == Token::Type::name && token_.text == s; }
  bool take_symbol(std::string_view s) {
    if (!is_symbol(s)) return false;
    advance();
    return true;
  }
  bool take_word(std::string_view s) {
    if (!is_word(s)) return false;
    advance();
    return true;
  }
  void expect_symbol(std::string_view s) {
    if (!take_symbol(s))
      fail(token_.at, fmt::format("此处应为“{}”", s), fmt::format("\"{}\" is expected here", s));
  }

  Expression make(Kind kind, std::vector<Expression> args, std::size_t at) const {
    Expression out;
    out.kind = kind;
    out.args = std::move(args);
    out.column = static_cast<long>(at) + 1;
    return out;
  }

  Expression conditional() {
    const Level level(*this);
    if (!is_word("if")) return disjunction();
    const std::size_t at = token_.at;
    advance();
    Expression condition = conditional();
    if (!take_word("then")) fail(token_.at, "if 之后缺少 then", "\"then\" is missing after \"if\"");
    Expression yes = conditional();
    if (!take_word("else"))
      fail(token_.at, "缺少 else：条件必须两种情形都写明", "\"else\" is missing: both cases must be stated");
    Expression no = conditional();
    std::vector<Expression> args;
    args.push_back(std::move(condition));
    args.push_back(std::move(yes));
    args.push_back(std::move(no));
    return make(Kind::conditional, std::move(args), at);
  }

  template <class Next, class Pick>
  Expression left_associative(Next next, Pick pick) {
    Expression left = next();
    for (int links = 0;; ++links) {
      const std::size_t at = token_.at;
      const auto kind = pick();
      if (!kind) return left;
      if (links >= max_expression_depth)
        fail(at, "一串运算太长", "too many operations in a row", codes::too_complex);
      std::vector<Expression> args;
      args.push_back(std::move(left));
      args.push_back(next());
      left = make(*kind, std::move(args), at);
    }
  }

  Expression disjunction() {
    return left_associative([&] { return conjunction(); },
                            [&]() -> std::optional<Kind> {
                              return take_word("or") ? std::optional(Kind::logical_or) : std::nullopt;
                            });
  }
  Expression conjunction() {
    return left_associative([&] { return negation(); },
                            [&]() -> std::optional<Kind> {
                              return take_word("and") ? std::optional(Kind::logical_and) : std::nullopt;
                            });
  }
  Expression negation() {
    const Level level(*this);
    const std::size_t at = token_.at;
    if (!take_word("not")) return comparison();
    std::vector<Expression> args;
    args.push_back(negation());
    return make(Kind::logical_not, std::move(args), at);
  }

  std::optional<Kind> take_comparison() {
    static constexpr std::array<std::pair<const char*, Kind>, 6> signs{{{"<=", Kind::less_equal},
                                                                        {">=", Kind::greater_equal},
                                                                        {"!=", Kind::not_equal},
                                                                        {"<", Kind::less},
                                                                        {">", Kind::greater},
                                                                        {"=", Kind::equal}}};
    for (const auto& [sign, kind] : signs)
      if (take_symbol(sign)) return kind;
    return std::nullopt;
  }

  Expression comparison() {
    Expression left = sum();
    const std::size_t at = token_.at;
    const auto kind = take_comparison();
    if (!kind) return left;
    std::vector<Expression> args;
    args.push_back(std::move(left));
    args.push_back(sum());
    if (const std::size_t again = token_.at; take_comparison())
      fail(again, "比较不能连写，请用 and 分开", "comparisons cannot be chained; join them with \"and\"");
    return make(*kind, std::move(args), at);
  }

  Expression sum() {
    return left_associative([&] { return product(); },
                            [&]() -> std::optional<Kind> {
                              if (take_symbol("+")) return Kind::add;
                              if (take_symbol("-")) return Kind::subtract;
                              return std::nullopt;
                            });
  }
  Expression product() {
    return left_associative([&] { return unary(); },
                            [&]() -> std::optional<Kind> {
                              if (take_symbol("*")) return Kind::multiply;
                              if (take_symbol("/")) return Kind::divide;
                              return std::nullopt;
                            });
  }
  Expression unary() {
    const Level level(*this);
    const std::size_t at = token_.at;
    if (!take_symbol("-")) return primary();
    std::vector<Expression> args;
    args.push_back(unary());
    return make(Kind::negate, std::move(args), at);
  }

  Expression number() {
    Expression out = make(Kind::number, {}, token_.at);
    const auto value = Decimal::try_parse(token_.text);
    if (!value)
      fail(token_.at, fmt::format("“{}”不是数值", token_.text),
           fmt::format("\"{}\" is not a number", token_.text));
    out.value = Rational(*value);
    advance();
    if (take_symbol("%")) {
      out.value = out.value / Rational(100);
    } else if (token_.type == Token::Type::unit) {
      out.text = token_.text;
      advance();
    }
    return out;
  }

  Expression primary() {
    const Level level(*this);
    const std::size_t at = token_.at;
    if (take_symbol("(")) {
      Expression out = conditional();
      expect_symbol(")");
      return out;
    }
    switch (token_.type) {
      case Token::Type::number:
        return number();
      case Token::Type::text: {
        Expression out = make(Kind::text, {}, at);
        out.text = token_.text;
        advance();
        return out;
      }
      case Token::Type::name:
        return named();
      default:
        break;
    }
    if (token_.type == Token::Type::end) fail(at, "公式没有写完", "the formula ends too early");
    fail(at, fmt::format("此处不应出现“{}”", token_.text),
         fmt::format("\"{}\" is not expected here", token_.text));
  }

  Expression named() {
    const std::size_t at = token_.at;
    const std::string word = token_.text;
    static constexpr std::array keywords{"if", "then", "else", "and", "or", "not"};
    if (one_of(keywords, word))
      fail(at, fmt::format("此处不应出现“{}”", word), fmt::format("\"{}\" is not expected here", word));
    advance();
    if (take_symbol("(")) return call(word, at);
    Expression out = make(Kind::name, {}, at);
    if (word == "true" || word == "false") {
      out.kind = Kind::boolean;
      out.value = Rational(word == "true" ? 1 : 0);
    } else if (one_of(quality_names, word)) {
      out.kind = Kind::quality;
      for (std::size_t i = 0; i < quality_names.size(); ++i)
        if (word == quality_names[i]) out.value = Rational(static_cast<int>(i) + 1);
    }
    out.text = word;
    if (out.kind == Kind::name && take_symbol("[")) {
      if (token_.type != Token::Type::name)
        fail(token_.at, "方括号内应为指标名", "an index element is expected in the brackets");
      out.index = token_.text;
      advance();
      expect_symbol("]");
    }
    return out;
  }

  Expression call(const std::string& function, std::size_t at) {
    Expression out = make(Kind::call, {}, at);
    out.text = function;
    if (take_symbol(")")) return out;
    for (;;) {
      out.args.push_back(conditional());
      if (out.args.size() == 1 && is_symbol(":")) {
        if (!one_of(reductions, function) || out.args[0].kind != Kind::name || !out.args[0].index.empty())
          fail(token_.at, "“:”只用于 sum(指标: …) 一类", "\":\" belongs only to sum(index: …) and its kin");
        advance();
        out.kind = Kind::reduction;
        out.index = out.args[0].text;
        out.args[0] = conditional();
        expect_symbol(")");
        return out;
      }
      if (out.args.size() > 32) fail(token_.at, "参数太多", "too many arguments", codes::too_complex);
      if (take_symbol(")")) return out;
      expect_symbol(",");
    }
  }

  std::string_view text_;
  const Where& where_;
  std::size_t next_ = 0;
  Token token_;
  int depth_ = 0;
};

int precedence(Kind kind) {
  switch (kind) {
    case Kind::conditional:
      return 0;
    case Kind::logical_or:
      return 1;
    case Kind::logical_and:
      return 2;
    case Kind::logical_not:
      return 3;
    case Kind::less:
    case Kind::less_equal:
    case Kind::equal:
    case Kind::not_equal:
    case Kind::greater:
    case Kind::greater_equal:
      return 4;
    case Kind::add:
    case Kind::subtract:
      return 5;
    case Kind::multiply:
    case Kind::divide:
      return 6;
    case Kind::negate:
      return 7;
    default:
      return 8;
  }
}

// All digits; per cent where a decimal would need too many places.
std::string number_text(const Rational& value) {
  try {
    return value.to_decimal().to_string();
  } catch (const Error&) {
    return (value * Rational(100)).to_decimal().to_string() + "%";
  }
}

std::string_view sign_of(Kind kind) {
  switch (kind) {
    case Kind::logical_or:
      return " or ";
    case Kind::logical_and:
      return " and ";
    case Kind::less:
      return " < ";
    case Kind::less_equal:
      return " <= ";
    case Kind::equal:
      return " = ";
    case Kind::not_equal:
      return " != ";
    case Kind::greater:
      return " > ";
    case Kind::greater_equal:
      return " >= ";
    case Kind::add:
      return " + ";
    case Kind::subtract:
      return " - ";
    case Kind::multiply:
      return " * ";
    case Kind::divide:
      return " / ";
    default:
      return "";
  }
}

}  // namespace

Expression parse_expression(std::string_view text, const Where& where) {
  return Parser(text, where).parse();
}

std::string expression_text(const Expression& e,
                            const std::function<std::string(const Expression&)>& substitute) {
  const auto inner = [&](const Expression& child, int at_least) {
    std::string out = expression_text(child, substitute);
    return precedence(child.kind) < at_least ? "(" + out + ")" : out;
  };
  switch (e.kind) {
    case Kind::number:
      return e.text.empty() ? number_text(e.value) : fmt::format("{} {{{}}}", number_text(e.value), e.text);
    case Kind::text:
      return "'" + e.text + "'";
    case Kind::boolean:
    case Kind::quality:
      return e.text;
    case Kind::name: {
      std::string shown = substitute ? substitute(e) : std::string();
      if (!shown.empty()) return shown;
      return e.index.empty() ? e.text : fmt::format("{}[{}]", e.text, e.index);
    }
    case Kind::call:
    case Kind::reduction: {
      std::string out = e.text + "(";
      if (e.kind == Kind::reduction) out += e.index + ": ";
      for (std::size_t i = 0; i < e.args.size(); ++i)
        out += (i > 0 ? ", " : "") + expression_text(e.args[i], substitute);
      return out + ")";
    }
    case Kind::negate:
      return "-" + inner(e.args[0], 7);
    case Kind::logical_not:
      return "not " + inner(e.args[0], 3);
    case Kind::conditional:
      return fmt::format("if {} then {} else {}", inner(e.args[0], 0), inner(e.args[1], 0),
                         inner(e.args[2], 0));
    default: {
      const int level = precedence(e.kind);
      const bool chains = level != precedence(Kind::less);  // comparisons do not
      return inner(e.args[0], chains ? level : level + 1) + std::string(sign_of(e.kind)) +
             inner(e.args[1], level + 1);
    }
  }
}

}  // namespace tributary::policy
