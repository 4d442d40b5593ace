// collab/core/json_syntax.hpp - is a text JSON, and how is it written shortest.
//
// For JSON that is kept and passed on but not read: nothing of it is built in memory. What
// is accepted is RFC 8259, in UTF-8, with the bounds that parsers share: whole numbers of 64
// bits, others within a double, no half of a surrogate pair, json_depth_max.

#ifndef COLLAB_CORE_JSON_SYNTAX_HPP
#define COLLAB_CORE_JSON_SYNTAX_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/charconv.h>
#include <absl/strings/str_cat.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "collab/core/utf8_validator.hpp"

namespace collab {

// How many arrays and objects may stand in one another, the outermost counted.
inline constexpr std::size_t json_depth_max = 12;

namespace detail {

// Goes over a text once. Recursion is bounded by json_depth_max.
class json_scanner {
 public:
  // What stands between white space is added to `compact`, where it is given.
  json_scanner(std::string_view text, std::string* compact) noexcept
      : text_{text}, compact_{compact} {}

  // Whether the text is one value. If not, offset() is where it is no more.
  [[nodiscard]] bool scan() {
    utf8_validator characters;
    if (!characters.feed(text_) || !characters.is_complete()) {
      return false;
    }
    skip_space();
    if (!value(0)) {
      return false;
    }
    skip_space();
    return at_ == text_.size();
  }
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }

 private:
  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  void skip_space() noexcept {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
      ++at_;
    }
  }
  void keep(std::size_t from) {
    if (compact_ != nullptr) {
      compact_->append(text_.substr(from, at_ - from));
    }
  }
  [[nodiscard]] bool take(char c) {
    if (peek() != c || at_ == text_.size()) {
      return false;
    }
    ++at_;
    keep(at_ - 1);
    return true;
  }
  [[nodiscard]] bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) {
      return false;
    }
    at_ += expected.size();
    keep(at_ - expected.size());
    return true;
  }

  [[nodiscard]] bool value(std::size_t depth) {
    switch (peek()) {
      case '{':
        return depth < json_depth_max && container(depth + 1, '}');
      case '[':
        return depth < json_depth_max && container(depth + 1, ']');
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  [[nodiscard]] bool container(std::size_t depth, char close) {
    (void)take(peek());
    skip_space();
    if (take(close)) {
      return true;
    }
    do {
      skip_space();
      if (close == '}') {
        if (!string()) {
          return false;
        }
        skip_space();
        if (!take(':')) {
          return false;
        }
        skip_space();
      }
      if (!value(depth)) {
        return false;
      }
      skip_space();
    } while (take(','));
    return take(close);
  }

  [[nodiscard]] bool string() {
    const std::size_t from = at_;
    if (peek() != '"') {
      return false;
    }
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        keep(from);
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape())) {
        return false;
      }
    }
    return false;
  }

  // What follows a backslash; ends at its last character.
  [[nodiscard]] bool escape() noexcept {
    ++at_;
    if (peek() != 'u') {
      return peek() != '\0' &&
             std::string_view{"\"\\/bfnrt"}.find(peek()) != std::string_view::npos;
    }
    const unsigned unit = hex();
    if (unit < 0xD800 || (unit > 0xDFFF && unit <= 0xFFFF)) {
      return true;
    }
    // The first half of a pair, or nothing that may stand here.
    if (unit > 0xDBFF || !text_.substr(at_ + 1).starts_with("\\u")) {
      return false;
    }
    at_ += 2;
    const unsigned second = hex();
    return second >= 0xDC00 && second <= 0xDFFF;
  }
  // The four digits after the `u` that is next; beyond 0xFFFF when they are none.
  [[nodiscard]] unsigned hex() noexcept {
    const std::string_view digits = text_.substr(at_ + 1, 4);
    unsigned unit = 0;
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, unit, 16);
    if (digits.size() != 4 || parsed.ptr != end || parsed.ec != std::errc{}) {
      return 0x10000;
    }
    at_ += 4;
    return unit;
  }

  [[nodiscard]] bool digits() noexcept {
    const std::size_t from = at_;
    while (is_digit(peek())) {
      ++at_;
    }
    return at_ > from;
  }
  [[nodiscard]] bool number() {
    const std::size_t from = at_;
    at_ += peek() == '-' ? 1 : 0;
    const bool is_zero = peek() == '0';
    const std::size_t whole_part = at_;
    if (!digits() || (is_zero && at_ - whole_part > 1)) {
      return false;
    }
    bool is_whole = true;
    if (peek() == '.') {
      is_whole = false;
      ++at_;
      if (!digits()) {
        return false;
      }
    }
    if (peek() == 'e' || peek() == 'E') {
      is_whole = false;
      ++at_;
      at_ += peek() == '+' || peek() == '-' ? 1 : 0;
      if (!digits()) {
        return false;
      }
    }
    keep(from);
    return is_in_range(text_.substr(from, at_ - from), is_whole);
  }
  [[nodiscard]] static bool is_in_range(std::string_view text, bool is_whole) noexcept {
    const char* end = text.data() + text.size();
    if (!is_whole) {
      double real = 0;
      const auto parsed = absl::from_chars(text.data(), end, real);
      // Out of range is also what is nearer to 0 than any double: that is 0.
      return parsed.ec == std::errc{} || std::fabs(real) < 1;
    }
    if (text.front() == '-') {
      std::int64_t whole = 0;
      return std::from_chars(text.data(), end, whole).ec == std::errc{};
    }
    std::uint64_t whole = 0;
    return std::from_chars(text.data(), end, whole).ec == std::errc{};
  }

  std::string_view text_;
  std::string* compact_;
  std::size_t at_ = 0;
};

}  // namespace detail

// Whether `text` is one JSON value. O(bytes); does not allocate.
[[nodiscard]] inline bool is_json(std::string_view text) {
  return detail::json_scanner{text, nullptr}.scan();
}
// Whether `text` is a JSON object and nothing stands before it.
[[nodiscard]] inline bool is_json_object(std::string_view text) {
  return text.starts_with('{') && is_json(text);
}

struct json_bounds {
  // What the text may take without the white space between its parts.
  std::uint64_t bytes = 0;
  bool must_be_object = false;
};

// `text` without the white space between its parts. O(bytes).
//
// Fails with invalid_argument, naming the byte or the limit, when the text is no JSON or
// breaks `bounds`.
[[nodiscard]] inline absl::StatusOr<std::string> compact_json(std::string_view text,
                                                              const json_bounds& bounds) {
  std::string compact;
  detail::json_scanner scanner{text, &compact};
  if (!scanner.scan()) {
    return absl::InvalidArgumentError(absl::StrCat("not JSON, or more than ", json_depth_max,
                                                   " deep, or with a number out of range: at byte ",
                                                   scanner.offset()));
  }
  if (bounds.must_be_object && compact.front() != '{') {
    return absl::InvalidArgumentError("an object is needed");
  }
  if (compact.size() > bounds.bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(compact.size(), " bytes of JSON, at most ", bounds.bytes, " are allowed"));
  }
  return compact;
}

}  // namespace collab

#endif  // COLLAB_CORE_JSON_SYNTAX_HPP
