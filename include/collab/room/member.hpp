// collab/room/member.hpp - somebody who is in a room, and what he was answered.

#ifndef COLLAB_ROOM_MEMBER_HPP
#define COLLAB_ROOM_MEMBER_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/property.hpp"

namespace collab {

enum class role : std::uint8_t { editor };

[[nodiscard]] constexpr std::string_view name_of(role /*of*/) noexcept { return "editor"; }

// What became of one operation of a session. Seq 0: it was rejected with `status`.
struct operation_result {
  operation_counter counter = 0;
  seq_number seq{};
  unix_time time{};
  // The place in the z-order of the element that it made; empty where it made none.
  std::string index;
  absl::Status status;
};

// The operations of one session, answered in order and never taken twice.
//
// Memory: at most results_max results.
class session_ledger {
 public:
  // The last operation that was taken, or rejected for good; 0 before the first.
  [[nodiscard]] operation_counter last() const noexcept { return last_; }

  // Notes the result of operation last() + 1, and forgets the oldest beyond `results_max`.
  // Those before a gap are forgotten too: it comes of a log that tells less than this ledger.
  const operation_result& record(operation_result result, std::size_t results_max) {
    if (result.counter != last_ + 1) {
      results_.clear();
    }
    last_ = result.counter;
    results_.push_back(std::move(result));
    while (results_.size() > results_max) {
      results_.pop_front();
    }
    return results_.back();
  }

  // The rejected operations after the last one that made an operation up to `seq`: those which
  // somebody who was told everything up to `seq` may not have heard of. nullopt when not all
  // results that it takes are kept.
  [[nodiscard]] std::optional<std::vector<const operation_result*>> rejected_after(
      seq_number seq) const {
    std::vector<const operation_result*> rejected;
    for (auto each = results_.rbegin(); each != results_.rend(); ++each) {
      if (each->seq == seq_number{}) {
        rejected.push_back(&*each);
      } else if (each->seq <= seq) {
        std::reverse(rejected.begin(), rejected.end());
        return rejected;
      }
    }
    if (last_ != results_.size()) {
      return std::nullopt;
    }
    std::reverse(rejected.begin(), rejected.end());
    return rejected;
  }

  // The result of an operation, or null when it is not kept any more. O(1).
  [[nodiscard]] const operation_result* find(operation_counter counter) const {
    if (results_.empty() || counter < results_.front().counter || counter > last_) {
      return nullptr;
    }
    return &results_[counter - results_.front().counter];
  }

 private:
  operation_counter last_ = 0;
  std::deque<operation_result> results_;
};

struct member {
  member_id id{};
  // A short name among all who have been in the room while it is in memory: 1, 2, 3, ...
  std::uint32_t number = 0;
  client_id client;
  user_id user;
  // Secret: with it a client proves that it is the same one.
  std::string session;
  std::string name;
  collab::color color;
  collab::role role = role::editor;
  session_ledger ledger;
  // What he has been told of undoing and redoing his own operations.
  bool can_undo_mine = false;
  bool can_redo_mine = false;
};

}  // namespace collab

#endif  // COLLAB_ROOM_MEMBER_HPP
