#include "collab/ink/outline.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collab/ink/svg_path.hpp"
#include "ink/strokes.hpp"

using collab::outline_options;
using collab::outline_width;
using collab::outliner;
using collab::point;
using collab::vertex;
using ink_test::stroke;

namespace {

std::vector<vertex> outline_of(const stroke& points, outline_options options = {}) {
  std::vector<vertex> out;
  outliner{options}.draw(points, out);
  return out;
}

// How often the polygon goes around a place.
int winding(const std::vector<vertex>& polygon, double x, double y) {
  int turns = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const vertex& a = polygon[i];
    const vertex& b = polygon[(i + 1) % polygon.size()];
    const double side = (double{b.x} - double{a.x}) * (y - double{a.y}) -
                        (x - double{a.x}) * (double{b.y} - double{a.y});
    if (double{a.y} <= y && double{b.y} > y && side > 0) {
      ++turns;
    } else if (double{a.y} > y && double{b.y} <= y && side < 0) {
      --turns;
    }
  }
  return turns;
}

// How deep a place lies in the stroke by the definition: discs of every width between
// neighbours, close together. Below 0 outside.
double depth(const stroke& points, double width, double x, double y) {
  double most = -1e9;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const point& a = points[i];
    const point& b = points[i + 1 < points.size() ? i + 1 : i];
    for (int k = 0; k <= 200; ++k) {
      const double part = k / 200.0;
      const double pressure = std::lerp(double{a.pressure}, double{b.pressure}, part);
      most = std::max(most, width / 2 * (0.35 + 1.3 * pressure) -
                                std::hypot(x - std::lerp(double{a.x}, double{b.x}, part),
                                           y - std::lerp(double{a.y}, double{b.y}, part)));
    }
  }
  return most;
}

}  // namespace

