// Cuts of the connection, wherever they come: every operation is answered once, and everybody
// ends with the same board.

#include <doctest/doctest.h>

#include "client_under_test.hpp"

using namespace collab_test;

namespace {

// Draws a stroke in pieces, ends it, and goes on working without waiting.
struct busy_hour {
  explicit busy_hour(participant& who) : ann{who} {
    auto stroke = ann->begin_stroke({.width = 3});
    for (int i = 0; i < 6; ++i) {
      REQUIRE(stroke.extend(curve(7, static_cast<float>(7 * i))).ok());
      ann.in.settle();
    }
    tickets.push_back(stroke.end());
    tickets.push_back(ann->put(rect("a")));
    tickets.push_back(ann->set("a", at_x(9)));
    ann.in.settle();
    tickets.push_back(ann->say("there"));
    tickets.push_back(ann->set("gone", at_x(1)));
    tickets.push_back(ann->put(rect("b")));
    tickets.push_back(ann->remove({"b"}));
    ann.in.settle();
  }
  void check() const {
    for (const auto& ticket : tickets) {
      CHECK(ann.answer(ticket) == (&ticket == &tickets[4] ? "NOT_FOUND" : "done"));
    }
    CHECK(ann->document().size() == 2);
    CHECK(x_of(*ann, "a") == 9);
    std::size_t points = 0;
    for (const collab::element* each : ann->document().elements()) {
      points += each->point_count();
    }
    CHECK(points == 42);
  }

  participant& ann;
  std::vector<absl::StatusOr<collab::operation_ticket>> tickets;
};

std::size_t strokes_of(const collab::client& board) {
  std::size_t count = 0;
  for (const collab::element* each : board.document().elements()) {
    count += each->kind() == collab::element_kind::stroke ? 1U : 0U;
  }
  return count;
}

// A server that remembers nobody who has left.
collab::room_host_options forgetful() {
  collab::room_host_options options;
  options.bounds.session_life = 0ms;
  return options;
}

}  // namespace

