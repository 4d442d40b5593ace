// Frames as a client of the binary dialect writes them, straight from docs/protocol.md.

#ifndef COLLAB_TESTS_PROTOCOL_CLIENT_FRAMES_HPP
#define COLLAB_TESTS_PROTOCOL_CLIENT_FRAMES_HPP

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/ink/point_codec.hpp"

namespace collab_test {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  while (value > 127) {
    bytes += static_cast<char>(value % 128 + 128);
    value /= 128;
  }
  return bytes + static_cast<char>(value);
}
inline std::string text(std::string_view value) {
  return varint(value.size()) + std::string{value};
}
inline std::uint64_t fold(std::int64_t value) {
  return value >= 0 ? static_cast<std::uint64_t>(value) * 2
                    : static_cast<std::uint64_t>(-(value + 1)) * 2 + 1;
}
inline std::string number(double value) {
  if (value * 16 == std::floor(value * 16) && std::fabs(value) < 1e9) {
    return varint(fold(static_cast<std::int64_t>(value * 16)) * 2);
  }
  std::string bytes = varint(1);
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits /= 256) {
    bytes += static_cast<char>(bits % 256);
  }
  return bytes;
}
inline std::string message(int type, const std::string& body) {
  return static_cast<char>(type) + text(body);
}
// Ids: without a number, with a number from now on, by its number.
inline std::string literal(std::string_view id) { return varint(0) + text(id); }
inline std::string numbered(int n, std::string_view id) {
  return varint(static_cast<std::uint64_t>(n) * 2 + 1) + text(id);
}
inline std::string known(int n) { return varint(static_cast<std::uint64_t>(n) * 2); }

// Properties: a number, a colour of three or four parts, a word, a text.
using properties = std::vector<std::string>;
inline std::string tagged(int key, int type, const std::string& value) {
  return varint(static_cast<std::uint64_t>(key) * 8 + static_cast<std::uint64_t>(type)) + value;
}
inline std::string list(const std::vector<std::string>& items) {
  std::string bytes = varint(items.size());
  for (const std::string& each : items) {
    bytes += each;
  }
  return bytes;
}
inline std::string color(std::string_view parts) {
  return static_cast<char>(parts.size()) + std::string{parts};
}

inline std::string live(std::span<const collab::point> points, std::size_t from = 0) {
  std::string bytes;
  collab::live_point_encoder run;
  run.resume_after(points.first(from));
  (void)run.append(points.subspan(from), bytes);
  return bytes;
}
inline std::string packed(std::span<const collab::point> points) {
  std::string bytes;
  (void)collab::encode_packed(points, {}, bytes);
  return text(bytes);
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_PROTOCOL_CLIENT_FRAMES_HPP
