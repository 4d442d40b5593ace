// collab/transport/fwd.hpp - the names of this module, for headers that only mention them.

#ifndef COLLAB_TRANSPORT_FWD_HPP
#define COLLAB_TRANSPORT_FWD_HPP

#include <cstdint>

namespace collab {

enum class close_code : std::uint16_t;
enum class payload_kind : unsigned char;
enum class websocket_opcode : unsigned char;
enum class websocket_role : unsigned char;

struct payload;
struct http_header;
struct http_request;
struct http_response;
struct listen_address;
struct upgrade_decision;
struct websocket_connector_options;
struct websocket_event;
struct websocket_limits;
struct websocket_options;
struct websocket_url;

class connector;
class event_loop;
class http_responder;
class listener_handler;
class loop_timer;
class loopback_transport;
class transport;
class transport_handler;
class websocket_connector;
class websocket_listener;
class websocket_receiver;

}  // namespace collab

#endif  // COLLAB_TRANSPORT_FWD_HPP
