// collab/ink/stream_simplifier.hpp - drops points that the line can do without, as they come.
//
// The guarantee of simplifier for a stroke that is still being drawn, in constant time and
// memory for each point, with somewhat more points left.

#ifndef COLLAB_INK_STREAM_SIMPLIFIER_HPP
#define COLLAB_INK_STREAM_SIMPLIFIER_HPP

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

struct stream_simplifier_options {
  // How far a dropped point may lie from the result, in the unit of the coordinates. At
  // least 0; 0 drops only what lies exactly on the line.
  float epsilon = 0.5F;
};

// A streaming simplifier for one stroke at a time.
//
//   stream_simplifier simplify{{.epsilon = 0.5F}};
//   simplify.append(samples, kept);   // for each batch of samples
//   simplify.finish(kept);            // at pen up
//
// No valid point of the input is farther than epsilon from the line through the result;
// more exactly, from the segment between the two kept points that it lay between, ends
// included. The first and the last valid sample are kept; what is kept is unchanged and in
// order. A kept sample is added when the one after it comes. Pressure and time don't count.
//
// The method keeps, from the last kept point, the sector of directions that pass every later
// point near enough: Williams, "An efficient algorithm for the piecewise linear
// approximation of planar curves", Computer Graphics and Image Processing 8, 1978; Sklansky
// & Gonzalez, "Fast polygonal approximation of digitized curves", Pattern Recognition 12,
// 1980. A sector bounds the distance from a ray only; so that it holds for the segment, a
// sample must not lie nearer to the last kept point than those before it by more than what
// epsilon leaves.
//
// A sample that is not is_valid() is passed over as if it had not come. Samples at the place
// of the last kept one are dropped, but for the stroke's last. Times may go backwards. There
// is no bound on the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own; `out` grows by at most the number of samples.
class stream_simplifier {
 public:
  explicit stream_simplifier(stream_simplifier_options options = {})
      : epsilon_{options.epsilon > 0 ? static_cast<double>(options.epsilon) : 0.0},
        beside_{epsilon_ * beside_share},
        back_{std::sqrt(epsilon_ * epsilon_ - beside_ * beside_)} {}

  // Adds what is kept of `samples`, as far as it is known, to the end of `out`. O(samples).
  void append(std::span<const point> samples, std::vector<point>& out) {
    for (const point& sample : samples) {
      if (!is_valid(sample)) {
        continue;
      }
      if (!has_begun_) {
        out.push_back(sample);
        start_at(sample);
        has_begun_ = true;
      } else if (!try_extend(sample)) {
        out.push_back(latest_);
        start_at(latest_);
        // Alone after its start, a sample is always fit.
        static_cast<void>(try_extend(sample));
      }
      latest_ = sample;
    }
  }

  // Ends the stroke: adds its last sample, and is ready for another.
  void finish(std::vector<point>& out) {
    if (has_begun_ && has_latest_) {
      out.push_back(latest_);
    }
    has_begun_ = false;
  }

 private:
  // How much of epsilon a point may lie beside a ray; the rest is for going back on it.
  static constexpr double beside_share = 0.95;

  void start_at(const point& sample) {
    anchor_x_ = static_cast<double>(sample.x);
    anchor_y_ = static_cast<double>(sample.y);
    reach_ = 0;
    has_latest_ = false;
  }

  // Takes `sample` as the end of the line from the anchor, if all since are near to that.
  bool try_extend(const point& sample) {
    const double dx = static_cast<double>(sample.x) - anchor_x_;
    const double dy = static_cast<double>(sample.y) - anchor_y_;
    const double square = dx * dx + dy * dy;
    const double radius = std::sqrt(square);
    if (reach_ > 0 && (radius + back_ < reach_ || !is_in_sector(dx, dy))) {
      return false;
    }
    has_latest_ = true;
    if (radius <= beside_) {
      // Near to the anchor, and so to every line from it.
      return true;
    }
    // The two tangents to the circle of what is near to the sample, scaled by its distance.
    const double cosine = std::sqrt(square - beside_ * beside_);
    const double left_x = dx * cosine - dy * beside_;
    const double left_y = dy * cosine + dx * beside_;
    const double right_x = dx * cosine + dy * beside_;
    const double right_y = dy * cosine - dx * beside_;
    // A sector is never wider than half a turn, and the sample lies in both.
    if (reach_ == 0 || left_x * left_y_ > left_y * left_x_) {
      left_x_ = left_x;
      left_y_ = left_y;
    }
    if (reach_ == 0 || right_x_ * right_y > right_y_ * right_x) {
      right_x_ = right_x;
      right_y_ = right_y;
    }
    reach_ = std::max(reach_, radius);
    return true;
  }

  [[nodiscard]] bool is_in_sector(double dx, double dy) const {
    // What lies straight behind is left out by the last: no direction in a sector is at more
    // than a quarter of a turn from both its sides.
    return right_x_ * dy >= right_y_ * dx && dx * left_y_ >= dy * left_x_ &&
           (dx * left_x_ + dy * left_y_ >= 0 || dx * right_x_ + dy * right_y_ >= 0);
  }

  double epsilon_;
  // Together the two legs of a right triangle whose hypotenuse is epsilon.
  double beside_;
  double back_;

  bool has_begun_ = false;
  // Whether a sample came after the anchor, which is the last kept point.
  bool has_latest_ = false;
  point latest_;
  double anchor_x_ = 0;
  double anchor_y_ = 0;
  // How far the farthest sample since lies from the anchor; 0 if none is out of its reach,
  // and then there is no sector.
  double reach_ = 0;
  double left_x_ = 0;
  double left_y_ = 0;
  double right_x_ = 0;
  double right_y_ = 0;
};

}  // namespace collab

#endif  // COLLAB_INK_STREAM_SIMPLIFIER_HPP
