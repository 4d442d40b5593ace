// collab/protocol/binary_decoder.hpp - what clients say in the dialect collab.v1.binary.
//
// docs/protocol.md describes every byte. Whatever arrives is checked here for type, range
// and limits, so that a room sees only values it can hold.

#ifndef COLLAB_PROTOCOL_BINARY_DECODER_HPP
#define COLLAB_PROTOCOL_BINARY_DECODER_HPP

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/ink/point_codec.hpp"
#include "collab/protocol/detail/binary_reader.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/command.hpp"

namespace collab {

// Decodes the frames of one connection: it knows the numbers that the client has given to
// ids, and how far the strokes have come that it is drawing.
//
// Threads: distinct objects with distinct buffers, safe; one object, one thread at a time.
// Memory: about 150 bytes for each id that has a number, at most limits::ids_per_connection.
class binary_decoder {
 public:
  // Keeps references to both, which must outlive this object. `buffer` holds the points of
  // a message while it is looked at; many decoders can share it.
  binary_decoder(const limits& bounds, std::vector<point>& buffer) noexcept
      : bounds_{bounds}, points_{buffer} {}

  // Takes messages from the front of `frame`, and moves its beginning behind them, until it
  // is empty or `each` returns false. Elements are created by `sender`. A message that can't
  // be understood is passed on with its status, and as an operation_command that is refused
  // where it has an `op`.
  //
  // Fails with invalid_argument when `frame` does not end where a message does; the messages
  // before have been taken.
  [[nodiscard]] absl::Status decode(std::string_view& frame, const user_id& sender,
                                    absl::FunctionRef<bool(const client_message&)> each);

 private:
  using reader = detail::binary_reader;
  using body_type = decltype(operation_command::body);

  static constexpr std::uint64_t counter_max = std::uint64_t{1} << 53;
  // More than any session has; a longer one is no session of anybody.
  static constexpr std::uint64_t session_characters_max = 128;

  // An id that the client has numbered.
  struct numbered_id {
    std::string id;
    // The points that it sends for a stroke of that id, and how many there have been.
    live_point_decoder run;
    std::uint64_t points = 0;
  };

  void take(detail::client_type type, reader& in, const user_id& sender, client_message& message);
  [[nodiscard]] bool take_operation(detail::client_type type, reader& in, const user_id& sender,
                                    client_message& message, std::optional<std::string> group);
  [[nodiscard]] bool take_grouped(reader& in, const user_id& sender, client_message& message);
  [[nodiscard]] body_type read_operation(detail::client_type type, reader& in,
                                         const user_id& sender);

  // An id; `number`, where given, is told its entry, or null when it has no number.
  std::string_view read_id(reader& in, std::string_view field, numbered_id** number = nullptr);
  void read_live(reader& in, live_point_decoder& run);

  start_stroke read_start(reader& in, const user_id& sender);
  extend_stroke read_extend(reader& in, bool is_anew);
  put_element read_put(reader& in, const user_id& sender);
  set_element read_set(reader& in);
  static property_changes read_changes(reader& in);
  remove_elements read_remove(reader& in);

