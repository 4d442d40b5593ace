// e2e/board_snapshot.hpp - the document that a server hands out for a board.

#ifndef COLLAB_TESTS_E2E_BOARD_SNAPSHOT_HPP
#define COLLAB_TESTS_E2E_BOARD_SNAPSHOT_HPP

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/http_get.hpp"

namespace collab_test {

// The value of `elements` in `body`, byte for byte. Empty when there is none.
[[nodiscard]] inline std::string elements_of(std::string_view body) {
  constexpr std::string_view name = "\"elements\":";
  const std::size_t begin = body.find(name) + name.size();
  if (begin < name.size()) {
    return {};
  }
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t at = begin; at < body.size(); ++at) {
    const char each = body[at];
    if (is_in_string) {
      at += each == '\\' ? 1U : 0U;
      is_in_string = each != '"';
    } else if (each == '"') {
      is_in_string = true;
    } else if (each == '[' || each == '{') {
      ++depth;
    } else if ((each == ']' || each == '}') && --depth == 0) {
      return std::string{body.substr(begin, at + 1 - begin)};
    }
  }
  return {};
}

// Throws std::runtime_error when the answer is not 200.
[[nodiscard]] inline std::string fetch_snapshot(std::uint16_t port, std::string_view room) {
  http_reply reply = http_get(port, "/v1/rooms/" + std::string{room} + "/snapshot.json");
  if (reply.status != 200) {
    throw std::runtime_error{"snapshot of " + std::string{room} + ": status " +
                             std::to_string(reply.status) + ", " + reply.body};
  }
  return std::move(reply.body);
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_BOARD_SNAPSHOT_HPP
