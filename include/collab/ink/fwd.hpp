// collab/ink/fwd.hpp - the names of the ink module.

#ifndef COLLAB_INK_FWD_HPP
#define COLLAB_INK_FWD_HPP

namespace collab {

class distance_filter;
class gap_interpolator;
struct bounds;
struct point;

}  // namespace collab

#endif  // COLLAB_INK_FWD_HPP
