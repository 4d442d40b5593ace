// collab/history/timeline_cursor.hpp - one place in the past of a board, to be moved.
//
//   timeline_cursor then{past, reader};
//   then.seek(seq_number{100});     // or a time
//   draw(then.board());
//   then.seek(next(then.seq()));    // one step on
//
// To replay with the passing of time see timeline_player.hpp.

#ifndef COLLAB_HISTORY_TIMELINE_CURSOR_HPP
#define COLLAB_HISTORY_TIMELINE_CURSOR_HPP

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/history/detail/past_board.hpp"
#include "collab/history/log_record.hpp"
#include "collab/history/timeline.hpp"

namespace collab {

// Where the records of a log can be read again: those that a timeline was given.
class log_reader {
 public:
  // Calls `each` with the records from `first` to `last`, both included, in order, until it
  // returns false; not at all where `last` is before `first`. Fails where they can't be read.
  [[nodiscard]] virtual absl::Status read(log_position first, log_position last,
                                          absl::FunctionRef<bool(std::string_view)> each) = 0;

 protected:
  ~log_reader() = default;
};

// Threads: one object and its timeline, one thread at a time.
// Memory: a snapshot and what changed since, 24 bytes an element and what is shared with nobody.
class timeline_cursor {
 public:
  // Begins at the empty board before everything. Keeps references to both, which must outlive
  // this object.
  timeline_cursor(const timeline& past, log_reader& reader) : past_{past}, reader_{reader} {}

  // The operation after which this is, and the latest time of an operation up to it.
  [[nodiscard]] seq_number seq() const noexcept { return seq_; }
  [[nodiscard]] unix_time latest_time() const noexcept { return time_; }

  // What the board showed. O(elements) after a move.
  [[nodiscard]] board_snapshot board() {
    if (shown_.seq() != seq_) {
      shown_ = board_.show(seq_);
    }
    return shown_;
  }

  // Moves to after the operation `seq`, 0 for before all. Reads the records from the last
  // snapshot before it, or from here where that is nearer.
  //
  // Fails with invalid_argument, moving nothing, when it is beyond the last one; with the
  // reader's error, or data_loss where it reads something else than the timeline was given, and
  // is then where it got to.
  [[nodiscard]] absl::Status seek(seq_number seq);

  // Moves to after the last operation that was done before or at `time`, where the latest time up
  // to an operation counts as its own. Fails likewise.
  [[nodiscard]] absl::Status seek(unix_time time);

  // The time of the operation after this; nothing at the end. Reads one record, once.
  [[nodiscard]] absl::StatusOr<std::optional<unix_time>> next_time();

 private:
  // Goes on with operations, as long as `wants` them, and not beyond `last`.
  template <typename Wants>
  absl::Status go_on(Wants wants, std::optional<seq_number> last = std::nullopt);
  void apply(operation& op, absl::Status& failure);
  void jump(const timeline_mark& mark);
  // To where `wants` ends, with all that could be undone.
  template <typename Wants>
  absl::Status replay_all(Wants wants);
  template <typename Wants>
  absl::Status move(const timeline_mark* mark, bool is_behind, Wants wants,
                    std::optional<seq_number> last = std::nullopt);

  const timeline& past_;
  log_reader& reader_;
  seq_number seq_{};
  log_position position_{};
  unix_time time_ = unix_time::min();
  detail::past_board board_;
  board_snapshot shown_;
  // Of the operation after `next_of_`.
  std::optional<unix_time> next_;
  std::optional<seq_number> next_of_;
};

inline absl::Status timeline_cursor::seek(seq_number seq) {
  if (seq > past_.last_seq()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "seq ", to_integer(seq), " is beyond the last operation, ", to_integer(past_.last_seq())));
  }
  return move(
      past_.mark_before(seq), seq < seq_, [seq](seq_number at, unix_time) { return at <= seq; },
      seq);
}

inline absl::Status timeline_cursor::seek(unix_time time) {
  return move(past_.mark_before(time), time < time_,
              [time](seq_number, unix_time at) { return at <= time; });
}

inline absl::StatusOr<std::optional<unix_time>> timeline_cursor::next_time() {
  if (next_of_ != seq_) {
    next_.reset();
    next_of_.reset();
    if (absl::Status status = go_on([](seq_number, unix_time) { return false; }); !status.ok()) {
      return status;
    }
  }
  return next_;
}

