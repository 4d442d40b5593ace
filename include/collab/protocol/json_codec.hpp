// collab/protocol/json_codec.hpp - the dialect collab.v1.json: messages as JSON text.
//
// docs/protocol.md describes every message. Whatever arrives is checked here for type,
// range and limits, so that a room sees only values it can hold.

#ifndef COLLAB_PROTOCOL_JSON_CODEC_HPP
#define COLLAB_PROTOCOL_JSON_CODEC_HPP

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/document/document.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/event.hpp"
#include "collab/room/room.hpp"

namespace collab {

// Bytes that must be readable after the end of a frame to be decoded.
inline constexpr std::size_t json_padding = 64;

// Decodes frames from clients. Keeps its buffers from frame to frame.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: a few times the largest frame seen.
class json_decoder {
 public:
  explicit json_decoder(const limits& bounds);
  ~json_decoder();
  json_decoder(const json_decoder&) = delete;
  json_decoder& operator=(const json_decoder&) = delete;

  // Calls `each` for every message of `frame` in order; elements in it are created by
  // `sender`, and a message that names another creator is refused. For a frame that is an object
  // once, for an array as often as it has items. A message that can't be understood is passed on
  // with its status, and as an operation_command that is refused where it names its `op`.
  //
  // Fails with invalid_argument, having called nothing, when the frame is not JSON.
  //
  // Requires: json_padding readable bytes after `frame`, of any content.
  [[nodiscard]] absl::Status decode(std::string_view frame, const user_id& sender,
                                    absl::FunctionRef<void(const client_message&)> each);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// The message that tells a client of `event`, whatever its size.
[[nodiscard]] std::string encode_json(const room_event& event);

// The messages that tell a client of `event`, in their order: more than one where the state of
// a room, or an undo, has more than about `bytes_max` bytes. What can't be cut, such as one
// stroke, is larger.
[[nodiscard]] std::vector<std::string> encode_json_parts(const room_event& event,
                                                         std::size_t bytes_max);

// `error`; `type` is that of the message it answers, or empty.
[[nodiscard]] std::string encode_json_error(const absl::Status& reason, std::string_view type);

[[nodiscard]] std::string encode_json_pong(const ping_message& ping, unix_time now);

// `server:closing`
[[nodiscard]] std::string encode_json_closing(std::chrono::milliseconds retry_after);

// The board as one document: {"roomId","seq","elements"}.
[[nodiscard]] std::string encode_json_snapshot(const room& board);
// The same of a board that it showed once.
[[nodiscard]] std::string encode_json_snapshot(std::string_view room, const board_snapshot& board);
// The same of a board as a client has it.
[[nodiscard]] std::string encode_json_snapshot(std::string_view room, seq_number seq,
                                               const document::ordered_elements& elements);

// The contract's name of a status code: `invalid_argument` and so on.
[[nodiscard]] std::string_view json_code(absl::StatusCode code);

}  // namespace collab

#endif  // COLLAB_PROTOCOL_JSON_CODEC_HPP
