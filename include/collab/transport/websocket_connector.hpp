// collab/transport/websocket_connector.hpp - dials a board server and speaks WebSocket to it.
//
// The client's end: plain TCP, the handshake and frames of RFC 6455, without extensions. What
// the messages mean is for whoever sends and reads them. TLS is for a proxy in between.
//
//   collab::event_loop loop;
//   collab::system_random_source random;
//   auto url = collab::parse_websocket_url("ws://127.0.0.1:8080");
//   collab::websocket_connector connector{loop, random, *url};
//   std::unique_ptr<collab::transport> connection = connector.connect("ROOM01");
//   connection->start(handler);
//   loop.run();

#ifndef COLLAB_TRANSPORT_WEBSOCKET_CONNECTOR_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_CONNECTOR_HPP

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/random_source.hpp"
#include "collab/transport/connector.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/http_message.hpp"
#include "collab/transport/transport.hpp"

namespace collab {

// Where a WebSocket is to be had.
struct websocket_url {
  std::string host;  // A name or an address; an IPv6 address without brackets.
  std::uint16_t port = 80;
  // What is asked for, path and query. {room} stands for the name of the room.
  std::string target;
};

// Reads ws://HOST[:PORT][TARGET]. Without a target, or with "/", it is that of a board server,
// /v1/rooms/{room}/ws. Fails with invalid_argument (what is wrong in `text`) or unimplemented
// (wss).
[[nodiscard]] absl::StatusOr<websocket_url> parse_websocket_url(std::string_view text);

// Durations are kept to a quarter of the shortest of them, at best 10 ms, at worst 250 ms:
// what they bound may last that much longer.
struct websocket_connector_options {
  // The subprotocol that is offered. A server that does not agree to it is given up. Empty:
  // none is offered, and none may be agreed to.
  std::string subprotocol = "collab.v1.binary";

  // Sent with the request, such as Origin or Authorization. One whose name or value could end
  // its line is left out.
  std::vector<http_header> headers{};

  // Most bytes of the head of the server's answer; a longer one is given up.
  std::size_t head_bytes_max = 16 * 1024;

  // How long a connection may take from connect() to the end of the handshake: finding the
  // name, TCP, and the server's answer together.
  duration connect_deadline = std::chrono::seconds{5};

  // Longest frame, and longest message, in bytes of payload: a longer one closes with 1009.
  // A board server sends what one turn of its loop has to say in one frame.
  std::uint64_t frame_bytes_max = 16 * 1024 * 1024;
  std::uint64_t message_bytes_max = 16 * 1024 * 1024;

  // Most frames of one message; more close with 1008. At least 1.
  std::uint32_t fragments_max = 1'024;

  // As in websocket_options. silence_max > ping_interval > 0.
  duration ping_interval = std::chrono::seconds{20};
  duration silence_max = std::chrono::seconds{45};
  duration close_timeout = std::chrono::seconds{2};
};

// A connection that is not made, or not as RFC 6455 (section 4.1) demands, ends by on_close
// with close_code::abnormal and a reason that names the server and what was wrong. close()
// before it stands: what was sent, and the close, still leave if it stands within close_timeout.
//
// Threads: the loop's, or any before it runs. Names that are not addresses are looked up in
// Asio's own thread.
// Memory: as websocket_listener's. A message is copied once, to be masked.
class websocket_connector final : public connector {
 public:
  // Keeps references to `loop` and `random`, which must outlive this object and its
  // connections. `random`: keys of handshakes, masks of frames; must not be predictable
  // (RFC 6455, section 5.3) outside of tests.
  websocket_connector(event_loop& loop, random_source& random, websocket_url url,
                      websocket_connector_options options = {});

  // Connections go on.
  ~websocket_connector() override;

  [[nodiscard]] std::unique_ptr<transport> connect(std::string_view room) override;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_CONNECTOR_HPP
