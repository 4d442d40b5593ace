#include "collab/transport/websocket_listener.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <chrono>

#include "transport/http_connection.hpp"
#include "transport/http_response.hpp"
#include "transport/listener_core.hpp"

namespace collab {
namespace {

using namespace std::chrono_literals;

// Connections taken in one turn of the loop.
constexpr int accepts_per_turn = 64;

// How long to wait when the system has no descriptor or no memory for a connection.
constexpr duration accept_pause = 100ms;

// Refused connections that may linger so that their client reads the 503.
constexpr std::size_t refused_lingering_max = 256;

// Whether an error of accept() is the one connection's, not the system's.
bool is_passing(const asio::error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::interrupted ||
         error == asio::error::connection_reset;
}

}  // namespace

class websocket_listener::impl : public std::enable_shared_from_this<impl> {
 public:
  impl(event_loop& loop, listener_handler& handler, const websocket_options& options)
      : core_{std::make_shared<listener_core>(loop, handler, options)} {}

  absl::Status listen(const listen_address& address);
  void shutdown();
  void close();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return core_->connections; }

 private:
  struct door {
    explicit door(asio::io_context& io) : acceptor{io}, pause{io} {}
    tcp_acceptor acceptor;
    steady_timer pause;
  };

  static absl::Status open(tcp_acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint);
  void wait(const std::shared_ptr<door>& at);
  void accept(const std::shared_ptr<door>& at);
  void greet(tcp_socket socket);

  std::shared_ptr<listener_core> core_;
  std::vector<std::shared_ptr<door>> doors_;
  std::uint16_t port_ = 0;
};

absl::Status websocket_listener::impl::listen(const listen_address& address) {
  asio::error_code error;
  asio::ip::tcp::resolver resolver{core_->io};
  const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                      asio::ip::resolver_base::passive, error);
  if (error || found.begin() == found.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen: host '", address.host, "' is not known: ", error.message()));
  }
  const auto at = std::make_shared<door>(core_->io);
  const asio::ip::tcp::endpoint endpoint = found.begin()->endpoint();
  if (absl::Status status = open(at->acceptor, endpoint); !status.ok()) {
    return absl::UnavailableError(
        absl::StrCat("listen on ", address.host, ":", address.port, ": ", status.message()));
  }
  port_ = at->acceptor.local_endpoint(error).port();
  doors_.push_back(at);
  wait(at);
  return absl::OkStatus();
}

absl::Status websocket_listener::impl::open(tcp_acceptor& acceptor,
                                            const asio::ip::tcp::endpoint& endpoint) {
  asio::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp_acceptor::reuse_address{true}, error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(tcp_acceptor::max_listen_connections, error);
  }
  if (!error) {
    acceptor.non_blocking(true, error);
  }
  return error ? absl::UnavailableError(error.message()) : absl::OkStatus();
}

void websocket_listener::impl::wait(const std::shared_ptr<door>& at) {
  at->acceptor.async_wait(tcp_acceptor::wait_read,
                          [weak = weak_from_this(), at](const asio::error_code& error) {
                            if (const auto self = weak.lock(); self != nullptr && !error) {
                              self->accept(at);
                            }
                          });
}

void websocket_listener::impl::accept(const std::shared_ptr<door>& at) {
  for (int count = 0; count < accepts_per_turn && at->acceptor.is_open(); ++count) {
    tcp_socket socket{core_->io};
    asio::error_code error;
    at->acceptor.accept(socket, error);
    if (error == asio::error::would_block) {
      break;
    }
    if (!error) {
      greet(std::move(socket));
    } else if (!is_passing(error)) {
      at->pause.expires_after(accept_pause);
      at->pause.async_wait([weak = weak_from_this(), at](const asio::error_code& cancelled) {
        if (const auto self = weak.lock(); self != nullptr && !cancelled) {
          self->wait(at);
        }
      });
      return;
    }
  }
  if (at->acceptor.is_open()) {
    wait(at);
  }
}

void websocket_listener::impl::greet(tcp_socket socket) {
  asio::error_code error;
  socket.non_blocking(true, error);
  if (error) {
    return;
  }
  socket.set_option(asio::ip::tcp::no_delay{true}, error);
  const bool is_full = core_->connections >= core_->options.connections_max;
  if (!is_full) {
    std::make_shared<http_connection>(core_, std::move(socket))->start();
    return;
  }
  const http_response refusal{.status = 503, .body = "too many connections\n"};
  const std::string text = write_response_head(refusal, {}) + refusal.body;
  socket.write_some(asio::buffer(text), error);
  if (!error && core_->lingering < refused_lingering_max) {
    linger(connection_ticket{core_}, std::move(socket));
  }
}

void websocket_listener::impl::shutdown() {
  core_->is_shutting_down = true;
  for (const auto& at : doors_) {
    asio::error_code ignored;
    at->acceptor.close(ignored);
    at->pause.cancel();
  }
  doors_.clear();
  // A copy: those that end leave the set.
  const std::vector<http_connection*> open(core_->http_connections.begin(),
                                           core_->http_connections.end());
  for (http_connection* const connection : open) {
    connection->shutdown();
  }
}

void websocket_listener::impl::close() {
  shutdown();
  core_->handler = nullptr;
  const std::vector<http_connection*> open(core_->http_connections.begin(),
                                           core_->http_connections.end());
  for (http_connection* const connection : open) {
    connection->abort();
  }
}

websocket_listener::websocket_listener(event_loop& loop, listener_handler& handler,
                                       websocket_options options) {
  assert(options.fragments_max > 0);
  assert(options.ping_interval > duration::zero());
  assert(options.silence_max > options.ping_interval);
  impl_ = std::make_shared<impl>(loop, handler, options);
}

websocket_listener::~websocket_listener() { impl_->close(); }

absl::Status websocket_listener::listen(const listen_address& address) {
  return impl_->listen(address);
}

std::uint16_t websocket_listener::port() const { return impl_->port(); }

void websocket_listener::shutdown() { impl_->shutdown(); }

std::size_t websocket_listener::connections() const { return impl_->connections(); }

absl::StatusOr<listen_address> parse_listen_address(std::string_view text) {
  const auto wrong = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("'", std::string{text}, "' is not HOST:PORT with a port of 0 to 65535"));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return wrong();
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return wrong();
  }
  const std::string_view digits = text.substr(colon + 1);
  listen_address address{.host = std::string{host}};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (host.empty() || digits.empty() || error != std::errc{} ||
      end != digits.data() + digits.size()) {
    return wrong();
  }
  return address;
}

}  // namespace collab
