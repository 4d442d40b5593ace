#include "collab/ink/simplifier.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "collab/ink/stream_simplifier.hpp"
#include "ink/strokes.hpp"

using collab::point;
using collab::simplifier;
using collab::stream_simplifier;
using ink_test::stroke;

namespace {

stroke simplified(float epsilon, const stroke& points) {
  simplifier simplify{{.epsilon = epsilon}};
  stroke out;
  simplify.simplify(points, out);
  return out;
}

stroke streamed(float epsilon, const stroke& points) {
  return ink_test::whole(stream_simplifier{{.epsilon = epsilon}}, points);
}

// The method as it is told: recursive, and distances by the definition.
void split(const stroke& points, std::size_t first, std::size_t last, double epsilon, stroke& out) {
  std::size_t farthest = first;
  double most = epsilon;
  for (std::size_t i = first + 1; i < last; ++i) {
    const double far =
        ink_test::distance_to_segment(points[i].x, points[i].y, points[first], points[last]);
    if (far > most) {
      most = far;
      farthest = i;
    }
  }
  if (farthest == first) {
    out.push_back(points[last]);
    return;
  }
  split(points, first, farthest, epsilon, out);
  split(points, farthest, last, epsilon, out);
}

// `points` with their places in the stroke as times, so that no two are equal.
stroke numbered(stroke points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i].t = static_cast<std::uint32_t>(i);
  }
  return points;
}

// How far the farthest of the numbered `points` is from the segment of `kept` that it lies
// between.
double deviation(const stroke& points, const stroke& kept) {
  REQUIRE(ink_test::is_subsequence(kept, points));
  double most = 0;
  for (std::size_t k = 0; k + 1 < kept.size(); ++k) {
    for (std::size_t i = kept[k].t; i < kept[k + 1].t; ++i) {
      most = std::max(most, ink_test::distance_to_segment(double{points[i].x}, double{points[i].y},
                                                          kept[k], kept[k + 1]));
    }
  }
  return most;
}

double slack(const stroke& points) {
  double largest = 1;
  for (const point& each : points) {
    largest = std::max({largest, std::fabs(double{each.x}), std::fabs(double{each.y})});
  }
  return largest * 1e-12;
}

stroke random_walk(std::uint64_t seed, std::size_t points, double step) {
  std::uint64_t state = seed;
  const auto random = [&state] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 40U) / static_cast<double>(1U << 24U) - 0.5;
  };
  stroke out;
  double x = 0;
  double y = 0;
  for (std::size_t i = 0; i < points; ++i) {
    x += random() * step;
    y += random() * step;
    out.push_back({static_cast<float>(x), static_cast<float>(y)});
  }
  return out;
}

}  // namespace

TEST_SUITE("ink/simplifier") {
  TEST_CASE("no point is farther than epsilon from the result, and the ends are kept") {
    for (const stroke& drawn : ink_test::many_strokes(3)) {
      const stroke points = numbered(drawn);
      for (const float epsilon : {0.0F, 0.25F, 1.0F, 4.0F}) {
        const stroke kept = simplified(epsilon, points);
        REQUIRE(kept.front() == points.front());
        REQUIRE(kept.back() == points.back());
        REQUIRE(deviation(points, kept) <= double{epsilon} + slack(points));
      }
    }
  }

  TEST_CASE("it keeps what the recursive method keeps") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      const stroke points = random_walk(seed, 100, 3);
      for (const float epsilon : {0.5F, 2.0F}) {
        stroke expected = {points.front()};
        split(points, 0, points.size() - 1, double{epsilon}, expected);
        CHECK(simplified(epsilon, points) == expected);
      }
    }
  }

  TEST_CASE("points on a line are dropped, a point at epsilon too, one beyond it is kept") {
    CHECK(simplified(0, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}) == stroke{{0, 0}, {3, 3}});
    CHECK(simplified(1, {{0, 0}, {5, 1}, {10, 0}}) == stroke{{0, 0}, {10, 0}});
    CHECK(simplified(1, {{0, 0}, {5, 1.001F}, {10, 0}}).size() == 3);
  }

  TEST_CASE("a point beyond the end of the segment is measured from its end") {
    CHECK(simplified(1, {{0, 0}, {12, 0}, {10, 0}}) == stroke{{0, 0}, {12, 0}, {10, 0}});
    CHECK(simplified(1, {{0, 0}, {5, 0}, {0, 0}}) == stroke{{0, 0}, {5, 0}, {0, 0}});
  }

  TEST_CASE("strokes of none, one and equal points") {
    CHECK(simplified(1, {}).empty());
    CHECK(simplified(1, {{3, 4}}) == stroke{{3, 4}});
    CHECK(simplified(1, {{3, 4}, {3, 4}, {3, 4}}) == stroke{{3, 4}, {3, 4}});
  }

  TEST_CASE("invalid points are as if they were not there") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke good = ink_test::generated_stroke(seed);
      CHECK(simplified(1, ink_test::with_invalid(good)) == simplified(1, good));
    }
    CHECK(simplified(1, ink_test::invalid_samples()).empty());
  }

  TEST_CASE("an epsilon that is no distance counts as zero, an endless one keeps the ends") {
    const stroke points = {{0, 0}, {1, 1}, {2, 0}, {3, 0}, {4, 0}};
    const stroke exact = {{0, 0}, {1, 1}, {2, 0}, {4, 0}};
    for (const float epsilon : {-1.0F, std::numeric_limits<float>::quiet_NaN()}) {
      CHECK(simplified(epsilon, points) == exact);
      CHECK(streamed(epsilon, points) == exact);
    }
    const float endless = std::numeric_limits<float>::infinity();
    CHECK(simplified(endless, points) == stroke{{0, 0}, {4, 0}});
    CHECK(streamed(endless, points) == stroke{{0, 0}, {4, 0}});
  }

  TEST_CASE("a stroke that splits off one point at a time, beyond a room's bound, is done") {
    // Ever wider to and fro: the farthest point is always next to the end.
    stroke points;
    for (int i = 0; i < 10'001; ++i) {
      points.push_back({static_cast<float>(i) * (i % 2 == 0 ? 10.0F : -10.0F), 0});
    }
    CHECK(simplified(1, points) == points);
    points.pop_back();
    CHECK(simplified(1, points) == points);
  }
}

