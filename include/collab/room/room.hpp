// collab/room/room.hpp - the state machine of one board.
//
// A room takes commands and the time, and yields events and records. It has no thread, no
// clock, no network and no storage: the same class runs in a server, inside a game, and in
// a simulation. For what joins it to transports and a storage, see collab/server.
//
//   room board{"ROOM01", limits, sink};
//   board.join(ann, {.client = "c1", .user = "u1", .name = "Ann"}, clock.now());
//   board.execute(ann, command, clock.now());

#ifndef COLLAB_ROOM_ROOM_HPP
#define COLLAB_ROOM_ROOM_HPP

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/document/document.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation_log.hpp"
#include "collab/room/chat.hpp"
#include "collab/room/command.hpp"
#include "collab/room/event.hpp"
#include "collab/room/member.hpp"
#include "collab/room/presence.hpp"
#include "collab/room/session_registry.hpp"
#include "collab/room/told_operation.hpp"
#include "collab/room/version.hpp"

namespace collab {

struct room_options {
  // What undo and redo mean that name no scope.
  undo_scope default_scope = undo_scope::room;
};

// The session that somebody comes back with, and the last operation that he was told of.
struct resume_point {
  std::string session;
  seq_number seq{};
};

// Who joins. The host has decided that he may.
struct join_request {
  // Those of a new session, where it comes to that.
  client_id client;
  user_id user;
  // The secret to come back with. Empty: the session ends with the member, and has no records.
  std::string session;
  std::string name;
  // Not given: the room chooses one, or he has the one that he had.
  std::optional<collab::color> color;
  std::optional<resume_point> resume{};
};

// How somebody has joined.
struct join_result {
  const member& self;
  // Whether it is the session that he came back with.
  bool is_resumed = false;
  // The member whose session this was until now: his connection is to be closed.
  std::optional<member_id> taken_over;
};

// One board and the people at it. Deterministic: the same calls yield the same output.
//
// Threads: one object, one thread at a time. The sink is called from inside the calls and
// must not call back.
// Memory: bounded by the limits; bytes() for the board.
class room {
 public:
  using member_map = absl::btree_map<member_id, member>;
  // In the order of the ids, so that everything that lists them is deterministic.
  using live_stroke_map = absl::btree_map<element_id, live_stroke>;

  // Keeps a reference to `sink`, which must outlive this object.
  room(std::string name, const limits& bounds, room_sink& sink, room_options options = {});
  room(const room&) = delete;
  room& operator=(const room&) = delete;

  // ---- Loading: before anybody joins

  // Takes the next record of the room's log. After the last one begin() is to be called.
  //
  // Fails with data_loss when the record is damaged or can't follow what was taken before, and
  // with unimplemented when it is of another version; the room is then of no further use.
  [[nodiscard]] absl::Status restore(std::string_view record);

  // The log has been read. Sessions that it has left connected wait for their clients from now.
  void begin(moment now) { sessions_.begin(now); }

  // ---- Running

  // Lets somebody in, sends him the state of the room and tells the others. Requires: `id`
  // is not in the room.
  //
  // Who comes back with a session that is still known, not beyond what is retained since, goes
  // on with it: he is sent what has happened meanwhile, and his live strokes are his again. If
  // that session has a member, this one takes his place, and the others are told nothing.
  // Otherwise he begins a new session.
  //
  // Fails with resource_exhausted, changing nothing, when the room is full.
  [[nodiscard]] absl::StatusOr<join_result> join(member_id id, join_request request, moment now);

  // Lets him go; nothing when he is not here. Strokes he has not ended wait for
  // limits::orphan_stroke and are then committed by the room. His session waits for
  // limits::session_life.
  void leave(member_id id, moment now);

  // Does what a member asks. Requires: `from` is in the room.
  //
  // An operation is always answered through the sink, and OK is returned. For all else an
  // error means that nothing was changed, and why; it is to be told to the member.
  [[nodiscard]] absl::Status execute(member_id from, const room_command& command, moment now);

  // The place in the past, where `command` asks to restore the board and is to be executed with
  // the board there: with restore_version::past. Otherwise it would be answered with
  // `unavailable`. Nothing for all other commands. Requires: `from` is in the room.
  [[nodiscard]] std::optional<seq_number> needs_past(member_id from,
                                                     const room_command& command) const;

  // Does what has become due. To be called at or after next_deadline().
  void tick(moment now);

  // When tick() next has something to do, at the earliest.
  [[nodiscard]] std::optional<instant> next_deadline() const;

  // Commits every stroke that is being drawn, as far as it has come: before the room leaves
  // memory.
  void settle(moment now);

  // Tells the room how far its log is durable. Bounds the operations in flight.
  void set_durable(log_position position) noexcept { durable_ = position; }

