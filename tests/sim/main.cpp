// collab-sim - runs the real rooms and clients in a world that fails on purpose.
//
//   collab-sim --seed 17               one run, what it came to, and its trace hash
//   collab-sim --seeds 1000 --from 1   that many runs
//   collab-sim --seed 17 --trace       every event, a line each

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/minimise.hpp"
#include "sim/plan.hpp"
#include "sim/world.hpp"

namespace {

using collab_sim::plan_changes;
using collab_sim::run_result;

constexpr const char* usage =
    "usage: collab-sim [--seed N | --seeds N [--from M] | --found FILE] [options]\n"
    "  --steps K            actions in a run (400)\n"
    "  --people N           clients in a run (1 to 8, drawn)\n"
    "  --without FAULT,...  leaves faults out: cuts partitions slow_readers server_crashes\n"
    "                       power_losses shut_downs replacements storage app_crashes freezes\n"
    "                       departures skew small_limits latency stutters\n"
    "  --without-actions ACTION,...  leaves kinds of actions out\n"
    "  --without-steps N,N-N,...     leaves steps out\n"
    "  --keep-going         goes on after a seed that failed\n"
    "  --no-minimise        does not look for the least that fails\n"
    "  --hash-check         runs each seed twice: the same trace?\n"
    "  --hashes             prints the hash of each seed\n"
    "  --trace              prints everything that happens\n"
    "  --statistics         prints what the runs came to\n";

struct arguments {
  std::vector<std::pair<std::uint64_t, plan_changes>> runs;
  plan_changes changes;
  bool keeps_going = false;
  bool minimises = true;
  bool checks_hash = false;
  bool prints_hashes = false;
  bool traces = false;
  bool prints_statistics = false;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? std::optional{value}
                                                                             : std::nullopt;
}

template <typename Find, typename Set>
bool add_names(std::string_view list, Find find, Set& to) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const auto found = find(list.substr(0, end));
    if (!found.has_value()) {
      return false;
    }
    to.insert(*found);
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return true;
}

// Numbers and ranges: 1,5-17.
bool add_steps(std::string_view list, std::set<std::size_t>& to) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view part = list.substr(0, end);
    const std::size_t dash = std::min(part.find('-'), part.size());
    const auto first = number(part.substr(0, dash));
    const auto last = dash < part.size() ? number(part.substr(dash + 1)) : first;
    if (!first.has_value() || !last.has_value() || *last > 1'000'000) {
      return false;
    }
    for (std::uint64_t i = *first; i <= *last; ++i) {
      to.insert(i);
    }
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return true;
}

// Takes an option that changes a plan. Returns whether it was one, and was understood.
bool take_change(std::string_view option, std::string_view value, plan_changes& to) {
  if (option == "--without") {
    return add_names(value, collab_sim::find_fault, to.without);
  }
  if (option == "--without-actions") {
    return add_names(value, collab_sim::find_action, to.without_actions);
  }
  if (option == "--without-steps") {
    return add_steps(value, to.without_steps);
  }
  const auto parsed = number(value);
  if (option == "--steps" && parsed.has_value()) {
    to.steps = *parsed;
    return true;
  }
  if (option == "--people" && parsed.has_value() && *parsed > 0) {
    to.people = *parsed;
    return true;
  }
  return false;
}

// Lines of replay arguments; what stands after # says what was found.
bool read_found(const std::string& path, arguments& to) {
  std::ifstream file{path};
  if (!file) {
    return false;
  }
  std::string line;
  while (std::getline(file, line)) {
    line.resize(std::min(line.find('#'), line.size()));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      if (end > at) {
        words.push_back(line.substr(at, end - at));
      }
      at = end + 1;
    }
    std::optional<std::uint64_t> seed;
    plan_changes changes;
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
      if (words[i] == "--seed") {
        seed = number(words[i + 1]);
      } else if (!take_change(words[i], words[i + 1], changes)) {
        return false;
      }
    }
    if (words.empty()) {
      continue;
    }
    if (!seed.has_value() || words.size() % 2 != 0) {
      return false;
    }
    to.runs.emplace_back(*seed, changes);
  }
  return !to.runs.empty();
}

