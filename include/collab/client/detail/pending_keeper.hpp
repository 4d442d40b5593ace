// collab/client/detail/pending_keeper.hpp - what a client keeps in its pending_store, and when.
//
// One value says whose the operations are, one each what they are. When they become those of
// another session they are all written anew under another epoch, and count when the head says so:
// whenever the application crashes, one whole set is there.

#ifndef COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP
#define COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP

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
  };

  // What an earlier process has not done with. What can't be read is left out; then, and where
  // something is missing, the operations belong to no session any more.
  [[nodiscard]] kept_work load(const limits& bounds) {
    kept_work work;
    if (store_ == nullptr) {
      return work;
    }
    std::vector<std::pair<std::uint64_t, pending_operation>> all;
    std::vector<std::string> others;
    bool is_whole = true;
    bool has_head = false;
    store_->load([&](std::string_view key, std::string_view bytes) {
      if (key == head_key) {
        if (auto head = decode_head(bytes)) {
          work.head = *std::move(head);
          has_head = true;
        }
        return;
      }
      if (const auto epoch = epoch_of(key)) {
        if (auto op = decode_pending(bytes, bounds)) {
          all.emplace_back(*epoch, *std::move(op));
        } else {
          is_whole = false;
          others.emplace_back(key);
        }
      }
    });
    for (auto& [epoch, op] : all) {
      // Of a set that was not finished, or one that was replaced.
      if (has_head && epoch != work.head.epoch) {
        others.push_back(key_of(epoch, op.op));
      } else {
        work.operations.push_back(std::move(op));
      }
    }
    for (const std::string& key : others) {
      store_->save(key, {});
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
  [[nodiscard]] static std::optional<std::uint64_t> epoch_of(std::string_view key) {
    std::uint64_t epoch = 0;
    if (key.empty() || key.front() != 'e') {
      return std::nullopt;
    }
    const char* end = key.data() + key.size();
    const auto read = std::from_chars(key.data() + 1, end, epoch);
    return read.ec == std::errc{} && read.ptr != end && *read.ptr == '.' ? std::optional{epoch}
                                                                         : std::nullopt;
  }

  void save_head() { store_->save(head_key, encode_head(head_)); }

  pending_store* store_;
  pending_head head_;
  // The operations of this epoch that are kept; 0: none.
  operation_counter first_ = 0;
  operation_counter last_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_PENDING_KEEPER_HPP
