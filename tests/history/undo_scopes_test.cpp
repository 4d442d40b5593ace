// Undo and redo in both scopes and in groups, beside a model that keeps every operation and
// makes the board anew from those that are not undone.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/history/edit_history.hpp"
#include "support/sequence.hpp"

using collab::property;
using collab::seq_number;
using collab::undo_outcome;
using collab::undo_scope;
using collab_test::sequence;

namespace {

collab::element box(const std::string& id, const std::string& creator) {
  collab::element made{id, collab::element_kind::rect, creator};
  made.set(property::index, std::string{"a0"});
  made.set(property::y, 7.0);
  return made;
}

constexpr property keys[] = {property::x, property::y};

// Elements by id, with x and y.
using picture = std::map<std::string, std::pair<double, double>>;

picture picture_of(const collab::document& board) {
  picture seen;
  for (const collab::element* each : board.elements()) {
    seen[each->id()] = {std::get<double>(each->get(property::x)),
                        std::get<double>(each->get(property::y))};
  }
  return seen;
}

// ---- The model

struct model_write {
  std::string id;
  // nullopt: presence.
  std::optional<property> key;
  bool is_there = false;
  double value = 0;
};
struct model_operation {
  std::uint64_t seq = 0;
  std::vector<model_write> writes;
};
// What is undone at once.
struct model_entry {
  std::string user;
  std::string session;
  std::string group;
  std::vector<model_operation> operations;
  bool is_undone = false;
  std::uint64_t undone_at = 0;
  // For the room, and for its author: whether it is not too old, and whether it can be redone.
  bool in_reach[2] = {true, true};
  bool can_redo[2] = {false, false};

  [[nodiscard]] std::uint64_t place() const { return operations.back().seq; }
};

class model {
 public:
  explicit model(collab::edit_history_options options) : options_{options} {}

  // ---- The law: of the writes that are not undone the latest is shown.

  [[nodiscard]] std::optional<bool> presence_of(const std::string& id) const {
    const auto found = latest(id, std::nullopt);
    return found.has_value() ? std::optional{found->is_there} : std::nullopt;
  }
  [[nodiscard]] bool is_there(const std::string& id) const {
    return presence_of(id).value_or(false);
  }
  [[nodiscard]] std::uint64_t writer_of(const std::string& id, property key) const {
    std::uint64_t writer = 0;
    (void)latest(id, key, &writer);
    return writer;
  }
  [[nodiscard]] double value_of(const std::string& id, property key) const {
    const auto found = latest(id, key);
    return found.has_value() ? found->value : key == property::y ? 7 : 0;
  }
  [[nodiscard]] picture board() const {
    picture seen;
    for (const std::string& id : ids_) {
      if (is_there(id)) {
        seen[id] = {value_of(id, property::x), value_of(id, property::y)};
      }
    }
    return seen;
  }

  // ---- Stacks

