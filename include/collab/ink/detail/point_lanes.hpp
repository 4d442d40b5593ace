// collab/ink/detail/point_lanes.hpp - the four values of a point side by side.
//
// Vectors of GCC and clang: one instruction for x, y, pressure and t wherever the machine has
// such, the same results everywhere. All sums are modulo 2^32.

#ifndef COLLAB_INK_DETAIL_POINT_LANES_HPP
#define COLLAB_INK_DETAIL_POINT_LANES_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail {

using word_lanes [[gnu::vector_size(16)]] = std::uint32_t;
using int_lanes [[gnu::vector_size(16)]] = std::int32_t;
using float_lanes [[gnu::vector_size(16)]] = float;

// x, y, pressure, t: the order of a point, and of the fields of a live row.
static_assert(sizeof(point) == sizeof(word_lanes) && offsetof(point, y) == 4 &&
              offsetof(point, pressure) == 8 && offsetof(point, t) == 12);

inline constexpr word_lanes lanes_xy{~0U, ~0U, 0, 0};
inline constexpr word_lanes lanes_signed{~0U, ~0U, ~0U, 0};
inline constexpr word_lanes lane_t{0, 0, 0, ~0U};

inline word_lanes to_words(int_lanes lanes) noexcept { return std::bit_cast<word_lanes>(lanes); }
inline word_lanes to_words(float_lanes lanes) noexcept { return std::bit_cast<word_lanes>(lanes); }
inline int_lanes to_ints(word_lanes lanes) noexcept { return std::bit_cast<int_lanes>(lanes); }

// ~0 where a lane is negative, else 0.
inline word_lanes signs(word_lanes lanes) noexcept { return to_words(to_ints(lanes) >> 31); }

inline std::uint32_t load_word(const char* from) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    word = __builtin_bswap32(word);
  }
  return word;
}
inline void store_word(std::uint32_t word, char* to) noexcept {
  if constexpr (std::endian::native == std::endian::big) {
    word = __builtin_bswap32(word);
  }
  std::memcpy(to, &word, sizeof word);
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

// Rows become columns.
inline void transpose(word_lanes& a, word_lanes& b, word_lanes& c, word_lanes& d) noexcept {
  const word_lanes ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const word_lanes ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const word_lanes cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const word_lanes cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// A point in whole steps, by floor(steps * value + 1/2), as exact as to_steps().
// Requires: is_valid(sample).
inline word_lanes to_lanes(const point& sample, float steps) noexcept {
  word_lanes bits;
  std::memcpy(&bits, &sample, sizeof bits);
  const float_lanes scale{steps, steps, static_cast<float>(pressure_steps), 0};
  // The product with a power of two is exact, and so is what is left of it after the cut. t
  // is taken out: as a float it may be anything.
  const float_lanes value = std::bit_cast<float_lanes>(bits & lanes_signed) * scale;
  const int_lanes cut = __builtin_convertvector(value, int_lanes);
  const float_lanes rest = value - __builtin_convertvector(cut, float_lanes);
  // A comparison that holds is -1.
  const int_lanes rounded = cut - (rest >= 0.5F) + (rest < -0.5F);
  return to_words(rounded) | (bits & lane_t);
}

// How the values of points go from steps to units, and in what range they lie.
class point_scale {
 public:
  explicit point_scale(float unit) noexcept
      : units_{unit, unit, static_cast<float>(1 / pressure_steps), 0} {}

  // Writes the point at `steps`, and notes whether it is in range.
  void place(word_lanes steps, point* to) noexcept {
    // t times 0 is 0, with the sign of the highest bit of t: no bit that is not there.
    const float_lanes value = __builtin_convertvector(to_ints(steps), float_lanes) * units_;
    least_ = value < least_ ? value : least_;
    greatest_ = value > greatest_ ? value : greatest_;
    const word_lanes bits = to_words(value) | (steps & lane_t);
    std::memcpy(static_cast<void*>(to), &bits, sizeof bits);
  }

  // Whether a point was out of range.
  [[nodiscard]] bool is_exceeded() const noexcept {
    constexpr auto far = static_cast<float>(coordinate_max);
    const int_lanes outside =
        (least_ < float_lanes{-far, -far, 0, 0}) | (greatest_ > float_lanes{far, far, 1, 0});
    return (outside[0] | outside[1] | outside[2]) != 0;
  }

 private:
  float_lanes units_;
  float_lanes least_{};
  float_lanes greatest_{};
};

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_POINT_LANES_HPP
