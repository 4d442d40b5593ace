// collab/protocol/binary_encoder.hpp - what a room tells, in the dialect collab.v1.binary.
//
// Messages that follow one another are one frame. docs/protocol.md describes every byte.

#ifndef COLLAB_PROTOCOL_BINARY_ENCODER_HPP
#define COLLAB_PROTOCOL_BINARY_ENCODER_HPP

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/text.hpp"
#include "collab/protocol/detail/binary_events.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/protocol/detail/binary_parts.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/event.hpp"

namespace collab {

// The messages that tell a client of `event`, in their order: more than one where the state of
// a room, or an undo, has more than about `bytes_max` bytes. What can't be cut, such as one
// stroke, is larger.
[[nodiscard]] inline std::vector<std::string> encode_binary_parts(const room_event& event,
                                                                  std::size_t bytes_max) {
  detail::binary_parts_writer out{bytes_max};
  std::visit([&out](const auto& each) { out.write(each); }, event);
  return out.take();
}

// The message that tells a client of `event`, whatever its size.
[[nodiscard]] inline std::string encode_binary(const room_event& event) {
  return std::visit(
      [&event](const auto& each) {
        detail::binary_event_writer out;
        if constexpr (requires { out.write(each); }) {
          out.write(each);
          return out.take();
        } else {
          constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
          return std::move(encode_binary_parts(event, unbounded).front());
        }
      },
      event);
}

// `error`; `type` is that of the message it answers, or empty.
[[nodiscard]] inline std::string encode_binary_error(const absl::Status& reason,
                                                     std::string_view type) {
  detail::binary_writer out;
  out.begin(detail::server_type::error);
  out.byte(detail::binary_code(reason.code()));
  out.text(to_std(reason.message()));
  out.text(type);
  out.end();
  return out.take();
}

[[nodiscard]] inline std::string encode_binary_pong(const ping_message& ping, unix_time now) {
  detail::binary_writer out;
  out.begin(detail::server_type::pong);
  out.number(ping.t);
  out.integer(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  out.end();
  return out.take();
}

// `server:closing`
[[nodiscard]] inline std::string encode_binary_closing(std::chrono::milliseconds retry_after) {
  detail::binary_writer out;
  out.begin(detail::server_type::closing);
  out.integer(static_cast<std::uint64_t>(retry_after.count()));
  out.end();
  return out.take();
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_BINARY_ENCODER_HPP
