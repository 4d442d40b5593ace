// What others do is shown a little late, at their pace.

#include "collab/client/smoothing.hpp"

#include <doctest/doctest.h>

#include "client_under_test.hpp"

using namespace collab_test;

TEST_SUITE("client/smoothing") {
  TEST_CASE("a cursor moves evenly between two places, and rests at the last") {
    collab::cursor_smoother cursors{{.delay = 80ms, .expiry = 10s}};
    const collab::instant start{};
    cursors.add("c", {0, 0}, start);
    cursors.add("c", {35, 70}, start + 35ms);
    CHECK(cursors.at(start + 40ms)[0].second.x == 0);
    CHECK(cursors.at(start + 90ms)[0].second.x == doctest::Approx(10));
    CHECK(cursors.at(start + 100ms)[0].second.y == doctest::Approx(40));
    CHECK(cursors.at(start + 115ms)[0].second.x == 35);
    CHECK(cursors.at(start + 9s)[0].second.x == 35);
    CHECK(cursors.at(start + 10s + 35ms).empty());
  }

  TEST_CASE("a cursor that has rested begins to move when it did, not before") {
    collab::cursor_smoother cursors{{.delay = 80ms, .expiry = 10s}};
    const collab::instant start{};
    cursors.add("c", {0, 0}, start);
    cursors.add("c", {80, 0}, start + 1s);
    CHECK(cursors.at(start + 1s)[0].second.x == doctest::Approx(0));
    CHECK(cursors.at(start + 1'040ms)[0].second.x == doctest::Approx(40));
    CHECK(cursors.at(start + 1'080ms)[0].second.x == 80);
  }

  TEST_CASE("points that come in bursts are shown at the pace at which they were drawn") {
    collab::live_stroke_playback play{{.delay = 60ms, .lag_max = 300ms}};
    std::vector<collab::point> points;
    const collab::instant start{};
    for (std::uint32_t t = 0; t <= 40; t += 10) {
      points.push_back({static_cast<float>(t), 0, 0.5F, t});
    }
    play.add(points, start);
    CHECK(play.at(points, start + 59ms).count == 0);
    CHECK(play.at(points, start + 60ms).count == 1);
    const auto half = play.at(points, start + 75ms);
    CHECK(half.count == 2);
    REQUIRE(half.tip.has_value());
    CHECK(half.tip->x == doctest::Approx(15));
    for (std::uint32_t t = 50; t <= 90; t += 10) {
      points.push_back({static_cast<float>(t), 0, 0.5F, t});
    }
    play.add(points, start + 90ms);
    CHECK(play.at(points, start + 110ms).count == 6);
    CHECK(play.at(points, start + 150ms).count == 10);
    CHECK(play.is_done());
  }

  TEST_CASE("what is long under way is caught up with, and nothing is shown twice or lost") {
    collab::live_stroke_playback play{{.delay = 60ms, .lag_max = 300ms}};
    std::vector<collab::point> points{{0, 0, 0.5F, 0}};
    const collab::instant start{};
    play.add(points, start);
    points.push_back({1, 0, 0.5F, 5'000});
    play.add(points, start + 100ms);
    CHECK(play.at(points, start + 400ms).count == 2);
    points.push_back({2, 0, 0.5F, 5'010});
    play.add(points, start + 10s);
    std::size_t before = 2;
    for (int ms = 0; ms <= 400; ms += 10) {
      const std::size_t count = play.at(points, start + 10s + std::chrono::milliseconds{ms}).count;
      CHECK(count >= before);
      before = count;
    }
    CHECK(before == 3);
  }
}
