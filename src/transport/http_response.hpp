// transport/http_response.hpp - writes the heads of HTTP responses. Private to this module.

#ifndef COLLAB_TRANSPORT_HTTP_RESPONSE_HPP
#define COLLAB_TRANSPORT_HTTP_RESPONSE_HPP

#include <string>
#include <string_view>

#include "collab/transport/http_message.hpp"
#include "collab/transport/websocket_listener.hpp"

namespace collab {

struct response_head_options {
  bool is_kept_alive = false;
};

// The status line and all header fields of `response`, up to the empty line.
[[nodiscard]] std::string write_response_head(const http_response& response,
                                              response_head_options options);

// Appends the line of one header field, or nothing when it could end its line.
void append_header(std::string& to, std::string_view name, std::string_view value);

// The 101 response with which a WebSocket begins.
[[nodiscard]] std::string write_upgrade_response(std::string_view accept_key,
                                                 const upgrade_decision& decision);

// Whether a response with `status` may have a body at all.
[[nodiscard]] constexpr bool has_response_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace collab

#endif  // COLLAB_TRANSPORT_HTTP_RESPONSE_HPP
