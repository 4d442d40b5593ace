// Decodes anything; what decodes is encoded again and must come back the same.
//
// Coverage of: include/collab/ink/live_points.hpp include/collab/ink/packed_points.hpp
// Coverage of: include/collab/ink/detail

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/ink/point_codec.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_points(const std::vector<collab::point>& points, collab::point_grid grid) {
  for (const collab::point& each : points) {
    require(collab::is_valid(each));
  }
  std::string packed;
  require(collab::encode_packed(points, {grid}, packed).ok());
  std::vector<collab::point> again;
  require(collab::decode_points(packed, again).ok() && again == points);

  if (points.empty()) {
    return;  // A live run begins with its first point.
  }
  std::string live;
  collab::live_point_encoder encoder{{grid}};
  require(encoder.append(points, live).ok());
  again.clear();
  require(collab::decode_points(live, again).ok() && again == points);
  again.clear();
  require(!collab::live_point_decoder{}.append(live, again, points.size() - 1).ok());

  // From the middle on, by who knows just the points.
  const std::size_t from = points.size() / 2;
  const std::span<const collab::point> drawn = std::span{points}.first(from);
  encoder.resume_after(drawn);
  live.clear();
  require(encoder.append(std::span{points}.subspan(from), live).ok());
  collab::live_point_decoder decoder{{grid}};
  decoder.resume_after(drawn);
  again.assign(drawn.begin(), drawn.end());
  require(decoder.append(live, again).ok() && again == points);
}

void check_blocks(std::string_view bytes, const std::vector<collab::point>* all) {
  const absl::StatusOr<collab::packed_points> packed = collab::packed_points::open(bytes);
  if (!packed.ok()) {
    return;
  }
  std::vector<collab::point> joined;
  for (std::size_t i = 0; i < packed->blocks(); ++i) {
    const absl::Status status = packed->append_block_to(i, joined);
    require(all == nullptr || status.ok());
    if (!status.ok()) {
      break;
    }
  }
  require(all == nullptr || joined == *all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::vector<collab::point> points{{}};
  const bool is_read = collab::decode_points(bytes, points).ok();
  require(points.front() == collab::point{});
  require(is_read || points.size() == 1);
  points.erase(points.begin());
  check_blocks(bytes, is_read ? &points : nullptr);
  if (is_read) {
    const unsigned grid = bytes.empty() ? 0 : data[0] & 3U;
    check_points(points, static_cast<collab::point_grid>(grid));
  }

  // A live run in two pieces, cut where the first byte says.
  if (size > 1) {
    collab::live_point_decoder decoder;
    std::vector<collab::point> pieces;
    const std::string_view run = bytes.substr(1);
    const std::size_t cut = data[0] % run.size();
    if (decoder.append(run.substr(0, cut), pieces).ok() &&
        decoder.append(run.substr(cut), pieces).ok()) {
      std::vector<collab::point> whole;
      require(collab::live_point_decoder{}.append(run, whole).ok() && whole == pieces);
    }
  }
  return 0;
}
