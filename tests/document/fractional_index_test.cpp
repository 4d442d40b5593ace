#include "collab/document/fractional_index.hpp"

#include <absl/status/status.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/sequence.hpp"

using collab_test::sequence;

namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The naive model. The text that follows `low` at once in the order of bytes is `low` and a
// '0', or, if that is too long, `low` counted up at its last place that can be.
std::string successor(std::string low) {
  if (low.size() < collab::index_length_max) {
    return low + '0';
  }
  while (!low.empty() && low.back() == 'z') {
    low.pop_back();
  }
  if (!low.empty()) {
    low.back() = digits[digits.find(low.back()) + 1];
  }
  return low;
}

// Lengths at which mistakes would show: short ones, and those at the limit.
std::string random_index(sequence& random) {
  std::string text(random.below(3) == 0 ? 61 + random.below(4) : 1 + random.below(5), '0');
  const std::uint64_t style = random.below(4);
  for (char& c : text) {
    const std::uint64_t pick = random.below(style == 0 ? 62 : 4);
    c = style == 0 ? digits[pick] : "01zy"[pick];
  }
  return text;
}

}  // namespace

TEST_SUITE("document/fractional_index") {
  TEST_CASE("between two there is an index exactly when the model finds a text there") {
    sequence random{11};
    std::size_t refused = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::string low = random_index(random);
      std::string high = random_index(random);
      // Often with the same beginning.
      if (random.below(2) == 0) {
        high = low.substr(0, random.below(low.size() + 1)) + high;
        high.resize(std::min(high.size(), collab::index_length_max));
      }
      if (high < low) {
        low.swap(high);
      }
      if (low == high || !collab::is_index(low) || !collab::is_index(high)) {
        continue;
      }
      CAPTURE(low);
      CAPTURE(high);
      const auto between = collab::index_between(low, high);
      REQUIRE(between.ok() == (successor(low) < high));
      if (between.ok()) {
        REQUIRE(low < *between);
        REQUIRE(*between < high);
        REQUIRE(collab::is_index(*between));
      } else {
        REQUIRE(absl::IsFailedPrecondition(between.status()));
        ++refused;
      }
    }
    CHECK(refused > 100);
  }

  TEST_CASE("below every index but the least there is another") {
    sequence random{13};
    for (int i = 0; i < 50'000; ++i) {
      const std::string index = random_index(random);
      if (collab::is_index(index) && index != "0") {
        CAPTURE(index);
        const auto below = collab::index_below(index);
        REQUIRE(below.ok());
        REQUIRE(*below < index);
        REQUIRE(collab::is_index(*below));
      }
    }
    CHECK(absl::IsFailedPrecondition(collab::index_below("0").status()));
    CHECK(absl::IsFailedPrecondition(collab::index_between("", "0").status()));
  }

  TEST_CASE("the indexes below are those of the published scheme") {
    CHECK(*collab::index_below("") == "a0");
    CHECK(*collab::index_below("a1") == "a0");
    CHECK(*collab::index_below("a0") == "Zz");
    CHECK(*collab::index_below("Zz") == "Zy");
    CHECK(*collab::index_below("Z0") == "Yzz");
    CHECK(*collab::index_below("Y00") == "Xzzz");
    CHECK(*collab::index_below("b00") == "az");
    CHECK(*collab::index_below("a0V") == "a0");
    CHECK(*collab::index_between("a0", "a1") == "a0V");
    CHECK(*collab::index_between("a0", "a2") == "a1");
    CHECK(*collab::index_between("a0V", "a1") == "a0l");
    CHECK(*collab::index_between("a0", "a0V") == "a0F");
    CHECK(*collab::index_between("Zz", "a0") == "ZzV");
    CHECK(*collab::index_between("a5", "") == "a6");
  }

  TEST_CASE("what is not two indexes in their order is refused") {
    for (const auto& [low, high] : {std::pair{"a1", "a0"}, std::pair{"a0", "a0"},
                                    std::pair{"a-", "b0"}, std::pair{"a0", "a!"}}) {
      CHECK(absl::IsInvalidArgument(collab::index_between(low, high).status()));
    }
  }

  TEST_CASE("to the back again and again stays short") {
    std::string bottom;
    for (int i = 0; i < 200'000; ++i) {
      const std::string below = *collab::index_below(bottom);
      REQUIRE((bottom.empty() || below < bottom));
      REQUIRE(below.size() <= 5);
      bottom = below;
    }
  }

  TEST_CASE("a gap takes 300 inserts at its worst place, then fresh indexes make room") {
    // Always next to the lower one, next to the upper one, and to and fro.
    for (int pattern = 0; pattern < 3; ++pattern) {
      std::string low = "a0";
      std::string high = "a1";
      int inserts = 0;
      absl::Status status;
      while (status.ok() && inserts < 10'000) {
        const auto between = collab::index_between(low, high);
        status = between.status();
        if (status.ok()) {
          const bool takes_upper = pattern == 2 ? inserts % 2 == 0 : pattern == 1;
          (takes_upper ? low : high) = *between;
          ++inserts;
        }
      }
      CAPTURE(pattern);
      MESSAGE("pattern " << pattern << ": " << inserts << " inserts");
      CHECK(absl::IsFailedPrecondition(status));
      CHECK(inserts >= 300);
      const auto fresh = collab::indexes_between("a0", "a1", 1'000);
      REQUIRE(fresh.ok());
      CHECK(collab::index_between((*fresh)[499], (*fresh)[500]).ok());
    }
  }

  TEST_CASE("fresh indexes are in order, between their ends, and short") {
    for (const auto& [low, high] :
         {std::pair{"", ""}, std::pair{"a0", ""}, std::pair{"", "a0"}, std::pair{"a0", "a1"}}) {
      for (const std::size_t count : {0U, 1U, 2U, 7U, 10'000U}) {
        const auto fresh = collab::indexes_between(low, high, count);
        REQUIRE(fresh.ok());
        REQUIRE(fresh->size() == count);
        std::string before = low;
        for (const std::string& each : *fresh) {
          REQUIRE(before < each);
          REQUIRE(collab::is_index(each));
          REQUIRE(each.size() <= 6);
          before = each;
        }
        CHECK((before == low || std::string{high}.empty() || before < high));
      }
    }
    CHECK(absl::IsFailedPrecondition(collab::indexes_between("a0", "a00", 3).status()));
  }
}
