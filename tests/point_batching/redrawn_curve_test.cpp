#include "redrawn_curve.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "collab/ink/polyline.hpp"
#include "collab/testing/stroke_generator.hpp"
#include "percentile.hpp"

using collab::point;
using point_batching::redrawn_curve;

TEST_SUITE("point_batching/redrawn_curve") {
  TEST_CASE("a place has the distance to the nearest line, or to the nearer end") {
    const std::vector<point> corner{{0, 0}, {10, 0}, {10, 10}};
    redrawn_curve curve{corner};
    CHECK_EQ(curve.distance_to({5, 3}), 3);
    CHECK_EQ(curve.distance_to({8, 7}), 2);
    CHECK_EQ(curve.distance_to({-3, -4}), 5);
    CHECK_EQ(curve.distance_to({10, 5}), 0);
  }

  TEST_CASE("a single point is a curve, none is infinitely far away") {
    const std::vector<point> one{{3, 4}};
    CHECK_EQ(redrawn_curve{one}.distance_to({0, 0}), 5);
    CHECK_EQ(redrawn_curve{{}}.distance_to({0, 0}), std::numeric_limits<double>::infinity());
  }

  TEST_CASE("it says what looking at every line says, in whatever order it is asked") {
    collab::testing::stroke_generator draw{7};
    std::vector<point> stroke;
    std::vector<point> kept;
    for (int round = 0; round < 60; ++round) {
      draw.next(stroke);
      kept.clear();
      // Pieces have 16 lines: lengths on both sides of that come up too.
      const std::size_t every = round % 3 == 0 ? 1 : static_cast<std::size_t>(round % 7) + 2;
      for (std::size_t i = 0; i < stroke.size(); i += every) {
        kept.push_back(collab::to_grid(stroke[i]));
      }
      redrawn_curve curve{kept};
      for (std::size_t i = 0; i < stroke.size(); ++i) {
        const point& place = stroke[round % 2 == 0 ? i : i * 7919 % stroke.size()];
        REQUIRE_EQ(curve.distance_to(place), collab::distance_to_stroke(kept, {place.x, place.y}));
      }
    }
  }

  TEST_CASE("strokes of 16, 17 and 18 points are whole") {
    for (const std::size_t count : {16U, 17U, 18U, 33U, 34U}) {
      std::vector<point> line;
      for (std::size_t i = 0; i < count; ++i) {
        line.push_back({static_cast<float>(i), 0});
      }
      redrawn_curve curve{line};
      CHECK_EQ(curve.distance_to({static_cast<float>(count) + 2, 0}), 3);
      CHECK_EQ(curve.distance_to({15.5F, 1}), count == 16 ? doctest::Approx(1.118034) : 1);
      CHECK_EQ(curve.distance_to({-2, 0}), 2);
    }
  }
}

TEST_SUITE("point_batching/percentile") {
  TEST_CASE("it is the nearest rank") {
    std::vector<double> values{15, 20, 35, 40, 50};
    CHECK_EQ(point_batching::percentile(values, 5), 15);
    CHECK_EQ(point_batching::percentile(values, 20), 15);
    CHECK_EQ(point_batching::percentile(values, 21), 20);
    CHECK_EQ(point_batching::percentile(values, 50), 35);
    CHECK_EQ(point_batching::percentile(values, 99), 50);
    CHECK_EQ(point_batching::percentile(values, 100), 50);
    std::vector<double> none;
    CHECK_EQ(point_batching::percentile(none, 50), 0);
  }
}
