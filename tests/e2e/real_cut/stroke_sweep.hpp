// e2e/real_cut/stroke_sweep.hpp - one stroke drawn through a connection that is cut once.

#ifndef COLLAB_TESTS_E2E_REAL_CUT_STROKE_SWEEP_HPP
#define COLLAB_TESTS_E2E_REAL_CUT_STROKE_SWEEP_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "e2e/real_cut/cut_world.hpp"

namespace collab_test {

inline constexpr std::size_t stroke_points = 1'000;

// Where the connection is cut, and what the hand does meanwhile.
struct cut_position {
  flow way = flow::up;
  // Of the messages of this way in the first connection, from 1; 0: nowhere.
  std::size_t message = 0;
  fate how = fate::cut_before;
  // The pen goes on while there is no connection; or waits.
  bool draws_on = false;
};

[[nodiscard]] std::string describe(const cut_position& at);

struct sweep_outcome {
  // Empty when the board is as it must be and everybody was told what he must be.
  std::string wrong;
  bool was_cut = false;
  // Went on with the session.
  bool was_resumed = false;
  // Messages of the first connection, both ways.
  std::size_t up = 0;
  std::size_t down = 0;
  // From the cut until all that was drawn by then had arrived: what the client sent again but for
  // the join, that, and how many bytes the points take that the server did not have.
  std::size_t resent_bytes = 0;
  std::size_t join_bytes = 0;
  std::size_t missing_points = 0;
  std::size_t missing_bytes = 0;
  // The messages that were sent again, type and bytes of each, to be shown with a failure.
  std::string resent;

  // Beyond the points that were missing.
  [[nodiscard]] long over() const {
    return static_cast<long>(resent_bytes) - static_cast<long>(missing_bytes);
  }
};

// Ann draws 1,000 points through the proxy, a message each until the cut, while Bob, without a
// proxy, draws as many; then the rest at once. `expected`: what elements() must be; empty to
// learn it.
[[nodiscard]] sweep_outcome draw_and_cut(cut_world& world, const cut_position& at,
                                         std::string& expected);

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_REAL_CUT_STROKE_SWEEP_HPP
