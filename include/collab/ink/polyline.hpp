// collab/ink/polyline.hpp - how long a stroke is, how far away, and whether it is met.
//
// All treat a stroke as the straight lines between its points; its width is not counted in:
// add half of it to a distance or a box. bounds.hpp has the box around a stroke.
//
// Points that are not is_valid() are passed over as if they were not there. A stroke of one
// point, or all at one place, is that place. Nothing allocates, pressure and time don't count.

#ifndef COLLAB_INK_POLYLINE_HPP
#define COLLAB_INK_POLYLINE_HPP

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "collab/ink/bounds.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

namespace detail {

// Calls visit(from, to) for each line of the stroke until it returns true, and returns
// whether it did. A single place is a line from it to itself.
template <typename Visitor>
bool any_line(std::span<const point> stroke, Visitor&& visit) {
  const point* before = nullptr;
  bool has_line = false;
  for (const point& each : stroke) {
    if (!is_valid(each)) {
      continue;
    }
    if (before != nullptr) {
      has_line = true;
      if (visit(*before, each)) {
        return true;
      }
    }
    before = &each;
  }
  return before != nullptr && !has_line && visit(*before, *before);
}

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

}  // namespace detail

// The way along the stroke, in the unit of its coordinates; 0 for fewer than two points.
// O(points).
[[nodiscard]] inline double length_of(std::span<const point> stroke) noexcept {
  double sum = 0;
  detail::any_line(stroke, [&](const point& from, const point& to) {
    const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
    const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
    sum += std::sqrt(dx * dx + dy * dy);
    return false;
  });
  return sum;
}

// The distance from `place` to the nearest place of the stroke. Infinite if the stroke has no
// valid point or `place` is not valid. O(points).
[[nodiscard]] inline double distance_to_stroke(std::span<const point> stroke,
                                               vertex place) noexcept {
  double least = std::numeric_limits<double>::infinity();
  if (!is_valid(place)) {
    return least;
  }
  detail::any_line(stroke, [&](const point& from, const point& to) {
    const double px = static_cast<double>(place.x) - static_cast<double>(from.x);
    const double py = static_cast<double>(place.y) - static_cast<double>(from.y);
    const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
    const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
    const double square = dx * dx + dy * dy;
    const double part = square > 0 ? std::clamp((px * dx + py * dy) / square, 0.0, 1.0) : 0.0;
    const double x = px - part * dx;
    const double y = py - part * dy;
    least = std::min(least, x * x + y * y);
    return false;
  });
  return std::sqrt(least);
}

// Whether the stroke and the box, edges included, share a place. An empty box, or one with a
// NaN, meets nothing. O(points).
[[nodiscard]] inline bool intersects(std::span<const point> stroke, const bounds& box) noexcept {
  if (!(box.left <= box.right && box.top <= box.bottom)) {
    return false;
  }
  // No point lies beyond, and an endless box has no corners to calculate with.
  const auto near = [](float edge) {
    return std::clamp(edge, -static_cast<float>(coordinate_max),
                      static_cast<float>(coordinate_max));
  };
  const vertex corners[4] = {{near(box.left), near(box.top)},
                             {near(box.right), near(box.top)},
                             {near(box.right), near(box.bottom)},
                             {near(box.left), near(box.bottom)}};
  return detail::any_line(stroke, [&](const point& from, const point& to) {
    if (std::max(from.x, to.x) < box.left || std::min(from.x, to.x) > box.right ||
        std::max(from.y, to.y) < box.top || std::min(from.y, to.y) > box.bottom) {
      return false;
    }
    // Neither is beside the other along an axis: apart only if all corners are on one side.
    int sides = 0;
    for (const vertex& corner : corners) {
      const double side = from.x == to.x || from.y == to.y ? 0 : detail::turn(from, to, corner);
      sides |= side > 0 ? 1 : side < 0 ? 2 : 3;
    }
    return sides == 3;
  });
}

// Whether `place` is inside the closed polygon by the even-odd rule. Places on an edge may
// count as either. A polygon with a corner that is not valid, or fewer than three, has no
// inside. O(corners).
[[nodiscard]] inline bool is_inside(std::span<const vertex> polygon, vertex place) noexcept {
  if (polygon.size() < 3 ||
      !std::ranges::all_of(polygon, [](const vertex& each) { return is_valid(each); })) {
    return false;
  }
  bool inside = false;
  vertex before = polygon.back();
  for (const vertex& corner : polygon) {
    if ((corner.y > place.y) != (before.y > place.y)) {
      const double side = detail::turn(before, corner, place);
      inside ^= corner.y > before.y ? side > 0 : side < 0;
    }
    before = corner;
  }
  return inside;
}

// Whether a lasso drawn around `polygon` touches the stroke: an edge meets it, or the whole
// stroke is inside by the even-odd rule. A polygon with a corner that is not valid, or fewer
// than three, meets nothing. O(points * corners).
[[nodiscard]] inline bool intersects(std::span<const point> stroke,
                                     std::span<const vertex> polygon) noexcept {
  if (polygon.size() < 3 ||
      !std::ranges::all_of(polygon, [](const vertex& each) { return is_valid(each); })) {
    return false;
  }
  bool is_first = true;
  return detail::any_line(stroke, [&](const point& from, const point& to) {
    if (is_first && is_inside(polygon, {from.x, from.y})) {
      return true;
    }
    is_first = false;
    vertex before = polygon.back();
    return std::ranges::any_of(polygon, [&](const vertex& corner) {
      const bool meets = detail::lines_meet(from, to, before, corner);
      before = corner;
      return meets;
    });
  });
}

}  // namespace collab

#endif  // COLLAB_INK_POLYLINE_HPP
