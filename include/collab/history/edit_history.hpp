// collab/history/edit_history.hpp - applies operations to a document, and takes them back.
//
// Undo and redo are operations like any other: they name their target and stand in the
// log, so that a replay of the log ends with the same document and the same stacks. What
// the document shows is what the operations make that are not undone, in the order of the
// log; docs/protocol.md says it in full.

#ifndef COLLAB_HISTORY_EDIT_HISTORY_HPP
#define COLLAB_HISTORY_EDIT_HISTORY_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/history/detail/element_trails.hpp"
#include "collab/history/detail/operation_check.hpp"
#include "collab/history/detail/undo_stacks.hpp"
#include "collab/history/operation.hpp"

namespace collab {

struct edit_history_options {
  // Operations that can be taken back in scope room, and of each user in scope mine: his latest
  // ones. 0: none.
  std::size_t undo_depth = 1'000;
  // Users who can take back their own: those who made something last. At least 1.
  std::size_t undo_users_max = 200;
};

// What became of an undo or a redo: all of it, what others had not overwritten, nothing.
enum class undo_outcome : std::uint8_t { applied, partial, nothing };

// What one operation did to the document. The elements are valid until it changes again.
struct edit_effect {
  const element* put = nullptr;
  // The operation that was taken back or done again, of a group the latest; or the place that
  // the board was brought back to.
  seq_number target{};
  undo_outcome outcome = undo_outcome::applied;
  std::vector<element_id> removed;
  std::vector<const element*> restored;
  // Elements with the properties that were written.
  std::vector<std::pair<const element*, std::vector<property>>> changed;
  // The users who may have something else to undo or redo of their own than before.
  std::vector<user_id> users;
};

// Threads: one object and its document, one thread at a time.
// Memory: a few words and a value for each thing that was changed by an operation which can
// be undone or redone, and the bodies of the elements that this could bring back.
class edit_history {
 public:
  // Keeps a reference to `board`, which must outlive this object and be changed by it alone.
  explicit edit_history(document& board, edit_history_options options = {})
      : board_{board}, stacks_{options.undo_depth, options.undo_users_max}, trails_{board} {}

  // The operation that undo would take back in `scope`, or redo do again, for `user`: of a group
  // its latest. O(log operations).
  [[nodiscard]] std::optional<seq_number> undo_target(undo_scope scope,
                                                      std::string_view user) const {
    const detail::undo_stack* stack = find_stack(scope, user);
    return stack != nullptr ? seq_of(stack->latest_done()) : std::nullopt;
  }
  [[nodiscard]] std::optional<seq_number> redo_target(undo_scope scope,
                                                      std::string_view user) const {
    const detail::undo_stack* stack = find_stack(scope, user);
    return stack != nullptr ? seq_of(stack->latest_undone()) : std::nullopt;
  }

  // Whether apply() would take `op`. The document is not changed.
  //
  // Fails with not_found when an element to be changed is not there, failed_precondition
  // when an id is taken, an undo or redo does not name its target or a restore was planned for
  // another board, invalid_argument when a property does not belong to the kind of the element.
  [[nodiscard]] absl::Status check(const operation& op) const {
    return std::visit([&](const auto& body) { return check_body(op, body); }, op.body);
  }

  // Changes the document. Requires: check(op).ok(), a seq greater than all before.
  // O(log elements) for each element touched.
  edit_effect apply(operation op) {
    edit_effect effect;
    std::visit([&](auto& body) { apply_body(op, body, effect); }, op.body);
    return effect;
  }

 private:
  template <typename Body>
  absl::Status check_body(const operation& op, const Body& body) const {
    return detail::check_body(board_, op, body);
  }
  absl::Status check_body(const operation& op, const undo_operation& body) const {
    if (undo_target(body.scope, op.author) != body.target) {
      return absl::FailedPreconditionError("there is nothing to undo");
    }
    return absl::OkStatus();
  }
  absl::Status check_body(const operation& op, const redo_operation& body) const {
    if (redo_target(body.scope, op.author) != body.target) {
      return absl::FailedPreconditionError("there is nothing to redo");
    }
    return absl::OkStatus();
  }

