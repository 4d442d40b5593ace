// collab/history/edit_history.hpp - applies operations to a document, and takes them back.
//
// Undo and redo are operations like any other: they name their target and stand in the
// log, so that a replay of the log ends with the same document and the same stacks. One
// stack serves the whole room: undo takes back the latest operation of anybody that is
// not undone.

#ifndef COLLAB_HISTORY_EDIT_HISTORY_HPP
#define COLLAB_HISTORY_EDIT_HISTORY_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/history/operation.hpp"

namespace collab {

struct edit_history_options {
  // Operations that can be taken back. 0: none.
  std::size_t undo_depth = 1'000;
};

// What became of an undo or a redo: all of it, what others had not overwritten, nothing.
enum class undo_outcome : std::uint8_t { applied, partial, nothing };

// What one operation did to the document. The elements are valid until it changes again.
struct edit_effect {
  const element* put = nullptr;
  // The operation that was taken back or done again.
  seq_number target{};
  undo_outcome outcome = undo_outcome::applied;
  std::vector<element_id> removed;
  std::vector<const element*> restored;
  // Elements with the properties that were written.
  std::vector<std::pair<const element*, std::vector<property>>> changed;
};

// Threads: one object and its document, one thread at a time.
// Memory: a few words for each thing that an operation of the last undo_depth changed, and
// the bodies of the elements they removed.
class edit_history {
 public:
  // Keeps a reference to `board`, which must outlive this object and be changed by it alone.
  explicit edit_history(document& board, edit_history_options options = {})
      : board_{board}, options_{options} {}

  // The operation that undo would take back, or redo do again.
  [[nodiscard]] std::optional<seq_number> undo_target() const {
    return done_.empty() ? std::nullopt : std::optional{done_.back().seq};
  }
  [[nodiscard]] std::optional<seq_number> redo_target() const {
    return undone_.empty() ? std::nullopt : std::optional{undone_.back().seq};
  }

  // Whether apply() would take `op`. The document is not changed.
  //
  // Fails with not_found when an element to be changed is not there, failed_precondition
  // when an id is taken or an undo or redo does not name its target, invalid_argument when
  // a property does not belong to the kind of the element.
  [[nodiscard]] absl::Status check(const operation& op) const {
    return std::visit([this](const auto& body) { return check_body(body); }, op.body);
  }

  // Changes the document. Requires: check(op).ok(), a seq greater than all before.
  // O(log elements) for each element touched.
  edit_effect apply(operation op) {
    edit_effect effect;
    std::visit([&](auto& body) { apply_body(op, body, effect); }, op.body);
    return effect;
  }

 private:
  struct presence_change {
    element_id id;
    // Who had made the element be as it was before; 0 when it had never been.
    seq_number before{};
    bool is_there_after = false;
  };
  struct register_change {
    element_id id;
    property key{};
    // nullopt: nobody had written it.
    std::optional<property_value> value_before;
    seq_number writer_before{};
    property_value value_after;
  };
  // One operation that can be taken back.
  struct entry {
    seq_number seq{};
    std::vector<presence_change> presence;
    std::vector<register_change> registers;
  };

  absl::Status check_body(const put_operation& body) const {
    if (board_.remembers(body.value.id())) {
      return absl::FailedPreconditionError(
          absl::StrCat("element '", body.value.id(), "' exists or has existed"));
    }
    return absl::OkStatus();
  }
  absl::Status check_body(const set_operation& body) const {
    const element* found = board_.find(body.id);
    if (found == nullptr) {
      return absl::NotFoundError(absl::StrCat("element '", body.id, "' is not on the board"));
    }
    for (const auto& [key, value] : body.changes) {
      const bool is_known = has_property(found->kind(), key);
      if (!is_known || !fits(describe(found->kind(), key), value)) {
        return absl::InvalidArgumentError(
            absl::StrCat("props.", to_absl(name_of(key)),
                         is_known ? ": out of range for" : ": not a property of", " kind ",
                         to_absl(found->kind_name())));
      }
    }
    return absl::OkStatus();
  }
  absl::Status check_body(const remove_operation&) const { return absl::OkStatus(); }
  absl::Status check_body(const clear_operation&) const { return absl::OkStatus(); }
  absl::Status check_body(const chat_operation&) const { return absl::OkStatus(); }
  absl::Status check_body(const undo_operation& body) const {
    if (undo_target() != body.target) {
      return absl::FailedPreconditionError("there is nothing to undo");
    }
    return absl::OkStatus();
  }
  absl::Status check_body(const redo_operation& body) const {
    if (redo_target() != body.target) {
      return absl::FailedPreconditionError("there is nothing to redo");
    }
    return absl::OkStatus();
  }

