// collab/ink/live_points.hpp - the points of a stroke while it is drawn.
//
// Two to three bytes a point, whole bytes, so that each message carries just the points that
// are new: the bytes of all messages, one after another, are the bytes of the whole run.
// For finished strokes packed_points.hpp is smaller. The layout: docs/ink-format.md.
//
//   collab::live_point_encoder pen;                 // one for each stroke that is drawn
//   absl::Status status = pen.append(new_points, message);
//
//   collab::live_point_decoder seen;                // one for each stroke that is watched
//   status = seen.append(message, stroke);

#ifndef COLLAB_INK_LIVE_POINTS_HPP
#define COLLAB_INK_LIVE_POINTS_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/ink/detail/bit_stream.hpp"
#include "collab/ink/detail/live_class.hpp"
#include "collab/ink/detail/varint.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab {

// Encodes one run of points in pieces of any size.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own, about 40 bytes of state.
class live_point_encoder {
 public:
  explicit live_point_encoder(point_codec_options options = {}) noexcept : options_{options} {}

  // Adds the next points of the run, rounded to the grid, to the end of `out`. The first
  // piece that has points begins with the format byte. InvalidArgument, everything
  // unchanged, when a point is not valid. O(points); allocates only where `out` grows.
  absl::Status append(std::span<const point> points, std::string& out) {
    for (const point& each : points) {
      if (!is_valid(each)) {
        return detail::invalid_point(each, static_cast<std::size_t>(&each - points.data()));
      }
    }
    if (!has_begun_ && !points.empty()) {
      out.push_back(static_cast<char>(detail::format_byte(options_.grid, false)));
      has_begun_ = true;
    }
    const double steps = detail::grid_steps(options_.grid);
    const unsigned whole = detail::grid_bits(options_.grid);
    // In pieces that the stack holds.
    constexpr std::size_t piece_points = 64;
    char bytes[piece_points * detail::live_record_bytes_max + 8];
    // A copy: bytes that are written could be anything's, also the state's.
    detail::live_state state = state_;
    while (!points.empty()) {
      char* end = bytes;
      const std::size_t count = points.size() < piece_points ? points.size() : piece_points;
      for (const point& each : points.first(count)) {
        end = write(detail::to_steps(each, steps), whole, state, end);
      }
      out.append(bytes, static_cast<std::size_t>(end - bytes));
      points = points.subspan(count);
    }
    state_ = state;
    return absl::OkStatus();
  }

  // Begins another run.
  void restart() noexcept {
    has_begun_ = false;
    state_ = {};
  }

 private:
  // Returns the end; touches up to eight bytes from there.
  static char* write(const detail::grid_point& next, unsigned whole, detail::live_state& state,
                     char* to) noexcept {
    const std::uint32_t more_x = static_cast<std::uint32_t>(next.x) - state.x - state.step_x;
    const std::uint32_t more_y = static_cast<std::uint32_t>(next.y) - state.y - state.step_y;
    const std::uint32_t more_pressure = next.pressure - state.pressure;
    const std::uint32_t step_t = next.t - state.t;
    state.advance(more_x, more_y, more_pressure, step_t);

    const bool is_whole = ((more_x | more_y) & ((1U << whole) - 1)) == 0;
    const unsigned cut = is_whole ? whole : 0;
    std::uint32_t x = magnitude(more_x, cut);
    std::uint32_t y = magnitude(more_y, cut);
    const std::uint32_t pressure = detail::fold_sign(more_pressure);
    const std::size_t choice =
        detail::choose_live_class(is_whole, width(x | y), width(step_t), width(pressure));
    if (choice == detail::live_classes.size()) [[unlikely]] {
      *to++ = static_cast<char>(detail::live_escape);
      to = detail::write_varint(detail::fold_sign(more_x), to);
      to = detail::write_varint(detail::fold_sign(more_y), to);
      to = detail::write_varint(detail::fold_sign(step_t), to);
      return detail::write_varint(pressure, to);
    }
    const detail::live_class& record = detail::live_classes[choice];
    if (is_whole && !record.is_whole) [[unlikely]] {
      x = magnitude(more_x, 0);
      y = magnitude(more_y, 0);
    }
    const detail::live_places& place = detail::live_class_places[choice];
    detail::store_little_endian(
        record.tag + x * place.x + y * place.y + step_t * place.time + pressure * place.pressure,
        to);
    return to + record.bytes;
  }

  // As std::bit_width, without its case of zero.
  static unsigned width(std::uint32_t value) noexcept {
    return static_cast<unsigned>(std::bit_width(std::uint64_t{value} << 1U | 1U)) - 1;
  }

  // `value` without its lowest bits, folded.
  static std::uint32_t magnitude(std::uint32_t value, unsigned shift) noexcept {
    return detail::fold_sign(static_cast<std::uint32_t>(static_cast<std::int32_t>(value) >> shift));
  }

  point_codec_options options_;
  bool has_begun_ = false;
  detail::live_state state_;
};

