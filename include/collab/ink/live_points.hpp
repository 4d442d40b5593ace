// collab/ink/live_points.hpp - the points of a stroke while it is drawn.
//
// Two to three bytes a point, whole bytes, so that each message carries just the points that
// are new: the bytes of all messages, one after another, are a run themselves.
// For finished strokes packed_points.hpp is smaller. The layout: docs/ink-format.md.
//
//   collab::live_point_encoder pen;                 // one for each stroke that is drawn
//   absl::Status status = pen.append(new_points, message);
//
//   collab::live_point_decoder seen;                // one for each stroke that is watched
//   status = seen.append(message, stroke);
//
// Who keeps the points anyhow needs to keep no encoder: it begins where they end.
//
//   collab::live_point_encoder rest;
//   rest.resume_after(std::span{stroke}.first(from));
//   status = rest.append(std::span{stroke}.subspan(from), message);

#ifndef COLLAB_INK_LIVE_POINTS_HPP
#define COLLAB_INK_LIVE_POINTS_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/ink/detail/inlining.hpp"
#include "collab/ink/detail/live_class.hpp"
#include "collab/ink/detail/live_rows.hpp"
#include "collab/ink/detail/point_lanes.hpp"
#include "collab/ink/detail/varint.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab {

// Encodes one run of points in pieces of any size.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own, 48 bytes of state.
class live_point_encoder {
 public:
  explicit live_point_encoder(point_codec_options options = {}) noexcept : options_{options} {}

  // Adds the next points of the run, rounded to the grid, to the end of `out`. The first
  // piece that has points begins with the format byte. InvalidArgument, everything
  // unchanged, when a point is not valid. O(points); allocates only where `out` grows: when
  // that throws, the run is where it was before, but `out` may have some of the bytes.
  absl::Status append(std::span<const point> points, std::string& out) {
    for (const point& each : points) {
      if (!is_valid(each)) [[unlikely]] {
        return detail::invalid_point(each, static_cast<std::size_t>(&each - points.data()));
      }
    }
    if (points.empty()) {
      return absl::OkStatus();
    }
    // In pieces that the stack holds.
    constexpr std::size_t piece_groups = 8;
    char bytes[1 + piece_groups * detail::live_group_bytes_max];
    char* end = bytes;
    // A copy: bytes that are written could be anything's, also the state's.
    detail::live_state state = state_;
    if (!has_begun_) {
      *end++ = static_cast<char>(detail::format_byte(options_.grid, false));
      end = write_group(points.first(1), options_.grid, state, end);
      state.step = detail::word_lanes{};
      points = points.subspan(1);
    }
    while (!points.empty() || end != bytes) {
      for (std::size_t i = 1; i < piece_groups && !points.empty(); ++i) {
        const std::size_t count = std::min(points.size(), detail::live_group_points);
        end = write_group(points.first(count), options_.grid, state, end);
        points = points.subspan(count);
      }
      out.append(bytes, static_cast<std::size_t>(end - bytes));
      end = bytes;
    }
    state_ = state;
    has_begun_ = true;
    return absl::OkStatus();
  }

  // Begins another run.
  void restart() noexcept { resume_after({}); }

  // Goes on with a run whose points so far are `drawn`, as if this object had encoded them:
  // no format byte is written. Only the last two count. None: as restart().
  // Requires: valid points on the grid. O(1).
  void resume_after(std::span<const point> drawn) noexcept {
    state_ = detail::live_state::after(drawn, options_.grid);
    has_begun_ = !drawn.empty();
  }

 private:
  // One to eight points. Returns the end.
  static char* write_group(std::span<const point> points, point_grid grid,
                           detail::live_state& state, char* to) noexcept {
    const auto steps = static_cast<float>(detail::grid_steps(grid));
    const unsigned whole = detail::grid_bits(grid);
    detail::live_rows rows{};
    detail::word_lanes any{};
    detail::word_lanes magnitudes{};
    for (std::size_t i = 0; i < points.size(); ++i) {
      const detail::word_lanes next = detail::to_lanes(points[i], steps);
      const detail::word_lanes step = next - state.at;
      const detail::word_lanes row = step - (state.step & detail::lanes_xy);
      any |= row;
      magnitudes |= row ^ (detail::signs(row) & detail::lanes_signed);
      rows[i] = row;
      state.at = next;
      state.step = step;
    }
    const unsigned code = detail::choose_live_class(any, magnitudes, whole);
    const auto count = static_cast<unsigned>(points.size());
    *to++ = static_cast<char>(code << 3U | (count - 1));
    return detail::write_rows(rows, code, count, whole, to);
  }

  point_codec_options options_;
  bool has_begun_ = false;
  detail::live_state state_;
};

// Decodes one run of points in the pieces it was encoded in, or in any others that end where
// a group does. Trusts nothing.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own, 48 bytes of state.
class live_point_decoder {
 public:
  // `options` are for runs that are resumed: a fresh one tells its grid itself.
  explicit live_point_decoder(point_codec_options options = {}) noexcept : grid_{options.grid} {}

