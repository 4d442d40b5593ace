// collab/protocol/detail/id_numbers.hpp - the numbers that a client gives to ids.
//
// Part of collab/protocol/binary_client_encoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_ID_NUMBERS_HPP
#define COLLAB_PROTOCOL_DETAIL_ID_NUMBERS_HPP

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/ink/live_points.hpp"

namespace collab::detail {

// An id that has a number.
struct numbered_id {
  element_id id;
  // The live points that are sent for a stroke of that id, if it has a run that can go on, and
  // the index of its next point.
  live_point_encoder run{};
  bool has_run = false;
  std::uint64_t next = 0;
  // When it was used last, in uses.
  std::uint64_t used = 0;
};

// Numbers from 1 on. When there are no more, the id that was used least recently loses its own.
//
// Memory: about 200 bytes for each number.
class id_numbers {
 public:
  // Requires: ids_max is at least 1.
  explicit id_numbers(std::size_t ids_max) noexcept : ids_max_{std::max<std::size_t>(ids_max, 1)} {}

  void clear() {
    places_.clear();
    ids_.clear();
  }

  // 0 when it has none. Counts as a use.
  [[nodiscard]] std::uint64_t find(std::string_view id) {
    const auto found = places_.find(to_absl(id));
    if (found == places_.end()) {
      return 0;
    }
    ids_[found->second].used = ++uses_;
    return found->second + 1;
  }
  // Requires: it has none. O(1) until all are given, then O(numbers).
  std::uint64_t give(std::string_view id) {
    std::size_t place = ids_.size();
    if (place < ids_max_) {
      ids_.emplace_back();
    } else {
      const auto oldest = std::min_element(
          ids_.begin(), ids_.end(),
          [](const numbered_id& a, const numbered_id& b) { return a.used < b.used; });
      place = static_cast<std::size_t>(oldest - ids_.begin());
      places_.erase(oldest->id);
      *oldest = {};
    }
    ids_[place].id = id;
    ids_[place].used = ++uses_;
    places_.emplace(ids_[place].id, place);
    return place + 1;
  }
  // Valid until the next give().
  [[nodiscard]] numbered_id& at(std::uint64_t number) { return ids_[number - 1]; }

 private:
  std::size_t ids_max_;
  std::uint64_t uses_ = 0;
  // Number n is entry n - 1.
  std::vector<numbered_id> ids_;
  absl::flat_hash_map<element_id, std::size_t> places_;
};

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_ID_NUMBERS_HPP
