// collab/protocol/binary_encoder.hpp - what a room tells, in the dialect collab.v1.binary.
//
// Each function returns one whole message, the same for everybody who is told; messages that
// follow one another are one frame. docs/protocol.md describes every byte.

#ifndef COLLAB_PROTOCOL_BINARY_ENCODER_HPP
#define COLLAB_PROTOCOL_BINARY_ENCODER_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/text.hpp"
#include "collab/document/document.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/event.hpp"
#include "collab/room/room.hpp"

namespace collab {

namespace detail {

// Writes the messages of a room.
class binary_event_writer {
 public:
  explicit binary_event_writer(const document& board) : board_{board} {}

  [[nodiscard]] std::string take() { return out_.take(); }

  void write(const joined_room& event);
  void write(const member_joined& event) { write_member(server_type::user_joined, event.who); }
  void write(const member_updated& event) { write_member(server_type::user_updated, event.who); }
  void write(const member_left& event) {
    out_.begin(server_type::user_left);
    out_.integer(event.who.number);
    out_.end();
  }
  void write(const cursors_moved& event) {
    out_.begin(server_type::cursors);
    for (const auto& [who, where] : event.cursors) {
      put(*who, where);
    }
    out_.end();
  }

  void write(const stroke_started& event) {
    const element& stroke = event.stroke.stroke;
    out_.begin(server_type::stroke_start);
    out_.integer(event.author.number);
    out_.integer(stroke.number());
    out_.text(stroke.id());
    put_registers(stroke);
    out_.live(event.stroke.points, 0, true);
    out_.end();
  }
  void write(const stroke_extended& event) {
    const bool is_anew = event.from == 0;
    out_.begin(is_anew ? server_type::stroke_point_anew : server_type::stroke_point);
    out_.integer(event.stroke.stroke.number());
    out_.integer(event.from);
    out_.live(event.stroke.points, event.from, is_anew);
    out_.end();
  }
  void write(const stroke_cancelled& event) {
    out_.begin(server_type::stroke_cancel);
    put_user(event.author, event.stroke.stroke.creator());
    put_ref(event.stroke.stroke);
    out_.end();
  }
  void write(const stroke_gap& event) {
    out_.begin(server_type::stroke_gap);
    // To its author, who may not know its number.
    out_.integer(0);
    out_.text(event.id);
    out_.integer(event.have);
    out_.byte((event.is_unknown ? 1U : 0U) | (event.is_committed ? 2U : 0U));
    out_.end();
  }
  void write(const stroke_ended& event) {
    out_.begin(server_type::stroke_end);
    put_ref(event.live_number, event.stroke.id());
    out_.integer(event.stroke.point_count());
    put(event.place);
    out_.end();
  }

  void write(const element_put& event) {
    out_.begin(server_type::element_put);
    put(event.place);
    put(event.value, event.place);
    out_.end();
  }
  void write(const element_set& event) {
    out_.begin(server_type::element_set);
    put(event.place);
    put_ref(event.id);
    out_.properties(event.changes);
    out_.end();
  }
  void write(const element_previewed& event) {
    out_.begin(server_type::element_preview);
    out_.integer(event.author.number);
    put_ref(event.is_known ? event.target.number() : 0, event.target.id());
    out_.properties(event.changes);
    out_.end();
  }
  void write(const host_message_sent& event) {
    out_.begin(server_type::host_message);
    out_.integer(event.author.number);
    out_.text(event.name);
    out_.text(event.data);
    out_.end();
  }
  void write(const elements_removed& event) {
    out_.begin(server_type::element_remove);
    put(event.place);
    out_.integer(event.ids.size());
    for (const element_id& id : event.ids) {
      // Only what it took away is sure to be known to everybody.
      const bool is_known = board_.presence_writer(id) == event.place.seq;
      put_ref(is_known ? board_.number_of(id) : 0, id);
    }
    out_.end();
  }
  void write(const canvas_cleared& event) {
    out_.begin(server_type::canvas_clear);
    put(event.place);
    out_.end();
  }
  void write(const operation_undone& event);

  void write(const chat_sent& event) {
    out_.begin(server_type::chat);
    put_user(event.author, event.message.user);
    put(event.message);
    out_.end();
  }
  void write(const history_changed& event) {
    out_.begin(server_type::history);
    out_.byte(bits_of(event));
    out_.end();
  }

