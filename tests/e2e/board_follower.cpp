#include "e2e/board_follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace collab_test {
namespace {

using simdjson::dom::element;

std::string text(element of, std::string_view name) {
  return std::string{std::string_view{of[name]}};
}
std::uint64_t number(element of, std::string_view name) { return std::uint64_t{of[name]}; }
bool has(element of, std::string_view name) { return of[name].error() == simdjson::SUCCESS; }

std::vector<wire_point> read_points(element of) {
  std::vector<wire_point> points;
  for (const element each : simdjson::dom::array{of["points"]}) {
    wire_point read{};
    std::size_t at = 0;
    for (const element value : simdjson::dom::array{each}) {
      if (at == read.size()) {
        throw simdjson::simdjson_error{simdjson::INDEX_OUT_OF_BOUNDS};
      }
      read[at++] = double{value};
    }
    // The server sends all four.
    if (at != read.size()) {
      throw simdjson::simdjson_error{simdjson::INDEX_OUT_OF_BOUNDS};
    }
    points.push_back(read);
  }
  return points;
}

}  // namespace

seen_stroke read_stroke(element from) {
  return {text(from, "userId"),
          text(from, "index"),
          text(from, "tool"),
          text(from, "color"),
          double{from["width"]},
          read_points(from),
          0};
}

board_follower::board_follower(client_loop& loop, std::uint16_t port, std::string_view room,
                               std::string_view name)
    : name_{fmt::format("{} in {}", name, room)},
      client_{loop, port, room, [this](element message) { take(message); }} {
  client_.send(fmt::format(R"({{"type":"room:join","name":"{}"}})", name));
}

void board_follower::complain(std::string what) {
  if (problems_.size() < 20) {
    problems_.push_back(name_ + ": " + std::move(what));
  }
}

void board_follower::take(element message) {
  try {
    const std::string_view type{message["type"]};
    if (is_arriving_ && type != "room:chunk") {
      complain(fmt::format("{} came between the parts of the state", type));
    }
    if (!has_joined_ && type != "room:state") {
      complain(fmt::format("{} came before room:state", type));
    }
    take_known(type, message);
  } catch (const simdjson::simdjson_error& wrong) {
    complain(fmt::format("{}: {}", wrong.what(), simdjson::minify(message).substr(0, 300)));
  }
}

void board_follower::take_known(std::string_view type, element message) {
  // Those that tell about people, not about the board.
  constexpr std::array<std::string_view, 4> others = {"user:joined", "user:updated", "user:left",
                                                      "cursor:move"};
  if (type == "room:state") {
    take_state(message);
  } else if (type == "room:chunk") {
    take_chunk(message);
  } else if (type == "room:digest") {
    if (number(message, "seq") != seq_) {
      complain(fmt::format("a digest at {} came after {}", number(message, "seq"), seq_));
    }
  } else if (type == "stroke:start") {
    take_start(message);
  } else if (type == "stroke:point") {
    take_points(message);
  } else if (type == "stroke:end") {
    take_end(message);
  } else if (type == "op:ack" || type == "op:reject") {
    take_outcome(message, type == "op:ack");
  } else if (type == "operation:undo" || type == "operation:redo") {
    take_undo(message, type == "operation:redo");
  } else if (type == "history:state") {
    can_undo_ = bool{message["canUndo"]};
    can_redo_ = bool{message["canRedo"]};
  } else if (type == "server:closing") {
    is_told_closing_ = true;
    static_cast<void>(number(message, "retryAfter"));
  } else if (std::find(others.begin(), others.end(), type) == others.end()) {
    complain(fmt::format("was not expected: {}", simdjson::minify(message).substr(0, 300)));
  }
}

void board_follower::take_state(element message) {
  if (std::exchange(has_joined_, true)) {
    complain("a second room:state");
  }
  user_ = text(message["you"].value(), "userId");
  seq_ = last_event_ = last_ack_ = number(message, "seq");
  for (const element each : simdjson::dom::array{message["elements"]}) {
    initial_.push_back(text(each, "id"));
  }
  for (const element each : simdjson::dom::array{message["live"]}) {
    const element stroke = each["stroke"];
    seen_stroke read = read_stroke(stroke);
    if (read.user != text(each, "userId")) {
      complain("a live stroke has two authors");
    }
    live_[text(stroke, "id")] = std::move(read);
  }
  initial_live_ = live_;
  is_arriving_ = bool{message["more"]};
  can_undo_ = bool{message["history"]["canUndo"]};
  can_redo_ = bool{message["history"]["canRedo"]};
}

