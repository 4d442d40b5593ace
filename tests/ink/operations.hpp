// ink/operations.hpp - every operation of the ink module as a function from samples to numbers.
//
// For promises that all of them make: docs/ink.md has them as a table.

#ifndef COLLAB_TESTS_INK_OPERATIONS_HPP
#define COLLAB_TESTS_INK_OPERATIONS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "collab/collab.hpp"
#include "ink/strokes.hpp"

namespace ink_test {

// What came out. Operations that answer with a number have that as the only one.
struct outcome {
  // x, y and pressure of each point, or x and y of each corner.
  std::vector<double> numbers;
  std::vector<std::uint32_t> times;
  std::vector<std::size_t> ends;

  friend bool operator==(const outcome&, const outcome&) = default;
};

struct operation {
  std::string name;
  // Whether places, pressures or widths that come out depend on the samples' times.
  bool asks_time;
  // Gives the samples in pieces drawn from the seed, or at once if that is 0.
  std::function<outcome(const stroke& samples, std::uint64_t seed)> run;
};

template <typename Visitor>
void give(const stroke& samples, std::uint64_t seed, Visitor&& visit) {
  if (seed == 0) {
    visit(std::span{samples});
  } else {
    in_random_pieces(samples, seed, visit);
  }
}

inline outcome outcome_of(const stroke& points) {
  outcome out;
  for (const point& each : points) {
    out.numbers.insert(out.numbers.end(), {double{each.x}, double{each.y}, double{each.pressure}});
    out.times.push_back(each.t);
  }
  return out;
}

inline outcome outcome_of(std::span<const collab::vertex> corners) {
  outcome out;
  for (const collab::vertex& each : corners) {
    out.numbers.insert(out.numbers.end(), {double{each.x}, double{each.y}});
  }
  return out;
}

inline outcome outcome_of(double number) { return {.numbers = {number}, .times = {}, .ends = {}}; }

// A stage with append(samples, out) and finish.
template <typename Stage>
operation staged(std::string name, Stage stage, bool asks_time = false) {
  return {std::move(name), asks_time, [stage](const stroke& samples, std::uint64_t seed) mutable {
            stroke out;
            give(samples, seed, [&](std::span<const point> some) { stage.append(some, out); });
            if constexpr (requires { stage.finish(out); }) {
              stage.finish(out);
            } else {
              stage.finish();
            }
            return outcome_of(out);
          }};
}

// A measure with append(samples), which `value` reads.
template <typename Measure, typename Value>
operation measured(std::string name, Measure measure, Value value) {
  return {std::move(name), false, [=](const stroke& samples, std::uint64_t seed) mutable {
            measure.clear();
            give(samples, seed, [&](std::span<const point> some) { measure.append(some); });
            return outcome_of(static_cast<double>(value(measure)));
          }};
}

inline operation drawn(std::string name, collab::outline_options options, bool asks_time) {
  return {std::move(name), asks_time,
          [draw = collab::outliner{options}](const stroke& samples, std::uint64_t seed) mutable {
            draw.clear();
            give(samples, seed, [&](std::span<const point> some) { draw.append(some); });
            std::vector<collab::vertex> out;
            draw.polygon(out);
            return outcome_of(out);
          }};
}

inline operation drawn_in_pieces(std::string name, collab::outline_options options,
                                 bool asks_time) {
  return {
      std::move(name), asks_time,
      [draw = collab::stream_outliner{options}](const stroke& samples, std::uint64_t seed) mutable {
        collab::polygons out;
        give(samples, seed, [&](std::span<const point> some) { draw.append(some, out); });
        draw.finish();
        outcome result = outcome_of(out.corners);
        result.ends = out.ends;
        return result;
      }};
}

inline operation simplified_whole() {
  return {"simplifier", false, [](const stroke& samples, std::uint64_t /*seed*/) {
            stroke out;
            collab::simplifier{}.simplify(samples, out);
            return outcome_of(out);
          }};
}

inline operation batched() {
  return {"point_batcher", false,
          [batcher = collab::point_batcher{{.points_max = 7}}](const stroke& samples,
                                                               std::uint64_t seed) mutable {
            stroke out;
            std::vector<std::size_t> ends;
            const auto take = [&] {
              if (batcher.is_due({})) {
                batcher.take({}, out);
                ends.push_back(out.size());
              }
            };
            give(samples, seed, [&](std::span<const point> rest) {
              while (!rest.empty()) {
                rest = rest.subspan(batcher.append(rest, {}));
                take();
              }
            });
            batcher.finish();
            take();
            outcome result = outcome_of(out);
            result.ends = ends;
            return result;
          }};
}

inline operation erased_in_pieces() {
  return {"stream_eraser", false,
          [erase = collab::stream_eraser{{500, 500}, {.radius = 300, .pieces_max = 100'000}}](
              const stroke& samples, std::uint64_t seed) mutable {
            collab::stroke_pieces out;
            bool is_ok = true;
            give(samples, seed, [&](std::span<const point> some) {
              is_ok = erase.append(some, out).ok() && is_ok;
            });
            is_ok = erase.finish(out).ok() && is_ok;
            outcome result = outcome_of(out.points);
            result.ends = out.ends;
            result.ends.push_back((is_ok ? 2U : 0U) + (erase.was_cut() ? 1U : 0U));
            return result;
          }};
}

// All operations; those that take only whole strokes do not look at the seed.
inline std::vector<operation> operations() {
  using namespace collab;
  static const std::array<vertex, 4> lasso = {
      vertex{-1e6F, -1e6F}, {1e6F, -1e6F}, {1e6F, 1e6F}, {-1e6F, 1e6F}};
  constexpr outline_options by_speed{.by = outline_width::speed};
  return {
      staged("distance_filter", distance_filter{}),
      staged("gap_interpolator", gap_interpolator{}),
      staged("gap_interpolator, curve", gap_interpolator{{.curve = gap_curve::centripetal}}),
      staged("one_euro_smoother", one_euro_smoother{}, true),
      staged("stream_simplifier", stream_simplifier{}),
      staged("resampler", resampler{}),
      simplified_whole(),
      batched(),
      erased_in_pieces(),
      drawn("outliner", {}, false),
      drawn("outliner, speed", by_speed, true),
      drawn_in_pieces("stream_outliner", {}, false),
      drawn_in_pieces("stream_outliner, speed", by_speed, true),
      measured("stroke_length", stroke_length{}, [](const auto& way) { return way.value(); }),
      measured("stroke_distance", stroke_distance{{300, 300}},
               [](const auto& far) { return far.value(); }),
      measured("box_hit_test", box_hit_test{{-1e6F, -1e6F, 1e6F, 1e6F}},
               [](const auto& test) { return test.is_hit(); }),
      measured("box_hit_test, small", box_hit_test{{400, 400, 440, 440}},
               [](const auto& test) { return test.is_hit(); }),
      measured("lasso_hit_test", lasso_hit_test{lasso},
               [](const auto& test) { return test.is_hit(); }),
      {"bounds", false,
       [](const stroke& samples, std::uint64_t seed) {
         bounds box;
         give(samples, seed, [&](std::span<const point> some) { box.add(some); });
         return outcome{
             {double{box.left}, double{box.top}, double{box.right}, double{box.bottom}}, {}, {}};
       }},
  };
}

}  // namespace ink_test

#endif  // COLLAB_TESTS_INK_OPERATIONS_HPP
