// collab/room/detail/room_inline.hpp - how the state machine of a board works.
//
// Part of collab/room/room.hpp, which includes it.

#ifndef COLLAB_ROOM_DETAIL_ROOM_INLINE_HPP
#define COLLAB_ROOM_DETAIL_ROOM_INLINE_HPP

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>

#include "collab/core/text.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/room/room.hpp"

namespace collab {

namespace detail {

// What people get who did not choose a colour: distinct on light and on dark.
inline constexpr std::uint32_t member_colors[] = {0xE5484DFF, 0x3E63DDFF, 0x30A46CFF, 0xF76B15FF,
                                                  0x8E4EC6FF, 0x0090FFFF, 0xD6409FFF, 0x12A594FF};

// The memory that a stroke takes while it is drawn.
inline std::size_t bytes_of(const live_stroke& live) {
  return live.stroke.bytes() + live.points.size() * sizeof(point);
}

}  // namespace detail

inline room::room(std::string name, const limits& bounds, room_sink& sink)
    : name_{std::move(name)},
      bounds_{bounds},
      sink_{sink},
      board_{{.tombstones_max = bounds.tombstones_per_room}},
      history_{board_, {.undo_depth = bounds.undo_depth}},
      chat_{bounds.chat_history},
      presence_{{.interval = bounds.cursor_interval, .expiry = bounds.cursor_expiry}} {}

inline absl::Status room::restore(std::string_view record) {
  absl::StatusOr<operation> op = log_.restore(record);
  if (!op.ok()) {
    return op.status();
  }
  if (const absl::Status status = history_.check(*op); !status.ok()) {
    return absl::DataLossError(absl::StrCat("operation ", to_integer(op->seq),
                                            " can't follow those before it: ", status.message()));
  }
  if (auto* chat = std::get_if<chat_operation>(&op->body)) {
    chat_.add({std::move(op->author), std::move(chat->name), std::move(chat->text), op->time,
               op->seq});
  } else {
    history_.apply(std::move(*op));
  }
  durable_ = log_.last();
  announced_ = history();
  return absl::OkStatus();
}

inline history_changed room::history() const {
  return {history_.undo_target().has_value(), history_.redo_target().has_value()};
}

// ---- People

inline absl::Status room::join(member_id id, join_request request, moment now) {
  assert(!members_.contains(id));
  if (members_.size() >= bounds_.members_per_room) {
    return absl::ResourceExhaustedError(absl::StrCat("room '", name_, "' has ", members_.size(),
                                                     " members, members_per_room is reached"));
  }
  const auto& palette = detail::member_colors;
  member& self = members_[id];
  self.id = id;
  self.client = std::move(request.client);
  self.user = std::move(request.user);
  self.session = std::move(request.session);
  self.name = std::move(request.name);
  self.color = request.color.value_or(color{palette[joins_++ % std::size(palette)], false});
  sink_.to_member(id, joined_room{*this, self, now.steady}, log_.last());
  sink_.to_others(id, member_joined{self}, seq_number{});
  return absl::OkStatus();
}

inline void room::leave(member_id id, moment now) {
  const auto found = members_.find(id);
  if (found == members_.end()) {
    return;
  }
  const member gone = std::move(found->second);
  members_.erase(found);
  presence_.forget(id);
  for (auto& [stroke_id, live] : live_) {
    if (live.author == id && !live.is_orphan) {
      live.is_orphan = true;
      live.orphan_since = now.steady;
    }
  }
  sink_.to_all(member_left{gone.user, gone.client}, seq_number{});
}

inline absl::Status room::execute(member_id from, const room_command& command, moment now) {
  const auto found = members_.find(from);
  assert(found != members_.end());
  return std::visit([&](const auto& each) { return run(found->second, each, now); }, command);
}

inline absl::Status room::run(member& who, const move_cursor& command, moment now) {
  if (presence_.move(who.id, command.where, now.steady)) {
    const std::pair<std::string_view, cursor> moved{who.client, command.where};
    sink_.to_others(who.id, cursors_moved{{&moved, 1}}, seq_number{});
  }
  return absl::OkStatus();
}

inline absl::Status room::run(member& who, const update_member& command, moment /*now*/) {
  who.name = command.name.value_or(who.name);
  who.color = command.color.value_or(who.color);
  sink_.to_all(member_updated{who}, seq_number{});
  return absl::OkStatus();
}

inline void room::relay_cursors(moment now) {
  const auto due = presence_.take_due(now.steady);
  if (due.empty()) {
    return;
  }
  std::vector<std::pair<std::string_view, cursor>> all;
  for (const auto& [id, where] : due) {
    all.emplace_back(members_.find(id)->second.client, where);
  }
  if (due.size() == 1) {
    sink_.to_others(due.front().first, cursors_moved{all}, seq_number{});
    return;
  }
  // Nobody is told of his own cursor; who did not move shares one list with the others.
  std::size_t next = 0;
  for (const auto& [id, each] : members_) {
    if (next == due.size() || due[next].first != id) {
      sink_.to_member(id, cursors_moved{all}, seq_number{});
      continue;
    }
    std::vector<std::pair<std::string_view, cursor>> others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(next++));
    sink_.to_member(id, cursors_moved{others}, seq_number{});
  }
}

