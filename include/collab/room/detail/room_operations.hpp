// collab/room/detail/room_operations.hpp - how operations are admitted, committed and announced.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_OPERATIONS_HPP
#define COLLAB_ROOM_DETAIL_ROOM_OPERATIONS_HPP

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/room/room.hpp"

namespace collab {

inline bool room::is_next(member& who, operation_counter counter) {
  if (counter == who.ledger.last() + 1) {
    return true;
  }
  if (counter > who.ledger.last()) {
    sink_.to_member(who.id, operation_gap{who.ledger.last()}, log_position{});
    return false;
  }
  const operation_result* stored = who.ledger.find(counter);
  if (stored == nullptr) {
    const absl::Status unknown = absl::UnavailableError(
        absl::StrCat("op ", counter, " was taken long ago: its outcome is not kept any more"));
    sink_.to_member(who.id, operation_rejected{counter, unknown}, log_.last_position());
  } else if (stored->seq == seq_number{}) {
    sink_.to_member(who.id, operation_rejected{counter, stored->status}, log_.last_position());
  } else {
    sink_.to_member(who.id, operation_acknowledged{*stored}, log_.last_position());
  }
  return false;
}

// It uses its counter, so that it is stored as what was accepted is.
inline void room::reject(member& who, operation_counter counter, absl::Status reason, moment now) {
  const operation_result& result = who.ledger.record(
      {counter, seq_number{}, now.wall, {}, std::move(reason)}, bounds_.outcomes_per_session);
  if (!who.session.empty()) {
    store(rejected_operation{who.client, counter, now.wall, result.status});
  }
  sink_.to_member(who.id, operation_rejected{counter, result.status}, log_.last_position());
}

inline absl::Status room::run(member& who, const operation_command& command, moment now) {
  if (!is_next(who, command.counter)) {
    return absl::OkStatus();
  }
  if (to_integer(log_.last_position()) - to_integer(durable_) >= bounds_.operations_in_flight) {
    // Takes no counter: the same operation may come again.
    const absl::Status busy = absl::UnavailableError(
        absl::StrCat(bounds_.operations_in_flight, " operations wait for the storage"));
    sink_.to_member(who.id, operation_rejected{command.counter, busy}, log_.last_position());
    return absl::OkStatus();
  }
  if (const auto seq = needs_past(who, command); seq.has_value()) {
    const absl::Status later = absl::UnavailableError(
        absl::StrCat("the board after operation ", to_integer(*seq), " is not at hand"));
    sink_.to_member(who.id, operation_rejected{command.counter, later}, log_.last_position());
    return absl::OkStatus();
  }
  admission admitted = std::visit([&](const auto& body) { return admit(who, body); }, command.body);
  if (admitted.what == admission::kind::answered) {
    return absl::OkStatus();
  }
  operation op{
      {}, now.wall, who.user, who.client, command.counter, std::move(admitted.body), command.group};
  if (admitted.what == admission::kind::accepted) {
    admitted.reason = history_.check(op);
  }
  if (!admitted.reason.ok()) {
    reject(who, command.counter, std::move(admitted.reason), now);
    return absl::OkStatus();
  }
  const auto* ended = std::get_if<end_stroke>(&command.body);
  commit(std::move(op), &who, ended != nullptr ? ended->id : std::string_view{}, now);
  return absl::OkStatus();
}

inline room::admission room::admit(member& who, const end_stroke& command) {
  const auto found = live_.find(to_absl(command.id));
  if (found == live_.end()) {
    tell_gap(who, command.id);
    return {};
  }
  const live_stroke& live = found->second;
  if (live.author != who.id) {
    return {admission::kind::rejected,
            absl::FailedPreconditionError(
                absl::StrCat("stroke '", found->first, "' is being drawn by somebody else")),
            {}};
  }
  if (command.count.value_or(0) > live.points.size()) {
    tell_gap(who, command.id);
    return {};
  }
  if (live.points.empty()) {
    return {admission::kind::rejected,
            absl::InvalidArgumentError(
                absl::StrCat("stroke '", found->first, "' has 0 points, at least 1 is needed")),
            {}};
  }
  return {admission::kind::accepted, {}, put_operation{live.stroke, true}};
}

inline room::admission room::admit(member& who, const put_element& command) {
  const element& value = command.value;
  if (absl::Status status = check_creator(who, value); !status.ok()) {
    return {admission::kind::rejected, std::move(status), {}};
  }
  if (live_.contains(value.id())) {
    return {admission::kind::rejected,
            absl::FailedPreconditionError(absl::StrCat("stroke '", value.id(), "' is being drawn")),
            {}};
  }
  if (value.point_count() > bounds_.points_per_stroke) {
    return {admission::kind::rejected,
            absl::ResourceExhaustedError(absl::StrCat("points: ", value.point_count(), ", at most ",
                                                      bounds_.points_per_stroke, " in a stroke")),
            {}};
  }
  if (value.kind() == element_kind::stroke && value.point_count() == 0) {
    return {admission::kind::rejected,
            absl::InvalidArgumentError("points: 0 of them, a stroke needs at least 1"),
            {}};
  }
  if (absl::Status status = check_room_for(1, value.bytes()); !status.ok()) {
    return {admission::kind::rejected, std::move(status), {}};
  }
  put_operation body{value};
  if (body.value.index().empty()) {
    body.value.set(property::index, index_on_top());
  }
  return {admission::kind::accepted, {}, std::move(body)};
}

inline room::admission room::admit(member& /*who*/, const set_element& command) {
  // What is not there is refused with the other things that can't be.
  if (const element* found = board_.find(command.id);
      found != nullptr && command.if_seq.has_value()) {
    const seq_number changed = std::max(found->latest_stamp(), board_.presence_writer(command.id));
    if (changed > *command.if_seq) {
      return {admission::kind::rejected,
              absl::FailedPreconditionError(absl::StrCat("ifSeq: element '", command.id,
                                                         "' was changed by ", to_integer(changed),
                                                         ", after ", to_integer(*command.if_seq))),
              {}};
    }
  }
  std::size_t bytes = 0;
  for (const auto& [key, value] : command.changes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      bytes += text->size();
    } else if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
      bytes += (*list)->size() * sizeof(offset);
    }
  }
  if (absl::Status status = check_room_for(0, bytes); bytes > 0 && !status.ok()) {
    return {admission::kind::rejected, std::move(status), {}};
  }
  return {admission::kind::accepted, {}, set_operation{command.id, command.changes}};
}

