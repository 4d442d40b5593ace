// bench/dialect_bench.cpp - the same messages in JSON and in the binary dialect.
//
// A stroke that goes on message by message, as a server decodes it from the client and encodes
// it for the others. `simdjson` is what the parser alone takes to yield the numbers of the
// JSON message, without a check of any.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/testing/stroke_generator.hpp"

namespace {

constexpr std::size_t message_count = 1'000;

// One stroke, cut into messages of so many points.
struct drawn_stroke {
  explicit drawn_stroke(std::size_t points_per_message) : each{points_per_message} {
    collab::testing::stroke_generator hand{1};
    std::vector<collab::point> next;
    while (live.points.size() < each * message_count) {
      const std::uint32_t began = live.points.empty() ? 0 : live.points.back().t + 8;
      hand.next(next);
      for (collab::point& sample : next) {
        sample.t += began;
        live.points.push_back(collab::to_grid(sample));
      }
    }
    live.points.resize(each * message_count);
    live.stroke.set_number(1);
  }

  [[nodiscard]] std::span<const collab::point> points(std::size_t message) const {
    return std::span{live.points}.subspan(message * each, each);
  }
  // What the server tells the others of the message.
  [[nodiscard]] collab::live_stroke up_to(std::size_t message) const {
    collab::live_stroke part = live;
    part.points.resize((message + 1) * each);
    return part;
  }

  std::size_t each;
  collab::live_stroke live{{"stroke-1", collab::element_kind::stroke, "u1"}, {}, {}, {}, false, {}};
};

std::vector<std::string> json_messages(const drawn_stroke& stroke) {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < message_count; ++i) {
    // The server's own has what a client sends, and the userId.
    messages.push_back(
        collab::encode_json(collab::stroke_extended{stroke.up_to(i), i * stroke.each}));
    messages.back().append(collab::json_padding, '\0');
  }
  return messages;
}

std::vector<std::string> binary_messages(const drawn_stroke& stroke) {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < message_count; ++i) {
    collab::detail::binary_writer out;
    out.begin(i == 0 ? collab::detail::client_type::stroke_start
                     : collab::detail::client_type::stroke_point);
    if (i == 0) {
      out.integer(3);
      out.text("stroke-1");
      out.integer(0);
    } else {
      out.integer(2);
      out.integer(i * stroke.each);
    }
    out.live(std::span{stroke.live.points}.first((i + 1) * stroke.each), i * stroke.each, i == 0);
    out.end();
    messages.push_back(out.take());
  }
  return messages;
}

void finish(benchmark::State& state, const std::vector<std::string>& messages,
            std::size_t padding = 0) {
  std::size_t bytes = 0;
  for (const std::string& each : messages) {
    bytes += each.size() - padding;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] = static_cast<double>(bytes) / message_count;
}

void decode_simdjson(benchmark::State& state) {
  const auto messages = json_messages(drawn_stroke{static_cast<std::size_t>(state.range(0))});
  simdjson::dom::parser parser;
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& text = messages[next++ % message_count];
    simdjson::dom::element root;
    double sum = 0;
    if (parser.parse(text.data(), text.size() - collab::json_padding, false).get(root) ==
        simdjson::SUCCESS) {
      std::string_view type;
      std::uint64_t from = 0;
      benchmark::DoNotOptimize(root["type"].get(type));
      benchmark::DoNotOptimize(root["from"].get(from));
      for (const simdjson::dom::element point : simdjson::dom::array(root["points"])) {
        for (const simdjson::dom::element value : simdjson::dom::array(point)) {
          sum += double(value);
        }
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  finish(state, messages, collab::json_padding);
}
BENCHMARK(decode_simdjson)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

void decode_json(benchmark::State& state) {
  const auto messages = json_messages(drawn_stroke{static_cast<std::size_t>(state.range(0))});
  collab::json_decoder decoder{{}};
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& text = messages[next++ % message_count];
    const absl::Status status =
        decoder.decode(std::string_view{text}.substr(0, text.size() - collab::json_padding), "u1",
                       [](const collab::client_message& each) { benchmark::DoNotOptimize(each); });
    benchmark::DoNotOptimize(status.ok());
  }
  finish(state, messages, collab::json_padding);
}
BENCHMARK(decode_json)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

void decode_binary(benchmark::State& state) {
  const auto messages = binary_messages(drawn_stroke{static_cast<std::size_t>(state.range(0))});
  const collab::limits bounds;
  const std::string sender = "u1";
  std::vector<collab::point> buffer;
  collab::binary_decoder decoder{bounds, buffer};
  std::size_t next = 0;
  bool is_good = true;
  for (auto _ : state) {
    std::string_view frame = messages[next++ % message_count];
    const absl::Status status =
        decoder.decode(frame, sender, [&is_good](const collab::client_message& each) {
          is_good &= each.status.ok();
          return true;
        });
    is_good &= status.ok();
  }
  if (!is_good) {
    state.SkipWithError("a message was refused");
  }
  finish(state, messages);
}
BENCHMARK(decode_binary)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

template <typename Encode>
void encode(benchmark::State& state, Encode encode_event) {
  const drawn_stroke stroke{static_cast<std::size_t>(state.range(0))};
  std::vector<collab::live_stroke> parts;
  for (std::size_t i = 0; i < message_count; ++i) {
    parts.push_back(stroke.up_to(i));
  }
  std::size_t next = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::size_t i = next++ % message_count;
    bytes += encode_event(collab::stroke_extended{parts[i], i * stroke.each}).size();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] =
      benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kAvgIterations);
}

void encode_json(benchmark::State& state) {
  encode(state, [](const collab::room_event& event) { return collab::encode_json(event); });
}
BENCHMARK(encode_json)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

void encode_binary(benchmark::State& state) {
  encode(state, [](const collab::room_event& event) { return collab::encode_binary(event); });
}
BENCHMARK(encode_binary)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

}  // namespace

BENCHMARK_MAIN();
