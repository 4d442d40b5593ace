// collab/ink/gap_interpolator.hpp - fills the gaps that a fast pointer leaves.
//
// Draws points between samples that lie far apart, on straight lines or on a curve through
// all samples, so that a brush can be stamped along the stroke. For drawing only: what is
// filled in is never sent or stored.

#ifndef COLLAB_INK_GAP_INTERPOLATOR_HPP
#define COLLAB_INK_GAP_INTERPOLATOR_HPP

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

// On what the points between two samples lie.
enum class gap_curve : std::uint8_t {
  // The straight line, evenly spaced.
  straight,
  // The centripetal Catmull-Rom spline: Catmull & Rom, "A class of local interpolating
  // splines", 1974, with alpha = 1/2, which has neither cusps nor loops between two samples:
  // Yuksel, Schaefer & Keyser, "Parameterization and applications of Catmull-Rom curves",
  // Computer-Aided Design 43, 2011. It needs the sample after the gap: output is one late.
  centripetal,
};

struct gap_interpolator_options {
  // Neighbours farther apart than this get points in between, no two of which are
  // farther apart (but for rounding), in the unit of the coordinates. Greater than 0.
  float distance_max = 8.0F;

  // Most points put into one gap; beyond it they lie farther apart than distance_max.
  std::size_t points_per_gap_max = 1024;

  gap_curve curve = gap_curve::straight;
};

