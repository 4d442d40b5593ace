// point_batching/relay_cost.hpp - the live relay held against its targets.

#ifndef COLLAB_BENCH_POINT_BATCHING_RELAY_COST_HPP
#define COLLAB_BENCH_POINT_BATCHING_RELAY_COST_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "drawn_strokes.hpp"

namespace point_batching {

// One set of strokes, every sample sent, always so many to a message but for a stroke's last.
struct relay_cost {
  // A set's name, or `all`.
  std::string set;
  std::size_t points = 0;
  std::size_t points_per_message = 0;
  // All in: WebSocket header, message header, points.
  double binary_bytes_per_point = 0;
  double bytes_per_point_max = 0;
  // The same points as one JSON event each.
  double event_bytes_per_point = 0;
  // What the ratio of the two must reach; 0 if nothing is asked for.
  double ratio_min = 0;

  [[nodiscard]] double ratio() const { return event_bytes_per_point / binary_bytes_per_point; }
  [[nodiscard]] bool meets_bytes() const { return binary_bytes_per_point <= bytes_per_point_max; }
  [[nodiscard]] bool meets_ratio() const { return ratio() >= ratio_min; }
};

// For all strokes and for each set, at 1, 2 and 8 points a message: at most 11, 7 and 4 bytes
// a point, and at 8 at least 25 times less than one JSON event per point.
[[nodiscard]] std::vector<relay_cost> relay_costs(const drawn_strokes& drawn);

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_RELAY_COST_HPP
