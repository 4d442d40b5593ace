// collab/ink/vertex.hpp - a place on the board, where there is no pressure and no time.

#ifndef COLLAB_INK_VERTEX_HPP
#define COLLAB_INK_VERTEX_HPP

#include <cmath>

#include "collab/ink/point.hpp"

namespace collab {

// A corner of a polygon, the middle of a circle, a place that is pointed at. 8 bytes.
struct vertex {
  float x = 0;
  float y = 0;

  friend bool operator==(const vertex&, const vertex&) = default;
};

// Whether the place is one where a point may be. A NaN is not.
[[nodiscard]] inline bool is_valid(const vertex& place) noexcept {
  return std::fabs(place.x) <= static_cast<float>(coordinate_max) &&
         std::fabs(place.y) <= static_cast<float>(coordinate_max);
}

}  // namespace collab

#endif  // COLLAB_INK_VERTEX_HPP
