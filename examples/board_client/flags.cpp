// examples/board_client/flags.cpp

#include "flags.hpp"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "collab/document/property.hpp"

namespace {

struct flag_row {
  std::string_view name;
  std::string_view meaning;
  std::string_view initial;
};

constexpr flag_row flag_table[] = {
    {"server URL", "the board server, ws://HOST:PORT", "ws://127.0.0.1:8080"},
    {"room NAME", "the room; must be given", ""},
    {"name NAME", "who the others see", "board-client"},
    {"color COLOR", "one's own colour, #rrggbb; the server gives one", ""},
    {"draw FILE", "draw the recorded strokes of FILE with their timing; may be repeated", ""},
    {"speed N", "draw N times as fast, 0.01 to 1000000", "1"},
    {"tool TOOL", "pen, pencil, brush, highlighter", "pen"},
    {"ink COLOR", "the colour of the strokes, #rrggbb or #rrggbbaa", "#000000"},
    {"width N", "the width of the strokes, 0 to 10000", "2"},
    {"follow", "print what happens, a line each", ""},
    {"measure ROUNDS", "measure latency: operation to ack, ink seen by a second connection", ""},
    {"svg FILE", "write the board as a picture at the end", ""},
    {"json FILE", "write the board as the server's snapshot.json has it", ""},
    {"for SECONDS", "stay so long, drawing or not; otherwise until all is done", ""},
    {"join-within SECONDS", "give up when the room does not answer", "10"},
    {"help", "print this", ""},
    {"version", "print the version", ""},
};

constexpr std::string_view switches[] = {"follow", "help", "version"};

bool is_switch(std::string_view name) {
  return std::find(std::begin(switches), std::end(switches), name) != std::end(switches);
}

absl::Status wrong(std::string_view name, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("--{} '{}': {}", name, value, why));
}

// One `--name value`.
struct setting {
  std::string name;
  std::string value;
};

absl::Status set_number(const setting& from, double least, double most, double& into) {
  double number = 0;
  const char* const end = from.value.data() + from.value.size();
  const auto parsed = std::from_chars(from.value.data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end || !(number >= least && number <= most)) {
    return wrong(from.name, from.value,
                 fmt::format("a number from {} to {} is needed", least, most));
  }
  into = number;
  return absl::OkStatus();
}

absl::Status set_seconds(const setting& from, collab::duration& into) {
  double seconds = 0;
  if (absl::Status status = set_number(from, 0, 1e6, seconds); !status.ok()) {
    return status;
  }
  into = std::chrono::duration_cast<collab::duration>(std::chrono::duration<double>(seconds));
  return absl::OkStatus();
}

// #rrggbb or #rrggbbaa
absl::Status set_color(const setting& from, collab::color& into) {
  const std::string_view digits = std::string_view{from.value}.substr(from.value.empty() ? 0 : 1);
  std::uint32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number, 16);
  if (!from.value.starts_with('#') || (digits.size() != 6 && digits.size() != 8) ||
      parsed.ec != std::errc{} || parsed.ptr != end) {
    return wrong(from.name, from.value, "#rrggbb or #rrggbbaa is needed");
  }
  const bool has_alpha = digits.size() == 8;
  into = {.rgba = has_alpha ? number : number << 8U | 0xFFU, .has_alpha = has_alpha};
  return absl::OkStatus();
}

absl::Status set_tool(flags& into, const setting& from) {
  using collab::token;
  for (const token tool : {token::pen, token::pencil, token::brush, token::highlighter}) {
    if (collab::name_of(tool) == from.value) {
      into.style.tool = tool;
      return absl::OkStatus();
    }
  }
  return wrong(from.name, from.value, "pen, pencil, brush or highlighter is needed");
}

absl::Status set_server(flags& into, const setting& from) {
  absl::StatusOr<collab::websocket_url> url = collab::parse_websocket_url(from.value);
  if (!url.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("--server {}", collab::to_std(url.status().message())));
  }
  into.server = *std::move(url);
  return absl::OkStatus();
}

absl::Status set_names(flags& into, const setting& from) {
  if (from.name == "room") {
    if (!collab::is_room_name(from.value)) {
      return wrong(from.name, from.value, "1 to 64 of A-Z a-z 0-9 _ - are needed");
    }
    into.room = from.value;
    return absl::OkStatus();
  }
  const std::size_t most = collab::limits{}.name_characters;
  if (from.value.empty() || collab::count_characters(from.value) > most) {
    return wrong(from.name, from.value, fmt::format("1 to {} characters are needed", most));
  }
  into.name = from.value;
  return absl::OkStatus();
}

