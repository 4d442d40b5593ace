// collab/core/text.hpp - what the vocabulary types of std and Abseil need to meet.

#ifndef COLLAB_CORE_TEXT_HPP
#define COLLAB_CORE_TEXT_HPP

#include <absl/strings/string_view.h>

#include <cstddef>
#include <string_view>

namespace collab {

// Where Abseil is built with a string_view of its own, the two don't convert by themselves.
[[nodiscard]] inline absl::string_view to_absl(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view to_std(absl::string_view text) noexcept {
  return {text.data(), text.size()};
}

// The number of code points in `text`, which must be UTF-8. O(bytes).
[[nodiscard]] constexpr std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) {
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }
  return count;
}

}  // namespace collab

#endif  // COLLAB_CORE_TEXT_HPP
