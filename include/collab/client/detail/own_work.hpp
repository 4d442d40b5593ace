// collab/client/detail/own_work.hpp - what is done by this client: shown at once, sent, and kept
// until the server has answered, over cuts of the connection and over the loss of the session.
//
// Coming back is of two kinds. A session that goes on tells the outcome of every operation that
// the server has taken; those after it are sent again with their counters. In a new session the
// pending operations are its first ones, without those of which the board shows that they are
// done. A stroke goes on from the points that the server has.

#ifndef COLLAB_CLIENT_DETAIL_OWN_WORK_HPP
#define COLLAB_CLIENT_DETAIL_OWN_WORK_HPP

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/client_options.hpp"
#include "collab/client/client_stroke.hpp"
#include "collab/client/detail/client_context.hpp"
#include "collab/client/detail/operation_check.hpp"
#include "collab/client/detail/outbox.hpp"
#include "collab/client/detail/own_stroke.hpp"
#include "collab/client/detail/sender.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/protocol/server_message.hpp"
#include "collab/room/command.hpp"

namespace collab::detail {

// What is known of an operation of a session that is lost.
enum class past_outcome : std::uint8_t { done, not_done, unknown };

// Why an operation is given up that was sent in a session that is lost.
[[nodiscard]] inline absl::Status lost_status() {
  return absl::AbortedError(
      "the session in which it was sent is lost, and nobody knows whether it was done");
}

class own_work {
 public:
  using body_type = pending_operation::body_type;
  // A stroke that is being drawn.
  struct open_stroke {
    own_stroke stroke;
    std::string group;
    // What is kept of it, of the stroke of that id.
    element_id kept_id;
    std::size_t kept_points = 0;
    std::uint64_t kept_pieces = 0;
  };

  explicit own_work(client_context& context)
      : context_{context},
        outbox_{context.options.pending_operations_max, context.options.pending_bytes_max},
        sender_{context, outbox_} {}

  [[nodiscard]] outbox& operations() noexcept { return outbox_; }
  [[nodiscard]] const outbox& operations() const noexcept { return outbox_; }
  [[nodiscard]] collab::detail::sender& sending() noexcept { return sender_; }
  [[nodiscard]] const absl::btree_map<std::uint64_t, open_stroke>& strokes() const noexcept {
    return strokes_;
  }

  // ---- What is done (own_work_doing.hpp)

  // Does an operation that was checked. resource_exhausted, and nothing done, when too much waits.
  absl::StatusOr<operation_ticket> submit(body_type body, std::string group);
  absl::StatusOr<operation_ticket> remove(std::vector<element_id> ids, std::string group);

  // Begins a stroke; 0 when too much waits.
  std::uint64_t begin_stroke(element style, std::string group);
  absl::Status extend(std::uint64_t number, std::span<const point> points);
  absl::StatusOr<operation_ticket> end(std::uint64_t number);
  void cancel(std::uint64_t number);
  [[nodiscard]] const open_stroke* find_open(std::uint64_t number) const {
    const auto found = strokes_.find(number);
    return found != strokes_.end() ? &found->second : nullptr;
  }

  // Keeps what was drawn since the last call.
  void keep() {
    for (auto& [number, open] : strokes_) {
      keep(number, open);
    }
  }
  // Sends what may be sent now; keep() comes before it.
  void send() {
    const auto send_points = [this](bool of_started) {
      for (auto& [number, open] : strokes_) {
        if (open.stroke.is_started == of_started) {
          sender_.send_points(open.stroke);
        }
      }
    };
    send_points(true);
    // What was done before a stroke lies below it, also when both were done without a connection.
    sender_.pump();
    send_points(false);
    sender_.count_bytes();
  }
  // Whether points wait for send().
  [[nodiscard]] bool has_points() const {
    return sender_.is_open() && std::any_of(strokes_.begin(), strokes_.end(), [](const auto& each) {
             const own_stroke& stroke = each.second.stroke;
             return !stroke.is_silent && stroke.sent < stroke.points.size();
           });
  }

  // The own stroke of this id that is drawn, or whose end is not answered; or null.
  [[nodiscard]] own_stroke* find_stroke(std::string_view id);

  // ---- What is answered (own_work_answers.hpp). An error: the server says what can't be.

  // Operation `op` is at `seq` of the room; `index` is the place of what it made. Whether it was
  // the first to say so.
  absl::StatusOr<bool> acknowledged(const ack_message& ack, std::string* version);
  absl::Status refused(operation_counter op, const absl::Status& why);
  absl::Status gap(operation_counter have);
  void stroke_gap(const stroke_gap_message& gap);

