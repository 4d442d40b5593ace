// examples/02_room_in_one_process.cpp - two clients draw in one room, and one undoes.
//
// Rooms, storage and connections in one process and one thread, as in a game that is its
// own server: no network, no clock but the one it is given, everything inside run().

#include <collab/core/clock.hpp>
#include <collab/core/random_source.hpp>
#include <collab/server/room_host.hpp>
#include <collab/storage/memory_storage.hpp>
#include <collab/testing/manual_executor.hpp>
#include <collab/transport/loopback_transport.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

// Says what it is told to and prints what it hears.
class client final : public collab::transport_handler {
 public:
  client(std::string name, std::unique_ptr<collab::transport> connection)
      : name_{std::move(name)}, connection_{std::move(connection)} {
    connection_->start(*this);
    say(R"({"type":"room:join","name":")" + name_ + "\"}");
  }

  void say(std::string message) { connection_->send(collab::make_payload(std::move(message))); }
  int messages() const { return messages_; }

 private:
  void on_message(std::string_view bytes, collab::payload_kind) override {
    ++messages_;
    std::printf("%s <- %.*s\n", name_.c_str(), static_cast<int>(bytes.size()), bytes.data());
  }
  void on_close(collab::close_code, std::string_view) override {}

  std::string name_;
  std::unique_ptr<collab::transport> connection_;
  int messages_ = 0;
};

}  // namespace

int main() {
  collab::testing::manual_executor frame;
  collab::system_clock_source clock;
  collab::system_random_source random;
  collab::memory_storage storage;
  collab::room_host host{storage, frame, clock, random};

  auto [ann_far, ann_near] = collab::make_loopback_pair(frame);
  auto [bob_far, bob_near] = collab::make_loopback_pair(frame);
  host.accept("ROOM01", std::move(ann_far));
  host.accept("ROOM01", std::move(bob_far));
  client ann{"Ann", std::move(ann_near)};
  client bob{"Bob", std::move(bob_near)};
  frame.run();

  ann.say(
      R"({"type":"stroke:start","stroke":{"id":"s1","tool":"pen","color":"#ef4444","width":4,"points":[[100,200]]}})");
  ann.say(R"({"type":"stroke:point","strokeId":"s1","from":1,"points":[[110,205],[121,208]]})");
  ann.say(R"({"type":"stroke:end","op":1,"strokeId":"s1","count":3})");
  frame.run();

  bob.say(R"({"type":"operation:undo","op":1})");
  frame.run();

  std::string board;
  host.snapshot("ROOM01", [&board](absl::StatusOr<std::string> text) { board = *text; });
  std::printf("the board: %s\n", board.c_str());
  return board == R"({"roomId":"ROOM01","seq":2,"elements":[]})" ? 0 : 1;
}
