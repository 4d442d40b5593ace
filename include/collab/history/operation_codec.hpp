// collab/history/operation_codec.hpp - operations as bytes, for the storage.
//
// A record begins with its version. Integers are LEB128 varints, signed ones zig-zag
// coded; texts are a length and bytes; numbers are IEEE 754 doubles, least byte first.
// Points are differences on the grid. The decoder takes nothing on trust: a record may
// come from a damaged disk.

#ifndef COLLAB_HISTORY_OPERATION_CODEC_HPP
#define COLLAB_HISTORY_OPERATION_CODEC_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include "collab/history/operation.hpp"

namespace collab {

inline constexpr unsigned char operation_record_version = 1;

namespace detail {

class record_writer {
 public:
  [[nodiscard]] std::string take() { return std::move(bytes_); }

  void byte(unsigned value) { bytes_.push_back(static_cast<char>(value)); }
  void integer(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      byte(static_cast<unsigned>(value & 0x7F) | 0x80U);
    }
    byte(static_cast<unsigned>(value));
  }
  void difference(std::int64_t value) {
    integer(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void number(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8) {
      byte(static_cast<unsigned>(bits & 0xFF));
    }
  }
  void text(std::string_view value) {
    integer(value.size());
    bytes_.append(value);
  }
  void value(const property_value& value);
  void points(std::span<const point> points);

 private:
  std::string bytes_;
};

class record_reader {
 public:
  explicit record_reader(std::string_view bytes) : bytes_{bytes} {}

  // Once anything was wrong, everything read is 0 or empty.
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  void fail() noexcept { failed_ = true; }

  unsigned byte() {
    if (failed_ || at_ == bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  std::uint64_t integer() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned next = byte();
      value |= std::uint64_t{next & 0x7FU} << shift;
      if ((next & 0x80U) == 0) {
        return shift == 63 && next > 1 ? reject() : value;
      }
    }
    return reject();
  }
  std::int64_t difference() {
    const std::uint64_t value = integer();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  double number() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) {
      bits |= std::uint64_t{byte()} << 8 * i;
    }
    return std::bit_cast<double>(bits);
  }
  std::string text() {
    const std::uint64_t length = integer();
    if (failed_ || length > left()) {
      failed_ = true;
      return {};
    }
    std::string value{bytes_.substr(at_, length)};
    at_ += length;
    return value;
  }
  // A number of things that take at least `bytes_each` bytes.
  std::size_t count(std::size_t bytes_each) {
    const std::uint64_t value = integer();
    if (failed_ || value > left() / bytes_each) {
      failed_ = true;
      return 0;
    }
    return value;
  }
  property_value value();
  std::vector<point> points();

