// src/protocol/json_writer.hpp - appends JSON text to a string.

#ifndef COLLAB_SRC_PROTOCOL_JSON_WRITER_HPP
#define COLLAB_SRC_PROTOCOL_JSON_WRITER_HPP

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "collab/ink/point.hpp"

namespace collab {

// Commas are the caller's: item() and key() put one where something stands before.
class json_writer {
 public:
  json_writer() { text_.reserve(256); }

  [[nodiscard]] std::string take() { return std::move(text_); }

  void open(char bracket) {
    separate();
    text_.push_back(bracket);
  }
  void close(char bracket) { text_.push_back(bracket); }

  // `name` must need no escapes.
  void key(std::string_view name) {
    separate();
    text_.push_back('"');
    text_.append(name);
    text_.append("\":");
  }
  void field(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }
  void field(std::string_view name, const char* value) { field(name, std::string_view{value}); }
  void field(std::string_view name, std::uint64_t value) {
    key(name);
    integer(value);
  }
  void field(std::string_view name, std::int64_t value) {
    key(name);
    separate();
    const fmt::format_int digits{value};
    text_.append(digits.data(), digits.size());
  }
  void field(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }

  void boolean(bool value) {
    separate();
    text_.append(value ? "true" : "false");
  }
  // JSON text that is valid already.
  void raw(std::string_view json) {
    separate();
    text_.append(json);
  }
  void null() {
    separate();
    text_.append("null");
  }
  void integer(std::uint64_t value) {
    separate();
    const fmt::format_int digits{value};
    text_.append(digits.data(), digits.size());
  }
  // The shortest text that reads back as the same double. Requires: finite.
  void number(double value) {
    separate();
    if (value == std::floor(value) && std::fabs(value) < 1e15) {
      const fmt::format_int digits{static_cast<std::int64_t>(value)};
      text_.append(digits.data(), digits.size());
    } else {
      fmt::format_to(std::back_inserter(text_), "{}", value);
    }
  }
  void string(std::string_view value);

  // A coordinate on the grid, exactly.
  void coordinate(float value) {
    static constexpr std::array<std::string_view, 16> fractions = {
        "",   ".0625", ".125", ".1875", ".25", ".3125", ".375", ".4375",
        ".5", ".5625", ".625", ".6875", ".75", ".8125", ".875", ".9375"};
    separate();
    auto steps = static_cast<std::int64_t>(double{value} * coordinate_steps);
    if (steps < 0) {
      text_.push_back('-');
      steps = -steps;
    }
    const fmt::format_int whole{steps / 16};
    text_.append(whole.data(), whole.size());
    text_.append(fractions[static_cast<std::size_t>(steps % 16)]);
  }

  // [x, y, pressure, t]. Requires: on the grid.
  void point(const collab::point& sample) {
    open('[');
    coordinate(sample.x);
    coordinate(sample.y);
    separate();
    text_.append(pressure_text(sample.pressure));
    integer(sample.t);
    close(']');
  }

 private:
  // A comma, unless this is the first thing in its container or follows its key.
  void separate() {
    if (!text_.empty()) {
      const char last = text_.back();
      if (last != '[' && last != '{' && last != ':') {
        text_.push_back(',');
      }
    }
  }

  [[nodiscard]] static std::string_view pressure_text(float pressure);

  std::string text_;
};

}  // namespace collab

#endif  // COLLAB_SRC_PROTOCOL_JSON_WRITER_HPP