absl::Status set_files(flags& into, const setting& from) {
  if (from.value.empty()) {
    return wrong(from.name, from.value, "the name of a file is needed");
  }
  if (from.name == "draw") {
    into.draw.push_back(from.value);
  } else {
    (from.name == "svg" ? into.svg_file : into.json_file) = from.value;
  }
  return absl::OkStatus();
}

absl::Status set_rounds(flags& into, const setting& from) {
  const char* const end = from.value.data() + from.value.size();
  const auto parsed = std::from_chars(from.value.data(), end, into.measure_rounds);
  if (parsed.ec != std::errc{} || parsed.ptr != end || into.measure_rounds < 1 ||
      into.measure_rounds > 100'000) {
    return wrong(from.name, from.value, "a whole number from 1 to 100000 is needed");
  }
  return absl::OkStatus();
}

absl::Status apply(flags& into, const setting& from) {
  const std::string& name = from.name;
  if (name == "server") {
    return set_server(into, from);
  }
  if (name == "room" || name == "name") {
    return set_names(into, from);
  }
  if (name == "color") {
    return set_color(from, into.color.emplace());
  }
  if (name == "ink") {
    return set_color(from, into.style.color);
  }
  if (name == "draw" || name == "svg" || name == "json") {
    return set_files(into, from);
  }
  if (name == "speed") {
    return set_number(from, 0.01, 1e6, into.speed);
  }
  if (name == "width") {
    return set_number(from, 0, 10'000, into.style.width);
  }
  if (name == "tool") {
    return set_tool(into, from);
  }
  if (name == "measure") {
    return set_rounds(into, from);
  }
  if (name == "for") {
    return set_seconds(from, into.stay.emplace());
  }
  if (name == "join-within") {
    return set_seconds(from, into.join_within);
  }
  if (is_switch(name)) {
    into.follows = into.follows || name == "follow";
    into.wants_help = into.wants_help || name == "help";
    into.wants_version = into.wants_version || name == "version";
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(fmt::format("--{}: there is no such flag", name));
}

bool is_flag(std::string_view name) {
  return std::any_of(std::begin(flag_table), std::end(flag_table), [&](const flag_row& row) {
    return row.name.substr(0, row.name.find(' ')) == name;
  });
}

absl::StatusOr<std::vector<setting>> read_arguments(const std::vector<std::string>& arguments) {
  std::vector<setting> settings;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    std::string_view argument = arguments[at];
    if (!argument.starts_with("--")) {
      return absl::InvalidArgumentError(fmt::format("'{}': a flag begins with --", argument));
    }
    argument.remove_prefix(2);
    const std::size_t equals = argument.find('=');
    const std::string name{argument.substr(0, equals)};
    if (!is_flag(name)) {
      return absl::InvalidArgumentError(fmt::format("--{}: there is no such flag", name));
    }
    if (is_switch(name)) {
      if (equals != std::string_view::npos) {
        return absl::InvalidArgumentError(fmt::format("--{}: takes no value", name));
      }
      settings.push_back({name, {}});
    } else if (equals != std::string_view::npos) {
      settings.push_back({name, std::string{argument.substr(equals + 1)}});
    } else if (at + 1 < arguments.size()) {
      settings.push_back({name, arguments[++at]});
    } else {
      return absl::InvalidArgumentError(fmt::format("--{}: a value is missing", name));
    }
  }
  return settings;
}

}  // namespace

absl::StatusOr<flags> parse_flags(const std::vector<std::string>& arguments) {
  flags result;
  result.server = *collab::parse_websocket_url("ws://127.0.0.1:8080");
  const absl::StatusOr<std::vector<setting>> given = read_arguments(arguments);
  if (!given.ok()) {
    return given.status();
  }
  for (const setting& each : *given) {
    if (absl::Status status = apply(result, each); !status.ok()) {
      return status;
    }
  }
  if (result.room.empty() && !result.wants_help && !result.wants_version) {
    return absl::InvalidArgumentError("--room: must be given");
  }
  return result;
}

std::string help_text() {
  std::string text =
      "collab-board-client: a member of a room of a board server, without hands\n\nFlags:\n";
  for (const flag_row& row : flag_table) {
    text += fmt::format("  --{:<20} {}", row.name, row.meaning);
    text += row.initial.empty() ? "\n" : fmt::format(" (default: {})\n", row.initial);
  }
  text +=
      "\nExits with 0 when all that it was told was done and answered, with 1 when not, with 2\n"
      "when a flag or a file is wrong. A connection that is lost is made again.\n";
  return text;
}
