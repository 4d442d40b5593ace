// collab/ink/detail/packed_block_writer.hpp - one block of packed points: choosing and writing.
//
// docs/ink-format.md has the layout bit by bit.

#ifndef COLLAB_INK_DETAIL_PACKED_BLOCK_WRITER_HPP
#define COLLAB_INK_DETAIL_PACKED_BLOCK_WRITER_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "collab/ink/detail/bit_stream.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail {

// What both sides of a packed block know.
inline constexpr std::size_t packed_block_points = 128;
inline constexpr unsigned packed_order_max = 15;
inline constexpr unsigned packed_shift_max = 7;
inline constexpr unsigned packed_start_order = 12;
inline constexpr unsigned packed_step_order = 3;
enum class pressure_mode : std::uint8_t { middle = 0, constant = 1, coded = 2 };

using block_values = std::array<std::uint32_t, packed_block_points>;

// The order that codes `values` in the fewest bits, and these.
struct golomb_choice {
  unsigned order = 0;
  std::uint64_t bits = 0;
};

inline std::uint64_t golomb_bits(std::span<const std::uint32_t> values, unsigned order) noexcept {
  const std::uint64_t least = std::uint64_t{1} << order;
  std::uint64_t widths = 0;
  for (const std::uint32_t value : values) {
    widths += static_cast<unsigned>(std::bit_width(value + least));
  }
  return 2 * widths - values.size() * (order + 1);
}

// Descends from the order that suits the mean: the bits are very nearly convex in the order.
inline golomb_choice choose_order(std::span<const std::uint32_t> values,
                                  std::uint64_t sum) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(sum / values.size()));
  const unsigned guess = std::min(width > 0 ? width - 1 : 0, packed_order_max);
  golomb_choice best{guess, golomb_bits(values, guess)};
  for (const int step : {-1, 1}) {
    bool is_better = true;
    while (is_better && (step > 0 ? best.order < packed_order_max : best.order > 0)) {
      const unsigned order = best.order + static_cast<unsigned>(step);
      const std::uint64_t bits = golomb_bits(values, order);
      is_better = bits < best.bits;
      if (is_better) {
        best = {order, bits};
      }
    }
    if (best.order < guess) {
      break;
    }
  }
  return best;
}

// How one axis of a block is coded.
class packed_axis {
 public:
  // `values` are in steps; at least one.
  void plan(std::span<const std::int32_t> values) noexcept {
    start_ = values[0];
    std::uint32_t any = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      any |= static_cast<std::uint32_t>(values[i] - values[i - 1]);
    }
    const std::uint32_t stop = 1U << packed_shift_max;
    shift_ = static_cast<unsigned>(
        std::countr_zero((any != 0 ? any : static_cast<std::uint32_t>(start_)) | stop));
    if (values.size() == 1) {
      return;
    }
    std::uint64_t first_sum = 0;
    std::uint64_t second_sum = 0;
    std::int32_t before = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const std::int32_t step = (values[i] - values[i - 1]) >> shift_;
      first_[i - 1] = fold_sign(static_cast<std::uint32_t>(step));
      second_[i - 1] = fold_sign(static_cast<std::uint32_t>(step - before));
      first_sum += first_[i - 1];
      second_sum += second_[i - 1];
      before = step;
    }
    is_second_ = second_sum < first_sum;
    choice_ = choose_order({is_second_ ? second_.data() : first_.data(), values.size() - 1},
                           is_second_ ? second_sum : first_sum);
  }

  void write_start(bit_writer& out) const noexcept {
    out.put(shift_, 3);
    out.put_golomb(fold_sign(static_cast<std::uint32_t>(start_ >> shift_)), packed_start_order);
    if (shift_ > 0) {
      const std::uint32_t rest = static_cast<std::uint32_t>(start_) & ((1U << shift_) - 1);
      out.put(rest != 0 ? 1 : 0, 1);
      out.put(rest, rest != 0 ? shift_ : 0);
    }
  }
  void write_plan(bit_writer& out) const noexcept {
    out.put((is_second_ ? 1U : 0U) | choice_.order << 1U, 5);
  }
  void write(bit_writer& out, std::size_t i) const noexcept {
    out.put_golomb(is_second_ ? second_[i] : first_[i], choice_.order);
  }
  [[nodiscard]] std::uint64_t bits() const noexcept { return choice_.bits; }

 private:
  std::int32_t start_ = 0;
  unsigned shift_ = 0;
  bool is_second_ = false;
  golomb_choice choice_;
  block_values first_;
  block_values second_;
};

