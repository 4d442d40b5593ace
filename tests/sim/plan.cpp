// tests/sim/plan.cpp

#include "sim/plan.hpp"

#include <algorithm>
#include <chrono>

#include "sim/seeded_random.hpp"

namespace collab_sim {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view action_names[] = {"begin_stroke",
                                             "extend_stroke",
                                             "end_stroke",
                                             "cancel_stroke",
                                             "put_shape",
                                             "put_stroke",
                                             "set_place",
                                             "set_look",
                                             "set_text",
                                             "set_custom",
                                             "set_if_seq",
                                             "reorder",
                                             "gesture",
                                             "remove",
                                             "clear",
                                             "undo",
                                             "redo",
                                             "say",
                                             "preview",
                                             "move_cursor",
                                             "host_message",
                                             "update_member",
                                             "save_version",
                                             "restore_version",
                                             "burst",
                                             "hold_still",
                                             "reconnect",
                                             "leave",
                                             "join",
                                             "freeze_app",
                                             "crash_app",
                                             "cut",
                                             "link_down",
                                             "link_up",
                                             "stop_reading",
                                             "read_again",
                                             "crash_server",
                                             "start_server",
                                             "shut_down_server",
                                             "replace_server",
                                             "storage_trouble",
                                             "storage_well",
                                             "wait_long"};
static_assert(std::size(action_names) == action_count);

constexpr std::string_view fault_names[] = {
    "cuts",       "partitions",   "slow_readers", "server_crashes", "power_losses",
    "shut_downs", "replacements", "storage",      "app_crashes",    "freezes",
    "departures", "skew",         "small_limits", "latency",        "stutters"};
static_assert(std::size(fault_names) == fault_count);

// How heavy each action is in the mean.
constexpr std::uint32_t usual_weights[] = {
    60, 260, 60, 8,  60, 20, 90, 40, 30, 10, 15, 20, 20, 30, 3, 45, 30, 15, 15, 30, 8, 4,
    6,  4,   3,  20, 4,  4,  8,  4,  4,  12, 6,  12, 3,  6,  5, 20, 2,  2,  6,  12, 3};
static_assert(std::size(usual_weights) == action_count);

void draw_weights(plan& to, seeded_random& random) {
  // Some actions not at all, some far more often than others.
  for (std::size_t i = 0; i < action_count; ++i) {
    const std::uint64_t how = random.below(10);
    to.weights[i] = how == 0   ? 0
                    : how == 1 ? usual_weights[i] * 6
                    : how < 5  ? usual_weights[i] / 2 + 1
                               : usual_weights[i];
  }
  const auto at_least = [&to](action what, std::uint32_t weight) {
    std::uint32_t& held = to.weights[static_cast<std::size_t>(what)];
    held = std::max(held, weight);
  };
  // What was made worse gets better again.
  at_least(action::link_up, 4);
  at_least(action::read_again, 4);
  at_least(action::start_server, 10);
  at_least(action::storage_well, 4);
  at_least(action::join, 4);
  at_least(action::put_shape, 10);
}

void draw_limits(plan& to, seeded_random& random, bool small) {
  collab::limits& bounds = to.rooms.bounds;
  bounds.orphan_stroke = milliseconds{random.one_of({500, 5'000, 60'000})};
  bounds.digest_interval = milliseconds{random.one_of({50, 400, 4'000})};
  to.rooms.room_grace = milliseconds{random.one_of({0, 300, 5'000, 60'000})};
  to.rooms.retry_after = milliseconds{random.one_of({0, 200, 1'000})};
  to.rooms.default_scope = random.chance(500) ? collab::undo_scope::room : collab::undo_scope::mine;
  to.rooms.shut_down_deadline = milliseconds{random.one_of({500, 8'000})};
  if (!small) {
    return;
  }
  const auto maybe = [&random](std::uint64_t& held, std::initializer_list<std::uint64_t> values) {
    if (random.chance(300)) {
      held = random.one_of(values);
    }
  };
  maybe(bounds.points_per_message, {2, 8, 64});
  maybe(bounds.points_per_stroke, {3, 20, 200});
  maybe(bounds.elements_per_room, {5, 40, 300});
  maybe(bounds.undo_depth, {0, 1, 3, 20});
  maybe(bounds.undo_users_per_room, {1, 2});
  maybe(bounds.live_strokes_per_member, {1, 2});
  maybe(bounds.chat_history, {1, 5});
  maybe(bounds.operations_in_flight, {1, 5, 50});
  maybe(bounds.outcomes_per_session, {64, 200});
  maybe(bounds.sessions_per_room, {1, 3, 10});
  maybe(bounds.resume_events, {0, 3, 30});
  maybe(bounds.resume_bytes, {0, 1'000, 20'000});
  maybe(bounds.state_chunk_bytes, {1'024, 2'000, 8'000});
  maybe(bounds.operations_per_second, {5, 20});
  maybe(bounds.operations_burst, {5, 20});
  maybe(bounds.previews_per_second, {10, 60});
  maybe(bounds.bytes_per_second, {4'000, 30'000});
  maybe(bounds.output_queue_bytes, {2'000, 20'000});
  maybe(bounds.ids_per_connection, {1, 2, 8});
  maybe(bounds.members_per_room, {2, 5});
  if (random.chance(200)) {
    bounds.session_life = milliseconds{random.one_of({2'000, 30'000})};
  }
  if (random.chance(200)) {
    to.clients.pending_operations_max = random.one_of<std::size_t>({3, 20, 200});
  }
  if (random.chance(150)) {
    to.clients.pending_bytes_max = random.one_of<std::size_t>({4'000, 60'000});
  }
  if (random.chance(200)) {
    to.clients.window = random.one_of<std::size_t>({1, 2, 8});
  }
}

void draw_network(plan& to, seeded_random& random, bool slow) {
  to.net.stutter = random.one_of<std::uint64_t>({0, 0, 30, 300});
  to.net.silence = to.rooms.bounds.silence;
  if (!slow) {
    to.net.latency_max = 2ms;
    return;
  }
  to.net.latency_max = milliseconds{random.one_of({3, 40, 300, 2'000})};
  to.net.bytes_per_second = random.one_of<std::uint64_t>({0, 0, 200'000, 20'000});
  to.net.window_bytes = random.one_of<std::size_t>({2'000, 16'000, 64 * 1024});
}

void draw_storage(plan& to, seeded_random& random) {
  to.well.usual_max = milliseconds{random.one_of({1, 6, 50})};
  to.trouble = to.well;
  to.trouble.refuse = random.one_of<std::uint64_t>({0, 50, 500});
  to.trouble.unknown = random.one_of<std::uint64_t>({0, 50, 300});
  to.trouble.fail_sync = random.one_of<std::uint64_t>({0, 50, 300});
  to.trouble.full = random.one_of<std::uint64_t>({0, 0, 50, 300});
  to.trouble.slow = random.one_of<std::uint64_t>({0, 100, 500});
  to.trouble.slow_max = milliseconds{random.one_of({300, 3'000, 20'000})};
}

void leave_out(plan& from, const plan_changes& changes) {
  const auto without = [&](fault what, std::initializer_list<action> actions) {
    if (changes.without.contains(what)) {
      for (const action each : actions) {
        from.is_left_out[static_cast<std::size_t>(each)] = true;
      }
    }
  };
  without(fault::cuts, {action::cut, action::reconnect});
  without(fault::partitions, {action::link_down});
  without(fault::slow_readers, {action::stop_reading});
  without(fault::server_crashes, {action::crash_server});
  without(fault::shut_downs, {action::shut_down_server});
  without(fault::replacements, {action::replace_server});
  without(fault::storage, {action::storage_trouble});
  without(fault::app_crashes, {action::crash_app});
  without(fault::freezes, {action::freeze_app});
  without(fault::departures, {action::leave});
  for (const action each : changes.without_actions) {
    from.is_left_out[static_cast<std::size_t>(each)] = true;
  }
  if (changes.without.contains(fault::power_losses)) {
    from.power_loss = 0;
  }
  if (changes.without.contains(fault::stutters)) {
    from.net.stutter = 0;
  }
  if (changes.without.contains(fault::skew)) {
    from.skew_max = milliseconds{0};
  }
  from.steps_left_out = changes.without_steps;
}

}  // namespace

std::string_view name_of(action what) { return action_names[static_cast<std::size_t>(what)]; }
std::string_view name_of(fault what) { return fault_names[static_cast<std::size_t>(what)]; }

std::optional<action> find_action(std::string_view name) {
  const auto found = std::find(std::begin(action_names), std::end(action_names), name);
  return found != std::end(action_names)
             ? std::optional{static_cast<action>(found - std::begin(action_names))}
             : std::nullopt;
}
std::optional<fault> find_fault(std::string_view name) {
  const auto found = std::find(std::begin(fault_names), std::end(fault_names), name);
  return found != std::end(fault_names)
             ? std::optional{static_cast<fault>(found - std::begin(fault_names))}
             : std::nullopt;
}

// Every part has a generator of its own, so that leaving one thing out leaves the rest as it was.
plan make_plan(std::uint64_t seed, const plan_changes& changes) {
  seeded_random random{seed};
  plan made;
  made.seed = seed;
  seeded_random people = random.split();
  seeded_random weights = random.split();
  seeded_random bounds = random.split();
  seeded_random net = random.split();
  seeded_random store = random.split();
  seeded_random rest = random.split();

  made.people = changes.people.value_or(people.between(1, 8));
  made.steps = changes.steps.value_or(made.steps);
  draw_weights(made, weights);
  draw_limits(made, bounds, !changes.without.contains(fault::small_limits));
  draw_network(made, net, !changes.without.contains(fault::latency));
  draw_storage(made, store);
  made.clients.bounds = made.rooms.bounds;

  made.pause_max = milliseconds{rest.one_of({5, 60, 60, 400, 3'000})};
  // The naive model knows no depth of undo, see there.
  made.grouped = made.rooms.bounds.undo_depth < 1'000 || made.rooms.bounds.undo_users_per_room < 8
                     ? 0
                     : rest.one_of<std::uint64_t>({0, 100, 500});
  made.server_away_max = milliseconds{rest.one_of({100, 5'000, 60'000})};
  made.frozen_max = milliseconds{rest.one_of({500, 20'000, 90'000})};
  made.power_loss = rest.one_of<std::uint64_t>({0, 300, 1'000});
  made.unheard = rest.one_of<std::uint64_t>({0, 200, 800});
  made.with_store = rest.one_of<std::uint64_t>({0, 700, 1'000});
  leave_out(made, changes);
  return made;
}

}  // namespace collab_sim
