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
    trails_.erase(id);
    const pointer& trail = add({id, {false, {}}, {}, {}, {}, false});
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
    const auto found = trails_.find(id);
    return found != trails_.end() ? found->second
                                  : add({id,
                                         {board_.find(id) != nullptr, board_.presence_writer(id)},
                                         {},
                                         {},
                                         {},
                                         false});
  }

  // Requires: it has been written before, or the element is there or can be restored.
  register_trail& register_of(element_trail& trail, property key) {
    const auto place = trail.place(key);
    if (place != trail.registers.end() && place->first == key) {
      return place->second;
    }
    const property_register* held = board_.find_kept(trail.id)->find(key);
    const bool is_written = held != nullptr && held->writer != seq_number{};
    return trail.registers
        .emplace(place, key,
                 register_trail{is_written ? std::optional{held->value} : std::nullopt,
                                is_written ? held->writer : seq_number{}})
        ->second;
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
  const pointer& add(element_trail trail) {
    auto made = std::make_shared<element_trail>(std::move(trail));
    const absl::string_view id = made->id;
    return trails_.emplace(id, std::move(made)).first->second;
  }
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
  // By the id in the trail. Never iterated: its order differs from run to run.
  absl::flat_hash_map<absl::string_view, pointer> trails_;
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_ELEMENT_TRAILS_HPP
