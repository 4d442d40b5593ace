// collab/history/timeline.hpp - marks along a log, from which any board of the past is near.
//
//   timeline past;
//   for (const std::string& record : records) past.add(record);
//   timeline_cursor then{past, reader};        // timeline_cursor.hpp
//   then.seek(seq_number{4'711});              // then.board()
//
// It reads the log once and keeps snapshots of the board, which share what did not change
// between them, and what every undo came to. So what lies between two snapshots is done again
// without knowing what was done before the first of them.

#ifndef COLLAB_HISTORY_TIMELINE_HPP
#define COLLAB_HISTORY_TIMELINE_HPP

#include <absl/container/flat_hash_set.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/document/document.hpp"
#include "collab/history/detail/past_board.hpp"
#include "collab/history/detail/resolved_undo.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation_log.hpp"

namespace collab {

struct timeline_options {
  // For snapshots and for what undo came to. When it is reached every second snapshot is given
  // up. At least 64 KiB.
  std::size_t bytes_max = 64 * 1024 * 1024;
  // Operations from one snapshot to the next, at first. At least 1.
  std::uint64_t interval = 1'024;
  // Those of the room whose log it is: they decide what could be undone.
  edit_history_options history{};
  std::size_t tombstones_max = document_options{}.tombstones_max;
};

// A place from which to go on: the board after the record `position`.
struct timeline_mark {
  log_position position{};
  seq_number seq{};
  std::shared_ptr<const detail::packed_elements> elements;
  digest content;
  // The latest time of an operation up to there.
  unix_time time{};
};

// Threads: one object, one thread at a time; its cursors belong to it.
// Memory: bytes(), bounded by the options, and the board and what can be undone at the end of
// the log, as a room has them.
class timeline {
 public:
  explicit timeline(timeline_options options = {})
      : options_{options},
        interval_{std::max<std::uint64_t>(options.interval, 1)},
        board_{{.tombstones_max = options.tombstones_max}},
        history_{board_, options.history} {
    marks_.emplace_back();
    marks_.back().time = unix_time::min();
    marks_.back().elements = std::make_shared<const detail::packed_elements>();
    last_.elements = marks_.back().elements;
  }
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;

  // Takes the next record of the log, of whatever kind.
  //
  // Fails with data_loss or unimplemented, changing nothing, when it is damaged or can't follow
  // those before it.
  [[nodiscard]] absl::Status add(std::string_view record);

  // The last operation, and the last record, that add() took.
  [[nodiscard]] seq_number last_seq() const noexcept { return log_.last(); }
  [[nodiscard]] log_position last_position() const noexcept { return log_.last_position(); }
  // The time of the first operation, and the latest of all; 0 when there are none.
  [[nodiscard]] unix_time first_time() const noexcept { return first_time_; }
  [[nodiscard]] unix_time last_time() const noexcept { return last_time_; }

  // The memory of snapshots and of what undo came to, about.
  [[nodiscard]] std::size_t bytes() const noexcept { return mark_bytes_ + undo_bytes_; }
  [[nodiscard]] std::size_t snapshots() const noexcept { return marks_.size(); }

  // ---- For cursors

  // The last mark not after `seq`; null when nothing before it can be gone on from, but the
  // beginning of the log by edit_history itself.
  [[nodiscard]] const timeline_mark* mark_before(seq_number seq) const {
    const auto after =
        std::upper_bound(marks_.begin(), marks_.end(), seq,
                         [](seq_number at, const mark& each) { return at < each.seq; });
    return after != marks_.begin() ? &*std::prev(after) : nullptr;
  }
  // The last mark before anything that happened after `time`.
  [[nodiscard]] const timeline_mark* mark_before(unix_time time) const {
    const auto after =
        std::upper_bound(marks_.begin(), marks_.end(), time,
                         [](unix_time at, const mark& each) { return at < each.time; });
    return after != marks_.begin() ? &*std::prev(after) : nullptr;
  }
  // What the undo or redo `seq` came to; null when that is not kept.
  [[nodiscard]] const detail::resolved_undo* undo_at(seq_number seq) const {
    const auto found = std::lower_bound(
        undos_.begin(), undos_.end(), seq,
        [](const detail::resolved_undo& each, seq_number at) { return each.seq < at; });
    return found != undos_.end() && found->seq == seq ? &*found : nullptr;
  }
  [[nodiscard]] const timeline_options& options() const noexcept { return options_; }

 private:
  struct mark : timeline_mark {
    std::size_t bytes = 0;
  };

  // What `elements` take beyond what they share with those before. O(elements of both).
  [[nodiscard]] static std::size_t bytes_beyond(const detail::packed_elements& before,
                                                const detail::packed_elements& elements);
  void set_mark();
  void keep_within_bounds();

