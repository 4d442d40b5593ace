#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "encoding.hpp"
#include "policy.hpp"
#include "report.hpp"

namespace point_batching {
namespace {

constexpr std::string_view how_to_read =
    "msg/s, B/s: of one who draws, while the pen is down. B/pt: bytes on the connection for\n"
    "each raw input point, headers included. sent: points that are sent, of the raw ones.\n"
    "line, curve: px from a raw input point to what is drawn of the decoded points with\n"
    "straight lines, with a Catmull-Rom curve. wait: ms from the sample to when the message\n"
    "leaves that shows it. CPU: ns a raw point, policy, relay and encoding.\n";

void append_head(const report& found, std::string& text) {
  std::string sets;
  for (const std::string& each : found.sets) {
    sets.append(sets.empty() ? "" : ", ").append(each);
  }
  fmt::format_to(std::back_inserter(text),
                 "Strokes: {}\n{} strokes, {} points, pen down for {:.1f} s; sets: {}\n"
                 "Compiler: {}\n",
                 found.source, found.strokes, found.points, found.seconds, sets, compiler_name());
  for (const std::string& each : found.notes) {
    text.append("Note: ").append(each).append("\n");
  }
}

void append_rows(const report& found, std::string& text) {
  std::size_t width = 6;
  for (const measurement& row : found.rows) {
    width = std::max(width, row.policy.size());
  }
  fmt::format_to(
      std::back_inserter(text),
      "{:<{}}  {:<10} {:>6} {:>7} {:>7} {:>5} {:>8} {:>8} {:>9} {:>9} {:>8} {:>8} {:>5}\n",
      "policy", width, "encoding", "msg/s", "B/s", "B/pt", "sent", "line p99", "line max",
      "curve p99", "curve max", "wait p50", "wait p99", "CPU");
  for (const measurement& row : found.rows) {
    const double sent = row.cost.raw_points == 0 ? 0
                                                 : static_cast<double>(row.cost.sent_points) * 100 /
                                                       static_cast<double>(row.cost.raw_points);
    fmt::format_to(std::back_inserter(text),
                   "{:<{}}  {:<10} {:>6.1f} {:>7.0f} {:>7.2f} {:>4.0f}% {:>8.3f} {:>8.3f} {:>9.3f} "
                   "{:>9.3f} {:>8.1f} {:>8.1f} {:>5.0f}\n",
                   row.policy, width, row.encoding, row.messages_per_second, row.bytes_per_second,
                   row.cost.bytes_per_point(), sent, row.straight.p99, row.straight.greatest,
                   row.curved.p99, row.curved.greatest, row.latency_p50, row.latency_p99,
                   row.cpu_ns_per_point);
  }
}

std::string_view verdict(bool is_met) { return is_met ? "met" : "missed"; }

void append_relay(const report& found, std::string& text) {
  text +=
      "\nLive relay, all in: bytes a point when every sample is sent, always so many a message\n"
      "but for a stroke's last; and how many times more one JSON event per point takes.\n";
  fmt::format_to(std::back_inserter(text),
                 "{:<12} {:>7} {:>7} {:>7} {:>8} {:<7} {:>10} {:>6}  {}\n", "set", "points",
                 "pt/msg", "B/pt", "at most", "", "json-event", "ratio", "at least");
  for (const relay_cost& each : found.relay) {
    fmt::format_to(std::back_inserter(text),
                   "{:<12} {:>7} {:>7} {:>7.3f} {:>8.0f} {:<7} {:>10.2f} {:>6.1f}", each.set,
                   each.points, each.points_per_message, each.binary_bytes_per_point,
                   each.bytes_per_point_max, verdict(each.meets_bytes()),
                   each.event_bytes_per_point, each.ratio());
    if (each.ratio_min > 0) {
      fmt::format_to(std::back_inserter(text), "  {:.0f} {}", each.ratio_min,
                     verdict(each.meets_ratio()));
    }
    text += '\n';
  }
}

}  // namespace

std::string compiler_name() {
#if defined(__clang__)
  std::string name = "clang " __clang_version__;
#elif defined(__GNUC__)
  std::string name = "gcc " __VERSION__;
#else
  std::string name = "unknown";
#endif
#if defined(__OPTIMIZE__)
  return name + ", optimised";
#else
  return name + ", not optimised: CPU times mean nothing";
#endif
}

std::string to_text(const report& found) {
  std::string text;
  append_head(found, text);
  text.append("\n").append(how_to_read).append("\n");
  append_rows(found, text);
  append_relay(found, text);
  return text;
}

}  // namespace point_batching
