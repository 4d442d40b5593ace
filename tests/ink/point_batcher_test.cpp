#include "collab/ink/point_batcher.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ink/strokes.hpp"

using collab::instant;
using collab::point;
using collab::point_batcher;
using ink_test::stroke;
using namespace std::chrono_literals;

namespace {

constexpr instant start{1000s};

// Gives all samples at one time, taking batches as they are due.
std::vector<stroke> give(point_batcher& batcher, const stroke& samples, instant now) {
  std::vector<stroke> batches;
  std::span<const point> rest = samples;
  while (!rest.empty()) {
    rest = rest.subspan(batcher.append(rest, now));
    if (batcher.is_due(now)) {
      batcher.take(now, batches.emplace_back());
    }
  }
  return batches;
}

std::size_t ten_bytes(const point& /*before*/, const point& /*sample*/) { return 10; }

}  // namespace

TEST_SUITE("ink/point_batcher") {
  TEST_CASE("a batch is due at the count and never has more") {
    point_batcher batcher{{.points_max = 4}};
    CHECK(give(batcher, stroke{{1, 0}, {2, 0}, {3, 0}}, start).empty());
    CHECK(give(batcher, stroke{{4, 0}, {5, 0}}, start) ==
          std::vector<stroke>{{{1, 0}, {2, 0}, {3, 0}, {4, 0}}});
    stroke rest;
    CHECK(batcher.take(start, rest) == 4);
    CHECK(rest == stroke{{5, 0}});
  }

  TEST_CASE("a batch is due when its first point has waited the interval, not before") {
    point_batcher batcher{{.interval = 16ms}};
    CHECK(batcher.deadline() == instant::max());
    CHECK(give(batcher, stroke{{1, 0}}, start).empty());
    CHECK(give(batcher, stroke{{2, 0}}, start + 10ms).empty());
    CHECK(batcher.deadline() == start + 16ms);
    CHECK_FALSE(batcher.is_due(start + 16ms - 1ns));
    CHECK(batcher.is_due(start + 16ms));
    stroke out;
    CHECK(batcher.take(start + 16ms, out) == 0);
    CHECK(out.size() == 2);
    CHECK_FALSE(batcher.is_due(start + 1h));
  }

  TEST_CASE("a batch is due before a point that would make it too large") {
    point_batcher batcher{{.bytes_max = 35, .bytes_of = ten_bytes}};
    const auto batches = give(batcher, stroke(7, point{1, 1}), start);
    REQUIRE(batches.size() == 2);
    CHECK(batches[0].size() == 3);
    CHECK(batches[1].size() == 3);
    point_batcher exact{{.bytes_max = 40, .bytes_of = ten_bytes}};
    CHECK(give(exact, stroke(4, point{1, 1}), start) ==
          std::vector<stroke>{stroke(4, point{1, 1})});
    point_batcher tiny{{.bytes_max = 1}};
    CHECK(give(tiny, stroke(3, point{1, 1}), start).size() == 3);
  }

  TEST_CASE("the end of the stroke makes due what there is, and indices begin anew") {
    point_batcher batcher;
    CHECK(give(batcher, stroke{{1, 0}, {2, 0}}, start).empty());
    batcher.finish();
    CHECK(batcher.is_due(start));
    CHECK(batcher.append(stroke{{3, 0}}, start) == 0);
    stroke out;
    CHECK(batcher.take(start, out) == 0);
    CHECK(batcher.append(stroke{{3, 0}}, start) == 1);
    CHECK_FALSE(batcher.is_due(start));
    CHECK(batcher.take(start, out) == 0);
    CHECK(out == stroke{{1, 0}, {2, 0}, {3, 0}});
  }

  TEST_CASE("a stroke without points makes nothing due") {
    point_batcher batcher;
    batcher.finish();
    CHECK_FALSE(batcher.is_due(start + 1h));
    CHECK(give(batcher, stroke{{1, 0}}, start).empty());
  }

  TEST_CASE("all points come out once, in order, whatever the pieces, beyond a room's bound") {
    for (const std::size_t size : {10'000U, 10'001U}) {
      const stroke samples = ink_test::long_stroke(size);
      for (const std::size_t piece : {1U, 7U, 20'000U}) {
        point_batcher batcher{{.points_max = 100}};
        stroke out;
        std::uint64_t expected = 0;
        for (std::size_t at = 0; at < size; at += piece) {
          std::span<const point> rest{samples.data() + at, std::min(piece, size - at)};
          while (!rest.empty()) {
            rest = rest.subspan(batcher.append(rest, start));
            if (batcher.is_due(start)) {
              CHECK(batcher.take(start, out) == expected);
              expected += 100;
            }
          }
        }
        batcher.finish();
        batcher.take(start, out);
        CHECK(out == samples);
      }
    }
  }

  TEST_CASE("invalid samples are taken and dropped, equal ones are kept") {
    point_batcher batcher;
    CHECK(batcher.append(ink_test::invalid_samples(), start) == ink_test::invalid_samples().size());
    CHECK_FALSE(batcher.is_due(start + 1h));
    CHECK(batcher.append(ink_test::with_invalid({{1, 1}, {1, 1}}), start) == 5);
    stroke out;
    batcher.take(start, out);
    CHECK(out == stroke{{1, 1}, {1, 1}});
  }

  TEST_CASE("a time that goes back counts as the latest") {
    point_batcher batcher{{.interval = 16ms}};
    CHECK(give(batcher, stroke{{1, 0}}, start).empty());
    stroke out;
    batcher.take(start, out);
    CHECK(give(batcher, stroke{{2, 0}}, start - 1h).empty());
    CHECK(batcher.deadline() == start + 16ms);
  }

  TEST_CASE("an adaptive interval doubles when pushed back, up to its bound") {
    point_batcher batcher{{.interval = 16ms, .is_adaptive = true, .interval_max = 50ms}};
    batcher.slow_down(start);
    CHECK(batcher.interval() == 32ms);
    CHECK(give(batcher, stroke{{1, 0}}, start).empty());
    CHECK(batcher.deadline() == start + 32ms);
    batcher.slow_down(start);
    CHECK(batcher.interval() == 50ms);
    CHECK(batcher.deadline() == start + 50ms);
    batcher.slow_down(start);
    CHECK(batcher.interval() == 50ms);
  }

  TEST_CASE("in the calm it shrinks by an even rise of the rate, down to its bound") {
    point_batcher batcher{{.interval = 100ms,
                           .is_adaptive = true,
                           .interval_min = 20ms,
                           .rate_gain = 5,
                           .calm = 250ms}};
    stroke out;
    batcher.slow_down(start);  // 200 ms: 5 a second.
    CHECK(batcher.interval() == 200ms);
    batcher.take(start + 249ms, out);
    CHECK(batcher.interval() == 200ms);
    batcher.take(start + 250ms, out);
    CHECK(batcher.interval() == 100ms);
    batcher.take(start + 750ms, out);  // Two calms: 20 a second.
    CHECK(batcher.interval() == 50ms);
    batcher.slow_down(start + 900ms);  // Begins the calm anew.
    CHECK(batcher.interval() == 100ms);
    batcher.take(start + 1149ms, out);
    CHECK(batcher.interval() == 100ms);
    batcher.take(start + 1h, out);
    CHECK(batcher.interval() == 20ms);
  }

  TEST_CASE("an interval that is not adaptive stays") {
    point_batcher batcher{{.interval = 16ms}};
    stroke out;
    batcher.slow_down(start);
    batcher.take(start + 1h, out);
    CHECK(batcher.interval() == 16ms);
  }
}
