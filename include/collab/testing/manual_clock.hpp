// collab/testing/manual_clock.hpp - a clock that moves only when told to.
//
// Installed with the SDK so applications can test their own timeouts without sleeping.

#ifndef COLLAB_TESTING_MANUAL_CLOCK_HPP
#define COLLAB_TESTING_MANUAL_CLOCK_HPP

#include <atomic>
#include <cassert>

#include "collab/core/clock.hpp"

namespace collab::testing {

// Starts at steady time 0 and at 2020-01-01T00:00:00Z; both parts advance together.
//
// Threads: safe to share.
class manual_clock final : public clock {
 public:
  [[nodiscard]] moment now() const noexcept override {
    const duration elapsed{ticks_.load(std::memory_order_acquire)};
    return {instant{elapsed}, unix_time{std::chrono::milliseconds{1'577'836'800'000}} +
                                  std::chrono::floor<std::chrono::milliseconds>(elapsed)};
  }

  // Requires: step >= 0. Time never goes backwards.
  void advance(duration step) noexcept {
    assert(step >= duration::zero());
    ticks_.fetch_add(step.count(), std::memory_order_acq_rel);
  }

 private:
  std::atomic<duration::rep> ticks_{0};
};

}  // namespace collab::testing

#endif  // COLLAB_TESTING_MANUAL_CLOCK_HPP
