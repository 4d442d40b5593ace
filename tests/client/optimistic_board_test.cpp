// The optimistic board beside a naive model: confirmed is what the events make from nothing,
// shown is that with everything pending done on top, from nothing, each time.

#include "collab/client/optimistic_board.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client_under_test.hpp"
#include "collab/client/detail/outbox.hpp"
#include "collab/document/element_digest.hpp"

using namespace collab_test;
using collab::detail::pending_operation;

namespace {

// An element, told by its values.
struct plain {
  collab::element_kind kind = collab::element_kind::rect;
  std::string index;
  double x = 0;
  double height = 0;
  friend bool operator==(const plain&, const plain&) = default;
};
using plain_board = std::map<std::string, plain>;

struct change {
  enum class kind { put, set, remove, clear } what = kind::put;
  std::vector<std::string> ids;
  collab::element_kind made = collab::element_kind::rect;
  std::string index;
  bool is_x = true;
  double value = 0;
};

void apply(plain_board& board, const change& done, bool is_confirmed) {
  switch (done.what) {
    case change::kind::put:
      // The server says what is there; what is pending gives way to it.
      if (is_confirmed || !board.contains(done.ids[0])) {
        board[done.ids[0]] = {done.made, done.index, done.value, 0};
      }
      break;
    case change::kind::set:
      if (const auto found = board.find(done.ids[0]); found != board.end()) {
        if (done.is_x) {
          found->second.x = done.value;
        } else if (found->second.kind == collab::element_kind::rect) {
          found->second.height = done.value;
        }
      }
      break;
    case change::kind::remove:
      for (const std::string& id : done.ids) {
        board.erase(id);
      }
      break;
    case change::kind::clear:
      if (is_confirmed) {
        board.clear();
      }
      for (const std::string& id : done.ids) {
        board.erase(id);
      }
      break;
  }
}

plain told(const collab::element& of) {
  plain as{of.kind(), of.index(), std::get<double>(of.get(collab::property::x)), 0};
  if (of.kind() == collab::element_kind::rect) {
    as.height = std::get<double>(of.get(collab::property::height));
  }
  return as;
}

collab::element made_of(const change& of) {
  collab::element value{of.ids[0], of.made, "u"};
  value.set(collab::property::x, of.value);
  return value;
}
collab::property_changes changes_of(const change& of) {
  return {{of.is_x ? collab::property::x : collab::property::height, of.value}};
}

class two_boards {
 public:
  explicit two_boards(std::uint64_t seed) : random_{seed} {}

  void step() {
    switch (random_.below(7)) {
      case 0:
      case 1:
        do_own();
        break;
      case 2:
        acknowledge();
        break;
      case 3:
        reject();
        break;
      case 4:
        restore();
        break;
      default:
        hear();
    }
    check();
  }

