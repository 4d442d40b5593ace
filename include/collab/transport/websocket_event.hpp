// collab/transport/websocket_event.hpp - what websocket_receiver reads, and within which limits.

#ifndef COLLAB_TRANSPORT_WEBSOCKET_EVENT_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_EVENT_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collab/transport/payload.hpp"
#include "collab/transport/transport.hpp"

namespace collab {

// Which end of the connection reads: a server takes only masked frames, a client only bare ones.
enum class websocket_role : unsigned char { server, client };

struct websocket_limits {
  // Longest payload of one data frame, in bytes; a longer one fails with too_big as soon as
  // its length is read.
  std::uint64_t frame_bytes_max = 256 * 1024;

  // Most payload of one message, in bytes, over all its frames; fails with too_big, likewise.
  std::uint64_t message_bytes_max = 256 * 1024;

  // Most frames of one message, empty ones included; one more fails with policy_violation.
  // At least 1.
  std::uint32_t fragments_max = 64;
};

enum class websocket_event_kind : unsigned char {
  none,  // More bytes are needed.
  data,  // A piece of a message.
  ping,  // To be answered with a pong of the same payload.
  pong,
  close,    // The peer's last word; what follows it is ignored.
  failure,  // The peer broke the protocol or a limit; what follows is ignored.
};

// One step's outcome. `bytes` lies in the caller's buffer, unmasked, but for failure.
struct websocket_event {
  websocket_event_kind kind = websocket_event_kind::none;
  payload_kind message_kind = payload_kind::text;  // data
  bool begins_message = false;                     // data: the first piece of its message
  bool ends_message = false;                       // data: the last one; may be empty
  close_code code = close_code::no_status;         // close: the peer's; failure: what to close with
  std::size_t consumed = 0;                        // Bytes of the input that are done with.
  std::string_view bytes{};  // Payload; close: the reason; failure: what was wrong, a literal.
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_EVENT_HPP
