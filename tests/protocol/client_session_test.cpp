// The session that docs/protocol.md shows byte by byte, from the side of its clients.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "protocol/client_frames.hpp"
#include "protocol/worked_session.hpp"

using namespace collab_test;
using collab::property;
using collab::seq_number;

namespace {

const collab::unix_time then{std::chrono::milliseconds{1'577'836'800'000}};
const std::vector<collab::point> first = {{1.0F, -0.0625F, 0.2998046875F, 0}};
const std::vector<collab::point> second = {{2, 3, 1, 8}};

// What somebody is told when he joins: who is there, and nothing else.
std::string joined(int self) {
  const auto member = [](int number, std::string_view suffix) {
    return varint(static_cast<std::uint64_t>(number)) + text("u" + std::string{suffix}) +
           text("c" + std::string{suffix}) + text("N") + color(std::string(3, '\0')) + '\0';
  };
  return message(64, text("ROOM01") + text("secret") + varint(0) +
                         varint(static_cast<std::uint64_t>(self)) + varint(0) +
                         list({member(1, "1"), member(2, "2")}) + list({}) + list({}) + list({}) +
                         list({}) + '\0' + list({}) + '\0');
}

// Everything that the lines of one speaker tell.
std::vector<collab::server_message> read(collab::binary_server_decoder& decoder,
                                         const script& lines) {
  std::vector<collab::server_message> told;
  for (const auto& [speaker, bytes] : lines) {
    const absl::Status status = decoder.decode(bytes, [&](collab::server_message&& each) {
      told.push_back(std::move(each));
      return true;
    });
    REQUIRE_MESSAGE(status.ok(), status);
  }
  return told;
}

}  // namespace

TEST_SUITE("protocol/client_session") {
  TEST_CASE("what Ann says is, byte by byte, what the document says") {
    const script expected = only(read_script("### The same session in bytes"), '>');
    REQUIRE(expected.size() == 5);
    collab::binary_client_encoder encoder;
    collab::element stroke{"s", collab::element_kind::stroke, "u1"};
    stroke.set(property::color, collab::color{0xAABBCCDD, true});
    // Not on the grid as she has them.
    const std::vector<collab::point> drawn = {{1.03F, -0.0625F, 0.3F, 0}};
    const std::vector<collab::room_command> said = {
        collab::start_stroke{stroke, drawn},
        collab::extend_stroke{"s", 1, second},
        collab::operation_command{1, collab::end_stroke{"s", 2}},
        collab::operation_command{
            2, collab::set_element{"s", {{property::x, -1.5}, {property::opacity, 0.1}}}},
        collab::operation_command{3, collab::undo{}},
    };
    for (std::size_t i = 0; i < said.size(); ++i) {
      CAPTURE(i);
      std::string bytes;
      encoder.encode(said[i], bytes);
      CHECK(bytes == expected[i].second);
    }
  }

  TEST_CASE("what Ann is told means what the document says") {
    const script lines = only(read_script("### The same session in bytes"), 'A');
    REQUIRE(lines.size() == 6);
    std::vector<collab::operation_counter> asked;
    collab::binary_server_decoder decoder{[&](collab::operation_counter op) {
      asked.push_back(op);
      return collab::element_id{"s"};
    }};
    (void)read(decoder, {{'A', joined(1)}});
    const auto told = read(decoder, lines);
    REQUIRE(told.size() == 6);

    const auto& made = std::get<collab::ack_message>(told[0]);
    CHECK(made.op == 1);
    CHECK(made.seq == seq_number{1});
    CHECK(made.time == then);
    CHECK(made.index == "a0");
    CHECK(std::get<collab::history_message>(told[1]) ==
          collab::history_message{true, false, true, false});
    const auto& set = std::get<collab::ack_message>(told[2]);
    CHECK(set.op == 2);
    CHECK(set.seq == seq_number{2});
    CHECK(set.index.empty());
    // Only of what makes elements.
    CHECK(asked == std::vector<collab::operation_counter>{1});

    const auto& undone = std::get<collab::operation_undone_message>(told[3]);
    CHECK(undone.kind == collab::undone_kind::undo);
    CHECK(undone.place.user == "u1");
    CHECK(undone.place.client == "c1");
    CHECK(undone.place.seq == seq_number{3});
    CHECK(undone.place.time == then);
    CHECK(undone.target == seq_number{2});
    CHECK(undone.outcome == collab::undo_outcome::applied);
    CHECK(undone.removed.empty());
    CHECK(undone.restored.empty());
    CHECK_FALSE(undone.has_more);
    REQUIRE(undone.changed.size() == 1);
    CHECK(undone.changed[0].id == "s");
    CHECK(undone.changed[0].changes ==
          collab::property_changes{{property::x, 0.0}, {property::opacity, 1.0}});
    CHECK(std::get<collab::ack_message>(told[4]).op == 3);
    CHECK(std::get<collab::history_message>(told[5]) ==
          collab::history_message{true, true, true, true});
  }

  TEST_CASE("what Bob is told means what the document says") {
    const script lines = only(read_script("### The same session in bytes"), 'B');
    REQUIRE(lines.size() == 3);
    collab::binary_server_decoder decoder{nullptr};
    (void)read(decoder, {{'B', joined(2)}});
    const auto told = read(decoder, lines);
    REQUIRE(told.size() == 3);

    const auto& started = std::get<collab::stroke_started_message>(told[0]);
    CHECK(started.user == "u1");
    CHECK(started.client == "c1");
    CHECK(started.stroke.id() == "s");
    CHECK(started.stroke.number() == 1);
    CHECK(started.stroke.index() == "a0");
    CHECK(started.stroke.creator() == "u1");
    CHECK(started.stroke.get(property::color) ==
          collab::property_value{collab::color{0xAABBCCDD, true}});
    CHECK(started.stroke.get(property::width) == collab::property_value{2.0});
    CHECK(started.stroke.points() == first);

    const auto& more = std::get<collab::stroke_points_message>(told[1]);
    CHECK(more.user == "u1");
    CHECK(more.id == "s");
    CHECK(more.from == 1);
    CHECK(more.points == second);

    const auto& ended = std::get<collab::stroke_ended_message>(told[2]);
    CHECK(ended.id == "s");
    CHECK(ended.count == 2);
    CHECK(ended.place.user == "u1");
    CHECK(ended.place.client == "c1");
    CHECK(ended.place.seq == seq_number{1});
    CHECK(ended.place.time == then);
    CHECK_FALSE(ended.index.has_value());
    CHECK_FALSE(ended.whole.has_value());
  }
}
