// Connections that break and come back, over a host with rooms.

#include <doctest/doctest.h>
#include <simdjson.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocol/client_frames.hpp"
#include "server/host_under_test.hpp"

using namespace std::chrono_literals;
using namespace collab_test;
using collab::dialect;

namespace {

std::string field(const std::string& message, const char* name) {
  simdjson::dom::parser parser;
  return std::string{std::string_view(parser.parse(message)[name])};
}

std::string resume(const std::string& secret, int seq) {
  return R"({"type":"room:join","name":"Ann","resume":{"session":")" + secret + R"(","seq":)" +
         std::to_string(seq) + "}}";
}

std::string scoped_undo(const std::string& type, int op) {
  return R"({"type":")" + type + R"(","op":)" + std::to_string(op) + R"(,"scope":"room"})";
}

// Somebody who is in the room, and his secret.
struct known_person {
  explicit known_person(host_under_test& it) : who{it.connect()} {
    who->join("Ann");
    it.loop.run();
    REQUIRE_FALSE(who->texts.empty());
    secret = field(who->texts.front(), "session");
    who->heard();
  }
  std::unique_ptr<person> who;
  std::string secret;
};

void restart(host_under_test& it) {
  it.host.reset();
  it.loop.run();
  it.host = std::make_unique<collab::room_host>(it.store, it.loop, it.time, it.random,
                                                collab::room_host_options{});
}

}  // namespace

