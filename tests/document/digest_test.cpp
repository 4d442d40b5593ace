#include "collab/document/digest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/document/element_digest.hpp"
#include "support/sequence.hpp"

using collab::property;
using collab::seq_number;
using collab_test::sequence;

namespace {

// The naive model, from the text of docs/protocol.md: whole lists of words.
using words = std::vector<std::uint32_t>;

std::uint32_t turned(std::uint32_t v, int by) { return v << by | v >> (32 - by); }

collab::digest model_hash(collab::digest seed, const words& all) {
  std::uint32_t high = seed.high;
  std::uint32_t low = seed.low + 0x165667b1;
  for (const std::uint32_t w : all) {
    high ^= turned(w * 0xcc9e2d51, 15) * 0x1b873593;
    high = turned(high, 13) * 5 + 0xe6546b64;
    low = turned(low + w * 0xc2b2ae3d, 17) * 0x27d4eb2f;
  }
  const auto bytes = static_cast<std::uint32_t>(4 * all.size());
  high ^= bytes;
  high = (high ^ high >> 16) * 0x85ebca6b;
  high = (high ^ high >> 13) * 0xc2b2ae35;
  low += bytes;
  low = (low ^ low >> 15) * 0x85ebca77;
  low = (low ^ low >> 13) * 0xc2b2ae3d;
  return {high ^ high >> 16, low ^ low >> 16};
}

void add_text(words& to, std::string text) {
  to.push_back(static_cast<std::uint32_t>(text.size()));
  text.resize((text.size() + 3) / 4 * 4, '\0');
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, text.data() + at, 4);  // Tests run on little-endian machines.
    to.push_back(word);
  }
}

words model_value(const collab::property_value& value) {
  words all;
  if (const auto* real = std::get_if<double>(&value)) {
    const auto bits = std::bit_cast<std::uint64_t>(*real == 0 ? 0.0 : *real);
    all = {1, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
  } else if (const auto* paint = std::get_if<collab::color>(&value)) {
    all = {2, paint->rgba, paint->has_alpha ? 1U : 0U};
  } else if (const auto* word = std::get_if<collab::token>(&value)) {
    all = {3, static_cast<std::uint32_t>(*word)};
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    all = {4};
    add_text(all, *text);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    all = {6, *flag ? 1U : 0U};
  } else {
    const auto& list = *std::get<5>(value);
    all = {5, static_cast<std::uint32_t>(list.size())};
    for (const collab::offset& each : list) {
      all.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(each.x * 16)));
      all.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(each.y * 16)));
    }
  }
  return all;
}

// Values of custom, with the digests that the page's JavaScript makes of them.
const std::map<std::string, collab::digest> custom_digests{
    {"{}", {0x20F631F4, 0xA5E0FD63}}, {R"({"b":[true,null],"a":-0})", {0x25A10444, 0x05386BEF}}};

bool is_default(const collab::element& of, property key) {
  const collab::property_value value = of.get(key);
  if (const auto* list = std::get_if<5>(&value)) {
    return (*list)->empty();
  }
  return value == collab::initial_value(collab::describe(of.kind(), key));
}

collab::digest model_digest(const collab::element& of) {
  words points;
  for (const collab::point& each : of.points()) {
    points.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(each.x * 16)));
    points.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(each.y * 16)));
    points.push_back(static_cast<std::uint32_t>(each.pressure * 1024));
    points.push_back(each.t);
  }
  const collab::digest ink = points.empty() ? collab::digest{} : model_hash({}, points);
  words identity;
  add_text(identity, of.id());
  add_text(identity, std::string{of.kind_name()});
  add_text(identity, of.creator());
  identity.insert(identity.end(),
                  {static_cast<std::uint32_t>(of.point_count()), ink.high, ink.low});
  const collab::digest seed = model_hash({}, identity);
  collab::digest sum = seed;
  for (std::size_t i = 0; i < collab::property_count; ++i) {
    const auto key = static_cast<property>(i);
    if (collab::has_property(of.kind(), key) && !is_default(of, key)) {
      words part = model_value(of.get(key));
      if (key == property::custom) {
        const collab::digest json = custom_digests.at(std::get<std::string>(of.get(key)));
        part = {4, json.high, json.low};
      }
      part.front() += 8 * static_cast<std::uint32_t>(i);
      sum += model_hash(seed, part);
    }
  }
  return sum;
}

