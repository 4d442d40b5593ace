#include "measurement.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "drawn_strokes.hpp"
#include "relay_cost.hpp"

using collab::point;
using namespace point_batching;

namespace {

drawn_strokes drawn(std::vector<point> points) {
  drawn_strokes all;
  all.strokes.push_back({"mine", std::move(points)});
  return all;
}

measurement measure_one(const char* rules, const char* written, const drawn_strokes& strokes) {
  const named_encoding* const chosen[] = {find_encoding(written)};
  const absl::StatusOr<std::vector<measurement>> rows =
      measure(*find_policy(rules), chosen, strokes);
  REQUIRE(rows.ok());
  REQUIRE_EQ(rows->size(), 1);
  return rows->front();
}

}  // namespace

TEST_SUITE("point_batching/measurement") {
  TEST_CASE("a message for each sample: bytes as counted by hand, no wait, no deviation") {
    const measurement row =
        measure_one("none", "json-event", drawn({{1, 2, 0.5F, 0}, {3, 4, 0.5F, 8}, {5, 6, 1, 20}}));
    // {"type":"stroke:point","roomId":"ROOM01","strokeId":"...21...","point":{"x":1,"y":2,
    // "pressure":0.5,"t":0}}: 85 before x, 34 from there; 2 less for "1", 1 more for "20"; and
    // 2 of WebSocket header each, as none has more than 125.
    CHECK_EQ(row.cost.messages, 3);
    CHECK_EQ(row.cost.bytes, (119 + 2) + (119 + 2) + (118 + 2));
    CHECK_EQ(row.cost.bytes_per_point(), doctest::Approx(362.0 / 3));
    CHECK_EQ(row.messages_per_second, doctest::Approx(150));
    CHECK_EQ(row.bytes_per_second, doctest::Approx(18100));
    CHECK_EQ(row.latency_p50, 0);
    CHECK_EQ(row.latency_p99, 0);
    CHECK_EQ(row.straight.greatest, 0);
    CHECK_EQ(row.curved.greatest, 0);
    CHECK_GT(row.cpu_ns_per_point, 0);
  }

  TEST_CASE("under 16 ms each point waits for the message that carries it") {
    // Leave at 16 with the third, and at pen up.
    const measurement row =
        measure_one("16ms", "json", drawn({{0, 0, 0.5F, 0}, {9, 0, 0.5F, 10}, {18, 0, 0.5F, 30}}));
    // Waits 16, 6, 0.
    CHECK_EQ(row.cost.messages, 2);
    CHECK_EQ(row.latency_p50, 6);
    CHECK_EQ(row.latency_p99, 16);
  }

  TEST_CASE("a dropped sample waits for the next point that is sent, and counts as input") {
    const measurement row = measure_one(
        "filter", "binary",
        drawn({{0, 0, 0.5F, 0}, {0, 0.5F, 0.5F, 10}, {0.5F, 0, 0.5F, 14}, {9, 0, 0.5F, 30}}));
    CHECK_EQ(row.cost.sent_points, 2);
    CHECK_EQ(row.cost.raw_points, 4);
    // Waits 0, 20, 16, 0.
    CHECK_EQ(row.latency_p50, 0);
    CHECK_EQ(row.latency_p99, 20);
    CHECK_EQ(row.straight.greatest, 0.5);
  }

  TEST_CASE("equal samples in a row wait for the message that carries one of them") {
    const measurement row = measure_one("simplify-0.5+16ms", "binary",
                                        drawn({{0, 0, 0.5F, 0},
                                               {9, 0, 0.5F, 8},
                                               {9, 0, 0.5F, 8},
                                               {9, 9, 0.5F, 30},
                                               {18, 9, 0.5F, 100}}));
    // The first corner is kept when the sample after it comes, at 30, and leaves 16 ms later;
    // the other one at 100, when the pen goes up too. Waits 16, 38, 38, 70, 0.
    CHECK_EQ(row.latency_p50, 38);
    CHECK_EQ(row.latency_p99, 70);
  }

  TEST_CASE("what is not on the grid deviates by its rounding") {
    const auto strokes = drawn({{0.03125F, 0, 0.5F, 0}, {0.03125F, 1, 0.5F, 8}});
    CHECK_EQ(measure_one("none", "binary", strokes).straight.greatest, 0.03125);
    // To a tenth of a pixel.
    CHECK_EQ(measure_one("none", "json-event", strokes).straight.greatest, 0.03125);
    CHECK_EQ(measure_one("none", "json-event", drawn({{0.0625F, 0}})).straight.greatest,
             doctest::Approx(0.0375));
  }

  TEST_CASE("encodings that are measured together keep their own deviations") {
    const named_encoding* const chosen[] = {find_encoding("json-event"), find_encoding("json"),
                                            find_encoding("binary")};
    const auto rows = measure(*find_policy("none"), chosen, drawn({{0.0625F, 0}}));
    REQUIRE(rows.ok());
    CHECK_EQ((*rows)[0].straight.greatest, doctest::Approx(0.0375));
    CHECK_EQ((*rows)[1].straight.greatest, 0);
    CHECK_EQ((*rows)[2].straight.greatest, 0);
    CHECK_EQ((*rows)[2].curved.greatest, 0);
  }

  TEST_CASE("the simplifier's deviation is within its epsilon and the grid, its curve may not be") {
    std::vector<point> circle;
    for (std::uint32_t i = 0; i < 100; ++i) {
      circle.push_back({50 * std::cos(static_cast<float>(i) * 0.06F),
                        50 * std::sin(static_cast<float>(i) * 0.06F), 0.5F, i * 8});
    }
    const measurement row = measure_one("simplify-1+16ms", "binary", drawn(circle));
    CHECK_LT(row.cost.sent_points, 40);
    CHECK_GT(row.straight.greatest, 0.5);
    CHECK_LE(row.straight.greatest, 1 + 0.0442);
    // A round curve is met better by round lines.
    CHECK_LT(row.curved.p99, row.straight.p99);
  }

  TEST_CASE("every policy and encoding takes a stroke of one sample and of equal ones") {
    drawn_strokes strokes = drawn({{1, 2, 0.5F, 0}});
    strokes.strokes.push_back({"mine", {{3, 4}, {3, 4}, {3, 4}}});
    std::vector<const named_encoding*> all;
    for (const named_encoding& each : encodings()) {
      all.push_back(&each);
    }
    for (const policy& rules : policies()) {
      INFO(std::string{rules.name});
      const auto rows = measure(rules, all, strokes);
      REQUIRE(rows.ok());
      for (const measurement& row : *rows) {
        CHECK_GE(row.cost.sent_points, 2);
        CHECK_EQ(row.straight.greatest, 0);
        CHECK_EQ(row.messages_per_second, 0);
      }
    }
  }
}

