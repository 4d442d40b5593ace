#include "collab/transport/websocket_connector.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "transport/client_handshake.hpp"
#include "transport/websocket_connection.hpp"

namespace collab {
namespace {

constexpr std::string_view room_mark = "{room}";
constexpr std::string_view board_target = "/v1/rooms/{room}/ws";

using tcp_resolver = asio::ip::basic_resolver<asio::ip::tcp, loop_executor>;

// Brings a connection from a name to an open WebSocket. Kept alive by what it waits for, and
// ended by the end of the connection, which closes the socket.
class dialer final : public std::enable_shared_from_this<dialer> {
 public:
  dialer(std::shared_ptr<websocket_connection> connection, asio::io_context& io, std::string host,
         std::uint16_t port, upgrade_request request, std::size_t head_bytes_max)
      : connection_{std::move(connection)},
        resolver_{io},
        host_{std::move(host)},
        port_{port},
        request_{std::move(request)},
        head_bytes_max_{head_bytes_max} {}

  void start() {
    asio::error_code error;
    const auto address = asio::ip::make_address(host_, error);
    if (!error) {
      connect(endpoints::create(asio::ip::tcp::endpoint{address, port_}, host_, {}));
      return;
    }
    resolver_.async_resolve(
        host_, std::to_string(port_), asio::ip::resolver_base::numeric_service,
        [self = shared_from_this()](const asio::error_code& failed, const endpoints& found) {
          if (self->goes_on(failed, "is not known")) {
            self->connect(found);
          }
        });
  }

 private:
  using endpoints = tcp_resolver::results_type;

  // Whether the last step succeeded; if not, nor was ended from outside, gives up.
  bool goes_on(const asio::error_code& error, std::string_view what) {
    if (!connection_->is_opening()) {
      return false;
    }
    if (error) {
      give_up(absl::StrCat(std::string{what}, ": ", error.message()));
      return false;
    }
    return true;
  }

  void give_up(std::string_view why) {
    connection_->give_up(absl::StrCat(request_.host, " ", std::string{why}));
  }

  void connect(const endpoints& to) {
    asio::async_connect(
        connection_->socket(), to,
        [self = shared_from_this()](const asio::error_code& error, const asio::ip::tcp::endpoint&) {
          if (self->goes_on(error, "can't be reached")) {
            self->ask();
          }
        });
  }

  void ask() {
    asio::error_code error;
    connection_->socket().non_blocking(true, error);
    if (!error) {
      connection_->socket().set_option(asio::ip::tcp::no_delay{true}, error);
    }
    if (!goes_on(error, "can't be reached")) {
      return;
    }
    bytes_ = write_upgrade_request(request_);
    asio::async_write(connection_->socket(), asio::buffer(bytes_),
                      [self = shared_from_this()](const asio::error_code& failed, std::size_t) {
                        if (self->goes_on(failed, "was lost before the handshake")) {
                          self->read_answer();
                        }
                      });
  }

  void read_answer() {
    bytes_.clear();
    asio::async_read_until(
        connection_->socket(), asio::dynamic_buffer(bytes_, head_bytes_max_), "\r\n\r\n",
        [self = shared_from_this()](const asio::error_code& error, std::size_t size) {
          if (error == asio::error::not_found && self->connection_->is_opening()) {
            self->give_up(absl::StrCat("sent an answer with a head of more than ",
                                       self->head_bytes_max_, " bytes"));
          } else if (self->goes_on(error, "was lost before it had answered")) {
            self->take_answer(size);
          }
        });
  }

  void take_answer(std::size_t size) {
    const std::string wrong =
        check_upgrade_response(std::string_view{bytes_}.substr(0, size), request_);
    if (!wrong.empty()) {
      give_up(absl::StrCat("is no board: ", wrong));
      return;
    }
    connection_->open(bytes_.substr(size));
  }

  std::shared_ptr<websocket_connection> connection_;
  tcp_resolver resolver_;
  std::string host_;
  std::uint16_t port_;
  upgrade_request request_;
  std::size_t head_bytes_max_;
  std::string bytes_;  // The request, then the answer.
};

// `text` with all but the characters that every part of a URL may have (RFC 3986, section 2.3)
// written as %XX.
std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (absl::ascii_isalnum(byte) ||
        std::string_view{"-._~"}.find(each) != std::string_view::npos) {
      encoded += each;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 0xFU];
    }
  }
  return encoded;
}

