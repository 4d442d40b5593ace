// collab/transport/payload.hpp - the bytes of one message, shared by all who are sent it.
//
// A message to a room is encoded once; every connection's queue holds a reference.

#ifndef COLLAB_TRANSPORT_PAYLOAD_HPP
#define COLLAB_TRANSPORT_PAYLOAD_HPP

#include <memory>
#include <string>
#include <utility>

namespace collab {

enum class payload_kind : unsigned char { text, binary };

// One whole message. Text is UTF-8.
struct payload {
  std::string bytes;
  payload_kind kind = payload_kind::text;
};

// Immutable once shared. Never null where a function takes one.
using shared_payload = std::shared_ptr<const payload>;

[[nodiscard]] inline shared_payload make_payload(std::string bytes,
                                                 payload_kind kind = payload_kind::text) {
  return std::make_shared<const payload>(payload{std::move(bytes), kind});
}

}  // namespace collab

#endif  // COLLAB_TRANSPORT_PAYLOAD_HPP