  void apply_body(operation& op, put_operation& body, edit_effect& effect) {
    detail::undo_entry made;
    made.presence.push_back({trails_.begin(body.value.id(), op.seq), op.seq, true, false});
    body.value.stamp_all(op.seq);
    effect.put = &board_.insert(std::move(body.value), op.seq);
    record(op, std::move(made), effect);
  }
  void apply_body(operation& op, set_operation& body, edit_effect& effect) {
    detail::undo_entry made;
    change(op, body.id, body.changes, made, effect);
    record(op, std::move(made), effect);
  }
  void change(const operation& op, const element_id& id, property_changes& changes,
              detail::undo_entry& made, edit_effect& effect) {
    std::vector<property> keys;
    const auto& trail = trails_.of(id);
    keys.reserve(changes.size());
    made.registers.reserve(made.registers.size() + changes.size());
    const element* changed = nullptr;
    for (auto& [key, value] : changes) {
      keys.push_back(key);
      changed = &write(op, trail, key, std::move(value), made);
    }
    effect.changed.emplace_back(changed != nullptr ? changed : board_.find(id), std::move(keys));
  }
  const element& write(const operation& op, const detail::element_trails::pointer& trail,
                       property key, property_value value, detail::undo_entry& made) {
    trails_.register_of(*trail, key).write(op.seq, value);
    made.registers.push_back({trail, key, op.seq, std::nullopt});
    return board_.set(trail->id, key, std::move(value), op.seq, op.seq);
  }
  void apply_body(operation& op, remove_operation& body, edit_effect& effect) {
    detail::undo_entry made;
    for (element_id& id : body.ids) {
      if (board_.find(id) != nullptr) {
        take_off(op, std::move(id), made, effect);
      }
    }
    record(op, std::move(made), effect);
  }
  void apply_body(operation& op, clear_operation&, edit_effect& effect) {
    std::vector<element_id> ids;
    ids.reserve(board_.size());
    for (const element* each : board_.elements()) {
      ids.push_back(each->id());
    }
    detail::undo_entry made;
    for (element_id& id : ids) {
      take_off(op, std::move(id), made, effect);
    }
    record(op, std::move(made), effect);
  }
  void apply_body(operation& op, undo_operation& body, edit_effect& effect) {
    detail::undo_entry& entry = *find_stack(body.scope, op.author)->latest_done();
    for (detail::presence_write& each : entry.presence) {
      each.is_kept = each.of->presence.take_back(each.seq).has_value();
    }
    for (detail::register_write& each : entry.registers) {
      each.kept =
          trails_.register_of(*each.of, each.key).take_back(each.seq).value_or(std::nullopt);
    }
    stacks_.note_undone(entry, op.seq);
    show(entry, op.seq, effect);
  }
  void apply_body(operation& op, redo_operation& body, edit_effect& effect) {
    detail::undo_entry& entry = *find_stack(body.scope, op.author)->latest_undone();
    for (detail::presence_write& each : entry.presence) {
      if (each.is_kept) {
        each.of->presence.put_back(each.seq, each.is_there);
      }
    }
    for (detail::register_write& each : entry.registers) {
      if (each.kept.has_value()) {
        trails_.register_of(*each.of, each.key).put_back(each.seq, std::move(each.kept));
      }
    }
    stacks_.note_redone(entry);
    show(entry, op.seq, effect);
  }
  void apply_body(operation&, chat_operation&, edit_effect&) {}
  void apply_body(operation&, save_version_operation&, edit_effect&) {}
  void apply_body(operation& op, restore_version_operation& body, edit_effect& effect) {
    detail::undo_entry made;
    for (element_id& id : body.removed) {
      if (board_.find(id) != nullptr) {
        take_off(op, std::move(id), made, effect);
      }
    }
    for (element& each : body.put_back) {
      if (board_.find(each.id()) == nullptr) {
        put_back(op, std::move(each), made, effect);
      }
    }
    for (auto& [id, changes] : body.changed) {
      change(op, id, changes, made, effect);
    }
    effect.target = body.target;
    effect.outcome = made.presence.empty() && made.registers.empty() ? undo_outcome::nothing
                                                                     : undo_outcome::applied;
    record(op, std::move(made), effect);
  }

  // Makes a removed element be there again as `value` is, every property written anew.
  void put_back(const operation& op, element value, detail::undo_entry& made, edit_effect& effect) {
    const element* kept = board_.find_kept(value.id());
    if (kept == nullptr) {
      made.presence.push_back({trails_.begin(value.id(), op.seq), op.seq, true, false});
      value.stamp_all(op.seq);
      effect.restored.push_back(&board_.put_back(std::move(value), op.seq));
      return;
    }
    const auto& trail = trails_.of(value.id());
    detail::element_trails::make(*trail, op.seq);
    made.presence.push_back({trail, op.seq, true, false});
    std::vector<property> keys;
    for (const property_register& each : kept->registers()) {
      if (value.find(each.key) == nullptr) {
        keys.push_back(each.key);
      }
    }
    for (const property_register& each : value.registers()) {
      keys.push_back(each.key);
    }
    for (const property key : keys) {
      write(op, trail, key, value.get(key), made);
    }
    effect.restored.push_back(&board_.restore(value.id(), op.seq));
  }

