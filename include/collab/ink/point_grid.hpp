// collab/ink/point_grid.hpp - the grid that compressed points lie on, and their format byte.
//
// What both modes of the point format share; see point_codec.hpp for the codec itself.

#ifndef COLLAB_INK_POINT_GRID_HPP
#define COLLAB_INK_POINT_GRID_HPP

#include <cstdint>

#include "collab/ink/point.hpp"

namespace collab {

// Steps per board unit, as a power of two. The numbers are those of the format byte.
enum class point_grid : std::uint8_t {
  // 1/16 px: what a room keeps.
  sixteenth = 0,
  // 1/64 px: for pens that resolve more than the screen does.
  sixty_fourth = 1,
  // Whole pixels.
  whole = 2,
};

struct point_codec_options {
  // Coordinates are rounded to this, ties upwards.
  point_grid grid = point_grid::sixteenth;
};

inline constexpr unsigned point_format_version = 1;

namespace detail {

inline constexpr std::uint32_t pressure_top = 1024;
inline constexpr std::uint32_t pressure_middle = 512;

// log2 of the steps per unit.
constexpr unsigned grid_bits(point_grid grid) noexcept {
  return grid == point_grid::sixteenth ? 4 : grid == point_grid::sixty_fourth ? 6 : 0;
}

// The greatest magnitude of a coordinate in steps.
constexpr std::int32_t grid_limit(point_grid grid) noexcept {
  return std::int32_t{1'000'000} << grid_bits(grid);
}

// The format byte: bits 0-1 the grid, bit 2 packed, bit 3 zero, bits 4-7 the version.
constexpr unsigned char format_byte(point_grid grid, bool is_packed) noexcept {
  return static_cast<unsigned char>(static_cast<unsigned>(grid) | (is_packed ? 4U : 0U) |
                                    point_format_version << 4U);
}
constexpr bool is_format_byte(unsigned char byte) noexcept {
  return byte >> 4U == point_format_version && (byte & 8U) == 0 && (byte & 3U) != 3;
}

// A point in whole steps.
struct grid_point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::uint32_t pressure = pressure_middle;
  std::uint32_t t = 0;
};

// floor(value * steps + 1/2), exact: the product of a float and a small power of two is
// exact in a double, and so is the sum at these magnitudes.
inline std::int32_t to_steps(float value, double steps) noexcept {
  const double moved = double{value} * steps + 0.5;
  const auto cut = static_cast<std::int32_t>(moved);
  return cut - static_cast<std::int32_t>(moved < cut);
}

// Requires: is_valid(sample).
inline grid_point to_steps(const point& sample, double steps) noexcept {
  return {to_steps(sample.x, steps), to_steps(sample.y, steps),
          static_cast<std::uint32_t>(double{sample.pressure} * pressure_steps + 0.5), sample.t};
}

// `unit` is one step, a power of two: the products are exact, and so is the conversion of
// every number of steps that a float can name.
inline point from_steps(std::int32_t x, std::int32_t y, std::uint32_t pressure, std::uint32_t t,
                        float unit) noexcept {
  return {static_cast<float>(x) * unit, static_cast<float>(y) * unit,
          static_cast<float>(static_cast<std::int32_t>(pressure)) * (1.0F / 1024), t};
}

constexpr double grid_steps(point_grid grid) noexcept { return 1U << grid_bits(grid); }
constexpr float grid_unit(point_grid grid) noexcept {
  return 1.0F / static_cast<float>(1U << grid_bits(grid));
}

// 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
constexpr std::uint32_t fold_sign(std::uint32_t value) noexcept {
  return value << 1U ^ (0U - (value >> 31U));
}
constexpr std::uint32_t unfold_sign(std::uint32_t value) noexcept {
  return value >> 1U ^ (0U - (value & 1U));
}

}  // namespace detail
}  // namespace collab

#endif  // COLLAB_INK_POINT_GRID_HPP
