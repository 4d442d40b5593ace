// src/server/host/wire_messages.hpp - what the host sends, in the dialect of whom it is sent to.

#ifndef COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP
#define COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP

#include <absl/container/inlined_vector.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/dialect.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/transport/payload.hpp"

namespace collab {

[[nodiscard]] inline payload_kind kind_of(dialect spoken) noexcept {
  return spoken == dialect::json ? payload_kind::text : payload_kind::binary;
}

// What tells of one event: mostly one message.
using wire_parts = absl::InlinedVector<shared_payload, 1>;

// Whether `event` may be as large as a board.
[[nodiscard]] inline bool may_be_large(const room_event& event) noexcept {
  return std::holds_alternative<joined_room>(event) ||
         std::holds_alternative<resumed_room>(event) ||
         std::holds_alternative<operation_undone>(event);
}

// In messages of about `bytes_max` bytes.
[[nodiscard]] inline wire_parts wire_event(dialect spoken, const room_event& event,
                                           std::size_t bytes_max) {
  wire_parts parts;
  if (!may_be_large(event)) {
    parts.push_back(make_payload(
        spoken == dialect::json ? encode_json(event) : encode_binary(event), kind_of(spoken)));
    return parts;
  }
  for (std::string& each : spoken == dialect::json ? encode_json_parts(event, bytes_max)
                                                   : encode_binary_parts(event, bytes_max)) {
    parts.push_back(make_payload(std::move(each), kind_of(spoken)));
  }
  return parts;
}
[[nodiscard]] inline shared_payload wire_error(dialect spoken, const absl::Status& reason,
                                               std::string_view type) {
  return make_payload(
      spoken == dialect::json ? encode_json_error(reason, type) : encode_binary_error(reason, type),
      kind_of(spoken));
}
[[nodiscard]] inline shared_payload wire_pong(dialect spoken, const ping_message& ping,
                                              unix_time now) {
  return make_payload(
      spoken == dialect::json ? encode_json_pong(ping, now) : encode_binary_pong(ping, now),
      kind_of(spoken));
}
[[nodiscard]] inline shared_payload wire_closing(dialect spoken,
                                                 std::chrono::milliseconds retry_after) {
  return make_payload(spoken == dialect::json ? encode_json_closing(retry_after)
                                              : encode_binary_closing(retry_after),
                      kind_of(spoken));
}

// One event for many: encoded once for each dialect that somebody speaks, empty for others.
class wire_messages {
 public:
  [[nodiscard]] const wire_parts& in(dialect spoken) const noexcept {
    return messages_[static_cast<std::size_t>(spoken)];
  }
  void set(dialect spoken, wire_parts messages) noexcept {
    messages_[static_cast<std::size_t>(spoken)] = std::move(messages);
  }

 private:
  std::array<wire_parts, dialect_count> messages_;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP
