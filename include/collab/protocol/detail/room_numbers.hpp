// collab/protocol/detail/room_numbers.hpp - what the numbers stand for that a server gives to
// members, elements and live strokes.
//
// Part of collab/protocol/binary_server_decoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_ROOM_NUMBERS_HPP
#define COLLAB_PROTOCOL_DETAIL_ROOM_NUMBERS_HPP

#include <absl/container/btree_map.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/ink/live_points.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab::detail {

// The ids of elements by the operations that made them.
//
// What is taken off the board keeps its number for a while: the events since some place may be
// told again. Memory: the elements that are there, and the removed_max that went last.
class element_numbers {
 public:
  explicit element_numbers(std::size_t removed_max = 100'000) noexcept
      : removed_max_{removed_max} {}

  // Null when it stands for nothing. Valid until the next call. O(log elements).
  [[nodiscard]] const element_id* find(std::uint64_t number) const {
    const auto found = ids_.find(number);
    return found != ids_.end() ? &found->second.id : nullptr;
  }
  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }

  // `id` is on the board, and was made by operation `number`.
  void made(std::uint64_t number, std::string_view id) {
    entry& held = ids_[number];
    held.id = id;
    held.is_removed = false;
  }
  void removed(std::uint64_t number) {
    const auto found = ids_.find(number);
    if (found == ids_.end() || found->second.is_removed) {
      return;
    }
    found->second.is_removed = true;
    removed_.push_back(number);
    forget_oldest();
  }
  void removed_all() {
    for (auto& [number, held] : ids_) {
      if (!held.is_removed) {
        held.is_removed = true;
        removed_.push_back(number);
      }
    }
    forget_oldest();
  }

 private:
  struct entry {
    element_id id;
    bool is_removed = false;
  };

  void forget_oldest() {
    while (removed_.size() > removed_max_) {
      const auto found = ids_.find(removed_.front());
      removed_.pop_front();
      // It may have come back.
      if (found != ids_.end() && found->second.is_removed) {
        ids_.erase(found);
      }
    }
  }

  std::size_t removed_max_;
  absl::btree_map<std::uint64_t, entry> ids_;
  // In the order in which they went.
  std::deque<std::uint64_t> removed_;
};

// A stroke that is being drawn, as far as its live points need it: they are told from the two
// before.
class growing_stroke {
 public:
  growing_stroke() = default;
  growing_stroke(element_id id, user_id user) : id_{std::move(id)}, user_{std::move(user)} {}

  [[nodiscard]] const element_id& id() const noexcept { return id_; }
  [[nodiscard]] const user_id& user() const noexcept { return user_; }

  // The points at `from` are these.
  void add(std::uint64_t from, std::span<const point> points) {
    if (from != count_) {
      tail_size_ = 0;
    }
    for (const point& each : points.last(std::min<std::size_t>(points.size(), 2))) {
      tail_[0] = tail_[1];
      tail_[1] = each;
      tail_size_ = std::min<std::size_t>(tail_size_ + 1, 2);
    }
    count_ = from + points.size();
  }

  // The run that goes on at `from`; nothing when the points before it did not come.
  [[nodiscard]] std::optional<live_point_decoder> run_from(std::uint64_t from) const {
    if (from == 0 || from != count_ || tail_size_ < std::min<std::uint64_t>(from, 2)) {
      return std::nullopt;
    }
    live_point_decoder run;
    run.resume_after(std::span{tail_}.last(tail_size_));
    return run;
  }

 private:
  element_id id_;
  user_id user_;
  // How many points there are, and the last ones in a row.
  std::uint64_t count_ = 0;
  std::size_t tail_size_ = 0;
  point tail_[2] = {};
};

// Threads: distinct objects, safe; one object, one thread at a time.
class room_numbers {
 public:
  // ---- Connections and states

  // Another connection begins, or another state is told: only elements keep their numbers. Those
  // of a state that was cut off count no more.
  void begin_connection() {
    members_.clear();
    strokes_.clear();
    if (before_.has_value()) {
      elements_ = *std::move(before_);
      before_.reset();
    }
  }
  // A state begins, in which all elements are told anew.
  void begin_state() {
    begin_connection();
    before_ = std::exchange(elements_, element_numbers{});
  }
  // It is complete.
  void end_state() { before_.reset(); }

  // ---- Numbers

  [[nodiscard]] element_numbers& elements() noexcept { return elements_; }

  // Who has this number, or had it in this connection; null: nobody.
  [[nodiscard]] const member_profile* find_member(std::uint64_t number) const {
    const auto found = members_.find(number);
    return found != members_.end() ? &found->second : nullptr;
  }
  void meet(std::uint64_t number, member_profile who) {
    members_.insert_or_assign(number, std::move(who));
  }

  [[nodiscard]] growing_stroke* find_stroke(std::uint64_t number) {
    const auto found = strokes_.find(number);
    return found != strokes_.end() ? &found->second : nullptr;
  }
  growing_stroke& begin_stroke(std::uint64_t number, element_id id, user_id user) {
    return strokes_.insert_or_assign(number, growing_stroke{std::move(id), std::move(user)})
        .first->second;
  }
  void end_stroke(std::uint64_t number) { strokes_.erase(number); }
  // By name, where a receiver may have no number for it. O(live strokes).
  void end_stroke(std::string_view id) {
    for (auto each = strokes_.begin(); each != strokes_.end();) {
      each = each->second.id() == id ? strokes_.erase(each) : std::next(each);
    }
  }
  [[nodiscard]] std::size_t strokes() const noexcept { return strokes_.size(); }

 private:
  element_numbers elements_;
  // Those from before a state that is not complete yet.
  std::optional<element_numbers> before_;
  absl::btree_map<std::uint64_t, member_profile> members_;
  absl::btree_map<std::uint64_t, growing_stroke> strokes_;
};

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_ROOM_NUMBERS_HPP
