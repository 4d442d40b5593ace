#include "collab/room/room.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "room/room_under_test.hpp"

using namespace std::chrono_literals;
using namespace collab_test;

TEST_SUITE("room/members") {
  TEST_CASE("one who joins is sent the state, the others are told") {
    room_under_test room;
    room.join(ann, "Ann");
    CHECK(room.out.take() ==
          lines{"ann<- room:state seq=0 elements=0 live=0 @0", "not ann<- user:joined Ann @0"});
    room.put(ann, 1, "r");
    room.out.take();
    room.join(bob, "Bob");
    // The state waits until all that it shows is durable.
    CHECK(room.out.take() ==
          lines{"bob<- room:state seq=1 elements=1 live=0 @1", "not bob<- user:joined Bob @0"});
    room.board.leave(ann, room.time.now());
    CHECK(room.out.take() == lines{"all<- user:left c-Ann @0"});
    room.board.leave(ann, room.time.now());
    CHECK(room.out.take().empty());
  }

  TEST_CASE("a full room refuses a new member and changes nothing") {
    collab::limits bounds;
    bounds.members_per_room = 1;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.out.take();
    CHECK(absl::IsResourceExhausted(
        room.board.join(bob, {"c", "u", "s", "Bob", {}}, room.time.now()).status()));
    CHECK(room.board.members().size() == 1);
    CHECK(room.out.take().empty());
    room.board.leave(ann, room.time.now());
    CHECK(room.board.join(bob, {"c", "u", "s", "Bob", {}}, room.time.now()).ok());
  }

  TEST_CASE("a new name and colour are told to everybody, and only what is given changes") {
    room_under_test room;
    room.join(ann, "Ann");
    room.out.take();
    const auto color = room.board.members().find(ann)->second.color;
    REQUIRE(room.run(ann, collab::update_member{"Anna", std::nullopt}).ok());
    CHECK(room.out.take() == lines{"all<- user:updated Anna @0"});
    CHECK(room.board.members().find(ann)->second.color == color);
  }
}

TEST_SUITE("room/presence") {
  TEST_CASE("of several moves within 35 ms the first goes at once and the last when due") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.out.take();
    REQUIRE(room.run(ann, collab::move_cursor{{1, 0, false}}).ok());
    CHECK(room.out.take() == lines{"not ann<- cursor:move c-Ann=1 @0"});
    room.time.advance(10ms);
    REQUIRE(room.run(ann, collab::move_cursor{{2, 0, false}}).ok());
    REQUIRE(room.run(ann, collab::move_cursor{{3, 0, false}}).ok());
    CHECK(room.out.take().empty());
    CHECK(room.board.next_deadline() == collab::instant{35ms});
    room.time.advance(25ms - 1ns);
    room.board.tick(room.time.now());
    CHECK(room.out.take().empty());
    room.time.advance(1ns);
    room.board.tick(room.time.now());
    CHECK(room.out.take() == lines{"not ann<- cursor:move c-Ann=3 @0"});
    CHECK(room.board.next_deadline() == std::nullopt);
    room.time.advance(35ms);
    REQUIRE(room.run(ann, collab::move_cursor{{4, 0, false}}).ok());
    CHECK(room.out.take() == lines{"not ann<- cursor:move c-Ann=4 @0"});
  }

  TEST_CASE("several cursors that are due share a message, and nobody is told of his own") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.join(cid, "Cid");
    for (int i = 0; i < 2; ++i) {
      REQUIRE(room.run(ann, collab::move_cursor{{1, 0, false}}).ok());
      REQUIRE(room.run(bob, collab::move_cursor{{2, 0, false}}).ok());
    }
    room.out.take();
    room.time.advance(35ms);
    room.board.tick(room.time.now());
    CHECK(room.out.take() == lines{"ann<- cursor:move c-Bob=2 @0", "bob<- cursor:move c-Ann=1 @0",
                                   "cid<- cursor:move c-Ann=1 c-Bob=2 @0"});
  }

  TEST_CASE("a cursor is shown until 10 s of silence, and not after its owner left") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.run(ann, collab::move_cursor{{1, 0, true}}).ok());
    room.time.advance(10s - 1ns);
    CHECK(room.board.cursor_of(ann, room.time.now().steady) == collab::cursor{1, 0, true});
    room.time.advance(1ns);
    CHECK(room.board.cursor_of(ann, room.time.now().steady) == std::nullopt);
    REQUIRE(room.run(ann, collab::move_cursor{{1, 0, true}}).ok());
    REQUIRE(room.run(ann, collab::move_cursor{{2, 0, true}}).ok());
    room.board.leave(ann, room.time.now());
    room.out.take();
    room.time.advance(1s);
    room.board.tick(room.time.now());
    CHECK(room.out.take().empty());
  }
}

