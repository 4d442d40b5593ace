// collab/document/fractional_index.hpp - places in the z-order, with always room for more.
//
// An index is a text over the 62 digits 0-9 A-Z a-z, compared as bytes; a greater index is
// nearer to the viewer. Adding on top again and again keeps indexes short: the first
// character says how many digits count as a whole number, the rest is a fraction
// (D. Greenspan, "Implementing Fractional Indexing", 2020).
//
//   index_above(top)               to the front
//   index_below(bottom)            to the back
//   index_between(low, high)       between two
//   indexes_between("", "", n)     n fresh ones, when there is no room left
//
// On top of the last one or below it, 200,000 times, an index grows to 5 digits. Between two
// neighbours, towards the same place each time, it grows by a digit in five or six inserts: a
// gap between whole numbers takes 310 of them at least before one is refused. Then the host
// gives the elements around the place fresh indexes.

#ifndef COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP
#define COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/text.hpp"

namespace collab {

inline constexpr std::size_t index_length_max = 64;

namespace detail {

inline constexpr std::string_view index_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The whole part of an index that begins with a..z: 'a' counts one digit, 'z' 26.
[[nodiscard]] constexpr std::size_t whole_length(char head) noexcept {
  return static_cast<std::size_t>(head - 'a') + 2;
}

[[nodiscard]] constexpr std::size_t index_digit(char c) noexcept { return index_digits.find(c); }

// The shortest text, not ending in '0', that is greater than `low` read as digits of a
// fraction. O(length).
[[nodiscard]] inline std::string fraction_above(std::string_view low) {
  const std::size_t at = std::min(low.find_first_not_of('z'), low.size());
  std::string above{low.substr(0, at)};
  const std::size_t digit = at < low.size() ? index_digit(low[at]) : 0;
  above.push_back(index_digits[(digit + index_digits.size() + 1) / 2]);
  return above;
}

// A text greater than none and less than `high`, with as much room on both sides as there is;
// empty when there is none: `high` is "0". At most `length_max` digits. O(length).
[[nodiscard]] inline std::string fraction_below(std::string_view high, std::size_t length_max) {
  const std::size_t zeros = std::min(high.find_first_not_of('0'), high.size());
  std::string below(zeros, '0');
  if (zeros == high.size()) {
    below.resize(zeros / 2);
    return below;
  }
  const std::size_t digit = index_digit(high[zeros]);
  if (digit > 1) {
    below.push_back(index_digits[digit / 2]);
  } else if (zeros + 1 < high.size() && high[zeros + 1] != '0') {
    below.push_back('1');
  } else if (zeros + 2 <= length_max) {
    below += "0V";
  } else if (below.empty()) {
    below.push_back('0');
  }
  return below;
}

// A text between two, without a bound on its length. Requires: low < high.
[[nodiscard]] inline std::string text_between(std::string_view low, std::string_view high) {
  const auto parted = std::mismatch(low.begin(), low.end(), high.begin(), high.end());
  const auto same = static_cast<std::size_t>(parted.first - low.begin());
  std::string between{high.substr(0, same)};
  if (same == low.size()) {
    const std::string below = fraction_below(high.substr(same), index_length_max - same);
    return below.empty() ? below : between + below;
  }
  const std::size_t from = index_digit(low[same]);
  const std::size_t to = index_digit(high[same]);
  if (to - from > 1) {
    between.push_back(index_digits[(from + to) / 2]);
    return between;
  }
  // Neighbouring digits: the greater one alone, if that leaves room below `high`, else
  // something above `low`.
  const bool has_more = same + 1 < high.size();
  std::string above = between + low[same] + fraction_above(low.substr(same + 1));
  if (has_more && (high[same + 1] != '0' || above.size() > index_length_max)) {
    between.push_back(high[same]);
    return between;
  }
  return above;
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

// The index that a new element below `bottom` gets; the first of all for an empty `bottom`.
// FailedPrecondition when nothing is below: `bottom` is "0". Requires: is_index(bottom), or
// empty. O(length).
[[nodiscard]] inline absl::StatusOr<std::string> index_below(std::string_view bottom) {
  if (bottom.empty()) {
    return std::string{"a0"};
  }
  const char head = bottom.front();
  if (head >= 'A') {
    const std::size_t length =
        head >= 'a' ? detail::whole_length(head) : static_cast<std::size_t>('Z' - head) + 2;
    std::string whole{bottom.substr(0, length)};
    if (bottom.size() > length) {
      return whole;
    }
    whole.resize(length, '0');
    for (std::size_t i = length - 1; i > 0; --i) {
      const std::size_t digit = detail::index_digit(whole[i]);
      if (digit > 0) {
        whole[i] = detail::index_digits[digit - 1];
        return whole;
      }
      whole[i] = 'z';
    }
    if (head == 'a') {
      return std::string{"Zz"};
    }
    if (head > 'A') {
      const auto lower = static_cast<char>(head - 1);
      const std::size_t digits = head > 'a' ? length - 1 : length + 1;
      return lower + std::string(digits - 1, 'z');
    }
  }
  std::string below = detail::fraction_below(bottom, index_length_max);
  if (below.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("no index is below '", to_absl(bottom), "'"));
  }
  return below;
}

// An index between two others; an empty `low` or `high` is the open end, as in index_below()
// and index_above().
//
// InvalidArgument unless both are indexes, or empty, and low < high. FailedPrecondition when
// nothing of at most 64 digits is between them: then give the elements around the place fresh
// indexes from indexes_between(). O(length).
[[nodiscard]] inline absl::StatusOr<std::string> index_between(std::string_view low,
                                                               std::string_view high) {
  if ((!low.empty() && !is_index(low)) || (!high.empty() && (!is_index(high) || low >= high))) {
    return absl::InvalidArgumentError(absl::StrCat("'", to_absl(low), "' and '", to_absl(high),
                                                   "' are not two indexes in their order"));
  }
  if (high.empty()) {
    return index_above(low);
  }
  if (low.empty()) {
    return index_below(high);
  }
  std::string between = detail::text_between(low, high);
  if (between.empty() || between.size() > index_length_max) {
    return absl::FailedPreconditionError(absl::StrCat("no index of at most ", index_length_max,
                                                      " digits is between '", to_absl(low),
                                                      "' and '", to_absl(high), "'"));
  }
  return between;
}

// `count` indexes in their order, all between two others, as index_between() has it, and as
// short as halving makes them: what rebalancing gives to a run of elements, from the lowest to
// the topmost, when there is no room left between two of them. With two open ends it does so
// for a whole board. Errors as index_between(). O(count * length).
[[nodiscard]] inline absl::StatusOr<std::vector<std::string>> indexes_between(std::string_view low,
                                                                              std::string_view high,
                                                                              std::size_t count) {
  std::vector<std::string> all;
  all.reserve(count);
  if (high.empty()) {
    for (std::string_view top = low; all.size() < count; top = all.back()) {
      all.push_back(index_above(top));
    }
    return all;
  }
  if (count == 0) {
    return all;
  }
  absl::StatusOr<std::string> middle = index_between(low, high);
  if (!middle.ok()) {
    return middle.status();
  }
  auto lower = indexes_between(low, *middle, (count - 1) / 2);
  if (!lower.ok()) {
    return lower;
  }
  auto upper = indexes_between(*middle, high, count / 2);
  if (!upper.ok()) {
    return upper;
  }
  all = *std::move(lower);
  all.push_back(*std::move(middle));
  for (std::string& each : *upper) {
    all.push_back(std::move(each));
  }
  return all;
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_FRACTIONAL_INDEX_HPP
