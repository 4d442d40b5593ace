// collab/history/operation_log.hpp - gives every operation its place, and checks it later.
//
// The log itself is bytes in a storage. This class is its two ends: numbering operations
// and records on the way in, and refusing a gap, a repetition or damage on the way back.

#ifndef COLLAB_HISTORY_OPERATION_LOG_HPP
#define COLLAB_HISTORY_OPERATION_LOG_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "collab/history/log_record.hpp"
#include "collab/history/operation.hpp"
#include "collab/history/operation_codec.hpp"

namespace collab {

// Threads: distinct objects, safe; one object, one thread at a time.
class operation_log {
 public:
  // The last operation that has a place; 0 when there is none.
  [[nodiscard]] seq_number last() const noexcept { return last_; }
  // The last record, which need not be an operation; 0 when there is none.
  [[nodiscard]] log_position last_position() const noexcept { return position_; }

  // Gives `op` the next place and returns its record.
  [[nodiscard]] std::string append(operation& op) {
    op.seq = last_ = next(last_);
    position_ = next(position_);
    return encode_operation(op);
  }
  // Returns the record of what is no operation, and counts it.
  template <typename Record>
  [[nodiscard]] std::string append(const Record& record) {
    position_ = next(position_);
    return encode_record(record);
  }

  // Takes back the next record of a log that is read from its beginning.
  //
  // Fails with data_loss, changing nothing, when the record is damaged or an operation that is
  // not the next one.
  [[nodiscard]] absl::StatusOr<log_record> restore(std::string_view record) {
    absl::StatusOr<log_record> restored = decode_record(record);
    if (!restored.ok()) {
      return restored;
    }
    if (const auto* op = std::get_if<operation>(&*restored)) {
      if (op->seq != next(last_)) {
        return absl::DataLossError(absl::StrCat("the log has operation ", to_integer(op->seq),
                                                " where ", to_integer(next(last_)),
                                                " is expected"));
      }
      last_ = op->seq;
    }
    position_ = next(position_);
    return restored;
  }

 private:
  seq_number last_{};
  log_position position_{};
};

}  // namespace collab

#endif  // COLLAB_HISTORY_OPERATION_LOG_HPP
