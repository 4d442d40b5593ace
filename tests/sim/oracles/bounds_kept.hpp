// tests/sim/oracles/bounds_kept.hpp - no queue exceeds its bound.
//
// Oracle 8, and how near to each bound a run came.

#ifndef COLLAB_TESTS_SIM_ORACLES_BOUNDS_KEPT_HPP
#define COLLAB_TESTS_SIM_ORACLES_BOUNDS_KEPT_HPP

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "sim/oracles/verdict.hpp"

namespace collab_sim {

class bounds_kept {
 public:
  verdict holds(const std::string& what, std::uint64_t amount, std::uint64_t bound) {
    std::uint64_t& most = most_[what];
    most = std::max(most, amount);
    if (amount > bound) {
      return absl::StrCat(what, ": ", amount, " of at most ", bound);
    }
    return {};
  }

  // The greatest amount of each.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& most() const noexcept { return most_; }

 private:
  std::map<std::string, std::uint64_t> most_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_BOUNDS_KEPT_HPP
