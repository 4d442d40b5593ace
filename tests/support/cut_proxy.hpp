// support/cut_proxy.hpp - a TCP proxy before a board server that cuts connections where it is told.
//
// It reads the WebSocket frames of both directions, asks about each message of the binary
// dialect, and passes each on in a frame of its own, so that a cut falls between any two messages,
// or into the middle of one.
//
//   cut_proxy proxy{server.port()};
//   proxy.decide([](const passing_message& each) {
//     return each.way == flow::up && each.number == 7 ? fate::cut_before : fate::pass;
//   });
//   ... connect to proxy.port() ...
//   proxy.turn(1ms);   // again and again

#ifndef COLLAB_TESTS_SUPPORT_CUT_PROXY_HPP
#define COLLAB_TESTS_SUPPORT_CUT_PROXY_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace collab_test {

// From the client to the server, and back.
enum class flow : unsigned char { up, down };

struct passing_message {
  // Of the connections that were made to the proxy, from 0.
  std::size_t connection = 0;
  flow way = flow::up;
  // Of the messages of this way in this connection, from 1.
  std::size_t number = 0;
  // As docs/protocol.md has it; 0 for a text frame, which counts as one message.
  unsigned type = 0;
  // The whole message; valid during the call.
  std::string_view bytes;
};

enum class fate : unsigned char {
  pass,
  // It does not arrive, and all goes on.
  drop,
  // What came before it arrives, of it nothing, or half of its frame, and both ends are cut off.
  cut_before,
  cut_inside,
  // It arrives, and both ends are cut off.
  cut_after,
};

// Threads: one. Everything happens inside turn().
class cut_proxy {
 public:
  using judge = std::function<fate(const passing_message&)>;

  // Listens on a free port of this machine. Throws std::system_error when it can't.
  explicit cut_proxy(std::uint16_t server_port);
  ~cut_proxy();
  cut_proxy(const cut_proxy&) = delete;
  cut_proxy& operator=(const cut_proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Who is asked from now on. Without one everything passes.
  void decide(judge asked) { judge_ = std::move(asked); }

  // Passes on what there is, after waiting for it for at most `wait`.
  void turn(std::chrono::milliseconds wait);

  // Cuts every connection.
  void cut_all();

  // Connections made so far, and cuts.
  [[nodiscard]] std::size_t connections() const { return made_; }
  [[nodiscard]] std::size_t cuts() const { return cuts_; }

 private:
  struct link;

  void accept();
  void read(link& of, flow way);
  void take(link& of, flow way);
  void take_frames(link& of, flow way);
  bool take_payload(link& of, flow way, bool is_text, std::string_view payload);
  bool pass_message(link& of, flow way, bool is_text, std::string_view message);
  static void write(link& of, flow way);
  void cut(link& of);

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int socket_ = -1;
  judge judge_;
  std::vector<std::unique_ptr<link>> links_;
  std::size_t made_ = 0;
  std::size_t cuts_ = 0;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_CUT_PROXY_HPP
