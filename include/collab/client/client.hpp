// collab/client/client.hpp - one person's view of a room, and his hands on it.
//
// What is done here is shown at once, sent when there is a connection, and kept until the server
// has answered it, over cuts, restarts of the server and, with a pending_store, of the
// application. It has no threads, no sockets and no clock of its own: poll() does all the work.
//
//   client board{dial, random, {.name = "Ann"}};
//   board.join("ROOM01");
//   auto stroke = board.begin_stroke({.tool = token::pen, .width = 4});
//   stroke.extend({.x = 100, .y = 200});        // each pointer event
//   board.poll(time.now());                     // each frame
//   for (const element* each : board.document().in(view)) draw(*each);

#ifndef COLLAB_CLIENT_CLIENT_HPP
#define COLLAB_CLIENT_CLIENT_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/client/client_observer.hpp"
#include "collab/client/client_options.hpp"
#include "collab/client/client_stroke.hpp"
#include "collab/client/pending_store.hpp"
#include "collab/client/shown_board.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/random_source.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/server_message.hpp"
#include "collab/room/chat.hpp"
#include "collab/transport/connector.hpp"

namespace collab {

namespace detail {
class client_core;
}

// With what an operation is done.
struct operation_options {
  // Operations with the same group are undone together; empty: by itself.
  std::string group{};
  // Of set(): only if nothing was done to the element after that operation.
  std::optional<seq_number> if_seq{};
};

// A stroke that somebody is drawing. Valid until the client is told or polled.
struct shown_stroke {
  element_id id;
  // Whose; empty for one's own before the first join.
  user_id user;
  client_id client;
  // Tool, colour, width, opacity and, of others, the place in the z-order; no points.
  const element* style = nullptr;
  std::span<const point> points;
  bool is_own = false;
};

// Threads: one. Everything is done on the caller's thread.
// Memory: the confirmed board and what is shown share elements; what is pending is bounded by
// client_options::pending_bytes_max.
class client {
 public:
  // Both are kept by reference and must outlive this object. `random` need not be fit for secrets,
  // but its ids must not meet those of others.
  client(connector& dial, random_source& random, client_options options = {});
  ~client();
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;

  // Who is told, from now on; null: nobody. Outlives the client or is taken away by another call.
  void observe(client_observer* hears);

  // ---- The room

  // Goes into a room, and comes back into it after every cut, until leave(). The first poll()
  // connects. After client_state::stopped: tries again. What is pending waits for the room it was
  // done in: a client is for one room. In a store another room's work is left alone.
  //
  // invalid_argument when `room` is no is_room_name(), failed_precondition when it is another one
  // than before.
  absl::Status join(std::string_view room);
  // Closes the connection. What is pending stays, and is sent after join().
  void leave();
  // Drops a connection that the host knows to be dead and comes back at once: say, the network
  // has changed.
  void reconnect();

  // Does everything that is due: takes in what has come, tells the observer, sends. To be called
  // on each frame or at next_deadline(), and after the transport had something. `now` never goes
  // backwards; all times are counted on it.
  void poll(instant now);
  void poll(const moment& now) { poll(now.steady); }
  // When something is due without anything else happening; nullopt when nothing is.
  [[nodiscard]] std::optional<instant> next_deadline() const;

  // ---- What is seen

  [[nodiscard]] client_state state() const;
  // What the server has said, with what is pending on top.
  [[nodiscard]] const shown_board& document() const;
  // What the server has said. Its content_digest() is the room's own at seq().
  [[nodiscard]] const collab::document& confirmed() const;
  // The last operation of the room that is in confirmed().
  [[nodiscard]] seq_number seq() const;
  // Strokes that are being drawn, those of others and then one's own.
  [[nodiscard]] std::vector<shown_stroke> live_strokes() const;
  // This client as the room knows it; empty before the first join.
  [[nodiscard]] const member_profile& self() const;
  // Everybody in the room, this client too, in the order in which they were told.
  [[nodiscard]] const std::vector<member_profile>& members() const;
  // The latest messages, oldest first, and the versions that have names.
  [[nodiscard]] const std::deque<chat_message>& chat() const;
  [[nodiscard]] const std::vector<version_saved_message>& versions() const;
  // What there is to undo and redo.
  [[nodiscard]] const history_message& history() const;
  [[nodiscard]] undo_scope scope() const;

  // ---- What is done. Each is shown at once and answered by on_operation_done() or
  // on_operation_rejected(). Fails, with nothing done, with invalid_argument when the server would
  // not take it whoever asks, and with resource_exhausted when too much is pending.

  // Begins a stroke; the others see it as it grows.
  client_stroke begin_stroke(const stroke_style& style = {});
  // A new element, whole strokes too; on top unless it has an index. make_id() makes its id.
  absl::StatusOr<operation_ticket> put(element value, const operation_options& with = {});
  absl::StatusOr<operation_ticket> set(std::string_view id, property_changes changes,
                                       const operation_options& with = {});
  absl::StatusOr<operation_ticket> remove(std::vector<element_id> ids,
                                          const operation_options& with = {});
  // Removes everything. Done offline, it removes what was shown when it was called.
  absl::StatusOr<operation_ticket> clear(const operation_options& with = {});
  // Only the room knows what that will be: failed_precondition while not joined.
  absl::StatusOr<operation_ticket> undo(std::optional<undo_scope> scope = {});
  absl::StatusOr<operation_ticket> redo(std::optional<undo_scope> scope = {});
  absl::StatusOr<operation_ticket> say(std::string_view text);
  absl::StatusOr<operation_ticket> save_version(std::string_view name);
  // Makes the board what it was after the operation `seq`; failed_precondition while not joined.
  absl::StatusOr<operation_ticket> restore_version(seq_number seq);

  // Passing things: told to those who are there when it is told, never answered, dropped while
  // not joined and when they come too fast.
  void move_cursor(double x, double y, bool is_drawing = false);
  void preview(std::string_view id, property_changes changes);
  // invalid_argument when the server would not take it, unavailable while not joined.
  absl::Status send_host_message(std::string_view name, std::string_view json);
  // Keeps name and colour for joins to come too.
  void update_member(std::optional<std::string> name, std::optional<color> paint);
  void use_scope(std::optional<undo_scope> scope);

  // An id that nothing has.
  [[nodiscard]] element_id make_id();

  // ---- What is not answered yet

  // Operations, without strokes that are being drawn.
  [[nodiscard]] std::size_t pending_count() const;
  [[nodiscard]] std::size_t pending_bytes() const;
  // Those that somebody is told of, in order; also of what was taken up from a pending_store.
  [[nodiscard]] std::vector<operation_ticket> pending_tickets() const;
  // Bytes that were handed to transports so far.
  [[nodiscard]] std::uint64_t bytes_sent() const;
  // The last round trip of a ping.
  [[nodiscard]] std::optional<duration> round_trip() const;

 private:
  std::shared_ptr<detail::client_core> core_;
};

}  // namespace collab

#include "collab/client/detail/client_definitions.hpp"

#endif  // COLLAB_CLIENT_CLIENT_HPP
