#include "collab/ink/one_euro_smoother.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "ink/strokes.hpp"

using collab::one_euro_smoother;
using collab::point;
using ink_test::stroke;

namespace {

// Standard normal numbers from a seed: the sum of twelve uniforms.
class bell {
 public:
  explicit bell(std::uint64_t seed) : state_{seed} {}
  double next() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      sum += static_cast<double>(state_ >> 40U) / static_cast<double>(1U << 24U);
    }
    return sum;
  }

 private:
  std::uint64_t state_;
};

// Where the clean stroke was at a time, between its samples.
point at_time(const stroke& clean, double t) {
  const auto after =
      std::ranges::upper_bound(clean, t, {}, [](const point& each) { return double(each.t); });
  if (after == clean.begin()) {
    return clean.front();
  }
  if (after == clean.end()) {
    return clean.back();
  }
  const point& to = *after;
  const point& from = *(after - 1);
  const double part = (t - double(from.t)) / (double(to.t) - double(from.t));
  return {static_cast<float>(std::lerp(double{from.x}, double{to.x}, part)),
          static_cast<float>(std::lerp(double{from.y}, double{to.y}, part))};
}

double square_between(const point& a, const point& b) {
  return std::pow(double{a.x} - double{b.x}, 2) + std::pow(double{a.y} - double{b.y}, 2);
}

struct measured {
  // Milliseconds: the shift in time that fits the smoothed clean strokes best to the clean ones.
  double lag = 0;
  // The variance of what the jitter changes in the smoothed strokes, relative to its own.
  double jitter_left = 0;
  // The mean and the greatest distance of a smoothed clean stroke's points from the clean
  // line, in px: what smoothing bends, whenever it is drawn.
  double bend_mean = 0;
  double bend_max = 0;
};

// Jitter is white: at each sample, along each axis, normal with a standard deviation of 1 px.
measured measure(const std::vector<stroke>& clean) {
  bell noise{7};
  std::vector<stroke> calm;
  double jitter = 0;
  double left = 0;
  measured got;
  double points = 0;
  for (const stroke& each : clean) {
    stroke jittery = each;
    for (point& sample : jittery) {
      const point still = sample;
      sample.x = static_cast<float>(double{sample.x} + noise.next());
      sample.y = static_cast<float>(double{sample.y} + noise.next());
      jitter += square_between(sample, still);
    }
    const stroke smooth = ink_test::whole(one_euro_smoother{}, jittery);
    calm.push_back(ink_test::whole(one_euro_smoother{}, each));
    for (std::size_t i = 0; i < each.size(); ++i) {
      const point& at = calm.back()[i];
      left += square_between(at, smooth[i]);
      const double bend = ink_test::distance_to_line(double{at.x}, double{at.y}, each);
      got.bend_mean += bend;
      got.bend_max = std::max(got.bend_max, bend);
    }
    points += static_cast<double>(each.size());
  }
  got.bend_mean /= points;
  got.jitter_left = left / jitter;
  double least = std::numeric_limits<double>::infinity();
  for (double lag = 0; lag <= 60; lag += 0.5) {
    double sum = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      for (const point& each : calm[i]) {
        sum += square_between(each, at_time(clean[i], double(each.t) - lag));
      }
    }
    if (sum < least) {
      least = sum;
      got.lag = lag;
    }
  }
  return got;
}

// Loops as in handwriting, `height` px high, along a line; `speed` px a second on average.
stroke written(double rate, double speed, double height) {
  stroke out;
  const double r = height / 2;
  const double turns = speed / (2 * 3.14159265358979 * r);
  for (double seconds = 0; seconds < 1.5; seconds += 1 / rate) {
    const double angle = 2 * 3.14159265358979 * turns * seconds;
    out.push_back({static_cast<float>(500 + 0.4 * r * angle / 2 + r * std::sin(angle)),
                   static_cast<float>(500 - r * std::cos(angle)), 0.5F,
                   static_cast<std::uint32_t>(std::lround(seconds * 1000))});
  }
  return out;
}

stroke swept(double rate, double speed) {
  stroke out;
  for (double seconds = 0; seconds < 0.8; seconds += 1 / rate) {
    out.push_back({static_cast<float>(0.6 * speed * seconds),
                   static_cast<float>(0.8 * speed * seconds), 0.5F,
                   static_cast<std::uint32_t>(std::lround(seconds * 1000))});
  }
  return out;
}

// Along a right angle at an even speed, from rest.
stroke cornered(double rate, double speed) {
  stroke out;
  const double leg = speed * 0.4;
  for (double seconds = 0; seconds < 0.8; seconds += 1 / rate) {
    const double way = speed * seconds;
    out.push_back({static_cast<float>(std::min(way, leg)),
                   static_cast<float>(std::max(way - leg, 0.0)), 0.5F,
                   static_cast<std::uint32_t>(std::lround(seconds * 1000))});
  }
  return out;
}

