#include "e2e/replay_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace collab_test {
namespace {

using milliseconds = std::chrono::milliseconds;

constexpr milliseconds frame{16};
constexpr milliseconds pause_max{250};
constexpr milliseconds between_strokes{60};

milliseconds cost(const planned_stroke& stroke) { return stroke.length() + between_strokes; }

std::vector<planned_batch> make_batches(const std::vector<collab::point>& points,
                                        std::size_t points_per_message) {
  std::vector<planned_batch> batches;
  milliseconds now{0};
  std::uint32_t before = points.front().t;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].t > before) {
      now += std::min(milliseconds{points[i].t - before}, pause_max);
    }
    before = points[i].t;
    const milliseconds leaves = (now + frame - milliseconds{1}) / frame * frame;
    // A first batch of several points leaves at once, all with stroke:start.
    if (batches.empty() || batches.back().at != leaves ||
        i - batches.back().begin == points_per_message) {
      batches.push_back({leaves, i, i});
    }
    batches.back().end = i + 1;
  }
  return batches;
}

// Pieces of at most `points_max` points; one, if it is not longer.
std::vector<planned_stroke> plan_stroke(const recorded_stroke& recorded, std::size_t number,
                                        const replay_options& options) {
  constexpr std::array<const char*, 4> tools = {"pen", "pencil", "brush", "highlighter"};
  std::vector<planned_stroke> pieces;
  for (std::size_t at = 0; at < recorded.points.size(); at += options.points_per_stroke) {
    const std::size_t end = std::min(at + options.points_per_stroke, recorded.points.size());
    planned_stroke piece;
    piece.id = fmt::format("s{}.{}", number, pieces.size());
    piece.tool = tools[number % tools.size()];
    piece.color = fmt::format("#{:06x}", number * 7919 % 0x1000000);
    piece.width = 1 + static_cast<double>(number % 16) / 2;
    piece.points.assign(recorded.points.begin() + static_cast<std::ptrdiff_t>(at),
                        recorded.points.begin() + static_cast<std::ptrdiff_t>(end));
    std::transform(piece.points.begin(), piece.points.end(), std::back_inserter(piece.expected),
                   expected_point);
    piece.batches = make_batches(piece.points, options.points_per_message);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

// Deals `strokes` to so many drawers that none draws much longer than drawing_time.
void deal(std::vector<planned_stroke> strokes, const replay_options& options, replay_plan& plan) {
  constexpr std::size_t drawers_per_room = 3;
  milliseconds total{0};
  for (const planned_stroke& each : strokes) {
    total += cost(each);
  }
  const auto rooms =
      static_cast<std::size_t>(total / (options.drawing_time * drawers_per_room) + 1);
  const std::size_t drawers = rooms * drawers_per_room;
  std::vector<std::vector<planned_stroke>> dealt(drawers);
  std::vector<milliseconds> busy(drawers, milliseconds{0});
  for (planned_stroke& each : strokes) {
    const auto least = std::min_element(busy.begin(), busy.end());
    *least += cost(each);
    dealt[static_cast<std::size_t>(least - busy.begin())].push_back(std::move(each));
  }
  for (std::size_t i = 0; i < rooms; ++i) {
    planned_room room{fmt::format("replay-{}", i), {}};
    for (std::size_t k = 0; k < drawers_per_room; ++k) {
      room.drawers.push_back(std::move(dealt[i * drawers_per_room + k]));
    }
    plan.rooms.push_back(std::move(room));
  }
}

}  // namespace

std::size_t planned_room::strokes() const {
  std::size_t count = 0;
  for (const auto& each : drawers) {
    count += each.size();
  }
  return count;
}

wire_point expected_point(const collab::point& sent) {
  return {std::floor(16 * double{sent.x} + 0.5) / 16, std::floor(16 * double{sent.y} + 0.5) / 16,
          std::floor(1024 * double{sent.pressure} + 0.5) / 1024, static_cast<double>(sent.t)};
}

replay_plan make_plan(const stroke_collection& from, const replay_options& options) {
  replay_plan plan;
  const std::size_t count = std::min(options.strokes, from.strokes.size());
  std::vector<planned_stroke> all;
  for (std::size_t i = 0; i < count; ++i) {
    const recorded_stroke& chosen = from.strokes[i * from.strokes.size() / count];
    for (planned_stroke& each : plan_stroke(chosen, i, options)) {
      plan.points += each.points.size();
      all.push_back(std::move(each));
    }
  }
  plan.recorded = count;
  plan.strokes = all.size();

  // The shortest ones for the busy room are marked first, so that the rest keeps its order.
  std::vector<std::size_t> by_length(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    by_length[i] = i;
  }
  std::stable_sort(by_length.begin(), by_length.end(), [&all](std::size_t a, std::size_t b) {
    return all[a].length() < all[b].length();
  });
  by_length.resize(std::min(options.busy_strokes, all.size() / 2));
  planned_room busy{"replay-busy", {}};
  busy.drawers.resize(options.busy_drawers);
  for (std::size_t i = 0; i < by_length.size(); ++i) {
    busy.drawers[i % options.busy_drawers].push_back(std::move(all[by_length[i]]));
  }
  std::erase_if(all, [](const planned_stroke& each) { return each.points.empty(); });
  plan.rooms.push_back(std::move(busy));
  deal(std::move(all), options, plan);
  return plan;
}

std::string points_json(const std::vector<collab::point>& points, std::size_t begin,
                        std::size_t end) {
  std::string text = "[";
  for (std::size_t i = begin; i < end; ++i) {
    const collab::point& each = points[i];
    text += fmt::format("{}[{},{}", i == begin ? "" : ",", double{each.x}, double{each.y});
    if (each.t != 0) {
      text += fmt::format(",{},{}", double{each.pressure}, each.t);
    } else if (each.pressure != 0.5F) {
      text += fmt::format(",{}", double{each.pressure});
    }
    text += ']';
  }
  return text + ']';
}

std::string start_json(const planned_stroke& stroke) {
  return fmt::format(
      R"({{"type":"stroke:start","stroke":{{"id":"{}","tool":"{}","color":"{}","width":{},)"
      R"("points":{}}}}})",
      stroke.id, stroke.tool, stroke.color, stroke.width,
      points_json(stroke.points, 0, stroke.batches.front().end));
}

std::string batch_json(const planned_stroke& stroke, const planned_batch& batch) {
  // A single point takes the other form that there is now and then.
  if (batch.end - batch.begin == 1 && batch.begin % 5 == 0) {
    const collab::point& each = stroke.points[batch.begin];
    return fmt::format(R"({{"type":"stroke:point","strokeId":"{}","from":{},)"
                       R"("point":{{"x":{},"y":{},"pressure":{},"t":{}}}}})",
                       stroke.id, batch.begin, double{each.x}, double{each.y},
                       double{each.pressure}, each.t);
  }
  return fmt::format(R"({{"type":"stroke:point","strokeId":"{}","from":{},"points":{}}})",
                     stroke.id, batch.begin, points_json(stroke.points, batch.begin, batch.end));
}

std::string end_json(const planned_stroke& stroke, std::size_t operation) {
  return fmt::format(R"({{"type":"stroke:end","op":{},"strokeId":"{}","count":{}}})", operation,
                     stroke.id, stroke.points.size());
}

}  // namespace collab_test
