// collab/history/detail/element_trails.hpp - the trails of all elements that can be undone or
// redone.
//
// Part of collab/history/edit_history.hpp.

#ifndef COLLAB_HISTORY_DETAIL_ELEMENT_TRAILS_HPP
#define COLLAB_HISTORY_DETAIL_ELEMENT_TRAILS_HPP

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/document/document.hpp"
#include "collab/history/detail/undo_stacks.hpp"
#include "collab/history/detail/write_trail.hpp"

namespace collab::detail {

// An element has a trail as long as an entry has written to it that is not final.
class element_trails {
 public:
  using pointer = std::shared_ptr<element_trail>;

  explicit element_trails(document& board) : board_{board} {}

  // The trail of an element that `maker` puts on the board.
  const pointer& begin(const element_id& id, seq_number maker) {
    pointer& trail = trails_[id];
    trail = std::make_shared<element_trail>(element_trail{id, {false, {}}, {}, {}, {}, false});
    make(*trail, maker);
    return trail;
  }

  // `maker` makes the element be there.
  static void make(element_trail& trail, seq_number maker) {
    trail.presence.write(maker, true);
    trail.makers.push_back(maker);
  }

  // The trail of an element that is there or can be restored.
  const pointer& of(const element_id& id) {
    pointer& trail = trails_[id];
    if (trail == nullptr) {
      trail = std::make_shared<element_trail>(element_trail{
          id, {board_.find(id) != nullptr, board_.presence_writer(id)}, {}, {}, {}, false});
    }
    return trail;
  }

  // Requires: it has been written before, or the element is there or can be restored.
  register_trail& register_of(element_trail& trail, property key) {
    const auto found = trail.registers.find(key);
    if (found != trail.registers.end()) {
      return found->second;
    }
    const property_register* held = board_.find_kept(trail.id)->find(key);
    const bool is_written = held != nullptr && held->writer != seq_number{};
    return trail.registers
        .emplace(key, register_trail{is_written ? std::optional{held->value} : std::nullopt,
                                     is_written ? held->writer : seq_number{}})
        .first->second;
  }

  // What has become of `gone` is for good: keeps nothing that it alone could have changed, and
  // gives up the bodies that it alone could have brought back.
  void settle(undo_entry& gone) {
    const bool is_done = gone.undone_at == seq_number{};
    for (const presence_write& each : gone.presence) {
      if (is_done) {
        each.of->presence.settle(each.seq);
      }
      if (each.is_there) {
        auto& makers = each.of->makers;
        makers.erase(std::remove(makers.begin(), makers.end(), each.seq), makers.end());
      }
    }
    for (const register_write& each : gone.registers) {
      if (is_done) {
        register_of(*each.of, each.key).settle(each.seq);
      }
    }
    for (presence_write& each : gone.presence) {
      give_up_body(*each.of);
      let_go(std::move(each.of));
    }
    for (register_write& each : gone.registers) {
      let_go(std::move(each.of));
    }
  }

 private:
  void give_up_body(element_trail& trail) {
    if (!trail.is_gone && !trail.can_be_there() && board_.find(trail.id) == nullptr) {
      trail.is_gone = true;
      board_.forget_body(trail.id);
    }
  }
  // Forgets the trail when nobody else but the map has it.
  void let_go(pointer trail) {
    const auto found = trails_.find(trail->id);
    if (found != trails_.end() && found->second == trail && trail.use_count() == 2) {
      trails_.erase(found);
    }
  }

  document& board_;
  // Never iterated: its order differs from run to run.
  absl::flat_hash_map<element_id, pointer> trails_;
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_ELEMENT_TRAILS_HPP
