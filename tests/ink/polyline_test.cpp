#include "collab/ink/polyline.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "ink/strokes.hpp"

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
}
