// collab/ink/bounds.hpp - the smallest upright box around points.

#ifndef COLLAB_INK_BOUNDS_HPP
#define COLLAB_INK_BOUNDS_HPP

#include <algorithm>
#include <limits>
#include <span>

#include "collab/ink/point.hpp"

namespace collab {

// A box that includes its edges. Empty until something is added.
struct bounds {
  float left = std::numeric_limits<float>::infinity();
  float top = std::numeric_limits<float>::infinity();
  float right = -std::numeric_limits<float>::infinity();
  float bottom = -std::numeric_limits<float>::infinity();

  [[nodiscard]] bool is_empty() const noexcept { return left > right || top > bottom; }

  // Grows the box, if need be, to include the place. A coordinate that is NaN changes
  // nothing. O(1).
  void add(float x, float y) noexcept {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x);
    bottom = std::max(bottom, y);
  }

  // Grows the box around `points`, as bounds_of() has it: with the points of a stroke that
  // grows, in pieces of any size, it is always the box around the stroke so far. O(points).
  void add(std::span<const point> points) noexcept {
    for (const point& sample : points) {
      if (is_valid(sample)) {
        add(sample.x, sample.y);
      }
    }
  }

  // Whether the two share at least one place. An empty box meets nothing.
  [[nodiscard]] bool intersects(const bounds& other) const noexcept {
    return left <= other.right && other.left <= right && top <= other.bottom && other.top <= bottom;
  }

  friend bool operator==(const bounds&, const bounds&) = default;
};

// The box around `points`; the width of the line is not counted in. Points that are not
// is_valid() are passed over. O(points).
[[nodiscard]] inline bounds bounds_of(std::span<const point> points) noexcept {
  bounds box;
  box.add(points);
  return box;
}

}  // namespace collab

#endif  // COLLAB_INK_BOUNDS_HPP
