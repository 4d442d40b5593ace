// bench/room_bench.cpp - the path of one message through the server, without the network.
//
// Each message is decoded, validated, applied and encoded for the others, as room_host does
// it; frames, sockets and the storage are left out.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collab/protocol/json_codec.hpp"
#include "collab/room/room.hpp"
#include "collab/testing/manual_clock.hpp"

namespace {

using collab::log_position;
using collab::member_id;
using collab::seq_number;

constexpr member_id author{1};

// Encodes what the room says, once for each event, and forgets it.
class encoding_sink final : public collab::room_sink {
 public:
  void to_member(member_id, const collab::room_event& event, log_position) override { add(event); }
  void to_all(const collab::room_event& event, log_position) override { add(event); }
  void to_others(member_id, const collab::room_event& event, log_position) override { add(event); }
  void store(std::string record, log_position) override { bytes += record.size(); }

  std::uint64_t bytes = 0;

 private:
  void add(const collab::room_event& event) { bytes += collab::encode_json(event).size(); }
};

collab::limits without_bounds() {
  collab::limits all;
  all.points_per_stroke = 1'000'000;
  all.elements_per_room = 1'000'000'000;
  all.bytes_per_room = std::uint64_t{1} << 40;
  all.operations_in_flight = 1'000'000'000;
  return all;
}

struct bench_room {
  bench_room() : decoder{without_bounds()}, room{"ROOM01", without_bounds(), out} {
    (void)room.join(author, {"c1", "u1", "secret", "Ann", {}}, time.now());
    (void)room.join(member_id{2}, {"c2", "u2", "secret", "Bob", {}}, time.now());
  }

  // Takes one frame from the author.
  void take(std::string_view text) {
    frame.assign(text);
    frame.append(collab::json_padding, '\0');
    const absl::Status status = decoder.decode(
        std::string_view{frame}.substr(0, text.size()), "u1",
        [this](const collab::client_message& message) {
          const auto* command = std::get_if<collab::room_command>(&message.body);
          const absl::Status done =
              command != nullptr ? room.execute(author, *command, time.now()) : message.status;
          if (!done.ok()) {
            failure = done.ToString();
          }
        });
    if (!status.ok()) {
      failure = status.ToString();
    }
  }

