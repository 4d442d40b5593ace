// tests/transport/receiver_script.hpp - frames to feed a receiver, and what came out of it.

#ifndef COLLAB_TESTS_TRANSPORT_RECEIVER_SCRIPT_HPP
#define COLLAB_TESTS_TRANSPORT_RECEIVER_SCRIPT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/transport/websocket_receiver.hpp"

namespace collab::testing {

struct frame_options {
  bool is_final = true;
  bool is_masked = true;
  unsigned reserved_bits = 0;
  websocket_mask mask{0x37, 0xFA, 0x21, 0x3D};
};

// One frame as a client sends it.
inline std::string make_frame(unsigned opcode, std::string_view body, frame_options options = {}) {
  const frame_header header = write_frame_header(
      static_cast<websocket_opcode>(opcode | (options.reserved_bits << 4U)), body.size(),
      {.is_final = options.is_final, .mask = options.is_masked ? &options.mask : nullptr});
  std::string masked{body};
  if (options.is_masked) {
    for (std::size_t at = 0; at < masked.size(); ++at) {  // Not apply_mask(): that is under test.
      masked[at] = static_cast<char>(static_cast<unsigned char>(masked[at]) ^ options.mask[at % 4]);
    }
  }
  return std::string{header.view()} + masked;
}

inline std::string make_close(unsigned code, std::string_view reason = {}) {
  std::string body{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  body += reason;
  return make_frame(0x8, body);
}

// What a receiver said, with the pieces of each message joined.
struct transcript {
  std::vector<std::string> lines;  // "text:...", "binary:...", "ping:...", "pong:..."
  std::optional<close_code> closed;
  std::string reason;
  std::optional<close_code> failed;
  std::size_t pending_max = 0;  // Most bytes left unconsumed between two pieces.
  bool is_inside_message = false;

  friend bool operator==(const transcript& left, const transcript& right) {
    return left.lines == right.lines && left.closed == right.closed &&
           left.reason == right.reason && left.failed == right.failed;
  }
};

// Feeds `stream` in pieces of the lengths that `next_piece` yields, as a connection does: what
// is not consumed is kept in front of the next piece.
template <typename NextPiece>
transcript receive(std::string_view stream, const websocket_limits& limits, NextPiece next_piece,
                   websocket_role role = websocket_role::server) {
  websocket_receiver receiver{role};
  transcript result;
  std::string kept;
  std::string message;
  while (!stream.empty() && !result.closed && !result.failed) {
    const std::size_t size = std::clamp<std::size_t>(next_piece(), 1, stream.size());
    std::string buffer = kept + std::string{stream.substr(0, size)};
    stream.remove_prefix(size);
    std::span<char> in{buffer};
    for (;;) {
      const websocket_event event = receiver.step(in, limits);
      in = in.subspan(event.consumed);
      if (event.kind == websocket_event_kind::none) {
        break;
      }
      if (event.kind == websocket_event_kind::data) {
        if (event.begins_message) {
          message.clear();
        }
        message += event.bytes;
        if (event.ends_message) {
          const bool is_text = event.message_kind == payload_kind::text;
          result.lines.push_back((is_text ? "text:" : "binary:") + message);
        }
      } else if (event.kind == websocket_event_kind::ping) {
        result.lines.push_back("ping:" + std::string{event.bytes});
      } else if (event.kind == websocket_event_kind::pong) {
        result.lines.push_back("pong:" + std::string{event.bytes});
      } else if (event.kind == websocket_event_kind::close) {
        result.closed = event.code;
        result.reason = event.bytes;
      } else {
        result.failed = event.code;
      }
      if (result.closed || result.failed) {
        break;
      }
    }
    kept.assign(in.data(), in.size());
    result.pending_max = std::max(result.pending_max, kept.size());
  }
  result.is_inside_message = receiver.is_inside_message();
  return result;
}

inline transcript receive(std::string_view stream, const websocket_limits& limits = {}) {
  return receive(stream, limits, [] { return std::string_view::npos; });
}

}  // namespace collab::testing

#endif  // COLLAB_TESTS_TRANSPORT_RECEIVER_SCRIPT_HPP