  [[nodiscard]] std::optional<std::uint64_t> undo_target(undo_scope scope,
                                                         const std::string& user) const {
    const model_entry* best = nullptr;
    for (const model_entry& each : entries_) {
      if (is_seen(each, scope, user) && !each.is_undone &&
          (best == nullptr || each.place() > best->place())) {
        best = &each;
      }
    }
    return best != nullptr ? std::optional{best->place()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> redo_target(undo_scope scope,
                                                         const std::string& user) const {
    const model_entry* best = nullptr;
    for (const model_entry& each : entries_) {
      if (is_seen(each, scope, user) && each.is_undone && each.can_redo[number(scope)] &&
          (best == nullptr || each.undone_at > best->undone_at)) {
        best = &each;
      }
    }
    return best != nullptr ? std::optional{best->place()} : std::nullopt;
  }

  void work(std::uint64_t seq, const std::string& user, const std::string& session,
            const std::string& group, bool ends_redo, std::vector<model_write> writes) {
    for (const model_write& each : writes) {
      ids_.insert(each.id);
    }
    if (writes.empty()) {
      return;
    }
    for (model_entry& each : entries_) {
      if (ends_redo && each.is_undone) {
        each.can_redo[0] = false;
        each.can_redo[1] = each.can_redo[1] && each.user != user;
      }
    }
    model_entry* home = nullptr;
    for (model_entry& each : entries_) {
      if (!group.empty() && each.group == group && each.session == session && !each.is_undone &&
          (each.in_reach[0] || each.in_reach[1]) && each.operations.size() < options_.undo_depth) {
        home = &each;
      }
    }
    if (home == nullptr) {
      entries_.push_back({user, session, group, {}});
      home = &entries_.back();
    }
    home->operations.push_back({seq, std::move(writes)});
    home->in_reach[0] = home->in_reach[1] = true;
    bound(undo_scope::room, {});
    bound(undo_scope::mine, user);
    bound_users(user);
  }

  // Undoes or redoes, and tells the outcome.
  undo_outcome flip(std::uint64_t seq, std::uint64_t target) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& each) { return each.place() == target; });
    const picture before = board();
    std::map<std::string, std::uint64_t> writers;
    for (const std::string& id : ids_) {
      for (const property key : keys) {
        writers[id + (key == property::x ? "x" : "y")] = writer_of(id, key);
      }
    }
    entry->is_undone = !entry->is_undone;
    entry->undone_at = seq;
    for (const int scope : {0, 1}) {
      entry->can_redo[scope] = entry->is_undone && entry->in_reach[scope];
    }
    const picture after = board();
    std::size_t changed = 0;
    std::size_t all = 0;
    for (const model_operation& operation : entry->operations) {
      for (const model_write& each : operation.writes) {
        ++all;
        if (before.contains(each.id) != after.contains(each.id)) {
          ++changed;
        } else if (each.key.has_value() && after.contains(each.id) &&
                   writers[each.id + (*each.key == property::x ? "x" : "y")] !=
                       writer_of(each.id, *each.key)) {
          ++changed;
        }
      }
    }
    return changed == all ? undo_outcome::applied
           : changed == 0 ? undo_outcome::nothing
                          : undo_outcome::partial;
  }

 private:
  static std::size_t number(undo_scope scope) { return scope == undo_scope::room ? 0 : 1; }
  static bool is_seen(const model_entry& entry, undo_scope scope, const std::string& user) {
    return entry.in_reach[number(scope)] && (scope == undo_scope::room || entry.user == user);
  }

  [[nodiscard]] std::optional<model_write> latest(const std::string& id,
                                                  std::optional<property> key,
                                                  std::uint64_t* writer = nullptr) const {
    std::uint64_t greatest = 0;
    std::optional<model_write> found;
    for (const model_entry& entry : entries_) {
      for (const model_operation& operation : entry.operations) {
        for (const model_write& each : operation.writes) {
          if (!entry.is_undone && each.id == id && each.key == key && operation.seq > greatest) {
            greatest = operation.seq;
            found = each;
          }
        }
      }
    }
    if (writer != nullptr) {
      *writer = greatest;
    }
    return found;
  }

  // An entry that nobody can redo is undone for good: it counts no more.
  static bool is_final(const model_entry& entry) {
    return entry.is_undone && !(entry.in_reach[0] && entry.can_redo[0]) &&
           !(entry.in_reach[1] && entry.can_redo[1]);
  }
  void bound(undo_scope scope, const std::string& user) {
    while (true) {
      std::size_t sum = 0;
      model_entry* oldest = nullptr;
      for (model_entry& each : entries_) {
        if (is_seen(each, scope, user) && !is_final(each)) {
          sum += each.operations.size();
          oldest = oldest == nullptr || each.place() < oldest->place() ? &each : oldest;
        }
      }
      if (sum <= options_.undo_depth) {
        return;
      }
      oldest->in_reach[number(scope)] = false;
    }
  }
  void bound_users(const std::string& latest) {
    std::erase(users_, latest);
    users_.push_back(latest);
    if (users_.size() > options_.undo_users_max) {
      for (model_entry& each : entries_) {
        each.in_reach[1] = each.in_reach[1] && each.user != users_.front();
      }
      users_.erase(users_.begin());
    }
  }

  collab::edit_history_options options_;
  std::vector<model_entry> entries_;
  std::set<std::string> ids_;
  // Who made something last is last.
  std::vector<std::string> users_;
};

