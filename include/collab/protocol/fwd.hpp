// collab/protocol/fwd.hpp - the names of the protocol module.

#ifndef COLLAB_PROTOCOL_FWD_HPP
#define COLLAB_PROTOCOL_FWD_HPP

namespace collab {

class json_decoder;
struct client_message;
struct join_message;
struct ping_message;

}  // namespace collab

#endif  // COLLAB_PROTOCOL_FWD_HPP
