#include "measurement.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "collab/ink/gap_interpolator.hpp"
#include "cpu_time.hpp"
#include "percentile.hpp"
#include "redrawn_curve.hpp"
#include "stroke_player.hpp"
#include "stroke_relay.hpp"

namespace point_batching {
namespace {

using collab::point;

// Points of all strokes, one after another.
struct point_rows {
  std::vector<point> points;
  // Where each stroke ends.
  std::vector<std::size_t> ends;

  [[nodiscard]] std::span<const point> row(std::size_t index) const {
    const std::size_t first = index == 0 ? 0 : ends[index - 1];
    return std::span{points}.subspan(first, ends[index] - first);
  }
};

// Plays everything, and calls begin() before each stroke and message(points, leaves).
template <typename Begin, typename Message>
void play_all(const policy& rules, const drawn_strokes& drawn, Begin&& begin, Message&& message) {
  stroke_player player{rules};
  for (const drawn_stroke& each : drawn.strokes) {
    begin();
    player.play(each.points, [&](std::span<const point> points, std::size_t,
                                 collab::duration leaves) { message(points, leaves); });
  }
}

// ---- Latency

// The samples as the stages that drop points see them.
std::vector<point> shaped(const policy& rules, const std::vector<point>& samples) {
  if (!rules.smoother) {
    return samples;
  }
  std::vector<point> smooth;
  collab::one_euro_smoother smoother{*rules.smoother};
  smoother.append(samples, smooth);
  return smooth;
}

struct sent_point {
  point sent;
  collab::duration leaves;
};

// Adds what each of `samples` waits for. A sample's point is found by its bits: what is sent
// is unchanged and in order, and of equal ones in a row any will do.
void add_latencies(const std::vector<point>& samples, const std::vector<point>& shapes,
                   const std::vector<sent_point>& sent, std::vector<double>& latencies) {
  std::size_t next = 0;
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    at = std::max(at, samples[i].t);
    std::size_t shows = std::min(next, sent.size() - 1);
    if (next < sent.size() && sent[next].sent == shapes[i]) {
      ++next;
    } else if (next > 0 && sent[next - 1].sent == shapes[i]) {
      shows = next - 1;
    }
    const std::chrono::duration<double, std::milli> waited =
        sent[shows].leaves - std::chrono::milliseconds{at};
    latencies.push_back(waited.count());
  }
}

std::vector<double> latencies_of(const policy& rules, const drawn_strokes& drawn) {
  std::vector<double> latencies;
  latencies.reserve(drawn.points());
  stroke_player player{rules};
  std::vector<sent_point> sent;
  for (const drawn_stroke& each : drawn.strokes) {
    sent.clear();
    player.play(each.points,
                [&](std::span<const point> points, std::size_t, collab::duration leaves) {
                  for (const point& one : points) {
                    sent.push_back({one, leaves});
                  }
                });
    add_latencies(each.points, shaped(rules, each.points), sent, latencies);
  }
  return latencies;
}

// ---- Deviation

point_rows decoded(const policy& rules, const named_encoding& written, const drawn_strokes& drawn) {
  const auto writer = written.make();
  stroke_relay relay{*writer};
  point_rows rows;
  bool is_first = true;
  play_all(
      rules, drawn,
      [&] {
        if (!std::exchange(is_first, false)) {
          rows.ends.push_back(rows.points.size());
        }
        relay.begin();
      },
      [&](std::span<const point> points, collab::duration) {
        relay.extend(points,
                     [&](std::string_view payload) { writer->decode(payload, rows.points); });
      });
  rows.ends.push_back(rows.points.size());
  return rows;
}

deviation summary(std::vector<double>& values) {
  return {.p99 = percentile(values, 99), .greatest = percentile(values, 100)};
}

// The distance of every raw input point from the curve that draw(points) makes of its stroke.
template <typename Draw>
deviation deviation_from(const point_rows& rows, const drawn_strokes& drawn, Draw&& draw) {
  std::vector<double> distances;
  distances.reserve(drawn.points());
  for (std::size_t i = 0; i < drawn.strokes.size(); ++i) {
    redrawn_curve curve{draw(rows.row(i))};
    for (const point& each : drawn.strokes[i].points) {
      distances.push_back(curve.distance_to(each));
    }
  }
  return summary(distances);
}

void set_deviations(const point_rows& rows, const drawn_strokes& drawn, measurement& of) {
  of.straight = deviation_from(rows, drawn, [](std::span<const point> points) { return points; });
  // Short enough for the lines between to lie on the curve, as far as can be seen.
  collab::gap_interpolator fill{{.distance_max = 2, .curve = collab::gap_curve::centripetal}};
  std::vector<point> filled;
  of.curved = deviation_from(rows, drawn, [&](std::span<const point> points) {
    filled.clear();
    fill.append(points, filled);
    fill.finish(filled);
    return std::span<const point>{filled};
  });
}

// ---- CPU time

double cpu_ns_per_point(const policy& rules, const named_encoding& written,
                        const drawn_strokes& drawn) {
  const auto writer = written.make();
  stroke_relay relay{*writer};
  std::uint64_t bytes = 0;
  const auto pass = [&] {
    play_all(
        rules, drawn, [&] { relay.begin(); },
        [&](std::span<const point> points, collab::duration) {
          relay.extend(points, [&](std::string_view payload) { bytes += payload.size(); });
        });
  };
  const std::chrono::duration<double, std::nano> time = median_cpu_time(pass);
  const std::size_t points = drawn.points();
  return points == 0 || bytes == 0 ? 0 : time.count() / static_cast<double>(points);
}

}  // namespace