TEST_SUITE("ink/outline") {
  TEST_CASE("it covers every disc along the stroke and nothing else, in any turn") {
    std::uint64_t state = 3;
    const auto random = [&state](double below) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      return static_cast<double>(state >> 40U) / static_cast<double>(1U << 24U) * below;
    };
    int inside = 0;
    for (int round = 0; round < 300; ++round) {
      CAPTURE(round);
      // From long lines to steps much shorter than the width.
      const double size = round % 3 == 0 ? 8 : round % 3 == 1 ? 30 : 100;
      stroke points;
      for (int i = 0; i < 1 + round % 7; ++i) {
        points.push_back({static_cast<float>(random(size)), static_cast<float>(random(size)),
                          static_cast<float>(random(1)), 0});
      }
      if (round % 10 == 0) {
        points.push_back(points.front());  // Straight back.
      }
      const auto polygon = outline_of(points, {.width = 16, .tolerance = 0.02F});
      for (int i = 0; i < 60; ++i) {
        const double x = random(size + 40) - 20;
        const double y = random(size + 40) - 20;
        const double deep = depth(points, 16, x, y);
        if (std::fabs(deep) < 0.1) {
          continue;
        }
        CAPTURE(x);
        CAPTURE(y);
        CAPTURE(deep);
        const int turns = winding(polygon, x, y);
        CHECK(turns <= 0);
        CHECK((turns != 0) == (deep > 0));
        inside += deep > 0 ? 1 : 0;
      }
    }
    CHECK(inside > 2000);
  }

  TEST_CASE("curls much tighter than the line is wide leave no hole") {
    for (const double radius : {0.5, 2.0, 4.0, 7.0}) {
      for (const double step : {0.2, 0.7, 1.3, 2.4}) {
        CAPTURE(radius);
        CAPTURE(step);
        stroke points;
        for (int i = 0; i < 12; ++i) {
          points.push_back({static_cast<float>(radius * std::cos(step * i)),
                            static_cast<float>(radius * std::sin(step * i)), 0.5F, 0});
        }
        const auto polygon = outline_of(points, {.width = 16, .tolerance = 0.02F});
        for (double x = -16; x <= 16; x += 0.9) {
          for (double y = -16; y <= 16; y += 0.9) {
            const double deep = depth(points, 16, x, y);
            if (std::fabs(deep) >= 0.1) {
              REQUIRE((winding(polygon, x, y) < 0) == (deep > 0));
            }
          }
        }
      }
    }
  }

  TEST_CASE("a stroke has as many corners whichever way it is turned") {
    const auto corners = [](double heading) {
      stroke points;
      double x = 0;
      double y = 0;
      for (int i = 0; i < 20; ++i) {
        const double angle = heading + (i % 2 == 0 ? 0.2 : -0.2);
        x += 30 * std::cos(angle);
        y += 30 * std::sin(angle);
        points.push_back({static_cast<float>(x), static_cast<float>(y), 0.5F, 0});
      }
      return outline_of(points).size();
    };
    for (const double heading : {0.1, 1.0, 1.6, 3.0, 3.1416, 3.3, 4.7}) {
      CHECK(corners(heading) == corners(0.0));
    }
  }

  TEST_CASE("a dot is a circle, as round as the tolerance asks and the bound allows") {
    const auto circle = outline_of({{10, 20}}, {.width = 8, .tolerance = 0.05F});
    for (const vertex& corner : circle) {
      CHECK(std::hypot(double{corner.x} - 10, double{corner.y} - 20) ==
            doctest::Approx(4).epsilon(1e-5));
    }
    // The middle of a side of n lies r (1 - cos(pi / n)) inside.
    const double pi = 3.14159265358979323846;
    const auto corners = static_cast<double>(circle.size());
    CHECK(4 * (1 - std::cos(pi / corners)) <= 0.05);
    CHECK(4 * (1 - std::cos(pi / (corners - 1))) > 0.05);
    CHECK(outline_of({{0, 0}}, {.width = 1e5F}).size() == 64);
    CHECK(outline_of({{0, 0}}, {.width = 1e5F, .corners_per_circle_max = 65}).size() == 65);
    CHECK(outline_of({{0, 0}}, {.width = 0.01F}).size() == 8);
  }

  TEST_CASE("equal points are one, as wide as the widest") {
    CHECK(outline_of({{1, 1, 0.2F}, {1, 1, 0.9F}, {1, 1, 0.4F}}) == outline_of({{1, 1, 0.9F}}));
    CHECK(outline_of({{0, 0}, {9, 9, 0.2F}, {9, 9, 0.9F}}) == outline_of({{0, 0}, {9, 9, 0.9F}}));
  }

  TEST_CASE("the width follows the speed, and does not ask standing time for it") {
    const outline_options options{.by = outline_width::speed,
                                  .width = 10,
                                  .speed_share = 0.2F,
                                  .speed_full = 1.0F,
                                  .tolerance = 0.01F};
    const auto half_width = [&](std::uint32_t milliseconds) {
      float most = 0;
      for (const vertex& corner :
           outline_of({{0, 0, 0.5F, 0}, {100, 0, 0.5F, milliseconds}}, options)) {
        if (corner.x > 100) {
          most = std::max(most, corner.x - 100);
        }
      }
      return most;
    };
    CHECK(half_width(1000) == doctest::Approx(5 * (1 - 0.1 * 0.8)).epsilon(0.02));
    CHECK(half_width(200) == doctest::Approx(5 * (1 - 0.5 * 0.8)).epsilon(0.02));
    CHECK(half_width(100) == doctest::Approx(1).epsilon(0.02));
    CHECK(half_width(10) == doctest::Approx(1).epsilon(0.02));
    CHECK(half_width(0) == doctest::Approx(5).epsilon(0.02));
  }

  TEST_CASE("the speed is evened out with that of the line before by half") {
    // 1, then 2 and 0 px/ms: evened out 1, 1.5 and 0.75; full at 3. The end's disc is how far
    // the outline sticks out beyond the last point.
    const stroke points = {
        {0, 0, 0.5F, 0}, {100, 0, 0.5F, 100}, {200, 0, 0.5F, 150}, {200.001F, 0, 0.5F, 250}};
    const double shares[] = {1, 1 - 0.8 * 1 / 3, 1 - 0.8 * 1.5 / 3, 1 - 0.8 * 0.75 / 3};
    for (std::size_t count = 1; count <= points.size(); ++count) {
      const stroke part{points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count)};
      float right = 0;
      for (const vertex& corner : outline_of(part, {.by = outline_width::speed,
                                                    .width = 10,
                                                    .speed_share = 0.2F,
                                                    .speed_full = 3.0F,
                                                    .tolerance = 0.001F})) {
        right = std::max(right, corner.x);
      }
      CHECK(double{right - part.back().x} == doctest::Approx(5 * shares[count - 1]).epsilon(2e-3));
    }
  }

  TEST_CASE("a constant width does not ask for pressure") {
    CHECK(outline_of({{0, 0, 0.1F}, {9, 0, 0.9F}}, {.by = outline_width::constant}) ==
          outline_of({{0, 0, 0.5F}, {9, 0, 0.5F}}, {.by = outline_width::pressure}));
  }

  TEST_CASE("no points and invalid points have no outline") {
    CHECK(outline_of({}).empty());
    CHECK(outline_of(ink_test::invalid_samples()).empty());
    const stroke good = ink_test::generated_stroke(5);
    CHECK(outline_of(ink_test::with_invalid(good)) == outline_of(good));
  }

  TEST_CASE("outlines of all strokes are finite, a room's bound or not") {
    auto strokes = ink_test::many_strokes(7);
    strokes.push_back(ink_test::long_stroke(10'000));
    strokes.push_back(ink_test::long_stroke(10'001));
    for (const stroke& points : strokes) {
      for (const outline_width by : {outline_width::pressure, outline_width::speed}) {
        bool is_finite = true;
        for (const vertex& corner : outline_of(points, {.by = by})) {
          is_finite = is_finite && std::isfinite(corner.x) && std::isfinite(corner.y);
        }
        REQUIRE(is_finite);
      }
    }
  }
}

TEST_SUITE("ink/svg_path") {
  TEST_CASE("a polygon is written in hundredths without needless zeros") {
    std::string out = "d=";
    collab::append_svg_path(
        std::vector<vertex>{{0, 0}, {10.5F, -0.25F}, {-0.004F, 1e6F}, {3.999F, -1.07F}}, out);
    CHECK(out == "d=M0 0L10.5 -0.25 0 1000000 4 -1.07Z");
  }

  TEST_CASE("no corners, and impossible ones, write nothing") {
    std::string out;
    collab::append_svg_path({}, out);
    collab::append_svg_path(std::vector<vertex>{{NAN, 0}, {0, INFINITY}}, out);
    CHECK(out.empty());
    collab::append_svg_path(std::vector<vertex>{{NAN, 0}, {1, 2}}, out);
    CHECK(out == "M1 2Z");
  }
}
