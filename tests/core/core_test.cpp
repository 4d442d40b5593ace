#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>

#include "collab/core/deadline_queue.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/random_source.hpp"
#include "collab/core/text.hpp"
#include "collab/core/token_bucket.hpp"

using namespace std::chrono_literals;

namespace {

collab::instant at(collab::duration since) { return collab::instant{since}; }

// splitmix64 (Steele, Lea, Flood 2014)
class counting_source final : public collab::random_source {
 public:
  explicit counting_source(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() override {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

TEST_SUITE("core/ids") {
  TEST_CASE("an element id is 1 to 64 of A-Z a-z 0-9 _ - : .") {
    CHECK(collab::is_element_id("a"));
    CHECK(collab::is_element_id("AZaz09_-:."));
    CHECK(collab::is_element_id(std::string(64, 'x')));
    CHECK_FALSE(collab::is_element_id(""));
    CHECK_FALSE(collab::is_element_id(std::string(65, 'x')));
    for (const char* bad : {"a b", "a/b", "\xc3\xa9", "a\n", "a\"", "a'"}) {
      CAPTURE(bad);
      CHECK_FALSE(collab::is_element_id(bad));
    }
  }

  TEST_CASE("a room name is an element id without colon and dot") {
    CHECK(collab::is_room_name("ROOM_01-x"));
    CHECK(collab::is_room_name(std::string(64, '0')));
    CHECK_FALSE(collab::is_room_name(std::string(65, '0')));
    CHECK_FALSE(collab::is_room_name(""));
    CHECK_FALSE(collab::is_room_name("a.b"));
    CHECK_FALSE(collab::is_room_name("a:b"));
    CHECK_FALSE(collab::is_room_name(".."));
  }
}

TEST_SUITE("core/text") {
  TEST_CASE("characters are code points, not bytes") {
    CHECK(collab::count_characters("") == 0);
    CHECK(collab::count_characters("abc") == 3);
    CHECK(collab::count_characters("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == 3);
  }
}

TEST_SUITE("core/random_source") {
  TEST_CASE("random text has the length asked for, of 62 characters, all of which occur") {
    counting_source random{1};
    const std::string text = collab::random_text(random, 20'000);
    CHECK(text.size() == 20'000);
    std::map<char, int> seen;
    for (const char c : text) {
      ++seen[c];
    }
    CHECK(seen.size() == 62);
    for (const auto& [c, count] : seen) {
      CAPTURE(c);
      // 322 expected; 6 standard deviations are 107.
      CHECK(count > 215);
      CHECK(count < 430);
    }
  }

  TEST_CASE("the system's source does not repeat itself") {
    collab::system_random_source random;
    CHECK(collab::random_text(random, 24) != collab::random_text(random, 24));
  }
}

TEST_SUITE("core/token_bucket") {
  TEST_CASE("a burst passes, then the rate is kept") {
    collab::token_bucket bucket{10, 5, at(0s)};
    for (int i = 0; i < 5; ++i) {
      CHECK(bucket.try_take(1, at(0s)));
    }
    CHECK_FALSE(bucket.try_take(1, at(0s)));
    CHECK_FALSE(bucket.try_take(1, at(99ms)));
    CHECK(bucket.try_take(1, at(101ms)));
    CHECK_FALSE(bucket.try_take(1, at(101ms)));
  }

  TEST_CASE("it never holds more than the burst") {
    collab::token_bucket bucket{10, 5, at(0s)};
    CHECK(bucket.try_take(5, at(1h)));
    CHECK_FALSE(bucket.try_take(0.5, at(1h)));
  }

  TEST_CASE("a debt is paid at the rate") {
    collab::token_bucket bucket{10, 5, at(0s)};
    CHECK(bucket.debt(at(0s)) == 0s);
    bucket.take(5, at(0s));
    CHECK(bucket.debt(at(0s)) == 0s);
    bucket.take(20, at(0s));
    CHECK(bucket.debt(at(0s)) > 1999ms);
    CHECK(bucket.debt(at(0s)) < 2001ms);
    CHECK(bucket.debt(at(1s)) > 999ms);
    CHECK(bucket.debt(at(2001ms)) == 0s);
  }
}

TEST_SUITE("core/deadline_queue") {
  TEST_CASE("it agrees with a list that is searched, over random steps") {
    counting_source random{42};
    collab::deadline_queue<int> queue;
    std::map<int, collab::instant> model;
    for (int step = 0; step < 20'000; ++step) {
      const int key = static_cast<int>(random.next() % 20);
      const auto when = at(std::chrono::milliseconds{random.next() % 100});
      switch (random.next() % 4) {
        case 0:
        case 1:
          queue.set(key, when);
          model[key] = when;
          break;
        case 2:
          queue.set(key, std::nullopt);
          model.erase(key);
          break;
        default: {
          std::optional<int> expected;
          for (const auto& [each, deadline] : model) {
            if (deadline <= when && (!expected.has_value() || deadline < model[*expected])) {
              expected = each;
            }
          }
          REQUIRE(queue.pop_due(when) == expected);
          if (expected.has_value()) {
            model.erase(*expected);
          }
        }
      }
      std::optional<collab::instant> next;
      for (const auto& [each, deadline] : model) {
        next = next.has_value() ? std::min(*next, deadline) : deadline;
      }
      REQUIRE(queue.next() == next);
    }
  }
}
