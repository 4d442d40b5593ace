// collab/client/detail/follower.hpp - follows one room: what arrives changes the board and the
// room, in the order of the room's operations.
//
// It knows where among them it is, so that after a cut the server needs to tell only what is
// missing, and has everything told anew when it has lost that place.

#ifndef COLLAB_CLIENT_DETAIL_FOLLOWER_HPP
#define COLLAB_CLIENT_DETAIL_FOLLOWER_HPP

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>
#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cstddef>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/detail/client_context.hpp"
#include "collab/client/detail/client_room.hpp"
#include "collab/client/detail/own_work.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/digest.hpp"
#include "collab/protocol/message.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab::detail {

// What a client says of its person.
struct member_update {
  std::string name;
  std::optional<collab::color> color;
};

[[nodiscard]] inline seq_number place_of(const chat_message& said) noexcept { return said.seq; }
[[nodiscard]] inline seq_number place_of(const version_saved_message& saved) noexcept {
  return saved.place.seq;
}

class follower {
 public:
  follower(client_context& context, client_room& room, own_work& work)
      : context_{context}, room_{room}, work_{work} {}

  [[nodiscard]] bool is_joined() const noexcept { return is_joined_; }

  // Goes on with the session of an earlier process.
  void go_on(const pending_head& head) {
    session_ = head.session;
    user_ = head.user;
  }

  // What to say first in a connection.
  [[nodiscard]] join_message begin(const member_update& who);

  // The connection is gone. Half a state is none, and has changed nothing; of missed events those
  // that came are known.
  void leave();

  // Takes a message of the server. Fails when that contradicts what it said before; then
  // forget_place() is due and another connection.
  absl::Status take(const server_message& message);

  // What is shown is not what the server has: it will be told anew, from the first event, or if
  // that did not help, in another session.
  void forget_place() {
    context_.seq = {};
    open_undo_.reset();
    told_.clear();
    rejected_.clear();
    is_fresh_ = is_fresh_ || has_mismatched_;
    has_mismatched_ = true;
  }

 private:
  // What waits until the state is there; more comes only if the server is no such server.
  static constexpr std::size_t held_max = 10'000;

  // Of a room:state that is arriving.
  struct state_arrival {
    room_state_message state;
  };
  struct resume_arrival {
    room_resumed_message resumed;
  };

  absl::Status arrive(const server_message& message, bool* is_taken);
  absl::Status arrive_anew();
  absl::Status begin_resumption(const room_resumed_message& message);
  void end_resumption();
  absl::Status arrived(bool is_resumed);
  [[nodiscard]] past_outcome outcome_of(const pending_operation& op, const user_id& before,
                                        absl::btree_set<seq_number>& found) const;

  absl::Status advance(const message_place& place);
  // It stands for the answer to an own operation, which may come after it.
  void note_own(const message_place& place) {
    if (!place.client.empty() && place.client == context_.self.client) {
      told_.push_back(place.seq);
    }
  }

  absl::Status on(const room_state_message&) { return absl::OkStatus(); }
  absl::Status on(const room_resumed_message&) { return absl::OkStatus(); }
  absl::Status on(const events_end_message&) { return absl::OkStatus(); }
  absl::Status on(const room_chunk_message& message);
  absl::Status on(const digest_message& message);
  absl::Status on(const ack_message& message);
  absl::Status on(const gap_message& message) { return work_.gap(message.have); }
  absl::Status on(const reject_message& message) {
    return work_.refused(message.op, message.reason);
  }
  absl::Status on(const member_joined_message& message) { return meet(message.who); }
  absl::Status on(const member_updated_message& message) { return meet(message.who); }
  absl::Status on(const member_left_message& message);
  absl::Status on(const cursors_message& message) {
    context_.reports.add(cursors_told{message.cursors});
    return absl::OkStatus();
  }
  absl::Status on(const stroke_started_message& message);
  absl::Status on(const stroke_points_message& message);
  absl::Status on(const stroke_gap_message& message) {
    work_.stroke_gap(message);
    return absl::OkStatus();
  }
  absl::Status on(const stroke_ended_message& message);
  absl::Status on(const stroke_cancelled_message& message);
  absl::Status on(const element_put_message& message);
  absl::Status on(const element_set_message& message);
  absl::Status on(const elements_removed_message& message);
  absl::Status on(const canvas_cleared_message& message);
  absl::Status on(const operation_undone_message& message);
  absl::Status on(const chat_said_message& message);
  absl::Status on(const version_saved_message& message);
  absl::Status on(const history_message& message);
  absl::Status on(const pong_message& message) {
    context_.connection.ponged(message.t, context_.now);
    return absl::OkStatus();
  }
  absl::Status on(const closing_message& message) {
    context_.connection.keep_away(message.retry_after);
    return absl::OkStatus();
  }
  absl::Status on(const error_message& message) {
    context_.reports.add(message);
    return absl::OkStatus();
  }
  absl::Status on(const preview_message& message);
  absl::Status on(const host_message& message) {
    context_.reports.add(message);
    return absl::OkStatus();
  }

  absl::Status meet(const member_profile& who);
  void apply(const operation_undone_message& undone);
  void confirm_stroke(element value, const stroke_ended_message& message);

  client_context& context_;
  client_room& room_;
  own_work& work_;
  // The secret of the session, to go on with it, and whose it is.
  std::string session_;
  user_id user_;
  bool is_joined_ = false;
  // Another session is to be begun although this one is known.
  bool is_fresh_ = false;
  bool has_mismatched_ = false;
  std::optional<std::variant<state_arrival, resume_arrival>> arrival_;
  std::deque<server_message> held_;
  // An undo of which more is to come: it is not reached before.
  std::optional<operation_undone_message> open_undo_;
  // Where own operations stand that were told of and not answered: of undo and of what was said,
  // and, after a cut, of all. And those that were rejected meanwhile.
  std::deque<seq_number> told_;
  absl::btree_map<operation_counter, absl::Status> rejected_;
};

}  // namespace collab::detail

#include "collab/client/detail/follower_arrival.hpp"
#include "collab/client/detail/follower_events.hpp"

#endif  // COLLAB_CLIENT_DETAIL_FOLLOWER_HPP
