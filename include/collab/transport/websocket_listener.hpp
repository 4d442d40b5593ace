// collab/transport/websocket_listener.hpp - accepts WebSockets and answers HTTP on one port.
//
// The server's end: plain TCP, HTTP/1.1 request heads, the WebSocket handshake, frames. What
// a path means is for the listener_handler to say. TLS is for a proxy in front.
//
//   collab::event_loop loop;
//   collab::websocket_listener listener{loop, handler, {.ping_interval = 10s}};
//   if (absl::Status status = listener.listen({"127.0.0.1", 8080}); !status.ok()) { ... }
//   loop.run();

#ifndef COLLAB_TRANSPORT_WEBSOCKET_LISTENER_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_LISTENER_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/http_message.hpp"
#include "collab/transport/transport.hpp"

namespace collab {

// Durations are kept to a quarter of the shortest of them, at best 10 ms, at worst 250 ms:
// what they bound may last that much longer.
struct websocket_options {
  // Most bytes of a request's head; a longer one is answered 431. At most 64 KiB are used.
  std::size_t head_bytes_max = 16 * 1024;

  // How long a client may take to send a whole request head, from when the connection was
  // made or, on a kept connection, from the first byte. Then 408, or silence if nothing came.
  duration handshake_deadline = std::chrono::seconds{5};

  // How long an HTTP connection is kept open between requests.
  duration keep_alive_idle = std::chrono::seconds{15};

  // Longest frame, and longest message, in bytes of payload: a longer one closes with 1009.
  std::uint64_t frame_bytes_max = 256 * 1024;
  std::uint64_t message_bytes_max = 256 * 1024;

  // Most frames of one message; more close with 1008. At least 1.
  std::uint32_t fragments_max = 64;

  // A peer that was silent for ping_interval is sent a ping; one that was for silence_max is
  // given up, on_close(abnormal). A peer whose reading is paused is given up when it has taken
  // no output for silence_max while there is some. silence_max > ping_interval > 0.
  duration ping_interval = std::chrono::seconds{20};
  duration silence_max = std::chrono::seconds{45};

  // How long close() waits for the output to leave and the peer to answer, and how long a
  // connection may linger afterwards so that the peer reads our last words.
  duration close_timeout = std::chrono::seconds{2};

  // Most connections at once, HTTP and WebSocket together; more are answered 503.
  std::size_t connections_max = 10'000;
};

// What is to become of a request for a WebSocket.
struct upgrade_decision {
  bool is_accepted = false;
  std::string subprotocol;           // If accepted: one the client offers, or "".
  std::vector<http_header> headers;  // If accepted: added to the 101 response.
  http_response refusal;             // If not.

  [[nodiscard]] static upgrade_decision accept(std::string subprotocol = {}) {
    return {
        .is_accepted = true, .subprotocol = std::move(subprotocol), .headers = {}, .refusal = {}};
  }
  [[nodiscard]] static upgrade_decision refuse(http_response response) {
    return {.is_accepted = false, .subprotocol = {}, .headers = {}, .refusal = std::move(response)};
  }
};

// Decides what the listener's connections are for. Calls come on the loop's thread, never
// from inside a call to the listener; none after the listener is destroyed, which any of
// them may do.
class listener_handler {
 public:
  // A request that is not for a WebSocket. Answer through `responder`, now or later; the
  // connection's next request waits for it. `request` is valid during the call.
  virtual void on_request(const http_request& request, http_responder responder) = 0;

  // A request for a WebSocket whose handshake is in order.
  virtual upgrade_decision on_upgrade(const http_request& request) = 0;

  // An accepted request has become `connection`. It reads nothing before start(), which may
  // be called later. `request` and `subprotocol` are valid during the call.
  virtual void on_open(std::unique_ptr<transport> connection, const http_request& request,
                       std::string_view subprotocol) = 0;

 protected:
  ~listener_handler() = default;
};

// Where to listen. `host` is an address or a name; port 0 means any free one.
struct listen_address {
  std::string host;
  std::uint16_t port = 0;
};

// Reads HOST:PORT, [IPV6]:PORT. Fails with invalid_argument.
[[nodiscard]] absl::StatusOr<listen_address> parse_listen_address(std::string_view text);

// Threads: the loop's, or any before it runs.
// Memory: one read buffer of 64 KiB for all connections. An idle WebSocket has no buffer and
// no timer of its own; one that is in the middle of a message holds at most twice
// message_bytes_max; output is bounded by its sender (transport::queued_bytes). At most 16
// pongs wait for a slow peer, the newest in place of the last.
class websocket_listener {
 public:
  // Keeps references to `loop` and `handler`, which must outlive this object.
  websocket_listener(event_loop& loop, listener_handler& handler, websocket_options options = {});

  // Stops listening and ends the HTTP connections at once. WebSockets that were handed over
  // go on; their transports must be gone before the loop is.
  ~websocket_listener();

  websocket_listener(const websocket_listener&) = delete;
  websocket_listener& operator=(const websocket_listener&) = delete;

  // Begins to accept. Resolves a name, which may block. May be called for several addresses.
  // Fails with invalid_argument (host) or unavailable (the system's message), changing nothing.
  absl::Status listen(const listen_address& address);

  // The port of the last successful listen(), or 0.
  [[nodiscard]] std::uint16_t port() const;

  // Stops accepting, ends idle HTTP connections, and ends each other one after the answer to
  // its current request. WebSockets are not touched: close them with going_away.
  void shutdown();

  // Open connections, HTTP and WebSocket, those that linger included.
  [[nodiscard]] std::size_t connections() const;

 private:
  class impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_LISTENER_HPP