std::optional<arguments> parse(const std::vector<std::string_view>& given) {
  arguments parsed;
  std::uint64_t count = 0;
  std::uint64_t from = 1;
  std::string found;
  const std::map<std::string_view, bool arguments::*> switches{
      {"--keep-going", &arguments::keeps_going},
      {"--hash-check", &arguments::checks_hash},
      {"--hashes", &arguments::prints_hashes},
      {"--trace", &arguments::traces},
      {"--statistics", &arguments::prints_statistics}};
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (const auto each = switches.find(given[i]); each != switches.end()) {
      parsed.*each->second = true;
      continue;
    }
    if (given[i] == "--no-minimise") {
      parsed.minimises = false;
      continue;
    }
    if (i + 1 == given.size()) {
      return std::nullopt;
    }
    const std::string_view value = given[i + 1];
    const auto parsed_value = number(value);
    if (given[i] == "--seed" && parsed_value.has_value()) {
      from = *parsed_value;
      count = 1;
    } else if (given[i] == "--seeds" && parsed_value.has_value()) {
      count = *parsed_value;
    } else if (given[i] == "--from" && parsed_value.has_value()) {
      from = *parsed_value;
    } else if (given[i] == "--found") {
      found = value;
    } else if (!take_change(given[i], value, parsed.changes)) {
      return std::nullopt;
    }
    ++i;
  }
  if (!found.empty() && !read_found(found, parsed)) {
    return std::nullopt;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    parsed.runs.emplace_back(from + i, parsed.changes);
  }
  return parsed.runs.empty() ? std::nullopt : std::optional{parsed};
}

void report(std::uint64_t seed, const plan_changes& changes, const run_result& failed,
            bool minimises) {
  std::printf("seed %llu failed after step %zu: oracle %d: %s\n",
              static_cast<unsigned long long>(seed), failed.step, failed.wrong->oracle,
              failed.wrong->what.c_str());
  std::printf("  replay:    collab-sim %s\n", collab_sim::replay_arguments(seed, changes).c_str());
  if (minimises) {
    const auto least = collab_sim::minimise(seed, changes, failed);
    std::printf("  minimised: collab-sim %s\n    %s\n",
                collab_sim::replay_arguments(seed, least.changes).c_str(),
                least.result.wrong->what.c_str());
  }
  std::fflush(stdout);
}

struct totals {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t steps = 0;
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  std::uint64_t answers = 0;
  std::uint64_t tickets = 0;
  std::uint64_t crashes = 0;
  std::uint64_t cuts = 0;
  std::uint64_t lost_frames = 0;
  std::uint64_t disk_losses = 0;
  collab::duration healing_max{};
  std::map<std::string, std::uint64_t> most;

  void add(const run_result& result) {
    ++seeds;
    failed += result.wrong.has_value() ? 1 : 0;
    steps += result.steps;
    events += result.events;
    operations += result.operations;
    answers += result.answers;
    tickets += result.tickets;
    crashes += result.crashes;
    cuts += result.cuts;
    lost_frames += result.lost_frames;
    disk_losses += result.disk_losses;
    healing_max = std::max(healing_max, result.healing);
    for (const auto& [what, amount] : result.most) {
      std::uint64_t& held = most[what];
      held = std::max(held, amount);
    }
  }
  void print(bool all) const {
    const auto show = [](const char* what, std::uint64_t amount) {
      std::printf("%s %llu", what, static_cast<unsigned long long>(amount));
    };
    show("seeds", seeds);
    show(", failed", failed);
    show(", steps", steps);
    show(", events", events);
    std::printf("\n");
    if (!all) {
      return;
    }
    show("operations in logs", operations);
    show(", answers told", answers);
    show(", tickets answered", tickets);
    show("\nserver crashes", crashes);
    show(", connections cut", cuts);
    show(", frames lost", lost_frames);
    show(", writes lost", disk_losses);
    std::printf("\nlongest healing %.1f s of virtual time\n",
                std::chrono::duration<double>(healing_max).count());
    for (const auto& [what, amount] : most) {
      std::printf("most %s: %llu\n", what.c_str(), static_cast<unsigned long long>(amount));
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto given = parse({argv + 1, argv + argc});
  if (!given.has_value()) {
    std::fputs(usage, stderr);
    return 2;
  }
  totals sum;
  std::uint64_t differing = 0;
  for (const auto& [seed, changes] : given->runs) {
    const collab_sim::plan plan = collab_sim::make_plan(seed, changes);
    const run_result result = collab_sim::run(plan, given->traces ? stdout : nullptr);
    sum.add(result);
    if (given->prints_hashes || given->runs.size() == 1) {
      std::printf("seed %llu hash %016llx\n", static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(result.hash));
    }
    if (given->checks_hash) {
      const run_result again = collab_sim::run(plan);
      if (again.hash != result.hash) {
        ++differing;
        std::printf("seed %llu: another trace the second time\n",
                    static_cast<unsigned long long>(seed));
      }
    }
    if (result.wrong.has_value()) {
      report(seed, changes, result, given->minimises);
      if (!given->keeps_going) {
        break;
      }
    }
  }
  sum.print(given->prints_statistics);
  if (given->checks_hash) {
    std::printf("same trace: %llu of %llu\n",
                static_cast<unsigned long long>(sum.seeds - differing),
                static_cast<unsigned long long>(sum.seeds));
  }
  return sum.failed == 0 && differing == 0 ? 0 : 1;
}