TEST_SUITE("room/live strokes") {
  TEST_CASE("a stroke is relayed as it is drawn and committed as one operation") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.out.take();
    REQUIRE(room.start(ann, "s", {{1, 1}}).ok());
    REQUIRE(room.extend(ann, "s", {{2, 2}, {3, 3}}).ok());
    CHECK(room.out.take() == lines{"not ann<- stroke:start s a0 points=1 @0",
                                   "not ann<- stroke:point s from=1 count=2 @0"});
    room.op(ann, 1, collab::end_stroke{"s", 3});
    CHECK(room.out.take() == lines{"not ann<- stroke:end s count=3 by=u-Ann seq=1 @1",
                                   "ann<- op:ack 1 seq=1 a0 @1", "ann<- history undo undo-mine @1",
                                   "bob<- history undo @1"});
    CHECK(room.board.live_strokes().empty());
    CHECK(room.out.operations() == 1);
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("points are kept on the grid") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{1.03F, -1.04F, 0.3F, 7}}).ok());
    room.op(ann, 1, collab::end_stroke{"s", std::nullopt});
    const auto points = room.board.board().find("s")->points();
    REQUIRE(points.size() == 1);
    CHECK(points[0] == point{1.0F, -1.0625F, 307.0F / 1024, 7});
  }

  TEST_CASE("points that the room has already are ignored, a gap is answered") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}, {1, 0}}).ok());
    room.out.take();
    REQUIRE(room.extend(ann, "s", {{9, 9}, {9, 9}}, 0).ok());
    CHECK(room.out.take().empty());
    REQUIRE(room.extend(ann, "s", {{9, 9}, {2, 0}, {3, 0}}, 1).ok());
    CHECK(room.out.take() == lines{"not ann<- stroke:point s from=2 count=2 @0"});
    REQUIRE(room.extend(ann, "s", {{5, 0}}, 5).ok());
    CHECK(room.out.take() == lines{"ann<- stroke:gap s have=4 @0"});
    const auto& live = room.board.live_strokes().find("s")->second;
    CHECK(live.points == std::vector<point>{{0, 0}, {1, 0}, {2, 0}, {3, 0}});
  }

  TEST_CASE("an end that counts more points than there are commits nothing and uses no counter") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.out.take();
    room.op(ann, 1, collab::end_stroke{"s", 2});
    CHECK(room.out.take() == lines{"ann<- stroke:gap s have=1 @0"});
    REQUIRE(room.extend(ann, "s", {{1, 0}}, 1).ok());
    room.out.take();
    room.op(ann, 1, collab::end_stroke{"s", 2});
    CHECK(room.out.take()[1] == "ann<- op:ack 1 seq=1 a0 @1");
  }

  TEST_CASE("of a stroke that is not there the author is told so") {
    room_under_test room;
    room.join(ann, "Ann");
    room.out.take();
    REQUIRE(room.extend(ann, "s", {{0, 0}}).ok());
    room.op(ann, 1, collab::end_stroke{"s", 1});
    CHECK(room.out.take() ==
          lines{"ann<- stroke:gap s have=0 unknown @0", "ann<- stroke:gap s have=0 unknown @0"});
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.op(ann, 1, collab::end_stroke{"s", 1});
    room.out.take();
    REQUIRE(room.extend(ann, "s", {{0, 0}}).ok());
    CHECK(room.out.take() == lines{"ann<- stroke:gap s have=1 committed @1"});
    CHECK(absl::IsNotFound(room.run(ann, collab::cancel_stroke{"s"})));
  }

  TEST_CASE("nobody touches the stroke of another") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.out.take();
    CHECK(absl::IsFailedPrecondition(room.start(bob, "s", {{0, 0}})));
    CHECK(absl::IsFailedPrecondition(room.extend(bob, "s", {{0, 0}})));
    CHECK(absl::IsFailedPrecondition(room.run(bob, collab::cancel_stroke{"s"})));
    room.op(bob, 1, collab::end_stroke{"s", 1});
    room.put(bob, 2, "s");
    CHECK(room.out.take() == lines{"bob<- op:reject 1 FAILED_PRECONDITION @0",
                                   "bob<- op:reject 2 FAILED_PRECONDITION @0"});
    CHECK(room.board.live_strokes().find("s")->second.points.size() == 1);
  }

  TEST_CASE("a stroke of one's own that was begun already is answered with what there is") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.out.take();
    REQUIRE(room.start(ann, "s", {{5, 5}, {6, 6}}).ok());
    CHECK(room.out.take() == lines{"ann<- stroke:gap s have=1 @0"});
  }

  TEST_CASE("a cancelled stroke is gone and its id is free") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.out.take();
    REQUIRE(room.run(ann, collab::cancel_stroke{"s"}).ok());
    CHECK(room.out.take() == lines{"not ann<- stroke:cancel s @0"});
    CHECK(room.start(ann, "s", {{0, 0}}).ok());
  }

  TEST_CASE("a stroke without points can't be ended") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {}).ok());
    room.out.take();
    room.op(ann, 1, collab::end_stroke{"s", 0});
    CHECK(room.out.take() == lines{"ann<- op:reject 1 INVALID_ARGUMENT @0"});
    CHECK(room.board.live_strokes().size() == 1);
  }

  TEST_CASE("the points of a message and of a stroke are bounded, both sides of each") {
    collab::limits bounds;
    bounds.points_per_message = 4;
    bounds.points_per_stroke = 6;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    CHECK(absl::IsInvalidArgument(room.start(ann, "s", std::vector<point>(5))));
    CHECK(room.board.live_strokes().empty());
    CHECK(room.start(ann, "s", std::vector<point>(4)).ok());
    CHECK(absl::IsInvalidArgument(room.extend(ann, "s", std::vector<point>(5))));
    CHECK(absl::IsResourceExhausted(room.extend(ann, "s", std::vector<point>(3))));
    CHECK(room.board.live_strokes().find("s")->second.points.size() == 4);
    CHECK(room.extend(ann, "s", std::vector<point>(2)).ok());
    CHECK(absl::IsResourceExhausted(room.extend(ann, "s", std::vector<point>(1))));
    // A resend of what is there is no growth.
    CHECK(room.extend(ann, "s", std::vector<point>(4), 2).ok());
  }

  TEST_CASE("a sample out of range is refused whole, and named") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const absl::Status status = room.extend(ann, "s", {{1, 1}, {nan, 0}});
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message().find("points[1]") != absl::string_view::npos);
    CHECK(room.board.live_strokes().find("s")->second.points.size() == 1);
  }

  TEST_CASE("the strokes that one member has begun are bounded") {
    collab::limits bounds;
    bounds.live_strokes_per_member = 2;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    CHECK(room.start(ann, "1", {{0, 0}}).ok());
    CHECK(room.start(ann, "2", {{0, 0}}).ok());
    CHECK(absl::IsResourceExhausted(room.start(ann, "3", {{0, 0}})));
    CHECK(room.start(bob, "3", {{0, 0}}).ok());
  }

  TEST_CASE("each new stroke lies on top, also of those being drawn") {
    room_under_test room;
    // Ids in falling order: equal indexes would put them the other way round.
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    REQUIRE(room.start(ann, "z", {{0, 0}}).ok());
    REQUIRE(room.start(bob, "y", {{0, 0}}).ok());
    room.op(bob, 1, collab::end_stroke{"y", 1});
    room.put(bob, 2, "x");
    room.op(ann, 1, collab::end_stroke{"z", 1});
    std::string order;
    for (const collab::element* each : room.board.board().elements()) {
      order += each->id() + " ";
    }
    CHECK(order == "z y x ");
  }

  TEST_CASE("the stroke of one who is gone for 60 s is committed and ends nobody's redo") {
    collab::limits bounds;
    bounds.digest_interval = 1h;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(bob, 1, "r");
    room.op(bob, 2, collab::undo{});
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    REQUIRE(room.start(ann, "empty", {}).ok());
    room.board.leave(ann, room.time.now());
    room.out.take();
    CHECK(room.board.next_deadline() == room.time.now().steady + 60s);
    room.time.advance(60s - 1ns);
    room.board.tick(room.time.now());
    CHECK(room.out.take().empty());
    room.time.advance(1ns);
    room.board.tick(room.time.now());
    CHECK(room.out.take() == lines{"all<- stroke:cancel empty @0",
                                   "all<- stroke:end s count=1 by=u-Ann seq=3 @3",
                                   "bob<- history undo redo redo-mine @3"});
    room.op(bob, 3, collab::redo{});
    CHECK(room.board.board().find("r") != nullptr);
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("settling commits what is being drawn, whoever is there") {
    room_under_test room;
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", {{0, 0}, {1, 1}}).ok());
    room.out.take();
    room.board.settle(room.time.now());
    // Its author has not ended it, and so has no place in the order for it.
    const lines told = room.out.take();
    REQUIRE(told.size() >= 2);
    CHECK(told[0] == "not ann<- stroke:end s count=2 by=u-Ann seq=1 @1");
    CHECK(told[1] == "ann<- stroke:end s count=2 whole by=u-Ann seq=1 @1");
    CHECK(room.board.live_strokes().empty());
  }
}