  const limits& bounds_;
  std::vector<point>& points_;
  // Number n is entry n - 1; without an id it is not in use.
  std::vector<numbered_id> ids_;
};

inline absl::Status binary_decoder::decode(std::string_view& frame, const user_id& sender,
                                           absl::FunctionRef<bool(const client_message&)> each) {
  const std::size_t size = frame.size();
  while (!frame.empty()) {
    detail::byte_reader head{frame};
    const unsigned type = head.byte();
    const std::string_view body = head.view();
    if (head.failed()) {
      return absl::InvalidArgumentError(absl::StrCat("the message at byte ", size - frame.size(),
                                                     " of the frame is damaged or cut off"));
    }
    frame.remove_prefix(head.offset());
    client_message message;
    if (type < std::size(detail::client_type_names)) {
      message.type = detail::client_type_names[type];
    }
    reader in{body, bounds_};
    if (message.type.empty()) {
      message.status =
          absl::InvalidArgumentError(absl::StrCat("type: ", type, " is no type of message"));
    } else {
      take(static_cast<detail::client_type>(type), in, sender, message);
    }
    if (!each(message)) {
      break;
    }
  }
  return absl::OkStatus();
}

inline void binary_decoder::take(detail::client_type type, reader& in, const user_id& sender,
                                 client_message& message) {
  using detail::client_type;
  switch (type) {
    case client_type::stroke_point:
    case client_type::stroke_point_anew:
      message.body.emplace<room_command>(read_extend(in, type == client_type::stroke_point_anew));
      break;
    case client_type::cursor: {
      move_cursor command;
      command.where.x = in.number("x", -coordinate_max, coordinate_max);
      command.where.y = in.number("y", -coordinate_max, coordinate_max);
      command.where.is_drawing = in.flag("drawing");
      message.body.emplace<room_command>(command);
      break;
    }
    case client_type::stroke_start:
      message.body.emplace<room_command>(read_start(in, sender));
      break;
    case client_type::stroke_cancel:
      message.body.emplace<room_command>(cancel_stroke{read_id(in, "strokeId")});
      break;
    case client_type::join: {
      join_message join{in.words("name", bounds_.name_characters), {}};
      join.color = in.paint();
      if (!in.failed() && in.left() > 0) {
        resume_point& from = join.resume.emplace();
        from.session = in.words("resume.session", session_characters_max);
        from.seq = seq_number{in.whole("resume.seq", 0, counter_max)};
      }
      message.body = std::move(join);
      break;
    }
    case client_type::user_update: {
      update_member command;
      const auto given = in.whole("given", 0, 3);
      if ((given & 1U) != 0) {
        command.name = in.words("name", bounds_.name_characters);
      }
      if ((given & 2U) != 0) {
        command.color = in.paint();
      }
      message.body.emplace<room_command>(std::move(command));
      break;
    }
    case client_type::element_preview: {
      preview_element command{element_id{read_id(in, "id")}, {}};
      command.changes = read_changes(in);
      message.body.emplace<room_command>(std::move(command));
      break;
    }
    case client_type::host_message: {
      send_host_message command;
      command.name = in.words("name", bounds_.name_characters);
      command.data = in.json("data", {bounds_.host_data_bytes, false});
      message.body.emplace<room_command>(std::move(command));
      break;
    }
    case client_type::ping:
      message.body = ping_message{in.number("t", -1e300, 1e300)};
      break;
    case client_type::group:
      if (take_grouped(in, sender, message)) {
        return;
      }
      break;
    default:
      if (take_operation(type, in, sender, message, std::nullopt)) {
        return;
      }
      break;
  }
  if (in.failed()) {
    message.status = in.status();
    message.body = std::monostate{};
  }
}

// Whether the operation has a counter, so that it can be refused by it.
inline bool binary_decoder::take_operation(detail::client_type type, reader& in,
                                           const user_id& sender, client_message& message,
                                           std::optional<std::string> group) {
  const operation_counter counter = in.whole("op", 1, counter_max);
  if (in.failed()) {
    return false;
  }
  operation_command command{counter, read_operation(type, in, sender), group.value_or("")};
  if (group.has_value() && !is_group_name(*group)) {
    in.refuse("group", "not 1 to 64 of A-Z a-z 0-9 _ - : .");
  }
  if (in.failed()) {
    message.status = in.status();
    command.body = refused_operation{message.status};
  }
  message.body.emplace<room_command>(std::move(command));
  return true;
}

// A group, and the type and body of the durable operation in it.
inline bool binary_decoder::take_grouped(reader& in, const user_id& sender,
                                         client_message& message) {
  using detail::client_type;
  std::string group{in.view()};
  const unsigned type = in.byte();
  const bool is_durable = (type >= static_cast<unsigned>(client_type::stroke_end) &&
                           type <= static_cast<unsigned>(client_type::chat) &&
                           type != static_cast<unsigned>(client_type::stroke_cancel)) ||
                          type == static_cast<unsigned>(client_type::version_save) ||
                          type == static_cast<unsigned>(client_type::version_restore);
  if (!is_durable) {
    in.refuse("group", "type ", type, " is no durable operation");
    return false;
  }
  message.type = detail::client_type_names[type];
  return take_operation(static_cast<client_type>(type), in, sender, message, std::move(group));
}

inline binary_decoder::body_type binary_decoder::read_operation(detail::client_type type,
                                                                reader& in, const user_id& sender) {
  using detail::client_type;
  switch (type) {
    case client_type::stroke_end: {
      end_stroke command{read_id(in, "strokeId"), std::nullopt};
      const std::uint64_t count = in.integer();
      if (count > 0) {
        command.count = count;
      }
      return command;
    }
    case client_type::element_put:
      return read_put(in, sender);
    case client_type::element_set:
      return read_set(in);
    case client_type::element_remove:
      return read_remove(in);
    case client_type::undo:
    case client_type::redo: {
      const std::uint64_t told = in.whole("scope", 0, 2);
      std::optional<undo_scope> scope;
      if (told != 0) {
        scope = told == 1 ? undo_scope::room : undo_scope::mine;
      }
      return type == client_type::undo ? body_type{undo{scope}} : body_type{redo{scope}};
    }
    case client_type::chat:
      return send_chat{in.words("text", bounds_.chat_characters)};
    case client_type::version_save:
      return save_version{in.words("name", bounds_.name_characters)};
    case client_type::version_restore:
      return restore_version{seq_number{in.whole("seq", 0, counter_max)}};
    default:
      return clear_canvas{};
  }
}

}  // namespace collab

#include "collab/protocol/detail/binary_commands.hpp"  // IWYU pragma: export

#endif  // COLLAB_PROTOCOL_BINARY_DECODER_HPP