collab::property_value random_value(sequence& random, const collab::property_info& info) {
  switch (info.type) {
    case collab::property_type::number:
      return info.most <= 1 ? double(random.below(3)) / 2 : double(random.below(40)) / 16;
    case collab::property_type::color:
      if (info.may_be_none && random.below(3) == 0) {
        return {};
      }
      return collab::color{static_cast<std::uint32_t>(random.below(3)) << 8U | 0xFFU,
                           random.below(2) == 0};
    case collab::property_type::token: {
      std::uint64_t word = random.below(9);
      while ((info.words >> word & 1U) == 0) {
        word = random.below(9);
      }
      return static_cast<collab::token>(word);
    }
    case collab::property_type::offsets: {
      collab::offset_list list(random.below(3));
      for (collab::offset& each : list) {
        each = {-float(random.below(100)) / 16, float(random.below(100))};
      }
      return std::make_shared<const collab::offset_list>(std::move(list));
    }
    case collab::property_type::flag:
      return random.below(2) == 0;
    case collab::property_type::id:
    case collab::property_type::json:
      if (random.below(3) == 0) {
        return {};
      }
      return info.type == collab::property_type::id
                 ? "g" + std::to_string(random.below(3))
                 : std::next(custom_digests.begin(), static_cast<int>(random.below(2)))->first;
    case collab::property_type::index:
      return "a" + std::to_string(random.below(10));
    default:
      return std::string(random.below(9), 'x');
  }
}

property random_property(sequence& random, collab::element_kind kind) {
  auto key = static_cast<property>(random.below(collab::property_count));
  while (!collab::has_property(kind, key)) {
    key = static_cast<property>(random.below(collab::property_count));
  }
  return key;
}

collab::element random_element(sequence& random, std::string id) {
  const auto kind = static_cast<collab::element_kind>(random.below(collab::element_kind_count));
  const std::string creator = "u" + std::to_string(random.below(3));
  collab::element made = kind == collab::element_kind::host
                             ? collab::element{std::move(id), collab::host_kind{"x-a"}, creator}
                             : collab::element{std::move(id), kind, creator};
  made.set(property::index, "a" + std::to_string(random.below(10)));
  for (std::uint64_t i = random.below(5); i > 0; --i) {
    const property key = random_property(random, kind);
    made.set(key, random_value(random, collab::describe(kind, key)));
  }
  if (kind == collab::element_kind::stroke) {
    std::vector<collab::point> points(random.below(5));
    for (collab::point& each : points) {
      each = {float(random.below(2000)) / 16 - 60, float(random.below(99)), 0.25F,
              std::uint32_t(random.below(1000))};
    }
    REQUIRE(made.set_points(points).ok());
  }
  return made;
}

std::string line_of(const collab::element& of, const std::string& what) {
  return "digest " + collab::to_text(collab::digest_of(of)) + " " + what + "\n";
}

}  // namespace

