// collab/ink/hit_test.hpp - whether a stroke is met by a box or a lasso, also while it grows.
//
// A stroke is the straight lines between its points; its width is not counted in: widen the
// box by half of it. polyline.hpp has the distance from a place.
//
// Points that are not is_valid() are passed over as if they were not there. A stroke of one
// point, or all at one place, is that place. Nothing allocates, pressure and time don't count.

#ifndef COLLAB_INK_HIT_TEST_HPP
#define COLLAB_INK_HIT_TEST_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "collab/ink/bounds.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/polyline.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

namespace detail {

// Twice the area of the triangle, positive if a, b, c turn from x towards y. Exact for points
// on the grid as far as doubles reach: 2^53 of its square steps.
template <typename A, typename B, typename C>
double turn(const A& a, const B& b, const C& c) noexcept {
  return (static_cast<double>(b.x) - static_cast<double>(a.x)) *
             (static_cast<double>(c.y) - static_cast<double>(a.y)) -
         (static_cast<double>(b.y) - static_cast<double>(a.y)) *
             (static_cast<double>(c.x) - static_cast<double>(a.x));
}

// Whether two lines share a place, ends included.
template <typename P, typename Q>
bool lines_meet(const P& a, const P& b, const Q& c, const Q& d) noexcept {
  if (std::max(a.x, b.x) < std::min(c.x, d.x) || std::max(c.x, d.x) < std::min(a.x, b.x) ||
      std::max(a.y, b.y) < std::min(c.y, d.y) || std::max(c.y, d.y) < std::min(a.y, b.y)) {
    return false;
  }
  const double ac = turn(a, b, c);
  const double ad = turn(a, b, d);
  const double ca = turn(c, d, a);
  const double cb = turn(c, d, b);
  return !((ac > 0 && ad > 0) || (ac < 0 && ad < 0) || (ca > 0 && cb > 0) || (ca < 0 && cb < 0));
}

// Whether the line lies beside the box along an axis.
inline bool is_beside(const point& from, const point& to, const bounds& box) noexcept {
  return std::max(from.x, to.x) < box.left || std::min(from.x, to.x) > box.right ||
         std::max(from.y, to.y) < box.top || std::min(from.y, to.y) > box.bottom;
}

// Whether `polygon` has an inside at all.
inline bool is_area(std::span<const vertex> polygon) noexcept {
  return polygon.size() >= 3 &&
         std::ranges::all_of(polygon, [](const vertex& each) { return is_valid(each); });
}

// Requires: is_area(polygon).
inline bool is_inside_area(std::span<const vertex> polygon, vertex place) noexcept {
  bool inside = false;
  vertex before = polygon.back();
  for (const vertex& corner : polygon) {
    if ((corner.y > place.y) != (before.y > place.y)) {
      const double side = turn(before, corner, place);
      inside ^= corner.y > before.y ? side > 0 : side < 0;
    }
    before = corner;
  }
  return inside;
}

}  // namespace detail

// Whether a stroke that may still grow shares a place with a box, edges included.
//
//   box_hit_test test{box};
//   if (test.append(samples)) ...   // for each batch of samples
//
// An empty box, or one with a NaN, meets nothing.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class box_hit_test {
 public:
  explicit box_hit_test(const bounds& box) noexcept : box_{box} {
    // No point lies beyond, and an endless box has no corners to calculate with.
    const auto near = [](float edge) {
      return std::clamp(edge, -static_cast<float>(coordinate_max),
                        static_cast<float>(coordinate_max));
    };
    has_area_ = box.left <= box.right && box.top <= box.bottom;
    if (has_area_) {
      corners_ = {vertex{near(box.left), near(box.top)}, vertex{near(box.right), near(box.top)},
                  vertex{near(box.right), near(box.bottom)},
                  vertex{near(box.left), near(box.bottom)}};
    }
  }

  // Goes on along `samples`, and returns is_hit(). O(samples), O(1) once it is hit.
  bool append(std::span<const point> samples) noexcept {
    if (has_area_ && !is_hit_) {
      is_hit_ = lines_.any(samples,
                           [this](const point& from, const point& to) { return meets(from, to); });
    }
    return is_hit_;
  }

  // Whether the stroke so far meets the box; stays so as it grows.
  [[nodiscard]] bool is_hit() const noexcept { return is_hit_; }

  // Forgets the stroke; the next sample begins another.
  void clear() noexcept {
    lines_.clear();
    is_hit_ = false;
  }

 private:
  [[nodiscard]] bool meets(const point& from, const point& to) const noexcept {
    if (detail::is_beside(from, to, box_)) {
      return false;
    }
    // Neither is beside the other along an axis: apart only if all corners are on one side.
    int sides = 0;
    for (const vertex& corner : corners_) {
      const double side = from.x == to.x || from.y == to.y ? 0 : detail::turn(from, to, corner);
      sides |= side > 0 ? 1 : side < 0 ? 2 : 3;
    }
    return sides == 3;
  }

  bounds box_;
  bool has_area_;
  bool is_hit_ = false;
  std::array<vertex, 4> corners_;
  detail::line_walk lines_;
};

