// Every oracle passes what is right and finds a violation that was planted.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/oracles/acknowledged_once.hpp"
#include "sim/oracles/actor_order.hpp"
#include "sim/oracles/bounds_kept.hpp"
#include "sim/oracles/dense_seq.hpp"
#include "sim/oracles/no_return.hpp"
#include "sim/oracles/output_gate.hpp"
#include "sim/oracles/same_board.hpp"
#include "sim/oracles/stroke_growth.hpp"
#include "sim/oracles/tickets.hpp"
#include "sim/oracles/undo_reach.hpp"

using namespace collab_sim;
using collab::operation;
using collab::property;
using collab::seq_number;

namespace {

collab::element box(const std::string& id, double x = 0) {
  collab::element made{id, collab::element_kind::rect, "ann"};
  made.set(property::index, std::string{"a0"});
  made.set(property::x, x);
  return made;
}

collab::element stroke(const std::string& id, std::vector<collab::point> points) {
  collab::element made{id, collab::element_kind::stroke, "ann"};
  made.set(property::index, std::string{"a0"});
  REQUIRE(made.set_points(points).ok());
  return made;
}

// A log that is written by hand.
struct hand_written {
  std::uint64_t seq = 0;
  room_log log;

  explicit hand_written() {
    REQUIRE(log.add(collab::session_opened{"c1", "ann", "secret", "Ann", {}, 0, {}}).ok());
  }
  operation make(std::uint64_t counter, operation::body_type body, const std::string& group = {}) {
    return {seq_number{++seq}, {}, "ann", "c1", counter, std::move(body), group};
  }
  hand_written& add(std::uint64_t counter, operation::body_type body,
                    const std::string& group = {}) {
    REQUIRE(log.add(make(counter, std::move(body), group)).ok());
    return *this;
  }
  hand_written& put(std::uint64_t counter, const std::string& id) {
    return add(counter, collab::put_operation{box(id)});
  }
  hand_written& move(std::uint64_t counter, const std::string& id, double x,
                     const std::string& group = {}) {
    return add(counter, collab::set_operation{id, {{property::x, x}}}, group);
  }
  hand_written& reject(std::uint64_t counter) {
    REQUIRE(log.add(collab::rejected_operation{"c1", counter, {}, absl::NotFoundError("no")}).ok());
    return *this;
  }
};

told message(unsigned type, std::uint64_t seq, std::uint64_t time = 0) {
  told made;
  made.what = told::kind::event;
  made.type = type;
  made.seq = seq;
  made.time = time;
  return made;
}

collab::digest wrong_digest(collab::digest right) {
  right.low ^= 1U;
  return right;
}

}  // namespace

TEST_SUITE_BEGIN("sim/oracles");

TEST_CASE("oracle 1 finds an acknowledged operation that is not in the log") {
  hand_written it;
  it.put(1, "a").reject(2);
  acknowledged_once oracle;
  CHECK_FALSE(oracle.acknowledged("secret", 1, 1));
  CHECK_FALSE(oracle.rejected("secret", 2));
  CHECK_FALSE(oracle.check(it.log));

  SUBCASE("lost") {
    CHECK_FALSE(oracle.acknowledged("secret", 3, 2));
    CHECK(oracle.check(it.log));
  }
  SUBCASE("at another seq") {
    it.put(3, "b");
    CHECK_FALSE(oracle.acknowledged("secret", 3, 1));
    CHECK(oracle.check(it.log));
  }
  SUBCASE("answered in two ways") {
    CHECK(oracle.rejected("secret", 1));
    CHECK(oracle.acknowledged("secret", 2, 2));
  }
  SUBCASE("rejected, and there all the same") {
    it.put(3, "b");
    CHECK_FALSE(oracle.rejected("secret", 3));
    CHECK(oracle.check(it.log));
  }
  SUBCASE("rejected, and the rejection is lost") {
    CHECK_FALSE(oracle.rejected("secret", 3));
    CHECK(oracle.check(it.log));
  }
}

TEST_CASE("oracle 1 finds an operation that is in the log twice") {
  hand_written it;
  it.put(1, "a").move(2, "a", 5).move(2, "a", 5);
  CHECK(acknowledged_once{}.check(it.log));
}

TEST_CASE("oracle 1 finds a ticket that was not answered once, or not truly") {
  hand_written it;
  it.put(1, "a").move(2, "a", 5);
  tickets oracle;
  CHECK_FALSE(oracle.asked(1, "put a"));
  CHECK_FALSE(oracle.asked(2, "set a 1 80"));
  CHECK_FALSE(oracle.asked(3, "put b"));
  CHECK(oracle.asked(3, "put b"));
  CHECK_FALSE(oracle.done(1, 1));
  CHECK_FALSE(oracle.done(2, 2));
  CHECK_FALSE(oracle.rejected(3, false));
  CHECK(oracle.waiting() == 0);
  CHECK_FALSE(oracle.check(it.log));

  SUBCASE("answered twice") { CHECK(oracle.done(1, 1)); }
  SUBCASE("never given out") { CHECK(oracle.rejected(9, false)); }
  SUBCASE("given out again") { CHECK(oracle.asked(1, "put z")); }
  SUBCASE("done elsewhere") {
    CHECK_FALSE(oracle.asked(4, "put c"));
    CHECK_FALSE(oracle.done(4, 2));
    CHECK(oracle.check(it.log));
  }
  SUBCASE("done nowhere") {
    CHECK_FALSE(oracle.asked(4, "put c"));
    CHECK_FALSE(oracle.done(4, 0));
    CHECK(oracle.check(it.log));
  }
  SUBCASE("rejected, and there all the same") {
    CHECK_FALSE(oracle.asked(4, "say hello"));
    CHECK_FALSE(oracle.rejected(4, false));
    it.add(3, collab::chat_operation{"Ann", "hello"});
    CHECK(oracle.check(it.log));
  }
  SUBCASE("nobody knows") {
    CHECK_FALSE(oracle.asked(4, "say hello"));
    CHECK_FALSE(oracle.rejected(4, true));
    it.add(3, collab::chat_operation{"Ann", "hello"});
    CHECK_FALSE(oracle.check(it.log));
  }
}

TEST_CASE("oracle 1 finds what was said twice in two sessions") {
  hand_written it;
  it.add(1, collab::chat_operation{"Ann", "hello"});
  CHECK_FALSE(check_done_once(it.log));
  it.add(2, collab::chat_operation{"Ann", "hello"});
  CHECK(check_done_once(it.log));
}

TEST_CASE("oracle 2 finds a gap in the log and a seq with two bodies") {
  hand_written it;
  it.put(1, "a").move(2, "a", 3);
  CHECK_FALSE(check_dense(it.log));
  CHECK_FALSE(check_told(it.log, message(78, 1)));
  CHECK_FALSE(check_told(it.log, message(79, 2)));
  CHECK(check_told(it.log, message(79, 1)));
  CHECK(check_told(it.log, message(76, 1)));
  CHECK(check_told(it.log, message(79, 2, 7)));
  CHECK(check_told(it.log, message(79, 3)));
  it.seq = 5;
  it.put(3, "b");
  CHECK(check_dense(it.log));
}

TEST_CASE("oracle 3 finds who sees another board, and who never arrives") {
  hand_written it;
  it.put(1, "a").move(2, "a", 3);
  CHECK(it.log.digest_at(1) != it.log.digest_at(2));
  CHECK(it.log.digest_at(2) == sum_of(it.log.board().elements()));
  CHECK_FALSE(check_view(it.log, "Ann", 1, it.log.digest_at(1)));
  CHECK(check_view(it.log, "Ann", 1, it.log.digest_at(2)));
  CHECK(check_view(it.log, "Ann", 3, it.log.digest_at(2)));
  CHECK_FALSE(check_arrived(it.log, "Ann", 2, 0));
  CHECK(check_arrived(it.log, "Ann", 1, 0));
  CHECK(check_arrived(it.log, "Ann", 2, 1));
}

TEST_CASE("oracle 4 finds counters and wishes out of order") {
  hand_written it;
  it.put(1, "a").reject(2).put(3, "b");
  CHECK_FALSE(check_counters(it.log));
  CHECK_FALSE(check_asked_order(it.log, {"put a", "put lost", "", "put b"}));
  CHECK(check_asked_order(it.log, {"put b", "put a"}));
  SUBCASE("one is missing") {
    it.put(5, "c");
    CHECK(check_counters(it.log));
  }
  SUBCASE("one comes again") {
    it.move(3, "a", 2);
    CHECK(check_counters(it.log));
  }
}

TEST_CASE("oracle 5 finds an undo that touched what it may not") {
  hand_written it;
  it.put(1, "a").move(2, "a", 3).move(3, "a", 4).put(4, "b");
  it.add(5, collab::undo_operation{seq_number{4}});
  it.add(6, collab::redo_operation{seq_number{4}});
  CHECK_FALSE(check_undo(it.log));
  for (const std::uint64_t at : {5, 6}) {
    CHECK(check_undo(it.log, [&](std::uint64_t seq) {
      return seq == at ? wrong_digest(it.log.digest_at(seq)) : it.log.digest_at(seq);
    }));
  }
}