  void apply_body(operation& op, put_operation& body, edit_effect& effect) {
    entry made{op.seq, {}, {}};
    made.presence.push_back({body.value.id(), seq_number{}, true});
    body.value.stamp_all(op.seq);
    effect.put = &board_.insert(std::move(body.value), op.seq);
    record(std::move(made), op.counter != 0);
  }
  void apply_body(operation& op, set_operation& body, edit_effect& effect) {
    entry made{op.seq, {}, {}};
    std::vector<property> keys;
    for (auto& [key, value] : body.changes) {
      const property_register* old = board_.find(body.id)->find(key);
      register_change change{body.id, key, std::nullopt, seq_number{}, value};
      if (old != nullptr && old->writer != seq_number{}) {
        change.value_before = old->value;
        change.writer_before = old->writer;
      }
      made.registers.push_back(std::move(change));
      keys.push_back(key);
      board_.set(body.id, key, std::move(value), op.seq, op.seq);
    }
    effect.changed.emplace_back(board_.find(body.id), std::move(keys));
    record(std::move(made), true);
  }
  void apply_body(operation& op, remove_operation& body, edit_effect& effect) {
    entry made{op.seq, {}, {}};
    for (element_id& id : body.ids) {
      if (board_.find(id) != nullptr) {
        take_off(op, std::move(id), made, effect);
      }
    }
    record(std::move(made), true);
  }
  void apply_body(operation& op, clear_operation&, edit_effect& effect) {
    std::vector<element_id> ids;
    ids.reserve(board_.size());
    for (const element* each : board_.elements()) {
      ids.push_back(each->id());
    }
    entry made{op.seq, {}, {}};
    for (element_id& id : ids) {
      take_off(op, std::move(id), made, effect);
    }
    record(std::move(made), true);
  }
  void apply_body(operation& op, undo_operation&, edit_effect& effect) {
    entry back = std::move(done_.back());
    done_.pop_back();
    effect.target = back.seq;
    std::size_t skipped = 0;
    for (const presence_change& change : back.presence) {
      // Only where nobody has done anything to it since.
      if (board_.presence_writer(change.id) != back.seq) {
        ++skipped;
      } else if (change.is_there_after) {
        board_.remove(change.id, change.before);
        effect.removed.push_back(change.id);
      } else if (board_.can_restore(change.id)) {
        effect.restored.push_back(&board_.restore(change.id, change.before));
      } else {
        ++skipped;
      }
    }
    for (const register_change& change : back.registers) {
      if (!is_shown(change, back.seq)) {
        ++skipped;
      } else if (change.value_before.has_value()) {
        board_.set(change.id, change.key, *change.value_before, op.seq, change.writer_before);
        add_changed(change, effect);
      } else {
        board_.reset(change.id, change.key, op.seq);
        add_changed(change, effect);
      }
    }
    effect.outcome = outcome_of(skipped, back);
    undone_.push_back(std::move(back));
  }
  void apply_body(operation& op, redo_operation&, edit_effect& effect) {
    entry again = std::move(undone_.back());
    undone_.pop_back();
    effect.target = again.seq;
    std::size_t skipped = 0;
    for (const presence_change& change : again.presence) {
      if (board_.presence_writer(change.id) != change.before) {
        ++skipped;
      } else if (!change.is_there_after && board_.find(change.id) != nullptr) {
        board_.remove(change.id, again.seq);
        effect.removed.push_back(change.id);
      } else if (change.is_there_after && board_.can_restore(change.id)) {
        effect.restored.push_back(&board_.restore(change.id, again.seq));
      } else {
        ++skipped;
      }
    }
    for (const register_change& change : again.registers) {
      if (is_shown(change, change.writer_before)) {
        board_.set(change.id, change.key, change.value_after, op.seq, again.seq);
        add_changed(change, effect);
      } else {
        ++skipped;
      }
    }
    effect.outcome = outcome_of(skipped, again);
    done_.push_back(std::move(again));
  }
  void apply_body(operation&, chat_operation&, edit_effect&) {}

  void take_off(const operation& op, element_id id, entry& made, edit_effect& effect) {
    made.presence.push_back({id, board_.presence_writer(id), false});
    board_.remove(id, op.seq);
    effect.removed.push_back(std::move(id));
  }

  // Whether the element is there and its register still shows what `writer` wrote.
  [[nodiscard]] bool is_shown(const register_change& change, seq_number writer) const {
    const element* found = board_.find(change.id);
    if (found == nullptr) {
      return false;
    }
    const property_register* held = found->find(change.key);
    return (held != nullptr ? held->writer : seq_number{}) == writer;
  }

  void add_changed(const register_change& change, edit_effect& effect) const {
    const element* found = board_.find(change.id);
    if (effect.changed.empty() || effect.changed.back().first != found) {
      effect.changed.emplace_back(found, std::vector<property>{});
    }
    effect.changed.back().second.push_back(change.key);
  }

  [[nodiscard]] static undo_outcome outcome_of(std::size_t skipped, const entry& of) {
    if (skipped == 0) {
      return undo_outcome::applied;
    }
    return skipped == of.presence.size() + of.registers.size() ? undo_outcome::nothing
                                                               : undo_outcome::partial;
  }

  // Makes `made` the next to be undone. Work that changed nothing can't be.
  void record(entry made, bool ends_redo) {
    if (made.presence.empty() && made.registers.empty()) {
      return;
    }
    if (ends_redo) {
      while (!undone_.empty()) {
        release(undone_.back(), /*was_undone=*/true);
        undone_.pop_back();
      }
    }
    done_.push_back(std::move(made));
    while (done_.size() > options_.undo_depth) {
      release(done_.front(), /*was_undone=*/false);
      done_.pop_front();
    }
  }

  // Gives up the bodies that only `gone` could have brought back.
  void release(const entry& gone, bool was_undone) {
    for (const presence_change& change : gone.presence) {
      const seq_number keeper = was_undone ? change.before : gone.seq;
      if (change.is_there_after == was_undone && board_.presence_writer(change.id) == keeper) {
        board_.forget_body(change.id);
      }
    }
  }

  document& board_;
  edit_history_options options_;
  std::deque<entry> done_;
  std::vector<entry> undone_;
};

}  // namespace collab

#endif  // COLLAB_HISTORY_EDIT_HISTORY_HPP
