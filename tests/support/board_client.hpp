// support/board_client.hpp - clients of a board server, many of them driven by one thread.
//
// They speak WebSocket over plain sockets and hand each JSON message, or each frame of the
// binary dialect, to the test. What the messages mean is not known here.
//
//   client_loop loop;
//   board_client me{loop, server.port(), "ROOM01", [&](simdjson::dom::element message) { ... }};
//   me.send(R"({"type":"room:join","name":"Ada"})");
//   REQUIRE(loop.run_until([&] { return has_state; }));

#ifndef COLLAB_TESTS_SUPPORT_BOARD_CLIENT_HPP
#define COLLAB_TESTS_SUPPORT_BOARD_CLIENT_HPP

#include <simdjson.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/transport/websocket_frame.hpp"
#include "collab/transport/websocket_receiver.hpp"

namespace collab_test {

class board_client;

// Waits for all its clients at once. Clients come and go at any time, but not from inside
// a message handler.
class client_loop {
 public:
  // Serves the clients once, waiting for at most `wait` until there is something to do.
  void turn(std::chrono::milliseconds wait);

  // Serves them until `is_done`, which is asked after each turn. False when the time is over.
  bool run_until(const std::function<bool()>& is_done,
                 std::chrono::milliseconds at_most = std::chrono::seconds{20});

 private:
  friend class board_client;
  std::vector<board_client*> clients_;
};

class board_client {
 public:
  // Called for each message; those that come together in an array one by one. May send. The
  // message is valid during the call. May throw, which ends the turn.
  using message_handler = std::function<void(simdjson::dom::element)>;
  // Likewise, for the frames of one that speaks the binary dialect.
  struct frame_handler {
    std::function<void(std::string_view)> call;
  };

  // Connects and shakes hands, offering collab.v1.json. Blocks for at most 20 s; throws
  // std::runtime_error when the server does not agree. `loop` must outlive this object.
  board_client(client_loop& loop, std::uint16_t port, std::string_view room,
               message_handler handler)
      : board_client{loop, port, room, "collab.v1.json", std::move(handler), {}} {}
  // Offers collab.v1.binary.
  board_client(client_loop& loop, std::uint16_t port, std::string_view room, frame_handler handler)
      : board_client{loop, port, room, "collab.v1.binary", {}, std::move(handler)} {}
  ~board_client();
  board_client(const board_client&) = delete;
  board_client& operator=(const board_client&) = delete;

  // Queues a text frame, which leaves at once as far as the socket takes it.
  void send(std::string_view text) { send_frame(collab::websocket_opcode::text, text); }
  void send_frame(collab::websocket_opcode opcode, std::string_view payload);

  // Breaks the connection off, without a close frame.
  void drop();

  // Whether the connection has ended, and how: the code of the server's close frame, or 1006
  // when there was none.
  [[nodiscard]] bool is_closed() const { return socket_ < 0; }
  [[nodiscard]] int close_code() const { return close_code_; }

  // Messages, or frames, received.
  [[nodiscard]] std::size_t received() const { return received_; }

 private:
  friend class client_loop;

  board_client(client_loop& loop, std::uint16_t port, std::string_view room,
               std::string_view subprotocol, message_handler on_message, frame_handler on_frame);

  void read();
  void write();
  void take_input();
  void take_message();

  client_loop& loop_;
  // One of them.
  message_handler handler_;
  frame_handler frame_handler_;
  int socket_ = -1;
  int close_code_ = 0;
  bool has_close_ = false;
  std::size_t received_ = 0;
  std::string input_;
  std::string message_;
  std::string output_;
  std::size_t written_ = 0;
  std::uint32_t masks_ = 0x9E3779B9;
  collab::websocket_receiver receiver_{collab::websocket_role::client};
  simdjson::dom::parser parser_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_BOARD_CLIENT_HPP
