// tests/sim/oracles/same_board.hpp - everybody sees the same board.
//
// Oracle 3. At every moment: what a client believes, or a server tells, of the board after `seq` is
// what a pure replay of the log shows after it. Once the network has healed, within a bounded
// number of events, everybody is at the end of the log.

#ifndef COLLAB_TESTS_SIM_ORACLES_SAME_BOARD_HPP
#define COLLAB_TESTS_SIM_ORACLES_SAME_BOARD_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "collab/document/digest.hpp"
#include "collab/document/element_digest.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

[[nodiscard]] inline verdict check_view(const room_log& log, std::string_view who,
                                        std::uint64_t seq, const collab::digest& seen) {
  if (seq > log.last_seq()) {
    return absl::StrCat(std::string{who}, " is at seq ", seq, ", the log ends at ", log.last_seq());
  }
  if (seen != log.digest_at(seq)) {
    return absl::StrCat(std::string{who}, " sees ", collab::to_text(seen), " at seq ", seq,
                        ", a replay of the log ", collab::to_text(log.digest_at(seq)));
  }
  return {};
}

// The digest of a list of elements, added up from nothing.
template <typename Elements>
[[nodiscard]] collab::digest sum_of(const Elements& elements) {
  collab::digest sum;
  for (const collab::element* each : elements) {
    sum += collab::digest_of(*each);
  }
  return sum;
}

// Somebody who has nothing pending and is at the end of the log.
[[nodiscard]] inline verdict check_arrived(const room_log& log, std::string_view who,
                                           std::uint64_t seq, std::size_t pending) {
  if (seq != log.last_seq() || pending != 0) {
    return absl::StrCat(std::string{who}, " is at seq ", seq, " of ", log.last_seq(), " with ",
                        pending, " operations pending, long after all was well again");
  }
  return {};
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_SAME_BOARD_HPP
