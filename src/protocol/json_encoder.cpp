// src/protocol/json_encoder.cpp - events of a room as JSON text, one message each.

#include <limits>
#include <utility>
#include <variant>

#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"
#include "protocol/json_values.hpp"
#include "protocol/json_writer.hpp"

namespace collab {

using namespace detail;

namespace {

// ---- One function for each event

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
  write_points(out, std::span{event.stroke.points}.first(event.end()).subspan(event.from));
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
  if (event.telling != stroke_telling::end) {
    out.field("index", event.stroke.index());
  }
  if (event.telling == stroke_telling::whole) {
    out.key("stroke");
    write_element(out, event.stroke);
  }
}

void write(json_writer& out, const element_put& event) {
  out.field("type", "element:put");
  out.key("element");
  write_element(out, event.value);
  write_place(out, event.place);
  out.field("index", event.value.index());
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
  out.field("id", event.target.id);
  write_changes(out, event.changes);
  write_place(out, event.place);
}

void write(json_writer& out, const elements_removed& event) {
  out.field("type", "element:remove");
  out.key("ids");
  out.open('[');
  for (const told_ref& target : event.targets) {
    out.string(target.id);
  }
  out.close(']');
  write_place(out, event.place);
}

void write(json_writer& out, const canvas_cleared& event) {
  out.field("type", "canvas:clear");
  write_place(out, event.place);
}

void write(json_writer& out, const chat_sent& event) {
  out.field("type", "chat:message");
  write_chat(out, event.message);
  write_op(out, event.place);
}

void write(json_writer& out, const version_saved& event) {
  out.field("type", "version:save");
  write_version(out, event.version);
  write_op(out, event.place);
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

void write(json_writer& out, const board_digest& event) {
  out.field("type", "room:digest");
  out.field("seq", to_integer(event.seq));
  out.field("hash", to_text(event.value));
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
  return std::visit(
      [&event](const auto& each) {
        json_writer out;
        if constexpr (requires { write(out, each); }) {
          out.open('{');
          write(out, each);
          out.close('}');
          return out.take();
        } else {
          constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
          return std::move(encode_json_parts(event, unbounded).front());
        }
      },
      event);
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

namespace {

template <typename Elements, typename Each>
std::string write_snapshot(std::string_view room, seq_number seq, const Elements& elements,
                           Each to_element) {
  json_writer out;
  out.open('{');
  out.field("roomId", room);
  out.field("seq", to_integer(seq));
  out.key("elements");
  out.open('[');
  for (const auto& each : elements) {
    write_element(out, to_element(each));
  }
  out.close(']');
  out.close('}');
  return out.take();
}

}  // namespace

std::string encode_json_snapshot(const room& board) {
  return encode_json_snapshot(board.name(), board.last_seq(), board.board().elements());
}

std::string encode_json_snapshot(std::string_view room, seq_number seq,
                                 const document::ordered_elements& elements) {
  return write_snapshot(room, seq, elements,
                        [](const element* each) -> const element& { return *each; });
}

std::string encode_json_snapshot(std::string_view room, const board_snapshot& board) {
  return write_snapshot(room, board.seq(), board.elements(),
                        [](const element& each) -> const element& { return each; });
}

}  // namespace collab
