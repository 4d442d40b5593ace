// collab/collab.hpp - the whole core in one include.

#ifndef COLLAB_COLLAB_HPP
#define COLLAB_COLLAB_HPP

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/random_source.hpp"
#include "collab/core/version.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element_digest.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/document/ordering.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation_log.hpp"
#include "collab/ink/bounds.hpp"
#include "collab/ink/distance_filter.hpp"
#include "collab/ink/eraser.hpp"
#include "collab/ink/gap_interpolator.hpp"
#include "collab/ink/hit_test.hpp"
#include "collab/ink/one_euro_smoother.hpp"
#include "collab/ink/outline.hpp"
#include "collab/ink/outline_options.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_batcher.hpp"
#include "collab/ink/point_codec.hpp"
#include "collab/ink/polyline.hpp"
#include "collab/ink/resampler.hpp"
#include "collab/ink/simplifier.hpp"
#include "collab/ink/stream_outliner.hpp"
#include "collab/ink/stream_simplifier.hpp"
#include "collab/ink/svg_path.hpp"
#include "collab/ink/vertex.hpp"
#include "collab/protocol/binary_codec.hpp"
#include "collab/room/room.hpp"

#endif  // COLLAB_COLLAB_HPP
