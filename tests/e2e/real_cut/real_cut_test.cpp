// A connection that is cut at every message of a stroke, and at every message of operations
// that do not wait for each other: nothing is lost, nothing is done twice, little is sent again.
//
// COLLAB_REAL_CUT (environment) is how many positions of the stroke are tried, evenly spread, or
// `all`; scripts/real-cut tries all.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/real_cut/cut_world.hpp"
#include "e2e/real_cut/pipelined_work.hpp"
#include "e2e/real_cut/stroke_sweep.hpp"

namespace collab_test {
namespace {

// Beyond the points that the server did not have.
constexpr long resent_over_max = 64;

constexpr unsigned stroke_start_type = 2;
constexpr unsigned stroke_end_type = 5;

// stroke:start and stroke:point
bool is_ink(unsigned type) { return type >= 2 && type <= 4; }

std::size_t wanted_positions() {
  const char* text = std::getenv("COLLAB_REAL_CUT");
  if (text == nullptr || *text == '\0') {
    return 240;
  }
  return std::string_view{text} == "all" ? static_cast<std::size_t>(-1) : std::stoul(text);
}

std::vector<cut_position> all_positions(const sweep_outcome& uncut) {
  std::vector<cut_position> positions;
  for (const flow way : {flow::up, flow::down}) {
    const std::size_t messages = way == flow::up ? uncut.up : uncut.down;
    for (std::size_t message = 1; message <= messages; ++message) {
      for (const fate how : {fate::cut_before, fate::cut_inside}) {
        // Each hand in turn.
        positions.push_back({way, message, how, (message + (how == fate::cut_inside)) % 2 == 0});
      }
    }
  }
  return positions;
}

// `count` of them, the first and the last of each way among them.
std::vector<cut_position> choose(const std::vector<cut_position>& all, std::size_t count) {
  if (count >= all.size()) {
    return all;
  }
  constexpr std::size_t edge = 12;
  std::vector<cut_position> chosen;
  std::size_t next = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const std::size_t half = all.size() / 2;
    const bool is_at_edge =
        at < edge || at + edge >= all.size() || (at + edge >= half && at < half + edge);
    if (at * count / all.size() >= next || is_at_edge) {
      chosen.push_back(all[at]);
      next = at * count / all.size() + 1;
    }
  }
  return chosen;
}

// What came of the cuts of one sort.
struct sweep_row {
  std::size_t positions = 0;
  std::size_t equal = 0;
  std::size_t not_reached = 0;
  std::size_t resumed = 0;
  std::size_t missing_points_max = 0;
  long over_max = -1'000'000;
  long over_with_join_max = -1'000'000;
};

void print(std::string_view what, const sweep_row& row) {
  std::printf("%-34.*s %9zu %7zu %8zu %12zu %18zu %14ld %14ld\n", static_cast<int>(what.size()),
              what.data(), row.positions, row.equal, row.resumed, row.not_reached,
              row.missing_points_max, row.over_max, row.over_with_join_max);
}

}  // namespace

