#include "collab/server/room_host.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "server/host_under_test.hpp"

using namespace std::chrono_literals;
using namespace collab_test;

TEST_SUITE("server/room_host") {
  TEST_CASE("two people in a room see each other's work") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    CHECK(ann->heard() == lines{"user:joined"});
    it.say(*ann, it.put(1, "a"));
    CHECK(ann->heard() == lines{"op:ack 1", "history:state"});
    CHECK(bob->heard() == lines{"element:put", "history:state"});
    it.say(*bob, R"([{"type":"ping","t":1},{"type":"cursor:move","x":1,"y":2}])");
    CHECK(bob->heard() == lines{"pong"});
    CHECK(ann->heard() == lines{"cursor:move"});
    bob->hang_up();
    it.loop.run();
    CHECK(ann->heard() == lines{"user:left"});
    CHECK(it.host->statistics().members == 1);
  }

  TEST_CASE("nothing that speaks of an operation leaves before it is durable") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    ann->heard();
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    it.say(*ann, R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1]]}})");
    it.say(*ann, R"({"type":"element:set","op":2,"id":"nothing","props":{"x":1}})");
    // Live ink does not wait.
    CHECK(bob->heard() == lines{"stroke:start"});
    CHECK(ann->heard().empty());
    // Whoever joins now waits for what he is to see.
    const auto cid = it.connect();
    cid->join("Cid");
    it.loop.run();
    it.say(*ann, R"({"type":"stroke:point","strokeId":"s","points":[[2,2]]})");
    CHECK(cid->heard().empty());
    std::string board = "none";
    it.host->snapshot("R", [&board](absl::StatusOr<std::string> text) { board = *text; });
    CHECK(board == "none");
    bob->heard();
    it.answer_all();
    CHECK(ann->heard() ==
          lines{"user:joined", "op:ack 1", "history:state", "op:reject 2 not_found"});
    CHECK(bob->heard() == lines{"element:put", "history:state"});
    CHECK(cid->heard() == lines{"room:state 0", "stroke:point"});
    CHECK(board.find("\"seq\":1") != std::string::npos);
  }

  TEST_CASE("what comes while the storage is busy is appended together") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    it.say(*ann, it.put(2, "b"));
    it.say(*ann, it.put(3, "c"));
    it.store.answer();
    it.loop.run();
    it.store.answer();
    it.loop.run();
    CHECK(it.store.appended == std::vector<std::size_t>{1, 1, 2});  // Her session first.
    CHECK(it.store.waiting.empty());
    CHECK(ann->heard() == lines{"op:ack 1", "history:state", "op:ack 2", "op:ack 3"});
  }

  TEST_CASE("one who joins while the room is loaded waits for it, and so do all others") {
    host_under_test it;
    it.store.is_held = true;
    const auto ann = it.connect();
    const auto bob = it.connect();
    const auto gone = it.connect();
    for (const auto* who : {&ann, &bob, &gone}) {
      (*who)->join("somebody");
    }
    it.loop.run();
    gone->hang_up();
    it.loop.run();
    it.answer_all();
    CHECK(it.store.opened == 1);
    CHECK(ann->heard() == lines{"room:state 0", "user:joined"});
    CHECK(bob->heard() == lines{"room:state 0"});
  }

  TEST_CASE("what is said while the room is loaded is taken when it is, in order") {
    host_under_test it;
    it.store.is_held = true;
    const auto ann = it.connect();
    ann->say("[" + std::string{R"({"type":"ping","t":1},{"type":"room:join","name":"Ann"},)"} +
             it.put(1, "a") + "," + it.put(2, "b") + "]");
    ann->say(it.put(3, "c"));
    ann->say("nonsense");
    ann->say(it.put(4, "d"));
    it.loop.run();
    CHECK(ann->heard() == lines{"pong"});
    it.store.answer();
    it.store.is_held = false;
    it.loop.run();
    // What answers no operation waits for nothing but the state.
    CHECK(ann->heard() == lines{"room:state 0", "error invalid_argument", "op:ack 1",
                                "history:state", "op:ack 2", "op:ack 3", "op:ack 4"});
    // And when the room can't be loaded, nothing of it is.
    it.store.records["S"] = {"\x01nonsense"};
    const auto bob = it.connect("S");
    bob->join("Bob");
    bob->say(it.put(1, "a"));
    it.loop.run();
    CHECK(bob->heard() == lines{"error unavailable"});
  }

  TEST_CASE("a storage that is unavailable is tried again with the same records") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    it.store.answer(absl::UnavailableError("away"));
    it.loop.run();
    it.say(*ann, it.put(2, "b"));
    CHECK(it.store.waiting.empty());
    it.pass(100ms);
    it.store.answer(absl::UnavailableError("away"));
    it.loop.run();
    it.pass(199ms);
    CHECK(it.store.waiting.empty());
    it.pass(1ms);
    it.store.answer();
    it.loop.run();
    it.store.answer();
    it.loop.run();
    CHECK(ann->heard() == lines{"op:ack 1", "history:state", "op:ack 2"});
    // Her session, and two operations.
    CHECK(it.store.records["R"].size() == 3);
  }

  TEST_CASE("when the storage refuses, the room stops, and is there again for the next") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto other = it.joined("Other", "S");
    it.say(*ann, it.put(1, "a"));
    ann->heard();
    it.store.is_held = true;
    it.say(*ann, it.put(2, "b"));
    it.store.is_held = false;
    it.store.answer(absl::AbortedError("epoch"));
    it.loop.run();
    CHECK(ann->heard() == lines{"server:closing"});
    CHECK(ann->closed == collab::close_code::service_restart);
    CHECK(other->closed == std::nullopt);
    const auto again = it.joined("Ann");
    CHECK(it.snapshot().find("\"a\"") != std::string::npos);
    CHECK(it.snapshot().find("\"b\"") == std::string::npos);
    CHECK(it.host->statistics().rooms_stopped_total == 1);
  }

  TEST_CASE("a room that can't be loaded sends its members away and can be tried again") {
    host_under_test it;
    it.store.records["R"] = {"\x01nonsense"};
    const auto ann = it.connect();
    ann->join("Ann");
    it.loop.run();
    CHECK(ann->heard() == lines{"error unavailable"});
    CHECK(ann->closed == collab::close_code::try_again_later);
    CHECK(it.snapshot().starts_with("UNAVAILABLE"));
    it.store.records["R"].clear();
    it.joined("Ann");
  }

  TEST_CASE("an empty room leaves memory after the grace time, what was drawn included") {
    host_under_test it;
    auto ann = it.joined("Ann");
    it.say(*ann, R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1]]}})");
    ann->hang_up();
    it.loop.run();
    CHECK(it.host->next_deadline().has_value());
    it.pass(60s - 1ns);
    CHECK(it.host->statistics().rooms == 1);
    it.pass(1ns);
    CHECK(it.host->statistics().rooms == 0);
    // That she came, that she left, the stroke.
    CHECK(it.store.records["R"].size() == 3);
    CHECK(it.snapshot().find("\"id\":\"s\"") != std::string::npos);
    CHECK(it.store.opened == 2);
    CHECK(it.host->statistics().rooms == 1);
    it.pass(60s);
    CHECK(it.host->statistics().rooms == 0);
    CHECK(it.host->next_deadline() == std::nullopt);
  }

  TEST_CASE("a room waits for its storage before it leaves memory, and for who comes back") {
    host_under_test it;
    auto ann = it.joined("Ann");
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    ann->hang_up();
    it.loop.run();
    it.pass(60s);
    it.pass(60s);
    CHECK(it.host->statistics().rooms == 1);
    it.answer_all();
    CHECK(it.host->statistics().rooms == 0);
    it.store.is_held = false;
    ann = it.joined("Ann");
    ann->hang_up();
    it.loop.run();
    it.pass(59s);
    ann = it.joined("Ann");
    it.pass(60s);
    CHECK(it.host->statistics().rooms == 1);
  }

  TEST_CASE("whoever does not join in time is sent away") {
    host_under_test it;
    const auto ann = it.connect();
    it.pass(10s - 1ns);
    CHECK(ann->closed == std::nullopt);
    it.pass(1ns);
    CHECK(ann->closed == collab::close_code::join_deadline);
  }

  TEST_CASE("before the join, and for a second one, there is an error") {
    host_under_test it;
    const auto ann = it.connect();
    it.say(*ann, it.put(1, "a"));
    CHECK(ann->heard() == lines{"error failed_precondition"});
    it.say(*ann, R"({"type":"room:join","name":""})");
    CHECK(ann->heard() == lines{"error invalid_argument"});
    ann->join("Ann");
    it.loop.run();
    ann->join("Ann");
    it.loop.run();
    CHECK(ann->heard() == lines{"room:state 0", "error failed_precondition"});
  }

  TEST_CASE("a full room sends the next one away") {
    collab::room_host_options options;
    options.bounds.members_per_room = 1;
    host_under_test it{options};
    const auto ann = it.joined("Ann");
    const auto bob = it.connect();
    bob->join("Bob");
    it.loop.run();
    CHECK(bob->heard() == lines{"error resource_exhausted"});
    CHECK(bob->closed == collab::close_code::try_again_later);
    CHECK(ann->heard().empty());
  }

  TEST_CASE("binary frames close with 1003") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    ann->say_binary("x");
    it.loop.run();
    CHECK(ann->closed == collab::close_code::unsupported_data);
  }

  TEST_CASE("twenty messages in a minute may be bad, not more") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    for (int i = 0; i < 20; ++i) {
      it.say(*ann, i % 2 == 0 ? "nonsense" : R"({"type":"bogus"})");
    }
    CHECK(ann->closed == std::nullopt);
    CHECK(ann->heard().size() == 20);
    it.pass(60s);
    for (int i = 0; i < 20; ++i) {
      it.say(*ann, R"({"type":"canvas:clear","op":"x"})");
    }
    CHECK(ann->closed == std::nullopt);
    it.say(*ann, "{");
    CHECK(ann->closed == collab::close_code::policy_violation);
  }

  TEST_CASE("operations beyond the rate are read later, and none is lost") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    for (int i = 1; i <= 500; ++i) {
      ann->say(it.put(i, "e" + std::to_string(i)));
    }
    it.loop.run();
    const auto acks = [](const lines& heard) {
      std::size_t count = 0;
      for (const auto& line : heard) {
        count += line.starts_with("op:ack");
      }
      return count;
    };
    const std::size_t at_once = acks(ann->heard());
    // The burst; a transport may deliver a little more after it was paused.
    CHECK(at_once >= 200);
    CHECK(at_once < 300);
    std::size_t all = at_once;
    int seconds = 0;
    for (; all < 500 && seconds < 10; ++seconds) {
      for (int i = 0; i < 20; ++i) {
        it.pass(50ms);
      }
      all += acks(ann->heard());
    }
    CHECK(all == 500);
    CHECK(seconds >= 2);
    CHECK(it.host->statistics().reads_slowed_total > 0);
  }

  TEST_CASE("one who reads too slowly is sent away and the others go on") {
    collab::room_host_options options;
    options.bounds.output_queue_bytes = 10'000;
    options.bounds.operations_burst = 10'000;
    host_under_test it{options};
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    const auto cid = it.joined("Cid");
    bob->stop_reading();
    for (int i = 1; i <= 100; ++i) {
      it.say(*ann, it.put(i, "e" + std::to_string(i)));
    }
    CHECK(it.host->statistics().slow_readers_closed_total == 1);
    // 100 elements, history:state, and Bob's user:left.
    CHECK(cid->heard().size() == 102);
    CHECK(it.host->statistics().elements == 100);
  }

  TEST_CASE("to one who reads slowly previews are not sent, and he stays") {
    collab::room_host_options options;
    options.bounds.output_queue_bytes = 10'000;
    options.bounds.previews_per_second = 10'000;
    host_under_test it{options};
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    it.say(*ann, it.put(1, "a"));
    bob->stop_reading();
    for (int i = 0; i < 500; ++i) {
      it.say(*ann, R"({"type":"element:preview","id":"a","props":{"x":1}})");
    }
    CHECK(it.host->statistics().slow_readers_closed_total == 0);
    CHECK(it.host->statistics().cursors_dropped_total > 300);
    CHECK_FALSE(bob->closed.has_value());
  }

  TEST_CASE("messages of hosts reach the others and the handler, in order, from the executor") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    ann->heard();
    std::vector<std::string> told;
    it.host->on_host_message([&](const collab::received_host_message& message) {
      CHECK(message.user.starts_with("u"));
      CHECK(message.client.starts_with("c"));
      told.push_back(message.room + " " + message.name + " " + message.data);
      // It may call anything of the host.
      it.host->snapshot("R", [](const absl::StatusOr<std::string>&) {});
    });
    it.say(*ann, R"([{"type":"host:message","name":"a","data":{"k":1}},)"
                 R"({"type":"host:message","name":"b","data":null},)"
                 R"({"type":"host:message","name":"","data":null}])");
    CHECK(told == lines{R"(R a {"k":1})", "R b null"});
    CHECK(bob->heard() == lines{"host:message", "host:message"});
    CHECK(ann->heard() == lines{"error invalid_argument"});
    it.host->on_host_message(nullptr);
    it.say(*ann, R"({"type":"host:message","name":"c","data":1})");
    CHECK(told.size() == 2);
    CHECK(bob->heard() == lines{"host:message"});
    // Somebody alone in a room talks to the host only; and the handler may end the host.
    it.host->on_host_message([&](const collab::received_host_message&) { it.host.reset(); });
    bob->hang_up();
    it.loop.run();
    it.say(*ann, R"({"type":"host:message","name":"d","data":1})");
    CHECK(it.host == nullptr);
  }

  TEST_CASE("shutting down commits what is pending and tells everybody") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    it.say(*ann, R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1]]}})");
    bool is_done = false;
    it.host->shut_down([&is_done] { is_done = true; });
    it.loop.run();
    CHECK_FALSE(is_done);
    CHECK(ann->closed == std::nullopt);
    it.store.answer();
    it.loop.run();
    it.store.answer();
    it.loop.run();
    CHECK(ann->heard() == lines{"op:ack 1", "history:state", "stroke:end", "server:closing"});
    CHECK(ann->closed == collab::close_code::going_away);
    // That she has left is written down too.
    CHECK_FALSE(is_done);
    it.answer_all();
    CHECK(is_done);
    CHECK(it.store.records["R"].size() == 4);
    const auto late = it.connect();
    CHECK(late->closed == collab::close_code::going_away);
  }

  TEST_CASE("shutting down does not wait for ever") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    it.store.is_held = true;
    it.say(*ann, it.put(1, "a"));
    bool is_done = false;
    it.host->shut_down([&is_done] { is_done = true; });
    it.loop.run();
    it.pass(8s);
    CHECK(is_done);
    CHECK(ann->heard() == lines{"server:closing"});
  }

  TEST_CASE("a host may end with connections open and storage at work") {
    auto it = std::make_unique<host_under_test>();
    const auto ann = it->joined("Ann");
    it->store.is_held = true;
    it->say(*ann, it->put(1, "a"));
    it->host.reset();
    it->store.answer();
    it->loop.run();
    CHECK(ann->closed.has_value());
  }
}
