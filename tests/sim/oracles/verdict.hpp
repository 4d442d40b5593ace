// tests/sim/oracles/verdict.hpp - what an oracle says.

#ifndef COLLAB_TESTS_SIM_ORACLES_VERDICT_HPP
#define COLLAB_TESTS_SIM_ORACLES_VERDICT_HPP

#include <optional>
#include <string>

namespace collab_sim {

// What is wrong; nothing when all is well.
using verdict = std::optional<std::string>;

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_VERDICT_HPP