  void write(const operation_acknowledged& event) {
    out_.begin(server_type::ack);
    out_.integer(event.result.counter);
    out_.integer(to_integer(event.result.seq));
    put(event.result.time);
    out_.text(event.result.index);
    out_.end();
  }
  void write(const operation_rejected& event) {
    out_.begin(server_type::reject);
    out_.integer(event.counter);
    out_.byte(binary_code(event.reason.code()));
    out_.text(to_std(event.reason.message()));
    out_.end();
  }
  void write(const operation_gap& event) {
    out_.begin(server_type::gap);
    out_.integer(event.have);
    out_.end();
  }

 private:
  void write_member(server_type type, const member& who) {
    out_.begin(type);
    put(who);
    out_.end();
  }

  void put(const member& who) {
    out_.integer(who.number);
    out_.text(who.user);
    out_.text(who.client);
    out_.text(who.name);
    out_.paint(who.color);
    out_.byte(static_cast<unsigned>(who.role));
  }
  void put(const member& who, const cursor& where) {
    out_.integer(std::uint64_t{who.number} << 1 | (where.is_drawing ? 1U : 0U));
    out_.number(where.x);
    out_.number(where.y);
  }
  void put(unix_time time) {
    out_.integer(static_cast<std::uint64_t>(time.time_since_epoch().count()));
  }
  void put(const event_place& place) {
    put_user(place.author, place.user);
    out_.integer(to_integer(place.seq));
    put(place.time);
  }
  static unsigned bits_of(const history_changed& state) {
    return (state.can_undo ? 1U : 0U) | (state.can_redo ? 2U : 0U) |
           (state.can_undo_mine ? 4U : 0U) | (state.can_redo_mine ? 8U : 0U);
  }
  // What follows the author.
  void put(const chat_message& message) {
    out_.text(message.name);
    out_.text(message.text);
    put(message.time);
    out_.integer(to_integer(message.seq));
  }
  void put(const element& value, const event_place& place) {
    const bool is_authors = place.author != nullptr && value.creator() == place.author->user;
    put_head(value);
    put_user(is_authors ? place.author : nullptr, value.creator());
    put_body(value);
  }
  void put_head(const element& value) {
    out_.integer(value.number());
    out_.text(value.id());
    out_.kind(value);
  }
  // What follows the creator.
  void put_body(const element& value) {
    put_registers(value);
    if (value.kind() == element_kind::stroke) {
      out_.packed(value.packed_points());
    }
  }
  // The index, and the properties that are not what they are when nobody has set them.
  void put_registers(const element& value) {
    const auto is_told = [&value](const property_register& each) {
      return each.key != property::index &&
             !is_initial(describe(value.kind(), each.key), each.value);
    };
    out_.text(value.index());
    std::size_t count = 0;
    for (const property_register& each : value.registers()) {
      count += is_told(each) ? 1 : 0;
    }
    out_.integer(count);
    for (const property_register& each : value.registers()) {
      if (is_told(each)) {
        out_.property(each.key, each.value);
      }
    }
  }

  // `who`, or by his id where he is not in the room.
  void put_user(const member* who, std::string_view id) {
    out_.integer(who != nullptr ? std::uint64_t{who->number} << 1 : 0);
    if (who == nullptr) {
      out_.text(id);
    }
  }
  void put_ref(std::uint64_t number, std::string_view id) {
    out_.integer(number);
    if (number == 0) {
      out_.text(id);
    }
  }
  void put_ref(const element& to) { put_ref(to.number(), to.id()); }
  void put_ref(std::string_view id) { put_ref(board_.number_of(id), id); }
  void put_refs(const std::vector<element_id>& ids) {
    out_.integer(ids.size());
    for (const element_id& id : ids) {
      put_ref(id);
    }
  }

  const document& board_;
  binary_writer out_;
};

// The users that a state speaks of: by number where they are in the room, else by their place
// in a list of names.
class user_names {
 public:
  explicit user_names(const room::member_map& members) {
    for (const auto& [id, who] : members) {
      references_.emplace(to_absl(who.user), std::uint64_t{who.number} << 1);
    }
  }
  // To be called for everybody first.
  void add(std::string_view user) {
    const auto added = references_.emplace(to_absl(user), names_.size() << 1 | 1U);
    if (added.second) {
      names_.push_back(user);
    }
  }
  [[nodiscard]] std::span<const std::string_view> names() const { return names_; }
  [[nodiscard]] std::uint64_t reference(std::string_view user) const {
    return references_.find(to_absl(user))->second;
  }

