// tests/sim/plan.hpp - what a seed stands for: who is there, what they do how often, what fails.
//
// Everything is drawn anew for each seed, so that each run is of another kind: one with three
// people who only undo on a disk that refuses everything, one with eight and no fault at all.

#ifndef COLLAB_TESTS_SIM_PLAN_HPP
#define COLLAB_TESTS_SIM_PLAN_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "collab/client/client_options.hpp"
#include "collab/server/room_host.hpp"
#include "sim/disk_storage.hpp"
#include "sim/network.hpp"

namespace collab_sim {

// What one step does.
enum class action : std::uint8_t {
  begin_stroke,
  extend_stroke,
  end_stroke,
  cancel_stroke,
  put_shape,
  put_stroke,
  set_place,
  set_look,
  set_text,
  set_custom,
  set_if_seq,
  reorder,
  gesture,
  remove,
  clear,
  undo,
  redo,
  say,
  preview,
  move_cursor,
  host_message,
  update_member,
  save_version,
  restore_version,
  burst,
  hold_still,
  reconnect,
  leave,
  join,
  freeze_app,
  crash_app,
  cut,
  link_down,
  link_up,
  stop_reading,
  read_again,
  crash_server,
  start_server,
  shut_down_server,
  replace_server,
  storage_trouble,
  storage_well,
  wait_long,
};
inline constexpr std::size_t action_count = 43;

[[nodiscard]] std::string_view name_of(action what);
[[nodiscard]] std::optional<action> find_action(std::string_view name);

// What a run may leave out, to see whether a failure needs it.
enum class fault : std::uint8_t {
  cuts,
  partitions,
  slow_readers,
  server_crashes,
  power_losses,
  shut_downs,
  replacements,
  storage,
  app_crashes,
  freezes,
  departures,
  skew,
  small_limits,
  latency,
  stutters,
};
inline constexpr std::size_t fault_count = 15;

[[nodiscard]] std::string_view name_of(fault what);
[[nodiscard]] std::optional<fault> find_fault(std::string_view name);

// What the command line says beyond the seed.
struct plan_changes {
  std::optional<std::size_t> steps;
  std::optional<std::size_t> people;
  std::set<fault> without;
  std::set<action> without_actions;
  // Steps in which nothing is done.
  std::set<std::size_t> without_steps;
};

struct plan {
  std::uint64_t seed = 0;
  std::size_t steps = 400;
  std::size_t people = 2;
  // How heavy each action is.
  std::array<std::uint32_t, action_count> weights{};
  // Drawn all the same and then not done, so that all else stays as it was.
  std::array<bool, action_count> is_left_out{};
  std::set<std::size_t> steps_left_out;
  // A step is followed by up to this much time.
  duration pause_max = std::chrono::milliseconds{60};
  // How many of 1,000 operations belong to a group, and how many name ifSeq of the past.
  std::uint64_t grouped = 0;
  // How long a server that crashed stays away at most, and how long an app stays frozen.
  duration server_away_max = std::chrono::seconds{5};
  duration frozen_max = std::chrono::seconds{20};
  // How many of 1,000 crashes take the power with them, and how many resets are not heard.
  std::uint64_t power_loss = 300;
  std::uint64_t unheard = 200;
  std::chrono::milliseconds skew_max{5'000};
  // Whether apps keep what is pending, each.
  std::uint64_t with_store = 700;
  // Time in which everybody has to arrive once all is well.
  duration heal_max = std::chrono::hours{2};

  collab::room_host_options rooms;
  // Of every client: name, store and scope are his own.
  collab::client_options clients;
  network_options net;
  // While a disk is in trouble, and otherwise.
  storage_faults trouble;
  storage_faults well;
};

[[nodiscard]] plan make_plan(std::uint64_t seed, const plan_changes& changes = {});

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_PLAN_HPP