  // Adds the points of the next piece of the run to the end of `out`.
  // ResourceExhausted, everything unchanged and nothing allocated, when there are more than
  // `points_max`. DataLoss, or InvalidArgument for another format, with the offset of the group,
  // everything unchanged, when the piece is damaged, does not end where a group does, or has a
  // point that is out of range. O(bytes); allocates only where `out` grows, by as many points as
  // there are bytes for.
  absl::Status append(std::string_view bytes, std::vector<point>& out,
                      std::size_t points_max = static_cast<std::size_t>(-1)) {
    std::size_t begin = 0;
    point_grid grid = grid_;
    if (!has_begun_ && !bytes.empty()) {
      if (!detail::is_live_format(bytes[0])) [[unlikely]] {
        return detail::not_live_points(bytes[0]);
      }
      grid = static_cast<point_grid>(static_cast<unsigned char>(bytes[0]) & 3U);
      begin = 1;
    }
    const detail::live_group_walk walk = detail::walk_live_groups(bytes, begin);
    if (walk.end != bytes.size()) [[unlikely]] {
      return detail::damaged_live_group(walk.end);
    }
    if (walk.points > points_max) [[unlikely]] {
      return absl::ResourceExhaustedError(
          absl::StrCat("points: ", walk.points, " of them, at most ", points_max));
    }
    const std::size_t before = out.size();
    if (out.capacity() - before < walk.points) {
      out.reserve(std::max(before + walk.points, 2 * before));
    }
    detail::live_state state = state_;
    bool has_point = has_point_;
    for (std::size_t at = begin; at < bytes.size();) {
      piece_points piece;
      const std::size_t count = read(bytes, at, grid, state, has_point, piece);
      if (count == 0) [[unlikely]] {
        out.resize(before);
        return detail::damaged_live_group(find_bad_group(bytes, begin, grid));
      }
      out.insert(out.end(), piece.points, piece.points + count);
    }
    state_ = state;
    has_point_ = has_point;
    has_begun_ |= !bytes.empty();
    grid_ = grid;
    return absl::OkStatus();
  }

  // Gets ready for another run.
  void restart() noexcept { resume_after({}); }

  // Goes on with a run whose points so far are `drawn`, as if this object had decoded them:
  // no format byte is expected. Only the last two count. None: as restart(). The grid is that
  // of the run before, or of the options.
  // Requires: valid points on the grid. O(1).
  void resume_after(std::span<const point> drawn) noexcept {
    state_ = detail::live_state::after(drawn, grid_);
    has_begun_ = !drawn.empty();
    has_point_ = has_begun_;
  }

 private:
  static constexpr std::size_t piece_groups = 8;
  // Room for points, not initialised.
  union piece_points {
    piece_points() noexcept {}
    point points[piece_groups * detail::live_group_points];
  };

  // Reads groups until `bytes` or the piece ends, and moves `at` behind them. How many points
  // they have, or 0 when one is out of range.
  COLLAB_ALWAYS_INLINE static std::size_t read(std::string_view bytes, std::size_t& at,
                                               point_grid grid, detail::live_state& state,
                                               bool& has_point, piece_points& piece) noexcept {
    const unsigned whole = detail::grid_bits(grid);
    const char* const end = bytes.data() + bytes.size();
    detail::point_scale scale{detail::grid_unit(grid)};
    detail::live_state now = state;
    point* to = piece.points;
    std::size_t next = at;
    for (std::size_t group = 0; group < piece_groups && next < bytes.size(); ++group) {
      const auto first = static_cast<unsigned char>(bytes[next]);
      const unsigned count = (first & 7U) + 1;
      detail::live_rows rows;
      detail::read_group(bytes.data() + next + 1, end, first >> 3U, count, whole, rows);
      if (count == detail::live_group_points && has_point) [[likely]] {
        for (std::size_t i = 0; i < detail::live_group_points; ++i) {
          now.advance(rows[i]);
          scale.place(now.at, to + i);
        }
      } else {
        for (std::size_t i = 0; i < count; ++i) {
          now.advance(rows[i]);
          scale.place(now.at, to + i);
          if (!has_point) {
            now.step = detail::word_lanes{};
            has_point = true;
          }
        }
      }
      to += count;
      next += detail::live_group_bytes[first];
    }
    state = now;
    at = next;
    return scale.is_exceeded() ? 0 : static_cast<std::size_t>(to - piece.points);
  }

  // Where the first group begins that has a point out of range, when there is one.
  [[nodiscard]] COLLAB_NEVER_INLINE std::size_t find_bad_group(std::string_view bytes,
                                                               std::size_t at,
                                                               point_grid grid) const noexcept {
    detail::live_state state = state_;
    bool has_point = has_point_;
    piece_points piece;
    std::size_t next = at;
    while (at < bytes.size()) {
      const auto first = static_cast<unsigned char>(bytes[at]);
      const std::size_t end = at + detail::live_group_bytes[first];
      if (read(bytes.substr(0, end), next, grid, state, has_point, piece) == 0) {
        break;
      }
      at = next;
    }
    return at;
  }

  // Whether the format byte is behind, and whether the first point is.
  bool has_begun_ = false;
  bool has_point_ = false;
  point_grid grid_;
  detail::live_state state_;
};

}  // namespace collab

#endif  // COLLAB_INK_LIVE_POINTS_HPP
