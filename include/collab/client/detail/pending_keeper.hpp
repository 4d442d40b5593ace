// collab/client/detail/pending_keeper.hpp - what a client keeps in its pending_store, and when.
//
// One value says whose the operations are, one each what they are. When they become those of
// another session they are all written anew under another epoch, and count when the head says so:
// whenever the application crashes, one whole set is there.

#ifndef COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP
#define COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP

#include <absl/container/btree_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collab/client/detail/outbox.hpp"
#include "collab/client/detail/pending_codec.hpp"
#include "collab/client/pending_store.hpp"
#include "collab/core/limits.hpp"

namespace collab::detail {

class pending_keeper {
 public:
  // Null: nothing is kept.
  explicit pending_keeper(pending_store* store) : store_{store} {}

  [[nodiscard]] bool is_kept() const noexcept { return store_ != nullptr; }
  [[nodiscard]] const pending_head& head() const noexcept { return head_; }

  struct kept_work {
    pending_head head;
    // In order, their counters consecutive.
    std::vector<pending_operation> operations;
    // Those that were being drawn, in the order in which they were begun.
    std::vector<stroke_piece> strokes;
  };

  // What an earlier process has not done with. What can't be read is left out; then, and where
  // something is missing, the operations belong to no session any more.
  [[nodiscard]] kept_work load(const limits& bounds) {
    kept_work work;
    if (store_ == nullptr) {
      return work;
    }
    std::vector<std::pair<std::uint64_t, pending_operation>> all;
    absl::btree_map<std::pair<std::uint64_t, std::uint64_t>, std::string> pieces;
    std::vector<std::string> others;
    bool is_whole = true;
    bool has_head = false;
    store_->load([&](std::string_view key, std::string_view bytes) {
      if (key == head_key) {
        if (auto head = decode_head(bytes)) {
          work.head = *std::move(head);
          has_head = true;
        }
      } else if (const auto drawn = numbers_of('s', key)) {
        pieces.emplace(*drawn, bytes);
        others.emplace_back(key);
      } else if (const auto done = numbers_of('e', key)) {
        if (auto op = decode_pending(bytes, bounds)) {
          all.emplace_back(done->first, *std::move(op));
        } else {
          is_whole = false;
          others.emplace_back(key);
        }
      }
    });
    if (!has_head && !all.empty()) {
      // The set that there was first: another one was not finished.
      work.head.epoch = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
                          return a.first < b.first;
                        })->first;
    }
    for (auto& [epoch, op] : all) {
      if (epoch != work.head.epoch) {
        others.push_back(key_of(epoch, op.op));
      } else {
        work.operations.push_back(std::move(op));
      }
    }
    work.strokes = strokes_of(pieces, bounds);
    if (work.strokes.empty()) {
      forget_all(others);
    } else {
      stale_ = std::move(others);
    }
    std::sort(work.operations.begin(), work.operations.end(),
              [](const auto& a, const auto& b) { return a.op < b.op; });
    for (std::size_t i = 0; i < work.operations.size(); ++i) {
      is_whole = is_whole && work.operations[i].op == work.operations.front().op + i;
      work.head.last_ticket =
          std::max(work.head.last_ticket, to_integer(work.operations[i].ticket));
    }
    head_ = work.head;
    if (!work.operations.empty()) {
      first_ = work.operations.front().op;
      last_ = work.operations.back().op;
    }
    if (!is_whole || !has_head) {
      work.head.session.clear();
    }
    return work;
  }

  // What was loaded of strokes is kept otherwise now.
  void taken_up() { forget_all(std::exchange(stale_, {})); }

  // Another session begins, in which `operations` wait, numbered anew.
  void begin(std::string_view room, std::string_view session, const user_id& user, seq_number seq,
             outbox& operations) {
    if (store_ == nullptr) {
      return;
    }
    const std::uint64_t epoch = head_.epoch;
    const operation_counter first = std::exchange(first_, 0);
    const operation_counter last = std::exchange(last_, 0);
    ++head_.epoch;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      save(operations.at(i));
    }
    head_.room = room;
    head_.session = session;
    head_.user = user;
    head_.seq = seq;
    save_head();
    for (operation_counter op = first; op != 0 && op <= last; ++op) {
      store_->save(key_of(epoch, op), {});
    }
  }

  // Keeps an operation, or what has changed of it.
  void save(pending_operation& op) {
    if (store_ == nullptr) {
      return;
    }
    head_.last_ticket = std::max(head_.last_ticket, to_integer(op.ticket));
    store_->save(key_of(head_.epoch, op.op), encode_pending(op));
    op.is_kept_as_sent = op.is_sent;
    first_ = first_ == 0 ? op.op : first_;
    last_ = std::max(last_, op.op);
  }

  // The operation is answered; everything up to `seq` is known.
  void forget(operation_counter op, seq_number seq) {
    if (store_ == nullptr) {
      return;
    }
    // First, or a process that takes this up would take an answer for that of another operation.
    note(seq);
    store_->save(key_of(head_.epoch, op), {});
    first_ = op == last_ ? 0 : op + 1;
    last_ = op == last_ ? 0 : last_;
  }

  // Keeps a piece of a stroke that is being drawn; pieces are counted from 0.
  void save_piece(std::uint64_t stroke, std::uint64_t piece, std::string_view bytes) {
    if (store_ != nullptr) {
      store_->save(piece_key(stroke, piece), bytes);
    }
  }
  void forget_pieces(std::uint64_t stroke, std::uint64_t count) {
    for (std::uint64_t piece = count; store_ != nullptr && piece > 0; --piece) {
      store_->save(piece_key(stroke, piece - 1), {});
    }
  }

  // Everything up to `seq` is known.
  void note(seq_number seq) {
    if (store_ != nullptr && head_.seq != seq && !head_.session.empty()) {
      head_.seq = seq;
      save_head();
    }
  }

 private:
  static constexpr std::string_view head_key = "head";

  [[nodiscard]] static std::string key_of(std::uint64_t epoch, operation_counter op) {
    return absl::StrCat("e", epoch, ".", op);
  }
  [[nodiscard]] static std::string piece_key(std::uint64_t stroke, std::uint64_t piece) {
    return absl::StrCat("s", stroke, ".", piece);
  }
  // The two numbers of a key of that kind.
  [[nodiscard]] static std::optional<std::pair<std::uint64_t, std::uint64_t>> numbers_of(
      char kind, std::string_view key) {
    if (key.empty() || key.front() != kind) {
      return std::nullopt;
    }
    std::pair<std::uint64_t, std::uint64_t> numbers;
    const char* end = key.data() + key.size();
    const auto first = std::from_chars(key.data() + 1, end, numbers.first);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') {
      return std::nullopt;
    }
    const auto second = std::from_chars(first.ptr + 1, end, numbers.second);
    return second.ec == std::errc{} && second.ptr == end ? std::optional{numbers} : std::nullopt;
  }

  // The strokes that the pieces make, as far as they go on without a gap.
  [[nodiscard]] static std::vector<stroke_piece> strokes_of(
      const absl::btree_map<std::pair<std::uint64_t, std::uint64_t>, std::string>& pieces,
      const limits& bounds) {
    std::vector<stroke_piece> strokes;
    std::uint64_t number = 0;
    std::uint64_t next = 0;
    for (const auto& [place, bytes] : pieces) {
      const bool is_first = place.second == 0;
      if (!is_first && (place.first != number || place.second != next)) {
        continue;
      }
      auto piece = decode_piece(bytes, is_first, bounds);
      if (!piece.has_value()) {
        continue;
      }
      number = place.first;
      next = place.second + 1;
      if (is_first) {
        strokes.push_back(*std::move(piece));
      } else if (strokes.back().points.size() + piece->points.size() <= bounds.points_per_stroke) {
        strokes.back().points.insert(strokes.back().points.end(), piece->points.begin(),
                                     piece->points.end());
      }
    }
    std::erase_if(strokes, [](const stroke_piece& each) { return each.points.empty(); });
    return strokes;
  }

  void forget_all(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      store_->save(key, {});
    }
  }

  void save_head() { store_->save(head_key, encode_head(head_)); }

  pending_store* store_;
  pending_head head_;
  // The operations of this epoch that are kept; 0: none.
  operation_counter first_ = 0;
  operation_counter last_ = 0;
  std::vector<std::string> stale_;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP
