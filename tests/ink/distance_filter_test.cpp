#include "collab/ink/distance_filter.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "ink/strokes.hpp"

using collab::distance_filter;
using ink_test::stroke;

namespace {

constexpr collab::distance_filter_options by_place_only{.distance_min = 1.0F,
                                                        .pressure_turn_min = 2.0F};

}  // namespace

TEST_SUITE("ink/distance_filter") {
  TEST_CASE("by place it keeps what the definition says, on recorded and generated strokes") {
    for (const stroke& samples : ink_test::many_strokes(7)) {
      stroke expected = {samples.front()};
      for (const auto& each : samples) {
        const double dx = double{each.x} - double{expected.back().x};
        const double dy = double{each.y} - double{expected.back().y};
        if (dx * dx + dy * dy >= 1.0) {
          expected.push_back(each);
        }
      }
      // The last sample is kept even if it is an equal one of the last that was.
      stroke kept = ink_test::whole(distance_filter{by_place_only}, samples);
      REQUIRE(kept.back() == samples.back());
      kept.resize(expected.size());
      REQUIRE(kept == expected);
    }
  }

  TEST_CASE("extremes of pressure are added to what is kept by place") {
    for (const stroke& samples : ink_test::many_strokes(7)) {
      const stroke by_place = ink_test::whole(distance_filter{by_place_only}, samples);
      const stroke kept = ink_test::whole(distance_filter{}, samples);
      REQUIRE(ink_test::is_subsequence(by_place, kept));
      REQUIRE(ink_test::is_subsequence(kept, samples));
    }
  }

  TEST_CASE("a press in one place is kept at its extreme, from the threshold on") {
    const auto press = [](float peak) {
      return stroke{{0, 0, 0.5F, 0},     {0.1F, 0, 0.55F, 1}, {0.2F, 0, peak, 2},
                    {0.3F, 0, 0.55F, 3}, {0.4F, 0, 0.5F, 4},  {5, 0, 0.5F, 5}};
    };
    const distance_filter filter{{.distance_min = 1.0F, .pressure_turn_min = 0.25F}};
    CHECK(ink_test::whole(filter, press(0.75F)) ==
          stroke{{0, 0, 0.5F, 0}, {0.2F, 0, 0.75F, 2}, {5, 0, 0.5F, 5}});
    CHECK(ink_test::whole(filter, press(0.74F)) == stroke{{0, 0, 0.5F, 0}, {5, 0, 0.5F, 5}});
    CHECK(ink_test::whole(filter, press(0.25F)) ==
          stroke{{0, 0, 0.5F, 0}, {0.2F, 0, 0.25F, 2}, {5, 0, 0.5F, 5}});
  }

  TEST_CASE("every turn of the pressure in one place is kept, in order") {
    const stroke samples = {{0, 0, 0.5F, 0}, {0, 0, 0.9F, 1}, {0, 0, 0.1F, 2},
                            {0, 0, 0.6F, 3}, {0, 0, 0.7F, 4}, {0, 0, 0.5F, 5}};
    const stroke expected = {samples[0], samples[1], samples[2], samples[4], samples[5]};
    CHECK(ink_test::whole(distance_filter{{.pressure_turn_min = 0.1F}}, samples) == expected);
  }

  TEST_CASE("pressure that only rises adds nothing") {
    const stroke samples = {{0, 0, 0.1F, 0}, {0, 0, 0.4F, 1}, {0, 0, 0.8F, 2}, {3, 0, 0.9F, 3}};
    CHECK(ink_test::whole(distance_filter{}, samples) == stroke{samples[0], samples[3]});
  }

  TEST_CASE("a sample at exactly the minimum distance is kept, a nearer one is not") {
    const stroke at = {{0, 0}, {1, 0}, {1.9F, 0}, {1.5F, 0}};
    CHECK(ink_test::whole(distance_filter{}, at) == stroke{at[0], at[1], at[3]});
  }

  TEST_CASE("a minimum of zero keeps everything, equal samples too") {
    const stroke samples = {{1, 1}, {1, 1}, {1, 1}};
    CHECK(ink_test::whole(distance_filter{{.distance_min = 0}}, samples) == samples);
  }

  TEST_CASE("invalid samples are as if they had not come") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const stroke good = ink_test::generated_stroke(seed);
      CHECK(ink_test::whole(distance_filter{}, ink_test::with_invalid(good)) ==
            ink_test::whole(distance_filter{}, good));
    }
    CHECK(ink_test::whole(distance_filter{}, ink_test::invalid_samples()).empty());
  }

  TEST_CASE("one sample is kept once, equal ones twice, none stays none") {
    CHECK(ink_test::whole(distance_filter{}, {}).empty());
    CHECK(ink_test::whole(distance_filter{}, {{3, 4}}) == stroke{{3, 4}});
    CHECK(ink_test::whole(distance_filter{}, {{3, 4}, {3, 4}, {3, 4}}) == stroke{{3, 4}, {3, 4}});
  }

  TEST_CASE("strokes at and beyond a room's bound are filtered alike") {
    const stroke over = ink_test::long_stroke(10'001);
    const stroke at{over.begin(), over.end() - 1};
    const stroke kept_over = ink_test::whole(distance_filter{}, over);
    CHECK(kept_over == ink_test::stream(distance_filter{}, over, 1));
    CHECK(ink_test::whole(distance_filter{}, at) == ink_test::stream(distance_filter{}, at, 512));
    CHECK(kept_over.back() == over.back());
  }
}
