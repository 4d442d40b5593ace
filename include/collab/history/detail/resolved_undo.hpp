// collab/history/detail/resolved_undo.hpp - what an undo or a redo came to, so that it can be done
// without knowing what it undid.
//
// Part of collab/history/timeline.hpp.

#ifndef COLLAB_HISTORY_DETAIL_RESOLVED_UNDO_HPP
#define COLLAB_HISTORY_DETAIL_RESOLVED_UNDO_HPP

#include <absl/container/flat_hash_map.h>

#include <cassert>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/history/detail/record.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation_codec.hpp"

namespace collab::detail {

// Elements by id, as they were when they were last removed.
using removed_elements = absl::flat_hash_map<element_id, element>;

struct resolved_undo {
  seq_number seq{};
  // Ids that were removed, ids that came back as they had been removed, and elements with what was
  // written; see resolve().
  std::string written;
  // What came back otherwise.
  std::vector<element> whole;

  // The memory that it takes, about, where nobody else holds the elements.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = sizeof(*this) + written.size();
    for (const element& each : whole) {
      sum += each.bytes();
    }
    return sum;
  }
};

// What is left of `effect`, which `seq` had on a board from which `removed` was removed before,
// within reach.
[[nodiscard]] inline resolved_undo resolve(seq_number seq, const edit_effect& effect,
                                           const removed_elements& removed) {
  resolved_undo left{seq, {}, {}};
  record_writer out;
  out.integer(effect.removed.size());
  for (const element_id& id : effect.removed) {
    out.text(id);
  }
  std::vector<const element*> as_removed;
  for (const element* each : effect.restored) {
    const auto found = removed.find(each->id());
    if (found != removed.end() && found->second.is_same(*each)) {
      as_removed.push_back(each);
    } else {
      left.whole.push_back(*each);
    }
  }
  out.integer(as_removed.size());
  for (const element* each : as_removed) {
    out.text(each->id());
  }
  out.integer(effect.changed.size());
  for (const auto& [each, keys] : effect.changed) {
    out.text(each->id());
    property_changes changes;
    for (const property key : keys) {
      changes.emplace_back(key, each->get(key));
    }
    write_changes(out, changes);
  }
  left.written = out.take();
  left.written.shrink_to_fit();
  left.whole.shrink_to_fit();
  return left;
}

// Does it to `board`, which has remove(id), bring_back(id), put(element) and
// set(id, changes, seq).
template <typename Board>
void perform(const resolved_undo& of, Board& board) {
  record_reader in{of.written};
  for (std::size_t count = in.count(1); count > 0; --count) {
    board.remove(in.view());
  }
  for (std::size_t count = in.count(1); count > 0; --count) {
    board.bring_back(in.view());
  }
  for (const element& each : of.whole) {
    board.put(each);
  }
  for (std::size_t count = in.count(2); count > 0; --count) {
    const std::string_view id = in.view();
    board.set(id, read_changes(in), of.seq);
  }
  assert(!in.failed() && in.left() == 0);  // It was written here.
}

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_RESOLVED_UNDO_HPP
