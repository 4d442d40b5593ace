// tests/sim/connection.hpp - the two streams of one simulated connection.
//
// Part of the network: made by it, and held by the transports of both ends.

#ifndef COLLAB_TESTS_SIM_CONNECTION_HPP
#define COLLAB_TESTS_SIM_CONNECTION_HPP

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "collab/transport/transport.hpp"
#include "sim/network.hpp"

namespace collab_sim {

// Which end of it.
enum class side : unsigned char { server, client };

[[nodiscard]] constexpr side other(side of) noexcept {
  return of == side::server ? side::client : side::server;
}

class connection : public std::enable_shared_from_this<connection> {
 public:
  connection(network& in, const connection_name& name, std::string room)
      : in_{in}, name_{name}, room_{std::move(room)} {}

  [[nodiscard]] const connection_name& name() const noexcept { return name_; }
  [[nodiscard]] bool is_over() const noexcept;
  [[nodiscard]] bool believes(side of) const noexcept { return !at(of).is_over; }

  // ---- For the network

  // Tries to reach the server that listens now.
  void establish();
  // Moves what can move, after something about the link has changed.
  void wake();
  void cut();
  // The server has heard nothing for too long.
  void give_up_at_server();
  // Its process is gone.
  void lose_server(bool is_heard);

  // ---- For the transports

  void start(side at, collab::transport_handler& handler);
  void send(side from, collab::shared_payload message);
  void close(side from, collab::close_code code, std::string_view reason);
  void set_paused(side at, bool is_paused);
  void destroyed(side of);
  [[nodiscard]] std::size_t queued_bytes(side of) const noexcept { return at(of).queued_bytes; }

 private:
  struct frame {
    // Null: the close frame.
    collab::shared_payload message;
    collab::close_code code{};
    std::string reason;
    instant due{};

    [[nodiscard]] std::size_t bytes() const noexcept {
      return message != nullptr ? message->bytes.size() : 4;
    }
  };
  struct end {
    collab::transport_handler* handler = nullptr;
    bool is_started = false;
    bool is_paused = false;
    bool is_closing = false;
    bool is_over = false;
    // What it sends: what waits at it, and what is on its way from it.
    std::deque<frame> queue;
    std::size_t queued_bytes = 0;
    std::deque<frame> on_way;
    std::size_t on_way_bytes = 0;
    instant last_due{};
    bool is_arrival_planned = false;
  };

  [[nodiscard]] end& at(side of) { return ends_[static_cast<std::size_t>(of)]; }
  [[nodiscard]] const end& at(side of) const { return ends_[static_cast<std::size_t>(of)]; }
  [[nodiscard]] bool is_link_up() const;
  [[nodiscard]] bool can_receive(side to) const;

  void pump(side from);
  void plan_arrival(side from);
  void arrive(side from);
  void deliver(side to, const frame& what);
  // Some end of what is on its way, and all that waits, gets nowhere.
  void lose_some(side from);
  void hear_of_end(side at, duration wait, collab::close_code code, std::string reason);
  void end_at(side of, collab::close_code code, std::string_view reason);
  template <typename Do>
  void later(duration wait, Do what);

  network& in_;
  connection_name name_;
  std::string room_;
  std::array<end, 2> ends_;
  bool is_established_ = false;
  bool is_cut_ = false;
};

// One end of a connection, for whoever is to use it.
[[nodiscard]] std::unique_ptr<collab::transport> make_transport(std::shared_ptr<connection> of,
                                                                side at);

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_CONNECTION_HPP