TEST_CASE("oracle 5 knows groups, removals and overwritten values") {
  hand_written it;
  it.put(1, "a").put(2, "b").move(3, "a", 3, "g").move(4, "b", 4, "g").move(5, "a", 9);
  it.add(6, collab::remove_operation{{"b", "nobody"}});
  it.add(7, collab::undo_operation{seq_number{6}});
  it.add(8, collab::undo_operation{seq_number{5}});
  it.add(9, collab::undo_operation{seq_number{4}});
  it.add(10, collab::redo_operation{seq_number{4}});
  it.add(11, collab::clear_operation{});
  it.add(12, collab::undo_operation{seq_number{11}});
  CHECK_FALSE(check_undo(it.log));
  naive_board model;
  for (const operation& op : it.log.operations()) {
    model.apply(op);
  }
  CHECK(std::get<double>(model.find("a")->get(property::x)) == 3.0);
  CHECK(model.undone() == 3);
}

TEST_CASE("oracle 6 finds points that nobody drew, and points that are missing") {
  const std::vector<collab::point> drawn{{1, 1}, {2, 2}, {3, 3}, {4, 4}};
  stroke_growth oracle;
  oracle.drawn("s", drawn);
  CHECK_FALSE(oracle.shown("s", std::vector<collab::point>{{1, 1}, {2, 2}}));
  CHECK(oracle.shown("s", std::vector<collab::point>{{1, 1}, {3, 3}}));
  CHECK(oracle.shown("s", std::vector<collab::point>{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}));

  hand_written it;
  it.add(1, collab::put_operation{stroke("s", {{1, 1}, {2, 2}}), true});
  CHECK_FALSE(oracle.check(it.log));
  oracle.done("s");
  SUBCASE("the rest is missing") { CHECK(oracle.check(it.log)); }
  SUBCASE("the rest meets it") {
    it.add(2, collab::put_operation{stroke("rest", {{2, 2}, {3, 3}, {4, 4}}), true});
    CHECK_FALSE(oracle.check(it.log));
  }
  SUBCASE("the rest does not meet it") {
    it.add(2, collab::put_operation{stroke("rest", {{3, 3}, {4, 4}}), true});
    CHECK(oracle.check(it.log));
  }
  SUBCASE("nobody drew it") {
    it.add(2, collab::put_operation{stroke("rest", {{2, 2}, {4, 4}}), true});
    CHECK(oracle.check(it.log));
  }
}

TEST_CASE("oracle 7 finds what comes back without an undo") {
  no_return oracle;
  std::vector<std::string> found;
  hand_written it;
  it.log.on_applied([&](const operation& op, const collab::edit_effect& effect) {
    if (const verdict wrong = oracle.applied(op, effect)) {
      found.push_back(*wrong);
    }
  });
  it.put(1, "a").add(2, collab::remove_operation{{"a"}});
  CHECK_FALSE(oracle.shown("a", 1));
  CHECK(oracle.shown("a", 2));
  it.add(3, collab::undo_operation{seq_number{2}});
  CHECK_FALSE(oracle.shown("a", 3));
  CHECK_FALSE(oracle.shown("never heard of", 3));
  CHECK(found.empty());

  const collab::element again = box("a");
  collab::edit_effect effect;
  SUBCASE("put again") { effect.put = &again; }
  SUBCASE("restored by a set") { effect.restored = {&again}; }
  CHECK(oracle.applied(it.make(4, collab::set_operation{"a", {}}), effect));
}

TEST_CASE("oracle 8 finds a queue above its bound") {
  bounds_kept oracle;
  CHECK_FALSE(oracle.holds("queue", 3, 3));
  CHECK(oracle.holds("queue", 4, 3));
  CHECK(oracle.most().at("queue") == 4);
}

TEST_CASE("oracle 9 finds what was told before it was durable") {
  hand_written it;
  output_gate oracle;
  CHECK(oracle.leaves(message(78, 1), "c1"));
  oracle.durable(it.make(1, collab::put_operation{box("a")}));
  CHECK_FALSE(oracle.leaves(message(78, 1), "c1"));

  told state = message(64, 1);
  state.what = told::kind::state;
  state.text = "secret";
  CHECK(oracle.leaves(state, "c1"));
  oracle.durable(it.log.records().front());
  CHECK_FALSE(oracle.leaves(state, "c1"));

  told no = message(67, 0);
  no.what = told::kind::reject;
  no.op = 2;
  CHECK(oracle.leaves(no, "c1"));
  oracle.durable(collab::rejected_operation{"c1", 2, {}, absl::NotFoundError("no")});
  CHECK_FALSE(oracle.leaves(no, "c1"));
  CHECK(oracle.leaves(no, "c2"));
}

TEST_SUITE_END();
