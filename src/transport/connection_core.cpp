#include "transport/connection_core.hpp"

#include <algorithm>
#include <chrono>

#include "transport/websocket_connection.hpp"

namespace collab {
namespace {

using namespace std::chrono_literals;

// What a lingering connection may still send us before it is cut off.
constexpr std::size_t lingering_bytes_max = 16 * 1024 * 1024;

duration choose_tick(const websocket_options& options) {
  const duration shortest =
      std::min({options.handshake_deadline, options.keep_alive_idle, options.ping_interval,
                options.close_timeout, options.silence_max});
  return std::clamp<duration>(shortest / 4, 10ms, 250ms);
}

// A connection after its last word, see linger().
class lingering_socket final : public deadline_entry,
                               public std::enable_shared_from_this<lingering_socket> {
 public:
  lingering_socket(connection_ticket ticket, tcp_socket socket)
      : ticket_{std::move(ticket)}, socket_{std::move(socket)} {
    ++ticket_->lingering;
  }
  ~lingering_socket() { --ticket_->lingering; }

  void start() {
    asio::error_code error;
    socket_.shutdown(tcp_socket::shutdown_send, error);
    if (!error) {
      ticket_->set_deadline(*this, ticket_->options.close_timeout);
      wait();
    }
  }

 private:
  void expire() override {
    asio::error_code ignored;
    socket_.close(ignored);
  }

  void wait() {
    socket_.async_wait(tcp_socket::wait_read,
                       [self = shared_from_this()](const asio::error_code& error) {
                         if (!error && self->socket_.is_open()) {
                           self->read();
                         }
                       });
  }

  // Ends by waiting for more, or by returning: then nobody holds this object any more.
  void read() {
    asio::error_code error;
    const std::span<char> into = ticket_->read_buffer(0);
    bytes_ += socket_.read_some(asio::buffer(into.data(), into.size()), error);
    if ((!error || error == asio::error::would_block) && bytes_ <= lingering_bytes_max) {
      wait();
    }
  }

  connection_ticket ticket_;
  tcp_socket socket_;
  std::size_t bytes_ = 0;
};

}  // namespace

void linger(connection_ticket ticket, tcp_socket socket) {
  std::make_shared<lingering_socket>(std::move(ticket), std::move(socket))->start();
}

connection_core::connection_core(event_loop& loop, const websocket_options& given,
                                 random_source* masks_from)
    : io{loop.internals().io},
      options{given},
      limits{given.frame_bytes_max, given.message_bytes_max, given.fragments_max},
      masks{masks_from},
      tick_{choose_tick(given)},
      timer_{io} {}

void connection_core::mark_dirty(std::shared_ptr<websocket_connection> connection) {
  if (dirty_.empty()) {
    asio::post(io, [self = shared_from_this()] { self->flush_dirty(); });
  }
  dirty_.push_back(std::move(connection));
}

void connection_core::flush_dirty() {
  flushing_.swap(dirty_);
  for (const auto& connection : flushing_) {
    connection->flush();
  }
  flushing_.clear();
}

wheel_tick connection_core::ticks(duration length) const {
  return static_cast<wheel_tick>((std::max(length, duration::zero()) + tick_ - duration{1}) /
                                 tick_);
}

void connection_core::set_deadline(deadline_entry& entry, duration delay) {
  set_deadline_at(entry, now() + ticks(delay) + 1);
}

void connection_core::set_deadline_at(deadline_entry& entry, wheel_tick due) {
  wheel_.set(entry, due);
  if (!is_timer_running_) {
    is_timer_running_ = true;
    run_timer();
  }
}

// One tick after another for as long as there are connections. A tick that comes late counts
// as one: a loop that was held up does not take that for the silence of its peers.
void connection_core::run_timer() {
  timer_.expires_after(tick_);
  timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    const auto self = weak.lock();
    if (error || self == nullptr) {
      return;
    }
    self->wheel_.advance();
    if (self->connections > 0) {
      self->run_timer();
    } else {
      self->is_timer_running_ = false;
    }
  });
}

std::span<char> connection_core::read_buffer(std::size_t kept) {
  const std::size_t needed = kept + read_bytes + message_padding;
  if (buffer_.size() < needed) {
    buffer_.resize(needed);
  }
  return {buffer_.data(), kept + read_bytes};
}

std::vector<outgoing> connection_core::take_queue() {
  if (spare_queues_.empty()) {
    return {};
  }
  std::vector<outgoing> queue = std::move(spare_queues_.back());
  spare_queues_.pop_back();
  return queue;
}

void connection_core::give_queue(std::vector<outgoing> queue) {
  constexpr std::size_t spare_queues_max = 64;
  constexpr std::size_t spare_capacity_max = 256;
  if (spare_queues_.size() < spare_queues_max && queue.capacity() <= spare_capacity_max) {
    queue.clear();
    spare_queues_.push_back(std::move(queue));
  }
}

}  // namespace collab
