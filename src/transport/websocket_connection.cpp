#include "transport/websocket_connection.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "collab/transport/websocket_frame.hpp"

namespace collab {
namespace {

// Pongs that wait in the queue of a slow peer; further pings are answered by one more, of
// the latest (RFC 6455, section 5.5.3).
constexpr unsigned char pongs_queued_max = 16;

// Buffers of one gathered write; Asio takes 64.
constexpr std::size_t write_buffers_max = 64;

const shared_payload& empty_payload() {
  static const shared_payload empty = make_payload({}, payload_kind::binary);
  return empty;
}

class websocket_transport final : public transport {
 public:
  explicit websocket_transport(std::shared_ptr<websocket_connection> connection)
      : connection_{std::move(connection)} {}
  ~websocket_transport() override { connection_->abort(); }

  void start(transport_handler& handler) override { connection_->start(handler); }
  void send(shared_payload message) override { connection_->send(std::move(message)); }
  void close(close_code code, std::string_view reason) override {
    connection_->close(code, reason);
  }
  void pause_reading() override { connection_->set_paused(true); }
  void resume_reading() override { connection_->set_paused(false); }
  [[nodiscard]] std::size_t queued_bytes() const override { return connection_->queued_bytes(); }

 private:
  std::shared_ptr<websocket_connection> connection_;
};

}  // namespace

std::unique_ptr<transport> make_websocket_transport(
    std::shared_ptr<websocket_connection> connection) {
  return std::make_unique<websocket_transport>(std::move(connection));
}

websocket_connection::websocket_connection(connection_ticket ticket, tcp_socket socket,
                                           std::string early)
    : core_{std::move(ticket)},
      socket_{std::move(socket)},
      heard_at_{core_->now()},
      receiver_{websocket_role::server},
      phase_{phase::open} {
  if (!early.empty()) {
    backlog_ = std::make_unique<backlog>();
    backlog_->unread = std::move(early);
  }
}

websocket_connection::websocket_connection(connection_ticket ticket)
    : core_{std::move(ticket)},
      socket_{core_->io},
      receiver_{websocket_role::client},
      phase_{phase::opening} {
  core_->set_deadline(*this, core_->options.handshake_deadline);
}

void websocket_connection::send_handshake(std::string response) {
  push(outgoing{make_payload(std::move(response))});
}

void websocket_connection::open(std::string early) {
  phase_ = is_closed_early_ ? phase::closing : phase::open;
  if (!early.empty()) {
    backlog_ = std::make_unique<backlog>();
    backlog_->unread = std::move(early);
  }
  if (queued_bytes_ > 0) {
    is_dirty_ = true;
    core_->mark_dirty(shared_from_this());
  }
  if (is_closed_early_) {
    wait_readable();
  } else if (handler_ == nullptr) {
    core_->drop_deadline(*this);
  } else {
    core_->set_deadline(*this, core_->options.ping_interval);
    begin_reading();
  }
}

void websocket_connection::give_up(std::string_view reason) { end(close_code::abnormal, reason); }

void websocket_connection::start(transport_handler& handler) {
  handler_ = &handler;
  is_paused_ = false;
  if (phase_ == phase::open) {
    core_->set_deadline(*this, core_->options.ping_interval);
    asio::post(core_->io, [self = shared_from_this()] { self->begin_reading(); });
  } else if (phase_ == phase::ended) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (transport_handler* const told = std::exchange(self->handler_, nullptr)) {
        told->on_close(self->ending_->code, self->ending_->reason);
      }
    });
  }
}

void websocket_connection::begin_reading() {
  if (phase_ != phase::open) {
    return;
  }
  heard_at_ = core_->now();
  if (backlog_ != nullptr) {
    std::string early = std::exchange(backlog_->unread, {});
    const std::size_t size = early.size();
    early.append(message_padding, '\0');
    process({early.data(), size});
  }
  wait_readable();
}