// ---- Both side by side

struct person {
  std::string user;
  std::string session;
};

class board_and_model {
 public:
  explicit board_and_model(collab::edit_history_options options = {})
      : history{document, options}, expected{options} {}

  absl::Status run(const person& who, collab::operation::body_type body,
                   const std::string& group = {}, bool by_room = false) {
    collab::operation op{seq_number{seq + 1}, {},   who.user, who.session, by_room ? 0 : seq + 1,
                         std::move(body),     group};
    if (absl::Status status = history.check(op); !status.ok()) {
      return status;
    }
    ++seq;
    std::vector<model_write> writes = writes_of(op);
    std::optional<undo_outcome> outcome;
    if (const auto* undo = std::get_if<collab::undo_operation>(&op.body)) {
      outcome = expected.flip(seq, collab::to_integer(undo->target));
    } else if (const auto* redo = std::get_if<collab::redo_operation>(&op.body)) {
      outcome = expected.flip(seq, collab::to_integer(redo->target));
    } else {
      expected.work(seq, who.user, who.session, group, !by_room, std::move(writes));
    }
    const picture before = picture_of(document);
    effect = history.apply(op);
    if (outcome.has_value()) {
      REQUIRE(effect.outcome == *outcome);
      check_effect(before);
    }
    log.push_back(std::move(op));
    REQUIRE(picture_of(document) == expected.board());
    return absl::OkStatus();
  }
  absl::Status undo(const person& who, undo_scope scope) {
    const auto target = history.undo_target(scope, who.user).value_or(seq_number{});
    return run(who, collab::undo_operation{target, scope});
  }
  absl::Status redo(const person& who, undo_scope scope) {
    const auto target = history.redo_target(scope, who.user).value_or(seq_number{});
    return run(who, collab::redo_operation{target, scope});
  }
  void put(const person& who, const std::string& id, const std::string& group = {}) {
    REQUIRE(run(who, collab::put_operation{box(id, who.user)}, group).ok());
  }
  void move(const person& who, const std::string& id, double x, const std::string& group = {}) {
    REQUIRE(run(who, collab::set_operation{id, {{property::x, x}}}, group).ok());
  }
  void remove(const person& who, const std::string& id, const std::string& group = {}) {
    REQUIRE(run(who, collab::remove_operation{{id}}, group).ok());
  }
  [[nodiscard]] double x(const std::string& id) const {
    return std::get<double>(document.find(id)->get(property::x));
  }

  void check_targets(const std::vector<person>& people) const {
    for (const person& who : people) {
      for (const undo_scope scope : {undo_scope::room, undo_scope::mine}) {
        REQUIRE(integer(history.undo_target(scope, who.user)) ==
                expected.undo_target(scope, who.user));
        REQUIRE(integer(history.redo_target(scope, who.user)) ==
                expected.redo_target(scope, who.user));
      }
    }
  }

  // From here on with a history that has read the log.
  void check_replay(const std::vector<person>& people, collab::edit_history_options options) const {
    collab::document again;
    collab::edit_history replayed{again, options};
    for (const collab::operation& op : log) {
      REQUIRE(replayed.check(op).ok());
      replayed.apply(op);
    }
    REQUIRE(picture_of(again) == picture_of(document));
    REQUIRE(again.bytes() == document.bytes());
    for (const person& who : people) {
      for (const undo_scope scope : {undo_scope::room, undo_scope::mine}) {
        REQUIRE(replayed.undo_target(scope, who.user) == history.undo_target(scope, who.user));
        REQUIRE(replayed.redo_target(scope, who.user) == history.redo_target(scope, who.user));
      }
    }
  }

  collab::document document;
  collab::edit_history history;
  model expected;
  collab::edit_effect effect;
  std::vector<collab::operation> log;
  std::uint64_t seq = 0;

 private:
  static std::optional<std::uint64_t> integer(std::optional<seq_number> value) {
    return value.has_value() ? std::optional{collab::to_integer(*value)} : std::nullopt;
  }

