// collab/transport/http_message.hpp - the head of an HTTP/1.1 request, and a whole response.
//
// What a board server needs of HTTP: health, metrics, a page, and the way into a WebSocket.
// Bodies of requests are not read.

#ifndef COLLAB_TRANSPORT_HTTP_MESSAGE_HPP
#define COLLAB_TRANSPORT_HTTP_MESSAGE_HPP

#include <absl/strings/match.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collab {

struct http_header {
  std::string name;
  std::string value;
};

// A well-formed request: its version is 1.0 or 1.1, and its Host is there once (1.1) or at
// most once (1.0). All strings are as sent, nothing is percent-decoded.
struct http_request {
  std::string method;  // In upper case: GET, HEAD, ...
  std::string target;  // The request target, such as /v1/rooms/a/ws?key=1
  std::string path;    // Its path, beginning with '/', or "*".
  std::string query;   // What follows the first '?', without it.
  std::vector<http_header> headers;
  std::string remote_address;  // The peer's address without its port, such as 127.0.0.1

  // The first header called `name`, whatever the case, or nullopt.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const http_header& item) { return is_name(item, name); });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>{found->value};
  }

  [[nodiscard]] std::size_t header_count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(),
                      [&](const http_header& item) { return is_name(item, name); }));
  }

 private:
  static bool is_name(const http_header& item, std::string_view name) {
    return absl::EqualsIgnoreCase({item.name.data(), item.name.size()}, {name.data(), name.size()});
  }
};

// Content-Length, Date and Connection are added when it is sent. For HEAD the body is only
// measured. A header whose name or value could end its line is left out.
struct http_response {
  int status = 200;
  std::string body{};
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<http_header> headers{};
};

// The right to answer one request, now or later.
//
// Threads: the listener's loop. Destroyed without an answer, it answers 500, so a request
// never hangs. May outlive the connection and the listener; it then does nothing. It keeps
// the connection's memory alive: do not keep it after answering.
class http_responder {
 public:
  // Takes the answer to where it is sent.
  class sink {
   public:
    virtual ~sink() = default;
    virtual void respond(http_response response) = 0;
  };

  explicit http_responder(std::shared_ptr<sink> to) : to_{std::move(to)} {}
  ~http_responder() { give_up(); }
  http_responder(http_responder&&) noexcept = default;
  http_responder& operator=(http_responder&& other) noexcept {
    if (this != &other) {
      give_up();
      to_ = std::move(other.to_);
    }
    return *this;
  }

  // Answers. Does nothing the second time.
  void respond(http_response response) {
    if (const auto to = std::exchange(to_, nullptr)) {
      to->respond(std::move(response));
    }
  }

 private:
  void give_up() { respond({.status = 500, .body = "the server gave no answer\n"}); }

  std::shared_ptr<sink> to_;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_HTTP_MESSAGE_HPP
