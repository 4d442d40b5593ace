// collab/ink/outline.hpp - the polygon that a stroke of varying width covers.
//
// For drawing, fill it by the nonzero rule; svg_path.hpp writes it as text. The lines between
// points stay straight: a stroke that should look round goes through gap_interpolator first.
// stream_outliner.hpp draws a stroke that still grows without drawing it anew each time.

#ifndef COLLAB_INK_OUTLINE_HPP
#define COLLAB_INK_OUTLINE_HPP

#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "collab/ink/detail/outline_disc.hpp"
#include "collab/ink/outline_options.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

// Draws outlines. The outline covers a disc around each point, as wide as the stroke is
// there, and between neighbours all that lies between their common tangents: round caps,
// round joins, and no place left out in however sharp a turn. It is one closed polygon that
// may overlap itself, always turning the same way: to be filled nonzero, never even-odd.
//
//   outliner draw;
//   draw.draw(stroke, polygon);   // a whole stroke; or, as its points come:
//   draw.append(samples);         // for each batch of samples
//   draw.polygon(polygon);        // the outline of the stroke so far, at any time
//   draw.clear();                 // before another stroke
//
// Speed is that between a point and the one before, evened out with the last one's by half;
// where time stands still or goes backwards the last one's counts.
//
// Points that are not is_valid() are passed over as if they were not there. Points at one
// place in a row are one, as wide as the widest. A stroke of one place is a circle, one
// without points has no corners. There is no bound on the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: work space kept from stroke to stroke, 28 bytes for each point of the longest.
class outliner {
 public:
  explicit outliner(outline_options options = {}) : brush_{options} {}

  // Adds the corners of the whole stroke's outline to the end of `out`; the last is joined to
  // the first. Up to 4 corners for each point and those of the joins and caps. A stroke begun
  // by append() is forgotten. O(corners).
  void draw(std::span<const point> points, std::vector<vertex>& out) {
    clear();
    append(points);
    polygon(out);
    clear();
  }

  // Goes on with the stroke. O(samples).
  void append(std::span<const point> samples) {
    for (const point& each : samples) {
      if (is_valid(each)) {
        add(brush_.next(each));
      }
    }
  }

  // Forgets the stroke; the next sample begins another. O(1).
  void clear() noexcept {
    brush_.clear();
    discs_.clear();
    lines_.clear();
  }

  // Adds the outline of the stroke so far to the end of `out`, the same corners as draw() of
  // all samples yet. O(corners).
  void polygon(std::vector<vertex>& out) const {
    if (discs_.empty()) {
      return;
    }
    constexpr double pi = std::numbers::pi;
    const std::size_t last = discs_.size() - 1;
    if (last == 0) {
      brush_.arc(discs_[0], 0, -2 * pi, out);
      return;
    }
    // Along the left side, around the end, back along the right side, around the beginning.
    for (std::size_t i = 1; i <= last; ++i) {
      const detail::outline_line& before = lines_[i - 1];
      detail::put_on(discs_[i - 1], before.heading + before.tilt, out);
      detail::put_on(discs_[i], before.heading + before.tilt, out);
      if (i < last) {
        join(discs_[i], before.heading + before.tilt,
             turned(before, lines_[i]) + lines_[i].tilt - before.tilt, out);
      }
    }
    const detail::outline_line& end = lines_[last - 1];
    brush_.arc(discs_[last], end.heading + end.tilt, -2 * end.tilt, out);
    for (std::size_t i = last; i-- > 0;) {
      const detail::outline_line& after = lines_[i];
      detail::put_on(discs_[i + 1], after.heading - after.tilt, out);
      detail::put_on(discs_[i], after.heading - after.tilt, out);
      if (i > 0) {
        join(discs_[i], after.heading - after.tilt,
             -(turned(lines_[i - 1], after) - after.tilt + lines_[i - 1].tilt), out);
      }
    }
    const detail::outline_line& start = lines_.front();
    brush_.arc(discs_[0], start.heading - start.tilt, -2 * (pi - start.tilt), out);
  }

 private:
  void add(const detail::outline_disc& next) {
    if (!discs_.empty()) {
      detail::outline_disc& last = discs_.back();
      if (next.x == last.x && next.y == last.y) {
        if (next.radius > last.radius) {
          last.radius = next.radius;
          if (!lines_.empty()) {
            lines_.back() = detail::line_between(discs_[discs_.size() - 2], last);
          }
        }
        return;
      }
      lines_.push_back(detail::line_between(last, next));
    }
    discs_.push_back(next);
  }

  // The angle between two lines, -pi to pi, positive if they turn from x towards y.
  static double turned(const detail::outline_line& from, const detail::outline_line& to) {
    constexpr double pi = std::numbers::pi;
    const double angle = to.heading - from.heading;
    return angle > pi ? angle - 2 * pi : angle < -pi ? angle + 2 * pi : angle;
  }

  // Around the outside of a turn, or through the middle on the inside, where both lines'
  // areas overlap: so every part is passed in the same sense, and the areas add up.
  void join(const detail::outline_disc& at, double angle, double sweep,
            std::vector<vertex>& out) const {
    if (sweep < 0) {
      brush_.arc(at, angle, sweep, out);
    } else if (sweep > 0) {
      out.push_back({at.x, at.y});
    }
  }

  detail::outline_brush brush_;
  std::vector<detail::outline_disc> discs_;
  // One fewer than discs_.
  std::vector<detail::outline_line> lines_;
};

}  // namespace collab

#endif  // COLLAB_INK_OUTLINE_HPP
