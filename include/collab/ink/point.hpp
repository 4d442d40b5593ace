// collab/ink/point.hpp - one sample of a pointer, and the grid that samples are kept on.
//
// Every peer rounds in the same way, so a point is the same bits everywhere.

#ifndef COLLAB_INK_POINT_HPP
#define COLLAB_INK_POINT_HPP

#include <cmath>
#include <cstdint>

namespace collab {

// One sample. A plain value: 16 bytes.
struct point {
  // Board units: CSS pixels at zoom 1. Magnitude at most coordinate_max.
  float x = 0;
  float y = 0;
  // 0 is the lightest touch, 1 the hardest. 0.5 where the device has none.
  float pressure = 0.5F;
  // Milliseconds since the stroke began.
  std::uint32_t t = 0;

  friend bool operator==(const point&, const point&) = default;
};

inline constexpr double coordinate_max = 1'000'000;
// Steps in one board unit, and in the range of pressure. Coordinates on the grid up to
// coordinate_max are exact in a float.
inline constexpr double coordinate_steps = 16;
inline constexpr double pressure_steps = 1024;

// Rounds a coordinate to the grid: floor(16 v + 1/2) / 16, ties upwards.
// Requires: finite, magnitude at most coordinate_max.
[[nodiscard]] inline double to_grid(double coordinate) noexcept {
  return std::floor(coordinate * coordinate_steps + 0.5) / coordinate_steps;
}

// Rounds a pressure by the same rule to 1/1024. Requires: 0 to 1.
[[nodiscard]] inline double to_pressure_grid(double pressure) noexcept {
  return std::floor(pressure * pressure_steps + 0.5) / pressure_steps;
}

// Whether every value is in its range, so that to_grid() may be applied. A NaN is in none,
// but where the compiler is told that there are none, as by -ffast-math: don't tell it so.
[[nodiscard]] inline bool is_valid(const point& sample) noexcept {
  // Written so that a NaN fails.
  return std::fabs(sample.x) <= static_cast<float>(coordinate_max) &&
         std::fabs(sample.y) <= static_cast<float>(coordinate_max) && sample.pressure >= 0.0F &&
         sample.pressure <= 1.0F;
}

// `sample` on the grid. Requires: is_valid(sample).
[[nodiscard]] inline point to_grid(const point& sample) noexcept {
  return {static_cast<float>(to_grid(double{sample.x})),
          static_cast<float>(to_grid(double{sample.y})),
          static_cast<float>(to_pressure_grid(double{sample.pressure})), sample.t};
}

// The distance between two samples, in board units.
[[nodiscard]] inline float distance(const point& a, const point& b) noexcept {
  return std::hypot(a.x - b.x, a.y - b.y);
}

}  // namespace collab

#endif  // COLLAB_INK_POINT_HPP
