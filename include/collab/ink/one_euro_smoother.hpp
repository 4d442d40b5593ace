// collab/ink/one_euro_smoother.hpp - takes the jitter out of a stroke as it is drawn.
//
// A low-pass filter that follows fast movements closely and slow ones calmly. It moves
// points and neither adds nor drops any; thinning is distance_filter's and the simplifiers'.

#ifndef COLLAB_INK_ONE_EURO_SMOOTHER_HPP
#define COLLAB_INK_ONE_EURO_SMOOTHER_HPP

#include <cassert>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab {

// All greater than 0, but speed_gain, which may be 0. Tune as the paper says: hold still and
// lower cutoff_min until the jitter is gone, then move fast and raise speed_gain until the
// lag is.
struct one_euro_smoother_options {
  // The cut-off at rest, in Hz. The lag at rest is 1 / (2 pi cutoff_min): 20 ms for 8 Hz.
  float cutoff_min = 8.0F;

  // By how many Hz the cut-off rises for each unit of the coordinates per second.
  float speed_gain = 0.004F;

  // The cut-off for the speed itself, in Hz. The paper's 1 Hz lets go of a hand that speeds up
  // too slowly: at 4 Hz curves are cut less, and 1 px of jitter still is no speed to speak of.
  float speed_cutoff = 4.0F;

  // Seconds that count as passed while no time stamp has yet been later than the one before.
  float interval_first = 1.0F / 120;
};

// The 1 Euro filter of Casiez, Roussel & Vogel ("1€ filter: a simple speed-based low-pass
// filter for noisy input in interactive systems", CHI 2012), for one stroke at a time.
//
//   one_euro_smoother smoother;
//   smoother.append(samples, smooth);   // for each batch of samples
//   smoother.finish();                  // at pen up
//
// Unlike in the paper both axes share one cut-off, from the speed along the path, so that a
// stroke is smoothed alike in every direction. Pressure and time are left as they are. The
// first sample is not moved.
//
// With the defaults it takes at least half of the variance out of jitter of 1 px at a lag of
// at most 25 ms. That says of strokes sampled at 125 to 240 Hz, at rest and up to 6,000 px/s:
// - white jitter, normal with a standard deviation of 1 px along each axis, is added; what
//   then differs from the smoothed stroke without jitter has at most half of its variance
//   (at 125 Hz 15 % at rest, 20 % at writing speed, under 50 % in a straight sweep at 6,000 px/s);
// - the shift in time that fits the smoothed stroke best to the one without jitter, which was
//   not smoothed, is at most 25 ms (20 ms at rest, 18 at 200 px/s, 14 at 800, 9 at 3,000).
// Neither says that the line is where the hand was. Corners are rounded and bows drawn smaller,
// the more the faster: at 125 Hz a right angle is cut off by 1 px at 100 px/s, 3 px at 300, 9 px
// at 1,000 and 17 px at 3,000, and loops 60 px high, written at 800 px/s, lose 2.5 px on average.
// Drawings that need sharp corners at speed raise speed_gain, or are not smoothed.
//
// Each sample's own time counts, so uneven sampling is followed. Where time stands still or
// goes backwards, as much counts as passed as between the last two samples where it did not.
// A sample that is not is_valid() is passed over as if it had not come; all output is valid,
// as it lies between samples. There is no bound on the length of a stroke.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class one_euro_smoother {
 public:
  explicit one_euro_smoother(one_euro_smoother_options options = {})
      : options_{options}, interval_{static_cast<double>(options.interval_first)} {
    assert(options.cutoff_min > 0 && options.speed_gain >= 0 && options.speed_cutoff > 0 &&
           options.interval_first > 0);
  }

  // Adds one point for each valid one of `samples` to the end of `out`. O(samples).
  void append(std::span<const point> samples, std::vector<point>& out) {
    for (const point& sample : samples) {
      if (!is_valid(sample)) {
        continue;
      }
      if (has_begun_) {
        follow(sample);
      } else {
        begin(sample);
      }
      out.push_back({static_cast<float>(x_), static_cast<float>(y_), sample.pressure, sample.t});
    }
  }

  // Ends the stroke; the next sample begins another. Nothing is held back.
  void finish() noexcept { has_begun_ = false; }

 private:
  void begin(const point& sample) {
    has_begun_ = true;
    x_ = static_cast<double>(sample.x);
    y_ = static_cast<double>(sample.y);
    raw_ = sample;
    speed_x_ = speed_y_ = 0;
    interval_ = static_cast<double>(options_.interval_first);
  }

  void follow(const point& sample) {
    if (sample.t > raw_.t) {
      interval_ = static_cast<double>(sample.t - raw_.t) * 0.001;
    }
    const double x = static_cast<double>(sample.x);
    const double y = static_cast<double>(sample.y);
    // The share of a new value, r / (1 + r) with r = 2 pi cutoff interval. For the speed,
    // which is divided by the interval, that leaves 2 pi cutoff / (1 + r).
    const double turn = 2 * std::numbers::pi * static_cast<double>(options_.speed_cutoff);
    const double ratio = turn * interval_;
    const double keep = 1 / (1 + ratio);
    const double share = turn * keep;
    speed_x_ = speed_x_ * keep + (x - static_cast<double>(raw_.x)) * share;
    speed_y_ = speed_y_ * keep + (y - static_cast<double>(raw_.y)) * share;
    const double speed = std::sqrt(speed_x_ * speed_x_ + speed_y_ * speed_y_);
    const double cutoff =
        static_cast<double>(options_.cutoff_min) + static_cast<double>(options_.speed_gain) * speed;
    const double fresh = 2 * std::numbers::pi * cutoff * interval_;
    const double weight = fresh / (1 + fresh);
    x_ += (x - x_) * weight;
    y_ += (y - y_) * weight;
    raw_ = sample;
  }

  one_euro_smoother_options options_;
  bool has_begun_ = false;
  point raw_;
  double x_ = 0;
  double y_ = 0;
  double speed_x_ = 0;
  double speed_y_ = 0;
  // Seconds between the last two samples between which time passed.
  double interval_;
};

}  // namespace collab

#endif  // COLLAB_INK_ONE_EURO_SMOOTHER_HPP
