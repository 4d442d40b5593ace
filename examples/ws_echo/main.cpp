// Sends every WebSocket message back, same type and same bytes, on any path.
//
// Shows the transport alone: an event loop, a listener, one handler per connection, limits,
// back pressure, and an orderly end on SIGTERM. The conformance tests run against it.

#include <absl/container/flat_hash_map.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "collab/transport/event_loop.hpp"
#include "collab/transport/websocket_listener.hpp"

namespace {

constexpr std::string_view usage =
    "usage: collab-ws-echo [--listen HOST:PORT] [--message-bytes N] [--fragments N]\n"
    "  --listen HOST:PORT  where to listen; port 0 is any free one (127.0.0.1:8081)\n"
    "  --message-bytes N   longest message, 1 to 1073741824 bytes (16777216)\n"
    "  --fragments N       most fragments of a message, 1 to 1000000000 (20000)\n";

// What may wait for a peer that reads slowly, before it is read more slowly in turn.
constexpr std::size_t queued_bytes_max = 64 * 1024;

class echo_server;

// One peer.
class echo final : public collab::transport_handler {
 public:
  echo(echo_server& server, std::unique_ptr<collab::transport> peer)
      : server_{server}, peer_{std::move(peer)} {
    peer_->start(*this);
  }

  void on_message(std::string_view bytes, collab::payload_kind kind) override {
    peer_->send(collab::make_payload(std::string{bytes}, kind));
    if (peer_->queued_bytes() > queued_bytes_max) {
      peer_->pause_reading();
    }
  }

  void on_drained() override { peer_->resume_reading(); }

  void on_close(collab::close_code code, std::string_view reason) override;

  void close() { peer_->close(collab::close_code::going_away, "the server is shutting down"); }

 private:
  echo_server& server_;
  std::unique_ptr<collab::transport> peer_;
};

// All peers, and what is no WebSocket.
class echo_server final : public collab::listener_handler {
 public:
  explicit echo_server(collab::event_loop& loop) : loop_{loop} {}

  void on_request(const collab::http_request&, collab::http_responder responder) override {
    responder.respond({.status = 426,
                       .body = "this is a WebSocket server\n",
                       .headers = {{"Upgrade", "websocket"}}});
  }

  collab::upgrade_decision on_upgrade(const collab::http_request&) override {
    return collab::upgrade_decision::accept();
  }

  void on_open(std::unique_ptr<collab::transport> connection, const collab::http_request&,
               std::string_view) override {
    auto peer = std::make_unique<echo>(*this, std::move(connection));
    echo* const key = peer.get();
    peers_.emplace(key, std::move(peer));
  }

  void on_gone(echo& peer) {
    peers_.erase(&peer);
    stop_when_empty();
  }

  void shut_down() {
    is_shutting_down_ = true;
    for (const auto& [key, peer] : peers_) {
      peer->close();
    }
    stop_when_empty();
  }

 private:
  void stop_when_empty() {
    if (is_shutting_down_ && peers_.empty()) {
      loop_.stop();
    }
  }

  collab::event_loop& loop_;
  absl::flat_hash_map<echo*, std::unique_ptr<echo>> peers_;
  bool is_shutting_down_ = false;
};

void echo::on_close(collab::close_code, std::string_view) { server_.on_gone(*this); }

struct settings {
  std::string listen = "127.0.0.1:8081";
  std::uint64_t message_bytes = 16 * 1024 * 1024;
  std::uint32_t fragments = 20'000;
  bool is_help = false;
};

// Reads a number of 1 to `most`.
template <typename Number>
bool read_number(std::string_view text, Number& into, Number most) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into >= 1 && into <= most;
}

int fail(std::string_view flag, std::string_view why) {
  std::fprintf(stderr, "collab-ws-echo: %.*s: %.*s\n", static_cast<int>(flag.size()), flag.data(),
               static_cast<int>(why.size()), why.data());
  return 2;
}

// Reads the command line; not zero is the code to exit with.
int read_flags(int argc, char** argv, settings& into) {
  for (int index = 1; index < argc; ++index) {
    const std::string_view flag = argv[index];
    if (flag == "--help") {
      into.is_help = true;
      return 0;
    }
    if (flag != "--listen" && flag != "--message-bytes" && flag != "--fragments") {
      return fail(flag, "there is no such flag");
    }
    if (++index == argc) {
      return fail(flag, "a value is missing");
    }
    const std::string_view value = argv[index];
    if (flag == "--listen") {
      into.listen = value;
    } else if (flag == "--message-bytes") {
      if (!read_number<std::uint64_t>(value, into.message_bytes, 1U << 30U)) {
        return fail(flag, "a number of 1 to 1073741824 is needed");
      }
    } else if (!read_number<std::uint32_t>(value, into.fragments, 1'000'000'000)) {
      return fail(flag, "a number of 1 to 1000000000 is needed");
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  settings set;
  if (const int code = read_flags(argc, argv, set); code != 0) {
    return code;
  }
  if (set.is_help) {
    std::fwrite(usage.data(), 1, usage.size(), stdout);
    return 0;
  }
  const auto address = collab::parse_listen_address(set.listen);
  if (!address.ok()) {
    return fail("--listen", std::string{address.status().message()});
  }

  collab::event_loop loop;
  echo_server server{loop};
  collab::websocket_listener listener{loop,
                                      server,
                                      {.frame_bytes_max = set.message_bytes,
                                       .message_bytes_max = set.message_bytes,
                                       .fragments_max = set.fragments}};
  if (const absl::Status status = listener.listen(*address); !status.ok()) {
    std::fprintf(stderr, "collab-ws-echo: %s\n", std::string{status.message()}.c_str());
    return 1;
  }
  loop.on_signal({SIGINT, SIGTERM}, [&](int) {
    listener.shutdown();
    server.shut_down();
  });

  const std::string host = set.listen.substr(0, set.listen.rfind(':'));
  std::printf("listening on http://%s:%u\n", host.c_str(), unsigned{listener.port()});
  std::fflush(stdout);
  loop.run();
  return 0;
}