  // ---- What there is

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const document& board() const noexcept { return board_; }
  [[nodiscard]] const member_map& members() const noexcept { return members_; }
  [[nodiscard]] const live_stroke_map& live_strokes() const noexcept { return live_; }
  [[nodiscard]] const chat_log& chat() const noexcept { return chat_; }
  // In the order in which they were saved.
  [[nodiscard]] const std::vector<saved_version>& versions() const noexcept { return versions_; }
  // The latest operations, as members are told of them.
  [[nodiscard]] const retained_operations& retained() const noexcept { return retained_; }
  // Sessions whose clients are not here.
  [[nodiscard]] const session_registry& sessions() const noexcept { return sessions_; }
  // What members are told of `op` if they have not heard of it: refers to `op`. To its own
  // client it is told with his number for it, and his own stroke without its points, but where
  // he has nothing of the board: `after`, the last operation that he was told of, is 0.
  [[nodiscard]] room_event retell(const told_operation& op, const member& to,
                                  seq_number after) const;
  // The last operation, durable or not.
  [[nodiscard]] seq_number last_seq() const noexcept { return log_.last(); }
  // The last record of its log, likewise.
  [[nodiscard]] log_position last_position() const noexcept { return log_.last_position(); }
  // What there is to undo and redo for `user`. O(log operations).
  [[nodiscard]] history_changed history(std::string_view user) const;
  [[nodiscard]] const room_options& options() const noexcept { return options_; }
  [[nodiscard]] std::optional<cursor> cursor_of(member_id id, instant now) const {
    return presence_.find(id, now);
  }

 private:
  [[nodiscard]] std::optional<seq_number> needs_past(const member& from,
                                                     const operation_command& command) const;

  // What an operation command has become: an operation to be made, or an answer.
  struct admission {
    enum class kind { accepted, rejected, answered } what = kind::answered;
    absl::Status reason;
    operation::body_type body;
  };

  absl::Status run(member& who, const start_stroke& command, moment now);
  absl::Status run(member& who, const extend_stroke& command, moment now);
  absl::Status run(member& who, const cancel_stroke& command, moment now);
  absl::Status run(member& who, const preview_element& command, moment now);
  absl::Status run(member& who, const send_host_message& command, moment now);
  absl::Status run(member& who, const move_cursor& command, moment now);
  absl::Status run(member& who, const update_member& command, moment now);
  absl::Status run(member& who, const operation_command& command, moment now);

  admission admit(member& who, const end_stroke& command);
  admission admit(member& who, const put_element& command);
  admission admit(member& who, const set_element& command);
  admission admit(member& who, const remove_elements& command);
  admission admit(member& who, const clear_canvas& command);
  admission admit(member& who, const undo& command);
  admission admit(member& who, const redo& command);
  admission admit(member& who, const send_chat& command);
  admission admit(member& who, const save_version& command);
  admission admit(member& who, const restore_version& command);
  admission admit(member& who, const refused_operation& command);

  [[nodiscard]] const member* find_session(std::string_view secret, instant now) const;
  std::optional<join_result> resume(member_id id, const join_request& request, moment now);
  member& enter(member who);
  template <typename Record>
  void store(const Record& record) {
    std::string bytes = log_.append(record);
    sink_.store(std::move(bytes), log_.last_position());
  }
  [[nodiscard]] absl::Status restore_operation(operation op);
  void tell_digest(moment now);

  // Answers a counter that is not the next one. Returns whether it was the next one.
  bool is_next(member& who, operation_counter counter);
  void reject(member& who, operation_counter counter, absl::Status reason, moment now);
  void commit(operation op, member* author, std::string_view ended_stroke, moment now);
  void announce(const told_operation& told, member* author, std::uint64_t live_number);
  void acknowledge(const told_operation& told, member& author);
  void announce_history(const std::vector<user_id>& users);
  void commit_live_stroke(live_stroke_map::iterator at, moment now);
  void commit_live_strokes(moment now, bool all);
  void relay_cursors(moment now);
  void tell_gap(const member& to, std::string_view id);
  // Null when he is not here.
  [[nodiscard]] const member* find_member(member_id id) const;
  [[nodiscard]] const member* find_client(std::string_view client) const;

  [[nodiscard]] static absl::Status check_creator(const member& who, const element& made);
  [[nodiscard]] absl::Status check_points(std::span<const point> points) const;
  [[nodiscard]] absl::Status check_room_for(std::size_t elements, std::size_t bytes) const;
  [[nodiscard]] std::string index_on_top() const;

  std::string name_;
  const limits bounds_;
  const room_options options_;
  room_sink& sink_;
  document board_;
  edit_history history_;
  operation_log log_;
  chat_log chat_;
  std::vector<saved_version> versions_;
  presence presence_;
  member_map members_;
  // Never iterated: its order differs from run to run.
  absl::flat_hash_map<client_id, member_id> clients_;
  session_registry sessions_;
  retained_operations retained_;
  live_stroke_map live_;
  std::size_t live_bytes_ = 0;
  log_position durable_{};
  // What the members have been told of scope room.
  history_changed announced_;
  // When the digest is to be told of the board, which has changed since it was.
  std::optional<instant> digest_due_;
  std::uint32_t joins_ = 0;
  // How many strokes have been begun: live strokes are numbered by it.
  std::uint64_t strokes_ = 0;
};

}  // namespace collab

#include "collab/room/detail/room_members.hpp"     // IWYU pragma: export
#include "collab/room/detail/room_operations.hpp"  // IWYU pragma: export
#include "collab/room/detail/room_sessions.hpp"    // IWYU pragma: export
#include "collab/room/detail/room_strokes.hpp"     // IWYU pragma: export
#include "collab/room/detail/room_versions.hpp"    // IWYU pragma: export

#endif  // COLLAB_ROOM_ROOM_HPP
