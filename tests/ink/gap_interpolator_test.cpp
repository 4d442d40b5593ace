#include "collab/ink/gap_interpolator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ink/strokes.hpp"

using collab::gap_curve;
using collab::gap_interpolator;
using collab::gap_interpolator_options;
using collab::point;
using ink_test::stroke;

namespace {

constexpr gap_interpolator_options curved{.distance_max = 2.0F, .curve = gap_curve::centripetal};

struct place {
  double x;
  double y;
};

// The spline by the pyramid of Barry and Goldman, as the paper of 2011 gives it.
place spline(const std::array<place, 4>& p, double part) {
  std::array<double, 4> knot{};
  for (std::size_t i = 1; i < 4; ++i) {
    knot[i] = knot[i - 1] + std::sqrt(std::hypot(p[i].x - p[i - 1].x, p[i].y - p[i - 1].y));
  }
  const double t = knot[1] + part * (knot[2] - knot[1]);
  const auto between = [&](const place& a, const place& b, double from, double to) {
    const double share = (t - from) / (to - from);
    return place{a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
  };
  const place a1 = between(p[0], p[1], knot[0], knot[1]);
  const place a2 = between(p[1], p[2], knot[1], knot[2]);
  const place a3 = between(p[2], p[3], knot[2], knot[3]);
  const place b1 = between(a1, a2, knot[0], knot[2]);
  const place b2 = between(a2, a3, knot[1], knot[3]);
  return between(b1, b2, knot[1], knot[2]);
}

place of(const point& sample) { return {double{sample.x}, double{sample.y}}; }

double rounding(const stroke& samples) {
  double largest = 1;
  for (const point& each : samples) {
    largest = std::max({largest, std::fabs(double{each.x}), std::fabs(double{each.y})});
  }
  return largest * 1e-6;
}

}  // namespace

TEST_SUITE("ink/gap_interpolator") {
  TEST_CASE("on both curves all samples are kept and no gap is wider than the maximum") {
    for (const gap_curve curve : {gap_curve::straight, gap_curve::centripetal}) {
      for (const stroke& samples : ink_test::many_strokes(3)) {
        const stroke filled =
            ink_test::whole(gap_interpolator{{.distance_max = 3.0F, .curve = curve}}, samples);
        REQUIRE(ink_test::is_subsequence(samples, filled));
        REQUIRE(filled.back() == samples.back());
        REQUIRE(ink_test::all_valid(filled));
        for (std::size_t i = 1; i < filled.size(); ++i) {
          REQUIRE(std::hypot(double{filled[i].x} - double{filled[i - 1].x},
                             double{filled[i].y} - double{filled[i - 1].y}) <=
                  3.0 + rounding(samples));
        }
      }
    }
  }

  TEST_CASE("on the straight line a gap gets the fewest points that will do") {
    for (const auto& [gap, points] :
         {std::pair{8.0F, 0U}, {8.001F, 1U}, {16.0F, 1U}, {16.01F, 2U}, {80.0F, 9U}}) {
      CHECK(ink_test::whole(gap_interpolator{}, {{0, 0}, {gap, 0}}).size() == points + 2);
    }
  }

  TEST_CASE("the curve is the centripetal Catmull-Rom spline of the paper") {
    const stroke samples = {
        {0, 0, 0.0F, 0}, {30, 10, 0.2F, 10}, {40, 60, 1.0F, 30}, {100, 50, 0.5F, 40}};
    const stroke filled = ink_test::whole(gap_interpolator{curved}, samples);
    std::size_t from = 0;
    std::size_t to = 0;
    for (std::size_t i = 0; i < filled.size(); ++i) {
      from = filled[i] == samples[1] ? i : from;
      to = filled[i] == samples[2] ? i : to;
    }
    REQUIRE(to > from + 20);
    const std::array<place, 4> hull = {of(samples[0]), of(samples[1]), of(samples[2]),
                                       of(samples[3])};
    for (std::size_t i = from + 1; i < to; ++i) {
      const double part = static_cast<double>(i - from) / static_cast<double>(to - from);
      const place expected = spline(hull, part);
      CHECK(double{filled[i].x} == doctest::Approx(expected.x).epsilon(1e-5));
      CHECK(double{filled[i].y} == doctest::Approx(expected.y).epsilon(1e-5));
      CHECK(double{filled[i].pressure} == doctest::Approx(0.2 + 0.8 * part).epsilon(1e-5));
      CHECK(std::fabs(double(filled[i].t) - (10 + 20 * part)) <= 0.5001);
    }
  }

  TEST_CASE("at the ends the curve comes from and goes to the mirrored neighbour") {
    const stroke samples = {{0, 0}, {30, 10}, {40, 60}};
    const stroke filled = ink_test::whole(gap_interpolator{curved}, samples);
    const std::array<place, 4> hull = {place{-30, -10}, of(samples[0]), of(samples[1]),
                                       of(samples[2])};
    std::size_t to = 0;
    while (!(filled[to] == samples[1])) {
      ++to;
    }
    for (std::size_t i = 1; i < to; ++i) {
      const place expected = spline(hull, static_cast<double>(i) / static_cast<double>(to));
      CHECK(double{filled[i].x} == doctest::Approx(expected.x).epsilon(1e-5));
      CHECK(double{filled[i].y} == doctest::Approx(expected.y).epsilon(1e-5));
    }
  }

  TEST_CASE("two samples on a curve are joined by a straight line") {
    for (const point& each : ink_test::whole(gap_interpolator{curved}, {{0, 0}, {10, 20}})) {
      CHECK(double{each.y} == doctest::Approx(2 * double{each.x}));
    }
  }

  TEST_CASE("the curve lags one sample behind until the end") {
    gap_interpolator fill{curved};
    stroke out;
    const stroke samples = {{0, 0}, {1, 0}, {2, 0}};
    for (std::size_t i = 0; i < samples.size(); ++i) {
      fill.append({&samples[i], 1}, out);
      CHECK(out.size() == std::max<std::size_t>(i, 1));
    }
    fill.finish(out);
    CHECK(out == samples);
  }

  TEST_CASE("in pieces of any size the curve is the same as in one, stroke after stroke") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke samples = ink_test::generated_stroke(seed);
      for (const std::size_t piece : {1U, 2U, 3U}) {
        CHECK(ink_test::stream(gap_interpolator{curved}, samples, piece) ==
              ink_test::whole(gap_interpolator{curved}, samples));
      }
    }
    gap_interpolator fill{curved};
    stroke out;
    for (const stroke& each : {stroke{{0, 0}, {1, 1}}, stroke{{500, 500}}, stroke{}}) {
      fill.append(each, out);
      fill.finish(out);
    }
    CHECK(out == stroke{{0, 0}, {1, 1}, {500, 500}});
  }

  TEST_CASE("samples at one place are kept and break no curve") {
    const stroke samples = {{0, 0}, {0, 0}, {50, 0}, {50, 0}, {50, 50}, {50, 50}};
    const stroke filled = ink_test::whole(gap_interpolator{curved}, samples);
    CHECK(ink_test::is_subsequence(samples, filled));
    CHECK(ink_test::all_valid(filled));
  }

  TEST_CASE("a curve at the edge of the range stays in it") {
    const stroke samples = {{9e5F, 9e5F}, {1e6F, 9e5F}, {1e6F, 1e6F}, {9e5F, 1e6F}};
    CHECK(ink_test::all_valid(ink_test::whole(gap_interpolator{curved}, samples)));
  }

  TEST_CASE("no gap gets more points than the bound, on either curve") {
    const stroke far = {{-1e6F, 0}, {1e6F, 0}, {-1e6F, 1e6F}};
    for (const gap_curve curve : {gap_curve::straight, gap_curve::centripetal}) {
      const gap_interpolator fill{
          {.distance_max = 0.001F, .points_per_gap_max = 5, .curve = curve}};
      CHECK(ink_test::whole(fill, far).size() == 3 + 2 * 5);
      const gap_interpolator fits{{.distance_max = 8, .points_per_gap_max = 5, .curve = curve}};
      CHECK(ink_test::whole(fits, {{0, 0}, {47.9F, 0}}).size() == 2 + 5);
      CHECK(ink_test::whole(fits, {{0, 0}, {39.9F, 0}}).size() == 2 + 4);
    }
  }

  TEST_CASE("invalid samples are as if they had not come") {
    for (const gap_curve curve : {gap_curve::straight, gap_curve::centripetal}) {
      const gap_interpolator fill{{.curve = curve}};
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const stroke good = ink_test::generated_stroke(seed);
        CHECK(ink_test::whole(fill, ink_test::with_invalid(good)) == ink_test::whole(fill, good));
      }
      CHECK(ink_test::whole(fill, ink_test::invalid_samples()).empty());
    }
  }

  TEST_CASE("strokes at and beyond a room's bound are filled alike") {
    for (const std::size_t size : {10'000U, 10'001U}) {
      const stroke samples = ink_test::long_stroke(size);
      const stroke filled = ink_test::whole(gap_interpolator{curved}, samples);
      CHECK(ink_test::is_subsequence(samples, filled));
      CHECK(filled == ink_test::stream(gap_interpolator{curved}, samples, 512));
    }
  }
}
