// collab/transport/websocket_receiver.hpp - reads WebSocket frames out of a stream of bytes.
//
// Strict, for either role, without sockets, clocks or allocation: the caller brings bytes
// and gets events. It does no handshake and keeps no message together.
//
//   for (;;) {
//     const websocket_event event = receiver.step(in, limits);
//     in = in.subspan(event.consumed);
//     if (event.kind == websocket_event_kind::none) break;   // keep `in`, read more behind it
//     ...
//   }

#ifndef COLLAB_TRANSPORT_WEBSOCKET_RECEIVER_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_RECEIVER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "collab/core/utf8_validator.hpp"
#include "collab/transport/payload.hpp"
#include "collab/transport/transport.hpp"
#include "collab/transport/websocket_event.hpp"
#include "collab/transport/websocket_frame.hpp"

namespace collab {

// The state of one direction of a connection.
//
// Enforces RFC 6455, section 5 and 7.4: reserved bits and opcodes, masks, shortest form of
// the length, whole control frames of at most 125 bytes, the order of fragments, UTF-8 (the
// first wrong byte fails at once, also across fragments), codes and reasons of close frames.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: at most 48 bytes, allocates nothing. The caller keeps what is not consumed: at
// most an incomplete header or control frame, pending_bytes_max.
class websocket_receiver {
 public:
  // The most that step() may leave unconsumed when it answers none.
  static constexpr std::size_t pending_bytes_max = 14 + websocket_control_bytes_max - 1;

  explicit constexpr websocket_receiver(websocket_role role) noexcept : role_{role} {}

  // Reads one event from the front of `in`, unmasking there. Payload of a data frame comes in
  // whatever pieces it arrives; headers and control frames are consumed only when whole. Some
  // bytes may be consumed with none. After close or failure everything is consumed and
  // ignored. `limits` may differ from call to call. O(bytes consumed).
  [[nodiscard]] websocket_event step(std::span<char> in, const websocket_limits& limits) noexcept {
    if (ended_) {
      return {.consumed = in.size()};
    }
    return remaining_ > 0 ? read_payload(in, 0) : read_frame(in, limits);
  }

  // Whether a message has begun and not ended.
  [[nodiscard]] bool is_inside_message() const noexcept { return inside_message_; }

 private:
  // What the first bytes of a frame say.
  struct header {
    unsigned opcode = 0;
    bool is_final = false;
    std::size_t size = 2;
    std::uint64_t length = 0;
  };

  static unsigned at(std::span<const char> in, std::size_t index) noexcept {
    return static_cast<unsigned char>(in[index]);
  }

  websocket_event fail(close_code code, std::string_view why) noexcept {
    ended_ = true;
    return {.kind = websocket_event_kind::failure, .code = code, .bytes = why};
  }

  websocket_event break_off(std::string_view why) noexcept {
    return fail(close_code::protocol_error, why);
  }

  websocket_event read_frame(std::span<char> in, const websocket_limits& limits) noexcept {
    if (in.empty()) {
      return {};
    }
    header head{.opcode = at(in, 0) & 0x0FU, .is_final = (at(in, 0) & 0x80U) != 0};
    if (const std::string_view wrong = check_first_byte(at(in, 0)); !wrong.empty()) {
      return break_off(wrong);
    }
    if (in.size() < 2) {
      return {};
    }
    const bool is_masked = (at(in, 1) & 0x80U) != 0;
    if (is_masked != (role_ == websocket_role::server)) {
      return break_off(is_masked ? "a frame from the server is masked"
                                 : "a frame from the client is not masked");
    }
    head.length = at(in, 1) & 0x7FU;
    const bool is_control = head.opcode >= 0x8;
    if (is_control && head.length > websocket_control_bytes_max) {
      return break_off("a control frame is longer than 125 bytes");
    }
    const std::size_t extension = head.length < 126 ? 0 : head.length == 126 ? 2 : 8;
    head.size = 2 + extension;
    if (in.size() < head.size) {
      return {};
    }
    if (extension != 0) {
      head.length = 0;
      for (std::size_t index = 2; index < head.size; ++index) {
        head.length = (head.length << 8U) | at(in, index);
      }
      if (head.length < (extension == 2 ? 126U : 65536U)) {
        return break_off("a length is not in its shortest form");
      }
      if (head.length >> 63U != 0) {
        return break_off("a length has its highest bit set");
      }
    }
    if (!is_control) {
      if (const websocket_event over = check_limits(head, limits);
          over.kind != websocket_event_kind::none) {
        return over;
      }
    }
    if (is_masked) {
      head.size += 4;
      if (in.size() < head.size) {
        return {};
      }
      for (std::size_t index = 0; index < 4; ++index) {
        mask_[index] = static_cast<unsigned char>(in[head.size - 4 + index]);
      }
    }
    return is_control ? read_control(in, head) : begin_data(in, head);
  }

