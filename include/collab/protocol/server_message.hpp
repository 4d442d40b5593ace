// collab/protocol/server_message.hpp - what a server tells a client, decoded.
//
// Plain values that own what they hold. Numbers of the wire are resolved: elements, strokes,
// members and users are told by their ids. Each message stands for one of docs/protocol.md;
// binary_server_decoder.hpp makes them.
//
// Elements are whole, number() and index() set, every value within its range. What is to be
// written to an element is not checked against its kind, which the message does not tell.

#ifndef COLLAB_PROTOCOL_SERVER_MESSAGE_HPP
#define COLLAB_PROTOCOL_SERVER_MESSAGE_HPP

#include <absl/status/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/element.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/point.hpp"
#include "collab/room/chat.hpp"
#include "collab/room/member.hpp"
#include "collab/room/presence.hpp"

namespace collab {

// ---- Parts of messages

// Where a durable event stands, and whose it is.
struct message_place {
  user_id user;
  // The author's connection; empty where he is not in the room any more.
  client_id client;
  seq_number seq{};
  unix_time time{};
};

struct member_profile {
  user_id user;
  client_id client;
  std::string name;
  collab::color color;
  collab::role role = role::editor;
};

struct member_cursor {
  client_id client;
  cursor where;
};

// Properties that an element has got.
struct element_changes {
  element_id id;
  property_changes changes;
};

// A live stroke of the receiver that the server has points of: it goes on from `have`.
struct own_live_stroke {
  // Its number as a live stroke.
  std::uint64_t number = 0;
  element_id id;
  std::uint64_t have = 0;
};

// ---- People

// `user:joined`, `user:updated`, `user:left`. The profile of one who left is the last known.
struct member_joined_message {
  member_profile who;
};
struct member_updated_message {
  member_profile who;
};
struct member_left_message {
  member_profile who;
};
// `cursor:move`: never the receiver's own.
struct cursors_message {
  std::vector<member_cursor> cursors;
};

// ---- Strokes that others are drawing

// `stroke:start`. Where it is part of a state the author's `client` is not told and empty.
struct stroke_started_message {
  user_id user;
  client_id client;
  // With the points so far; number() is that of the live stroke, not of an element.
  element stroke;
};
// `stroke:point`: some may be missing before `from`, and some may be known already.
struct stroke_points_message {
  user_id user;
  element_id id;
  std::uint64_t from = 0;
  std::vector<point> points;
};
// `stroke:gap`, to the author: the server has only `have` points of his stroke; or does not know
// it; or has it on the board with `have` points.
struct stroke_gap_message {
  element_id id;
  std::uint64_t have = 0;
  bool is_unknown = false;
  bool is_committed = false;
};
struct stroke_cancelled_message {
  user_id user;
  client_id client;
  element_id id;
};

// ---- Durable events: each stands at the next place

// `stroke:end`. Told later it has an index, and is whole unless it is the receiver's own and he
// has something of the board. A stroke of the receiver that the room has ended itself is whole,
// and no operation of his.
struct stroke_ended_message {
  message_place place;
  element_id id;
  std::uint64_t count = 0;
  std::optional<std::string> index;
  std::optional<element> whole;
  // The receiver's number for it, where his own comes whole; 0 otherwise.
  operation_counter op = 0;
};
struct element_put_message {
  message_place place;
  element value;
};
struct element_set_message {
  message_place place;
  element_changes change;
};
// Ids that were not there may be among them.
struct elements_removed_message {
  message_place place;
  std::vector<element_id> ids;
};
struct canvas_cleared_message {
  message_place place;
};

enum class undone_kind : std::uint8_t { undo, redo, restore };

// `operation:undo`, `operation:redo`, `version:restore`: what became of the board. `target` is
// the operation undone or done again, or the one after which the board is as it was.
struct operation_undone_message {
  undone_kind kind = undone_kind::undo;
  message_place place;
  seq_number target{};
  undo_outcome outcome = undo_outcome::applied;
  std::vector<element_id> removed;
  std::vector<element> restored;
  std::vector<element_changes> changed;
  // Whether room_chunk_messages follow that belong to it: it is not finished before the last.
  bool has_more = false;
};
// `chat:message`. `said` has its place once more.
struct chat_said_message {
  message_place place;
  chat_message said;
};
// `version:save`: the board as it was at place.seq has a name.
struct version_saved_message {
  message_place place;
  std::string name;
};

// ---- Answers to the receiver

struct ack_message {
  operation_counter op = 0;
  seq_number seq{};
  unix_time time{};
  // Of the element that was made; empty where none was.
  std::string index;
};
// The server has operations up to `have` of this session only.
struct gap_message {
  operation_counter have = 0;
};
// The reason is never ok.
struct reject_message {
  operation_counter op = 0;
  absl::Status reason;
};
struct error_message {
  absl::Status reason;
  // The type of the message that it answers; empty where there is none.
  std::string answers;
};
struct pong_message {
  double t = 0;
  unix_time server_time{};
};

// ---- The room

// What there is to undo and redo: of anybody, and of the receiver's own.
struct history_message {
  bool can_undo = false;
  bool can_redo = false;
  bool can_undo_mine = false;
  bool can_redo_mine = false;

