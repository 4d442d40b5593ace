#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <span>

#include "report.hpp"
#include "report_fields.hpp"

namespace point_batching {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
    }
  }
  return out + "\"";
}

std::string quoted_list(std::span<const std::string> texts) {
  std::string out = "[";
  for (const std::string& each : texts) {
    out.append(out.size() > 1 ? ", " : "").append(quoted(each));
  }
  return out + "]";
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.10g}", value) : "null";
}

std::string row_object(const measurement& row) {
  std::string out = fmt::format("    {{\"policy\": {}, \"encoding\": {}", quoted(row.policy),
                                quoted(row.encoding));
  for (const report_field& field : report_fields) {
    fmt::format_to(std::back_inserter(out), ", \"{}\": {}", field.name, number(field.value(row)));
  }
  return out + "}";
}

std::string relay_object(const relay_cost& cost) {
  std::string out = fmt::format(
      "    {{\"set\": {}, \"points\": {}, \"points_per_message\": {}, \"bytes_per_point\": {}, "
      "\"bytes_per_point_max\": {}, \"bytes_met\": {}, \"json_event_bytes_per_point\": {}, "
      "\"ratio\": {}",
      quoted(cost.set), cost.points, cost.points_per_message, number(cost.binary_bytes_per_point),
      number(cost.bytes_per_point_max), cost.meets_bytes(), number(cost.event_bytes_per_point),
      number(cost.ratio()));
  if (cost.ratio_min > 0) {
    fmt::format_to(std::back_inserter(out), ", \"ratio_min\": {}, \"ratio_met\": {}",
                   number(cost.ratio_min), cost.meets_ratio());
  }
  return out + "}";
}

template <typename Item>
std::string objects(std::span<const Item> items, std::string (*object)(const Item&)) {
  std::string out;
  for (const Item& each : items) {
    out.append(out.empty() ? "\n" : ",\n").append(object(each));
  }
  return out;
}

}  // namespace

std::string to_json(const report& found) {
  return fmt::format(
      "{{\n  \"source\": {},\n  \"strokes\": {},\n  \"points\": {},\n  \"pen_down_seconds\": {},\n"
      "  \"sets\": {},\n  \"notes\": {},\n  \"compiler\": {},\n"
      "  \"rows\": [{}\n  ],\n  \"relay\": [{}\n  ]\n}}\n",
      quoted(found.source), found.strokes, found.points, number(found.seconds),
      quoted_list(found.sets), quoted_list(found.notes), quoted(compiler_name()),
      objects<measurement>(found.rows, row_object), objects<relay_cost>(found.relay, relay_object));
}

}  // namespace point_batching