// Plans and writes a block. One object serves many.
class packed_block_writer {
 public:
  // 1 to packed_block_points valid points. Returns how many bytes write() may touch.
  std::size_t plan(std::span<const point> points, point_grid grid) noexcept {
    assert(!points.empty() && points.size() <= packed_block_points);
    count_ = points.size();
    const double steps = grid_steps(grid);
    std::uint32_t pressures = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const grid_point each = to_steps(points[i], steps);
      axis_values_[0][i] = each.x;
      axis_values_[1][i] = each.y;
      pressure_[i] = each.pressure;
      pressures |= each.pressure ^ pressure_[0];
    }
    x_.plan({axis_values_[0].data(), count_});
    y_.plan({axis_values_[1].data(), count_});
    t_start_ = points[0].t;
    pressure_start_ = pressure_[0];
    mode_ = pressures != 0                       ? pressure_mode::coded
            : pressure_start_ != pressure_middle ? pressure_mode::constant
                                                 : pressure_mode::middle;
    std::uint64_t bits = 0;
    if (count_ > 1) {
      plan_time(points);
      plan_pressure();
      bits = x_.bits() + y_.bits() + time_.bits + pressure_choice_.bits;
    }
    constexpr std::size_t header_and_slack = 80;
    return header_and_slack + static_cast<std::size_t>(bits / 8);
  }

  // Returns the end.
  [[nodiscard]] char* write(char* to) const noexcept {
    bit_writer out{to};
    x_.write_start(out);
    y_.write_start(out);
    out.put_golomb(t_start_, 0);
    out.put(static_cast<unsigned>(mode_), 2);
    if (mode_ != pressure_mode::middle) {
      out.put(pressure_start_, 11);
    }
    if (count_ == 1) {
      return out.finish();
    }
    x_.write_plan(out);
    y_.write_plan(out);
    out.put(is_steady_ ? 1 : 0, 1);
    out.put_golomb(fold_sign(t_least_), packed_step_order);
    if (!is_steady_) {
      out.put(time_.order, 4);
    }
    const bool has_pressure = mode_ == pressure_mode::coded;
    if (has_pressure) {
      out.put(pressure_choice_.order, 4);
    }
    for (std::size_t i = 0; i + 1 < count_; ++i) {
      x_.write(out, i);
      y_.write(out, i);
      if (!is_steady_) {
        out.put_golomb(time_steps_[i], time_.order);
      }
      if (has_pressure) {
        out.put_golomb(pressure_[i], pressure_choice_.order);
      }
    }
    return out.finish();
  }

 private:
  // Steps above the least one. Time is counted modulo 2^32, a step back is a negative one.
  void plan_time(std::span<const point> points) noexcept {
    auto least = static_cast<std::int32_t>(points[1].t - points[0].t);
    std::uint32_t any = 0;
    for (std::size_t i = 1; i < count_; ++i) {
      const std::uint32_t step = points[i].t - points[i - 1].t;
      time_steps_[i - 1] = step;
      any |= step ^ time_steps_[0];
      least = std::min(least, static_cast<std::int32_t>(step));
    }
    t_least_ = static_cast<std::uint32_t>(least);
    is_steady_ = any == 0;
    time_ = {};
    if (!is_steady_) {
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i + 1 < count_; ++i) {
        time_steps_[i] -= t_least_;
        sum += time_steps_[i];
      }
      time_ = choose_order({time_steps_.data(), count_ - 1}, sum);
    }
  }

  void plan_pressure() noexcept {
    pressure_choice_ = {};
    if (mode_ != pressure_mode::coded) {
      return;
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < count_; ++i) {
      pressure_[i] = fold_sign(pressure_[i + 1] - pressure_[i]);
      sum += pressure_[i];
    }
    pressure_choice_ = choose_order({pressure_.data(), count_ - 1}, sum);
  }

  std::size_t count_ = 0;
  packed_axis x_;
  packed_axis y_;
  std::uint32_t t_start_ = 0;
  std::uint32_t t_least_ = 0;
  bool is_steady_ = false;
  golomb_choice time_;
  pressure_mode mode_ = pressure_mode::middle;
  std::uint32_t pressure_start_ = 0;
  golomb_choice pressure_choice_;
  std::array<std::array<std::int32_t, packed_block_points>, 2> axis_values_;
  block_values time_steps_;
  block_values pressure_;
};

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_PACKED_BLOCK_WRITER_HPP
