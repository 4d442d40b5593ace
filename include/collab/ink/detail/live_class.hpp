// collab/ink/detail/live_class.hpp - the row layouts of live points, and where groups end.
//
// A group is a byte, its count less one in the lowest 3 bits and its class above, and then as
// many rows. docs/ink-format.md has the table and how the widths were found.

#ifndef COLLAB_INK_DETAIL_LIVE_CLASS_HPP
#define COLLAB_INK_DETAIL_LIVE_CLASS_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "collab/ink/detail/point_lanes.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail {

inline constexpr std::size_t live_group_points = 8;

struct live_class {
  // Of a row.
  std::uint8_t bytes = 0;
  // Whether x and y are in whole pixels, else in steps.
  bool is_whole = false;
  // The widths of the fields, lowest first: x and y, pressure, time. Of up to 4 bytes they
  // are one word; of 5 to 7, x and y fill the first four.
  std::uint8_t xy = 0;
  std::uint8_t pressure = 0;
  std::uint8_t time = 0;
};

inline constexpr std::array<live_class, 32> live_classes{{
    {1, true, 1, 0, 6},   {1, true, 2, 0, 4},    {1, false, 2, 0, 4},    {2, true, 3, 0, 10},
    {2, true, 4, 0, 8},   {2, true, 5, 0, 6},    {2, true, 6, 0, 4},     {2, false, 4, 0, 8},
    {2, false, 5, 0, 6},  {2, false, 6, 0, 4},   {2, false, 3, 6, 4},    {2, false, 2, 8, 4},
    {2, true, 1, 10, 4},  {3, true, 7, 0, 10},   {3, true, 10, 0, 4},    {3, false, 8, 0, 8},
    {3, false, 9, 0, 6},  {3, false, 10, 0, 4},  {3, true, 6, 6, 6},     {3, true, 5, 8, 6},
    {3, true, 4, 10, 6},  {3, true, 3, 12, 6},   {3, false, 5, 6, 8},    {3, false, 4, 12, 4},
    {4, true, 12, 0, 8},  {4, false, 11, 0, 10}, {4, false, 13, 0, 6},   {4, true, 7, 12, 6},
    {5, false, 16, 0, 8}, {6, false, 16, 10, 6}, {7, false, 16, 12, 12}, {16, false, 32, 32, 32},
}};
// Rows of four plain words.
inline constexpr unsigned live_plain_class = 31;
inline constexpr std::size_t live_row_bytes_max = 16;
inline constexpr std::size_t live_group_bytes_max = 1 + live_group_points * live_row_bytes_max;

static_assert([] {
  for (const live_class& each : live_classes) {
    const unsigned bits = 2U * each.xy + each.pressure + each.time;
    const bool has_its_place = each.bytes <= 4 || each.bytes == 16 || each.xy == 16;
    if (bits != 8U * each.bytes || !has_its_place) {
      return false;
    }
  }
  return true;
}());

// Bytes of a group, with its first, which says so.
inline constexpr std::array<std::uint8_t, 256> live_group_bytes = [] {
  std::array<std::uint8_t, 256> result{};
  for (unsigned first = 0; first < 256; ++first) {
    result[first] =
        static_cast<std::uint8_t>(1 + ((first & 7U) + 1) * live_classes[first >> 3U].bytes);
  }
  return result;
}();

// The classes that have room, as sets of bits: bit i for class i.
class live_class_choice {
 public:
  constexpr live_class_choice() {
    for (unsigned i = 0; i < live_classes.size(); ++i) {
      const live_class& each = live_classes[i];
      for (unsigned width = 0; width <= 32; ++width) {
        // Of two's complement a bit is the sign.
        const bool has_xy = width < each.xy;
        in_pixels_[width] |= has_xy && each.is_whole ? 1U << i : 0;
        in_steps_[width] |= has_xy && !each.is_whole ? 1U << i : 0;
        pressure_[width] |= width == 0 || width < each.pressure ? 1U << i : 0;
        time_[width] |= width <= each.time ? 1U << i : 0;
      }
    }
  }

  // The first class with room for rows whose lanes, or'ed together, are `any`, and
  // `magnitudes` when the negative ones are complemented first.
  [[nodiscard]] unsigned operator()(word_lanes any, word_lanes magnitudes,
                                    unsigned whole) const noexcept {
    const std::uint32_t xy = magnitudes[0] | magnitudes[1];
    const bool is_whole = ((any[0] | any[1]) & ((1U << whole) - 1)) == 0;
    const std::uint32_t pixels = is_whole ? in_pixels_[std::bit_width(xy >> whole)] : 0;
    const bool has_pressure = any[2] != 0;
    const std::uint32_t with_xy = in_steps_[width(xy)] | pixels;
    // -1 has no magnitude, but needs a bit.
    const std::uint32_t pressure = has_pressure ? magnitudes[2] | 1U : 0;
    return static_cast<unsigned>(
        std::countr_zero(with_xy & pressure_[width(pressure)] & time_[width(magnitudes[3])]));
  }

 private:
  // As std::bit_width, without its case of zero.
  static unsigned width(std::uint32_t value) noexcept {
    return static_cast<unsigned>(std::bit_width(std::uint64_t{value} << 1U | 1U)) - 1;
  }

  using classes_by_width = std::array<std::uint32_t, 33>;
  classes_by_width in_pixels_{};
  classes_by_width in_steps_{};
  classes_by_width pressure_{};
  classes_by_width time_{};
};
inline constexpr live_class_choice choose_live_class{};

// What a walk over the first bytes of all groups finds.
struct live_group_walk {
  std::size_t points = 0;
  // Where the group begins that is cut off; the size of the bytes if none is.
  std::size_t end = 0;
};
inline live_group_walk walk_live_groups(std::string_view bytes, std::size_t at) noexcept {
  live_group_walk walk;
  while (at < bytes.size()) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const std::size_t next = at + live_group_bytes[first];
    if (next > bytes.size()) [[unlikely]] {
      break;
    }
    walk.points += (first & 7U) + 1;
    at = next;
  }
  walk.end = at;
  return walk;
}

// The last point of a run in steps, and what the next one is told from.
struct live_state {
  word_lanes at{0, 0, pressure_middle, 0};
  // In the lanes of x and y; what the others hold is not looked at.
  word_lanes step{};

  // After points that are on the grid.
  static live_state after(std::span<const point> drawn, point_grid grid) noexcept {
    live_state state;
    if (!drawn.empty()) {
      assert(is_valid(drawn.back()));
      const auto steps = static_cast<float>(grid_steps(grid));
      state.at = to_lanes(drawn.back(), steps);
      if (drawn.size() > 1) {
        assert(is_valid(drawn[drawn.size() - 2]));
        state.step = state.at - to_lanes(drawn[drawn.size() - 2], steps);
      }
    }
    return state;
  }

  // By one row; not the first of a run, after which the step is 0 again.
  void advance(word_lanes row) noexcept {
    step = (step & lanes_xy) + row;
    at += step;
  }
};

inline bool is_live_format(char byte) noexcept {
  const auto format = static_cast<unsigned char>(byte);
  return is_format_byte(format) && (format & 4U) == 0;
}
inline absl::Status not_live_points(char byte) {
  return absl::InvalidArgumentError(absl::StrCat("points: byte 0 is ",
                                                 static_cast<int>(static_cast<unsigned char>(byte)),
                                                 ", not live points"));
}
inline absl::Status damaged_live_group(std::size_t at) {
  return absl::DataLossError(
      absl::StrCat("points: the group at byte ", at, " is cut off or has a point out of range"));
}

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_LIVE_CLASS_HPP