TEST_SUITE("server/sessions") {
  TEST_CASE("a state leaves when its session is durable") {
    host_under_test it;
    it.store.is_held = true;
    const auto ann = it.connect();
    ann->join("Ann");
    it.loop.run();
    it.store.answer();  // The room is read.
    it.loop.run();
    CHECK(ann->heard().empty());
    it.store.answer();
    it.loop.run();
    CHECK(ann->heard() == lines{"room:state 0"});
  }

  TEST_CASE("who comes back is sent what he missed, when it is durable, and then goes on") {
    host_under_test it;
    known_person ann{it};
    const auto bob = it.joined("Bob");
    it.say(*ann.who, it.put(1, "a"));
    ann.who->hang_up();
    it.loop.run();
    it.say(*bob, it.put(1, "b"));
    bob->heard();
    it.store.is_held = true;
    it.say(*bob, it.put(2, "c"));
    const auto again = it.connect();
    again->say(resume(ann.secret, 1));
    again->say(it.put(2, "d"));
    it.loop.run();
    // That he is there is told at once.
    CHECK(bob->heard() == lines{"user:joined"});
    CHECK(again->heard().empty());
    while (!it.store.waiting.empty()) {
      it.store.answer();
      it.loop.run();
    }
    REQUIRE(again->texts.size() >= 2);
    const std::string resumed = again->texts.front();
    CHECK(again->heard() == lines{"room:resumed 1", "op:ack 2"});
    CHECK(resumed.find(R"("id":"b")") != std::string::npos);
    CHECK(resumed.find(R"("id":"c")") != std::string::npos);
    CHECK(resumed.find(R"("id":"d")") == std::string::npos);
    CHECK(resumed.find(R"("id":"a")") == std::string::npos);
  }

  TEST_CASE("a session survives the host, and so does the outcome of what was refused") {
    host_under_test it;
    known_person ann{it};
    it.say(*ann.who, it.put(1, "a"));
    it.say(*ann.who, R"({"type":"element:set","op":2,"id":"nothing","props":{"x":1}})");
    it.say(*ann.who, R"({"type":"element:put","op":3,"element":{"id":"?","kind":"rect"}})");
    CHECK(ann.who->heard() == lines{"op:ack 1", "history:state", "op:reject 2 not_found",
                                    "op:reject 3 invalid_argument"});
    restart(it);
    const auto again = it.connect();
    it.say(*again, resume(ann.secret, 0));
    REQUIRE(again->texts.size() == 1);
    CHECK(again->texts.front().find(R"("rejected":[{"op":2,"code":"not_found",)") !=
          std::string::npos);
    CHECK(again->texts.front().find(R"("op":1,"index")") != std::string::npos);
    CHECK(again->heard() == lines{"room:resumed 3"});
    it.say(*again, R"({"type":"element:set","op":2,"id":"a","props":{"x":1}})");
    it.say(*again, it.put(1, "z"));
    it.say(*again, it.put(4, "b"));
    CHECK(again->heard() == lines{"op:reject 2 not_found", "op:ack 1", "op:ack 4"});
    CHECK(it.snapshot().find(R"("seq":2)") != std::string::npos);
  }

  TEST_CASE("a second connection takes over, and the first one is told") {
    host_under_test it;
    known_person ann{it};
    const auto bob = it.joined("Bob");
    bob->heard();
    ann.who->heard();
    const auto again = it.connect();
    it.say(*again, resume(ann.secret, 0));
    CHECK(again->heard() == lines{"room:resumed 0"});
    CHECK(ann.who->closed == collab::close_code::taken_over);
    CHECK(bob->heard().empty());
    CHECK(it.host->statistics().members == 2);
    it.say(*again, it.put(1, "a"));
    CHECK(again->heard() == lines{"op:ack 1", "history:state"});
    CHECK(bob->heard() == lines{"element:put", "history:state"});
  }

  TEST_CASE("a session that nobody knows is answered with the state and a new one") {
    host_under_test it;
    known_person ann{it};
    ann.who->hang_up();
    it.loop.run();
    const auto again = it.connect();
    it.say(*again, resume("nobody", 0));
    REQUIRE(again->texts.size() == 1);
    CHECK(field(again->texts.front(), "type") == "room:state");
    CHECK(field(again->texts.front(), "session") != ann.secret);
    CHECK(field(again->texts.front(), "session") != "nobody");
  }

  TEST_CASE("who comes back in the other dialect is told the same") {
    host_under_test it;
    known_person ann{it};
    it.say(*ann.who, it.put(1, "a"));
    it.say(*ann.who, R"({"type":"chat:send","op":2,"text":"hi"})");
    ann.who->hang_up();
    it.loop.run();
    const auto again = it.connect("R", dialect::binary);
    again->say_binary(message(1, text("Ann") + color("") + text(ann.secret) + varint(0)));
    it.loop.run();
    CHECK(again->heard_binary() == std::vector<int>{91});
    const auto late = it.connect("R", dialect::binary);
    late->say_binary(message(1, text("Ann") + color("") + text("nobody") + varint(0)));
    it.loop.run();
    CHECK(late->heard_binary() == std::vector<int>{64});
  }

  TEST_CASE("a board that is large is told in parts, in both dialects") {
    collab::room_host_options options;
    options.bounds.state_chunk_bytes = 1'024;
    host_under_test it{options};
    const auto ann = it.joined("Ann");
    for (int i = 1; i <= 80; ++i) {
      it.say(*ann, it.put(i, "element-" + std::to_string(i)));
    }
    const auto bob = it.connect();
    bob->join("Bob");
    it.loop.run();
    std::size_t elements = 0;
    REQUIRE(bob->texts.size() > 4);
    for (std::size_t i = 0; i < bob->texts.size(); ++i) {
      simdjson::dom::parser parser;
      const simdjson::dom::element part = parser.parse(bob->texts[i]);
      CHECK(std::string_view{part["type"]} == (i == 0 ? "room:state" : "room:chunk"));
      CHECK(bool{part["more"]} == (i + 1 < bob->texts.size()));
      CHECK(bob->texts[i].size() < 3 * 1'024);
      elements += simdjson::dom::array{part["elements"]}.size();
    }
    CHECK(elements == 80);
    const auto cid = it.connect("R", dialect::binary);
    cid->say_binary(message(1, text("Cid") + color("")));
    it.loop.run();
    const std::vector<int> heard = cid->heard_binary();
    REQUIRE(heard.size() > 1);
    CHECK(heard.front() == 64);
    CHECK(heard.back() == 93);
    // An undo brings all of them back at once.
    it.say(*ann, R"({"type":"canvas:clear","op":81})");
    bob->texts.clear();
    it.say(*ann, R"({"type":"operation:undo","op":82})");
    std::size_t restored = 0;
    for (const std::string& each : bob->texts) {
      CHECK(each.size() < 3 * 1'024);
      simdjson::dom::parser parser;
      const simdjson::dom::element part = parser.parse(each);
      simdjson::dom::array list;
      if (part["restored"].get(list) == simdjson::SUCCESS ||
          part["elements"].get(list) == simdjson::SUCCESS) {
        restored += list.size();
      }
    }
    CHECK(restored == 80);
  }

  TEST_CASE("large events don't add up for one who does not read: he is sent away") {
    collab::room_host_options options;
    options.bounds.state_chunk_bytes = 1'024;
    options.bounds.output_queue_bytes = 10'000;
    options.bounds.operations_burst = 10'000;
    host_under_test it{options};
    const auto ann = it.joined("Ann");
    for (int i = 1; i <= 100; ++i) {
      it.say(*ann, it.put(i, "element-" + std::to_string(i)));
    }
    it.say(*ann, R"({"type":"canvas:clear","op":101})");
    const auto bob = it.connect();
    bob->join("Bob");
    it.loop.run();
    bob->stop_reading();
    int op = 102;
    const auto undo = [&] { it.say(*ann, scoped_undo("operation:undo", op++)); };
    const auto redo = [&] { it.say(*ann, scoped_undo("operation:redo", op++)); };
    // Larger than the queue, it may wait; so may what is smaller after it.
    undo();
    CHECK(it.host->statistics().slow_readers_closed_total == 0);
    redo();
    CHECK(it.host->statistics().slow_readers_closed_total == 0);
    for (int i = 0; i < 3; ++i) {
      undo();
      redo();
    }
    CHECK(it.host->statistics().slow_readers_closed_total == 1);
  }

  TEST_CASE("the digest of a board is told to everybody within its time") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.connect("R", dialect::binary);
    bob->say_binary(message(1, text("Bob") + color("")));
    it.loop.run();
    it.say(*ann, it.put(1, "a"));
    ann->heard();
    bob->heard_binary();
    it.pass(3'999ms);
    CHECK(ann->heard().empty());
    it.pass(1ms);
    CHECK(ann->heard() == lines{"room:digest"});
    CHECK(bob->heard_binary() == std::vector<int>{94});
    it.pass(10s);
    CHECK(ann->heard().empty());
  }
}
