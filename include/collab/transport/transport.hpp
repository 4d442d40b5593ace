// collab/transport/transport.hpp - one end of a connection that carries whole messages.
//
// The seam between a room's members and the network. loopback_transport joins two ends in
// one process; websocket_listener yields one per connection. A host with a channel of its
// own (a relay, WebRTC, a game engine's) implements this class.

#ifndef COLLAB_TRANSPORT_TRANSPORT_HPP
#define COLLAB_TRANSPORT_TRANSPORT_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collab/transport/payload.hpp"

namespace collab {

// Why a connection ended; the numbers of RFC 6455, section 7.4, and the board server's own.
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,
  abnormal = 1006,
  invalid_payload = 1007,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
  taken_over = 4001,
  join_deadline = 4008,
};

// What a transport tells its user. All calls come on the transport's own thread, never
// from inside a call to the transport.
class transport_handler {
 public:
  // One whole message. `bytes` is valid during the call; at least 64 readable bytes
  // follow it (their content means nothing), so that vectorised parsers may overrun.
  virtual void on_message(std::string_view bytes, payload_kind kind) = 0;

  // The connection has ended; exactly once, and the last call. `code` is the peer's, or
  // why this end gave up; abnormal (1006) when the connection was lost. The transport may
  // be destroyed from inside this call.
  virtual void on_close(close_code code, std::string_view reason) = 0;

  // queued_bytes() has fallen to zero: everything given to send() so far was taken by the
  // network. For senders that stop at some amount queued and go on here.
  virtual void on_drained() {}

 protected:
  ~transport_handler() = default;
};

// One end of a connection.
//
// Threads: one thread, the one its events come on.
class transport {
 public:
  // Ends the connection at once and without ceremony, if it is still open; no call to the
  // handler comes after this.
  virtual ~transport() = default;

  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  // Begins to deliver to `handler`, which must outlive the connection's on_close or this
  // object, whichever ends first. To be called once, before anything else.
  virtual void start(transport_handler& handler) = 0;

  // Queues one message; messages arrive whole and in order. Never blocks. What was queued
  // in one turn of the loop leaves together. Does nothing once close() was called or the
  // connection has ended.
  virtual void send(shared_payload message) = 0;

  // Sends what is queued, tells the peer `code` and `reason` (at most 123 bytes; the rest
  // is cut), and ends the connection when the peer has answered or after a short time.
  // No more messages are delivered; on_close follows. Does nothing the second time.
  virtual void close(close_code code, std::string_view reason) = 0;

  // Stops or resumes reading. A peer that goes on sending is slowed down by the network's
  // own flow control. Messages already read may still be delivered after pausing: at most
  // those of one read.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // Bytes that were given to send() and not yet taken by the network.
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;

 protected:
  transport() = default;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_TRANSPORT_HPP
