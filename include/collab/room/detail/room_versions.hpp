// collab/room/detail/room_versions.hpp - versions with a name, and going back to the past.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_VERSIONS_HPP
#define COLLAB_ROOM_DETAIL_ROOM_VERSIONS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "collab/history/operation_codec.hpp"
#include "collab/history/restore.hpp"
#include "collab/room/room.hpp"

namespace collab {

inline std::optional<seq_number> room::needs_past(member_id from,
                                                  const room_command& command) const {
  const auto* operation = std::get_if<operation_command>(&command);
  return operation != nullptr ? needs_past(*find_member(from), *operation) : std::nullopt;
}

inline std::optional<seq_number> room::needs_past(const member& from,
                                                  const operation_command& command) const {
  const auto* wanted = std::get_if<restore_version>(&command.body);
  if (wanted == nullptr || wanted->seq >= log_.last() ||
      command.counter != from.ledger.last() + 1) {
    return std::nullopt;
  }
  const bool is_given = wanted->past.has_value() && wanted->past->seq() == wanted->seq;
  return is_given ? std::nullopt : std::optional{wanted->seq};
}

inline room::admission room::admit(member& /*who*/, const save_version& command) {
  if (versions_.size() >= bounds_.versions_per_room) {
    return {admission::kind::rejected,
            absl::ResourceExhaustedError(absl::StrCat("the room has ", versions_.size(),
                                                      " versions, versions_per_room is reached")),
            {}};
  }
  return {admission::kind::accepted, {}, save_version_operation{command.name}};
}

inline room::admission room::admit(member& /*who*/, const restore_version& command) {
  const auto refuse = [](absl::Status reason) {
    return admission{admission::kind::rejected, std::move(reason), {}};
  };
  if (command.seq > log_.last()) {
    return refuse(absl::InvalidArgumentError(
        absl::StrCat("seq: ", to_integer(command.seq), ", but the last operation of the room is ",
                     to_integer(log_.last()))));
  }
  if (command.seq == log_.last()) {
    return {admission::kind::accepted, {}, restore_version_operation{command.seq, {}, {}, {}}};
  }
  absl::StatusOr<restore_version_operation> plan = plan_restore(board_, *command.past);
  if (!plan.ok()) {
    return refuse(plan.status());
  }
  std::size_t more = 0;
  for (const element& each : plan->put_back) {
    more += board_.find_kept(each.id()) == nullptr ? each.bytes() : 0;
  }
  for (const auto& [id, changes] : plan->changed) {
    for (const auto& [key, value] : changes) {
      more += value_bytes(value);
    }
  }
  const std::size_t grown = std::max(plan->put_back.size(), plan->removed.size());
  if (absl::Status status = check_room_for(grown - plan->removed.size(), more);
      (more > 0 || !plan->put_back.empty()) && !status.ok()) {
    return refuse(std::move(status));
  }
  const std::size_t bytes = detail::body_bytes(*plan);
  if (bytes > bounds_.restore_bytes) {
    return refuse(absl::ResourceExhaustedError(
        absl::StrCat("restoring operation ", to_integer(command.seq), " takes ", bytes,
                     " bytes, restore_bytes allows ", bounds_.restore_bytes)));
  }
  return {admission::kind::accepted, {}, *std::move(plan)};
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_VERSIONS_HPP