  std::vector<model_write> writes_of(const collab::operation& op) const {
    std::vector<model_write> writes;
    if (const auto* put = std::get_if<collab::put_operation>(&op.body)) {
      writes.push_back({put->value.id(), std::nullopt, true, 0});
    } else if (const auto* set = std::get_if<collab::set_operation>(&op.body)) {
      for (const auto& [key, value] : set->changes) {
        writes.push_back({set->id, key, false, std::get<double>(value)});
      }
    } else if (const auto* removal = std::get_if<collab::remove_operation>(&op.body)) {
      std::set<std::string> gone;
      for (const std::string& id : removal->ids) {
        if (expected.is_there(id) && gone.insert(id).second) {
          writes.push_back({id, std::nullopt, false, 0});
        }
      }
    } else if (std::holds_alternative<collab::clear_operation>(op.body)) {
      for (const auto& [id, place] : expected.board()) {
        writes.push_back({id, std::nullopt, false, 0});
      }
    }
    return writes;
  }

  // Whoever applies the effect to what he saw before sees the board as it is.
  void check_effect(const picture& before) const {
    picture seen = before;
    for (const std::string& id : effect.removed) {
      REQUIRE(seen.erase(id) == 1);
    }
    for (const collab::element* each : effect.restored) {
      REQUIRE_FALSE(seen.contains(each->id()));
      seen[each->id()] = {std::get<double>(each->get(property::x)),
                          std::get<double>(each->get(property::y))};
    }
    std::set<const collab::element*> once;
    for (const auto& [changed, changed_keys] : effect.changed) {
      REQUIRE(once.insert(changed).second);
      REQUIRE(seen.contains(changed->id()));
      std::set<property> key_once;
      for (const property key : changed_keys) {
        REQUIRE(key_once.insert(key).second);
        auto& place = seen[changed->id()];
        (key == property::x ? place.first : place.second) = std::get<double>(changed->get(key));
      }
    }
    REQUIRE(seen == picture_of(document));
  }
};

const person ann{"ann", "a1"};
// The same person in another window.
const person ann_too{"ann", "a2"};
const person bob{"bob", "b1"};
const person cid{"cid", "c1"};

}  // namespace

