// tests/sim/oracles/dense_seq.hpp - seqs without gap, and one body for each.
//
// Oracle 2. The operations of the log are numbered 1, 2, 3, ...; whoever is told of a seq is told
// of the operation that the log has there.

#ifndef COLLAB_TESTS_SIM_ORACLES_DENSE_SEQ_HPP
#define COLLAB_TESTS_SIM_ORACLES_DENSE_SEQ_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <variant>

#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"
#include "sim/wire_tap.hpp"

namespace collab_sim {

[[nodiscard]] inline verdict check_dense(const room_log& log) {
  std::uint64_t expected = 0;
  for (const collab::operation& op : log.operations()) {
    if (collab::to_integer(op.seq) != ++expected) {
      return absl::StrCat("the log has seq ", collab::to_integer(op.seq), " where ", expected,
                          " is expected");
    }
  }
  return {};
}

// Whether a message of type `type` tells of such an operation.
[[nodiscard]] inline bool is_told_as(const collab::operation& op, unsigned type) {
  switch (type) {
    case 65:
      return op.counter != 0;
    case 76:
    case 78: {
      const auto* put = std::get_if<collab::put_operation>(&op.body);
      return put != nullptr && put->was_drawn == (type == 76);
    }
    case 79:
      return std::holds_alternative<collab::set_operation>(op.body);
    case 80:
      return std::holds_alternative<collab::remove_operation>(op.body);
    case 81:
      return std::holds_alternative<collab::clear_operation>(op.body);
    case 82:
      return std::holds_alternative<collab::undo_operation>(op.body);
    case 83:
      return std::holds_alternative<collab::redo_operation>(op.body);
    case 85:
      return std::holds_alternative<collab::chat_operation>(op.body);
    case 95:
      return std::holds_alternative<collab::save_version_operation>(op.body);
    case 96:
      return std::holds_alternative<collab::restore_version_operation>(op.body);
    default:
      return false;
  }
}

// An event or an ack, held against what the log has at its seq.
[[nodiscard]] inline verdict check_told(const room_log& log, const told& message) {
  const collab::operation* op = log.at(message.seq);
  if (op == nullptr) {
    return absl::StrCat("message ", message.type, " speaks of seq ", message.seq,
                        ", which is not in the log");
  }
  const auto time = static_cast<std::uint64_t>(op->time.time_since_epoch().count());
  if (!is_told_as(*op, message.type) || time != message.time) {
    return absl::StrCat("message ", message.type, " speaks of seq ", message.seq, " at ",
                        message.time, ", where the log has an operation of kind ", op->body.index(),
                        " at ", time);
  }
  return {};
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_DENSE_SEQ_HPP