void board_follower::take_chunk(element message) {
  if (!is_arriving_) {
    for (const element each : simdjson::dom::array{message["elements"]}) {
      undone_.back().restored_id = text(each, "id");
      ++undone_.back().restored_count;
    }
    return;
  }
  for (const element each : simdjson::dom::array{message["elements"]}) {
    initial_.push_back(text(each, "id"));
  }
  is_arriving_ = bool{message["more"]};
}

void board_follower::take_start(element message) {
  const element stroke = message["stroke"];
  std::string id = text(stroke, "id");
  seen_stroke read = read_stroke(stroke);
  if (read.user != text(message, "userId")) {
    complain(fmt::format("stroke {} has two authors", id));
  }
  if (live_.contains(id) || ended_.contains(id)) {
    complain(fmt::format("stroke {} began twice", id));
  }
  started_.push_back(id);
  live_[std::move(id)] = std::move(read);
}

void board_follower::take_points(element message) {
  const std::string id = text(message, "strokeId");
  const auto found = live_.find(id);
  if (found == live_.end()) {
    complain(fmt::format("points of stroke {}, which is not being drawn", id));
    return;
  }
  seen_stroke& stroke = found->second;
  const std::uint64_t from = number(message, "from");
  if (from != stroke.points.size()) {
    complain(
        fmt::format("stroke {}: points from {}, but {} are there", id, from, stroke.points.size()));
  }
  if (stroke.user != text(message, "userId")) {
    complain(fmt::format("stroke {}: points of another author", id));
  }
  const std::vector<wire_point> more = read_points(message);
  if (more.empty()) {
    complain(fmt::format("stroke {}: a stroke:point without points", id));
  }
  stroke.points.insert(stroke.points.end(), more.begin(), more.end());
}

void board_follower::take_end(element message) {
  take_seq(message, false, false);
  const std::string id = text(message, "strokeId");
  const auto found = live_.find(id);
  if (found == live_.end()) {
    complain(fmt::format("stroke {} ended without a beginning", id));
    return;
  }
  seen_stroke stroke = std::move(found->second);
  live_.erase(found);
  if (has(message, "stroke")) {
    stroke = read_stroke(message["stroke"]);
    ++came_whole_;
  }
  if (number(message, "count") != stroke.points.size()) {
    complain(fmt::format("stroke {} ended with {} points, but {} came", id,
                         number(message, "count"), stroke.points.size()));
  }
  stroke.seq = number(message, "seq");
  ended_[id] = std::move(stroke);
}

void board_follower::take_outcome(element message, bool is_ack) {
  if (number(message, "op") != acks_.size() + 1) {
    complain(fmt::format("the outcome of operation {} came after {} others", number(message, "op"),
                         acks_.size()));
  }
  if (is_ack) {
    // An undo has both an event and an ack, with the same seq, in either order.
    take_seq(message, true, !undone_.empty() && undone_.back().seq == number(message, "seq"));
    acks_.push_back(number(message, "seq"));
    return;
  }
  acks_.push_back(0);
  rejected_ = text(message, "code");
  if (!may_reject_) {
    complain(fmt::format("{}", simdjson::minify(message)));
  }
}

void board_follower::take_undo(element message, bool is_redo) {
  take_seq(message, false, true);
  seen_undo seen;
  seen.is_redo = is_redo;
  seen.seq = number(message, "seq");
  seen.target = number(message, "target");
  seen.outcome = text(message, "outcome");
  for (const element each : simdjson::dom::array{message["removed"]}) {
    seen.removed.emplace_back(std::string_view{each});
  }
  for (const element each : simdjson::dom::array{message["restored"]}) {
    seen.restored_id = text(each, "id");
    seen.restored = read_stroke(each);
    ++seen.restored_count;
  }
  undone_.push_back(std::move(seen));
}

void board_follower::take_seq(element message, bool is_ack, bool may_repeat) {
  const std::uint64_t seq = number(message, "seq");
  std::uint64_t& own = is_ack ? last_ack_ : last_event_;
  const bool is_second = may_repeat && seq == seq_ && seq > own;
  if (seq != seq_ + 1 && !is_second) {
    complain(fmt::format("seq {} came after {}", seq, seq_));
  }
  own = seq;
  seq_ = std::max(seq_, seq);
}

}  // namespace collab_test
