// collab/ink/gap_interpolator.hpp - fills the gaps that a fast pointer leaves.
//
// Draws evenly spaced points on the straight line between samples that lie far apart, so
// that a brush can be stamped along the stroke. For drawing only: what is filled in is
// never sent or stored.

#ifndef COLLAB_INK_GAP_INTERPOLATOR_HPP
#define COLLAB_INK_GAP_INTERPOLATOR_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

struct gap_interpolator_options {
  // Neighbours farther apart than this get points in between, no two of which are
  // farther apart, in the unit of the coordinates. Greater than 0.
  float distance_max = 8.0F;

  // Most points put into one gap; beyond it they lie farther apart than distance_max.
  std::size_t points_per_gap_max = 1024;
};

// A streaming interpolator for one stroke at a time.
//
//   gap_interpolator fill{{.distance_max = 8.0F}};
//   fill.append(samples, smooth);   // for each batch of samples
//   fill.finish(smooth);            // at pen up
//
// Every sample is in the output; position, pressure and time are interpolated linearly.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class gap_interpolator {
 public:
  explicit gap_interpolator(gap_interpolator_options options = {}) : options_{options} {}

  // Adds `samples` and what lies between them to the end of `out`.
  // O(samples + points added).
  void append(std::span<const point> samples, std::vector<point>& out) {
    for (const point& sample : samples) {
      if (has_begun_) {
        fill(last_, sample, out);
      }
      out.push_back(sample);
      last_ = sample;
      has_begun_ = true;
    }
  }

  // Ends the stroke; the next sample begins another. The linear form has nothing to add.
  void finish(std::vector<point>& /*out*/) { has_begun_ = false; }

 private:
  void fill(const point& from, const point& to, std::vector<point>& out) const {
    const float gap = distance(from, to);
    if (!(gap > options_.distance_max)) {
      return;
    }
    const float wanted = std::ceil(gap / options_.distance_max) - 1.0F;
    const auto count =
        static_cast<std::size_t>(std::min(wanted, static_cast<float>(options_.points_per_gap_max)));
    const double elapsed = static_cast<double>(to.t) - static_cast<double>(from.t);
    for (std::size_t i = 1; i <= count; ++i) {
      const float part = static_cast<float>(i) / static_cast<float>(count + 1);
      out.push_back({std::lerp(from.x, to.x, part), std::lerp(from.y, to.y, part),
                     std::lerp(from.pressure, to.pressure, part),
                     static_cast<std::uint32_t>(static_cast<double>(from.t) +
                                                std::floor(elapsed * double{part} + 0.5))});
    }
  }

  gap_interpolator_options options_;
  bool has_begun_ = false;
  point last_;
};

}  // namespace collab

#endif  // COLLAB_INK_GAP_INTERPOLATOR_HPP
