// collab/protocol/detail/binary_format.hpp - what the messages of collab.v1.binary are made of.
//
// docs/protocol.md describes every byte.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_FORMAT_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_FORMAT_HPP

#include <absl/status/status.h>

#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "collab/core/detail/byte_stream.hpp"
#include "collab/document/element.hpp"
#include "collab/document/property.hpp"
#include "collab/history/detail/record.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/live_points.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

enum class client_type : std::uint8_t {
  join = 1,
  stroke_start,
  stroke_point,
  stroke_point_anew,
  stroke_end,
  stroke_cancel,
  element_put,
  element_set,
  element_remove,
  canvas_clear,
  undo,
  redo,
  chat,
  cursor,
  user_update,
  ping,
  element_preview,
  host_message,
  // One of the others, in a group.
  group,
  version_save,
  version_restore,
};
// Names by type; none for what is no type.
inline constexpr std::string_view client_type_names[] = {
    "",
    "room:join",
    "stroke:start",
    "stroke:point",
    "stroke:point",
    "stroke:end",
    "stroke:cancel",
    "element:put",
    "element:set",
    "element:remove",
    "canvas:clear",
    "operation:undo",
    "operation:redo",
    "chat:send",
    "cursor:move",
    "user:update",
    "ping",
    "element:preview",
    "host:message",
    "group",
    "version:save",
    "version:restore",
};

enum class server_type : std::uint8_t {
  state = 64,
  ack,
  gap,
  reject,
  user_joined,
  user_updated,
  user_left,
  cursors,
  stroke_start,
  stroke_point,
  stroke_point_anew,
  stroke_gap,
  stroke_end,
  stroke_cancel,
  element_put,
  element_set,
  element_remove,
  canvas_clear,
  undo,
  redo,
  history,
  chat,
  pong,
  closing,
  error,
  element_preview,
  host_message,
  resumed,
  events,
  chunk,
  digest,
  version_save,
  version_restore,
};

enum class value_type : std::uint8_t { none, number, color, word, text, places, flag };

[[nodiscard]] constexpr unsigned binary_code(absl::StatusCode code) noexcept {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 1;
    case absl::StatusCode::kNotFound:
      return 2;
    case absl::StatusCode::kPermissionDenied:
      return 3;
    case absl::StatusCode::kResourceExhausted:
      return 4;
    case absl::StatusCode::kFailedPrecondition:
      return 5;
    case absl::StatusCode::kUnavailable:
      return 6;
    default:
      return 0;
  }
}

[[nodiscard]] constexpr absl::StatusCode status_code(unsigned code) noexcept {
  constexpr absl::StatusCode codes[] = {
      absl::StatusCode::kInternal,          absl::StatusCode::kInvalidArgument,
      absl::StatusCode::kNotFound,          absl::StatusCode::kPermissionDenied,
      absl::StatusCode::kResourceExhausted, absl::StatusCode::kFailedPrecondition,
      absl::StatusCode::kUnavailable};
  return codes[code < std::size(codes) ? code : 0];
}

class binary_writer : public byte_writer {
 public:
  // What was written since the beginning or clear().
  [[nodiscard]] std::string_view written() const noexcept { return bytes_; }
  void clear() noexcept { bytes_.clear(); }

  // Bytes as they are.
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  // 32 bits, lowest byte first.
  void word(std::uint32_t value) {
    for (int i = 0; i < 4; ++i, value >>= 8) {
      byte(value & 0xFFU);
    }
  }

  // A message is written between begin() and end().
  template <typename Type>
  void begin(Type type) {
    byte(static_cast<unsigned>(type));
    bytes_.push_back('\0');
    body_ = bytes_.size();
  }
  void end() {
    const std::size_t length = bytes_.size() - body_;
    if (length < 0x80) {
      bytes_[body_ - 1] = static_cast<char>(length);
      return;
    }
    byte_writer prefix;
    prefix.integer(length);
    bytes_.replace(body_ - 1, 1, prefix.take());
  }

  // Requires: finite.
  void number(double value) {
    // Far below 2^53, so that the sixteenths are exact in a double.
    constexpr double compact_max = 1e12;
    const double steps = value * coordinate_steps;
    if (std::fabs(value) <= compact_max && steps == std::floor(steps)) {
      const auto whole = static_cast<std::int64_t>(steps);
      integer((static_cast<std::uint64_t>(whole) << 1 ^ static_cast<std::uint64_t>(whole >> 63))
              << 1);
    } else {
      integer(1);
      real(value);
    }
  }

  void paint(const color& value) {
    byte(value.has_alpha ? 4 : 3);
    byte(value.rgba >> 24);
    byte(value.rgba >> 16 & 0xFFU);
    byte(value.rgba >> 8 & 0xFFU);
    if (value.has_alpha) {
      byte(value.rgba & 0xFFU);
    }
  }
  void no_paint() { byte(0); }

  void property(collab::property key, const property_value& value) {
    const auto tag = [&](value_type type) {
      integer(static_cast<std::uint64_t>(key) << 3 | static_cast<std::uint64_t>(type));
    };
    if (const auto* real_number = std::get_if<double>(&value)) {
      tag(value_type::number);
      number(*real_number);
    } else if (const auto* shade = std::get_if<color>(&value)) {
      tag(value_type::color);
      paint(*shade);
    } else if (const auto* word = std::get_if<token>(&value)) {
      tag(value_type::word);
      byte(static_cast<unsigned>(*word));
    } else if (const auto* characters = std::get_if<std::string>(&value)) {
      tag(value_type::text);
      text(*characters);
    } else if (const auto* places = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
      tag(value_type::places);
      write_offsets(*this, **places);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      tag(value_type::flag);
      byte(*flag ? 1 : 0);
    } else {
      tag(value_type::none);
    }
  }

  // The kind of an element; for a host's own its NAME too.
  void kind(const element& of) {
    byte(static_cast<unsigned>(of.kind()));
    if (of.kind() == element_kind::host) {
      text(of.kind_name().substr(name_of(element_kind::host).size()));
    }
  }

  void properties(const property_changes& changes) {
    integer(changes.size());
    for (const auto& [key, value] : changes) {
      property(key, value);
    }
  }

  // The properties of an element that are not what they are when nobody has set them; the index
  // among them or not.
  void registers(const element& of, bool has_index) {
    const auto is_told = [&](const property_register& each) {
      return (has_index || each.key != collab::property::index) &&
             !is_initial(describe(of.kind(), each.key), each.value);
    };
    std::size_t count = 0;
    for (const property_register& each : of.registers()) {
      count += is_told(each) ? 1 : 0;
    }
    integer(count);
    for (const property_register& each : of.registers()) {
      if (is_told(each)) {
        property(each.key, each.value);
      }
    }
  }

  void packed(std::string_view points) { text(points); }

  // The points from `from` on, as a run that begins there or goes on. Requires: on the grid.
  void live(std::span<const point> points, std::size_t from, bool is_anew) {
    live_point_encoder run;
    if (!is_anew) {
      run.resume_after(points.first(from));
    }
    live(run, points.subspan(from));
  }
  // The next points of a run. Requires: valid ones.
  void live(live_point_encoder& run, std::span<const point> points) {
    const absl::Status status = run.append(points, bytes_);
    assert(status.ok());
    (void)status;
  }

 private:
  std::size_t body_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_FORMAT_HPP
