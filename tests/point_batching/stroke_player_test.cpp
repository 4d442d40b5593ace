#include "stroke_player.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "policy.hpp"

using collab::point;
using namespace point_batching;
using std::chrono::milliseconds;

namespace {

struct message {
  std::vector<point> points;
  std::size_t from = 0;
  milliseconds leaves{};

  friend bool operator==(const message&, const message&) = default;
};

std::vector<message> play(stroke_player& player, const std::vector<point>& samples) {
  std::vector<message> all;
  player.play(samples, [&](std::span<const point> points, std::size_t from,
                           collab::duration leaves) {
    all.push_back(
        {{points.begin(), points.end()}, from, std::chrono::duration_cast<milliseconds>(leaves)});
  });
  return all;
}

std::vector<message> play(const char* name, const std::vector<point>& samples) {
  const policy* rules = find_policy(name);
  REQUIRE_NE(rules, nullptr);
  stroke_player player{*rules};
  return play(player, samples);
}

point at(float x, std::uint32_t t) { return {x, 0, 0.5F, t}; }

}  // namespace

TEST_SUITE("point_batching/stroke_player") {
  TEST_CASE("without a policy every sample is a message when it comes") {
    const auto all = play("none", {at(0, 0), at(0, 5), at(9, 7)});
    CHECK((all == std::vector<message>{{{at(0, 0)}, 0, milliseconds{0}},
                                       {{at(0, 5)}, 1, milliseconds{5}},
                                       {{at(9, 7)}, 2, milliseconds{7}}}));
  }

  TEST_CASE("a batch of 16 ms leaves when its first point has waited so long, or the pen is up") {
    const auto all = play("16ms", {at(0, 0), at(1, 10), at(2, 16), at(3, 17), at(4, 30)});
    CHECK((all == std::vector<message>{{{at(0, 0), at(1, 10), at(2, 16)}, 0, milliseconds{16}},
                                       {{at(3, 17), at(4, 30)}, 3, milliseconds{30}}}));
  }

  TEST_CASE("a batch leaves on time though no sample comes") {
    const auto all = play("16ms", {at(0, 0), at(1, 500)});
    CHECK((all == std::vector<message>{{{at(0, 0)}, 0, milliseconds{16}},
                                       {{at(1, 500)}, 1, milliseconds{500}}}));
  }

  TEST_CASE("a batch by count leaves with its last point, the rest when the pen is up") {
    const auto all = play("batch-2", {at(0, 0), at(1, 900), at(2, 901)});
    CHECK((all == std::vector<message>{{{at(0, 0), at(1, 900)}, 0, milliseconds{900}},
                                       {{at(2, 901)}, 2, milliseconds{901}}}));
  }

  TEST_CASE("the filter drops what is near, but for the last sample") {
    const auto all = play("filter", {at(0, 0), at(0.5F, 5), at(2, 7), at(2.5F, 9)});
    CHECK((all == std::vector<message>{{{at(0, 0)}, 0, milliseconds{0}},
                                       {{at(2, 7)}, 1, milliseconds{7}},
                                       {{at(2.5F, 9)}, 2, milliseconds{9}}}));
  }

  TEST_CASE("a time that goes backwards counts as the latest before it") {
    const auto all = play("none", {at(0, 0), at(1, 20), at(2, 12), at(3, 21)});
    REQUIRE_EQ(all.size(), 4);
    CHECK_EQ(all[2].leaves, milliseconds{20});
    CHECK_EQ(all[3].leaves, milliseconds{21});
  }

  TEST_CASE("strokes do not share anything") {
    for (const policy& rules : policies()) {
      INFO(std::string{rules.name});
      stroke_player player{rules};
      const std::vector<point> stroke{at(0, 0), at(30, 8), at(0, 16), at(30, 24)};
      const auto first = play(player, stroke);
      const auto second = play(player, stroke);
      REQUIRE_FALSE(first.empty());
      CHECK_EQ(second.front().from, 0);
      CHECK((second.front().points.front() == stroke.front()));
      CHECK_EQ(play(player, {at(5, 0)}).size(), 1);
    }
  }

  TEST_CASE("a network that is behind delays messages, and makes the adaptive form wait") {
    std::vector<point> stroke;
    for (std::uint32_t t = 0; t <= 1000; t += 4) {
      stroke.push_back(at(static_cast<float>(t), t));
    }
    stroke_player player{*find_policy("filter+16ms-slow")};
    const auto fixed = play(player, stroke);
    // A message every 16 to 20 ms, of which one in 60 ms leaves.
    REQUIRE_GE(fixed.size(), 50);
    for (std::size_t i = 1; i < fixed.size(); ++i) {
      REQUIRE_EQ(fixed[i].leaves - fixed[i - 1].leaves, milliseconds{60});
    }
    // The next stroke waits until the queue is empty.
    CHECK((play(player, stroke) == fixed));
    const auto adaptive = play("adaptive-slow", stroke);
    CHECK_LE(adaptive.size(), 17);
    CHECK_LE(adaptive.back().leaves, milliseconds{1120});
  }
}
