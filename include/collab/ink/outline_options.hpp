// collab/ink/outline_options.hpp - how wide a stroke is drawn, and how round.

#ifndef COLLAB_INK_OUTLINE_OPTIONS_HPP
#define COLLAB_INK_OUTLINE_OPTIONS_HPP

#include <cstddef>
#include <cstdint>

namespace collab {

// What the width follows.
enum class outline_width : std::uint8_t {
  constant,
  // width * (pressure_base + pressure_gain * pressure)
  pressure,
  // width, falling evenly to width * speed_share as the speed rises from 0 to speed_full.
  speed,
};

struct outline_options {
  outline_width by = outline_width::pressure;

  // In the unit of the coordinates, greater than 0.
  float width = 4.0F;

  // Together 1 for the pressure of a device that has none. Each at least 0.
  float pressure_base = 0.35F;
  float pressure_gain = 1.3F;

  // The share of the width at speed_full and beyond, 0 to 1; units of the coordinates per
  // millisecond, greater than 0.
  float speed_share = 0.4F;
  float speed_full = 3.0F;

  // How far a corner's polygon may lie inside of its circle. Greater than 0.
  float tolerance = 0.05F;

  // Most corners that a full circle is drawn with, whatever the tolerance; at least 8.
  std::size_t corners_per_circle_max = 64;
};

}  // namespace collab

#endif  // COLLAB_INK_OUTLINE_OPTIONS_HPP
