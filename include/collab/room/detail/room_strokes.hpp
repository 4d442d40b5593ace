// collab/room/detail/room_strokes.hpp - strokes while they are being drawn.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_STROKES_HPP
#define COLLAB_ROOM_DETAIL_ROOM_STROKES_HPP

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/text.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/room/room.hpp"

namespace collab {

inline absl::Status room::check_points(std::span<const point> points) const {
  if (points.size() > bounds_.points_per_message) {
    return absl::InvalidArgumentError(absl::StrCat("points: ", points.size(), " of them, at most ",
                                                   bounds_.points_per_message, " in a message"));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!is_valid(points[i])) {
      return absl::InvalidArgumentError(absl::StrCat("points[", i, "]: [", points[i].x, ", ",
                                                     points[i].y, ", ", points[i].pressure,
                                                     "] is out of range"));
    }
  }
  return absl::OkStatus();
}

inline absl::Status room::check_creator(const member& who, const element& made) {
  if (!is_element_id(made.id())) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", made.id(), "' is not 1 to 64 of A-Z a-z 0-9 _ - : ."));
  }
  if (made.creator() != who.user) {
    return absl::PermissionDeniedError(absl::StrCat("element '", made.id(), "' names '",
                                                    made.creator(), "' as its creator, not '",
                                                    who.user, "' who sends it"));
  }
  return absl::OkStatus();
}

inline absl::Status room::check_room_for(std::size_t elements, std::size_t bytes) const {
  if (board_.size() + live_.size() + elements > bounds_.elements_per_room) {
    return absl::ResourceExhaustedError(absl::StrCat("the room has ", board_.size() + live_.size(),
                                                     " elements, at most ",
                                                     bounds_.elements_per_room, " are allowed"));
  }
  if (board_.bytes() + live_bytes_ + bytes > bounds_.bytes_per_room) {
    return absl::ResourceExhaustedError(absl::StrCat("the room has ", board_.bytes() + live_bytes_,
                                                     " bytes, at most ", bounds_.bytes_per_room,
                                                     " are allowed"));
  }
  return absl::OkStatus();
}

inline std::string room::index_on_top() const {
  std::string_view top = board_.top_index();
  for (const auto& [id, live] : live_) {
    top = std::max(top, std::string_view{live.stroke.index()});
  }
  return index_above(top);
}

inline void room::tell_gap(const member& to, std::string_view id) {
  stroke_gap gap{id, 0, false, false};
  log_position gate{};
  if (const auto found = live_.find(to_absl(id)); found != live_.end()) {
    gap.have = found->second.points.size();
  } else if (const element* there = board_.find(id);
             there != nullptr && there->kind() == element_kind::stroke) {
    gap.have = there->point_count();
    gap.is_committed = true;
    // He gives up what he has of it.
    gate = log_.last_position();
  } else {
    gap.is_unknown = true;
  }
  sink_.to_member(to.id, gap, gate);
}

inline absl::Status room::run(member& who, const start_stroke& command, moment /*now*/) {
  const element_id& id = command.stroke.id();
  if (absl::Status status = check_creator(who, command.stroke); !status.ok()) {
    return status;
  }
  if (const auto found = live_.find(id); found != live_.end()) {
    if (found->second.author == who.id && !found->second.is_orphan) {
      tell_gap(who, id);
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat("stroke '", id, "' is being drawn by somebody else"));
  }
  if (const element* there = board_.find(id);
      there != nullptr && there->creator() == who.user && there->kind() == element_kind::stroke) {
    // He was away too long, and the room has committed it.
    tell_gap(who, id);
    return absl::OkStatus();
  }
  if (board_.remembers(id)) {
    return absl::FailedPreconditionError(absl::StrCat("element '", id, "' exists or has existed"));
  }
  const auto own = std::count_if(live_.begin(), live_.end(),
                                 [&who](const auto& each) { return each.second.author == who.id; });
  if (static_cast<std::uint64_t>(own) >= bounds_.live_strokes_per_member) {
    return absl::ResourceExhaustedError(absl::StrCat(
        own, " strokes are begun and not ended, at most ", bounds_.live_strokes_per_member));
  }
  absl::Status status = check_points(command.points);
  if (status.ok() && command.points.size() > bounds_.points_per_stroke) {
    status = absl::ResourceExhaustedError(absl::StrCat(
        "points: ", command.points.size(), " in a stroke, at most ", bounds_.points_per_stroke));
  }
  live_stroke started{command.stroke, {}, who.id, who.client, false, {}};
  if (started.stroke.index().empty()) {
    started.stroke.set(property::index, index_on_top());
  }
  if (status.ok()) {
    status = check_room_for(1, started.bytes() + command.points.size() * sizeof(point));
  }
  if (!status.ok()) {
    return status;
  }
  started.stroke.set_number(++strokes_);
  started.points.reserve(std::max<std::size_t>(command.points.size(), 32));
  for (const point& each : command.points) {
    started.points.push_back(to_grid(each));
  }
  live_bytes_ += started.bytes();
  const auto at = live_.emplace(id, std::move(started)).first;
  sink_.to_others(who.id, stroke_started{who, at->second}, log_position{});
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const extend_stroke& command, moment /*now*/) {
  const auto found = live_.find(to_absl(command.id));
  if (found == live_.end()) {
    tell_gap(who, command.id);
    return absl::OkStatus();
  }
  live_stroke& live = found->second;
  if (live.author != who.id) {
    return absl::FailedPreconditionError(
        absl::StrCat("stroke '", live.stroke.id(), "' is being drawn by somebody else"));
  }
  if (absl::Status status = check_points(command.points); !status.ok()) {
    return status;
  }
  const std::size_t have = live.points.size();
  const std::uint64_t from = command.from.value_or(have);
  if (from > have) {
    tell_gap(who, command.id);
    return absl::OkStatus();
  }
  const std::size_t known = std::min(have - from, command.points.size());
  const auto fresh = command.points.subspan(known);
  if (have + fresh.size() > bounds_.points_per_stroke) {
    return absl::ResourceExhaustedError(absl::StrCat("stroke '", live.stroke.id(), "' would have ",
                                                     have + fresh.size(), " points, at most ",
                                                     bounds_.points_per_stroke));
  }
  if (absl::Status status = check_room_for(0, fresh.size() * sizeof(point)); !status.ok()) {
    return status;
  }
  if (fresh.empty()) {
    return absl::OkStatus();
  }
  for (const point& each : fresh) {
    live.points.push_back(to_grid(each));
  }
  live_bytes_ += fresh.size() * sizeof(point);
  sink_.to_others(who.id, stroke_extended{live, have}, log_position{});
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const cancel_stroke& command, moment /*now*/) {
  const auto found = live_.find(to_absl(command.id));
  if (found == live_.end()) {
    return absl::NotFoundError(
        absl::StrCat("stroke '", to_absl(command.id), "' is not being drawn"));
  }
  if (found->second.author != who.id) {
    return absl::FailedPreconditionError(
        absl::StrCat("stroke '", to_absl(command.id), "' is being drawn by somebody else"));
  }
  live_bytes_ -= found->second.bytes();
  const live_stroke gone = std::move(found->second);
  live_.erase(found);
  sink_.to_others(who.id, stroke_cancelled{&who, gone}, log_position{});
  return absl::OkStatus();
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_STROKES_HPP
