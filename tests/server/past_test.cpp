// The past of a room: boards as they were, and going back to them.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "server/host_under_test.hpp"

using namespace std::chrono_literals;
using namespace collab_test;
using collab::seq_number;

namespace {

struct host_with_past : host_under_test {
  using host_under_test::host_under_test;

  template <typename Place>
  std::string snapshot_at(Place place, const std::string& room = "R") {
    std::string text = "none";
    host->snapshot_at(room, place, [&text](absl::StatusOr<std::string> board) {
      text = board.ok() ? *board : board.status().ToString();
    });
    loop.run();
    return text;
  }
  // Puts `count` elements, one a second.
  void fill(person& who, int count) {
    for (int i = 1; i <= count; ++i) {
      time.advance(1s);
      say(who, put(i, "e" + std::to_string(i)));
    }
    who.heard();
  }
  static std::string restore(int op, int seq) {
    return R"({"type":"version:restore","op":)" + std::to_string(op) + R"(,"seq":)" +
           std::to_string(seq) + "}";
  }
};

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_SUITE("server/past") {
  TEST_CASE("a board of the past is what the snapshot was then") {
    host_with_past it;
    auto ann = it.joined("Ann");
    std::vector<std::string> boards{it.snapshot()};
    for (const std::string& text :
         {it.put(1, "a"), it.put(2, "b"),
          std::string{R"({"type":"element:set","op":3,"id":"a","props":{"x":5}})"},
          std::string{R"({"type":"operation:undo","op":4})"},
          std::string{R"({"type":"element:remove","op":5,"ids":["b"]})"},
          std::string{R"({"type":"operation:undo","op":6})"}}) {
      it.say(*ann, text);
      boards.push_back(it.snapshot());
    }
    for (int round = 0; round < 2; ++round) {
      for (std::size_t seq = boards.size(); seq > 0; --seq) {
        CHECK(it.snapshot_at(seq_number{seq - 1}) == boards[seq - 1]);
      }
    }
    // The log was opened once and read once.
    CHECK(it.store.opened == 2);
    // It goes on.
    it.say(*ann, it.put(7, "c"));
    CHECK(it.snapshot_at(seq_number{7}) == it.snapshot());
    CHECK(it.snapshot_at(seq_number{6}) == boards[6]);
    CHECK(it.store.opened == 2);
    // Forgotten after a minute, it is read again.
    it.pass(61s);
    CHECK(it.snapshot_at(seq_number{3}) == boards[3]);
    CHECK(it.store.opened == 3);
  }

  TEST_CASE("a time is that of the last operation before it") {
    host_with_past it;
    const auto start = it.time.now().wall;
    auto ann = it.joined("Ann");
    it.fill(*ann, 3);
    CHECK(it.snapshot_at(start).find("\"seq\":0,") != std::string::npos);
    CHECK(it.snapshot_at(start + 1999ms).find("\"seq\":1,") != std::string::npos);
    CHECK(it.snapshot_at(start + 2s).find("\"seq\":2,") != std::string::npos);
    CHECK(it.snapshot_at(start + 1h).find("\"seq\":3,") != std::string::npos);
  }

  TEST_CASE("what is beyond the last operation is refused with both numbers") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    const std::string refused = it.snapshot_at(seq_number{33});
    CHECK(refused.starts_with("INVALID_ARGUMENT"));
    CHECK(refused.find("33") != std::string::npos);
    CHECK(refused.find("2") != std::string::npos);
    CHECK(it.snapshot_at(seq_number{1}, "nobody").starts_with("INVALID_ARGUMENT"));
    CHECK(it.snapshot_at(seq_number{0}, "nobody") ==
          R"({"roomId":"nobody","seq":0,"elements":[]})");
  }

