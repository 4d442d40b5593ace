// collab/ink/distance_filter.hpp - drops samples that lie too near to the one before.
//
// Pointers report more often than they move. The filter thins a stroke before it is sent;
// gap_interpolator is the opposite step, before it is drawn.

#ifndef COLLAB_INK_DISTANCE_FILTER_HPP
#define COLLAB_INK_DISTANCE_FILTER_HPP

#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

struct distance_filter_options {
  // Samples nearer than this to the last kept one are dropped, in the unit of the
  // coordinates. At least 0; 0 keeps everything.
  float distance_min = 1.0F;
};

// A streaming filter for one stroke at a time.
//
//   distance_filter filter;
//   filter.append(samples, kept);   // for each batch of samples
//   filter.finish(kept);            // at pen up
//
// The first and the last sample of a stroke are always kept.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own; `out` grows by at most the number of samples.
class distance_filter {
 public:
  explicit distance_filter(distance_filter_options options = {}) : options_{options} {}

  // Adds what is kept of `samples` to the end of `out`. O(samples).
  void append(std::span<const point> samples, std::vector<point>& out) {
    const float least = options_.distance_min * options_.distance_min;
    for (const point& sample : samples) {
      const float dx = sample.x - kept_.x;
      const float dy = sample.y - kept_.y;
      latest_ = sample;
      is_latest_kept_ = !has_begun_ || !(dx * dx + dy * dy < least);
      if (is_latest_kept_) {
        out.push_back(sample);
        kept_ = sample;
        has_begun_ = true;
      }
    }
  }

  // Ends the stroke: adds its last sample if that was dropped, and is ready for another.
  void finish(std::vector<point>& out) {
    if (has_begun_ && !is_latest_kept_) {
      out.push_back(latest_);
    }
    has_begun_ = false;
  }

 private:
  distance_filter_options options_;
  bool has_begun_ = false;
  bool is_latest_kept_ = false;
  point kept_;
  point latest_;
};

}  // namespace collab

#endif  // COLLAB_INK_DISTANCE_FILTER_HPP
