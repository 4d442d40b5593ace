// ink/strokes.hpp - what the tests of the ink module draw with and measure by.
//
// The measures are naive on purpose: the definition, in double, without shortcuts.

#ifndef COLLAB_TESTS_INK_STROKES_HPP
#define COLLAB_TESTS_INK_STROKES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"
#include "collab/testing/stroke_generator.hpp"
#ifdef COLLAB_TEST_DATA
#include "data/stroke_files.hpp"
#endif

namespace ink_test {

using collab::point;
using stroke = std::vector<point>;

inline stroke generated_stroke(std::uint64_t seed) {
  collab::testing::stroke_generator hand{seed};
  stroke out;
  hand.next(out);
  return out;
}

// Recorded strokes of every kind if there are any, and generated ones; every `stride`-th.
inline std::vector<stroke> many_strokes([[maybe_unused]] std::size_t stride = 1) {
  std::vector<stroke> out;
#ifdef COLLAB_TEST_DATA
  static const collab_test::stroke_collection recorded = collab_test::load_strokes();
  for (std::size_t i = 0; i < recorded.strokes.size(); i += stride) {
    out.push_back(recorded.strokes[i].points);
  }
#endif
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    out.push_back(generated_stroke(seed));
  }
  return out;
}

// `samples` through `stage`, in pieces of `piece`.
template <typename Stage>
stroke stream(Stage stage, const stroke& samples, std::size_t piece) {
  stroke out;
  for (std::size_t at = 0; at < samples.size(); at += piece) {
    stage.append({samples.data() + at, std::min(piece, samples.size() - at)}, out);
  }
  if constexpr (requires { stage.finish(out); }) {
    stage.finish(out);
  } else {
    stage.finish();
  }
  return out;
}

template <typename Stage>
stroke whole(Stage stage, const stroke& samples) {
  return stream(stage, samples, std::max<std::size_t>(samples.size(), 1));
}

// Numbers from a seed.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_{seed} {}
  double next(double below) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 40U) / static_cast<double>(1U << 24U) * below;
  }

 private:
  std::uint64_t state_;
};

// Calls visit(piece) for `samples` in pieces of 0 to 20, drawn from `seed`.
template <typename Visitor>
void in_random_pieces(const stroke& samples, std::uint64_t seed, Visitor&& visit) {
  dice roll{seed};
  for (std::span<const point> rest = samples; !rest.empty();) {
    const auto longest = roll.next(2) < 1 ? 3.0 : 21.0;
    const auto piece = std::min(static_cast<std::size_t>(roll.next(longest)), rest.size());
    visit(rest.first(piece));
    rest = rest.subspan(piece);
  }
}

inline bool same_place(const point& a, const point& b) { return a.x == b.x && a.y == b.y; }

// The distance of a place from the segment a b.
inline double distance_to_segment(double x, double y, const point& a, const point& b) {
  const double ax = static_cast<double>(a.x);
  const double ay = static_cast<double>(a.y);
  const double dx = static_cast<double>(b.x) - ax;
  const double dy = static_cast<double>(b.y) - ay;
  const double square = dx * dx + dy * dy;
  const double part =
      square > 0 ? std::clamp(((x - ax) * dx + (y - ay) * dy) / square, 0.0, 1.0) : 0.0;
  return std::hypot(x - (ax + part * dx), y - (ay + part * dy));
}

inline double distance_to_line(double x, double y, const stroke& line) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < line.size(); ++i) {
    least =
        std::min(least, distance_to_segment(x, y, line[i], line[i + 1 < line.size() ? i + 1 : i]));
  }
  return least;
}

inline bool all_valid(const stroke& points) {
  return std::ranges::all_of(points, [](const point& each) { return collab::is_valid(each); });
}

inline bool is_subsequence(const stroke& part, const stroke& of) {
  std::size_t next = 0;
  for (const point& each : of) {
    next += next < part.size() && each == part[next] ? 1 : 0;
  }
  return next == part.size();
}

// One of each sample that is not valid.
inline stroke invalid_samples() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  return {{nan, 0, 0.5F, 1},        {0, nan, 0.5F, 2},   {infinity, 0, 0.5F, 3},
          {0, -infinity, 0.5F, 4},  {0, 0, nan, 5},      {0, 0, -0.001F, 6},
          {1000000.0625F, 0, 0, 7}, {0, -2e6F, 0.5F, 8}, {0, 0, 1.001F, 9},
          {3e38F, 3e38F, 0.5F, 10}};
}

// `samples` with an invalid one before, after and between all of them.
inline stroke with_invalid(const stroke& samples) {
  const stroke bad = invalid_samples();
  stroke out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    out.push_back(bad[i % bad.size()]);
    out.push_back(samples[i]);
  }
  out.push_back(bad.front());
  return out;
}

// A stroke of any length, longer than a room would take.
inline stroke long_stroke(std::size_t points) {
  stroke out;
  for (std::uint64_t seed = 1000; out.size() < points; ++seed) {
    for (point each : generated_stroke(seed)) {
      if (out.size() < points) {
        out.push_back(each);
      }
    }
  }
  return out;
}

}  // namespace ink_test

#endif  // COLLAB_TESTS_INK_STROKES_HPP
