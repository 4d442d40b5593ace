// tests/sim/oracles/no_return.hpp - what was removed comes back by undo only.
//
// Oracle 7. An id is put once in the life of a board, and whoever is at some seq sees nothing that
// was there before it and is not there at it.

#ifndef COLLAB_TESTS_SIM_ORACLES_NO_RETURN_HPP
#define COLLAB_TESTS_SIM_ORACLES_NO_RETURN_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/history/edit_history.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

// When each element was there.
class no_return {
 public:
  // The next operation was done; `effect` is what it did.
  verdict applied(const collab::operation& op, const collab::edit_effect& effect) {
    const std::uint64_t seq = collab::to_integer(op.seq);
    const bool may_bring_back = op.body.index() >= 4;
    if (effect.put != nullptr) {
      auto& changes = there_[effect.put->id()];
      if (!changes.empty()) {
        return absl::StrCat("'", effect.put->id(), "' was put again at seq ", seq);
      }
      changes.emplace_back(seq, true);
    }
    for (const std::string& id : effect.removed) {
      there_[id].emplace_back(seq, false);
    }
    for (const collab::element* each : effect.restored) {
      if (!may_bring_back) {
        return absl::StrCat("'", each->id(), "' came back at seq ", seq,
                            " by an operation of kind ", op.body.index());
      }
      there_[each->id()].emplace_back(seq, true);
    }
    return {};
  }

  // Somebody at `seq` is shown `id`, and has not put it himself and waits for the answer.
  [[nodiscard]] verdict shown(const std::string& id, std::uint64_t seq) const {
    const auto found = there_.find(id);
    if (found == there_.end()) {
      return {};
    }
    // What he has not heard of he can't know.
    const std::pair<std::uint64_t, bool>* latest = nullptr;
    for (const auto& each : found->second) {
      if (each.first <= seq) {
        latest = &each;
      }
    }
    if (latest != nullptr && !latest->second) {
      return absl::StrCat("'", id, "' is shown at seq ", seq, ", and was removed at ",
                          latest->first);
    }
    return {};
  }

 private:
  std::map<std::string, std::vector<std::pair<std::uint64_t, bool>>> there_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_NO_RETURN_HPP