template <typename Wants>
absl::Status timeline_cursor::move(const timeline_mark* mark, bool is_behind, Wants wants,
                                   std::optional<seq_number> last) {
  if (mark == nullptr) {
    return replay_all(wants);
  }
  // What is before all marks has no undos that are kept.
  if (is_behind || mark->seq > seq_) {
    jump(*mark);
  }
  return go_on(wants, last);
}

inline void timeline_cursor::jump(const timeline_mark& mark) {
  board_.begin(mark.elements, mark.content);
  seq_ = mark.seq;
  position_ = mark.position;
  time_ = mark.time;
}

template <typename Wants>
absl::Status timeline_cursor::go_on(Wants wants, std::optional<seq_number> last) {
  absl::Status failure;
  if (seq_ == last) {
    return failure;
  }
  // Whether an operation is the next one, and wanted; then this is where it is.
  const auto enter = [&](seq_number seq, unix_time time) {
    if (seq != next(seq_)) {
      failure = absl::DataLossError(absl::StrCat("operation ", to_integer(seq), " was read where ",
                                                 to_integer(next(seq_)), " is expected"));
      return false;
    }
    if (!wants(seq, time)) {
      next_ = std::max(time_, time);
      next_of_ = seq_;
      return false;
    }
    position_ = next(position_);
    seq_ = seq;
    time_ = std::max(time_, time);
    return true;
  };
  const absl::Status status =
      reader_.read(next(position_), past_.last_position(), [&](std::string_view record) {
        // Most elements are gone again before anybody looks: they are not decoded.
        if (const auto head = detail::read_put_head(record)) {
          if (!enter(head->seq, head->time)) {
            return false;
          }
          board_.put(head->id, record);
          return seq_ != last;
        }
        absl::StatusOr<log_record> read = decode_record(record);
        if (!read.ok()) {
          failure = read.status();
          return false;
        }
        auto* op = std::get_if<operation>(&*read);
        if (op == nullptr) {
          position_ = next(position_);
          return true;
        }
        if (!enter(op->seq, op->time)) {
          return false;
        }
        apply(*op, failure);
        return failure.ok() && seq_ != last;
      });
  if (!status.ok() || !failure.ok()) {
    return status.ok() ? failure : status;
  }
  return board_.read() ? absl::OkStatus()
                       : absl::DataLossError("an element was read that is damaged");
}

inline void timeline_cursor::apply(operation& op, absl::Status& failure) {
  if (!std::holds_alternative<undo_operation>(op.body) &&
      !std::holds_alternative<redo_operation>(op.body)) {
    board_.apply(op);
  } else if (const detail::resolved_undo* undo = past_.undo_at(op.seq)) {
    detail::perform(*undo, board_);
  } else {
    failure = absl::DataLossError(
        absl::StrCat("operation ", to_integer(op.seq), " was not an undo before"));
  }
}

template <typename Wants>
absl::Status timeline_cursor::replay_all(Wants wants) {
  document board{{.tombstones_max = past_.options().tombstones_max}};
  edit_history history{board, past_.options().history};
  log_position position{};
  unix_time latest = unix_time::min();
  absl::Status failure;
  seq_number seq{};
  const absl::Status status =
      reader_.read(next(log_position{}), past_.last_position(), [&](std::string_view record) {
        absl::StatusOr<log_record> read = decode_record(record);
        if (!read.ok()) {
          failure = read.status();
          return false;
        }
        auto* op = std::get_if<operation>(&*read);
        if (op != nullptr && !wants(op->seq, op->time)) {
          return false;
        }
        position = next(position);
        if (op != nullptr) {
          failure = history.check(*op);
          if (!failure.ok()) {
            return false;
          }
          seq = op->seq;
          latest = std::max(latest, op->time);
          history.apply(std::move(*op));
        }
        return true;
      });
  if (!status.ok() || !failure.ok()) {
    return status.ok() ? failure : status;
  }
  shown_ = board.snapshot(seq);
  board_.begin(shown_);
  seq_ = seq;
  position_ = position;
  time_ = latest;
  return absl::OkStatus();
}

}  // namespace collab

#endif  // COLLAB_HISTORY_TIMELINE_CURSOR_HPP
