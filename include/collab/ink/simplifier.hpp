// collab/ink/simplifier.hpp - drops the points of a finished stroke that its line can do without.
//
// For whole strokes, with the fewest points of the two simplifiers; stream_simplifier is for
// strokes that are still being drawn.

#ifndef COLLAB_INK_SIMPLIFIER_HPP
#define COLLAB_INK_SIMPLIFIER_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

struct simplifier_options {
  // How far a dropped point may lie from the result, in the unit of the coordinates. At
  // least 0; 0 drops only what lies exactly on the line.
  float epsilon = 0.5F;
};

// The method of Ramer ("An iterative procedure for the polygonal approximation of plane
// curves", Computer Graphics and Image Processing 1, 1972) and of Douglas & Peucker
// ("Algorithms for the reduction of the number of points required to represent a digitized
// line or its caricature", The Canadian Cartographer 10, 1973), without recursion.
//
// No valid point of the input is farther than epsilon from the line through the result;
// more exactly, from the segment between the two kept points that it lay between, ends
// included. The first and the last valid point are kept; what is kept is unchanged and in
// order. Pressure and time don't count: where they must be kept too, use distance_filter.
//
// A point that is not is_valid() is passed over as if it were not there. Of points at one
// place in a row the first is kept, and the stroke's last. Times may go backwards.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: work space that is kept from stroke to stroke, at most 24 bytes for each point of
// the longest; nothing is allocated once it is large enough.
class simplifier {
 public:
  explicit simplifier(simplifier_options options = {})
      : epsilon_{options.epsilon > 0 ? static_cast<double>(options.epsilon) : 0.0} {}

  // Adds what is kept of the whole stroke `points` to the end of `out`.
  // O(points log points) for strokes that split evenly, O(points^2) at worst.
  void simplify(std::span<const point> points, std::vector<point>& out) {
    if (!std::ranges::all_of(points, [](const point& each) { return is_valid(each); })) {
      valid_.assign(points.begin(), points.end());
      std::erase_if(valid_, [](const point& each) { return !is_valid(each); });
      points = valid_;
    }
    if (points.empty()) {
      return;
    }
    // Splits the range in front until it is flat; what is behind it waits in ends_.
    std::size_t first = 0;
    ends_.clear();
    ends_.push_back(points.size() - 1);
    out.push_back(points.front());
    while (!ends_.empty()) {
      const std::size_t last = ends_.back();
      const std::size_t farthest = split(points, first, last);
      if (farthest != first) {
        ends_.push_back(farthest);
        continue;
      }
      if (last != first) {
        out.push_back(points[last]);
      }
      first = last;
      ends_.pop_back();
    }
  }

 private:
  // The point strictly between `first` and `last` that is farthest from their segment, if
  // that is farther than epsilon; `first` if none is.
  [[nodiscard]] std::size_t split(std::span<const point> points, std::size_t first,
                                  std::size_t last) const {
    const double ax = static_cast<double>(points[first].x);
    const double ay = static_cast<double>(points[first].y);
    const double dx = static_cast<double>(points[last].x) - ax;
    const double dy = static_cast<double>(points[last].y) - ay;
    const double square = dx * dx + dy * dy;
    std::size_t farthest = first;
    if (square == 0) {
      double most = epsilon_ * epsilon_;
      for (std::size_t i = first + 1; i < last; ++i) {
        const double px = static_cast<double>(points[i].x) - ax;
        const double py = static_cast<double>(points[i].y) - ay;
        const double far = px * px + py * py;
        if (far > most) {
          most = far;
          farthest = i;
        }
      }
      return farthest;
    }
    // Squares of distances, times the square of the segment's length: no division.
    double most = epsilon_ * epsilon_ * square;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double px = static_cast<double>(points[i].x) - ax;
      const double py = static_cast<double>(points[i].y) - ay;
      const double along = px * dx + py * dy;
      const double beside = px * dy - py * dx;
      // How far the foot of the point lies before or behind the segment.
      const double past = along < 0 ? along : along > square ? along - square : 0;
      const double far = beside * beside + past * past;
      if (far > most) {
        most = far;
        farthest = i;
      }
    }
    return farthest;
  }

  double epsilon_;
  // The ends of the ranges that are still to be looked at, the nearest last.
  std::vector<std::size_t> ends_;
  // The stroke without its invalid points, if it has any.
  std::vector<point> valid_;
};

}  // namespace collab

#endif  // COLLAB_INK_SIMPLIFIER_HPP
