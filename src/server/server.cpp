// src/server/server.cpp

#include "collab/server/server.hpp"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "collab/core/clock.hpp"
#include "collab/core/random_source.hpp"
#include "collab/core/text.hpp"
#include "collab/core/version.hpp"
#include "collab/protocol/dialect.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/websocket_handshake.hpp"
#include "collab/transport/websocket_listener.hpp"
#include "server/metrics.hpp"
#include "server/static_files.hpp"

namespace collab {

namespace {

constexpr std::string_view rooms_path = "/v1/rooms/";

http_response plain(int status, std::string body) {
  http_response response;
  response.status = status;
  response.body = std::move(body);
  response.body += '\n';
  return response;
}

http_response json(int status, std::string body) {
  http_response response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = "application/json";
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

// What `/v1/rooms/{room}/{what}` names.
struct room_path {
  std::string_view room;
  std::string_view what;
};

std::optional<room_path> parse_room_path(std::string_view path) {
  if (!path.starts_with(rooms_path)) {
    return std::nullopt;
  }
  path.remove_prefix(rooms_path.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || !is_room_name(path.substr(0, slash))) {
    return std::nullopt;
  }
  return room_path{path.substr(0, slash), path.substr(slash + 1)};
}

websocket_options listener_options(const limits& bounds) {
  websocket_options options;
  options.head_bytes_max = bounds.request_head_bytes;
  options.handshake_deadline = bounds.handshake_deadline;
  options.frame_bytes_max = bounds.frame_bytes;
  options.message_bytes_max = bounds.message_bytes;
  options.fragments_max = static_cast<std::uint32_t>(bounds.fragments_per_message);
  options.ping_interval = bounds.ping_interval;
  options.silence_max = bounds.silence;
  options.connections_max = bounds.connections;
  return options;
}

}  // namespace

class server::state final : public listener_handler {
 public:
  state(storage& store, server_options options)
      : store_{store},
        options_{std::move(options)},
        log_{options_.log != nullptr ? *options_.log : silence_},
        host_{store, loop_, time_, random_, options_.rooms, &log_},
        listener_{loop_, *this, listener_options(options_.rooms.bounds)} {}

  absl::Status listen(std::string_view text) {
    if (options_.threads != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("threads is ", options_.threads, ": only 1 is available in this version"));
    }
    const limits& bounds = options_.rooms.bounds;
    if (bounds.silence <= bounds.ping_interval) {
      return absl::InvalidArgumentError(
          absl::StrCat("silence is ", bounds.silence.count(), " ms: more than ping_interval, ",
                       bounds.ping_interval.count(), " ms, is needed"));
    }
    if (!options_.web_directory.empty()) {
      if (absl::Status status = files_.load(options_.web_directory); !status.ok()) {
        return status;
      }
    }
    absl::StatusOr<listen_address> address = parse_listen_address(text);
    if (!address.ok()) {
      return address.status();
    }
    if (absl::Status status = listener_.listen(*address); !status.ok()) {
      return status;
    }
    // From now on, so that one that comes before run() ends it in good order too.
    loop_.on_signal({SIGINT, SIGTERM}, [this](int) { end(); });
    const bool is_ipv6 = absl::StrContains(address->host, ":");
    url_ = absl::StrCat("http://", is_ipv6 ? "[" : "", address->host, is_ipv6 ? "]" : "", ":",
                        listener_.port());
    return absl::OkStatus();
  }

  void run() {
    host_.on_earlier_deadline([this] { arm(); });
    arm();
    log_.write(log_level::info, "listening", {{"url", url_}});
    loop_.run();
    log_.write(log_level::info, "stopped");
  }

  void stop() {
    loop_.post([this] { end(); });
  }

  void on_host_message(host_message_handler handler) { host_.on_host_message(std::move(handler)); }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] room_host_statistics statistics() const { return host_.statistics(); }

  // ---- HTTP

  void on_request(const http_request& request, http_responder responder) override {
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    const auto room = parse_room_path(request.path);
    const bool is_snapshot = room.has_value() && room->what == "snapshot.json";
    const bool is_socket = room.has_value() && room->what == "ws";
    const bool is_known = is_snapshot || is_socket || request.path == "/healthz" ||
                          request.path == "/readyz" || request.path == "/metrics" ||
                          files_.contains(request.path);
    if (!is_known) {
      responder.respond(plain(404, "there is nothing here"));
    } else if (!is_read) {
      http_response response = plain(405, "only GET and HEAD are answered here");
      response.headers = {{"Allow", "GET, HEAD"}};
      responder.respond(std::move(response));
    } else if (is_snapshot) {
      snapshot(room->room, request.query, std::move(responder));
    } else if (is_socket) {
      http_response response = plain(426, "a WebSocket is to be opened here");
      response.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
      responder.respond(std::move(response));
    } else {
      responder.respond(answer(request));
    }
  }