// How far the smoothed line stays away from the corner.
double cut_at_corner(double rate, double speed) {
  const stroke smooth = ink_test::whole(one_euro_smoother{}, cornered(rate, speed));
  return ink_test::distance_to_line(speed * 0.4, 0, smooth);
}

double mean_speed(const stroke& points) {
  double way = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    way += std::sqrt(square_between(points[i - 1], points[i]));
  }
  return way * 1000 / std::max(1.0, double(points.back().t) - double(points.front().t));
}

// All strokes of at least 30 samples that come at 125 to 240 Hz, by their mean speed.
std::vector<stroke> sampled_at_hand_rates(double speed_min, double speed_max) {
  std::vector<stroke> all = ink_test::many_strokes();
  collab::testing::stroke_generator pen{42, {.device = collab::testing::stroke_device::pen}};
  for (int i = 0; i < 60; ++i) {
    pen.next(all.emplace_back());
  }
  std::vector<stroke> out;
  for (const stroke& each : all) {
    if (each.size() < 30 || !std::ranges::is_sorted(each, {}, &point::t)) {
      continue;
    }
    const double interval = double(each.back().t) / static_cast<double>(each.size() - 1);
    const double speed = mean_speed(each);
    if (interval >= 1000.0 / 245 && interval <= 1000.0 / 120 && speed >= speed_min &&
        speed < speed_max) {
      out.push_back(each);
    }
  }
  return out;
}

}  // namespace