// A streaming interpolator for one stroke at a time.
//
//   gap_interpolator fill{{.distance_max = 8.0F}};
//   fill.append(samples, smooth);   // for each batch of samples
//   fill.finish(smooth);            // at pen up
//
// Every sample is in the output, unchanged and in order. Within a gap pressure and time
// go evenly from one sample's to the next one's, time rounded to the nearest millisecond
// and backwards if it does. The straight line has the fewest points that will do, the curve
// may have more, evenly in its parameter.
//
// A sample that is not is_valid() is passed over as if it had not come; all output is valid.
// Samples at one place are all in the output and have no gap; the curve takes its direction
// there from the other side. A stroke of one sample is that sample. There is no bound on
// the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class gap_interpolator {
 public:
  explicit gap_interpolator(gap_interpolator_options options = {}) : options_{options} {
    assert(options.distance_max > 0);
  }

  // Adds `samples` and what lies between them to the end of `out`; with
  // gap_curve::centripetal, up to the sample before the last one given.
  // O(samples + points added).
  void append(std::span<const point> samples, std::vector<point>& out) {
    if (options_.curve == gap_curve::straight) {
      for (const point& sample : samples) {
        append_straight(sample, out);
      }
    } else {
      for (const point& sample : samples) {
        append_curved(sample, out);
      }
    }
  }

  // Ends the stroke, adding what was held back; the next sample begins another.
  void finish(std::vector<point>& out) {
    if (options_.curve == gap_curve::centripetal && seen_ >= 2) {
      fill_curve(before_, from_, last_, beyond(from_, last_), out);
      out.push_back(last_);
    }
    seen_ = 0;
  }

 private:
  void append_straight(const point& sample, std::vector<point>& out) {
    if (!is_valid(sample)) {
      return;
    }
    if (seen_ != 0) {
      fill_line(last_, sample, out);
    }
    out.push_back(sample);
    last_ = sample;
    seen_ = 1;
  }

  // Fills the gap from_ .. last_ when the sample after it comes.
  void append_curved(const point& sample, std::vector<point>& out) {
    if (!is_valid(sample)) {
      return;
    }
    if (seen_ == 0) {
      out.push_back(sample);
    } else if (seen_ == 1) {
      before_ = beyond(sample, last_);
      from_ = last_;
    } else {
      fill_curve(before_, from_, last_, sample, out);
      out.push_back(last_);
      before_ = from_;
      from_ = last_;
    }
    last_ = sample;
    seen_ = std::min(seen_ + 1, 2);
  }

  // The mirror image of `from` on the other side of `at`: where the curve is taken to come
  // from, or to go to, at an end of the stroke.
  static point beyond(const point& from, const point& at) {
    return {.x = at.x + (at.x - from.x), .y = at.y + (at.y - from.y)};
  }

  // How many points a gap needs in which `span` is the way to go.
  [[nodiscard]] std::size_t points_for(float span) const {
    const float gaps = span / options_.distance_max;
    if (!(gaps < static_cast<float>(options_.points_per_gap_max))) {
      return options_.points_per_gap_max;
    }
    const auto whole = static_cast<std::size_t>(gaps);
    return static_cast<float>(whole) == gaps && whole > 0 ? whole - 1 : whole;
  }

  void fill_line(const point& from, const point& to, std::vector<point>& out) const {
    const float dx = to.x - from.x;
    const float dy = to.y - from.y;
    const float square = dx * dx + dy * dy;
    if (!(square > options_.distance_max * options_.distance_max)) {
      return;
    }
    const std::size_t count = points_for(std::sqrt(square));
    const float pressure = to.pressure - from.pressure;
    const double elapsed = static_cast<double>(to.t) - static_cast<double>(from.t);
    const double start = static_cast<double>(from.t) + 0.5;
    const float step = 1.0F / static_cast<float>(count + 1);
    const std::size_t before = out.size();
    out.resize(before + count);
    point* filled = out.data() + before;
    for (std::size_t i = 1; i <= count; ++i) {
      const float part = static_cast<float>(i) * step;
      *filled++ = {from.x + dx * part, from.y + dy * part, from.pressure + pressure * part,
                   static_cast<std::uint32_t>(
                       static_cast<std::int64_t>(start + elapsed * static_cast<double>(part)))};
    }
  }

  // The curve from `p1` to `p2`, as a cubic polynomial of a part that goes from 0 to 1.
  void fill_curve(const point& p0, const point& p1, const point& p2, const point& p3,
                  std::vector<point>& out) const {
    const float gap = distance(p1, p2);
    if (!(gap > options_.distance_max)) {
      return;
    }
    const point from = p0.x == p1.x && p0.y == p1.y ? beyond(p2, p1) : p0;
    const point to = p3.x == p2.x && p3.y == p2.y ? beyond(p1, p2) : p3;
    const double d01 = std::sqrt(static_cast<double>(distance(from, p1)));
    const double d12 = std::sqrt(static_cast<double>(gap));
    const double d23 = std::sqrt(static_cast<double>(distance(p2, to)));
    const axis x{from.x, p1.x, p2.x, to.x, d01, d12, d23};
    const axis y{from.y, p1.y, p2.y, to.y, d01, d12, d23};
    // The derivative is a Bezier curve of these three, so it is nowhere greater than them.
    const double fastest = std::max({std::hypot(x.start, y.start), std::hypot(x.end, y.end),
                                     std::hypot(x.middle(), y.middle())});
    const std::size_t count = points_for(static_cast<float>(fastest));
    const double pressure = static_cast<double>(p2.pressure) - static_cast<double>(p1.pressure);
    const double elapsed = static_cast<double>(p2.t) - static_cast<double>(p1.t);
    for (std::size_t i = 1; i <= count; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(count + 1);
      out.push_back({in_range(x.at(part)), in_range(y.at(part)),
                     static_cast<float>(static_cast<double>(p1.pressure) + pressure * part),
                     static_cast<std::uint32_t>(static_cast<std::int64_t>(
                         static_cast<double>(p1.t) + 0.5 + elapsed * part))});
    }
  }

  // One coordinate of the curve between p1 and p2: a cubic in Hermite form.
  struct axis {
    axis(float p0, float p1, float p2, float p3, double d01, double d12, double d23)
        : origin{static_cast<double>(p1)}, way{static_cast<double>(p2) - static_cast<double>(p1)} {
      const double in = static_cast<double>(p1) - static_cast<double>(p0);
      const double out = static_cast<double>(p3) - static_cast<double>(p2);
      start = d12 * (in / d01 - (in + way) / (d01 + d12) + way / d12);
      end = d12 * (way / d12 - (way + out) / (d12 + d23) + out / d23);
    }
    [[nodiscard]] double middle() const { return 3 * way - start - end; }
    [[nodiscard]] double at(double part) const {
      const double cubic = start + end - 2 * way;
      const double square = 3 * way - 2 * start - end;
      return origin + part * (start + part * (square + part * cubic));
    }

    double origin;
    double way;
    // Derivatives at the two ends.
    double start;
    double end;
  };

  // A curve may swing out of the range; what is cut off moves no two points apart.
  static float in_range(double coordinate) {
    return static_cast<float>(std::clamp(coordinate, -coordinate_max, coordinate_max));
  }

  gap_interpolator_options options_;
  // How many samples of the stroke are known, up to 2.
  int seen_ = 0;
  point before_;
  point from_;
  point last_;
};

}  // namespace collab

#endif  // COLLAB_INK_GAP_INTERPOLATOR_HPP