  TEST_CASE("the past waits for what is in the log to be durable") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 1);
    it.store.is_held = true;
    it.say(*ann, it.put(2, "b"));
    std::string text;
    it.host->snapshot_at("R", seq_number{2},
                         [&text](absl::StatusOr<std::string> board) { text = *board; });
    it.loop.run();
    CHECK(text.empty());
    it.store.answer();
    it.loop.run();
    // Read now, while another operation is on its way.
    CHECK(text.empty());
    it.say(*ann, it.put(3, "c"));
    it.answer_all();
    CHECK(count_of(text, "\"id\"") == 2);
  }

  TEST_CASE("what becomes durable while the log is read is in the past too") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    it.store.is_held = true;
    std::string first;
    it.host->snapshot_at("R", seq_number{1},
                         [&first](absl::StatusOr<std::string> board) { first = *board; });
    it.say(*ann, it.put(3, "c"));
    REQUIRE(it.store.waiting.size() == 2);
    SUBCASE("read before it was written") {}
    SUBCASE("read after it was written") { std::swap(it.store.waiting[0], it.store.waiting[1]); }
    it.answer_all();
    CHECK(count_of(first, "\"id\"") == 1);
    it.store.is_held = false;
    CHECK(count_of(it.snapshot_at(seq_number{3}), "\"id\"") == 3);
    CHECK(it.snapshot_at(seq_number{3}) == it.snapshot());
  }

  TEST_CASE("requests are bounded, both sides of the limit, and each is answered") {
    collab::room_host_options options;
    options.bounds.history_requests = 2;
    host_with_past it{options};
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    it.store.is_held = true;
    std::vector<std::string> answers;
    for (std::uint64_t i = 0; i < 3; ++i) {
      it.host->snapshot_at("R", seq_number{i}, [&answers](absl::StatusOr<std::string> board) {
        answers.push_back(board.ok() ? *board : board.status().ToString());
      });
    }
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].starts_with("RESOURCE_EXHAUSTED"));
    it.answer_all();
    REQUIRE(answers.size() == 3);
    CHECK(count_of(answers[1], "\"id\"") == 0);
    CHECK(count_of(answers[2], "\"id\"") == 1);
    it.store.is_held = false;
    CHECK(count_of(it.snapshot_at(seq_number{2}), "\"id\"") == 2);
  }

  TEST_CASE("a log that can't be read is told, and read again for the next") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    it.store.is_held = true;
    std::string text;
    it.host->snapshot_at("R", seq_number{1}, [&text](absl::StatusOr<std::string> board) {
      text = board.status().ToString();
    });
    it.loop.run();
    it.store.answer(absl::UnavailableError("away"));
    it.loop.run();
    CHECK(text.starts_with("UNAVAILABLE"));
    it.store.is_held = false;
    CHECK(count_of(it.snapshot_at(seq_number{1}), "\"id\"") == 1);
  }

  TEST_CASE("pasts beyond their bytes are given up, the one looked at first before the others") {
    collab::room_host_options options;
    options.bounds.history_bytes = 1'000;
    host_with_past it{options};
    auto ann = it.joined("Ann", "A");
    auto bob = it.joined("Bob", "B");
    it.fill(*ann, 6);
    it.fill(*bob, 6);
    const int before = it.store.opened;
    (void)it.snapshot_at(seq_number{1}, "A");
    (void)it.snapshot_at(seq_number{2}, "A");
    CHECK(it.store.opened == before + 1);
    (void)it.snapshot_at(seq_number{1}, "B");
    (void)it.snapshot_at(seq_number{2}, "B");
    CHECK(it.store.opened == before + 2);
    (void)it.snapshot_at(seq_number{3}, "A");
    CHECK(it.store.opened == before + 3);
  }

  TEST_CASE("a room of which somebody wants to know the past stays in memory for it") {
    collab::room_host_options options;
    options.room_grace = 1s;
    host_with_past it{options};
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    ann->hang_up();
    it.loop.run();
    it.store.is_held = true;
    std::string text;
    it.host->snapshot_at("R", seq_number{1},
                         [&text](absl::StatusOr<std::string> board) { text = *board; });
    it.pass(2s);
    it.pass(2s);
    CHECK(it.host->statistics().rooms == 1);
    it.answer_all();
    CHECK(count_of(text, "\"id\"") == 1);
    it.pass(2s);
    CHECK(it.host->statistics().rooms == 0);
  }
}