  timeline_options options_;
  std::uint64_t interval_;
  operation_log log_;
  document board_;
  edit_history history_;
  unix_time first_time_{};
  unix_time last_time_{};
  // In the order of the log.
  std::vector<mark> marks_;
  std::size_t mark_bytes_ = 0;
  // The board of the latest mark, which may be given up by now.
  struct {
    board_snapshot board;
    std::shared_ptr<const detail::packed_elements> elements;
  } last_;
  std::vector<detail::resolved_undo> undos_;
  std::size_t undo_bytes_ = 0;
  // The place of the last mark, or from where on the next one is waited for.
  seq_number marked_{};
  // Since the last mark, those whose bodies are kept.
  detail::removed_elements removed_;
  std::size_t removed_bytes_ = 0;
};

inline absl::Status timeline::add(std::string_view record) {
  // The log counts what it takes: an operation that can't be done is not to be taken.
  operation_log log = log_;
  absl::StatusOr<log_record> read = log.restore(record);
  if (!read.ok()) {
    return read.status();
  }
  auto* op = std::get_if<operation>(&*read);
  if (op == nullptr) {
    log_ = log;
    return absl::OkStatus();
  }
  if (const absl::Status status = history_.check(*op); !status.ok()) {
    return absl::DataLossError(absl::StrCat("operation ", to_integer(op->seq),
                                            " can't follow those before it: ", status.message()));
  }
  log_ = log;
  const seq_number seq = op->seq;
  first_time_ = seq == seq_number{1} ? op->time : first_time_;
  last_time_ = seq == seq_number{1} ? op->time : std::max(last_time_, op->time);
  const bool is_undo = std::holds_alternative<undo_operation>(op->body) ||
                       std::holds_alternative<redo_operation>(op->body);
  const edit_effect effect = history_.apply(*std::move(op));
  if (is_undo) {
    undos_.push_back(detail::resolve(seq, effect, removed_));
    undo_bytes_ += undos_.back().bytes();
  }
  for (const element_id& id : effect.removed) {
    // An undo may have changed it after it was off the board: it is told whole when it comes back.
    if (const element* kept = is_undo ? nullptr : board_.find_kept(id)) {
      removed_bytes_ += kept->bytes();
      removed_.insert_or_assign(id, *kept);
    } else {
      removed_.erase(id);
    }
  }
  if (removed_bytes_ > options_.bytes_max / 8) {
    removed_.clear();
    removed_bytes_ = 0;
  }
  if (to_integer(seq) - to_integer(marked_) >= interval_) {
    set_mark();
  }
  keep_within_bounds();
  return absl::OkStatus();
}

inline std::size_t timeline::bytes_beyond(const detail::packed_elements& before,
                                          const detail::packed_elements& elements) {
  // A counted text, and what the allocator takes for it.
  constexpr std::size_t text_bytes = 64;
  absl::flat_hash_set<const std::string*> known;
  known.reserve(before.size());
  for (const detail::packed_element& each : before) {
    known.insert(each.record.get());
  }
  std::size_t sum = sizeof(mark) + elements.size() * sizeof(detail::packed_element);
  for (const detail::packed_element& each : elements) {
    sum += known.contains(each.record.get()) ? 0 : text_bytes + each.record->size();
  }
  return sum;
}

inline void timeline::set_mark() {
  const board_snapshot board = board_.snapshot(log_.last());
  const document::z_order is_below;
  detail::packed_elements elements;
  elements.reserve(board.size());
  // What looks as it did at the mark before is shared with it.
  std::size_t old = 0;
  const auto before = last_.board.elements();
  for (const element& each : board.elements()) {
    while (old < before.size() && is_below(&before[old], &each)) {
      ++old;
    }
    const bool is_same = old < before.size() && before[old].is_same(each);
    elements.push_back(is_same ? (*last_.elements)[old] : detail::pack(each));
  }
  mark made;
  made.position = log_.last_position();
  made.seq = log_.last();
  made.content = board.content_digest();
  made.time = last_time_;
  made.bytes = bytes_beyond(*last_.elements, elements);
  made.elements = std::make_shared<const detail::packed_elements>(std::move(elements));
  last_ = {board, made.elements};
  if (marks_.empty()) {
    // Nothing can be gone on from to where they are.
    undos_.clear();
    undo_bytes_ = 0;
  }
  mark_bytes_ += made.bytes;
  marks_.push_back(std::move(made));
  marked_ = log_.last();
  removed_.clear();
  removed_bytes_ = 0;
}

inline void timeline::keep_within_bounds() {
  while (bytes() > options_.bytes_max && marks_.size() > 2) {
    interval_ *= 2;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      if (i % 2 == 0 && i != kept) {
        marks_[kept] = std::move(marks_[i]);
      }
      kept += i % 2 == 0 ? 1 : 0;
    }
    marks_.resize(kept);
    mark_bytes_ = 0;
    for (std::size_t i = 1; i < marks_.size(); ++i) {
      marks_[i].bytes = bytes_beyond(*marks_[i - 1].elements, *marks_[i].elements);
      mark_bytes_ += marks_[i].bytes;
    }
  }
  // What can't be kept of the past is reached by doing everything again.
  if (bytes() > options_.bytes_max) {
    marks_.clear();
    undos_.clear();
    mark_bytes_ = undo_bytes_ = 0;
    marked_ = log_.last();
  }
}

}  // namespace collab

#endif  // COLLAB_HISTORY_TIMELINE_HPP
