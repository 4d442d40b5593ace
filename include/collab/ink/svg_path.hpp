// collab/ink/svg_path.hpp - polygons as the text of an SVG path.

#ifndef COLLAB_INK_SVG_PATH_HPP
#define COLLAB_INK_SVG_PATH_HPP

#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "collab/ink/vertex.hpp"

namespace collab {

namespace detail {

// Hundredths, without zeros at the end and without a locale.
inline void append_svg_number(float value, std::string& out) {
  char text[24];
  const auto hundredths = static_cast<long>(std::lround(static_cast<double>(value) * 100));
  char* at = text;
  const long magnitude = hundredths < 0 ? -hundredths : hundredths;
  if (hundredths < 0) {
    *at++ = '-';
  }
  at = std::to_chars(at, text + sizeof text, magnitude / 100).ptr;
  if (const long part = magnitude % 100; part != 0) {
    *at++ = '.';
    *at++ = static_cast<char>('0' + part / 10);
    if (part % 10 != 0) {
      *at++ = static_cast<char>('0' + part % 10);
    }
  }
  out.append(text, static_cast<std::size_t>(at - text));
}

}  // namespace detail

// Adds the closed polygon to the end of `out`, as the value of a path's attribute `d`, rounded
// to 1/100: "M0 0L10 0 10 10Z". Fill an outline with fill-rule="nonzero". Corners that are
// not is_valid() are passed over; without any, nothing is added. O(corners).
inline void append_svg_path(std::span<const vertex> polygon, std::string& out) {
  std::size_t corners = 0;
  for (const vertex& corner : polygon) {
    if (!is_valid(corner)) {
      continue;
    }
    out += corners == 0 ? 'M' : corners == 1 ? 'L' : ' ';
    ++corners;
    detail::append_svg_number(corner.x, out);
    out += ' ';
    detail::append_svg_number(corner.y, out);
  }
  if (corners > 0) {
    out += 'Z';
  }
}

}  // namespace collab

#endif  // COLLAB_INK_SVG_PATH_HPP
