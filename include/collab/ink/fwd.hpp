// collab/ink/fwd.hpp - the names of the ink module.

#ifndef COLLAB_INK_FWD_HPP
#define COLLAB_INK_FWD_HPP

namespace collab {

class box_hit_test;
class distance_filter;
class eraser;
class gap_interpolator;
class lasso_hit_test;
class live_point_decoder;
class live_point_encoder;
class one_euro_smoother;
class outliner;
class packed_points;
class point_batcher;
class resampler;
class simplifier;
class stream_eraser;
class stream_outliner;
class stream_simplifier;
class stroke_distance;
class stroke_length;
struct bounds;
struct outline_options;
struct point;
struct point_codec_options;
struct polygons;
struct stroke_pieces;
struct vertex;

}  // namespace collab

#endif  // COLLAB_INK_FWD_HPP
