// collab/testing/stroke_generator.hpp - strokes as a hand would draw them, from a seed.
//
// For tests and benchmarks that need ink in any amount. Not a model of handwriting: the
// strokes have the speeds, pauses, lengths and sampling of real ones, but mean nothing.
//
//   collab::testing::stroke_generator draw{seed};
//   std::vector<collab::point> stroke;
//   draw.next(stroke);

#ifndef COLLAB_TESTING_STROKE_GENERATOR_HPP
#define COLLAB_TESTING_STROKE_GENERATOR_HPP

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab::testing {

// What the strokes are drawn with.
enum class stroke_device : std::uint8_t {
  // One of the others for each stroke: half mice, a quarter each touch and pen.
  any,
  // 125 Hz, or 60 Hz where a browser hands over one sample a frame; whole pixels, a sample
  // only where the pixel changes, no pressure.
  mouse,
  // 60 Hz, no pressure.
  touch,
  // 240 Hz, pressure.
  pen,
};

struct stroke_generator_options {
  stroke_device device = stroke_device::any;

  // Strokes begin, and mostly stay, between 0 and these. Must be > 0.
  double width = 1920;
  double height = 1080;

  // Share of the samples that come one to five periods late. 0 to 1.
  double late_share = 0.02;

  // Share of the samples that carry the time stamp of the one before, as when a system
  // hands over several at once. 0 to 1.
  double repeated_share = 0.005;
};

// An endless sequence of strokes; the same on every machine for the same seed and options.
//
// The path's curvature wanders and now and then turns sharply. Speed follows curvature by
// the two-thirds power law (Viviani & Terzuolo, "Trajectory determines movement dynamics",
// Neuroscience 7, 1982): v ~ curvature^(-1/3); it rises from and falls to rest along the
// minimum-jerk curve (Flash & Hogan, "The coordination of arm movements", J. Neuroscience
// 5, 1985). Durations are distributed as in the raw Quick, Draw! drawings: median 0.6 s.
//
// Only + - * / and sqrt are used, which IEEE 754 makes exact to the bit, and coordinates are
// rounded to 1/256 px, so that a compiler that fuses operations changes nothing either.
//
// Threads: distinct objects, safe; one object, one thread at a time.
class stroke_generator {
 public:
  explicit stroke_generator(std::uint64_t seed, stroke_generator_options options = {})
      : options_{options}, state_{seed} {
    assert(options.width > 0 && options.height > 0);
  }

  // Replaces `out` by the next stroke: 1 to about 2,200 samples, the first at t = 0, none
  // earlier than the one before, all valid. Allocates only when `out` is too small.
  void next(std::vector<point>& out) {
    out.clear();
    stroke_device device = options_.device;
    if (device == stroke_device::any) {
      constexpr stroke_device mix[] = {stroke_device::mouse, stroke_device::mouse,
                                       stroke_device::touch, stroke_device::pen};
      device = mix[random() & 3U];
    }
    hand drawing = start();
    const bool by_frame =
        device == stroke_device::touch || (device == stroke_device::mouse && uniform() < 0.6);
    const double rate = by_frame ? 60 : device == stroke_device::mouse ? 125 : 240;
    double sample_at = 0;
    for (double now = 0; now <= drawing.duration; now += step) {
      if (now >= sample_at) {
        sample(device, drawing, now, out);
        sample_at = now + interval(1000 / rate);
      }
      move(drawing, now);
    }
  }

 private:
  // Milliseconds between two states of the simulated hand.
  static constexpr double step = 1.0;

  struct hand {
    double x = 0;
    double y = 0;
    // Unit vector.
    double dx = 1;
    double dy = 0;
    double duration = 0;
    // Pixels per millisecond on a straight line at full speed, and now.
    double speed_max = 0;
    double speed = 0;
    // Radians per pixel, positive to the right; what it is and what it tends to.
    double curvature = 0;
    double curvature_aim = 0;
    double aim_until = 0;
    double pressure = 0.05;
  };

  // splitmix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
  std::uint64_t random() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  // Uniform in [0, 1).
  double uniform() { return static_cast<double>(random() >> 11U) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  // Mean 0, variance 1, within ±3: the sum of three uniforms, bell-shaped enough.
  double bell() { return 2 * (uniform() + uniform() + uniform()) - 3; }

  // The minimum-jerk position curve: 0 to 1 with speed and acceleration 0 at both ends.
  static double smooth(double u) {
    u = std::clamp(u, 0.0, 1.0);
    return u * u * u * (10 + u * (6 * u - 15));
  }

  // 1 / cbrt(value) for value >= 1, by Newton's iteration: the library's pow() differs from
  // system to system in the last bit.
  static double inverse_cube_root(double value) {
    double root = 1;
    while (root * root * root * value > 1) {
      root *= 0.5;
    }
    for (int i = 0; i < 8; ++i) {
      root *= (4 - value * root * root * root) / 3;
    }
    return root;
  }

  // Quantiles of the durations, in milliseconds, joined by straight lines.
  double duration() {
    constexpr double share[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1};
    constexpr double quantile[] = {10, 140, 300, 634, 1150, 1900, 4500, 9000};
    const double at = uniform();
    std::size_t i = 1;
    while (i + 1 < std::size(share) && at > share[i]) {
      ++i;
    }
    return quantile[i - 1] +
           (quantile[i] - quantile[i - 1]) * (at - share[i - 1]) / (share[i] - share[i - 1]);
  }

  hand start() {
    hand result;
    result.x = uniform(0, options_.width);
    result.y = uniform(0, options_.height);
    do {
      result.dx = uniform(-1, 1);
      result.dy = uniform(-1, 1);
    } while (result.dx * result.dx + result.dy * result.dy < 0.01);
    normalize(result);
    result.duration = duration();
    const double fast = uniform();
    result.speed_max = 0.15 + 1.3 * fast * fast;
    result.curvature = result.curvature_aim = 0.01 * bell();
    return result;
  }

  static void normalize(hand& of) {
    const double length = std::sqrt(of.dx * of.dx + of.dy * of.dy);
    of.dx /= length;
    of.dy /= length;
  }

  double interval(double period) {
    const double periods = uniform() < options_.late_share ? 2 + std::floor(uniform() * 5) : 1;
    return period * (periods + 0.08 * bell());
  }

  void move(hand& of, double now) {
    if (now >= of.aim_until) {
      of.aim_until = now + uniform(60, 320);
      const double kind = uniform();
      of.curvature_aim = kind < 0.15   ? 0.4 * bell()     // A corner.
                         : kind < 0.55 ? 0.03 * bell()    // A letter's bow.
                                       : 0.005 * bell();  // Nearly straight.
      const double right = options_.width - of.x;
      const double below = options_.height - of.y;
      if (of.x < 0 || of.y < 0 || right < 0 || below < 0) {
        // Back to the middle.
        const double side = of.dx * (below - of.y) - of.dy * (right - of.x);
        of.curvature_aim = side < 0 ? -0.05 : 0.05;
      }
    }
    of.curvature += (of.curvature_aim - of.curvature) * (step / 30);

    // 1 on a straight line; falls as curvature^(-1/3) where the bend is much tighter than
    // a radius of 50 px.
    const double bend = of.curvature * 50;
    const double slowed = std::sqrt(inverse_cube_root(1 + bend * bend));
    const double ramp = std::min(of.duration / 2, 150.0);
    of.speed =
        of.speed_max * slowed * smooth((now + step) / ramp) * smooth((of.duration - now) / ramp);

    // Turns by the angle 2 atan(half): a rotation without sine and cosine.
    const double half = 0.5 * of.curvature * of.speed * step;
    const double scale = 1 / (1 + half * half);
    const double cosine = (1 - half * half) * scale;
    const double sine = 2 * half * scale;
    const double dx = of.dx * cosine - of.dy * sine;
    of.dy = of.dx * sine + of.dy * cosine;
    of.dx = dx;
    normalize(of);
    of.x += of.dx * of.speed * step;
    of.y += of.dy * of.speed * step;

    // A pen is pressed harder where it is slower, with a tremble, and touches down and
    // leaves within some 40 ms.
    const double aim = (0.75 - 0.35 * of.speed / of.speed_max + 0.1 * bell()) *
                       smooth((now + 15) / 40) * smooth((of.duration - now) / 40);
    of.pressure += (aim - of.pressure) * (step / 12);
  }

  void sample(stroke_device device, const hand& of, double now, std::vector<point>& out) {
    const double steps = device == stroke_device::mouse ? 1 : 256;
    // A sensor's noise, and the hand's own tremor.
    const double noise = device == stroke_device::pen     ? 0.03
                         : device == stroke_device::touch ? 0.15
                                                          : 0;
    point seen{.x = round(of.x + noise * bell(), steps), .y = round(of.y + noise * bell(), steps)};
    if (device == stroke_device::pen) {
      seen.pressure = round(std::clamp(of.pressure, 0.0, 1.0), 1024);
    }
    const bool repeated = uniform() < options_.repeated_share && !out.empty();
    seen.t = repeated ? out.back().t : static_cast<std::uint32_t>(now);
    if (device == stroke_device::mouse && !out.empty() && seen.x == out.back().x &&
        seen.y == out.back().y) {
      return;
    }
    out.push_back(seen);
  }

  static float round(double value, double steps) {
    return static_cast<float>(std::floor(value * steps + 0.5) / steps);
  }

  stroke_generator_options options_;
  std::uint64_t state_;
};

}  // namespace collab::testing

#endif  // COLLAB_TESTING_STROKE_GENERATOR_HPP
