#include "collab/ink/one_euro_smoother.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
  if (t <= double(clean.front().t)) {
    return clean.front();
  }
  std::size_t i = 1;
  while (i + 1 < clean.size() && double(clean[i].t) < t) {
    ++i;
  }
  const double passed = double(clean[i].t) - double(clean[i - 1].t);
  const double part =
      passed > 0 ? std::clamp((t - double(clean[i - 1].t)) / passed, 0.0, 1.0) : 1.0;
  return {static_cast<float>(std::lerp(double{clean[i - 1].x}, double{clean[i].x}, part)),
          static_cast<float>(std::lerp(double{clean[i - 1].y}, double{clean[i].y}, part))};
}

double mean_square(const stroke& points, const stroke& clean, double lag) {
  double sum = 0;
  for (const point& each : points) {
    const point there = at_time(clean, double(each.t) - lag);
    sum += std::pow(double{each.x} - double{there.x}, 2) +
           std::pow(double{each.y} - double{there.y}, 2);
  }
  return sum / static_cast<double>(2 * points.size());
}

struct measured {
  // The shift in time that fits the smoothed jittery strokes best to the clean ones.
  double lag = 0;
  // What the jitter still adds to the smoothed strokes, relative to itself; in variances.
  double left = 0;
  // The mean square of all that differs at this lag, cut corners too, likewise.
  double differs = 0;
};

measured measure(collab::testing::stroke_device device) {
  collab::testing::stroke_generator hand{42, {.device = device}};
  bell noise{7};
  std::vector<stroke> clean;
  std::vector<stroke> smooth;
  double jitter = 0;
  double left = 0;
  std::size_t count = 0;
  while (clean.size() < 40) {
    stroke each;
    hand.next(each);
    if (each.size() < 30) {
      continue;
    }
    stroke jittery = each;
    for (point& sample : jittery) {
      const double dx = noise.next();
      const double dy = noise.next();
      sample.x = static_cast<float>(double{sample.x} + dx);
      sample.y = static_cast<float>(double{sample.y} + dy);
      jitter += dx * dx + dy * dy;
      count += 2;
    }
    smooth.push_back(ink_test::whole(one_euro_smoother{}, jittery));
    const stroke calm = ink_test::whole(one_euro_smoother{}, each);
    for (std::size_t i = 0; i < each.size(); ++i) {
      left += std::pow(double{calm[i].x} - double{smooth.back()[i].x}, 2) +
              std::pow(double{calm[i].y} - double{smooth.back()[i].y}, 2);
    }
    clean.push_back(each);
  }
  measured best{.lag = 0, .left = left / jitter, .differs = 1e9};
  for (double lag = 0; lag <= 60; lag += 1) {
    double sum = 0;
    double points = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      sum += mean_square(smooth[i], clean[i], lag) * static_cast<double>(clean[i].size());
      points += static_cast<double>(clean[i].size());
    }
    const double differs = sum / points / (jitter / static_cast<double>(count));
    if (differs < best.differs) {
      best.lag = lag;
      best.differs = differs;
    }
  }
  return best;
}

}  // namespace

TEST_SUITE("ink/one_euro_smoother") {
  TEST_CASE("it takes half the variance out of jitter of 1 px at a lag of at most 25 ms") {
    using collab::testing::stroke_device;
    for (const stroke_device device :
         {stroke_device::mouse, stroke_device::touch, stroke_device::pen}) {
      const measured got = measure(device);
      MESSAGE("device " << static_cast<int>(device) << ": lag " << got.lag << " ms, variance left "
                        << got.left << ", with what smoothing bends " << got.differs);
      CHECK(got.lag <= 25);
      CHECK(got.left <= 0.5);
    }
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
