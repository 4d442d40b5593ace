// Appends per second through each storage, over many rooms at once: what a server that
// commits every stroke before it acknowledges it can take.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/storage/memory_storage.hpp"
#include "collab/storage/sqlite_storage.hpp"
#include "collab/testing/manual_executor.hpp"

namespace {

using collab::append_request;
using collab::storage;
using collab::testing::manual_executor;

constexpr std::size_t record_bytes = 200;  // About one stroke.

// Keeps one append of each room in flight: the next leaves when the last is acknowledged.
void append_over_rooms(benchmark::State& state, storage& to) {
  const auto rooms = static_cast<std::size_t>(state.range(0));
  manual_executor loop;
  std::vector<append_request> next(rooms);
  std::size_t opened = 0;
  for (std::size_t room = 0; room < rooms; ++room) {
    next[room].room = "room " + std::to_string(room);
    to.open(next[room].room, loop, [&, room](absl::StatusOr<collab::opened_room> got) {
      next[room].epoch = got->epoch;
      ++opened;
    });
  }
  while (opened < rooms) {
    loop.wait();
  }
  const std::string record(record_bytes, 'x');
  std::int64_t acknowledged = 0;
  for (auto _ : state) {
    std::size_t answered = 0;
    for (append_request& each : next) {
      append_request request = each;
      request.records = {record};
      ++each.position;
      to.append(std::move(request), loop, [&](const absl::Status& status) {
        if (!status.ok()) {
          state.SkipWithError(status.ToString().c_str());
        }
        ++answered;
      });
    }
    while (answered < rooms) {
      loop.wait();
    }
    acknowledged += static_cast<std::int64_t>(answered);
  }
  state.SetItemsProcessed(acknowledged);
}

void memory_append(benchmark::State& state) {
  collab::memory_storage kept;
  append_over_rooms(state, kept);
}

// The file lies in COLLAB_BENCH_DIR, or where temporary files do: mind which disk that is.
void sqlite_append(benchmark::State& state) {
  const char* named = std::getenv("COLLAB_BENCH_DIR");
  const std::filesystem::path folder =
      (named != nullptr ? std::filesystem::path{named} : std::filesystem::temp_directory_path()) /
      ("collab_bench_" + std::to_string(::getpid()));
  {
    auto kept = collab::sqlite_storage::open_file((folder / "board.db").string());
    if (!kept.ok()) {
      state.SkipWithError(kept.status().ToString().c_str());
      return;
    }
    append_over_rooms(state, **kept);
    state.counters["commits"] =
        benchmark::Counter(static_cast<double>((*kept)->commits()), benchmark::Counter::kIsRate);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

BENCHMARK(memory_append)->Arg(1)->Arg(1000)->UseRealTime();
BENCHMARK(sqlite_append)->Arg(1)->Arg(100)->Arg(1000)->Arg(10000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
