// src/server/host/hosted_room.hpp - one room in memory, between its members and the storage.

#ifndef COLLAB_SRC_SERVER_HOST_HOSTED_ROOM_HPP
#define COLLAB_SRC_SERVER_HOST_HOSTED_ROOM_HPP

#include <absl/container/btree_map.h>
#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/random_source.hpp"
#include "collab/room/room.hpp"
#include "collab/server/room_hooks.hpp"
#include "collab/server/room_host.hpp"
#include "collab/storage/storage.hpp"
#include "server/host/room_past.hpp"
#include "server/host/session.hpp"
#include "server/host/wire_messages.hpp"

namespace collab {

using snapshot_handler = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

// What a hosted room needs of the host it belongs to.
class hosted_room_owner {
 public:
  virtual moment now() const = 0;
  virtual const room_host_options& options() const = 0;
  virtual room_host_statistics& counters() = 0;
  virtual random_source& random() = 0;
  virtual log_sink& log() = 0;
  // Somebody in the room has sent a message to the host.
  virtual void pass_on(const hosted_room& from, const host_message_sent& message) = 0;
  // The room has a new deadline, or none.
  virtual void schedule(hosted_room& of) = 0;
  // The room has records to be appended at the end of this turn.
  virtual void append_later(hosted_room& from) = 0;
  // Reads the log; past_read() is to be called with the result.
  virtual void read(hosted_room& of) = 0;
  // go_on_looking_back() is to be called in another turn of the loop.
  virtual void look_back_later(hosted_room& of) = 0;
  // Whether one more may look at the past, who is then counted until done_looking_back().
  virtual bool may_look_back() = 0;
  virtual void done_looking_back() = 0;
  // The room has something of its past in memory.
  virtual void keep_past(hosted_room& of) = 0;
  // Appends now; append_done() is to be called with the result.
  virtual void append(hosted_room& from, append_request request) = 0;
  // The room is to leave memory; destroys it, when its present call has returned.
  virtual void discard(hosted_room& gone) = 0;

 protected:
  ~hosted_room_owner() = default;
};

// Holds back everything that speaks of an operation until that operation is durable.
class hosted_room final : public room_sink {
 public:
  hosted_room(hosted_room_owner& owner, std::uint64_t number, std::string name);

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] const std::string& name() const noexcept { return board_.name(); }
  [[nodiscard]] const room& board() const noexcept { return board_; }
  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }
  [[nodiscard]] bool is_durable() const noexcept { return durable_ == board_.last_position(); }

  // ---- Loading

  // Takes what the storage yielded, then lets in all who wait. On failure the room stops.
  void loaded(absl::StatusOr<opened_room> opened);

  // ---- Members

  void join(session& who, join_message message);
  void leave(session& who);
  [[nodiscard]] absl::Status execute(session& from, const room_command& command);
  // Sends `message` to a member, but not before the state of the room.
  void send_after_state(session& to, shared_payload message);

  void snapshot(snapshot_handler done);

  // ---- The past: hosted_room_past.cpp

  // Yields a board of the past when what is in the log now is durable. Fails with
  // resource_exhausted when too many look at the past.
  void look(look_back request);
  void past_read(absl::StatusOr<opened_room> opened);
  void go_on_looking_back();
  // What is kept to look at the past again, unless somebody waits for it.
  [[nodiscard]] std::size_t idle_past_bytes() const;
  [[nodiscard]] bool has_past() const noexcept { return past_ != nullptr; }
  void forget_past();

  // ---- Time and storage

  void poll();
  [[nodiscard]] std::optional<instant> next_deadline() const;
  void append_pending();
  void append_done(const absl::Status& status);

  // Commits the strokes that are being drawn.
  void settle();
  // Sends everybody away: the room can't go on, or is not wanted any more.
  void stop(const absl::Status& reason);

 private:
  struct waiting_member {
    session* who = nullptr;
    join_message message;
  };
  struct present_member {
    session* who = nullptr;
    // The place of the room's state among the gated outputs.
    std::uint64_t entered_at = 0;
    // Whether the state has been sent; before, what comes at once is held back.
    bool has_state = false;
    std::vector<shared_payload> held;
  };
  // An output that waits for a record to be durable.
  struct gated_output {
    enum class target { one, all, others, snapshot, past } to = target::one;
    log_position gate{};
    std::uint64_t place = 0;
    member_id member{};
    bool is_state = false;
    wire_messages messages;
    std::string text;
    snapshot_handler done;
    look_back request;
  };

  void to_member(member_id to, const room_event& event, log_position gate) override;
  void to_all(const room_event& event, log_position gate) override;
  void to_others(member_id except, const room_event& event, log_position gate) override;
  void store(std::string record, log_position position) override;
  void applied(const operation& done, const edit_effect& effect) override;

  void put_out(gated_output output);
  void deliver(gated_output& output);
  void deliver_to_many(const gated_output& output, const member_id* except);
  [[nodiscard]] wire_messages encode(const room_event& event) const;
  void relay(present_member& to, const wire_parts& messages, bool is_passing);
  void release();
  void admit(session& who, join_message message);
  bool remove_member(const session& who);
  // Another connection has the session of `id` now.
  void take_over(member_id id);
  absl::Status execute_hooked(room_hooks& hooks, session& from, room_command command);
  // Executes `command`, with the past that it needs.
  absl::Status run(session& from, const room_command& command);
  void run_with_past(member_id from, operation_command command,
                     absl::StatusOr<board_snapshot> past);
  void ask_past(look_back request);
  void answer_past(look_back& request, absl::StatusOr<board_snapshot> past);
  void refuse_past(const absl::Status& reason);
  void keep_past_for_now();
  void schedule();
  void consider_leaving_memory();

  hosted_room_owner& owner_;
  const std::uint64_t number_;
  collab::room board_;
  bool is_loaded_ = false;
  bool is_stopped_ = false;
  std::uint64_t epoch_ = 0;
  log_position durable_{};
  // The last operation of what is with the storage.
  seq_number in_flight_seq_{};
  // The last operation that is durable.
  seq_number committed_{};
  // The last operation that is in the statistics.
  seq_number counted_{};
  // Records that are with the storage, and those that wait for them.
  std::vector<std::string> in_flight_;
  std::vector<std::string> pending_;
  bool is_append_planned_ = false;
  duration retry_wait_{};
  std::optional<instant> retry_at_;
  std::optional<instant> leave_memory_at_;

  std::vector<waiting_member> waiting_;
  std::vector<snapshot_handler> waiting_snapshots_;
  std::vector<look_back> waiting_looks_;
  // Null: nobody has looked back for a while.
  std::unique_ptr<room_past> past_;
  std::optional<instant> forget_past_at_;
  absl::btree_map<member_id, present_member> members_;
  // How many of them speak each dialect.
  std::array<std::size_t, dialect_count> speakers_{};
  std::deque<gated_output> gated_;
  std::uint64_t next_place_ = 1;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_HOST_HOSTED_ROOM_HPP
