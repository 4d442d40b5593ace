// collab/core/token_bucket.hpp - how much of something may be done in a time.
//
// For rates of messages, operations and bytes. It never refuses: it says how long to
// wait, and the caller reads slower or drops.

#ifndef COLLAB_CORE_TOKEN_BUCKET_HPP
#define COLLAB_CORE_TOKEN_BUCKET_HPP

#include <algorithm>

#include "collab/core/clock.hpp"

namespace collab {

// A bucket of tokens that refills at a constant rate and may go into debt.
//
// Threads: distinct objects, safe; one object, one thread at a time.
class token_bucket {
 public:
  // Starts full. Requires: rate > 0 tokens a second, burst > 0 tokens.
  token_bucket(double rate, double burst, instant now)
      : rate_{rate}, burst_{burst}, tokens_{burst}, refilled_{now} {}

  // Takes `count` tokens whether they are there or not. O(1).
  void take(double count, instant now) {
    refill(now);
    tokens_ -= count;
  }

  // Takes `count` tokens if they are there; otherwise takes nothing and returns false.
  [[nodiscard]] bool try_take(double count, instant now) {
    refill(now);
    if (tokens_ < count) {
      return false;
    }
    tokens_ -= count;
    return true;
  }

  // How long until the debt is paid; zero when there is none.
  [[nodiscard]] duration debt(instant now) {
    refill(now);
    if (tokens_ >= 0) {
      return duration::zero();
    }
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(-tokens_ / rate_)) +
           duration{1};
  }

 private:
  void refill(instant now) {
    const std::chrono::duration<double> elapsed = now - refilled_;
    tokens_ = std::min(burst_, tokens_ + elapsed.count() * rate_);
    refilled_ = now;
  }

  double rate_;
  double burst_;
  double tokens_;
  instant refilled_;
};

}  // namespace collab

#endif  // COLLAB_CORE_TOKEN_BUCKET_HPP
