// tests/sim/minimise.cpp

#include "sim/minimise.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace collab_sim {

minimised minimise(std::uint64_t seed, const plan_changes& from, const run_result& failed,
                   std::size_t runs_max) {
  minimised best{from, failed, 0};
  const auto try_with = [&](plan_changes changes) {
    if (best.runs >= runs_max) {
      return false;
    }
    ++best.runs;
    run_result result = run(make_plan(seed, changes));
    if (!result.wrong.has_value() || result.wrong->oracle != failed.wrong->oracle) {
      return false;
    }
    best.changes = std::move(changes);
    best.result = std::move(result);
    return true;
  };
  // What comes after the step at which it was found is not needed, or all are.
  if (failed.step > 0) {
    plan_changes fewer = best.changes;
    fewer.steps = failed.step;
    try_with(std::move(fewer));
  }
  for (std::size_t people = 1; people < 4; ++people) {
    plan_changes fewer = best.changes;
    fewer.people = people;
    if (try_with(std::move(fewer))) {
      break;
    }
  }
  for (std::size_t i = 0; i < fault_count; ++i) {
    plan_changes fewer = best.changes;
    if (fewer.without.insert(static_cast<fault>(i)).second) {
      try_with(std::move(fewer));
    }
  }
  // Steps, more and more of them by less and less.
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < best.result.steps; ++i) {
    left.push_back(i);
  }
  for (std::size_t size = std::max<std::size_t>(1, left.size() / 2);; size /= 2) {
    for (std::size_t at = 0; at < left.size();) {
      const std::size_t end = std::min(left.size(), at + size);
      plan_changes fewer = best.changes;
      fewer.without_steps.insert(left.begin() + static_cast<std::ptrdiff_t>(at),
                                 left.begin() + static_cast<std::ptrdiff_t>(end));
      if (try_with(std::move(fewer))) {
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(at),
                   left.begin() + static_cast<std::ptrdiff_t>(end));
      } else {
        at = end;
      }
    }
    if (size <= 1) {
      break;
    }
  }
  return best;
}

std::string replay_arguments(std::uint64_t seed, const plan_changes& changes) {
  std::string text = absl::StrCat("--seed ", seed);
  if (changes.steps.has_value()) {
    absl::StrAppend(&text, " --steps ", *changes.steps);
  }
  if (changes.people.has_value()) {
    absl::StrAppend(&text, " --people ", *changes.people);
  }
  const auto append = [&text](const char* option, const auto& names) {
    std::string list;
    for (const auto each : names) {
      absl::StrAppend(&list, list.empty() ? "" : ",", std::string{name_of(each)});
    }
    if (!list.empty()) {
      absl::StrAppend(&text, option, list);
    }
  };
  append(" --without ", changes.without);
  append(" --without-actions ", changes.without_actions);
  // As ranges.
  std::string list;
  for (auto at = changes.without_steps.begin(); at != changes.without_steps.end();) {
    const std::size_t first = *at;
    std::size_t last = first;
    while (++at != changes.without_steps.end() && *at == last + 1) {
      ++last;
    }
    absl::StrAppend(&list, list.empty() ? "" : ",", first, last > first ? "-" : "",
                    last > first ? absl::StrCat(last) : "");
  }
  if (!list.empty()) {
    absl::StrAppend(&text, " --without-steps ", list);
  }
  return text;
}

}  // namespace collab_sim
