#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/history/edit_history.hpp"
#include "collab/history/operation_codec.hpp"
#include "collab/history/operation_log.hpp"
#include "support/sequence.hpp"

using collab::property;
using collab::seq_number;
using collab_test::sequence;

namespace {

collab::element make(const std::string& id, const std::string& index = "a0") {
  collab::element made{id, collab::element_kind::rect, "ann"};
  made.set(property::index, index);
  return made;
}

collab::operation operation_of(std::uint64_t seq, collab::operation::body_type body) {
  return {seq_number{seq},
          collab::unix_time{std::chrono::milliseconds{1'700'000'000'000}},
          "ann",
          "c1",
          seq,
          std::move(body)};
}

// Everything that can be seen of a board, in words of this test's own.
std::string picture(const collab::document& board) {
  std::string text;
  for (const collab::element* each : board.elements()) {
    text += each->id() + "@" + each->index();
    for (const property key : {property::x, property::y, property::width}) {
      text += " " + std::to_string(std::get<double>(each->get(key)));
    }
    text += "\n";
  }
  return text;
}

// A document with its history, numbering operations itself.
struct board_under_test {
  explicit board_under_test(std::size_t depth = 1'000) : history{document, {.undo_depth = depth}} {}

  absl::Status run(collab::operation::body_type body, bool by_room = false) {
    collab::operation op = operation_of(seq + 1, std::move(body));
    op.counter = by_room ? 0 : op.counter;
    if (absl::Status status = history.check(op); !status.ok()) {
      return status;
    }
    ++seq;
    effect = history.apply(std::move(op));
    return absl::OkStatus();
  }
  absl::Status undo() {
    return run(collab::undo_operation{target_of_undo().value_or(seq_number{})});
  }
  absl::Status redo() {
    return run(collab::redo_operation{target_of_redo().value_or(seq_number{})});
  }

  std::optional<seq_number> target_of_undo() const {
    return history.undo_target(collab::undo_scope::room, "ann");
  }
  std::optional<seq_number> target_of_redo() const {
    return history.redo_target(collab::undo_scope::room, "ann");
  }

  collab::document document;
  collab::edit_history history;
  collab::edit_effect effect;
  std::uint64_t seq = 0;
};

collab::set_operation set(const std::string& id, property key, double value) {
  return {id, {{key, value}}};
}

}  // namespace

TEST_SUITE("history/edit_history") {
  TEST_CASE("undo and redo agree with a stack of pictures of the whole board") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      sequence random{seed};
      board_under_test board;
      std::vector<std::string> done = {picture(board.document)};
      std::vector<std::string> undone;
      int made = 0;
      for (int step = 0; step < 300; ++step) {
        const std::string id = "e" + std::to_string(random.below(12));
        const std::string before = picture(board.document);
        bool is_work = false;
        switch (random.below(8)) {
          case 0:
          case 1:
            is_work = board
                          .run(collab::put_operation{make("e" + std::to_string(made++),
                                                          "a" + std::to_string(random.below(5)))})
                          .ok();
            break;
          case 2:
          case 3:
            is_work = board
                          .run(set(id, random.below(2) == 0 ? property::x : property::width,
                                   static_cast<double>(random.below(5))))
                          .ok();
            break;
          case 4: {
            const bool touches = board.document.find(id) != nullptr;
            REQUIRE(board.run(collab::remove_operation{{id, id, "never"}}).ok());
            is_work = touches;
            break;
          }
          case 5:
            if (random.below(6) == 0) {
              const bool touches = board.document.size() > 0;
              REQUIRE(board.run(collab::clear_operation{}).ok());
              is_work = touches;
            }
            break;
          case 6:
            if (done.size() > 1) {
              REQUIRE(board.undo().ok());
              CHECK(board.effect.outcome == collab::undo_outcome::applied);
              undone.push_back(done.back());
              done.pop_back();
              REQUIRE(picture(board.document) == done.back());
            } else {
              REQUIRE(absl::IsFailedPrecondition(board.undo()));
            }
            break;
          default:
            if (!undone.empty()) {
              REQUIRE(board.redo().ok());
              CHECK(board.effect.outcome == collab::undo_outcome::applied);
              done.push_back(undone.back());
              undone.pop_back();
              REQUIRE(picture(board.document) == done.back());
            } else {
              REQUIRE(absl::IsFailedPrecondition(board.redo()));
            }
        }
        if (is_work) {
          done.push_back(picture(board.document));
          undone.clear();
        }
        REQUIRE(board.target_of_undo().has_value() == (done.size() > 1));
        REQUIRE(board.target_of_redo().has_value() == !undone.empty());
      }
    }
  }

  TEST_CASE("an undone value comes back under a new stamp") {
    board_under_test board;
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    REQUIRE(board.run(set("a", property::x, 1)).ok());
    REQUIRE(board.run(set("a", property::x, 2)).ok());
    REQUIRE(board.undo().ok());
    const auto* held = board.document.find("a")->find(property::x);
    REQUIRE(held != nullptr);
    CHECK(held->value == collab::property_value{1.0});
    CHECK(held->stamp == seq_number{4});
    CHECK(held->writer == seq_number{2});
  }

  TEST_CASE("undo beyond the depth is refused and what it kept is given up") {
    board_under_test board{2};
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    REQUIRE(board.run(collab::remove_operation{{"a"}}).ok());
    CHECK(board.document.can_restore("a"));
    REQUIRE(board.run(collab::put_operation{make("b")}).ok());
    REQUIRE(board.run(collab::put_operation{make("c")}).ok());
    // The removal is out of reach now.
    CHECK_FALSE(board.document.can_restore("a"));
    CHECK(board.document.remembers("a"));
    REQUIRE(board.undo().ok());
    REQUIRE(board.undo().ok());
    CHECK(absl::IsFailedPrecondition(board.undo()));
    CHECK(board.document.size() == 0);
  }

  TEST_CASE("with a depth of 0 nothing can be undone") {
    board_under_test board{0};
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    CHECK(absl::IsFailedPrecondition(board.undo()));
  }

  TEST_CASE("new work ends redo and gives up what only redo could bring back") {
    board_under_test board;
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    REQUIRE(board.undo().ok());
    CHECK(board.document.can_restore("a"));
    REQUIRE(board.run(collab::put_operation{make("b")}).ok());
    CHECK(absl::IsFailedPrecondition(board.redo()));
    CHECK_FALSE(board.document.can_restore("a"));
  }

  TEST_CASE("a stroke that the room commits ends nobody's redo") {
    board_under_test board;
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    REQUIRE(board.undo().ok());
    REQUIRE(board.run(collab::put_operation{make("b")}, /*by_room=*/true).ok());
    CHECK(board.redo().ok());
    CHECK(board.document.find("a") != nullptr);
  }

  TEST_CASE("an operation that changed nothing can't be undone") {
    board_under_test board;
    REQUIRE(board.run(collab::clear_operation{}).ok());
    REQUIRE(board.run(collab::remove_operation{{"nothing"}}).ok());
    CHECK(absl::IsFailedPrecondition(board.undo()));
  }

  TEST_CASE("chat is not undone") {
    board_under_test board;
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    REQUIRE(board.run(collab::chat_operation{"Ann", "hello"}).ok());
    REQUIRE(board.undo().ok());
    CHECK(board.document.size() == 0);
  }

  TEST_CASE("what can't be is refused and changes nothing") {
    board_under_test board;
    REQUIRE(board.run(collab::put_operation{make("a")}).ok());
    const std::string before = picture(board.document);
    CHECK(absl::IsFailedPrecondition(board.run(collab::put_operation{make("a")})));
    CHECK(absl::IsNotFound(board.run(set("b", property::x, 1))));
    CHECK(absl::IsInvalidArgument(board.run(set("a", property::font_size, 1))));
    CHECK(absl::IsInvalidArgument(board.run(set("a", property::stroke_width, 10'001))));
    CHECK(absl::IsInvalidArgument(
        board.run(collab::set_operation{"a", {{property::x, std::string{"1"}}}})));
    REQUIRE(board.run(collab::remove_operation{{"a"}}).ok());
    CHECK(absl::IsFailedPrecondition(board.run(collab::put_operation{make("a")})));
    CHECK(absl::IsNotFound(board.run(set("a", property::x, 1))));
    REQUIRE(board.undo().ok());
    CHECK(picture(board.document) == before);
  }
}

namespace {

std::vector<collab::operation> one_of_each() {
  collab::element stroke{"s-1", collab::element_kind::stroke, "ann"};
  stroke.set(property::index, std::string{"a0"});
  stroke.set(property::color, collab::color{0x11223344, true});
  stroke.set(property::tool, collab::token::highlighter);
  stroke.set(property::opacity, 0.25);
  REQUIRE(stroke
              .set_points(std::vector<collab::point>{{1e6F, -1e6F, 1, 0},
                                                     {-1e6F, 1e6F, 0, 0xFFFFFFFF},
                                                     {0.0625F, -0.0625F, 307.0F / 1024, 5}})
              .ok());
  collab::element line{"l", collab::element_kind::line, "ann"};
  line.set(property::index, std::string{"a1"});
  line.set(property::points, std::make_shared<const collab::offset_list>(
                                 collab::offset_list{{0, 0}, {10.5F, -3.0625F}}));
  collab::element image{"i", collab::element_kind::image, "ann"};
  image.set(property::index, std::string{"a2"});
  image.set(property::locked, true);
  image.set(property::source, std::string{"s"});
  image.set(property::custom, std::string{R"({"a":[1]})"});
  collab::element gear{"g", collab::host_kind{"x-gear"}, "ann"};
  gear.set(property::index, std::string{"a3"});
  gear.set(property::group, std::string{"g1"});
  gear.set(property::end_binding, collab::property_value{});
  collab::operation grouped = operation_of(11, collab::remove_operation{{"l"}});
  grouped.group = "g:1";
  collab::element back = gear;
  back.set_number(300);
  const collab::restore_version_operation restore{
      seq_number{2}, {"l", "s-1"}, {back}, {{"i", {{property::x, 1.5}}}}};
  return {
      operation_of(1, collab::put_operation{stroke}),
      operation_of(2, collab::put_operation{line}),
      operation_of(3, collab::set_operation{"l",
                                            {{property::x, -0.5},
                                             {property::fill, collab::property_value{}},
                                             {property::text, std::string("a\0b", 3)}}}),
      operation_of(4, collab::remove_operation{{"s-1", "l"}}),
      operation_of(5, collab::clear_operation{}),
      operation_of(6, collab::undo_operation{seq_number{4}}),
      operation_of(7, collab::redo_operation{seq_number{4}, collab::undo_scope::mine}),
      operation_of(8, collab::chat_operation{"Ann", "h\xc3\xa9llo"}),
      operation_of(9, collab::put_operation{image}),
      operation_of(10, collab::put_operation{gear}),
      operation_of(11, collab::save_version_operation{"v\xc3\xa9"}),
      operation_of(12, restore),
      grouped,
  };
}

}  // namespace

TEST_SUITE("history/operation_codec") {
  TEST_CASE("every operation comes back as it was") {
    for (const collab::operation& op : one_of_each()) {
      CAPTURE(collab::to_integer(op.seq));
      const std::string record = collab::encode_operation(op);
      const auto back = collab::decode_operation(record);
      REQUIRE(back.ok());
      CHECK(back->seq == op.seq);
      CHECK(back->time == op.time);
      CHECK(back->author == op.author);
      CHECK(back->client == op.client);
      CHECK(back->counter == op.counter);
      CHECK(back->body.index() == op.body.index());
      CHECK(back->group == op.group);
      // Equal operations have equal records, so this compares the bodies.
      CHECK(collab::encode_operation(*back) == record);
    }
    const auto back = collab::decode_operation(collab::encode_operation(one_of_each()[0]));
    const auto& stroke = std::get<collab::put_operation>(back->body).value;
    REQUIRE(stroke.points().size() == 3);
    CHECK(stroke.points()[0] == collab::point{1e6F, -1e6F, 1, 0});
    CHECK(stroke.points()[1] == collab::point{-1e6F, 1e6F, 0, 0xFFFFFFFF});
    CHECK(stroke.points()[2] == collab::point{0.0625F, -0.0625F, 307.0F / 1024, 5});
    CHECK(stroke.get(property::opacity) == collab::property_value{0.25});
    CHECK(stroke.creator() == "ann");
    const auto gear = collab::decode_operation(collab::encode_operation(one_of_each()[9]));
    CHECK(std::get<collab::put_operation>(gear->body).value.kind_name() == "x-gear");
  }

  TEST_CASE("what is no JSON, and no name of a kind, is not taken from a record") {
    const auto damaged = [](std::size_t which, std::string_view from, std::string_view to) {
      std::string record = collab::encode_operation(one_of_each()[which]);
      record.replace(record.find(from), from.size(), to);
      return collab::decode_operation(record).status();
    };
    CHECK(damaged(8, R"({"a":[1]})", R"({"a":[2]})").ok());
    CHECK(absl::IsDataLoss(damaged(8, R"({"a":[1]})", R"({"a":[1}})")));
    CHECK(damaged(9, "x-gear", "x-GEAR").ok());
    CHECK(absl::IsDataLoss(damaged(9, "x-gear", "y-gear")));
    CHECK(absl::IsDataLoss(damaged(9, "x-gear", "x-ge r")));
  }

  TEST_CASE("the bytes of a record are these; they may change only with the version") {
    const collab::operation op{seq_number{300},
                               collab::unix_time{std::chrono::milliseconds{1}},
                               "u",
                               "c",
                               2,
                               collab::chat_operation{"A", "hi"}};
    // version 2; seq 300; time zig-zag 1; "u"; "c"; counter 2; body 6; "A"; "hi"
    CHECK(collab::encode_operation(op) == std::string("\x02\xac\x02\x02\x01u\x01"
                                                      "c\x02\x06\x01"
                                                      "A\x02hi"));
    collab::operation undo = op;
    undo.body = collab::undo_operation{seq_number{299}, collab::undo_scope::mine};
    undo.group = "g";
    // 0x80 more for a group; "g"; target 299; scope mine
    CHECK(collab::encode_operation(undo) == std::string("\x02\xac\x02\x02\x01u\x01"
                                                        "c\x02\x84\x01g\xab\x02\x01"));
  }

  TEST_CASE("a record with a scope or a group that can't be is refused") {
    collab::operation op = operation_of(1, collab::undo_operation{seq_number{1}});
    std::string record = collab::encode_operation(op);
    record.back() = '\x02';
    CHECK(absl::IsDataLoss(collab::decode_operation(record).status()));
    for (const std::string& group : {std::string(65, 'g'), std::string{"g g"}}) {
      op.group = group;
      CHECK(absl::IsDataLoss(collab::decode_operation(collab::encode_operation(op)).status()));
    }
    op.group = std::string(64, 'g');
    CHECK(collab::decode_operation(collab::encode_operation(op)).ok());
    // An empty one is not written.
    record = collab::encode_operation(op);
    record.replace(record.size() - 67, 65, std::string(1, '\0'));
    CHECK(absl::IsDataLoss(collab::decode_operation(record).status()));
  }

  TEST_CASE("a record cut at any byte is refused") {
    for (const collab::operation& op : one_of_each()) {
      const std::string record = collab::encode_operation(op);
      for (std::size_t length = 0; length < record.size(); ++length) {
        REQUIRE(absl::IsDataLoss(collab::decode_operation(record.substr(0, length)).status()));
      }
      CHECK(absl::IsDataLoss(collab::decode_operation(record + '\0').status()));
    }
  }

  TEST_CASE("a record with any bit flipped is refused or is another whole operation") {
    for (const collab::operation& op : one_of_each()) {
      const std::string record = collab::encode_operation(op);
      for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
        std::string damaged = record;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        const auto back = collab::decode_operation(damaged);
        if (back.ok()) {
          const auto again = collab::decode_operation(collab::encode_operation(*back));
          REQUIRE(again.ok());
        }
      }
    }
  }

  TEST_CASE("a record that promises more than it has allocates nothing") {
    // put, id "a", stroke, one property: index "a0", then 2^60 bytes of points
    std::string record(
        "\x02\x01\x02\x01u\x01"
        "c\x01",
        9);
    record += std::string(
        "\x00\x01"
        "a\x00\x01\x00\x04\x02"
        "a0",
        10);
    record += std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x10", 9);
    CHECK(absl::IsDataLoss(collab::decode_operation(record).status()));
    // The same with 7 bytes of packed points that announce 2^32-1 of them.
    record.resize(record.size() - 9);
    record += "\x06\x14\xff\xff\xff\xff\x0f";
    CHECK(absl::IsDataLoss(collab::decode_operation(record).status()));
  }

  TEST_CASE("another version is named") {
    for (const std::string_view record : {"\x01", "\x03"}) {
      const auto back = collab::decode_operation(record);
      CHECK(absl::IsUnimplemented(back.status()));
      CHECK(back.status().message().find(record[0] == 1 ? "version 1" : "version 3") !=
            absl::string_view::npos);
    }
  }
}

TEST_SUITE("history/operation_log") {
  TEST_CASE("operations are numbered without a gap, and read back only in that order") {
    collab::operation_log log;
    std::vector<std::string> records;
    for (int i = 0; i < 5; ++i) {
      collab::operation op = operation_of(99, collab::clear_operation{});
      records.push_back(log.append(op));
      CHECK(collab::to_integer(op.seq) == static_cast<std::uint64_t>(i + 1));
    }
    collab::operation_log again;
    CHECK(absl::IsDataLoss(again.restore(records[1]).status()));
    CHECK(again.restore(records[0]).ok());
    CHECK(absl::IsDataLoss(again.restore(records[0]).status()));
    CHECK(absl::IsDataLoss(again.restore(records[2]).status()));
    CHECK(again.restore(records[1]).ok());
    CHECK(again.last() == seq_number{2});
  }

  TEST_CASE("what is no operation has a position and no seq") {
    const collab::unix_time time{std::chrono::milliseconds{1'700'000'000'000}};
    const collab::session_opened opened{"c1", "u1", "secret", "Ann", {0x01020304, true}, 0, time};
    const collab::rejected_operation rejected{"c1", 7, time, absl::NotFoundError("no \"x\"")};
    collab::operation_log log;
    std::vector<std::string> records;
    records.push_back(log.append(opened));
    collab::operation op = operation_of(99, collab::clear_operation{});
    records.push_back(log.append(op));
    records.push_back(log.append(rejected));
    records.push_back(log.append(collab::session_left{"c1", time}));
    CHECK(op.seq == seq_number{1});
    CHECK(log.last() == seq_number{1});
    CHECK(log.last_position() == collab::log_position{4});

    collab::operation_log again;
    const auto first = again.restore(records[0]);
    REQUIRE(first.ok());
    const auto& read = std::get<collab::session_opened>(*first);
    CHECK(read.client == "c1");
    CHECK(read.user == "u1");
    CHECK(read.secret == "secret");
    CHECK(read.name == "Ann");
    CHECK(read.color == opened.color);
    CHECK(read.time == time);
    CHECK(absl::IsDataLoss(again.restore(records[1] + '\0').status()));
    REQUIRE(again.restore(records[1]).ok());
    const auto third = again.restore(records[2]);
    REQUIRE(third.ok());
    const auto& refused = std::get<collab::rejected_operation>(*third);
    CHECK(refused.client == "c1");
    CHECK(refused.counter == 7);
    CHECK(refused.reason == rejected.reason);
    const auto fourth = again.restore(records[3]);
    REQUIRE(fourth.ok());
    CHECK(std::get<collab::session_left>(*fourth).client == "c1");
    CHECK(std::get<collab::session_left>(*fourth).time == time);
    CHECK(again.last_position() == collab::log_position{4});
    CHECK(again.last() == seq_number{1});
  }

  TEST_CASE("a damaged record of any kind is refused, and one of a kind to come too") {
    const collab::unix_time time{std::chrono::milliseconds{-5}};
    const std::vector<std::string> whole = {
        collab::encode_record(collab::session_opened{"c", "u", "s", "Ann", {}, 0, time}),
        collab::encode_record(collab::session_left{"c", time}),
        collab::encode_record(
            collab::rejected_operation{"c", 300, time, absl::ResourceExhaustedError("full")})};
    for (const std::string& record : whole) {
      CAPTURE(static_cast<int>(record[0]));
      REQUIRE(collab::decode_record(record).ok());
      for (std::size_t size = 1; size < record.size(); ++size) {
        CHECK(absl::IsDataLoss(collab::decode_record(record.substr(0, size)).status()));
      }
      CHECK(absl::IsDataLoss(collab::decode_record(record + "x").status()));
    }
    CHECK(absl::IsDataLoss(collab::decode_record("").status()));
    CHECK(absl::IsUnimplemented(collab::decode_record("\x7f").status()));
    // A rejection for no reason, or for one that there is not.
    const std::string& rejected = whole[2];
    const std::size_t code = rejected.size() - 6;
    for (const char bad : {'\0', '\x11'}) {
      std::string damaged = rejected;
      damaged[code] = bad;
      CHECK(absl::IsDataLoss(collab::decode_record(damaged).status()));
    }
  }
}
