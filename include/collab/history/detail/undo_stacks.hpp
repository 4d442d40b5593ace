// collab/history/detail/undo_stacks.hpp - what can be undone and redone, by whom.
//
// Part of collab/history/edit_history.hpp.

#ifndef COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP
#define COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <cstddef>
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

// The entries of one scope, done and undone. Every function is O(log entries).
class undo_stack {
 public:
  // Null where there is none.
  [[nodiscard]] undo_entry* latest_done() const {
    return done_.empty() ? nullptr : done_.rbegin()->second;
  }
  [[nodiscard]] undo_entry* latest_undone() const {
    return undone_.empty() ? nullptr : undone_.rbegin()->second;
  }
  [[nodiscard]] undo_entry* oldest() const {
    return all_.empty() ? nullptr : all_.begin()->second.get();
  }
  [[nodiscard]] std::size_t operations() const noexcept { return operations_; }

  // Requires: the entry is done.
  void add(const std::shared_ptr<undo_entry>& entry) {
    all_.emplace(entry->seq, entry);
    done_.emplace(entry->seq, entry.get());
    operations_ += entry->operations;
    ++entry->stacks;
  }
  // The entry, or null when it is not in this stack.
  std::shared_ptr<undo_entry> remove(const undo_entry& entry) {
    const auto found = all_.find(entry.seq);
    if (found == all_.end()) {
      return nullptr;
    }
    std::shared_ptr<undo_entry> removed = std::move(found->second);
    all_.erase(found);
    done_.erase(removed->seq);
    removed->redo_stacks -= static_cast<int>(undone_.erase(removed->undone_at));
    operations_ -= removed->operations;
    --removed->stacks;
    return removed;
  }

  // An entry, which need not be in this stack, has been undone at its undone_at.
  void note_undone(undo_entry& entry) {
    if (done_.erase(entry.seq) > 0) {
      undone_.emplace(entry.undone_at, &entry);
      ++entry.redo_stacks;
    }
  }
  // It is redone, and has its undone_at still.
  void note_redone(undo_entry& entry) {
    if (all_.contains(entry.seq)) {
      entry.redo_stacks -= static_cast<int>(undone_.erase(entry.undone_at));
      done_.emplace(entry.seq, &entry);
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
  absl::btree_map<seq_number, std::shared_ptr<undo_entry>> all_;
  absl::btree_map<seq_number, undo_entry*> done_;
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
    active_.erase(own.active_at);
    own.active_at = entry->seq;
    active_.emplace(entry->seq, entry->author);
    changed.push_back(entry->author);
    for (undo_stack* stack : {&room_, &own.stack}) {
      stack->add(entry);
      while (stack->operations() > depth_) {
        drop(*stack, *stack->oldest(), finish);
      }
    }
    if (users_.size() > users_max_) {
      changed.push_back(active_.begin()->second);
      forget_user(changed.back(), finish);
    }
  }

  void note_undone(undo_entry& entry, seq_number at) {
    entry.undone_at = at;
    for_each_stack(entry, [&](undo_stack& stack) { stack.note_undone(entry); });
  }
  void note_redone(undo_entry& entry) {
    for_each_stack(entry, [&](undo_stack& stack) { stack.note_redone(entry); });
    entry.undone_at = seq_number{};
  }

  // `author` has made something new: nobody redoes through the stack of the room what is undone,
  // nor does he through his own.
  template <typename Finish>
  void end_redo(const user_id& author, const Finish& finish) {
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
      unstack(*dropped);
      retire(dropped, finish);
    }
  }
  template <typename Finish>
  void retire(const std::shared_ptr<undo_entry>& entry, const Finish& finish) {
    const auto group = groups_.find({entry->session, entry->group});
    if (group != groups_.end() && group->second == entry.get()) {
      groups_.erase(group);
    }
    finish(*entry);
  }
  template <typename Finish>
  void forget_user(const user_id& user, const Finish& finish) {
    const auto found = users_.find(user);
    undo_stack gone = std::move(found->second.stack);
    active_.erase(found->second.active_at);
    users_.erase(found);
    while (const undo_entry* entry = gone.oldest()) {
      drop(gone, *entry, finish);
    }
  }

  std::size_t depth_;
  std::size_t users_max_;
  undo_stack room_;
  // Never iterated: their order differs from run to run.
  absl::flat_hash_map<user_id, user_stack> users_;
  absl::flat_hash_map<std::pair<client_id, std::string>, undo_entry*> groups_;
  // Users by their latest operation.
  absl::btree_map<seq_number, user_id> active_;
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_UNDO_STACKS_HPP