  // ---- Coming back (own_work_return.hpp)

  // Takes up what an earlier process has not done with.
  void restore(pending_keeper::kept_work work);
  // The connection is gone.
  void cut() { sender_.close(); }
  // The session goes on, and its events came: `op` is the last operation that the server has
  // taken, `seqs` are those of the latest of them that were done, and `rejected` why others were
  // not.
  void resumed(operation_counter op, const std::deque<seq_number>& seqs,
               const absl::btree_map<operation_counter, absl::Status>& rejected,
               std::span<const own_live_stroke> own);
  // Another session, in which the server has taken the operations up to `op`. `outcome` tells of
  // an operation that was sent in the session before. `is_live` tells whether somebody is
  // drawing the stroke of that id.
  void renewed(operation_counter op,
               absl::FunctionRef<past_outcome(const pending_operation&)> outcome,
               absl::FunctionRef<bool(std::string_view)> is_live);

 private:
  // The server takes no list that is longer than what a room can hold.
  [[nodiscard]] std::size_t ids_per_message() const {
    return std::min<std::size_t>(
        500, std::max<std::size_t>(1, context_.options.bounds.elements_per_room));
  }

  // Every own stroke, with the operation that ends it if it has ended.
  struct drawn {
    own_stroke* stroke;
    pending_operation* end;
  };
  [[nodiscard]] std::vector<drawn> all_drawn();

  pending_operation& add(body_type body, std::string group, operation_ticket ticket);
  [[nodiscard]] absl::Status no_room() const {
    return absl::ResourceExhaustedError(
        absl::StrCat(outbox_.size(), " operations of ", outbox_.bytes(),
                     " bytes wait for their answer, at most ", outbox_.operations_max(), " of ",
                     outbox_.bytes_max(), " may"));
  }
  [[nodiscard]] std::size_t open_bytes() const {
    std::size_t sum = 0;
    for (const auto& [number, open] : strokes_) {
      sum += bytes_when_ended(open);
    }
    return sum;
  }
  [[nodiscard]] static std::size_t bytes_when_ended(const open_stroke& open) {
    return sizeof(pending_operation) + open.stroke.bytes() + open.group.size();
  }
  [[nodiscard]] bool has_room(std::size_t operations, std::size_t bytes) const {
    return outbox_.has_room(operations + strokes_.size(), bytes + open_bytes());
  }
  operation_ticket make_ticket() noexcept { return operation_ticket{++last_ticket_}; }
  void commit(own_stroke stroke, std::string group, operation_ticket ticket);
  void keep(std::uint64_t number, open_stroke& open);

  absl::StatusOr<bool> is_first(operation_counter op);
  std::unique_ptr<pending_operation> settle(seq_number seq);
  void report_done(const pending_operation& op, seq_number seq) {
    if (op.ticket != operation_ticket{}) {
      context_.reports.add(operation_done{op.ticket, seq});
    }
  }
  void report_refused(const pending_operation& op, const absl::Status& why) {
    if (op.ticket != operation_ticket{}) {
      context_.reports.add(operation_refused{op.ticket, why});
    } else if (op.drawn() != nullptr) {
      // A piece of a stroke, whose ticket is that of the last of them.
      context_.reports.add(error_message{why, "stroke:end"});
    }
  }
  void refuse(std::unique_ptr<pending_operation> op, const absl::Status& why);

  void open();
  void count_from(operation_counter op);
  void renumber(operation_counter op,
                absl::FunctionRef<past_outcome(const pending_operation&)> outcome);
  void narrow(pending_operation& op);
  void go_on(own_stroke& stroke, pending_operation* end, std::size_t have);
  void follow(const element_id& before, const element_id& after, operation_counter op);

  client_context& context_;
  outbox outbox_;
  collab::detail::sender sender_;
  absl::btree_map<std::uint64_t, open_stroke> strokes_;
  // Strokes given up while there was no connection: the server may still have them.
  absl::btree_set<element_id> cancelled_;
  std::uint64_t last_stroke_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace collab::detail

#include "collab/client/detail/own_work_answers.hpp"
#include "collab/client/detail/own_work_doing.hpp"
#include "collab/client/detail/own_work_return.hpp"

#endif  // COLLAB_CLIENT_DETAIL_OWN_WORK_HPP
