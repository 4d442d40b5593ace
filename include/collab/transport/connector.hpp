// collab/transport/connector.hpp - where a client gets its connections from.
//
// The client's half of the seam: a client that loses its connection asks for another one.
// websocket_connector dials a board server; a host with a channel of its own implements this
// class beside its transport, and one that is its own server returns an end of a loopback pair.

#ifndef COLLAB_TRANSPORT_CONNECTOR_HPP
#define COLLAB_TRANSPORT_CONNECTOR_HPP

#include <memory>
#include <string_view>

#include "collab/transport/transport.hpp"

namespace collab {

// Threads: one, that of the transports it makes.
class connector {
 public:
  virtual ~connector() = default;
  connector(const connector&) = delete;
  connector& operator=(const connector&) = delete;

  // Begins a connection to `room` that carries the binary dialect; never null, never blocks. What
  // is sent before it stands waits for it. One that can't be made says so as one that is lost
  // does: by on_close with close_code::abnormal and the reason, after start().
  [[nodiscard]] virtual std::unique_ptr<transport> connect(std::string_view room) = 0;

 protected:
  connector() = default;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_CONNECTOR_HPP
