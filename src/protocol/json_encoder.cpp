// src/protocol/json_encoder.cpp - events of a room as JSON text.

#include <type_traits>
#include <variant>

#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"
#include "protocol/json_writer.hpp"

namespace collab {

namespace {

std::uint64_t milliseconds(unix_time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

void write_color(json_writer& out, const color& paint) {
  constexpr std::string_view digits = "0123456789abcdef";
  char text[9] = {'#'};
  for (int i = 0; i < 8; ++i) {
    text[i + 1] = digits[paint.rgba >> (28 - 4 * i) & 15U];
  }
  out.string({text, paint.has_alpha ? 9U : 7U});
}

void write_property(json_writer& out, property key, const property_value& value) {
  out.key(name_of(key));
  std::visit(
      [&out, key](const auto& held) {
        using type = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<type, std::monostate>) {
          out.null();
        } else if constexpr (std::is_same_v<type, double>) {
          out.number(held);
        } else if constexpr (std::is_same_v<type, color>) {
          write_color(out, held);
        } else if constexpr (std::is_same_v<type, token>) {
          out.string(name_of(held));
        } else if constexpr (std::is_same_v<type, std::string>) {
          if (key == property::custom) {
            out.raw(held);
          } else {
            out.string(held);
          }
        } else if constexpr (std::is_same_v<type, bool>) {
          out.boolean(held);
        } else {
          out.open('[');
          for (const offset& each : *held) {
            out.open('[');
            out.coordinate(each.x);
            out.coordinate(each.y);
            out.close(']');
          }
          out.close(']');
        }
      },
      value);
}

void write_points(json_writer& out, std::span<const point> points) {
  out.key("points");
  out.open('[');
  for (const point& each : points) {
    out.point(each);
  }
  out.close(']');
}

// Whether an element is shown without this: what is none, not locked, and of the host's own
// kinds, which can have everything, whatever is as when nobody sets it.
bool is_left_out(const element& of, property key, const property_value& held) {
  if (std::holds_alternative<std::monostate>(held) || held == property_value{false}) {
    return true;
  }
  return of.kind() == element_kind::host && !is_common(key) &&
         is_initial(describe(of.kind(), key), held);
}

// All other properties of the kind, also those that nobody has set.
void write_element(json_writer& out, const element& value, std::span<const point> points) {
  out.open('{');
  out.field("id", value.id());
  out.field("kind", value.kind_name());
  out.field("index", value.index());
  out.field("userId", value.creator());
  for (std::size_t i = 1; i < property_count; ++i) {
    const auto key = static_cast<property>(i);
    if (!has_property(value.kind(), key)) {
      continue;
    }
    const property_value held = value.get(key);
    if (!is_left_out(value, key, held)) {
      write_property(out, key, held);
    }
  }
  if (value.kind() == element_kind::stroke) {
    write_points(out, points);
  }
  out.close('}');
}
void write_element(json_writer& out, const element& value) {
  write_element(out, value, value.points());
}

void write_member(json_writer& out, const member& who) {
  out.open('{');
  out.field("userId", who.user);
  out.field("clientId", who.client);
  out.field("name", who.name);
  out.key("color");
  write_color(out, who.color);
  out.field("role", name_of(who.role));
  out.close('}');
}

void write_cursor(json_writer& out, std::string_view client, const cursor& where) {
  out.open('[');
  out.string(client);
  out.number(where.x);
  out.number(where.y);
  out.boolean(where.is_drawing);
  out.close(']');
}

void write_chat(json_writer& out, const chat_message& message) {
  out.field("userId", message.user);
  out.field("name", message.name);
  out.field("text", message.text);
  out.field("time", milliseconds(message.time));
  out.field("seq", to_integer(message.seq));
}

void write_place(json_writer& out, const event_place& place) {
  out.field("userId", place.user);
  out.field("seq", to_integer(place.seq));
  out.field("time", milliseconds(place.time));
}

void write_elements(json_writer& out, const document& board) {
  out.key("elements");
  out.open('[');
  for (const element* each : board.elements()) {
    write_element(out, *each);
  }
  out.close(']');
}

void write_ids(json_writer& out, std::string_view name, const std::vector<element_id>& ids) {
  out.key(name);
  out.open('[');
  for (const element_id& id : ids) {
    out.string(id);
  }
  out.close(']');
}

void write_history(json_writer& out, const history_changed& state) {
  out.field("canUndo", state.can_undo);
  out.field("canRedo", state.can_redo);
  out.key("mine");
  out.open('{');
  out.field("canUndo", state.can_undo_mine);
  out.field("canRedo", state.can_redo_mine);
  out.close('}');
}

// ---- One function for each event

void write(json_writer& out, const joined_room& event) {
  const room& state = event.state;
  out.field("type", "room:state");
  out.field("roomId", state.name());
  out.field("session", event.self.session);
  out.field("op", event.self.ledger.last());
  out.key("you");
  write_member(out, event.self);
  out.field("seq", to_integer(state.last_seq()));
  out.key("users");
  out.open('[');
  for (const auto& [id, who] : state.members()) {
    write_member(out, who);
  }
  out.close(']');
  write_elements(out, state.board());
  out.key("live");
  out.open('[');
  for (const auto& [id, live] : state.live_strokes()) {
    out.open('{');
    out.field("userId", live.stroke.creator());
    out.key("stroke");
    write_element(out, live.stroke, live.points);
    out.close('}');
  }
  out.close(']');
  out.key("cursors");
  out.open('[');
  for (const auto& [id, who] : state.members()) {
    if (const auto where = state.cursor_of(id, event.now); where.has_value()) {
      write_cursor(out, who.client, *where);
    }
  }
  out.close(']');
  out.key("history");
  out.open('{');
  write_history(out, state.history(event.self.user));
  out.field("scope", state.options().default_scope == undo_scope::room ? "room" : "mine");
  out.close('}');
  out.key("chat");
  out.open('[');
  for (const chat_message& each : state.chat().messages()) {
    out.open('{');
    write_chat(out, each);
    out.close('}');
  }
  out.close(']');
  out.field("more", false);
}

void write(json_writer& out, const member_joined& event) {
  out.field("type", "user:joined");
  out.key("user");
  write_member(out, event.who);
}

void write(json_writer& out, const member_updated& event) {
  out.field("type", "user:updated");
  out.key("user");
  write_member(out, event.who);
}

void write(json_writer& out, const member_left& event) {
  out.field("type", "user:left");
  out.field("userId", event.who.user);
  out.field("clientId", event.who.client);
}

void write(json_writer& out, const cursors_moved& event) {
  out.field("type", "cursor:move");
  out.key("cursors");
  out.open('[');
  for (const auto& [who, where] : event.cursors) {
    write_cursor(out, who->client, where);
  }
  out.close(']');
}

void write(json_writer& out, const stroke_started& event) {
  out.field("type", "stroke:start");
  out.field("userId", event.stroke.stroke.creator());
  out.field("clientId", event.stroke.client);
  out.key("stroke");
  write_element(out, event.stroke.stroke, event.stroke.points);
}

void write(json_writer& out, const stroke_extended& event) {
  out.field("type", "stroke:point");
  out.field("userId", event.stroke.stroke.creator());
  out.field("strokeId", event.stroke.stroke.id());
  out.field("from", std::uint64_t{event.from});
  write_points(out, std::span{event.stroke.points}.subspan(event.from));
}

void write(json_writer& out, const stroke_cancelled& event) {
  out.field("type", "stroke:cancel");
  out.field("userId", event.stroke.stroke.creator());
  out.field("strokeId", event.stroke.stroke.id());
}

void write(json_writer& out, const stroke_gap& event) {
  out.field("type", "stroke:gap");
  out.field("strokeId", event.id);
  out.field("have", event.have);
  if (event.is_unknown) {
    out.field("unknown", true);
  }
  if (event.is_committed) {
    out.field("committed", true);
  }
}

void write(json_writer& out, const stroke_ended& event) {
  out.field("type", "stroke:end");
  out.field("strokeId", event.stroke.id());
  out.field("count", std::uint64_t{event.stroke.point_count()});
  write_place(out, event.place);
}

void write(json_writer& out, const element_put& event) {
  out.field("type", "element:put");
  out.key("element");
  write_element(out, event.value);
  write_place(out, event.place);
  out.field("index", event.value.index());
}

void write_changes(json_writer& out, const property_changes& changes) {
  out.key("props");
  out.open('{');
  for (const auto& [key, value] : changes) {
    write_property(out, key, value);
  }
  out.close('}');
}

void write(json_writer& out, const element_previewed& event) {
  out.field("type", "element:preview");
  out.field("userId", event.author.user);
  out.field("clientId", event.author.client);
  out.field("id", event.target.id());
  write_changes(out, event.changes);
}

void write(json_writer& out, const host_message_sent& event) {
  out.field("type", "host:message");
  out.field("userId", event.author.user);
  out.field("clientId", event.author.client);
  out.field("name", event.name);
  out.key("data");
  out.raw(event.data);
}

void write(json_writer& out, const element_set& event) {
  out.field("type", "element:set");
  out.field("id", event.id);
  write_changes(out, event.changes);
  write_place(out, event.place);
}

void write(json_writer& out, const elements_removed& event) {
  out.field("type", "element:remove");
  write_ids(out, "ids", event.ids);
  write_place(out, event.place);
}

void write(json_writer& out, const canvas_cleared& event) {
  out.field("type", "canvas:clear");
  write_place(out, event.place);
}

void write(json_writer& out, const operation_undone& event) {
  constexpr std::string_view outcomes[] = {"applied", "partial", "nothing"};
  out.field("type", event.is_redo ? "operation:redo" : "operation:undo");
  write_place(out, event.place);
  out.field("target", to_integer(event.effect.target));
  out.field("outcome", outcomes[static_cast<std::size_t>(event.effect.outcome)]);
  write_ids(out, "removed", event.effect.removed);
  out.key("restored");
  out.open('[');
  for (const element* each : event.effect.restored) {
    write_element(out, *each);
  }
  out.close(']');
  out.key("changed");
  out.open('[');
  for (const auto& [changed, keys] : event.effect.changed) {
    out.open('{');
    out.field("id", changed->id());
    out.key("props");
    out.open('{');
    for (const property key : keys) {
      write_property(out, key, changed->get(key));
    }
    out.close('}');
    out.close('}');
  }
  out.close(']');
}

void write(json_writer& out, const chat_sent& event) {
  out.field("type", "chat:message");
  write_chat(out, event.message);
}

void write(json_writer& out, const history_changed& event) {
  out.field("type", "history:state");
  write_history(out, event);
}

void write(json_writer& out, const operation_acknowledged& event) {
  out.field("type", "op:ack");
  out.field("op", event.result.counter);
  out.field("seq", to_integer(event.result.seq));
  out.field("time", milliseconds(event.result.time));
  if (!event.result.index.empty()) {
    out.field("index", event.result.index);
  }
}

void write(json_writer& out, const operation_rejected& event) {
  out.field("type", "op:reject");
  out.field("op", event.counter);
  out.field("code", json_code(event.reason.code()));
  out.field("message", to_std(event.reason.message()));
}

void write(json_writer& out, const operation_gap& event) {
  out.field("type", "op:gap");
  out.field("have", event.have);
}

}  // namespace

std::string_view json_code(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kNotFound:
      return "not_found";
    case absl::StatusCode::kPermissionDenied:
      return "permission_denied";
    case absl::StatusCode::kResourceExhausted:
      return "resource_exhausted";
    case absl::StatusCode::kFailedPrecondition:
      return "failed_precondition";
    case absl::StatusCode::kUnavailable:
      return "unavailable";
    case absl::StatusCode::kInvalidArgument:
      return "invalid_argument";
    default:
      return "internal";
  }
}

