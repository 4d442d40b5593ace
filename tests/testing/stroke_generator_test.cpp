#include "collab/testing/stroke_generator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using collab::point;
using collab::testing::stroke_device;
using collab::testing::stroke_generator;

namespace {

std::vector<std::vector<point>> draw(std::uint64_t seed, stroke_device device, int count) {
  stroke_generator generator{seed, {.device = device}};
  std::vector<std::vector<point>> strokes(static_cast<std::size_t>(count));
  for (std::vector<point>& stroke : strokes) {
    generator.next(stroke);
  }
  return strokes;
}

// FNV-1a over the bits of every field.
std::uint64_t hash(const std::vector<std::vector<point>>& strokes) {
  std::uint64_t result = 0xcbf29ce484222325U;
  const auto mix = [&](std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8) {
      result = (result ^ ((word >> shift) & 0xFFU)) * 0x100000001b3U;
    }
  };
  for (const std::vector<point>& stroke : strokes) {
    for (const point& sample : stroke) {
      mix(std::bit_cast<std::uint32_t>(sample.x));
      mix(std::bit_cast<std::uint32_t>(sample.y));
      mix(std::bit_cast<std::uint32_t>(sample.pressure));
      mix(sample.t);
    }
  }
  return result;
}

template <class Value>
Value quantile(std::vector<Value> values, double share) {
  REQUIRE_FALSE(values.empty());
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::vector<std::uint32_t> intervals(const std::vector<std::vector<point>>& strokes) {
  std::vector<std::uint32_t> result;
  for (const std::vector<point>& stroke : strokes) {
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      result.push_back(stroke[i].t - stroke[i - 1].t);
    }
  }
  return result;
}

}  // namespace