// ---- Live ink

inline absl::Status room::check_points(std::span<const point> points) const {
  if (points.size() > bounds_.points_per_message) {
    return absl::InvalidArgumentError(absl::StrCat("points: ", points.size(), " of them, at most ",
                                                   bounds_.points_per_message, " in a message"));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!is_valid(points[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("points[", i, "]: [", points[i].x, ", ", points[i].y, ", ",
                       points[i].pressure, "] is out of range"));
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
  if (const auto found = live_.find(to_absl(id)); found != live_.end()) {
    gap.have = found->second.points.size();
  } else if (const element* there = board_.find(id);
             there != nullptr && there->kind() == element_kind::stroke) {
    gap.have = there->points().size();
    gap.is_committed = true;
  } else {
    gap.is_unknown = true;
  }
  sink_.to_member(to.id, gap, seq_number{});
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
  if (board_.remembers(id)) {
    return absl::FailedPreconditionError(absl::StrCat("element '", id, "' exists or has existed"));
  }
  const auto own = std::count_if(live_.begin(), live_.end(), [&who](const auto& each) {
    return each.second.author == who.id;
  });
  if (static_cast<std::uint64_t>(own) >= bounds_.live_strokes_per_member) {
    return absl::ResourceExhaustedError(absl::StrCat(
        own, " strokes are begun and not ended, at most ", bounds_.live_strokes_per_member));
  }
  absl::Status status = check_points(command.points);
  if (status.ok() && command.points.size() > bounds_.points_per_stroke) {
    status = absl::ResourceExhaustedError(absl::StrCat("points: ", command.points.size(),
                                                       " in a stroke, at most ",
                                                       bounds_.points_per_stroke));
  }
  live_stroke started{command.stroke, {}, who.id, who.client, false, {}};
  if (started.stroke.index().empty()) {
    started.stroke.set(property::index, index_on_top());
  }
  if (status.ok()) {
    status = check_room_for(1, detail::bytes_of(started) + command.points.size() * sizeof(point));
  }
  if (!status.ok()) {
    return status;
  }
  started.points.reserve(std::max<std::size_t>(command.points.size(), 32));
  for (const point& each : command.points) {
    started.points.push_back(to_grid(each));
  }
  live_bytes_ += detail::bytes_of(started);
  const auto at = live_.emplace(id, std::move(started)).first;
  sink_.to_others(who.id, stroke_started{at->second}, seq_number{});
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
  sink_.to_others(who.id, stroke_extended{live, have}, seq_number{});
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
  live_bytes_ -= detail::bytes_of(found->second);
  const element_id id = found->first;
  live_.erase(found);
  sink_.to_others(who.id, stroke_cancelled{who.user, id}, seq_number{});
  return absl::OkStatus();
}

// ---- Operations

inline bool room::is_next(member& who, operation_counter counter) {
  if (counter == who.ledger.last() + 1) {
    return true;
  }
  if (counter > who.ledger.last()) {
    sink_.to_member(who.id, operation_gap{who.ledger.last()}, seq_number{});
    return false;
  }
  const operation_result* stored = who.ledger.find(counter);
  if (stored == nullptr) {
    const absl::Status unknown = absl::UnavailableError(
        absl::StrCat("op ", counter, " was taken long ago: its outcome is not kept any more"));
    sink_.to_member(who.id, operation_rejected{counter, unknown}, log_.last());
  } else if (stored->seq == seq_number{}) {
    sink_.to_member(who.id, operation_rejected{counter, stored->status}, log_.last());
  } else {
    sink_.to_member(who.id, operation_acknowledged{*stored}, log_.last());
  }
  return false;
}

inline void room::reject(member& who, operation_counter counter, absl::Status reason, moment now) {
  const operation_result& result =
      who.ledger.record({counter, seq_number{}, now.wall, {}, std::move(reason)},
                        bounds_.outcomes_per_session);
  sink_.to_member(who.id, operation_rejected{counter, result.status}, log_.last());
}

inline absl::Status room::run(member& who, const operation_command& command, moment now) {
  if (!is_next(who, command.counter)) {
    return absl::OkStatus();
  }
  if (to_integer(log_.last()) - to_integer(durable_) >= bounds_.operations_in_flight) {
    // Takes no counter: the same operation may come again.
    const absl::Status busy = absl::UnavailableError(
        absl::StrCat(bounds_.operations_in_flight, " operations wait for the storage"));
    sink_.to_member(who.id, operation_rejected{command.counter, busy}, log_.last());
    return absl::OkStatus();
  }
  admission admitted =
      std::visit([&](const auto& body) { return admit(who, body); }, command.body);
  if (admitted.what == admission::kind::answered) {
    return absl::OkStatus();
  }
  operation op{{}, now.wall, who.user, who.client, command.counter, std::move(admitted.body)};
  if (admitted.what == admission::kind::accepted) {
    admitted.reason = history_.check(op);
  }
  if (!admitted.reason.ok()) {
    reject(who, command.counter, std::move(admitted.reason), now);
    return absl::OkStatus();
  }
  const auto* ended = std::get_if<end_stroke>(&command.body);
  commit(std::move(op), &who, ended != nullptr ? ended->id : std::string_view{});
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
  return {admission::kind::accepted, {}, put_operation{live.stroke}};
}

inline room::admission room::admit(member& who, const put_element& command) {
  const element& value = command.value;
  if (absl::Status status = check_creator(who, value); !status.ok()) {
    return {admission::kind::rejected, std::move(status), {}};
  }
  if (live_.contains(value.id())) {
    return {admission::kind::rejected,
            absl::FailedPreconditionError(
                absl::StrCat("stroke '", value.id(), "' is being drawn")),
            {}};
  }
  const auto points = value.points();
  if (points.size() > bounds_.points_per_stroke) {
    return {admission::kind::rejected,
            absl::ResourceExhaustedError(absl::StrCat("points: ", points.size(), ", at most ",
                                                      bounds_.points_per_stroke, " in a stroke")),
            {}};
  }
  if (value.kind() == element_kind::stroke && points.empty()) {
    return {admission::kind::rejected,
            absl::InvalidArgumentError("points: 0 of them, a stroke needs at least 1"),
            {}};
  }
  if (absl::Status status = check_room_for(1, value.bytes()); !status.ok()) {
    return {admission::kind::rejected, std::move(status), {}};
  }
  put_operation body{value};
  if (!points.empty()) {
    std::vector<point> on_grid;
    on_grid.reserve(points.size());
    for (const point& each : points) {
      if (!is_valid(each)) {
        return {admission::kind::rejected,
                absl::InvalidArgumentError(
                    absl::StrCat("points[", on_grid.size(), "] is out of range")),
                {}};
      }
      on_grid.push_back(to_grid(each));
    }
    body.value.set_points(std::move(on_grid));
  }
  if (body.value.index().empty()) {
    body.value.set(property::index, index_on_top());
  }
  return {admission::kind::accepted, {}, std::move(body)};
}

inline room::admission room::admit(member& /*who*/, const set_element& command) {
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

inline room::admission room::admit(member& /*who*/, const undo& /*command*/) {
  return {admission::kind::accepted,
          {},
          undo_operation{history_.undo_target().value_or(seq_number{})}};
}

inline room::admission room::admit(member& /*who*/, const redo& /*command*/) {
  return {admission::kind::accepted,
          {},
          redo_operation{history_.redo_target().value_or(seq_number{})}};
}

inline room::admission room::admit(member& who, const send_chat& command) {
  return {admission::kind::accepted, {}, chat_operation{who.name, command.text}};
}

inline room::admission room::admit(member& /*who*/, const refused_operation& command) {
  return {admission::kind::rejected, command.reason, {}};
}

// Logs, applies and announces an operation that check() has passed.
inline void room::commit(operation op, member* author, std::string_view ended_stroke) {
  const auto live = ended_stroke.empty() ? live_.end() : live_.find(to_absl(ended_stroke));
  if (live != live_.end()) {
    // The points move from the live stroke into the element.
    live_bytes_ -= detail::bytes_of(live->second);
    std::get<put_operation>(op.body).value.set_points(std::move(live->second.points));
    live_.erase(live);
  }
  std::string record = log_.append(op);
  sink_.store(std::move(record), op.seq);
  const bool is_stroke = !ended_stroke.empty();
  // A copy is applied: what is announced of a change is what was asked for.
  announce(op, history_.apply(op), author, is_stroke);
  announce_history();
}

inline void room::announce(const operation& op, const edit_effect& effect, member* author,
                           bool is_stroke) {
  const event_place place{op.author, op.seq, op.time};
  const auto tell = [&](const room_event& event) {
    if (author != nullptr) {
      sink_.to_others(author->id, event, op.seq);
    } else {
      sink_.to_all(event, op.seq);
    }
  };
  if (is_stroke) {
    tell(stroke_ended{place, *effect.put});
  } else if (effect.put != nullptr) {
    tell(element_put{place, *effect.put});
  } else if (const auto* set = std::get_if<set_operation>(&op.body)) {
    tell(element_set{place, set->id, set->changes});
  } else if (const auto* removal = std::get_if<remove_operation>(&op.body)) {
    tell(elements_removed{place, removal->ids});
  } else if (std::holds_alternative<clear_operation>(op.body)) {
    tell(canvas_cleared{place});
  } else if (const auto* said = std::get_if<chat_operation>(&op.body)) {
    chat_message message{op.author, said->name, said->text, op.time, op.seq};
    sink_.to_all(chat_sent{message}, op.seq);
    chat_.add(std::move(message));
  } else {
    const bool is_redo = std::holds_alternative<redo_operation>(op.body);
    sink_.to_all(operation_undone{place, effect, is_redo}, op.seq);
  }
  if (author != nullptr) {
    const operation_result& result = author->ledger.record(
        {op.counter, op.seq, op.time, effect.put != nullptr ? effect.put->index() : std::string{},
         absl::OkStatus()},
        bounds_.outcomes_per_session);
    sink_.to_member(author->id, operation_acknowledged{result}, op.seq);
  }
}

inline void room::announce_history() {
  const history_changed state = history();
  if (state.can_undo != announced_.can_undo || state.can_redo != announced_.can_redo) {
    announced_ = state;
    sink_.to_all(state, log_.last());
  }
}

// ---- Time

inline void room::commit_live_stroke(live_stroke_map::iterator at, moment now) {
  const live_stroke& live = at->second;
  const element_id id = at->first;
  if (live.points.empty()) {
    live_bytes_ -= detail::bytes_of(live);
    const user_id user = live.stroke.creator();
    live_.erase(at);
    sink_.to_all(stroke_cancelled{user, id}, seq_number{});
    return;
  }
  operation op{{}, now.wall, live.stroke.creator(), live.client, 0, put_operation{live.stroke}};
  commit(std::move(op), nullptr, id);
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

inline void room::tick(moment now) {
  relay_cursors(now);
  commit_live_strokes(now, false);
}

inline void room::settle(moment now) { commit_live_strokes(now, true); }

inline std::optional<instant> room::next_deadline() const {
  std::optional<instant> next = presence_.next_due();
  for (const auto& [id, live] : live_) {
    if (live.is_orphan) {
      const instant due = live.orphan_since + bounds_.orphan_stroke;
      next = next.has_value() ? std::min(*next, due) : due;
    }
  }
  return next;
}

}  // namespace collab

#endif  // COLLAB_ROOM_DETAIL_ROOM_INLINE_HPP
