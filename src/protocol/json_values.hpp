// src/protocol/json_values.hpp - the values that JSON messages are made of.

#ifndef COLLAB_SRC_PROTOCOL_JSON_VALUES_HPP
#define COLLAB_SRC_PROTOCOL_JSON_VALUES_HPP

#include <cstdint>
#include <span>
#include <string_view>

#include "collab/room/event.hpp"
#include "collab/room/room.hpp"
#include "protocol/json_writer.hpp"

namespace collab::detail {

[[nodiscard]] inline std::uint64_t milliseconds(unix_time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

void write_points(json_writer& out, std::span<const point> points);
// With the points of a stroke that is being drawn, or with its own.
void write_element(json_writer& out, const element& value, std::span<const point> points);
void write_element(json_writer& out, const element& value);
// The `props` of an element.
void write_changes(json_writer& out, const property_changes& changes);
void write_member(json_writer& out, const member& who);
void write_cursor(json_writer& out, std::string_view client, const cursor& where);

// The fields of an object that is open.
void write_chat(json_writer& out, const chat_message& message);
void write_version(json_writer& out, const saved_version& version);
void write_place(json_writer& out, const event_place& place);
// The number that the receiver himself has given the operation, where it is told.
void write_op(json_writer& out, const event_place& place);
void write_history(json_writer& out, const history_changed& state);

}  // namespace collab::detail

#endif  // COLLAB_SRC_PROTOCOL_JSON_VALUES_HPP
