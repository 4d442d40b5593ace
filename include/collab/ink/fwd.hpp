// collab/ink/fwd.hpp - the names of the ink module.

#ifndef COLLAB_INK_FWD_HPP
#define COLLAB_INK_FWD_HPP

namespace collab {

class distance_filter;
class eraser;
class gap_interpolator;
class one_euro_smoother;
class outliner;
class point_batcher;
class resampler;
class simplifier;
class stream_simplifier;
struct bounds;
struct point;
struct stroke_pieces;
struct vertex;

}  // namespace collab

#endif  // COLLAB_INK_FWD_HPP
