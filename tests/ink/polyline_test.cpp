#include "collab/ink/polyline.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "ink/strokes.hpp"

using collab::point;
using ink_test::stroke;

namespace {

constexpr float endless = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_SUITE("ink/polyline") {
  TEST_CASE("the length is the sum of the lines") {
    CHECK(collab::length_of({}) == 0);
    CHECK(collab::length_of(stroke{{7, 7}}) == 0);
    CHECK(collab::length_of(stroke{{0, 0}, {3, 4}, {3, 4}, {3, 10}}) == 11);
    CHECK(collab::length_of(ink_test::with_invalid({{0, 0}, {3, 4}, {3, 10}})) == 11);
    CHECK(collab::length_of(ink_test::invalid_samples()) == 0);
  }

  TEST_CASE("the distance is that to the nearest line") {
    ink_test::dice roll{1};
    for (const stroke& line : ink_test::many_strokes(29)) {
      const float x = line.front().x + static_cast<float>(roll.next(50) - 25);
      const float y = line.front().y + static_cast<float>(roll.next(50) - 25);
      REQUIRE(collab::distance_to_stroke(line, {x, y}) ==
              doctest::Approx(ink_test::distance_to_line(double{x}, double{y}, line)));
    }
    CHECK(collab::distance_to_stroke(stroke{{0, 0}}, {3, 4}) == 5);
    CHECK(collab::distance_to_stroke(ink_test::with_invalid({{9, 0}, {9, 9}}), {0, 5}) == 9);
  }

  TEST_CASE("nothing is near to no stroke, and no place is near to one") {
    CHECK(collab::distance_to_stroke({}, {0, 0}) == double{endless});
    CHECK(collab::distance_to_stroke(stroke{{0, 0}}, {no_number, 0}) == double{endless});
    CHECK(collab::distance_to_stroke(stroke{{0, 0}}, {0, endless}) == double{endless});
  }

  TEST_CASE("while a stroke grows its length and its distance are those of what there is") {
    std::uint64_t seed = 0;
    collab::stroke_length way;
    for (const stroke& line : ink_test::many_strokes(97)) {
      way.clear();
      collab::stroke_distance far{{300, 300}};
      CHECK(way.value() == 0);
      CHECK(far.value() == double{endless});
      stroke so_far;
      ink_test::in_random_pieces(line, ++seed, [&](std::span<const point> some) {
        way.append(some);
        far.append(some);
        so_far.insert(so_far.end(), some.begin(), some.end());
        double expected = 0;
        for (std::size_t i = 1; i < so_far.size(); ++i) {
          expected += std::hypot(double{so_far[i].x} - double{so_far[i - 1].x},
                                 double{so_far[i].y} - double{so_far[i - 1].y});
        }
        REQUIRE(way.value() == doctest::Approx(expected));
        const double least = ink_test::distance_to_line(300, 300, so_far);
        REQUIRE((so_far.empty() ? far.value() == least : far.value() == doctest::Approx(least)));
      });
      far.clear();
      CHECK(far.value() == double{endless});
    }
  }
}