 private:
  absl::flat_hash_map<absl::string_view, std::uint64_t> references_;
  std::vector<std::string_view> names_;
};

inline void binary_event_writer::write(const joined_room& event) {
  const room& state = event.state;
  user_names users{state.members()};
  for (const element* each : state.board().elements()) {
    users.add(each->creator());
  }
  for (const auto& [id, live] : state.live_strokes()) {
    users.add(live.stroke.creator());
  }
  for (const chat_message& each : state.chat().messages()) {
    users.add(each.user);
  }

  out_.begin(server_type::state);
  out_.text(state.name());
  out_.text(event.self.session);
  out_.integer(event.self.ledger.last());
  out_.integer(event.self.number);
  out_.integer(to_integer(state.last_seq()));
  out_.integer(state.members().size());
  for (const auto& [id, who] : state.members()) {
    put(who);
  }
  out_.integer(users.names().size());
  for (const std::string_view name : users.names()) {
    out_.text(name);
  }
  out_.integer(state.board().size());
  for (const element* each : state.board().elements()) {
    put_head(*each);
    out_.integer(users.reference(each->creator()));
    put_body(*each);
  }
  out_.integer(state.live_strokes().size());
  for (const auto& [id, live] : state.live_strokes()) {
    put_head(live.stroke);
    out_.integer(users.reference(live.stroke.creator()));
    put_registers(live.stroke);
    std::string packed;
    [[maybe_unused]] const absl::Status status = encode_packed(live.points, {}, packed);
    out_.packed(packed);
  }
  std::vector<std::pair<const member*, cursor>> cursors;
  for (const auto& [id, who] : state.members()) {
    if (const auto where = state.cursor_of(id, event.now); where.has_value()) {
      cursors.emplace_back(&who, *where);
    }
  }
  out_.integer(cursors.size());
  for (const auto& [who, where] : cursors) {
    put(*who, where);
  }
  const bool is_mine = state.options().default_scope == undo_scope::mine;
  out_.byte(bits_of(state.history(event.self.user)) | (is_mine ? 16U : 0U));
  out_.integer(state.chat().messages().size());
  for (const chat_message& each : state.chat().messages()) {
    out_.integer(users.reference(each.user));
    put(each);
  }
  out_.byte(0);
  out_.end();
}

inline void binary_event_writer::write(const operation_undone& event) {
  out_.begin(event.is_redo ? server_type::redo : server_type::undo);
  put(event.place);
  out_.integer(to_integer(event.effect.target));
  out_.byte(static_cast<unsigned>(event.effect.outcome));
  put_refs(event.effect.removed);
  out_.integer(event.effect.restored.size());
  for (const element* each : event.effect.restored) {
    put(*each, event.place);
  }
  out_.integer(event.effect.changed.size());
  for (const auto& [changed, keys] : event.effect.changed) {
    put_ref(*changed);
    out_.integer(keys.size());
    for (const property key : keys) {
      out_.property(key, changed->get(key));
    }
  }
  out_.end();
}

}  // namespace detail

// The message that tells a client of `event`, in the room whose board is `board`.
[[nodiscard]] inline std::string encode_binary(const room_event& event, const document& board) {
  detail::binary_event_writer out{board};
  std::visit([&out](const auto& each) { out.write(each); }, event);
  return out.take();
}

// `error`; `type` is that of the message it answers, or empty.
[[nodiscard]] inline std::string encode_binary_error(const absl::Status& reason,
                                                     std::string_view type) {
  detail::binary_writer out;
  out.begin(detail::server_type::error);
  out.byte(detail::binary_code(reason.code()));
  out.text(to_std(reason.message()));
  out.text(type);
  out.end();
  return out.take();
}

[[nodiscard]] inline std::string encode_binary_pong(const ping_message& ping, unix_time now) {
  detail::binary_writer out;
  out.begin(detail::server_type::pong);
  out.number(ping.t);
  out.integer(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  out.end();
  return out.take();
}

// `server:closing`
[[nodiscard]] inline std::string encode_binary_closing(std::chrono::milliseconds retry_after) {
  detail::binary_writer out;
  out.begin(detail::server_type::closing);
  out.integer(static_cast<std::uint64_t>(retry_after.count()));
  out.end();
  return out.take();
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_BINARY_ENCODER_HPP
