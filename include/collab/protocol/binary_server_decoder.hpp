// collab/protocol/binary_server_decoder.hpp - what servers say in the dialect collab.v1.binary.
//
// The client's half of docs/protocol.md; what clients say is read by binary_decoder.hpp. All
// that arrives is checked: a server, or what stands between, may send anything.
//
//   collab::binary_server_decoder decoder{[&](auto op) { return pending.made_by(op); }};
//   absl::Status status = decoder.decode(frame, [&](collab::server_message message) {
//     return client.take(std::move(message));
//   });

#ifndef COLLAB_PROTOCOL_BINARY_SERVER_DECODER_HPP
#define COLLAB_PROTOCOL_BINARY_SERVER_DECODER_HPP

#include <absl/functional/any_invocable.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/detail/binary_server_reader.hpp"
#include "collab/protocol/detail/room_numbers.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab {

// Decodes the frames of one client's connections to one room, of one after another: elements
// keep their numbers from connection to connection.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: about 100 bytes for each element that is there or of the 100,000 removed last, 200 for
// each member that was met and each live stroke; while a message is read about 100 times its
// bytes at most.
class binary_server_decoder {
 public:
  // The id of the element that the operation of this counter makes; empty when it makes none, or
  // is not known.
  using made_by_function = absl::AnyInvocable<element_id(operation_counter) const>;
  // What is told a message; whether it wants more.
  using receiver = absl::FunctionRef<bool(server_message&&)>;

  // `made_by` is called from inside decode() for each op:ack with an index: an author is not told
  // the ids of his own elements.
  explicit binary_server_decoder(made_by_function made_by) : made_by_{std::move(made_by)} {}

  // Another connection begins. What a state has told that was cut off counts no more.
  void reset() { numbers_.begin_connection(); }

  // Calls `each` with the messages of a frame, in order, until it returns false; it must not call
  // this object. Live points that can't be read for lack of those before them, and messages of
  // a type that is not known, are left out.
  //
  // Fails with invalid_argument, naming the type and the fault, when the frame is damaged or
  // says what no server says: the connection is of no further use. What was told before stands.
  [[nodiscard]] absl::Status decode(std::string_view frame, receiver each);

 private:
  using reader = detail::binary_server_reader;
  using type = detail::server_type;

  // The room for points that is kept for the next message.
  static constexpr std::size_t points_kept_max = 64 * 1024;

  // Whether all messages were taken, or `each` has had enough of them.
  enum class outcome : std::uint8_t { done, stopped, failed };

  outcome take_all(std::string_view bytes, receiver each, bool is_told_later);
  outcome take_one(type of, reader& in, receiver each);
  // The missed events that a message ends with.
  outcome take_events(reader& in, bool has_more, receiver each);
  std::optional<server_message> read(type of, reader& in);

  room_state_message read_state(reader& in);
  room_resumed_message read_resumed(reader& in, bool& has_more);
  room_chunk_message read_chunk(reader& in);
  ack_message read_ack(reader& in);
  stroke_started_message read_stroke_start(reader& in);
  std::optional<server_message> read_stroke_points(reader& in, bool is_anew);
  stroke_ended_message read_stroke_end(reader& in);
  elements_removed_message read_removal(reader& in);
  operation_undone_message read_undone(undone_kind kind, reader& in);

  made_by_function made_by_;
  detail::room_numbers numbers_;
  std::vector<point> points_;
  absl::Status status_;
};

inline absl::Status binary_server_decoder::decode(std::string_view frame, receiver each) {
  status_ = absl::OkStatus();
  (void)take_all(frame, each, false);
  if (points_.capacity() > points_kept_max) {
    points_ = {};
  }
  return status_;
}

inline binary_server_decoder::outcome binary_server_decoder::take_all(std::string_view bytes,
                                                                      receiver each,
                                                                      bool is_told_later) {
  detail::byte_reader all{bytes};
  while (all.left() > 0) {
    const std::size_t begin = all.offset();
    const unsigned number = all.byte();
    const std::string_view body = all.view();
    if (all.failed()) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("the message at byte ", begin, " is damaged or cut off"));
      return outcome::failed;
    }
    const auto of = static_cast<type>(number);
    reader in{body, numbers_, points_};
    if (is_told_later && (of == type::state || of == type::resumed || of == type::events)) {
      in.refuse("events", "one of type ", number);
    }
    const outcome taken = in.failed() ? outcome::done : take_one(of, in, each);
    if (in.failed()) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("a message of type ", number, ": ", in.status().message()));
      return outcome::failed;
    }
    if (taken != outcome::done) {
      return taken;
    }
  }
  return outcome::done;
}

