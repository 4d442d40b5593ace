// collab/history/detail/record.hpp - the bytes that operation records are made of.
//
// Part of collab/history/operation_codec.hpp, which says what they are.

#ifndef COLLAB_HISTORY_DETAIL_RECORD_HPP
#define COLLAB_HISTORY_DETAIL_RECORD_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

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

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_RECORD_HPP
