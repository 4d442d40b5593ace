#include "collab/ink/detail/point_lanes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "collab/ink/detail/array_lanes.hpp"
#include "collab/ink/detail/vector_lanes.hpp"
#include "collab/ink/point.hpp"

// Where there are vectors, both forms are there, side by side.
#if COLLAB_HAS_VECTOR_LANES

namespace {

namespace arrays = collab::detail::array_lanes;
namespace vectors = collab::detail::vector_lanes;
using collab::point;
using words = std::array<std::uint32_t, 4>;

bool are_same(const arrays::word_lanes& a, vectors::word_lanes b) {
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

// Of all magnitudes.
std::uint32_t any_word(std::mt19937& random) {
  return static_cast<std::uint32_t>(random()) >> random() % 32;
}

// Around the places where the rounding of `steps` to the unit turns, and their neighbours.
std::vector<float> turning_values(float steps) {
  std::vector<float> values{0.0F, -0.0F, 1e-40F, -1e-40F, 1e6F, -1e6F};
  for (float whole = 0; whole <= 1e6F * steps; whole = whole * 1.7F + 1) {
    for (const float part : {0.0F, 0.25F, 0.5F, 0.75F}) {
      const float value = (std::floor(whole) + part) / steps;
      for (const float each : {value, std::nextafter(value, 2e6F), std::nextafter(value, -1.0F)}) {
        if (std::fabs(each) <= 1e6F) {
          values.push_back(each);
          values.push_back(-each);
        }
      }
    }
  }
  return values;
}

}  // namespace

TEST_SUITE("ink/point_lanes") {
  TEST_CASE("both forms round a point to the same steps, and as the contract says") {
    for (const float steps : {1.0F, 16.0F, 64.0F}) {
      const std::vector<float> values = turning_values(steps);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const float pressure = static_cast<float>(i % 4097) / 4096;
        const point sample{values[i], -values[values.size() - 1 - i], pressure,
                           static_cast<std::uint32_t>(i * 0x9E3779B9U)};
        const auto expected = [](float value, double by) {
          return static_cast<std::uint32_t>(
              static_cast<std::int64_t>(std::floor(double{value} * by + 0.5)));
        };
        const arrays::word_lanes lanes = arrays::to_lanes(sample, steps);
        wrong += are_same(lanes, vectors::to_lanes(sample, steps)) ? 0 : 1;
        wrong += lanes[0] == expected(sample.x, steps) ? 0 : 1;
        wrong += lanes[1] == expected(sample.y, steps) ? 0 : 1;
        wrong += lanes[2] == expected(pressure, 1024) ? 0 : 1;
        wrong += lanes[3] == sample.t ? 0 : 1;
      }
      CHECK(values.size() > 400);
      CHECK(wrong == 0);
    }
  }

  TEST_CASE("both forms place the same bits, and agree on what is out of range") {
    std::mt19937 random{51};
    std::size_t exceeded = 0;
    for (const float steps : {1.0F, 16.0F, 64.0F}) {
      const auto limit = static_cast<std::uint32_t>(1e6F * steps);
      for (int i = 0; i < 20'000; ++i) {
        const auto near = [&](std::uint32_t top) {
          const std::uint32_t word =
              random() % 4 == 0 ? top - 4 + any_word(random) % 9 : any_word(random) % (top + 1);
          return random() % 2 == 0 ? word : 0U - word;
        };
        const std::uint32_t x = near(limit);
        const std::uint32_t y = near(limit);
        const std::uint32_t pressure = random() % 8 == 0 ? near(1024) : any_word(random) % 1025;
        const std::uint32_t t = random() % 2 == 0 ? any_word(random) : 0U - any_word(random);
        arrays::point_scale array_scale{1 / steps};
        vectors::point_scale vector_scale{1 / steps};
        point a;
        point b;
        array_scale.place({{x, y, pressure, t}}, &a);
        vector_scale.place(vectors::word_lanes{x, y, pressure, t}, &b);
        const bool is_valid = collab::is_valid(b);
        REQUIRE(std::bit_cast<words>(a) == std::bit_cast<words>(b));
        REQUIRE(b.t == t);
        REQUIRE(array_scale.is_exceeded() == !is_valid);
        REQUIRE(vector_scale.is_exceeded() == !is_valid);
        // What was out of range once stays so.
        array_scale.place({{0, 0, 0, 0}}, &a);
        vector_scale.place(vectors::word_lanes{0, 0, 0, 0}, &b);
        REQUIRE(array_scale.is_exceeded() == !is_valid);
        REQUIRE(vector_scale.is_exceeded() == !is_valid);
        exceeded += is_valid ? 0 : 1;
      }
    }
    CHECK(exceeded > 1'000);
  }

  TEST_CASE("both forms compute the same") {
    std::mt19937 random{52};
    for (int i = 0; i < 2'000; ++i) {
      arrays::word_lanes a[4];
      vectors::word_lanes b[4];
      for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
          a[row][lane] = any_word(random) ^ (random() % 2 == 0 ? ~0U : 0);
          b[row][lane] = a[row][lane];
        }
      }
      const auto by = static_cast<std::uint32_t>(i % 32);
      REQUIRE(are_same(a[0] & a[1], b[0] & b[1]));
      REQUIRE(are_same(a[0] | a[1], b[0] | b[1]));
      REQUIRE(are_same(a[0] ^ a[1], b[0] ^ b[1]));
      REQUIRE(are_same(a[0] + a[1], b[0] + b[1]));
      REQUIRE(are_same(a[0] - a[1], b[0] - b[1]));
      REQUIRE(are_same(a[0] & a[1][2], b[0] & a[1][2]));
      REQUIRE(are_same(a[0] << by, b[0] << by));
      REQUIRE(are_same(a[0] >> by, b[0] >> by));
      REQUIRE(are_same(arrays::shift_signed(a[0], by), vectors::shift_signed(b[0], by)));
      a[0] |= a[2];
      b[0] |= b[2];
      a[1] += a[2];
      b[1] += b[2];
      arrays::transpose(a[0], a[1], a[2], a[3]);
      vectors::transpose(b[0], b[1], b[2], b[3]);
      for (std::size_t row = 0; row < 4; ++row) {
        REQUIRE(are_same(a[row], b[row]));
      }
    }
  }
}

#endif