inline binary_server_decoder::outcome binary_server_decoder::take_one(type of, reader& in,
                                                                      receiver each) {
  const auto tell = [&](server_message message) {
    return in.failed() || each(std::move(message)) ? outcome::done : outcome::stopped;
  };
  if (of == type::resumed) {
    bool has_more = false;
    if (tell(read_resumed(in, has_more)) == outcome::stopped) {
      return outcome::stopped;
    }
    return take_events(in, has_more, each);
  }
  if (of == type::events) {
    return take_events(in, in.byte() != 0, each);
  }
  std::optional<server_message> message = read(of, in);
  return message.has_value() ? tell(*std::move(message)) : outcome::done;
}

inline binary_server_decoder::outcome binary_server_decoder::take_events(reader& in, bool has_more,
                                                                         receiver each) {
  if (in.failed()) {
    return outcome::failed;
  }
  const outcome taken = take_all(in.rest(), each, true);
  if (taken != outcome::done) {
    return taken;
  }
  return each(events_end_message{has_more}) ? outcome::done : outcome::stopped;
}

// Nothing for what is left out.
inline std::optional<server_message> binary_server_decoder::read(type of, reader& in) {
  switch (of) {
    case type::stroke_point:
      return read_stroke_points(in, false);
    case type::stroke_point_anew:
      return read_stroke_points(in, true);
    case type::cursors: {
      cursors_message moved;
      while (in.left() > 0 && !in.failed()) {
        moved.cursors.push_back(in.cursor_of_member());
      }
      return moved;
    }
    case type::stroke_start:
      return read_stroke_start(in);
    case type::stroke_end:
      return read_stroke_end(in);
    case type::stroke_cancel: {
      auto [user, client] = in.user();
      return stroke_cancelled_message{std::move(user), std::move(client), in.ended_stroke()};
    }
    case type::stroke_gap: {
      stroke_gap_message gap{in.stroke_ref(), in.counter("have")};
      const unsigned flags = in.byte();
      gap.is_unknown = (flags & 1U) != 0;
      gap.is_committed = (flags & 2U) != 0;
      return gap;
    }
    case type::state:
      return read_state(in);
    case type::chunk:
      return read_chunk(in);
    case type::digest: {
      digest_message told{in.seq(), {}};
      told.value.high = in.word();
      told.value.low = in.word();
      return told;
    }
    case type::ack:
      return read_ack(in);
    case type::gap:
      return gap_message{in.counter("have")};
    case type::reject: {
      const operation_counter op = in.counter("op");
      return reject_message{op, in.reason()};
    }
    case type::user_joined:
      return member_joined_message{in.member()};
    case type::user_updated:
      return member_updated_message{in.member()};
    case type::user_left:
      return member_left_message{in.numbered_member(in.integer())};
    case type::element_put: {
      message_place place = in.place();
      return element_put_message{std::move(place), in.whole_element()};
    }
    case type::element_set: {
      message_place place = in.place();
      return element_set_message{std::move(place), in.changed()};
    }
    case type::element_remove:
      return read_removal(in);
    case type::canvas_clear: {
      canvas_cleared_message cleared{in.place()};
      if (!in.failed()) {
        numbers_.elements().removed_all();
      }
      return cleared;
    }
    case type::undo:
      return read_undone(undone_kind::undo, in);
    case type::redo:
      return read_undone(undone_kind::redo, in);
    case type::version_restore:
      return read_undone(undone_kind::restore, in);
    case type::version_save: {
      message_place place = in.place();
      return version_saved_message{std::move(place), in.utf8_text("name")};
    }
    case type::history:
      return in.history().first;
    case type::chat: {
      std::pair<user_id, client_id> who;
      chat_message said = in.chat(&who);
      message_place place{std::move(who.first), std::move(who.second), said.seq, said.time};
      return chat_said_message{std::move(place), std::move(said)};
    }
    case type::pong: {
      const double t = in.number("t", -1e300, 1e300);
      return pong_message{t, in.time()};
    }
    case type::closing: {
      const auto after = static_cast<std::int64_t>(in.counter("retryAfter"));
      return closing_message{std::chrono::milliseconds{after}};
    }
    case type::error: {
      absl::Status reason = in.reason();
      return error_message{std::move(reason), in.utf8_text("answers")};
    }
    case type::element_preview: {
      member_profile who = in.numbered_member(in.integer());
      return preview_message{std::move(who.user), std::move(who.client), in.changed()};
    }
    case type::host_message: {
      member_profile who = in.numbered_member(in.integer());
      std::string name = in.utf8_text("name");
      return host_message{std::move(who.user), std::move(who.client), std::move(name),
                          in.json("data", {in.bounds().host_data_bytes, false})};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace collab

#include "collab/protocol/detail/binary_server_messages.hpp"  // IWYU pragma: export

#endif  // COLLAB_PROTOCOL_BINARY_SERVER_DECODER_HPP
