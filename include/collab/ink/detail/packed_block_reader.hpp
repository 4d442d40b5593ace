// collab/ink/detail/packed_block_reader.hpp - one block of packed points, read.
//
// docs/ink-format.md has the layout bit by bit. Integers only until a point is whole.

#ifndef COLLAB_INK_DETAIL_PACKED_BLOCK_READER_HPP
#define COLLAB_INK_DETAIL_PACKED_BLOCK_READER_HPP

#include <cstddef>
#include <cstdint>

#include "collab/ink/detail/bit_stream.hpp"
#include "collab/ink/detail/packed_block_writer.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab::detail {

// One axis while it is decoded, in units of 2^shift steps.
struct packed_axis_reader {
  std::uint32_t at = 0;
  std::uint32_t step = 0;
  // All ones where second differences are coded.
  std::uint32_t keep = 0;
  unsigned shift = 0;
  std::uint32_t rest = 0;
  unsigned order = 0;
  // `at` + `low` is at most `span` exactly where the coordinate is in its range.
  std::uint32_t low = 0;
  std::uint32_t span = 0;

  void read_start(bit_reader& in, std::int32_t limit) noexcept {
    shift = static_cast<unsigned>(in.take(3));
    at = unfold_sign(in.take_golomb(packed_start_order));
    if (shift > 0 && in.take(1) != 0) {
      rest = static_cast<std::uint32_t>(in.take(shift));
    }
    low = (static_cast<std::uint32_t>(limit) + rest) >> shift;
    span = low + ((static_cast<std::uint32_t>(limit) - rest) >> shift);
  }
  void read_plan(bit_reader& in) noexcept {
    keep = in.take(1) != 0 ? ~std::uint32_t{0} : 0;
    order = static_cast<unsigned>(in.take(4));
  }
  void advance(std::uint32_t residual) noexcept {
    step = (step & keep) + unfold_sign(residual);
    at += step;
  }
  [[nodiscard]] bool is_outside() const noexcept { return at + low > span; }
  [[nodiscard]] std::int32_t value() const noexcept {
    return static_cast<std::int32_t>(at << shift | rest);
  }
};

struct packed_block_reader {
  packed_axis_reader x;
  packed_axis_reader y;
  std::uint32_t t = 0;
  std::uint32_t t_least = 0;
  unsigned t_order = 0;
  std::uint32_t pressure = 0;
  unsigned pressure_order = 0;
  // Whether anything was found that no encoder writes.
  bool is_bad = false;

  // Reads the block of `count` points, 1 to packed_block_points, to `out`. On false, what
  // was written there is to be thrown away.
  [[nodiscard]] bool read(bit_reader& in, std::size_t count, point_grid grid, point* out) noexcept {
    x.read_start(in, grid_limit(grid));
    y.read_start(in, grid_limit(grid));
    t = in.take_golomb(0);
    const auto mode = static_cast<unsigned>(in.take(2));
    pressure = mode == 0 ? pressure_middle : static_cast<std::uint32_t>(in.take(11));
    if (mode > 2 || x.is_outside() || y.is_outside() || pressure > pressure_top) {
      return false;
    }
    const float unit = grid_unit(grid);
    *out = from_steps(x.value(), y.value(), pressure, t, unit);
    if (count > 1) {
      x.read_plan(in);
      y.read_plan(in);
      const bool is_steady = in.take(1) != 0;
      t_least = unfold_sign(in.take_golomb(packed_step_order));
      t_order = is_steady ? 0 : static_cast<unsigned>(in.take(4));
      const bool has_pressure = mode == static_cast<unsigned>(pressure_mode::coded);
      pressure_order = has_pressure ? static_cast<unsigned>(in.take(4)) : 0;
      if (has_pressure) {
        is_steady ? run<false, true>(in, count, unit, out) : run<true, true>(in, count, unit, out);
      } else {
        is_steady ? run<false, false>(in, count, unit, out)
                  : run<true, false>(in, count, unit, out);
      }
    }
    return in.align() && !in.is_past_end() && !is_bad;
  }

 private:
  template <bool HasTime, bool HasPressure>
  void run(bit_reader& in, std::size_t count, float unit, point* out) noexcept {
    // Copies, so that they can stay in registers.
    packed_axis_reader across = x;
    packed_axis_reader down = y;
    const unsigned time_order = t_order;
    std::uint32_t time = t;
    std::uint32_t force = pressure;
    std::uint64_t wide = 0;
    bool is_outside = false;
    const auto place = [&](std::size_t i, std::uint64_t dx, std::uint64_t dy, std::uint64_t dt,
                           std::uint64_t dp) {
      across.advance(static_cast<std::uint32_t>(dx));
      down.advance(static_cast<std::uint32_t>(dy));
      time += t_least + static_cast<std::uint32_t>(dt);
      is_outside |= across.is_outside();
      is_outside |= down.is_outside();
      if constexpr (HasPressure) {
        force += unfold_sign(static_cast<std::uint32_t>(dp));
        is_outside |= force > pressure_top;
      }
      out[i] = from_steps(across.value(), down.value(), force, time, unit);
    };
    bit_window window{in};
    for (std::size_t i = 1; i < count; ++i) {
      if (window.can_fill()) [[likely]] {
        std::uint64_t word = window.fill();
        unsigned used = 0;
        const std::uint64_t dx = golomb_in(word, across.order, used);
        const std::uint64_t dy = golomb_in(word, down.order, used);
        const std::uint64_t dt = HasTime ? golomb_in(word, time_order, used) : 0;
        const std::uint64_t dp = HasPressure ? golomb_in(word, pressure_order, used) : 0;
        if (used <= 56) [[likely]] {
          window.skip(word, used);
          wide |= dx | dy | dt | dp;
          place(i, dx, dy, dt, dp);
          continue;
        }
      }
      // Near the end, and where codes are too long for a word.
      in.seek(window.position());
      const std::uint64_t dx = in.take_golomb(across.order);
      const std::uint64_t dy = in.take_golomb(down.order);
      const std::uint64_t dt = HasTime ? in.take_golomb(time_order) : 0;
      const std::uint64_t dp = HasPressure ? in.take_golomb(pressure_order) : 0;
      window = bit_window{in};
      place(i, dx, dy, dt, dp);
    }
    in.seek(window.position());
    is_bad = is_outside || wide >> 32U != 0;
  }
};

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_PACKED_BLOCK_READER_HPP