  void take_off(const operation& op, element_id id, detail::undo_entry& made, edit_effect& effect) {
    const auto& trail = trails_.of(id);
    trail->presence.write(op.seq, false);
    made.presence.push_back({trail, op.seq, false, false});
    board_.remove(id, op.seq);
    effect.removed.push_back(std::move(id));
  }

  // Brings the document to where the writes of `entry` have left their trails.
  void show(const detail::undo_entry& entry, seq_number at, edit_effect& effect) {
    effect.target = entry.seq;
    effect.users.push_back(entry.author);
    for (const detail::presence_write& each : entry.presence) {
      show_presence(*each.of, at, effect);
    }
    absl::flat_hash_map<const element*, std::size_t> places;
    for (const detail::register_write& each : entry.registers) {
      const element* shown = show_register(*each.of, each.key, at);
      if (shown != nullptr && each.of->changed_at != at) {
        const auto [place, is_new] = places.try_emplace(shown, effect.changed.size());
        if (is_new) {
          effect.changed.emplace_back(shown, std::vector<property>{});
        }
        effect.changed[place->second].second.push_back(each.key);
      }
    }
    effect.outcome = outcome_of(entry, at);
  }
  void show_presence(detail::element_trail& trail, seq_number at, edit_effect& effect) {
    const bool is_there = board_.find(trail.id) != nullptr;
    if (trail.is_gone || trail.presence.shown() == is_there) {
      return;
    }
    if (is_there) {
      board_.remove(trail.id, trail.presence.writer());
      effect.removed.push_back(trail.id);
    } else {
      effect.restored.push_back(&board_.restore(trail.id, trail.presence.writer()));
    }
    trail.changed_at = at;
  }
  // The element, if it is there and looks different now.
  const element* show_register(detail::element_trail& trail, property key, seq_number at) {
    detail::register_trail& held = trails_.register_of(trail, key);
    if (trail.is_gone || !held.tell(at)) {
      return nullptr;
    }
    if (const std::optional<property_value>& value = held.shown(); value.has_value()) {
      board_.set(trail.id, key, *value, at, held.writer());
    } else {
      board_.reset(trail.id, key, at);
    }
    return board_.find(trail.id);
  }

  // How much of what `entry` wrote looks different since `at`.
  [[nodiscard]] undo_outcome outcome_of(const detail::undo_entry& entry, seq_number at) const {
    std::size_t skipped = 0;
    for (const detail::presence_write& each : entry.presence) {
      skipped += each.of->changed_at == at ? 0 : 1;
    }
    for (const detail::register_write& each : entry.registers) {
      const detail::element_trail& of = *each.of;
      const bool is_changed =
          of.register_of(each.key).changed_at() == at && board_.find(of.id) != nullptr;
      skipped += of.changed_at == at || is_changed ? 0 : 1;
    }
    if (skipped == 0) {
      return undo_outcome::applied;
    }
    return skipped == entry.presence.size() + entry.registers.size() ? undo_outcome::nothing
                                                                     : undo_outcome::partial;
  }

  // ---- What can be undone

  // Puts what `op` has written onto the stacks. Work that changed nothing can't be undone.
  void record(operation& op, detail::undo_entry made, edit_effect& effect) {
    if (made.presence.empty() && made.registers.empty()) {
      return;
    }
    const auto finish = [this](detail::undo_entry& gone) { trails_.settle(gone); };
    if (op.counter != 0) {
      stacks_.end_redo(op.author, finish);
    }
    std::shared_ptr<detail::undo_entry> entry = stacks_.take_group(op.client, op.group);
    if (entry != nullptr) {
      ++entry->operations;
      std::move(made.presence.begin(), made.presence.end(), std::back_inserter(entry->presence));
      std::move(made.registers.begin(), made.registers.end(), std::back_inserter(entry->registers));
    } else {
      entry = std::make_shared<detail::undo_entry>(std::move(made));
      entry->author = std::move(op.author);
      entry->session = std::move(op.client);
      entry->group = std::move(op.group);
    }
    entry->seq = op.seq;
    stacks_.add(entry, effect.users, finish);
  }

  [[nodiscard]] const detail::undo_stack* find_stack(undo_scope scope,
                                                     std::string_view user) const {
    return scope == undo_scope::room ? &stacks_.of_room() : stacks_.find(user);
  }
  [[nodiscard]] static std::optional<seq_number> seq_of(const detail::undo_entry* entry) {
    return entry != nullptr ? std::optional{entry->seq} : std::nullopt;
  }

  document& board_;
  detail::undo_stacks stacks_;
  detail::element_trails trails_;
};

}  // namespace collab

#endif  // COLLAB_HISTORY_EDIT_HISTORY_HPP