void websocket_connection::send(shared_payload message) {
  if ((phase_ != phase::open && phase_ != phase::opening) || is_closed_early_) {
    return;
  }
  const auto opcode =
      message->kind == payload_kind::text ? websocket_opcode::text : websocket_opcode::binary;
  push(make_frame(std::move(message), opcode));
}

void websocket_connection::close(close_code code, std::string_view reason) {
  if ((phase_ != phase::open && phase_ != phase::opening) || is_closed_early_) {
    return;
  }
  push_close(code, reason);
  core_->set_deadline(*this, core_->options.close_timeout);
  if (phase_ == phase::opening) {
    is_closed_early_ = true;
    return;
  }
  phase_ = phase::closing;
  if (backlog_ != nullptr) {
    backlog_->message = {};
  }
  is_paused_ = false;
  wait_readable();
}

void websocket_connection::set_paused(bool is_paused) {
  if ((phase_ != phase::open && phase_ != phase::opening) || is_paused_ == is_paused) {
    return;
  }
  is_paused_ = is_paused;
  heard_at_ = core_->now();
  is_pinged_ = false;
  wait_readable();
}

void websocket_connection::abort() {
  handler_ = nullptr;
  if (phase_ != phase::ended) {
    end(close_code::abnormal, {});
  }
}

// ---- Reading

void websocket_connection::wait_readable() {
  const bool wants = phase_ == phase::closing || (phase_ == phase::open && !is_paused_);
  if (!wants || is_waiting_readable_) {
    return;
  }
  is_waiting_readable_ = true;
  socket_.async_wait(tcp_socket::wait_read, [self = shared_from_this()](const asio::error_code&) {
    self->is_waiting_readable_ = false;
    self->on_readable();
  });
}

// One read of a bounded size, so that a busy peer takes turns with the others.
void websocket_connection::on_readable() {
  if (phase_ != phase::closing && (phase_ != phase::open || is_paused_)) {
    return;
  }
  const std::size_t kept = backlog_ != nullptr ? backlog_->unread.size() : 0;
  const std::span<char> buffer = core_->read_buffer(kept);
  asio::error_code error;
  const std::size_t count =
      socket_.read_some(asio::buffer(buffer.data() + kept, buffer.size() - kept), error);
  if (error && error != asio::error::would_block) {
    end(close_code::abnormal, "the connection was lost");
    return;
  }
  if (count > 0) {
    heard_at_ = core_->now();
    is_pinged_ = false;
    if (kept > 0) {
      std::copy(backlog_->unread.begin(), backlog_->unread.end(), buffer.begin());
      backlog_->unread.clear();
    }
    process(buffer.first(kept + count));
  }
  wait_readable();
}

// Takes the frames of `in`, behind which there is padding.
void websocket_connection::process(std::span<char> in) {
  while (phase_ == phase::open || phase_ == phase::closing) {
    const websocket_event event = receiver_.step(in, core_->limits);
    in = in.subspan(event.consumed);
    switch (event.kind) {
      case websocket_event_kind::none:
        if (!in.empty()) {
          if (backlog_ == nullptr) {
            backlog_ = std::make_unique<backlog>();
          }
          backlog_->unread.assign(in.data(), in.size());
        } else if (backlog_ != nullptr && backlog_->message.empty()) {
          backlog_ = nullptr;
        }
        return;
      case websocket_event_kind::data:
        on_data(event);
        break;
      case websocket_event_kind::ping:
        on_ping(event.bytes);
        break;
      case websocket_event_kind::pong:
        break;
      case websocket_event_kind::close:
        on_peer_close(event);
        break;
      case websocket_event_kind::failure:
        finish(event.code, event.bytes);
        break;
    }
  }
}

void websocket_connection::on_data(const websocket_event& event) {
  if (phase_ != phase::open) {
    return;
  }
  if (event.begins_message && event.ends_message) {
    deliver(event.bytes, event.message_kind);
    return;
  }
  if (backlog_ == nullptr) {
    backlog_ = std::make_unique<backlog>();
  }
  backlog_->message.append(event.bytes);
  if (event.ends_message) {
    std::string message = std::exchange(backlog_->message, {});
    const std::size_t size = message.size();
    message.append(message_padding, '\0');
    deliver({message.data(), size}, event.message_kind);
  }
}

