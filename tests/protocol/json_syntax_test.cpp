// The check of the core against a parser that others wrote: what it takes, everybody can read.

#include "collab/core/json_syntax.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <random>
#include <string>
#include <string_view>

namespace {

// What simdjson says, with the same bound on depth.
class parser_verdict {
 public:
  parser_verdict() {
    REQUIRE(parser_.allocate(4096, collab::json_depth_max + 1) == simdjson::SUCCESS);
  }

  bool operator()(const std::string& text) {
    return parser_.parse(simdjson::padded_string{text}).error() == simdjson::SUCCESS;
  }

  simdjson::dom::parser parser_;
};

// Text that is often JSON, or nearly.
std::string made(std::mt19937& random, int depth) {
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  const auto pick = [&](auto... choices) {
    const std::string all[] = {choices...};
    return all[below(sizeof...(choices))];
  };
  std::string text = pick("", "", "", " ", "\n\t");
  switch (depth > 0 ? below(5) : below(3)) {
    case 0:
      text += pick("0", "-1", "17", "-0.5", "1e5", "1E+400", "1e-400", "01", "1.",
                   "99999999999999999999", "-9223372036854775808", "18446744073709551615", "0.1e1",
                   "-", "1e308", "2e308");
      break;
    case 1:
      text += pick("true", "false", "null", "tru", "nan");
      break;
    case 2:
      text += "\"" +
              pick("", "a", "\xc3\xa9", "\\n", "\\u00e9", "\\ud83d\\udca5", "\\udc00", "\\ud800",
                   "\\q", "\x01", "\xff", "\\u12", "b\\\\") +
              "\"";
      break;
    case 3: {
      text += "[";
      const std::size_t count = below(4);
      for (std::size_t i = 0; i < count; ++i) {
        text += (i > 0 ? "," : "") + made(random, depth - 1);
      }
      text += "]";
      break;
    }
    default: {
      text += "{";
      const std::size_t count = below(4);
      for (std::size_t i = 0; i < count; ++i) {
        text += (i > 0 ? "," : "") + pick("\"a\"", " \"b\" ", "\"\"", "c") + ":" +
                made(random, depth - 1);
      }
      text += "}";
      break;
    }
  }
  return text + pick("", "", "", " ", "\r");
}

}  // namespace

TEST_SUITE("protocol/json_syntax") {
  TEST_CASE("the core and the parser agree over many texts") {
    std::mt19937 random{20'261'124};
    parser_verdict is_good;
    int good = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::string text = made(random, static_cast<int>(random() % 6));
      if (i % 3 == 0 && !text.empty()) {
        text[random() % text.size()] =
            static_cast<char>(random() % 4 == 0 ? random() : random() % 96 + 32);
      }
      CAPTURE(text);
      const bool verdict = is_good(text);
      REQUIRE(collab::is_json(text) == verdict);
      good += verdict ? 1 : 0;
      if (verdict) {
        // Shortened it is the same to the parser.
        const std::string before = simdjson::minify(is_good.parser_.doc.root());
        const auto compact = collab::compact_json(text, {text.size(), false});
        REQUIRE(compact.ok());
        REQUIRE(is_good(*compact));
        REQUIRE(simdjson::minify(is_good.parser_.doc.root()) == before);
      }
    }
    CHECK(good > 20'000);
  }

  TEST_CASE("they agree on how deep it may be") {
    parser_verdict is_good;
    for (std::size_t depth = 1; depth < 20; ++depth) {
      for (const bool is_array : {true, false}) {
        std::string text = "1";
        for (std::size_t i = 0; i < depth; ++i) {
          text = is_array ? "[" + text + "]" : "{\"a\":" + text + "}";
        }
        CAPTURE(text);
        CHECK(collab::is_json(text) == (depth <= collab::json_depth_max));
        CHECK(collab::is_json(text) == is_good(text));
      }
    }
  }
}
