// Any board of the past, beside a replay of the log up to it.

#include "collab/history/timeline.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/history/timeline_cursor.hpp"
#include "collab/history/timeline_player.hpp"
#include "history/random_log.hpp"

using collab::seq_number;
using collab::unix_time;
using collab_test::log_author;
using collab_test::picture_of;
using namespace std::chrono_literals;

namespace {

// A log in memory, with records of sessions between the operations.
class log_in_memory final : public collab::log_reader {
 public:
  absl::Status read(collab::log_position first, collab::log_position last,
                    absl::FunctionRef<bool(std::string_view)> each) override {
    if (!failure.ok()) {
      return failure;
    }
    for (auto at = first; at <= last; at = collab::next(at)) {
      ++reads;
      if (!each(records.at(collab::to_integer(at) - 1))) {
        break;
      }
    }
    return absl::OkStatus();
  }
  void add(std::string record) {
    if (records.size() % 5 == 1) {
      records.push_back(collab::encode_record(collab::session_left{"c", {}}));
    }
    records.push_back(std::move(record));
  }
  void add_all(const log_author& author) {
    for (const std::string& record : author.records()) {
      add(record);
    }
  }

  std::vector<std::string> records;
  std::uint64_t reads = 0;
  absl::Status failure;
};

void add_all(collab::timeline& past, const log_in_memory& log) {
  for (const std::string& record : log.records) {
    REQUIRE(past.add(record).ok());
  }
}

collab::instant at(std::chrono::milliseconds time) { return collab::instant{time}; }

struct setting {
  collab::timeline_options timeline;
  int steps = 160;
};

}  // namespace

