// point_batching/percentile.hpp - the value that so many of a hundred do not exceed.

#ifndef COLLAB_BENCH_POINT_BATCHING_PERCENTILE_HPP
#define COLLAB_BENCH_POINT_BATCHING_PERCENTILE_HPP

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

namespace point_batching {

// The least of `values` that at least `percent` of 100 do not exceed (the nearest rank); 0 if
// there are none. 100 is the greatest. Reorders `values`. O(values).
[[nodiscard]] inline double percentile(std::vector<double>& values, double percent) {
  assert(percent > 0 && percent <= 100);
  if (values.empty()) {
    return 0;
  }
  const double rank = std::ceil(static_cast<double>(values.size()) * percent / 100);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_PERCENTILE_HPP
