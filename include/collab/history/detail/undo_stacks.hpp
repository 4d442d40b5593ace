// collab/history/detail/undo_stacks.hpp - what can be undone and redone, by whom.
//
// Part of collab/history/edit_history.hpp.

#ifndef COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP
#define COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/property.hpp"
#include "collab/history/detail/write_trail.hpp"

namespace collab::detail {

struct presence_write {
  std::shared_ptr<element_trail> of;
  seq_number seq{};
  bool is_there = false;
  // While it is undone: whether it can be shown again.
  bool is_kept = false;
};
struct register_write {
  std::shared_ptr<element_trail> of;
  property key{};
  seq_number seq{};
  // While it is undone: what it wrote, if it can be shown again.
  std::optional<property_value> kept;
};

// What is undone and redone at once: one operation, or those of a group.
struct undo_entry {
  // Of its latest operation: its place among the others.
  seq_number seq{};
  user_id author;
  client_id session;
  std::string group;
  std::size_t operations = 1;
  std::vector<presence_write> presence;
  std::vector<register_write> registers;
  // The operation that undid it; 0 while it is done.
  seq_number undone_at{};
  // How many stacks it is in, and in how many of them it can be redone.
  int stacks = 0;
  int redo_stacks = 0;

  // Whether nobody can undo it, or redo it, any more.
  [[nodiscard]] bool is_final() const noexcept {
    return stacks == 0 || (undone_at != seq_number{} && redo_stacks == 0);
  }
};

// The entries of one scope, done and undone. New ones come last and old ones go first, which is
// O(1), amortized, as long as nothing is undone; otherwise every function is O(log entries).
class undo_stack {
 public:
  // Null where there is none.
  [[nodiscard]] undo_entry* latest_done() const {
    while (done_end_ > 0 && !is_done(items_[done_end_ - 1])) {
      --done_end_;
    }
    return done_end_ > 0 ? items_[done_end_ - 1].entry.get() : nullptr;
  }
  [[nodiscard]] undo_entry* latest_undone() const {
    return undone_.empty() ? nullptr : undone_.rbegin()->second;
  }
  [[nodiscard]] undo_entry* oldest() const {
    return items_.empty() ? nullptr : items_.front().entry.get();
  }
  [[nodiscard]] std::size_t operations() const noexcept { return operations_; }

  // Requires: the entry is done, its seq greater than all before.
  void add(const std::shared_ptr<undo_entry>& entry) {
    items_.push_back({entry->seq, entry});
    done_end_ = items_.size();
    operations_ += entry->operations;
    ++entry->stacks;
  }
  // The entry, or null when it is not in this stack.
  std::shared_ptr<undo_entry> remove(const undo_entry& entry) {
    const std::size_t at = place(entry.seq);
    if (at == items_.size() || items_[at].entry == nullptr) {
      return nullptr;
    }
    std::shared_ptr<undo_entry> removed = std::move(items_[at].entry);
    if (removed->undone_at != seq_number{}) {
      removed->redo_stacks -= static_cast<int>(undone_.erase(removed->undone_at));
    }
    operations_ -= removed->operations;
    --removed->stacks;
    ++gaps_;
    close_gaps();
    return removed;
  }

  // An entry, which need not be in this stack, has been undone at its undone_at.
  void note_undone(undo_entry& entry) {
    if (contains(entry)) {
      undone_.emplace(entry.undone_at, &entry);
      ++entry.redo_stacks;
    }
  }
  // It is redone, and has its undone_at still.
  void note_redone(undo_entry& entry) {
    if (contains(entry)) {
      entry.redo_stacks -= static_cast<int>(undone_.erase(entry.undone_at));
      done_end_ = std::max(done_end_, place(entry.seq) + 1);
    }
  }
  // What is undone can't be redone through this stack any more. It stays in it: another may
  // redo it, and then it can be undone here. Adds to `final` what nobody can redo.
  void end_redo(std::vector<undo_entry*>& final) {
    for (const auto& [at, entry] : undone_) {
      if (--entry->redo_stacks == 0) {
        final.push_back(entry);
      }
    }
    undone_.clear();
  }

 private:
  // By the seq of the entry; null: a gap, where one was removed between others.
  struct item {
    seq_number seq{};
    std::shared_ptr<undo_entry> entry;
  };

  [[nodiscard]] static bool is_done(const item& each) {
    return each.entry != nullptr && each.entry->undone_at == seq_number{};
  }
  [[nodiscard]] std::size_t place(seq_number seq) const {
    if (!items_.empty() && items_.front().seq == seq) {
      return 0;
    }
    const auto found =
        std::lower_bound(items_.begin(), items_.end(), seq,
                         [](const item& each, seq_number at) { return each.seq < at; });
    return found != items_.end() && found->seq == seq
               ? static_cast<std::size_t>(found - items_.begin())
               : items_.size();
  }
  [[nodiscard]] bool contains(const undo_entry& entry) const {
    const std::size_t at = place(entry.seq);
    return at != items_.size() && items_[at].entry != nullptr;
  }
  void close_gaps() {
    while (!items_.empty() && items_.front().entry == nullptr) {
      items_.pop_front();
      done_end_ -= done_end_ > 0 ? 1 : 0;
      --gaps_;
    }
    while (!items_.empty() && items_.back().entry == nullptr) {
      items_.pop_back();
      --gaps_;
    }
    if (gaps_ > items_.size() / 2) {
      std::erase_if(items_, [](const item& each) { return each.entry == nullptr; });
      gaps_ = 0;
      done_end_ = items_.size();
    }
    done_end_ = std::min(done_end_, items_.size());
  }

