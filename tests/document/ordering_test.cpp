#include "collab/document/ordering.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {

collab::unix_time at(std::int64_t ms) { return collab::unix_time{std::chrono::milliseconds{ms}}; }

// Every order of these writes ends with the same value: that of the greatest stamp.
template <typename Order>
void check_register(std::vector<typename Order::stamp> rising) {
  std::vector<std::size_t> order(rising.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  do {
    collab::last_writer_register<std::size_t, Order> held;
    for (const std::size_t i : order) {
      held.set(i, rising[i]);
      CHECK_FALSE(held.set(99, rising[i]));
    }
    REQUIRE(held.value() == rising.size() - 1);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace

TEST_SUITE("document/ordering") {
  TEST_CASE("a register under each of the orderings keeps the write of the greatest stamp") {
    collab::arrival_counter counter;
    std::vector<collab::seq_number> arrived;
    for (int i = 0; i < 5; ++i) {
      arrived.push_back(counter.tick());
    }
    CHECK(arrived.front() == collab::seq_number{1});
    CHECK(counter.last() == collab::seq_number{5});
    check_register<collab::arrival_order>(arrived);
    check_register<collab::timestamp_then_id>(
        {{at(-5), "z"}, {at(1), "a"}, {at(1), "b"}, {at(2), "a"}, {at(2), "\xc3\xa9"}});
    check_register<collab::lamport_order>({{1, "z"}, {2, "B"}, {2, "a"}, {3, ""}, {3, "a"}});
  }

  TEST_CASE("one actor's stamps rise, also while the clock stands or is set back") {
    collab::timestamp_clock clock{"ann"};
    CHECK(clock.tick(at(100)) == collab::timed_stamp{at(100), "ann"});
    CHECK(clock.tick(at(100)) == collab::timed_stamp{at(101), "ann"});
    CHECK(clock.tick(at(50)) == collab::timed_stamp{at(102), "ann"});
    CHECK(clock.observe(at(500)));
    CHECK(clock.observe(at(400)));
    CHECK(clock.tick(at(103)) == collab::timed_stamp{at(501), "ann"});
    CHECK(clock.tick(at(1'000)) == collab::timed_stamp{at(1'000), "ann"});
    CHECK(clock.observe(collab::timestamp_clock::time_max));
    CHECK_FALSE(clock.observe(collab::timestamp_clock::time_max + std::chrono::milliseconds{1}));
    CHECK(clock.last() == collab::timestamp_clock::time_max);
  }

  TEST_CASE("a Lamport stamp is later than all that its writer had seen") {
    collab::lamport_clock ann{"ann"};
    collab::lamport_clock bob{"bob"};
    const collab::lamport_stamp first = ann.tick();
    const collab::lamport_stamp concurrent = bob.tick();
    CHECK(first == collab::lamport_stamp{1, "ann"});
    CHECK(concurrent == collab::lamport_stamp{1, "bob"});
    const collab::lamport_stamp second = ann.tick();
    CHECK(bob.observe(second));
    const collab::lamport_stamp answer = bob.tick();
    const collab::lamport_order before;
    CHECK(before(first, concurrent));
    CHECK(before(second, answer));
    CHECK(bob.observe(first));
    CHECK(bob.last() == answer.count);
    CHECK(bob.observe({collab::lamport_clock::count_max - 1, "eve"}));
    CHECK_FALSE(bob.observe({collab::lamport_clock::count_max, "eve"}));
    CHECK(bob.tick().count == collab::lamport_clock::count_max);
  }
}
