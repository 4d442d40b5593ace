#include "data/stroke_formats.hpp"

// Takes the functions that throw away, above all the silent conversions of an element.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace collab_test {
namespace {

namespace dom = simdjson::dom;

// A sample before it is one of ours: the time as the device has it.
struct sample {
  double x = 0;
  double y = 0;
  double pressure = 0.5;
  double t = 0;
};

// Keeps a stroke, with its times counted from its first sample in milliseconds.
void keep(const std::vector<sample>& samples, double milliseconds,
          std::vector<stroke_points>& strokes) {
  if (samples.empty()) {
    return;
  }
  stroke_points points;
  points.reserve(samples.size());
  for (const sample& each : samples) {
    const double t = std::round((each.t - samples[0].t) * milliseconds);
    points.push_back({.x = static_cast<float>(each.x),
                      .y = static_cast<float>(each.y),
                      .pressure = static_cast<float>(each.pressure),
                      .t = static_cast<std::uint32_t>(std::clamp(t, 0.0, 4e9))});
  }
  strokes.push_back(std::move(points));
}

// Reads a number; false, and `value` unchanged, if it is none or not finite.
bool read(const dom::element& from, double& value) {
  double number = 0;
  if (from.get(number) != simdjson::SUCCESS || !std::isfinite(number)) {
    return false;
  }
  value = number;
  return true;
}

bool read(const simdjson::simdjson_result<dom::element>& from, double& value) {
  dom::element found;
  return from.get(found) == simdjson::SUCCESS && read(found, value);
}

bool read(std::string_view text, double& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return false;
  }
  value = number;
  return true;
}

// Parses `text` and hands its root to `use`, which returns what is wrong with it.
template <class Use>
std::string with_json(std::string text, Use use) {
  dom::parser parser;
  dom::element root;
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  const auto error = parser.parse(text.data(), text.size(), false).get(root);
  return error == simdjson::SUCCESS ? use(root) : simdjson::error_message(error);
}

// Takes the part of `text` before `separator` off it.
std::string_view split(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string fault(std::string_view what, std::size_t number) {
  return std::string{what} + " " + std::to_string(number) + " is not as expected";
}

// ---- Points as objects

std::string read_objects(const dom::element& list, std::string_view time_key,
                         std::vector<stroke_points>& strokes) {
  dom::array points;
  if (list.get(points) != simdjson::SUCCESS) {
    return "a stroke is no array";
  }
  std::vector<sample> samples;
  for (const dom::element point : points) {
    sample& each = samples.emplace_back();
    if (!read(point["x"], each.x) || !read(point["y"], each.y) ||
        (!time_key.empty() && !read(point[time_key], each.t))) {
      return fault("point", samples.size());
    }
  }
  keep(samples, 1, strokes);
  return "";
}

// ---- Quick, Draw!

std::string read_drawing(const dom::element& drawing, std::vector<stroke_points>& strokes) {
  dom::array list;
  if (drawing["drawing"].get(list) != simdjson::SUCCESS) {
    return "a line is no drawing";
  }
  for (const dom::element stroke : list) {
    std::array<dom::array, 3> columns;
    for (std::size_t i = 0; i < 3; ++i) {
      if (stroke.at(i).get(columns[i]) != simdjson::SUCCESS ||
          columns[i].size() != columns[0].size()) {
        return fault("stroke", strokes.size() + 1);
      }
    }
    std::vector<sample> samples(columns[0].size());
    for (std::size_t axis = 0; axis < 3; ++axis) {
      constexpr double sample::* fields[] = {&sample::x, &sample::y, &sample::t};
      std::size_t i = 0;
      for (const dom::element value : columns[axis]) {
        if (!read(value, samples[i++].*fields[axis])) {
          return fault("stroke", strokes.size() + 1);
        }
      }
    }
    keep(samples, 1, strokes);
  }
  return "";
}

// ---- perfect-freehand

std::string read_tuples(const dom::element& list, std::vector<stroke_points>& strokes) {
  dom::array points;
  if (list.get(points) != simdjson::SUCCESS) {
    return "a stroke is no array";
  }
  if (points.size() > 0 && points.at(0).is_object()) {
    return read_objects(list, "", strokes);
  }
  std::vector<sample> samples;
  for (const dom::element point : points) {
    sample& each = samples.emplace_back();
    if (!read(point.at(0), each.x) || !read(point.at(1), each.y)) {
      return fault("point", samples.size());
    }
    // Its pressure is 0.5 throughout or made up, so it stays at that; no time is no fault.
    read(point.at(3), each.t);
  }
  keep(samples, 1, strokes);
  return "";
}

// ---- Points, one stroke a line

std::string read_points(const dom::element& list, std::vector<stroke_points>& strokes) {
  dom::array points;
  if (list.get(points) != simdjson::SUCCESS) {
    return "a line is no array";
  }
  std::vector<sample> samples;
  for (const dom::element point : points) {
    sample& each = samples.emplace_back();
    dom::array fields;
    if (point.get(fields) != simdjson::SUCCESS || !read(fields.at(0), each.x) ||
        !read(fields.at(1), each.y) || (fields.size() > 2 && !read(fields.at(2), each.pressure)) ||
        (fields.size() > 3 && !read(fields.at(3), each.t))) {
      return fault("point", samples.size());
    }
  }
  keep(samples, 1, strokes);
  return "";
}

// ---- Wacom's Universal Ink Model

struct channel {
  std::string id;
  double sample::* field = nullptr;
  double scale = 1;
};

std::string read_channels(const dom::element& root, std::vector<channel>& channels) {
  dom::array contexts;
  if (root["inputData"]["inputContextData"]["sensorContexts"].get(contexts) != simdjson::SUCCESS) {
    return "there are no sensor contexts";
  }
  for (const dom::element context : contexts) {
    dom::array groups;
    if (context["sensorChannelsContext"].get(groups) != simdjson::SUCCESS) {
      return "a sensor context has no channels";
    }
    for (const dom::element group : groups) {
      dom::array list;
      if (group["channels"].get(list) != simdjson::SUCCESS) {
        return "a sensor context has no channels";
      }
      for (const dom::element each : list) {
        std::string_view id;
        std::string_view type;
        if (each["id"].get(id) != simdjson::SUCCESS ||
            each["type"].get(type) != simdjson::SUCCESS) {
          return "a channel has no id or type";
        }
        double precision = 0;
        read(each["precision"], precision);
        channel found{.id = std::string{id}, .scale = std::pow(10, -precision)};
        if (type.ends_with("/X") || type.ends_with("/Y")) {
          found.field = type.ends_with("/X") ? &sample::x : &sample::y;
        } else if (type.ends_with("/Timestamp")) {
          found.field = &sample::t;
        } else if (type.ends_with("/Pressure")) {
          found.field = &sample::pressure;
        }
        channels.push_back(std::move(found));
      }
    }
  }
  return "";
}

std::string read_sensor_data(const dom::element& data, const std::vector<channel>& channels,
                             std::vector<stroke_points>& strokes) {
  dom::array lists;
  if (data["dataChannels"].get(lists) != simdjson::SUCCESS) {
    return fault("stroke", strokes.size() + 1);
  }
  std::vector<sample> samples;
  for (const dom::element list : lists) {
    std::string_view id;
    dom::array values;
    if (list["sensorChannelID"].get(id) != simdjson::SUCCESS ||
        list["values"].get(values) != simdjson::SUCCESS ||
        (!samples.empty() && values.size() != samples.size())) {
      return fault("stroke", strokes.size() + 1);
    }
    const auto found = std::find_if(channels.begin(), channels.end(),
                                    [&](const channel& each) { return each.id == id; });
    samples.resize(values.size());
    if (found == channels.end() || found->field == nullptr) {
      continue;
    }
    double sum = 0;
    std::size_t i = 0;
    for (const dom::element value : values) {
      double difference = 0;
      if (!read(value, difference)) {
        return fault("stroke", strokes.size() + 1);
      }
      sum += difference;
      samples[i++].*(found->field) = sum * found->scale;
    }
  }
  for (sample& each : samples) {
    each.pressure = std::clamp(each.pressure, 0.0, 1.0);
  }
  keep(samples, 1, strokes);
  return "";
}

// ---- Omniglot

std::string read_character(std::string_view text, std::vector<stroke_points>& strokes) {
  std::vector<sample> samples;
  std::size_t number = 0;
  while (!text.empty()) {
    std::string_view line = split(text, '\n');
    ++number;
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (line == "BREAK") {
      keep(samples, 1, strokes);
      samples.clear();
    } else if (!line.empty() && line != "START") {
      sample& each = samples.emplace_back();
      if (!read(split(line, ','), each.x) || !read(split(line, ','), each.y) ||
          !read(line, each.t)) {
        return fault("line", number);
      }
    }
  }
  return samples.empty() ? "" : "the last stroke does not end";
}

}  // namespace

std::string parse_quickdraw(std::string text, std::vector<stroke_points>& strokes) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = split(rest, '\n');
    if (line.empty()) {
      continue;
    }
    std::string why = with_json(std::string{line}, [&](const dom::element& drawing) {
      return read_drawing(drawing, strokes);
    });
    if (!why.empty()) {
      return why;
    }
  }
  return "";
}

std::string parse_omniglot(std::string text, std::vector<stroke_points>& strokes) {
  // POSIX.1-1988 tar: blocks of 512 bytes; a header has the size in octal at 124, the kind
  // at 156, and "ustar" at 257.
  constexpr std::size_t block = 512;
  const std::string_view tar = text;
  for (std::size_t at = 0; at + block <= tar.size();) {
    const std::string_view header = tar.substr(at, block);
    if (header.find_first_not_of('\0') == std::string_view::npos) {
      return "";  // The end is marked by blocks of zeros.
    }
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(header.data() + 124, header.data() + 136, size, 8);
    at += block;
    if (error != std::errc{} || header.substr(257, 5) != "ustar" || size > tar.size() - at) {
      return "the tar header at byte " + std::to_string(at - block) + " is not as expected";
    }
    if (const char kind = header[156]; kind == '0' || kind == '\0') {
      std::string why = read_character(tar.substr(at, size), strokes);
      if (!why.empty()) {
        const std::string_view name = header.substr(0, 100);
        return std::string{name.substr(0, name.find('\0'))} + ": " + why;
      }
    }
    at += (size + block - 1) / block * block;
  }
  return "the tar has no end";
}

std::string parse_perfect_freehand(std::string text, std::vector<stroke_points>& strokes) {
  return with_json(std::move(text), [&](const dom::element& root) -> std::string {
    dom::object named;
    if (root.get(named) != simdjson::SUCCESS) {
      return read_tuples(root, strokes);
    }
    for (const dom::key_value_pair each : named) {
      std::string why = read_tuples(each.value, strokes);
      if (!why.empty()) {
        return std::string{each.key} + ": " + why;
      }
    }
    return "";
  });
}

std::string parse_myscript(std::string text, std::vector<stroke_points>& strokes) {
  return with_json(std::move(text), [&](const dom::element& root) -> std::string {
    dom::array list;
    if (root.get(list) != simdjson::SUCCESS) {
      return "it is no array";
    }
    for (const dom::element each : list) {
      dom::element pointers;
      if (each["pointers"].get(pointers) != simdjson::SUCCESS) {
        continue;  // A shape.
      }
      std::string why = read_objects(pointers, "t", strokes);
      if (!why.empty()) {
        return why;
      }
    }
    return "";
  });
}

std::string parse_wacom_uim(std::string text, std::vector<stroke_points>& strokes) {
  return with_json(std::move(text), [&](const dom::element& root) -> std::string {
    std::vector<channel> channels;
    std::string why = read_channels(root, channels);
    dom::array list;
    if (why.empty() && root["inputData"]["sensorData"].get(list) != simdjson::SUCCESS) {
      why = "there are no sensor data";
    }
    if (!why.empty()) {
      return why;
    }
    for (const dom::element each : list) {
      why = read_sensor_data(each, channels, strokes);
      if (!why.empty()) {
        return why;
      }
    }
    return "";
  });
}

std::string parse_wacom_csv(std::string text, std::vector<stroke_points>& strokes) {
  std::string_view rest = text;
  split(rest, '\n');  // The names of the columns.
  std::vector<sample> samples;
  std::string_view current;
  for (std::size_t number = 2; !rest.empty(); ++number) {
    std::string_view line = split(rest, '\n');
    if (line.empty()) {
      continue;
    }
    const std::string_view stroke = split(line, ',');
    if (stroke != current) {
      keep(samples, 1000, strokes);
      samples.clear();
      current = stroke;
    }
    sample& each = samples.emplace_back();
    if (!read(split(line, ','), each.x) || !read(split(line, ','), each.y) ||
        !read(split(line, ','), each.t) || !read(split(line, ','), each.pressure)) {
      return fault("line", number);
    }
    each.pressure = std::clamp(each.pressure, 0.0, 1.0);
  }
  keep(samples, 1000, strokes);
  return "";
}

std::string parse_points_ndjson(std::string text, std::vector<stroke_points>& strokes) {
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = split(rest, '\n');
    if (line.empty() || line == "\r") {
      continue;
    }
    std::string why = with_json(std::string{line}, [&](const dom::element& stroke) {
      return read_points(stroke, strokes);
    });
    if (!why.empty()) {
      return "line " + std::to_string(number) + ": " + why;
    }
  }
  return "";
}

std::string parse_points_csv(std::string text, std::vector<stroke_points>& strokes) {
  std::string_view rest = text;
  const auto next_line = [&] {
    std::string_view line = split(rest, '\n');
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    return line;
  };
  if (next_line() != "stroke,x,y,pressure,t") {
    return "the first line is not stroke,x,y,pressure,t";
  }
  std::vector<sample> samples;
  std::string_view current;
  for (std::size_t number = 2; !rest.empty(); ++number) {
    std::string_view line = next_line();
    if (line.empty()) {
      continue;
    }
    const std::string_view stroke = split(line, ',');
    if (stroke != current) {
      keep(samples, 1, strokes);
      samples.clear();
      current = stroke;
    }
    sample& each = samples.emplace_back();
    const std::string_view x = split(line, ',');
    const std::string_view y = split(line, ',');
    const std::string_view pressure = split(line, ',');
    if (!read(x, each.x) || !read(y, each.y) ||
        (!pressure.empty() && !read(pressure, each.pressure)) ||
        (!line.empty() && !read(line, each.t))) {
      return fault("line", number);
    }
  }
  keep(samples, 1, strokes);
  return "";
}

std::string parse_hwrt(std::string text, std::vector<stroke_points>& strokes) {
  return with_json(std::move(text), [&](const dom::element& root) -> std::string {
    dom::array list;
    if (root.get(list) != simdjson::SUCCESS) {
      return "it is no array";
    }
    for (const dom::element each : list) {
      std::string why = read_objects(each, "time", strokes);
      if (!why.empty()) {
        return why;
      }
    }
    return "";
  });
}

}  // namespace collab_test
