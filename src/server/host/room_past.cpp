// src/server/host/room_past.cpp

#include "server/host/room_past.hpp"

#include <algorithm>

namespace collab {

absl::StatusOr<bool> room_past::prepare() {
  std::size_t at = to_integer(timeline_.last_position());
  for (std::size_t count = 0; count < records_at_once && at < log_.size(); ++count, ++at) {
    if (absl::Status status = timeline_.add(log_[at]); !status.ok()) {
      return status;
    }
  }
  return at == log_.size();
}

absl::StatusOr<board_snapshot> room_past::board_at(
    const std::variant<seq_number, unix_time>& where) {
  const absl::Status status =
      std::visit([this](const auto& place) { return cursor_.seek(place); }, where);
  if (!status.ok()) {
    return status;
  }
  return cursor_.board();
}

absl::Status room_past::read(log_position first, log_position last,
                             absl::FunctionRef<bool(std::string_view)> each) {
  for (std::size_t at = to_integer(first); at <= to_integer(last); ++at) {
    if (!each(log_[at - 1])) {
      break;
    }
  }
  return absl::OkStatus();
}

// Some of them may have been read already.
void room_past::append(std::size_t before, const std::vector<std::string>& records) {
  for (std::size_t i = log_.size() - std::min(before, log_.size()); i < records.size(); ++i) {
    log_.push_back(records[i]);
    log_bytes_ += sizeof(std::string) + records[i].size();
  }
}

}  // namespace collab
