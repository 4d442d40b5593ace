// collab/ink/point_codec.hpp - points as few bytes: on the wire, in memory, in storage.
//
// One format in two modes, told apart by the first byte: live_points.hpp for the points of a
// stroke while it is drawn, packed_points.hpp for the finished stroke. Coordinates lie on a
// grid (1/16 px by default), pressure on 1/1024, time on milliseconds; decoded points are
// the same bits on every machine. docs/ink-format.md describes every byte.

#ifndef COLLAB_INK_POINT_CODEC_HPP
#define COLLAB_INK_POINT_CODEC_HPP

#include <absl/status/status.h>

#include <string_view>
#include <vector>

#include "collab/ink/live_points.hpp"
#include "collab/ink/packed_points.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab {

// Adds the points of `bytes`, a whole run in either mode, to the end of `out`. Errors as
// those of the modes, `out` unchanged.
inline absl::Status decode_points(std::string_view bytes, std::vector<point>& out) {
  if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 4U) == 0) {
    live_point_decoder decoder;
    return decoder.append(bytes, out);
  }
  const absl::StatusOr<packed_points> packed = packed_points::open(bytes);
  return packed.ok() ? packed->append_to(out) : packed.status();
}

}  // namespace collab

#endif  // COLLAB_INK_POINT_CODEC_HPP
