// collab/client/detail/follower_arrival.hpp - how a client comes into its room.
//
// Part of follower.hpp.

#ifndef COLLAB_CLIENT_DETAIL_FOLLOWER_ARRIVAL_HPP
#define COLLAB_CLIENT_DETAIL_FOLLOWER_ARRIVAL_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/detail/follower.hpp"

namespace collab::detail {

inline join_message follower::begin(const member_update& who) {
  join_message message{who.name, who.color, std::nullopt};
  if (!session_.empty() && !is_fresh_) {
    message.resume = resume_point{session_, context_.seq};
  }
  return message;
}

inline void follower::leave() {
  is_joined_ = false;
  arrival_.reset();
  held_.clear();
  open_undo_.reset();
  work_.cut();
}

inline absl::Status follower::take(const server_message& message) {
  bool is_taken = false;
  if (absl::Status status = arrive(message, &is_taken); is_taken || !status.ok()) {
    return status;
  }
  const bool is_at_once = std::holds_alternative<error_message>(message) ||
                          std::holds_alternative<closing_message>(message) ||
                          std::holds_alternative<pong_message>(message);
  if (!is_at_once && !is_joined_) {
    return absl::OkStatus();  // Of a room that has not answered.
  }
  return std::visit([this](const auto& told) { return on(told); }, message);
}

// Takes what belongs to an arrival.
inline absl::Status follower::arrive(const server_message& message, bool* is_taken) {
  *is_taken = true;
  if (const auto* state = std::get_if<room_state_message>(&message)) {
    context_.connection.answered();
    arrival_ = state_arrival{*state};
    return state->has_more ? absl::OkStatus() : arrive_anew();
  }
  if (const auto* resumed = std::get_if<room_resumed_message>(&message)) {
    context_.connection.answered();
    return begin_resumption(*resumed);
  }
  if (!arrival_.has_value()) {
    *is_taken = false;
    return absl::OkStatus();
  }
  if (auto* state = std::get_if<state_arrival>(&*arrival_)) {
    if (const auto* chunk = std::get_if<room_chunk_message>(&message)) {
      std::vector<element>& elements = state->state.elements;
      elements.insert(elements.end(), chunk->elements.begin(), chunk->elements.end());
      return chunk->has_more ? absl::OkStatus() : arrive_anew();
    }
  } else if (const auto* end = std::get_if<events_end_message>(&message)) {
    if (!end->has_more) {
      end_resumption();
      return arrived(true);
    }
    return absl::OkStatus();
  } else if (std::holds_alternative<element_put_message>(message) ||
             std::holds_alternative<element_set_message>(message) ||
             std::holds_alternative<elements_removed_message>(message) ||
             std::holds_alternative<canvas_cleared_message>(message) ||
             std::holds_alternative<stroke_ended_message>(message) ||
             std::holds_alternative<operation_undone_message>(message) ||
             std::holds_alternative<room_chunk_message>(message) ||
             std::holds_alternative<chat_said_message>(message) ||
             std::holds_alternative<version_saved_message>(message)) {
    return std::visit([this](const auto& told) { return on(told); }, message);
  }
  if (std::holds_alternative<error_message>(message) ||
      std::holds_alternative<closing_message>(message) ||
      std::holds_alternative<pong_message>(message)) {
    *is_taken = false;
    return absl::OkStatus();
  }
  if (held_.size() >= held_max) {
    return absl::DataLossError("the state of the room does not end");
  }
  held_.push_back(message);
  return absl::OkStatus();
}

// Enters the room as it is.
inline absl::Status follower::arrive_anew() {
  room_state_message state = std::move(std::get<state_arrival>(*arrival_).state);
  const user_id before = std::exchange(user_, state.self.user);
  session_ = state.session;
  context_.self = state.self;
  context_.seq = state.seq;
  room_.chat.assign(state.chat.begin(), state.chat.end());
  room_.versions = state.versions;
  room_.previews.clear();
  room_.enter(state);
  context_.board.reset(std::move(state.elements));
  told_.clear();
  rejected_.clear();
  absl::btree_set<seq_number> found;
  work_.renewed(
      state.op, [&](const pending_operation& op) { return outcome_of(op, before, found); },
      [&](std::string_view stroke) { return room_.live.contains(to_absl(stroke)); });
  context_.keeper.begin(state.room, session_, user_, state.seq, work_.operations());
  context_.reports.add(cursors_told{state.cursors});
  return arrived(false);
}

inline absl::Status follower::begin_resumption(const room_resumed_message& message) {
  arrival_ = resume_arrival{message};
  if (context_.seq == seq_number{}) {
    room_.chat.clear();
    room_.versions.clear();
    told_.clear();
    context_.board.reset({});
  }
  context_.self = message.self;
  user_ = message.self.user;
  for (const auto& [id, preview] : std::exchange(room_.previews, {})) {
    context_.board.end_preview(id);
  }
  room_.enter(message);
  for (const reject_message& each : message.rejected) {
    rejected_.insert_or_assign(each.op, each.reason);
  }
  return absl::OkStatus();
}

inline void follower::end_resumption() {
  const room_resumed_message resumed = std::move(std::get<resume_arrival>(*arrival_).resumed);
  work_.resumed(resumed.op, told_, rejected_, resumed.own);
  told_.clear();
  rejected_.clear();
  context_.reports.add(cursors_told{resumed.cursors});
}

// What is shown is the room's now.
inline absl::Status follower::arrived(bool is_resumed) {
  arrival_.reset();
  is_joined_ = true;
  is_fresh_ = false;
  context_.connection.joined(context_.now);
  context_.reports.add(members_changed{});
  context_.reports.add(history_told{});
  context_.reports.add(versions_changed{});
  context_.reports.add(arrival_report{is_resumed, context_.self, context_.seq});
  const std::deque<server_message> held = std::exchange(held_, {});
  for (const server_message& each : held) {
    if (absl::Status status = take(each); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

// Whether board and room show that an operation of another session was done. What is the same
// done twice may be done again.
inline past_outcome follower::outcome_of(const pending_operation& op, const user_id& before,
                                         absl::btree_set<seq_number>& found) const {
  const document& confirmed = context_.board.confirmed();
  if (op.drawn() != nullptr) {
    const element* there = confirmed.find(op.makes());
    const bool is_whole =
        there != nullptr && there->point_count() >= op.drawn()->stroke->points.size();
    return is_whole ? past_outcome::done : past_outcome::not_done;
  }
  if (!op.makes().empty()) {
    const element* there = confirmed.find(op.makes());
    return there != nullptr && there->creator() == before ? past_outcome::done
                                                          : past_outcome::not_done;
  }
  // Whether something told after it shows that it was done, and each only one.
  const auto find = [&](const auto& all, const auto& is_same) {
    for (const auto& each : all) {
      if (is_same(each) && found.insert(place_of(each)).second) {
        return true;
      }
    }
    return false;
  };
  if (const auto* said = std::get_if<send_chat>(&op.body)) {
    if (find(room_.chat, [&](const chat_message& each) {
          return each.user == before && each.seq > op.after && each.text == said->text;
        })) {
      return past_outcome::done;
    }
    // Only the latest are told.
    const bool reaches = room_.chat.empty() || room_.chat.front().seq <= op.after;
    return reaches ? past_outcome::not_done : past_outcome::unknown;
  }
  if (const auto* named = std::get_if<save_version>(&op.body)) {
    return find(room_.versions,
                [&](const version_saved_message& each) {
                  return each.place.user == before && each.place.seq > op.after &&
                         each.name == named->name;
                })
               ? past_outcome::done
               : past_outcome::not_done;
  }
  const bool may_be_twice = std::holds_alternative<set_element>(op.body) ||
                            std::holds_alternative<remove_elements>(op.body) ||
                            std::holds_alternative<shown_clearing>(op.body);
  return may_be_twice ? past_outcome::not_done : past_outcome::unknown;
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_FOLLOWER_ARRIVAL_HPP