// The handler may destroy the transport, close it or pause it.
void websocket_connection::deliver(std::string_view bytes, payload_kind kind) {
  handler_->on_message(bytes, kind);
}

void websocket_connection::on_ping(std::string_view bytes) {
  if (phase_ != phase::open) {
    return;
  }
  if (pongs_queued_ >= pongs_queued_max) {
    late_pong_ = std::make_unique<std::string>(bytes);
    return;
  }
  ++pongs_queued_;
  push(make_frame(
      bytes.empty() ? empty_payload() : make_payload(std::string{bytes}, payload_kind::binary),
      websocket_opcode::pong));
}

void websocket_connection::on_peer_close(const websocket_event& event) {
  if (phase_ == phase::open) {
    push_close(event.code, {});
    phase_ = phase::closing;
  }
  finish(event.code, event.bytes);
}

// Nothing more is read. Ends when our close frame, sent here if it was not before, has left.
void websocket_connection::finish(close_code code, std::string_view reason) {
  ending_ = std::make_unique<ending>(ending{code, std::string{reason}});
  if (phase_ == phase::open) {
    push_close(code, reason);
  }
  phase_ = phase::finishing;
  if (queued_bytes_ == 0) {
    end_politely();
  } else {
    core_->set_deadline(*this, core_->options.close_timeout);
  }
}

// ---- Writing

outgoing websocket_connection::make_frame(shared_payload body, websocket_opcode opcode) const {
  if (core_->masks == nullptr) {
    return outgoing{std::move(body), opcode};
  }
  const auto mask = std::bit_cast<websocket_mask>(static_cast<std::uint32_t>(core_->masks->next()));
  std::string masked = body->bytes;
  apply_mask(masked, mask);
  return outgoing{make_payload(std::move(masked), body->kind), opcode, &mask};
}

void websocket_connection::push(outgoing frame) {
  if (queue_.empty()) {
    queue_ = core_->take_queue();
  }
  queued_bytes_ += frame.size();
  queue_.push_back(std::move(frame));
  if (!is_dirty_ && !is_waiting_writable_ && phase_ != phase::opening) {
    is_dirty_ = true;
    core_->mark_dirty(shared_from_this());
  }
}

void websocket_connection::push_close(close_code code, std::string_view reason) {
  const close_payload payload = write_close_payload(code, reason);
  late_pong_ = nullptr;
  push(make_frame(make_payload(std::string{payload.view()}, payload_kind::binary),
                  websocket_opcode::close));
}

void websocket_connection::flush() {
  is_dirty_ = false;
  if (phase_ == phase::ended || is_waiting_writable_ || queued_bytes_ == 0) {
    return;
  }
  while (queued_bytes_ > 0) {
    asio::error_code error;
    const std::size_t count = write_some(error);
    if (error == asio::error::would_block) {
      wait_writable();
      return;
    }
    if (error) {
      end(close_code::abnormal, "the connection was lost");
      return;
    }
    take_written(count);
  }
  release_queue();
  if (phase_ == phase::finishing) {
    end_politely();
  } else if (phase_ == phase::open && handler_ != nullptr) {
    handler_->on_drained();
  }
}

// Gives the kernel the front of the queue in one gathered write.
std::size_t websocket_connection::write_some(asio::error_code& error) {
  std::array<asio::const_buffer, write_buffers_max> buffers;
  std::size_t used = 0;
  const auto add = [&](std::string_view bytes) {
    if (!bytes.empty()) {
      buffers[used++] = asio::buffer(bytes.data(), bytes.size());
    }
  };
  std::size_t skip = head_written_;
  for (std::size_t at = queue_head_; at < queue_.size() && used + 2 <= buffers.size(); ++at) {
    const std::string_view header = queue_[at].header();
    add(header.substr(std::min(skip, header.size())));
    add(queue_[at].body().substr(skip - std::min(skip, header.size())));
    skip = 0;
  }
  return socket_.write_some(std::span<const asio::const_buffer>{buffers.data(), used}, error);
}