TEST_SUITE("room/operations") {
  TEST_CASE("operations are taken once and in order: a resend gets its outcome again") {
    room_under_test room;
    room.join(ann, "Ann");
    room.out.take();
    room.put(ann, 2, "b");
    CHECK(room.out.take() == lines{"ann<- op:gap 0 @0"});
    room.put(ann, 1, "a");
    room.out.take();
    room.put(ann, 1, "other");
    CHECK(room.out.take() == lines{"ann<- op:ack 1 seq=1 a0 @1"});
    room.put(ann, 2, "a");
    CHECK(room.out.take() == lines{"ann<- op:reject 2 FAILED_PRECONDITION @1"});
    room.put(ann, 2, "free");
    CHECK(room.out.take() == lines{"ann<- op:reject 2 FAILED_PRECONDITION @1"});
    CHECK(room.board.board().size() == 1);
    CHECK(room.out.operations() == 1);
  }

  TEST_CASE("outcomes are kept up to the bound") {
    collab::limits bounds;
    bounds.outcomes_per_session = 2;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    for (std::uint64_t i = 1; i <= 3; ++i) {
      room.put(ann, i, "e" + std::to_string(i));
    }
    room.out.take();
    room.put(ann, 1, "again");
    room.put(ann, 2, "again");
    CHECK(room.out.take() ==
          lines{"ann<- op:reject 1 UNAVAILABLE @3", "ann<- op:ack 2 seq=2 a1 @3"});
  }

  TEST_CASE("an operation that was not understood uses its counter") {
    room_under_test room;
    room.join(ann, "Ann");
    room.out.take();
    room.op(ann, 1, collab::refused_operation{absl::InvalidArgumentError("x: too far")});
    room.put(ann, 2, "a");
    CHECK(room.out.take()[0] == "ann<- op:reject 1 INVALID_ARGUMENT @0");
    CHECK(room.board.board().size() == 1);
  }

  TEST_CASE("the others see every operation at its place, the author its ack") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.out.take();
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::set_element{"a", {{property::x, 5.0}}});
    room.op(ann, 3, collab::remove_elements{{"a", "never"}});
    room.op(ann, 4, collab::clear_canvas{});
    room.op(ann, 5, collab::send_chat{"hello"});
    CHECK(room.out.take() ==
          lines{"not ann<- element:put a a0 by=u-Ann seq=1 @1", "ann<- op:ack 1 seq=1 a0 @1",
                "ann<- history undo undo-mine @1", "bob<- history undo @1",
                "not ann<- element:set a by=u-Ann seq=2 @2", "ann<- op:ack 2 seq=2 @2",
                "not ann<- element:remove a never by=u-Ann seq=3 @3", "ann<- op:ack 3 seq=3 @3",
                "not ann<- canvas:clear by=u-Ann seq=4 @4", "ann<- op:ack 4 seq=4 @4",
                "all<- chat Ann: hello @5", "ann<- op:ack 5 seq=5 @5"});
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("a preview is checked like a change, told to the others, and changes nothing") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(ann, 1, "a");
    room.out.take();
    const std::string before = room_under_test::picture(room.board);
    const auto preview = [&](const std::string& id, property key, double value) {
      return room.run(bob, collab::preview_element{id, {{key, value}}});
    };
    CHECK(preview("a", property::x, 5).ok());
    CHECK(room.out.take() == lines{"not bob<- element:preview a count=1 @0"});
    room.board.set_durable(room.board.last_position());
    CHECK(preview("a", property::stroke_width, 10'000).ok());
    CHECK(room.out.take() == lines{"not bob<- element:preview a count=1 known @0"});
    CHECK(absl::IsInvalidArgument(preview("a", property::stroke_width, 10'001)));
    CHECK(absl::IsInvalidArgument(preview("a", property::font_size, 5)));
    CHECK(absl::IsNotFound(preview("b", property::x, 5)));
    CHECK(room_under_test::picture(room.board) == before);
    room.op(ann, 2, collab::remove_elements{{"a"}});
    room.out.take();
    CHECK(absl::IsNotFound(preview("a", property::x, 5)));
    CHECK(room.out.take().empty());
    CHECK(room.out.operations() == 2);
  }

  TEST_CASE("a message of a host goes to the others and is not stored") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.out.take();
    CHECK(room.run(ann, collab::send_host_message{"spin", "[1]"}).ok());
    CHECK(room.out.take() == lines{"not ann<- host:message spin [1] @0"});
    CHECK(room.out.operations() == 0);
  }

  TEST_CASE("a change with a seq is refused when the element was changed after it, and only then") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "other");
    room.put(ann, 2, "a");
    room.op(ann, 3, collab::set_element{"a", {{property::x, 1.0}}});
    room.op(ann, 4, collab::set_element{"other", {{property::x, 1.0}}});
    room.out.take();
    collab::operation_counter counter = 4;
    const auto set_if = [&](std::uint64_t seq, property key, const std::string& id = "a") {
      room.op(ann, ++counter, collab::set_element{id, {{key, 2.0}}, seq_number{seq}});
      const std::string answer = room.out.take().back();
      const std::size_t found = answer.find("reject ");
      return found == std::string::npos ? std::string{"ok"}
                                        : answer.substr(answer.find(' ', found + 7) + 1);
    };
    CHECK(set_if(2, property::x) == "FAILED_PRECONDITION @4");
    // Any property counts, not only those that would be set.
    CHECK(set_if(2, property::width) == "FAILED_PRECONDITION @4");
    CHECK(set_if(0, property::x, "gone") == "NOT_FOUND @4");
    CHECK(set_if(3, property::y) == "ok");
    CHECK(set_if(4, property::y) == "FAILED_PRECONDITION @5");
    CHECK(set_if(5, property::y) == "ok");
    // A change that was taken back is one more change.
    room.op(ann, ++counter, collab::undo{});
    room.out.take();
    CHECK(set_if(6, property::y) == "FAILED_PRECONDITION @7");
    CHECK(set_if(1'000, property::y) == "ok");
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("undo takes back the latest of anybody, and everybody is told") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(ann, 1, "a");
    room.out.take();
    room.op(bob, 1, collab::undo{});
    CHECK(room.out.take() ==
          lines{"all<- undo target=1 removed=1 restored=0 changed=0 by=u-Bob seq=2 @2",
                "bob<- op:ack 1 seq=2 @2", "ann<- history redo redo-mine @2",
                "bob<- history redo @2"});
    room.op(bob, 2, collab::undo{});
    CHECK(room.out.take() == lines{"bob<- op:reject 2 FAILED_PRECONDITION @2"});
    room.op(ann, 2, collab::redo{});
    CHECK(room.out.take() ==
          lines{"all<- redo target=1 removed=0 restored=1 changed=0 by=u-Ann seq=3 @3",
                "ann<- op:ack 2 seq=3 @3", "ann<- history undo undo-mine @3",
                "bob<- history undo @3"});
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("only those are told of undo and redo for whom something is different") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.join(cid, "Cid");
    const auto told = [&room] {
      lines some;
      for (const std::string& line : room.out.take()) {
        if (line.find("history") != std::string::npos) {
          some.push_back(line);
        }
      }
      return some;
    };
    room.put(ann, 1, "a");
    told();
    room.put(ann, 2, "b");
    CHECK(told() == lines{});
    room.put(bob, 1, "c");
    CHECK(told() == lines{"bob<- history undo undo-mine @3"});
    room.op(bob, 2, collab::undo{collab::undo_scope::mine});
    CHECK(told() == lines{"ann<- history undo redo undo-mine @4",
                          "bob<- history undo redo redo-mine @4", "cid<- history undo redo @4"});
    room.put(ann, 3, "d");
    CHECK(told() == lines{"ann<- history undo undo-mine @5", "bob<- history undo redo-mine @5",
                          "cid<- history undo @5"});
    room.op(bob, 3, collab::redo{collab::undo_scope::room});
    CHECK(room.out.take() == lines{"bob<- op:reject 3 FAILED_PRECONDITION @5"});
    room.op(bob, 4, collab::redo{collab::undo_scope::mine});
    CHECK(told() == lines{"bob<- history undo undo-mine @6"});
    // The effect of somebody else's undo on one's own.
    room.op(cid, 1, collab::undo{});
    room.op(cid, 2, collab::undo{});
    told();
    room.op(cid, 3, collab::undo{});
    room.op(cid, 4, collab::undo{});
    CHECK(told() == lines{"ann<- history redo redo-mine @10", "bob<- history redo redo-mine @10",
                          "cid<- history redo @10"});
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("undo without a scope has that of the room") {
    for (const auto scope : {collab::undo_scope::room, collab::undo_scope::mine}) {
      recorder out;
      collab::room board{"ROOM01", {}, out, {.default_scope = scope}};
      collab::testing::manual_clock time;
      REQUIRE(board.join(ann, {"c-Ann", "u-Ann", "s", "Ann", {}}, time.now()).ok());
      REQUIRE(board.join(bob, {"c-Bob", "u-Bob", "s", "Bob", {}}, time.now()).ok());
      const auto op = [&](member_id who, const collab::operation_command& command) {
        REQUIRE(board.execute(who, command, time.now()).ok());
      };
      op(ann, {1, collab::put_element{{"a", collab::element_kind::rect, "u-Ann"}}});
      op(bob, {1, collab::put_element{{"b", collab::element_kind::rect, "u-Bob"}}});
      op(ann, {2, collab::undo{}});
      CHECK((board.board().find("a") == nullptr) == (scope == collab::undo_scope::mine));
      CHECK((board.board().find("b") == nullptr) == (scope == collab::undo_scope::room));
      op(ann, {3, collab::redo{}});
      CHECK(board.board().size() == 2);
    }
  }

  TEST_CASE("the operations of a group are undone together, also after the log was read back") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    for (const std::string id : {"a", "b"}) {
      const collab::put_element put{{id, collab::element_kind::rect, "u-Ann"}};
      REQUIRE(room.run(ann, collab::operation_command{id == "a" ? 1U : 2U, put, "g"}).ok());
    }
    recorder out;
    out.records = room.out.records;
    collab::room again{"ROOM01", {}, out};
    for (const std::string& record : room.out.records) {
      REQUIRE(again.restore(record).ok());
    }
    room.op(bob, 1, collab::undo{});
    CHECK(room.board.board().size() == 0);
    REQUIRE(again.join(bob, {"c-Bob", "u-Bob", "s", "Bob", {}}, room.time.now()).ok());
    REQUIRE(again.execute(bob, collab::operation_command{1, collab::undo{}}, room.time.now()).ok());
    CHECK(room_under_test::picture(again) == room_under_test::picture(room.board));
  }

  TEST_CASE("an id that exists, or has existed, is refused") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::remove_elements{{"a"}});
    room.out.take();
    room.put(ann, 3, "a");
    CHECK(room.out.take() == lines{"ann<- op:reject 3 FAILED_PRECONDITION @2"});
    CHECK(absl::IsFailedPrecondition(room.start(ann, "a", {{0, 0}})));
    room.op(ann, 4, collab::set_element{"a", {{property::x, 1.0}}});
    CHECK(room.out.take() == lines{"ann<- op:reject 4 NOT_FOUND @2"});
  }

  TEST_CASE("the author of an element is the one who sends it") {
    room_under_test room;
    room.join(ann, "Ann");
    room.out.take();
    const collab::element forged{"f", collab::element_kind::rect, "u-Bob"};
    room.op(ann, 1, collab::put_element{forged});
    CHECK(room.out.take() == lines{"ann<- op:reject 1 PERMISSION_DENIED @0"});
    const collab::element stroke{"s", collab::element_kind::stroke, "u-Bob"};
    CHECK(absl::IsPermissionDenied(room.run(ann, collab::start_stroke{stroke, {}})));
  }

  TEST_CASE("the elements of a room are bounded, those being drawn included") {
    collab::limits bounds;
    bounds.elements_per_room = 2;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    REQUIRE(room.start(ann, "s", {{0, 0}}).ok());
    room.out.take();
    room.put(ann, 2, "b");
    CHECK(room.out.take() == lines{"ann<- op:reject 2 RESOURCE_EXHAUSTED @1"});
    CHECK(absl::IsResourceExhausted(room.start(ann, "s2", {{0, 0}})));
    room.op(ann, 3, collab::end_stroke{"s", 1});
    CHECK(room.board.board().size() == 2);
  }

  TEST_CASE("the bytes of a room are bounded") {
    collab::limits bounds;
    bounds.bytes_per_room = 4'000;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", std::vector<point>(150)).ok());
    CHECK(absl::IsResourceExhausted(room.extend(ann, "s", std::vector<point>(150))));
    CHECK(room.extend(ann, "s", std::vector<point>(10)).ok());
    CHECK(absl::IsResourceExhausted(room.start(ann, "t", std::vector<point>(150))));
    room.op(ann, 1, collab::end_stroke{"s", 160});
    room.out.take();
    room.op(ann, 2, collab::put_element{collab::element{"t", collab::element_kind::text, "u-Ann"}});
    room.op(ann, 3, collab::set_element{"t", {{property::text, std::string(4'000, 'x')}}});
    CHECK(room.out.take().back() == "ann<- op:reject 3 RESOURCE_EXHAUSTED @2");
    room.op(ann, 4, collab::set_element{"t", {{property::text, std::string(100, 'x')}}});
    CHECK(room.out.take()[1] == "ann<- op:ack 4 seq=3 @3");
  }

  TEST_CASE("the bytes of strokes that were cancelled, ended or orphaned are given back") {
    collab::limits bounds;
    bounds.bytes_per_room = 4'000;
    room_under_test room{bounds};
    for (int i = 0; i < 100; ++i) {
      room.join(ann, "Ann");
      REQUIRE(room.start(ann, "s", std::vector<point>(150)).ok());
      REQUIRE(room.run(ann, collab::cancel_stroke{"s"}).ok());
      REQUIRE(room.start(ann, "empty", {}).ok());
      room.board.leave(ann, room.time.now());
      room.time.advance(60s);
      room.board.tick(room.time.now());
      REQUIRE(room.board.live_strokes().empty());
    }
    room.join(ann, "Ann");
    REQUIRE(room.start(ann, "s", std::vector<point>(150)).ok());
    room.op(ann, 1, collab::end_stroke{"s", 150});
    // What has ended is packed, so that there is room for one more such stroke, not for two.
    CHECK(room.start(ann, "t", std::vector<point>(150)).ok());
    CHECK(absl::IsResourceExhausted(room.start(ann, "u", std::vector<point>(150))));
    CHECK(room.start(ann, "u", std::vector<point>(10)).ok());
  }

  TEST_CASE("operations that wait for the storage are bounded, and none is lost by it") {
    collab::limits bounds;
    bounds.operations_in_flight = 2;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.board.set_durable(room.board.last_position());
    room.put(ann, 1, "a");
    const collab::log_position first = room.board.last_position();
    room.put(ann, 2, "b");
    room.out.take();
    room.put(ann, 3, "c");
    CHECK(room.out.take() == lines{"ann<- op:reject 3 UNAVAILABLE @2"});
    room.board.set_durable(first);
    room.put(ann, 3, "c");
    CHECK(room.out.take()[1] == "ann<- op:ack 3 seq=3 a2 @3");
  }
}

TEST_SUITE("room/restore") {
  TEST_CASE("a room is the same after its log was read back, over random work of three") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      CAPTURE(seed);
      std::uint64_t state = seed;
      const auto below = [&state](std::uint64_t bound) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state >> 33) % bound;
      };
      room_under_test room;
      const std::vector<member_id> people = {ann, bob, cid};
      room.join(ann, "Ann");
      room.join(bob, "Bob");
      room.join(cid, "Cid");
      for (int step = 0; step < 200; ++step) {
        const member_id who = people[below(3)];
        const auto counter = room.board.members().find(who)->second.ledger.last() + 1;
        const std::string id = "e" + std::to_string(below(30));
        const auto scope = below(2) == 0 ? collab::undo_scope::room : collab::undo_scope::mine;
        switch (below(9)) {
          case 0:
            room.put(who, counter, id);
            break;
          case 1: {
            const collab::set_element set{id, {{property::x, double(below(9))}}};
            const std::string group = below(2) == 0 ? "g" + std::to_string(below(2)) : "";
            REQUIRE(room.run(who, collab::operation_command{counter, set, group}).ok());
            break;
          }
          case 2:
            room.op(who, counter, collab::remove_elements{{id}});
            break;
          case 3:
          case 4:
            room.op(who, counter, collab::undo{scope});
            break;
          case 5:
            room.op(who, counter, collab::redo{scope});
            break;
          case 6:
            (void)room.start(who, id, {{float(below(100)), 1}});
            (void)room.extend(who, id, {{2, float(below(100))}});
            break;
          case 7:
            room.op(who, counter, collab::end_stroke{id, std::nullopt});
            break;
          default:
            if (below(10) == 0) {
              room.op(who, counter, collab::clear_canvas{});
            } else {
              room.op(who, counter, collab::send_chat{id});
            }
        }
      }
      CHECK(room.replayed() == room_under_test::picture(room.board));
    }
  }

  TEST_CASE("a log that does not fit together is refused") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::undo{});
    recorder silent;
    collab::room second{"ROOM01", {}, silent};
    CHECK(absl::IsDataLoss(second.restore(room.out.records[2])));
    collab::room third{"ROOM01", {}, silent};
    CHECK(absl::IsDataLoss(third.restore("\x02nonsense")));
    CHECK(absl::IsUnimplemented(third.restore("\x01of another version")));
    // An undo of what was never done.
    collab::operation op{seq_number{1}, {}, "u", "c", 1, collab::undo_operation{seq_number{9}}};
    collab::room fourth{"ROOM01", {}, silent};
    CHECK(absl::IsDataLoss(fourth.restore(collab::encode_operation(op))));
  }
}
