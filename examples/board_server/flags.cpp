// examples/board_server/flags.cpp

#include "flags.hpp"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"

namespace {

// One `name = value`, from wherever it comes.
struct setting {
  std::string name;
  std::string value;
};

struct flag_row {
  std::string_view name;
  std::string_view meaning;
  std::string_view initial;
};

constexpr flag_row flag_table[] = {
    {"listen HOST:PORT", "where to listen; port 0 means any free one", "127.0.0.1:8080"},
    {"storage SPEC", "memory, or sqlite:PATH", "sqlite:data/board.db"},
    {"threads N", "event loops; 1 is what this version can do", "1"},
    {"web DIR", "serve the page in DIR", "the shipped page"},
    {"no-web", "serve no page", ""},
    {"room-grace SECONDS", "how long an empty room stays in memory", "60"},
    {"undo SCOPE", "what undo takes back: room (anybody's latest), mine (one's own)", "room"},
    {"limit NAME=VALUE", "set a limit, see below; may be repeated", ""},
    {"allowed-origin ORIGIN", "pages of ORIGIN may connect too; may be repeated", "own only"},
    {"auth open", "who may join", "open"},
    {"log-level L", "debug, info, warning, error", "info"},
    {"log-format F", "text, json", "text"},
    {"config FILE", "read `name = value` lines first; flags win", ""},
    {"help", "print this", ""},
    {"version", "print the version", ""},
};

constexpr std::string_view switches[] = {"no-web", "help", "version"};
constexpr std::string_view flags_for_later[] = {
    "tls-cert", "tls-key", "jwt-secret-file", "jwt-public-key-file", "jwt-issuer", "jwt-audience"};

bool is_switch(std::string_view name) {
  for (const std::string_view known : switches) {
    if (known == name) {
      return true;
    }
  }
  return false;
}

absl::Status wrong(std::string_view name, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("--{} '{}': {}", name, value, why));
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{number} : std::nullopt;
}

absl::Status set_room_grace(flags& into, const setting& from) {
  double seconds = 0;
  const char* end = from.value.data() + from.value.size();
  const auto parsed = std::from_chars(from.value.data(), end, seconds);
  if (parsed.ec != std::errc{} || parsed.ptr != end || !(seconds >= 0 && seconds <= 1e6)) {
    return wrong(from.name, from.value, "seconds from 0 to 1000000 are needed");
  }
  into.server.rooms.room_grace =
      std::chrono::duration_cast<collab::duration>(std::chrono::duration<double>(seconds));
  return absl::OkStatus();
}

absl::Status set_limit(flags& into, const setting& from) {
  const std::size_t equals = from.value.find('=');
  if (equals == std::string::npos) {
    return wrong(from.name, from.value, "NAME=VALUE is needed");
  }
  const std::string_view text = from.value;
  const absl::Status status =
      collab::set_limit(into.server.rooms.bounds, text.substr(0, equals), text.substr(equals + 1));
  return status.ok() ? status : wrong(from.name, from.value, collab::to_std(status.message()));
}

absl::Status set_log(flags& into, const setting& from) {
  if (from.name == "log-level") {
    const auto level = collab::find_log_level(from.value);
    if (!level.has_value()) {
      return wrong(from.name, from.value, "debug, info, warning or error is needed");
    }
    into.log_level = *level;
  } else {
    const auto format = collab::find_log_format(from.value);
    if (!format.has_value()) {
      return wrong(from.name, from.value, "text or json is needed");
    }
    into.log_format = *format;
  }
  return absl::OkStatus();
}

// Flags of which only one value is available in this version.
absl::Status check_only(const setting& from, std::string_view available, std::string_view later) {
  if (from.value == available) {
    return absl::OkStatus();
  }
  return wrong(from.name, from.value,
               from.value == later ? "not available in this version" : "not known");
}

absl::Status set_storage(flags& into, const setting& from) {
  if (from.value.starts_with("file:")) {
    return wrong(from.name, from.value, "not available in this version");
  }
  if (from.value != "memory" && !(from.value.starts_with("sqlite:") && from.value.size() > 7)) {
    return wrong(from.name, from.value, "memory or sqlite:PATH is needed");
  }
  into.storage = from.value;
  return absl::OkStatus();
}

absl::Status set_undo(flags& into, const setting& from) {
  if (from.value != "room" && from.value != "mine") {
    return wrong(from.name, from.value, "room or mine is needed");
  }
  into.server.rooms.default_scope =
      from.value == "mine" ? collab::undo_scope::mine : collab::undo_scope::room;
  return absl::OkStatus();
}

absl::Status set_threads(flags& into, const setting& from) {
  const auto number = whole_number(from.value);
  if (!number.has_value() || *number < 1 || *number > 1024) {
    return wrong(from.name, from.value, "a whole number from 1 to 1024 is needed");
  }
  if (*number != 1) {
    return wrong(from.name, from.value, "only 1 is available in this version");
  }
  into.server.threads = *number;
  return absl::OkStatus();
}

