// collab/history/detail/write_trail.hpp - the writes of one thing that can still be undone or
// redone.
//
// Part of collab/history/edit_history.hpp.

#ifndef COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP
#define COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP

#include <absl/container/btree_map.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <optional>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/document/property.hpp"

namespace collab::detail {

// What was written to one register, or to the presence of one element: of the writes that are
// not undone the one of the greatest seq is shown, and where there is none what was before
// them all. Each function is O(log writes).
//
// Memory: a few words and a value for each write that is not undone.
template <typename Value>
class write_trail {
 public:
  // `base` was written by `writer`, for good.
  write_trail(Value base, seq_number writer)
      : base_{std::move(base)}, base_writer_{writer}, told_{writer} {}

  [[nodiscard]] const Value& shown() const {
    return done_.empty() ? base_ : std::prev(done_.end())->second;
  }
  [[nodiscard]] seq_number writer() const {
    return done_.empty() ? base_writer_ : std::prev(done_.end())->first;
  }
  [[nodiscard]] const Value& base() const noexcept { return base_; }
  [[nodiscard]] seq_number base_writer() const noexcept { return base_writer_; }

  // Writes, and takes for granted that the document shows it. Requires: a seq greater than all
  // before.
  void write(seq_number seq, Value value) {
    done_.emplace_hint(done_.end(), seq, std::move(value));
    told_ = changed_at_ = seq;
  }

  // Undoes the write of `seq` and yields it, to be put back; nullopt when a later one stands
  // for good, so that it can never be shown again.
  [[nodiscard]] std::optional<Value> take_back(seq_number seq) {
    const auto found = done_.find(seq);
    if (found == done_.end()) {
      return std::nullopt;
    }
    std::optional<Value> value{std::move(found->second)};
    done_.erase(found);
    return value;
  }
  // Redoes a write; nothing when a later one stands for good.
  void put_back(seq_number seq, Value value) {
    if (seq > base_writer_) {
      done_.emplace(seq, std::move(value));
    }
  }

  // The write of `seq` can't be undone any more. Those before it will never be shown.
  void settle(seq_number seq) {
    const auto found = done_.find(seq);
    if (found != done_.end()) {
      base_ = std::move(found->second);
      base_writer_ = seq;
      done_.erase(done_.begin(), std::next(found));
    }
  }

  // Whether the document does not show it yet; from now on it does, by the undo or redo `at`.
  [[nodiscard]] bool tell(seq_number at) {
    if (told_ == writer()) {
      return false;
    }
    told_ = writer();
    changed_at_ = at;
    return true;
  }
  // The operation that last changed what is shown; 0 when that was long ago.
  [[nodiscard]] seq_number changed_at() const noexcept { return changed_at_; }

 private:
  Value base_;
  seq_number base_writer_{};
  seq_number told_{};
  seq_number changed_at_{};
  absl::btree_map<seq_number, Value> done_;
};

// nullopt: nobody has written it.
using register_trail = write_trail<std::optional<property_value>>;

// Whether an element is there.
using presence_trail = write_trail<bool>;

// All that can be undone or redone of one element.
struct element_trail {
  element_id id;
  presence_trail presence;
  absl::btree_map<property, register_trail> registers;
  // The operations that made it be there, as far as they can be undone or redone; mostly one.
  absl::InlinedVector<seq_number, 1> makers;
  // The undo or redo that last made it come or go.
  seq_number changed_at{};
  // Its body is given up: it never comes back.
  bool is_gone = false;

  // Whether undo or redo could make it be there.
  [[nodiscard]] bool can_be_there() const {
    return presence.base() || std::any_of(makers.begin(), makers.end(), [this](seq_number each) {
             return each > presence.base_writer();
           });
  }
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP
