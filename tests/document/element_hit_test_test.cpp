#include "collab/document/element_hit_test.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <numbers>
#include <vector>

using collab::element_kind;
using collab::is_touched;
using collab::property;

namespace {

// 100 by 60 at (10, 20), with a line 4 wide.
collab::element shape(element_kind kind) {
  collab::element made{"e", kind, "u"};
  made.set(property::x, 10.0);
  made.set(property::y, 20.0);
  made.set(property::width, 100.0);
  made.set(property::height, 60.0);
  made.set(property::stroke_width, 4.0);
  return made;
}

}  // namespace

TEST_SUITE("document/element_hit_test") {
  TEST_CASE("a shape without fill is touched at its line, one with fill inside too") {
    for (const element_kind kind :
         {element_kind::rect, element_kind::ellipse, element_kind::diamond}) {
      CAPTURE(collab::name_of(kind).data());
      collab::element open = shape(kind);
      collab::element filled = open;
      filled.set(property::fill, collab::color{0xFFFFFFFF, false});
      CHECK_FALSE(is_touched(open, 60, 50));
      CHECK(is_touched(filled, 60, 50));
      // The leftmost place, which all three have: half the line reaches beyond.
      for (const collab::element& each : {open, filled}) {
        CHECK(is_touched(each, 10, 50));
        CHECK(is_touched(each, 8, 50));
        CHECK_FALSE(is_touched(each, 7.5, 50));
        CHECK(is_touched(each, 7.5, 50, 0.5));
      }
      CHECK(is_touched(open, 11.9, 50));
      CHECK_FALSE(is_touched(open, 15, 50));
      CHECK(is_touched(open, 15, 50, 4));
      // The corner is that of the rectangle alone.
      CHECK(is_touched(filled, 11, 21) == (kind == element_kind::rect));
    }
  }

  TEST_CASE("the side of a diamond and the curve of an ellipse") {
    // Half way along a side: (10 + 25, 50 - 15).
    CHECK(is_touched(shape(element_kind::diamond), 35, 35));
    CHECK_FALSE(is_touched(shape(element_kind::ellipse), 35, 35));
    // At 45 degrees of the ellipse's own angle: 60 - 50 / sqrt(2), 50 - 30 / sqrt(2).
    CHECK(is_touched(shape(element_kind::ellipse), 24.64, 28.79));
    CHECK_FALSE(is_touched(shape(element_kind::diamond), 24.64, 28.79));
  }

  TEST_CASE("lines, arrows and strokes are touched along their points only") {
    for (const element_kind kind : {element_kind::line, element_kind::arrow}) {
      collab::element made{"e", kind, "u"};
      made.set(property::x, 100.0);
      made.set(property::points, std::make_shared<const collab::offset_list>(
                                     collab::offset_list{{0, 0}, {40, 0}, {40, 30}}));
      CHECK(is_touched(made, 120, 1));
      CHECK(is_touched(made, 139, 30));
      CHECK_FALSE(is_touched(made, 120, 2));
      CHECK(is_touched(made, 120, 2, 1));
      CHECK_FALSE(is_touched(made, 20, 0));
      collab::element nothing{"n", kind, "u"};
      CHECK_FALSE(is_touched(nothing, 0, 0, 100));
    }
    collab::element stroke{"s", element_kind::stroke, "u"};
    REQUIRE(stroke.set_points(std::vector<collab::point>{{0, 0}, {30, 40}}).ok());
    stroke.set(property::width, 10.0);
    stroke.set(property::y, 7.0);
    // (15, 20) is its middle; (4, -3) goes straight away from the line.
    CHECK(is_touched(stroke, 15 + 4, 27 - 3));
    CHECK_FALSE(is_touched(stroke, 15 + 4.5, 27 - 3.5));
    CHECK_FALSE(is_touched(stroke, 28, 9));
  }

  TEST_CASE("what is turned is touched where it is painted") {
    collab::element made = shape(element_kind::rect);
    made.set(property::fill, collab::color{0xFFFFFFFF, false});
    made.set(property::angle, std::numbers::pi / 2);
    // Upright now: 60 by 100 about (60, 50).
    CHECK(is_touched(made, 60, 1));
    CHECK(is_touched(made, 89, 99));
    CHECK_FALSE(is_touched(made, 20, 50));
    // Within 8 of a corner, (30, 0) or its line's, whichever way that is: not of its square.
    CHECK(is_touched(made, 30 - 2 - 5.6, 0 - 2 - 5.6, 8));
    CHECK_FALSE(is_touched(made, 30 - 2 - 5.7, 0 - 2 - 5.7, 8));
    // The line's end at (10, 20) turns about the middle (60, 20) of its own shape.
    collab::element line{"l", element_kind::line, "u"};
    line.set(property::points,
             std::make_shared<const collab::offset_list>(collab::offset_list{{0, 0}, {100, 0}}));
    line.set(property::angle, std::numbers::pi / 6);
    CHECK(is_touched(line, 50 + 43.3, 25));
    CHECK_FALSE(is_touched(line, 50 + 43.3, -25));
  }

  TEST_CASE("text, notes, images and a host's own kinds are touched in their whole box") {
    collab::element image{"i", element_kind::image, "u"};
    image.set(property::width, 100.0);
    image.set(property::height, 60.0);
    CHECK(is_touched(image, 50, 30));
    CHECK_FALSE(is_touched(image, 50, 61));
    collab::element gear{"g", collab::host_kind{"x-gear"}, "u"};
    gear.set(property::width, 100.0);
    gear.set(property::height, 60.0);
    CHECK(is_touched(gear, 50, 30));
    CHECK_FALSE(is_touched(gear, 103, 30));
    CHECK(is_touched(gear, 103, 30, 3));
    collab::element note{"n", element_kind::sticky, "u"};
    note.set(property::width, 100.0);
    CHECK(is_touched(note, 99, 99));
    CHECK_FALSE(is_touched(note, 99, 101));
  }
}
