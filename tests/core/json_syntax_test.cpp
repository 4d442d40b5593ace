#include "collab/core/json_syntax.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "collab/core/text.hpp"

namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string compact(std::string_view text, const collab::json_bounds& bounds = {1'000, false}) {
  const absl::StatusOr<std::string> made = collab::compact_json(text, bounds);
  return made.ok() ? *made : std::string{made.status().message()};
}

}  // namespace

TEST_SUITE("core/json_syntax") {
  TEST_CASE("what the grammar of RFC 8259 has is JSON") {
    for (const std::string_view text : {"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-0",
                                        "10",
                                        "-1.5e+3",
                                        "0.0",
                                        "1E5",
                                        "1e-400",
                                        "\"\"",
                                        "\"\\u0000\\n\\/\\ud83d\\udca5\"",
                                        "\"\xf0\x9f\x92\xa5\"",
                                        "[]",
                                        "{}",
                                        "[1,[2],{}]",
                                        R"({"a":1,"a":2,"":[null]})",
                                        " \t\r\n[ 1 , 2 ] ",
                                        "18446744073709551615",
                                        "-9223372036854775808",
                                        "1.7976931348623157e308"}) {
      CAPTURE(text);
      CHECK(collab::is_json(text));
    }
  }

  TEST_CASE("nothing else is") {
    for (const std::string_view text : {"",
                                        " ",
                                        "nul",
                                        "nulll",
                                        "True",
                                        "+1",
                                        "01",
                                        "-",
                                        "-01",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "NaN",
                                        "Infinity",
                                        "\"",
                                        "\"\\\"",
                                        "\"\\x41\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\n\"",
                                        "'a'",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\ud800\\ud800\"",
                                        "\"\xff\"",
                                        "\"\xed\xa0\x80\"",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "{",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\" 1}",
                                        "{]",
                                        "[}",
                                        "1 2",
                                        "[] []",
                                        "// x",
                                        "\xef\xbb\xbf{}",
                                        "18446744073709551616",
                                        "-9223372036854775809",
                                        "1e309",
                                        "-1e309"}) {
      CAPTURE(text);
      CHECK_FALSE(collab::is_json(text));
    }
    CHECK_FALSE(collab::is_json(std::string_view{"\0", 1}));
    CHECK_FALSE(collab::is_json(std::string_view{"1\0", 2}));
    CHECK_FALSE(collab::is_json(std::string_view{"[1\0]", 4}));
    CHECK_FALSE(collab::is_json(std::string_view{"\"\\\0\"", 4}));
  }

  TEST_CASE("it may be 12 deep and no more") {
    CHECK(collab::is_json(nested(12)));
    CHECK_FALSE(collab::is_json(nested(13)));
    CHECK_FALSE(collab::is_json(std::string(1'000'000, '[')));
    CHECK_FALSE(collab::is_json(std::string(13, '{')));
  }

  TEST_CASE("an object begins with its bracket") {
    CHECK(collab::is_json_object("{}"));
    CHECK(collab::is_json_object(R"({"a":[1]})"));
    for (const std::string_view text : {"[]", " {}", "1", "{", "", "null"}) {
      CHECK_FALSE(collab::is_json_object(text));
    }
  }

  TEST_CASE("white space between the parts goes, that in strings stays") {
    CHECK(compact(" { \"a b\" :\t[ 1 , -2.50e1 , \" \\\" \" , true , null ] ,\r\n\"c\" : { } } ") ==
          R"({"a b":[1,-2.50e1," \" ",true,null],"c":{}})");
    CHECK(compact("\n1\n") == "1");
  }

  TEST_CASE("both sides of the bounds, and what is refused is said") {
    CHECK(compact(" { } ", {2, true}) == "{}");
    CHECK(compact("{\"a\":1}", {7, true}) == "{\"a\":1}");
    CHECK(compact("{\"a\":1}", {6, true}) == "7 bytes of JSON, at most 6 are allowed");
    CHECK(compact("[]", {2, true}) == "an object is needed");
    CHECK(compact("[1,2", {9, false}).find("at byte 4") != std::string::npos);
    CHECK(compact("[1,x", {9, false}).find("at byte 3") != std::string::npos);
  }
}
