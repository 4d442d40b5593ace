#include "e2e/real_cut/pipelined_work.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <utility>

#include "collab/document/element.hpp"

namespace collab_test {
namespace {

constexpr std::size_t points = 40;

collab::element make_rect(std::string id, double x) {
  collab::element made{std::move(id), collab::element_kind::rect, {}};
  made.set(collab::property::x, x);
  made.set(collab::property::width, 10.0);
  made.set(collab::property::height, 5.0);
  return made;
}

collab::property_changes change(collab::property key, collab::property_value value) {
  collab::property_changes changes;
  changes.emplace_back(key, std::move(value));
  return changes;
}

class work_run {
 public:
  work_run(cut_world& world, const misfortune& what)
      : world_{world},
        what_{what},
        room_{world.new_room()},
        ann_{world.enter("Ann", true)},
        bob_{world.enter("Bob", false)},
        first_{world.proxy().connections()} {
    world.proxy().decide([this](const passing_message& each) { return judge(each); });
  }
  ~work_run() {
    world_.proxy().decide({});
    world_.forget(ann_.get());
    world_.forget(bob_.get());
  }
  work_run(const work_run&) = delete;
  work_run& operator=(const work_run&) = delete;

  work_outcome go(std::string& expected) {
    outcome_.wrong = prepare();
    if (outcome_.wrong.empty()) {
      work();
      outcome_.wrong = wait_and_compare(expected);
    }
    outcome_.resumes = ann_->resumes;
    outcome_.gaps = ann_->gaps;
    outcome_.stroke_gaps = ann_->stroke_gaps;
    return outcome_;
  }

 private:
  // One operation and what must become of it.
  struct asked {
    std::string_view what;
    absl::StatusOr<collab::operation_ticket> ticket;
    absl::StatusCode code = absl::StatusCode::kOk;
  };

  fate judge(passing_message each) {
    each.connection -= first_;
    if (each.connection == 0) {
      (each.way == flow::up ? outcome_.up : outcome_.down) = each.number;
      (each.way == flow::up ? outcome_.up_types : outcome_.down_types).push_back(each.type);
    }
    const fate decided = what_ ? what_(each, kills_) : fate::pass;
    outcome_.was_hit = outcome_.was_hit || kills_ || decided != fate::pass;
    return decided;
  }

  void turn(std::chrono::microseconds wait = {}) {
    world_.turn(wait);
    if (std::exchange(kills_, false)) {
      world_.restart_server();
    }
  }

  [[nodiscard]] bool turn_until(const std::function<bool()>& is_done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!is_done()) {
      if (std::chrono::steady_clock::now() >= until) {
        return false;
      }
      turn(std::chrono::microseconds{200});
    }
    return true;
  }

  std::string prepare() {
    if (!bob_->board.join(room_).ok() || !bob_->board.put(make_rect("bob-1", 1)).ok() ||
        !bob_->board.put(make_rect("bob-2", 2)).ok() ||
        !turn_until([&] { return bob_->is_joined() && bob_->outcomes.size() == 2; })) {
      return "Bob can't prepare the board";
    }
    if (!ann_->board.join(room_).ok() || !turn_until([&] { return ann_->is_joined(); })) {
      return "Ann is not joined";
    }
    return {};
  }

  void work() {
    collab::client& board = ann_->board;
    collab::client_stroke stroke = board.begin_stroke({.width = 3, .id = "ann-stroke"});
    for (std::size_t at = 0; at < points; ++at) {
      const float step = static_cast<float>(at);
      if (!stroke
               .extend({.x = 3 * step,
                        .y = 20 * std::sin(step / 5),
                        .t = 8 * static_cast<std::uint32_t>(at)})
               .ok()) {
        ann_->complaints.push_back("a point was not taken");
      }
      turn();
    }
    // One turn each: every operation is a message of its own, and nobody waits for an answer.
    const auto ask = [&](std::string_view what, absl::StatusOr<collab::operation_ticket> ticket,
                         absl::StatusCode code = absl::StatusCode::kOk) {
      asked_.push_back({what, std::move(ticket), code});
      turn();
    };
    ask("stroke", stroke.end());
    ask("put 1", board.put(make_rect("ann-1", 10)));
    ask("set", board.set("ann-1", change(collab::property::x, 12.0)));
    ask("set on a condition",
        board.set("bob-1", change(collab::property::x, 99.0), {.if_seq = collab::seq_number{0}}),
        absl::StatusCode::kFailedPrecondition);
    ask("remove", board.remove({"bob-2"}));
    ask("put 2", board.put(make_rect("ann-2", 20)));
    ask("chat", board.say("all done"));
  }

  std::string wait_and_compare(std::string& expected) {
    for (const asked& each : asked_) {
      if (!each.ticket.ok()) {
        return fmt::format("{} was not taken: {}", each.what, each.ticket.status().ToString());
      }
    }
    // What undo takes back depends on what was done before it: it is asked when that is known.
    if (!turn_until([&] { return ann_->outcomes.size() == asked_.size() && ann_->is_joined(); })) {
      return fmt::format("{} of {} operations are answered", ann_->outcomes.size(), asked_.size());
    }
    const auto undone = ann_->board.undo(collab::undo_scope::mine);
    if (!undone.ok()) {
      return "undo was not taken: " + undone.status().ToString();
    }
    asked_.push_back({"undo", undone});
    if (!turn_until([&] { return ann_->outcomes.contains(*undone); })) {
      return "undo is not answered";
    }
    for (const asked& each : asked_) {
      const operation_outcome& outcome = ann_->outcomes[*each.ticket];
      if (outcome.times != 1 || outcome.code != each.code) {
        return fmt::format("{}: told {} times, the last time {} ({})", each.what, outcome.times,
                           absl::StatusCodeToString(outcome.code), outcome.message);
      }
    }
    if (ann_->outcomes.size() != asked_.size()) {
      return "outcomes of operations that nobody asked for";
    }
    return compare_boards(expected);
  }

  std::string compare_boards(std::string& expected) {
    if (!turn_until([&] {
          return ann_->is_joined() && bob_->is_joined() && ann_->board.seq() == bob_->board.seq() &&
                 ann_->board.pending_count() == 0;
        })) {
      return "not everybody is told everything";
    }
    for (const participant* each : {ann_.get(), bob_.get()}) {
      if (!each->complaints.empty()) {
        return each->complaints.front();
      }
    }
    std::string found = world_.elements(
        room_, {{ann_->board.self().user, "Ann"}, {bob_->board.self().user, "Bob"}});
    for (const participant* each : {ann_.get(), bob_.get()}) {
      for (const collab::chat_message& said : each->board.chat()) {
        found += "\n" + said.text;
      }
    }
    if (expected.empty()) {
      expected = found;
    }
    if (found != expected) {
      return fmt::format("another board:\n{}\nfor\n{}", found, expected);
    }
    if (ann_->board.confirmed().content_digest() != bob_->board.confirmed().content_digest()) {
      return "Ann and Bob do not show the same";
    }
    return {};
  }

  cut_world& world_;
  const misfortune& what_;
  std::string room_;
  std::unique_ptr<participant> ann_;
  std::unique_ptr<participant> bob_;
  std::size_t first_;
  std::vector<asked> asked_;
  work_outcome outcome_;
  bool kills_ = false;
};

}  // namespace

work_outcome do_work(cut_world& world, const misfortune& what, std::string& expected) {
  return work_run{world, what}.go(expected);
}

}  // namespace collab_test
