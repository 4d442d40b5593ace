// point_batching/encoding.hpp - ways to write the points of a message.

#ifndef COLLAB_BENCH_POINT_BATCHING_ENCODING_HPP
#define COLLAB_BENCH_POINT_BATCHING_ENCODING_HPP

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collab/ink/point.hpp"
#include "collab/room/event.hpp"
#include "collab/transport/websocket_frame.hpp"

namespace point_batching {

// What a server relays to one who watches: the points of one message.
struct relayed_points {
  // As they were handed in by the one who draws.
  std::span<const collab::point> points;
  // What the server has of the stroke, on the grid; the same points are at its end.
  const collab::live_stroke& stroke;
  // The index of the first of them.
  std::size_t from = 0;
};

// Names of the lengths that the board server and its page give them.
inline constexpr std::string_view room_name = "ROOM01";
inline constexpr std::string_view user_name = "u7Rk2mQx9Tb";
inline constexpr std::string_view stroke_name = "V1StGXR8_Z5jdHi6B-myT";

// Writes messages from the server to a client, and reads them back. For one stroke at a time.
class encoding {
 public:
  virtual ~encoding() = default;

  // Begins a stroke: to be called before its first points.
  virtual void begin() = 0;

  // Calls `each` with the payload of every WebSocket message that it takes, at least one.
  // A payload is good during the call.
  virtual void encode(const relayed_points& points,
                      absl::FunctionRef<void(std::string_view payload)> each) = 0;

  // Adds the points of the stroke's next message, which encode() wrote, to the end of `out`;
  // nothing if it can't be read.
  virtual void decode(std::string_view payload, std::vector<collab::point>& out) = 0;
};

struct named_encoding {
  std::string_view name;
  // For people, in a few words.
  std::string_view meaning;
  std::unique_ptr<encoding> (*make)();
};

// Every encoding that was built, in the order of the report. Lives as long as the program.
[[nodiscard]] std::span<const named_encoding> encodings();

// Null if none is called `name`.
[[nodiscard]] const named_encoding* find_encoding(std::string_view name);

// Why an encoding is missing from encodings(), in one line; empty if none is.
[[nodiscard]] std::string_view missing_encodings();

std::unique_ptr<encoding> make_json_event_encoding();
std::unique_ptr<encoding> make_json_encoding();
std::unique_ptr<encoding> make_msgpack_encoding();
std::unique_ptr<encoding> make_binary_encoding();

// The bytes on the connection of one message from the server, which is not masked.
[[nodiscard]] constexpr std::size_t websocket_bytes(std::size_t payload) noexcept {
  return payload + collab::write_frame_header(collab::websocket_opcode::binary, payload).size;
}

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_ENCODING_HPP
