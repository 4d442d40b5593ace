// collab/document/element_hit_test.hpp - whether a place touches what is painted of an element.
//
// For what a pointer is over. A shape without fill is touched at its line only, so that what
// lies inside it can be reached; a text, a sticky note, an image and a host's own kind
// everywhere in their box. How the box of a text is guessed: element_bounds.hpp.

#ifndef COLLAB_DOCUMENT_ELEMENT_HIT_TEST_HPP
#define COLLAB_DOCUMENT_ELEMENT_HIT_TEST_HPP

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "collab/document/element.hpp"
#include "collab/document/element_bounds.hpp"
#include "collab/ink/bounds.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/polyline.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

namespace detail {

[[nodiscard]] inline bool is_filled(const element& of) {
  return !std::holds_alternative<std::monostate>(of.get(property::fill));
}

// Whether (x, y) is in the box widened by `reach`, edges included; narrowed where it is negative.
[[nodiscard]] inline bool is_in_box(const bounds& box, double x, double y, double reach) noexcept {
  return x >= double{box.left} - reach && x <= double{box.right} + reach &&
         y >= double{box.top} - reach && y <= double{box.bottom} + reach;
}

// Whether (x, y) is within `tolerance` of the box widened by `line`, whose corners are square.
[[nodiscard]] inline bool is_near_box(const bounds& box, double x, double y, double line,
                                      double tolerance) noexcept {
  const double dx = std::max({double{box.left} - line - x, x - double{box.right} - line, 0.0});
  const double dy = std::max({double{box.top} - line - y, y - double{box.bottom} - line, 0.0});
  return dx * dx + dy * dy <= tolerance * tolerance;
}

// Whether (x, y) is in the ellipse in the box, widened by `reach`.
[[nodiscard]] inline bool is_in_ellipse(const bounds& box, double x, double y,
                                        double reach) noexcept {
  const double rx = (double{box.right} - double{box.left}) / 2 + reach;
  const double ry = (double{box.bottom} - double{box.top}) / 2 + reach;
  if (rx <= 0 || ry <= 0) {
    return false;
  }
  const double dx = (x - (double{box.left} + double{box.right}) / 2) / rx;
  const double dy = (y - (double{box.top} + double{box.bottom}) / 2) / ry;
  return dx * dx + dy * dy <= 1;
}

[[nodiscard]] inline bool is_on_diamond(const bounds& box, double x, double y, double reach,
                                        bool is_filled) noexcept {
  const double rx = (double{box.right} - double{box.left}) / 2;
  const double ry = (double{box.bottom} - double{box.top}) / 2;
  const double cx = (double{box.left} + double{box.right}) / 2;
  const double cy = (double{box.top} + double{box.bottom}) / 2;
  // The distance from one side stands for all four: the shape is the same in each quarter.
  const point corners[] = {{static_cast<float>(rx), 0, 0.5F, 0},
                           {0, static_cast<float>(ry), 0.5F, 0}};
  const double qx = std::fabs(x - cx);
  const double qy = std::fabs(y - cy);
  if (is_filled && qx * ry + qy * rx <= rx * ry) {
    return true;
  }
  return distance_to_stroke(corners, {static_cast<float>(qx), static_cast<float>(qy)}) <= reach;
}

}  // namespace detail

// Whether (x, y) is within `tolerance` of what is painted of an element, whose shape_bounds()
// are `shape`. Requires: all finite, tolerance >= 0. O(points), allocates for those of a stroke.
[[nodiscard]] inline bool is_touched(const element& of, const bounds& shape, double x, double y,
                                     double tolerance) {
  // Relative to the element, and turned back about the middle of its shape.
  double px = x - detail::number_in(of, property::x);
  double py = y - detail::number_in(of, property::y);
  if (const double angle = detail::number_in(of, property::angle); angle != 0) {
    const double cx = (double{shape.left} + double{shape.right}) / 2;
    const double cy = (double{shape.top} + double{shape.bottom}) / 2;
    const double dx = px - cx;
    const double dy = py - cy;
    px = cx + dx * std::cos(angle) + dy * std::sin(angle);
    py = cy + dy * std::cos(angle) - dx * std::sin(angle);
  }
  if (!detail::is_in_box(shape, px, py, line_reach(of) + tolerance)) {
    return false;
  }
  const vertex place{static_cast<float>(px), static_cast<float>(py)};
  const double line = has_property(of.kind(), property::stroke_width)
                          ? detail::number_in(of, property::stroke_width) / 2
                          : 0;
  const double reach = line + tolerance;
  switch (of.kind()) {
    case element_kind::stroke:
      return distance_to_stroke(of.points(), place) <=
             detail::number_in(of, property::width) / 2 + tolerance;
    case element_kind::line:
    case element_kind::arrow: {
      std::vector<point> corners;
      const property_value value = of.get(property::points);
      if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
        for (const offset& each : **list) {
          corners.push_back({each.x, each.y, 0.5F, 0});
        }
      }
      return distance_to_stroke(corners, place) <= reach;
    }
    case element_kind::rect:
      return detail::is_near_box(shape, px, py, line, tolerance) &&
             (detail::is_filled(of) || !detail::is_in_box(shape, px, py, -reach));
    case element_kind::ellipse:
      return detail::is_in_ellipse(shape, px, py, reach) &&
             (detail::is_filled(of) || !detail::is_in_ellipse(shape, px, py, -reach));
    case element_kind::diamond:
      return detail::is_on_diamond(shape, px, py, reach, detail::is_filled(of));
    default:
      return detail::is_near_box(shape, px, py, 0, tolerance);
  }
}
[[nodiscard]] inline bool is_touched(const element& of, double x, double y, double tolerance = 0) {
  return is_touched(of, shape_bounds(of), x, y, tolerance);
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ELEMENT_HIT_TEST_HPP