  collab::testing::manual_clock time;
  encoding_sink out;
  collab::json_decoder decoder;
  collab::room room;
  std::string frame;
  // The last thing that went wrong: a benchmark of refusals says nothing.
  std::string failure;
};

std::string point_message(std::size_t count) {
  std::string text = R"({"type":"stroke:point","strokeId":"s","points":[)";
  for (std::size_t i = 0; i < count; ++i) {
    text += i > 0 ? "," : "";
    text += "[" + std::to_string(100 + i) + ".25," + std::to_string(200 + i) + ".5,0.5," +
            std::to_string(i * 8) + "]";
  }
  return text + "]}";
}

void finish(benchmark::State& state, const bench_room& bench) {
  if (!bench.failure.empty()) {
    state.SkipWithError(bench.failure.c_str());
  }
  state.counters["bytes_out"] =
      benchmark::Counter(static_cast<double>(bench.out.bytes), benchmark::Counter::kAvgIterations);
}

// A `stroke:point` of so many points. The stroke is begun anew every 4,096 messages.
void stroke_point(benchmark::State& state) {
  bench_room bench;
  const std::string start = R"({"type":"stroke:start","stroke":{"id":"s","points":[]}})";
  const std::string message = point_message(static_cast<std::size_t>(state.range(0)));
  std::uint64_t sent = 0;
  for (auto _ : state) {
    if (sent++ % 4'096 == 0) {
      if (sent > 1) {
        bench.take(R"({"type":"stroke:cancel","strokeId":"s"})");
      }
      bench.take(start);
    }
    bench.take(message);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  finish(state, bench);
}
BENCHMARK(stroke_point)->Arg(1)->Arg(8)->Arg(64);

// Decoding alone, to see its share.
void decode_stroke_point(benchmark::State& state) {
  collab::json_decoder decoder{without_bounds()};
  const std::string message = point_message(static_cast<std::size_t>(state.range(0)));
  const std::string frame = message + std::string(collab::json_padding, '\0');
  for (auto _ : state) {
    const absl::Status status =
        decoder.decode(std::string_view{frame}.substr(0, message.size()), "u1",
                       [](const collab::client_message& each) { benchmark::DoNotOptimize(each); });
    benchmark::DoNotOptimize(status.ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_stroke_point)->Arg(1)->Arg(8)->Arg(64);

// A whole stroke of so many points in messages of 8: start, points, end. The board is
// begun anew every 1,000 strokes.
void whole_stroke(benchmark::State& state) {
  const std::string message = [] {
    std::string text = point_message(8);
    return text.replace(text.find("\"s\""), 3, "\"ID\"");
  }();
  std::optional<bench_room> bench;
  std::uint64_t op = 0;
  std::string points;
  for (auto _ : state) {
    if (!bench.has_value() || op == 1'000) {
      state.PauseTiming();
      bench.emplace();
      op = 0;
      state.ResumeTiming();
    }
    const std::string id = "s" + std::to_string(++op);
    points = message;
    points.replace(points.find("ID"), 2, id);
    bench->take(R"({"type":"stroke:start","stroke":{"id":")" + id + R"(","points":[]}})");
    for (std::int64_t sent = 0; sent < state.range(0); sent += 8) {
      bench->take(points);
    }
    bench->take(R"({"type":"stroke:end","op":)" + std::to_string(op) + R"(,"strokeId":")" + id +
                "\"}");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  if (!bench->failure.empty()) {
    state.SkipWithError(bench->failure.c_str());
  }
}
BENCHMARK(whole_stroke)->Arg(96);

// Durable operations.
void element_put(benchmark::State& state) {
  bench_room bench;
  std::uint64_t op = 0;
  for (auto _ : state) {
    const std::string number = std::to_string(++op);
    bench.take(R"({"type":"element:put","op":)" + number + R"(,"element":{"id":"e)" + number +
               R"(","kind":"rect","x":10,"y":20,"width":30,"height":40,"color":"#ef4444"}})");
  }
  finish(state, bench);
}
BENCHMARK(element_put);

void element_set(benchmark::State& state) {
  bench_room bench;
  bench.take(R"({"type":"element:put","op":1,"element":{"id":"e","kind":"rect"}})");
  std::uint64_t op = 1;
  for (auto _ : state) {
    bench.take(R"({"type":"element:set","op":)" + std::to_string(++op) +
               R"(,"id":"e","props":{"x":10.5,"y":-3}})");
  }
  finish(state, bench);
}
BENCHMARK(element_set);

void cursor_move(benchmark::State& state) {
  bench_room bench;
  for (auto _ : state) {
    bench.time.advance(std::chrono::milliseconds{35});
    bench.take(R"({"type":"cursor:move","x":123.5,"y":456.25,"drawing":false})");
  }
  finish(state, bench);
}
BENCHMARK(cursor_move);

// The state of a board of so many strokes of 96 points, for one who joins.
void room_state(benchmark::State& state) {
  bench_room bench;
  for (std::int64_t i = 1; i <= state.range(0); ++i) {
    std::vector<collab::point> points;
    for (int at = 0; at < 96; ++at) {
      points.push_back({float(at) + 0.25F, float(i), 0.5F, std::uint32_t(at) * 8});
    }
    collab::element stroke{"s" + std::to_string(i), collab::element_kind::stroke, "u1"};
    (void)stroke.set_points(points);
    (void)bench.room.execute(
        author, collab::operation_command{std::uint64_t(i), collab::put_element{stroke}},
        bench.time.now());
  }
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = collab::encode_json_snapshot(bench.room).size();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 96);
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(room_state)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
