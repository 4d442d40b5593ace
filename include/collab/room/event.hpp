// collab/room/event.hpp - what a room tells its members.
//
// Events refer to the room's own state: they are to be encoded where they are received and
// not kept.

#ifndef COLLAB_ROOM_EVENT_HPP
#define COLLAB_ROOM_EVENT_HPP

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/chat.hpp"
#include "collab/room/fwd.hpp"
#include "collab/room/member.hpp"
#include "collab/room/presence.hpp"

namespace collab {

// A stroke that is being drawn.
struct live_stroke {
  // Its properties, without points.
  element stroke;
  std::vector<point> points;
  member_id author{};
  client_id client;
  // Whether the author has left.
  bool is_orphan = false;
  instant orphan_since{};

  // The memory that it takes, about.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return stroke.bytes() + points.size() * sizeof(point);
  }
};

// The whole state, for one who joins.
struct joined_room {
  const room& state;
  const member& self;
  instant now;
};
struct member_joined {
  const member& who;
};
struct member_updated {
  const member& who;
};
struct member_left {
  const member& who;
};
struct cursors_moved {
  std::span<const std::pair<const member*, cursor>> cursors;
};

struct stroke_started {
  const member& author;
  const live_stroke& stroke;
};
struct stroke_extended {
  const live_stroke& stroke;
  std::size_t from = 0;
};
struct stroke_cancelled {
  // Null when he is not in the room.
  const member* author = nullptr;
  const live_stroke& stroke;
};
struct stroke_gap {
  std::string_view id;
  std::uint64_t have = 0;
  bool is_unknown = false;
  bool is_committed = false;
};

// What an element is about to become. The next one, or the change itself, makes up for it.
struct element_previewed {
  const member& author;
  const element& target;
  const property_changes& changes;
  // Whether everything that was done on the board has been told to everybody, and so the number
  // of the element is known to whoever hears of this.
  bool is_known = false;
};

struct host_message_sent {
  const member& author;
  std::string_view name;
  // JSON text.
  std::string_view data;
};

// Where a durable event stands.
struct event_place {
  std::string_view user;
  // The author, where he is in the room.
  const member* author = nullptr;
  seq_number seq{};
  unix_time time{};
};
struct stroke_ended {
  event_place place;
  const element& stroke;
  // The number that it had while it was being drawn; 0 where a receiver may not know it.
  std::uint64_t live_number = 0;
};
struct element_put {
  event_place place;
  const element& value;
};
struct element_set {
  event_place place;
  std::string_view id;
  const property_changes& changes;
};
struct elements_removed {
  event_place place;
  const std::vector<element_id>& ids;
};
struct canvas_cleared {
  event_place place;
};
struct operation_undone {
  event_place place;
  const edit_effect& effect;
  bool is_redo = false;
};
struct chat_sent {
  // Null when he is not in the room.
  const member* author = nullptr;
  const chat_message& message;
};
// What there is to undo and redo for the receiver: in scope room, and of his own.
struct history_changed {
  bool can_undo = false;
  bool can_redo = false;
  bool can_undo_mine = false;
  bool can_redo_mine = false;

  friend bool operator==(const history_changed&, const history_changed&) = default;
};

// The answers to an operation.
struct operation_acknowledged {
  const operation_result& result;
};
struct operation_rejected {
  operation_counter counter = 0;
  const absl::Status& reason;
};
struct operation_gap {
  operation_counter have = 0;
};

using room_event =
    std::variant<joined_room, member_joined, member_updated, member_left, cursors_moved,
                 stroke_started, stroke_extended, stroke_cancelled, stroke_gap, element_previewed,
                 host_message_sent, stroke_ended, element_put, element_set, elements_removed,
                 canvas_cleared, operation_undone, chat_sent, history_changed,
                 operation_acknowledged, operation_rejected, operation_gap>;

// Where a room's output goes.
//
// `gate` is the record of the log after which an output was made: it must leave when that
// record is durable, not before, and gated outputs leave in the order of the calls. Gate 0
// leaves at once.
class room_sink {
 public:
  virtual void to_member(member_id to, const room_event& event, log_position gate) = 0;
  virtual void to_all(const room_event& event, log_position gate) = 0;
  virtual void to_others(member_id except, const room_event& event, log_position gate) = 0;

  // `record` is the next one of the room's log and has to be stored.
  virtual void store(std::string record, log_position position) = 0;

  // `done` has changed the document by `effect`; its events follow.
  virtual void applied(const operation& /*done*/, const edit_effect& /*effect*/) {}

 protected:
  ~room_sink() = default;
};

}  // namespace collab

#endif  // COLLAB_ROOM_EVENT_HPP
