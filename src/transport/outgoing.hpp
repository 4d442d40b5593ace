// transport/outgoing.hpp - one frame on its way out. Private to this module.

#ifndef COLLAB_TRANSPORT_OUTGOING_HPP
#define COLLAB_TRANSPORT_OUTGOING_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "collab/transport/payload.hpp"
#include "collab/transport/websocket_frame.hpp"

namespace collab {

// A payload that others may share, and the header of its frame; 32 bytes.
class outgoing {
 public:
  // A message or a control frame. A client's `body` is masked already, with `mask`.
  outgoing(shared_payload body, websocket_opcode opcode, const websocket_mask* mask = nullptr)
      : body_{std::move(body)} {
    const frame_header header = write_frame_header(opcode, body_->bytes.size(), {.mask = mask});
    std::copy_n(header.bytes.begin(), header.size, header_.begin());
    header_size_ = header.size;
    is_pong_ = opcode == websocket_opcode::pong;
  }

  // Bytes that are no frame: those of the handshake.
  explicit outgoing(shared_payload raw) : body_{std::move(raw)} {}

  [[nodiscard]] std::string_view header() const { return {header_.data(), header_size_}; }
  [[nodiscard]] std::string_view body() const { return body_->bytes; }
  [[nodiscard]] std::size_t size() const { return header_size_ + body_->bytes.size(); }
  [[nodiscard]] bool is_pong() const { return is_pong_; }

  // Lets go of the payload; nothing else may be asked for any more.
  void release() { body_ = nullptr; }

 private:
  shared_payload body_;
  std::array<char, 14> header_{};
  unsigned char header_size_ = 0;
  bool is_pong_ = false;
};

static_assert(sizeof(outgoing) <= 32);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_OUTGOING_HPP
