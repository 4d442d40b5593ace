#include "support/cut_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "collab/transport/websocket_frame.hpp"
#include "collab/transport/websocket_receiver.hpp"
#include "support/http_get.hpp"

namespace collab_test {
namespace {

using collab::websocket_event;
using collab::websocket_event_kind;
using collab::websocket_opcode;

constexpr collab::websocket_limits no_limits{1 << 30, 1 << 30, 1'000'000};

std::system_error failure(const char* what) {
  return std::system_error{errno, std::generic_category(), what};
}

void prepare(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::fcntl(socket, F_SETFL, O_NONBLOCK) != 0) {
    throw failure("the proxy's socket");
  }
}

// How long the message at the front of `bytes` is: type, length as a varint, body.
std::size_t message_size(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t at = 1; at < bytes.size() && at < 6; ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    length |= static_cast<std::size_t>(byte & 0x7FU) << (7 * (at - 1));
    if ((byte & 0x80U) == 0) {
      return std::min(at + 1 + length, bytes.size());
    }
  }
  return bytes.size();
}

}  // namespace

// What goes from one socket to the other.
struct one_way {
  int from = -1;
  int to = -1;
  std::string in{};   // Read and not taken.
  std::string out{};  // Not written yet.
  std::string message{};
  bool is_upgraded = false;  // The head has passed, frames follow.
  bool has_ended = false;    // Nothing more comes.
  std::size_t messages = 0;
  collab::websocket_receiver receiver;
};

struct cut_proxy::link {
  link(int client, int server, std::size_t index)
      : ways{one_way{.from = client,
                     .to = server,
                     .receiver = collab::websocket_receiver{collab::websocket_role::server}},
             one_way{.from = server,
                     .to = client,
                     .receiver = collab::websocket_receiver{collab::websocket_role::client}}},
        number{index} {}
  ~link() {
    ::close(ways[0].from);
    ::close(ways[0].to);
  }
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  one_way& at(flow way) { return ways[static_cast<std::size_t>(way)]; }

  std::array<one_way, 2> ways;
  std::size_t number;
  bool is_over = false;
};

cut_proxy::cut_proxy(std::uint16_t server_port) : server_port_{server_port} {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (socket_ < 0 || ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(socket_, 16) != 0 || ::fcntl(socket_, F_SETFL, O_NONBLOCK) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw failure("the proxy");
  }
  port_ = ntohs(address.sin_port);
}

cut_proxy::~cut_proxy() { ::close(socket_); }

void cut_proxy::turn(std::chrono::milliseconds wait) {
  std::vector<pollfd> awaited{{socket_, POLLIN, 0}};
  for (const auto& each : links_) {
    for (const one_way& way : each->ways) {
      const one_way& back = each->at(&way == &each->ways[0] ? flow::down : flow::up);
      const int events = (way.has_ended ? 0 : POLLIN) | (back.out.empty() ? 0 : POLLOUT);
      awaited.push_back({way.from, static_cast<short>(events), 0});
    }
  }
  if (::poll(awaited.data(), awaited.size(), static_cast<int>(wait.count())) <= 0) {
    return;
  }
  const std::size_t polled = links_.size();
  if (awaited[0].revents != 0) {
    accept();
  }
  for (std::size_t index = 0; index < polled; ++index) {
    link& each = *links_[index];
    for (const flow way : {flow::up, flow::down}) {
      const int happened = awaited[1 + 2 * index + static_cast<std::size_t>(way)].revents;
      if (!each.is_over && (happened & (POLLIN | POLLHUP | POLLERR)) != 0) {
        read(each, way);
      }
    }
    for (const flow way : {flow::up, flow::down}) {
      if (!each.is_over) {
        write(each, way);
      }
    }
  }
  std::erase_if(links_, [](const auto& each) { return each->is_over; });
}

void cut_proxy::cut_all() {
  for (const auto& each : links_) {
    cut(*each);
  }
  links_.clear();
}

void cut_proxy::accept() {
  for (;;) {
    const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      return;
    }
    const std::size_t number = made_++;
    try {
      const int server = connect_to(server_port_);
      prepare(client);
      prepare(server);
      links_.push_back(std::make_unique<link>(client, server, number));
    } catch (const std::system_error&) {
      ::close(client);  // The server is not there: nor are we.
    }
  }
}

void cut_proxy::read(link& of, flow way) {
  one_way& data = of.at(way);
  std::array<char, 65536> bytes;
  for (;;) {
    const ssize_t count = ::recv(data.from, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      data.in.append(bytes.data(), static_cast<std::size_t>(count));
      continue;
    }
    data.has_ended = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    break;
  }
  take(of, way);
  if (data.has_ended && !of.is_over) {
    // One end has gone: what it has said arrives, then the other goes too.
    write(of, way);
    ::shutdown(data.to, SHUT_WR);
    of.is_over = of.at(flow::up).has_ended && of.at(flow::down).has_ended;
  }
}

