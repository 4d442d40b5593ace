// A seed stands for one plan, and what is left out of it leaves the rest as it was.

#include "sim/plan.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace collab_sim;

TEST_SUITE_BEGIN("sim/plan");

TEST_CASE("every action and every fault has a name of its own") {
  for (std::size_t i = 0; i < action_count; ++i) {
    CHECK(find_action(name_of(static_cast<action>(i))) == static_cast<action>(i));
  }
  for (std::size_t i = 0; i < fault_count; ++i) {
    CHECK(find_fault(name_of(static_cast<fault>(i))) == static_cast<fault>(i));
  }
  CHECK_FALSE(find_action("dance").has_value());
  CHECK_FALSE(find_fault("meteor").has_value());
}

TEST_CASE("the same seed is the same plan, another one is another") {
  const plan a = make_plan(7);
  CHECK(make_plan(7).weights == a.weights);
  CHECK(make_plan(7).people == a.people);
  CHECK(make_plan(8).weights != a.weights);
}

TEST_CASE("what is left out leaves the rest as it was") {
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    CAPTURE(seed);
    const plan whole = make_plan(seed);
    plan_changes changes;
    changes.without = {fault::cuts, fault::latency};
    changes.without_actions = {action::undo};
    changes.steps = 17;
    changes.people = 3;
    const plan part = make_plan(seed, changes);
    CHECK(part.steps == 17);
    CHECK(part.people == 3);
    CHECK(part.is_left_out[static_cast<std::size_t>(action::cut)]);
    CHECK(part.is_left_out[static_cast<std::size_t>(action::undo)]);
    CHECK_FALSE(part.is_left_out[static_cast<std::size_t>(action::redo)]);
    CHECK(part.net.latency_max == std::chrono::milliseconds{2});
    CHECK(part.weights == whole.weights);
    CHECK(part.pause_max == whole.pause_max);
    CHECK(part.rooms.bounds.elements_per_room == whole.rooms.bounds.elements_per_room);
    CHECK(part.trouble.refuse == whole.trouble.refuse);
  }
}

TEST_CASE("seeds differ in people, limits and faults") {
  std::set<std::size_t> people;
  int small = 0;
  int quiet = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const plan made = make_plan(seed);
    people.insert(made.people);
    small += made.rooms.bounds.elements_per_room < 50'000 ? 1 : 0;
    quiet += made.weights[static_cast<std::size_t>(action::crash_server)] == 0 ? 1 : 0;
  }
  CHECK(people.size() == 8);
  CHECK(small > 20);
  CHECK(quiet > 5);
}

TEST_SUITE_END();
