// bench/codec_bench.cpp - the point codec: points a second and bytes a point.
//
// On recorded strokes where there are any, else on generated ones; says which. Rates are
// over all of them, one stroke after another, into storage that is already large enough.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/ink/point_codec.hpp"
#include "collab/testing/stroke_generator.hpp"
#ifdef COLLAB_TEST_DATA
#include "data/stroke_files.hpp"
#endif

namespace {

using collab::point;

struct named_stroke {
  std::string set;
  std::vector<point> points;
};

struct stroke_set {
  std::string source;
  std::vector<named_stroke> strokes;
  std::size_t points = 0;
};

stroke_set load() {
  stroke_set all;
#ifdef COLLAB_TEST_DATA
  collab_test::stroke_collection files = collab_test::load_strokes();
  all.source = files.source;
  for (collab_test::recorded_stroke& each : files.strokes) {
    all.strokes.push_back({each.set, std::move(each.points)});
  }
#else
  all.source = "the stroke generator, seed 1";
  collab::testing::stroke_generator hand{1};
  for (int i = 0; i < 2000; ++i) {
    all.strokes.push_back({"generated", {}});
    hand.next(all.strokes.back().points);
  }
#endif
  std::erase_if(all.strokes, [](const named_stroke& each) {
    return !std::all_of(each.points.begin(), each.points.end(),
                        [](const point& p) { return collab::is_valid(p); });
  });
  for (const named_stroke& each : all.strokes) {
    all.points += each.points.size();
  }
  return all;
}

const stroke_set& strokes() {
  static const stroke_set all = load();
  return all;
}

void check(benchmark::State& state, const absl::Status& status) {
  if (!status.ok()) {
    state.SkipWithError("the codec failed");
  }
}

std::string packed(const std::vector<point>& points) {
  std::string bytes;
  (void)collab::encode_packed(points, {}, bytes);
  return bytes;
}

std::string live(const std::vector<point>& points) {
  std::string bytes;
  collab::live_point_encoder encoder;
  (void)encoder.append(points, bytes);
  return bytes;
}

void count_points(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(strokes().points) *
                          static_cast<std::int64_t>(state.iterations()));
}

void packed_encode(benchmark::State& state) {
  std::string bytes;
  for (auto _ : state) {
    for (const named_stroke& each : strokes().strokes) {
      bytes.clear();
      check(state, collab::encode_packed(each.points, {}, bytes));
      benchmark::DoNotOptimize(bytes.data());
    }
  }
  count_points(state);
}
BENCHMARK(packed_encode)->Unit(benchmark::kMillisecond);

void live_encode(benchmark::State& state) {
  std::string bytes;
  for (auto _ : state) {
    for (const named_stroke& each : strokes().strokes) {
      bytes.clear();
      collab::live_point_encoder encoder;
      check(state, encoder.append(each.points, bytes));
      benchmark::DoNotOptimize(bytes.data());
    }
  }
  count_points(state);
}
BENCHMARK(live_encode)->Unit(benchmark::kMillisecond);

template <typename Encode>
void decode(benchmark::State& state, Encode encode) {
  std::vector<std::string> encoded;
  for (const named_stroke& each : strokes().strokes) {
    encoded.push_back(encode(each.points));
  }
  std::vector<point> points;
  for (auto _ : state) {
    for (const std::string& bytes : encoded) {
      points.clear();
      check(state, collab::decode_points(bytes, points));
      benchmark::DoNotOptimize(points.data());
    }
  }
  count_points(state);
}
void packed_decode(benchmark::State& state) { decode(state, packed); }
BENCHMARK(packed_decode)->Unit(benchmark::kMillisecond);
void live_decode(benchmark::State& state) { decode(state, live); }
BENCHMARK(live_decode)->Unit(benchmark::kMillisecond);

// A message in the middle of a stroke, as a server meets it: the last two points before it
// are all that is known.
struct middle_message {
  std::vector<point> before;
  std::vector<point> points;
  std::string bytes;
};

std::vector<middle_message> middle_messages(std::size_t points) {
  constexpr std::size_t messages_max = 1024;
  std::vector<middle_message> messages;
  for (const named_stroke& each : strokes().strokes) {
    if (each.points.size() < points + 2 || messages.size() == messages_max) {
      continue;
    }
    middle_message next;
    for (std::size_t i = 0; i < points + 2; ++i) {
      (i < 2 ? next.before : next.points).push_back(collab::to_grid(each.points[i]));
    }
    collab::live_point_encoder encoder;
    encoder.resume_after(next.before);
    (void)encoder.append(next.points, next.bytes);
    messages.push_back(next);
  }
  return messages;
}

