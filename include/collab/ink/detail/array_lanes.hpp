// collab/ink/detail/array_lanes.hpp - the four values of a point in an array.
//
// Standard C++ and nothing else, for compilers without the vectors of vector_lanes.hpp.
// point_lanes.hpp says what it has to offer.

#ifndef COLLAB_INK_DETAIL_ARRAY_LANES_HPP
#define COLLAB_INK_DETAIL_ARRAY_LANES_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail::array_lanes {

// Aligned as a vector is, so that what holds it has the same layout in both forms.
struct alignas(16) word_lanes {
  std::uint32_t lanes[4];

  constexpr std::uint32_t& operator[](std::size_t i) noexcept { return lanes[i]; }
  constexpr const std::uint32_t& operator[](std::size_t i) const noexcept { return lanes[i]; }

  // The results of `operation` for each lane.
  template <typename Operation>
  [[nodiscard]] constexpr word_lanes with(const word_lanes& other,
                                          Operation operation) const noexcept {
    word_lanes result{};
    for (std::size_t i = 0; i < 4; ++i) {
      result.lanes[i] = operation(lanes[i], other.lanes[i]);
    }
    return result;
  }
  template <typename Operation>
  [[nodiscard]] constexpr word_lanes with(std::uint32_t other, Operation operation) const noexcept {
    return with(word_lanes{{other, other, other, other}}, operation);
  }

  friend constexpr word_lanes operator&(const word_lanes& a, const word_lanes& b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x & y; });
  }
  friend constexpr word_lanes operator&(const word_lanes& a, std::uint32_t b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x & y; });
  }
  friend constexpr word_lanes operator|(const word_lanes& a, const word_lanes& b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x | y; });
  }
  friend constexpr word_lanes operator^(const word_lanes& a, const word_lanes& b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x ^ y; });
  }
  friend constexpr word_lanes operator+(const word_lanes& a, const word_lanes& b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x + y; });
  }
  friend constexpr word_lanes operator-(const word_lanes& a, const word_lanes& b) noexcept {
    return a.with(b, [](std::uint32_t x, std::uint32_t y) { return x - y; });
  }
  // By 0 to 31.
  friend constexpr word_lanes operator<<(const word_lanes& a, std::uint32_t up) noexcept {
    return a.with(up, [](std::uint32_t x, std::uint32_t y) { return x << y; });
  }
  friend constexpr word_lanes operator>>(const word_lanes& a, std::uint32_t down) noexcept {
    return a.with(down, [](std::uint32_t x, std::uint32_t y) { return x >> y; });
  }
  constexpr word_lanes& operator|=(const word_lanes& other) noexcept {
    return *this = *this | other;
  }
  constexpr word_lanes& operator+=(const word_lanes& other) noexcept {
    return *this = *this + other;
  }
};

inline word_lanes shift_signed(const word_lanes& lanes, std::uint32_t down) noexcept {
  return lanes.with(down, [](std::uint32_t x, std::uint32_t y) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(x) >> y);
  });
}

inline void transpose(word_lanes& a, word_lanes& b, word_lanes& c, word_lanes& d) noexcept {
  std::swap(a[1], b[0]);
  std::swap(a[2], c[0]);
  std::swap(a[3], d[0]);
  std::swap(b[2], c[1]);
  std::swap(b[3], d[1]);
  std::swap(c[3], d[2]);
}

inline word_lanes to_lanes(const point& sample, float steps) noexcept {
  const grid_point rounded = to_steps(sample, double{steps});
  return {{static_cast<std::uint32_t>(rounded.x), static_cast<std::uint32_t>(rounded.y),
           rounded.pressure, rounded.t}};
}

class point_scale {
 public:
  explicit point_scale(float unit) noexcept : unit_{unit} {}

  void place(const word_lanes& steps, point* to) noexcept {
    const point placed = from_steps(static_cast<std::int32_t>(steps[0]),
                                    static_cast<std::int32_t>(steps[1]), steps[2], steps[3], unit_);
    is_exceeded_ |= !is_valid(placed);
    std::memcpy(static_cast<void*>(to), &placed, sizeof placed);
  }

  [[nodiscard]] bool is_exceeded() const noexcept { return is_exceeded_; }

 private:
  float unit_;
  bool is_exceeded_ = false;
};

}  // namespace collab::detail::array_lanes

#endif  // COLLAB_INK_DETAIL_ARRAY_LANES_HPP
