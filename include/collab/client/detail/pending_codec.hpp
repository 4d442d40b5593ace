// collab/client/detail/pending_codec.hpp - operations that wait for their answer, and the session
// they belong to, as bytes for a pending_store.
//
// Each value begins with its version. What is read is checked as what a peer says: a store may be
// damaged, or of another program.

#ifndef COLLAB_CLIENT_DETAIL_PENDING_CODEC_HPP
#define COLLAB_CLIENT_DETAIL_PENDING_CODEC_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/client_options.hpp"
#include "collab/client/detail/operation_check.hpp"
#include "collab/client/detail/outbox.hpp"
#include "collab/client/detail/own_stroke.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/history/detail/record.hpp"
#include "collab/history/operation_codec.hpp"
#include "collab/ink/point_codec.hpp"
#include "collab/room/command.hpp"

namespace collab::detail {

// To whom the pending operations belong.
struct pending_head {
  // Which of the operations in the store count: those of the same epoch.
  std::uint64_t epoch = 0;
  std::string room;
  // Secret; empty before the first session.
  std::string session;
  user_id user;
  seq_number seq{};
  std::uint64_t last_ticket = 0;
};

inline constexpr unsigned pending_version = 1;

[[nodiscard]] inline std::string encode_head(const pending_head& head) {
  byte_writer out;
  out.byte(pending_version);
  out.integer(head.epoch);
  out.text(head.room);
  out.text(head.session);
  out.text(head.user);
  out.integer(to_integer(head.seq));
  out.integer(head.last_ticket);
  return out.take();
}
[[nodiscard]] inline std::optional<pending_head> decode_head(std::string_view bytes) {
  byte_reader in{bytes};
  const unsigned version = in.byte();
  pending_head head;
  head.epoch = in.integer();
  head.room = in.text();
  head.session = in.text();
  head.user = in.text();
  head.seq = seq_number{in.integer()};
  head.last_ticket = in.integer();
  if (in.failed() || in.left() != 0 || version != pending_version) {
    return std::nullopt;
  }
  return head;
}

// An element without its points.
inline void write_shape(record_writer& out, const element& value) {
  out.text(value.id());
  out.byte(static_cast<unsigned>(value.kind()));
  if (value.kind() == element_kind::host) {
    out.text(value.kind_name());
  }
  out.text(value.creator());
  out.integer(value.registers().size());
  for (const property_register& each : value.registers()) {
    out.byte(static_cast<unsigned>(each.key));
    out.value(each.value);
  }
}
[[nodiscard]] inline element read_shape(record_reader& in, const limits& bounds) {
  element_id id = in.text();
  const unsigned kind = in.byte();
  std::string name;
  if (kind == static_cast<unsigned>(element_kind::host)) {
    name = in.text();
  }
  user_id creator = in.text();
  if (kind >= element_kind_count || !is_element_id(id) || (!name.empty() && !is_host_kind(name)) ||
      (name.empty() && kind == static_cast<unsigned>(element_kind::host))) {
    in.fail();
  }
  property_changes changes = read_changes(in);
  if (in.failed()) {
    return {};
  }
  element value = name.empty()
                      ? element{std::move(id), static_cast<element_kind>(kind), std::move(creator)}
                      : element{std::move(id), host_kind{std::move(name)}, std::move(creator)};
  for (auto& [key, held] : changes) {
    if (!has_property(value.kind(), key) ||
        !check_value(describe(value.kind(), key), held, bounds).ok()) {
      in.fail();
      return {};
    }
    value.set(key, std::move(held));
  }
  return value;
}

[[nodiscard]] inline std::vector<point> read_points(record_reader& in, const limits& bounds) {
  const std::string_view packed = in.view();
  std::vector<point> points;
  if (!packed.empty() &&
      (!decode_points(packed, points).ok() || points.size() > bounds.points_per_stroke)) {
    in.fail();
  }
  return points;
}

inline void write_known_ids(record_writer& out, const std::vector<element_id>& ids) {
  out.integer(ids.size());
  for (const element_id& id : ids) {
    out.text(id);
  }
}
[[nodiscard]] inline std::vector<element_id> read_known_ids(record_reader& in) {
  std::vector<element_id> ids(in.count(1));
  for (element_id& id : ids) {
    id = in.text();
    if (!is_element_id(id)) {
      in.fail();
    }
  }
  return ids;
}
inline void write_scope(record_writer& out, const std::optional<undo_scope>& scope) {
  out.byte(!scope.has_value() ? 0U : 1U + static_cast<unsigned>(*scope));
}
[[nodiscard]] inline std::optional<undo_scope> read_scope(record_reader& in) {
  const unsigned scope = in.byte();
  if (scope > 2) {
    in.fail();
  }
  return scope == 0 ? std::nullopt : std::optional{static_cast<undo_scope>(scope - 1)};
}

inline void write_pending(record_writer& out, const put_element& body) {
  write_shape(out, body.value);
  out.text(body.value.packed_points());
}
inline void write_pending(record_writer& out, const drawn_stroke& body) {
  write_shape(out, body.stroke->style);
  std::string packed;
  [[maybe_unused]] const absl::Status status = encode_packed(body.stroke->points, {}, packed);
  out.text(packed);
}
inline void write_pending(record_writer& out, const set_element& body) {
  write_body(out, set_operation{body.id, body.changes});
  out.integer(body.if_seq.has_value() ? to_integer(*body.if_seq) + 1 : 0);
}
inline void write_pending(record_writer& out, const remove_elements& body) {
  write_known_ids(out, body.ids);
}
inline void write_pending(record_writer& out, const shown_clearing& body) {
  write_known_ids(out, body.ids);
}
inline void write_pending(record_writer& out, const undo& body) { write_scope(out, body.scope); }
inline void write_pending(record_writer& out, const redo& body) { write_scope(out, body.scope); }
inline void write_pending(record_writer& out, const send_chat& body) { out.text(body.text); }
inline void write_pending(record_writer& out, const save_version& body) { out.text(body.name); }
inline void write_pending(record_writer& out, const restore_version& body) {
  out.integer(to_integer(body.seq));
}

[[nodiscard]] inline std::string encode_pending(const pending_operation& op) {
  record_writer out;
  out.byte(pending_version);
  out.integer(to_integer(op.ticket));
  out.integer(op.op);
  out.integer(to_integer(op.after));
  out.byte((op.is_sent ? 1U : 0U) | (op.is_again ? 2U : 0U));
  out.text(op.group);
  out.byte(static_cast<unsigned>(op.body.index()));
  std::visit([&out](const auto& body) { write_pending(out, body); }, op.body);
  return out.take();
}

[[nodiscard]] inline pending_operation::body_type read_pending(record_reader& in, unsigned kind,
                                                               const limits& bounds) {
  switch (kind) {
    case 0: {
      element value = read_shape(in, bounds);
      const std::vector<point> points = read_points(in, bounds);
      if (!in.failed() && !points.empty() && !value.set_points(points).ok()) {
        in.fail();
      }
      return put_element{std::move(value)};
    }
    case 1: {
      auto stroke = std::make_shared<own_stroke>();
      stroke->style = read_shape(in, bounds);
      stroke->points = read_points(in, bounds);
      if (stroke->points.empty() || stroke->style.kind() != element_kind::stroke) {
        in.fail();
      }
      return drawn_stroke{std::move(stroke)};
    }
    case 2: {
      set_element body{in.text(), read_changes(in)};
      const std::uint64_t after = in.integer();
      if (after > 0) {
        body.if_seq = seq_number{after - 1};
      }
      if (!is_element_id(body.id) || !check_changes(body.changes, nullptr, bounds).ok()) {
        in.fail();
      }
      return body;
    }
    case 3:
      return remove_elements{read_known_ids(in)};
    case 4:
      return shown_clearing{read_known_ids(in)};
    case 5:
      return undo{read_scope(in)};
    case 6:
      return redo{read_scope(in)};
    case 7:
      return send_chat{in.text()};
    case 8:
      return save_version{in.text()};
    case 9:
      return restore_version{seq_number{in.integer()}};
    default:
      in.fail();
      return remove_elements{};
  }
}

// nullopt when it is not exactly what encode_pending() writes.
[[nodiscard]] inline std::optional<pending_operation> decode_pending(std::string_view bytes,
                                                                     const limits& bounds) {
  record_reader in{bytes};
  const unsigned version = in.byte();
  pending_operation op;
  op.ticket = operation_ticket{in.integer()};
  op.op = in.integer();
  op.after = seq_number{in.integer()};
  const unsigned flags = in.byte();
  op.is_sent = (flags & 1U) != 0;
  op.is_again = (flags & 2U) != 0;
  op.is_kept_as_sent = op.is_sent;
  op.group = in.text();
  const unsigned kind = in.byte();
  op.body = read_pending(in, kind, bounds);
  if (in.failed() || in.left() != 0 || version != pending_version || flags > 3 || op.op == 0 ||
      !check_group(op.group).ok()) {
    return std::nullopt;
  }
  return op;
}

// A piece of a stroke that is being drawn: the first tells how it looks.
struct stroke_piece {
  element style;
  std::string group;
  std::vector<point> points;
};

[[nodiscard]] inline std::string encode_piece(const element* style, std::string_view group,
                                              std::span<const point> points) {
  record_writer out;
  out.byte(pending_version);
  out.byte(style != nullptr ? 1 : 0);
  if (style != nullptr) {
    write_shape(out, *style);
    out.text(group);
  }
  std::string packed;
  [[maybe_unused]] const absl::Status status = encode_packed(points, {}, packed);
  out.text(packed);
  return out.take();
}
// nullopt when it is not what encode_piece() writes, with a style or without as `is_first` says.
[[nodiscard]] inline std::optional<stroke_piece> decode_piece(std::string_view bytes, bool is_first,
                                                              const limits& bounds) {
  record_reader in{bytes};
  const unsigned version = in.byte();
  const unsigned has_style = in.byte();
  stroke_piece piece;
  if (has_style == 1) {
    piece.style = read_shape(in, bounds);
    piece.group = in.text();
  }
  piece.points = read_points(in, bounds);
  if (in.failed() || in.left() != 0 || version != pending_version ||
      has_style != (is_first ? 1U : 0U) || piece.style.kind() != element_kind::stroke ||
      !check_group(piece.group).ok()) {
    return std::nullopt;
  }
  return piece;
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_PENDING_CODEC_HPP