void live_encode_message(benchmark::State& state) {
  const std::vector<middle_message> messages =
      middle_messages(static_cast<std::size_t>(state.range(0)));
  std::string bytes;
  std::size_t i = 0;
  for (auto _ : state) {
    const middle_message& each = messages[i];
    i = i + 1 < messages.size() ? i + 1 : 0;
    bytes.clear();
    collab::live_point_encoder encoder;
    encoder.resume_after(each.before);
    check(state, encoder.append(each.points, bytes));
    benchmark::DoNotOptimize(bytes.data());
  }
}
BENCHMARK(live_encode_message)->Arg(1)->Arg(8);

void live_decode_message(benchmark::State& state) {
  const std::vector<middle_message> messages =
      middle_messages(static_cast<std::size_t>(state.range(0)));
  std::vector<point> points;
  std::size_t i = 0;
  for (auto _ : state) {
    const middle_message& each = messages[i];
    i = i + 1 < messages.size() ? i + 1 : 0;
    points.clear();
    collab::live_point_decoder decoder;
    decoder.resume_after(each.before);
    check(state, decoder.append(each.bytes, points));
    benchmark::DoNotOptimize(points.data());
  }
}
BENCHMARK(live_decode_message)->Arg(1)->Arg(8);

// Bytes of all messages when each has `points` points, the last of a stroke what is left.
double message_bytes(const std::vector<point>& points, std::size_t per_message) {
  constexpr std::size_t websocket_header = 2;
  constexpr std::size_t message_header = 6;
  std::size_t bytes = 0;
  collab::live_point_encoder encoder;
  std::string message;
  for (std::size_t at = 0; at < points.size(); at += per_message) {
    message.clear();
    const std::size_t count = std::min(per_message, points.size() - at);
    (void)encoder.append({points.data() + at, count}, message);
    bytes += websocket_header + message_header + message.size();
  }
  return static_cast<double>(bytes);
}

bool is_on_whole_pixels(const std::vector<point>& points) {
  return std::all_of(points.begin(), points.end(), [](const point& p) {
    return p.x == std::floor(p.x) && p.y == std::floor(p.y);
  });
}

template <typename Includes>
void print_sizes(const char* name, Includes includes) {
  double points = 0;
  double sums[5] = {};
  for (const named_stroke& each : strokes().strokes) {
    if (includes(each)) {
      points += static_cast<double>(each.points.size());
      sums[0] += static_cast<double>(packed(each.points).size());
      sums[1] += static_cast<double>(live(each.points).size());
      sums[2] += message_bytes(each.points, 1);
      sums[3] += message_bytes(each.points, 2);
      sums[4] += message_bytes(each.points, 8);
    }
  }
  if (points > 0) {
    std::printf("%-34s %7.0f  %6.3f  %6.3f  %6.3f  %6.3f  %6.3f\n", name, points, sums[0] / points,
                sums[1] / points, sums[2] / points, sums[3] / points, sums[4] / points);
  }
}

void print_size_table() {
  std::printf(
      "Bytes per point at 1/16 px, pressure 1/1024, 1 ms: all bytes of all strokes of the set,\n"
      "divided by its points. packed, live: whole strokes with every header of the format.\n"
      "live 1, 2, 8: that many points a message (the last of a stroke may have fewer), with 2\n"
      "bytes of WebSocket header and 6 of message header each. Strokes: %s.\n"
      "%-34s %7s  %6s  %6s  %6s  %6s  %6s\n",
      strokes().source.c_str(), "set", "points", "packed", "live", "live 1", "live 2", "live 8");
  const auto named = [](std::string_view set) {
    return [set](const named_stroke& each) { return each.set == set; };
  };
  print_sizes("all", [](const named_stroke&) { return true; });
  print_sizes("Quick Draw", named("quickdraw-raw-ndjson"));
  print_sizes("Quick Draw, not on whole pixels", [](const named_stroke& each) {
    return each.set == "quickdraw-raw-ndjson" && !is_on_whole_pixels(each.points);
  });
  print_sizes("Wacom UIM", named("wacom-uim-json"));
  print_sizes("Wacom sensor", named("wacom-sensor-csv"));
  print_sizes("Omniglot", named("omniglot-strokes-tar"));
  print_sizes("MyScript", named("myscript-pointers-json"));
  print_sizes("perfect-freehand", named("perfect-freehand-json"));
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
    return 1;
  }
  print_size_table();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
