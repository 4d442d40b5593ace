// collab/room/detail/room_sessions.hpp - how people join, leave and come back.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_SESSIONS_HPP
#define COLLAB_ROOM_DETAIL_ROOM_SESSIONS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/room/room.hpp"

namespace collab {

namespace detail {

// What people get who did not choose a colour: distinct on light and on dark.
inline constexpr std::uint32_t member_colors[] = {0xE5484DFF, 0x3E63DDFF, 0x30A46CFF, 0xF76B15FF,
                                                  0x8E4EC6FF, 0x0090FFFF, 0xD6409FFF, 0x12A594FF};

}  // namespace detail

// ---- Reading the log

inline absl::Status room::restore(std::string_view record) {
  absl::StatusOr<log_record> restored = log_.restore(record);
  if (!restored.ok()) {
    return restored.status();
  }
  durable_ = log_.last_position();
  if (auto* op = std::get_if<operation>(&*restored)) {
    return restore_operation(std::move(*op));
  }
  if (auto* opened = std::get_if<session_opened>(&*restored)) {
    member who;
    who.client = std::move(opened->client);
    who.user = std::move(opened->user);
    who.session = std::move(opened->secret);
    who.name = std::move(opened->name);
    who.color = opened->color;
    sessions_.restore(std::move(who));
  } else if (const auto* left = std::get_if<session_left>(&*restored)) {
    sessions_.restore_departure(left->client, left->time);
  } else if (auto* rejected = std::get_if<rejected_operation>(&*restored)) {
    if (session_ledger* ledger = sessions_.ledger_of(rejected->client)) {
      ledger->record(
          {rejected->counter, seq_number{}, rejected->time, {}, std::move(rejected->reason)},
          bounds_.outcomes_per_session);
    }
  }
  return absl::OkStatus();
}

inline absl::Status room::restore_operation(operation op) {
  if (const absl::Status status = history_.check(op); !status.ok()) {
    return absl::DataLossError(absl::StrCat("operation ", to_integer(op.seq),
                                            " can't follow those before it: ", status.message()));
  }
  const edit_effect effect = history_.apply(op);
  told_operation told = tell_of(op, effect, board_);
  if (session_ledger* ledger = op.counter != 0 ? sessions_.ledger_of(op.client) : nullptr) {
    ledger->record({op.counter, op.seq, op.time,
                    effect.put != nullptr ? effect.put->index() : std::string{}, absl::OkStatus()},
                   bounds_.outcomes_per_session);
  }
  if (auto* said = std::get_if<chat_message>(&told.body)) {
    chat_.add(*said);
  } else if (auto* version = std::get_if<saved_version>(&told.body)) {
    versions_.push_back(*version);
  }
  retained_.add(std::move(told));
  announced_ = history({});
  return absl::OkStatus();
}

// ---- Joining

inline absl::StatusOr<join_result> room::join(member_id id, join_request request, moment now) {
  assert(!members_.contains(id));
  sessions_.drop_expired(now.steady);
  if (request.resume.has_value()) {
    const bool is_here = find_session(request.resume->session, now.steady) != nullptr &&
                         sessions_.find(request.resume->session, now.steady) == nullptr;
    if (is_here || members_.size() < bounds_.members_per_room) {
      if (std::optional<join_result> resumed = resume(id, request, now)) {
        return *std::move(resumed);
      }
    }
  }
  if (members_.size() >= bounds_.members_per_room) {
    return absl::ResourceExhaustedError(absl::StrCat("room '", name_, "' has ", members_.size(),
                                                     " members, members_per_room is reached"));
  }
  const auto& palette = detail::member_colors;
  member who;
  who.id = id;
  who.number = ++joins_;
  who.client = std::move(request.client);
  who.user = std::move(request.user);
  who.session = std::move(request.session);
  who.name = std::move(request.name);
  who.color = request.color.value_or(color{palette[(joins_ - 1) % std::size(palette)], false});
  sessions_.forget(who.client);
  member& self = enter(std::move(who));
  if (!self.session.empty()) {
    store(session_opened{self.client, self.user, self.session, self.name, self.color,
                         static_cast<std::uint8_t>(self.role), now.wall});
  }
  sink_.to_member(id, joined_room{*this, self, now.steady}, log_.last_position());
  sink_.to_others(id, member_joined{self}, log_position{});
  return join_result{self, false, std::nullopt};
}

inline member& room::enter(member who) {
  clients_[who.client] = who.id;
  member& self = members_[who.id];
  self = std::move(who);
  const history_changed own = history(self.user);
  self.can_undo_mine = own.can_undo_mine;
  self.can_redo_mine = own.can_redo_mine;
  return self;
}

// Whoever has that session, here or not.
inline const member* room::find_session(std::string_view secret, instant now) const {
  if (secret.empty()) {
    return nullptr;
  }
  for (const auto& [id, each] : members_) {
    if (each.session == secret) {
      return &each;
    }
  }
  return sessions_.find(secret, now);
}

inline std::optional<join_result> room::resume(member_id id, const join_request& request,
                                               moment now) {
  const resume_point& from = *request.resume;
  const member* known = find_session(from.session, now.steady);
  if (known == nullptr || from.seq > log_.last() || !retained_.reaches(from.seq)) {
    return std::nullopt;
  }
  if (!known->ledger.rejected_after(from.seq).has_value()) {
    return std::nullopt;
  }
  const auto before = members_.find(known->id);
  const bool is_here = before != members_.end() && &before->second == known;
  member who;
  std::optional<member_id> taken_over;
  bool looks_new = true;
  if (is_here) {
    taken_over = known->id;
    who = std::move(before->second);
    members_.erase(before);
    presence_.forget(*taken_over);
    looks_new = who.name != request.name || who.color != request.color.value_or(who.color);
  } else {
    who = sessions_.take(from.session);
    if (who.number == 0) {
      who.number = ++joins_;
    }
  }
  who.id = id;
  who.name = request.name;
  who.color = request.color.value_or(who.color);
  member& self = enter(std::move(who));
  for (auto& [stroke_id, live] : live_) {
    if (live.client == self.client) {
      live.author = id;
      live.is_orphan = false;
    }
  }
  if (looks_new) {
    store(session_opened{self.client, self.user, self.session, self.name, self.color,
                         static_cast<std::uint8_t>(self.role), now.wall});
  }
  const auto rejected = self.ledger.rejected_after(from.seq);
  sink_.to_member(id, resumed_room{*this, self, now.steady, from.seq, *rejected},
                  log_.last_position());
  if (!is_here) {
    sink_.to_others(id, member_joined{self}, log_position{});
  } else if (looks_new) {
    sink_.to_others(id, member_updated{self}, log_position{});
  }
  return join_result{self, true, taken_over};
}

inline void room::leave(member_id id, moment now) {
  const auto found = members_.find(id);
  if (found == members_.end()) {
    return;
  }
  member gone = std::move(found->second);
  members_.erase(found);
  clients_.erase(gone.client);
  presence_.forget(id);
  for (auto& [stroke_id, live] : live_) {
    if (live.author == id && !live.is_orphan) {
      live.is_orphan = true;
      live.orphan_since = now.steady;
    }
  }
  const bool is_kept = !gone.session.empty();
  if (is_kept) {
    store(session_left{gone.client, now.wall});
  }
  sink_.to_all(member_left{gone}, log_position{});
  if (is_kept) {
    sessions_.keep(std::move(gone), now);
  }
}

// ---- What those who come back are told

inline room_event room::retell(const told_operation& op, const member& to, seq_number after) const {
  const bool is_own = op.client == to.client && op.counter != 0;
  const event_place place{op.author, find_client(op.client), op.seq, op.time,
                          is_own ? op.counter : 0};
  const bool has_points = is_own && after != seq_number{};
  return event_of(op, place, 0, has_points ? stroke_telling::index : stroke_telling::whole);
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_SESSIONS_HPP
