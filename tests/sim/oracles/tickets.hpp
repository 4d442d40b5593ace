// tests/sim/oracles/tickets.hpp - a client answers each ticket once, and truly.
//
// Oracle 1, as the host of a client sees it, over cuts, sessions and crashes of its application.
// An operation is recognised by its mark: the id of what it puts, the text that it says, the value
// that it writes. The driver sees to it that no two operations have the same one.

#ifndef COLLAB_TESTS_SIM_ORACLES_TICKETS_HPP
#define COLLAB_TESTS_SIM_ORACLES_TICKETS_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

// The mark of an operation; empty where it has none of its own.
[[nodiscard]] inline std::string mark_of(const collab::set_operation& body) {
  for (const auto& [key, value] : body.changes) {
    const std::string name = absl::StrCat("set ", body.id, " ", static_cast<int>(key), " ");
    if (key == collab::property::index) {
      continue;
    }
    if (const auto* number = std::get_if<double>(&value)) {
      return absl::StrCat(name, static_cast<std::int64_t>(*number * 16));
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
      return absl::StrCat(name, *text);
    }
    if (const auto* paint = std::get_if<collab::color>(&value)) {
      return absl::StrCat(name, paint->rgba);
    }
  }
  return {};
}
[[nodiscard]] inline std::string mark_of(const collab::operation& op) {
  if (const auto* put = std::get_if<collab::put_operation>(&op.body)) {
    return absl::StrCat("put ", put->value.id());
  }
  if (const auto* set = std::get_if<collab::set_operation>(&op.body)) {
    return mark_of(*set);
  }
  if (const auto* chat = std::get_if<collab::chat_operation>(&op.body)) {
    return absl::StrCat("say ", chat->text);
  }
  return {};
}

// One application, whatever became of its client objects.
class tickets {
 public:
  verdict asked(std::uint64_t ticket, std::string mark) {
    const bool is_new = open_.emplace(ticket, std::move(mark)).second;
    if (!is_new || closed_.contains(ticket)) {
      return absl::StrCat("ticket ", ticket, " was given out twice");
    }
    return {};
  }
  // `seq` 0: it was done in a session that is lost.
  verdict done(std::uint64_t ticket, std::uint64_t seq) { return close(ticket, {seq, true, {}}); }
  // `is_unknown`: nobody knows whether it was done.
  verdict rejected(std::uint64_t ticket, bool is_unknown) {
    return close(ticket, {0, false, {}, is_unknown});
  }

  // What waits for its answer goes over to another book, with its tickets.
  [[nodiscard]] tickets take_open() {
    tickets taken;
    taken.open_ = std::exchange(open_, {});
    return taken;
  }

  [[nodiscard]] std::size_t waiting() const noexcept { return open_.size(); }
  [[nodiscard]] std::size_t answered() const noexcept { return closed_.size(); }
  // Whether what has this mark waits for its answer.
  [[nodiscard]] bool waits_for(const std::string& mark) const {
    for (const auto& [ticket, each] : open_) {
      if (each == mark) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] verdict check(const room_log& log) const {
    std::set<std::string> marks;
    for (const collab::operation& op : log.operations()) {
      marks.insert(mark_of(op));
    }
    for (const auto& [ticket, each] : closed_) {
      const collab::operation* op = log.at(each.seq);
      if (each.is_done && each.seq != 0 &&
          (op == nullptr || (!each.mark.empty() && mark_of(*op) != each.mark))) {
        return absl::StrCat("ticket ", ticket, " (", each.mark, ") was done at seq ", each.seq,
                            op == nullptr ? ", which is not in the log"
                                          : absl::StrCat(", where the log has ", mark_of(*op)));
      }
      if (each.mark.empty() || each.is_unknown) {
        continue;
      }
      if (each.is_done != marks.contains(each.mark)) {
        return absl::StrCat(
            "ticket ", ticket, " (", each.mark, ") was ",
            each.is_done ? "done, but is not in the log" : "rejected, but is in the log");
      }
    }
    return {};
  }

 private:
  struct outcome {
    std::uint64_t seq = 0;
    bool is_done = false;
    std::string mark;
    bool is_unknown = false;
  };
  verdict close(std::uint64_t ticket, outcome with) {
    const auto found = open_.find(ticket);
    if (found == open_.end()) {
      return absl::StrCat("ticket ", ticket, " was answered ",
                          closed_.contains(ticket) ? "twice" : "and never given out");
    }
    with.mark = std::move(found->second);
    open_.erase(found);
    closed_.emplace(ticket, std::move(with));
    return {};
  }

  std::map<std::uint64_t, std::string> open_;
  std::map<std::uint64_t, outcome> closed_;
};

// Nothing is done twice: `put` and `say` marks are in the log at most once. A `set` may be sent
// again in another session, where doing it twice is the same.
[[nodiscard]] inline verdict check_done_once(const room_log& log) {
  std::map<std::string, std::uint64_t> marks;
  for (const collab::operation& op : log.operations()) {
    const std::string mark = mark_of(op);
    if (mark.empty() || std::holds_alternative<collab::set_operation>(op.body)) {
      continue;
    }
    const auto [place, is_new] = marks.try_emplace(mark, collab::to_integer(op.seq));
    if (!is_new) {
      return absl::StrCat("'", mark, "' is in the log twice: at seq ", place->second, " and ",
                          collab::to_integer(op.seq));
    }
  }
  return {};
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_TICKETS_HPP
