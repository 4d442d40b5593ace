// collab/history/detail/operation_check.hpp - whether a board can take an operation.
//
// Part of collab/history/edit_history.hpp, which says how it fails.

#ifndef COLLAB_HISTORY_DETAIL_OPERATION_CHECK_HPP
#define COLLAB_HISTORY_DETAIL_OPERATION_CHECK_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/document.hpp"
#include "collab/history/operation.hpp"

namespace collab::detail {

[[nodiscard]] inline absl::Status check_changes(const document& board, const element_id& id,
                                                const property_changes& changes) {
  const element* found = board.find(id);
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("element '", id, "' is not on the board"));
  }
  for (const auto& [key, value] : changes) {
    const bool is_known = has_property(found->kind(), key);
    if (!is_known || !fits(describe(found->kind(), key), value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "props.", to_absl(name_of(key)), is_known ? ": out of range for" : ": not a property of",
          " kind ", to_absl(found->kind_name())));
    }
  }
  return absl::OkStatus();
}

// What can always be done: removing, clearing, and what does not concern the board.
template <typename Body>
[[nodiscard]] absl::Status check_body(const document& /*board*/, const operation& /*op*/,
                                      const Body& /*body*/) {
  return absl::OkStatus();
}
[[nodiscard]] inline absl::Status check_body(const document& board, const operation& /*op*/,
                                             const put_operation& body) {
  if (board.remembers(body.value.id())) {
    return absl::FailedPreconditionError(
        absl::StrCat("element '", body.value.id(), "' exists or has existed"));
  }
  return absl::OkStatus();
}
[[nodiscard]] inline absl::Status check_body(const document& board, const operation& /*op*/,
                                             const set_operation& body) {
  return check_changes(board, body.id, body.changes);
}
[[nodiscard]] inline absl::Status check_body(const document& board, const operation& op,
                                             const restore_version_operation& body) {
  if (op.seq != seq_number{} && body.target >= op.seq) {
    return absl::FailedPreconditionError(absl::StrCat(
        "operation ", to_integer(body.target), " can't be restored by ", to_integer(op.seq)));
  }
  for (const element& each : body.put_back) {
    const element* kept = board.find_kept(each.id());
    // Only what is removed is put back, and not in the place of another of its id.
    if (kept != nullptr && (board.find(each.id()) != nullptr || kept->number() != each.number() ||
                            kept->kind_name() != each.kind_name())) {
      return absl::FailedPreconditionError(
          absl::StrCat("element '", each.id(), "' can't be put back"));
    }
  }
  for (const auto& [id, changes] : body.changed) {
    if (absl::Status status = check_changes(board, id, changes); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_OPERATION_CHECK_HPP
