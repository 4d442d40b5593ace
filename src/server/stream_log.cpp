// src/server/stream_log.cpp

#include "collab/server/stream_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>

#include "protocol/json_writer.hpp"

namespace collab {

namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

std::string utc(unix_time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), (time - seconds).count());
}

}  // namespace

std::optional<log_level> find_log_level(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == name) {
      return static_cast<log_level>(i);
    }
  }
  return std::nullopt;
}

std::optional<log_format> find_log_format(std::string_view name) {
  if (name == "text") {
    return log_format::text;
  }
  return name == "json" ? std::optional{log_format::json} : std::nullopt;
}

void stream_log::write(log_level level, std::string_view message,
                       std::span<const log_field> fields) {
  if (level < least_) {
    return;
  }
  const std::string time = utc(time_.now().wall);
  const std::string_view name = level_names[static_cast<std::size_t>(level)];
  std::string line;
  if (format_ == log_format::json) {
    json_writer out;
    out.open('{');
    out.field("time", time);
    out.field("level", name);
    out.field("message", message);
    for (const log_field& field : fields) {
      out.field(field.name, field.value);
    }
    out.close('}');
    line = out.take();
  } else {
    line = fmt::format("{} {} {}", time, name, message);
    for (const log_field& field : fields) {
      // Quoted, so that what a client chose can't break the line.
      json_writer value;
      value.string(field.value);
      line += fmt::format(" {}={}", field.name, value.take());
    }
  }
  line += '\n';
  const std::lock_guard lock{mutex_};
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

}  // namespace collab
