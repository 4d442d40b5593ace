// The simulated world keeps the promises of the real one: order, durability, ownership.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/disk_storage.hpp"
#include "sim/network.hpp"
#include "sim/server_process.hpp"
#include "sim/trace.hpp"

using namespace collab_sim;
using namespace std::chrono_literals;

namespace {

// One end of a connection, writing down what it hears.
class far_end final : public collab::transport_handler {
 public:
  void hold(std::unique_ptr<collab::transport> end) {
    end_ = std::move(end);
    end_->start(*this);
  }
  void on_message(std::string_view bytes, collab::payload_kind) override {
    heard.emplace_back(bytes);
  }
  void on_close(collab::close_code code, std::string_view) override { closed = code; }
  void on_drained() override { ++drained; }
  void say(const std::string& text) {
    end_->send(collab::make_payload(text, collab::payload_kind::binary));
  }

  std::unique_ptr<collab::transport> end_;
  std::vector<std::string> heard;
  std::optional<collab::close_code> closed;
  int drained = 0;
};

struct wired {
  timeline time;
  network_options options;
  network net{time, seeded_random{1}, options, nullptr};
  std::unique_ptr<collab::connector> dial = net.connector_of(0);
  far_end client;
  far_end server;

  wired() {
    net.listen(1, [this](std::string_view, std::unique_ptr<collab::transport> end) {
      server.hold(std::move(end));
    });
    client.hold(dial->connect("ROOM"));
  }
};

struct stored {
  timeline time;
  disk on;
  storage_faults faults;
  process_executor loop{time};
  std::optional<disk_storage> storage;

  stored() { storage.emplace(time, on, seeded_random{7}, faults); }
  collab::opened_room open() {
    collab::opened_room result;
    storage->open("ROOM", loop, [&](absl::StatusOr<collab::opened_room> got) {
      REQUIRE(got.ok());
      result = *std::move(got);
    });
    time.run_for(1s);
    return result;
  }
  std::optional<absl::Status> append(std::uint64_t epoch, std::uint64_t position,
                                     std::vector<std::string> records, duration wait = 1s) {
    // Shared: the answer may come after this call, or never.
    const auto result = std::make_shared<std::optional<absl::Status>>();
    storage->append({"ROOM", epoch, position, std::move(records)}, loop,
                    [result](absl::Status got) { *result = std::move(got); });
    time.run_for(wait);
    return *result;
  }
};

}  // namespace

TEST_SUITE_BEGIN("sim/world");

TEST_CASE("what is due at the same moment happens in the order in which it was asked for") {
  timeline time;
  std::string order;
  time.after(2s, [&] { order += 'c'; });
  time.after(1s, [&] {
    order += 'a';
    time.at(time.now(), [&] { order += 'b'; });
  });
  time.run_for(3s);
  CHECK(order == "abc");
  CHECK(time.now().time_since_epoch() == 3s);
}

TEST_CASE("a process that is gone does nothing any more") {
  timeline time;
  bool has_run = false;
  {
    process_executor loop{time};
    loop.post([&] { has_run = true; });
  }
  time.run_for(1s);
  CHECK_FALSE(has_run);
}

TEST_CASE("frames arrive whole and in order") {
  wired it;
  std::vector<std::string> sent;
  for (int i = 0; i < 50; ++i) {
    sent.push_back("frame " + std::to_string(i));
    it.client.say(sent.back());
  }
  it.time.run_for(5s);
  CHECK(it.server.heard == sent);
  CHECK(it.client.drained >= 1);
}

TEST_CASE("of a connection that is cut each end gets a prefix, and hears of it at last") {
  for (std::uint64_t i = 0; i < 40; ++i) {
    CAPTURE(i);
    wired it;
    it.time.run_for(1s);
    for (int k = 0; k < 20; ++k) {
      it.client.say(std::string(1, static_cast<char>('a' + k)));
    }
    it.time.run_for(std::chrono::milliseconds{i});
    it.net.cut(0);
    it.client.say("never");
    it.time.run_for(2min);
    CHECK(it.client.closed == collab::close_code::abnormal);
    CHECK(it.server.closed == collab::close_code::abnormal);
    for (std::size_t k = 0; k < it.server.heard.size(); ++k) {
      CHECK(it.server.heard[k] == std::string(1, static_cast<char>('a' + k)));
    }
  }
}

TEST_CASE("a link that is down holds everything back, and a server gives it up") {
  wired it;
  it.time.run_for(1s);
  it.net.take_link_down(0);
  it.client.say("late");
  it.time.run_for(30s);
  CHECK(it.server.heard.empty());
  SUBCASE("back in time") {
    it.net.put_link_up(0);
    it.time.run_for(1s);
    CHECK(it.server.heard == std::vector<std::string>{"late"});
  }
  SUBCASE("too late") {
    it.time.run_for(30s);
    CHECK(it.server.closed == collab::close_code::abnormal);
    it.net.put_link_up(0);
    it.time.run_for(10s);
    CHECK(it.client.closed == collab::close_code::abnormal);
  }
}

TEST_CASE("what an end that is gone had sent still arrives") {
  wired it;
  it.time.run_for(1s);
  it.client.say("last words");
  it.client.end_.reset();
  it.time.run_for(2min);
  CHECK(it.server.heard == std::vector<std::string>{"last words"});
  CHECK(it.server.closed == collab::close_code::abnormal);
}

TEST_CASE("who closes says why, after what was sent before") {
  wired it;
  it.time.run_for(1s);
  it.server.say("goodbye");
  it.server.end_->close(collab::close_code::taken_over, "another one");
  it.time.run_for(5s);
  CHECK(it.client.heard == std::vector<std::string>{"goodbye"});
  CHECK(it.client.closed == collab::close_code::taken_over);
  CHECK(it.server.closed == collab::close_code::taken_over);
}