TEST_SUITE("client/resume") {
  TEST_CASE("a cut after any message that was sent loses nothing and does nothing twice") {
    for (int left = 0; left < 20; ++left) {
      CAPTURE(left);
      world in;
      participant& ann = in.joined("Ann");
      in.joined("Bob");
      ann.dial.orders.up_left = left;
      const busy_hour busy{ann};
      in.check_equal();
      busy.check();
      CHECK((left >= 16 || ann.dial.orders.connections == 2));
      CHECK(ann.hears.was_resumed == (ann.dial.orders.connections > 1));
    }
  }

  TEST_CASE("a cut after any message that came loses nothing and does nothing twice") {
    for (int left = 0; left < 16; ++left) {
      CAPTURE(left);
      world in;
      participant& ann = in.joined("Ann");
      participant& bob = in.joined("Bob");
      REQUIRE(bob->put(rect("c")).ok());
      in.settle();
      ann.dial.orders.down_left = left;
      const busy_hour busy{ann};
      REQUIRE(bob->remove({"c"}).ok());
      in.check_equal();
      busy.check();
    }
  }

  TEST_CASE("after a cut in a stroke only the points that the server lacks are sent again") {
    world in;
    participant& ann = in.joined("Ann");
    auto stroke = ann->begin_stroke();
    REQUIRE(stroke.extend(curve(1'000)).ok());
    in.settle();
    ann.cut();
    in.pass(2s);
    REQUIRE(ann->state() == collab::client_state::joined);
    const std::size_t before = ann.dial.orders.up_bytes;
    REQUIRE(stroke.extend(curve(1, 1'000)).ok());
    REQUIRE(stroke.end().ok());
    in.settle();
    CHECK(ann.dial.orders.up_bytes - before < 64);
    in.check_equal();
  }

  TEST_CASE("a refusal that is lost in a cut is told after it") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    ann.dial.orders.holds_down = true;
    const auto lost = ann->remove({"a"});
    const auto refused = ann->set("a", at_x(2));
    const auto taken = ann->put(rect("b"));
    in.settle();
    CHECK(shows(*bob, "b"));
    CHECK(ann.answer(refused) == "none");
    ann.dial.orders.holds_down = false;
    ann.cut();
    in.pass(2s);
    CHECK(ann.answer(lost) == "done");
    CHECK(ann.answer(refused) == "NOT_FOUND");
    CHECK(ann.answer(taken) == "done");
    CHECK(ann.hears.done[collab::to_integer(*lost)] == 2);
    CHECK(ann.hears.done[collab::to_integer(*taken)] == 3);
    in.check_equal();
  }

  TEST_CASE("an undo told in parts is not reached before the last of them") {
    for (int left = 1; left < 16; ++left) {
      CAPTURE(left);
      collab::room_host_options options;
      options.bounds.state_chunk_bytes = 1'024;
      world in{options};
      participant& bob = in.joined("Bob");
      for (int i = 0; i < 150; ++i) {
        REQUIRE(bob->put(rect("e" + std::to_string(i), i)).ok());
      }
      in.pass(2s);
      REQUIRE(bob->clear().ok());
      in.settle();
      participant& ann = in.joined("Ann");
      REQUIRE(ann->document().size() == 0);
      ann.dial.orders.down_left = left;
      const bool is_own = left % 2 == 0;
      const auto undone = is_own ? ann->undo() : bob->undo();
      in.settle();
      in.pass(3s);
      CHECK(ann->document().size() == 150);
      CHECK((is_own ? ann : bob).answer(undone) == "done");
      in.check_equal();
    }
  }

  TEST_CASE("a state that is cut off counts for nothing") {
    for (int left = 0; left < 12; ++left) {
      CAPTURE(left);
      collab::room_host_options options;
      options.bounds.state_chunk_bytes = 1'024;
      world in{options};
      participant& bob = in.joined("Bob");
      for (int i = 0; i < 150; ++i) {
        REQUIRE(bob->put(rect("e" + std::to_string(i), i)).ok());
      }
      in.pass(2s);
      participant& ann = in.add("Ann");
      const auto put = ann->put(rect("own"));
      const auto set = ann->set("e3", at_x(-3));
      ann.dial.orders.down_left = left;
      REQUIRE(ann->join("R").ok());
      in.settle();
      in.pass(3s);
      CHECK(ann.answer(put) == "done");
      CHECK(ann.answer(set) == "done");
      CHECK(ann->document().size() == 151);
      CHECK(x_of(*bob, "e3") == -3);
      in.check_equal();
    }
  }

  TEST_CASE("a server that is started anew is joined again, and strokes are begun again") {
    for (const bool has_ended : {false, true}) {
      CAPTURE(has_ended);
      world in;
      participant& ann = in.joined("Ann");
      in.joined("Bob");
      auto stroke = ann->begin_stroke();
      REQUIRE(stroke.extend(curve(20)).ok());
      in.settle();
      if (has_ended) {
        ann.dial.orders.holds_up = true;
        REQUIRE(stroke.end().ok());
        in.settle();
        ann.dial.orders.holds_up = false;
      }
      in.crash();
      in.pass(5s);
      if (!has_ended) {
        REQUIRE(stroke.extend(curve(20, 20)).ok());
        REQUIRE(stroke.end().ok());
      }
      in.check_equal();
      REQUIRE(ann->document().size() == 1);
      CHECK((*ann->document().elements().begin())->point_count() == (has_ended ? 20 : 40));
    }
  }

  TEST_CASE("what the room has ended by itself goes on as another stroke, with what follows") {
    collab::room_host_options options;
    options.bounds.orphan_stroke = 1'000ms;
    for (const bool has_ended : {false, true}) {
      CAPTURE(has_ended);
      world in{options};
      participant& ann = in.joined("Ann");
      participant& bob = in.joined("Bob");
      auto stroke = ann->begin_stroke();
      const collab::element_id first = stroke.id();
      REQUIRE(stroke.extend(curve(20)).ok());
      in.settle();
      ann.down();
      REQUIRE(stroke.extend(curve(10, 20)).ok());
      absl::StatusOr<collab::operation_ticket> end = absl::UnknownError("not ended");
      if (has_ended) {
        end = stroke.end();
        REQUIRE(ann->set(first, {{collab::property::opacity, 0.5}}).ok());
      }
      in.pass(40s);
      REQUIRE(bob->document().size() == 1);
      ann.up();
      in.pass(40s);
      if (!has_ended) {
        end = stroke.end();
      }
      in.check_equal();
      CHECK(ann.answer(end) == "done");
      REQUIRE(strokes_of(*ann) == 2);
      std::size_t points = 0;
      for (const collab::element* each : ann->document().elements()) {
        points += each->point_count();
        CHECK(std::get<double>(each->get(collab::property::opacity)) == (has_ended ? 0.5 : 1.0));
      }
      CHECK(points == 31);  // The last point of the first piece is in both.
    }
  }

  TEST_CASE("what the room ends while its author is there has its place in the order for him") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    auto stroke = ann->begin_stroke();
    REQUIRE(stroke.extend(curve(20)).ok());
    in.settle();
    in.host->shut_down([] {});
    in.settle();
    REQUIRE(ann->confirmed().size() == 1);
    CHECK(ann->confirmed().content_digest() == bob->confirmed().content_digest());
  }

  TEST_CASE("what the room has ended by itself goes on even where somebody has removed it since") {
    collab::room_host_options options;
    options.bounds.orphan_stroke = 1'000ms;
    for (const bool has_ended : {false, true}) {
      CAPTURE(has_ended);
      world in{options};
      participant& ann = in.joined("Ann");
      participant& bob = in.joined("Bob");
      auto stroke = ann->begin_stroke();
      const collab::element_id first = stroke.id();
      REQUIRE(stroke.extend(curve(20)).ok());
      in.settle();
      ann.down();
      REQUIRE(stroke.extend(curve(10, 20)).ok());
      absl::StatusOr<collab::operation_ticket> end = absl::UnknownError("not ended");
      if (has_ended) {
        end = stroke.end();
      }
      in.pass(40s, 1s);
      REQUIRE(bob->remove({first}).ok());
      in.settle();
      ann.up();
      in.pass(40s, 1s);
      if (!has_ended) {
        end = stroke.end();
      }
      in.check_equal();
      CHECK(ann.answer(end) == "done");
      REQUIRE(strokes_of(*bob) == 1);
      CHECK((*bob->document().elements().begin())->point_count() == 11);
    }
  }

  TEST_CASE("in another session what is seen to be done is not done again") {
    world in{forgetful()};
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(bob->put(rect("b")).ok());
    in.settle();
    ann.dial.orders.holds_down = true;
    const auto put = ann->put(rect("a"));
    const auto said = ann->say("once");
    const auto set = ann->set("b", at_x(4));
    const auto drawn = ann->put([] {
      collab::element stroke{"s", collab::element_kind::stroke, {}};
      REQUIRE(stroke.set_points(curve(9)).ok());
      return stroke;
    }());
    in.settle();
    CHECK(bob->document().size() == 3);
    ann.dial.orders.holds_down = false;
    ann.cut();
    in.pass(3s);
    CHECK_FALSE(ann.hears.was_resumed);
    CHECK(ann.answer(put) == "done");
    CHECK(ann.answer(said) == "done");
    CHECK(ann.answer(set) == "done");
    CHECK(ann.answer(drawn) == "done");
    CHECK(bob.hears.chat == std::vector<std::string>{"once"});
    in.check_equal();
  }

  TEST_CASE("in another session an undo that was sent is given up, and nobody knows") {
    world in{forgetful()};
    participant& ann = in.joined("Ann");
    REQUIRE(ann->put(rect("a")).ok());
    REQUIRE(ann->put(rect("b")).ok());
    in.settle();
    ann.dial.orders.holds_down = true;
    const auto undone = ann->undo();
    in.settle();
    ann.dial.orders.holds_down = false;
    ann.cut();
    in.pass(3s);
    CHECK(ann.answer(undone) == "ABORTED");
    CHECK(ann->document().size() == 1);
    in.check_equal();
  }

  TEST_CASE("in another session a stroke goes on after what the lost one has left") {
    for (const bool has_ended : {false, true}) {
      CAPTURE(has_ended);
      world in{forgetful()};
      participant& ann = in.joined("Ann");
      in.joined("Bob");
      auto stroke = ann->begin_stroke();
      REQUIRE(stroke.extend(curve(20)).ok());
      in.settle();
      ann.down();
      REQUIRE(stroke.extend(curve(10, 20)).ok());
      if (has_ended) {
        REQUIRE(stroke.end().ok());
      }
      in.pass(2s);
      ann.up();
      in.pass(30s);
      if (!has_ended) {
        REQUIRE(stroke.end().ok());
      }
      in.pass(80s, 1s);
      in.check_equal();
      CHECK(strokes_of(*ann) == 2);
    }
  }

  TEST_CASE("a clear done offline removes what was seen then, and nothing drawn since") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(bob->put(rect("old")).ok());
    in.settle();
    ann.down();
    const auto cleared = ann->clear();
    CHECK(ann->document().size() == 0);
    REQUIRE(bob->put(rect("new")).ok());
    in.pass(2s);
    ann.up();
    in.pass(30s);
    CHECK(ann.answer(cleared) == "done");
    CHECK(shows(*bob, "new"));
    CHECK_FALSE(shows(*bob, "old"));
    in.check_equal();
  }

  TEST_CASE("a clear that waits hides what was there when it was done, and not what comes") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(bob->put(rect("old")).ok());
    in.settle();
    ann.dial.orders.holds_up = true;
    REQUIRE(ann->clear().ok());
    REQUIRE(bob->put(rect("new")).ok());
    in.settle();
    CHECK_FALSE(shows(*ann, "old"));
    CHECK(shows(*ann, "new"));
    ann.dial.orders.holds_up = false;
    ann.dial.now->release();
    in.settle();
    CHECK(ann->document().size() == 0);
    in.check_equal();
  }

  TEST_CASE("an id that somebody else takes first stays his, with what is pending on it") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    ann.dial.orders.holds_up = true;
    const auto put = ann->put(rect("a", 1));
    const auto set = ann->set("a", {{collab::property::fill, collab::color{0xFF0000FF, false}}});
    collab::element text{"a", collab::element_kind::line, {}};
    REQUIRE(bob->put(text).ok());
    in.settle();
    CHECK(ann->document().find("a")->kind() == collab::element_kind::line);
    ann.dial.orders.holds_up = false;
    ann.dial.now->release();
    in.settle();
    CHECK(ann.answer(put) == "FAILED_PRECONDITION");
    CHECK(ann.answer(set) == "INVALID_ARGUMENT");
    in.check_equal();
  }

  TEST_CASE("a version whose answer was lost in a cut is saved once, and can be gone back to") {
    for (int left = -1; left < 8; ++left) {
      CAPTURE(left);
      collab::room_host_options options;
      options.bounds.state_chunk_bytes = 1'024;
      world in{options};
      participant& ann = in.joined("Ann");
      participant& bob = in.joined("Bob");
      for (int i = 0; i < 100; ++i) {
        REQUIRE(ann->put(rect("e" + std::to_string(i))).ok());
      }
      in.pass(2s);
      ann.dial.orders.holds_down = true;
      const auto saved = ann->save_version("first");
      in.settle();
      ann.dial.orders.holds_down = false;
      ann.cut();
      in.pass(2s);
      CHECK(ann.answer(saved) == "done");
      REQUIRE(ann->versions().size() == 1);
      REQUIRE(bob->versions().size() == 1);
      CHECK(bob->versions()[0].name == "first");
      REQUIRE(bob->clear().ok());
      in.settle();
      ann.dial.orders.down_left = left;
      const auto restored = ann->restore_version(ann->versions()[0].place.seq);
      in.settle();
      in.pass(3s);
      CHECK(ann.answer(restored) == "done");
      CHECK(ann->document().size() == 100);
      CHECK(bob->document().size() == 100);
      in.check_equal();
    }
  }
}
