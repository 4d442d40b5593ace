// What a client shows of what it does and of what others do, while nothing goes wrong.

#include <doctest/doctest.h>

#include "client_under_test.hpp"

using namespace collab_test;

TEST_SUITE("client") {
  TEST_CASE("what is done is shown at once, to others when the room has it, and is answered once") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    const auto put = ann->put(rect("a", 5));
    CHECK(shows(*ann, "a"));
    CHECK_FALSE(shows(*bob, "a"));
    CHECK(ann.answer(put) == "none");
    in.settle();
    CHECK(shows(*bob, "a"));
    CHECK(ann.answer(put) == "done");
    CHECK(ann->pending_count() == 0);
    in.check_equal();
  }

  TEST_CASE("a stroke is seen by others while it grows, and stays when it has ended") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    auto stroke = ann->begin_stroke({.width = 4});
    CHECK(stroke.extend(curve(10)).ok());
    in.settle();
    REQUIRE(bob->live_strokes().size() == 1);
    CHECK(bob->live_strokes()[0].points.size() == 10);
    CHECK(bob->live_strokes()[0].id == stroke.id());
    CHECK(stroke.extend(curve(20, 10)).ok());
    const auto end = stroke.end();
    in.settle();
    CHECK(ann.answer(end) == "done");
    CHECK(bob->live_strokes().empty());
    REQUIRE(bob->document().size() == 1);
    CHECK((*bob->document().elements().begin())->point_count() == 30);
    in.check_equal();
  }

  TEST_CASE("an own change stays on top of others' until it is answered, and the later one wins") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    ann.dial.orders.holds_up = true;
    REQUIRE(ann->set("a", at_x(1)).ok());
    REQUIRE(bob->set("a", {{collab::property::x, 2.0}, {collab::property::y, 7.0}}).ok());
    in.settle();
    CHECK(x_of(*ann, "a") == 1);
    CHECK(std::get<double>(ann->document().find("a")->get(collab::property::y)) == 7);
    CHECK(x_of(*bob, "a") == 2);
    ann.dial.orders.holds_up = false;
    ann.dial.now->release();
    in.settle();
    CHECK(x_of(*ann, "a") == 1);
    CHECK(x_of(*bob, "a") == 1);
    in.check_equal();
  }

  TEST_CASE("what the room refuses is taken back, and the reason is told") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    ann.dial.orders.holds_up = true;
    const auto set = ann->set("a", at_x(1));
    REQUIRE(bob->remove({"a"}).ok());
    in.settle();
    CHECK_FALSE(shows(*ann, "a"));
    ann.dial.orders.holds_up = false;
    ann.dial.now->release();
    in.settle();
    CHECK(ann.answer(set) == "NOT_FOUND");
    CHECK_FALSE(shows(*ann, "a"));
    in.check_equal();
  }
}
