// collab/room/event.hpp - what a room tells its members.
//
// Events refer to the room's own state: they are to be encoded where they are received and
// not kept.

#ifndef COLLAB_ROOM_EVENT_HPP
#define COLLAB_ROOM_EVENT_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/digest.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/chat.hpp"
#include "collab/room/fwd.hpp"
#include "collab/room/member.hpp"
#include "collab/room/presence.hpp"
#include "collab/room/told_operation.hpp"

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
// What happened meanwhile, for one who is back: room::retained() has the operations.
struct resumed_room {
  const room& state;
  const member& self;
  instant now;
  // Everything up to it he was told.
  seq_number after{};
  // Those of his operations that he may not know to be rejected.
  std::span<const operation_result* const> rejected;
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
  // How many points are told; all others, if there are not as many.
  std::size_t count = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] std::size_t end() const noexcept {
    return from + std::min(count, stroke.points.size() - from);
  }
};
struct stroke_cancelled {
  // Null when he is not in the room.
  const member* author = nullptr;
  const live_stroke& stroke;
  // Whether the room itself drops it: its author, who may be here, has no number for it.
  bool is_by_room = false;
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
  // His own number of it, where it is told to the author himself instead of an answer.
  operation_counter op = 0;
};
// How much is told of a stroke when it has ended.
enum class stroke_telling : std::uint8_t {
  // Its receivers were sent the rest before.
  end,
  // Its receiver has the points, and no place in the z-order.
  index,
  whole,
};
struct stroke_ended {
  event_place place;
  const element& stroke;
  // The number that it had while it was being drawn; 0 where a receiver may not know it.
  std::uint64_t live_number = 0;
  stroke_telling telling = stroke_telling::end;
};
struct element_put {
  event_place place;
  const element& value;
};
struct element_set {
  event_place place;
  const told_ref& target;
  const property_changes& changes;
};
struct elements_removed {
  event_place place;
  const std::vector<told_ref>& targets;
};
struct canvas_cleared {
  event_place place;
};
// Also of a redo, and of a board that was restored.
struct operation_undone {
  event_place place;
  const told_undo& effect;
};
struct chat_sent {
  event_place place;
  const chat_message& message;
};
struct version_saved {
  event_place place;
  const saved_version& version;
};
// What the board shows after the operation `seq`, in short.
struct board_digest {
  seq_number seq{};
  digest value;
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
    std::variant<joined_room, resumed_room, member_joined, member_updated, member_left,
                 cursors_moved, stroke_started, stroke_extended, stroke_cancelled, stroke_gap,
                 element_previewed, host_message_sent, stroke_ended, element_put, element_set,
                 elements_removed, canvas_cleared, operation_undone, chat_sent, version_saved,
                 history_changed, operation_acknowledged, operation_rejected, operation_gap,
                 board_digest>;

// What members are told of `op`, to which it refers.
[[nodiscard]] inline room_event event_of(const told_operation& op, const event_place& place,
                                         std::uint64_t live_number, stroke_telling telling) {
  if (const auto* made = std::get_if<told_element>(&op.body)) {
    if (made->is_stroke) {
      return stroke_ended{place, made->value, live_number, telling};
    }
    return element_put{place, made->value};
  }
  if (const auto* told = std::get_if<told_changes>(&op.body)) {
    return element_set{place, told->target, told->changes};
  }
  if (const auto* told = std::get_if<told_removal>(&op.body)) {
    return elements_removed{place, told->targets};
  }
  if (const auto* told = std::get_if<told_undo>(&op.body)) {
    return operation_undone{place, *told};
  }
  if (const auto* told = std::get_if<chat_message>(&op.body)) {
    return chat_sent{place, *told};
  }
  if (const auto* told = std::get_if<saved_version>(&op.body)) {
    return version_saved{place, *told};
  }
  return canvas_cleared{place};
}

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
