// bench/document_bench.cpp - what a document costs: merges, changes with their digest.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/document/replica.hpp"
#include "collab/document/spatial_index.hpp"

namespace {

using collab::property;

collab::unix_time at(std::int64_t ms) { return collab::unix_time{std::chrono::milliseconds{ms}}; }

// A rectangle, or for every second one a stroke of 32 points.
collab::element make(std::int64_t number) {
  const bool is_stroke = number % 2 == 0;
  collab::element made{"element-" + std::to_string(number),
                       is_stroke ? collab::element_kind::stroke : collab::element_kind::rect,
                       "user"};
  made.set(property::index, "b" + std::to_string(10 + number % 90));
  made.set(property::x, double(number % 1'000));
  made.set(property::y, double(number / 1'000));
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

std::unique_ptr<collab::replica> board_of(const char* actor, std::int64_t from, std::int64_t to) {
  auto board = std::make_unique<collab::replica>(actor);
  for (std::int64_t i = from; i < to; ++i) {
    (void)board->put(make(i), at(i));
  }
  return board;
}

// Two boards of so many elements that have all in common, and were both changed since: a
// property of each element, one in ten removed.
void merge_diverged(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto _ : state) {
    state.PauseTiming();
    auto ann = board_of("ann", 0, count);
    auto bob = std::make_unique<collab::replica>("bob");
    (void)bob->merge(*ann);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string id = "element-" + std::to_string(i);
      (void)ann->set(id, property::x, 5.0, at(count + i));
      (void)bob->set(id, property::y, 5.0, at(count + i));
      if (i % 10 == 0) {
        (void)bob->remove(id, at(2 * count));
      }
    }
    state.ResumeTiming();
    benchmark::DoNotOptimize(ann->merge(*bob).ok());
    state.PauseTiming();
    ann.reset();
    bob.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(merge_diverged)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

// Two boards of so many elements that have nothing in common.
void merge_disjoint(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const auto bob = board_of("bob", count, 2 * count);
  for (auto _ : state) {
    state.PauseTiming();
    auto ann = board_of("ann", 0, count);
    state.ResumeTiming();
    benchmark::DoNotOptimize(ann->merge(*bob).ok());
    state.PauseTiming();
    ann.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(merge_disjoint)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Merging again what is known already.
void merge_known(benchmark::State& state) {
  const auto bob = board_of("bob", 0, state.range(0));
  collab::replica ann{"ann"};
  (void)ann.merge(*bob);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ann.merge(*bob).ok());
  }
}
BENCHMARK(merge_known)->Arg(10'000)->Unit(benchmark::kMillisecond);

// One property of one of so many elements, and the digest of all.
void document_set(benchmark::State& state) {
  collab::document board;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    board.insert(make(i), collab::seq_number{1});
  }
  std::uint64_t seq = 1;
  for (auto _ : state) {
    ++seq;
    board.set("element-7", property::x, double(seq % 1'000), collab::seq_number{seq},
              collab::seq_number{seq});
    benchmark::DoNotOptimize(board.content_digest().low);
  }
}
BENCHMARK(document_set)->Arg(100)->Arg(10'000)->Arg(50'000);

// The digest of a whole element computed anew; its points were hashed when they were set.
void digest_element(benchmark::State& state) {
  const collab::element made = make(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(collab::digest_of(made).low);
  }
}
BENCHMARK(digest_element);

// Elements of about 100 px, spread over a square of 100 px for each.
struct spread_board {
  explicit spread_board(std::int64_t count) {
    const auto side = static_cast<std::int64_t>(std::sqrt(double(count)));
    for (std::int64_t i = 0; i < count; ++i) {
      collab::element made = make(i);
      made.set(property::x, double(i % side) * 100);
      made.set(property::y, double(i / side) * 100);
      all.push_back(&board.insert(std::move(made), collab::seq_number{1}));
      index.update(*all.back());
    }
  }
  collab::document board;
  collab::spatial_index index;
  std::vector<const collab::element*> all;
};

// What a screen of 1,920 by 1,080 px shows: about 250 elements.
void index_screen(benchmark::State& state) {
  const spread_board spread{state.range(0)};
  std::size_t found = 0;
  for (auto _ : state) {
    found = spread.index.in({2'000, 2'000, 3'920, 3'080}).size();
    benchmark::DoNotOptimize(found);
  }
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK(index_screen)->Arg(10'000)->Arg(50'000);

void index_near(benchmark::State& state) {
  const spread_board spread{state.range(0)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(spread.index.near(2'050, 2'020, 4).size());
  }
}
BENCHMARK(index_near)->Arg(10'000)->Arg(50'000);

// An element moves, by 100 px to and fro.
void index_update(benchmark::State& state) {
  spread_board spread{state.range(0)};
  std::uint64_t seq = 1;
  for (auto _ : state) {
    ++seq;
    const collab::element& moved = *spread.all[seq % spread.all.size()];
    spread.board.set(moved.id(), property::x, seq / spread.all.size() % 2 == 0 ? 100.0 : 0.0,
                     collab::seq_number{seq}, collab::seq_number{seq});
    spread.index.update(moved);
  }
}
BENCHMARK(index_update)->Arg(10'000)->Arg(50'000);

}  // namespace

BENCHMARK_MAIN();
