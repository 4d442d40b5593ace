// collab/transport/websocket_handshake.hpp - may this HTTP request become a WebSocket.
//
// The server's side of RFC 6455, section 4.2. No extension is ever agreed to.

#ifndef COLLAB_TRANSPORT_WEBSOCKET_HANDSHAKE_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_HANDSHAKE_HPP

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collab/transport/http_message.hpp"

namespace collab {

// The value of Sec-WebSocket-Accept for a client's Sec-WebSocket-Key (section 4.2.2, 5.4).
[[nodiscard]] std::string websocket_accept_key(std::string_view key);

// Whether `request` asks to become a WebSocket, rightly or wrongly: its Upgrade header names
// `websocket`.
[[nodiscard]] bool is_websocket_upgrade(const http_request& request);

// What is wrong with the handshake, as the response that refuses it, or nullopt. 426 when the
// version is not 13; otherwise 400: method, Connection, Sec-WebSocket-Key (once, the base64
// form of 16 bytes), Sec-WebSocket-Protocol. That the request is HTTP/1.1 is for whoever
// read it to check.
[[nodiscard]] std::optional<http_response> check_websocket_handshake(const http_request& request);

// The subprotocols that the client offers, best first. Empty also when the list is malformed,
// which check_websocket_handshake() refuses.
[[nodiscard]] std::vector<std::string_view> offered_subprotocols(const http_request& request);

// The first that the client offers, which is what it likes best, of those in `supported`; or "".
[[nodiscard]] std::string_view select_subprotocol(
    const http_request& request, std::initializer_list<std::string_view> supported);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_HANDSHAKE_HPP
