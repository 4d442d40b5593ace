// collab/room/detail/room_members.hpp - who is in a room, and what the room does by itself in time.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_MEMBERS_HPP
#define COLLAB_ROOM_DETAIL_ROOM_MEMBERS_HPP

#include <absl/strings/str_cat.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/room/room.hpp"

namespace collab {

inline room::room(std::string name, const limits& bounds, room_sink& sink, room_options options)
    : name_{std::move(name)},
      bounds_{bounds},
      options_{options},
      sink_{sink},
      board_{{.tombstones_max = bounds.tombstones_per_room}},
      history_{board_,
               {.undo_depth = bounds.undo_depth, .undo_users_max = bounds.undo_users_per_room}},
      chat_{bounds.chat_history},
      presence_{{.interval = bounds.cursor_interval, .expiry = bounds.cursor_expiry}},
      sessions_{{.life = bounds.session_life, .sessions_max = bounds.sessions_per_room}},
      retained_{{.operations_max = bounds.resume_events, .bytes_max = bounds.resume_bytes}} {}

inline history_changed room::history(std::string_view user) const {
  return {history_.undo_target(undo_scope::room, user).has_value(),
          history_.redo_target(undo_scope::room, user).has_value(),
          history_.undo_target(undo_scope::mine, user).has_value(),
          history_.redo_target(undo_scope::mine, user).has_value()};
}

// ---- People

inline const member* room::find_member(member_id id) const {
  const auto found = members_.find(id);
  return found != members_.end() ? &found->second : nullptr;
}

inline const member* room::find_client(std::string_view client) const {
  const auto found = clients_.find(to_absl(client));
  return found != clients_.end() ? find_member(found->second) : nullptr;
}

inline absl::Status room::execute(member_id from, const room_command& command, moment now) {
  const auto found = members_.find(from);
  assert(found != members_.end());
  return std::visit([&](const auto& each) { return run(found->second, each, now); }, command);
}

inline absl::Status room::run(member& who, const move_cursor& command, moment now) {
  if (presence_.move(who.id, command.where, now.steady)) {
    const std::pair<const member*, cursor> moved{&who, command.where};
    sink_.to_others(who.id, cursors_moved{{&moved, 1}}, log_position{});
  }
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const preview_element& command, moment /*now*/) {
  const operation change{{}, {}, {}, {}, 0, set_operation{command.id, command.changes}};
  if (absl::Status status = history_.check(change); !status.ok()) {
    return status;
  }
  const element_previewed event{who, *board_.find(command.id), command.changes,
                                log_.last_position() == durable_};
  sink_.to_others(who.id, event, log_position{});
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const send_host_message& command, moment /*now*/) {
  sink_.to_others(who.id, host_message_sent{who, command.name, command.data}, log_position{});
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const update_member& command, moment /*now*/) {
  who.name = command.name.value_or(who.name);
  who.color = command.color.value_or(who.color);
  sink_.to_all(member_updated{who}, log_position{});
  return absl::OkStatus();
}

inline void room::relay_cursors(moment now) {
  const auto due = presence_.take_due(now.steady);
  if (due.empty()) {
    return;
  }
  std::vector<std::pair<const member*, cursor>> all;
  for (const auto& [id, where] : due) {
    all.emplace_back(&members_.find(id)->second, where);
  }
  if (due.size() == 1) {
    sink_.to_others(due.front().first, cursors_moved{all}, log_position{});
    return;
  }
  // Nobody is told of his own cursor; who did not move shares one list with the others.
  std::size_t next = 0;
  for (const auto& [id, each] : members_) {
    if (next == due.size() || due[next].first != id) {
      sink_.to_member(id, cursors_moved{all}, log_position{});
      continue;
    }
    std::vector<std::pair<const member*, cursor>> others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(next++));
    sink_.to_member(id, cursors_moved{others}, log_position{});
  }
}

// ---- Time

inline void room::commit_live_stroke(live_stroke_map::iterator at, moment now) {
  const live_stroke& live = at->second;
  const element_id id = at->first;
  if (live.points.empty()) {
    live_bytes_ -= live.bytes();
    const live_stroke gone = std::move(at->second);
    live_.erase(at);
    sink_.to_all(stroke_cancelled{find_member(gone.author), gone, true}, log_position{});
    return;
  }
  operation op{{},          now.wall, live.stroke.creator(),
               live.client, 0,        put_operation{live.stroke, true}};
  commit(std::move(op), nullptr, id, now);
}

inline void room::commit_live_strokes(moment now, bool all) {
  std::vector<element_id> due;
  for (const auto& [id, live] : live_) {
    if (all || (live.is_orphan && now.steady - live.orphan_since >= bounds_.orphan_stroke)) {
      due.push_back(id);
    }
  }
  for (const element_id& id : due) {
    commit_live_stroke(live_.find(id), now);
  }
}

// Told to all at once, after everything that has led to it.
inline void room::tell_digest(moment now) {
  if (!digest_due_.has_value() || now.steady < *digest_due_) {
    return;
  }
  digest_due_.reset();
  if (!members_.empty()) {
    sink_.to_all(board_digest{log_.last(), board_.content_digest()}, log_.last_position());
  }
}

inline void room::tick(moment now) {
  relay_cursors(now);
  commit_live_strokes(now, false);
  tell_digest(now);
  sessions_.drop_expired(now.steady);
}

inline void room::settle(moment now) { commit_live_strokes(now, true); }

inline std::optional<instant> room::next_deadline() const {
  std::optional<instant> next = presence_.next_due();
  if (digest_due_.has_value() && !members_.empty()) {
    next = next.has_value() ? std::min(*next, *digest_due_) : digest_due_;
  }
  for (const auto& [id, live] : live_) {
    if (live.is_orphan) {
      const instant due = live.orphan_since + bounds_.orphan_stroke;
      next = next.has_value() ? std::min(*next, due) : due;
    }
  }
  return next;
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_MEMBERS_HPP
