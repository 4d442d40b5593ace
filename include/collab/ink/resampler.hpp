// collab/ink/resampler.hpp - a stroke's points anew, at even distances along it.
//
// For what compares or textures strokes and needs even steps. Unlike gap_interpolator it
// keeps only the first and the last sample as they were.

#ifndef COLLAB_INK_RESAMPLER_HPP
#define COLLAB_INK_RESAMPLER_HPP

#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

struct resampler_options {
  // The way along the stroke from one point to the next, in the unit of the coordinates.
  // Greater than 0.
  float spacing = 4.0F;

  // Most points put between two samples. A gap that would get more gets this many, evenly,
  // and the next point is counted from its end. Greater than 0.
  std::size_t points_per_gap_max = 4096;
};

// A streaming resampler for one stroke at a time.
//
//   resampler sample{{.spacing = 2.0F}};
//   sample.append(samples, even);   // for each batch of samples
//   sample.finish(even);            // at pen up
//
// The result is the first sample, a point after each `spacing` of the way along the straight
// lines between samples, and the last sample, unless a point lies at its place already.
// Pressure and time go evenly from sample to sample, time rounded to the nearest
// millisecond; it goes backwards where the samples' does.
//
// A sample that is not is_valid() is passed over as if it had not come; all output is valid.
// Of samples at one place the last gives pressure and time to what follows. A stroke of one
// sample, or all at one place, is its first. There is no bound on the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class resampler {
 public:
  explicit resampler(resampler_options options = {})
      : spacing_{static_cast<double>(options.spacing)}, points_max_{options.points_per_gap_max} {
    assert(options.spacing > 0 && options.points_per_gap_max > 0);
  }

  // Adds the points up to the last of `samples` to the end of `out`.
  // O(samples + points added).
  void append(std::span<const point> samples, std::vector<point>& out) {
    for (const point& sample : samples) {
      if (!is_valid(sample)) {
        continue;
      }
      if (has_begun_) {
        walk(sample, out);
      } else {
        out.push_back(sample);
        put_ = sample;
        walked_ = 0;
        has_begun_ = true;
      }
      last_ = sample;
    }
  }

  // Ends the stroke: adds its last sample, and is ready for another.
  void finish(std::vector<point>& out) {
    if (has_begun_ && (put_.x != last_.x || put_.y != last_.y || walked_ > 0)) {
      out.push_back(last_);
    }
    has_begun_ = false;
  }

 private:
  void walk(const point& to, std::vector<point>& out) {
    const double dx = static_cast<double>(to.x) - static_cast<double>(last_.x);
    const double dy = static_cast<double>(to.y) - static_cast<double>(last_.y);
    const double way = std::sqrt(dx * dx + dy * dy);
    if (!(way > 0)) {
      return;
    }
    double at = spacing_ - walked_;
    double step = spacing_;
    const double wanted = std::floor((walked_ + way) / spacing_);
    std::size_t count = 0;
    if (wanted <= static_cast<double>(points_max_)) {
      count = static_cast<std::size_t>(wanted);
      walked_ = std::fmax(0, walked_ + way - wanted * spacing_);
    } else {
      count = points_max_;
      at = step = way / static_cast<double>(points_max_);
      walked_ = 0;
    }
    const double pressure = static_cast<double>(to.pressure) - static_cast<double>(last_.pressure);
    const double elapsed = static_cast<double>(to.t) - static_cast<double>(last_.t);
    for (std::size_t i = 0; i < count; ++i, at += step) {
      const double part = std::fmin(1, at / way);
      put_ = {static_cast<float>(static_cast<double>(last_.x) + dx * part),
              static_cast<float>(static_cast<double>(last_.y) + dy * part),
              static_cast<float>(static_cast<double>(last_.pressure) + pressure * part),
              static_cast<std::uint32_t>(
                  static_cast<std::int64_t>(static_cast<double>(last_.t) + 0.5 + elapsed * part))};
      out.push_back(put_);
    }
  }

  double spacing_;
  std::size_t points_max_;
  bool has_begun_ = false;
  // The last sample, the last point put out, and the way between them.
  point last_;
  point put_;
  double walked_ = 0;
};

}  // namespace collab

#endif  // COLLAB_INK_RESAMPLER_HPP
