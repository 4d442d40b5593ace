// point_batching/simulated_link.hpp - a network that may be slower than what is sent on it.

#ifndef COLLAB_BENCH_POINT_BATCHING_SIMULATED_LINK_HPP
#define COLLAB_BENCH_POINT_BATCHING_SIMULATED_LINK_HPP

#include <algorithm>

#include "collab/core/clock.hpp"

namespace point_batching {

// A queue in front of a line that takes one message at a time, each for the same while: what
// messages cost is mostly the message, not its bytes. Nothing is lost.
class simulated_link {
 public:
  explicit simulated_link(collab::duration time_per_message)
      : time_per_message_{time_per_message} {}

  // Whether a message sent now would have to wait: what a host sees as a full send buffer.
  [[nodiscard]] bool is_behind(collab::instant now) const { return free_at_ > now; }

  // When everything sent so far has been taken.
  [[nodiscard]] collab::instant free_at() const { return free_at_; }

  // Queues a message and returns when it leaves.
  collab::instant send(collab::instant now) {
    const collab::instant leaves = std::max(now, free_at_);
    free_at_ = leaves + time_per_message_;
    return leaves;
  }

 private:
  collab::duration time_per_message_;
  collab::instant free_at_{};
};

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_SIMULATED_LINK_HPP