TEST_SUITE("document/digest") {
  TEST_CASE("the high half is MurmurHash3_x86_32 by its published values") {
    CHECK(collab::detail::word_hash{{0, 0}}.finish().high == 0);
    CHECK(collab::detail::word_hash{{1, 0}}.finish().high == 0x514E28B7);
    CHECK(collab::detail::word_hash{{0xFFFFFFFF, 0}}.finish().high == 0x81F16F39);
    collab::detail::word_hash test;
    test.add(std::uint32_t{0x74736574});  // "test"
    CHECK(test.finish().high == 0xBA6BD213);
    collab::detail::word_hash backwards;
    backwards.add(std::uint32_t{0x87654321});  // 21 43 65 87
    CHECK(backwards.finish().high == 0xF55B516B);
    // XXH32 of nothing, seed 0.
    CHECK(collab::detail::word_hash{}.finish().low == 0x02CC5D05);
  }

  TEST_CASE("a digest is written as 16 hex digits") {
    CHECK(collab::to_text(collab::digest{}) == "0000000000000000");
    CHECK(collab::to_text(collab::digest{0x01ABCDEF, 0x0000F00D}) == "01abcdef0000f00d");
  }

  TEST_CASE("what an element shows decides, not who wrote it when") {
    collab::element plain{"r", collab::element_kind::rect, "u"};
    plain.set(property::index, std::string{"a0"});
    collab::element written = plain;
    written.set(property::opacity, 1.0, seq_number{9}, seq_number{9});
    written.set(property::x, -0.0, seq_number{9}, seq_number{9});
    written.set(property::fill, collab::property_value{}, seq_number{9}, seq_number{9});
    written.set_number(77);
    CHECK(collab::digest_of(written) == collab::digest_of(plain));
    written.set(property::x, 0.0625);
    CHECK_FALSE(collab::digest_of(written) == collab::digest_of(plain));
    const auto empty = std::make_shared<const collab::offset_list>();
    collab::element line{"l", collab::element_kind::line, "u"};
    collab::element with_list = line;
    with_list.set(property::points, empty);
    CHECK(collab::digest_of(line) == collab::digest_of(with_list));
  }

  TEST_CASE("a document keeps what is computed anew by the text of the protocol") {
    sequence random{17};
    collab::document board{{.tombstones_max = 20}};
    std::uint64_t made = 0;
    for (std::uint64_t step = 1; step <= 5'000; ++step) {
      const seq_number seq{step};
      const std::string id = "e" + std::to_string(made > 0 ? random.below(made) : 0);
      const collab::element* found = board.find(id);
      const std::uint64_t act = random.below(8);
      if (act == 0 && board.size() < 40) {
        board.insert(random_element(random, "e" + std::to_string(made++)), seq);
      } else if (found != nullptr && act == 1) {
        board.remove(id, seq);
      } else if (found == nullptr && board.can_restore(id) && act < 5) {
        if (act == 2) {
          board.set(id, property::x, double(random.below(5)), seq, seq);
        } else if (act == 3) {
          board.forget_body(id);
        } else {
          board.restore(id, seq);
        }
      } else if (found != nullptr) {
        const property key = random_property(random, found->kind());
        if (act == 2 && key != property::index) {
          board.reset(id, key, seq);
        } else {
          board.set(id, key, random_value(random, collab::describe(found->kind(), key)), seq, seq);
        }
      }
      collab::digest expected;
      for (const collab::element* each : board.elements()) {
        expected += model_digest(*each);
      }
      REQUIRE(board.content_digest() == expected);
    }
    CHECK(made > 50);
  }

  TEST_CASE("any bit of a word changes each bit of the digest about half the time") {
    sequence random{23};
    // For each input bit and output bit: how often it flips.
    std::vector<std::uint32_t> flips(64 * 64);
    constexpr int rounds = 2'000;
    for (int round = 0; round < rounds; ++round) {
      const auto a = static_cast<std::uint32_t>(random.below(1U << 31U));
      const auto b = static_cast<std::uint32_t>(random.below(1U << 31U));
      const collab::digest plain = model_hash({}, {a, b});
      for (std::uint32_t in = 0; in < 64; ++in) {
        collab::detail::word_hash hash;
        hash.add(in < 32 ? a ^ 1U << in : a);
        hash.add(in < 32 ? b : b ^ 1U << (in - 32));
        const collab::digest other = hash.finish();
        const std::uint64_t changed =
            std::uint64_t{plain.high ^ other.high} << 32U | (plain.low ^ other.low);
        for (std::uint32_t out = 0; out < 64; ++out) {
          flips[in * 64 + out] += static_cast<std::uint32_t>(changed >> out & 1U);
        }
      }
    }
    const auto [least, most] = std::minmax_element(flips.begin(), flips.end());
    // Of 4,096 counts with a deviation of 1.1% each, none should be six deviations off.
    CHECK(*least > rounds * 43 / 100);
    CHECK(*most < rounds * 57 / 100);
  }

  TEST_CASE("a million elements that differ little have a million digests") {
    std::vector<std::uint64_t> all;
    all.reserve(1'000'000);
    for (int id = 0; id < 100; ++id) {
      collab::element made{"e" + std::to_string(id), collab::element_kind::rect, "u"};
      for (int i = 0; i < 10'000; ++i) {
        made.set(property::x, double(i % 100));
        made.set(property::y, double(i / 100));
        const collab::digest value = collab::digest_of(made);
        all.push_back(std::uint64_t{value.high} << 32U | value.low);
      }
    }
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  }

  TEST_CASE("a JSON value has the digest that JavaScript makes of it") {
    const auto hash = [](std::string_view text) {
      REQUIRE(collab::is_json(text));
      return collab::to_text(collab::detail::json_digest(text));
    };
    CHECK(hash("null") == "2362f9dedccc1d87");
    CHECK(hash("false") == "fbf1402aaa712c4e");
    CHECK(hash("true") == "40b23b7fbca28a2d");
    CHECK(hash("1.5") == "b6e97c387de00f36");
    CHECK(hash("\"h\xc3\xa9\\n\"") == "08b285959020665b");
    CHECK(hash("[1,[]]") == "13a7445efb9e2597");
    CHECK(hash(R"({"b":[true,null],"a":-0})") == "25a1044405386bef");
    CHECK(hash("{}") == "20f631f4a5e0fd63");
  }

  TEST_CASE("how a JSON value is written makes no difference") {
    const auto hash = [](std::string_view text) {
      REQUIRE(collab::is_json(text));
      return collab::to_text(collab::detail::json_digest(text));
    };
    const std::pair<std::string_view, std::string_view> same[] = {
        {R"({"a":1,"b":[true,null]})", R"( { "b" : [ true , null ] , "a" : 1.0 } )"},
        {R"({"a":2})", R"({"a":1,"a":2})"},
        {R"({"a":2,"b":0})", R"({"\u0061":{"c":[]},"b":0,"a":2})"},
        {"[100]", "[1e2]"},
        {"0", "-0"},
        {R"("\ud83d\ude00\n\u20ac\u00e9\/")", "\"\xf0\x9f\x98\x80\\u000a\xe2\x82\xac\xc3\xa9/\""},
        {"[18446744073709551615]", "[18446744073709551615.0]"},
        {"[1e-400]", "[0]"},
        {" [ ] ", "[]"},
        {"{ }", "{}"},
    };
    for (const auto& [a, b] : same) {
      CAPTURE(a);
      CHECK(hash(a) == hash(b));
    }
    const std::string_view different[] = {"{}",
                                          "[]",
                                          "null",
                                          "false",
                                          "true",
                                          "0",
                                          "1",
                                          "\"\"",
                                          "\"1\"",
                                          "[1,2]",
                                          "[2,1]",
                                          R"({"a":1,"b":2})",
                                          "[[1]]",
                                          "[1,1]",
                                          R"({"a":2,"b":1})",
                                          R"({"a":{"b":1}})",
                                          R"({"a":[]})",
                                          R"({"b":[]})"};
    std::set<std::string> all;
    for (const std::string_view each : different) {
      all.insert(hash(each));
    }
    CHECK(all.size() == std::size(different));
  }

  TEST_CASE("the digest of what is no JSON stays within it") {
    sequence random{31};
    for (int i = 0; i < 20'000; ++i) {
      std::string text;
      for (std::uint64_t left = random.below(12); left > 0; --left) {
        text.push_back("{}[]\",:\\u0d8e-tfn \xc3"[random.below(20)]);
      }
      // On the heap to the byte, for who watches over memory.
      const std::vector<char> bytes{text.begin(), text.end()};
      (void)collab::detail::json_digest({bytes.data(), bytes.size()});
    }
  }

  TEST_CASE("the examples of the protocol's document are right") {
    std::string expected = "digest 0000000000000000 nothing\n";
    collab::element rect{"r", collab::element_kind::rect, "u1"};
    rect.set(property::index, std::string{"a0"});
    expected += line_of(rect, R"({"id":"r","kind":"rect","userId":"u1","index":"a0"})");
    rect.set(property::x, -1.5);
    rect.set(property::color, collab::color{0xEF4444FF, false});
    rect.set(property::fill, collab::color{0xAABBCC80, true});
    rect.set(property::dash, collab::token::dotted);
    expected +=
        line_of(rect, R"({... "x":-1.5,"color":"#ef4444","fill":"#aabbcc80","dash":"dotted"})");
    collab::element line{"l", collab::element_kind::line, "u1"};
    line.set(property::index, std::string{"a1"});
    line.set(property::points,
             std::make_shared<const collab::offset_list>(collab::offset_list{{0, 0}, {10.5F, -3}}));
    expected += line_of(
        line, R"({"id":"l","kind":"line","userId":"u1","index":"a1","points":[[0,0],[10.5,-3]]})");
    collab::element text{"t", collab::element_kind::text, "u1"};
    text.set(property::index, std::string{"a2"});
    text.set(property::text, std::string{"h\xc3\xa9llo"});
    expected += line_of(text,
                        "{\"id\":\"t\",\"kind\":\"text\",\"userId\":\"u1\",\"index\":\"a2\","
                        "\"text\":\"h\xc3\xa9llo\"}");
    collab::element image{"i", collab::element_kind::image, "u1"};
    image.set(property::index, std::string{"a4"});
    image.set(property::source, std::string{"img/1.png"});
    image.set(property::locked, true);
    image.set(property::group, std::string{"g"});
    expected += line_of(image, R"({"id":"i","kind":"image","userId":"u1","index":"a4",)"
                               R"("source":"img/1.png","locked":true,"group":"g"})");
    collab::element note{"h", collab::host_kind{"x-note"}, "u1"};
    note.set(property::index, std::string{"a5"});
    note.set(property::custom, std::string{"{\"b\":[1,true,null],\"a\":\"h\xc3\xa9\"}"});
    expected += line_of(note,
                        "{\"id\":\"h\",\"kind\":\"x-note\",\"userId\":\"u1\",\"index\":\"a5\","
                        "\"custom\":{\"b\":[1,true,null],\"a\":\"h\xc3\xa9\"}}");
    collab::element stroke{"s", collab::element_kind::stroke, "u1"};
    stroke.set(property::index, std::string{"a3"});
    REQUIRE(
        stroke.set_points(std::vector<collab::point>{{1, -0.0625F, 307.0F / 1024, 0}, {2, 3, 1, 8}})
            .ok());
    expected += line_of(stroke, R"({"id":"s","kind":"stroke","userId":"u1","index":"a3","points":)"
                                "[[1,-0.0625,0.2998046875,0],[2,3,1,8]]}");
    std::ifstream file{COLLAB_PROTOCOL_DOCUMENT};
    std::stringstream document;
    document << file.rdbuf();
    CAPTURE(expected);
    CHECK(document.str().find(expected) != std::string::npos);
  }
}
