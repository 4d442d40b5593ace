// src/server/host/wire_messages.hpp - what the host sends, in the dialect of whom it is sent to.

#ifndef COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP
#define COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP

#include <array>
#include <chrono>
#include <string_view>

#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/dialect.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/transport/payload.hpp"

namespace collab {

[[nodiscard]] inline payload_kind kind_of(dialect spoken) noexcept {
  return spoken == dialect::json ? payload_kind::text : payload_kind::binary;
}

[[nodiscard]] inline shared_payload wire_event(dialect spoken, const room_event& event,
                                               const document& board) {
  return make_payload(spoken == dialect::json ? encode_json(event) : encode_binary(event, board),
                      kind_of(spoken));
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

// One event for many: encoded once for each dialect that somebody speaks, null for others.
class wire_messages {
 public:
  [[nodiscard]] const shared_payload& in(dialect spoken) const noexcept {
    return messages_[static_cast<std::size_t>(spoken)];
  }
  void set(dialect spoken, shared_payload message) noexcept {
    messages_[static_cast<std::size_t>(spoken)] = std::move(message);
  }

 private:
  std::array<shared_payload, dialect_count> messages_;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_HOST_WIRE_MESSAGES_HPP
