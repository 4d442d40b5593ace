// tests/sim/room_log.hpp - the log of a room as the disk has it, read as it becomes durable.
//
// What the oracles hold everything else against: a pure replay, with none of the room's code but
// document and edit_history.

#ifndef COLLAB_TESTS_SIM_ROOM_LOG_HPP
#define COLLAB_TESTS_SIM_ROOM_LOG_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/digest.hpp"
#include "collab/document/document.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/log_record.hpp"

namespace collab_sim {

struct room_log_options {
  collab::edit_history_options history;
  collab::document_options document;
};

class room_log {
 public:
  explicit room_log(const room_log_options& options = {})
      : board_{options.document}, history_{board_, options.history} {}
  room_log(const room_log&) = delete;
  room_log& operator=(const room_log&) = delete;

  using applied_handler = std::function<void(const collab::operation&, const collab::edit_effect&)>;
  // Called with every operation that the replay has done.
  void on_applied(applied_handler handler) { applied_ = std::move(handler); }

  // Takes the next record. Fails when it is damaged or can't follow those before it.
  absl::Status add(std::string_view bytes) {
    absl::StatusOr<collab::log_record> record = collab::decode_record(bytes);
    if (!record.ok()) {
      return record.status();
    }
    return add(*std::move(record));
  }
  absl::Status add(collab::log_record record) {
    absl::Status status;
    if (const auto* op = std::get_if<collab::operation>(&record)) {
      status = replay(*op);
    } else if (const auto* opened = std::get_if<collab::session_opened>(&record)) {
      clients_[opened->secret] = opened->client;
    }
    records_.push_back(std::move(record));
    return status;
  }

  // In the order of the log, whatever their numbers say.
  [[nodiscard]] const std::vector<collab::log_record>& records() const noexcept { return records_; }
  [[nodiscard]] const std::vector<collab::operation>& operations() const noexcept {
    return operations_;
  }
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return operations_.size(); }
  // The operation at `seq`, or null when the log ends before it.
  [[nodiscard]] const collab::operation* at(std::uint64_t seq) const {
    return seq >= 1 && seq <= operations_.size() ? &operations_[seq - 1] : nullptr;
  }
  // The client that has the session with this secret; empty when there is none.
  [[nodiscard]] std::string client_of(const std::string& secret) const {
    const auto found = clients_.find(secret);
    return found != clients_.end() ? found->second : std::string{};
  }
  // What the board showed after the operation `seq`. Requires: seq <= last_seq().
  [[nodiscard]] collab::digest digest_at(std::uint64_t seq) const {
    return seq == 0 ? collab::digest{} : digests_[seq - 1];
  }
  [[nodiscard]] const collab::document& board() const noexcept { return board_; }
  [[nodiscard]] const collab::edit_history& history() const noexcept { return history_; }

 private:
  absl::Status replay(const collab::operation& op) {
    operations_.push_back(op);
    if (absl::Status status = history_.check(op); !status.ok()) {
      digests_.push_back(board_.content_digest());
      return absl::DataLossError(absl::StrCat("operation ", collab::to_integer(op.seq),
                                              " can't be applied: ", status.message()));
    }
    const collab::edit_effect effect = history_.apply(op);
    digests_.push_back(board_.content_digest());
    if (applied_) {
      applied_(op, effect);
    }
    return absl::OkStatus();
  }

  std::vector<collab::log_record> records_;
  std::vector<collab::operation> operations_;
  std::vector<collab::digest> digests_;
  std::map<std::string, std::string> clients_;
  collab::document board_;
  collab::edit_history history_;
  applied_handler applied_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ROOM_LOG_HPP