  std::deque<item> items_;
  std::size_t gaps_ = 0;
  // Behind it nothing is done. Moved to the latest that is when somebody asks.
  mutable std::size_t done_end_ = 0;
  // In the order in which they were undone.
  absl::btree_map<seq_number, undo_entry*> undone_;
  std::size_t operations_ = 0;
};

// The stack of the room, and one for each user who has lately made something. An entry is in
// that of the room and in that of its author, until it is too old for the one and for the other.
//
// Memory: at most `depth` operations in each stack, at most `users_max` users.
class undo_stacks {
 public:
  undo_stacks(std::size_t depth, std::size_t users_max) : depth_{depth}, users_max_{users_max} {}

  [[nodiscard]] const undo_stack& of_room() const noexcept { return room_; }
  // Null when he has none.
  [[nodiscard]] const undo_stack* find(std::string_view user) const {
    const auto found = users_.find(to_absl(user));
    return found != users_.end() ? &found->second.stack : nullptr;
  }

  // The entry that a new operation of `session` in `group` belongs to, taken off the stacks;
  // null when it begins one.
  [[nodiscard]] std::shared_ptr<undo_entry> take_group(const client_id& session,
                                                       const std::string& group) {
    if (group.empty()) {
      return nullptr;
    }
    const auto found = groups_.find({session, group});
    if (found == groups_.end() || found->second->operations >= depth_ ||
        found->second->undone_at != seq_number{}) {
      return nullptr;
    }
    return unstack(*found->second);
  }

  // Puts an entry onto both stacks as the latest. Calls `finish(entry)` for each that has become
  // final, and adds the users whose stack has changed to `changed`.
  template <typename Finish>
  void add(const std::shared_ptr<undo_entry>& entry, std::vector<user_id>& changed,
           const Finish& finish) {
    if (depth_ == 0) {
      finish(*entry);
      return;
    }
    if (!entry->group.empty()) {
      groups_[{entry->session, entry->group}] = entry.get();
    }
    user_stack& own = users_[entry->author];
    own.active_at = entry->seq;
    changed.push_back(entry->author);
    for (undo_stack* stack : {&room_, &own.stack}) {
      stack->add(entry);
      while (stack->operations() > depth_) {
        drop(*stack, *stack->oldest(), finish);
      }
    }
    if (users_.size() > users_max_) {
      // There is one who made something before all others, whatever the order of the map.
      const auto idle = std::min_element(
          users_.begin(), users_.end(),
          [](const auto& a, const auto& b) { return a.second.active_at < b.second.active_at; });
      changed.push_back(idle->first);
      forget_user(changed.back(), finish);
    }
  }

  void note_undone(undo_entry& entry, seq_number at) {
    entry.undone_at = at;
    ++undone_;
    for_each_stack(entry, [&](undo_stack& stack) { stack.note_undone(entry); });
  }
  void note_redone(undo_entry& entry) {
    for_each_stack(entry, [&](undo_stack& stack) { stack.note_redone(entry); });
    entry.undone_at = seq_number{};
    --undone_;
  }

  // `author` has made something new: nobody redoes through the stack of the room what is undone,
  // nor does he through his own.
  template <typename Finish>
  void end_redo(const user_id& author, const Finish& finish) {
    if (undone_ == 0) {
      return;
    }
    std::vector<undo_entry*> final;
    room_.end_redo(final);
    if (const auto user = users_.find(author); user != users_.end()) {
      user->second.stack.end_redo(final);
    }
    for (undo_entry* entry : final) {
      retire(unstack(*entry), finish);
    }
  }

 private:
  struct user_stack {
    undo_stack stack;
    // His latest operation.
    seq_number active_at{};
  };

  template <typename Do>
  void for_each_stack(const undo_entry& entry, const Do& act) {
    act(room_);
    if (const auto user = users_.find(entry.author); user != users_.end()) {
      act(user->second.stack);
    }
  }
  std::shared_ptr<undo_entry> unstack(const undo_entry& entry) {
    std::shared_ptr<undo_entry> held;
    for_each_stack(entry, [&](undo_stack& stack) {
      if (auto removed = stack.remove(entry)) {
        held = std::move(removed);
      }
    });
    return held;
  }
  template <typename Finish>
  void drop(undo_stack& from, const undo_entry& entry, const Finish& finish) {
    const std::shared_ptr<undo_entry> dropped = from.remove(entry);
    if (dropped->is_final()) {
      if (dropped->stacks > 0) {
        unstack(*dropped);
      }
      retire(dropped, finish);
    }
  }
  template <typename Finish>
  void retire(const std::shared_ptr<undo_entry>& entry, const Finish& finish) {
    undone_ -= entry->undone_at != seq_number{} ? 1 : 0;
    if (!entry->group.empty()) {
      const auto group = groups_.find({entry->session, entry->group});
      if (group != groups_.end() && group->second == entry.get()) {
        groups_.erase(group);
      }
    }
    finish(*entry);
  }
  template <typename Finish>
  void forget_user(const user_id& user, const Finish& finish) {
    const auto found = users_.find(user);
    undo_stack gone = std::move(found->second.stack);
    users_.erase(found);
    while (const undo_entry* entry = gone.oldest()) {
      drop(gone, *entry, finish);
    }
  }

  std::size_t depth_;
  std::size_t users_max_;
  undo_stack room_;
  // Never iterated for anything but a least: their order differs from run to run.
  absl::flat_hash_map<user_id, user_stack> users_;
  absl::flat_hash_map<std::pair<client_id, std::string>, undo_entry*> groups_;
  // How many entries are undone.
  std::size_t undone_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP
