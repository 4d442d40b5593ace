// Who leaves a room and comes back, also after the process ended.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/room/session_registry.hpp"
#include "room/room_under_test.hpp"

using namespace std::chrono_literals;
using namespace collab_test;

namespace {

// A room in which everybody has a secret of his own, and that can end and be read back.
struct lasting_room {
  explicit lasting_room(collab::limits all = {}) : bounds{all} { start(); }

  void start() {
    out = std::make_unique<recorder>();
    board = std::make_unique<collab::room>("R", bounds, *out);
    for (const std::string& record : log) {
      REQUIRE(board->restore(record).ok());
    }
    board->begin(time.now());
    for (const std::string& record : log) {
      out->store(record, collab::log_position{out->records.size() + 1});
    }
  }
  // As a crash does: nobody leaves.
  void restart() {
    log = out->records;
    start();
  }

  collab::join_request request(const std::string& name) {
    const std::string id = name + std::to_string(++joins);
    return {"c-" + id, "u-" + name, "s-" + id, name, {}, {}};
  }
  // Yields the secret.
  std::string join(member_id id, const std::string& name) {
    collab::join_request asked = request(name);
    const std::string secret = asked.session;
    const auto joined = board->join(id, std::move(asked), time.now());
    REQUIRE(joined.ok());
    CHECK_FALSE(joined->is_resumed);
    return secret;
  }
  // Whether he goes on with his session.
  bool resume(member_id id, const std::string& name, const std::string& secret, std::uint64_t seq) {
    collab::join_request asked = request(name);
    asked.resume = {secret, seq_number{seq}};
    const auto joined = board->join(id, std::move(asked), time.now());
    REQUIRE(joined.ok());
    taken_over = joined->taken_over;
    return joined->is_resumed;
  }
  void leave(member_id id) { board->leave(id, time.now()); }

  absl::Status run(member_id from, const collab::room_command& command) {
    return board->execute(from, command, time.now());
  }
  template <typename Body>
  void op(member_id from, collab::operation_counter counter, Body body) {
    REQUIRE(run(from, collab::operation_command{counter, std::move(body)}).ok());
  }
  void put(member_id from, collab::operation_counter counter, const std::string& id) {
    op(from, counter,
       collab::put_element{collab::element{id, collab::element_kind::rect, user(from)}});
  }
  void draw(member_id from, const std::string& id, const std::vector<point>& points) {
    REQUIRE(run(from, collab::start_stroke{{id, collab::element_kind::stroke, user(from)}, points})
                .ok());
  }
  std::string user(member_id id) const { return board->members().find(id)->second.user; }
  lines take() { return out->take(); }

  collab::limits bounds;
  collab::testing::manual_clock time;
  std::vector<std::string> log;
  std::unique_ptr<recorder> out;
  std::unique_ptr<collab::room> board;
  std::optional<member_id> taken_over;
  int joins = 0;
};

constexpr auto ann_again = member_id{11};

}  // namespace

