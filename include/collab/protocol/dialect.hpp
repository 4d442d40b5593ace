// collab/protocol/dialect.hpp - the two ways in which the messages of a board are written.

#ifndef COLLAB_PROTOCOL_DIALECT_HPP
#define COLLAB_PROTOCOL_DIALECT_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace collab {

enum class dialect : std::uint8_t {
  // JSON text: json_codec.hpp.
  json,
  // Compact binary messages: binary_codec.hpp.
  binary,
};
inline constexpr std::size_t dialect_count = 2;

// The WebSocket subprotocol that asks for it.
[[nodiscard]] constexpr std::string_view subprotocol_of(dialect spoken) noexcept {
  return spoken == dialect::json ? "collab.v1.json" : "collab.v1.binary";
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_DIALECT_HPP