std::string encode_json(const room_event& event) {
  json_writer out;
  out.open('{');
  std::visit([&out](const auto& each) { write(out, each); }, event);
  out.close('}');
  return out.take();
}

std::string encode_json_error(const absl::Status& reason, std::string_view type) {
  json_writer out;
  out.open('{');
  out.field("type", "error");
  out.field("code", json_code(reason.code()));
  out.field("message", to_std(reason.message()));
  if (!type.empty()) {
    // `type` is taken: it says that this is an error.
    out.field("answers", type);
  }
  out.close('}');
  return out.take();
}

std::string encode_json_pong(const ping_message& ping, unix_time now) {
  json_writer out;
  out.open('{');
  out.field("type", "pong");
  out.key("t");
  out.number(ping.t);
  out.field("serverTime", milliseconds(now));
  out.close('}');
  return out.take();
}

std::string encode_json_closing(std::chrono::milliseconds retry_after) {
  json_writer out;
  out.open('{');
  out.field("type", "server:closing");
  out.field("retryAfter", static_cast<std::int64_t>(retry_after.count()));
  out.close('}');
  return out.take();
}

std::string encode_json_snapshot(const room& board) {
  json_writer out;
  out.open('{');
  out.field("roomId", board.name());
  out.field("seq", to_integer(board.last_seq()));
  write_elements(out, board.board());
  out.close('}');
  return out.take();
}

}  // namespace collab
