// Work without a connection: how much may wait, how fast it is sent, and that it survives a
// crash of the application.

#include <doctest/doctest.h>

#include <algorithm>

#include "client_under_test.hpp"
#include "collab/client/detail/pending_keeper.hpp"

using namespace collab_test;

namespace {

long count_up(const participant& who, unsigned type) {
  return std::count(who.dial.orders.up.begin(), who.dial.orders.up.end(), type);
}

// Stops to keep anything after so many writes, as a process that is killed.
class dying_store final : public collab::pending_store {
 public:
  void save(std::string_view key, std::string_view bytes) override {
    if (left != 0) {
      left -= left > 0 ? 1 : 0;
      ++writes;
      kept.save(key, bytes);
    }
  }
  void load(absl::FunctionRef<void(std::string_view, std::string_view)> each) override {
    kept.load(each);
  }

  int left = -1;
  int writes = 0;
  collab::memory_pending_store kept;
};

}  // namespace

TEST_SUITE("client/offline") {
  TEST_CASE("work done offline is sent in order, no faster than the server takes it") {
    world in;
    participant& ann = in.joined("Ann");
    in.joined("Bob");
    ann.down();
    in.settle();
    for (int i = 0; i < 600; ++i) {
      REQUIRE(ann->put(rect("e" + std::to_string(i), i)).ok());
    }
    CHECK(ann->document().size() == 600);
    ann.up();
    while (ann->state() != collab::client_state::joined) {
      in.pass(10ms, 10ms);
    }
    CHECK(count_up(ann, 7) <= 202);
    in.pass(1s, 10ms);
    CHECK(count_up(ann, 7) >= 290);
    CHECK(count_up(ann, 7) <= 305);
    in.pass(4s, 10ms);
    CHECK(count_up(ann, 7) == 600);
    CHECK(ann->pending_count() == 0);
    CHECK(in.host->statistics().reads_slowed_total == 0);
    in.check_equal();
  }

  TEST_CASE("no more operations are on the way at once than the window holds") {
    world in;
    participant& ann = in.joined("Ann");
    ann.dial.orders.holds_down = true;
    for (int i = 0; i < 100; ++i) {
      REQUIRE(ann->put(rect("e" + std::to_string(i))).ok());
    }
    in.settle();
    CHECK(count_up(ann, 7) == 64);
    ann.dial.orders.holds_down = false;
    ann.dial.now->release();
    in.settle();
    CHECK(count_up(ann, 7) == 100);
    in.check_equal();
  }

  TEST_CASE("what is more than may wait is refused, and nothing of it is shown") {
    world in;
    participant& ann = in.add("Ann", nullptr, {.pending_operations_max = 3});
    REQUIRE(ann->put(rect("a")).ok());
    auto stroke = ann->begin_stroke();
    REQUIRE(stroke.is_open());
    REQUIRE(stroke.extend(curve(2)).ok());
    REQUIRE(ann->put(rect("b")).ok());
    CHECK(absl::IsResourceExhausted(ann->put(rect("c")).status()));
    CHECK_FALSE(ann->begin_stroke().is_open());
    CHECK(ann->document().size() == 2);
    CHECK(stroke.end().ok());  // Its place was kept.
    CHECK(ann->document().size() == 3);
    CHECK(ann->pending_count() == 3);

    participant& bob = in.add("Bob", nullptr, {.pending_bytes_max = 20'000});
    auto long_one = bob->begin_stroke();
    CHECK(long_one.extend(curve(1'000)).ok());
    CHECK(absl::IsResourceExhausted(long_one.extend(curve(1'000))));
    CHECK(bob->live_strokes()[0].points.size() == 1'000);
  }

  TEST_CASE("what the server would not take whoever asks is refused at once") {
    world in;
    participant& ann = in.joined("Ann");
    CHECK(absl::IsInvalidArgument(ann->put(rect("not an id")).status()));
    CHECK(absl::IsInvalidArgument(ann->set("a", {}).status()));
    CHECK(absl::IsInvalidArgument(ann->set("a", {{collab::property::opacity, 2.0}}).status()));
    CHECK(absl::IsInvalidArgument(ann->say("").status()));
    CHECK(absl::IsInvalidArgument(ann->say(std::string(2'001, 'x')).status()));
    CHECK(ann->say(std::string(2'000, 'x')).ok());
    CHECK(absl::IsInvalidArgument(ann->put(rect("a"), {.group = "not a group"}).status()));
    CHECK(absl::IsInvalidArgument(ann->put({"s", collab::element_kind::stroke, {}}).status()));
    auto stroke = ann->begin_stroke();
    CHECK(absl::IsInvalidArgument(stroke.extend(collab::point{.x = 2e6F})));
    CHECK(absl::IsNotFound(stroke.end().status()));
    CHECK(ann->pending_count() == 1);
    in.check_equal();
  }

  TEST_CASE("values lie on the grid at once, as everybody will see them") {
    world in;
    participant& ann = in.joined("Ann");
    REQUIRE(ann->put(rect("a", 1.04)).ok());
    CHECK(x_of(*ann, "a") == 1.0625);
    in.settle();
    in.check_equal();
  }

  TEST_CASE("a stroke longer than the server takes becomes several that meet") {
    world in;
    participant& ann = in.joined("Ann");
    in.joined("Bob");
    auto stroke = ann->begin_stroke();
    for (int i = 0; i < 5; ++i) {
      REQUIRE(stroke.extend(curve(5'000, static_cast<float>(5'000 * i))).ok());
      in.settle();
    }
    const auto end = stroke.end();
    in.pass(5s);
    CHECK(ann.answer(end) == "done");
    REQUIRE(ann->document().size() == 3);
    std::size_t points = 0;
    for (const collab::element* each : ann->document().elements()) {
      points += each->point_count();
    }
    CHECK(points == 25'002);
    in.check_equal();
  }

  TEST_CASE("work survives a crash of the application, and is done once") {
    // 0: before it was sent; 1: sent, the answer lost; 2: answered.
    for (int when = 0; when < 3; ++when) {
      CAPTURE(when);
      world in;
      collab::memory_pending_store store;
      participant& bob = in.joined("Bob");
      participant& ann = in.joined("Ann", &store);
      REQUIRE(ann->put(rect("first")).ok());
      in.settle();
      if (when == 0) {
        ann.down();
        in.settle();
      }
      ann.dial.orders.holds_down = when == 1;
      const auto put = ann->put(rect("a"));
      const auto undone = ann->set("a", at_x(7), {.group = "g"});
      auto stroke = ann->begin_stroke();
      REQUIRE(stroke.extend(curve(30)).ok());
      const auto drawn = stroke.end();
      in.settle();
      const std::vector<collab::operation_ticket> waiting = ann->pending_tickets();
      CHECK(waiting.size() == (when == 2 ? 0 : 3));
      ann.hears.changed.clear();
      ann.board.reset();
      in.settle();

      participant& again = in.add("Ann", &store);
      CHECK(again->pending_tickets() == waiting);
      CHECK(again->document().size() == (when == 2 ? 0 : 2));
      REQUIRE(again->join("R").ok());
      in.settle();
      in.pass(2s);
      if (when < 2) {
        CHECK(again.hears.was_resumed);
        CHECK(again.answer(put) == "done");
        CHECK(again.answer(undone) == "done");
        CHECK(again.answer(drawn) == "done");
      }
      CHECK(bob->document().size() == 3);
      CHECK(x_of(*bob, "a") == 7);
      CHECK(collab::to_integer(bob->seq()) == 4);
      const auto next = again->put(rect("next"));
      REQUIRE(next.ok());
      CHECK(collab::to_integer(*next) > collab::to_integer(*drawn));
      in.check_equal();
    }
  }

  TEST_CASE("a stroke that was being drawn when the application crashed ends where it was") {
    for (const bool was_online : {false, true}) {
      CAPTURE(was_online);
      world in;
      collab::memory_pending_store store;
      participant& bob = in.joined("Bob");
      participant& ann = in.joined("Ann", &store);
      if (!was_online) {
        ann.down();
        in.settle();
      }
      auto stroke = ann->begin_stroke();
      for (int i = 0; i < 4; ++i) {
        REQUIRE(stroke.extend(curve(5, static_cast<float>(5 * i))).ok());
        in.settle();
      }
      auto given_up = ann->begin_stroke();
      REQUIRE(given_up.extend(curve(5)).ok());
      in.settle();
      given_up.cancel();
      ann.board.reset();
      in.settle();
      participant& again = in.joined("Ann", &store);
      in.pass(1s);
      REQUIRE(bob->document().size() == 1);
      CHECK((*bob->document().elements().begin())->point_count() == 20);
      CHECK(bob->live_strokes().empty());
      again.board.reset();
      CHECK(store.size() == 1);  // Whose the next work is.
      in.check_equal();
    }
  }

  TEST_CASE("an application that crashes after any write has one whole set of work") {
    for (int left = 1; left < 40; ++left) {
      CAPTURE(left);
      world in{[] {
        collab::room_host_options options;
        options.bounds.session_life = 0ms;
        return options;
      }()};
      dying_store store;
      participant& bob = in.joined("Bob");
      participant& ann = in.add("Ann", &store);
      for (int i = 0; i < 3; ++i) {
        REQUIRE(ann->put(rect("a" + std::to_string(i))).ok());
      }
      store.left = left;
      REQUIRE(ann->join("R").ok());
      in.settle();
      ann.down();
      in.settle();
      for (int i = 0; i < 3 && store.left != 0; ++i) {
        REQUIRE(ann->put(rect("b" + std::to_string(i))).ok());
      }
      ann.up();
      in.pass(3s);
      ann.board.reset();
      store.left = -1;
      participant& again = in.add("Ann", &store);
      REQUIRE(again->join("R").ok());
      in.pass(2s);
      CHECK(again->pending_count() == 0);
      for (int i = 0; i < 3; ++i) {
        CHECK(shows(*bob, "a" + std::to_string(i)));
      }
      in.check_equal();
    }
  }

  TEST_CASE("a store of another room is left alone, and damage of it is not believed") {
    world in;
    collab::memory_pending_store store;
    participant& ann = in.joined("Ann", &store);
    ann.down();
    REQUIRE(ann->put(rect("a")).ok());
    ann.board.reset();
    participant& other = in.add("Ann", &store);
    CHECK(absl::IsFailedPrecondition(other->join("S")));
    other.board.reset();

    std::vector<std::pair<std::string, std::string>> all;
    store.load([&](std::string_view key, std::string_view bytes) { all.emplace_back(key, bytes); });
    REQUIRE(all.size() == 2);
    stepping_random random;
    for (int i = 0; i < 400; ++i) {
      collab::memory_pending_store damaged;
      for (auto [key, bytes] : all) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.next());
        bytes.resize(random.below(8) == 0 ? random.below(bytes.size()) + 1 : bytes.size());
        damaged.save(key, bytes);
      }
      participant& third = in.add("Ann", &damaged);
      CHECK(third->pending_count() <= 1);
      third.board.reset();
    }
  }
}
