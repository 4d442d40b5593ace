// collab/ink/detail/live_rows.hpp - rows of a live group out of bytes and into them.
//
// Four rows at a time, by columns: a field is at the same place in all rows, so that one
// shift by a width from a table takes it out of all of them, without a jump by the class.

#ifndef COLLAB_INK_DETAIL_LIVE_ROWS_HPP
#define COLLAB_INK_DETAIL_LIVE_ROWS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "collab/ink/detail/live_class.hpp"
#include "collab/ink/detail/point_lanes.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail {

// Second differences of x and y, first ones of pressure and t, in steps: one for each point.
using live_rows = std::array<word_lanes, live_group_points>;

// Where a field is: shifted up, its highest bit is the highest of the word, and shifted down
// then, its lowest is the lowest.
struct live_field {
  std::uint32_t up = 0;
  std::uint32_t down = 0;

  static constexpr live_field of(std::uint32_t up, std::uint32_t width) noexcept {
    return {up, width == 0 ? 31 : 32 - width};
  }
  [[nodiscard]] word_lanes signed_in(word_lanes column) const noexcept {
    return shift_signed(column << up, down);
  }
  [[nodiscard]] word_lanes unsigned_in(word_lanes column) const noexcept {
    return column << up >> down;
  }
};

// How a row is read: x and y are in its first four bytes, the others in the four from
// `second` on.
struct alignas(64) live_layout {
  live_field x;
  live_field y;
  live_field pressure;
  live_field time;
  // No bits where there is no field of pressure.
  std::uint32_t pressure_mask = 0;
  std::uint32_t bytes = 0;
  std::uint32_t second = 0;
  // How many bytes fewer than four it has.
  std::uint32_t spare = 0;
  bool is_whole = false;
};
inline constexpr std::array<live_layout, live_plain_class> live_layouts = [] {
  std::array<live_layout, live_plain_class> result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    const live_class& each = live_classes[i];
    const unsigned above = each.bytes < 4 ? 32U - 8U * each.bytes : 0;
    result[i] = {live_field::of(32U - each.xy, each.xy),
                 live_field::of(32U - 2U * each.xy, each.xy),
                 live_field::of(above + each.time, each.pressure),
                 live_field::of(above, each.time),
                 each.pressure > 0 ? ~0U : 0,
                 each.bytes,
                 each.bytes > 4 ? each.bytes - 4U : 0,
                 each.bytes < 4 ? 4U - each.bytes : 0,
                 each.is_whole};
  }
  return result;
}();

// Four rows of a class, of which `first` are the words with x and y, and `second` those with
// pressure and time.
inline void split_rows(word_lanes first, word_lanes second, const live_layout& layout,
                       unsigned whole, std::span<word_lanes, 4> to) noexcept {
  const unsigned shift = layout.is_whole ? whole : 0;
  word_lanes x = layout.x.signed_in(first) << shift;
  word_lanes y = layout.y.signed_in(first) << shift;
  word_lanes pressure = layout.pressure.signed_in(second) & layout.pressure_mask;
  word_lanes time = layout.time.unsigned_in(second);
  transpose(x, y, pressure, time);
  to[0] = x;
  to[1] = y;
  to[2] = pressure;
  to[3] = time;
}

// All rows of a group of 1 to 8 points that begin at `from`. `end` is the end of the bytes:
// nothing is read from there on. What is in the rows beyond `count` is not to be looked at.
inline void read_group(const char* from, const char* end, unsigned code, unsigned count,
                       unsigned whole, live_rows& rows) noexcept {
  if (code == live_plain_class) [[unlikely]] {
    for (std::size_t i = 0; i < count; ++i) {
      rows[i] = load_column(from + i * live_row_bytes_max, 4);
    }
    return;
  }
  const live_layout& layout = live_layouts[code];
  const std::size_t bytes = layout.bytes;
  char copy[64];
  static_assert(sizeof copy >= live_group_points * 7);
  if (count < live_group_points && static_cast<std::size_t>(end - from) < live_group_points * bytes)
      [[unlikely]] {
    std::memset(copy, 0, sizeof copy);
    std::memcpy(copy, from, count * bytes);
    from = copy;
  }
  const std::span<word_lanes, live_group_points> all{rows};
  word_lanes first = load_column(from, bytes);
  word_lanes second = first;
  if (layout.second != 0) [[unlikely]] {
    second = load_column(from + layout.second, bytes);
  }
  split_rows(first, second, layout, whole, all.first<4>());
  if (count > 4) {
    // Of short rows the words are those that end with the row: there may be no more bytes.
    from += 4 * bytes - layout.spare;
    first = load_column(from, bytes) >> 8 * layout.spare;
    second = first;
    if (layout.second != 0) [[unlikely]] {
      second = load_column(from + layout.second, bytes);
    }
    split_rows(first, second, layout, whole, all.last<4>());
  }
}

// Writes the first `count` rows, for which the class must have room, to `to`, and returns
// the end. Touches up to live_group_bytes_max bytes from `to`.
inline char* write_rows(const live_rows& rows, unsigned code, unsigned count, unsigned whole,
                        char* to) noexcept {
  const live_class& layout = live_classes[code];
  if (code == live_plain_class) [[unlikely]] {
    for (std::size_t i = 0; i < count; ++i) {
      store_column(rows[i], to + i * live_row_bytes_max, 4);
    }
    return to + count * live_row_bytes_max;
  }
  const std::size_t bytes = layout.bytes;
  const std::uint32_t cut = layout.is_whole ? whole : 0;
  const std::uint32_t mask = (1U << layout.xy) - 1;
  const std::uint32_t pressure_mask = (1U << layout.pressure) - 1;
  for (std::size_t i = 0; i < count; i += 4) {
    word_lanes x = rows[i];
    word_lanes y = rows[i + 1];
    word_lanes pressure = rows[i + 2];
    word_lanes time = rows[i + 3];
    transpose(x, y, pressure, time);
    word_lanes low = (x >> cut & mask) | (y >> cut & mask) << layout.xy;
    const word_lanes high = (pressure & pressure_mask) | time << layout.pressure;
    char* row = to + i * bytes;
    if (bytes <= 4) [[likely]] {
      low |= high << (2U * layout.xy);
      store_column(low, row, bytes);
    } else {
      for (std::size_t k = 0; k < 4; ++k) {
        store_word(low[k], row + k * bytes);
        store_word(high[k], row + k * bytes + 4);
      }
    }
  }
  return to + count * bytes;
}

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_LIVE_ROWS_HPP
