// collab/history/detail/write_trail.hpp - the writes of one thing that can still be undone or
// redone.
//
// Part of collab/history/edit_history.hpp.

#ifndef COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP
#define COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/document/property.hpp"

namespace collab::detail {

// The writes of a trail by seq. Mostly there is one, new ones come last and old ones go first;
// these are O(1), amortized, finding one is O(log writes).
template <typename Value>
class write_list {
 public:
  struct write {
    seq_number seq{};
    Value value;
  };
  using iterator = typename absl::InlinedVector<write, 1>::iterator;

  [[nodiscard]] bool empty() const noexcept { return first_ == all_.size(); }
  [[nodiscard]] const write& back() const noexcept { return all_.back(); }
  [[nodiscard]] iterator end() noexcept { return all_.end(); }
  [[nodiscard]] iterator find(seq_number seq) {
    const iterator found = place(seq);
    return found != all_.end() && found->seq == seq ? found : all_.end();
  }
  void add(seq_number seq, Value value) {
    const iterator at = empty() || all_.back().seq < seq ? all_.end() : place(seq);
    all_.insert(at, write{seq, std::move(value)});
  }
  void erase(iterator at) {
    if (at == begin()) {
      erase_through(at);
    } else {
      all_.erase(at);
    }
  }
  // It, and all before it.
  void erase_through(iterator at) {
    for (iterator each = begin(); each <= at; ++each) {
      each->value = Value{};
    }
    first_ = static_cast<std::size_t>(at - all_.begin()) + 1;
    if (first_ > all_.size() / 2) {
      all_.erase(all_.begin(), begin());
      first_ = 0;
    }
  }

 private:
  [[nodiscard]] iterator begin() noexcept {
    return all_.begin() + static_cast<std::ptrdiff_t>(first_);
  }
  [[nodiscard]] iterator place(seq_number seq) {
    return std::lower_bound(begin(), all_.end(), seq,
                            [](const write& each, seq_number at) { return each.seq < at; });
  }

  // Those before `first_` are gone.
  absl::InlinedVector<write, 1> all_;
  std::size_t first_ = 0;
};

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

  [[nodiscard]] const Value& shown() const { return done_.empty() ? base_ : done_.back().value; }
  [[nodiscard]] seq_number writer() const {
    return done_.empty() ? base_writer_ : done_.back().seq;
  }
  [[nodiscard]] const Value& base() const noexcept { return base_; }
  [[nodiscard]] seq_number base_writer() const noexcept { return base_writer_; }

  // Writes, and takes for granted that the document shows it. Requires: a seq greater than all
  // before.
  void write(seq_number seq, Value value) {
    done_.add(seq, std::move(value));
    told_ = changed_at_ = seq;
  }

  // Undoes the write of `seq` and yields it, to be put back; nullopt when a later one stands
  // for good, so that it can never be shown again.
  [[nodiscard]] std::optional<Value> take_back(seq_number seq) {
    const auto found = done_.find(seq);
    if (found == done_.end()) {
      return std::nullopt;
    }
    std::optional<Value> value{std::move(found->value)};
    done_.erase(found);
    return value;
  }
  // Redoes a write; nothing when a later one stands for good.
  void put_back(seq_number seq, Value value) {
    if (seq > base_writer_) {
      done_.add(seq, std::move(value));
    }
  }

  // The write of `seq` can't be undone any more. Those before it will never be shown.
  void settle(seq_number seq) {
    const auto found = done_.find(seq);
    if (found != done_.end()) {
      base_ = std::move(found->value);
      base_writer_ = seq;
      done_.erase_through(found);
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
  write_list<Value> done_;
};

// nullopt: nobody has written it.
using register_trail = write_trail<std::optional<property_value>>;

// Whether an element is there.
using presence_trail = write_trail<bool>;

// All that can be undone or redone of one element.
struct element_trail {
  element_id id;
  presence_trail presence;
  // In the order of the properties.
  absl::InlinedVector<std::pair<property, register_trail>, 1> registers;
  // The operations that made it be there, as far as they can be undone or redone; mostly one.
  absl::InlinedVector<seq_number, 1> makers;
  // The undo or redo that last made it come or go.
  seq_number changed_at{};
  // Its body is given up: it never comes back.
  bool is_gone = false;

  // Where the trail of `key` is, or is to be.
  [[nodiscard]] auto place(property key) {
    return std::lower_bound(registers.begin(), registers.end(), key,
                            [](const auto& each, property at) { return each.first < at; });
  }
  // Requires: it is there.
  [[nodiscard]] const register_trail& register_of(property key) const {
    return std::find_if(registers.begin(), registers.end(),
                        [key](const auto& each) { return each.first == key; })
        ->second;
  }

  // Whether undo or redo could make it be there.
  [[nodiscard]] bool can_be_there() const {
    return presence.base() || std::any_of(makers.begin(), makers.end(), [this](seq_number each) {
             return each > presence.base_writer();
           });
  }
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_WRITE_TRAIL_HPP