wire_cost cost_of(const policy& rules, const named_encoding& written, const drawn_strokes& drawn) {
  const auto writer = written.make();
  stroke_relay relay{*writer};
  wire_cost cost{.raw_points = drawn.points()};
  play_all(
      rules, drawn, [&] { relay.begin(); },
      [&](std::span<const point> points, collab::duration) {
        cost.sent_points += points.size();
        relay.extend(points, [&](std::string_view payload) {
          ++cost.messages;
          cost.bytes += websocket_bytes(payload.size());
        });
      });
  return cost;
}

absl::StatusOr<std::vector<measurement>> measure(const policy& rules,
                                                 std::span<const named_encoding* const> written,
                                                 const drawn_strokes& drawn) {
  std::vector<double> latencies = latencies_of(rules, drawn);
  const double latency_p50 = percentile(latencies, 50);
  const double latency_p99 = percentile(latencies, 99);
  const std::chrono::duration<double> seconds = drawn.time();
  std::vector<measurement> all;
  // Encodings that round alike are drawn alike.
  std::vector<point_rows> seen;
  for (const named_encoding* each : written) {
    measurement& row = all.emplace_back();
    row.policy = rules.name;
    row.encoding = each->name;
    row.cost = cost_of(rules, *each, drawn);
    if (seconds.count() > 0) {
      row.messages_per_second = static_cast<double>(row.cost.messages) / seconds.count();
      row.bytes_per_second = static_cast<double>(row.cost.bytes) / seconds.count();
    }
    row.latency_p50 = latency_p50;
    row.latency_p99 = latency_p99;
    point_rows& rows = seen.emplace_back(decoded(rules, *each, drawn));
    if (rows.points.size() != row.cost.sent_points) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::string{each->name}, ": of ", row.cost.sent_points,
                       " points that were written, ", rows.points.size(), " can be read"));
    }
    const auto alike = std::ranges::find_if(
        seen, [&](const point_rows& other) { return other.points == rows.points; });
    if (const auto at = static_cast<std::size_t>(alike - seen.begin()); at + 1 < seen.size()) {
      row.straight = all[at].straight;
      row.curved = all[at].curved;
    } else {
      set_deviations(rows, drawn, row);
    }
    row.cpu_ns_per_point = cpu_ns_per_point(rules, *each, drawn);
  }
  return all;
}

}  // namespace point_batching