TEST_SUITE("room/sessions") {
  TEST_CASE("who comes back is told what happened meanwhile, as the others were") {
    lasting_room room;
    const std::string secret = room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(ann, 1, "a");
    room.draw(bob, "s", {{1, 1}, {2, 2}});
    room.leave(ann);
    room.op(bob, 1, collab::set_element{"a", {{property::x, 1.0}}});
    room.op(bob, 2, collab::end_stroke{"s", 2});
    room.op(bob, 3, collab::remove_elements{{"a", "nothing"}});
    room.op(bob, 4, collab::undo{});
    room.op(bob, 5, collab::send_chat{"hello"});
    room.op(bob, 6, collab::clear_canvas{});
    room.take();
    CHECK(room.resume(ann_again, "Ann", secret, 1));
    CHECK(room.take() == lines{"?<- room:resumed Ann after 1 op 1; element:set a by=u-Bob seq=2; "
                               "stroke:end s count=2 whole by=u-Bob seq=3; "
                               "element:remove a nothing by=u-Bob seq=4; "
                               "undo target=4 removed=0 restored=1 changed=0 by=u-Bob seq=5; "
                               "chat Bob: hello; canvas:clear by=u-Bob seq=7 @7",
                               "not ?<- user:joined Ann @0"});
    CHECK(room.user(ann_again) == "u-Ann");
    // His counter goes on.
    room.put(ann_again, 2, "b");
    CHECK(room.take().at(1) == "?<- op:ack 2 seq=8 a0 @8");
  }

  TEST_CASE("his own operations whose answers were lost are told with their numbers") {
    lasting_room room;
    const std::string secret = room.join(ann, "Ann");
    room.draw(ann, "s", {{1, 1}});
    room.put(ann, 1, "a");
    room.op(ann, 2, collab::set_element{"nothing", {{property::x, 1.0}}});
    room.op(ann, 3, collab::end_stroke{"s", 1});
    room.op(ann, 4, collab::set_element{"nothing", {{property::x, 1.0}}});
    room.op(ann, 5, collab::send_chat{"hi"});
    room.leave(ann);
    room.take();
    SUBCASE("all of them") {
      CHECK(room.resume(ann_again, "Ann", secret, 0));
      CHECK(room.take().front() ==
            "?<- room:resumed Ann after 0 op 5 rejected 2 rejected 4; "
            "element:put a a1 by=u-Ann seq=1 op=1; stroke:end s count=1 whole by=u-Ann seq=2 op=3; "
            "chat Ann: hi op=5 @3");
    }
    SUBCASE("those after what he was told; a rejection before it he knows") {
      CHECK(room.resume(ann_again, "Ann", secret, 2));
      CHECK(room.take().front() ==
            "?<- room:resumed Ann after 2 op 5 rejected 4; chat Ann: hi op=5 @3");
    }
    SUBCASE("after a restart too") {
      room.restart();
      CHECK(room.resume(ann_again, "Ann", secret, 0));
      CHECK(room.take().front() ==
            "?<- room:resumed Ann after 0 op 5 rejected 2 rejected 4; "
            "element:put a a1 by=u-Ann seq=1 op=1; stroke:end s count=1 whole by=u-Ann seq=2 op=3; "
            "chat Ann: hi op=5 @3");
      // A resend gets its stored outcome and is not applied.
      room.op(ann_again, 2, collab::clear_canvas{});
      CHECK(room.take().back() == "?<- op:reject 2 NOT_FOUND @3");
      room.op(ann_again, 3, collab::clear_canvas{});
      CHECK(room.take().back() == "?<- op:ack 3 seq=2 a0 @3");
      CHECK(room.board->board().size() == 2);
    }
  }

  TEST_CASE("without a secret nobody comes back, and only operations are records") {
    lasting_room room;
    collab::join_request asked = room.request("ann");
    asked.session.clear();
    REQUIRE(room.board->join(ann, std::move(asked), room.time.now()).ok());
    room.put(ann, 1, "r1");
    room.op(ann, 2, collab::redo{});
    room.leave(ann);
    CHECK(room.out->records.size() == 1);
    room.restart();
    CHECK(room.board->board().size() == 1);
    CHECK_FALSE(room.resume(bob, "bob", "", 0));
  }

  TEST_CASE("a session lives for its time after the last connection") {
    collab::limits bounds;
    bounds.session_life = 1h;
    for (const bool is_restarted : {false, true}) {
      for (const auto& [gone, is_known] : {std::pair{59min, true}, std::pair{60min, false}}) {
        CAPTURE(is_restarted);
        CAPTURE(is_known);
        lasting_room room{bounds};
        const std::string secret = room.join(ann, "Ann");
        room.put(ann, 1, "a");
        room.leave(ann);
        room.time.advance(gone - 30min);
        if (is_restarted) {
          room.restart();
        }
        room.time.advance(30min);
        room.take();
        CHECK(room.resume(ann_again, "Ann", secret, 1) == is_known);
        CHECK(room.take().front().find(is_known ? "room:resumed" : "room:state") !=
              std::string::npos);
        CHECK((room.user(ann_again) == "u-Ann"));
        CHECK((room.board->members().begin()->second.session == secret) == is_known);
      }
    }
  }

  TEST_CASE("who was connected when the process ended has his time from the restart on") {
    collab::limits bounds;
    bounds.session_life = 1h;
    lasting_room room{bounds};
    const std::string secret = room.join(ann, "Ann");
    room.time.advance(10h);
    room.restart();
    room.time.advance(59min);
    CHECK(room.resume(ann_again, "Ann", secret, 0));
    // He is connected again, and the log says so: the process ends a second time.
    room.time.advance(10h);
    room.restart();
    room.time.advance(59min);
    CHECK(room.resume(ann, "Ann", secret, 0));
  }

  TEST_CASE("what is not known any more, or not yet, gives the whole state") {
    collab::limits bounds;
    bounds.resume_events = 2;
    lasting_room room{bounds};
    const std::string secret = room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.put(bob, 1, "a");
    room.leave(ann);
    room.put(bob, 2, "b");
    room.put(bob, 3, "c");
    SUBCASE("the events reach back") { CHECK(room.resume(ann_again, "Ann", secret, 1)); }
    SUBCASE("also when nothing is missing") { CHECK(room.resume(ann_again, "Ann", secret, 3)); }
    SUBCASE("they do not") { CHECK_FALSE(room.resume(ann_again, "Ann", secret, 0)); }
    SUBCASE("a seq that is not there yet") {
      CHECK_FALSE(room.resume(ann_again, "Ann", secret, 4));
    }
    SUBCASE("another secret") { CHECK_FALSE(room.resume(ann_again, "Ann", secret + "x", 3)); }
    SUBCASE("the same after a restart") {
      room.restart();
      SUBCASE("back") { CHECK(room.resume(ann_again, "Ann", secret, 1)); }
      SUBCASE("not so far") { CHECK_FALSE(room.resume(ann_again, "Ann", secret, 0)); }
    }
  }

  TEST_CASE("events are kept up to their bytes") {
    collab::limits bounds;
    bounds.resume_bytes = 4'000;
    lasting_room room{bounds};
    const std::string secret = room.join(ann, "Ann");
    room.op(ann, 1, collab::send_chat{std::string(1'500, 'x')});
    room.op(ann, 2, collab::send_chat{std::string(1'500, 'x')});
    room.leave(ann);
    CHECK(room.resume(ann_again, "Ann", secret, 0));
    room.op(ann_again, 3, collab::send_chat{std::string(1'500, 'x')});
    room.leave(ann_again);
    CHECK_FALSE(room.resume(ann, "Ann", secret, 0));
    // One that is larger than all: none is kept, and nothing after the last is needed.
    room.op(ann, 1, collab::send_chat{std::string(1'900, 'x') + std::string(3'000, 'x')});
    CHECK_FALSE(room.resume(ann_again, "Ann", secret, 3));
    CHECK(room.resume(cid, "Ann", secret, 4));
  }

  TEST_CASE("a second connection takes over, and the others hear nothing of it") {
    lasting_room room;
    const std::string secret = room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.draw(ann, "s", {{1, 1}});
    room.take();
    CHECK(room.resume(ann_again, "Ann", secret, 0));
    CHECK(room.taken_over == ann);
    CHECK(room.take() == lines{"?<- room:resumed Ann after 0 op 0 @0"});
    CHECK(room.board->members().size() == 2);
    CHECK_FALSE(room.board->members().contains(ann));
    // His stroke is his, whatever becomes of the first connection.
    room.leave(ann);
    CHECK(room.take().empty());
    CHECK(room.run(ann_again, collab::extend_stroke{"s", 1, std::vector<point>{{2, 2}}}).ok());
    CHECK(room.take() == lines{"not ?<- stroke:point s from=1 count=1 @0"});
  }

  TEST_CASE("a full room is open to whoever takes over, and to nobody else") {
    collab::limits bounds;
    bounds.members_per_room = 2;
    lasting_room room{bounds};
    const std::string secret = room.join(ann, "Ann");
    const std::string of_bob = room.join(bob, "Bob");
    CHECK(room.resume(ann_again, "Ann", secret, 0));
    room.leave(bob);
    room.join(cid, "Cid");
    collab::join_request asked = room.request("Bob");
    asked.resume = {of_bob, seq_number{}};
    CHECK(absl::IsResourceExhausted(room.board->join(bob, asked, room.time.now()).status()));
    room.leave(cid);
    CHECK(room.resume(bob, "Bob", of_bob, 0));
  }

  TEST_CASE("a live stroke waits for its author, and is his again") {
    lasting_room room;
    const std::string secret = room.join(ann, "Ann");
    room.join(bob, "Bob");
    room.draw(ann, "s", {{1, 1}, {2, 2}});
    room.leave(ann);
    room.time.advance(59s);
    room.board->tick(room.time.now());
    CHECK(room.resume(ann_again, "Ann", secret, 0));
    room.time.advance(2s);
    room.board->tick(room.time.now());
    CHECK(room.board->live_strokes().size() == 1);
    room.take();
    room.draw(ann_again, "s", {{7, 7}});
    CHECK(room.take() == lines{"?<- stroke:gap s have=2 @0"});
    room.op(ann_again, 1, collab::end_stroke{"s", 2});
    CHECK(room.take().at(1) == "?<- op:ack 1 seq=1 a0 @1");
  }

  TEST_CASE("a stroke that the room has committed is told so to its author, whatever he sends") {
    for (const bool is_restarted : {false, true}) {
      CAPTURE(is_restarted);
      lasting_room room;
      const std::string secret = room.join(ann, "Ann");
      room.join(bob, "Bob");
      room.draw(ann, "s", {{1, 1}, {2, 2}});
      room.leave(ann);
      room.time.advance(60s);
      room.board->tick(room.time.now());
      REQUIRE(room.board->board().size() == 1);
      if (is_restarted) {
        room.restart();
      }
      room.take();
      CHECK(room.resume(ann_again, "Ann", secret, 0));
      CHECK(room.take().front() ==
            "?<- room:resumed Ann after 0 op 0; stroke:end s count=2 whole by=u-Ann seq=1 @1");
      const lines gap{"?<- stroke:gap s have=2 committed @1"};
      CHECK(room.run(ann_again, collab::extend_stroke{"s", 2, std::vector<point>{{3, 3}}}).ok());
      CHECK(room.take() == gap);
      room.draw(ann_again, "s", {{1, 1}, {2, 2}, {3, 3}});
      CHECK(room.take() == gap);
      room.op(ann_again, 1, collab::end_stroke{"s", 3});
      CHECK(room.take() == gap);
      CHECK(room.board->live_strokes().empty());
      // The counter is not used.
      room.put(ann_again, 1, "a");
      CHECK(room.take().back().find("op:reject") == std::string::npos);
      // To others the id is simply taken.
      room.join(cid, "Cid");
      CHECK(absl::IsFailedPrecondition(
          room.run(cid, collab::start_stroke{{"s", collab::element_kind::stroke, "u-Cid"}, {}})));
    }
  }

  TEST_CASE("a rejection waits for its record") {
    lasting_room room;
    room.join(ann, "Ann");
    const std::size_t before = room.out->records.size();
    room.op(ann, 1, collab::set_element{"nothing", {{property::x, 1.0}}});
    CHECK(room.out->records.size() == before + 1);
    CHECK(room.board->last_seq() == seq_number{});
    // Neither a gap nor what is unavailable uses a counter.
    room.op(ann, 7, collab::clear_canvas{});
    CHECK(room.out->records.size() == before + 1);
  }

  TEST_CASE("the digest is told after a change, once") {
    collab::limits bounds;
    bounds.digest_interval = 4s;
    lasting_room room{bounds};
    room.join(ann, "Ann");
    const auto due = [&room] { return room.board->next_deadline(); };
    CHECK_FALSE(due().has_value());
    room.put(ann, 1, "a");
    const auto first = due();
    REQUIRE(first.has_value());
    CHECK(*first == room.time.now().steady + 4s);
    room.time.advance(3s);
    room.put(ann, 2, "b");
    CHECK(due() == first);
    room.take();
    room.board->tick(room.time.now());
    CHECK(room.take().empty());
    room.time.advance(1s);
    room.board->tick(room.time.now());
    CHECK(room.take() == lines{"all<- room:digest 2 " +
                               collab::to_text(room.board->board().content_digest()) + " @2"});
    CHECK_FALSE(due().has_value());
    // What is said changes nothing on the board.
    room.op(ann, 3, collab::send_chat{"hi"});
    CHECK_FALSE(due().has_value());
  }

  TEST_CASE("of those who are gone the latest are kept") {
    collab::limits bounds;
    bounds.sessions_per_room = 2;
    for (const bool is_restarted : {false, true}) {
      CAPTURE(is_restarted);
      lasting_room room{bounds};
      std::vector<std::string> secrets;
      for (const member_id id : {ann, bob, cid}) {
        secrets.push_back(room.join(id, "x"));
      }
      for (const member_id id : {bob, ann, cid}) {
        room.leave(id);
      }
      if (is_restarted) {
        room.restart();
      }
      CHECK(room.board->sessions().size() == 2);
      CHECK_FALSE(room.resume(member_id{4}, "x", secrets[1], 0));
      CHECK(room.resume(member_id{5}, "x", secrets[0], 0));
      CHECK(room.resume(member_id{6}, "x", secrets[2], 0));
    }
  }

  TEST_CASE("outcomes that are not kept any more can't be told: the whole state is") {
    collab::limits bounds;
    bounds.outcomes_per_session = 2;
    lasting_room room{bounds};
    const std::string secret = room.join(ann, "Ann");
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
      room.op(ann, counter, collab::set_element{"nothing", {{property::x, 1.0}}});
    }
    room.leave(ann);
    CHECK_FALSE(room.resume(ann_again, "Ann", secret, 0));
  }
}
