#include "transport/client_handshake.hpp"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <http_parser.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collab/transport/websocket_handshake.hpp"
#include "transport/http_response.hpp"
#include "transport/http_syntax.hpp"

namespace collab {
namespace {

// A response's head as http-parser reads it.
struct response_head {
  std::string reason;
  std::vector<http_header> headers;
  http_header header;  // The one being read.
  bool is_in_value = false;
  bool is_complete = false;

  void finish_header() {
    if (std::exchange(is_in_value, false)) {
      header.value = std::string{trim(header.value)};
      headers.push_back(std::exchange(header, {}));
    }
  }

  // The values of all fields called `name`.
  [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const http_header& each : headers) {
      if (is_same_name(each.name, name)) {
        found.push_back(each.value);
      }
    }
    return found;
  }
};

response_head& head_of(http_parser* parser) { return *static_cast<response_head*>(parser->data); }

const http_parser_settings& settings() {
  static const http_parser_settings value = [] {
    http_parser_settings result;
    http_parser_settings_init(&result);
    result.on_status = [](http_parser* parser, const char* at, std::size_t length) {
      head_of(parser).reason.append(at, length);
      return 0;
    };
    result.on_header_field = [](http_parser* parser, const char* at, std::size_t length) {
      head_of(parser).finish_header();
      head_of(parser).header.name.append(at, length);
      return 0;
    };
    result.on_header_value = [](http_parser* parser, const char* at, std::size_t length) {
      head_of(parser).is_in_value = true;
      head_of(parser).header.value.append(at, length);
      return 0;
    };
    result.on_headers_complete = [](http_parser* parser) {
      head_of(parser).finish_header();
      head_of(parser).is_complete = true;
      return 2;  // No body follows that would be read.
    };
    return result;
  }();
  return value;
}

// Whether one of the lists `values` names `token`.
bool names_token(const std::vector<std::string_view>& values, std::string_view token) {
  return std::any_of(values.begin(), values.end(), [&](std::string_view value) {
    const std::vector<std::string_view> items = split_list(value);
    return std::any_of(items.begin(), items.end(),
                       [&](std::string_view item) { return is_same_name(item, token); });
  });
}

std::string check_subprotocol(const std::vector<std::string_view>& agreed,
                              std::string_view offered) {
  if (agreed.empty()) {
    return offered.empty()
               ? ""
               : absl::StrCat("the server did not agree to speak ", std::string{offered});
  }
  if (agreed.size() > 1 || offered.empty() || agreed.front() != offered) {
    return absl::StrCat("the server chose a subprotocol that was not offered: ",
                        std::string{agreed.back()});
  }
  return {};
}

}  // namespace

std::string make_handshake_key(random_source& random) {
  std::array<char, 16> bytes{};
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t bits = random.next();
    for (std::size_t index = 0; index < 8; ++index, bits >>= 8U) {
      bytes[at + index] = static_cast<char>(bits & 0xFFU);
    }
  }
  return absl::Base64Escape({bytes.data(), bytes.size()});
}

std::string write_upgrade_request(const upgrade_request& request) {
  std::string head = absl::StrCat("GET ", request.target, " HTTP/1.1\r\n");
  append_header(head, "Host", request.host);
  append_header(head, "Upgrade", "websocket");
  append_header(head, "Connection", "Upgrade");
  append_header(head, "Sec-WebSocket-Key", request.key);
  append_header(head, "Sec-WebSocket-Version", "13");
  if (!request.subprotocol.empty()) {
    append_header(head, "Sec-WebSocket-Protocol", request.subprotocol);
  }
  for (const http_header& each : request.headers) {
    append_header(head, each.name, each.value);
  }
  head += "\r\n";
  return head;
}

std::string check_upgrade_response(std::string_view head, const upgrade_request& request) {
  response_head read;
  http_parser parser;
  http_parser_init(&parser, HTTP_RESPONSE);
  parser.data = &read;
  http_parser_execute(&parser, &settings(), head.data(), head.size());
  if (const auto error = static_cast<enum http_errno>(parser.http_errno);
      error != HPE_OK || !read.is_complete) {
    return absl::StrCat("the server's answer is not HTTP: ", http_errno_description(error));
  }
  if (parser.status_code != 101) {
    return absl::StrCat("the server answered ", parser.status_code, " ", read.reason);
  }
  if (parser.http_major != 1 || parser.http_minor != 1) {
    return "the server's answer is not HTTP/1.1";
  }
  if (const auto upgrades = read.values("Upgrade");
      upgrades.size() != 1 || !is_same_name(upgrades.front(), "websocket")) {
    return "the server's Upgrade does not name websocket";
  }
  if (!names_token(read.values("Connection"), "upgrade")) {
    return "the server's Connection does not name upgrade";
  }
  if (const auto accepts = read.values("Sec-WebSocket-Accept");
      accepts.size() != 1 || accepts.front() != websocket_accept_key(request.key)) {
    return "the server's Sec-WebSocket-Accept does not answer the key";
  }
  if (const auto extensions = read.values("Sec-WebSocket-Extensions"); !extensions.empty()) {
    return absl::StrCat("the server uses an extension that was not offered: ",
                        std::string{extensions.front()});
  }
  return check_subprotocol(read.values("Sec-WebSocket-Protocol"), request.subprotocol);
}

}  // namespace collab
