#include "support/board_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>

#include "support/http_get.hpp"

namespace collab_test {
namespace {

using steady = std::chrono::steady_clock;

// Snapshots of whole boards come as one message.
constexpr collab::websocket_limits limits{std::uint64_t{1} << 30U, std::uint64_t{1} << 30U, 1};
constexpr int abnormal = 1006;

}  // namespace

void client_loop::turn(std::chrono::milliseconds wait) {
  std::vector<pollfd> waits;
  std::vector<board_client*> waiting;
  for (board_client* each : clients_) {
    if (!each->is_closed()) {
      const bool has_output = each->written_ < each->output_.size();
      waits.push_back({each->socket_, static_cast<short>(POLLIN | (has_output ? POLLOUT : 0)), 0});
      waiting.push_back(each);
    }
  }
  if (::poll(waits.data(), waits.size(), static_cast<int>(wait.count())) <= 0) {
    return;
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    if ((waits[i].revents & POLLOUT) != 0) {
      waiting[i]->write();
    }
    if ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      waiting[i]->read();
    }
  }
}

bool client_loop::run_until(const std::function<bool()>& is_done,
                            std::chrono::milliseconds at_most) {
  const auto until = steady::now() + at_most;
  while (!is_done()) {
    if (steady::now() >= until) {
      return false;
    }
    turn(std::chrono::milliseconds{20});
  }
  return true;
}

board_client::board_client(client_loop& loop, std::uint16_t port, std::string_view room,
                           std::string_view subprotocol, message_handler on_message,
                           frame_handler on_frame)
    : loop_{loop}, handler_{std::move(on_message)}, frame_handler_{std::move(on_frame)} {
  std::string request = "GET /v1/rooms/" + std::string{room} +
                        "/ws HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Protocol: " +
                        std::string{subprotocol} + "\r\n\r\n";
  socket_ = connect_to(port);
  const auto give_up = [this](const std::string& why) {
    ::close(socket_);
    throw std::runtime_error{"the WebSocket was not opened: " + why};
  };
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    give_up("the request could not be sent");
  }
  const auto until = steady::now() + std::chrono::seconds{20};
  std::size_t end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    std::array<char, 4096> buffer{};
    pollfd wait{socket_, POLLIN, 0};
    const ssize_t count =
        ::poll(&wait, 1, 100) > 0 ? ::recv(socket_, buffer.data(), buffer.size(), 0) : ssize_t{-1};
    if (count == 0 || steady::now() >= until) {
      give_up("no response");
    }
    input_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  http_reply head;
  // The accept key is the one that RFC 6455, section 1.3, gives for this nonce.
  if (!parse_head(std::string_view{input_}.substr(0, end), head) || head.status != 101 ||
      head.header("sec-websocket-accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
    give_up("status " + std::to_string(head.status));
  }
  input_.erase(0, end + 4);
  loop_.clients_.push_back(this);
}

board_client::~board_client() {
  drop();
  std::erase(loop_.clients_, this);
}

void board_client::drop() {
  if (socket_ >= 0) {
    ::close(socket_);
    socket_ = -1;
    close_code_ = has_close_ ? close_code_ : abnormal;
  }
}

void board_client::send_frame(collab::websocket_opcode opcode, std::string_view payload) {
  if (is_closed()) {
    return;
  }
  masks_ = masks_ * 1664525 + 1013904223;
  const collab::websocket_mask mask = {
      static_cast<unsigned char>(masks_ >> 24U), static_cast<unsigned char>(masks_ >> 16U),
      static_cast<unsigned char>(masks_ >> 8U), static_cast<unsigned char>(masks_)};
  output_ += collab::write_frame_header(opcode, payload.size(), {true, &mask}).view();
  const std::size_t begin = output_.size();
  output_ += payload;
  collab::apply_mask(std::span{output_}.subspan(begin), mask);
  write();
}

void board_client::write() {
  while (written_ < output_.size()) {
    const ssize_t count = ::send(socket_, output_.data() + written_, output_.size() - written_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      // What else is wrong with the connection, reading will tell, after all that came.
      if (errno != EAGAIN) {
        break;
      }
      return;
    }
    written_ += static_cast<std::size_t>(count);
  }
  output_.clear();
  written_ = 0;
}

void board_client::read() {
  std::array<char, 65536> buffer;
  for (int rounds = 0; rounds < 16; ++rounds) {
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      input_.append(buffer.data(), static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    }
    take_input();
    drop();
    return;
  }
  take_input();
}

void board_client::take_input() {
  std::span<char> in{input_};
  for (;;) {
    const collab::websocket_event event = receiver_.step(in, limits);
    in = in.subspan(event.consumed);
    switch (event.kind) {
      case collab::websocket_event_kind::none:
        input_.erase(0, input_.size() - in.size());
        return;
      case collab::websocket_event_kind::data:
        message_ += event.bytes;
        if (event.ends_message) {
          take_message();
        }
        break;
      case collab::websocket_event_kind::ping:
        send_frame(collab::websocket_opcode::pong, event.bytes);
        break;
      case collab::websocket_event_kind::pong:
        break;
      case collab::websocket_event_kind::close:
        has_close_ = true;
        close_code_ = static_cast<int>(event.code);
        send_frame(collab::websocket_opcode::close,
                   collab::write_close_payload(event.code, "").view());
        break;
      case collab::websocket_event_kind::failure:
        throw std::runtime_error{"the server broke the WebSocket protocol: " +
                                 std::string{event.bytes}};
    }
  }
}

void board_client::take_message() {
  if (frame_handler_.call) {
    const std::string frame = std::exchange(message_, {});
    ++received_;
    frame_handler_.call(frame);
    return;
  }
  const simdjson::padded_string text{std::string_view{message_}};
  message_.clear();
  const simdjson::dom::element value = parser_.parse(text);
  if (value.is_array()) {
    for (const simdjson::dom::element each : simdjson::dom::array{value}) {
      ++received_;
      handler_(each);
    }
  } else {
    ++received_;
    handler_(value);
  }
}

}  // namespace collab_test
