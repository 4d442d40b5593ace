// collab/ink/packed_points.hpp - finished strokes in as few bits as they need.
//
// For storage, for snapshots and for strokes at rest in memory: 2 to 3 bytes a point. Points
// of a stroke that is still being drawn go by live_points.hpp. The layout, byte by byte:
// docs/ink-format.md.
//
//   std::string bytes;
//   absl::Status status = collab::encode_packed(stroke, {}, bytes);
//   absl::StatusOr<collab::packed_points> packed = collab::packed_points::open(bytes);
//   status = packed->append_to(points);             // all of them
//   status = packed->append_block_to(2, points);    // points 256 to 383

#ifndef COLLAB_INK_PACKED_POINTS_HPP
#define COLLAB_INK_PACKED_POINTS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/ink/detail/packed_block_reader.hpp"
#include "collab/ink/detail/packed_block_writer.hpp"
#include "collab/ink/detail/varint.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab {

// Adds `points`, rounded to the grid, to the end of `out`. At most 2^32-1 points.
// InvalidArgument, `out` unchanged, when a point is not valid.
// O(points). Allocates only where `out` grows.
inline absl::Status encode_packed(std::span<const point> points, point_codec_options options,
                                  std::string& out) {
  for (const point& each : points) {
    if (!is_valid(each)) {
      return detail::invalid_point(each, static_cast<std::size_t>(&each - points.data()));
    }
  }
  out.push_back(static_cast<char>(detail::format_byte(options.grid, true)));
  detail::append_varint(static_cast<std::uint32_t>(points.size()), out);
  detail::packed_block_writer block;
  while (!points.empty()) {
    const std::size_t count = std::min(points.size(), detail::packed_block_points);
    const bool is_last = count == points.size();
    const std::size_t begin = out.size();
    const std::size_t body = begin + (is_last ? 0 : 2);
    out.resize(body + block.plan(points.first(count), options.grid));
    const char* end = block.write(out.data() + body);
    out.resize(static_cast<std::size_t>(end - out.data()));
    if (!is_last) {
      const std::size_t bytes = out.size() - body;
      out[begin] = static_cast<char>(bytes & 0xFFU);
      out[begin + 1] = static_cast<char>(bytes >> 8U);
    }
    points = points.subspan(count);
  }
  return absl::OkStatus();
}

// A view of packed points. Trusts nothing: bytes that no encoder wrote give an error that
// names the offset, or points that are on the grid and in range.
//
// Threads: a value; distinct objects, safe. Memory: none; the bytes must outlive it.
class packed_points {
 public:
  static constexpr std::size_t block_points = detail::packed_block_points;

  // The points that begin at the first byte. `bytes` may hold more behind their end.
  // InvalidArgument for another format or version; DataLoss when there are more points
  // announced than the bytes could hold. The points themselves are not yet looked at.
  [[nodiscard]] static absl::StatusOr<packed_points> open(std::string_view bytes) {
    if (bytes.empty()) {
      return absl::DataLossError("points: byte 0 is missing");
    }
    const auto format = static_cast<unsigned char>(bytes[0]);
    if (!detail::is_format_byte(format) || (format & 4U) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("points: byte 0 is ", static_cast<int>(format), ", not packed points"));
    }
    packed_points result;
    result.bytes_ = bytes;
    result.grid_ = static_cast<point_grid>(format & 3U);
    std::size_t at = 1;
    std::uint32_t count = 0;
    if (!detail::read_varint(bytes, at, count)) {
      return absl::DataLossError(absl::StrCat("points: no count at byte ", at));
    }
    // No point takes less than two bits.
    if (count / 4 > bytes.size() - at) {
      return absl::DataLossError(
          absl::StrCat("points: ", count, " points at byte 1, in ", bytes.size() - at, " bytes"));
    }
    result.count_ = count;
    result.first_block_ = at;
    return result;
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] point_grid grid() const noexcept { return grid_; }
  // Block i holds the points from i * block_points on.
  [[nodiscard]] std::size_t blocks() const noexcept {
    return (count_ + block_points - 1) / block_points;
  }

  // Adds all points to the end of `out`, and tells in `end` where their bytes end.
  // DataLoss, both unchanged, when the bytes are damaged.
  absl::Status append_to(std::vector<point>& out, std::size_t& end) const {
    const std::size_t before = out.size();
    out.resize(before + count_);
    std::size_t at = first_block_;
    for (std::size_t done = 0; done < count_; done += block_points) {
      const std::size_t count = std::min(count_ - done, block_points);
      if (!read_block(at, count, done + count == count_, out.data() + before + done)) {
        out.resize(before);
        return damaged(done / block_points, at);
      }
    }
    end = at;
    return absl::OkStatus();
  }

  // As above, where nothing may follow.
  absl::Status append_to(std::vector<point>& out) const {
    const std::size_t before = out.size();
    std::size_t end = 0;
    absl::Status status = append_to(out, end);
    if (status.ok() && end != bytes_.size()) {
      out.resize(before);
      status = absl::DataLossError(
          absl::StrCat("points: ", bytes_.size() - end, " bytes too many, at byte ", end));
    }
    return status;
  }

  // Adds the points of one block to the end of `out`, skipping those before it by their
  // lengths. Requires: index < blocks(). DataLoss, `out` unchanged, when it is damaged.
  absl::Status append_block_to(std::size_t index, std::vector<point>& out) const {
    assert(index < blocks());
    std::size_t at = first_block_;
    for (std::size_t i = 0; i < index; ++i) {
      std::size_t bytes = 0;
      if (!read_length(at, bytes)) {
        return damaged(i, at);
      }
      at += bytes;
    }
    const std::size_t before = out.size();
    const std::size_t count = std::min(count_ - index * block_points, block_points);
    out.resize(before + count);
    if (!read_block(at, count, index + 1 == blocks(), out.data() + before)) {
      out.resize(before);
      return damaged(index, at);
    }
    return absl::OkStatus();
  }

 private:
  // Moves `at` behind the length of a block that is not the last, and checks it.
  bool read_length(std::size_t& at, std::size_t& length) const noexcept {
    if (bytes_.size() - at < 2) {
      return false;
    }
    length = static_cast<unsigned char>(bytes_[at]) |
             static_cast<std::size_t>(static_cast<unsigned char>(bytes_[at + 1])) << 8U;
    if (length > bytes_.size() - at - 2) {
      return false;
    }
    at += 2;
    return true;
  }

  // Moves `at` behind the block, or leaves it at its first byte.
  bool read_block(std::size_t& at, std::size_t count, bool is_last, point* out) const noexcept {
    std::size_t length = bytes_.size() - at;
    if (!is_last && !read_length(at, length)) {
      return false;
    }
    detail::bit_reader in{bytes_.substr(at, length)};
    detail::packed_block_reader block;
    if (!block.read(in, count, grid_, out)) {
      return false;
    }
    const std::size_t used = in.position() / 8;
    if (!is_last && used != length) {
      return false;
    }
    at += used;
    return true;
  }

  static absl::Status damaged(std::size_t block, std::size_t at) {
    return absl::DataLossError(
        absl::StrCat("points: block ", block, " at byte ", at, " is damaged or cut off"));
  }

  std::string_view bytes_;
  point_grid grid_ = point_grid::sixteenth;
  std::size_t count_ = 0;
  std::size_t first_block_ = 0;
};

}  // namespace collab

#endif  // COLLAB_INK_PACKED_POINTS_HPP
