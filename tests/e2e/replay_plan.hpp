// e2e/replay_plan.hpp - who draws which strokes when, and what must come out of it.
//
// Strokes keep their own timing: a point leaves with the first frame of 16 ms after its time
// stamp, as from a page that hands over its samples once a frame. Pauses inside a stroke of
// more than 250 ms are shortened to that, and where time runs backwards it stands still.
// Between two strokes of one drawer are 60 ms; people take longer.

#ifndef COLLAB_TESTS_E2E_REPLAY_PLAN_HPP
#define COLLAB_TESTS_E2E_REPLAY_PLAN_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "collab/ink/point.hpp"
#include "data/stroke_files.hpp"

namespace collab_test {

// x, y, pressure, t as JSON numbers.
using wire_point = std::array<double, 4>;

// What a server has to make of `sent`, after the words of the protocol and by nothing of the
// library: floor(16 v + 1/2) / 16 for x and y, the same with 1024 for pressure.
[[nodiscard]] wire_point expected_point(const collab::point& sent);

// Points `begin` to `end` leave together, `at` after the stroke's beginning.
struct planned_batch {
  std::chrono::milliseconds at{};
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct planned_stroke {
  std::string id;
  std::string tool;
  std::string color;
  double width = 2;
  std::vector<collab::point> points;
  std::vector<wire_point> expected;
  // Not empty. The first leaves with stroke:start, stroke:end with the last.
  std::vector<planned_batch> batches;

  [[nodiscard]] std::chrono::milliseconds length() const { return batches.back().at; }
};

struct planned_room {
  std::string name;
  // The strokes of each drawer, in order.
  std::vector<std::vector<planned_stroke>> drawers;

  [[nodiscard]] std::size_t strokes() const;
};

struct replay_options {
  // How many strokes, taken evenly from all there are.
  std::size_t strokes = 2000;
  // A longer stroke is split, as the protocol demands.
  std::size_t points_per_stroke = 10'000;
  std::size_t points_per_message = 512;
  // So many of the shortest strokes go into one room with busy_drawers.
  std::size_t busy_strokes = 1'100;
  std::size_t busy_drawers = 12;
  // The others are spread so that nobody draws for much longer than this, three to a room.
  std::chrono::milliseconds drawing_time{24'000};
};

struct replay_plan {
  std::vector<planned_room> rooms;
  // Before splitting, after it, and of all points.
  std::size_t recorded = 0;
  std::size_t strokes = 0;
  std::size_t points = 0;
};

[[nodiscard]] replay_plan make_plan(const stroke_collection& from, const replay_options& options);

// The points `begin` to `end` as JSON, each in the shortest form that says all of it.
[[nodiscard]] std::string points_json(const std::vector<collab::point>& points, std::size_t begin,
                                      std::size_t end);

// The messages of one batch: what begins, extends and ends the stroke.
[[nodiscard]] std::string start_json(const planned_stroke& stroke);
[[nodiscard]] std::string batch_json(const planned_stroke& stroke, const planned_batch& batch);
[[nodiscard]] std::string end_json(const planned_stroke& stroke, std::size_t operation);

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_REPLAY_PLAN_HPP
