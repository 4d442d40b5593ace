// tests/sim/minimise.hpp - how little of a failing run is needed to fail in the same way.

#ifndef COLLAB_TESTS_SIM_MINIMISE_HPP
#define COLLAB_TESTS_SIM_MINIMISE_HPP

#include <cstdint>
#include <string>

#include "sim/plan.hpp"
#include "sim/world.hpp"

namespace collab_sim {

struct minimised {
  plan_changes changes;
  run_result result;
  // How many runs it took.
  std::size_t runs = 0;
};

// Leaves out people, classes of faults and steps, as long as the same oracle fails. At most
// `runs_max` runs.
[[nodiscard]] minimised minimise(std::uint64_t seed, const plan_changes& from,
                                 const run_result& failed, std::size_t runs_max = 600);

// The arguments of collab-sim that replay it.
[[nodiscard]] std::string replay_arguments(std::uint64_t seed, const plan_changes& changes);

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_MINIMISE_HPP
