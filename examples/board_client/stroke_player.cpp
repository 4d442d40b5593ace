// examples/board_client/stroke_player.cpp

#include "stroke_player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "data/stroke_files.hpp"

absl::Status stroke_player::step(collab::instant now) {
  while (at_ < strokes_.size()) {
    const std::vector<collab::point>& points = strokes_[at_];
    if (!began_.has_value()) {
      began_ = now;
    }
    if (now < *began_) {
      return absl::OkStatus();  // Between two strokes.
    }
    if (next_ == 0) {
      stroke_ = board_.begin_stroke(options_.style);
    }
    const auto elapsed = std::chrono::duration<double, std::milli>{now - *began_} * options_.speed;
    const std::size_t first = next_;
    while (next_ < points.size() && static_cast<double>(points[next_].t) <= elapsed.count()) {
      ++next_;
    }
    if (next_ > first) {
      const std::span<const collab::point> due{points.data() + first, next_ - first};
      if (absl::Status status = stroke_.extend(due); !status.ok()) {
        if (absl::IsResourceExhausted(status)) {
          next_ = first;  // Later, when the server has caught up.
          return absl::OkStatus();
        }
        return status;
      }
      points_drawn_ += due.size();
    }
    if (next_ < points.size()) {
      return absl::OkStatus();
    }
    const auto ended = stroke_.end();
    if (absl::IsResourceExhausted(ended.status())) {
      return absl::OkStatus();
    }
    if (!ended.ok()) {
      return ended.status();
    }
    ++at_;
    next_ = 0;
    began_ = now + std::chrono::duration_cast<collab::duration>(
                       std::chrono::duration<double, std::nano>{options_.pause} / options_.speed);
  }
  return absl::OkStatus();
}

absl::Status read_strokes(const std::string& path, std::vector<std::vector<collab::point>>& into) {
  collab_test::stroke_collection read = collab_test::load_strokes_at(path);
  if (!read.damaged.empty()) {
    return absl::InvalidArgumentError(fmt::format("--draw '{}': {}", path, read.damaged.front()));
  }
  std::size_t found = 0;
  for (collab_test::recorded_stroke& each : read.strokes) {
    std::uint32_t latest = 0;
    for (collab::point& sample : each.points) {
      latest = std::max(latest, sample.t);
      sample.t = latest;
      if (!collab::is_valid(sample)) {
        return absl::InvalidArgumentError(
            fmt::format("--draw '{}': a stroke has a point that no board can hold: {}, {}", path,
                        sample.x, sample.y));
      }
    }
    found += each.points.empty() ? 0 : 1;
    if (!each.points.empty()) {
      into.push_back(std::move(each.points));
    }
  }
  return found > 0 ? absl::OkStatus()
                   : absl::InvalidArgumentError(fmt::format("--draw '{}': no strokes", path));
}
