// transport/client_handshake.hpp - the client's side of the opening handshake of RFC 6455,
// section 4.1, as text. Private to this module.

#ifndef COLLAB_TRANSPORT_CLIENT_HANDSHAKE_HPP
#define COLLAB_TRANSPORT_CLIENT_HANDSHAKE_HPP

#include <string>
#include <string_view>
#include <vector>

#include "collab/core/random_source.hpp"
#include "collab/transport/http_message.hpp"

namespace collab {

struct upgrade_request {
  std::string host;  // HOST:PORT, as the Host field has it.
  std::string target;
  std::string key;
  std::string subprotocol;  // Empty: none is offered.
  std::vector<http_header> headers;
};

// The base64 form of 16 bytes of `random`.
[[nodiscard]] std::string make_handshake_key(random_source& random);

[[nodiscard]] std::string write_upgrade_request(const upgrade_request& request);

// What is wrong with the server's answer to `request`; empty if nothing. `head` goes up to and
// with the empty line.
[[nodiscard]] std::string check_upgrade_response(std::string_view head,
                                                 const upgrade_request& request);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_CLIENT_HANDSHAKE_HPP
