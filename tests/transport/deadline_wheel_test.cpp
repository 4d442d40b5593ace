#include "transport/deadline_wheel.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <vector>

using collab::deadline_entry;
using collab::deadline_wheel;

namespace {

struct entry final : deadline_entry {
  void expire() override {
    ++expired;
    if (then) {
      then();
    }
  }
  int expired = 0;
  std::function<void()> then;
};

void advance(deadline_wheel& wheel, int ticks) {
  for (int tick = 0; tick < ticks; ++tick) {
    wheel.advance();
  }
}

}  // namespace

TEST_SUITE("transport/deadline_wheel") {
  TEST_CASE("an entry expires in its tick and not before, within a round and beyond") {
    for (const int delay : {1, 2, 255, 256, 257, 1000}) {
      CAPTURE(delay);
      deadline_wheel wheel;
      entry one;
      wheel.set(one, static_cast<collab::wheel_tick>(delay));
      advance(wheel, delay - 1);
      CHECK(one.expired == 0);
      wheel.advance();
      CHECK(one.expired == 1);
      advance(wheel, 600);
      CHECK(one.expired == 1);
    }
  }

  TEST_CASE("a deadline that is past comes in the next tick") {
    deadline_wheel wheel;
    advance(wheel, 10);
    entry one;
    wheel.set(one, 3);
    wheel.advance();
    CHECK(one.expired == 1);
  }

  TEST_CASE("a deadline may be moved and dropped") {
    deadline_wheel wheel;
    entry moved;
    entry dropped;
    wheel.set(moved, 2);
    wheel.set(dropped, 2);
    wheel.set(moved, 5);
    wheel.drop(dropped);
    advance(wheel, 4);
    CHECK(moved.expired == 0);
    advance(wheel, 1);
    CHECK(moved.expired == 1);
    CHECK(dropped.expired == 0);
  }

  TEST_CASE("an entry that expires may set itself again and destroy others") {
    deadline_wheel wheel;
    entry again;
    auto victim = std::make_unique<entry>();
    auto later = std::make_unique<entry>();
    again.then = [&] {
      wheel.set(again, wheel.now() + 256);
      victim.reset();
      later.reset();
    };
    wheel.set(again, 1);
    wheel.set(*victim, 1);
    wheel.set(*later, 257);
    wheel.advance();
    advance(wheel, 255);
    CHECK(again.expired == 1);
    wheel.advance();
    CHECK(again.expired == 2);
  }

  TEST_CASE("entries and wheel may be destroyed in any order") {
    entry survivor;
    entry other;
    {
      deadline_wheel wheel;
      entry inner;
      wheel.set(survivor, 5);
      wheel.set(other, 5);
      wheel.set(inner, 5);
    }
    CHECK(survivor.expired == 0);
  }
}