inline room::admission room::admit(member& /*who*/, const remove_elements& command) {
  return {admission::kind::accepted, {}, remove_operation{command.ids}};
}

inline room::admission room::admit(member& /*who*/, const clear_canvas& /*command*/) {
  return {admission::kind::accepted, {}, clear_operation{}};
}

inline room::admission room::admit(member& who, const undo& command) {
  const undo_scope scope = command.scope.value_or(options_.default_scope);
  const seq_number target = history_.undo_target(scope, who.user).value_or(seq_number{});
  return {admission::kind::accepted, {}, undo_operation{target, scope}};
}

inline room::admission room::admit(member& who, const redo& command) {
  const undo_scope scope = command.scope.value_or(options_.default_scope);
  const seq_number target = history_.redo_target(scope, who.user).value_or(seq_number{});
  return {admission::kind::accepted, {}, redo_operation{target, scope}};
}

inline room::admission room::admit(member& who, const send_chat& command) {
  return {admission::kind::accepted, {}, chat_operation{who.name, command.text}};
}

inline room::admission room::admit(member& /*who*/, const refused_operation& command) {
  return {admission::kind::rejected, command.reason, {}};
}

// Logs, applies and announces an operation that check() has passed.
inline void room::commit(operation op, member* author, std::string_view ended_stroke, moment now) {
  const auto live = ended_stroke.empty() ? live_.end() : live_.find(to_absl(ended_stroke));
  std::uint64_t live_number = 0;
  if (live != live_.end()) {
    live_number = live->second.stroke.number();
    // The points of the live stroke become those of the element.
    live_bytes_ -= live->second.bytes();
    [[maybe_unused]] const absl::Status status =
        std::get<put_operation>(op.body).value.set_points(live->second.points);
    assert(status.ok());  // Each was checked when it came.
    live_.erase(live);
  }
  std::string record = log_.append(op);
  sink_.store(std::move(record), log_.last_position());
  // A copy is applied: what is announced of a change is what was asked for.
  const edit_effect effect = history_.apply(op);
  sink_.applied(op, effect);
  told_operation told = tell_of(op, effect, board_);
  // Committed by the room itself it may be news to its author, who has no number for it.
  announce(told, author, author != nullptr ? live_number : 0);
  if (author != nullptr) {
    acknowledge(told, *author);
  }
  if (const auto* said = std::get_if<chat_message>(&told.body)) {
    chat_.add(*said);
  } else if (const auto* version = std::get_if<saved_version>(&told.body)) {
    versions_.push_back(*version);
  } else if (!digest_due_.has_value()) {
    digest_due_ = now.steady + bounds_.digest_interval;
  }
  retained_.add(std::move(told));
  announce_history(effect.users);
}

inline void room::announce(const told_operation& told, member* author, std::uint64_t live_number) {
  const event_place place{told.author, author, told.seq, told.time};
  const room_event event = event_of(told, place, live_number, stroke_telling::end);
  // What can't be foreseen by its author is told to him too.
  const bool is_for_all = author == nullptr || std::holds_alternative<told_undo>(told.body) ||
                          std::holds_alternative<chat_message>(told.body);
  const member* drew = author == nullptr ? find_client(told.client) : nullptr;
  if (drew != nullptr) {
    // He has not ended it, and does not know its place in the z-order.
    sink_.to_others(drew->id, event, log_.last_position());
    sink_.to_member(drew->id, event_of(told, place, 0, stroke_telling::whole),
                    log_.last_position());
  } else if (is_for_all) {
    sink_.to_all(event, log_.last_position());
  } else {
    sink_.to_others(author->id, event, log_.last_position());
  }
}

inline void room::acknowledge(const told_operation& told, member& author) {
  const auto* made = std::get_if<told_element>(&told.body);
  const operation_result& result = author.ledger.record(
      {told.counter, told.seq, told.time, made != nullptr ? made->value.index() : std::string{},
       absl::OkStatus()},
      bounds_.outcomes_per_session);
  sink_.to_member(author.id, operation_acknowledged{result}, log_.last_position());
}

// Tells those for whom something is different now; `users` may have other operations of their own.
inline void room::announce_history(const std::vector<user_id>& users) {
  if (users.empty()) {
    return;
  }
  const history_changed now = history({});
  const bool is_news = now != announced_;
  announced_ = now;
  for (auto& [id, each] : members_) {
    if (!is_news && std::find(users.begin(), users.end(), each.user) == users.end()) {
      continue;
    }
    const history_changed own = history(each.user);
    if (is_news || own.can_undo_mine != each.can_undo_mine ||
        own.can_redo_mine != each.can_redo_mine) {
      each.can_undo_mine = own.can_undo_mine;
      each.can_redo_mine = own.can_redo_mine;
      sink_.to_member(id, own, log_.last_position());
    }
  }
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_OPERATIONS_HPP
