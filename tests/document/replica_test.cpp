#include "collab/document/replica.hpp"

#include <absl/status/status.h>
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/sequence.hpp"

using collab::property;
using collab::replica;
using collab_test::sequence;

namespace {

collab::unix_time at(std::int64_t ms) { return collab::unix_time{std::chrono::milliseconds{ms}}; }

collab::element make(const std::string& id, double x = 0, const std::string& creator = "u") {
  collab::element made{id, collab::element_kind::rect, creator};
  made.set(property::index, std::string{"a0"});
  made.set(property::x, x);
  return made;
}

// What can be seen, in words of this test's own.
using picture = std::map<std::string, std::tuple<std::string, std::string, double, double>>;

picture picture_of(const replica& board) {
  picture all;
  for (const collab::element* each : board.elements()) {
    all[each->id()] = {each->creator(), each->index(), std::get<double>(each->get(property::x)),
                       std::get<double>(each->get(property::y))};
  }
  return all;
}

// The naive model: every write that ever was, and for each replica which of them it knows.
using stamp = std::pair<std::int64_t, std::string>;
struct write {
  std::string id;
  stamp written;
  // The put that this write belongs to; its own stamp for a put.
  stamp born;
  // "put", "there", "gone", "index", "x", "y".
  std::string what;
  double value = 0;
};

struct model_replica {
  std::string name;
  std::int64_t last = 0;
  std::set<std::size_t> knows;
};

struct model {
  std::vector<write> writes;

  stamp tick(model_replica& by, std::int64_t now) const {
    for (const std::size_t i : by.knows) {
      by.last = std::max(by.last, writes[i].written.first);
    }
    by.last = std::max(by.last + 1, now);
    return {by.last, by.name};
  }
  void add(model_replica& by, write one) {
    by.knows.insert(writes.size());
    writes.push_back(std::move(one));
  }
  // The greatest put of an id, or nothing.
  const write* put_of(const model_replica& by, const std::string& id) const {
    const write* best = nullptr;
    for (const std::size_t i : by.knows) {
      const write& one = writes[i];
      if (one.id == id && one.what == "put" && (best == nullptr || best->written < one.written)) {
        best = &one;
      }
    }
    return best;
  }
  const write* greatest(const model_replica& by, const write& put, const std::string& what) const {
    const write* best = nullptr;
    for (const std::size_t i : by.knows) {
      const write& one = writes[i];
      const bool is_presence = one.what == "there" || one.what == "gone";
      if (one.id == put.id && one.born == put.born &&
          (what == "presence" ? is_presence : one.what == what) &&
          (best == nullptr || best->written < one.written)) {
        best = &one;
      }
    }
    return best;
  }
  picture picture_of(const model_replica& by) const {
    picture all;
    std::set<std::string> ids;
    for (const std::size_t i : by.knows) {
      ids.insert(writes[i].id);
    }
    for (const std::string& id : ids) {
      const write& put = *put_of(by, id);
      if (greatest(by, put, "presence")->what == "there") {
        const auto value = [&](const char* what) {
          const write* found = greatest(by, put, what);
          return found != nullptr ? found->value : 0;
        };
        all[id] = {put.born.second, "a" + std::to_string(int(value("index"))), value("x"),
                   value("y")};
      }
    }
    return all;
  }
};

// Three replicas with clocks that disagree, that edit and sometimes merge.
struct history {
  explicit history(std::uint64_t seed) : random{seed} {}

  void step() {
    const std::size_t who = random.below(3);
    replica& board = boards[who];
    model_replica& mine = knowing[who];
    now += std::int64_t(random.below(3));
    const std::int64_t time = now + skew[who];
    const std::string id = "e" + std::to_string(random.below(6));
    const std::uint64_t act = random.below(7);
    const auto drawn = double(random.below(10));
    const write* put = all.put_of(mine, id);
    const bool is_there = board.find(id) != nullptr;
    if (put == nullptr) {
      REQUIRE(board.put(make(id, drawn, mine.name), at(time)).ok());
      const stamp written = all.tick(mine, time);
      for (const char* what : {"put", "there", "index"}) {
        all.add(mine, {id, written, written, what});
      }
      all.add(mine, {id, written, written, "x", drawn});
    } else if (!is_there) {
      CHECK(absl::IsFailedPrecondition(board.put(make(id), at(time))));
      CHECK(absl::IsNotFound(board.set(id, property::x, 1.0, at(time))));
      if (act < 3) {
        const stamp born = put->born;
        REQUIRE(board.restore(id, at(time)).ok());
        all.add(mine, {id, all.tick(mine, time), born, "there"});
      }
    } else if (act == 0) {
      const stamp born = put->born;
      REQUIRE(board.remove(id, at(time)).ok());
      all.add(mine, {id, all.tick(mine, time), born, "gone"});
    } else if (act < 5) {
      const stamp born = put->born;
      const property key = act < 3 ? property::x : act == 3 ? property::y : property::index;
      const collab::property_value value =
          key == property::index ? collab::property_value{"a" + std::to_string(int(drawn))}
                                 : collab::property_value{drawn};
      REQUIRE(board.set(id, key, value, at(time)).ok());
      all.add(mine, {id, all.tick(mine, time), born, std::string{collab::name_of(key)}, drawn});
    } else if (act == 5 && random.below(3) == 0) {
      const std::size_t from = random.below(3);
      REQUIRE(board.merge(boards[from]).ok());
      mine.knows.insert(knowing[from].knows.begin(), knowing[from].knows.end());
    }
  }

