// tests/sim/oracles/acknowledged_once.hpp - what was acknowledged is in the log exactly once.
//
// Oracle 1. Whatever crashed since: op:ack {op, seq} to a session stands for the operation `op` of
// that session at `seq`; a rejected operation is in the log nowhere, and its rejection is.

#ifndef COLLAB_TESTS_SIM_ORACLES_ACKNOWLEDGED_ONCE_HPP
#define COLLAB_TESTS_SIM_ORACLES_ACKNOWLEDGED_ONCE_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

class acknowledged_once {
 public:
  // What a client was told in the session with this secret. An operation is never answered in two
  // ways.
  verdict acknowledged(const std::string& secret, std::uint64_t op, std::uint64_t seq) {
    return note(secret, op, seq);
  }
  verdict rejected(const std::string& secret, std::uint64_t op) { return note(secret, op, 0); }

  [[nodiscard]] std::size_t answers() const noexcept { return answers_.size(); }

  // Holds all that was told against the log.
  [[nodiscard]] verdict check(const room_log& log) const {
    // How often, and where, each operation and rejection is in the log.
    std::map<std::pair<std::string, std::uint64_t>, std::pair<int, std::uint64_t>> made;
    std::map<std::pair<std::string, std::uint64_t>, int> refused;
    for (const collab::log_record& record : log.records()) {
      if (const auto* op = std::get_if<collab::operation>(&record); op != nullptr) {
        if (op->counter != 0) {
          auto& place = made[{op->client, op->counter}];
          ++place.first;
          place.second = collab::to_integer(op->seq);
        }
      } else if (const auto* no = std::get_if<collab::rejected_operation>(&record)) {
        ++refused[{no->client, no->counter}];
      }
    }
    for (const auto& [whose, place] : made) {
      if (place.first != 1) {
        return absl::StrCat("operation ", whose.second, " of ", whose.first, " is in the log ",
                            place.first, " times");
      }
    }
    for (const auto& [whose, seq] : answers_) {
      const std::pair key{log.client_of(whose.first), whose.second};
      const auto found = made.find(key);
      if (seq != 0 && (found == made.end() || found->second.second != seq)) {
        return absl::StrCat("operation ", key.second, " of ", key.first,
                            " was acknowledged at seq ", seq,
                            found == made.end() ? ", but is not in the log" : ", but is elsewhere");
      }
      if (seq == 0 && (found != made.end() || !refused.contains(key))) {
        return absl::StrCat("operation ", key.second, " of ", key.first, " was rejected, but ",
                            found != made.end() ? "is in the log" : "its rejection is not");
      }
    }
    return {};
  }

 private:
  verdict note(const std::string& secret, std::uint64_t op, std::uint64_t seq) {
    const auto [place, is_new] = answers_.try_emplace({secret, op}, seq);
    if (!is_new && place->second != seq) {
      return absl::StrCat("operation ", op, " was answered with seq ", place->second,
                          " and then with ", seq, " (0: rejected)");
    }
    return {};
  }

  // By secret and counter: the seq, 0 where it was rejected.
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> answers_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_ACKNOWLEDGED_ONCE_HPP
