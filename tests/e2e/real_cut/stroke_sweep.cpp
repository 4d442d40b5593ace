#include "e2e/real_cut/stroke_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "collab/core/limits.hpp"
#include "collab/ink/live_points.hpp"

namespace collab_test {
namespace {

constexpr unsigned join_type = 1;
constexpr std::string_view ann_stroke = "ann-stroke";
constexpr std::string_view bob_stroke = "bob-stroke";

// A spiral that a pen presses unevenly: every point differs from all others.
std::vector<collab::point> draw_spiral(double x, double y) {
  std::vector<collab::point> points;
  for (std::size_t at = 0; at < stroke_points; ++at) {
    const double turn = static_cast<double>(at) * 0.05;
    points.push_back({.x = static_cast<float>(x + (20 + turn * 9) * std::cos(turn)),
                      .y = static_cast<float>(y + (20 + turn * 9) * std::sin(turn)),
                      .pressure = static_cast<float>(0.5 + 0.4 * std::sin(turn * 0.7)),
                      .t = static_cast<std::uint32_t>(at * 8)});
  }
  return points;
}

// What `points` take on the wire: a run, in messages of as many as one may have.
std::size_t wire_bytes(std::span<const collab::point> points) {
  collab::live_point_encoder encoder;
  std::string bytes;
  while (!points.empty()) {
    const std::size_t count = std::min(points.size(), collab::limits{}.points_per_message);
    if (!encoder.append(points.first(count), bytes).ok()) {
      return 0;
    }
    points = points.subspan(count);
  }
  return bytes.size();
}

// One of the two who draw.
struct hand {
  participant& who;
  std::string_view id;
  std::vector<collab::point> points;
  collab::client_stroke stroke{};
  std::size_t drawn = 0;
  std::optional<collab::operation_ticket> ticket{};

  // Draws the next `count` points.
  void draw(std::size_t count) {
    if (drawn == 0) {
      stroke = who.board.begin_stroke({.width = 3, .id = std::string{id}});
    }
    count = std::min(count, points.size() - drawn);
    if (count > 0 && !stroke.extend(std::span{points}.subspan(drawn, count)).ok()) {
      who.complaints.push_back("a point was not taken");
    }
    drawn += count;
  }
  void end() {
    if (const auto ended = stroke.end(); ended.ok()) {
      ticket = *ended;
    } else {
      who.complaints.push_back("the end was not taken: " + ended.status().ToString());
    }
  }
  [[nodiscard]] bool is_done() const {
    return ticket.has_value() && who.outcomes.contains(*ticket);
  }
  [[nodiscard]] std::string problem() const {
    if (!who.complaints.empty()) {
      return who.complaints.front();
    }
    const auto found = who.outcomes.find(*ticket);
    if (who.outcomes.size() != 1 || found == who.outcomes.end() || found->second.times != 1 ||
        found->second.code != absl::StatusCode::kOk) {
      return "the stroke was not acknowledged once";
    }
    return who.board.pending_count() == 0 ? "" : "something is still pending";
  }
};

// One run.
class sweep_run {
 public:
  sweep_run(cut_world& world, const cut_position& at)
      : world_{world},
        at_{at},
        room_{world.new_room()},
        ann_{world.enter("Ann", true)},
        bob_{world.enter("Bob", false)},
        pen_{*ann_, ann_stroke, draw_spiral(500, 500)},
        other_{*bob_, bob_stroke, draw_spiral(-500, 0)} {
    first_ = world.proxy().connections();
    world.proxy().decide([this](const passing_message& each) { return judge(each); });
  }
  ~sweep_run() {
    world_.proxy().decide({});
    world_.forget(ann_.get());
    world_.forget(bob_.get());
  }
  sweep_run(const sweep_run&) = delete;
  sweep_run& operator=(const sweep_run&) = delete;

  sweep_outcome go(std::string& expected) {
    outcome_.wrong = draw_all();
    if (outcome_.wrong.empty()) {
      outcome_.wrong = compare(expected);
    }
    return outcome_;
  }

 private:
  fate judge(const passing_message& each) {
    if (each.connection == first_) {
      (each.way == flow::up ? outcome_.up : outcome_.down) = each.number;
      if (each.way == at_.way && each.number == at_.message) {
        outcome_.was_cut = true;
        joins_before_cut_ = ann_->joins;
        return at_.how;
      }
    } else if (each.way == flow::up && is_counting_) {
      (each.type == join_type ? outcome_.join_bytes : outcome_.resent_bytes) += each.bytes.size();
      outcome_.resent += fmt::format(" {}:{}", each.type, each.bytes.size());
    }
    return fate::pass;
  }

