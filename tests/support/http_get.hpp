// support/http_get.hpp - one HTTP request to a server on this machine, and its whole response.
//
// Blocking, one connection each. The bytes sent are the caller's own, so that wrong ones can
// be sent too.

#ifndef COLLAB_TESTS_SUPPORT_HTTP_GET_HPP
#define COLLAB_TESTS_SUPPORT_HTTP_GET_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collab_test {

struct http_reply {
  // 0 when nothing that is HTTP came back.
  int status = 0;
  // Names in lower case.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

// A socket connected to 127.0.0.1. Throws std::system_error when nobody listens.
[[nodiscard]] int connect_to(std::uint16_t port);

// Sends `bytes` as they are and reads until the response is whole or the server closes.
// Throws std::runtime_error when that takes more than 20 s.
[[nodiscard]] http_reply http_exchange(std::uint16_t port, std::string_view bytes);

// A well-formed request without body. `headers` are whole lines, each ended by CRLF.
[[nodiscard]] http_reply http_request(std::uint16_t port, std::string_view method,
                                      std::string_view path, std::string_view headers = {});
[[nodiscard]] http_reply http_get(std::uint16_t port, std::string_view path,
                                  std::string_view headers = {});

// The same, asking for a WebSocket in a right way, with `headers` added. On success the
// status is 101 and the connection is dropped.
[[nodiscard]] http_reply http_upgrade(std::uint16_t port, std::string_view path,
                                      std::string_view headers = {});

// Reads a response's head, without body. False when `text` is not one.
[[nodiscard]] bool parse_head(std::string_view text, http_reply& into);

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_HTTP_GET_HPP