 private:
  change any(bool is_own) {
    change made;
    made.what = static_cast<change::kind>(random_.below(20) == 0 ? 3 : random_.below(3));
    made.ids = {id()};
    if (made.what == change::kind::remove) {
      made.ids.push_back(id());
    }
    if (made.what == change::kind::clear) {
      made.ids.clear();
      for (const auto& [each, value] : is_own ? shown() : confirmed_) {
        made.ids.push_back(each);
      }
    }
    made.made = random_.below(3) == 0 ? collab::element_kind::line : collab::element_kind::rect;
    made.is_x = random_.below(2) == 0;
    made.value = static_cast<double>(random_.below(1'000));
    return made;
  }
  std::string id() { return std::string(1, static_cast<char>('a' + random_.below(6))); }
  std::string place() { return "a" + std::to_string(random_.below(10)); }

  plain_board shown() const {
    plain_board board = confirmed_;
    for (const auto& [done, op] : pending_) {
      apply(board, done, false);
    }
    return board;
  }

  void do_own() {
    change done = any(true);
    pending_operation op;
    switch (done.what) {
      case change::kind::put:
        op.body = collab::put_element{made_of(done)};
        break;
      case change::kind::set:
        op.body = collab::set_element{done.ids[0], changes_of(done)};
        break;
      case change::kind::remove:
        op.body = collab::remove_elements{done.ids};
        break;
      case change::kind::clear:
        op.body = collab::detail::shown_clearing{done.ids};
        break;
    }
    op.order = ++orders_;
    auto held = std::make_unique<pending_operation>(std::move(op));
    board_.add(*held);
    done.index = held->made.index();
    pending_.emplace_back(std::move(done), std::move(held));
  }
  void acknowledge() {
    if (pending_.empty()) {
      return;
    }
    auto [done, op] = std::move(pending_.front());
    pending_.pop_front();
    if (done.what == change::kind::put) {
      if (confirmed_.contains(done.ids[0])) {
        board_.drop(*op);  // The room would refuse it.
        return;
      }
      done.index = place();
    }
    board_.accept(*op, done.what == change::kind::put ? done.index : "", collab::seq_number{++seq_},
                  "u");
    apply(confirmed_, done, true);
  }
  void reject() {
    if (!pending_.empty()) {
      board_.drop(*pending_.front().second);
      pending_.pop_front();
    }
  }
  void restore() {
    change done;
    done.ids = {id()};
    done.index = place();
    done.value = static_cast<double>(random_.below(1'000));
    collab::element whole = made_of(done);
    whole.set(collab::property::index, done.index);
    whole.set_number(++seq_);
    board_.confirm(whole);
    apply(confirmed_, done, true);
  }
  void hear() {
    change done = any(false);
    ++seq_;
    switch (done.what) {
      case change::kind::put: {
        done.index = place();
        collab::element whole = made_of(done);
        whole.set(collab::property::index, done.index);
        whole.set_number(seq_);
        board_.confirm(whole);
        break;
      }
      case change::kind::set:
        board_.confirm_changes(done.ids[0], changes_of(done), collab::seq_number{seq_});
        break;
      case change::kind::remove:
        board_.confirm_removal(done.ids);
        break;
      case change::kind::clear:
        board_.confirm_clearing();
        break;
    }
    apply(confirmed_, done, true);
  }

  void check() {
    plain_board confirmed;
    collab::digest sum;
    for (const collab::element* each : board_.confirmed().elements()) {
      confirmed.emplace(each->id(), told(*each));
      sum += collab::digest_of(*each);
    }
    CHECK(confirmed == confirmed_);
    CHECK(board_.confirmed().content_digest() == sum);
    plain_board seen;
    std::string_view index;
    for (const collab::element* each : board_.shown().elements()) {
      seen.emplace(each->id(), told(*each));
      CHECK(index <= each->index());
      index = each->index();
      CHECK(board_.shown().find(each->id()) == each);
    }
    const plain_board wanted = shown();
    CHECK(seen == wanted);
    CHECK(board_.shown().in({-2'000, -2'000, 2'000, 2'000}).size() == wanted.size());
    // Whatever differs from what was seen before was told.
    const std::vector<collab::element_id> changed = board_.take_changed();
    for (const auto& [each, value] : wanted) {
      const auto before = before_.find(each);
      if (before == before_.end() || !(before->second == value)) {
        CHECK(std::find(changed.begin(), changed.end(), each) != changed.end());
      }
    }
    for (const auto& [each, value] : before_) {
      if (!wanted.contains(each)) {
        CHECK(std::find(changed.begin(), changed.end(), each) != changed.end());
      }
    }
    before_ = wanted;
  }

  stepping_random random_;
  collab::optimistic_board board_;
  plain_board confirmed_;
  plain_board before_;
  std::deque<std::pair<change, std::unique_ptr<pending_operation>>> pending_;
  std::uint64_t orders_ = 0;
  std::uint64_t seq_ = 0;
};

// Does whatever there is to do, in a random order, with a line that fails.
class random_people {
 public:
  explicit random_people(std::uint64_t seed) : random_{seed}, in_{options(seed)} {
    for (std::uint64_t i = 0; i < 2 + seed % 2; ++i) {
      in_.joined("P" + std::to_string(i), &stores_[i]);
    }
    strokes_.resize(in_.people.size());
  }

  void step() {
    const std::size_t at = random_.below(in_.people.size());
    participant& who = *in_.people[at];
    collab::client& board = *who;
    const auto id = [&] { return "e" + std::to_string(random_.below(12)); };
    switch (random_.below(20)) {
      case 0:
        note(who, board.put(rect(id(), static_cast<double>(random_.below(100)))));
        break;
      case 1:
      case 2:
        note(who, board.set(id(), at_x(static_cast<double>(random_.below(100)))));
        break;
      case 3:
        note(who, board.remove({id(), id()}));
        break;
      case 4:
        if (random_.below(4) == 0) {
          note(who, board.clear());
        }
        break;
      case 5:
        note(who, board.undo(random_.below(2) == 0 ? collab::undo_scope::room
                                                   : collab::undo_scope::mine));
        break;
      case 6:
        note(who, board.redo());
        break;
      case 7:
        note(who, board.say("said"));
        break;
      case 8:
        strokes_[at].push_back(board.begin_stroke());
        break;
      case 9:
      case 10:
      case 11:
        for (collab::client_stroke& each : strokes_[at]) {
          (void)each.extend(curve(1 + random_.below(9), static_cast<float>(random_.below(50))));
        }
        break;
      case 12:
        if (!strokes_[at].empty()) {
          note(who, strokes_[at].back().end());
          strokes_[at].pop_back();
        }
        break;
      case 13:
        if (!strokes_[at].empty() && random_.below(3) == 0) {
          strokes_[at].back().cancel();
          strokes_[at].pop_back();
        }
        break;
      case 14:
        who.dial.orders.up_left = static_cast<int>(random_.below(12));
        break;
      case 15:
        who.dial.orders.down_left = static_cast<int>(random_.below(12));
        break;
      case 16:
        who.dial.orders.is_down = random_.below(3) == 0;
        break;
      case 17:
        in_.pass(collab::duration{100ms} * static_cast<int>(1 + random_.below(30)));
        break;
      case 18:
        if (random_.below(8) == 0) {
          in_.crash();
        }
        break;
      case 19:
        if (random_.below(2) == 0) {
          note(who, board.save_version("named"));
        } else {
          note(who, board.restore_version(
                        collab::seq_number{random_.below(collab::to_integer(board.seq()) + 2)}));
        }
        break;
      default:
        break;
    }
    if (random_.below(2) == 0) {
      in_.settle();
    }
  }

  void finish() {
    for (auto& strokes : strokes_) {
      for (collab::client_stroke& each : strokes) {
        each.cancel();
      }
    }
    for (const auto& each : in_.people) {
      each->dial.orders = {};
    }
    in_.pass(120s, 1s);
    in_.check_equal();
    for (const auto& [who, ticket] : given_) {
      CHECK(who->hears.answers[ticket] == 1);
    }
  }

 private:
  static collab::room_host_options options(std::uint64_t seed) {
    collab::room_host_options made;
    made.bounds.orphan_stroke = seed % 3 == 0 ? 1'000ms : 60'000ms;
    made.bounds.session_life = seed % 5 == 0 ? 0ms : 86'400'000ms;
    made.bounds.resume_events = seed % 7 == 0 ? 5 : 10'000;
    made.bounds.state_chunk_bytes = seed % 2 == 0 ? 1'024 : 65'536;
    return made;
  }
  void note(participant& who, const absl::StatusOr<collab::operation_ticket>& ticket) {
    if (ticket.ok()) {
      given_.emplace_back(&who, collab::to_integer(*ticket));
    }
  }

  stepping_random random_;
  std::map<std::uint64_t, collab::memory_pending_store> stores_;
  world in_;
  std::vector<std::vector<collab::client_stroke>> strokes_;
  std::vector<std::pair<participant*, std::uint64_t>> given_;
};

}  // namespace

TEST_SUITE("client/optimistic_board") {
  TEST_CASE("confirmed and shown are what a naive model makes of the same events") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
      CAPTURE(seed);
      two_boards both{seed};
      for (int i = 0; i < 60; ++i) {
        both.step();
      }
    }
  }

  TEST_CASE("people who do anything on lines that fail end with the same board") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      random_people people{seed};
      for (int i = 0; i < 120; ++i) {
        people.step();
      }
      people.finish();
    }
  }
}
