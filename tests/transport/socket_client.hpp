// tests/transport/socket_client.hpp - a plain TCP peer for tests that drive a loop.
//
// The loop under test runs on the test's own thread; the peer is non-blocking, and each wait
// turns the loop until what is awaited is there.

#ifndef COLLAB_TESTS_TRANSPORT_SOCKET_CLIENT_HPP
#define COLLAB_TESTS_TRANSPORT_SOCKET_CLIENT_HPP

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collab/transport/event_loop.hpp"

namespace collab::testing {

// Turns `loop` until `is_done`. Fails the test case after 20 s.
template <typename Predicate>
void turn_until(event_loop& loop, Predicate is_done) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!is_done()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    loop.run_for(1ms);
  }
}

class socket_client {
 public:
  socket_client(event_loop& loop, std::uint16_t port, int receive_bytes = 0) : loop_{loop} {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(socket_ >= 0);
    if (receive_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0);
  }
  // Takes over a connection that was accepted.
  socket_client(int socket, event_loop& loop) : loop_{loop}, socket_{socket} {
    REQUIRE(::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0);
  }
  ~socket_client() { close(); }
  socket_client(const socket_client&) = delete;
  socket_client& operator=(const socket_client&) = delete;

  void close() {
    if (socket_ >= 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  // Writes what the kernel takes now.
  std::size_t write_some(std::string_view bytes) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  void write(std::string_view bytes) {
    turn_until(loop_, [&] {
      bytes.remove_prefix(write_some(bytes));
      return bytes.empty();
    });
  }

  // Takes what has come.
  void collect() {
    char buffer[65536];
    for (;;) {
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count > 0) {
        received_.append(buffer, static_cast<std::size_t>(count));
        continue;
      }
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return;
      }
      was_reset_ = was_reset_ || count < 0;
      has_ended_ = true;
      return;
    }
  }

  // The next `size` bytes.
  std::string read(std::size_t size) {
    turn_until(loop_, [&] {
      collect();
      REQUIRE((received_.size() >= size || !has_ended_));
      return received_.size() >= size;
    });
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  // Everything up to and with `mark`.
  std::string read_to(std::string_view mark) {
    std::size_t at = std::string::npos;
    turn_until(loop_, [&] {
      collect();
      at = received_.find(mark);
      REQUIRE((at != std::string::npos || !has_ended_));
      return at != std::string::npos;
    });
    return read(at + mark.size());
  }

  // What is left until the server ends the connection.
  std::string read_to_end() {
    turn_until(loop_, [&] {
      collect();
      return has_ended_;
    });
    return std::exchange(received_, {});
  }

  // Whether the end was a reset, which may cost the peer our last words.
  [[nodiscard]] bool was_reset() const { return was_reset_; }

 private:
  event_loop& loop_;
  int socket_ = -1;
  std::string received_;
  bool has_ended_ = false;
  bool was_reset_ = false;
};

// A plain TCP server on a free port of this machine.
class socket_server {
 public:
  explicit socket_server(event_loop& loop) : loop_{loop} {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(socket_ >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
    REQUIRE(::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~socket_server() { close(); }
  socket_server(const socket_server&) = delete;
  socket_server& operator=(const socket_server&) = delete;

  void close() {
    if (socket_ >= 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // The next connection.
  std::unique_ptr<socket_client> accept() {
    int accepted = -1;
    turn_until(loop_, [&] {
      accepted = ::accept(socket_, nullptr, nullptr);
      return accepted >= 0;
    });
    return std::make_unique<socket_client>(accepted, loop_);
  }

 private:
  event_loop& loop_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace collab::testing

#endif  // COLLAB_TESTS_TRANSPORT_SOCKET_CLIENT_HPP
