// Points per second through each stage of the ink pipeline, on one core.
//
// On the recorded strokes below COLLAB_DATA_DIR if there are any, else on generated ones; the
// label says which. Each round is all strokes, one after another, in pieces of eight samples
// where a stage streams.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collab/collab.hpp"
#include "collab/testing/stroke_generator.hpp"
#ifdef COLLAB_TEST_DATA
#include "data/stroke_files.hpp"
#endif

namespace {

using collab::point;
using collab::vertex;

struct ink {
  std::string source = "generated strokes";
  std::vector<std::vector<point>> strokes;
  std::size_t points = 0;
};

const ink& all_ink() {
  static const ink loaded = [] {
    ink result;
#ifdef COLLAB_TEST_DATA
    collab_test::stroke_collection files = collab_test::load_strokes();
    result.source = files.source;
    for (collab_test::recorded_stroke& each : files.strokes) {
      result.strokes.push_back(std::move(each.points));
    }
#else
    collab::testing::stroke_generator hand{1};
    result.strokes.resize(2000);
    for (std::vector<point>& each : result.strokes) {
      hand.next(each);
    }
#endif
    for (const std::vector<point>& each : result.strokes) {
      result.points += each.size();
    }
    return result;
  }();
  return loaded;
}

// Runs `draw(stroke)`, which returns how many points came out, for all strokes each round.
// Items are points that went in; the counter `out` is points that came out.
template <typename Draw>
void run(benchmark::State& state, Draw&& draw) {
  const ink& from = all_ink();
  std::size_t out = 0;
  for (auto _ : state) {
    for (const std::vector<point>& each : from.strokes) {
      out += draw(each);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(from.points));
  state.counters["out"] = benchmark::Counter(static_cast<double>(out), benchmark::Counter::kIsRate);
  state.counters["out_per_in"] = static_cast<double>(out) / static_cast<double>(from.points) /
                                 static_cast<double>(state.iterations());
  state.SetLabel(from.source);
}

// Calls visit(piece) for the stroke in pieces of eight.
template <typename Visitor>
void in_pieces(std::span<const point> stroke, Visitor&& visit) {
  for (; !stroke.empty(); stroke = stroke.subspan(std::min<std::size_t>(8, stroke.size()))) {
    visit(stroke.first(std::min<std::size_t>(8, stroke.size())));
  }
}

template <typename Stage>
void stream(benchmark::State& state, Stage stage) {
  std::vector<point> out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    in_pieces(stroke, [&](std::span<const point> piece) { stage.append(piece, out); });
    if constexpr (requires { stage.finish(out); }) {
      stage.finish(out);
    } else {
      stage.finish();
    }
    benchmark::DoNotOptimize(out.data());
    return out.size();
  });
}

void distance_filter(benchmark::State& state) { stream(state, collab::distance_filter{}); }
void gap_interpolator(benchmark::State& state) { stream(state, collab::gap_interpolator{}); }
void gap_interpolator_curved(benchmark::State& state) {
  stream(state, collab::gap_interpolator{{.curve = collab::gap_curve::centripetal}});
}
void one_euro_smoother(benchmark::State& state) { stream(state, collab::one_euro_smoother{}); }
void stream_simplifier(benchmark::State& state) { stream(state, collab::stream_simplifier{}); }
void resampler(benchmark::State& state) { stream(state, collab::resampler{}); }

// The target counts what comes out of the second stage.
void filter_and_interpolate(benchmark::State& state) {
  collab::distance_filter filter;
  collab::gap_interpolator fill{{.distance_max = static_cast<float>(state.range(0))}};
  std::vector<point> kept;
  std::vector<point> out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    in_pieces(stroke, [&](std::span<const point> piece) {
      kept.clear();
      filter.append(piece, kept);
      fill.append(kept, out);
    });
    kept.clear();
    filter.finish(kept);
    fill.append(kept, out);
    fill.finish(out);
    benchmark::DoNotOptimize(out.data());
    return out.size();
  });
}

void simplifier(benchmark::State& state) {
  collab::simplifier simplify;
  std::vector<point> out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    simplify.simplify(stroke, out);
    benchmark::DoNotOptimize(out.data());
    return out.size();
  });
}

void outliner(benchmark::State& state) {
  collab::outliner draw;
  std::vector<vertex> out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    draw.draw(stroke, out);
    benchmark::DoNotOptimize(out.data());
    return out.size();
  });
}

void point_batcher(benchmark::State& state) {
  collab::point_batcher batcher{{.points_max = 8}};
  std::vector<point> out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    std::span<const point> rest = stroke;
    while (!rest.empty()) {
      rest = rest.subspan(batcher.append(rest, {}));
      if (batcher.is_due({})) {
        batcher.take({}, out);
      }
    }
    batcher.finish();
    batcher.take({}, out);
    benchmark::DoNotOptimize(out.data());
    return out.size();
  });
}

void eraser(benchmark::State& state) {
  collab::stroke_pieces out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    bool was_cut = false;
    const point& at = stroke[stroke.size() / 2];
    if (!collab::eraser{}.erase(stroke, {at.x, at.y}, out, was_cut).ok()) {
      state.SkipWithError("too many pieces");
    }
    benchmark::DoNotOptimize(out.points.data());
    return out.points.size();
  });
}

