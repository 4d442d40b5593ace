#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "collab/ink/bounds.hpp"
#include "collab/ink/distance_filter.hpp"
#include "collab/ink/gap_interpolator.hpp"
#include "collab/ink/point.hpp"
#include "collab/testing/stroke_generator.hpp"

using collab::point;

namespace {

std::vector<point> generated_stroke(std::uint64_t seed) {
  collab::testing::stroke_generator hand{seed};
  std::vector<point> stroke;
  hand.next(stroke);
  return stroke;
}

// `stroke` through `stage`, in pieces of `piece` samples.
template <typename Stage>
std::vector<point> stream(Stage stage, const std::vector<point>& stroke, std::size_t piece) {
  std::vector<point> out;
  for (std::size_t at = 0; at < stroke.size(); at += piece) {
    stage.append({stroke.data() + at, std::min(piece, stroke.size() - at)}, out);
  }
  stage.finish(out);
  return out;
}

}  // namespace

TEST_SUITE("ink/point") {
  TEST_CASE("coordinates round to 1/16, ties upwards, also below zero") {
    CHECK(collab::to_grid(0.0) == 0.0);
    CHECK(collab::to_grid(1.03) == 1.0);
    CHECK(collab::to_grid(1.04) == 1.0625);
    CHECK(collab::to_grid(1.0 / 32) == 1.0 / 16);
    CHECK(collab::to_grid(-1.0 / 32) == 0.0);
    CHECK(collab::to_grid(-1.04) == -1.0625);
    CHECK(collab::to_grid(collab::coordinate_max) == collab::coordinate_max);
    CHECK(collab::to_grid(-collab::coordinate_max) == -collab::coordinate_max);
  }

  TEST_CASE("pressure rounds to 1/1024") {
    CHECK(collab::to_pressure_grid(0.3) == 307.0 / 1024);
    CHECK(collab::to_pressure_grid(1.0) == 1.0);
    CHECK(collab::to_pressure_grid(0.5) == 0.5);
  }

  TEST_CASE("every place on the grid is exact in a float") {
    for (double steps = 15'999'900; steps <= 16'000'000; ++steps) {
      REQUIRE(double{static_cast<float>(steps / 16)} == steps / 16);
    }
  }

  TEST_CASE("a sample is valid up to the limits and not beyond") {
    CHECK(collab::is_valid({1e6F, -1e6F, 0, 0}));
    CHECK(collab::is_valid({0, 0, 1, 0xFFFFFFFF}));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    for (const point& bad :
         {point{1000000.0625F, 0, 0, 0}, point{0, -1000000.0625F, 0, 0}, point{nan, 0, 0, 0},
          point{0, nan, 0, 0}, point{infinity, 0, 0, 0}, point{0, 0, nan, 0},
          point{0, 0, -0.001F, 0}, point{0, 0, 1.001F, 0}}) {
      CHECK_FALSE(collab::is_valid(bad));
    }
  }
}

TEST_SUITE("ink/bounds") {
  TEST_CASE("the box of no point is empty and meets nothing") {
    const collab::bounds none = collab::bounds_of({});
    CHECK(none.is_empty());
    CHECK_FALSE(none.intersects({-10, -10, 10, 10}));
  }

  TEST_CASE("invalid points are not in the box") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<point> points = {{nan, 5},  {1, 2},   {infinity, 3},
                                       {2e6F, 3}, {4, nan}, {3, 1}};
    CHECK(collab::bounds_of(points) == collab::bounds{1, 1, 3, 2});
    collab::bounds box{1, 1, 3, 2};
    box.add(nan, nan);
    CHECK(box == collab::bounds{1, 1, 3, 2});
  }

  TEST_CASE("the box touches the outermost points") {
    const std::vector<point> points = {{1, 5}, {-2, 7}, {4, 6}};
    CHECK(collab::bounds_of(points) == collab::bounds{-2, 5, 4, 7});
    CHECK(collab::bounds_of(points).intersects({4, 7, 9, 9}));
    CHECK_FALSE(collab::bounds_of(points).intersects({4.1F, 7, 9, 9}));
  }
}

