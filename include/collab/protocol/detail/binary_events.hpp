// collab/protocol/detail/binary_events.hpp - the events of a room in the binary dialect, one
// message each.
//
// Part of collab/protocol/binary_encoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_EVENTS_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_EVENTS_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collab/core/clock.hpp"
#include "collab/core/text.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/room/event.hpp"
#include "collab/room/room.hpp"

namespace collab::detail {

// Writes the messages of a room, but for those that may be large: see binary_parts_writer.
class binary_event_writer {
 public:
  [[nodiscard]] std::string take() { return out_.take(); }

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
    out_.live(std::span{event.stroke.points}.first(event.end()), event.from, is_anew);
    out_.end();
  }
  void write(const stroke_cancelled& event) {
    out_.begin(server_type::stroke_cancel);
    put_user(event.author, event.stroke.stroke.creator());
    put_ref(event.is_by_room ? 0 : event.stroke.stroke.number(), event.stroke.stroke.id());
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
    if (event.telling != stroke_telling::end) {
      out_.text(event.stroke.index());
    }
    if (event.telling == stroke_telling::whole) {
      put(event.stroke, event.place);
      if (event.place.op != 0) {
        out_.integer(event.place.op);
      }
    }
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
    put_ref(event.target);
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
    out_.integer(event.targets.size());
    for (const told_ref& target : event.targets) {
      put_ref(target);
    }
    out_.end();
  }
  void write(const canvas_cleared& event) {
    out_.begin(server_type::canvas_clear);
    put(event.place);
    out_.end();
  }
  void write(const chat_sent& event) {
    out_.begin(server_type::chat);
    put_user(event.place.author, event.message.user);
    put(event.message);
    out_.end();
  }
  void write(const version_saved& event) {
    out_.begin(server_type::version_save);
    put(event.place);
    out_.text(event.version.name);
    out_.end();
  }
  void write(const board_digest& event) {
    out_.begin(server_type::digest);
    out_.integer(to_integer(event.seq));
    out_.word(event.value.high);
    out_.word(event.value.low);
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

  // The parts of messages: they are written as they are called.
  [[nodiscard]] std::string_view written() const noexcept { return out_.written(); }
  void clear() { out_.clear(); }

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
  // Likewise.
  void put(const saved_version& version) {
    out_.integer(to_integer(version.seq));
    put(version.time);
    out_.text(version.name);
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
    out_.text(value.index());
    out_.registers(value, false);
  }

  // `who`, or by his id where he is not in the room.
  void put_user(const member* who, std::string_view id) {
    out_.integer(who != nullptr ? std::uint64_t{who->number} << 1 : 0);
    if (who == nullptr) {
      out_.text(id);
    }
  }
  // By a reference, or by name where that is 0.
  void put_creator(std::uint64_t reference, std::string_view name) {
    out_.integer(reference);
    if (reference == 0) {
      out_.text(name);
    }
  }
  void put_packed(std::string_view points) { out_.packed(points); }
  void put_properties(const property_changes& changes) { out_.properties(changes); }
  void put_ref(std::uint64_t number, std::string_view id) {
    out_.integer(number);
    if (number == 0) {
      out_.text(id);
    }
  }
  void put_ref(const told_ref& to) { put_ref(to.number, to.id); }

 private:
  binary_writer out_;
};

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_EVENTS_HPP
