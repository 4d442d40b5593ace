// collab/client/client_observer.hpp - what a client tells its host.

#ifndef COLLAB_CLIENT_CLIENT_OBSERVER_HPP
#define COLLAB_CLIENT_CLIENT_OBSERVER_HPP

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collab/client/client_options.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/protocol/server_message.hpp"
#include "collab/transport/transport.hpp"

namespace collab {

enum class client_state : std::uint8_t {
  // Not asked to be in a room.
  idle,
  // A connection is made, or the room has not answered yet.
  joining,
  // In the room.
  joined,
  // Cut off; it comes back by itself.
  waiting,
  // The server does not want it back, or another one went on with its session: join() again.
  stopped,
};

// What became of the connection.
struct connection_report {
  client_state state = client_state::idle;
  // Of waiting and stopped: why.
  close_code code = close_code::normal;
  std::string reason{};
  // Of waiting: how long until the next attempt.
  duration retry_in{};
};

// How a client has come into its room.
struct arrival_report {
  // The session of before goes on: only what was missed was told.
  bool is_resumed = false;
  member_profile self{};
  seq_number seq{};
};

// What became of somebody's live stroke.
enum class live_stroke_change : std::uint8_t { started, extended, ended, cancelled };

// Told what happens. Every function does nothing unless it is overridden.
//
// All calls come from inside client::poll() (and none once the client is destroyed), when the
// client is in order: it may be asked and told anything, but poll(), and it may not be destroyed.
class client_observer {
 public:
  virtual ~client_observer() = default;

  virtual void on_connection(const connection_report& /*report*/) {}
  virtual void on_joined(const arrival_report& /*report*/) {}

  // Exactly one of the two, once, for each ticket that was given out: the operation is in the
  // room's log for good, at `seq`; or it has changed nothing. The seq is 0 where the board shows
  // that it was done, and the session in which it was is lost. Reason aborted: it was sent in a
  // session that is lost, and nobody knows whether it was done.
  virtual void on_operation_done(operation_ticket /*ticket*/, seq_number /*seq*/) {}
  virtual void on_operation_rejected(operation_ticket /*ticket*/, const absl::Status& /*why*/) {}

  // The elements with these ids look different in document(), or are new there, or gone. Once
  // for each poll(), with each id once.
  virtual void on_board_changed(std::span<const element_id> /*ids*/) {}
  // A stroke that somebody else draws; `from`: the first point that is new.
  virtual void on_live_stroke(std::string_view /*id*/, live_stroke_change /*what*/,
                              std::size_t /*from*/) {}

  virtual void on_members_changed() {}
  // Every message of the room, of this client too. After on_joined() chat() may be new as a whole.
  virtual void on_chat(const chat_message& /*said*/) {}
  virtual void on_history_changed() {}
  virtual void on_versions_changed() {}
  virtual void on_cursors(std::span<const member_cursor> /*cursors*/) {}
  virtual void on_host_message(const host_message& /*message*/) {}
  // What the server refused that is no operation, or said of itself.
  virtual void on_error(const absl::Status& /*why*/, std::string_view /*answers*/) {}
  // What the server said contradicts what it said before; everything is fetched anew.
  virtual void on_out_of_step(const absl::Status& /*why*/) {}
  // Whatever the server says, as it says it, after it was taken in. For logs and measurements.
  virtual void on_message(const server_message& /*message*/) {}

 protected:
  client_observer() = default;
  client_observer(const client_observer&) = default;
  client_observer& operator=(const client_observer&) = default;
};

}  // namespace collab

#endif  // COLLAB_CLIENT_CLIENT_OBSERVER_HPP