TEST_SUITE("ink/distance_filter") {
  TEST_CASE(
      "no two neighbours of the result are nearer than the minimum, but for the last and for turns "
      "of pressure") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(seed);
      const auto stroke = generated_stroke(seed);
      const auto kept = stream(
          collab::distance_filter{{.distance_min = 2.0F, .pressure_turn_min = 2.0F}}, stroke, 1000);
      REQUIRE_FALSE(kept.empty());
      CHECK(kept.front() == stroke.front());
      CHECK(kept.back() == stroke.back());
      for (std::size_t i = 1; i + 1 < kept.size(); ++i) {
        CHECK(collab::distance(kept[i - 1], kept[i]) >= 1.9999F);
      }
    }
  }

  TEST_CASE("in pieces of any size it yields the same as in one") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto stroke = generated_stroke(seed);
      const auto whole = stream(collab::distance_filter{}, stroke, stroke.size());
      for (const std::size_t piece : {1U, 2U, 7U}) {
        CHECK(stream(collab::distance_filter{}, stroke, piece) == whole);
      }
    }
  }

  TEST_CASE("after finish it is ready for another stroke") {
    collab::distance_filter filter{{.distance_min = 10.0F}};
    std::vector<point> out;
    const std::vector<point> first = {{0, 0}, {1, 0}};
    const std::vector<point> second = {{2, 0}};
    filter.append(first, out);
    filter.finish(out);
    filter.append(second, out);
    filter.finish(out);
    CHECK(out == std::vector<point>{{0, 0}, {1, 0}, {2, 0}});
  }

  TEST_CASE("a stroke without points stays without points") {
    std::vector<point> out;
    collab::distance_filter filter;
    filter.append({}, out);
    filter.finish(out);
    CHECK(out.empty());
  }
}

TEST_SUITE("ink/gap_interpolator") {
  TEST_CASE("all samples are in the result, in order, and no gap is wider than the maximum") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(seed);
      const auto stroke = generated_stroke(seed);
      const auto smooth = stream(collab::gap_interpolator{{.distance_max = 3.0F}}, stroke, 1000);
      std::size_t next = 0;
      for (const point& each : smooth) {
        next += next < stroke.size() && each == stroke[next];
      }
      CHECK(next == stroke.size());
      for (std::size_t i = 1; i < smooth.size(); ++i) {
        CHECK(collab::distance(smooth[i - 1], smooth[i]) <= 3.001F);
      }
    }
  }

  TEST_CASE("what is filled in lies on the line, with pressure and time in proportion") {
    const std::vector<point> samples = {{0, 0, 0.0F, 100}, {40, 0, 1.0F, 200}};
    const auto filled = stream(collab::gap_interpolator{{.distance_max = 10.0F}}, samples, 2);
    CHECK(filled == std::vector<point>{{0, 0, 0.0F, 100},
                                       {10, 0, 0.25F, 125},
                                       {20, 0, 0.5F, 150},
                                       {30, 0, 0.75F, 175},
                                       {40, 0, 1.0F, 200}});
  }

  TEST_CASE("a gap of exactly the maximum is left, and the bound on points holds") {
    const std::vector<point> near = {{0, 0}, {8, 0}};
    CHECK(stream(collab::gap_interpolator{}, near, 2).size() == 2);
    const std::vector<point> far = {{-1e6F, 0}, {1e6F, 0}};
    CHECK(
        stream(collab::gap_interpolator{{.distance_max = 0.001F, .points_per_gap_max = 5}}, far, 2)
            .size() == 7);
  }

  TEST_CASE("time that goes backwards is interpolated backwards") {
    const std::vector<point> samples = {{0, 0, 0.5F, 200}, {20, 0, 0.5F, 100}};
    const auto filled = stream(collab::gap_interpolator{{.distance_max = 10.0F}}, samples, 2);
    REQUIRE(filled.size() == 3);
    CHECK(filled[1].t == 150);
  }

  TEST_CASE("in pieces of any size it yields the same as in one") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto stroke = generated_stroke(seed);
      const auto whole = stream(collab::gap_interpolator{}, stroke, stroke.size());
      for (const std::size_t piece : {1U, 3U}) {
        CHECK(stream(collab::gap_interpolator{}, stroke, piece) == whole);
      }
    }
  }
}
