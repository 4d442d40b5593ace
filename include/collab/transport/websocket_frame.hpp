// collab/transport/websocket_frame.hpp - writes the parts of a WebSocket frame.
//
// The wire of RFC 6455, section 5.2. Whole messages are sent as one frame: nothing here
// fragments. Reading is in websocket_receiver.hpp.
//
//   const frame_header header = write_frame_header(websocket_opcode::text, text.size());
//   send(header.view(), text);

#ifndef COLLAB_TRANSPORT_WEBSOCKET_FRAME_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_FRAME_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "collab/transport/transport.hpp"

namespace collab {

enum class websocket_opcode : unsigned char {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

// A control frame carries at most this many bytes.
inline constexpr std::size_t websocket_control_bytes_max = 125;
// A close frame's reason has room for this many, after the code.
inline constexpr std::size_t websocket_reason_bytes_max = websocket_control_bytes_max - 2;

// The four bytes a client's payload is combined with, in the order of the wire.
using websocket_mask = std::array<unsigned char, 4>;

// The mask to go on with after `count` bytes.
[[nodiscard]] constexpr websocket_mask rotate_mask(const websocket_mask& mask,
                                                   std::size_t count) noexcept {
  return {mask[count % 4], mask[(count + 1) % 4], mask[(count + 2) % 4], mask[(count + 3) % 4]};
}

// Combines `bytes` with `mask` in place, which masks and unmasks alike. O(bytes), 8 at a time.
inline void apply_mask(std::span<char> bytes, const websocket_mask& mask) noexcept {
  const auto half = std::bit_cast<std::uint32_t>(mask);
  const std::uint64_t whole = (std::uint64_t{half} << 32U) | half;
  char* const data = bytes.data();
  const std::size_t words_end = bytes.size() & ~std::size_t{7};
  for (std::size_t at = 0; at < words_end; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + at, 8);
    word ^= whole;
    std::memcpy(data + at, &word, 8);
  }
  for (std::size_t at = words_end; at < bytes.size(); ++at) {
    data[at] = static_cast<char>(static_cast<unsigned char>(data[at]) ^ mask[at % 4]);
  }
}

// The bytes before a frame's payload.
struct frame_header {
  std::array<char, 14> bytes{};
  unsigned char size = 0;

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes.data(), size}; }
};

struct frame_header_options {
  bool is_final = true;
  // A client's frames are masked, a server's are not. The caller masks the payload.
  const websocket_mask* mask = nullptr;
};

// The header of a frame whose payload has `length` bytes (at most 2^63 - 1): 2 to 14 bytes.
[[nodiscard]] constexpr frame_header write_frame_header(
    websocket_opcode opcode, std::uint64_t length, frame_header_options options = {}) noexcept {
  frame_header header;
  const auto put = [&header](std::uint64_t byte) {
    header.bytes[header.size++] = static_cast<char>(byte & 0xFFU);
  };
  put(static_cast<unsigned>(opcode) | (options.is_final ? 0x80U : 0U));
  const unsigned masked = options.mask != nullptr ? 0x80U : 0U;
  if (length < 126) {
    put(length | masked);
  } else if (length < 65536) {
    put(126U | masked);
    put(length >> 8U);
    put(length);
  } else {
    put(127U | masked);
    for (unsigned shift = 64; shift > 0; shift -= 8) {
      put(length >> (shift - 8));
    }
  }
  if (options.mask != nullptr) {
    for (const unsigned char byte : *options.mask) {
      put(byte);
    }
  }
  return header;
}

// What a close frame carries.
struct close_payload {
  std::array<char, websocket_control_bytes_max> bytes{};
  unsigned char size = 0;

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes.data(), size}; }
};

// The payload of a close frame: `code`, then `reason` (UTF-8), cut to 123 bytes between two
// characters. Empty for no_status and abnormal, which never go on the wire.
[[nodiscard]] constexpr close_payload write_close_payload(close_code code,
                                                          std::string_view reason) noexcept {
  close_payload result;
  if (code == close_code::no_status || code == close_code::abnormal) {
    return result;
  }
  if (reason.size() > websocket_reason_bytes_max) {
    std::size_t end = websocket_reason_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) {
      --end;
    }
    reason = reason.substr(0, end);
  }
  const auto number = static_cast<unsigned>(code);
  result.bytes[result.size++] = static_cast<char>(number >> 8U);
  result.bytes[result.size++] = static_cast<char>(number & 0xFFU);
  for (const char byte : reason) {
    result.bytes[result.size++] = byte;
  }
  return result;
}

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_FRAME_HPP
