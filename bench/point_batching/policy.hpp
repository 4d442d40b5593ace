// point_batching/policy.hpp - ways to choose which points are sent, and when.

#ifndef COLLAB_BENCH_POINT_BATCHING_POLICY_HPP
#define COLLAB_BENCH_POINT_BATCHING_POLICY_HPP

#include <optional>
#include <span>
#include <string_view>

#include "collab/core/clock.hpp"
#include "collab/ink/distance_filter.hpp"
#include "collab/ink/one_euro_smoother.hpp"
#include "collab/ink/point_batcher.hpp"
#include "collab/ink/stream_simplifier.hpp"

namespace point_batching {

// The stages of the library that a sample passes, in this order; what is not set is left out.
struct policy {
  std::string_view name;
  // For people, in a few words.
  std::string_view meaning;
  std::optional<collab::one_euro_smoother_options> smoother{};
  std::optional<collab::distance_filter_options> filter{};
  std::optional<collab::stream_simplifier_options> simplifier{};
  collab::point_batcher_options batcher{};
  // What the network needs for each message, see simulated_link; 0 if it is never behind.
  collab::duration time_per_message{0};
};

// Every policy, in the order of the report. Lives as long as the program.
[[nodiscard]] std::span<const policy> policies();

// Null if none is called `name`.
[[nodiscard]] const policy* find_policy(std::string_view name);

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_POLICY_HPP
