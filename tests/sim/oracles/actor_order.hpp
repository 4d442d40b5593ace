// tests/sim/oracles/actor_order.hpp - operations of one actor keep their order.
//
// Oracle 4. In the log the counters of a session, rejections included, are 1, 2, 3, ...; and what
// one application asked for stands in the order in which it did.

#ifndef COLLAB_TESTS_SIM_ORACLES_ACTOR_ORDER_HPP
#define COLLAB_TESTS_SIM_ORACLES_ACTOR_ORDER_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "sim/oracles/tickets.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

[[nodiscard]] inline verdict check_counters(const room_log& log) {
  std::map<std::string, std::uint64_t> last;
  const auto take = [&last](const std::string& client, std::uint64_t counter) -> verdict {
    if (counter == 0 || counter == ++last[client]) {
      return {};
    }
    return absl::StrCat("the log has operation ", counter, " of ", client, " where ", last[client],
                        " is expected");
  };
  for (const collab::log_record& record : log.records()) {
    verdict wrong;
    if (const auto* op = std::get_if<collab::operation>(&record)) {
      wrong = take(op->client, op->counter);
    } else if (const auto* no = std::get_if<collab::rejected_operation>(&record)) {
      wrong = take(no->client, no->counter);
    }
    if (wrong.has_value()) {
      return wrong;
    }
  }
  return {};
}

// `asked`: the marks of one application in the order in which it asked. Those that are in the log
// are there in this order, session by session: in another one what was refused before may be
// done. Of what is there more than once the first counts.
[[nodiscard]] inline verdict check_asked_order(const room_log& log,
                                               const std::vector<std::string>& asked) {
  std::map<std::string, const collab::operation*> places;
  for (const collab::operation& op : log.operations()) {
    // A stroke that the room has ended by itself nobody has asked for.
    if (op.counter != 0) {
      places.try_emplace(mark_of(op), &op);
    }
  }
  struct place {
    std::uint64_t seq = 0;
    std::string mark;
  };
  std::map<std::string, place> last;
  for (const std::string& mark : asked) {
    const auto found = places.find(mark);
    if (mark.empty() || found == places.end()) {
      continue;
    }
    place& before = last[found->second->client];
    const std::uint64_t seq = collab::to_integer(found->second->seq);
    if (seq <= before.seq) {
      return absl::StrCat("'", mark, "' was asked for after '", before.mark,
                          "', and stands at seq ", seq, " before it, at ", before.seq);
    }
    before = {seq, mark};
  }
  return {};
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_ACTOR_ORDER_HPP