  friend bool operator==(const history_message&, const history_message&) = default;
};

// `room:state`: a new place to begin from.
struct room_state_message {
  std::string room;
  // Secret.
  std::string session;
  // The greatest counter that the server has of the session.
  operation_counter op = 0;
  // Who the receiver is; he is among the members too.
  member_profile self;
  seq_number seq{};
  std::vector<member_profile> members;
  // In the order of the server's list, which is that in which they are drawn.
  std::vector<element> elements;
  std::vector<stroke_started_message> live;
  std::vector<member_cursor> cursors;
  history_message history;
  // That of an undo without a scope.
  undo_scope default_scope = undo_scope::room;
  // Oldest first.
  std::vector<chat_message> chat;
  std::vector<version_saved_message> versions;
  // Whether room_chunk_messages follow with further elements.
  bool has_more = false;
};

// `room:resumed`: the events that were missed follow as messages of their own, then
// events_end_message.
struct room_resumed_message {
  std::string room;
  operation_counter op = 0;
  member_profile self;
  seq_number seq{};
  std::vector<reject_message> rejected;
  std::vector<member_profile> members;
  std::vector<stroke_started_message> live;
  std::vector<own_live_stroke> own;
  std::vector<member_cursor> cursors;
  history_message history;
  undo_scope default_scope = undo_scope::room;
};
// The end of a `room:resumed` or `room:events`: whether further missed events follow, then
// another one of these.
struct events_end_message {
  bool has_more = false;
};

// `room:chunk`: further elements of a state, or what else an undo restored, removed, changed.
struct room_chunk_message {
  std::vector<element> elements;
  std::vector<element_id> removed;
  std::vector<element_changes> changed;
  bool has_more = false;
};

struct digest_message {
  seq_number seq{};
  digest value;
};

// ---- Passing

// `element:preview`: what an element is about to become.
struct preview_message {
  user_id user;
  client_id client;
  element_changes change;
};
struct host_message {
  user_id user;
  client_id client;
  std::string name;
  // JSON text.
  std::string data;
};
// `server:closing`: a close follows.
struct closing_message {
  std::chrono::milliseconds retry_after{};
};

using server_message = std::variant<
    room_state_message, room_resumed_message, events_end_message, room_chunk_message,
    digest_message, ack_message, gap_message, reject_message, member_joined_message,
    member_updated_message, member_left_message, cursors_message, stroke_started_message,
    stroke_points_message, stroke_gap_message, stroke_ended_message, stroke_cancelled_message,
    element_put_message, element_set_message, elements_removed_message, canvas_cleared_message,
    operation_undone_message, history_message, chat_said_message, pong_message, closing_message,
    error_message, preview_message, host_message, version_saved_message>;

}  // namespace collab

#endif  // COLLAB_PROTOCOL_SERVER_MESSAGE_HPP
