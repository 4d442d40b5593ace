// collab/document/fractional_index.hpp - places in the z-order, with always room for more.
//
// An index is a text over the 62 digits 0-9 A-Z a-z, compared as bytes; a greater index is
// nearer to the viewer. Adding on top again and again keeps indexes short: the first
// character says how many digits count as a whole number, the rest is a fraction
// (D. Greenspan, "Implementing Fractional Indexing", 2020).

#ifndef COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP
#define COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace collab {

inline constexpr std::size_t index_length_max = 64;

namespace detail {

inline constexpr std::string_view index_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The whole part of an index that begins with a..z: 'a' counts one digit, 'z' 26.
[[nodiscard]] constexpr std::size_t whole_length(char head) noexcept {
  return static_cast<std::size_t>(head - 'a') + 2;
}

}  // namespace detail

// Whether `text` may be an index: 1 to 64 digits, with a whole number left above it.
[[nodiscard]] constexpr bool is_index(std::string_view text) noexcept {
  if (text.empty() || text.size() > index_length_max) {
    return false;
  }
  for (const char c : text) {
    if (detail::index_digits.find(c) == std::string_view::npos) {
      return false;
    }
  }
  const std::size_t whole = detail::whole_length('z');
  return text.size() < whole || text.find_first_not_of('z') < whole;
}

// The index that a new element on top of `top` gets; the first of all for an empty `top`.
// Greater than `top`, whatever is_index() text that is. O(length).
[[nodiscard]] inline std::string index_above(std::string_view top) {
  if (top.empty() || top.front() < 'a') {
    return "a0";
  }
  const std::size_t length = detail::whole_length(top.front());
  std::string whole{top.substr(0, length)};
  whole.resize(length, '0');
  for (std::size_t i = length - 1; i > 0; --i) {
    const std::size_t digit = detail::index_digits.find(whole[i]);
    if (digit + 1 < detail::index_digits.size()) {
      whole[i] = detail::index_digits[digit + 1];
      return whole;
    }
    whole[i] = '0';
  }
  if (whole.front() < 'z') {
    const char head = static_cast<char>(whole.front() + 1);
    return head + std::string(detail::whole_length(head) - 1, '0');
  }
  // Only for an index that is_index() refuses.
  return std::string{top} + 'V';
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP
