// bench/history_bench.cpp - what operations, undo and looking at the past cost.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/history/edit_history.hpp"
#include "collab/history/operation_codec.hpp"
#include "collab/history/restore.hpp"
#include "collab/history/timeline.hpp"
#include "collab/history/timeline_cursor.hpp"

namespace {

using collab::property;
using collab::seq_number;

// A linear congruential generator with Knuth's constants for 64 bits (MMIX); its upper bits.
struct sequence {
  std::uint64_t state = 1;

  std::uint64_t below(std::uint64_t bound) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % bound;
  }
};

std::string name_of(std::uint64_t number) { return "element-" + std::to_string(number); }

// A rectangle, or for every second one a stroke of 32 points.
collab::element make(std::uint64_t number) {
  const bool is_stroke = number % 2 == 0;
  collab::element made{name_of(number),
                       is_stroke ? collab::element_kind::stroke : collab::element_kind::rect,
                       "user-1"};
  made.set(property::index, "b" + std::to_string(10'000'000 + number));
  made.set(property::x, double(number % 1'000));
  made.set(property::color, collab::color{0xEF4444FF, false});
  made.set(property::width, 4.0);
  if (is_stroke) {
    std::vector<collab::point> points;
    for (int i = 0; i < 32; ++i) {
      points.push_back({float(i) * 3.25F, float(i * i % 50), 0.5F, std::uint32_t(i) * 8});
    }
    (void)made.set_points(points);
  }
  return made;
}

collab::operation by(std::uint64_t seq, collab::operation::body_type body,
                     std::string user = "user-1") {
  const collab::unix_time time{
      std::chrono::milliseconds{1'700'000'000'000 + 100 * std::int64_t(seq)}};
  return {seq_number{seq}, time, std::move(user), "client-1", seq, std::move(body)};
}

// A board of so many elements.
struct board_of {
  explicit board_of(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      history.apply(by(++seq, collab::put_operation{make(std::uint64_t(i))}));
    }
  }
  collab::document board;
  collab::edit_history history{board};
  std::uint64_t seq = 0;
};

// Somebody else's operations, decoded already: one property of one of so many elements.
void apply_set(benchmark::State& state) {
  board_of it{state.range(0)};
  constexpr std::size_t batch = 4'096;
  sequence random;
  std::vector<collab::operation> all(batch);
  for (auto _ : state) {
    state.PauseTiming();
    for (collab::operation& each : all) {
      const std::uint64_t which = random.below(std::uint64_t(state.range(0)));
      each = by(++it.seq, collab::set_operation{name_of(which),
                                                {{property::x, double(random.below(1'000))}}});
    }
    state.ResumeTiming();
    for (collab::operation& each : all) {
      benchmark::DoNotOptimize(it.history.check(each).ok());
      benchmark::DoNotOptimize(it.history.apply(std::move(each)).changed.size());
    }
  }
  state.SetItemsProcessed(std::int64_t(state.iterations()) * std::int64_t(batch));
}
BENCHMARK(apply_set)->Arg(100)->Arg(10'000);

// The same of new elements, strokes of 32 points and rectangles.
void apply_put(benchmark::State& state) {
  constexpr std::size_t batch = 4'096;
  std::vector<collab::operation> all(batch);
  for (auto _ : state) {
    state.PauseTiming();
    auto it = std::make_unique<board_of>(0);
    for (collab::operation& each : all) {
      ++it->seq;
      each = by(it->seq, collab::put_operation{make(it->seq)});
    }
    state.ResumeTiming();
    for (collab::operation& each : all) {
      benchmark::DoNotOptimize(it->history.check(each).ok());
      benchmark::DoNotOptimize(it->history.apply(std::move(each)).put);
    }
    state.PauseTiming();
    it.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(std::int64_t(state.iterations()) * std::int64_t(batch));
}
BENCHMARK(apply_put);

// From the record: what following a log costs.
void decode_and_apply_set(benchmark::State& state) {
  board_of it{10'000};
  constexpr std::size_t batch = 4'096;
  sequence random;
  std::vector<std::string> all(batch);
  for (auto _ : state) {
    state.PauseTiming();
    for (std::string& each : all) {
      each = collab::encode_operation(
          by(++it.seq, collab::set_operation{name_of(random.below(10'000)),
                                             {{property::x, double(random.below(1'000))}}}));
    }
    state.ResumeTiming();
    for (const std::string& each : all) {
      benchmark::DoNotOptimize(it.history.apply(*collab::decode_operation(each)).changed.size());
    }
  }
  state.SetItemsProcessed(std::int64_t(state.iterations()) * std::int64_t(batch));
}
BENCHMARK(decode_and_apply_set);

// The latest operation taken back and done again, one property; of 10,000 elements.
void undo_and_redo(benchmark::State& state) {
  board_of it{10'000};
  it.history.apply(by(++it.seq, collab::set_operation{name_of(7), {{property::x, 5.0}}}));
  const seq_number target{it.seq};
  for (auto _ : state) {
    it.history.apply(by(++it.seq, collab::undo_operation{target}));
    it.history.apply(by(++it.seq, collab::redo_operation{target}));
  }
  state.SetItemsProcessed(std::int64_t(state.iterations()) * 2);
}
BENCHMARK(undo_and_redo);

// A clear of so many elements taken back and done again.
void undo_clear(benchmark::State& state) {
  board_of it{state.range(0)};
  it.history.apply(by(++it.seq, collab::clear_operation{}));
  const seq_number target{it.seq};
  for (auto _ : state) {
    it.history.apply(by(++it.seq, collab::undo_operation{target}));
    it.history.apply(by(++it.seq, collab::redo_operation{target}));
  }
}
BENCHMARK(undo_clear)->Arg(10'000)->Unit(benchmark::kMillisecond);

// A board that was cleared made what it was: planned, applied.
void restore_board(benchmark::State& state) {
  board_of it{state.range(0)};
  const collab::board_snapshot full = it.board.snapshot(seq_number{it.seq});
  for (auto _ : state) {
    state.PauseTiming();
    it.history.apply(by(++it.seq, collab::clear_operation{}));
    state.ResumeTiming();
    auto plan = collab::plan_restore(it.board, full);
    it.history.apply(by(++it.seq, *std::move(plan)));
  }
}
BENCHMARK(restore_board)->Arg(10'000)->Unit(benchmark::kMillisecond);

// A million operations of five people: new elements on top, half of them strokes, changes of two
// properties, removals of the lowest that keep the board at about so many elements, undo and redo.
class long_log final : public collab::log_reader {
 public:
  explicit long_log(std::size_t elements, std::size_t operations = count) {
    collab::document board;
    collab::edit_history history{board};
    sequence random;
    std::vector<std::string> there;
    std::uint64_t made = 0;
    const auto run = [&](collab::operation op) {
      if (!history.check(op).ok()) {
        return;
      }
      records.push_back(collab::encode_operation(op));
      history.apply(std::move(op));
    };
    records.reserve(operations);
    while (records.size() < operations) {
      const std::uint64_t seq = records.size() + 1;
      const std::string user = "user-" + std::to_string(random.below(5));
      const std::uint64_t chance = random.below(100);
      if (chance < 40 || there.empty()) {
        run(by(seq, collab::put_operation{make(made)}, user));
        there.push_back(name_of(made++));
      } else if (chance < 65) {
        run(by(seq,
               collab::set_operation{
                   there[there.size() - 1 - random.below(std::min(there.size(), elements))],
                   {{property::x, double(random.below(1'000))},
                    {property::y, double(random.below(1'000))}}},
               user));
      } else if (chance < 90) {
        std::vector<std::string> gone;
        for (const collab::element* each : board.elements()) {
          if (board.size() - gone.size() <= elements || gone.size() == 4) {
            break;
          }
          gone.push_back(each->id());
        }
        run(by(seq, collab::remove_operation{std::move(gone)}, user));
      } else if (chance < 97) {
        const auto scope = collab::undo_scope::mine;
        const auto target = history.undo_target(scope, user);
        run(by(seq, collab::undo_operation{target.value_or(seq_number{}), scope}, user));
      } else {
        const auto scope = collab::undo_scope::mine;
        const auto target = history.redo_target(scope, user);
        run(by(seq, collab::redo_operation{target.value_or(seq_number{}), scope}, user));
      }
    }
    size = board.size();
  }

  absl::Status read(collab::log_position first, collab::log_position last,
                    absl::FunctionRef<bool(std::string_view)> each) override {
    for (std::size_t at = to_integer(first); at <= to_integer(last); ++at) {
      if (!each(records[at - 1])) {
        break;
      }
    }
    return absl::OkStatus();
  }

  static constexpr std::size_t count = 1'000'000;
  std::vector<std::string> records;
  std::size_t size = 0;
};

long_log& log_of(std::int64_t elements) {
  static std::int64_t kept_for = 0;
  static std::unique_ptr<long_log> kept;
  if (kept_for != elements) {
    kept.reset();
    kept = std::make_unique<long_log>(std::size_t(elements));
    kept_for = elements;
  }
  return *kept;
}

// Reading a log of a million operations into a timeline.
void timeline_add(benchmark::State& state) {
  long_log& log = log_of(state.range(0));
  for (auto _ : state) {
    collab::timeline past;
    for (const std::string& record : log.records) {
      if (!past.add(record).ok()) {
        std::abort();
      }
    }
    state.counters["bytes"] = double(past.bytes());
    state.counters["snapshots"] = double(past.snapshots());
    state.counters["elements"] = double(log.size);
  }
  state.SetItemsProcessed(std::int64_t(state.iterations()) * std::int64_t(long_log::count));
}
BENCHMARK(timeline_add)->Arg(2'000)->Arg(20'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// Seeking a random place of it, and the board there.
void timeline_seek(benchmark::State& state) {
  long_log& log = log_of(state.range(0));
  collab::timeline past;
  for (const std::string& record : log.records) {
    if (!past.add(record).ok()) {
      std::abort();
    }
  }
  collab::timeline_cursor cursor{past, log};
  sequence random;
  double worst = 0;
  for (auto _ : state) {
    const seq_number seq{random.below(long_log::count + 1)};
    const auto begin = std::chrono::steady_clock::now();
    if (!cursor.seek(seq).ok()) {
      std::abort();
    }
    benchmark::DoNotOptimize(cursor.board().content_digest().low);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    worst = std::max(worst, took.count());
  }
  state.counters["worst_ms"] = worst;
  state.counters["bytes"] = double(past.bytes());
  state.counters["snapshots"] = double(past.snapshots());
}
BENCHMARK(timeline_seek)->Arg(2'000)->Arg(20'000)->Unit(benchmark::kMillisecond)->Iterations(300);

// One operation on, and the board there.
void timeline_step(benchmark::State& state) {
  long_log& log = log_of(2'000);
  collab::timeline past;
  for (std::size_t i = 0; i < 100'000; ++i) {
    if (!past.add(log.records[i]).ok()) {
      std::abort();
    }
  }
  collab::timeline_cursor cursor{past, log};
  for (auto _ : state) {
    if (cursor.seq() == past.last_seq()) {
      (void)cursor.seek(seq_number{50'000});
    }
    (void)cursor.seek(collab::next(cursor.seq()));
    benchmark::DoNotOptimize(cursor.board().size());
  }
}
BENCHMARK(timeline_step)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
