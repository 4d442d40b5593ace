// bench/client_bench.cpp - what it costs a client to show its own work on top of others'.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/client/detail/outbox.hpp"
#include "collab/client/optimistic_board.hpp"

namespace {

using collab::property;
using collab::detail::pending_operation;

collab::element make(std::uint64_t number) {
  collab::element made{"element-" + std::to_string(number), collab::element_kind::rect, "user"};
  made.set(property::index, "b" + std::to_string(100'000 + number));
  made.set(property::x, double(number % 1'000));
  made.set(property::y, double(number / 1'000));
  made.set(property::color, collab::color{0xEF4444FF, false});
  made.set(property::width, 4.0);
  made.set_number(number);
  return made;
}

// A board of 10,000 elements on which `pending` own changes of as many elements wait, or of one
// element.
struct busy_board {
  busy_board(std::uint64_t pending, bool is_one) {
    std::vector<collab::element> elements;
    for (std::uint64_t i = 1; i <= 10'000; ++i) {
      elements.push_back(make(i));
    }
    board.reset(std::move(elements));
    for (std::uint64_t i = 1; i <= pending; ++i) {
      add(is_one ? 1 : i);
    }
    // The places of the elements are kept too, as by a host that draws.
    (void)board.shown().in({0, 0, 1, 1});
    (void)board.take_changed();
  }
  void add(std::uint64_t number) {
    pending_operation op;
    op.body = collab::set_element{"element-" + std::to_string(number),
                                  {{property::x, double(number)}, {property::width, 9.0}}};
    op.order = ++orders;
    operations.push_back(std::make_unique<pending_operation>(std::move(op)));
    board.add(*operations.back());
  }

  collab::optimistic_board board;
  std::deque<std::unique_ptr<pending_operation>> operations;
  std::uint64_t orders = 0;
};

// An own operation is done and shown, the first one is answered, while `pending` wait.
void local_operation(benchmark::State& state) {
  busy_board busy{static_cast<std::uint64_t>(state.range(0)), false};
  std::uint64_t next = busy.operations.size();
  std::uint64_t seq = 10'000;
  for (auto _ : state) {
    busy.add(next++ % 10'000 + 1);
    busy.board.accept(*busy.operations.front(), "", collab::seq_number{++seq}, "user");
    busy.operations.pop_front();
    benchmark::DoNotOptimize(busy.board.take_changed());
  }
}
BENCHMARK(local_operation)->Arg(1)->Arg(100)->Arg(5'000);

// Somebody else changes an element on which all own operations that wait are: all of them are
// done on top of it again.
void rebase(benchmark::State& state) {
  busy_board busy{static_cast<std::uint64_t>(state.range(0)), true};
  std::uint64_t seq = 10'000;
  double y = 0;
  for (auto _ : state) {
    y = y < 1'000 ? y + 1 : 0;
    busy.board.confirm_changes("element-1", {{property::y, y}}, collab::seq_number{++seq});
    benchmark::DoNotOptimize(busy.board.take_changed());
  }
}
BENCHMARK(rebase)->Arg(1)->Arg(100);

// Somebody else changes an element on which nothing waits.
void remote_operation(benchmark::State& state) {
  busy_board busy{static_cast<std::uint64_t>(state.range(0)), false};
  std::uint64_t seq = 10'000;
  std::uint64_t number = 0;
  for (auto _ : state) {
    number = number % 5'000 + 1;
    busy.board.confirm_changes("element-" + std::to_string(5'000 + number),
                               {{property::y, double(number)}}, collab::seq_number{++seq});
    benchmark::DoNotOptimize(busy.board.take_changed());
  }
}
BENCHMARK(remote_operation)->Arg(100);

// Everything is taken away by somebody else and told anew: 10,000 elements, 100 own changes.
void told_anew(benchmark::State& state) {
  busy_board busy{100, false};
  std::vector<collab::element> elements;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    elements.push_back(make(i));
  }
  for (auto _ : state) {
    busy.board.reset(elements);
    benchmark::DoNotOptimize(busy.board.take_changed());
  }
}
BENCHMARK(told_anew)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
