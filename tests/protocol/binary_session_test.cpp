// The worked examples of docs/protocol.md, and what both dialects tell of one session.

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/client_frames.hpp"
#include "protocol/worked_session.hpp"

using namespace collab_test;
using collab::member_id;
using collab::property;
using collab::seq_number;

namespace {

// Keeps what each of two members is sent, in the binary dialect.
class two_members final : public collab::room_sink {
 public:
  void to_member(member_id to, const collab::room_event& event, collab::log_position) override {
    sent.emplace_back(name(to), encode(event));
  }
  void to_all(const collab::room_event& event, collab::log_position) override {
    sent.emplace_back('A', encode(event));
    sent.emplace_back('B', encode(event));
  }
  void to_others(member_id except, const collab::room_event& event, collab::log_position) override {
    sent.emplace_back(except == ann ? 'B' : 'A', encode(event));
  }
  void store(std::string, collab::log_position) override {}

  static char name(member_id who) { return who == ann ? 'A' : 'B'; }
  [[nodiscard]] static std::string encode(const collab::room_event& event) {
    return collab::encode_binary(event);
  }

  static constexpr member_id ann{1};
  static constexpr member_id bob{2};
  script sent;
};

}  // namespace

TEST_SUITE("protocol/binary_session") {
  TEST_CASE("a session is, byte by byte, what the document says") {
    const script expected = read_script("### The same session in bytes");
    REQUIRE(only(expected, '>').size() == 5);
    REQUIRE(only(expected, 'A').size() == 6);
    REQUIRE(only(expected, 'B').size() == 3);

    two_members sink;
    const collab::limits bounds;
    collab::room room{"ROOM01", bounds, sink};
    collab::testing::manual_clock time;
    REQUIRE(room.join(sink.ann, {"c1", "u1", "secret", "Ann", {}}, time.now()).ok());
    REQUIRE(room.join(sink.bob, {"c2", "u2", "secret", "Bob", {}}, time.now()).ok());
    sink.sent.clear();

    std::vector<collab::point> buffer;
    collab::binary_decoder decoder{bounds, buffer};
    for (const auto& [speaker, bytes] : only(expected, '>')) {
      std::string_view frame = bytes;
      const absl::Status status =
          decoder.decode(frame, "u1", [&](const collab::client_message& message) {
            REQUIRE(message.status.ok());
            const auto* command = std::get_if<collab::room_command>(&message.body);
            REQUIRE(command != nullptr);
            REQUIRE(room.execute(sink.ann, *command, time.now()).ok());
            return true;
          });
      REQUIRE(status.ok());
      REQUIRE(frame.empty());
    }
    CHECK(only(sink.sent, 'A') == only(expected, 'A'));
    // The document stops where the stroke has ended.
    script to_bob = only(sink.sent, 'B');
    REQUIRE(to_bob.size() > 3);
    to_bob.resize(3);
    CHECK(to_bob == only(expected, 'B'));
  }

  TEST_CASE("a state tells everything, and who is gone by name") {
    two_members sink;
    collab::room room{"R", {}, sink};
    collab::testing::manual_clock time;
    const member_id gone{3};
    const std::vector<collab::point> points = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}};
    REQUIRE(
        room.join(sink.ann, {"ca", "ua", "sa", "Ann", collab::color{0x01020304, true}}, time.now())
            .ok());
    REQUIRE(room.join(gone, {"cg", "ug", "sg", "Gus", collab::color{0x0A0B0CFF, false}}, time.now())
                .ok());
    const auto execute = [&](member_id who, const collab::room_command& command) {
      REQUIRE(room.execute(who, command, time.now()).ok());
    };
    collab::element stroke{"s", collab::element_kind::stroke, "ug"};
    stroke.set(property::tool, collab::token::brush);
    stroke.set(property::opacity, 1.0);  // As it is when nobody sets it: not told.
    execute(gone, collab::start_stroke{stroke, points});
    execute(gone, collab::operation_command{1, collab::end_stroke{"s", 2}});
    collab::element text_element{"t", collab::element_kind::text, "ua"};
    text_element.set(property::text, std::string{"hi"});
    execute(sink.ann, collab::operation_command{1, collab::put_element{text_element}});
    execute(sink.ann, collab::operation_command{2, collab::send_chat{"yo"}});
    execute(gone, collab::operation_command{2, collab::send_chat{"bye"}});
    execute(gone, collab::start_stroke{{"l", collab::element_kind::stroke, "ug"}, points});
    execute(sink.ann, collab::move_cursor{{1.5, -2, true}});
    room.leave(gone, time.now());
    sink.sent.clear();
    REQUIRE(
        room.join(sink.bob, {"cb", "ub", "sb", "Bob", collab::color{0, false}}, time.now()).ok());
    REQUIRE(sink.sent.size() == 2);

    const std::string now = varint(1'577'836'800'000);
    const std::string state =
        text("R") + text("sb") + varint(0) + varint(3) + varint(4) +
        list({varint(1) + text("ua") + text("ca") + text("Ann") + color("\x01\x02\x03\x04") + '\0',
              varint(3) + text("ub") + text("cb") + text("Bob") + color(std::string(3, '\0')) +
                  '\0'}) +
        list({text("ug")}) +
        list({varint(1) + text("s") + '\0' + varint(1) + text("a0") +
                  list({tagged(11, 3, "\x07")}) + packed(points),
              varint(2) + text("t") + '\6' + varint(2) + text("a1") +
                  list({tagged(12, 4, text("hi"))})}) +
        list({varint(2) + text("l") + '\0' + varint(1) + text("a2") + list({}) + packed(points)}) +
        list({varint(3) + number(1.5) + number(-2)}) + '\1' +
        list({varint(2) + text("Ann") + text("yo") + now + varint(3),
              varint(1) + text("Gus") + text("bye") + now + varint(4)}) +
        '\0' + list({});
    CHECK(sink.sent[0] == std::pair{'B', message(64, state)});
    CHECK(sink.sent[1] ==
          std::pair{'A', message(68, varint(3) + text("ub") + text("cb") + text("Bob") +
                                         color(std::string(3, '\0')) + '\0')});
  }

  TEST_CASE("every other event is written as the document says") {
    two_members sink;
    collab::room room{"R", {}, sink};
    collab::testing::manual_clock time;
    REQUIRE(
        room.join(sink.ann, {"ca", "ua", "sa", "Ann", collab::color{0, false}}, time.now()).ok());
    REQUIRE(
        room.join(sink.bob, {"cb", "ub", "sb", "Bob", collab::color{0, false}}, time.now()).ok());
    const std::vector<collab::point> points = {{1, 2, 0.5F, 0}};
    const auto place = [](std::uint64_t seq) {
      return varint(2) + varint(seq) + varint(1'577'836'800'000);
    };
    // What Bob is sent when Ann does it.
    const auto bob_hears = [&](const collab::room_command& command) {
      sink.sent.clear();
      REQUIRE(room.execute(sink.ann, command, time.now()).ok());
      return only(sink.sent, 'B').at(0).second;
    };
    const std::string member =
        varint(1) + text("ua") + text("ca") + text("Eve") + color(std::string(3, '\0')) + '\0';
    CHECK(bob_hears(collab::update_member{"Eve", {}}) == message(69, member));
    (void)bob_hears(collab::start_stroke{{"x", collab::element_kind::stroke, "ua"}, {}});
    CHECK(bob_hears(collab::extend_stroke{"x", 0, points}) ==
          message(74, varint(1) + varint(0) + live(points)));
    CHECK(bob_hears(collab::cancel_stroke{"x"}) == message(77, varint(2) + varint(1)));
    collab::element box{"b", collab::element_kind::rect, "ua"};
    box.set(property::width, 0.1);
    CHECK(bob_hears(collab::operation_command{1, collab::put_element{box}}) ==
          message(78, place(1) + varint(1) + text("b") + '\1' + varint(2) + text("a0") +
                          list({tagged(5, 1, number(0.1))})));
    CHECK(bob_hears(collab::operation_command{2, collab::clear_canvas{}}) == message(81, place(2)));
    const std::string restored =
        varint(1) + text("b") + '\1' + varint(2) + text("a0") + list({tagged(5, 1, number(0.1))});
    CHECK(bob_hears(collab::operation_command{3, collab::undo{}}) ==
          message(82, place(3) + varint(2) + '\0' + list({}) + list({restored}) + list({})));
    CHECK(bob_hears(collab::operation_command{4, collab::redo{}}) ==
          message(83, place(4) + varint(2) + '\0' + list({varint(1)}) + list({}) + list({})));
    // "b" is not on the board any more: whoever came since does not know its number.
    CHECK(bob_hears(collab::operation_command{5, collab::remove_elements{{"b", "c"}}}) ==
          message(80, place(5) + list({varint(0) + text("b"), varint(0) + text("c")})));
    CHECK(
        bob_hears(collab::operation_command{6, collab::send_chat{"yo"}}) ==
        message(85, varint(2) + text("Eve") + text("yo") + varint(1'577'836'800'000) + varint(6)));
    sink.sent.clear();
    // Ann's answers: a refusal, a gap of counters, a gap of points.
    const absl::Status reason = absl::NotFoundError("no");
    CHECK(sink.encode(collab::operation_rejected{9, reason}) ==
          message(67, varint(9) + '\2' + text("no")));
    CHECK(sink.encode(collab::operation_gap{300}) == message(66, varint(300)));
    CHECK(sink.encode(collab::stroke_gap{"x", 5, true, false}) ==
          message(75, literal("x") + varint(5) + '\1'));
    CHECK(sink.encode(collab::stroke_gap{"x", 5, false, true}) ==
          message(75, literal("x") + varint(5) + '\2'));
    // A stroke that the room itself commits: its author, who may be here, has no number for it, and
    // has not ended it. He is told it whole.
    (void)bob_hears(collab::start_stroke{{"y", collab::element_kind::stroke, "ua"}, points});
    sink.sent.clear();
    room.settle(time.now());
    const std::string ended =
        literal("y") + varint(1) + varint(0) + text("ua") + varint(7) + varint(1'577'836'800'000);
    const std::string index = text(room.board().find("y")->index());
    CHECK(only(sink.sent, 'A').at(0).second ==
          message(76, ended + index + varint(7) + text("y") + '\0' + varint(0) + text("ua") +
                          index + list({}) + packed(points)));
    CHECK(only(sink.sent, 'B').at(0).second == message(76, ended));
    // One without points it drops; likewise.
    (void)bob_hears(collab::start_stroke{{"z", collab::element_kind::stroke, "ua"}, {}});
    sink.sent.clear();
    room.settle(time.now());
    CHECK(only(sink.sent, 'A').at(0).second == message(77, varint(2) + literal("z")));
    CHECK(only(sink.sent, 'B').at(0).second == message(77, varint(2) + literal("z")));
    room.leave(sink.ann, time.now());
    CHECK(only(sink.sent, 'B').back().second == message(70, varint(1)));
  }

  TEST_CASE("images, a host's own kinds and what every element may have are written so") {
    two_members sink;
    collab::room room{"R", {}, sink};
    collab::testing::manual_clock time;
    REQUIRE(room.join(sink.ann, {"ca", "ua", "sa", "Ann", {}}, time.now()).ok());
    REQUIRE(room.join(sink.bob, {"cb", "ub", "sb", "Bob", {}}, time.now()).ok());
    const auto bob_hears = [&](const collab::room_command& command) {
      sink.sent.clear();
      REQUIRE(room.execute(sink.ann, command, time.now()).ok());
      return only(sink.sent, 'B').at(0).second;
    };
    const auto place = [](std::uint64_t seq) {
      return varint(2) + varint(seq) + varint(1'577'836'800'000);
    };
    collab::element image{"i", collab::element_kind::image, "ua"};
    image.set(property::locked, true);
    image.set(property::group, std::string{"g"});
    image.set(property::source, std::string{"s"});
    image.set(property::custom, std::string{"{}"});
    CHECK(bob_hears(collab::operation_command{1, collab::put_element{image}}) ==
          message(78, place(1) + varint(1) + text("i") + '\x08' + varint(2) + text("a0") +
                          list({tagged(17, 6, "\x01"), tagged(18, 4, text("g")),
                                tagged(21, 4, text("s")), tagged(22, 4, text("{}"))})));
    collab::element gear{"g", collab::host_kind{"x-gear"}, "ua"};
    CHECK(bob_hears(collab::send_host_message{"n", "[1]"}) ==
          message(90, varint(1) + text("n") + text("[1]")));
    // By its id as long as not everybody may have been told its number.
    const collab::preview_element preview{"i", {{property::x, 0.5}}};
    CHECK(bob_hears(preview) ==
          message(89, varint(1) + varint(0) + text("i") + list({tagged(1, 1, number(0.5))})));
    room.set_durable(room.last_position());
    CHECK(bob_hears(preview) ==
          message(89, varint(1) + varint(1) + list({tagged(1, 1, number(0.5))})));
    gear.set(property::locked, false);
    gear.set(property::start_binding, std::string{"i"});
    gear.set(property::points, std::make_shared<const collab::offset_list>());
    CHECK(bob_hears(collab::operation_command{2, collab::put_element{gear}}) ==
          message(78, place(2) + varint(2) + text("g") + '\x09' + text("gear") + varint(2) +
                          text("a1") + list({tagged(19, 4, text("i"))})));
    CHECK(bob_hears(collab::operation_command{
              3, collab::set_element{"g",
                                     {{property::locked, false},
                                      {property::start_binding, collab::property_value{}}}}}) ==
          message(79, place(3) + varint(2) +
                          list({tagged(17, 6, std::string(1, '\0')), tagged(19, 0, "")})));
  }

  TEST_CASE("the messages that no room sends are these") {
    using namespace std::chrono_literals;
    CHECK(collab::encode_binary_error(absl::InvalidArgumentError("x: no"), "stroke:point") ==
          message(88, std::string{"\x01"} + text("x: no") + text("stroke:point")));
    CHECK(collab::encode_binary_error(absl::ResourceExhaustedError("full"), {}) ==
          message(88, std::string{"\x04"} + text("full") + text("")));
    CHECK(collab::encode_binary_pong({12.5}, collab::unix_time{7ms}) ==
          message(86, number(12.5) + varint(7)));
    CHECK(collab::encode_binary_pong({0.1}, collab::unix_time{}) ==
          message(86, std::string("\x01\x9a\x99\x99\x99\x99\x99\xb9\x3f", 9) + varint(0)));
    CHECK(collab::encode_binary_closing(1500ms) == message(87, varint(1500)));
  }

  TEST_CASE("a body of more than 127 bytes has a longer length") {
    const std::string words(300, 'w');
    CHECK(collab::encode_binary_error(absl::NotFoundError(words), "t") ==
          message(88, std::string{"\x02"} + text(words) + text("t")));
  }
}
