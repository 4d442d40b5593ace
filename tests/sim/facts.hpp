// tests/sim/facts.hpp - what is known of a run, for the oracles, and the first thing that was
// wrong.

#ifndef COLLAB_TESTS_SIM_FACTS_HPP
#define COLLAB_TESTS_SIM_FACTS_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/oracles/acknowledged_once.hpp"
#include "sim/oracles/bounds_kept.hpp"
#include "sim/oracles/no_return.hpp"
#include "sim/oracles/output_gate.hpp"
#include "sim/oracles/stroke_growth.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/plan.hpp"
#include "sim/room_log.hpp"
#include "sim/timeline.hpp"
#include "sim/trace.hpp"

namespace collab_sim {

// What a run came to.
struct violation {
  // The number of the oracle; 0: the simulator itself.
  int oracle = 0;
  std::string what;
};

struct facts {
  facts(const plan& by, const timeline& when, std::FILE* out)
      : log{{.history = {.undo_depth = by.rooms.bounds.undo_depth,
                         .undo_users_max = by.rooms.bounds.undo_users_per_room},
             .document = {.tombstones_max = by.rooms.bounds.tombstones_per_room}}},
        traced{out},
        time{when} {}

  // The first violation counts: what comes after it may follow from it.
  void hold(int oracle, verdict said) {
    if (said.has_value() && !wrong.has_value()) {
      note("wrong", static_cast<std::uint64_t>(oracle), *said);
      wrong = violation{oracle, *std::move(said)};
    }
  }
  void note(std::string_view what, std::uint64_t whom, std::string_view detail = {}) {
    traced.note(time.now().time_since_epoch().count(), what, whom, detail);
  }

  room_log log;
  acknowledged_once answers;
  stroke_growth strokes;
  no_return there;
  bounds_kept bounds;
  output_gate gate;
  std::optional<violation> wrong;
  trace traced;
  const timeline& time;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_FACTS_HPP
