// Counts what the stages take from the heap.

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collab/collab.hpp"
#include "ink/allocations.hpp"
#include "ink/strokes.hpp"

namespace {

using ink_test::allocations;
using ink_test::stroke;

std::vector<stroke> strokes() {
  std::vector<stroke> out;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    out.push_back(ink_test::generated_stroke(seed));
  }
  out.push_back(ink_test::with_invalid(out.front()));
  return out;
}

// What `run` takes for all strokes the second time.
template <typename Run>
std::size_t allocations_when_warm(Run&& run) {
  const std::vector<stroke> all = strokes();
  for (const stroke& each : all) {
    run(each);
  }
  const std::size_t before = allocations();
  for (const stroke& each : all) {
    run(each);
  }
  return allocations() - before;
}

// The same for a stage that samples stream through one by one.
template <typename Stage>
std::size_t allocations_of_stream(Stage stage) {
  stroke out;
  return allocations_when_warm([&](const stroke& samples) {
    out.clear();
    for (const collab::point& each : samples) {
      stage.append({&each, 1}, out);
    }
    if constexpr (requires { stage.finish(out); }) {
      stage.finish(out);
    } else {
      stage.finish();
    }
  });
}

}  // namespace

TEST_SUITE("ink/allocation") {
  TEST_CASE("the counter counts") {
    const std::size_t before = allocations();
    std::vector<int> one(1);
    CHECK(allocations() == before + 1);
  }

  TEST_CASE("no stream takes anything from the heap once it is warm") {
    CHECK(allocations_of_stream(collab::distance_filter{}) == 0);
    CHECK(allocations_of_stream(collab::gap_interpolator{}) == 0);
    CHECK(allocations_of_stream(
              collab::gap_interpolator{{.curve = collab::gap_curve::centripetal}}) == 0);
    CHECK(allocations_of_stream(collab::one_euro_smoother{}) == 0);
    CHECK(allocations_of_stream(collab::stream_simplifier{}) == 0);
    CHECK(allocations_of_stream(collab::resampler{}) == 0);
  }

  TEST_CASE("nor does any that measures, tests, erases or draws a stroke as it grows") {
    collab::bounds box;
    collab::stroke_length way;
    collab::stroke_distance far{{100, 100}};
    collab::box_hit_test in_box{{4000, 4000, 4010, 4010}};
    const std::vector<collab::vertex> lasso = {{4000, 4000}, {4010, 4000}, {4010, 4010}};
    collab::lasso_hit_test in_lasso{lasso};
    CHECK(allocations_when_warm([&](const stroke& samples) {
            way.clear();
            far.clear();
            in_box.clear();
            in_lasso.clear();
            for (const collab::point& each : samples) {
              box.add({&each, 1});
              way.append({&each, 1});
              far.append({&each, 1});
              in_box.append({&each, 1});
              in_lasso.append({&each, 1});
            }
          }) == 0);
    collab::stream_eraser erase{{500, 500}, {.radius = 50}};
    collab::stroke_pieces left;
    CHECK(allocations_when_warm([&](const stroke& samples) {
            left.clear();
            for (const collab::point& each : samples) {
              CHECK(erase.append({&each, 1}, left).ok());
            }
            CHECK(erase.finish(left).ok());
          }) == 0);
    collab::outliner growing;
    std::vector<collab::vertex> polygon;
    CHECK(allocations_when_warm([&](const stroke& samples) {
            growing.clear();
            for (const collab::point& each : samples) {
              growing.append({&each, 1});
            }
            polygon.clear();
            growing.polygon(polygon);
          }) == 0);
    for (const auto by : {collab::outline_width::pressure, collab::outline_width::speed}) {
      collab::stream_outliner draw{{.by = by}};
      collab::polygons pieces;
      CHECK(allocations_when_warm([&](const stroke& samples) {
              for (const collab::point& each : samples) {
                pieces.clear();
                draw.append({&each, 1}, pieces);
              }
              draw.finish();
            }) == 0);
    }
  }

  TEST_CASE("nor does a batcher, nor what takes whole strokes") {
    stroke out;
    collab::point_batcher batcher{{.points_max = 8}};
    CHECK(allocations_when_warm([&](const stroke& samples) {
            for (const collab::point& each : samples) {
              while (batcher.append({&each, 1}, {}) == 0) {
                out.clear();
                batcher.take({}, out);
              }
            }
            batcher.finish();
            out.clear();
            batcher.take({}, out);
          }) == 0);
    collab::simplifier simplify;
    CHECK(allocations_when_warm([&](const stroke& samples) {
            out.clear();
            simplify.simplify(samples, out);
          }) == 0);
    collab::outliner draw;
    std::vector<collab::vertex> polygon;
    std::string path;
    CHECK(allocations_when_warm([&](const stroke& samples) {
            polygon.clear();
            path.clear();
            draw.draw(samples, polygon);
            collab::append_svg_path(polygon, path);
          }) == 0);
    const std::vector<collab::vertex> lasso = {{4000, 4000}, {4010, 4000}, {4010, 4010}};
    collab::stroke_pieces pieces;
    CHECK(allocations_when_warm([&](const stroke& samples) {
            pieces.clear();
            bool was_cut = false;
            const collab::vertex middle{samples.back().x, samples.back().y};
            static_cast<void>(collab::eraser{}.erase(samples, middle, pieces, was_cut));
          }) == 0);
    CHECK(allocations_when_warm([&](const stroke& samples) {
            CHECK(collab::length_of(samples) >= 0);
            CHECK(collab::distance_to_stroke(samples, {0, 0}) >= 0);
            CHECK_FALSE(collab::bounds_of(samples).is_empty());
            CHECK_FALSE(collab::intersects(samples, lasso));
            CHECK_FALSE(collab::intersects(samples, collab::bounds{4000, 4000, 4010, 4010}));
          }) == 0);
  }
}
