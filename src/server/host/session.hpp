// src/server/host/session.hpp - one connection: from its first message to its end.

#ifndef COLLAB_SRC_SERVER_HOST_SESSION_HPP
#define COLLAB_SRC_SERVER_HOST_SESSION_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/token_bucket.hpp"
#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/dialect.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/protocol/message.hpp"
#include "collab/room/member.hpp"
#include "collab/server/room_host.hpp"
#include "collab/transport/transport.hpp"
#include "server/host/wire_messages.hpp"

namespace collab {

class hosted_room;
class session;

// What a session needs of the host it belongs to.
class session_owner {
 public:
  virtual json_decoder& decoder() = 0;
  // Holds the points of a message while it is looked at.
  virtual std::vector<point>& points() = 0;
  virtual moment now() const = 0;
  virtual const limits& bounds() const = 0;
  virtual room_host_statistics& counters() = 0;
  // The session has a new deadline, or none.
  virtual void schedule(session& of) = 0;
  virtual void joining(session& who, const join_message& message) = 0;
  // The connection has ended; destroys the session.
  virtual void ended(session& who) = 0;

 protected:
  ~session_owner() = default;
};

// Reads what a client sends, no faster than he may send, and passes it to his room.
class session final : public transport_handler {
 public:
  session(session_owner& owner, member_id id, std::string room,
          std::unique_ptr<transport> connection, dialect spoken);

  // Begins to read.
  void start();

  [[nodiscard]] member_id id() const noexcept { return id_; }
  [[nodiscard]] const std::string& room_name() const noexcept { return room_name_; }
  [[nodiscard]] dialect spoken() const noexcept { return spoken_; }

  // The room that this session is a member of; null before it has joined and after it left.
  [[nodiscard]] hosted_room* room() const noexcept { return room_; }
  // Puts the session into a room that is still being loaded, where it has no user, and again
  // when it is a member of it: then what it has said meanwhile is taken.
  void enter(hosted_room* room, user_id user);
  void leave_room() noexcept { room_ = nullptr; }
  // Takes no more messages, until it may go on with those that came.
  void hold_on() noexcept { is_holding_on_ = true; }
  void go_on();

  // Sends `message`. A reader who is too slow for it is disconnected.
  void send(const shared_payload& message);
  // Sends what belongs together. In several messages, or as the state of the room, it may be
  // larger than what may wait otherwise: as much more may wait as the largest such has.
  void send(const wire_parts& messages, bool is_state);
  // Sends a cursor or a preview, unless much is waiting already.
  void send_passing(const shared_payload& message);

  void send_error(const absl::Status& reason, std::string_view type);
  // Ends the connection; the session leaves its room when it has ended.
  void close(close_code code, std::string_view reason);
  // Takes no more messages, before the host ends.
  void stop_reading();
  [[nodiscard]] bool is_closing() const noexcept { return is_closing_; }

  void poll(instant now);
  [[nodiscard]] std::optional<instant> next_deadline() const;

 private:
  void on_message(std::string_view bytes, payload_kind kind) override;
  void on_close(close_code code, std::string_view reason) override;

  struct held_frame {
    std::string bytes;
    std::size_t taken = 0;
  };

  [[nodiscard]] bool is_waiting_to_enter() const noexcept {
    return room_ != nullptr && user_.empty();
  }
  [[nodiscard]] bool is_waiting() const noexcept { return is_waiting_to_enter() || is_holding_on_; }
  // Takes what was said while it waited.
  void take_held();
  // Sends what answers no operation; in a room it comes after the state of the room.
  void answer(shared_payload message);
  void take_frame(std::string_view bytes, std::size_t taken);
  void take_json(std::string_view bytes, std::size_t taken);
  void take_binary(std::string_view bytes);
  void hold(std::string_view bytes, std::size_t taken);
  void take(const client_message& message);
  void take_join(const join_message& message);
  void take_command(const client_message& message, const room_command& command);
  void count_bad_message();
  void slow_down(instant now);
  void schedule();

  session_owner& owner_;
  const member_id id_;
  const std::string room_name_;
  const dialect spoken_;
  // For the binary dialect.
  std::optional<binary_decoder> binary_;
  std::unique_ptr<transport> connection_;
  hosted_room* room_ = nullptr;
  user_id user_;
  // What was said after room:join while the room was loaded, or after an operation that waits for
  // the past: what one read has brought, as reading is paused with the first of them.
  std::vector<held_frame> held_;
  bool has_asked_to_join_ = false;
  bool is_holding_on_ = false;
  bool is_closing_ = false;
  bool is_stopped_ = false;
  // What may wait beyond output_queue_bytes: the largest of the states and the like that were
  // sent since nothing was waiting.
  std::size_t state_bytes_ = 0;
  instant join_by_{};
  std::optional<instant> resume_at_;
  token_bucket operations_;
  token_bucket previews_;
  token_bucket bytes_;
  // When the latest messages that were not understood came; at most the limit.
  std::deque<instant> bad_messages_;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_HOST_SESSION_HPP
