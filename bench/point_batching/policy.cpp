#include "policy.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace point_batching {
namespace {

using std::chrono::milliseconds;

// A batch of so many points, however long that takes.
collab::point_batcher_options by_count(std::size_t points) {
  return {.points_max = points, .interval = std::chrono::hours{24}};
}

collab::point_batcher_options by_time(milliseconds interval) { return {.interval = interval}; }

collab::point_batcher_options adaptive() {
  return {.interval = milliseconds{16}, .is_adaptive = true};
}

std::vector<policy> make_policies() {
  constexpr collab::distance_filter_options one_pixel{.distance_min = 1.0F};
  constexpr milliseconds slow{60};
  std::vector<policy> all{
      {.name = "none", .meaning = "every sample at once", .batcher = by_count(1)},
      {.name = "batch-2", .meaning = "every 2 samples", .batcher = by_count(2)},
      {.name = "batch-8", .meaning = "every 8 samples", .batcher = by_count(8)},
      {.name = "16ms",
       .meaning = "every sample, every 16 ms",
       .batcher = by_time(milliseconds{16})},
      {.name = "filter",
       .meaning = "1 px filter, at once",
       .filter = one_pixel,
       .batcher = by_count(1)},
      {.name = "filter+batch-8",
       .meaning = "1 px filter, every 8 points",
       .filter = one_pixel,
       .batcher = by_count(8)},
      {.name = "filter+8ms",
       .meaning = "1 px filter, every 8 ms",
       .filter = one_pixel,
       .batcher = by_time(milliseconds{8})},
      {.name = "filter+16ms",
       .meaning = "1 px filter, every 16 ms",
       .filter = one_pixel,
       .batcher = by_time(milliseconds{16})},
      {.name = "filter+33ms",
       .meaning = "1 px filter, every 33 ms",
       .filter = one_pixel,
       .batcher = by_time(milliseconds{33})},
      {.name = "smooth+filter+16ms",
       .meaning = "1 Euro smoother, 1 px filter, every 16 ms",
       .smoother = collab::one_euro_smoother_options{},
       .filter = one_pixel,
       .batcher = by_time(milliseconds{16})}};
  struct named_epsilon {
    std::string_view name;
    std::string_view meaning;
    float epsilon;
  };
  for (const named_epsilon& each :
       {named_epsilon{"simplify-0.25+16ms", "simplifier of 0.25 px, every 16 ms", 0.25F},
        named_epsilon{"simplify-0.5+16ms", "simplifier of 0.5 px, every 16 ms", 0.5F},
        named_epsilon{"simplify-1+16ms", "simplifier of 1 px, every 16 ms", 1.0F},
        named_epsilon{"simplify-2+16ms", "simplifier of 2 px, every 16 ms", 2.0F}}) {
    all.push_back({.name = each.name,
                   .meaning = each.meaning,
                   .simplifier = collab::stream_simplifier_options{.epsilon = each.epsilon},
                   .batcher = by_time(milliseconds{16})});
  }
  all.push_back({.name = "adaptive-idle",
                 .meaning = "1 px filter, adaptive, network never behind",
                 .filter = one_pixel,
                 .batcher = adaptive()});
  all.push_back({.name = "adaptive-slow",
                 .meaning = "1 px filter, adaptive, network takes a message every 60 ms",
                 .filter = one_pixel,
                 .batcher = adaptive(),
                 .time_per_message = slow});
  all.push_back({.name = "filter+16ms-slow",
                 .meaning = "1 px filter, every 16 ms, network takes a message every 60 ms",
                 .filter = one_pixel,
                 .batcher = by_time(milliseconds{16}),
                 .time_per_message = slow});
  return all;
}

}  // namespace

std::span<const policy> policies() {
  static const std::vector<policy> all = make_policies();
  return all;
}

const policy* find_policy(std::string_view name) {
  const auto all = policies();
  const auto found =
      std::ranges::find_if(all, [name](const policy& each) { return each.name == name; });
  return found != all.end() ? &*found : nullptr;
}

}  // namespace point_batching
