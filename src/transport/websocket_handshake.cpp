#include "collab/transport/websocket_handshake.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "transport/http_syntax.hpp"

namespace collab {
namespace {

// Whether a header called `name`, a comma-separated list of tokens, names `token`.
bool lists_token(const http_request& request, std::string_view name, std::string_view token) {
  for (const http_header& header : request.headers) {
    if (!is_same_name(header.name, name)) {
      continue;
    }
    for (const std::string_view item : split_list(header.value)) {
      if (is_same_name(item, token)) {
        return true;
      }
    }
  }
  return false;
}

bool is_base64(char byte) {
  const auto letter = static_cast<unsigned char>(byte);
  return absl::ascii_isalnum(letter) || byte == '+' || byte == '/';
}

// Whether `key` is what base64 makes of 16 bytes: 22 digits and two equals signs.
bool is_handshake_key(std::string_view key) {
  return key.size() == 24 && key.substr(22) == "==" &&
         std::all_of(key.begin(), key.begin() + 22, is_base64);
}

http_response bad_request(std::string_view why) {
  http_response response{.status = 400, .body = std::string{why}};
  response.body += '\n';
  return response;
}

// The offered subprotocols, or nullopt when the list is malformed (RFC 6455, section 4.1,
// item 10: tokens, all different).
std::optional<std::vector<std::string_view>> read_subprotocols(const http_request& request) {
  std::vector<std::string_view> offered;
  for (const http_header& header : request.headers) {
    if (!is_same_name(header.name, "Sec-WebSocket-Protocol")) {
      continue;
    }
    for (const std::string_view item : split_list(header.value)) {
      if (!is_token(item) || std::find(offered.begin(), offered.end(), item) != offered.end()) {
        return std::nullopt;
      }
      offered.push_back(item);
    }
  }
  return offered;
}

}  // namespace

std::string websocket_accept_key(std::string_view key) {
  std::string text{key};
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    return {};
  }
  return absl::Base64Escape({reinterpret_cast<const char*>(digest.data()), size});
}

bool is_websocket_upgrade(const http_request& request) {
  return lists_token(request, "Upgrade", "websocket");
}

std::optional<http_response> check_websocket_handshake(const http_request& request) {
  if (request.method != "GET") {
    return bad_request("a WebSocket begins with GET");
  }
  if (!is_websocket_upgrade(request)) {
    return bad_request("Upgrade does not name websocket");
  }
  if (!lists_token(request, "Connection", "upgrade")) {
    return bad_request("Connection does not name upgrade");
  }
  if (request.header_count("Sec-WebSocket-Version") != 1 ||
      request.header("Sec-WebSocket-Version") != "13") {
    return http_response{.status = 426,
                         .body = "this server speaks version 13 of the WebSocket protocol\n",
                         .headers = {{"Sec-WebSocket-Version", "13"}}};
  }
  if (request.header_count("Sec-WebSocket-Key") != 1 ||
      !is_handshake_key(*request.header("Sec-WebSocket-Key"))) {
    return bad_request("Sec-WebSocket-Key must come once and be the base64 form of 16 bytes");
  }
  if (!read_subprotocols(request)) {
    return bad_request("Sec-WebSocket-Protocol must list different tokens");
  }
  return std::nullopt;
}

std::vector<std::string_view> offered_subprotocols(const http_request& request) {
  return read_subprotocols(request).value_or(std::vector<std::string_view>{});
}

std::string_view select_subprotocol(const http_request& request,
                                    std::initializer_list<std::string_view> supported) {
  for (const std::string_view candidate : offered_subprotocols(request)) {
    if (const auto* found = std::find(supported.begin(), supported.end(), candidate);
        found != supported.end()) {
      return *found;
    }
  }
  return {};
}

}  // namespace collab
