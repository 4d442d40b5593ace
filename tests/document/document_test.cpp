#include "collab/document/document.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collab/document/element_digest.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/document/ordering.hpp"
#include "support/sequence.hpp"

using collab::property;
using collab::seq_number;
using collab_test::sequence;

namespace {

collab::element make(const std::string& id, const std::string& index) {
  collab::element made{id, collab::element_kind::rect, "user"};
  made.set(property::index, index);
  return made;
}

std::vector<std::string> ids_in_order(const collab::document& board) {
  std::vector<std::string> ids;
  for (const collab::element* each : board.elements()) {
    ids.push_back(each->id());
  }
  return ids;
}

// A small generator with a fixed sequence (Knuth's MMIX constants).
}  // namespace

TEST_SUITE("document/fractional_index") {
  TEST_CASE("each index on top is greater than all before, and short") {
    std::string top;
    for (int i = 0; i < 200'000; ++i) {
      std::string next = collab::index_above(top);
      REQUIRE(next > top);
      REQUIRE(collab::is_index(next));
      REQUIRE(next.size() <= 5);
      top = std::move(next);
    }
  }

  TEST_CASE("the first indexes are those of the published scheme") {
    CHECK(collab::index_above("") == "a0");
    CHECK(collab::index_above("a0") == "a1");
    CHECK(collab::index_above("a9") == "aA");
    CHECK(collab::index_above("aZ") == "aa");
    CHECK(collab::index_above("az") == "b00");
    CHECK(collab::index_above("bzz") == "c000");
    CHECK(collab::index_above("a0V") == "a1");
  }

  TEST_CASE("something is above every index that a client may choose") {
    sequence random{7};
    const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int i = 0; i < 20'000; ++i) {
      std::string index(1 + random.below(collab::index_length_max), '0');
      for (char& c : index) {
        // Often the last digit, where carrying goes wrong if it does.
        c = random.below(3) == 0 ? digits[random.below(62)] : 'z';
      }
      if (collab::is_index(index)) {
        CAPTURE(index);
        const std::string above = collab::index_above(index);
        CHECK(above > index);
        CHECK(collab::is_index(above));
      }
    }
    CHECK(collab::is_index(std::string(26, 'z')));
    CHECK(collab::index_above(std::string(26, 'z')) > std::string(26, 'z'));
  }

  TEST_CASE("what is no index is refused") {
    for (const std::string& bad : {std::string{}, std::string(65, 'a'), std::string{"a-"},
                                   std::string{"a 0"}, std::string(27, 'z'), std::string{"\xc3"}}) {
      CAPTURE(bad);
      CHECK_FALSE(collab::is_index(bad));
    }
    CHECK(collab::is_index(std::string(64, 'a')));
  }
}

