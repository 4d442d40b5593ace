// collab/protocol/message.hpp - what a client can say, decoded from whatever dialect.

#ifndef COLLAB_PROTOCOL_MESSAGE_HPP
#define COLLAB_PROTOCOL_MESSAGE_HPP

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "collab/core/ids.hpp"
#include "collab/room/command.hpp"
#include "collab/room/room.hpp"

namespace collab {

// The first message of a connection.
struct join_message {
  std::string name;
  std::optional<collab::color> color;
  // Of one who comes back.
  std::optional<resume_point> resume{};
};

// Asks for a pong that carries the same `t`.
struct ping_message {
  double t = 0;
};

// One message. It may refer to the frame and to the decoder: use it before either changes.
struct client_message {
  // As sent, at most 64 bytes of it; empty when there is none.
  std::string_view type;
  // monostate when `status` is an error.
  std::variant<std::monostate, join_message, ping_message, room_command> body;
  // Why the message can't be understood: names the field, its value and the limit.
  absl::Status status;
};

}  // namespace collab

#endif  // COLLAB_PROTOCOL_MESSAGE_HPP