TEST_SUITE("server/restore") {
  TEST_CASE(
      "a version is restored for everybody, after what was said before and before what comes") {
    host_with_past it;
    auto ann = it.joined("Ann");
    auto bob = it.joined("Bob");
    it.fill(*ann, 3);
    bob->heard();
    it.say(*ann, R"({"type":"version:save","op":4,"name":"Three"})");
    CHECK(bob->heard() == lines{"version:save"});
    it.say(*ann, R"({"type":"canvas:clear","op":5})");
    ann->heard();
    bob->heard();
    // In one frame, and in frames behind it.
    ann->say("[" + it.restore(6, 4) + "," + it.put(7, "later") + "]");
    ann->say(R"({"type":"ping","t":1})");
    ann->say(it.put(8, "last"));
    it.loop.run();
    lines heard = ann->heard();
    // It does not wait for what the others wait for to be durable.
    CHECK(std::erase(heard, "pong") == 1);
    REQUIRE(heard.size() >= 4);
    CHECK(heard[0] == "version:restore");
    CHECK(heard[1] == "op:ack 6");
    CHECK(std::find(heard.begin(), heard.end(), "op:ack 7") <
          std::find(heard.begin(), heard.end(), "op:ack 8"));
    CHECK(std::find(heard.begin(), heard.end(), "op:ack 8") != heard.end());
    CHECK(bob->heard() == lines{"version:restore", "element:put", "element:put"});
    CHECK(count_of(it.snapshot(), "\"id\"") == 5);
    it.say(*ann, it.restore(9, 4));
    CHECK(count_of(it.snapshot(), "\"id\"") == 3);
    it.say(*bob, R"({"type":"operation:undo","op":1})");
    CHECK(count_of(it.snapshot(), "\"id\"") == 5);
  }

  TEST_CASE("binary messages behind a restore wait for it too") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    auto bob = it.connect("R", collab::dialect::binary);
    bob->say_binary(
        std::string("\x01\x05\x03"
                    "Bob\0",
                    7));
    it.loop.run();
    bob->heard_binary();
    // Restore seq 1 as op 1; clear as op 2, in one frame; clear as op 3 in another.
    bob->say_binary(std::string("\x15\x02\x01\x01\x0a\x01\x02", 7));
    bob->say_binary(std::string("\x0a\x01\x03", 3));
    it.loop.run();
    const auto heard = bob->heard_binary();
    REQUIRE(heard.size() > 3);
    CHECK(heard[0] == 96);
    CHECK(std::count(heard.begin(), heard.end(), 65) == 3);
    CHECK(count_of(it.snapshot(), "\"id\"") == 0);
    CHECK(count_of(it.snapshot_at(seq_number{3}), "\"id\"") == 1);
  }

  TEST_CASE("others go on meanwhile, and what they do is undone with the rest") {
    host_with_past it;
    auto ann = it.joined("Ann");
    auto bob = it.joined("Bob");
    it.fill(*ann, 2);
    it.store.is_held = true;
    it.say(*ann, it.restore(3, 1));
    it.say(*bob, it.put(1, "b"));
    it.answer_all();
    it.store.is_held = false;
    CHECK(count_of(it.snapshot(), "\"id\"") == 1);
    CHECK(it.snapshot().find("\"e1\"") != std::string::npos);
  }

  TEST_CASE("who leaves before his restore is done has not done it") {
    host_with_past it;
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    auto bob = it.joined("Bob");
    it.store.is_held = true;
    it.say(*ann, it.restore(3, 0));
    ann->hang_up();
    it.loop.run();
    it.answer_all();
    it.store.is_held = false;
    CHECK(count_of(it.snapshot(), "\"id\"") == 2);
    // And others may look at the past.
    CHECK(count_of(it.snapshot_at(seq_number{1}), "\"id\"") == 1);
  }

  TEST_CASE("a restore whose past can't be read is to come again, and then is done") {
    collab::room_host_options options;
    options.bounds.history_requests = 1;
    host_with_past it{options};
    auto ann = it.joined("Ann");
    it.fill(*ann, 2);
    it.store.is_held = true;
    it.say(*ann, it.restore(3, 1));
    it.store.answer(absl::UnavailableError("away"));
    it.loop.run();
    CHECK(ann->heard() == lines{"op:reject 3 unavailable"});
    // Likewise when too many look at the past.
    it.host->snapshot_at("R", seq_number{0}, [](const absl::StatusOr<std::string>&) {});
    it.say(*ann, it.restore(3, 1));
    CHECK(ann->heard() == lines{"op:reject 3 unavailable"});
    it.answer_all();
    it.store.is_held = false;
    it.say(*ann, it.restore(3, 1));
    CHECK(ann->heard()[1] == "op:ack 3");
    CHECK(count_of(it.snapshot(), "\"id\"") == 1);
    it.say(*ann, it.restore(4, 77));
    CHECK(ann->heard() == lines{"op:reject 4 invalid_argument"});
  }

  TEST_CASE("a restored board is the same after the room was read again") {
    collab::room_host_options options;
    options.room_grace = 1s;
    host_with_past it{options};
    auto ann = it.joined("Ann");
    it.fill(*ann, 3);
    it.say(*ann, R"({"type":"canvas:clear","op":4})");
    it.say(*ann, it.restore(5, 2));
    it.say(*ann, R"({"type":"version:save","op":6,"name":"v"})");
    const std::string board = it.snapshot();
    ann->hang_up();
    it.loop.run();
    it.pass(2s);
    REQUIRE(it.host->statistics().rooms == 0);
    CHECK(it.snapshot() == board);
    auto bob = it.connect();
    bob->join("Bob");
    it.loop.run();
    CHECK(bob->texts.at(0).find(R"("versions":[{"seq":6,"name":"v",)") != std::string::npos);
  }
}