  std::string draw_all() {
    if (!ann_->board.join(room_).ok() || !bob_->board.join(room_).ok()) {
      return "the room's name is refused";
    }
    if (!world_.turn_until([&] { return ann_->is_joined() && bob_->is_joined(); })) {
      return "not joined";
    }
    pen_.draw(1);
    if (!world_.turn_until([&] { return bob_->live_points(ann_stroke).has_value(); })) {
      return "Bob does not see that Ann begins";
    }
    other_.draw(1);
    world_.turn();
    while (pen_.drawn < stroke_points && is_counting_) {
      if (outcome_.was_cut && !at_.draws_on && !is_back()) {
        world_.turn(std::chrono::microseconds{200});
        continue;
      }
      pen_.draw(1);
      other_.draw(1);
      world_.turn();
      if (is_back()) {
        break;
      }
    }
    if (outcome_.was_cut) {
      if (std::string wrong = settle(); !wrong.empty()) {
        return wrong;
      }
    }
    pen_.draw(stroke_points);
    other_.draw(stroke_points);
    pen_.end();
    other_.end();
    if (!world_.turn_until([&] { return pen_.is_done() && other_.is_done(); })) {
      return fmt::format("no answer: Ann's {}, Bob's {}", pen_.is_done(), other_.is_done());
    }
    if (outcome_.was_cut && is_counting_) {  // The cut came after the last point.
      return settle();
    }
    return {};
  }

  // Whether Ann has been cut off and is in the room again.
  [[nodiscard]] bool is_back() const {
    return outcome_.was_cut && ann_->is_joined() && ann_->joins > joins_before_cut_;
  }

  // All that was drawn has arrived: what was sent for that is counted.
  std::string settle() {
    const bool has_arrived = world_.turn_until([&] {
      const auto seen = bob_->live_points(ann_stroke);
      return is_back() && (seen == pen_.drawn || pen_.is_done());
    });
    if (!has_arrived) {
      return fmt::format("after the cut Bob does not see all {} points", pen_.drawn);
    }
    is_counting_ = false;
    std::size_t have = 0;
    if (ann_->resumed.has_value()) {
      outcome_.was_resumed = true;
      // A stroke that is over is not among those that go on.
      have = pen_.is_done() ? stroke_points : 0;
      for (const collab::own_live_stroke& each : ann_->resumed->own) {
        have = each.id == ann_stroke ? each.have : have;
      }
    }
    outcome_.missing_points = pen_.drawn - std::min(have, pen_.drawn);
    outcome_.missing_bytes = wire_bytes(std::span{pen_.points}.subspan(
        pen_.drawn - outcome_.missing_points, outcome_.missing_points));
    return {};
  }

  std::string compare(std::string& expected) {
    const bool is_told = world_.turn_until([&] {
      return ann_->board.seq() == bob_->board.seq() && ann_->board.confirmed().size() == 2 &&
             bob_->board.confirmed().size() == 2;
    });
    if (!is_told) {
      return "not everybody is told everything";
    }
    for (const hand* each : {&pen_, &other_}) {
      if (std::string wrong = each->problem(); !wrong.empty()) {
        return wrong;
      }
    }
    const std::string found = world_.elements(
        room_, {{ann_->board.self().user, "Ann"}, {bob_->board.self().user, "Bob"}});
    if (expected.empty()) {
      expected = found;
    }
    if (found != expected) {
      return fmt::format("another board: {} for {} bytes", found.size(), expected.size());
    }
    if (ann_->board.confirmed().content_digest() != bob_->board.confirmed().content_digest()) {
      return "Ann and Bob do not show the same";
    }
    if (ann_->board.document().size() != 2 || !ann_->board.live_strokes().empty() ||
        !bob_->board.live_strokes().empty()) {
      return "something is still being drawn";
    }
    return {};
  }

  cut_world& world_;
  cut_position at_;
  std::string room_;
  std::unique_ptr<participant> ann_;
  std::unique_ptr<participant> bob_;
  hand pen_;
  hand other_;
  sweep_outcome outcome_;
  std::size_t first_ = 0;
  std::size_t joins_before_cut_ = 0;
  bool is_counting_ = true;
};

}  // namespace

std::string describe(const cut_position& at) {
  const std::string_view how = at.how == fate::cut_before  ? "before"
                               : at.how == fate::cut_after ? "after"
                                                           : "inside";
  return fmt::format("{} message {} {}{}", how, at.message,
                     at.way == flow::up ? "to the server" : "from the server",
                     at.draws_on ? ", drawing on" : "");
}

sweep_outcome draw_and_cut(cut_world& world, const cut_position& at, std::string& expected) {
  return sweep_run{world, at}.go(expected);
}

}  // namespace collab_test
