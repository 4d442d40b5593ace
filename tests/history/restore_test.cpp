// Restoring what a board once showed, beside a replay of the log up to there.

#include "collab/history/restore.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/random_log.hpp"

using collab::seq_number;
using collab::undo_outcome;
using collab::undo_scope;
using collab_test::log_author;
using collab_test::picture_of;

namespace {

struct setting {
  collab::edit_history_options options;
  std::size_t tombstones_max = 100'000;
};
// Where everything can be undone, where bodies are given up soon, and where nothing can.
const setting settings[] = {
    {{}}, {{.undo_depth = 6, .undo_users_max = 2}}, {{.undo_depth = 0}}, {{.undo_depth = 3}, 1}};

collab::element box(const std::string& id, double x = 0) {
  collab::element made{id, collab::element_kind::rect, "u0"};
  made.set(collab::property::index, std::string{"a0"});
  made.set(collab::property::x, x);
  return made;
}
collab::set_operation move(const std::string& id, double x) {
  return {id, {{collab::property::x, x}}};
}

}  // namespace

TEST_SUITE("history/restore") {
  TEST_CASE("restoring any seq shows what a replay of the log up to it shows") {
    int restored = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      const setting& with = settings[seed % std::size(settings)];
      CAPTURE(seed);
      log_author author{seed, with.options, {}, with.tombstones_max};
      for (int i = 0; i < 120; ++i) {
        (void)author.step();
        if (i % 7 == 0) {
          const std::uint64_t seq = author.random().below(author.last() + 1);
          const auto then =
              collab_test::replay(author.records(), seq, with.options, with.tombstones_max);
          REQUIRE(then != nullptr);
          if (author.restore(seq, "u1").ok()) {
            ++restored;
            REQUIRE(picture_of(author.board()) == picture_of(then->document));
            REQUIRE(author.board().content_digest() == then->document.content_digest());
          }
        }
      }
      const auto again =
          collab_test::replay(author.records(), author.last(), with.options, with.tombstones_max);
      REQUIRE(again != nullptr);
      CHECK(picture_of(author.board()) == picture_of(again->document));
      for (const auto scope : {undo_scope::room, undo_scope::mine}) {
        for (const std::string user : {"u0", "u1", "u2"}) {
          CHECK(author.history().undo_target(scope, user) ==
                again->history.undo_target(scope, user));
          CHECK(author.history().redo_target(scope, user) ==
                again->history.redo_target(scope, user));
        }
      }
    }
    CHECK(restored > 900);
  }

  TEST_CASE("undoing a restore shows what was before it, doing it again what it showed") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      log_author author{seed, {.undo_depth = seed % 2 == 0 ? 1'000U : 8U}};
      for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 10; ++i) {
          (void)author.step();
        }
        const std::string before = picture_of(author.board());
        REQUIRE(author.restore(author.random().below(author.last() + 1), "u1").ok());
        const std::string after = picture_of(author.board());
        if (author.effect().outcome == undo_outcome::nothing) {
          CHECK(before == after);
          continue;
        }
        const seq_number restore{author.last()};
        for (int times = 0; times < 2; ++times) {
          REQUIRE(author.run(collab::undo_operation{restore}, "u1").ok());
          REQUIRE(picture_of(author.board()) == before);
          CHECK(author.effect().outcome == undo_outcome::applied);
          REQUIRE(author.run(collab::redo_operation{restore}, "u1").ok());
          REQUIRE(picture_of(author.board()) == after);
          CHECK(author.effect().outcome == undo_outcome::applied);
        }
      }
    }
  }

  TEST_CASE("undoing a restore leaves alone what others have done since") {
    log_author author{1};
    REQUIRE(author.run(collab::put_operation{box("a", 1)}).ok());
    REQUIRE(author.run(collab::put_operation{box("b", 1)}).ok());
    REQUIRE(author.run(move("a", 2)).ok());
    REQUIRE(author.run(move("b", 2)).ok());
    REQUIRE(author.restore(2, "u1").ok());
    REQUIRE(author.run(move("a", 9), "u2").ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{5}, undo_scope::mine}, "u1").ok());
    CHECK(author.effect().outcome == undo_outcome::partial);
    CHECK(author.board().find("a")->get(collab::property::x) == collab::property_value{9.0});
    CHECK(author.board().find("b")->get(collab::property::x) == collab::property_value{2.0});
  }

  TEST_CASE("an element that is put back has its number, its creator and its points") {
    log_author author{1, {.undo_depth = 1}};
    collab::element stroke{"s", collab::element_kind::stroke, "u2"};
    stroke.set(collab::property::index, std::string{"a1"});
    const collab::point points[] = {{1, 2, 0.5F, 0}, {3, 4, 0.5F, 8}};
    REQUIRE(stroke.set_points(points).ok());
    REQUIRE(author.run(collab::put_operation{box("a")}, "u2").ok());
    REQUIRE(author.run(collab::put_operation{stroke}, "u2").ok());
    REQUIRE(author.run(collab::remove_operation{{"s"}}).ok());
    REQUIRE(author.run(move("a", 1)).ok());
    // Its body was given up.
    REQUIRE(author.board().find_kept("s") == nullptr);
    REQUIRE(author.board().remembers("s"));
    REQUIRE(author.restore(2, "u0").ok());
    const collab::element* back = author.board().find("s");
    REQUIRE(back != nullptr);
    CHECK(back->number() == 2);
    CHECK(back->creator() == "u2");
    CHECK(back->points().size() == 2);
    CHECK(author.board().presence_writer("s") == seq_number{5});
    CHECK(back->latest_stamp() == seq_number{5});
    REQUIRE(author.effect().restored.size() == 1);
    CHECK(author.effect().restored[0] == back);
    // And can be moved, removed, and that undone, like any other.
    REQUIRE(author.run(collab::remove_operation{{"s"}}).ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{6}}).ok());
    CHECK(author.board().find("s") != nullptr);
  }

  TEST_CASE("the maker of an element does not take away what a restore has put back") {
    log_author author{1};
    REQUIRE(author.run(collab::put_operation{box("a", 1)}, "u1").ok());
    REQUIRE(author.run(move("a", 2), "u1").ok());
    REQUIRE(author.run(collab::remove_operation{{"a"}}, "u2").ok());
    REQUIRE(author.restore(1, "u0").ok());
    // Every property is that of the restore now, also those that were the same.
    REQUIRE(author.run(collab::undo_operation{seq_number{2}, undo_scope::mine}, "u1").ok());
    CHECK(author.effect().outcome == undo_outcome::nothing);
    REQUIRE(author.run(collab::undo_operation{seq_number{1}, undo_scope::mine}, "u1").ok());
    CHECK(author.effect().outcome == undo_outcome::nothing);
    REQUIRE(author.board().find("a") != nullptr);
    CHECK(author.board().find("a")->get(collab::property::x) == collab::property_value{1.0});
    REQUIRE(author.run(collab::undo_operation{seq_number{4}}).ok());
    CHECK(author.board().find("a") == nullptr);
    REQUIRE(author.run(collab::redo_operation{seq_number{4}}).ok());
    CHECK(author.board().find("a") != nullptr);
  }

  TEST_CASE("what a restore has put back can come back as long as the restore can be done again") {
    // The making and the removal go out of reach, the restore, undone, does not.
    log_author author{1, {.undo_depth = 2}};
    REQUIRE(author.run(collab::put_operation{box("a", 1)}).ok());
    REQUIRE(author.run(collab::remove_operation{{"a"}}).ok());
    REQUIRE(author.restore(1, "u0").ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{3}}).ok());
    REQUIRE(author.run(collab::redo_operation{seq_number{3}}).ok());
    REQUIRE(author.run(collab::put_operation{box("b")}).ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{6}}).ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{3}}).ok());
    CHECK(author.board().find("a") == nullptr);
    CHECK(author.board().can_restore("a"));
    REQUIRE(author.run(collab::redo_operation{seq_number{3}}).ok());
    CHECK(author.board().find("a") != nullptr);
  }

  TEST_CASE("a restore that changes nothing can't be undone and ends no redo") {
    log_author author{1};
    REQUIRE(author.run(collab::put_operation{box("a")}).ok());
    REQUIRE(author.run(move("a", 1)).ok());
    REQUIRE(author.run(collab::undo_operation{seq_number{2}}).ok());
    REQUIRE(author.restore(3, "u0").ok());
    CHECK(author.effect().outcome == undo_outcome::nothing);
    CHECK(author.effect().target == seq_number{3});
    CHECK(author.history().undo_target(undo_scope::room, "u0") == seq_number{1});
    CHECK(author.history().redo_target(undo_scope::room, "u0") == seq_number{2});
  }

  TEST_CASE("an id that another element has by now can't be put back") {
    log_author author{1, {.undo_depth = 0}, {}, 1};
    REQUIRE(author.run(collab::put_operation{box("a")}).ok());
    REQUIRE(author.run(collab::put_operation{box("b")}).ok());
    REQUIRE(author.run(collab::remove_operation{{"a", "b"}}).ok());
    // Only "b" is remembered.
    REQUIRE(author.run(collab::put_operation{box("a", 5)}).ok());
    const auto refused = collab::plan_restore(author.board(), author.at(1));
    CHECK(absl::IsFailedPrecondition(refused.status()));
    CHECK(refused.status().message().find("'a'") != absl::string_view::npos);
    REQUIRE(author.restore(0, "u0").ok());
    CHECK(author.board().size() == 0);
  }

  TEST_CASE("a record of a restore that was planned for another board is refused") {
    log_author author{1};
    REQUIRE(author.run(collab::put_operation{box("a")}).ok());
    const auto check = [&author](collab::restore_version_operation body) {
      return author.history().check({seq_number{2}, {}, "u0", "c", 1, std::move(body)});
    };
    CHECK(check({seq_number{1}, {"a", "never"}, {}, {}}).ok());
    CHECK(absl::IsFailedPrecondition(check({seq_number{2}, {}, {}, {}})));
    CHECK(absl::IsFailedPrecondition(check({seq_number{0}, {}, {box("a")}, {}})));
    CHECK(absl::IsNotFound(check({seq_number{0}, {}, {}, {{"b", move("b", 1).changes}}})));
    CHECK(absl::IsInvalidArgument(
        check({seq_number{0}, {}, {}, {{"a", {{collab::property::text, std::string{"x"}}}}}})));
  }
}