TEST_SUITE("ink/stream_simplifier") {
  TEST_CASE("no point is farther than epsilon from the result, and the ends are kept") {
    for (const stroke& drawn : ink_test::many_strokes()) {
      const stroke points = numbered(drawn);
      for (const float epsilon : {0.0F, 0.25F, 1.0F, 4.0F}) {
        const stroke kept = streamed(epsilon, points);
        REQUIRE(kept.front() == points.front());
        REQUIRE(kept.back() == points.back());
        REQUIRE(deviation(points, kept) <= double{epsilon} + slack(points));
      }
    }
  }

  TEST_CASE("the guarantee holds for walks that turn back on themselves") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
      CAPTURE(seed);
      const stroke points =
          numbered(random_walk(seed, 60, 0.3 + static_cast<double>(seed % 10) * 0.3));
      CHECK(deviation(points, streamed(1, points)) <= 1 + slack(points));
    }
  }

  TEST_CASE("it drops points: at 1 px less than half of the recorded and generated are left") {
    std::size_t before = 0;
    std::size_t after = 0;
    std::size_t best = 0;
    for (const stroke& points : ink_test::many_strokes(7)) {
      before += points.size();
      after += streamed(1, points).size();
      best += simplified(1, points).size();
    }
    MESSAGE(before << " points, " << after << " streamed, " << best << " at once");
    CHECK(after * 2 < before);
    CHECK(after < best * 2);
  }

  TEST_CASE("in pieces of any size it yields the same as in one") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke points = ink_test::generated_stroke(seed);
      for (const std::size_t piece : {1U, 2U, 7U}) {
        CHECK(ink_test::stream(stream_simplifier{}, points, piece) ==
              ink_test::whole(stream_simplifier{}, points));
      }
    }
  }

  TEST_CASE("points on a line are dropped, going back is not") {
    CHECK(streamed(0, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}) == stroke{{0, 0}, {3, 3}});
    CHECK(streamed(1, {{0, 0}, {12, 0}, {10, 0}}) == stroke{{0, 0}, {12, 0}, {10, 0}});
    CHECK(streamed(0, {{0, 0}, {5, 0}, {-9, 0}}) == stroke{{0, 0}, {5, 0}, {-9, 0}});
    CHECK(streamed(1, {{0, 0}, {5, 0}, {0, 0}}) == stroke{{0, 0}, {5, 0}, {0, 0}});
  }

  TEST_CASE("strokes of none, one and equal points, and one after another") {
    CHECK(streamed(1, {}).empty());
    CHECK(streamed(1, {{3, 4}}) == stroke{{3, 4}});
    CHECK(streamed(1, {{3, 4}, {3, 4}, {3, 4}}) == stroke{{3, 4}, {3, 4}});
    stream_simplifier simplify;
    stroke out;
    for (const stroke& each : {stroke{{0, 0}, {9, 9}}, stroke{{5, 5}}}) {
      simplify.append(each, out);
      simplify.finish(out);
    }
    CHECK(out == stroke{{0, 0}, {9, 9}, {5, 5}});
  }

  TEST_CASE("invalid samples are as if they had not come") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke good = ink_test::generated_stroke(seed);
      CHECK(streamed(1, ink_test::with_invalid(good)) == streamed(1, good));
    }
    CHECK(streamed(1, ink_test::invalid_samples()).empty());
  }

  TEST_CASE("strokes at and beyond a room's bound are simplified alike") {
    for (const std::size_t size : {10'000U, 10'001U}) {
      const stroke points = numbered(ink_test::long_stroke(size));
      CHECK(deviation(points, streamed(1, points)) <= 1 + slack(points));
    }
  }
}
