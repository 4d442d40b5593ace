// Our binary dialect.
//
// PROVISIONAL: the dialect's own encoder is not there yet. binary_message() is what is to be
// replaced by it, and read_binary_message() beside it by its layout.

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "collab/ink/detail/varint.hpp"
#include "collab/ink/live_points.hpp"
#include "encoding.hpp"

namespace point_batching {
namespace {

constexpr char stroke_point_type = 1;
// The first stroke that its author draws on this connection.
constexpr std::uint32_t stroke_number = 1;

// A byte of type, the length of what follows, the stroke's number, the index of the first
// point, and the points as the next piece of the stroke's run.
std::string binary_message(const relayed_points& points, collab::live_point_encoder& run) {
  std::string body;
  collab::detail::append_varint(stroke_number, body);
  collab::detail::append_varint(static_cast<std::uint32_t>(points.from), body);
  // Fails only on invalid points, and those of a room are valid.
  (void)run.append(std::span{points.stroke.points}.subspan(points.from), body);
  std::string message(1, stroke_point_type);
  collab::detail::append_varint(static_cast<std::uint32_t>(body.size()), message);
  return message + body;
}

void read_binary_message(std::string_view message, collab::live_point_decoder& run,
                         std::vector<collab::point>& out) {
  std::size_t at = 1;
  std::uint32_t length = 0;
  std::uint32_t number = 0;
  std::uint32_t from = 0;
  if (message.size() > at && collab::detail::read_varint(message, at, length) &&
      collab::detail::read_varint(message, at, number) &&
      collab::detail::read_varint(message, at, from)) {
    (void)run.append(message.substr(at), out);
  }
}

class binary_encoding final : public encoding {
 public:
  void begin() override {
    encoder_.restart();
    decoder_ = {};
  }

  void encode(const relayed_points& points,
              absl::FunctionRef<void(std::string_view)> each) override {
    each(binary_message(points, encoder_));
  }

  void decode(std::string_view payload, std::vector<collab::point>& out) override {
    read_binary_message(payload, decoder_, out);
  }

 private:
  collab::live_point_encoder encoder_;
  collab::live_point_decoder decoder_;
};

}  // namespace

std::unique_ptr<encoding> make_binary_encoding() { return std::make_unique<binary_encoding>(); }

}  // namespace point_batching