TEST_SUITE("history/undo_scopes") {
  TEST_CASE("random work of three in both scopes and in groups agrees with the model") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      CAPTURE(seed);
      sequence random{seed};
      const collab::edit_history_options options{.undo_depth = seed % 3 == 0   ? 1'000U
                                                               : seed % 3 == 1 ? 12U
                                                                               : 3U,
                                                 .undo_users_max = seed % 2 == 0 ? 200U : 2U};
      board_and_model board{options};
      const std::vector<person> people = {ann, bob, cid, ann_too};
      int made = 0;
      for (int step = 0; step < 160; ++step) {
        const person& who = people[random.below(people.size())];
        const undo_scope scope = random.below(2) == 0 ? undo_scope::room : undo_scope::mine;
        const std::string group =
            random.below(3) == 0 ? "g" + std::to_string(random.below(3)) : std::string{};
        // One of the last eight.
        const std::string id = "e" + std::to_string(made - 1 - static_cast<int>(random.below(8)));
        const std::string other = "e" + std::to_string(made - 1);
        const auto number = static_cast<double>(random.below(100));
        switch (random.below(12)) {
          case 0:
          case 1:
            REQUIRE(board
                        .run(who,
                             collab::put_operation{box("e" + std::to_string(made++), who.user)},
                             group, random.below(8) == 0)
                        .ok());
            break;
          case 2:
          case 3:
            (void)board.run(who, collab::set_operation{id, {{property::x, number}}}, group);
            break;
          case 4:
            (void)board.run(
                who, collab::set_operation{id, {{property::x, number}, {property::y, number}}},
                group);
            break;
          case 5:
            REQUIRE(board.run(who, collab::remove_operation{{id, other, id, "never"}}, group).ok());
            break;
          case 6:
            if (random.below(4) == 0) {
              REQUIRE(board.run(who, collab::clear_operation{}, group).ok());
            }
            break;
          case 7:
          case 8:
          case 9: {
            const bool can = board.expected.undo_target(scope, who.user).has_value();
            REQUIRE(board.undo(who, scope).ok() == can);
            break;
          }
          default: {
            const bool can = board.expected.redo_target(scope, who.user).has_value();
            REQUIRE(board.redo(who, scope).ok() == can);
          }
        }
        board.check_targets(people);
        if (step % 40 == 39) {
          board.check_replay(people, options);
        }
      }
    }
  }

  TEST_CASE("undo and redo of one's own, while nobody else works, change nothing in the end") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(seed);
      sequence random{seed};
      board_and_model board;
      const std::vector<person> people = {ann, bob, ann_too};
      for (int step = 0; step < 60; ++step) {
        const person& who = people[random.below(3)];
        const std::string id = "e" + std::to_string(random.below(12));
        const std::string group = random.below(3) == 0 ? "g" : "";
        switch (random.below(4)) {
          case 0:
            (void)board.run(who, collab::put_operation{box(id, who.user)}, group);
            break;
          case 1:
            board.remove(who, id, group);
            break;
          default:
            (void)board.run(
                who, collab::set_operation{id, {{property::x, double(random.below(9))}}}, group);
        }
      }
      for (const person& who : people) {
        for (const undo_scope scope : {undo_scope::room, undo_scope::mine}) {
          const picture before = picture_of(board.document);
          std::vector<undo_outcome> outcomes;
          while (board.undo(who, scope).ok()) {
            outcomes.push_back(board.effect.outcome);
          }
          while (!outcomes.empty()) {
            REQUIRE(board.redo(who, scope).ok());
            CHECK(board.effect.outcome == outcomes.back());
            outcomes.pop_back();
          }
          CHECK(absl::IsFailedPrecondition(board.redo(who, scope)));
          CHECK(picture_of(board.document) == before);
        }
      }
    }
  }

  TEST_CASE("in scope mine everybody takes back his own, in whichever window he made it") {
    board_and_model board;
    board.put(ann, "a");
    board.put(bob, "b");
    board.put(ann_too, "c");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"c"});
    REQUIRE(board.undo(ann_too, undo_scope::mine).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"a"});
    CHECK(absl::IsFailedPrecondition(board.undo(ann, undo_scope::mine)));
    CHECK(absl::IsFailedPrecondition(board.undo(cid, undo_scope::mine)));
    CHECK(board.document.find("b") != nullptr);
  }

  TEST_CASE("what somebody has overwritten since stays as it is") {
    board_and_model board;
    board.put(ann, "a");
    REQUIRE(
        board.run(ann, collab::set_operation{"a", {{property::x, 1.0}, {property::y, 1.0}}}).ok());
    board.move(bob, "a", 2);
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::partial);
    CHECK(board.x("a") == 2);
    REQUIRE(board.effect.changed.size() == 1);
    CHECK(board.effect.changed[0].second == std::vector<property>{property::y});
    // Bob's is taken back too: then neither is shown.
    REQUIRE(board.undo(bob, undo_scope::mine).ok());
    CHECK(board.x("a") == 0);
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::applied);
    CHECK(board.x("a") == 1);
    REQUIRE(board.redo(bob, undo_scope::mine).ok());
    CHECK(board.x("a") == 2);
  }

  TEST_CASE("the same value from somebody else is his") {
    board_and_model board;
    board.put(ann, "a");
    board.move(ann, "a", 1);
    board.move(bob, "a", 1);
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::nothing);
    CHECK(board.x("a") == 1);
  }

  TEST_CASE("of an element that somebody removed there is nothing to take back") {
    board_and_model board;
    board.put(ann, "a");
    board.move(ann, "a", 1);
    board.move(cid, "a", 2);
    board.remove(bob, "a");
    for (int i = 0; i < 2; ++i) {
      REQUIRE(board.undo(ann, undo_scope::mine).ok());
      CHECK(board.effect.outcome == undo_outcome::nothing);
      CHECK(board.effect.removed.empty());
      CHECK(board.effect.changed.empty());
    }
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    // The removal gone, it is there as it was, with what others did.
    REQUIRE(board.undo(bob, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::applied);
    CHECK(board.x("a") == 2);
  }

  TEST_CASE("an element whose making is undone does not come back with its removal") {
    board_and_model board;
    board.put(ann, "a");
    board.remove(bob, "a");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    REQUIRE(board.undo(bob, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::nothing);
    CHECK(board.document.find("a") == nullptr);
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.document.find("a") != nullptr);
  }

  TEST_CASE("what is undone in one scope is skipped in the other") {
    board_and_model board;
    board.put(ann, "a");
    board.put(ann, "b");
    REQUIRE(board.undo(bob, undo_scope::room).ok());
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"a"});
    // And each scope redoes what was undone in the other, the last first.
    REQUIRE(board.redo(bob, undo_scope::room).ok());
    CHECK(board.effect.restored[0]->id() == "a");
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.effect.restored[0]->id() == "b");
  }

  TEST_CASE("new work of another ends redo in scope room, not in scope mine") {
    board_and_model board;
    board.put(ann, "a");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    board.put(bob, "b");
    CHECK(absl::IsFailedPrecondition(board.redo(ann, undo_scope::room)));
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    // Done again it is in its old place, before Bob's.
    REQUIRE(board.undo(cid, undo_scope::room).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"b"});
    REQUIRE(board.undo(cid, undo_scope::room).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"a"});
    board.put(ann, "c");
    CHECK(absl::IsFailedPrecondition(board.redo(ann, undo_scope::mine)));
    CHECK(absl::IsFailedPrecondition(board.redo(ann, undo_scope::room)));
    // Bob's too was undone in scope room; for himself it is still to be had.
    REQUIRE(board.redo(bob, undo_scope::mine).ok());
    CHECK(board.document.find("b") != nullptr);
  }

  TEST_CASE("the operations of a group are undone at once, in the place of the latest") {
    board_and_model board;
    board.put(ann, "a");
    board.put(ann, "b");
    board.move(ann, "a", 1, "drag");
    board.move(bob, "b", 5);
    board.move(ann, "a", 2, "drag");
    board.move(ann, "b", 2, "drag");
    // The same name in another session is another group.
    board.put(ann_too, "c", "drag");
    REQUIRE(board.undo(bob, undo_scope::room).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"c"});
    REQUIRE(board.undo(bob, undo_scope::room).ok());
    CHECK(board.effect.target == seq_number{6});
    CHECK(board.effect.outcome == undo_outcome::applied);
    CHECK(board.x("a") == 0);
    CHECK(board.x("b") == 5);
    CHECK(board.effect.changed.size() == 2);
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.effect.target == seq_number{6});
    CHECK(board.x("a") == 2);
    // Done again it is the same group still.
    board.move(ann, "a", 3, "drag");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.target == seq_number{11});
    CHECK(board.x("a") == 0);
    CHECK(board.x("b") == 5);
    // Undone it is closed: the next operation begins another.
    board.move(ann, "a", 4, "drag");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.target == seq_number{13});
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"b"});
  }

  TEST_CASE("a group that makes, changes and removes is one step back and forth") {
    board_and_model board;
    board.put(bob, "b");
    board.put(ann, "a", "g");
    board.move(ann, "a", 1, "g");
    board.move(ann, "b", 1, "g");
    board.remove(ann, "b", "g");
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::applied);
    CHECK(board.x("b") == 0);
    CHECK(board.document.size() == 1);
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::applied);
    CHECK(board.document.size() == 1);
    CHECK(board.x("a") == 1);
  }

  TEST_CASE("each scope reaches back so many operations, those of a group counted each") {
    board_and_model board{{.undo_depth = 3}};
    board.put(ann, "a");
    board.put(ann, "b", "g");
    board.put(ann, "c", "g");
    board.put(bob, "d");
    // Too old in scope room now, not in Ann's own.
    REQUIRE(board.undo(bob, undo_scope::room).ok());
    REQUIRE(board.undo(bob, undo_scope::room).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"b", "c"});
    CHECK(absl::IsFailedPrecondition(board.undo(bob, undo_scope::room)));
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"a"});
    // A group that is as long as that is full: the next operation begins another.
    board_and_model full{{.undo_depth = 2}};
    for (const std::string id : {"a", "b", "c"}) {
      full.put(ann, id, "g");
    }
    REQUIRE(full.undo(ann, undo_scope::mine).ok());
    CHECK(full.effect.removed == std::vector<std::string>{"c"});
    CHECK(absl::IsFailedPrecondition(full.undo(ann, undo_scope::mine)));
  }

  TEST_CASE("who has made nothing for longest can't take back his own beyond the bound of users") {
    board_and_model board{{.undo_users_max = 2}};
    board.put(ann, "a");
    board.put(bob, "b");
    board.put(ann, "c");
    board.put(cid, "d");
    CHECK(absl::IsFailedPrecondition(board.undo(bob, undo_scope::mine)));
    CHECK(board.undo(ann, undo_scope::mine).ok());
    CHECK(board.undo(cid, undo_scope::mine).ok());
    REQUIRE(board.undo(ann, undo_scope::room).ok());
    CHECK(board.effect.removed == std::vector<std::string>{"b"});
  }

  TEST_CASE("the body of a removed element is kept as long as somebody can bring it back") {
    board_and_model board{{.undo_depth = 2}};
    board.put(ann, "a");
    board.remove(bob, "a");
    for (const std::string id : {"b", "c", "d"}) {
      board.put(ann, id);
    }
    // Out of reach in scope room, but not for Bob.
    CHECK(board.document.can_restore("a"));
    board.put(bob, "e");
    CHECK(board.document.can_restore("a"));
    board.put(bob, "f");
    CHECK_FALSE(board.document.can_restore("a"));
    CHECK(board.document.remembers("a"));
  }

  TEST_CASE("what is done again does not come up over what stands for good") {
    board_and_model board{{.undo_depth = 3}};
    board.put(ann, "a");
    board.move(ann, "a", 1);
    REQUIRE(board.undo(ann, undo_scope::mine).ok());
    board.move(bob, "a", 2);
    for (const std::string id : {"b", "c", "d"}) {
      board.put(bob, id);
    }
    REQUIRE(board.redo(ann, undo_scope::mine).ok());
    CHECK(board.effect.outcome == undo_outcome::nothing);
    CHECK(board.x("a") == 2);
  }

  TEST_CASE("an id that was forgotten may be had again, and old operations don't touch it") {
    collab::document document{{.tombstones_max = 1}};
    collab::edit_history history{document, {.undo_depth = 3}};
    std::uint64_t seq = 0;
    const auto run = [&](const person& who, collab::operation::body_type body) {
      collab::operation op{seq_number{++seq}, {}, who.user, who.session, seq, std::move(body)};
      REQUIRE(history.check(op).ok());
      return history.apply(std::move(op));
    };
    run(ann, collab::put_operation{box("a", "ann")});
    run(bob, collab::set_operation{"a", {{property::x, 1.0}}});
    run(ann, collab::remove_operation{{"a"}});
    run(ann, collab::put_operation{box("b", "ann")});
    run(ann, collab::remove_operation{{"b"}});
    run(cid, collab::put_operation{box("c", "cid")});
    run(ann, collab::put_operation{box("d", "ann")});
    run(ann, collab::put_operation{box("e", "ann")});
    run(ann, collab::put_operation{box("f", "ann")});
    run(cid, collab::put_operation{box("g", "cid")});
    run(cid, collab::put_operation{box("h", "cid")});
    run(cid, collab::put_operation{box("i", "cid")});
    REQUIRE_FALSE(document.remembers("a"));
    run(cid, collab::put_operation{box("a", "cid")});
    run(cid, collab::set_operation{"a", {{property::x, 2.0}}});
    const auto target = history.undo_target(undo_scope::mine, "bob");
    REQUIRE(target == seq_number{2});
    const auto undone = run(bob, collab::undo_operation{*target, undo_scope::mine});
    CHECK(undone.outcome == undo_outcome::nothing);
    CHECK(std::get<double>(document.find("a")->get(property::x)) == 2);
    run(bob, collab::redo_operation{*target, undo_scope::mine});
    CHECK(std::get<double>(document.find("a")->get(property::x)) == 2);
  }
}