  sequence random;
  std::array<replica, 3> boards{replica{"ann"}, replica{"bob"}, replica{"cid"}};
  std::array<model_replica, 3> knowing{model_replica{"ann", 0, {}}, model_replica{"bob", 0, {}},
                                       model_replica{"cid", 0, {}}};
  std::array<std::int64_t, 3> skew{0, 40, -3};
  model all;
  std::int64_t now = 100;
};

// A copy: what nobody has made merges with everything.
std::unique_ptr<replica> copy_of(const replica& of) {
  auto copy = std::make_unique<replica>("copy");
  REQUIRE(copy->merge(of).ok());
  return copy;
}

void check_same(const replica& a, const replica& b) {
  CHECK(picture_of(a) == picture_of(b));
  CHECK(a.content_digest() == b.content_digest());
  CHECK(a.tombstones() == b.tombstones());
}

}  // namespace

TEST_SUITE("document/replica") {
  TEST_CASE("each shows what the greatest stamps of the writes it knows say") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      CAPTURE(seed);
      history run{seed};
      for (int i = 0; i < 120; ++i) {
        run.step();
      }
      for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(picture_of(run.boards[i]) == run.all.picture_of(run.knowing[i]));
      }
      REQUIRE(run.boards[0].merge(run.boards[1]).ok());
      REQUIRE(run.boards[0].merge(run.boards[2]).ok());
      model_replica everything{"", 0, {}};
      for (std::size_t i = 0; i < run.all.writes.size(); ++i) {
        everything.knows.insert(i);
      }
      REQUIRE(picture_of(run.boards[0]) == run.all.picture_of(everything));
    }
  }

  TEST_CASE("merging is commutative, associative and idempotent") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
      CAPTURE(seed);
      history run{seed * 7919};
      for (int i = 0; i < 60; ++i) {
        run.step();
      }
      const auto& [a, b, c] = run.boards;
      const auto ab = copy_of(a);
      REQUIRE(ab->merge(b).ok());
      const auto ba = copy_of(b);
      REQUIRE(ba->merge(a).ok());
      check_same(*ab, *ba);
      const auto bc = copy_of(b);
      REQUIRE(bc->merge(c).ok());
      const auto left = copy_of(*ab);
      REQUIRE(left->merge(c).ok());
      const auto right = copy_of(a);
      REQUIRE(right->merge(*bc).ok());
      check_same(*left, *right);
      const auto again = left->merge(*right);
      REQUIRE(again.ok());
      CHECK(again->added.empty());
      CHECK(again->removed.empty());
      CHECK(again->changed.empty());
      check_same(*left, *right);
    }
  }

  TEST_CASE("a removal beats a concurrent edit, however late; a restoration shows the edit") {
    replica ann{"ann"};
    replica bob{"bob"};
    REQUIRE(ann.put(make("a"), at(10)).ok());
    REQUIRE(bob.merge(ann)->added == std::vector<std::string>{"a"});
    REQUIRE(ann.remove("a", at(20)).ok());
    REQUIRE(bob.set("a", property::x, 5.0, at(1'000)).ok());
    REQUIRE(bob.merge(ann)->removed == std::vector<std::string>{"a"});
    CHECK(ann.merge(bob)->removed.empty());
    CHECK(ann.find("a") == nullptr);
    // His clock is behind all he has seen, and still his write is the later one.
    REQUIRE(ann.restore("a", at(5)).ok());
    REQUIRE(bob.merge(ann)->added == std::vector<std::string>{"a"});
    CHECK(bob.find("a")->get(property::x) == collab::property_value{5.0});
    REQUIRE(ann.set("a", property::x, 6.0, at(5)).ok());
    CHECK(bob.merge(ann)->changed == std::vector<std::string>{"a"});
    CHECK(bob.find("a")->get(property::x) == collab::property_value{6.0});
  }

  TEST_CASE("who holds what was purged without having heard of it is refused, unchanged") {
    replica ann{"ann"};
    replica bob{"bob"};
    replica cid{"cid"};
    REQUIRE(ann.put(make("a"), at(10)).ok());
    REQUIRE(bob.merge(ann).ok());
    REQUIRE(cid.merge(ann).ok());
    REQUIRE(ann.remove("a", at(20)).ok());
    REQUIRE(cid.merge(ann).ok());
    CHECK(ann.purge(at(20)) == 0);
    CHECK(ann.purge(at(21)) == 1);
    CHECK(ann.tombstones() == 0);
    REQUIRE(bob.put(make("b"), at(30)).ok());
    for (int i = 0; i < 2; ++i) {
      const absl::Status refused = i == 0 ? ann.merge(bob).status() : bob.merge(ann).status();
      CHECK(absl::IsFailedPrecondition(refused));
      const std::string text{refused.message()};
      CHECK(text.find("'a'") != std::string::npos);
      CHECK(text.find("up to 10 ms") != std::string::npos);
      CHECK(text.find("horizon 21 ms") != std::string::npos);
    }
    CHECK(picture_of(ann).empty());
    CHECK(picture_of(bob).size() == 2);
    // One who is new is welcome, and passes on what he knows.
    replica eve{"eve"};
    CHECK(eve.merge(ann).ok());
    CHECK(absl::IsFailedPrecondition(eve.merge(bob).status()));
    // So are one who knows of it, whose tombstone comes back, and one who never met them.
    CHECK(cid.merge(ann).ok());
    CHECK(ann.merge(cid).ok());
    replica dan{"dan"};
    REQUIRE(dan.put(make("d"), at(1)).ok());
    CHECK(ann.merge(dan).ok());
    CHECK(dan.merge(ann).ok());
    // Once he has heard of the removal from somebody, he is welcome too.
    replica kept{"kept"};
    REQUIRE(kept.merge(cid).ok());
    CHECK(bob.merge(kept).ok() == (kept.tombstones() == 1));
    CHECK(bob.find("a") == nullptr);
    CHECK(ann.merge(bob).ok());
    CHECK(ann.find("b") != nullptr);
  }

  TEST_CASE("copies of one room's board merge, each property by the room's order") {
    collab::document early;
    collab::element made = make("a", 1);
    made.stamp_all(collab::seq_number{1});
    early.insert(made, collab::seq_number{1});
    collab::document late;
    late.insert(made, collab::seq_number{1});
    late.set("a", property::x, 2.0, collab::seq_number{7}, collab::seq_number{7});
    replica ann{"ann"};
    replica bob{"bob"};
    REQUIRE(ann.adopt(early, collab::seq_number{3}).ok());
    REQUIRE(bob.adopt(late, collab::seq_number{8}).ok());
    CHECK(bob.content_digest() == late.content_digest());
    REQUIRE(ann.set("a", property::y, 9.0, at(1'700'000'000'000)).ok());
    REQUIRE(ann.merge(bob).ok());
    CHECK(picture_of(ann)["a"] == std::tuple{"u", "a0", 2.0, 9.0});
    REQUIRE(bob.merge(ann).ok());
    check_same(ann, bob);
    CHECK(absl::IsFailedPrecondition(bob.adopt(late, collab::seq_number{8})));
    // Gone from the room meanwhile: the old copy can't say so.
    late.remove("a", collab::seq_number{9});
    replica cid{"cid"};
    REQUIRE(cid.adopt(late, collab::seq_number{9}).ok());
    CHECK(absl::IsFailedPrecondition(cid.merge(ann).status()));
  }

  TEST_CASE("what is out of range or unknown is refused and changes nothing") {
    replica ann{"ann"};
    CHECK(absl::IsInvalidArgument(ann.put({"a", collab::element_kind::rect, "u"}, at(1))));
    REQUIRE(ann.put(make("a"), at(1)).ok());
    CHECK(absl::IsInvalidArgument(ann.set("a", property::opacity, 2.0, at(2))));
    CHECK(absl::IsInvalidArgument(ann.set("a", property::tool, collab::token::pen, at(2))));
    CHECK(absl::IsInvalidArgument(ann.set("a", property::index, std::string{"!"}, at(2))));
    CHECK(absl::IsNotFound(ann.set("b", property::x, 2.0, at(2))));
    CHECK(absl::IsNotFound(ann.remove("b", at(2))));
    CHECK(absl::IsNotFound(ann.restore("a", at(2))));
    CHECK(ann.known("ann") == at(1));
    CHECK(ann.known("bob") == at(0));
  }
}
