// transport/listener_core.hpp - what the connections of one listener share. Private to this
// module.

#ifndef COLLAB_TRANSPORT_LISTENER_CORE_HPP
#define COLLAB_TRANSPORT_LISTENER_CORE_HPP

#include <absl/container/flat_hash_set.h>

#include "collab/transport/websocket_listener.hpp"
#include "transport/connection_core.hpp"

namespace collab {

class http_connection;

// Kept alive by the listener and by each connection.
//
// Threads: the loop's.
class listener_core final : public connection_core {
 public:
  listener_core(event_loop& loop, listener_handler& to, const websocket_options& given)
      : connection_core{loop, given, nullptr}, handler{&to} {}

  listener_handler* handler;  // Null once the listener is destroyed.
  absl::flat_hash_set<http_connection*> http_connections;
  bool is_shutting_down = false;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_LISTENER_CORE_HPP
