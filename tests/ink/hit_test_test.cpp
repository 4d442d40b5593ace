#include "collab/ink/hit_test.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "ink/strokes.hpp"

using collab::bounds;
using collab::point;
using collab::vertex;
using ink_test::stroke;

namespace {

constexpr float endless = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

// Places along the stroke, close together.
stroke walked(const stroke& line) {
  stroke out;
  for (std::size_t i = 1; i < line.size(); ++i) {
    for (int k = 0; k <= 400; ++k) {
      const float part = static_cast<float>(k) / 400;
      out.push_back(
          {std::lerp(line[i - 1].x, line[i].x, part), std::lerp(line[i - 1].y, line[i].y, part)});
    }
  }
  return out;
}

}  // namespace

TEST_SUITE("ink/hit_test") {
  TEST_CASE("a stroke meets a box it passes through, touches or lies in, and no other") {
    const bounds box{10, 10, 20, 20};
    CHECK(collab::intersects(stroke{{0, 15}, {30, 16}}, box));
    CHECK(collab::intersects(stroke{{12, 12}, {13, 13}}, box));
    CHECK(collab::intersects(stroke{{15, 15}}, box));
    CHECK(collab::intersects(stroke{{20, 20}}, box));
    CHECK_FALSE(collab::intersects(stroke{{20.01F, 20}}, box));
    CHECK(collab::intersects(stroke{{0, 20}, {20, 0}}, box));  // Touches the corner.
    CHECK_FALSE(collab::intersects(stroke{{0, 19.9F}, {19.9F, 0}}, box));
    CHECK(collab::intersects(stroke{{0, 10}, {30, 10}}, box));  // Along the edge.
    CHECK_FALSE(collab::intersects(stroke{{0, 9.9F}, {30, 9.9F}}, box));
    CHECK_FALSE(collab::intersects({}, box));
    CHECK_FALSE(collab::intersects(stroke{{0, 15}, {30, 15}}, bounds{}));
    CHECK_FALSE(collab::intersects(stroke{{0, 15}}, bounds{no_number, 0, 30, 30}));
    CHECK(
        collab::intersects(stroke{{0, 15}, {5, 20}}, bounds{-endless, -endless, endless, endless}));
    CHECK_FALSE(
        collab::intersects(stroke{{0, 0}, {10, 10}}, bounds{20, -endless, endless, endless}));
  }

  TEST_CASE("box and lasso agree with walking along the stroke") {
    ink_test::dice roll{2};
    int met = 0;
    for (int round = 0; round < 2000; ++round) {
      CAPTURE(round);
      stroke line;
      for (int i = 0; i < 3; ++i) {
        line.push_back({static_cast<float>(roll.next(100)), static_cast<float>(roll.next(100))});
      }
      const float left = static_cast<float>(roll.next(90));
      const float top = static_cast<float>(roll.next(90));
      const bounds box{left, top, left + 10, top + 10};
      const bounds wide{left - 0.2F, top - 0.2F, left + 10.2F, top + 10.2F};
      bool is_in = false;
      bool is_near = false;
      for (const point& at : walked(line)) {
        is_in |= box.left <= at.x && at.x <= box.right && box.top <= at.y && at.y <= box.bottom;
        is_near |=
            wide.left <= at.x && at.x <= wide.right && wide.top <= at.y && at.y <= wide.bottom;
      }
      if (is_in != is_near) {
        continue;  // Too close to call by walking.
      }
      met += is_in ? 1 : 0;
      CHECK(collab::intersects(line, box) == is_in);
      const std::vector<vertex> lasso = {{box.left, box.top},
                                         {box.left, box.bottom},
                                         {box.right, box.bottom},
                                         {box.right, box.top}};
      CHECK(collab::intersects(line, lasso) == is_in);
    }
    CHECK(met > 200);
    CHECK(met < 1800);
  }

  TEST_CASE("a lasso takes in what is inside of its bends, by even and odd") {
    // A C, open to the right.
    const std::vector<vertex> lasso = {{0, 0},   {30, 0},  {30, 10}, {10, 10},
                                       {10, 20}, {30, 20}, {30, 30}, {0, 30}};
    CHECK(collab::intersects(stroke{{5, 15}}, lasso));
    CHECK_FALSE(collab::intersects(stroke{{20, 15}}, lasso));
    CHECK_FALSE(collab::intersects(stroke{{12, 15}, {29, 15}}, lasso));
    CHECK(collab::intersects(stroke{{12, 15}, {29, 15}, {29, 21}}, lasso));
    CHECK(collab::is_inside(lasso, {25, 25}));
    CHECK_FALSE(collab::is_inside(lasso, {-1, 15}));
    CHECK_FALSE(collab::is_inside(lasso, {no_number, 15}));
  }

  TEST_CASE("a polygon of two corners or with an impossible one meets nothing") {
    const stroke line = {{0, 0}, {10, 10}};
    CHECK(collab::intersects(line, std::vector<vertex>{{0, 10}, {10, 0}, {9, 9}}));
    CHECK_FALSE(collab::intersects(line, std::vector<vertex>{{0, 10}, {10, 0}}));
    CHECK_FALSE(collab::intersects(line, std::vector<vertex>{}));
    CHECK_FALSE(collab::intersects(line, std::vector<vertex>{{0, 10}, {10, 0}, {no_number, 9}}));
    CHECK_FALSE(collab::intersects({}, std::vector<vertex>{{0, 10}, {10, 0}, {9, 9}}));
  }

  TEST_CASE("while a stroke grows it is hit from the line on that meets, until it is cleared") {
    ink_test::dice roll{3};
    int later = 0;
    for (int round = 0; round < 500; ++round) {
      CAPTURE(round);
      stroke line;
      for (int i = 0; i < 6; ++i) {
        line.push_back({static_cast<float>(roll.next(100)), static_cast<float>(roll.next(100))});
      }
      const auto left = static_cast<float>(roll.next(90));
      const auto top = static_cast<float>(roll.next(90));
      const bounds box{left, top, left + 10, top + 10};
      const std::vector<vertex> lasso = {
          {left, top}, {left, top + 10}, {left + 10, top + 10}, {left + 10, top}};
      collab::box_hit_test by_box{box};
      collab::lasso_hit_test by_lasso{lasso};
      bool is_in = false;
      for (std::size_t i = 0; i < line.size(); ++i) {
        // The line that the point adds, by walking along it; the first adds its place.
        bool is_near = false;
        for (const point& at : walked({line[i == 0 ? 0 : i - 1], line[i]})) {
          is_in |= box.left <= at.x && at.x <= box.right && box.top <= at.y && at.y <= box.bottom;
          is_near |= box.left - 0.2F <= at.x && at.x <= box.right + 0.2F &&
                     box.top - 0.2F <= at.y && at.y <= box.bottom + 0.2F;
        }
        if (is_in != (is_in || is_near)) {
          break;  // Too close to call by walking.
        }
        later += is_in && i > 0 && !by_box.is_hit() ? 1 : 0;
        CHECK(by_box.append({&line[i], 1}) == is_in);
        CHECK(by_lasso.append({&line[i], 1}) == is_in);
        CHECK(by_box.is_hit() == is_in);
        CHECK(by_lasso.is_hit() == is_in);
      }
      by_box.clear();
      by_lasso.clear();
      CHECK_FALSE(by_box.is_hit());
      CHECK_FALSE(by_lasso.is_hit());
      // No line leads from the stroke before to the next one.
      const stroke outside = {{-50, 50}};
      CHECK_FALSE(by_box.append(outside));
      CHECK_FALSE(by_lasso.append(outside));
    }
    CHECK(later > 50);
  }

  TEST_CASE("after clear a stroke that begins inside of a lasso is hit again") {
    const std::vector<vertex> lasso = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    collab::lasso_hit_test test{lasso};
    CHECK_FALSE(test.append(stroke{{-5, 50}}));
    test.clear();
    CHECK(test.append(stroke{{50, 50}}));
  }
}