 private:
  std::uint64_t reject() noexcept {
    failed_ = true;
    return 0;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

[[nodiscard]] inline std::int64_t grid_steps(float coordinate) noexcept {
  return static_cast<std::int64_t>(double{coordinate} * coordinate_steps);
}
// The coordinate `steps` from the origin; 0 and a failure when it is outside the range.
[[nodiscard]] inline float grid_place(std::int64_t steps, record_reader& in) noexcept {
  constexpr auto most = static_cast<std::int64_t>(coordinate_max * coordinate_steps);
  if (steps < -most || steps > most) {
    in.fail();
    return 0;
  }
  return static_cast<float>(static_cast<double>(steps) / coordinate_steps);
}

inline void record_writer::value(const property_value& value) {
  byte(static_cast<unsigned>(value.index()));
  if (const auto* real = std::get_if<double>(&value)) {
    number(*real);
  } else if (const auto* paint = std::get_if<color>(&value)) {
    byte(paint->has_alpha ? 1 : 0);
    integer(paint->rgba);
  } else if (const auto* word = std::get_if<token>(&value)) {
    byte(static_cast<unsigned>(*word));
  } else if (const auto* characters = std::get_if<std::string>(&value)) {
    text(*characters);
  } else if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
    integer((*list)->size());
    std::int64_t x = 0;
    std::int64_t y = 0;
    for (const collab::offset& each : **list) {
      difference(grid_steps(each.x) - x);
      difference(grid_steps(each.y) - y);
      x = grid_steps(each.x);
      y = grid_steps(each.y);
    }
  }
}

inline property_value record_reader::value() {
  switch (byte()) {
    case 0:
      return {};
    case 1:
      return number();
    case 2: {
      color paint;
      paint.has_alpha = byte() != 0;
      paint.rgba = static_cast<std::uint32_t>(integer());
      return paint;
    }
    case 3: {
      const unsigned word = byte();
      if (word >= std::size(words)) {
        break;
      }
      return static_cast<token>(word);
    }
    case 4:
      return text();
    case 5: {
      auto list = std::make_shared<offset_list>(count(2));
      std::int64_t x = 0;
      std::int64_t y = 0;
      for (collab::offset& each : *list) {
        x += difference();
        y += difference();
        each = {grid_place(x, *this), grid_place(y, *this)};
        if (failed_) {
          return {};
        }
      }
      return std::shared_ptr<const offset_list>{std::move(list)};
    }
    default:
      break;
  }
  failed_ = true;
  return {};
}

inline void record_writer::points(std::span<const point> points) {
  integer(points.size());
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t pressure = 0;
  std::int64_t t = 0;
  for (const point& each : points) {
    const auto pressure_now = static_cast<std::int64_t>(double{each.pressure} * pressure_steps);
    difference(grid_steps(each.x) - x);
    difference(grid_steps(each.y) - y);
    difference(pressure_now - pressure);
    difference(std::int64_t{each.t} - t);
    x = grid_steps(each.x);
    y = grid_steps(each.y);
    pressure = pressure_now;
    t = each.t;
  }
}

inline std::vector<point> record_reader::points() {
  std::vector<point> points(count(4));
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t pressure = 0;
  std::int64_t t = 0;
  for (point& each : points) {
    x += difference();
    y += difference();
    pressure += difference();
    t += difference();
    if (pressure < 0 || pressure > static_cast<std::int64_t>(pressure_steps) || t < 0 ||
        t > std::int64_t{0xFFFFFFFF}) {
      failed_ = true;
    }
    each.x = grid_place(x, *this);
    each.y = grid_place(y, *this);
    if (failed_) {
      return {};
    }
    each.pressure = static_cast<float>(static_cast<double>(pressure) / pressure_steps);
    each.t = static_cast<std::uint32_t>(t);
  }
  return points;
}

inline void write_body(record_writer& out, const put_operation& body) {
  out.text(body.value.id());
  out.byte(static_cast<unsigned>(body.value.kind()));
  out.integer(body.value.registers().size());
  for (const property_register& each : body.value.registers()) {
    out.byte(static_cast<unsigned>(each.key));
    out.value(each.value);
  }
  out.points(body.value.points());
}
inline void write_body(record_writer& out, const set_operation& body) {
  out.text(body.id);
  out.integer(body.changes.size());
  for (const auto& [key, value] : body.changes) {
    out.byte(static_cast<unsigned>(key));
    out.value(value);
  }
}
inline void write_body(record_writer& out, const remove_operation& body) {
  out.integer(body.ids.size());
  for (const element_id& id : body.ids) {
    out.text(id);
  }
}
inline void write_body(record_writer&, const clear_operation&) {}
inline void write_body(record_writer& out, const undo_operation& body) {
  out.integer(to_integer(body.target));
}
inline void write_body(record_writer& out, const redo_operation& body) {
  out.integer(to_integer(body.target));
}
inline void write_body(record_writer& out, const chat_operation& body) {
  out.text(body.name);
  out.text(body.text);
}

inline property_changes read_changes(record_reader& in) {
  property_changes changes(in.count(2));
  for (auto& [key, value] : changes) {
    const unsigned number = in.byte();
    value = in.value();
    if (number >= property_count) {
      in.fail();
    }
    if (in.failed()) {
      return {};
    }
    key = static_cast<property>(number);
  }
  return changes;
}

inline put_operation read_put(record_reader& in, const user_id& author) {
  element_id id = in.text();
  const unsigned kind = in.byte();
  if (kind >= element_kind_count || !is_element_id(id)) {
    in.fail();
    return {};
  }
  element value{std::move(id), static_cast<element_kind>(kind), author};
  for (auto& [key, property] : read_changes(in)) {
    if (!has_property(value.kind(), key) || !fits(describe(value.kind(), key), property)) {
      in.fail();
      return {};
    }
    value.set(key, std::move(property));
  }
  if (value.index().empty()) {
    in.fail();
  }
  value.set_points(in.points());
  return {std::move(value)};
}

inline remove_operation read_remove(record_reader& in) {
  remove_operation body;
  body.ids.resize(in.count(1));
  for (element_id& id : body.ids) {
    id = in.text();
  }
  return body;
}

inline operation::body_type read_body(record_reader& in, unsigned kind, const user_id& author) {
  switch (kind) {
    case 0:
      return read_put(in, author);
    case 1: {
      element_id id = in.text();
      return set_operation{std::move(id), read_changes(in)};
    }
    case 2:
      return read_remove(in);
    case 3:
      return clear_operation{};
    case 4:
      return undo_operation{seq_number{in.integer()}};
    case 5:
      return redo_operation{seq_number{in.integer()}};
    case 6: {
      std::string name = in.text();
      return chat_operation{std::move(name), in.text()};
    }
    default:
      in.fail();
      return clear_operation{};
  }
}

}  // namespace detail

// The record of `op`. O(bytes of the result).
[[nodiscard]] inline std::string encode_operation(const operation& op) {
  detail::record_writer out;
  out.byte(operation_record_version);
  out.integer(to_integer(op.seq));
  out.difference(op.time.time_since_epoch().count());
  out.text(op.author);
  out.text(op.client);
  out.integer(op.counter);
  out.byte(static_cast<unsigned>(op.body.index()));
  std::visit([&out](const auto& body) { detail::write_body(out, body); }, op.body);
  return out.take();
}

// The operation that `record` holds.
//
// Fails with data_loss, naming the offset, when the record is not exactly what
// encode_operation() writes, and with unimplemented when its version is newer.
[[nodiscard]] inline absl::StatusOr<operation> decode_operation(std::string_view record) {
  detail::record_reader in{record};
  const unsigned version = in.byte();
  if (!in.failed() && version > operation_record_version) {
    return absl::UnimplementedError(absl::StrCat("operation record of version ", version,
                                                 ", at most ", operation_record_version,
                                                 " is known"));
  }
  operation op;
  op.seq = seq_number{in.integer()};
  op.time = unix_time{std::chrono::milliseconds{in.difference()}};
  op.author = in.text();
  op.client = in.text();
  op.counter = in.integer();
  const unsigned kind = in.byte();
  op.body = detail::read_body(in, kind, op.author);
  if (in.failed() || version == 0 || in.left() != 0) {
    return absl::DataLossError(absl::StrCat("operation record of ", record.size(),
                                            " bytes is damaged at offset ", in.offset()));
  }
  return op;
}

}  // namespace collab

#endif  // COLLAB_HISTORY_OPERATION_CODEC_HPP
