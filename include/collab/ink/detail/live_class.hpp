// collab/ink/detail/live_class.hpp - the record layouts of live points.
//
// A record is a little-endian integer of 2 to 7 bytes: in its lowest 3 bits the class, or in
// its lowest 5 where those 3 are all ones; then the fields. docs/ink-format.md has the table
// and how the widths were found.

#ifndef COLLAB_INK_DETAIL_LIVE_CLASS_HPP
#define COLLAB_INK_DETAIL_LIVE_CLASS_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "collab/ink/point_grid.hpp"

namespace collab::detail {

struct live_class {
  std::uint8_t tag = 0;
  std::uint8_t tag_bits = 3;
  std::uint8_t bytes = 0;
  // Whether x and y are in whole pixels, else in steps.
  bool is_whole = false;
  // The widths of the fields, lowest first: x and y, time, pressure.
  std::uint8_t xy = 0;
  std::uint8_t time = 0;
  std::uint8_t pressure = 0;
};

inline constexpr std::array<live_class, 10> live_classes{{
    {0, 3, 2, true, 4, 5, 0},
    {1, 3, 2, true, 3, 7, 0},
    {2, 3, 3, true, 6, 9, 0},
    {3, 3, 3, false, 8, 5, 0},
    {4, 3, 4, true, 5, 7, 12},
    {5, 3, 4, true, 11, 7, 0},
    {6, 3, 5, false, 15, 7, 0},
    {7, 5, 4, false, 10, 7, 0},
    {15, 5, 5, false, 9, 7, 10},
    {23, 5, 7, false, 16, 7, 12},
}};
// The first byte of a point whose fields are varints, for which no class has room.
inline constexpr unsigned live_escape = 31;
inline constexpr unsigned live_record_bytes_max = 1 + 3 * 5 + 2;

// What the fields of each class are multiplied by: faster than shifts by varying widths.
struct live_places {
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  std::uint64_t time = 0;
  std::uint64_t pressure = 0;
};
inline constexpr std::array<live_places, live_classes.size()> live_class_places = [] {
  std::array<live_places, live_classes.size()> result{};
  for (std::size_t i = 0; i < live_classes.size(); ++i) {
    const live_class& each = live_classes[i];
    const unsigned time_at = each.tag_bits + 2U * each.xy;
    result[i] = {std::uint64_t{1} << each.tag_bits, std::uint64_t{1} << (each.tag_bits + each.xy),
                 std::uint64_t{1} << time_at, std::uint64_t{1} << (time_at + each.time)};
  }
  return result;
}();

// The smallest class for fields of these widths, as an index into live_classes; past its end
// where none has room.
class live_class_choice {
 public:
  constexpr live_class_choice() {
    for (unsigned whole = 0; whole < 2; ++whole) {
      for (unsigned force = 0; force < forces; ++force) {
        for (unsigned xy = 0; xy < xys; ++xy) {
          for (unsigned time = 0; time < times; ++time) {
            at_[whole][force][xy][time] = choose(whole != 0, force, xy, time);
          }
        }
      }
    }
  }

  // `xy` is the width in whole pixels if `is_whole`, else in steps.
  [[nodiscard]] std::size_t operator()(bool is_whole, unsigned xy, unsigned time,
                                       unsigned pressure) const noexcept {
    const unsigned force = pressure == 0 ? 0 : pressure <= 10 ? 1 : 2;
    return at_[is_whole ? 1 : 0][force][std::min(xy, xys - 1)][std::min(time, times - 1)];
  }

 private:
  static constexpr unsigned forces = 3;
  static constexpr unsigned xys = 18;
  static constexpr unsigned times = 11;

  static constexpr std::uint8_t choose(bool is_whole, unsigned force, unsigned xy, unsigned time) {
    constexpr unsigned pressure[forces] = {0, 10, 12};
    std::size_t best = live_classes.size();
    for (std::size_t i = 0; i < live_classes.size(); ++i) {
      const live_class& each = live_classes[i];
      // A class in steps has room for whole pixels of 6 bits fewer, whatever the grid.
      const unsigned needed = xy + (is_whole && !each.is_whole ? 6 : 0);
      if ((is_whole || !each.is_whole) && each.xy >= needed && each.time >= time &&
          each.pressure >= pressure[force] &&
          (best == live_classes.size() || each.bytes < live_classes[best].bytes)) {
        best = i;
      }
    }
    return static_cast<std::uint8_t>(best);
  }

  std::array<std::array<std::array<std::array<std::uint8_t, times>, xys>, forces>, 2> at_{};
};
inline constexpr live_class_choice choose_live_class{};

// The last point of a run and what the next one is told from.
struct live_state {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t step_x = 0;
  std::uint32_t step_y = 0;
  std::uint32_t pressure = pressure_middle;
  std::uint32_t t = 0;

  void advance(std::uint32_t more_x, std::uint32_t more_y, std::uint32_t more_pressure,
               std::uint32_t step_t) noexcept {
    step_x += more_x;
    step_y += more_y;
    x += step_x;
    y += step_y;
    pressure += more_pressure;
    t += step_t;
  }
};

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_LIVE_CLASS_HPP
