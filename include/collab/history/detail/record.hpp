// collab/history/detail/record.hpp - the bytes that operation records are made of.
//
// Part of collab/history/operation_codec.hpp, which says what they are.

#ifndef COLLAB_HISTORY_DETAIL_RECORD_HPP
#define COLLAB_HISTORY_DETAIL_RECORD_HPP

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "collab/core/detail/byte_stream.hpp"
#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

class record_writer : public byte_writer {
 public:
  void value(const property_value& value);
};

class record_reader : public byte_reader {
 public:
  using byte_reader::byte_reader;

  property_value value();
};

// Places as their differences, in steps of the grid.
inline void write_offsets(byte_writer& out, const offset_list& places) {
  const auto steps = [](float coordinate) {
    return static_cast<std::int64_t>(double{coordinate} * coordinate_steps);
  };
  out.integer(places.size());
  offset before;
  for (const offset& each : places) {
    out.difference(steps(each.x) - steps(before.x));
    out.difference(steps(each.y) - steps(before.y));
    before = each;
  }
}

// Null where `in` failed, or has failed before: damage, or a place out of range.
inline std::shared_ptr<const offset_list> read_offsets(byte_reader& in) {
  constexpr auto most = static_cast<std::int64_t>(coordinate_max * coordinate_steps);
  // Moves one coordinate on, and tells where it is. Refused before a sum can overflow.
  const auto move = [&in](std::int64_t& steps) {
    const std::int64_t by = in.difference();
    if (by < -2 * most || by > 2 * most || steps + by < -most || steps + by > most) {
      in.fail();
      return 0.0F;
    }
    steps += by;
    return static_cast<float>(static_cast<double>(steps) / coordinate_steps);
  };
  auto places = std::make_shared<offset_list>(in.count(2));
  std::int64_t x = 0;
  std::int64_t y = 0;
  for (offset& each : *places) {
    each.x = move(x);
    each.y = move(y);
    if (in.failed()) {
      break;
    }
  }
  return in.failed() ? nullptr : std::shared_ptr<const offset_list>{std::move(places)};
}

inline void record_writer::value(const property_value& value) {
  byte(static_cast<unsigned>(value.index()));
  if (const auto* real = std::get_if<double>(&value)) {
    this->real(*real);
  } else if (const auto* paint = std::get_if<color>(&value)) {
    byte(paint->has_alpha ? 1 : 0);
    integer(paint->rgba);
  } else if (const auto* word = std::get_if<token>(&value)) {
    byte(static_cast<unsigned>(*word));
  } else if (const auto* characters = std::get_if<std::string>(&value)) {
    text(*characters);
  } else if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
    write_offsets(*this, **list);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    byte(*flag ? 1 : 0);
  }
}

inline property_value record_reader::value() {
  switch (byte()) {
    case 0:
      return {};
    case 1:
      return real();
    case 2: {
      color paint;
      paint.has_alpha = byte() != 0;
      paint.rgba = static_cast<std::uint32_t>(integer());
      return paint;
    }
    case 3: {
      const unsigned word = byte();
      if (word >= std::size(token_names)) {
        break;
      }
      return static_cast<token>(word);
    }
    case 4:
      return text();
    case 5:
      if (auto places = read_offsets(*this)) {
        return places;
      }
      break;
    case 6: {
      const unsigned flag = byte();
      if (flag > 1) {
        break;
      }
      return flag == 1;
    }
    default:
      break;
  }
  fail();
  return {};
}

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_RECORD_HPP
