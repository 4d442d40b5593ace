// Versions that are named, and going back to them.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "collab/history/restore.hpp"
#include "history/random_log.hpp"
#include "room/room_under_test.hpp"

using namespace collab_test;

namespace {

// The board after `seq`, from the records of the room.
collab::board_snapshot past(const room_under_test& room, std::uint64_t seq) {
  std::vector<std::string> operations;
  for (const std::string& record : room.out.records) {
    if (collab::decode_operation(record).ok()) {
      operations.push_back(record);
    }
  }
  const auto board = replay(operations, seq);
  REQUIRE(board != nullptr);
  return board->document.snapshot(seq_number{seq});
}

collab::restore_version to(const room_under_test& room, std::uint64_t seq) {
  return {seq_number{seq}, past(room, seq)};
}

void move(room_under_test& room, member_id who, std::uint64_t op, const std::string& id, double x) {
  room.op(who, op, collab::set_element{id, {{collab::property::x, x}}});
}

}  // namespace

TEST_SUITE("room/versions") {
  TEST_CASE("a version has a name and the place of its operation, and is told to the others") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(ann, 1, "a");
    (void)room.out.take();
    room.op(ann, 2, collab::save_version{"First"});
    CHECK(room.out.take() ==
          lines{"not ann<- version:save First by=u-Ann seq=2 @2", "ann<- op:ack 2 seq=2 @2"});
    REQUIRE(room.board.versions().size() == 1);
    const collab::saved_version& saved = room.board.versions()[0];
    CHECK(saved.name == "First");
    CHECK(saved.seq == seq_number{2});
    CHECK(saved.user == "u-Ann");
    CHECK(saved.time == room.time.now().wall);
    // Neither undone nor a reason to tell a digest.
    room.op(ann, 3, collab::undo{});
    CHECK(room.out.take()[0] ==
          "all<- undo target=1 removed=1 restored=0 changed=0 by=u-Ann seq=3 @3");
  }

  TEST_CASE("a full list of versions refuses another one; the log has them all") {
    collab::limits bounds;
    bounds.versions_per_room = 2;
    room_under_test room{bounds};
    room.join(ann, "Ann");
    room.op(ann, 1, collab::save_version{"one"});
    room.op(ann, 2, collab::save_version{"two"});
    (void)room.out.take();
    room.op(ann, 3, collab::save_version{"three"});
    CHECK(room.out.take() == lines{"ann<- op:reject 3 RESOURCE_EXHAUSTED @2"});
    CHECK(room.board.versions().size() == 2);

    recorder silent;
    collab::room again{"ROOM01", bounds, silent};
    for (const std::string& record : room.out.records) {
      REQUIRE(again.restore(record).ok());
    }
    REQUIRE(again.versions().size() == 2);
    CHECK(again.versions()[0].name == "one");
    CHECK(again.versions()[1].name == "two");
    CHECK(again.versions()[1].seq == seq_number{2});
    CHECK(again.versions()[1].user == "u-Ann");
    CHECK(again.versions()[1].time == room.board.versions()[1].time);
  }

  TEST_CASE("a restore is told to everybody as what it changed, and is undone like anything else") {
    room_under_test room;
    room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(ann, 1, "a");
    room.put(ann, 2, "b");
    room.put(bob, 1, "c");                            // 3
    room.op(ann, 3, collab::remove_elements{{"a"}});  // 4
    move(room, bob, 2, "b", 7);                       // 5
    (void)room.out.take();
    room.op(bob, 3, to(room, 2));
    CHECK(room.out.take() ==
          lines{"all<- restore target=2 removed=1 restored=1 changed=1 by=u-Bob seq=6 @6",
                "bob<- op:ack 3 seq=6 @6"});
    CHECK(room.board.board().find("a") != nullptr);
    CHECK(room.board.board().find("a")->number() == 1);
    CHECK(room.board.board().find("c") == nullptr);
    CHECK(room.board.board().content_digest() == past(room, 2).content_digest());
    CHECK(room.replayed() == room_under_test::picture(room.board));
    room.op(ann, 4, collab::undo{});
    CHECK(room.out.take()[0] ==
          "all<- undo target=6 removed=1 restored=1 changed=1 by=u-Ann seq=7 @7");
    CHECK(room.board.board().content_digest() == past(room, 5).content_digest());
    room.op(ann, 5, collab::redo{});
    CHECK(room.board.board().content_digest() == past(room, 2).content_digest());
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("the empty board before everything can be restored, and the present") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::restore_version{seq_number{1}});
    CHECK(room.out.take().back() == "ann<- op:ack 2 seq=2 @2");
    CHECK(room.board.history("u-Ann").can_undo);
    room.op(ann, 3, to(room, 0));
    CHECK(room.board.board().size() == 0);
    room.op(ann, 4, collab::undo{});
    CHECK(room.board.board().size() == 1);
    CHECK(room.replayed() == room_under_test::picture(room.board));
  }

  TEST_CASE("what is yet to come can't be restored, and uses its counter") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    (void)room.out.take();
    room.op(ann, 2, collab::restore_version{seq_number{2}});
    CHECK(room.out.take() == lines{"ann<- op:reject 2 INVALID_ARGUMENT @1"});
    room.put(ann, 3, "b");
    CHECK(room.board.last_seq() == seq_number{2});
  }

  TEST_CASE("without the past at hand a restore is to come again, and uses no counter") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    room.put(ann, 2, "b");
    (void)room.out.take();
    const auto command = [](collab::operation_counter counter, collab::restore_version body) {
      return collab::operation_command{counter, std::move(body)};
    };
    CHECK(room.board.needs_past(ann, command(3, {seq_number{1}})) == seq_number{1});
    CHECK(room.board.needs_past(ann, command(3, {seq_number{0}})) == seq_number{0});
    CHECK_FALSE(room.board.needs_past(ann, command(3, {seq_number{2}})).has_value());
    CHECK_FALSE(room.board.needs_past(ann, command(3, {seq_number{9}})).has_value());
    CHECK_FALSE(room.board.needs_past(ann, command(2, {seq_number{1}})).has_value());
    CHECK_FALSE(room.board.needs_past(ann, command(4, {seq_number{1}})).has_value());
    CHECK_FALSE(room.board.needs_past(ann, command(3, to(room, 1))).has_value());
    room.op(ann, 3, collab::restore_version{seq_number{1}});
    // A board of another time is none.
    room.op(ann, 3, collab::restore_version{seq_number{1}, past(room, 0)});
    CHECK(room.out.take() ==
          lines{"ann<- op:reject 3 UNAVAILABLE @2", "ann<- op:reject 3 UNAVAILABLE @2"});
    room.op(ann, 3, to(room, 1));
    CHECK(room.board.board().size() == 1);
    // Sent again, it gets its outcome again.
    (void)room.out.take();
    room.op(ann, 3, collab::restore_version{seq_number{1}});
    CHECK(room.out.take() == lines{"ann<- op:ack 3 seq=3 @3"});
  }

  TEST_CASE("a restore is bounded in bytes and in elements, both sides of each limit") {
    for (const bool is_enough : {true, false}) {
      collab::limits bounds;
      bounds.elements_per_room = 2;
      // Version 8's body: target, no ids, one element, nothing changed.
      const auto element_bytes = [] {
        collab::element a{"a", collab::element_kind::rect, "u-Ann"};
        a.set(collab::property::index, std::string{"a0"});
        a.set_number(1);
        return collab::detail::body_bytes(
            collab::restore_version_operation{seq_number{1}, {}, {a}, {}});
      }();
      bounds.restore_bytes = is_enough ? element_bytes : element_bytes - 1;
      room_under_test room{bounds};
      room.join(ann, "Ann");
      room.put(ann, 1, "a");
      room.op(ann, 2, collab::remove_elements{{"a"}});
      room.op(ann, 3, to(room, 1));
      CHECK(room.out.take().back() ==
            (is_enough ? "ann<- op:ack 3 seq=3 @3" : "ann<- op:reject 3 RESOURCE_EXHAUSTED @2"));
    }
    for (const bool is_enough : {true, false}) {
      collab::limits bounds;
      bounds.elements_per_room = is_enough ? 3 : 2;
      room_under_test room{bounds};
      room.join(ann, "Ann");
      room.put(ann, 1, "a");
      room.put(ann, 2, "b");
      room.op(ann, 3, collab::remove_elements{{"a"}});
      // A stroke that is being drawn counts.
      REQUIRE(room.start(ann, "s", {{1, 2}}).ok());
      room.op(ann, 4, to(room, 2));
      CHECK(room.out.take().back() ==
            (is_enough ? "ann<- op:ack 4 seq=4 @4" : "ann<- op:reject 4 RESOURCE_EXHAUSTED @3"));
      CHECK(room.board.live_strokes().size() == 1);
    }
  }

  TEST_CASE("who comes back is told of versions and of restores") {
    room_under_test room;
    room.join(ann, "Ann");
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::save_version{"v"});
    room.op(ann, 3, to(room, 0));
    room.board.leave(ann, room.time.now());
    (void)room.out.take();
    collab::join_request request{"c-x", "u-x", "other", "Ann", {}};
    request.resume = {"secret", seq_number{1}};
    REQUIRE(room.board.join(bob, std::move(request), room.time.now()).ok());
    CHECK(room.out.take()[0] ==
          "bob<- room:resumed Ann after 1 op 3; version:save v by=u-Ann seq=2 op=2; "
          "restore target=0 removed=1 restored=0 changed=0 by=u-Ann seq=3 op=3 @3");
  }
}