void cut_proxy::take(link& of, flow way) {
  one_way& data = of.at(way);
  if (!data.is_upgraded) {
    const std::size_t end = data.in.find("\r\n\r\n");
    if (end == std::string::npos) {
      return;
    }
    data.out += data.in.substr(0, end + 4);
    data.in.erase(0, end + 4);
    data.is_upgraded = true;
  }
  take_frames(of, way);
}

void cut_proxy::take_frames(link& of, flow way) {
  one_way& data = of.at(way);
  std::span<char> in{data.in};
  while (!of.is_over) {
    const websocket_event event = data.receiver.step(in, no_limits);
    in = in.subspan(event.consumed);
    if (event.kind == websocket_event_kind::none) {
      break;
    }
    if (event.kind == websocket_event_kind::failure) {
      throw std::runtime_error{"the proxy was sent what is no WebSocket: " +
                               std::string{event.bytes}};
    }
    const collab::websocket_mask mask{1, 2, 3, 4};
    const auto control = [&](websocket_opcode opcode, std::string payload) {
      const collab::frame_header header =
          write_frame_header(opcode, payload.size(), {.mask = way == flow::up ? &mask : nullptr});
      if (way == flow::up) {
        collab::apply_mask(payload, mask);
      }
      data.out += std::string{header.view()} + payload;
    };
    switch (event.kind) {
      case websocket_event_kind::ping:
        control(websocket_opcode::ping, std::string{event.bytes});
        break;
      case websocket_event_kind::pong:
        control(websocket_opcode::pong, std::string{event.bytes});
        break;
      case websocket_event_kind::close:
        control(websocket_opcode::close,
                std::string{collab::write_close_payload(event.code, event.bytes).view()});
        break;
      default:
        data.message.append(event.bytes);
        if (event.ends_message) {
          take_payload(of, way, event.message_kind == collab::payload_kind::text,
                       std::exchange(data.message, {}));
        }
    }
  }
  data.in.erase(0, data.in.size() - in.size());
}

// The messages of one frame. False when one of them was the last.
bool cut_proxy::take_payload(link& of, flow way, bool is_text, std::string_view payload) {
  do {
    const std::size_t size = is_text ? payload.size() : message_size(payload);
    if (!pass_message(of, way, is_text, payload.substr(0, size))) {
      return false;
    }
    payload.remove_prefix(size);
  } while (!payload.empty());
  return true;
}

bool cut_proxy::pass_message(link& of, flow way, bool is_text, std::string_view message) {
  one_way& data = of.at(way);
  ++data.messages;
  const unsigned type = is_text || message.empty() ? 0 : static_cast<unsigned char>(message[0]);
  const fate decided = judge_ ? judge_({.connection = of.number,
                                        .way = way,
                                        .number = data.messages,
                                        .type = type,
                                        .bytes = message})
                              : fate::pass;
  const collab::websocket_mask mask{5, 6, 7, 8};
  std::string frame{write_frame_header(is_text ? websocket_opcode::text : websocket_opcode::binary,
                                       message.size(), {.mask = way == flow::up ? &mask : nullptr})
                        .view()};
  const std::size_t header = frame.size();
  frame += message;
  if (way == flow::up) {
    collab::apply_mask(std::span<char>{frame}.subspan(header), mask);
  }
  if (decided == fate::pass || decided == fate::cut_after) {
    data.out += frame;
  } else if (decided == fate::cut_inside) {
    data.out += frame.substr(0, (header + frame.size()) / 2);
  }
  if (decided == fate::pass || decided == fate::drop) {
    return true;
  }
  cut(of);
  return false;
}

void cut_proxy::write(link& of, flow way) {
  one_way& data = of.at(way);
  while (!data.out.empty()) {
    const ssize_t count = ::send(data.to, data.out.data(), data.out.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        data.out.clear();  // Nobody is there to read it.
      }
      return;
    }
    data.out.erase(0, static_cast<std::size_t>(count));
  }
}

// What was passed on before arrives.
void cut_proxy::cut(link& of) {
  for (const flow way : {flow::up, flow::down}) {
    for (int tries = 0; tries < 1000 && !of.at(way).out.empty(); ++tries) {
      pollfd wait{of.at(way).to, POLLOUT, 0};
      ::poll(&wait, 1, 10);
      write(of, way);
    }
  }
  of.is_over = true;
  ++cuts_;
}

}  // namespace collab_test