TEST_CASE("a reader that does not read fills its sender's queue") {
  wired it;
  it.time.run_for(1s);
  it.net.stop_reading(0);
  for (int i = 0; i < 40; ++i) {
    it.server.say(std::string(8 * 1024, 'x'));
  }
  it.time.run_for(1s);
  CHECK(it.server.end_->queued_bytes() >= 200 * 1024);
  it.net.read_again(0);
  it.time.run_for(10s);
  CHECK(it.server.end_->queued_bytes() == 0);
  CHECK(it.client.heard.size() == 40);
}

TEST_CASE("a client that stutters says operations twice, and nothing else") {
  wired it;
  it.options.stutter = 1'000;
  const std::string clear{"\x0A\x01\x01"};
  const std::string ping{"\x10\x01\x02"};
  it.client.say(clear);
  it.client.say(ping);
  it.time.run_for(5s);
  CHECK(it.server.heard == std::vector<std::string>{clear, clear, ping});
}

TEST_CASE("nobody listens: the connection is refused") {
  wired it;
  it.net.stop_listening(1);
  it.time.run_for(1s);
  CHECK(it.client.closed == collab::close_code::abnormal);
}

TEST_CASE("a storage keeps what it has acknowledged, and nothing in part") {
  int survived = 0;
  int torn = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    CAPTURE(i);
    stored it;
    const auto first = it.open();
    REQUIRE(it.append(first.epoch, 0, {"one", "two"}) == absl::OkStatus());
    // Killed somewhere on the way of the next append.
    const auto answer =
        it.append(first.epoch, 2, {"three", "four"}, std::chrono::microseconds{i * 60});
    it.storage->crash();
    seeded_random random{i};
    it.on.lose_power(random);
    it.storage.emplace(it.time, it.on, seeded_random{i}, it.faults);
    const auto again = it.open();
    CHECK(again.epoch > first.epoch);
    REQUIRE((again.records.size() == 2 || again.records.size() == 4));
    CHECK(again.records[1] == "two");
    if (answer.has_value()) {
      CHECK(again.records.size() == 4);
    } else {
      survived += again.records.size() == 4 ? 1 : 0;
    }
    torn += static_cast<int>(it.on.torn_frames());
  }
  CHECK(survived > 0);
  CHECK(torn > 0);
}

TEST_CASE("a storage refuses who is no longer the owner, and another position than the last") {
  stored it;
  const auto first = it.open();
  const auto second = it.open();
  CHECK(absl::IsAborted(*it.append(first.epoch, 0, {"old"})));
  CHECK(absl::IsAborted(*it.append(second.epoch, 1, {"gap"})));
  CHECK(it.append(second.epoch, 0, {"new"}) == absl::OkStatus());
  CHECK(it.open().records == std::vector<std::string>{"new"});
}

TEST_CASE("an unknown outcome may be one or the other, a refusal is none") {
  stored it;
  const auto owner = it.open();
  it.faults.refuse = 1'000;
  CHECK(absl::IsUnavailable(*it.append(owner.epoch, 0, {"a"})));
  it.faults = {.fail_sync = 1'000};
  CHECK(absl::IsUnavailable(*it.append(owner.epoch, 0, {"a"})));
  it.faults = {.full = 1'000};
  CHECK(absl::IsDataLoss(*it.append(owner.epoch, 0, {"a"})));
  CHECK(it.on.durable_records("ROOM") == 0);
  it.faults = {.unknown = 1'000};
  CHECK(absl::IsUnavailable(*it.append(owner.epoch, 0, {"a"})));
  CHECK(it.on.durable_records("ROOM") == 1);
}

TEST_CASE("a storage that ends in good order has written everything") {
  stored it;
  const auto owner = it.open();
  (void)it.append(owner.epoch, 0, {"a"}, 0s);
  it.storage.reset();
  CHECK(it.on.durable_records("ROOM") == 1);
}

TEST_CASE("a server is killed and another one goes on from the disk") {
  timeline time;
  network_options options;
  network net{time, seeded_random{1}, options, nullptr};
  disk on;
  storage_faults faults;
  collab::room_host_options rooms;
  const server_surroundings in{time, net, on, faults, rooms};
  auto dial = net.connector_of(0);

  std::optional<server_process> server;
  server.emplace(in, 1, seeded_random{3}, 0ms);
  far_end client;
  client.hold(dial->connect("ROOM"));
  client.say(std::string{"\x01\x05\x03"} + "Ann" + std::string(1, '\0'));
  time.run_for(2s);
  REQUIRE(client.heard.size() == 1);
  CHECK(client.heard[0][0] == 64);
  // The session is on the disk.
  CHECK(on.durable_records("ROOM") == 1);

  server->crash(true);
  CHECK_FALSE(server->is_running());
  time.run_for(2s);
  CHECK(client.closed == collab::close_code::abnormal);

  server.emplace(in, 2, seeded_random{4}, 0ms);
  far_end again;
  again.hold(dial->connect("ROOM"));
  again.say(std::string{"\x01\x05\x03"} + "Ann" + std::string(1, '\0'));
  time.run_for(2s);
  REQUIRE(again.heard.size() == 1);
  server->shut_down();
  time.run_for(20s);
  CHECK_FALSE(server->is_running());
  CHECK(again.closed == collab::close_code::going_away);
}

TEST_CASE("the same notes make the same trace, any other makes another") {
  trace a;
  trace b;
  a.note(1, "got", 2, "bytes");
  b.note(1, "got", 2, "bytes");
  CHECK(a.hash() == b.hash());
  b.note(1, "got", 2, "");
  a.note(1, "got", 3, "");
  CHECK(a.hash() != b.hash());
}

TEST_SUITE_END();
