// collab/client/detail/own_work_answers.hpp - what the server answers to the own work.
//
// Part of own_work.hpp.

#ifndef COLLAB_CLIENT_DETAIL_OWN_WORK_ANSWERS_HPP
#define COLLAB_CLIENT_DETAIL_OWN_WORK_ANSWERS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "collab/client/detail/own_work.hpp"

namespace collab::detail {

// Whether `op` is the first that is not answered; false: it was answered before.
inline absl::StatusOr<bool> own_work::is_first(operation_counter op) {
  const pending_operation* first = outbox_.first();
  if (first == nullptr || op < first->op) {
    return false;
  }
  if (op != first->op) {
    return absl::DataLossError(
        absl::StrCat("operation ", op, " is answered, ", first->op, " is not"));
  }
  return true;
}

// Takes the first operation out; everything up to `seq` is known.
inline std::unique_ptr<pending_operation> own_work::settle(seq_number seq) {
  std::unique_ptr<pending_operation> op = outbox_.settle();
  context_.keeper.forget(op->op, seq);
  return op;
}

inline absl::StatusOr<bool> own_work::acknowledged(const ack_message& ack, std::string* version) {
  const absl::StatusOr<bool> first = is_first(ack.op);
  if (!first.ok() || !*first) {
    return first;
  }
  const std::unique_ptr<pending_operation> op = settle(ack.seq);
  context_.board.accept(*op, ack.index, ack.seq, context_.self.user);
  if (const auto* named = std::get_if<save_version>(&op->body)) {
    *version = named->name;
  }
  report_done(*op, ack.seq);
  return true;
}

// What a refusal means of an operation that was, maybe, done in a session before.
inline void own_work::refuse(std::unique_ptr<pending_operation> op, const absl::Status& why) {
  context_.board.drop(*op);
  // What is wrong in itself was refused the first time too. All else may have been done, and
  // then have been taken off the board by somebody, or brought back.
  if (op->is_again && !absl::IsInvalidArgument(why) &&
      (!op->makes().empty() || std::holds_alternative<set_element>(op->body))) {
    report_refused(*op, lost_status());
    return;
  }
  report_refused(*op, why);
}

inline absl::Status own_work::refused(operation_counter op, const absl::Status& why) {
  if (absl::IsUnavailable(why)) {
    // It used no counter.
    if (outbox_.find(op) != nullptr && !sender_.is_rewound()) {
      sender_.retry_later(op);
    }
    return absl::OkStatus();
  }
  const absl::StatusOr<bool> first = is_first(op);
  if (!first.ok() || !*first) {
    return first.status();
  }
  refuse(settle(context_.seq), why);
  return absl::OkStatus();
}

inline absl::Status own_work::gap(operation_counter have) {
  const pending_operation* first = outbox_.first();
  if (first == nullptr || sender_.is_rewound()) {
    return absl::OkStatus();
  }
  if (have + 1 < first->op) {
    return absl::DataLossError(
        absl::StrCat("the server has operation ", have, ", but has answered ", first->op - 1));
  }
  sender_.gap(have);
  return absl::OkStatus();
}

inline void own_work::stroke_gap(const stroke_gap_message& gap) {
  own_stroke* stroke = find_stroke(gap.id);
  if (stroke == nullptr || context_.connection.is_behind(stroke->fence)) {
    return;
  }
  pending_operation* end = outbox_.end_of(gap.id);
  // What follows the end of the stroke went unheard too.
  stroke->fence =
      sender_.rewind(end != nullptr ? std::optional{end->op} : std::optional<operation_counter>{});
  if (gap.is_committed) {
    go_on(*stroke, end, gap.have);
    return;
  }
  if (stroke->missed(gap.is_unknown ? std::optional<std::size_t>{} : std::optional{gap.have})) {
    (void)sender_.tell(cancel_stroke{gap.id});
  }
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OWN_WORK_ANSWERS_HPP
