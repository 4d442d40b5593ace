// examples/03_tiny_server.cpp - a WebSocket server for boards, put together by hand.
//
// The parts that collab::server is made of, in the order in which they meet. Run it, and
// connect to ws://127.0.0.1:PORT/ROOM; `03_tiny_server [PORT]`, 8081 when not given.

#include <collab/core/clock.hpp>
#include <collab/core/ids.hpp>
#include <collab/core/random_source.hpp>
#include <collab/server/room_host.hpp>
#include <collab/storage/memory_storage.hpp>
#include <collab/transport/event_loop.hpp>
#include <collab/transport/websocket_listener.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

// Every path is a room.
class door final : public collab::listener_handler {
 public:
  explicit door(collab::room_host& host) : host_{host} {}

  void on_request(const collab::http_request&, collab::http_responder responder) override {
    responder.respond({.status = 404, .body = "open a WebSocket at /ROOM\n"});
  }

  collab::upgrade_decision on_upgrade(const collab::http_request& request) override {
    return collab::is_room_name(room_of(request))
               ? collab::upgrade_decision::accept()
               : collab::upgrade_decision::refuse({.status = 404, .body = "no room name\n"});
  }

  void on_open(std::unique_ptr<collab::transport> connection, const collab::http_request& request,
               std::string_view) override {
    host_.accept(room_of(request), std::move(connection));
  }

 private:
  static std::string_view room_of(const collab::http_request& request) {
    return std::string_view{request.path}.substr(1);
  }

  collab::room_host& host_;
};

}  // namespace

int main(int argc, char** argv) {
  collab::system_clock_source clock;
  collab::system_random_source random;
  collab::memory_storage storage;
  collab::event_loop loop;
  collab::room_host host{storage, loop, clock, random};
  door at{host};
  collab::websocket_listener listener{loop, at};

  const auto address =
      collab::parse_listen_address("127.0.0.1:" + std::string{argc > 1 ? argv[1] : "8081"});
  const absl::Status status = address.ok() ? listener.listen(*address) : address.status();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%u\n", unsigned{listener.port()});
  std::fflush(stdout);

  // Deadlines are tens of milliseconds apart at best; collab::server arms one timer for them.
  const collab::loop_timer tick = loop.every(std::chrono::milliseconds{10}, [&] { host.poll(); });
  loop.on_signal({SIGINT, SIGTERM}, [&](int) {
    listener.shutdown();
    host.shut_down([&] { loop.stop(); });
  });
  loop.run();
}
