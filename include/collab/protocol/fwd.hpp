// collab/protocol/fwd.hpp - the names of the protocol module.

#ifndef COLLAB_PROTOCOL_FWD_HPP
#define COLLAB_PROTOCOL_FWD_HPP

#include <cstdint>

namespace collab {

enum class dialect : std::uint8_t;

class binary_client_encoder;
class binary_decoder;
class binary_server_decoder;
class json_decoder;
struct client_message;
struct join_message;
struct ping_message;

}  // namespace collab

#endif  // COLLAB_PROTOCOL_FWD_HPP
