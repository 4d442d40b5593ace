// What docs/ink.md says of every operation: any split is alike, and bad input is defined.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ink/operations.hpp"
#include "ink/strokes.hpp"

using collab::point;
using ink_test::operation;
using ink_test::operations;
using ink_test::outcome;
using ink_test::outcome_of;
using ink_test::stroke;

namespace {

constexpr double endless = std::numeric_limits<double>::infinity();

// The table's answers for strokes of no point, of one and of three at one place, both at
// (640, 500): by name, what comes out.
struct answer {
  outcome none;
  outcome one;
  outcome three;
};

const point at{640, 500, 0.5F, 7};
// At one place, later, and first heavier, then lighter; the turn of the pressure is small.
const stroke thrice = {at, {640, 500, 0.51F, 8}, {640, 500, 0.49F, 9}};

outcome all_of_them(std::vector<std::size_t> ends) {
  outcome out = outcome_of(thrice);
  out.ends = std::move(ends);
  return out;
}

outcome one_of_them(std::vector<std::size_t> ends) {
  outcome out = outcome_of(stroke{at});
  out.ends = std::move(ends);
  return out;
}

// The operations that put out points or numbers; outlines are looked at on their own.
std::map<std::string, answer> answers() {
  const outcome none = outcome_of(stroke{});
  const outcome one = outcome_of(stroke{at});
  const outcome ends = outcome_of(stroke{thrice.front(), thrice.back()});
  // Away from the eraser's middle by less than its 300.
  const auto erased = outcome{{}, {}, {3}};
  return {
      {"distance_filter", {none, one, ends}},
      {"gap_interpolator", {none, one, all_of_them({})}},
      {"gap_interpolator, curve", {none, one, all_of_them({})}},
      {"one_euro_smoother", {none, one, all_of_them({})}},
      {"stream_simplifier", {none, one, ends}},
      {"resampler", {none, one, one}},
      {"simplifier", {none, one, ends}},
      {"point_batcher", {none, one_of_them({1}), all_of_them({3})}},
      {"stream_eraser", {outcome{{}, {}, {2}}, erased, erased}},
      {"stroke_length", {outcome_of(0), outcome_of(0), outcome_of(0)}},
      {"stroke_distance",
       {outcome_of(endless), outcome_of(std::hypot(340, 200)), outcome_of(std::hypot(340, 200))}},
      {"box_hit_test", {outcome_of(0), outcome_of(1), outcome_of(1)}},
      {"box_hit_test, small", {outcome_of(0), outcome_of(0), outcome_of(0)}},
      {"lasso_hit_test", {outcome_of(0), outcome_of(1), outcome_of(1)}},
      {"bounds",
       {outcome{{endless, endless, -endless, -endless}, {}, {}},
        outcome{{640, 500, 640, 500}, {}, {}}, outcome{{640, 500, 640, 500}, {}, {}}}},
  };
}

stroke at_times(stroke points, const std::vector<std::uint32_t>& times) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i].t = times[i % times.size()];
  }
  return points;
}

bool is_finite(const outcome& out) {
  return std::ranges::all_of(out.numbers, [](double each) { return std::isfinite(each); });
}

}  // namespace

TEST_SUITE("ink/streams") {
  TEST_CASE("whatever pieces a stroke comes in, the result is the same") {
    const auto strokes = ink_test::many_strokes(97);
    for (const operation& each : operations()) {
      CAPTURE(each.name);
      std::uint64_t seed = 0;
      for (const stroke& samples : strokes) {
        const outcome whole = each.run(samples, 0);
        REQUIRE(each.run(samples, ++seed) == whole);
        REQUIRE(each.run(ink_test::with_invalid(samples), ++seed) == whole);
      }
    }
  }
}