  // What is wrong with a frame that begins with `byte`; empty if nothing.
  [[nodiscard]] std::string_view check_first_byte(unsigned byte) const noexcept {
    const unsigned opcode = byte & 0x0FU;
    if ((byte & 0x70U) != 0) {
      return "a reserved bit is set";
    }
    if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xA) {
      return "a reserved opcode is used";
    }
    if (opcode >= 0x8) {
      return (byte & 0x80U) == 0 ? "a control frame is fragmented" : "";
    }
    if (opcode == 0) {
      return inside_message_ ? "" : "a continuation has no message to continue";
    }
    return inside_message_ ? "a new message begins inside another" : "";
  }

  websocket_event check_limits(const header& head, const websocket_limits& limits) noexcept {
    if (head.length > limits.frame_bytes_max) {
      return fail(close_code::too_big, "a frame is longer than the limit");
    }
    const std::uint64_t before = inside_message_ ? message_bytes_ : 0;
    if (before > limits.message_bytes_max || head.length > limits.message_bytes_max - before) {
      return fail(close_code::too_big, "a message is longer than the limit");
    }
    if ((inside_message_ ? fragments_ : 0) >= limits.fragments_max) {
      return fail(close_code::policy_violation, "a message has more fragments than the limit");
    }
    return {};
  }

  websocket_event begin_data(std::span<char> in, const header& head) noexcept {
    if (head.opcode != 0) {
      inside_message_ = true;
      begins_message_ = true;
      is_text_ = head.opcode == static_cast<unsigned>(websocket_opcode::text);
      message_bytes_ = 0;
      fragments_ = 0;
    }
    message_bytes_ += head.length;
    ++fragments_;
    remaining_ = head.length;
    is_final_ = head.is_final;
    return read_payload(in, head.size);
  }

  // Reads payload of the current frame, which begins at `offset` of `in`.
  websocket_event read_payload(std::span<char> in, std::size_t offset) noexcept {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, in.size() - offset));
    if (count == 0 && remaining_ > 0) {
      return {.consumed = offset};
    }
    const std::span<char> piece = in.subspan(offset, count);
    if (role_ == websocket_role::server) {
      apply_mask(piece, mask_);
      mask_ = rotate_mask(mask_, count);
    }
    remaining_ -= count;
    const bool is_last = is_final_ && remaining_ == 0;
    const std::string_view bytes{piece.data(), piece.size()};
    if (is_text_ && !utf8_.feed(bytes)) {
      return fail(close_code::invalid_payload, "a text message is not UTF-8");
    }
    if (is_text_ && is_last && !utf8_.is_complete()) {
      return fail(close_code::invalid_payload, "a text message ends inside a character");
    }
    const bool is_first = begins_message_;
    begins_message_ = false;
    inside_message_ = !is_last;
    return {.kind = websocket_event_kind::data,
            .message_kind = is_text_ ? payload_kind::text : payload_kind::binary,
            .begins_message = is_first,
            .ends_message = is_last,
            .consumed = offset + count,
            .bytes = bytes};
  }

  websocket_event read_control(std::span<char> in, const header& head) noexcept {
    const auto length = static_cast<std::size_t>(head.length);
    if (in.size() - head.size < length) {
      return {};
    }
    const std::span<char> payload = in.subspan(head.size, length);
    if (role_ == websocket_role::server) {
      apply_mask(payload, mask_);
    }
    websocket_event event{.kind = websocket_event_kind::pong,
                          .consumed = head.size + length,
                          .bytes = {payload.data(), payload.size()}};
    if (head.opcode == static_cast<unsigned>(websocket_opcode::close)) {
      return read_close(event);
    }
    if (head.opcode == static_cast<unsigned>(websocket_opcode::ping)) {
      event.kind = websocket_event_kind::ping;
    }
    return event;
  }

  websocket_event read_close(websocket_event event) noexcept {
    event.kind = websocket_event_kind::close;
    if (event.bytes.empty()) {
      ended_ = true;
      return event;
    }
    if (event.bytes.size() == 1) {
      return break_off("a close frame has half a code");
    }
    const unsigned high = static_cast<unsigned char>(event.bytes[0]);
    const unsigned low = static_cast<unsigned char>(event.bytes[1]);
    const unsigned code = (high << 8U) | low;
    const bool is_protocol_code =
        code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!is_protocol_code && (code < 3000 || code > 4999)) {
      return break_off("a close frame has a code that may not be sent");
    }
    event.code = static_cast<close_code>(code);
    event.bytes.remove_prefix(2);
    utf8_validator reason;
    if (!reason.feed(event.bytes) || !reason.is_complete()) {
      return fail(close_code::invalid_payload, "the reason of a close frame is not UTF-8");
    }
    ended_ = true;
    return event;
  }

  std::uint64_t remaining_ = 0;      // Payload of the current data frame still to come.
  std::uint64_t message_bytes_ = 0;  // Of the current message, this frame included.
  std::uint32_t fragments_ = 0;
  websocket_mask mask_{};  // Turned so that it begins at the next byte.
  utf8_validator utf8_;    // Between messages always between characters, or it had failed.
  websocket_role role_;
  bool inside_message_ = false;
  bool begins_message_ = false;  // No piece of the current message was yielded yet.
  bool is_text_ = false;
  bool is_final_ = false;
  bool ended_ = false;
};

static_assert(sizeof(websocket_receiver) <= 48);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_RECEIVER_HPP