TEST_SUITE("history/timeline") {
  TEST_CASE("seeking any seq from anywhere shows what a replay of the log up to it shows") {
    const setting settings[] = {
        {{.interval = 1}},
        {{.interval = 7}},
        {{.interval = 50}},
        {{.interval = 1'000}},
        {{.interval = 5, .history = {.undo_depth = 4, .undo_users_max = 2}}},
        {{.interval = 9, .history = {.undo_depth = 0}, .tombstones_max = 2}},
        // Less than it takes: snapshots are given up, then what undo came to.
        {{.bytes_max = 20'000, .interval = 3}},
        {{.bytes_max = 2'000, .interval = 3}},
        {{.bytes_max = 1, .interval = 3}},
    };
    for (std::uint64_t seed = 1; seed <= 36; ++seed) {
      const setting& with = settings[seed % std::size(settings)];
      CAPTURE(seed);
      log_author author{seed, with.timeline.history, {}, with.timeline.tombstones_max};
      for (int i = 0; i < with.steps; ++i) {
        (void)author.step();
      }
      log_in_memory log;
      log.add_all(author);
      collab::timeline past{with.timeline};
      for (const std::string& record : log.records) {
        REQUIRE(past.add(record).ok());
        REQUIRE(past.bytes() <= with.timeline.bytes_max);
      }
      REQUIRE(past.last_seq() == seq_number{author.last()});
      REQUIRE(collab::to_integer(past.last_position()) == log.records.size());
      collab::timeline_cursor cursor{past, log};
      const auto check = [&](std::uint64_t seq) {
        CAPTURE(seq);
        REQUIRE(cursor.seek(seq_number{seq}).ok());
        REQUIRE(cursor.seq() == seq_number{seq});
        const collab::board_snapshot shown = cursor.board();
        const collab::board_snapshot& expected = author.at(seq);
        REQUIRE(shown.seq() == seq_number{seq});
        REQUIRE(picture_of(shown) == picture_of(expected));
        REQUIRE(shown.content_digest() == expected.content_digest());
      };
      for (std::uint64_t seq = 0; seq <= author.last(); ++seq) {
        check(seq);
      }
      for (std::uint64_t seq = author.last() + 1; seq > 0; --seq) {
        check(seq - 1);
      }
      for (int i = 0; i < 60; ++i) {
        check(author.random().below(author.last() + 1));
      }
      const std::uint64_t some = author.random().below(author.last() + 1);
      const auto naive = collab_test::replay(author.records(), some, with.timeline.history,
                                             with.timeline.tombstones_max);
      check(some);
      CHECK(picture_of(cursor.board()) == picture_of(naive->document));
    }
  }

  TEST_CASE("a board of the past can be restored by what a cursor shows") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      log_author author{seed};
      for (int i = 0; i < 150; ++i) {
        (void)author.step();
      }
      log_in_memory log;
      log.add_all(author);
      collab::timeline past{{.interval = 20}};
      add_all(past, log);
      collab::timeline_cursor cursor{past, log};
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t seq = author.random().below(author.last() + 1);
        if (seq > collab::to_integer(past.last_seq())) {
          continue;
        }
        REQUIRE(cursor.seek(seq_number{seq}).ok());
        auto plan = collab::plan_restore(author.board(), cursor.board());
        REQUIRE(plan.ok());
        REQUIRE(author.run(*std::move(plan)).ok());
        CHECK(picture_of(author.board()) == picture_of(author.at(seq)));
      }
    }
  }

  TEST_CASE("a step reads one operation, a jump no more than lie between two snapshots") {
    log_author author{3, {}, {.clear = 0, .restore = 0}};
    while (author.last() < 1'000) {
      (void)author.step();
    }
    log_in_memory log;
    log.add_all(author);
    collab::timeline past{{.interval = 64}};
    add_all(past, log);
    CHECK(past.snapshots() == 1'000 / 64 + 1);
    collab::timeline_cursor cursor{past, log};
    REQUIRE(cursor.seek(seq_number{900}).ok());
    CHECK(log.reads < 64 * 5 / 4 + 2);
    log.reads = 0;
    REQUIRE(cursor.seek(seq_number{901}).ok());
    REQUIRE(cursor.seek(seq_number{901}).ok());
    CHECK(log.reads <= 2);
    log.reads = 0;
    REQUIRE(cursor.seek(seq_number{900}).ok());
    CHECK(log.reads < 64 * 5 / 4 + 2);
  }

  TEST_CASE("a time is after the last operation before it, also when a clock went back") {
    log_author author{5};
    for (int i = 0; i < 200; ++i) {
      (void)author.step();
    }
    log_in_memory log;
    std::vector<unix_time> latest{unix_time::min()};
    for (std::size_t i = 0; i < author.records().size(); ++i) {
      collab::operation op = *collab::decode_operation(author.records()[i]);
      op.time -= i % 3 == 0 ? 4'000ms : 0ms;
      latest.push_back(std::max(latest.back(), op.time));
      log.add(collab::encode_operation(op));
    }
    collab::timeline past{{.interval = 16}};
    add_all(past, log);
    CHECK(past.first_time() == latest[1]);
    CHECK(past.last_time() == latest.back());
    collab::timeline_cursor cursor{past, log};
    for (int i = 0; i < 300; ++i) {
      const auto range = static_cast<std::uint64_t>((latest.back() - latest[1]).count()) + 4'000;
      const unix_time time =
          latest[1] - 2s + std::chrono::milliseconds{author.random().below(range)};
      std::uint64_t expected = 0;
      while (expected < author.last() && latest[expected + 1] <= time) {
        ++expected;
      }
      REQUIRE(cursor.seek(time).ok());
      REQUIRE(cursor.seq() == seq_number{expected});
      REQUIRE(cursor.latest_time() == latest[expected]);
      REQUIRE(picture_of(cursor.board()) == picture_of(author.at(expected)));
      const auto next = cursor.next_time();
      REQUIRE(next.ok());
      REQUIRE(next->has_value() == (expected < author.last()));
      if (next->has_value()) {
        REQUIRE(**next == latest[expected + 1]);
      }
    }
  }

  TEST_CASE("what is beyond the last operation is refused, and the place stays") {
    log_author author{1};
    for (int i = 0; i < 50; ++i) {
      (void)author.step();
    }
    log_in_memory log;
    log.add_all(author);
    collab::timeline past;
    add_all(past, log);
    collab::timeline_cursor cursor{past, log};
    REQUIRE(cursor.seek(seq_number{3}).ok());
    const absl::Status refused = cursor.seek(collab::next(past.last_seq()));
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(refused.message().find(std::to_string(author.last())) != absl::string_view::npos);
    CHECK(refused.message().find(std::to_string(author.last() + 1)) != absl::string_view::npos);
    CHECK(cursor.seq() == seq_number{3});
    CHECK(cursor.seek(past.last_seq()).ok());
  }

  TEST_CASE("a log goes on while somebody looks at its past") {
    log_author author{2};
    log_in_memory log;
    collab::timeline past{{.bytes_max = 60'000, .interval = 4}};
    collab::timeline_cursor cursor{past, log};
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t before = author.last();
      (void)author.step();
      for (std::uint64_t seq = before; seq < author.last(); ++seq) {
        const std::size_t known = log.records.size();
        log.add(author.records()[seq]);
        for (std::size_t at = known; at < log.records.size(); ++at) {
          REQUIRE(past.add(log.records[at]).ok());
        }
      }
      const std::uint64_t seq =
          i % 2 == 0 ? author.last() : author.random().below(author.last() + 1);
      REQUIRE(cursor.seek(seq_number{seq}).ok());
      REQUIRE(picture_of(cursor.board()) == picture_of(author.at(seq)));
      REQUIRE(cursor.next_time()->has_value() == (seq < author.last()));
    }
  }

  TEST_CASE("a record that can't be is refused and changes nothing") {
    log_author author{1};
    for (int i = 0; i < 20; ++i) {
      (void)author.step();
    }
    collab::timeline past;
    REQUIRE(past.add(author.records()[0]).ok());
    CHECK(absl::IsDataLoss(past.add(author.records()[2])));
    CHECK(absl::IsDataLoss(past.add("\x02")));
    CHECK(absl::IsUnimplemented(past.add("\x01")));
    collab::operation never{seq_number{2}, {}, "u", "c", 1, collab::undo_operation{seq_number{9}}};
    CHECK(absl::IsDataLoss(past.add(collab::encode_operation(never))));
    CHECK(past.last_seq() == seq_number{1});
    REQUIRE(past.add(author.records()[1]).ok());
    CHECK(past.last_seq() == seq_number{2});
  }

  TEST_CASE("a log that can't be read, or is another one, is told") {
    log_author author{1};
    for (int i = 0; i < 100; ++i) {
      (void)author.step();
    }
    log_in_memory log;
    log.add_all(author);
    collab::timeline past{{.interval = 10}};
    add_all(past, log);
    collab::timeline_cursor cursor{past, log};
    log.failure = absl::UnavailableError("gone");
    CHECK(absl::IsUnavailable(cursor.seek(seq_number{15})));
    log.failure = absl::OkStatus();
    std::swap(log.records[2], log.records[3]);
    CHECK(absl::IsDataLoss(cursor.seek(seq_number{5})));
    std::swap(log.records[2], log.records[3]);
    REQUIRE(cursor.seek(seq_number{5}).ok());
    CHECK(picture_of(cursor.board()) == picture_of(author.at(5)));
    log.records[20] = "\x02";
    bool is_told = false;
    for (std::uint64_t seq = 10; seq < 30; ++seq) {
      is_told = is_told || absl::IsDataLoss(cursor.seek(seq_number{seq}));
    }
    CHECK(is_told);
  }
}

TEST_SUITE("history/timeline_player") {
  // Operations at 0 s, 1 s, 2 s and 12 s.
  struct played_log {
    played_log() {
      std::vector<std::chrono::milliseconds> times{0s, 1s, 2s, 12s};
      for (std::size_t i = 0; i < times.size(); ++i) {
        collab::element made{"e" + std::to_string(i), collab::element_kind::rect, "u"};
        made.set(collab::property::index, "a" + std::to_string(i));
        log.add(collab::encode_operation({seq_number{i + 1}, begin + times[i], "u", "c", i + 1,
                                          collab::put_operation{std::move(made)}}));
      }
      add_all(past, log);
    }
    std::size_t shown(collab::timeline_player& player, std::chrono::milliseconds now) {
      REQUIRE(player.advance(at(now)).ok());
      return cursor.board().size();
    }

    const unix_time begin{1'700'000'000'000ms};
    log_in_memory log;
    collab::timeline past;
    collab::timeline_cursor cursor{past, log};
  };

  TEST_CASE("the log passes as fast as it is told, and stops at its end") {
    played_log of;
    collab::timeline_player player{of.past, of.cursor};
    CHECK(of.shown(player, 0ms) == 0);
    player.play(2, at(100ms));
    CHECK(of.shown(player, 100ms) == 1);
    CHECK(of.shown(player, 599ms) == 1);
    CHECK(of.shown(player, 600ms) == 2);
    CHECK_FALSE(*player.advance(at(700ms)));
    CHECK(of.shown(player, 1'100ms) == 3);
    player.play(100, at(1'100ms));
    CHECK(of.shown(player, 1'199ms) == 3);
    CHECK(player.is_playing());
    CHECK(of.shown(player, 1'200ms) == 4);
    CHECK_FALSE(player.is_playing());
    CHECK(player.position() == of.begin + 12s);
  }

  TEST_CASE("it can be paused, go on elsewhere, and run backwards to the empty board") {
    played_log of;
    collab::timeline_player player{of.past, of.cursor};
    player.play(1, at(0ms));
    CHECK(of.shown(player, 1'500ms) == 2);
    player.pause(at(1'500ms));
    CHECK(of.shown(player, 9'000ms) == 2);
    CHECK(player.position() == of.begin + 1'500ms);
    REQUIRE(player.seek(of.begin + 11s, at(9'000ms)).ok());
    CHECK(of.cursor.seq() == seq_number{3});
    player.play(1, at(9'000ms));
    CHECK(of.shown(player, 9'999ms) == 3);
    CHECK(of.shown(player, 10'000ms) == 4);
    REQUIRE(player.seek(seq_number{4}, at(10'000ms)).ok());
    player.play(-10, at(10'000ms));
    CHECK(of.shown(player, 10'001ms) == 3);
    CHECK(of.shown(player, 11'100ms) == 2);
    CHECK(of.shown(player, 11'101ms) == 1);
    CHECK(of.shown(player, 11'200ms) == 0);
    CHECK_FALSE(player.is_playing());
    player.play(1, at(20'000ms));
    CHECK(of.shown(player, 20'000ms) == 1);
  }

  TEST_CASE("a slow play loses no time between its frames") {
    played_log of;
    collab::timeline_player player{of.past, of.cursor};
    player.play(0.1, at(0ms));
    for (int frame = 1; frame < 10'000; ++frame) {
      REQUIRE(player.advance(at(std::chrono::milliseconds{frame})).ok());
    }
    CHECK(of.cursor.seq() == seq_number{1});
    CHECK(of.shown(player, 10'001ms) == 2);
  }

  TEST_CASE("a long pause is cut short, in both directions") {
    played_log of;
    collab::timeline_player player{of.past, of.cursor, {.pause_max = 3s}};
    REQUIRE(player.seek(seq_number{3}, at(0ms)).ok());
    player.play(1, at(0ms));
    CHECK(of.shown(player, 1ms) == 3);
    CHECK(player.position() == of.begin + 9s);
    CHECK(of.shown(player, 2'999ms) == 3);
    CHECK(of.shown(player, 3'002ms) == 4);
    player.play(-1, at(4'000ms));
    CHECK(of.shown(player, 4'001ms) == 3);
    CHECK(of.shown(player, 4'002ms) == 3);
    CHECK(player.position() <= of.begin + 5s);
    CHECK(of.shown(player, 7'100ms) == 2);
  }
}
