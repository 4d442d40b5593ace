// collab/room/command.hpp - what a member can ask of a room, decoded.
//
// Values are within their limits where a command says so; protocol sees to that for what
// comes from the network. Whatever depends on the state of the room the room checks.

#ifndef COLLAB_ROOM_COMMAND_HPP
#define COLLAB_ROOM_COMMAND_HPP

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/point.hpp"
#include "collab/room/presence.hpp"

namespace collab {

// ---- Live ink: relayed at once, not durable.

// Begins a stroke. `stroke` has its properties and no points.
struct start_stroke {
  element stroke;
  std::span<const point> points;
};
// `from` is the index of the first of `points`; the end of the stroke when not given.
struct extend_stroke {
  std::string_view id;
  std::optional<std::uint64_t> from;
  std::span<const point> points;
};
struct cancel_stroke {
  std::string_view id;
};

// Shows the others what an element is about to become; the board stays as it is.
struct preview_element {
  element_id id;
  property_changes changes;
};

// From host to host, through the room, which does not read it.
struct send_host_message {
  // 1 to 64 characters.
  std::string name;
  // JSON text.
  std::string data;
};

// ---- Presence

struct move_cursor {
  cursor where;
};
struct update_member {
  std::optional<std::string> name;
  std::optional<collab::color> color;
};

// ---- Durable operations

// `count`: how many points the author has sent.
struct end_stroke {
  std::string_view id;
  std::optional<std::uint64_t> count;
};
struct put_element {
  element value;
};
struct set_element {
  element_id id;
  property_changes changes;
  // Given: only if nothing was done to the element after that operation.
  std::optional<seq_number> if_seq = std::nullopt;
};
struct remove_elements {
  std::vector<element_id> ids;
};
struct clear_canvas {};
// Without a scope: the one that the room prefers.
struct undo {
  std::optional<undo_scope> scope{};
};
struct redo {
  std::optional<undo_scope> scope{};
};
struct send_chat {
  std::string text;
};
// Gives the board as it is a name: 1 to limits::name_characters characters.
struct save_version {
  std::string name;
};
// Makes the board show what it did after the operation `seq`.
struct restore_version {
  seq_number seq{};
  // The board after `seq`. A room does not keep its past: whoever runs it looks there and gives
  // this, where room::needs_past() says so. See docs/adr/010-versions.md.
  std::optional<board_snapshot> past{};
};
// An operation that was not understood: it uses its counter and is rejected with `reason`.
struct refused_operation {
  absl::Status reason;
};

// One durable operation and the author's own number for it.
struct operation_command {
  operation_counter counter = 0;
  std::variant<end_stroke, put_element, set_element, remove_elements, clear_canvas, undo, redo,
               send_chat, save_version, restore_version, refused_operation>
      body;
  // Empty, or is_group_name(): see operation::group.
  std::string group{};
};

using room_command = std::variant<start_stroke, extend_stroke, cancel_stroke, preview_element,
                                  send_host_message, move_cursor, update_member, operation_command>;

}  // namespace collab

#endif  // COLLAB_ROOM_COMMAND_HPP
