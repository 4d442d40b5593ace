// e2e/real_cut/pipelined_work.hpp - operations of every sort, sent one behind the other through a
// connection to which something happens.

#ifndef COLLAB_TESTS_E2E_REAL_CUT_PIPELINED_WORK_HPP
#define COLLAB_TESTS_E2E_REAL_CUT_PIPELINED_WORK_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "e2e/real_cut/cut_world.hpp"

namespace collab_test {

// What is done to the messages of the author's connections, the first of which is 0; besides,
// `kills` is set where the server is to be killed after the message.
using misfortune = std::function<fate(const passing_message& each, bool& kills)>;

struct work_outcome {
  // Empty when every operation has one outcome and it is the right one, and the board, the talk
  // and what the others see are as they must be.
  std::string wrong;
  // Messages of the first connection, both ways; the types of those of the author.
  std::size_t up = 0;
  std::size_t down = 0;
  std::vector<unsigned> up_types;
  std::vector<unsigned> down_types;
  std::size_t resumes = 0;
  std::size_t gaps = 0;
  std::size_t stroke_gaps = 0;
  bool was_hit = false;
};

// Ann draws a stroke of 40 points, ends it, and without waiting puts two elements, changes one,
// changes Bob's on a condition that does not hold (which is refused), removes another of his,
// takes that back, and says something; then waits for all answers.
[[nodiscard]] work_outcome do_work(cut_world& world, const misfortune& what, std::string& expected);

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_REAL_CUT_PIPELINED_WORK_HPP
