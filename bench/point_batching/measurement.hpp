// point_batching/measurement.hpp - what a policy and an encoding cost, and what they leave.

#ifndef COLLAB_BENCH_POINT_BATCHING_MEASUREMENT_HPP
#define COLLAB_BENCH_POINT_BATCHING_MEASUREMENT_HPP

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "drawn_strokes.hpp"
#include "encoding.hpp"
#include "policy.hpp"

namespace point_batching {

// What goes over the wire for all strokes.
struct wire_cost {
  // Raw input points; what a policy drops counts, what a receiver interpolates never does.
  std::size_t raw_points = 0;
  std::size_t sent_points = 0;
  // WebSocket messages, and their bytes with the headers of RFC 6455.
  std::size_t messages = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] double bytes_per_point() const {
    return raw_points == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(raw_points);
  }
};

[[nodiscard]] wire_cost cost_of(const policy& rules, const named_encoding& written,
                                const drawn_strokes& drawn);

// The 99th percentile of a quantity over all raw input points, and its greatest value.
struct deviation {
  double p99 = 0;
  double greatest = 0;
};

struct measurement {
  std::string_view policy;
  std::string_view encoding;
  wire_cost cost;
  // Of one who draws, while the pen is down; 0 if no time passes.
  double messages_per_second = 0;
  double bytes_per_second = 0;
  // Pixels from a raw input point to the nearest place of what a receiver draws from the
  // decoded points: the straight lines between them, or the centripetal Catmull-Rom curve.
  deviation straight;
  deviation curved;
  // Milliseconds from when a point was sampled to when the message leaves that shows it: the
  // one that carries the point or, if that was dropped, the next one that is sent.
  double latency_p50 = 0;
  double latency_p99 = 0;
  // CPU time of policy, relay and encoding.
  double cpu_ns_per_point = 0;
};

// One measurement for each of `written`, which share what does not depend on them. The cost is
// the same in every run, CPU time is not. InvalidArgument when an encoding does not read back
// as many points as it wrote.
[[nodiscard]] absl::StatusOr<std::vector<measurement>> measure(
    const policy& rules, std::span<const named_encoding* const> written,
    const drawn_strokes& drawn);

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_MEASUREMENT_HPP
