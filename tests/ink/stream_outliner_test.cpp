#include "collab/ink/stream_outliner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collab/ink/outline.hpp"
#include "collab/ink/svg_path.hpp"
#include "ink/strokes.hpp"

using collab::outline_options;
using collab::outline_width;
using collab::outliner;
using collab::point;
using collab::polygons;
using collab::stream_outliner;
using collab::vertex;
using ink_test::dice;
using ink_test::stroke;

namespace {

constexpr outline_options wide{.width = 16, .tolerance = 0.02F};
// Where both may say what they like; the rest is for the rounding of corners.
constexpr double unsure = 0.02 + 0.0001;

polygons pieces_of(const stroke& points, outline_options options = wide) {
  polygons out;
  stream_outliner{options}.append(points, out);
  return out;
}

std::vector<vertex> polygon_of(const stroke& points, outline_options options = wide) {
  std::vector<vertex> out;
  outliner{options}.draw(points, out);
  return out;
}

// How often the polygon goes around a place.
int winding(std::span<const vertex> polygon, double x, double y) {
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

// Whether a piece lies on the place; no piece may go around it twice, or the other way.
bool is_covered(const polygons& pieces, double x, double y) {
  bool is_in = false;
  bool is_once = true;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const int turns = winding(pieces[i], x, y);
    is_once = is_once && (turns == 0 || turns == -1);
    is_in = is_in || turns != 0;
  }
  REQUIRE(is_once);
  return is_in;
}

// How deep a place lies between two discs by the definition: the deepest in any disc of the
// widths between theirs. Found by trisection, as the depth has one summit along the line.
double depth_between(const point& a, const point& b, double width, double x, double y) {
  const auto at = [&](double part) {
    const double pressure = std::lerp(double{a.pressure}, double{b.pressure}, part);
    return width / 2 * (0.35 + 1.3 * pressure) -
           std::hypot(x - std::lerp(double{a.x}, double{b.x}, part),
                      y - std::lerp(double{a.y}, double{b.y}, part));
  };
  double low = 0;
  double high = 1;
  for (int i = 0; i < 40; ++i) {
    const double third = (high - low) / 3;
    if (at(low + third) < at(high - third)) {
      low += third;
    } else {
      high -= third;
    }
  }
  return std::max({at(low), at(0), at(1)});
}

// The same in a whole stroke, where points at one place in a row are one, as wide as the widest.
double depth(const stroke& points, double width, double x, double y) {
  stroke places;
  for (const point& each : points) {
    if (!places.empty() && ink_test::same_place(places.back(), each)) {
      places.back().pressure = std::max(places.back().pressure, each.pressure);
    } else {
      places.push_back(each);
    }
  }
  double most = -1e9;
  for (std::size_t i = 0; i < places.size(); ++i) {
    most = std::max(
        most, depth_between(places[i], places[std::min(i + 1, places.size() - 1)], width, x, y));
  }
  return most;
}

// From long lines to steps much shorter than the width, turning anyhow, some straight back,
// some points twice at one place.
stroke wild(dice& roll, int round) {
  const double size = round % 3 == 0 ? 8 : round % 3 == 1 ? 30 : 100;
  stroke out;
  for (int i = 0; i < 1 + round % 7; ++i) {
    out.push_back({static_cast<float>(roll.next(size)), static_cast<float>(roll.next(size)),
                   static_cast<float>(roll.next(1)), 0});
    if (roll.next(5) < 1) {
      out.push_back(out.back());
      out.back().pressure = static_cast<float>(roll.next(1));
    }
  }
  if (round % 10 == 0) {
    out.push_back(out.front());
  }
  return out;
}

// The area of the polygon's inside by rows of pixels.
template <typename Covers>
double area(double size, double step, Covers&& covers) {
  double sum = 0;
  for (double x = -20; x < size; x += step) {
    for (double y = -20; y < size; y += step) {
      sum += covers(x, y) ? step * step : 0;
    }
  }
  return sum;
}

}  // namespace