void stream_eraser(benchmark::State& state) {
  collab::stroke_pieces out;
  run(state, [&](const std::vector<point>& stroke) {
    out.clear();
    const point& at = stroke[stroke.size() / 2];
    collab::stream_eraser erase{{at.x, at.y}};
    bool is_ok = true;
    in_pieces(stroke, [&](std::span<const point> piece) {
      is_ok = erase.append(piece, out).ok() && is_ok;
    });
    if (!erase.finish(out).ok() || !is_ok) {
      state.SkipWithError("too many pieces");
    }
    benchmark::DoNotOptimize(out.points.data());
    return out.points.size();
  });
}

// What is drawn anew in each frame, every eight samples: the whole polygon, or what is new.
void outliner_growing(benchmark::State& state) {
  collab::outliner draw;
  std::vector<vertex> out;
  run(state, [&](const std::vector<point>& stroke) {
    draw.clear();
    std::size_t corners = 0;
    in_pieces(stroke, [&](std::span<const point> piece) {
      draw.append(piece);
      out.clear();
      draw.polygon(out);
      corners += out.size();
    });
    benchmark::DoNotOptimize(out.data());
    return corners;
  });
}

void stream_outliner(benchmark::State& state) {
  collab::stream_outliner draw;
  collab::polygons out;
  run(state, [&](const std::vector<point>& stroke) {
    std::size_t corners = 0;
    in_pieces(stroke, [&](std::span<const point> piece) {
      out.clear();
      draw.append(piece, out);
      corners += out.corners.size();
    });
    draw.finish();
    benchmark::DoNotOptimize(out.corners.data());
    return corners;
  });
}

void svg_path(benchmark::State& state) {
  collab::outliner draw;
  std::vector<vertex> polygon;
  std::string path;
  run(state, [&](const std::vector<point>& stroke) {
    polygon.clear();
    path.clear();
    draw.draw(stroke, polygon);
    collab::append_svg_path(polygon, path);
    benchmark::DoNotOptimize(path.data());
    return polygon.size();
  });
}

// A measure or test of a stroke at once, or in pieces of eight if the argument is 8.
template <typename Measure, typename Value>
void measure(benchmark::State& state, Measure measure, Value&& value) {
  run(state, [&](const std::vector<point>& stroke) {
    measure.clear();
    if (state.range(0) == 8) {
      in_pieces(stroke, [&](std::span<const point> piece) { measure.append(piece); });
    } else {
      measure.append(stroke);
    }
    benchmark::DoNotOptimize(value(measure));
    return std::size_t{0};
  });
}

void bounds(benchmark::State& state) {
  run(state, [&](const std::vector<point>& stroke) {
    collab::bounds box;
    if (state.range(0) == 8) {
      in_pieces(stroke, [&](std::span<const point> piece) { box.add(piece); });
    } else {
      box.add(stroke);
    }
    benchmark::DoNotOptimize(box);
    return std::size_t{0};
  });
}

void stroke_length(benchmark::State& state) {
  measure(state, collab::stroke_length{}, [](const auto& way) { return way.value(); });
}

void stroke_distance(benchmark::State& state) {
  measure(state, collab::stroke_distance{{100, 100}}, [](const auto& far) { return far.value(); });
}

// Beside most strokes; those that come near are seen wholly, as no line meets it.
void box_hit_test(benchmark::State& state) {
  measure(state, collab::box_hit_test{{100, -900, 300, -800}},
          [](const auto& test) { return test.is_hit(); });
}

// A zigzag as wide as all strokes, which no line meets but many lie within the box of.
void lasso_hit_test(benchmark::State& state) {
  std::vector<vertex> lasso;
  for (int i = 0; i < 32; ++i) {
    lasso.push_back({static_cast<float>(i * 100 - 600), i % 2 == 0 ? -2000.0F : -1990.0F});
  }
  lasso.push_back({2600, 3000});
  lasso.push_back({2601, 3000});
  lasso.push_back({2601, -2001});
  measure(state, collab::lasso_hit_test{lasso}, [](const auto& test) { return test.is_hit(); });
}

BENCHMARK(distance_filter);
BENCHMARK(gap_interpolator);
BENCHMARK(gap_interpolator_curved);
BENCHMARK(filter_and_interpolate)->Arg(8)->Arg(2);
BENCHMARK(one_euro_smoother);
BENCHMARK(stream_simplifier);
BENCHMARK(simplifier);
BENCHMARK(resampler);
BENCHMARK(outliner);
BENCHMARK(outliner_growing);
BENCHMARK(stream_outliner);
BENCHMARK(svg_path);
BENCHMARK(point_batcher);
BENCHMARK(eraser);
BENCHMARK(stream_eraser);
BENCHMARK(bounds)->Arg(0)->Arg(8);
BENCHMARK(stroke_length)->Arg(0)->Arg(8);
BENCHMARK(stroke_distance)->Arg(0)->Arg(8);
BENCHMARK(box_hit_test)->Arg(0)->Arg(8);
BENCHMARK(lasso_hit_test)->Arg(0)->Arg(8);

}  // namespace

BENCHMARK_MAIN();
