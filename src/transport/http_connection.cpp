#include "transport/http_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "collab/transport/websocket_handshake.hpp"
#include "transport/http_response.hpp"
#include "transport/websocket_connection.hpp"

namespace collab {

http_connection::http_connection(std::shared_ptr<listener_core> listener, tcp_socket socket)
    : listener_{std::move(listener)}, core_{listener_}, socket_{std::move(socket)} {
  asio::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (!error) {
    remote_address_ = endpoint.address().to_string();
  }
  listener_->http_connections.insert(this);
}

http_connection::~http_connection() { leave_core(); }

// Off the list; the ticket may be handed on after this.
void http_connection::leave_core() {
  if (std::exchange(phase_, phase::ended) != phase::ended) {
    listener_->http_connections.erase(this);
    core_->drop_deadline(*this);
  }
}

void http_connection::start() {
  head_ = std::make_unique<http_head_reader>(core_->options.head_bytes_max);
  has_head_deadline_ = true;
  core_->set_deadline(*this, core_->options.handshake_deadline);
  wait_readable();
}

void http_connection::abort() {
  leave_core();
  asio::error_code ignored;
  socket_.close(ignored);
}

void http_connection::shutdown() {
  is_kept_alive_ = false;
  if (phase_ == phase::reading && !head_->has_begun()) {
    abort();
  }
}

void http_connection::expire() {
  const auto self = shared_from_this();
  if (phase_ == phase::reading && head_->has_begun()) {
    refuse({.status = 408, .body = "the request did not come in time\n"});
  } else {
    abort();
  }
}

// ---- Reading

void http_connection::wait_readable() {
  socket_.async_wait(tcp_socket::wait_read, [self = shared_from_this()](const asio::error_code&) {
    if (self->phase_ == phase::reading) {
      self->on_readable();
    }
  });
}

void http_connection::on_readable() {
  const std::span<char> buffer = core_->read_buffer(0);
  asio::error_code error;
  const std::size_t count = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
  if (error && error != asio::error::would_block) {
    abort();
    return;
  }
  in_.append(buffer.data(), count);
  read_head();
}

void http_connection::read_head() {
  std::size_t consumed = 0;
  const http_head_outcome outcome = head_->feed(in_, consumed);
  in_.erase(0, consumed);
  switch (outcome) {
    case http_head_outcome::incomplete:
      if (head_->has_begun() && !has_head_deadline_) {
        has_head_deadline_ = true;
        core_->set_deadline(*this, core_->options.handshake_deadline);
      }
      wait_readable();
      return;
    case http_head_outcome::refused:
      refuse(head_->refusal());
      return;
    case http_head_outcome::complete:
      dispatch();
      return;
  }
}

// Gives the request to the handler.
void http_connection::dispatch() {
  core_->drop_deadline(*this);
  const auto head = std::exchange(head_, nullptr);
  http_request& request = head->request();
  request.remote_address = remote_address_;
  is_kept_alive_ = head->is_kept_alive() && !head->has_body() && !listener_->is_shutting_down;
  is_bodiless_ = request.method == "HEAD";
  phase_ = phase::answering;
  if (listener_->handler == nullptr) {
    abort();
  } else if (is_websocket_upgrade(request)) {
    is_kept_alive_ = false;
    if (!head->is_version_1_1()) {
      respond({.status = 400, .body = "a WebSocket begins with HTTP/1.1\n"});
    } else {
      upgrade(request);
    }
  } else {
    listener_->handler->on_request(request, http_responder{shared_from_this()});
  }
}

void http_connection::upgrade(const http_request& request) {
  if (std::optional<http_response> refusal = check_websocket_handshake(request)) {
    respond(*std::move(refusal));
    return;
  }
  const auto self = shared_from_this();
  upgrade_decision decision = listener_->handler->on_upgrade(request);
  if (phase_ != phase::answering) {
    return;  // The listener is gone.
  }
  if (!decision.is_accepted) {
    respond(std::move(decision.refusal));
    return;
  }
  const auto offered = offered_subprotocols(request);
  if (!decision.subprotocol.empty() &&
      std::find(offered.begin(), offered.end(), decision.subprotocol) == offered.end()) {
    respond({.status = 500, .body = "the server chose a subprotocol that was not offered\n"});
    return;
  }
  std::string response =
      write_upgrade_response(websocket_accept_key(*request.header("Sec-WebSocket-Key")), decision);
  leave_core();
  auto connection = std::make_shared<websocket_connection>(std::move(core_), std::move(socket_),
                                                           std::exchange(in_, {}));
  connection->send_handshake(std::move(response));
  listener_->handler->on_open(make_websocket_transport(std::move(connection)), request,
                              decision.subprotocol);
}

// ---- Answering

// Answers a request that the handler is not told of, and ends.
void http_connection::refuse(http_response response) {
  head_ = nullptr;
  is_kept_alive_ = false;
  is_bodiless_ = false;
  phase_ = phase::answering;
  respond(std::move(response));
}

void http_connection::respond(http_response response) {
  if (phase_ != phase::answering) {
    return;
  }
  phase_ = phase::writing;
  out_head_ = write_response_head(response, {.is_kept_alive = is_kept_alive_});
  out_body_ = has_response_body(response.status) && !is_bodiless_ ? std::move(response.body)
                                                                  : std::string{};
  written_ = 0;
  core_->set_deadline(*this, core_->options.silence_max);
  asio::post(core_->io, [self = shared_from_this()] { self->write(); });
}

void http_connection::write() {
  const std::size_t total = out_head_.size() + out_body_.size();
  while (phase_ == phase::writing && written_ < total) {
    const std::size_t from_body = written_ - std::min(written_, out_head_.size());
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(out_head_) + written_,
                                                    asio::buffer(out_body_) + from_body};
    asio::error_code error;
    written_ += socket_.write_some(buffers, error);
    if (error == asio::error::would_block) {
      core_->set_deadline(*this, core_->options.silence_max);
      wait_writable();
      return;
    }
    if (error) {
      abort();
    }
  }
  if (phase_ == phase::writing) {
    on_written();
  }
}

void http_connection::wait_writable() {
  socket_.async_wait(tcp_socket::wait_write,
                     [self = shared_from_this()](const asio::error_code&) { self->write(); });
}

void http_connection::on_written() {
  out_head_ = {};
  out_body_ = {};
  if (!is_kept_alive_) {
    leave_core();
    linger(std::move(core_), std::move(socket_));
    return;
  }
  phase_ = phase::reading;
  head_ = std::make_unique<http_head_reader>(core_->options.head_bytes_max);
  has_head_deadline_ = false;
  core_->set_deadline(*this, core_->options.keep_alive_idle);
  if (in_.empty()) {
    wait_readable();
  } else {
    read_head();
  }
}

}  // namespace collab