TEST_SUITE("ink/stream_outliner") {
  TEST_CASE("the pieces cover the discs between neighbours and nothing else, in any turn") {
    dice roll{5};
    int inside = 0;
    int near = 0;
    for (int round = 0; round < 300; ++round) {
      CAPTURE(round);
      const stroke points = wild(roll, round);
      const polygons pieces = pieces_of(points);
      const std::vector<vertex> polygon = polygon_of(points);
      for (int i = 0; i < 100; ++i) {
        // Anywhere, or around a point, where pieces join.
        const point& by = points[static_cast<std::size_t>(i) % points.size()];
        const double x = i % 2 == 0 ? roll.next(140) - 20 : double{by.x} + roll.next(28) - 14;
        const double y = i % 2 == 0 ? roll.next(140) - 20 : double{by.y} + roll.next(28) - 14;
        const double deep = depth(points, 16, x, y);
        if (deep > 0 && deep < unsure) {
          ++near;
          continue;
        }
        CAPTURE(x);
        CAPTURE(y);
        CAPTURE(deep);
        REQUIRE(is_covered(pieces, x, y) == (deep > 1e-5));
        REQUIRE((winding(polygon, x, y) != 0) == (deep > 1e-5));
        inside += deep > 0 ? 1 : 0;
      }
    }
    CHECK(inside > 5000);
    CHECK(near < inside / 50);
  }

  TEST_CASE("while the stroke grows the pieces so far cover the outline so far") {
    dice roll{6};
    for (int round = 1; round < 60; ++round) {
      CAPTURE(round);
      const stroke points = wild(roll, round);
      stream_outliner draw{wide};
      polygons pieces;
      stroke so_far;
      for (const point& each : points) {
        draw.append({&each, 1}, pieces);
        so_far.push_back(each);
        const std::vector<vertex> polygon = polygon_of(so_far);
        for (int i = 0; i < 40; ++i) {
          const double x = double{each.x} + roll.next(40) - 20;
          const double y = double{each.y} + roll.next(40) - 20;
          const double deep = depth(so_far, 16, x, y);
          if (deep <= 0 || deep >= unsure) {
            REQUIRE(is_covered(pieces, x, y) == (winding(polygon, x, y) != 0));
          }
        }
      }
    }
  }

  TEST_CASE("the area of the pieces together is the area of the whole outline") {
    for (const std::uint64_t seed : {1U, 4U, 9U}) {
      stroke points = ink_test::generated_stroke(seed);
      points.resize(std::min<std::size_t>(points.size(), 60));
      const point start = points.front();
      for (point& each : points) {
        each.x -= start.x;
        each.y -= start.y;
      }
      const polygons pieces = pieces_of(points);
      const std::vector<vertex> polygon = polygon_of(points);
      const double whole =
          area(100, 0.8, [&](double x, double y) { return winding(polygon, x, y) != 0; });
      const double sum =
          area(100, 0.8, [&](double x, double y) { return is_covered(pieces, x, y); });
      CHECK(whole > 50);
      CHECK(sum == doctest::Approx(whole).epsilon(0.01));
    }
  }

  TEST_CASE("every piece is convex and turns the same way") {
    dice roll{7};
    std::size_t seen = 0;
    for (int round = 0; round < 300; ++round) {
      const polygons pieces = pieces_of(wild(roll, round));
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto piece = pieces[i];
        REQUIRE(piece.size() >= 4);
        double around = 0;
        for (std::size_t k = 0; k < piece.size(); ++k) {
          const vertex& a = piece[k];
          const vertex& b = piece[(k + 1) % piece.size()];
          const vertex& c = piece[(k + 2) % piece.size()];
          const double in_x = double{b.x} - double{a.x};
          const double in_y = double{b.y} - double{a.y};
          const double out_x = double{c.x} - double{b.x};
          const double out_y = double{c.y} - double{b.y};
          // But for the rounding of corners to floats.
          REQUIRE(in_x * out_y - in_y * out_x <=
                  1e-4 * (std::hypot(in_x, in_y) + std::hypot(out_x, out_y)));
          around += std::atan2(in_x * out_y - in_y * out_x, in_x * out_x + in_y * out_y);
        }
        REQUIRE(around == doctest::Approx(-2 * 3.14159265358979).epsilon(1e-6));
        ++seen;
      }
    }
    CHECK(seen > 500);
  }

  TEST_CASE("in pieces of any size it yields the same as at once, into whatever storage") {
    std::uint64_t seed = 0;
    for (const stroke& points : ink_test::many_strokes(29)) {
      const polygons expected = pieces_of(points, {});
      stream_outliner draw;
      std::vector<vertex> corners;
      std::size_t pieces = 0;
      ink_test::in_random_pieces(points, ++seed, [&](std::span<const point> some) {
        polygons fresh;
        draw.append(some, fresh);
        corners.insert(corners.end(), fresh.corners.begin(), fresh.corners.end());
        pieces += fresh.size();
      });
      REQUIRE(corners == expected.corners);
      REQUIRE(pieces == expected.size());
    }
  }

  TEST_CASE("a dot is the circle of the whole outline, and after finish another stroke begins") {
    stream_outliner draw;
    polygons out;
    for (const point& dot : {point{10, 20}, point{11, 20}}) {
      out.clear();
      draw.append({&dot, 1}, out);
      draw.finish();
      REQUIRE(out.size() == 1);
      CHECK(out.corners == polygon_of({dot}, {}));
    }
  }

  TEST_CASE("each line is a piece, but one that lies inside of the disc before it") {
    CHECK(pieces_of({{0, 0}, {50, 0}, {50, 50}}).size() == 3);
    // A disc of 13.2 px around the first point holds one of 2.8 px at 10 px, not at 11 px.
    CHECK(pieces_of({{0, 0, 1}, {10, 0, 0}}).size() == 1);
    CHECK(pieces_of({{0, 0, 1}, {11, 0, 0}}).size() == 2);
    // And the other way round the new disc is all there is to see.
    const polygons grown = pieces_of({{10, 0, 0}, {0, 0, 1}});
    REQUIRE(grown.size() == 2);
    CHECK(grown[1].size() == pieces_of({{0, 0, 1}})[0].size());
  }

  TEST_CASE("of points at one place only a wider one adds a piece") {
    CHECK(pieces_of({{0, 0, 0.5F}, {0, 0, 0.5F}, {0, 0, 0.4F}}).size() == 1);
    CHECK(pieces_of({{0, 0, 0.5F}, {0, 0, 0.6F}}).size() == 2);
    const polygons wider = pieces_of({{0, 0}, {50, 0, 0.5F}, {50, 0, 0.4F}, {50, 0, 0.6F}});
    REQUIRE(wider.size() == 3);
    CHECK(std::ranges::equal(wider[2], pieces_of({{0, 0}, {50, 0, 0.6F}})[1]));
  }

  TEST_CASE("the straight sides are those of the whole outline to the bit, also by speed") {
    for (const outline_width by : {outline_width::pressure, outline_width::speed}) {
      for (const stroke& drawn : ink_test::many_strokes(29)) {
        // So far apart that no disc holds another.
        stroke points;
        for (const point& each : drawn) {
          if (points.empty() || collab::distance(points.back(), each) > 4) {
            points.push_back(each);
          }
        }
        const polygons pieces = pieces_of(points, {.by = by});
        const std::vector<vertex> polygon = polygon_of(points, {.by = by});
        REQUIRE(pieces.size() == points.size());
        // The left sides in the order of the polygon, the right sides from its end.
        auto left = polygon.begin();
        auto right = polygon.rbegin();
        for (std::size_t i = 1; i < pieces.size(); ++i) {
          const auto piece = pieces[i];
          left = std::find(left, polygon.end(), piece[0]);
          left = std::find(left, polygon.end(), piece[1]);
          right = std::find(right, polygon.rend(), piece[piece.size() - 1]);
          right = std::find(right, polygon.rend(), piece[piece.size() - 2]);
          REQUIRE(left != polygon.end());
          REQUIRE(right != polygon.rend());
        }
      }
    }
  }

  TEST_CASE("no points and invalid points have no pieces, and a room's bound is none") {
    CHECK(pieces_of({}).size() == 0);
    CHECK(pieces_of(ink_test::invalid_samples()).size() == 0);
    for (const std::size_t size : {10'000U, 10'001U}) {
      const stroke points = ink_test::long_stroke(size);
      const polygons pieces = pieces_of(points);
      CHECK(pieces.size() > size / 2);
      CHECK(pieces.size() <= size);
      CHECK(pieces.ends.back() == pieces.corners.size());
      CHECK(std::ranges::all_of(pieces.corners, [](const vertex& each) {
        return std::isfinite(each.x) && std::isfinite(each.y);
      }));
      CHECK(pieces_of(ink_test::with_invalid(points)).corners == pieces.corners);
    }
  }

  TEST_CASE("pieces written one after another are one SVG path") {
    const polygons pieces =
        pieces_of({{0, 0}, {8, 0}}, {.by = outline_width::constant, .width = 2, .tolerance = 1});
    std::string path;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      collab::append_svg_path(pieces[i], path);
    }
    // A circle of eight corners; then the line's sides and the half circle around its end.
    CHECK(path ==
          "M1 0L0.71 -0.71 0 -1 -0.71 -0.71 -1 0 -0.71 0.71 0 1 0.71 0.71Z"
          "M0 1L8 1 8.71 0.71 9 0 8.71 -0.71 8 -1 0 -1Z");
  }
}

TEST_SUITE("ink/outline") {
  TEST_CASE("the polygon of a stroke that has grown by pieces is that of the stroke at once") {
    outliner draw;
    std::uint64_t seed = 0;
    for (const stroke& points : ink_test::many_strokes(29)) {
      draw.clear();
      stroke so_far;
      ink_test::in_random_pieces(points, ++seed, [&](std::span<const point> some) {
        draw.append(some);
        so_far.insert(so_far.end(), some.begin(), some.end());
        if (seed % 8 == 0) {
          std::vector<vertex> out;
          draw.polygon(out);
          REQUIRE(out == polygon_of(so_far, {}));
        }
      });
      std::vector<vertex> out;
      draw.polygon(out);
      REQUIRE(out == polygon_of(points, {}));
    }
  }

  TEST_CASE("drawing a whole stroke forgets one that has begun") {
    outliner draw;
    const stroke some = {{0, 0}, {9, 9}};
    draw.append(some);
    std::vector<vertex> out;
    draw.draw(stroke{{5, 5}}, out);
    CHECK(out == polygon_of({{5, 5}}, {}));
    out.clear();
    draw.polygon(out);
    CHECK(out.empty());
  }
}
