// collab/ink/detail/point_lanes.hpp - the four values of a point side by side.
//
// In two forms with the same results everywhere: vector_lanes.hpp for GCC from 12 on and
// clang, array_lanes.hpp for all others, and where COLLAB_NO_VECTOR_EXTENSIONS is defined.
// That macro is for a compiler that only passes for one of the two: define it for all units
// of a program, compiled parts of this library included, or for none.
//
// Each form has
// - word_lanes, an aggregate of x, y, pressure and t as std::uint32_t, modulo 2^32: [], two of
//   them & | ^ + - |= +=, and one & << >> a number, shifts by 0 to 31;
// - shift_signed(lanes, down): as >>, but lanes are in two's complement;
// - transpose(a, b, c, d): rows become columns;
// - to_lanes(sample, steps): a point in whole steps, by floor(steps * value + 1/2), as exact as
//   to_steps(). Requires: is_valid(sample);
// - point_scale: how the values of points go from steps to units, by place(steps, to), and,
//   by is_exceeded(), whether one of the points was out of range.

#ifndef COLLAB_INK_DETAIL_POINT_LANES_HPP
#define COLLAB_INK_DETAIL_POINT_LANES_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "collab/ink/detail/vector_lanes.hpp"
#include "collab/ink/point.hpp"
#if !COLLAB_HAS_VECTOR_LANES
#include "collab/ink/detail/array_lanes.hpp"
#endif

namespace collab::detail {

#if COLLAB_HAS_VECTOR_LANES
using namespace vector_lanes;
#else
using namespace array_lanes;
#endif

// x, y, pressure, t: the order of a point, and of the fields of a live row.
static_assert(sizeof(point) == sizeof(word_lanes) && offsetof(point, y) == 4 &&
              offsetof(point, pressure) == 8 && offsetof(point, t) == 12);

inline constexpr word_lanes lanes_xy{~0U, ~0U, 0, 0};
inline constexpr word_lanes lanes_signed{~0U, ~0U, ~0U, 0};

// ~0 where a lane is negative, else 0.
inline word_lanes signs(word_lanes lanes) noexcept { return shift_signed(lanes, 31); }

inline std::uint32_t load_word(const char* from) noexcept {
  std::uint32_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&word, from, sizeof word);
  } else {
    for (unsigned i = 0; i < 4; ++i) {
      word |= std::uint32_t{static_cast<unsigned char>(from[i])} << 8U * i;
    }
  }
  return word;
}
inline void store_word(std::uint32_t word, char* to) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(to, &word, sizeof word);
  } else {
    for (unsigned i = 0; i < 4; ++i) {
      to[i] = static_cast<char>(word >> 8U * i & 0xFFU);
    }
  }
}

// The words that begin at `from` and at every `stride` bytes from there.
inline word_lanes load_column(const char* from, std::size_t stride) noexcept {
  return word_lanes{load_word(from), load_word(from + stride), load_word(from + 2 * stride),
                    load_word(from + 3 * stride)};
}
inline void store_column(word_lanes column, char* to, std::size_t stride) noexcept {
  for (std::size_t i = 0; i < 4; ++i) {
    store_word(column[i], to + i * stride);
  }
}

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_POINT_LANES_HPP
