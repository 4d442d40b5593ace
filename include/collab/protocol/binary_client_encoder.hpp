// collab/protocol/binary_client_encoder.hpp - what a client says in the dialect collab.v1.binary.
//
// The client's half of docs/protocol.md; binary_decoder.hpp reads it. Messages are added to the
// end of a text: that is a frame, of as many as the caller likes.
//
//   collab::binary_client_encoder encoder;      // one for each connection
//   encoder.encode(collab::join_message{"Ann", {}}, frame);
//   encoder.encode(collab::operation_command{1, collab::clear_canvas{}}, frame);

#ifndef COLLAB_PROTOCOL_BINARY_CLIENT_ENCODER_HPP
#define COLLAB_PROTOCOL_BINARY_CLIENT_ENCODER_HPP

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/document/element.hpp"
#include "collab/ink/packed_points.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/protocol/detail/id_numbers.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/command.hpp"

namespace collab {

// Encodes the messages of one connection: it knows the numbers it has given to ids, and how far
// the runs of live points have gone. So everything that was encoded has to be sent, in order;
// what is not, needs another connection.
//
// Values are within the limits of the server, points valid, numbers finite, ids and groups such
// that is_element_id() holds: who checks what others say does it before.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: about 200 bytes for each id that has a number.
class binary_client_encoder {
 public:
  // `ids_max`: how many ids are given numbers; no more than limits::ids_per_connection of the
  // server, which ends those that name another.
  explicit binary_client_encoder(std::size_t ids_max = limits{}.ids_per_connection)
      : ids_{ids_max} {}

  // Another connection begins: no id has a number, no stroke a run.
  void reset() { ids_.clear(); }

  void encode(const join_message& message, std::string& out);
  void encode(const ping_message& message, std::string& out);

  // A stroke that begins has its index, if any, and its other properties as `stroke`; one that goes
  // on tells `from`, or goes on where its run has stopped. After break_run(), or where `from` is
  // not the next point, the points begin a run anew, from any point on.
  void encode(const start_stroke& command, std::string& out);
  void encode(const extend_stroke& command, std::string& out);
  void encode(const cancel_stroke& command, std::string& out);
  void encode(const preview_element& command, std::string& out);
  void encode(const send_host_message& command, std::string& out);
  void encode(const move_cursor& command, std::string& out);
  void encode(const update_member& command, std::string& out);

  // A durable operation, in its group if it has one. A refused_operation is what a server makes
  // of one that it can't read, and nothing to be sent: nothing is added.
  void encode(const operation_command& command, std::string& out);

  void encode(const room_command& command, std::string& out) {
    std::visit([&](const auto& each) { encode(each, out); }, command);
  }

  // The server lacks points of this stroke of ours: its next ones begin a run anew.
  void break_run(std::string_view stroke) {
    if (const std::uint64_t number = ids_.find(stroke); number != 0) {
      ids_.at(number).has_run = false;
    }
  }

 private:
  using type = detail::client_type;

  // Begins a durable operation, in its group.
  void begin(type of, const operation_command& command);
  void end(std::string& out) {
    out_.end();
    out.append(out_.written());
    out_.clear();
  }

  void write(const end_stroke& body, const operation_command& command);
  void write(const put_element& body, const operation_command& command);
  void write(const set_element& body, const operation_command& command);
  void write(const remove_elements& body, const operation_command& command);
  void write(const clear_canvas& body, const operation_command& command);
  void write(const undo& body, const operation_command& command);
  void write(const redo& body, const operation_command& command);
  void write(const send_chat& body, const operation_command& command);
  void write(const save_version& body, const operation_command& command);
  void write(const restore_version& body, const operation_command& command);
  void write(const refused_operation& /*body*/, const operation_command& /*command*/) {}

  // An id, with its number or one that it has from now on, which is returned.
  std::uint64_t id(std::string_view id);
  // An id that will not be used again: it is given no number.
  void last_of(std::string_view id);
  void scope(const std::optional<undo_scope>& told) {
    out_.byte(!told.has_value() ? 0 : *told == undo_scope::room ? 1 : 2);
  }
  // The points of a run that begins.
  void begin_run(detail::numbered_id& of, std::uint64_t from, std::span<const point> points);