TEST_SUITE("e2e/real_cut") {
  TEST_CASE("a stroke that is cut anywhere ends as if it was not, and little is sent again") {
    cut_world world;
    std::string expected;
    const sweep_outcome uncut = draw_and_cut(world, {}, expected);
    REQUIRE(uncut.wrong == "");
    REQUIRE(uncut.up >= stroke_points + 1);
    REQUIRE(uncut.down >= stroke_points / 2);
    const std::vector<cut_position> all = all_positions(uncut);
    const std::vector<cut_position> chosen = choose(all, wanted_positions());
    std::array<sweep_row, 4> rows;
    for (const cut_position& at : chosen) {
      const sweep_outcome outcome = draw_and_cut(world, at, expected);
      sweep_row& row = rows[2 * (at.way == flow::down) + (at.how == fate::cut_inside)];
      INFO(describe(at) << ", " << outcome.missing_points << " points in " << outcome.missing_bytes
                        << " bytes were missing, sent (type:bytes)" << outcome.resent);
      CHECK(outcome.wrong == "");
      ++row.positions;
      row.equal += outcome.wrong.empty() ? 1 : 0;
      row.resumed += outcome.was_resumed ? 1 : 0;
      if (!outcome.was_cut) {
        ++row.not_reached;
        continue;
      }
      // The join, which nobody can do without, counts too.
      const long over = outcome.over() + static_cast<long>(outcome.join_bytes);
      CHECK(over <= resent_over_max);
      row.missing_points_max = std::max(row.missing_points_max, outcome.missing_points);
      row.over_max = std::max(row.over_max, outcome.over());
      row.over_with_join_max = std::max(row.over_with_join_max, over);
    }
    std::printf(
        "a stroke of %zu points, %zu messages to the server and %zu from it; %zu of %zu"
        " positions\n",
        stroke_points, uncut.up, uncut.down, chosen.size(), all.size());
    std::printf("%-34s %9s %7s %8s %12s %18s %14s %14s\n", "cut", "positions", "equal", "resumed",
                "not reached", "most points lost", "bytes over", "with the join");
    print("to the server, before a message", rows[0]);
    print("to the server, inside a message", rows[1]);
    print("from the server, before a message", rows[2]);
    print("from the server, inside a message", rows[3]);
    // How many messages come from the server depends on how they meet.
    CHECK(rows[0].not_reached + rows[1].not_reached == 0);
    CHECK(rows[2].not_reached + rows[3].not_reached <= chosen.size() / 20 + 8);
  }

  TEST_CASE("operations that do not wait for each other have one outcome wherever it is cut") {
    cut_world world;
    std::string expected;
    const work_outcome uncut = do_work(world, {}, expected);
    REQUIRE(uncut.wrong == "");
    CHECK(uncut.gaps + uncut.stroke_gaps == 0);
    std::size_t runs = 0;
    std::size_t hits = 0;
    std::size_t resumes = 0;
    for (const flow way : {flow::up, flow::down}) {
      for (std::size_t number = 1; number <= (way == flow::up ? uncut.up : uncut.down); ++number) {
        for (const fate how : {fate::cut_before, fate::cut_inside, fate::cut_after}) {
          const misfortune cut = [&](const passing_message& each, bool&) {
            return each.connection == 0 && each.way == way && each.number == number ? how
                                                                                    : fate::pass;
          };
          const work_outcome outcome = do_work(world, cut, expected);
          INFO(std::string{way == flow::up ? "to" : "from"} << " the server, message " << number
                                                            << ", " << static_cast<int>(how));
          CHECK(outcome.wrong == "");
          ++runs;
          hits += outcome.was_hit ? 1 : 0;
          resumes += outcome.resumes;
        }
      }
    }
    std::printf("pipelined operations: %zu cuts, %zu reached, %zu sessions went on\n", runs, hits,
                resumes);
    CHECK(hits >= runs * 9 / 10);
  }

  TEST_CASE("operations behind the end of a stroke that meets a gap are done after it, once") {
    cut_world world;
    std::string expected;
    const work_outcome uncut = do_work(world, {}, expected);
    REQUIRE(uncut.wrong == "");
    std::size_t gaps = 0;
    std::size_t stroke_gaps = 0;
    for (std::size_t number = 1; number <= uncut.up; ++number) {
      if (!is_ink(uncut.up_types[number - 1]) || uncut.up_types[number - 1] == stroke_start_type) {
        continue;
      }
      // All that is drawn from there on is lost, until the stroke ends.
      bool has_ended = false;
      const misfortune loss = [&](const passing_message& each, bool&) {
        const bool is_before_end = each.connection == 0 && each.way == flow::up && !has_ended;
        has_ended = has_ended || (is_before_end && each.type == stroke_end_type);
        return is_before_end && is_ink(each.type) && each.number >= number ? fate::drop
                                                                           : fate::pass;
      };
      const work_outcome outcome = do_work(world, loss, expected);
      INFO("what is drawn from message " << number << " on is lost");
      CHECK(outcome.wrong == "");
      CHECK(outcome.stroke_gaps > 0);
      CHECK(outcome.resumes == 0);
      gaps += outcome.gaps;
      stroke_gaps += outcome.stroke_gaps;
    }
    std::printf("lost points: %zu times stroke:gap, %zu times op:gap\n", stroke_gaps, gaps);
    CHECK(gaps > 0);
  }

  TEST_CASE("the gap and what follows it may be lost in a cut too") {
    cut_world world;
    std::string expected;
    const work_outcome uncut = do_work(world, {}, expected);
    REQUIRE(uncut.wrong == "");
    // The last message with points is lost; the connection is cut at each message after that.
    std::size_t last = 0;
    for (std::size_t number = 1; number <= uncut.up; ++number) {
      last = is_ink(uncut.up_types[number - 1]) ? number : last;
    }
    std::size_t cuts = 0;
    for (const flow way : {flow::up, flow::down}) {
      const std::size_t from = way == flow::up ? last + 1 : 1;
      const std::size_t to = (way == flow::up ? uncut.up : uncut.down) + 8;
      for (std::size_t number = from; number <= to; ++number) {
        const misfortune loss_and_cut = [&](const passing_message& each, bool&) {
          if (each.connection != 0) {
            return fate::pass;
          }
          if (each.way == flow::up && each.number == last) {
            return fate::drop;
          }
          return each.way == way && each.number == number ? fate::cut_before : fate::pass;
        };
        const work_outcome outcome = do_work(world, loss_and_cut, expected);
        INFO(std::string{way == flow::up ? "to" : "from"} << " the server, message " << number);
        CHECK(outcome.wrong == "");
        cuts += outcome.resumes;
      }
    }
    CHECK(cuts > 8);
  }

  TEST_CASE("a rejection that was lost in a cut is told when the session goes on") {
    constexpr unsigned reject_type = 67;
    cut_world world;
    std::string expected;
    REQUIRE(do_work(world, {}, expected).wrong == "");
    for (const fate how : {fate::cut_before, fate::cut_inside}) {
      const misfortune cut = [&](const passing_message& each, bool&) {
        return each.connection == 0 && each.type == reject_type ? how : fate::pass;
      };
      const work_outcome outcome = do_work(world, cut, expected);
      CHECK(outcome.was_hit);
      CHECK(outcome.wrong == "");
      CHECK(outcome.resumes == 1);
    }
  }

  TEST_CASE("a server that is killed at any message loses nothing that matters") {
    cut_world world;
    std::string expected;
    const work_outcome uncut = do_work(world, {}, expected);
    REQUIRE(uncut.wrong == "");
    for (std::size_t number = 2; number <= uncut.up; number += 4) {
      const misfortune kill = [&](const passing_message& each, bool& kills) {
        if (each.connection == 0 && each.way == flow::up && each.number == number) {
          kills = true;
          return fate::cut_after;
        }
        return fate::pass;
      };
      const work_outcome outcome = do_work(world, kill, expected);
      INFO("killed after message " << number << " to the server");
      CHECK(outcome.was_hit);
      CHECK(outcome.wrong == "");
    }
  }
}

}  // namespace collab_test