TEST_SUITE("document/ordering") {
  using collab::timed_stamp;

  TEST_CASE("time decides, then the actor") {
    const collab::timestamp_then_id before;
    const collab::unix_time early{std::chrono::milliseconds{1}};
    const collab::unix_time late{std::chrono::milliseconds{2}};
    CHECK(before({early, "b"}, {late, "a"}));
    CHECK_FALSE(before({late, "a"}, {early, "b"}));
    CHECK(before({early, "a"}, {early, "b"}));
    CHECK_FALSE(before({early, "a"}, {early, "a"}));
    CHECK(before({early, "B"}, {early, "a"}));
  }

  TEST_CASE("a register ends with the same value whatever the order and repetition of writes") {
    std::vector<std::pair<int, timed_stamp>> writes;
    for (int i = 0; i < 6; ++i) {
      writes.push_back(
          {i,
           {collab::unix_time{std::chrono::milliseconds{1 + i / 2}}, i % 2 == 0 ? "ann" : "bob"}});
    }
    std::sort(writes.begin(), writes.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    do {
      collab::last_writer_register<int> held;
      for (const auto& [value, stamp] : writes) {
        held.set(value, stamp);
        held.set(value, stamp);
      }
      // The latest time is 3, and bob comes after ann.
      REQUIRE(held.value() == 5);
    } while (std::next_permutation(writes.begin(), writes.end(),
                                   [](const auto& a, const auto& b) { return a.first < b.first; }));
  }
}

TEST_SUITE("document/property") {
  TEST_CASE("every kind and property can be found by its name, and no other") {
    for (std::size_t i = 0; i < collab::element_kind_count; ++i) {
      const auto kind = static_cast<collab::element_kind>(i);
      if (kind != collab::element_kind::host) {
        CHECK(collab::find_kind(collab::name_of(kind)) == kind);
      }
      for (const property key :
           {property::locked, property::group, property::custom, property::color}) {
        CHECK(collab::is_common(key));
        CHECK(collab::has_property(kind, key));
      }
      CHECK(collab::has_property(kind, property::index));
      CHECK(collab::has_property(kind, property::x));
      CHECK(collab::has_property(kind, property::opacity));
    }
    for (std::size_t i = 0; i < collab::property_count; ++i) {
      const auto key = static_cast<property>(i);
      CHECK(collab::find_property(collab::name_of(key)) == key);
    }
    CHECK(collab::find_kind("picture") == std::nullopt);
    CHECK(collab::has_property(collab::element_kind::arrow, property::end_binding));
    CHECK_FALSE(collab::has_property(collab::element_kind::rect, property::end_binding));
    CHECK_FALSE(collab::has_property(collab::element_kind::stroke, property::source));
    CHECK(collab::find_property("strokewidth") == std::nullopt);
  }

  TEST_CASE("a host's own kind has a name of 1 to 62 characters after x-, and every property") {
    for (const std::string& name :
         {std::string{"x-a"}, std::string{"x-A_9-"}, "x-" + std::string(62, 'k')}) {
      CHECK(collab::find_kind(name) == collab::element_kind::host);
      CHECK(collab::element{"e", collab::host_kind{name}, "u"}.kind_name() == name);
    }
    for (const std::string& name :
         {std::string{"x-"}, std::string{"x"}, std::string{"x-a b"}, std::string{"x-a.b"},
          std::string{"X-a"}, std::string{"xa"}, "x-" + std::string(63, 'k')}) {
      CHECK(collab::find_kind(name) == std::nullopt);
    }
    for (std::size_t i = 0; i < collab::property_count; ++i) {
      CHECK(collab::has_property(collab::element_kind::host, static_cast<property>(i)));
    }
  }

  TEST_CASE("a value fits where it has the type of the property and is in its range") {
    const auto fits = [](property key, const collab::property_value& value) {
      return collab::fits(collab::describe(collab::element_kind::host, key), value);
    };
    CHECK(fits(property::locked, true));
    CHECK_FALSE(fits(property::locked, 1.0));
    CHECK_FALSE(fits(property::locked, collab::property_value{}));
    for (const property key : {property::group, property::start_binding, property::end_binding}) {
      CHECK(fits(key, collab::property_value{}));
      CHECK(fits(key, std::string{"a:1"}));
      CHECK_FALSE(fits(key, std::string{}));
      CHECK_FALSE(fits(key, std::string{"a b"}));
      CHECK_FALSE(fits(key, false));
    }
    CHECK(fits(property::custom, collab::property_value{}));
    CHECK(fits(property::custom, std::string{R"({"a":[null]})"}));
    for (const char* text : {"", "[]", "{", " {}", "{}}", "x"}) {
      CHECK_FALSE(fits(property::custom, std::string{text}));
    }
  }

  TEST_CASE("the defaults are those of the protocol") {
    const collab::element rect{"r", collab::element_kind::rect, "u"};
    CHECK(rect.get(property::x) == collab::property_value{0.0});
    CHECK(rect.get(property::opacity) == collab::property_value{1.0});
    CHECK(rect.get(property::stroke_width) == collab::property_value{2.0});
    CHECK(rect.get(property::fill) == collab::property_value{});
    CHECK(rect.get(property::dash) == collab::property_value{collab::token::solid});
    const collab::element stroke{"s", collab::element_kind::stroke, "u"};
    CHECK(stroke.get(property::width) == collab::property_value{2.0});
    const collab::element text{"t", collab::element_kind::text, "u"};
    CHECK(text.get(property::font_size) == collab::property_value{20.0});
    CHECK(text.get(property::width) == collab::property_value{0.0});
    const collab::element arrow{"a", collab::element_kind::arrow, "u"};
    CHECK(arrow.get(property::start_head) == collab::property_value{collab::token::none});
    CHECK(arrow.get(property::start_binding) == collab::property_value{});
    CHECK(arrow.get(property::locked) == collab::property_value{false});
    CHECK(arrow.get(property::group) == collab::property_value{});
    CHECK(arrow.get(property::custom) == collab::property_value{});
    const collab::element image{"i", collab::element_kind::image, "u"};
    CHECK(image.get(property::source) == collab::property_value{std::string{}});
    CHECK(image.get(property::height) == collab::property_value{0.0});
  }
}

TEST_SUITE("document/document") {
  TEST_CASE("elements are in the order of index, then id, compared as bytes") {
    collab::document board;
    board.insert(make("b", "a1"), seq_number{1});
    board.insert(make("a", "a1"), seq_number{2});
    board.insert(make("z", "Zz"), seq_number{3});
    board.insert(make("c", "a0V"), seq_number{4});
    CHECK(ids_in_order(board) == std::vector<std::string>{"z", "c", "a", "b"});
    CHECK(board.top_index() == "a1");
  }

  TEST_CASE("it agrees with a sorted list over random inserts, moves, removals and returns") {
    sequence random{3};
    collab::document board;
    std::map<std::string, std::pair<std::string, bool>> model;  // id -> index, is there
    for (std::uint64_t step = 1; step <= 5'000; ++step) {
      const std::string id = "e" + std::to_string(random.below(60));
      const std::string index = "a" + std::to_string(random.below(10));
      const auto found = model.find(id);
      if (found == model.end()) {
        board.insert(make(id, index), seq_number{step});
        model[id] = {index, true};
      } else if (!found->second.second) {
        REQUIRE(board.can_restore(id));
        board.restore(id, seq_number{step});
        found->second.second = true;
      } else if (random.below(2) == 0) {
        board.remove(id, seq_number{step});
        found->second.second = false;
      } else {
        board.set(id, property::index, index, seq_number{step}, seq_number{step});
        found->second.first = index;
      }
      std::vector<std::pair<std::string, std::string>> expected;
      for (const auto& [name, state] : model) {
        if (state.second) {
          expected.emplace_back(state.first, name);
        }
      }
      std::sort(expected.begin(), expected.end());
      REQUIRE(board.size() == expected.size());
      std::size_t at = 0;
      for (const collab::element* each : board.elements()) {
        REQUIRE(each->id() == expected[at++].second);
      }
    }
  }

  TEST_CASE("a removed id is remembered until its tombstone is one too many") {
    collab::document board{{.tombstones_max = 2}};
    for (const char* id : {"a", "b", "c"}) {
      board.insert(make(id, "a0"), seq_number{1});
      board.remove(id, seq_number{2});
      CHECK(board.find(id) == nullptr);
      CHECK(board.can_restore(id));
      board.forget_body(id);
      CHECK_FALSE(board.can_restore(id));
    }
    CHECK_FALSE(board.remembers("a"));
    CHECK(board.remembers("b"));
    CHECK(board.remembers("c"));
    CHECK(board.bytes() == 0);
  }

  TEST_CASE("a restored element is whole, with what was written to it while it was away") {
    collab::document board;
    board.insert(make("a", "a0"), seq_number{1});
    board.set("a", property::x, 5.0, seq_number{2}, seq_number{2});
    board.remove("a", seq_number{3});
    board.restore("a", seq_number{1});
    REQUIRE(board.find("a") != nullptr);
    CHECK(board.find("a")->get(property::x) == collab::property_value{5.0});
    CHECK(board.presence_writer("a") == seq_number{1});
  }

  TEST_CASE("the bytes counted follow what is added and given up") {
    collab::document board;
    const std::size_t empty = board.bytes();
    collab::element stroke{"s", collab::element_kind::stroke, "u"};
    stroke.set(property::index, std::string{"a0"});
    std::vector<collab::point> points(1'000);
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] = {float(i * 7919 % 1000), float(i * 104'729 % 1000), 0.5F, std::uint32_t(i)};
    }
    REQUIRE(stroke.set_points(points).ok());
    const std::size_t packed = stroke.packed_points().size();
    CHECK(packed > 2'000);
    board.insert(std::move(stroke), seq_number{1});
    CHECK(board.bytes() >= empty + packed);
    CHECK(board.bytes() <= empty + packed + 500);
    board.remove("s", seq_number{2});
    CHECK(board.bytes() >= empty + packed);
    board.forget_body("s");
    CHECK(board.bytes() == empty);
  }

  TEST_CASE("samples are kept rounded to the grid, and refused whole when one is out of range") {
    collab::element stroke{"s", collab::element_kind::stroke, "u"};
    REQUIRE(stroke.set_points(std::vector<collab::point>{{1.03F, -0.0625F, 0.3F, 7}, {2, 3, 1, 8}})
                .ok());
    const std::vector<collab::point> kept = {{1, -0.0625F, 307.0F / 1024, 7}, {2, 3, 1, 8}};
    CHECK(stroke.points() == kept);
    CHECK(stroke.point_count() == 2);
    const absl::Status refused =
        stroke.set_points(std::vector<collab::point>{{0, 0, 0.5F, 0}, {1'000'001, 0, 0.5F, 1}});
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(refused.message().find("point 1") != absl::string_view::npos);
    CHECK(stroke.points() == kept);
  }

  TEST_CASE("an element is numbered by the operation that made it, also while it is away") {
    collab::document board;
    collab::element drawn = make("drawn", "a0");
    drawn.set_number(1);  // As long as it was being drawn.
    board.insert(make("first", "a1"), seq_number{2});
    board.insert(std::move(drawn), seq_number{5});
    board.insert(make("last", "a2"), seq_number{6});
    CHECK(board.number_of("first") == 2);
    CHECK(board.number_of("drawn") == 5);
    CHECK(board.number_of("last") == 6);
    board.remove("first", seq_number{7});
    CHECK(board.number_of("first") == 2);
    board.restore("first", seq_number{8});
    CHECK(board.number_of("first") == 2);
    board.remove("first", seq_number{9});
    board.forget_body("first");
    CHECK(board.number_of("first") == 0);
    CHECK(board.number_of("never") == 0);
  }
}

TEST_SUITE("document/board_snapshot") {
  TEST_CASE("a snapshot shows what the document showed, whatever becomes of that") {
    collab::document board;
    for (int i = 0; i < 20; ++i) {
      board.insert(make("e" + std::to_string(i), "a" + std::to_string(9 - i % 10)), seq_number{1});
    }
    board.remove("e3", seq_number{2});
    const auto ids = ids_in_order(board);
    const collab::digest content = board.content_digest();
    const collab::board_snapshot then = board.snapshot(seq_number{2});
    CHECK(then.seq() == seq_number{2});

    board.set("e1", property::x, 5.0, seq_number{3}, seq_number{3});
    board.set("e2", property::index, std::string{"Zz"}, seq_number{4}, seq_number{4});
    board.remove("e4", seq_number{5});
    board.forget_body("e4");
    board.insert(make("new", "a0"), seq_number{6});

    REQUIRE(then.size() == 19);
    CHECK(then.content_digest() == content);
    collab::digest sum;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CHECK(then.elements()[i].id() == ids[i]);
      CHECK(std::get<double>(then.elements()[i].get(property::x)) == 0);
      sum += collab::digest_of(then.elements()[i]);
    }
    CHECK(sum == content);
  }

  TEST_CASE("a document made from a snapshot goes on by itself") {
    collab::document board;
    board.insert(make("b", "a1"), seq_number{1});
    board.insert(make("a", "a0"), seq_number{2});
    const collab::board_snapshot then = board.snapshot(seq_number{2});
    collab::document again{then};
    CHECK(ids_in_order(again) == std::vector<std::string>{"a", "b"});
    CHECK(again.content_digest() == board.content_digest());
    CHECK(again.bytes() == board.bytes());
    again.set("a", property::x, 7.0, seq_number{3}, seq_number{3});
    again.remove("b", seq_number{4});
    CHECK(std::get<double>(board.find("a")->get(property::x)) == 0);
    CHECK(board.find("b") != nullptr);
    CHECK(then.size() == 2);
  }

  TEST_CASE("elements are shared until one of them changes, and then only that one is not") {
    collab::document board;
    board.insert(make("a", "a0"), seq_number{1});
    board.insert(make("b", "a1"), seq_number{2});
    const collab::element* const a = board.find("a");
    const collab::board_snapshot then = board.snapshot(seq_number{2});
    CHECK(then.elements()[0].is_same(*a));
    board.set("a", property::x, 1.0, seq_number{3}, seq_number{3});
    // Where it is in the document it stays.
    CHECK(board.find("a") == a);
    CHECK_FALSE(then.elements()[0].is_same(*a));
    CHECK_FALSE(a->is_shared());
    CHECK(then.elements()[1].is_same(*board.find("b")));
  }

  TEST_CASE("the empty snapshot is that of an empty board") {
    const collab::board_snapshot nothing;
    CHECK(nothing.size() == 0);
    const collab::document board{nothing};
    CHECK(board.size() == 0);
    CHECK(board.snapshot(seq_number{}).content_digest() == nothing.content_digest());
  }
}