  detail::id_numbers ids_;
  detail::binary_writer out_;
};

// ---- Not durable

inline void binary_client_encoder::encode(const join_message& message, std::string& out) {
  out_.begin(type::join);
  out_.text(message.name);
  if (message.color.has_value()) {
    out_.paint(*message.color);
  } else {
    out_.no_paint();
  }
  if (message.resume.has_value()) {
    out_.text(message.resume->session);
    out_.integer(to_integer(message.resume->seq));
  }
  end(out);
}

inline void binary_client_encoder::encode(const ping_message& message, std::string& out) {
  out_.begin(type::ping);
  out_.number(message.t);
  end(out);
}

inline void binary_client_encoder::encode(const start_stroke& command, std::string& out) {
  out_.begin(type::stroke_start);
  const std::uint64_t number = id(command.stroke.id());
  out_.registers(command.stroke, true);
  begin_run(ids_.at(number), 0, command.points);
  end(out);
}

inline void binary_client_encoder::encode(const extend_stroke& command, std::string& out) {
  const std::uint64_t known = ids_.find(command.id);
  const bool has_run = known != 0 && ids_.at(known).has_run;
  const std::uint64_t from = command.from.value_or(has_run ? ids_.at(known).next : 0);
  const bool goes_on = has_run && from == ids_.at(known).next;
  out_.begin(goes_on ? type::stroke_point : type::stroke_point_anew);
  const std::uint64_t number = id(command.id);
  out_.integer(from);
  if (goes_on) {
    detail::numbered_id& held = ids_.at(number);
    out_.live(held.run, command.points);
    held.next += command.points.size();
  } else {
    begin_run(ids_.at(number), from, command.points);
  }
  end(out);
}

inline void binary_client_encoder::encode(const cancel_stroke& command, std::string& out) {
  out_.begin(type::stroke_cancel);
  last_of(command.id);
  break_run(command.id);
  end(out);
}

inline void binary_client_encoder::encode(const preview_element& command, std::string& out) {
  out_.begin(type::element_preview);
  id(command.id);
  out_.properties(command.changes);
  end(out);
}

inline void binary_client_encoder::encode(const send_host_message& command, std::string& out) {
  out_.begin(type::host_message);
  out_.text(command.name);
  out_.text(command.data);
  end(out);
}

inline void binary_client_encoder::encode(const move_cursor& command, std::string& out) {
  out_.begin(type::cursor);
  out_.number(command.where.x);
  out_.number(command.where.y);
  out_.byte(command.where.is_drawing ? 1 : 0);
  end(out);
}

inline void binary_client_encoder::encode(const update_member& command, std::string& out) {
  out_.begin(type::user_update);
  out_.byte((command.name.has_value() ? 1U : 0U) | (command.color.has_value() ? 2U : 0U));
  if (command.name.has_value()) {
    out_.text(*command.name);
  }
  if (command.color.has_value()) {
    out_.paint(*command.color);
  }
  end(out);
}

// ---- Durable

inline void binary_client_encoder::encode(const operation_command& command, std::string& out) {
  if (std::holds_alternative<refused_operation>(command.body)) {
    return;
  }
  std::visit([&](const auto& body) { write(body, command); }, command.body);
  end(out);
}

inline void binary_client_encoder::begin(type of, const operation_command& command) {
  if (command.group.empty()) {
    out_.begin(of);
  } else {
    out_.begin(type::group);
    out_.text(command.group);
    out_.byte(static_cast<unsigned>(of));
  }
  out_.integer(command.counter);
}

inline void binary_client_encoder::write(const end_stroke& body, const operation_command& command) {
  begin(type::stroke_end, command);
  ids_.at(id(body.id)).has_run = false;
  out_.integer(body.count.value_or(0));
}

inline void binary_client_encoder::write(const put_element& body,
                                         const operation_command& command) {
  const element& value = body.value;
  begin(type::element_put, command);
  ids_.at(id(value.id())).has_run = false;
  out_.kind(value);
  out_.registers(value, true);
  if (value.kind() != element_kind::stroke) {
    return;
  }
  if (value.point_count() > 0) {
    out_.packed(value.packed_points());
    return;
  }
  std::string none;
  [[maybe_unused]] const absl::Status status = encode_packed({}, {}, none);
  out_.packed(none);
}

inline void binary_client_encoder::write(const set_element& body,
                                         const operation_command& command) {
  begin(type::element_set, command);
  id(body.id);
  out_.properties(body.changes);
  if (body.if_seq.has_value()) {
    out_.integer(to_integer(*body.if_seq) + 1);
  }
}

inline void binary_client_encoder::write(const remove_elements& body,
                                         const operation_command& command) {
  begin(type::element_remove, command);
  out_.integer(body.ids.size());
  for (const element_id& each : body.ids) {
    last_of(each);
  }
}

inline void binary_client_encoder::write(const clear_canvas& /*body*/,
                                         const operation_command& command) {
  begin(type::canvas_clear, command);
}

inline void binary_client_encoder::write(const undo& body, const operation_command& command) {
  begin(type::undo, command);
  scope(body.scope);
}

inline void binary_client_encoder::write(const redo& body, const operation_command& command) {
  begin(type::redo, command);
  scope(body.scope);
}

inline void binary_client_encoder::write(const send_chat& body, const operation_command& command) {
  begin(type::chat, command);
  out_.text(body.text);
}

inline void binary_client_encoder::write(const save_version& body,
                                         const operation_command& command) {
  begin(type::version_save, command);
  out_.text(body.name);
}

inline void binary_client_encoder::write(const restore_version& body,
                                         const operation_command& command) {
  begin(type::version_restore, command);
  out_.integer(to_integer(body.seq));
}

// ---- Parts

inline std::uint64_t binary_client_encoder::id(std::string_view id) {
  std::uint64_t number = ids_.find(id);
  if (number != 0) {
    out_.integer(number << 1);
    return number;
  }
  number = ids_.give(id);
  out_.integer(number << 1 | 1U);
  out_.text(id);
  return number;
}

inline void binary_client_encoder::last_of(std::string_view id) {
  const std::uint64_t number = ids_.find(id);
  out_.integer(number << 1);
  if (number == 0) {
    out_.text(id);
  }
}

inline void binary_client_encoder::begin_run(detail::numbered_id& of, std::uint64_t from,
                                             std::span<const point> points) {
  of.run.restart();
  out_.live(of.run, points);
  // A run without points has not begun.
  of.has_run = !points.empty();
  of.next = from + points.size();
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_BINARY_CLIENT_ENCODER_HPP
