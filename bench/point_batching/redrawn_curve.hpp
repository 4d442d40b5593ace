// point_batching/redrawn_curve.hpp - how far an input lies from what is drawn of it elsewhere.

#ifndef COLLAB_BENCH_POINT_BATCHING_REDRAWN_CURVE_HPP
#define COLLAB_BENCH_POINT_BATCHING_REDRAWN_CURVE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "collab/ink/bounds.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/polyline.hpp"

namespace point_batching {

// The straight lines between the points of one stroke, for many questions about it: says the
// same as collab::distance_to_stroke(), but looks only at lines that may be the nearest.
//
// Memory: refers to `points`, which must stay as they are.
class redrawn_curve {
 public:
  // Requires: every point is_valid().
  explicit redrawn_curve(std::span<const collab::point> points) : points_{points} {
    for (std::size_t first = 0; first == 0 ? !points.empty() : first + 1 < points.size();
         first += lines_per_piece) {
      pieces_.push_back({collab::bounds_of(piece(first)), first});
    }
  }

  // The distance from `place` to the nearest place of the curve; infinite if it is empty.
  // Fast if `place` is near to the one that was asked for before.
  [[nodiscard]] double distance_to(const collab::point& place) {
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t nearest_at = 0;
    const auto look_at = [&](std::size_t at) {
      const double distance =
          collab::distance_to_stroke(piece(pieces_[at].first), {place.x, place.y});
      if (distance < nearest) {
        nearest = distance;
        nearest_at = at;
      }
    };
    if (latest_ < pieces_.size()) {
      look_at(latest_);
      nearest_at = latest_;
    }
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
      if (at != latest_ && least_distance(pieces_[at].box, place) < nearest) {
        look_at(at);
      }
    }
    latest_ = nearest_at;
    return nearest;
  }

 private:
  static constexpr std::size_t lines_per_piece = 16;

  struct curve_piece {
    collab::bounds box;
    // The index of its first point.
    std::size_t first = 0;
  };

  [[nodiscard]] std::span<const collab::point> piece(std::size_t first) const {
    return points_.subspan(first, std::min(lines_per_piece + 1, points_.size() - first));
  }

  // What no place in the box is nearer than.
  static double least_distance(const collab::bounds& box, const collab::point& place) {
    const float dx = std::max({box.left - place.x, place.x - box.right, 0.0F});
    const float dy = std::max({box.top - place.y, place.y - box.bottom, 0.0F});
    // Rounded down, as floats may have been rounded up.
    return std::hypot(static_cast<double>(dx), static_cast<double>(dy)) * 0.999999;
  }

  std::span<const collab::point> points_;
  std::vector<curve_piece> pieces_;
  // Where the nearest place was the last time.
  std::size_t latest_ = 0;
};

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_REDRAWN_CURVE_HPP
