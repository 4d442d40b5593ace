#include "collab/ink/resampler.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "ink/strokes.hpp"

using collab::point;
using collab::resampler;
using ink_test::stroke;

namespace {

double naive_length(const stroke& line) {
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    sum += std::hypot(double{line[i].x} - double{line[i - 1].x},
                      double{line[i].y} - double{line[i - 1].y});
  }
  return sum;
}

// Where the stroke is after `way`.
point after(const stroke& line, double way) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    const double step = std::hypot(double{line[i].x} - double{line[i - 1].x},
                                   double{line[i].y} - double{line[i - 1].y});
    if (way <= step && step > 0) {
      const auto part = static_cast<float>(way / step);
      return {std::lerp(line[i - 1].x, line[i].x, part), std::lerp(line[i - 1].y, line[i].y, part)};
    }
    way -= step;
  }
  return line.back();
}

}  // namespace

TEST_SUITE("ink/resampler") {
  TEST_CASE("each point lies one spacing of the way after the one before") {
    for (const stroke& samples : ink_test::many_strokes(17)) {
      const stroke even = ink_test::whole(resampler{{.spacing = 3.0F}}, samples);
      REQUIRE(even.front() == samples.front());
      REQUIRE(ink_test::all_valid(even));
      const double length = naive_length(samples);
      REQUIRE(std::fabs(static_cast<double>(even.size()) - (1 + length / 3)) <= 1.01);
      for (std::size_t i = 0; i + 1 < even.size(); ++i) {
        const point expected = after(samples, 3.0 * static_cast<double>(i));
        REQUIRE(double{collab::distance(even[i], expected)} <= 0.01);
      }
      REQUIRE(ink_test::same_place(even.back(), samples.back()));
    }
  }

  TEST_CASE("pressure and time go evenly between samples, around corners") {
    const stroke samples = {{0, 0, 0.0F, 0}, {4, 0, 1.0F, 40}, {4, 8, 0.0F, 20}};
    CHECK(ink_test::whole(resampler{{.spacing = 3.0F}}, samples) == stroke{{0, 0, 0.0F, 0},
                                                                           {3, 0, 0.75F, 30},
                                                                           {4, 2, 0.75F, 35},
                                                                           {4, 5, 0.375F, 28},
                                                                           {4, 8, 0.0F, 20}});
  }

  TEST_CASE("none, one, equal and invalid samples") {
    CHECK(ink_test::whole(resampler{}, {}).empty());
    CHECK(ink_test::whole(resampler{}, {{3, 4}}) == stroke{{3, 4}});
    CHECK(ink_test::whole(resampler{}, {{3, 4}, {3, 4}}) == stroke{{3, 4}});
    CHECK(ink_test::whole(resampler{}, ink_test::invalid_samples()).empty());
    const stroke good = ink_test::generated_stroke(5);
    CHECK(ink_test::whole(resampler{}, ink_test::with_invalid(good)) ==
          ink_test::whole(resampler{}, good));
  }

  TEST_CASE("a stroke that comes back to its start ends there") {
    CHECK(ink_test::whole(resampler{{.spacing = 10.0F}}, {{0, 0}, {2, 0}, {0, 0}}) ==
          stroke{{0, 0}, {0, 0}});
  }

  TEST_CASE("no gap gets more points than the bound") {
    const stroke far = {{0, 0}, {100, 0}};
    CHECK(ink_test::whole(resampler{{.spacing = 10, .points_per_gap_max = 10}}, far).size() == 11);
    const stroke cut = ink_test::whole(resampler{{.spacing = 10, .points_per_gap_max = 9}}, far);
    REQUIRE(cut.size() == 10);
    CHECK(cut.back() == far.back());
  }

  TEST_CASE("in pieces of any size it yields the same as in one") {
    for (const std::size_t size : {50U, 10'000U, 10'001U}) {
      const stroke samples = ink_test::long_stroke(size);
      CHECK(ink_test::stream(resampler{}, samples, 3) == ink_test::whole(resampler{}, samples));
    }
  }
}
