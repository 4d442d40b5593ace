// collab/ink/detail/vector_lanes.hpp - the four values of a point in a vector register.
//
// By the vectors of GCC and clang: one instruction for x, y, pressure and t wherever the
// machine has such. Empty for other compilers. point_lanes.hpp says what it has to offer.

#ifndef COLLAB_INK_DETAIL_VECTOR_LANES_HPP
#define COLLAB_INK_DETAIL_VECTOR_LANES_HPP

#include <bit>
#include <cstdint>
#include <cstring>

#include "collab/ink/point.hpp"

// EDG passes for GCC.
#if !defined(COLLAB_NO_VECTOR_EXTENSIONS) && !defined(__EDG__) && \
    (defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 12))
#define COLLAB_HAS_VECTOR_LANES 1
#else
#define COLLAB_HAS_VECTOR_LANES 0
#endif

#if COLLAB_HAS_VECTOR_LANES
namespace collab::detail::vector_lanes {

using word_lanes [[gnu::vector_size(16)]] = std::uint32_t;
using int_lanes [[gnu::vector_size(16)]] = std::int32_t;
using float_lanes [[gnu::vector_size(16)]] = float;

inline constexpr word_lanes lane_t{0, 0, 0, ~0U};

inline word_lanes to_words(int_lanes lanes) noexcept { return std::bit_cast<word_lanes>(lanes); }
inline word_lanes to_words(float_lanes lanes) noexcept { return std::bit_cast<word_lanes>(lanes); }
inline int_lanes to_ints(word_lanes lanes) noexcept { return std::bit_cast<int_lanes>(lanes); }

inline word_lanes shift_signed(word_lanes lanes, std::uint32_t down) noexcept {
  return to_words(to_ints(lanes) >> static_cast<std::int32_t>(down));
}

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

inline word_lanes to_lanes(const point& sample, float steps) noexcept {
  word_lanes bits;
  std::memcpy(&bits, &sample, sizeof bits);
  const float_lanes scale{steps, steps, static_cast<float>(pressure_steps), 0};
  // The product with a power of two is exact, and so is what is left of it after the cut. t
  // is taken out: as a float it may be anything.
  const float_lanes value = std::bit_cast<float_lanes>(bits & ~lane_t) * scale;
  const int_lanes cut = __builtin_convertvector(value, int_lanes);
  const float_lanes rest = value - __builtin_convertvector(cut, float_lanes);
  // A comparison that holds is -1.
  const int_lanes rounded = cut - (rest >= 0.5F) + (rest < -0.5F);
  return to_words(rounded) | (bits & lane_t);
}

class point_scale {
 public:
  explicit point_scale(float unit) noexcept
      : units_{unit, unit, static_cast<float>(1 / pressure_steps), 0} {}

  void place(word_lanes steps, point* to) noexcept {
    // t times 0 is 0, with the sign of the highest bit of t: no bit that is not there.
    const float_lanes value = __builtin_convertvector(to_ints(steps), float_lanes) * units_;
    least_ = value < least_ ? value : least_;
    greatest_ = value > greatest_ ? value : greatest_;
    const word_lanes bits = to_words(value) | (steps & lane_t);
    std::memcpy(static_cast<void*>(to), &bits, sizeof bits);
  }

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

}  // namespace collab::detail::vector_lanes
#endif

#endif  // COLLAB_INK_DETAIL_VECTOR_LANES_HPP
