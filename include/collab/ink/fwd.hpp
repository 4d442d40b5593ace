// collab/ink/fwd.hpp - the names of the ink module.

#ifndef COLLAB_INK_FWD_HPP
#define COLLAB_INK_FWD_HPP

namespace collab {

class distance_filter;
class gap_interpolator;
class live_point_decoder;
class live_point_encoder;
class packed_points;
struct bounds;
struct point;
struct point_codec_options;

}  // namespace collab

#endif  // COLLAB_INK_FWD_HPP
