// collab/room/presence.hpp - where the members of a room point.
//
// Presence is advisory: never stored, and of several positions within one interval only
// the last is passed on.

#ifndef COLLAB_ROOM_PRESENCE_HPP
#define COLLAB_ROOM_PRESENCE_HPP

#include <absl/container/btree_map.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"

namespace collab {

// A pointer in board units.
struct cursor {
  double x = 0;
  double y = 0;
  bool is_drawing = false;

  friend bool operator==(const cursor&, const cursor&) = default;
};

struct presence_options {
  // The shortest time between two updates of one member that are passed on. At least 0.
  duration interval = std::chrono::milliseconds{35};

  // How long a silent cursor is shown. Greater than 0.
  duration expiry = std::chrono::seconds{10};
};

// The cursor of every member who has moved it.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: about 64 bytes a member.
class presence {
 public:
  explicit presence(presence_options options = {}) : options_{options} {}

  // Records that `who` points at `where`. Returns whether that is to be passed on now;
  // otherwise take_due() yields it when the interval is over. O(log members).
  [[nodiscard]] bool move(member_id who, cursor where, instant now) {
    entry& held = entries_[who];
    held.where = where;
    held.moved_at = now;
    if (!held.sent_at.has_value() || now - *held.sent_at >= options_.interval) {
      held.sent_at = now;
      held.is_waiting = false;
      return true;
    }
    held.is_waiting = true;
    const instant due = *held.sent_at + options_.interval;
    next_due_ = next_due_.has_value() ? std::min(*next_due_, due) : due;
    return false;
  }

  void forget(member_id who) { entries_.erase(who); }

  // When take_due() next has something to yield, at the earliest.
  [[nodiscard]] std::optional<instant> next_due() const noexcept { return next_due_; }

  // The members whose cursor is to be passed on now, in the order of their numbers; they
  // count as passed on. O(members) when something is due, otherwise O(1).
  [[nodiscard]] std::vector<std::pair<member_id, cursor>> take_due(instant now) {
    std::vector<std::pair<member_id, cursor>> due;
    if (!next_due_.has_value() || now < *next_due_) {
      return due;
    }
    next_due_.reset();
    for (auto& [who, held] : entries_) {
      if (!held.is_waiting) {
        continue;
      }
      const instant when = *held.sent_at + options_.interval;
      if (when <= now) {
        held.is_waiting = false;
        held.sent_at = now;
        due.emplace_back(who, held.where);
      } else {
        next_due_ = next_due_.has_value() ? std::min(*next_due_, when) : when;
      }
    }
    return due;
  }

  // The cursor of `who`, unless he never moved it or was silent for the expiry.
  [[nodiscard]] std::optional<cursor> find(member_id who, instant now) const {
    const auto found = entries_.find(who);
    if (found == entries_.end() || now - found->second.moved_at >= options_.expiry) {
      return std::nullopt;
    }
    return found->second.where;
  }

 private:
  struct entry {
    cursor where;
    instant moved_at{};
    std::optional<instant> sent_at;
    bool is_waiting = false;
  };

  presence_options options_;
  absl::btree_map<member_id, entry> entries_;
  std::optional<instant> next_due_;
};

}  // namespace collab

#endif  // COLLAB_ROOM_PRESENCE_HPP
