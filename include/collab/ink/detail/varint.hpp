// collab/ink/detail/varint.hpp - LEB128 integers of the point format, and its refusals.

#ifndef COLLAB_INK_DETAIL_VARINT_HPP
#define COLLAB_INK_DETAIL_VARINT_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collab/ink/point.hpp"

namespace collab::detail {

inline constexpr std::size_t varint_bytes_max = 5;

// Returns the end.
inline char* write_varint(std::uint32_t value, char* to) noexcept {
  while (value >= 0x80) {
    *to++ = static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  *to++ = static_cast<char>(value);
  return to;
}

inline void append_varint(std::uint32_t value, std::string& out) {
  char bytes[varint_bytes_max];
  out.append(bytes, static_cast<std::size_t>(write_varint(value, bytes) - bytes));
}

// Moves `at` behind the integer. False, `at` unchanged, when it is cut off, is no value
// below 2^32, or takes more bytes than it needs.
inline bool read_varint(std::string_view bytes, std::size_t& at, std::uint32_t& value) noexcept {
  std::uint64_t read = 0;
  for (std::size_t i = 0; i < varint_bytes_max && i < bytes.size() - at; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    read |= std::uint64_t{byte & 0x7FU} << 7 * i;
    if (byte < 0x80) {
      if (read >> 32U != 0 || (byte == 0 && i > 0)) {
        return false;
      }
      value = static_cast<std::uint32_t>(read);
      at += i + 1;
      return true;
    }
  }
  return false;
}

inline absl::Status invalid_point(const point& bad, std::size_t index) {
  return absl::InvalidArgumentError(absl::StrCat("points: point ", index, " is (", bad.x, ", ",
                                                 bad.y, ") with pressure ", bad.pressure,
                                                 "; the limits are 1000000 and 0 to 1"));
}

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_VARINT_HPP
