// collab/document/element_bounds.hpp - where on the board an element is painted.
//
// An element turns by its angle about the middle of its own shape. The core has no fonts, so
// the box of a text is a guess: a line is 1.25 times its size high, a character 0.7 wide.

#ifndef COLLAB_DOCUMENT_ELEMENT_BOUNDS_HPP
#define COLLAB_DOCUMENT_ELEMENT_BOUNDS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "collab/core/text.hpp"
#include "collab/document/element.hpp"
#include "collab/ink/bounds.hpp"

namespace collab {

namespace detail {

[[nodiscard]] inline double number_in(const element& of, property key) {
  const property_value value = of.get(key);
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? *real : 0;
}

// The guessed box of a text or a sticky note.
[[nodiscard]] inline bounds text_bounds(const element& of) {
  const property_value value = of.get(property::text);
  const auto* held = std::get_if<std::string>(&value);
  std::string_view text = held != nullptr ? std::string_view{*held} : std::string_view{};
  const double size = number_in(of, property::font_size);
  const double width = std::max(number_in(of, property::width), 0.0);
  double widest = 0;
  double lines = 0;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const double line = static_cast<double>(count_characters(text.substr(0, end))) * size * 0.7;
    widest = std::max(widest, line);
    // A wrapped line may leave half of each row empty.
    lines += width > 0 ? 1 + std::floor(2 * line / width) : 1;
    if (end == text.size()) {
      break;
    }
    text.remove_prefix(end + 1);
  }
  double height = lines * size * 1.25;
  if (of.kind() == element_kind::sticky) {
    height = std::max(width, height + 2 * size);
  }
  bounds box;
  box.add(0, 0);
  box.add(static_cast<float>(std::max(width, widest)), static_cast<float>(height));
  return box;
}

}  // namespace detail

// The box of an element's own shape, relative to its x and y: neither turned nor widened by the
// line. An element without points is one place. O(points).
[[nodiscard]] inline bounds shape_bounds(const element& of) {
  bounds box;
  if (of.kind() == element_kind::stroke) {
    box = bounds_of(of.points());
  } else if (of.kind() == element_kind::text || of.kind() == element_kind::sticky) {
    box = detail::text_bounds(of);
  } else if (has_property(of.kind(), property::points)) {
    const property_value value = of.get(property::points);
    if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
      for (const offset& each : **list) {
        box.add(each.x, each.y);
      }
    }
  }
  // A host's own kind may have either.
  if (box.is_empty() && has_property(of.kind(), property::height)) {
    box.add(0, 0);
    box.add(static_cast<float>(detail::number_in(of, property::width)),
            static_cast<float>(detail::number_in(of, property::height)));
  }
  if (box.is_empty()) {
    box.add(0, 0);
  }
  return box;
}

// How far the line of an element reaches beyond its shape, arrow heads included.
[[nodiscard]] inline double line_reach(const element& of) {
  if (of.kind() == element_kind::stroke) {
    return detail::number_in(of, property::width) / 2;
  }
  if (!has_property(of.kind(), property::stroke_width)) {
    return 0;
  }
  const double width = detail::number_in(of, property::stroke_width);
  // An arrow head is 8 and 2.6 widths long.
  return has_property(of.kind(), property::points) ? 8 + 3.6 * width : width / 2;
}

// The upright box that the element is painted in, when its shape is in `shape`. Never too
// small; that of something turned is the box around its turned box. O(1).
[[nodiscard]] inline bounds element_bounds(const element& of, const bounds& shape) {
  const double reach = line_reach(of);
  double half_width = (double{shape.right} - double{shape.left}) / 2 + reach;
  double half_height = (double{shape.bottom} - double{shape.top}) / 2 + reach;
  const double x =
      detail::number_in(of, property::x) + (double{shape.left} + double{shape.right}) / 2;
  const double y =
      detail::number_in(of, property::y) + (double{shape.top} + double{shape.bottom}) / 2;
  if (const double angle = detail::number_in(of, property::angle); angle != 0) {
    const double cosine = std::fabs(std::cos(angle));
    const double sine = std::fabs(std::sin(angle));
    const double turned = half_width * cosine + half_height * sine;
    half_height = half_width * sine + half_height * cosine;
    half_width = turned;
  }
  // Outwards, so that rounding to floats never makes it too small.
  constexpr float far = std::numeric_limits<float>::infinity();
  return {std::nextafter(static_cast<float>(x - half_width), -far),
          std::nextafter(static_cast<float>(y - half_height), -far),
          std::nextafter(static_cast<float>(x + half_width), far),
          std::nextafter(static_cast<float>(y + half_height), far)};
}
[[nodiscard]] inline bounds element_bounds(const element& of) {
  return element_bounds(of, shape_bounds(of));
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ELEMENT_BOUNDS_HPP
