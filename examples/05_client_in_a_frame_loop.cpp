// examples/05_client_in_a_frame_loop.cpp - a game that draws on a board: 120 frames, one client.
//
// The client has no threads and no sockets: each frame gives it the time and what the pointer
// did, and draws what is seen. Here the game is its own server; websocket_connector in the place
// of `local` dials a board server, and nothing else changes.

#include <chrono>
#include <collab/client/client.hpp>
#include <collab/core/random_source.hpp>
#include <collab/server/room_host.hpp>
#include <collab/storage/memory_storage.hpp>
#include <collab/testing/manual_clock.hpp>
#include <collab/testing/manual_executor.hpp>
#include <collab/transport/loopback_transport.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

namespace {

// Connects to rooms in this process.
class local final : public collab::connector {
 public:
  local(collab::room_host& host, collab::executor& frame) : host_{host}, frame_{frame} {}
  std::unique_ptr<collab::transport> connect(std::string_view room) override {
    auto [near, far] = collab::make_loopback_pair(frame_);
    host_.accept(room, std::move(near), collab::dialect::binary);
    return std::move(far);
  }

 private:
  collab::room_host& host_;
  collab::executor& frame_;
};

class screen final : public collab::client_observer {
 public:
  void on_joined(const collab::arrival_report& report) override {
    std::printf("joined as %s\n", report.self.name.c_str());
  }
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override {
    std::printf("operation %d is number %d of the room\n", int(collab::to_integer(ticket)),
                int(collab::to_integer(seq)));
  }
};

}  // namespace

int main() {
  using namespace std::chrono_literals;
  collab::testing::manual_clock time;  // The game's own.
  collab::testing::manual_executor frame;
  collab::system_random_source random;
  collab::memory_storage storage;
  collab::room_host host{storage, frame, time, random};

  local dial{host, frame};
  screen hud;
  collab::client board{dial, random, {.name = "Ann"}};
  board.observe(&hud);
  if (!board.join("ROOM01").ok()) {
    return 1;
  }

  // Drawn before there is a connection: seen at once, sent when there is one.
  auto stroke = board.begin_stroke({.color = {0xEF4444FF}, .width = 4});
  std::size_t drawn = 0;
  for (int i = 0; i < 120; ++i) {
    time.advance(16ms);
    if (i < 60) {
      const auto t = static_cast<std::uint32_t>(16 * i);
      if (!stroke.extend({static_cast<float>(100 + i), 200.0F, 0.5F, t}).ok()) {
        return 1;
      }
    }
    if (i == 60 && !stroke.end().ok()) {
      return 1;
    }
    if (i == 100 && !board.undo().ok()) {
      return 1;
    }
    frame.run();
    host.poll();
    board.poll(time.now());
    drawn = board.document().in({0, 0, 1'000, 1'000}).size() + board.live_strokes().size();
    if (i % 20 == 19) {
      std::printf("frame %d: %zu to draw\n", i + 1, drawn);
    }
  }
  return drawn == 0 && board.pending_count() == 0 ? 0 : 1;
}
