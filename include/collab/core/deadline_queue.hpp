// collab/core/deadline_queue.hpp - what is to be done when, for many things and one timer.
//
// Each key has at most one deadline. The host arms a single timer for next() and takes
// what is due with pop_due().

#ifndef COLLAB_CORE_DEADLINE_QUEUE_HPP
#define COLLAB_CORE_DEADLINE_QUEUE_HPP

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <optional>
#include <utility>

#include "collab/core/clock.hpp"

namespace collab {

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: one node a key that has a deadline.
template <typename Key>
class deadline_queue {
 public:
  // Gives `key` the deadline `when`, or takes it away with nullopt. O(log keys); nothing
  // when it has that deadline already.
  void set(const Key& key, std::optional<instant> when) {
    const auto found = deadlines_.find(key);
    if (found != deadlines_.end()) {
      if (when == found->second) {
        return;
      }
      order_.erase({found->second, key});
      if (!when.has_value()) {
        deadlines_.erase(found);
        return;
      }
      found->second = *when;
    } else if (when.has_value()) {
      deadlines_.emplace(key, *when);
    } else {
      return;
    }
    order_.emplace(*when, key);
  }

  // The earliest deadline, if there is any.
  [[nodiscard]] std::optional<instant> next() const {
    if (order_.empty()) {
      return std::nullopt;
    }
    return order_.begin()->first;
  }

  // Takes out the key with the earliest deadline, if it is not after `now`. Equal
  // deadlines come in the order of the keys.
  [[nodiscard]] std::optional<Key> pop_due(instant now) {
    if (order_.empty() || order_.begin()->first > now) {
      return std::nullopt;
    }
    Key key = order_.begin()->second;
    order_.erase(order_.begin());
    deadlines_.erase(key);
    return key;
  }

 private:
  absl::btree_set<std::pair<instant, Key>> order_;
  absl::flat_hash_map<Key, instant> deadlines_;
};

}  // namespace collab

#endif  // COLLAB_CORE_DEADLINE_QUEUE_HPP
