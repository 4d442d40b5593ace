// collab/server/room_host.hpp - many rooms, their members' connections, and their storage.
//
// The part of a server that has no network and no thread of its own: it takes connections
// as transports and the time from a clock. A game runs one inside its frame loop; server
// puts one behind a WebSocket listener.
//
//   room_host host{storage, loop, clock, random, {}};
//   host.accept("ROOM01", std::move(connection));
//   host.poll();   // each frame, or when next_deadline() has come

#ifndef COLLAB_SERVER_ROOM_HOST_HPP
#define COLLAB_SERVER_ROOM_HOST_HPP

#include <absl/functional/any_invocable.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collab/core/clock.hpp"
#include "collab/core/executor.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/log_sink.hpp"
#include "collab/core/random_source.hpp"
#include "collab/history/operation.hpp"
#include "collab/protocol/dialect.hpp"
#include "collab/server/fwd.hpp"
#include "collab/storage/storage.hpp"
#include "collab/transport/transport.hpp"

namespace collab {

struct room_host_options {
  limits bounds;

  // Looks on and has a say; must outlive the host. Null: nobody does.
  room_hooks* hooks = nullptr;

  // What undo and redo mean in these rooms that name no scope.
  undo_scope default_scope = undo_scope::room;

  // How long a room without members stays in memory. At least 0.
  duration room_grace = std::chrono::seconds{60};

  // What clients are told to wait before they come back when a room or the host stops.
  std::chrono::milliseconds retry_after{1'000};

  // How long the first retry of a storage that is unavailable waits; doubled up to 5 s.
  duration storage_retry = std::chrono::milliseconds{100};

  // How long shut_down() waits for the storage and for connections to end.
  duration shut_down_deadline = std::chrono::seconds{8};
};

// What a client has sent to the host, and to the others in its room.
struct received_host_message {
  std::string room;
  user_id user;
  client_id client;
  // 1 to limits::name_characters characters, whatever the client chose.
  std::string name;
  // Any JSON value, checked, of at most limits::host_data_bytes.
  std::string data;
};
using host_message_handler = absl::AnyInvocable<void(const received_host_message&)>;

// What has happened since the host began, and what there is now.
struct room_host_statistics {
  std::uint64_t rooms = 0;
  std::uint64_t connections = 0;
  std::uint64_t members = 0;
  std::uint64_t elements = 0;

  std::uint64_t connections_total = 0;
  std::uint64_t rooms_loaded_total = 0;
  std::uint64_t rooms_evicted_total = 0;
  std::uint64_t rooms_stopped_total = 0;
  std::uint64_t messages_in_total = 0;
  std::uint64_t bytes_in_total = 0;
  std::uint64_t messages_out_total = 0;
  std::uint64_t bytes_out_total = 0;
  std::uint64_t bad_messages_total = 0;
  std::uint64_t operations_total = 0;
  std::uint64_t operations_rejected_total = 0;
  std::uint64_t cursors_dropped_total = 0;
  std::uint64_t reads_slowed_total = 0;
  std::uint64_t slow_readers_closed_total = 0;
  std::uint64_t commits_total = 0;
  std::uint64_t commits_failed_total = 0;
};

// Threads: one, that of the executor: everything is called on it, and calls back on it.
// Memory: the rooms that are loaded, each bounded by the limits, and the connections.
class room_host {
 public:
  // Keeps references to all arguments, which must outlive this object. `random` makes the
  // secrets of sessions.
  room_host(storage& store, executor& loop, const clock& time, random_source& random,
            room_host_options options = {}, log_sink* log = nullptr);
  room_host(storage&, executor&, const clock&&, random_source&, room_host_options = {},
            log_sink* = nullptr) = delete;  // Would dangle.

  // Ends all connections at once. For an orderly end see shut_down().
  ~room_host();
  room_host(const room_host&) = delete;
  room_host& operator=(const room_host&) = delete;

  // Takes a connection whose client wants to be in `room` and speaks `spoken`: text messages
  // in JSON, binary ones in the binary dialect. Requires: is_room_name(room).
  void accept(std::string_view room, std::unique_ptr<transport> connection,
              dialect spoken = dialect::json);

  // Yields the board of `room` as JSON text, with nothing in it that is not durable; loads
  // the room when it is not in memory. `done` is called exactly once, perhaps from inside
  // this call; with an error when the room can't be loaded or is stopped.
  void snapshot(std::string_view room, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done);

  // Likewise, what the board showed after the operation `seq`, 0 for before all, or after the last
  // one that was done before or at `time`. The first to ask for the past of a room lets its log be
  // read again, which is then kept for a minute. Fails also with invalid_argument when `seq` is
  // beyond the last operation, and resource_exhausted when limits::history_requests wait already.
  void snapshot_at(std::string_view room, seq_number seq,
                   absl::AnyInvocable<void(absl::StatusOr<std::string>)> done);
  void snapshot_at(std::string_view room, unix_time time,
                   absl::AnyInvocable<void(absl::StatusOr<std::string>)> done);

  // Does what has become due. To be called when next_deadline() has come; more often does
  // no harm.
  void poll();

  // When poll() next has something to do. Ask again after each call or message.
  [[nodiscard]] std::optional<instant> next_deadline() const;

  // Called whenever next_deadline() has moved to an earlier time. For hosts that arm a
  // timer; may be left out by those that poll in a frame loop.
  void on_earlier_deadline(absl::AnyInvocable<void()> callback);

  // Called with each `host:message`, those of one room in the order in which they came; the
  // others in the room are told in any case. From the executor, never from inside a call to
  // this object: the handler may call anything of this object, and may destroy it. A new
  // handler takes the place of the one before, also for what is on its way; null for none.
  void on_host_message(host_message_handler handler);

  // Ends everything in good order: commits what is pending, strokes that are being drawn
  // included, sends `server:closing`, closes every connection with 1001, and calls `done`
  // once, after shut_down_deadline at the latest.
  void shut_down(absl::AnyInvocable<void()> done);

  [[nodiscard]] room_host_statistics statistics() const;

 private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace collab

#endif  // COLLAB_SERVER_ROOM_HOST_HPP