TEST_SUITE("ink/one_euro_smoother") {
  // What is meant by it is in one_euro_smoother.hpp.
  TEST_CASE("it takes half the variance out of jitter of 1 px at a lag of at most 25 ms") {
    for (const double rate : {125.0, 240.0}) {
      for (const double speed : {0.0, 50.0, 200.0, 800.0, 3000.0, 6000.0}) {
        // From small letters to sweeps over the board.
        const double height = speed < 300 ? 20 : speed < 1000 ? 60 : 300;
        const measured straight = measure({swept(rate, speed)});
        CHECK(straight.lag <= 25);
        CHECK(straight.jitter_left <= 0.5);
        const measured got = measure({written(rate, speed, height)});
        MESSAGE("straight: lag " << straight.lag << " ms, jitter left " << straight.jitter_left);
        MESSAGE(rate << " Hz, " << speed << " px/s: lag " << got.lag << " ms, jitter left "
                     << got.jitter_left << ", bends " << got.bend_mean << " px, at most "
                     << got.bend_max);
        CHECK(got.lag <= 25);
        CHECK(got.jitter_left <= 0.5);
      }
    }
  }

  TEST_CASE("it does so for recorded and generated strokes, slow and fast") {
    for (const auto& [slowest, fastest] :
         {std::pair{0.0, 200.0}, {200.0, 500.0}, {500.0, 1000.0}, {1000.0, 1e9}}) {
      const std::vector<stroke> strokes = sampled_at_hand_rates(slowest, fastest);
      const measured got = measure(strokes);
      MESSAGE(strokes.size() << " strokes of " << slowest << " px/s and more: lag " << got.lag
                             << " ms, jitter left " << got.jitter_left << ", bends "
                             << got.bend_mean << " px, at most " << got.bend_max);
      CHECK(got.lag <= 25);
      CHECK(got.jitter_left <= 0.5);
    }
  }

  TEST_CASE("a right angle is cut off as far as the header says, and no farther") {
    for (const auto& [speed, cut] :
         {std::pair{100.0, 1.0}, {300.0, 3.0}, {1000.0, 9.0}, {3000.0, 17.0}}) {
      CHECK(std::lround(cut_at_corner(125, speed)) == std::lround(cut));
      CHECK(cut_at_corner(240, speed) <= cut_at_corner(125, speed));
    }
    CHECK(measure({written(125, 800, 60)}).bend_mean == doctest::Approx(2.5).epsilon(0.02));
  }

  TEST_CASE("it is the filter of the paper along an axis") {
    // The paper's algorithm with exponential smoothing as it is written there.
    const stroke samples = {{10, 0, 0.5F, 0},  {14, 0, 0.6F, 8},  {13, 0, 0.7F, 24},
                            {40, 0, 0.8F, 32}, {90, 0, 0.9F, 40}, {91, 0, 1.0F, 140}};
    const collab::one_euro_smoother_options options{
        .cutoff_min = 2.0F, .speed_gain = 0.01F, .speed_cutoff = 1.5F};
    const auto alpha = [](double rate, double cutoff) {
      const double tau = 1 / (2 * 3.14159265358979323846 * cutoff);
      return 1 / (1 + tau * rate);
    };
    const stroke smooth = ink_test::whole(one_euro_smoother{options}, samples);
    REQUIRE(smooth.size() == samples.size());
    double x = 10;
    double speed = 0;
    for (std::size_t i = 1; i < samples.size(); ++i) {
      const double rate = 1000 / double(samples[i].t - samples[i - 1].t);
      const double now = (double{samples[i].x} - double{samples[i - 1].x}) * rate;
      speed += alpha(rate, 1.5) * (now - speed);
      x += alpha(rate, 2.0 + double{0.01F} * std::fabs(speed)) * (double{samples[i].x} - x);
      CHECK(double{smooth[i].x} == doctest::Approx(x).epsilon(1e-6));
      CHECK(smooth[i].pressure == samples[i].pressure);
      CHECK(smooth[i].t == samples[i].t);
    }
  }

  TEST_CASE("a stroke turned by a quarter is smoothed alike") {
    stroke samples = ink_test::generated_stroke(3);
    const stroke smooth = ink_test::whole(one_euro_smoother{}, samples);
    for (point& each : samples) {
      each = {-each.y, each.x, each.pressure, each.t};
    }
    const stroke turned = ink_test::whole(one_euro_smoother{}, samples);
    for (std::size_t i = 0; i < smooth.size(); ++i) {
      CHECK(turned[i].x == -smooth[i].y);
      CHECK(turned[i].y == smooth[i].x);
    }
  }

  TEST_CASE("time that stands still or goes back counts as the interval before") {
    const stroke steady = {
        {0, 0, 0.5F, 100}, {5, 0, 0.5F, 110}, {9, 0, 0.5F, 120}, {9, 7, 0.5F, 130}};
    const stroke smooth = ink_test::whole(one_euro_smoother{}, steady);
    for (const std::uint32_t then : {110U, 50U}) {
      stroke odd = steady;
      odd[2].t = then;
      odd[3].t = then + 10;
      const stroke got = ink_test::whole(one_euro_smoother{}, odd);
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(ink_test::same_place(got[i], smooth[i]));
        CHECK(got[i].t == odd[i].t);
      }
    }
    stroke timeless = steady;
    stroke at_first_interval = steady;
    for (std::size_t i = 0; i < steady.size(); ++i) {
      timeless[i].t = 0;
      at_first_interval[i].t = static_cast<std::uint32_t>(10 * i);
    }
    const one_euro_smoother smoother{{.interval_first = 0.01F}};
    const stroke a = ink_test::whole(smoother, timeless);
    const stroke b = ink_test::whole(smoother, at_first_interval);
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(double{a[i].x} == doctest::Approx(double{b[i].x}).epsilon(1e-6));
      CHECK(double{a[i].y} == doctest::Approx(double{b[i].y}).epsilon(1e-6));
    }
  }

  TEST_CASE("recorded and generated strokes stay valid and keep their number of points") {
    for (const stroke& samples : ink_test::many_strokes(7)) {
      const stroke smooth = ink_test::whole(one_euro_smoother{}, samples);
      REQUIRE(smooth.size() == samples.size());
      REQUIRE(smooth.front() == samples.front());
      REQUIRE(ink_test::all_valid(smooth));
    }
  }

  TEST_CASE("in pieces of any size it yields the same as in one, stroke after stroke") {
    one_euro_smoother smoother;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke samples = ink_test::generated_stroke(seed);
      const stroke smooth = ink_test::whole(one_euro_smoother{}, samples);
      CHECK(ink_test::stream(one_euro_smoother{}, samples, 3) == smooth);
      stroke out;
      smoother.append(samples, out);
      smoother.finish();
      CHECK(out == smooth);
    }
  }

  TEST_CASE("invalid samples are as if they had not come") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke good = ink_test::generated_stroke(seed);
      CHECK(ink_test::whole(one_euro_smoother{}, ink_test::with_invalid(good)) ==
            ink_test::whole(one_euro_smoother{}, good));
    }
    CHECK(ink_test::whole(one_euro_smoother{}, ink_test::invalid_samples()).empty());
  }

  TEST_CASE("none, one and equal samples, and more than a room takes") {
    CHECK(ink_test::whole(one_euro_smoother{}, {}).empty());
    CHECK(ink_test::whole(one_euro_smoother{}, {{3, 4}}) == stroke{{3, 4}});
    CHECK(ink_test::whole(one_euro_smoother{}, {{3, 4}, {3, 4}}) == stroke{{3, 4}, {3, 4}});
    for (const std::size_t size : {10'000U, 10'001U}) {
      CHECK(ink_test::whole(one_euro_smoother{}, ink_test::long_stroke(size)).size() == size);
    }
  }
}
