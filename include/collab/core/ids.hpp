// collab/core/ids.hpp - the names and numbers that things are known by.

#ifndef COLLAB_CORE_IDS_HPP
#define COLLAB_CORE_IDS_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collab {

// The place of a durable operation in its room: 1, 2, 3, ... without gaps. 0 is before all.
enum class seq_number : std::uint64_t {};

[[nodiscard]] constexpr std::uint64_t to_integer(seq_number seq) noexcept {
  return static_cast<std::uint64_t>(seq);
}
[[nodiscard]] constexpr seq_number next(seq_number seq) noexcept {
  return seq_number{to_integer(seq) + 1};
}

// The place of a record in the log of a room, where not only operations stand: 1, 2, 3, ...
// without gaps. 0 is before all.
enum class log_position : std::uint64_t {};

[[nodiscard]] constexpr std::uint64_t to_integer(log_position position) noexcept {
  return static_cast<std::uint64_t>(position);
}
[[nodiscard]] constexpr log_position next(log_position position) noexcept {
  return log_position{to_integer(position) + 1};
}

// The place of an operation among those of one session: 1, 2, 3, ... 0 is before all.
using operation_counter = std::uint64_t;

// A member of a room as its host numbers him; never sent to anybody.
enum class member_id : std::uint32_t {};

// An element or a stroke: is_element_id() holds. Chosen by the client.
using element_id = std::string;
// A person, or one of his connections: opaque, at most 64 characters. Chosen by the host.
using user_id = std::string;
using client_id = std::string;

inline constexpr std::size_t id_length_max = 64;

namespace detail {

[[nodiscard]] constexpr bool is_word(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace detail

// Whether `text` can name an element: 1 to 64 of A-Z a-z 0-9 _ - : .
[[nodiscard]] constexpr bool is_element_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > id_length_max) {
    return false;
  }
  for (const char c : text) {
    if (!detail::is_word(c) && c != ':' && c != '.') {
      return false;
    }
  }
  return true;
}

// Whether `text` can name a room: 1 to 64 of A-Z a-z 0-9 _ -
[[nodiscard]] constexpr bool is_room_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > id_length_max) {
    return false;
  }
  for (const char c : text) {
    if (!detail::is_word(c)) {
      return false;
    }
  }
  return true;
}

}  // namespace collab

#endif  // COLLAB_CORE_IDS_HPP
