// src/server/host/room_past.hpp - the log of one room, read again, and the boards that it had.

#ifndef COLLAB_SRC_SERVER_HOST_ROOM_PAST_HPP
#define COLLAB_SRC_SERVER_HOST_ROOM_PAST_HPP

#include <absl/functional/any_invocable.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/history/timeline.hpp"
#include "collab/history/timeline_cursor.hpp"

namespace collab {

// Who wants to know what the board showed after an operation, or at a time.
struct look_back {
  std::variant<seq_number, unix_time> where;
  absl::AnyInvocable<void(absl::StatusOr<board_snapshot>)> done;
};

// Made when somebody first looks back. What becomes durable meanwhile is added, read from the
// storage or not, and put in its place.
class room_past final : private log_reader {
 public:
  explicit room_past(const limits& bounds)
      : timeline_{{.bytes_max = snapshots_bytes_max,
                   .history = {.undo_depth = bounds.undo_depth,
                               .undo_users_max = bounds.undo_users_per_room},
                   .tombstones_max = bounds.tombstones_per_room}},
        cursor_{timeline_, *this} {}

  // Records that became durable after the first `before`.
  void add(std::size_t before, const std::vector<std::string>& records) {
    if (is_read_) {
      append(before, records);
    } else {
      late_.emplace_back(before, records);
    }
  }
  // The log as it was read, of which the first `durable` records count.
  void read(std::vector<std::string> records, std::size_t durable) {
    is_read_ = true;
    if (records.size() > durable) {
      records.resize(durable);
    }
    append(0, records);
    for (const auto& [before, late] : std::exchange(late_, {})) {
      append(before, late);
    }
  }
  [[nodiscard]] bool is_read() const noexcept { return is_read_; }

  // Makes room for more requests; they are served in order.
  void ask(look_back request) { requests_.push_back(std::move(request)); }
  [[nodiscard]] bool is_asked() const noexcept { return !requests_.empty(); }
  [[nodiscard]] look_back take_request() {
    look_back first = std::move(requests_.front());
    requests_.pop_front();
    return first;
  }

  // Takes a part of what was read into the timeline. Yields whether that was all; fails where
  // the log is damaged.
  [[nodiscard]] absl::StatusOr<bool> prepare();
  // What the board showed. Requires: prepare() has yielded true, and nothing was added since.
  [[nodiscard]] absl::StatusOr<board_snapshot> board_at(
      const std::variant<seq_number, unix_time>& where);

  // The memory that the log and the snapshots take, about.
  [[nodiscard]] std::size_t bytes() const noexcept { return log_bytes_ + timeline_.bytes(); }

 private:
  static constexpr std::size_t snapshots_bytes_max = 64 * 1024 * 1024;
  // In one turn of the loop: a few milliseconds.
  static constexpr std::size_t records_at_once = 2'000;

  absl::Status read(log_position first, log_position last,
                    absl::FunctionRef<bool(std::string_view)> each) override;
  void append(std::size_t before, const std::vector<std::string>& records);

  bool is_read_ = false;
  std::vector<std::string> log_;
  std::size_t log_bytes_ = 0;
  // What became durable while the log was read, and after how many records.
  std::vector<std::pair<std::size_t, std::vector<std::string>>> late_;
  std::deque<look_back> requests_;
  timeline timeline_;
  timeline_cursor cursor_;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_HOST_ROOM_PAST_HPP