// Whether a lasso touches a stroke that may still grow: one of its edges meets it, or the
// whole stroke lies inside by the even-odd rule.
//
// A polygon with a corner that is not is_valid(), or fewer than three, meets nothing.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own; `polygon` must outlive it unchanged.
class lasso_hit_test {
 public:
  // O(corners).
  explicit lasso_hit_test(std::span<const vertex> polygon) noexcept
      : polygon_{polygon}, has_area_{detail::is_area(polygon)} {
    for (const vertex& corner : polygon) {
      box_.add(corner.x, corner.y);
    }
  }
  explicit lasso_hit_test(const std::vector<vertex>&& polygon) = delete;

  // Goes on along `samples`, and returns is_hit(). O(samples) for lines beside the box around
  // the polygon, O(samples * corners) for others, O(1) once it is hit.
  bool append(std::span<const point> samples) noexcept {
    if (has_area_ && !is_hit_) {
      is_hit_ = lines_.any(samples,
                           [this](const point& from, const point& to) { return meets(from, to); });
    }
    return is_hit_;
  }

  // Whether the lasso touches the stroke so far; stays so as it grows.
  [[nodiscard]] bool is_hit() const noexcept { return is_hit_; }

  // Forgets the stroke; the next sample begins another.
  void clear() noexcept {
    lines_.clear();
    is_first_ = true;
    is_hit_ = false;
  }

 private:
  bool meets(const point& from, const point& to) noexcept {
    const bool is_first = is_first_;
    is_first_ = false;
    if (detail::is_beside(from, to, box_)) {
      return false;
    }
    if (is_first && detail::is_inside_area(polygon_, {from.x, from.y})) {
      return true;
    }
    vertex before = polygon_.back();
    return std::ranges::any_of(polygon_, [&](const vertex& corner) {
      const bool is_crossed = detail::lines_meet(from, to, before, corner);
      before = corner;
      return is_crossed;
    });
  }

  std::span<const vertex> polygon_;
  bool has_area_;
  bounds box_;
  // Whether no point has come yet: while no edge is met, all are on the first one's side.
  bool is_first_ = true;
  bool is_hit_ = false;
  detail::line_walk lines_;
};

// box_hit_test of the whole `stroke`. O(points).
[[nodiscard]] inline bool intersects(std::span<const point> stroke, const bounds& box) noexcept {
  return box_hit_test{box}.append(stroke);
}

// lasso_hit_test of the whole `stroke`. O(points * corners).
[[nodiscard]] inline bool intersects(std::span<const point> stroke,
                                     std::span<const vertex> polygon) noexcept {
  return lasso_hit_test{polygon}.append(stroke);
}

// Whether `place` is inside the closed polygon by the even-odd rule. Places on an edge may
// count as either. A polygon with a corner that is not valid, or fewer than three, has no
// inside, and a place that is not valid is in none. O(corners).
[[nodiscard]] inline bool is_inside(std::span<const vertex> polygon, vertex place) noexcept {
  return is_valid(place) && detail::is_area(polygon) && detail::is_inside_area(polygon, place);
}

}  // namespace collab

#endif  // COLLAB_INK_HIT_TEST_HPP