void websocket_connection::take_written(std::size_t count) {
  queued_bytes_ -= count;
  if (is_paused_) {
    heard_at_ = core_->now();
  }
  while (count > 0) {
    const outgoing& front = queue_[queue_head_];
    const std::size_t left = front.size() - head_written_;
    if (count < left) {
      head_written_ += count;
      break;
    }
    count -= left;
    head_written_ = 0;
    pongs_queued_ = static_cast<unsigned char>(pongs_queued_ - (front.is_pong() ? 1 : 0));
    queue_[queue_head_++].release();
  }
  if (queue_head_ > 64 && queue_head_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_head_));
    queue_head_ = 0;
  }
  if (late_pong_ != nullptr && pongs_queued_ < pongs_queued_max && phase_ == phase::open) {
    ++pongs_queued_;
    push(make_frame(
        make_payload(std::move(*std::exchange(late_pong_, nullptr)), payload_kind::binary),
        websocket_opcode::pong));
  }
}

void websocket_connection::release_queue() {
  queue_head_ = 0;
  queue_.clear();
  core_->give_queue(std::exchange(queue_, {}));
}

void websocket_connection::wait_writable() {
  is_waiting_writable_ = true;
  socket_.async_wait(tcp_socket::wait_write, [self = shared_from_this()](const asio::error_code&) {
    self->is_waiting_writable_ = false;
    self->flush();
  });
}

// ---- Time, and the end

void websocket_connection::expire() {
  const auto self = shared_from_this();
  switch (phase_) {
    case phase::opening:
      end(close_code::abnormal, "the connection was not made in time");
      break;
    case phase::open:
      check_silence();
      break;
    case phase::closing:
      end(close_code::abnormal, "the peer did not answer the close");
      break;
    case phase::finishing:
      end(ending_->code, ending_->reason);
      break;
    case phase::ended:
      break;
  }
}

void websocket_connection::check_silence() {
  const wheel_tick now = core_->now();
  const wheel_tick ping_after = core_->ticks(core_->options.ping_interval);
  const wheel_tick silence_max = core_->ticks(core_->options.silence_max);
  if (is_paused_ && queued_bytes_ == 0) {
    heard_at_ = now;  // Nothing is awaited of the peer.
  }
  const wheel_tick silence = now - heard_at_;
  if (silence > silence_max) {
    end(close_code::abnormal, "the peer was silent for too long");
    return;
  }
  if (!is_paused_ && !is_pinged_ && silence >= ping_after) {
    is_pinged_ = true;
    push(make_frame(empty_payload(), websocket_opcode::ping));
  }
  const wheel_tick next_ping = is_pinged_ ? now + ping_after : heard_at_ + ping_after;
  core_->set_deadline_at(*this, std::min(next_ping, heard_at_ + silence_max + 1));
}

// Ends the connection at once. Who has not called start() yet is told when he does.
void websocket_connection::end(close_code code, std::string_view reason) {
  const auto self = shared_from_this();
  const std::string why{reason};
  phase_ = phase::ended;
  core_->drop_deadline(*this);
  const connection_ticket released = std::move(core_);
  asio::error_code ignored;
  socket_.close(ignored);
  queue_.clear();
  queued_bytes_ = 0;
  backlog_ = nullptr;
  if (transport_handler* const handler = std::exchange(handler_, nullptr)) {
    handler->on_close(code, why);
  } else {
    ending_ = std::make_unique<ending>(ending{code, why});
  }
}

// Ends the connection after both close frames, leaving the peer time to read ours.
void websocket_connection::end_politely() {
  const auto self = shared_from_this();
  phase_ = phase::ended;
  core_->drop_deadline(*this);
  backlog_ = nullptr;
  linger(std::move(core_), std::move(socket_));
  if (transport_handler* const handler = std::exchange(handler_, nullptr)) {
    handler->on_close(ending_->code, ending_->reason);
  }
}

}  // namespace collab
