// collab/history/operation_codec.hpp - operations as bytes, for the storage.
//
// A record begins with its version; what it is made of is in core/detail/byte_stream.hpp.
// The points of a stroke are packed (docs/ink-format.md), a text. The decoder takes nothing
// on trust: a record may come from a damaged disk.

#ifndef COLLAB_HISTORY_OPERATION_CODEC_HPP
#define COLLAB_HISTORY_OPERATION_CODEC_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/history/detail/record.hpp"
#include "collab/history/operation.hpp"

namespace collab {

inline constexpr unsigned char operation_record_version = 2;

namespace detail {

// Added to the kind of a body that a group stands before.
inline constexpr unsigned grouped_body = 0x80;
// Added to that of an element that was drawn.
inline constexpr unsigned drawn_body = 0x40;

inline void write_element(record_writer& out, const element& value) {
  out.text(value.id());
  out.byte(static_cast<unsigned>(value.kind()));
  if (value.kind() == element_kind::host) {
    out.text(value.kind_name());
  }
  out.integer(value.registers().size());
  for (const property_register& each : value.registers()) {
    out.byte(static_cast<unsigned>(each.key));
    out.value(each.value);
  }
  out.text(value.packed_points());
}
inline void write_changes(record_writer& out, const property_changes& changes) {
  out.integer(changes.size());
  for (const auto& [key, value] : changes) {
    out.byte(static_cast<unsigned>(key));
    out.value(value);
  }
}
inline void write_body(record_writer& out, const put_operation& body) {
  write_element(out, body.value);
}
inline void write_body(record_writer& out, const set_operation& body) {
  out.text(body.id);
  write_changes(out, body.changes);
}
inline void write_body(record_writer& out, const remove_operation& body) {
  out.integer(body.ids.size());
  for (const element_id& id : body.ids) {
    out.text(id);
  }
}
inline void write_body(record_writer&, const clear_operation&) {}
inline void write_body(record_writer& out, const undo_operation& body) {
  out.integer(to_integer(body.target));
  out.byte(static_cast<unsigned>(body.scope));
}
inline void write_body(record_writer& out, const redo_operation& body) {
  out.integer(to_integer(body.target));
  out.byte(static_cast<unsigned>(body.scope));
}
inline void write_body(record_writer& out, const chat_operation& body) {
  out.text(body.name);
  out.text(body.text);
}

inline void write_body(record_writer& out, const save_version_operation& body) {
  out.text(body.name);
}
inline void write_body(record_writer& out, const restore_version_operation& body) {
  out.integer(to_integer(body.target));
  out.integer(body.removed.size());
  for (const element_id& id : body.removed) {
    out.text(id);
  }
  out.integer(body.put_back.size());
  for (const element& each : body.put_back) {
    out.integer(each.number());
    out.text(each.creator());
    write_element(out, each);
  }
  out.integer(body.changed.size());
  for (const auto& [id, changes] : body.changed) {
    out.text(id);
    write_changes(out, changes);
  }
}

// What a body takes in a record. O(bytes).
template <typename Body>
[[nodiscard]] std::size_t body_bytes(const Body& body) {
  record_writer out;
  write_body(out, body);
  return out.take().size();
}

inline property_changes read_changes(record_reader& in) {
  property_changes changes(in.count(2));
  for (auto& [key, value] : changes) {
    const unsigned number = in.byte();
    value = in.value();
    if (number >= property_count) {
      in.fail();
    }
    if (in.failed()) {
      return {};
    }
    key = static_cast<property>(number);
  }
  return changes;
}

inline element read_element(record_reader& in, const user_id& creator) {
  element_id id = in.text();
  const unsigned kind = in.byte();
  if (kind >= element_kind_count || !is_element_id(id)) {
    in.fail();
    return {};
  }
  element value;
  if (static_cast<element_kind>(kind) == element_kind::host) {
    std::string name = in.text();
    if (!is_host_kind(name)) {
      in.fail();
      return {};
    }
    value = element{std::move(id), host_kind{std::move(name)}, creator};
  } else {
    value = element{std::move(id), static_cast<element_kind>(kind), creator};
  }
  for (auto& [key, property] : read_changes(in)) {
    if (!has_property(value.kind(), key) || !fits(describe(value.kind(), key), property)) {
      in.fail();
      return {};
    }
    value.set(key, std::move(property));
  }
  if (value.index().empty()) {
    in.fail();
  }
  const std::string_view packed = in.view();
  if (!packed.empty() && !value.set_packed_points(packed).ok()) {
    in.fail();
  }
  return value;
}

inline std::vector<element_id> read_ids(record_reader& in) {
  std::vector<element_id> ids(in.count(1));
  for (element_id& id : ids) {
    id = in.text();
  }
  return ids;
}

inline restore_version_operation read_restore(record_reader& in) {
  restore_version_operation body{seq_number{in.integer()}, read_ids(in), {}, {}};
  const std::size_t put_back = in.count(6);
  for (std::size_t i = 0; i < put_back && !in.failed(); ++i) {
    const std::uint64_t number = in.integer();
    const user_id creator = in.text();
    element value = read_element(in, creator);
    if (!in.failed()) {
      value.set_number(number);
      body.put_back.push_back(std::move(value));
    }
  }
  const std::size_t changed = in.count(2);
  for (std::size_t i = 0; i < changed && !in.failed(); ++i) {
    element_id id = in.text();
    body.changed.emplace_back(std::move(id), read_changes(in));
  }
  return body;
}

template <typename Operation>
Operation read_target(record_reader& in) {
  Operation body{seq_number{in.integer()}};
  const unsigned scope = in.byte();
  if (scope > static_cast<unsigned>(undo_scope::mine)) {
    in.fail();
    return {};
  }
  body.scope = static_cast<undo_scope>(scope);
  return body;
}

inline operation::body_type read_body(record_reader& in, unsigned kind, const user_id& author) {
  switch (kind) {
    case 0:
      return put_operation{read_element(in, author)};
    case drawn_body:
      return put_operation{read_element(in, author), true};
    case 1: {
      element_id id = in.text();
      return set_operation{std::move(id), read_changes(in)};
    }
    case 2:
      return remove_operation{read_ids(in)};
    case 3:
      return clear_operation{};
    case 4:
      return read_target<undo_operation>(in);
    case 5:
      return read_target<redo_operation>(in);
    case 6: {
      std::string name = in.text();
      return chat_operation{std::move(name), in.text()};
    }
    case 7:
      return save_version_operation{in.text()};
    case 8:
      return read_restore(in);
    default:
      in.fail();
      return clear_operation{};
  }
}

// The beginning of the record of a put operation.
struct put_head {
  seq_number seq{};
  unix_time time{};
  std::string_view id;
};

// Nothing where `record` does not begin as that of a put operation; the rest is not looked at.
[[nodiscard]] inline std::optional<put_head> read_put_head(std::string_view record) {
  record_reader in{record};
  if (in.byte() != operation_record_version) {
    return std::nullopt;
  }
  put_head head;
  head.seq = seq_number{in.integer()};
  head.time = unix_time{std::chrono::milliseconds{in.difference()}};
  in.view();  // The author,
  in.view();  // his client
  in.integer();
  const unsigned kind = in.byte();
  if ((kind & grouped_body) != 0) {
    in.view();
  }
  if ((kind & ~grouped_body & ~drawn_body) != 0) {
    return std::nullopt;
  }
  head.id = in.view();
  return in.failed() ? std::nullopt : std::optional{head};
}

}  // namespace detail

// The record of `op`. O(bytes of the result).
[[nodiscard]] inline std::string encode_operation(const operation& op) {
  detail::record_writer out;
  out.byte(operation_record_version);
  out.integer(to_integer(op.seq));
  out.difference(op.time.time_since_epoch().count());
  out.text(op.author);
  out.text(op.client);
  out.integer(op.counter);
  auto kind = static_cast<unsigned>(op.body.index());
  if (const auto* put = std::get_if<put_operation>(&op.body); put != nullptr && put->was_drawn) {
    kind |= detail::drawn_body;
  }
  if (op.group.empty()) {
    out.byte(kind);
  } else {
    out.byte(kind | detail::grouped_body);
    out.text(op.group);
  }
  std::visit([&out](const auto& body) { detail::write_body(out, body); }, op.body);
  return out.take();
}

// The operation that `record` holds.
//
// Fails with data_loss, naming the offset, when the record is not exactly what
// encode_operation() writes, and with unimplemented when its version is another.
[[nodiscard]] inline absl::StatusOr<operation> decode_operation(std::string_view record) {
  detail::record_reader in{record};
  const unsigned version = in.byte();
  if (!in.failed() && version != operation_record_version) {
    return absl::UnimplementedError(absl::StrCat("operation record of version ", version, ", only ",
                                                 operation_record_version, " is known"));
  }
  operation op;
  op.seq = seq_number{in.integer()};
  op.time = unix_time{std::chrono::milliseconds{in.difference()}};
  op.author = in.text();
  op.client = in.text();
  op.counter = in.integer();
  const unsigned kind = in.byte();
  if ((kind & detail::grouped_body) != 0) {
    op.group = in.text();
    if (!is_group_name(op.group)) {
      in.fail();
    }
  }
  op.body = detail::read_body(in, kind & ~detail::grouped_body, op.author);
  if (in.failed() || in.left() != 0) {
    return absl::DataLossError(absl::StrCat("operation record of ", record.size(),
                                            " bytes is damaged at offset ", in.offset()));
  }
  return op;
}

}  // namespace collab

#endif  // COLLAB_HISTORY_OPERATION_CODEC_HPP
