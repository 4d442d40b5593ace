#include "collab/document/spatial_index.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/document/element_bounds.hpp"
#include "support/sequence.hpp"

using collab::property;
using collab::seq_number;
using collab_test::sequence;

namespace {

collab::element random_element(sequence& random, std::string id) {
  const auto kind = static_cast<collab::element_kind>(random.below(collab::element_kind_count));
  collab::element made = kind == collab::element_kind::host
                             ? collab::element{std::move(id), collab::host_kind{"x-gear"}, "u"}
                             : collab::element{std::move(id), kind, "u"};
  made.set(property::index, "a" + std::to_string(random.below(10)));
  made.set(property::x, double(random.below(4'000)) - 2'000);
  made.set(property::y, double(random.below(4'000)) - 2'000);
  const double size = random.below(10) == 0 ? 100'000 : 300;
  if (kind == collab::element_kind::stroke) {
    std::vector<collab::point> points(random.below(6));
    for (collab::point& each : points) {
      each = {float(random.below(std::uint64_t(size))), -float(random.below(200)), 0.5F, 0};
    }
    REQUIRE(made.set_points(points).ok());
  } else if (collab::has_property(kind, property::points)) {
    made.set(property::points, std::make_shared<const collab::offset_list>(
                                   collab::offset_list{{0, 0}, {float(size), -50}}));
  } else if (collab::has_property(kind, property::height)) {
    made.set(property::width, double(random.below(std::uint64_t(2 * size))) - size);
    made.set(property::height, double(random.below(200)));
  }
  if (random.below(3) == 0) {
    made.set(property::angle, double(random.below(100)) / 10 - 5);
  }
  return made;
}

}  // namespace

TEST_SUITE("document/spatial_index") {
  TEST_CASE("an element's box holds its line, wherever it is moved and turned") {
    collab::element rect{"r", collab::element_kind::rect, "u"};
    rect.set(property::x, 10.0);
    rect.set(property::width, -4.0);
    rect.set(property::height, 20.0);
    const auto check = [](const collab::bounds& box, float l, float t, float r, float b) {
      CHECK(box.left == doctest::Approx(l));
      CHECK(box.top == doctest::Approx(t));
      CHECK(box.right == doctest::Approx(r));
      CHECK(box.bottom == doctest::Approx(b));
    };
    check(collab::element_bounds(rect), 5, -1, 11, 21);
    rect.set(property::angle, std::acos(-1.0) / 2);
    check(collab::element_bounds(rect), -3, 7, 19, 13);
    collab::element stroke{"s", collab::element_kind::stroke, "u"};
    REQUIRE(stroke.set_points(std::vector<collab::point>{{1, 2}, {5, 4}}).ok());
    stroke.set(property::width, 6.0);
    stroke.set(property::y, 100.0);
    check(collab::element_bounds(stroke), -2, 99, 8, 107);
  }

  TEST_CASE("it finds what a look at every element finds, in z-order, through all changes") {
    sequence random{31};
    collab::document board;
    collab::spatial_index index;
    std::uint64_t made = 0;
    for (std::uint64_t step = 1; step <= 6'000; ++step) {
      const std::string id = "e" + std::to_string(made > 0 ? random.below(made) : 0);
      const collab::element* found = board.find(id);
      const std::uint64_t act = random.below(6);
      if (found == nullptr || act == 0) {
        if (board.size() < 150) {
          index.update(
              board.insert(random_element(random, "e" + std::to_string(made++)), seq_number{step}));
        }
      } else if (act == 1) {
        index.remove(*found);
        index.remove(*found);
        board.remove(id, seq_number{step});
      } else {
        const property key = act == 2 ? property::angle : act == 3 ? property::y : property::x;
        board.set(id, key, double(random.below(4'000)) / (act == 2 ? 1'000 : 1), seq_number{step},
                  seq_number{step});
        index.update(*found);
      }
      const float x = float(random.below(6'000)) - 3'000;
      const float y = float(random.below(6'000)) - 3'000;
      const float size = random.below(8) == 0 ? std::numeric_limits<float>::infinity()
                                              : float(random.below(1'000));
      const collab::bounds box{x, y, x + size, y + size};
      std::vector<const collab::element*> expected;
      for (const collab::element* each : board.elements()) {
        if (collab::element_bounds(*each).intersects(box)) {
          expected.push_back(each);
        }
      }
      REQUIRE(index.size() == board.size());
      REQUIRE(index.in(box) == expected);
      std::erase_if(expected = {board.elements().begin(), board.elements().end()},
                    [&](const auto* each) { return !collab::is_touched(*each, x, y, 8); });
      REQUIRE(index.under(x, y, 8) == expected);
    }
    CHECK(index.in({}).empty());
  }
}
