// collab/client/detail/follower_events.hpp - what each message of the server does.
//
// Part of follower.hpp.

#ifndef COLLAB_CLIENT_DETAIL_FOLLOWER_EVENTS_HPP
#define COLLAB_CLIENT_DETAIL_FOLLOWER_EVENTS_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <string>
#include <utility>
#include <vector>

#include "collab/client/detail/follower.hpp"

namespace collab::detail {

// Every operation of the room is told of, in order.
inline absl::Status follower::advance(const message_place& place) {
  if (open_undo_.has_value() || place.seq != next(context_.seq)) {
    return absl::DataLossError(
        absl::StrCat("the event ", to_integer(place.seq), " came after ", to_integer(context_.seq),
                     open_undo_.has_value() ? ", in the middle of one" : ""));
  }
  context_.seq = place.seq;
  return absl::OkStatus();
}

inline absl::Status follower::on(const ack_message& message) {
  // An undo or a chat message was told of before its answer.
  const bool is_told = !told_.empty() && told_.front() == message.seq;
  if (!is_told) {
    const pending_operation* first = work_.operations().first();
    if (first == nullptr || message.op < first->op) {
      return absl::OkStatus();  // Answered before.
    }
    if (message.op == first->op) {
      if (absl::Status status = advance({{}, {}, message.seq, message.time}); !status.ok()) {
        return status;
      }
    }
  }
  std::string version;
  const absl::StatusOr<bool> is_first = work_.acknowledged(message, &version);
  if (!is_first.ok()) {
    return is_first.status();
  }
  if (is_told) {
    told_.pop_front();
  }
  if (!version.empty()) {
    room_.versions.push_back(
        {{context_.self.user, context_.self.client, message.seq, message.time}, version});
    context_.reports.add(versions_changed{});
  }
  return absl::OkStatus();
}

// Whether this client has what the server has; what is pending does not count.
inline absl::Status follower::on(const digest_message& message) {
  if (message.seq != context_.seq || open_undo_.has_value()) {
    return absl::OkStatus();
  }
  const digest& own = context_.board.confirmed().content_digest();
  if (!(own == message.value)) {
    return absl::DataLossError(absl::StrCat("the board at ", to_integer(message.seq),
                                            " has the digest ", to_text(own), ", not ",
                                            to_text(message.value)));
  }
  has_mismatched_ = false;
  return absl::OkStatus();
}

inline absl::Status follower::meet(const member_profile& who) {
  room_.meet(who);
  if (who.client == context_.self.client) {
    context_.self = who;
  }
  context_.reports.add(members_changed{});
  return absl::OkStatus();
}
inline absl::Status follower::on(const member_left_message& message) {
  room_.miss(message.who.client);
  for (auto each = room_.previews.begin(); each != room_.previews.end();) {
    if (each->second.first == message.who.client) {
      context_.board.end_preview(each->first);
      each = room_.previews.erase(each);
    } else {
      ++each;
    }
  }
  context_.reports.add(members_changed{});
  return absl::OkStatus();
}

inline absl::Status follower::on(const stroke_started_message& message) {
  room_.begin(message);
  context_.reports.add(live_stroke_told{message.stroke.id(), live_stroke_change::started});
  return absl::OkStatus();
}
inline absl::Status follower::on(const stroke_points_message& message) {
  if (const auto from = room_.extend(message)) {
    context_.reports.add(live_stroke_told{message.id, live_stroke_change::extended, *from});
  }
  return absl::OkStatus();
}
inline absl::Status follower::on(const stroke_cancelled_message& message) {
  if (room_.live.erase(message.id) > 0) {
    context_.reports.add(live_stroke_told{message.id, live_stroke_change::cancelled});
  }
  return absl::OkStatus();
}

inline void follower::confirm_stroke(element value, const stroke_ended_message& message) {
  if (message.index.has_value() && !message.index->empty()) {
    value.set(property::index, *message.index);
  }
  value.set_number(to_integer(message.place.seq));
  context_.board.confirm(std::move(value));
}

inline absl::Status follower::on(const stroke_ended_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  if (!message.whole.has_value() || message.op != 0) {
    note_own(message.place);  // What the room has ended itself comes whole, and has no number.
  }
  const auto live = room_.live.find(message.id);
  own_stroke* own = work_.find_stroke(message.id);
  if (message.whole.has_value()) {
    if (own != nullptr && message.op == 0) {
      own->committed = message.count;
    }
    confirm_stroke(*message.whole, message);
  } else if (live != room_.live.end() && live->second.is_complete(message.count)) {
    element value = live->second.style;
    if (absl::Status status = value.set_points(live->second.points); !status.ok()) {
      return status;
    }
    confirm_stroke(std::move(value), message);
  } else if (own != nullptr && own->points.size() >= message.count) {
    element value = renamed(own->style, own->id(), message.place.user);
    if (absl::Status status = value.set_points(std::span{own->points}.first(message.count));
        !status.ok()) {
      return status;
    }
    confirm_stroke(std::move(value), message);
  } else {
    return absl::DataLossError(absl::StrCat("not all points of the stroke ", message.id, " came"));
  }
  if (live != room_.live.end()) {
    room_.live.erase(live);
    context_.reports.add(live_stroke_told{message.id, live_stroke_change::ended});
  }
  return absl::OkStatus();
}

inline absl::Status follower::on(const element_put_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  context_.board.confirm(message.value);
  return absl::OkStatus();
}
inline absl::Status follower::on(const element_set_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  context_.board.confirm_changes(message.change.id, message.change.changes, message.place.seq);
  return absl::OkStatus();
}
inline absl::Status follower::on(const elements_removed_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  context_.board.confirm_removal(message.ids);
  return absl::OkStatus();
}
inline absl::Status follower::on(const canvas_cleared_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  context_.board.confirm_clearing();
  return absl::OkStatus();
}

inline void follower::apply(const operation_undone_message& undone) {
  note_own(undone.place);
  context_.board.confirm_removal(undone.removed);
  for (const element& each : undone.restored) {
    context_.board.confirm(each);
  }
  for (const element_changes& each : undone.changed) {
    context_.board.confirm_changes(each.id, each.changes, undone.place.seq);
  }
}

// One that comes in pieces is done when the last of them is there: half of it is no board that
// ever was.
inline absl::Status follower::on(const operation_undone_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  if (message.has_more) {
    context_.seq = seq_number{to_integer(message.place.seq) - 1};
    open_undo_ = message;
  } else {
    apply(message);
  }
  return absl::OkStatus();
}
inline absl::Status follower::on(const room_chunk_message& message) {
  if (!open_undo_.has_value()) {
    return absl::DataLossError("a chunk of nothing came");
  }
  const auto append = [](auto& to, const auto& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  append(open_undo_->removed, message.removed);
  append(open_undo_->restored, message.elements);
  append(open_undo_->changed, message.changed);
  if (!message.has_more) {
    context_.seq = open_undo_->place.seq;
    apply(*std::exchange(open_undo_, std::nullopt));
  }
  return absl::OkStatus();
}

inline absl::Status follower::on(const chat_said_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  room_.hear(message.said);
  context_.reports.add(chat_told{message.said});
  return absl::OkStatus();
}
inline absl::Status follower::on(const version_saved_message& message) {
  if (absl::Status status = advance(message.place); !status.ok()) {
    return status;
  }
  note_own(message.place);
  room_.versions.push_back(message);
  context_.reports.add(versions_changed{});
  return absl::OkStatus();
}
inline absl::Status follower::on(const history_message& message) {
  room_.history = message;
  context_.reports.add(history_told{});
  return absl::OkStatus();
}

inline absl::Status follower::on(const preview_message& message) {
  const instant until = context_.now + context_.options.preview_expiry;
  room_.previews.insert_or_assign(message.change.id, std::pair{message.client, until});
  context_.board.preview(message.change.id, message.client, message.change.changes);
  return absl::OkStatus();
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_FOLLOWER_EVENTS_HPP