TEST_SUITE("testing/stroke_generator") {
  TEST_CASE("every stroke starts at 0, never goes back in time, and is valid") {
    for (const auto device :
         {stroke_device::any, stroke_device::mouse, stroke_device::touch, stroke_device::pen}) {
      for (const std::vector<point>& stroke : draw(7, device, 2000)) {
        REQUIRE_FALSE(stroke.empty());
        CHECK_LE(stroke.size(), 2300);
        CHECK_EQ(stroke[0].t, 0);
        std::uint32_t last = 0;
        for (const point& sample : stroke) {
          REQUIRE_GE(sample.t, last);
          last = sample.t;
          REQUIRE(collab::is_valid(sample));
          REQUIRE_LT(std::fabs(sample.x), 5000.0F);
          REQUIRE_LT(std::fabs(sample.y), 5000.0F);
        }
      }
    }
  }

  TEST_CASE("the same seed draws the same strokes, another seed others") {
    CHECK_EQ(hash(draw(1, stroke_device::any, 500)), hash(draw(1, stroke_device::any, 500)));
    CHECK_NE(hash(draw(1, stroke_device::any, 500)), hash(draw(2, stroke_device::any, 500)));
  }

  TEST_CASE("the strokes of a seed are the same on every machine") {
    // May change only together with a note in the change log: others keep recorded results.
    CHECK_EQ(hash(draw(1, stroke_device::any, 500)), 16540212942396422195U);
  }

  TEST_CASE("a mouse yields whole pixels, each another than the last, and no pressure") {
    for (const std::vector<point>& stroke : draw(3, stroke_device::mouse, 300)) {
      for (std::size_t i = 0; i < stroke.size(); ++i) {
        REQUIRE_EQ(stroke[i].x, std::floor(stroke[i].x));
        REQUIRE_EQ(stroke[i].y, std::floor(stroke[i].y));
        REQUIRE_EQ(stroke[i].pressure, 0.5F);
        if (i > 0) {
          REQUIRE((stroke[i].x != stroke[i - 1].x || stroke[i].y != stroke[i - 1].y));
        }
      }
    }
  }

  TEST_CASE("a pen's pressure rises at its start and falls at its end") {
    int risen = 0;
    int fallen = 0;
    int strokes = 0;
    for (const std::vector<point>& stroke : draw(4, stroke_device::pen, 300)) {
      if (stroke.back().t < 300) {
        continue;
      }
      ++strokes;
      const float middle = stroke[stroke.size() / 2].pressure;
      risen += stroke.front().pressure < middle ? 1 : 0;
      fallen += stroke.back().pressure < middle ? 1 : 0;
    }
    CHECK_GT(strokes, 100);
    CHECK_GE(risen, strokes * 95 / 100);
    CHECK_GE(fallen, strokes * 95 / 100);
  }

  // The ranges are those of people's drawings: raw Quick, Draw! has per stroke (p10, median,
  // p90) 5, 23, 98 points, 634 ms, and intervals of 7, 17, 51 ms; a Wacom pen 4 ms.
  TEST_CASE("a mouse's strokes have as many points, and last as long, as people's") {
    const auto strokes = draw(5, stroke_device::mouse, 4000);
    std::vector<std::size_t> points;
    std::vector<std::uint32_t> lasting;
    for (const auto& stroke : strokes) {
      points.push_back(stroke.size());
      lasting.push_back(stroke.back().t);
    }
    CHECK_GE(quantile(points, 0.1), 2);
    CHECK_LE(quantile(points, 0.1), 14);
    CHECK_GE(quantile(points, 0.5), 15);
    CHECK_LE(quantile(points, 0.5), 55);
    CHECK_GE(quantile(points, 0.9), 70);
    CHECK_LE(quantile(points, 0.9), 200);
    CHECK_GE(quantile(lasting, 0.5), 400);
    CHECK_LE(quantile(lasting, 0.5), 800);
  }

  TEST_CASE("samples come at the device's rate, with jitter, late ones and repeated stamps") {
    const auto mouse = intervals(draw(6, stroke_device::mouse, 2000));
    CHECK_GE(quantile(mouse, 0.5), 7);
    CHECK_LE(quantile(mouse, 0.5), 17);
    CHECK_GE(quantile(mouse, 0.99), 30);
    CHECK_LE(quantile(mouse, 0.99), 210);
    const auto touch = intervals(draw(6, stroke_device::touch, 2000));
    CHECK_GE(quantile(touch, 0.5), 16);
    CHECK_LE(quantile(touch, 0.5), 18);
    const auto pen = intervals(draw(6, stroke_device::pen, 2000));
    CHECK_GE(quantile(pen, 0.5), 4);
    CHECK_LE(quantile(pen, 0.5), 5);
    CHECK_LT(quantile(pen, 0.1), quantile(pen, 0.95));
    CHECK_GE(quantile(pen, 0.999), 12);
    const auto repeated = std::count(pen.begin(), pen.end(), 0U);
    CHECK_GT(repeated, 0);
    CHECK_LT(repeated, static_cast<std::ptrdiff_t>(pen.size() / 50));
  }

  TEST_CASE("the hand is slower at the ends of a stroke and in tight bends") {
    double ends = 0;
    double middle = 0;
    double straight = 0;
    double bent = 0;
    int straight_count = 0;
    int bent_count = 0;
    stroke_generator generator{
        8, {.device = stroke_device::pen, .late_share = 0, .repeated_share = 0}};
    std::vector<point> stroke;
    for (int i = 0; i < 500; ++i) {
      generator.next(stroke);
      if (stroke.size() < 150) {
        continue;
      }
      const auto speed = [&](std::size_t at) {
        const std::size_t span = 10;
        return static_cast<double>(collab::distance(stroke[at], stroke[at + span])) /
               std::max<double>(1, stroke[at + span].t - stroke[at].t);
      };
      ends += speed(0) + speed(stroke.size() - 11);
      middle += 2 * speed(stroke.size() / 2);
      // Bent where the way is longer than the chord. Speeds relative to the stroke's own.
      double fastest = 0;
      for (std::size_t at = 0; at + 10 < stroke.size(); ++at) {
        fastest = std::max(fastest, speed(at));
      }
      for (std::size_t at = 40; at + 50 < stroke.size(); at += 10) {
        double way = 0;
        for (std::size_t k = at; k < at + 10; ++k) {
          way += static_cast<double>(collab::distance(stroke[k], stroke[k + 1]));
        }
        const double chord = static_cast<double>(collab::distance(stroke[at], stroke[at + 10]));
        const double pace = way / std::max<double>(1, stroke[at + 10].t - stroke[at].t) / fastest;
        if (way > 2 && chord > 0.995 * way) {
          straight += pace, ++straight_count;
        } else if (way > 2 && chord < 0.9 * way) {
          bent += pace, ++bent_count;
        }
      }
    }
    CHECK_LT(ends, 0.5 * middle);
    REQUIRE_GT(straight_count, 100);
    REQUIRE_GT(bent_count, 100);
    CHECK_LT(bent / bent_count, 0.8 * straight / straight_count);
  }
}
