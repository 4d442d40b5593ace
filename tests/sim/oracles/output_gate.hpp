// tests/sim/oracles/output_gate.hpp - nobody sees what is not durable.
//
// Oracle 9. When a frame leaves a server, all that it says of operations, rejections and sessions
// is on the disk and would survive a loss of power.

#ifndef COLLAB_TESTS_SIM_ORACLES_OUTPUT_GATE_HPP
#define COLLAB_TESTS_SIM_ORACLES_OUTPUT_GATE_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"
#include "sim/wire_tap.hpp"

namespace collab_sim {

class output_gate {
 public:
  // A record has become durable.
  void durable(const collab::log_record& record) {
    if (const auto* op = std::get_if<collab::operation>(&record)) {
      last_ = collab::to_integer(op->seq);
    } else if (const auto* opened = std::get_if<collab::session_opened>(&record)) {
      sessions_.insert(opened->secret);
    } else if (const auto* no = std::get_if<collab::rejected_operation>(&record)) {
      rejected_.insert({no->client, no->counter});
    }
  }

  // A message leaves for the client whose session has `client` as its actor.
  [[nodiscard]] verdict leaves(const told& message, const std::string& client) const {
    if (message.seq > last_) {
      return absl::StrCat("message ", message.type, " speaks of seq ", message.seq,
                          " while the disk has ", last_);
    }
    if (message.what == told::kind::state && !sessions_.contains(message.text)) {
      return "a session was told that is not on the disk";
    }
    // `unavailable` uses no counter.
    if (message.what == told::kind::reject && message.code != 6 &&
        !rejected_.contains({client, message.op})) {
      return absl::StrCat("the rejection of operation ", message.op, " of ", client,
                          " was told and is not on the disk");
    }
    for (const std::uint64_t op : message.rejected) {
      if (!rejected_.contains({client, op})) {
        return absl::StrCat("the rejection of operation ", op, " of ", client,
                            " was told again and is not on the disk");
      }
    }
    return {};
  }

 private:
  std::uint64_t last_ = 0;
  std::set<std::string> sessions_;
  std::set<std::pair<std::string, std::uint64_t>> rejected_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_OUTPUT_GATE_HPP
