// src/protocol/json_message_reader.hpp - the fields of one message from a client, checked.

#ifndef COLLAB_SRC_PROTOCOL_JSON_MESSAGE_READER_HPP
#define COLLAB_SRC_PROTOCOL_JSON_MESSAGE_READER_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/json_syntax.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "collab/document/element.hpp"
#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

namespace dom = simdjson::dom;

// An input as it is shown in an error message.
[[nodiscard]] std::string shown(std::string_view text);

// Collects what was wrong with a message: the first fault counts.
//
// All readers take the path of the field for the message and return something harmless
// after a fault.
class message_reader {
 public:
  message_reader(dom::object message, const limits& bounds, std::vector<point>& points)
      : message_{message}, bounds_{bounds}, points_{points} {}

  [[nodiscard]] const limits& bounds() const { return bounds_; }
  [[nodiscard]] bool failed() const { return !status_.ok(); }
  [[nodiscard]] const absl::Status& status() const { return status_; }

  void fail(absl::Status status) {
    if (status_.ok()) {
      status_ = std::move(status);
    }
  }
  template <typename... Parts>
  void refuse(std::string_view field, const Parts&... parts) {
    if (status_.ok()) {
      status_ = absl::InvalidArgumentError(absl::StrCat(to_absl(field), ": ", parts...));
    }
  }
  void refuse_later(std::string_view field) { refuse(field, "not available in this version"); }

  std::optional<dom::element> find(dom::object in, std::string_view name) const {
    dom::element found;
    if (in.at_key(name).get(found) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return found;
  }
  std::optional<dom::element> find(std::string_view name) const { return find(message_, name); }
  dom::element need(dom::object in, std::string_view name, std::string_view path) {
    const auto found = find(in, name);
    if (!found.has_value()) {
      refuse(path, "missing");
      return {};
    }
    return *found;
  }
  dom::element need(std::string_view name) { return need(message_, name, name); }

  std::string_view string(dom::element value, std::string_view path) {
    std::string_view text;
    if (!failed() && value.get(text) != simdjson::SUCCESS) {
      refuse(path, "a string is needed");
    }
    return text;
  }
  double number(dom::element value, std::string_view path, double least, double most) {
    double read = 0;
    if (failed()) {
      return least;
    }
    if (value.get(read) != simdjson::SUCCESS) {
      refuse(path, "a number is needed");
      return least;
    }
    if (!(read >= least && read <= most)) {
      refuse(path, fmt::format("{} is out of range, {} to {} is allowed", read, least, most));
      return least;
    }
    return read;
  }
  std::uint64_t integer(dom::element value, std::string_view path, std::uint64_t least,
                        std::uint64_t most) {
    if (failed()) {
      return least;
    }
    std::uint64_t whole = 0;
    double real = 0;
    if (value.get(whole) == simdjson::SUCCESS) {
      if (whole >= least && whole <= most) {
        return whole;
      }
      refuse(path, fmt::format("{} is not a whole number from {} to {}", whole, least, most));
    } else if (value.get(real) != simdjson::SUCCESS) {
      refuse(path, "a whole number is needed");
    } else if (real != std::floor(real) || !(real >= static_cast<double>(least)) ||
               !(real <= static_cast<double>(most))) {
      refuse(path, fmt::format("{} is not a whole number from {} to {}", real, least, most));
    } else {
      return static_cast<std::uint64_t>(real);
    }
    return least;
  }
  bool boolean(dom::element value, std::string_view path) {
    bool read = false;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "true or false is needed");
    }
    return read;
  }
  dom::object object(dom::element value, std::string_view path) {
    dom::object read;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "an object is needed");
    }
    return read;
  }
  dom::array array(dom::element value, std::string_view path) {
    dom::array read;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "an array is needed");
    }
    return read;
  }

  std::string_view id(dom::element value, std::string_view path) {
    const std::string_view text = string(value, path);
    if (!failed() && !is_element_id(text)) {
      refuse(path, "'", shown(text), "' is not 1 to 64 of A-Z a-z 0-9 _ - : .");
    }
    return text;
  }
  std::string words(dom::element value, std::string_view path, std::uint64_t least,
                    std::uint64_t most) {
    const std::string_view text = string(value, path);
    const std::size_t characters = count_characters(text);
    if (!failed() && (characters < least || characters > most)) {
      refuse(path, characters, " characters, ", least, " to ", most, " are allowed");
    }
    return std::string{text};
  }
  color paint(dom::element value, std::string_view path);
  // JSON that is not looked into, written shortest.
  std::string json(dom::element value, std::string_view path, const json_bounds& within) {
    if (failed()) {
      return {};
    }
    absl::StatusOr<std::string> compact = compact_json(simdjson::minify(value), within);
    if (!compact.ok()) {
      refuse(path, compact.status().message());
      return {};
    }
    return *std::move(compact);
  }

  // The points of `value`, in the decoder's buffer.
  std::span<const point> points(dom::element value, std::string_view path, std::uint64_t most);
  point sample(dom::element value, const std::string& path);

  property_value value(const property_info& info, dom::element from, const std::string& path);
  // Sets the properties in `from` that are not one of `except`, which the caller reads.
  void properties(element& out, dom::object from, std::string_view path, bool has_points);

 private:
  std::shared_ptr<const offset_list> offsets(dom::element value, const std::string& path);

  dom::object message_;
  const limits& bounds_;
  std::vector<point>& points_;
  absl::Status status_;
};

}  // namespace collab::detail

#endif  // COLLAB_SRC_PROTOCOL_JSON_MESSAGE_READER_HPP
