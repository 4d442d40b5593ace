// src/protocol/json_values.cpp

#include "protocol/json_values.hpp"

#include <string>
#include <type_traits>
#include <variant>

namespace collab::detail {

namespace {

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

// Whether an element is shown without this: what is none, not locked, and of the host's own
// kinds, which can have everything, whatever is as when nobody sets it.
bool is_left_out(const element& of, property key, const property_value& held) {
  if (std::holds_alternative<std::monostate>(held) || held == property_value{false}) {
    return true;
  }
  return of.kind() == element_kind::host && !is_common(key) &&
         is_initial(describe(of.kind(), key), held);
}

}  // namespace

void write_points(json_writer& out, std::span<const point> points) {
  out.key("points");
  out.open('[');
  for (const point& each : points) {
    out.point(each);
  }
  out.close(']');
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

void write_version(json_writer& out, const saved_version& version) {
  out.field("seq", to_integer(version.seq));
  out.field("name", version.name);
  out.field("userId", version.user);
  out.field("time", milliseconds(version.time));
}

void write_op(json_writer& out, const event_place& place) {
  if (place.op != 0) {
    out.field("op", place.op);
  }
}

void write_place(json_writer& out, const event_place& place) {
  out.field("userId", place.user);
  out.field("seq", to_integer(place.seq));
  out.field("time", milliseconds(place.time));
  write_op(out, place);
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

void write_changes(json_writer& out, const property_changes& changes) {
  out.key("props");
  out.open('{');
  for (const auto& [key, value] : changes) {
    write_property(out, key, value);
  }
  out.close('}');
}

}  // namespace collab::detail