  upgrade_decision on_upgrade(const http_request& request) override {
    const auto room = parse_room_path(request.path);
    if (!room.has_value() || room->what != "ws") {
      return upgrade_decision::refuse(plain(404, "there is no WebSocket here"));
    }
    if (!is_origin_allowed(request)) {
      return upgrade_decision::refuse(plain(403, "pages of this origin may not connect"));
    }
    if (is_ending_) {
      return upgrade_decision::refuse(plain(503, "the server is closing"));
    }
    const std::string_view chosen = select_subprotocol(
        request, {subprotocol_of(dialect::json), subprotocol_of(dialect::binary)});
    if (chosen.empty() && request.header_count("Sec-WebSocket-Protocol") > 0) {
      return upgrade_decision::refuse(plain(
          400, absl::StrCat("of the subprotocols only ", to_absl(subprotocol_of(dialect::json)),
                            " and ", to_absl(subprotocol_of(dialect::binary)), " are available")));
    }
    return upgrade_decision::accept(std::string{chosen});
  }

  void on_open(std::unique_ptr<transport> connection, const http_request& request,
               std::string_view subprotocol) override {
    const bool is_binary = subprotocol == subprotocol_of(dialect::binary);
    host_.accept(parse_room_path(request.path)->room, std::move(connection),
                 is_binary ? dialect::binary : dialect::json);
  }

 private:
  http_response answer(const http_request& request) {
    if (request.path == "/healthz") {
      return json(200, "{\"status\":\"ok\",\"version\":\"" COLLAB_VERSION_STRING "\"}");
    }
    if (request.path == "/readyz") {
      const absl::Status storage_status = store_.check();
      if (is_ending_ || !storage_status.ok()) {
        return json(503, absl::StrCat("{\"status\":\"unavailable\",\"storage\":",
                                      storage_status.ok() ? "true" : "false",
                                      ",\"closing\":", is_ending_ ? "true" : "false", "}"));
      }
      return json(200, "{\"status\":\"ok\",\"storage\":true}");
    }
    if (request.path == "/metrics") {
      http_response response;
      response.body = encode_metrics(host_.statistics(), listener_.connections());
      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
      return response;
    }
    return files_.get(request);
  }

  // Of the board as it is, or with `seq=N` or `time=MS` as it was.
  void snapshot(std::string_view room, std::string_view query, http_responder responder) {
    std::uint64_t number = 0;
    const bool is_seq = query.starts_with("seq=");
    const std::string_view digits = query.substr(std::min(query.find('=') + 1, query.size()));
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    const bool is_number =
        parsed.ec == std::errc{} && parsed.ptr == end && number <= std::uint64_t{1} << 53;
    if (!query.empty() && (!(is_seq || query.starts_with("time=")) || !is_number)) {
      responder.respond(plain(400, absl::StrCat("'?", to_absl(query),
                                                "': seq=N or time=MS, a whole number, is known")));
      return;
    }
    auto respond = [responder = std::move(responder)](absl::StatusOr<std::string> board) mutable {
      if (board.ok()) {
        responder.respond(json(200, *std::move(board)));
      } else {
        responder.respond(json(absl::IsInvalidArgument(board.status()) ? 400 : 503,
                               encode_json_error(board.status(), {})));
      }
    };
    if (query.empty()) {
      host_.snapshot(room, std::move(respond));
    } else if (is_seq) {
      host_.snapshot_at(room, seq_number{number}, std::move(respond));
    } else {
      const std::chrono::milliseconds since{static_cast<std::int64_t>(number)};
      host_.snapshot_at(room, unix_time{since}, std::move(respond));
    }
  }

  // A page may connect to the server it came from, and to those who named its origin.
  [[nodiscard]] bool is_origin_allowed(const http_request& request) const {
    const auto origin = request.header("Origin");
    if (!origin.has_value()) {
      return true;
    }
    const auto host = request.header("Host");
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (host.has_value() &&
          absl::EqualsIgnoreCase(to_absl(*origin), absl::StrCat(to_absl(scheme), to_absl(*host)))) {
        return true;
      }
    }
    for (const std::string& allowed : options_.allowed_origins) {
      if (absl::EqualsIgnoreCase(to_absl(*origin), allowed)) {
        return true;
      }
    }
    return false;
  }

  void arm() {
    const auto next = host_.next_deadline();
    if (!next.has_value()) {
      timer_ = {};
      return;
    }
    timer_ = loop_.after(*next - time_.now().steady, [this] {
      host_.poll();
      arm();
    });
  }

  void end() {
    if (std::exchange(is_ending_, true)) {
      loop_.stop();
      return;
    }
    log_.write(log_level::info, "closing");
    listener_.shutdown();
    host_.shut_down([this] { loop_.stop(); });
  }

  storage& store_;
  const server_options options_;
  null_log_sink silence_;
  log_sink& log_;
  system_clock_source time_;
  system_random_source random_;
  event_loop loop_;
  static_files files_;
  loop_timer timer_;
  room_host host_;
  websocket_listener listener_;
  std::string url_;
  bool is_ending_ = false;
};

server::server(storage& store, server_options options)
    : state_{std::make_unique<state>(store, std::move(options))} {}
server::~server() = default;

absl::Status server::listen(std::string_view address) { return state_->listen(address); }
std::string server::url() const { return state_->url(); }
void server::run() { state_->run(); }
void server::stop() { state_->stop(); }
void server::on_host_message(host_message_handler handler) {
  state_->on_host_message(std::move(handler));
}
room_host_statistics server::statistics() const { return state_->statistics(); }

}  // namespace collab
