// collab/ink/point_batcher.hpp - collects the points of a stroke until a message is worth it.
//
// Each message costs far more than the points in it. The batcher says when to send; it
// neither sends nor asks for the time.

#ifndef COLLAB_INK_POINT_BATCHER_HPP
#define COLLAB_INK_POINT_BATCHER_HPP

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/ink/point.hpp"

namespace collab {

struct point_batcher_options {
  // A batch is due when it has this many points; it never has more. At least 1.
  std::size_t points_max = 512;

  // A batch is due when the next point would make it larger; it never is, unless a single
  // point is. bytes_of says what a point adds after the one before it (itself, for the first
  // of a batch); null: sizeof(point).
  std::size_t bytes_max = 64 * 1024;
  std::size_t (*bytes_of)(const point& before, const point& sample) = nullptr;

  // A batch is due when its first point has waited this long. At least 0.
  duration interval = std::chrono::milliseconds{16};

  // Whether slow_down() and calm change the interval, and the bounds it stays in, which
  // must hold `interval` itself. Greater than 0.
  bool is_adaptive = false;
  duration interval_min = std::chrono::milliseconds{8};
  duration interval_max = std::chrono::milliseconds{250};

  // What slow_down() multiplies the interval by. At least 1.
  double stretch = 2;
  // By how many messages a second the rate rises for each `calm` without a slow_down(), which is
  // greater than 0.
  double rate_gain = 5;
  duration calm = std::chrono::milliseconds{250};
};

// Batches of one stroke at a time.
//
//   while (!samples.empty()) {
//     samples = samples.subspan(batcher.append(samples, now));
//     if (batcher.is_due(now)) send(batcher.take(now, batch), batch);
//   }
//   if (pen_is_up) { batcher.finish(); ... take what is due ... }
//   wake_me_at(batcher.deadline());
//
// The adaptive form raises the rate evenly while the network keeps up and divides it when it
// pushes back, as Chiu & Jain show to be stable and fair among many ("Analysis of the increase
// and decrease algorithms for congestion avoidance in computer networks", Computer Networks
// and ISDN Systems 17, 1989). The interval outlives a stroke.
//
// A sample that is not is_valid() is passed over as if it had not come; the points' own times
// are not looked at. A time earlier than one given before counts as that. There is no bound
// on the length of a stroke; equal points are all sent.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: one batch, at most points_max points, kept from batch to batch.
class point_batcher {
 public:
  explicit point_batcher(point_batcher_options options = {})
      : options_{options}, interval_{options.interval} {
    assert(options.points_max >= 1 && options.interval >= duration::zero());
    assert(!options.is_adaptive ||
           (options.interval_min > duration::zero() && options.interval_min <= options.interval &&
            options.interval <= options.interval_max && options.stretch >= 1 &&
            options.rate_gain >= 0 && options.calm > duration::zero()));
  }

  // Takes samples until the batch is full, and returns how many of `samples` that were. 0
  // only if a full batch, or the last of a stroke, is still to be taken, or `samples` is
  // empty. O(samples taken).
  [[nodiscard]] std::size_t append(std::span<const point> samples, instant now) {
    advance(now);
    if (is_ended_ && points_.empty()) {
      begin();
    }
    std::size_t taken = 0;
    for (; taken < samples.size() && !is_ended_ && !is_full_; ++taken) {
      const point& sample = samples[taken];
      if (!is_valid(sample)) {
        continue;
      }
      const std::size_t more = bytes_of(sample);
      if (!points_.empty() && (more > options_.bytes_max || bytes_ > options_.bytes_max - more)) {
        is_full_ = true;
        break;
      }
      if (points_.empty()) {
        since_ = now_;
      }
      points_.push_back(sample);
      bytes_ += more;
      is_full_ = points_.size() >= options_.points_max || bytes_ >= options_.bytes_max;
    }
    return taken;
  }

  // Ends the stroke: what is collected is due at once. The next append() after it is taken
  // begins another stroke; before that, append() takes nothing.
  void finish() noexcept { is_ended_ = true; }

  // Whether a batch is to be taken now. Never if nothing is collected.
  [[nodiscard]] bool is_due(instant now) const noexcept {
    return !points_.empty() && (is_full_ || is_ended_ || std::max(now, now_) >= deadline());
  }

  // When the batch is due if no more comes; instant::max() if nothing is collected.
  [[nodiscard]] instant deadline() const noexcept {
    if (points_.empty()) {
      return instant::max();
    }
    return is_full_ || is_ended_ ? since_ : since_ + interval_;
  }

  // Moves the batch, due or not, to the end of `out`, and returns the index in the stroke of
  // its first point. Invalid samples have no index. O(points).
  std::uint64_t take(instant now, std::vector<point>& out) {
    advance(now);
    const std::uint64_t first = taken_;
    out.insert(out.end(), points_.begin(), points_.end());
    taken_ += points_.size();
    points_.clear();
    bytes_ = 0;
    is_full_ = false;
    return first;
  }

  // The network does not keep up: stretches the interval, also that of the batch being
  // collected. Does nothing if not adaptive.
  void slow_down(instant now) {
    advance(now);
    if (options_.is_adaptive) {
      const double stretched = static_cast<double>(interval_.count()) * options_.stretch;
      interval_ = stretched < static_cast<double>(options_.interval_max.count())
                      ? duration{static_cast<duration::rep>(stretched)}
                      : options_.interval_max;
      calm_since_ = now_;
    }
  }

  // How long a batch's first point waits now.
  [[nodiscard]] duration interval() const noexcept { return interval_; }

 private:
  void begin() {
    is_ended_ = false;
    taken_ = 0;
  }

  [[nodiscard]] std::size_t bytes_of(const point& sample) const {
    if (options_.bytes_of == nullptr) {
      return sizeof(point);
    }
    return options_.bytes_of(points_.empty() ? sample : points_.back(), sample);
  }

  // Moves the time on, and shrinks the interval for each calm that has passed.
  void advance(instant now) {
    if (!has_time_) {
      has_time_ = true;
      now_ = calm_since_ = now;
      return;
    }
    now_ = std::max(now_, now);
    if (!options_.is_adaptive) {
      return;
    }
    const auto calms = (now_ - calm_since_) / options_.calm;
    if (calms == 0) {
      return;
    }
    calm_since_ += calms * options_.calm;
    const std::chrono::duration<double> seconds = interval_;
    const double rate = 1 / seconds.count() + options_.rate_gain * static_cast<double>(calms);
    const auto shrunk =
        std::chrono::duration_cast<duration>(std::chrono::duration<double>{1 / rate});
    interval_ = std::max(shrunk, options_.interval_min);
  }

  point_batcher_options options_;
  std::vector<point> points_;
  std::size_t bytes_ = 0;
  // How many points of the stroke have been taken.
  std::uint64_t taken_ = 0;
  bool is_full_ = false;
  bool is_ended_ = false;
  bool has_time_ = false;
  duration interval_;
  // The latest time given, when the batch began, and when the calm did.
  instant now_{};
  instant since_{};
  instant calm_since_{};
};

}  // namespace collab

#endif  // COLLAB_INK_POINT_BATCHER_HPP
