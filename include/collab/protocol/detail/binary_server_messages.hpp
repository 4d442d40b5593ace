// collab/protocol/detail/binary_server_messages.hpp - the larger messages of a server.
//
// Part of collab/protocol/binary_server_decoder.hpp, which includes it.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_MESSAGES_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_MESSAGES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "collab/protocol/binary_server_decoder.hpp"

namespace collab {

namespace detail {

// The fewest bytes that parts of lists take.
inline constexpr std::size_t member_bytes = 6;
inline constexpr std::size_t element_bytes = 7;
inline constexpr std::size_t cursor_bytes = 3;
inline constexpr std::size_t chat_bytes = 5;
inline constexpr std::size_t version_bytes = 4;

}  // namespace detail

inline room_state_message binary_server_decoder::read_state(reader& in) {
  numbers_.begin_state();
  room_state_message state;
  state.room = in.utf8_text("roomId");
  state.session = in.utf8_text("session");
  state.op = in.counter("op");
  const std::uint64_t self = in.integer();
  state.seq = in.seq();
  state.members = in.list(detail::member_bytes, [&] { return in.member(); });
  state.self = in.numbered_member(self);
  in.set_names(in.list(1, [&] { return in.person("names"); }));
  state.elements = in.list(detail::element_bytes, [&] { return in.whole_element(); });
  state.live = in.list(detail::element_bytes, [&] { return in.live_element(); });
  state.cursors = in.list(detail::cursor_bytes, [&] { return in.cursor_of_member(); });
  std::tie(state.history, state.default_scope) = in.history();
  state.chat = in.list(detail::chat_bytes, [&] { return in.chat(); });
  state.has_more = in.byte() != 0;
  if (!in.failed() && in.left() > 0) {
    state.versions = in.list(detail::version_bytes, [&] {
      message_place place = in.place();
      return version_saved_message{std::move(place), in.utf8_text("name")};
    });
  }
  if (!in.failed() && !state.has_more) {
    numbers_.end_state();
  }
  return state;
}

inline room_resumed_message binary_server_decoder::read_resumed(reader& in, bool& has_more) {
  numbers_.begin_connection();
  room_resumed_message resumed;
  resumed.room = in.utf8_text("roomId");
  resumed.op = in.counter("op");
  const std::uint64_t self = in.integer();
  resumed.seq = in.seq();
  resumed.rejected = in.list(3, [&] {
    const operation_counter op = in.counter("op");
    return reject_message{op, in.reason()};
  });
  resumed.members = in.list(detail::member_bytes, [&] { return in.member(); });
  resumed.self = in.numbered_member(self);
  resumed.live = in.list(detail::element_bytes, [&] { return in.live_element(); });
  resumed.own = in.list(3, [&] {
    own_live_stroke own;
    own.number = in.integer();
    own.id = in.id("strokeId");
    own.have = in.counter("have");
    if (!in.failed()) {
      numbers_.begin_stroke(own.number, own.id, resumed.self.user);
    }
    return own;
  });
  resumed.cursors = in.list(detail::cursor_bytes, [&] { return in.cursor_of_member(); });
  std::tie(resumed.history, resumed.default_scope) = in.history();
  has_more = in.byte() != 0;
  return resumed;
}

inline room_chunk_message binary_server_decoder::read_chunk(reader& in) {
  room_chunk_message chunk;
  chunk.has_more = in.byte() != 0;
  chunk.elements = in.list(detail::element_bytes, [&] { return in.whole_element(); });
  if (!in.failed() && in.left() > 0) {
    chunk.removed = in.list(1, [&] { return in.ref_taken_off(); });
  }
  if (!in.failed() && in.left() > 0) {
    chunk.changed = in.list(2, [&] { return in.changed(); });
  }
  if (!in.failed() && !chunk.has_more) {
    numbers_.end_state();
  }
  return chunk;
}

inline ack_message binary_server_decoder::read_ack(reader& in) {
  ack_message ack;
  ack.op = in.counter("op");
  ack.seq = in.seq();
  ack.time = in.time();
  ack.index = in.index(true);
  if (in.failed() || ack.index.empty() || !made_by_) {
    return ack;
  }
  if (const element_id made = made_by_(ack.op); !made.empty()) {
    numbers_.elements().made(to_integer(ack.seq), made);
  }
  return ack;
}

inline stroke_started_message binary_server_decoder::read_stroke_start(reader& in) {
  stroke_started_message started;
  member_profile who = in.numbered_member(in.integer());
  const std::uint64_t number = in.integer();
  element_id id = in.id("stroke.id");
  std::string index = in.index(false);
  if (in.failed()) {
    return started;
  }
  element stroke{id, element_kind::stroke, who.user};
  stroke.set_number(number);
  stroke.set(property::index, std::move(index));
  in.properties(stroke, "stroke");
  live_point_decoder run;
  in.live(run);
  if (in.failed()) {
    return started;
  }
  if (const absl::Status status = stroke.set_points(in.points()); !status.ok()) {
    in.refuse_points(status);
    return started;
  }
  numbers_.begin_stroke(number, std::move(id), who.user).add(0, in.points());
  started.user = std::move(who.user);
  started.client = std::move(who.client);
  started.stroke = std::move(stroke);
  return started;
}

// Nothing where the stroke is not known, or not the points before: the whole of it will come.
inline std::optional<server_message> binary_server_decoder::read_stroke_points(reader& in,
                                                                               bool is_anew) {
  detail::growing_stroke* stroke = numbers_.find_stroke(in.integer());
  const std::uint64_t from = in.counter("from");
  if (in.failed() || stroke == nullptr) {
    return std::nullopt;
  }
  std::optional<live_point_decoder> run =
      is_anew ? std::optional{live_point_decoder{}} : stroke->run_from(from);
  if (!run.has_value()) {
    return std::nullopt;
  }
  in.live(*run);
  if (in.failed()) {
    return std::nullopt;
  }
  stroke->add(from, in.points());
  return stroke_points_message{stroke->user(), stroke->id(), from, in.points()};
}

inline stroke_ended_message binary_server_decoder::read_stroke_end(reader& in) {
  stroke_ended_message ended;
  ended.id = in.ended_stroke();
  ended.count = in.counter("count");
  ended.place = in.place();
  if (in.failed()) {
    return ended;
  }
  numbers_.elements().made(to_integer(ended.place.seq), ended.id);
  if (in.left() > 0) {
    std::string index = in.index(true);
    if (!index.empty()) {
      ended.index = std::move(index);
    }
  }
  if (!in.failed() && in.left() > 0) {
    ended.whole = in.whole_element();
    if (!in.failed() && (ended.whole->id() != ended.id || ended.whole->point_count() == 0)) {
      in.refuse("stroke", "'", ended.whole->id(), "' is not the stroke that has ended");
    }
    if (!in.failed() && in.left() > 0) {
      ended.op = in.counter("op");
    }
  }
  return ended;
}

inline elements_removed_message binary_server_decoder::read_removal(reader& in) {
  elements_removed_message removal{in.place(), {}};
  removal.ids = in.list(1, [&] { return in.ref_taken_off(); });
  return removal;
}

inline operation_undone_message binary_server_decoder::read_undone(undone_kind kind, reader& in) {
  operation_undone_message undone;
  undone.kind = kind;
  undone.place = in.place();
  undone.target = in.seq("target");
  undone.outcome = static_cast<undo_outcome>(in.whole("outcome", 0, 2));
  undone.removed = in.list(1, [&] { return in.ref_taken_off(); });
  undone.restored = in.list(detail::element_bytes, [&] { return in.whole_element(); });
  undone.changed = in.list(2, [&] { return in.changed(); });
  if (!in.failed() && in.left() > 0) {
    undone.has_more = in.byte() != 0;
  }
  return undone;
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_MESSAGES_HPP