absl::Status apply(flags& into, const setting& from) {
  const std::string& name = from.name;
  if (name == "listen") {
    into.listen = from.value;
  } else if (name == "storage") {
    return set_storage(into, from);
  } else if (name == "threads") {
    return set_threads(into, from);
  } else if (name == "web") {
    into.web = from.value;
  } else if (name == "no-web") {
    into.web.clear();
  } else if (name == "room-grace") {
    return set_room_grace(into, from);
  } else if (name == "undo") {
    return set_undo(into, from);
  } else if (name == "auth") {
    return check_only(from, "open", "jwt");
  } else if (name == "limit") {
    return set_limit(into, from);
  } else if (name == "allowed-origin") {
    into.server.allowed_origins.push_back(from.value);
  } else if (name == "log-level" || name == "log-format") {
    return set_log(into, from);
  } else if (name == "help") {
    into.wants_help = true;
  } else if (name == "version") {
    into.wants_version = true;
  } else {
    for (const std::string_view later : flags_for_later) {
      if (name == later) {
        return absl::InvalidArgumentError(fmt::format("--{}: not available in this version", name));
      }
    }
    return absl::InvalidArgumentError(fmt::format("--{}: there is no such flag", name));
  }
  return absl::OkStatus();
}

// The page beside an installed server, or the one in the source tree.
std::string shipped_page() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto installed = program.parent_path() / COLLAB_INSTALLED_WEB_DIR;
  return !error && std::filesystem::exists(installed / "index.html", error) ? installed.string()
                                                                            : COLLAB_WEB_DIR;
}

absl::StatusOr<std::vector<setting>> read_arguments(const std::vector<std::string>& arguments) {
  std::vector<setting> settings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with("--")) {
      return absl::InvalidArgumentError(fmt::format("'{}': a flag begins with --", argument));
    }
    argument.remove_prefix(2);
    const std::size_t equals = argument.find('=');
    std::string name{argument.substr(0, equals)};
    if (is_switch(name)) {
      if (equals != std::string_view::npos) {
        return absl::InvalidArgumentError(fmt::format("--{}: takes no value", name));
      }
      settings.push_back({std::move(name), {}});
    } else if (equals != std::string_view::npos) {
      settings.push_back({std::move(name), std::string{argument.substr(equals + 1)}});
    } else if (i + 1 < arguments.size()) {
      settings.push_back({std::move(name), arguments[++i]});
    } else {
      // A flag that is not known is named as such, not as lacking a value.
      flags scratch;
      const absl::Status status = apply(scratch, {name, {}});
      const bool is_known =
          status.ok() || status.message().find("there is no") == absl::string_view::npos;
      return is_known ? absl::InvalidArgumentError(fmt::format("--{}: a value is missing", name))
                      : status;
    }
  }
  return settings;
}

absl::StatusOr<std::vector<setting>> read_config(const std::string& path) {
  std::ifstream in{path};
  if (!in) {
    return absl::InvalidArgumentError(fmt::format("--config '{}': can't be read", path));
  }
  std::vector<setting> settings;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto text = collab::to_std(absl::StripAsciiWhitespace(line));
    if (text.empty() || text.front() == '#') {
      continue;
    }
    const std::size_t equals = text.find('=');
    std::string name{
        collab::to_std(absl::StripAsciiWhitespace(collab::to_absl(text.substr(0, equals))))};
    if (equals == std::string_view::npos && !is_switch(name)) {
      return absl::InvalidArgumentError(
          fmt::format("--config '{}', line {}: name = value is needed", path, number));
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = std::string{
          collab::to_std(absl::StripAsciiWhitespace(collab::to_absl(text.substr(equals + 1))))};
    }
    settings.push_back({std::move(name), std::move(value)});
  }
  return settings;
}

}  // namespace

absl::StatusOr<flags> parse_flags(const std::vector<std::string>& arguments) {
  flags result;
  result.web = shipped_page();
  absl::StatusOr<std::vector<setting>> given = read_arguments(arguments);
  if (!given.ok()) {
    return given.status();
  }
  for (const setting& each : *given) {
    if (each.name != "config") {
      continue;
    }
    const absl::StatusOr<std::vector<setting>> lines = read_config(each.value);
    if (!lines.ok()) {
      return lines.status();
    }
    for (const setting& line : *lines) {
      if (const absl::Status status = apply(result, line); !status.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("--config '", each.value, "': ", status.message()));
      }
    }
  }
  for (const setting& each : *given) {
    if (each.name == "config") {
      continue;
    }
    if (absl::Status status = apply(result, each); !status.ok()) {
      return status;
    }
  }
  return result;
}

std::string help_text() {
  std::string text =
      "collab-board-server: a server for boards that several people draw on at once\n\nFlags:\n";
  for (const flag_row& row : flag_table) {
    text += fmt::format("  --{:<24} {}", row.name, row.meaning);
    text += row.initial.empty() ? "\n" : fmt::format(" (default: {})\n", row.initial);
  }
  text += "\nLimits, to be set with --limit NAME=VALUE:\n";
  text += fmt::format("  {:<26} {:<14} {}\n", "NAME", "UNIT", "DEFAULT");
  const collab::limits defaults;
  for (const collab::limit_row& row : collab::limit_table()) {
    text += fmt::format("  {:<26} {:<14} {}\n", row.name, row.unit, row.value_in(defaults));
  }
  return text;
}