std::string host_field(const websocket_url& url) {
  const bool is_bracketed = url.host.find(':') != std::string::npos;
  return absl::StrCat(is_bracketed ? "[" : "", url.host, is_bracketed ? "]" : "", ":", url.port);
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7F; });
}

// Reads HOST[:PORT] or [IPV6][:PORT]. False when it is malformed.
bool read_authority(std::string_view text, websocket_url& into) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) {
      return false;
    }
    into.host = text.substr(1, end - 1);
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    into.host = text.substr(0, end);
  }
  if (into.host.empty() || into.host.find_first_of("[]@") != std::string::npos) {
    return false;
  }
  const std::string_view rest = text.substr(end);
  if (rest.empty()) {
    return true;
  }
  const char* const last = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, last, into.port);
  return rest.front() == ':' && rest.size() > 1 && error == std::errc{} && stop == last &&
         into.port != 0;
}

websocket_options connection_options(const websocket_connector_options& from) {
  assert(from.fragments_max > 0);
  assert(from.ping_interval > duration::zero());
  assert(from.silence_max > from.ping_interval);
  return {.head_bytes_max = from.head_bytes_max,
          .handshake_deadline = from.connect_deadline,
          .frame_bytes_max = from.frame_bytes_max,
          .message_bytes_max = from.message_bytes_max,
          .fragments_max = from.fragments_max,
          .ping_interval = from.ping_interval,
          .silence_max = from.silence_max,
          .close_timeout = from.close_timeout};
}

}  // namespace

class websocket_connector::impl {
 public:
  impl(event_loop& loop, random_source& random, websocket_url url,
       websocket_connector_options options)
      : core_{std::make_shared<connection_core>(loop, connection_options(options), &random)},
        random_{random},
        url_{std::move(url)},
        options_{std::move(options)} {}

  std::unique_ptr<transport> connect(std::string_view room) {
    upgrade_request request{.host = host_field(url_),
                            .target = url_.target,
                            .key = make_handshake_key(random_),
                            .subprotocol = options_.subprotocol,
                            .headers = options_.headers};
    if (const std::size_t mark = request.target.find(room_mark); mark != std::string::npos) {
      request.target.replace(mark, room_mark.size(), percent_encode(room));
    }
    auto connection = std::make_shared<websocket_connection>(connection_ticket{core_});
    std::make_shared<dialer>(connection, core_->io, url_.host, url_.port, std::move(request),
                             options_.head_bytes_max)
        ->start();
    return make_websocket_transport(std::move(connection));
  }

 private:
  std::shared_ptr<connection_core> core_;
  random_source& random_;
  websocket_url url_;
  websocket_connector_options options_;
};

websocket_connector::websocket_connector(event_loop& loop, random_source& random, websocket_url url,
                                         websocket_connector_options options)
    : impl_{std::make_unique<impl>(loop, random, std::move(url), std::move(options))} {}

websocket_connector::~websocket_connector() = default;

std::unique_ptr<transport> websocket_connector::connect(std::string_view room) {
  return impl_->connect(room);
}

absl::StatusOr<websocket_url> parse_websocket_url(std::string_view text) {
  constexpr std::string_view scheme = "ws://";
  const auto wrong = [&](std::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", std::string{text}, "': ", std::string{why}));
  };
  const std::string lower = absl::AsciiStrToLower({text.data(), text.size()});
  if (lower.starts_with("wss://")) {
    return absl::UnimplementedError(
        absl::StrCat("'", std::string{text}, "': wss is not available in this version"));
  }
  if (!lower.starts_with(scheme)) {
    return wrong("a URL that begins with ws:// is needed");
  }
  if (!is_visible(text) || text.find('#') != std::string_view::npos) {
    return wrong("a URL has neither spaces nor # nor what is not ASCII");
  }
  const std::string_view rest = text.substr(scheme.size());
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  websocket_url url;
  if (!read_authority(rest.substr(0, slash), url)) {
    return wrong("HOST or HOST:PORT with a port of 1 to 65535 must follow ws://");
  }
  const std::string_view target = rest.substr(slash);
  if (target.empty() || target == "/") {
    url.target = board_target;
  } else {
    url.target = absl::StrCat(target.front() == '?' ? "/" : "", std::string{target});
  }
  return url;
}

}  // namespace collab