// Decodes one run of points in the pieces it was encoded in, or in any others that end where
// a point does. Trusts nothing.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own, about 40 bytes of state.
class live_point_decoder {
 public:
  // Adds the points of the next piece of the run to the end of `out`. A run does not say how
  // many points it has: who needs to know sends the count beside it.
  // DataLoss, or InvalidArgument for another format, everything unchanged, when the piece is
  // damaged or does not end where a point does. O(bytes); allocates only where `out` grows,
  // to at most a point for every two bytes.
  absl::Status append(std::string_view bytes, std::vector<point>& out) {
    std::size_t at = 0;
    point_grid grid = grid_;
    if (!has_begun_ && !bytes.empty()) {
      const auto format = static_cast<unsigned char>(bytes[0]);
      if (!detail::is_format_byte(format) || (format & 4U) != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("points: byte 0 is ", static_cast<int>(format), ", not live points"));
      }
      grid = static_cast<point_grid>(format & 3U);
      at = 1;
    }
    const std::size_t before = out.size();
    out.resize(before + (bytes.size() - at) / 2);
    point* to = out.data() + before;
    detail::live_state state = state_;
    at = read(bytes, at, grid, state, to);
    if (at != bytes.size()) {
      out.resize(before);
      return absl::DataLossError(
          absl::StrCat("points: the point at byte ", at, " is damaged or cut off"));
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    state_ = state;
    has_begun_ |= !bytes.empty();
    grid_ = grid;
    return absl::OkStatus();
  }

  // Gets ready for another run.
  void restart() noexcept { *this = {}; }

 private:
  // Reads points to `to` and moves it. Returns where the first that is damaged begins, or
  // the size of `bytes`.
  static std::size_t read(std::string_view bytes, std::size_t at, point_grid grid,
                          detail::live_state& state, point*& to) noexcept {
    const float unit = detail::grid_unit(grid);
    const unsigned whole = detail::grid_bits(grid);
    const auto limit = static_cast<std::uint32_t>(detail::grid_limit(grid));
    // Short pieces are read from a copy, so that eight bytes are always there.
    char copy[8] = {};
    const char* from = bytes.data();
    if (bytes.size() < sizeof copy) {
      if (!bytes.empty()) {
        std::memcpy(copy, from, bytes.size());
      }
      from = copy;
    }
    const std::size_t last_load = bytes.size() < 8 ? 0 : bytes.size() - 8;
    detail::live_state now = state;
    point* next = to;
    while (at < bytes.size()) {
      const std::size_t load = at < last_load ? at : last_load;
      const std::uint64_t word = detail::load_little_endian(from + load) >> 8 * (at - load);
      record_values record = read_record(word, whole);
      if (record.bytes == 0) [[unlikely]] {
        record = read_escape(bytes.substr(at));
      }
      const std::size_t length = record.bytes;
      now.advance(record.more_x, record.more_y, record.more_pressure, record.step_t);
      if (length > bytes.size() - at || now.x + limit > 2 * limit || now.y + limit > 2 * limit ||
          now.pressure > detail::pressure_top) [[unlikely]] {
        break;
      }
      *next++ = detail::from_steps(static_cast<std::int32_t>(now.x),
                                   static_cast<std::int32_t>(now.y), now.pressure, now.t, unit);
      at += length;
    }
    state = now;
    to = next;
    return at;
  }

  struct record_values {
    std::uint32_t more_x = 0;
    std::uint32_t more_y = 0;
    std::uint32_t more_pressure = 0;
    std::uint32_t step_t = 0;
    // 0 for the escape.
    std::size_t bytes = 0;
  };

  // A jump by the class is faster than
  // shifts by widths from a table: where the next record begins need not be waited for. Inlined by
  // force: a call hands the values over in memory, which takes a fifth longer.
  [[gnu::always_inline]] static inline record_values read_record(std::uint64_t word,
                                                                 unsigned whole) noexcept {
    switch (word & 7U) {
      case 0:
        return read_class<0>(word, whole);
      case 1:
        return read_class<1>(word, whole);
      case 2:
        return read_class<2>(word, whole);
      case 3:
        return read_class<3>(word, whole);
      case 4:
        return read_class<4>(word, whole);
      case 5:
        return read_class<5>(word, whole);
      case 6:
        return read_class<6>(word, whole);
      default:
        break;
    }
    switch (word & 31U) {
      case 7:
        return read_class<7>(word, whole);
      case 15:
        return read_class<8>(word, whole);
      case 23:
        return read_class<9>(word, whole);
      default:
        return {};
    }
  }

  template <std::size_t Index>
  [[gnu::always_inline]] static inline record_values read_class(std::uint64_t word,
                                                                unsigned whole) noexcept {
    constexpr detail::live_class record = detail::live_classes[Index];
    constexpr unsigned at_y = record.tag_bits + record.xy;
    constexpr unsigned at_time = at_y + record.xy;
    constexpr unsigned at_pressure = at_time + record.time;
    const unsigned cut = record.is_whole ? whole : 0;
    return {field<record.tag_bits, record.xy>(word) << cut, field<at_y, record.xy>(word) << cut,
            field<at_pressure, record.pressure>(word),
            static_cast<std::uint32_t>(word >> at_time & ((1U << record.time) - 1)), record.bytes};
  }

  template <unsigned At, unsigned Width>
  static std::uint32_t field(std::uint64_t word) noexcept {
    if constexpr (Width == 0) {
      return 0;
    } else {
      const auto folded = static_cast<std::uint32_t>(word >> At & ((1U << Width) - 1));
      return detail::unfold_sign(folded);
    }
  }

  // Says that it took more bytes than there are when they are damaged.
  static record_values read_escape(std::string_view bytes) noexcept {
    const record_values damaged{.bytes = bytes.size() + 1};
    if (static_cast<unsigned char>(bytes[0]) != detail::live_escape) {
      return damaged;
    }
    std::size_t at = 1;
    std::uint32_t fields[4];
    for (std::uint32_t& each : fields) {
      if (!detail::read_varint(bytes, at, each)) {
        return damaged;
      }
      each = detail::unfold_sign(each);
    }
    return {fields[0], fields[1], fields[3], fields[2], at};
  }

  bool has_begun_ = false;
  point_grid grid_ = point_grid::sixteenth;
  detail::live_state state_;
};

}  // namespace collab

#endif  // COLLAB_INK_LIVE_POINTS_HPP
