#include "collab/ink/eraser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "ink/strokes.hpp"

using collab::eraser;
using collab::point;
using collab::stream_eraser;
using collab::stroke_pieces;
using collab::vertex;
using ink_test::stroke;

namespace {

stroke_pieces erased(const stroke& points, vertex middle, float radius) {
  stroke_pieces out;
  bool was_cut = false;
  REQUIRE(
      eraser{{.radius = radius, .pieces_max = 100'000}}.erase(points, middle, out, was_cut).ok());
  const bool is_same = out.size() == 1 && out.points == points;
  CHECK(was_cut == !(is_same || points.empty()));
  return out;
}

stroke piece(const stroke_pieces& of, std::size_t i) { return {of[i].begin(), of[i].end()}; }

}  // namespace

TEST_SUITE("ink/eraser") {
  TEST_CASE("a line through the circle is cut where it crosses, pressure and time in proportion") {
    const stroke_pieces left = erased({{0, 0, 0.0F, 100}, {100, 0, 1.0F, 200}}, {50, 6}, 10);
    REQUIRE(left.size() == 2);
    CHECK(piece(left, 0) == stroke{{0, 0, 0.0F, 100}, {42, 0, 0.42F, 142}});
    CHECK(piece(left, 1) == stroke{{58, 0, 0.58F, 158}, {100, 0, 1.0F, 200}});
  }

  TEST_CASE("a beginning, an end, or all may go") {
    CHECK(piece(erased({{0, 0}, {20, 0}}, {0, 0}, 5), 0) == stroke{{5, 0}, {20, 0}});
    CHECK(piece(erased({{0, 0}, {20, 0}}, {20, 0}, 5), 0) == stroke{{0, 0}, {15, 0}});
    CHECK(erased({{0, 0}, {1, 0}, {2, 2}}, {0, 0}, 5).size() == 0);
  }

  TEST_CASE("what only touches the circle stays whole") {
    const stroke tangent = {{-10, 5}, {0, 5}, {10, 5}};
    CHECK(erased(tangent, {0, 0}, 5).size() == 1);
    CHECK(erased(tangent, {0, 0}, 5.01F).size() == 2);
    CHECK(erased({{5, 0}, {9, 0}}, {0, 0}, 5).points == stroke{{5, 0}, {9, 0}});
    // Begins on the circle and goes in: nothing with a length is left.
    CHECK(erased({{5, 0}, {1, 0}}, {0, 0}, 5).size() == 0);
  }

  TEST_CASE("a dot stays or goes as a whole") {
    CHECK(erased({{3, 4}}, {0, 0}, 5).size() == 1);
    CHECK(erased({{3, 4}}, {0, 0}, 5.01F).size() == 0);
    CHECK(erased({{3, 4}, {3, 4}}, {0, 0}, 5).points == stroke{{3, 4}, {3, 4}});
    CHECK(erased({}, {0, 0}, 5).size() == 0);
  }

  TEST_CASE("nothing inside is left and nothing outside is lost, on all strokes") {
    for (const stroke& points : ink_test::many_strokes(7)) {
      const point& at = points[points.size() / 2];
      const vertex middle{at.x + 1.5F, at.y - 0.5F};
      const double radius = 6;
      const stroke_pieces left = erased(points, middle, static_cast<float>(radius));
      const double slack = 1e-4 + std::hypot(double{at.x}, double{at.y}) * 1e-6;
      double length_left = 0;
      for (std::size_t i = 0; i < left.size(); ++i) {
        for (std::size_t k = 0; k < left[i].size(); ++k) {
          const point& a = left[i][k == 0 ? 0 : k - 1];
          const point& b = left[i][k];
          REQUIRE(ink_test::distance_to_segment(double{middle.x}, double{middle.y}, a, b) >=
                  radius - slack);
          length_left += double{collab::distance(a, b)};
        }
      }
      // What each line has outside the circle, by walking along it in small steps.
      double expected = 0;
      double steps_error = 0;
      for (std::size_t i = 1; i < points.size(); ++i) {
        const double dx = double{points[i].x} - double{points[i - 1].x};
        const double dy = double{points[i].y} - double{points[i - 1].y};
        const double way = std::hypot(dx, dy);
        int outside = 0;
        for (int k = 0; k < 200; ++k) {
          const double part = (k + 0.5) / 200;
          outside += std::hypot(double{points[i - 1].x} + dx * part - double{middle.x},
                                double{points[i - 1].y} + dy * part - double{middle.y}) >= radius
                         ? 1
                         : 0;
        }
        expected += way * outside / 200;
        steps_error += outside > 0 && outside < 200 ? way / 100 : 0;
      }
      REQUIRE(std::fabs(length_left - expected) <=
              steps_error + 0.02 + slack * static_cast<double>(points.size()));
    }
  }

  TEST_CASE("more pieces than the bound are refused and change nothing") {
    stroke comb;
    for (int i = 0; i < 20; ++i) {
      comb.push_back({static_cast<float>(i) * 0.1F, i % 2 == 0 ? -20.0F : 20.0F});
    }
    stroke_pieces out;
    bool was_cut = false;
    CHECK(eraser{{.radius = 5, .pieces_max = 20}}.erase(comb, {1, 0}, out, was_cut).ok());
    CHECK(out.size() == 20);
    CHECK(was_cut);
    was_cut = false;
    const absl::Status refused =
        eraser{{.radius = 5, .pieces_max = 19}}.erase(comb, {1, 0}, out, was_cut);
    CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
    CHECK(refused.message() == "erasing would leave at least 20 pieces, the limit is 19");
    CHECK(out.size() == 20);
    CHECK(out.points.size() == out.ends.back());
    CHECK_FALSE(was_cut);
  }

  TEST_CASE("invalid points are passed over, and an impossible circle erases nothing") {
    const stroke line = {{0, 0}, {10, 0}, {20, 0}};
    stroke_pieces out;
    bool was_cut = false;
    REQUIRE(eraser{{.radius = 2}}.erase(ink_test::with_invalid(line), {10, 0}, out, was_cut).ok());
    CHECK(out.points == erased(line, {10, 0}, 2).points);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(erased(line, {nan, 0}, 5).points == line);
    CHECK(erased(line, {10, 0}, nan).points == line);
    CHECK(erased(line, {10, 0}, 0).points == line);
    CHECK(erased(line, {10, 0}, -5).points == line);
    CHECK(erased(line, {10, 0}, std::numeric_limits<float>::infinity()).size() == 0);
  }

  TEST_CASE("strokes at and beyond a room's bound are erased alike") {
    for (const std::size_t size : {10'000U, 10'001U}) {
      CHECK(erased(ink_test::long_stroke(size), {-5000, -5000}, 5).points.size() == size);
    }
  }

  TEST_CASE("while a stroke grows, the pieces that have ended are those it ends with") {
    std::uint64_t seed = 0;
    for (const stroke& points : ink_test::many_strokes(29)) {
      const point& at = points[points.size() / 2];
      const vertex middle{at.x + 1.5F, at.y - 0.5F};
      const stroke_pieces expected = erased(points, middle, 6);
      stream_eraser erase{middle, {.radius = 6, .pieces_max = 100'000}};
      stroke_pieces out;
      ink_test::in_random_pieces(points, ++seed, [&](std::span<const point> some) {
        REQUIRE(erase.append(some, out).ok());
        REQUIRE(out.size() <= expected.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
          REQUIRE(out.ends[i] == expected.ends[i]);
          REQUIRE(std::ranges::equal(out[i], expected[i]));
        }
        // What is being drawn is there too, but for a beginning that may come to nothing.
        const std::size_t both = std::min(out.points.size(), expected.points.size());
        REQUIRE(std::equal(out.points.begin(), out.points.begin() + std::ptrdiff_t(both),
                           expected.points.begin()));
      });
      REQUIRE(erase.finish(out).ok());
      REQUIRE(out.points == expected.points);
      REQUIRE(out.ends == expected.ends);
    }
  }

  TEST_CASE("the rest of a stroke of too many pieces is refused too, the next one is not") {
    stroke comb;
    for (int i = 0; i < 20; ++i) {
      comb.push_back({static_cast<float>(i) * 0.1F, i % 2 == 0 ? -20.0F : 20.0F});
    }
    stream_eraser erase{{1, 0}, {.radius = 5, .pieces_max = 3}};
    stroke_pieces out;
    REQUIRE(erase.append(stroke{{7, 7}, {8, 8}}, out).ok());
    REQUIRE(erase.finish(out).ok());
    CHECK_FALSE(erase.was_cut());
    const stroke_pieces before = out;
    std::size_t refused = 0;
    for (const point& each : comb) {
      const absl::Status status = erase.append({&each, 1}, out);
      if (status.ok()) {
        CHECK(refused == 0);
        continue;
      }
      ++refused;
      CHECK(status.code() == absl::StatusCode::kResourceExhausted);
      CHECK(out.points == before.points);
      CHECK(out.ends == before.ends);
    }
    // Every line but the last leaves one piece and ends it at the circle.
    CHECK(refused == 20 - 4);
    CHECK_FALSE(erase.finish(out).ok());
    CHECK(out.points == before.points);
    CHECK(erase.append(stroke{{9, 9}, {10, 10}}, out).ok());
    CHECK(erase.finish(out).ok());
    CHECK(out.size() == 2);
  }

  TEST_CASE("a piece that is one too many only at its end is refused there") {
    const stroke line = {{-20, 0}, {20, 0}};
    stream_eraser erase{{0, 0}, {.radius = 5, .pieces_max = 1}};
    stroke_pieces out;
    CHECK(erase.append(line, out).ok());
    CHECK(out.size() == 1);
    CHECK(erase.finish(out).code() == absl::StatusCode::kResourceExhausted);
    CHECK(out.points.empty());
    CHECK(out.size() == 0);
  }
}
