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

void length_of(benchmark::State& state) {
  run(state, [&](const std::vector<point>& stroke) {
    benchmark::DoNotOptimize(collab::length_of(stroke));
    return std::size_t{0};
  });
}

void distance_to_stroke(benchmark::State& state) {
  run(state, [&](const std::vector<point>& stroke) {
    benchmark::DoNotOptimize(collab::distance_to_stroke(stroke, {100, 100}));
    return std::size_t{0};
  });
}

void intersects_lasso(benchmark::State& state) {
  std::vector<vertex> lasso;
  for (int i = 0; i < state.range(0); ++i) {
    lasso.push_back({static_cast<float>(i % 2 == 0 ? 4000 : 4010), static_cast<float>(i)});
  }
  run(state, [&](const std::vector<point>& stroke) {
    benchmark::DoNotOptimize(collab::intersects(stroke, lasso));
    return std::size_t{0};
  });
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
BENCHMARK(point_batcher);
BENCHMARK(eraser);
BENCHMARK(length_of);
BENCHMARK(distance_to_stroke);
BENCHMARK(intersects_lasso)->Arg(32);

}  // namespace

BENCHMARK_MAIN();
