#include "support/http_get.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <system_error>

namespace collab_test {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

class owned_socket {
 public:
  explicit owned_socket(int number) : number_{number} {}
  ~owned_socket() { ::close(number_); }
  owned_socket(const owned_socket&) = delete;
  owned_socket& operator=(const owned_socket&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// Whether `text` holds all of a response, as far as its head says how much there is.
bool is_whole(std::string_view text) {
  const std::size_t end = text.find(head_end);
  http_reply head;
  if (end == std::string_view::npos || !parse_head(text.substr(0, end), head)) {
    return false;
  }
  if (head.status == 101 || head.status == 304) {
    return true;
  }
  const auto length = head.header("content-length");
  return length.has_value() && text.size() - end - head_end.size() >= std::stoul(*length);
}

}  // namespace

std::optional<std::string> http_reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return std::nullopt;
}

int connect_to(std::uint16_t port) {
  const int number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (number < 0 ||
      ::connect(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    if (number >= 0) {
      ::close(number);
    }
    throw std::system_error{why, std::generic_category(), "connecting to the server"};
  }
  const int yes = 1;
  ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return number;
}

bool parse_head(std::string_view text, http_reply& into) {
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!text.starts_with(version) || text.size() < version.size() + 3) {
    return false;
  }
  const char* digits = text.data() + version.size();
  if (std::from_chars(digits, digits + 3, into.status).ptr != digits + 3) {
    return false;
  }
  std::size_t at = text.find(line_end);
  while (at != std::string_view::npos) {
    at += line_end.size();
    const std::size_t end = text.find(line_end, at);
    const std::string_view line = text.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return false;
    }
    std::string name{line.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(), [](char each) {
      return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    });
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    into.headers.emplace_back(std::move(name), value);
    at = end;
  }
  return true;
}

http_reply http_exchange(std::uint16_t port, std::string_view bytes) {
  using steady = std::chrono::steady_clock;
  const auto until = steady::now() + std::chrono::seconds{20};
  const owned_socket connection{connect_to(port)};
  std::string received;
  while (!is_whole(received)) {
    if (steady::now() >= until) {
      throw std::runtime_error{"no whole HTTP response within 20 s"};
    }
    pollfd wait{connection.number(), static_cast<short>(POLLIN | (bytes.empty() ? 0 : POLLOUT)), 0};
    ::poll(&wait, 1, 100);
    if ((wait.revents & POLLOUT) != 0) {
      const ssize_t count =
          ::send(connection.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      // A server that has refused early may not read the rest.
      bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : bytes.size());
    }
    if ((wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      std::array<char, 65536> buffer{};
      const ssize_t count = ::recv(connection.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN)) {
        break;
      }
      if (count > 0) {
        received.append(buffer.data(), static_cast<std::size_t>(count));
      }
    }
  }
  http_reply reply;
  const std::size_t end = received.find(head_end);
  if (end != std::string::npos && parse_head(std::string_view{received}.substr(0, end), reply)) {
    reply.body = received.substr(end + head_end.size());
  }
  return reply;
}

http_reply http_request(std::uint16_t port, std::string_view method, std::string_view path,
                        std::string_view headers) {
  std::string text{method};
  text += ' ';
  text += path;
  text += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  text += headers;
  text += line_end;
  return http_exchange(port, text);
}

http_reply http_get(std::uint16_t port, std::string_view path, std::string_view headers) {
  return http_request(port, "GET", path, headers);
}

http_reply http_upgrade(std::uint16_t port, std::string_view path, std::string_view headers) {
  std::string all =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  all += headers;
  return http_request(port, "GET", path, all);
}

}  // namespace collab_test
