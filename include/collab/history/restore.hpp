// collab/history/restore.hpp - what it takes to make a board show again what it once did.
//
//   auto body = plan_restore(board, then);   // then: a board_snapshot, from timeline.hpp say
//   history.apply({.seq = ..., .body = *body});
//
// docs/protocol.md says what a restore writes, and how it is undone.

#ifndef COLLAB_HISTORY_RESTORE_HPP
#define COLLAB_HISTORY_RESTORE_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cstddef>
#include <span>
#include <utility>

#include "collab/core/text.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"

namespace collab {

namespace detail {

// What is to be written so that `now` looks like `then`, in the order of the properties.
// Requires: the same element at two times.
[[nodiscard]] inline property_changes changes_between(const element& now, const element& then) {
  property_changes changes;
  if (now.is_same(then)) {
    return changes;
  }
  const std::span<const property_register> mine = now.registers();
  const std::span<const property_register> wanted = then.registers();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < mine.size() || j < wanted.size()) {
    const bool is_mine = j == wanted.size() || (i < mine.size() && mine[i].key <= wanted[j].key);
    const bool is_wanted = i == mine.size() || (j < wanted.size() && wanted[j].key <= mine[i].key);
    const property key = is_mine ? mine[i].key : wanted[j].key;
    property_value value = is_wanted ? wanted[j].value : initial_value(describe(then.kind(), key));
    const bool is_same = is_mine ? is_same_value(mine[i].value, value)
                                 : is_same_value(initial_value(describe(now.kind(), key)), value);
    if (!is_same) {
      changes.emplace_back(key, std::move(value));
    }
    i += is_mine ? 1 : 0;
    j += is_wanted ? 1 : 0;
  }
  return changes;
}

}  // namespace detail

// The operation that makes `board` show what `then` does. Elements are taken to be the same
// where id and number are. O(elements of both and what differs).
//
// Fails with failed_precondition where the id of an element of `then` belongs to another element
// by now: that of a removed one that was not remembered any more.
[[nodiscard]] inline absl::StatusOr<restore_version_operation> plan_restore(
    const document& board, const board_snapshot& then) {
  restore_version_operation plan;
  plan.target = then.seq();
  absl::flat_hash_map<absl::string_view, const element*> wanted;
  wanted.reserve(then.size());
  for (const element& each : then.elements()) {
    wanted.emplace(each.id(), &each);
    const element* kept = board.find_kept(each.id());
    if (kept != nullptr && kept->number() != each.number()) {
      return absl::FailedPreconditionError(absl::StrCat("element '", each.id(),
                                                        "' is another one now than at operation ",
                                                        to_integer(then.seq())));
    }
    if (board.find(each.id()) == nullptr) {
      plan.put_back.push_back(each);
    }
  }
  for (const element* each : board.elements()) {
    const auto found = wanted.find(each->id());
    if (found == wanted.end()) {
      plan.removed.push_back(each->id());
      continue;
    }
    property_changes changes = detail::changes_between(*each, *found->second);
    if (!changes.empty()) {
      plan.changed.emplace_back(each->id(), std::move(changes));
    }
  }
  return plan;
}

}  // namespace collab

#endif  // COLLAB_HISTORY_RESTORE_HPP
