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
  // Samples nearer than this to the last one kept for its place are dropped. In the unit of
  // the coordinates that are given: to keep handwriting round on a board that is zoomed in,
  // filter in pixels of the screen. At least 0; 0 keeps every sample.
  float distance_min = 1.0F;

  // How far the pressure must rise to a sample and fall from it again (or fall and rise) for
  // the sample to be kept although it is near. Greater than 0; beyond 1 none is.
  float pressure_turn_min = 0.0625F;
};

// A streaming filter for one stroke at a time.
//
//   distance_filter filter;
//   filter.append(samples, kept);   // for each batch of samples
//   filter.finish(kept);            // at pen up
//
// Kept, in the order in which they came:
// - the first and the last sample of the stroke;
// - each that lies at least distance_min from the last one kept for this reason;
// - each extreme of pressure in between: at least pressure_turn_min above, or below, both
//   the last kept sample and one that follows. It is added when that one comes.
//
// A sample that is not is_valid() is passed over as if it had not come. Times are not
// looked at. Equal places count as near. There is no bound on the length of a stroke.
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
      if (!is_valid(sample)) {
        continue;
      }
      if (has_begun_ && (sample.pressure != turn_from_ || high_.pressure != low_.pressure)) {
        keep_turn(sample, out);
      }
      const float dx = sample.x - kept_.x;
      const float dy = sample.y - kept_.y;
      latest_ = sample;
      is_latest_kept_ = !has_begun_ || !(dx * dx + dy * dy < least);
      if (is_latest_kept_) {
        out.push_back(sample);
        kept_ = high_ = low_ = sample;
        turn_from_ = sample.pressure;
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
  // Adds the extreme since the last kept sample if the pressure has turned by `sample`.
  void keep_turn(const point& sample, std::vector<point>& out) {
    const float turn = options_.pressure_turn_min;
    if (sample.pressure > high_.pressure) {
      high_ = sample;
    } else if (sample.pressure < low_.pressure) {
      low_ = sample;
    }
    if (high_.pressure - turn_from_ >= turn && high_.pressure - sample.pressure >= turn) {
      keep(high_, sample, out);
    } else if (turn_from_ - low_.pressure >= turn && sample.pressure - low_.pressure >= turn) {
      keep(low_, sample, out);
    }
  }

  void keep(point extreme, const point& sample, std::vector<point>& out) {
    out.push_back(extreme);
    turn_from_ = extreme.pressure;
    high_ = low_ = extreme;
    (sample.pressure < turn_from_ ? low_ : high_) = sample;
  }

  distance_filter_options options_;
  bool has_begun_ = false;
  bool is_latest_kept_ = false;
  // The last sample kept for its place; distances count from it.
  point kept_;
  point latest_;
  // The pressure of the last sample kept for any reason, and its extremes since.
  float turn_from_ = 0;
  point high_;
  point low_;
};

}  // namespace collab

#endif  // COLLAB_INK_DISTANCE_FILTER_HPP
