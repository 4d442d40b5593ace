#include "relay_cost.hpp"

#include <string_view>

#include "encoding.hpp"
#include "measurement.hpp"
#include "policy.hpp"

namespace point_batching {
namespace {

struct relay_target {
  std::size_t points_per_message;
  std::string_view policy;
  double bytes_per_point_max;
  double ratio_min;
};

constexpr relay_target targets[] = {
    {1, "none", 11, 0}, {2, "batch-2", 7, 0}, {8, "batch-8", 4, 25}};

void add(const std::string& set, const drawn_strokes& drawn, std::vector<relay_cost>& costs) {
  const named_encoding& binary = *find_encoding("binary");
  const named_encoding& event = *find_encoding("json-event");
  for (const relay_target& each : targets) {
    const policy& rules = *find_policy(each.policy);
    costs.push_back({.set = set,
                     .points = drawn.points(),
                     .points_per_message = each.points_per_message,
                     .binary_bytes_per_point = cost_of(rules, binary, drawn).bytes_per_point(),
                     .bytes_per_point_max = each.bytes_per_point_max,
                     .event_bytes_per_point = cost_of(rules, event, drawn).bytes_per_point(),
                     .ratio_min = each.ratio_min});
  }
}

}  // namespace

std::vector<relay_cost> relay_costs(const drawn_strokes& drawn) {
  std::vector<relay_cost> costs;
  add("all", drawn, costs);
  const std::vector<std::string> sets = drawn.sets();
  for (const std::string& set : sets) {
    if (sets.size() > 1) {
      add(set, drawn.only(set), costs);
    }
  }
  return costs;
}

}  // namespace point_batching
