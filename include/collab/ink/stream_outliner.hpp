// collab/ink/stream_outliner.hpp - the outline of a stroke as it is drawn, piece by piece.
//
// For a renderer that adds to what it has painted; outline.hpp makes one polygon of a stroke.

#ifndef COLLAB_INK_STREAM_OUTLINER_HPP
#define COLLAB_INK_STREAM_OUTLINER_HPP

#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "collab/ink/detail/outline_disc.hpp"
#include "collab/ink/outline_options.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

// Closed polygons. Polygon i has the corners from ends[i - 1], or 0, to before ends[i].
struct polygons {
  std::vector<vertex> corners;
  std::vector<std::size_t> ends;

  [[nodiscard]] std::size_t size() const noexcept { return ends.size(); }
  [[nodiscard]] std::span<const vertex> operator[](std::size_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return {corners.data() + begin, ends[i] - begin};
  }
  void clear() noexcept {
    corners.clear();
    ends.clear();
  }
};

// Draws the outlines of strokes while they grow, one at a time.
//
//   stream_outliner draw;
//   draw.append(samples, pieces);   // for each batch of samples: fill the new pieces
//   draw.finish();                  // at pen up
//
// Each piece is a convex polygon, and all turn the same way, the way of outliner. Together
// the pieces of a stroke so far cover what outliner::polygon() covers: exactly along its
// straight sides, and where it is round both lie within `tolerance` (where
// corners_per_circle_max does not bind) inside of the true circle. Nothing is held back or
// taken back: the newest sample is covered at once, and what was painted stays right.
//
// Pieces overlap where lines join. An opaque colour may fill one after another; the edges
// within the stroke lie on what is painted already. A translucent one must fill them as one
// path by the nonzero rule, or into a layer of its own.
//
// A stroke begins with the circle around its first point. Then each line adds what lies
// between the discs at its ends, from the chord across the one that is there already to the
// far side of the new one; nothing if that lies inside of the other. Of points at one place
// in a row, one that is wider than those before adds the last piece again, as wide.
//
// Width, speed, and points that are not is_valid() are as in outliner. There is no bound on
// the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class stream_outliner {
 public:
  explicit stream_outliner(outline_options options = {}) : brush_{options} {}

  // Adds the pieces of `samples`, at most one for each, to the end of `out`, which may be
  // cleared or another one from call to call. O(corners): up to 4, and those of half a
  // circle, or more if the stroke gets wider, for each piece.
  void append(std::span<const point> samples, polygons& out) {
    for (const point& each : samples) {
      if (is_valid(each)) {
        add(brush_.next(each), out);
      }
    }
  }

  // Ends the stroke; the next sample begins another. Nothing is held back.
  void finish() noexcept {
    brush_.clear();
    discs_ = 0;
  }

 private:
  void add(const detail::outline_disc& next, polygons& out) {
    if (discs_ > 0 && next.x == last_.x && next.y == last_.y) {
      if (!(next.radius > last_.radius)) {
        return;
      }
    } else {
      from_ = last_;
      discs_ = discs_ < 2 ? discs_ + 1 : 2;
    }
    last_ = next;
    const std::size_t before = out.corners.size();
    draw(out.corners);
    if (out.corners.size() != before) {
      out.ends.push_back(out.corners.size());
    }
  }

  // The piece that ends in last_.
  void draw(std::vector<vertex>& out) const {
    constexpr double pi = std::numbers::pi;
    if (discs_ < 2) {
      brush_.arc(last_, 0, -2 * pi, out);
      return;
    }
    const auto [heading, tilt] = detail::line_between(from_, last_);
    if (tilt <= 0) {
      return;
    }
    if (tilt >= pi) {
      brush_.arc(last_, heading, -2 * pi, out);
      return;
    }
    detail::put_on(from_, heading + tilt, out);
    detail::put_on(last_, heading + tilt, out);
    brush_.arc(last_, heading + tilt, -2 * tilt, out);
    detail::put_on(last_, heading - tilt, out);
    detail::put_on(from_, heading - tilt, out);
  }

  detail::outline_brush brush_;
  // How many places of the stroke are known, up to 2; the last two of them.
  int discs_ = 0;
  detail::outline_disc from_;
  detail::outline_disc last_;
};

}  // namespace collab

#endif  // COLLAB_INK_STREAM_OUTLINER_HPP
