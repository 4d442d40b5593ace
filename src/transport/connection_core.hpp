// transport/connection_core.hpp - what the connections of one listener or connector share.
// Private to this module.

#ifndef COLLAB_TRANSPORT_CONNECTION_CORE_HPP
#define COLLAB_TRANSPORT_CONNECTION_CORE_HPP

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/random_source.hpp"
#include "collab/transport/websocket_event.hpp"
#include "collab/transport/websocket_listener.hpp"
#include "transport/deadline_wheel.hpp"
#include "transport/event_loop_impl.hpp"
#include "transport/outgoing.hpp"

namespace collab {

class websocket_connection;

// Bytes that may be read past the end of a message given to a handler.
inline constexpr std::size_t message_padding = 64;

// One read buffer, one deadline wheel, one list of connections with output to flush.
// Kept alive by its owner and by each connection.
//
// Threads: the loop's.
class connection_core : public std::enable_shared_from_this<connection_core> {
 public:
  static constexpr std::size_t read_bytes = 64 * 1024;

  // `masks`: where the masks of a client's frames come from; null at a server.
  connection_core(event_loop& loop, const websocket_options& options, random_source* masks);

  // Has `connection` flushed at the end of this turn of the loop.
  void mark_dirty(std::shared_ptr<websocket_connection> connection);

  // Calls entry.expire() when `delay` has passed, or up to two ticks later.
  void set_deadline(deadline_entry& entry, duration delay);
  void set_deadline_at(deadline_entry& entry, wheel_tick due);
  void drop_deadline(deadline_entry& entry) { wheel_.drop(entry); }
  [[nodiscard]] wheel_tick now() const { return wheel_.now(); }
  [[nodiscard]] wheel_tick ticks(duration length) const;

  // Room for one read behind `kept` bytes that the reader puts in front, and padding behind.
  [[nodiscard]] std::span<char> read_buffer(std::size_t kept);

  // An empty queue, and the way to give it back when it is empty again.
  [[nodiscard]] std::vector<outgoing> take_queue();
  void give_queue(std::vector<outgoing> queue);

  asio::io_context& io;
  const websocket_options options;
  const websocket_limits limits;
  random_source* const masks;
  std::size_t connections = 0;
  std::size_t lingering = 0;

 private:
  void flush_dirty();
  void run_timer();

  std::vector<char> buffer_;
  std::vector<std::shared_ptr<websocket_connection>> dirty_;
  std::vector<std::shared_ptr<websocket_connection>> flushing_;
  std::vector<std::vector<outgoing>> spare_queues_;
  deadline_wheel wheel_;
  duration tick_;
  steady_timer timer_;
  bool is_timer_running_ = false;
};

// Counts one connection for as long as it lives, and keeps the core.
class connection_ticket {
 public:
  explicit connection_ticket(std::shared_ptr<connection_core> core) : core_{std::move(core)} {
    ++core_->connections;
  }
  connection_ticket(connection_ticket&&) noexcept = default;
  connection_ticket& operator=(connection_ticket&&) = delete;
  ~connection_ticket() {
    if (core_ != nullptr) {
      --core_->connections;
    }
  }

  [[nodiscard]] connection_core* operator->() const { return core_.get(); }
  [[nodiscard]] connection_core& operator*() const { return *core_; }

 private:
  std::shared_ptr<connection_core> core_;
};

// Ends `socket` so that the peer can read the last words sent: shuts down sending, reads and
// forgets for close_timeout at most, and closes.
void linger(connection_ticket ticket, tcp_socket socket);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_CONNECTION_CORE_HPP
