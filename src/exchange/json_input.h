// JSON from outside with exact numbers: a number is kept as it was written and never becomes a double.
//
// Every complaint names the place by JSON pointer (RFC 6901), or line and column where it is no JSON at all. A key twice in
// one object, nesting deeper than 16, files above 1 GiB and text that is not UTF-8 are refused. 32 bytes a value, so that
// a million orders fit.
#pragma once

#include "base/decimal.h"
#include "exchange/codes.h"

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::exchange {

class JsonInput {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  class Value {
   public:
    Kind kind() const;
    bool is(Kind k) const { return kind() == k; }
    // Members of an object, items of an array.
    std::optional<Value> find(std::string_view name) const;
    Value need(std::string_view name) const;  // bad_input when it is not there
    std::optional<Value> first() const;
    std::optional<Value> next() const;
    std::size_t size() const;
    // Refuses members of other names: a typing error must not pass for a missing option.
    void only(std::initializer_list<std::string_view> names) const;

    std::string_view name() const;        // of a member of an object; empty for others
    std::string_view text() const;        // of a string or number, as written; "true", "false"
    std::string_view as_string() const;   // each throws bad_input when it is something else
    bool as_boolean() const;
    Decimal as_decimal() const;           // a number, or a string that is one
    std::int64_t as_integer() const;      // likewise, whole and within 64 bits
    void require(Kind kind) const;

    [[noreturn]] void fail(Text message, Text hint = {}) const;
    std::string pointer() const;

   private:
    friend class JsonInput;
    Value(const JsonInput* input, std::uint32_t node) : input_(input), node_(node) {}
    const JsonInput* input_;
    std::uint32_t node_;
  };

  // Throws bad_input. `file` stands in messages.
  static JsonInput parse(std::string_view json, std::string file);
  Value root() const { return {this, 0}; }

 private:
  struct Reader;
  static constexpr std::uint32_t none = 0xffffffff;
  struct Node {
    std::uint32_t name = 0;  // in names_
    std::uint32_t text = 0;  // offset in texts_
    std::uint32_t length = 0;
    std::uint32_t first = none;
    std::uint32_t next = none;
    std::uint32_t parent = none;
    Kind kind = Kind::null;
  };
  std::string file_;
  std::string texts_;
  std::vector<std::string> names_;
  std::vector<Node> nodes_;
};

}  // namespace tributary::exchange