TEST_SUITE("point_batching/drawn_strokes") {
  TEST_CASE("what can't be played is left out or given a time, and that is said") {
    drawn_strokes all = drawn({{1, 2}, {3, 4}, {5, 6}});
    all.strokes.push_back({"mine", {{1, 2}, {3, 4, 0.5F, 60'001}}});
    all.strokes.push_back({"mine", {{1, 2}, {3, 4, 0.5F, 60'000}}});
    all.strokes.push_back({"mine", {{1, 2, 1.5F}}});
    all.strokes.push_back({"mine", {{1, 2}}});
    keep_playable(all);
    REQUIRE_EQ(all.strokes.size(), 3);
    CHECK((all.strokes[0].points ==
           std::vector<point>{{1, 2, 0.5F, 0}, {3, 4, 0.5F, 8}, {5, 6, 0.5F, 16}}));
    CHECK_EQ(all.time(), std::chrono::milliseconds{60'016});
    CHECK_EQ(all.notes,
             std::vector<std::string>{"1 stroke left out: a point is out of range",
                                      "1 stroke left out: longer than a minute by its time stamps",
                                      "1 stroke without time: 8 ms a sample assumed"});
  }
}

TEST_SUITE("point_batching/relay_cost") {
  TEST_CASE("all strokes and each set have three rows, of which one asks for a ratio") {
    drawn_strokes all;
    all.strokes.push_back({"a", {{0, 0}, {5, 5, 0.5F, 8}}});
    all.strokes.push_back({"b", {{0, 0}}});
    const std::vector<relay_cost> costs = relay_costs(all);
    REQUIRE_EQ(costs.size(), 9);
    CHECK_EQ(costs[0].set, "all");
    CHECK_EQ(costs[3].set, "a");
    CHECK_EQ(costs[8].set, "b");
    CHECK_EQ(costs[0].points, 3);
    CHECK_EQ(costs[5].points_per_message, 8);
    CHECK_EQ(costs[5].bytes_per_point_max, 4);
    CHECK_EQ(costs[5].ratio_min, 25);
    CHECK_EQ(costs[4].ratio_min, 0);
    // Only one set: the rows for all are its rows.
    CHECK_EQ(relay_costs(all.only("a")).size(), 3);
  }
}