TEST_SUITE("ink/bad_input") {
  TEST_CASE("a sample out of range, infinite or not a number is as if it had not come") {
    const stroke good = ink_test::generated_stroke(5);
    const stroke ends = {good.front(), good.back()};
    for (const operation& each : operations()) {
      CAPTURE(each.name);
      for (const point& bad : ink_test::invalid_samples()) {
        CAPTURE(bad.t);
        CHECK(each.run({bad}, 0) == each.run({}, 0));
        CHECK(each.run({bad, ends[0], bad, bad, ends[1], bad}, 0) == each.run(ends, 0));
      }
      CHECK(each.run(ink_test::with_invalid(good), 0) == each.run(good, 0));
      CHECK(each.run(ink_test::invalid_samples(), 3) == each.run({}, 0));
    }
  }

  TEST_CASE("a sample at the very limit of the range is taken, with a result in the range") {
    for (const operation& each : operations()) {
      if (each.name == "box_hit_test, small") {
        continue;  // Nothing at the limit is in it.
      }
      CAPTURE(each.name);
      for (const point& limit :
           {point{1e6F, 0, 0.5F, 1}, point{-1e6F, 0, 0.5F, 1}, point{0, 1e6F, 0.5F, 1},
            point{0, -1e6F, 0.5F, 1}, point{0, 0, 0, 1}, point{0, 0, 1, 1}}) {
        CAPTURE(limit.x);
        CAPTURE(limit.y);
        const point near{1, 1, 0.5F, 0};
        CHECK((each.run({limit}, 0) != each.run({}, 0) ||
               each.run({near, limit}, 0) != each.run({near}, 0)));
        const outcome out = each.run({near, limit, near}, 0);
        CHECK(is_finite(out));
        // A line of 4 px may stick out by half of its width.
        CHECK(std::ranges::all_of(out.numbers, [&](double number) {
          return std::fabs(number) <= (each.name == "stroke_length" ? 4e6 : 1e6 + 4);
        }));
      }
    }
  }

  TEST_CASE("strokes of no point, of one and of equal points come out as the table says") {
    const std::map<std::string, answer> expected = answers();
    std::size_t seen = 0;
    for (const operation& each : operations()) {
      const auto found = expected.find(each.name);
      if (found == expected.end()) {
        continue;
      }
      CAPTURE(each.name);
      ++seen;
      CHECK(each.run({}, 0) == found->second.none);
      CHECK(each.run({at}, 0) == found->second.one);
      CHECK(each.run(thrice, 0) == found->second.three);
      CHECK(each.run({}, 0) == found->second.none);  // And after it, another stroke.
    }
    CHECK(seen == expected.size());
  }

  TEST_CASE("the outline of no point is none, of one a circle, of equal ones the widest's") {
    for (const operation& each : operations()) {
      if (each.name.find("outliner") == std::string::npos) {
        continue;
      }
      CAPTURE(each.name);
      CHECK(each.run({}, 0).numbers.empty());
      const bool by_speed = each.asks_time;
      const auto is_circle = [&](std::span<const double> corners, double radius) {
        for (std::size_t i = 0; i < corners.size(); i += 2) {
          if (std::fabs(std::hypot(corners[i] - 640, corners[i + 1] - 500) - radius) > 1e-3) {
            return false;
          }
        }
        return corners.size() >= 16;
      };
      const outcome one = each.run({at}, 0);
      CHECK(is_circle(one.numbers, by_speed ? 2 : 2 * (0.35 + 1.3 * 0.5)));
      const outcome three = each.run(thrice, 0);
      // The last circle: the only one, or the one that the pieces end with.
      const std::size_t begin = three.ends.size() < 2 ? 0 : 2 * three.ends[three.ends.size() - 2];
      CHECK(is_circle(std::span{three.numbers}.subspan(begin),
                      by_speed ? 2 : 2 * (0.35 + 1.3 * 0.51)));
    }
  }

  TEST_CASE("times that stand still or go back change no place, unless speed is asked for") {
    for (const stroke& samples : {ink_test::generated_stroke(3), ink_test::generated_stroke(8)}) {
      for (const operation& each : operations()) {
        if (each.asks_time) {
          continue;
        }
        CAPTURE(each.name);
        const outcome forward = each.run(samples, 0);
        for (const std::vector<std::uint32_t>& times :
             {std::vector<std::uint32_t>{0}, {500, 400, 300, 200}, {0, 0xFFFFFFFF}}) {
          const outcome odd = each.run(at_times(samples, times), 0);
          CHECK(odd.numbers == forward.numbers);
          CHECK(odd.ends == forward.ends);
          CHECK(odd.times.size() == forward.times.size());
          const auto [least, most] = std::ranges::minmax(times);
          CHECK(std::ranges::all_of(odd.times, [&, low = least, high = most](std::uint32_t t) {
            return t >= low && t <= high;
          }));
        }
      }
    }
  }

  TEST_CASE("where speed is asked for, it is the last one while time stands still or goes back") {
    // Evenly along a line: the speed that counts is the one there would have been.
    const stroke even = {{0, 0, 0.5F, 0}, {20, 0, 0.5F, 10}, {40, 0, 0.5F, 20}, {60, 0, 0.5F, 30}};
    for (const operation& each : operations()) {
      if (!each.asks_time) {
        continue;
      }
      CAPTURE(each.name);
      const outcome expected = each.run(even, 0);
      for (const std::vector<std::uint32_t>& times :
           {std::vector<std::uint32_t>{0, 10, 10, 20}, {0, 10, 4, 14}, {100, 110, 0, 0}}) {
        CHECK(each.run(at_times(even, times), 0).numbers == expected.numbers);
      }
      CHECK(each.run(at_times(even, {0, 20, 40, 60}), 0).numbers != expected.numbers);
      CHECK(is_finite(each.run(at_times(even, {0, 0xFFFFFFFF}), 0)));
      CHECK(is_finite(each.run(at_times(even, {7}), 0)));
    }
  }

  TEST_CASE("10,000 points are as good as 10,001") {
    const stroke over = ink_test::long_stroke(10'001);
    const stroke full{over.begin(), over.end() - 1};
    for (const operation& each : operations()) {
      CAPTURE(each.name);
      const outcome at_bound = each.run(full, 0);
      const outcome beyond = each.run(over, 0);
      CHECK(is_finite(at_bound));
      CHECK(is_finite(beyond));
      CHECK(each.run(full, 1) == at_bound);
      CHECK(each.run(over, 2) == beyond);
      CHECK(beyond.numbers.size() + 200 >= at_bound.numbers.size());
    }
  }
}
