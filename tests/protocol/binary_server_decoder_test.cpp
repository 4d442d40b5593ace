#include "collab/protocol/binary_server_decoder.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/protocol/binary_encoder.hpp"
#include "collab/room/room.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/client_frames.hpp"
#include "protocol/said_at_random.hpp"
#include "support/told_in_bounds.hpp"

using namespace collab_test;
using collab::point;
using collab::property;
using collab::seq_number;

namespace {

const collab::unix_time then{std::chrono::milliseconds{1'577'836'800'000}};
const std::string now = varint(1'577'836'800'000);
const std::string black = color(std::string(3, '\0'));
const std::vector<point> drawn = {{1, 2, 0.5F, 0},    {3.5F, 2.25F, 0.5F, 8},
                                  {7, 3, 0.25F, 16},  {8, -3, 0.75F, 24},
                                  {9, -5, 1, 70'000}, {101, -51, 0, 70'008}};

std::string member(int number, const std::string& name) {
  return varint(static_cast<std::uint64_t>(number)) + text("u" + name) + text("c" + name) +
         text(name) + black + '\0';
}
// By member 1.
std::string place(std::uint64_t seq) { return varint(2) + varint(seq) + now; }
std::string rect(std::uint64_t number, std::string_view id) {
  return varint(number) + text(id) + '\1' + varint(2) + text("a0") + list({});
}
std::string stroke(std::uint64_t number, std::string_view id, std::span<const point> points) {
  return varint(number) + text(id) + '\0' + varint(2) + text("a1") + list({}) + packed(points);
}
// Ann, who is member 1, and Bob, who is told it, are in a room.
std::string state(const std::vector<std::string>& elements,
                  const std::vector<std::string>& live = {},
                  const std::string& rest = std::string(1, '\0')) {
  return message(64, text("R") + text("secret") + varint(3) + varint(2) + varint(9) +
                         list({member(1, "A"), member(2, "B")}) + list({text("gone")}) +
                         list(elements) + list(live) + list({}) + '\x11' + list({}) + rest);
}

// What Bob is told.
class listener {
 public:
  explicit listener(const std::string& first = state({rect(4, "r")})) { (void)all(first); }

  std::vector<collab::server_message> all(const std::string& bytes) {
    std::vector<collab::server_message> told;
    status = decode(bytes, told);
    REQUIRE_MESSAGE(status.ok(), status);
    return told;
  }
  template <typename Message>
  Message one(const std::string& bytes) {
    std::vector<collab::server_message> told = all(bytes);
    REQUIRE(told.size() == 1);
    return std::get<Message>(std::move(told[0]));
  }
  // Why a frame can't be understood.
  std::string fault(const std::string& bytes) {
    std::vector<collab::server_message> told;
    status = decode(bytes, told);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(told.empty());
    return std::string{status.message().data(), status.message().size()};
  }
  absl::Status decode(const std::string& bytes, std::vector<collab::server_message>& told) {
    // In memory of its own size, so that a sanitizer sees whatever reads beyond it.
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    return decoder.decode({exact.data(), exact.size()}, [&](collab::server_message&& each) {
      told.push_back(std::move(each));
      return true;
    });
  }

  collab::binary_server_decoder decoder{nullptr};
  absl::Status status;
};

}  // namespace

TEST_SUITE("protocol/binary_server_decoder") {
  TEST_CASE("a state is understood, versions and those who are gone included") {
    const std::string version = varint(1) + varint(5) + now + text("First");
    listener bob;
    const auto told = bob.one<collab::room_state_message>(
        state({rect(4, "r"), stroke(6, "s", drawn)}, {stroke(2, "l", drawn)},
              '\0' + list({version, place(7) + text("")})));
    CHECK(told.room == "R");
    CHECK(told.session == "secret");
    CHECK(told.op == 3);
    CHECK(told.seq == seq_number{9});
    CHECK(told.self.client == "cB");
    REQUIRE(told.members.size() == 2);
    CHECK(told.members[0].user == "uA");
    CHECK(told.members[0].name == "A");
    CHECK(told.history == collab::history_message{true, false, false, false});
    CHECK(told.default_scope == collab::undo_scope::mine);
    REQUIRE(told.elements.size() == 2);
    CHECK(in_words(told.elements[0].points()).empty());
    CHECK(told.elements[0].number() == 4);
    CHECK(told.elements[1].points() == drawn);
    CHECK(told.elements[1].creator() == "uA");
    REQUIRE(told.live.size() == 1);
    CHECK(told.live[0].user == "uA");
    CHECK(told.live[0].client.empty());
    CHECK(told.live[0].stroke.points() == drawn);
    CHECK_FALSE(told.has_more);
    REQUIRE(told.versions.size() == 2);
    CHECK(told.versions[0].place.user == "gone");
    CHECK(told.versions[0].place.client.empty());
    CHECK(told.versions[0].place.seq == seq_number{5});
    CHECK(told.versions[0].place.time == then);
    CHECK(told.versions[0].name == "First");
    CHECK(told.versions[1].place.client == "cA");
  }

  TEST_CASE("versions are told, and what restoring one did") {
    listener bob;
    const auto saved =
        bob.one<collab::version_saved_message>(message(95, place(10) + text("\xc3\xa9")));
    CHECK(saved.place.client == "cA");
    CHECK(saved.place.seq == seq_number{10});
    CHECK(saved.name == "\xc3\xa9");
    const auto restored = bob.one<collab::operation_undone_message>(
        message(96, place(11) + varint(0) + '\1' + list({varint(4)}) + list({rect(2, "q")}) +
                        list({varint(2) + list({tagged(1, 1, number(1.5))})}) + '\1'));
    CHECK(restored.kind == collab::undone_kind::restore);
    CHECK(restored.target == seq_number{0});
    CHECK(restored.outcome == collab::undo_outcome::partial);
    CHECK(restored.removed == std::vector<std::string>{"r"});
    REQUIRE(restored.restored.size() == 1);
    CHECK(restored.restored[0].id() == "q");
    REQUIRE(restored.changed.size() == 1);
    CHECK(restored.changed[0].id == "q");
    CHECK(restored.has_more);
    const auto rest = bob.one<collab::room_chunk_message>(
        message(93, '\0' + list({rect(3, "p")}) + list({literal("x")}) +
                        list({varint(3) + list({tagged(1, 1, number(2))})})));
    CHECK_FALSE(rest.has_more);
    CHECK(rest.elements.at(0).id() == "p");
    CHECK(rest.removed == std::vector<std::string>{"x"});
    CHECK(rest.changed.at(0).id == "p");
  }

  TEST_CASE("live points go on from two points, however these came") {
    const std::span all{drawn};
    listener bob{state({}, {stroke(7, "s", all.first(2))})};
    const auto points = [&](int type, std::uint64_t from, std::size_t count) {
      const std::string body =
          type == 74 ? live(all.subspan(from, count)) : live(all.first(from + count), from);
      std::vector<collab::server_message> told =
          bob.all(message(type, varint(7) + varint(from) + body));
      if (told.empty()) {
        return std::string{"left out"};
      }
      const auto& more = std::get<collab::stroke_points_message>(told.at(0));
      CHECK(more.id == "s");
      CHECK(more.user == "uA");
      CHECK(more.from == from);
      return in_words(more.points);
    };
    const auto as_drawn = [&](std::size_t from, std::size_t count) {
      return in_words(all.subspan(from, count));
    };
    CHECK(points(73, 2, 1) == as_drawn(2, 1));
    // A gap: nothing can be read until a run begins.
    CHECK(points(73, 4, 1) == "left out");
    CHECK(points(73, 3, 1) == as_drawn(3, 1));
    CHECK(points(74, 5, 1) == as_drawn(5, 1));
    // One point of it is not enough to go on from.
    CHECK(points(73, 6, 0) == "left out");
    CHECK(points(74, 1, 2) == as_drawn(1, 2));
    CHECK(points(73, 3, 2) == as_drawn(3, 2));
    // It goes on at the end, so both points are known.
    CHECK(points(74, 5, 1) == as_drawn(5, 1));
    CHECK(points(73, 6, 0) == "");
    CHECK(points(74, 0, 1) == as_drawn(0, 1));
    CHECK(points(73, 1, 5) == as_drawn(1, 5));
    CHECK(points(73, 0, 0) == "left out");
    // No stroke has this number any more.
    (void)bob.one<collab::stroke_ended_message>(
        message(76, varint(7) + varint(6) + place(10) + text("a1")));
    CHECK(points(74, 0, 1) == "left out");
  }

  TEST_CASE("a stroke that ended by its name has no number any more") {
    listener bob{state({}, {stroke(7, "s", drawn)})};
    const auto ended = bob.one<collab::stroke_ended_message>(
        message(76, literal("s") + varint(6) + place(10) + text("a2") + stroke(10, "s", drawn)));
    CHECK(ended.index == "a2");
    REQUIRE(ended.whole.has_value());
    CHECK(ended.whole->points() == drawn);
    CHECK(bob.fault(message(77, varint(2) + varint(7))) ==
          "a message of type 77: strokeId: number 7 is that of no live stroke");
    // As an element it has another one.
    CHECK(bob.one<collab::element_set_message>(
                 message(79, place(11) + varint(10) + list({tagged(1, 1, number(1))})))
              .change.id == "s");
  }

  TEST_CASE("elements keep their numbers in another connection, members and strokes do not") {
    listener bob{state({rect(4, "r")}, {stroke(7, "s", drawn)})};
    bob.decoder.reset();
    CHECK(bob.fault(message(68 + 2, varint(1))) ==
          "a message of type 70: member: number 1 is nobody's");
    CHECK(bob.fault(message(77, literal("") + varint(7))).find("number 7") != std::string::npos);
    const std::string events =
        message(79, varint(10) + varint(10) + now + varint(4) + list({tagged(1, 1, number(1))})) +
        message(80, varint(10) + varint(11) + now + list({varint(4), literal("x")}));
    const auto told = bob.all(
        message(91, text("R") + varint(8) + varint(5) + varint(12) +
                        list({varint(2) + '\2' + text("no"), varint(8) + '\0' + text("")}) +
                        list({member(5, "A")}) + list({}) +
                        list({varint(9) + text("own") + varint(2)}) +
                        list({varint(11) + number(1.5) + number(-2)}) + '\2' + '\1' + events) +
        message(92, '\0' + message(81, varint(10) + varint(12) + now)));
    REQUIRE(told.size() == 6);
    const auto& resumed = std::get<collab::room_resumed_message>(told[0]);
    CHECK(resumed.op == 8);
    CHECK(resumed.seq == seq_number{12});
    CHECK(resumed.self.client == "cA");
    REQUIRE(resumed.rejected.size() == 2);
    CHECK(resumed.rejected[0].op == 2);
    CHECK(resumed.rejected[0].reason == absl::NotFoundError("no"));
    CHECK(absl::IsInternal(resumed.rejected[1].reason));
    REQUIRE(resumed.own.size() == 1);
    CHECK(resumed.own[0].id == "own");
    CHECK(resumed.own[0].have == 2);
    REQUIRE(resumed.cursors.size() == 1);
    CHECK(resumed.cursors[0].where == collab::cursor{1.5, -2, true});
    CHECK(resumed.default_scope == collab::undo_scope::room);
    CHECK(std::get<collab::element_set_message>(told[1]).change.id == "r");
    CHECK(std::get<collab::elements_removed_message>(told[2]).ids ==
          std::vector<std::string>{"r", "x"});
    CHECK(std::get<collab::events_end_message>(told[3]).has_more);
    CHECK(std::get<collab::canvas_cleared_message>(told[4]).place.client == "cA");
    CHECK_FALSE(std::get<collab::events_end_message>(told[5]).has_more);
    // Its own stroke is called by its number.
    CHECK(bob.one<collab::stroke_gap_message>(message(75, varint(9) + varint(1) + '\3')).id ==
          "own");
  }

  TEST_CASE("a state that was cut off leaves the numbers from before") {
    const std::string set = message(
        79, varint(0) + text("u") + varint(10) + now + varint(4) + list({tagged(1, 1, number(1))}));
    const std::string new_set = message(
        79, varint(0) + text("u") + varint(10) + now + varint(5) + list({tagged(1, 1, number(1))}));
    listener bob;
    CHECK(bob.one<collab::room_state_message>(state({rect(5, "t")}, {}, "\1")).has_more);
    CHECK(bob.one<collab::element_set_message>(new_set).change.id == "t");
    bob.decoder.reset();
    CHECK(bob.one<collab::element_set_message>(set).change.id == "r");
    // A whole one takes their place.
    CHECK(bob.one<collab::room_state_message>(state({rect(5, "t")}, {}, "\1")).has_more);
    (void)bob.one<collab::room_chunk_message>(message(93, '\0' + list({rect(6, "v")})));
    bob.decoder.reset();
    CHECK(bob.one<collab::element_set_message>(new_set).change.id == "t");
    CHECK(bob.fault(set) == "a message of type 79: id: number 4 is that of no element");
  }

  TEST_CASE("answers and what is passing are understood") {
    listener bob;
    CHECK(bob.one<collab::gap_message>(message(66, varint(300))).have == 300);
    const auto rejected =
        bob.one<collab::reject_message>(message(67, varint(9) + '\6' + text("later")));
    CHECK(rejected.op == 9);
    CHECK(rejected.reason == absl::UnavailableError("later"));
    // A code of a later version.
    CHECK(absl::IsInternal(
        bob.one<collab::reject_message>(message(67, varint(9) + '\x63' + text(""))).reason));
    CHECK(bob.one<collab::member_joined_message>(message(68, member(3, "C"))).who.client == "cC");
    CHECK(bob.one<collab::member_updated_message>(message(69, member(3, "D"))).who.name == "D");
    CHECK(bob.one<collab::member_left_message>(message(70, varint(3))).who.name == "D");
    // His number stands for him.
    CHECK(bob.one<collab::canvas_cleared_message>(message(81, varint(6) + varint(10) + now))
              .place.client == "cD");
    const auto moved = bob.one<collab::cursors_message>(
        message(71, varint(3) + number(1.5) + number(0.1) + varint(2) + number(0) + number(0)));
    REQUIRE(moved.cursors.size() == 2);
    CHECK(moved.cursors[0].client == "cA");
    CHECK(moved.cursors[0].where == collab::cursor{1.5, 0.1, true});
    CHECK_FALSE(moved.cursors[1].where.is_drawing);
    const auto pong = bob.one<collab::pong_message>(message(86, number(0.1) + now));
    CHECK(pong.t == 0.1);
    CHECK(pong.server_time == then);
    CHECK(bob.one<collab::closing_message>(message(87, varint(1500))).retry_after ==
          std::chrono::milliseconds{1500});
    const auto error =
        bob.one<collab::error_message>(message(88, '\1' + text("no") + text("chat:send")));
    CHECK(error.reason == absl::InvalidArgumentError("no"));
    CHECK(error.answers == "chat:send");
    const auto preview = bob.one<collab::preview_message>(
        message(89, varint(1) + varint(4) + list({tagged(9, 0, "")})));
    CHECK(preview.user == "uA");
    CHECK(preview.client == "cA");
    CHECK(preview.change.id == "r");
    CHECK(preview.change.changes == collab::property_changes{{property::fill, {}}});
    const auto host =
        bob.one<collab::host_message>(message(90, varint(1) + text("n") + text("[1, 2]")));
    CHECK(host.client == "cA");
    CHECK(host.name == "n");
    CHECK(host.data == "[1,2]");
    const auto digest = bob.one<collab::digest_message>(
        message(94, varint(300) + std::string{"\x04\x03\x02\x01\x0d\x0c\x0b\x0a"}));
    CHECK(digest.seq == seq_number{300});
    CHECK(digest.value == collab::digest{0x01020304, 0x0A0B0C0D});
  }

  TEST_CASE("what a later version may add is passed over") {
    listener bob;
    CHECK(bob.all(message(63, "") + message(97, "anything") + message(255, "")).empty());
    CHECK(bob.one<collab::gap_message>(message(66, varint(3) + "more")).have == 3);
    // Properties of keys that are not known, of every type.
    const std::string props =
        list({tagged(23, 0, ""), tagged(24, 1, number(0.1)), tagged(25, 2, color("abcd")),
              tagged(26, 3, "\x63"), tagged(27, 4, text("t")),
              tagged(28, 5, varint(1) + varint(2) + varint(3)), tagged(3000, 6, "\1"),
              tagged(1, 1, number(2))});
    const auto set =
        bob.one<collab::element_set_message>(message(79, place(10) + varint(4) + props));
    CHECK(set.change.changes == collab::property_changes{{property::x, 2.0}});
    const auto put = bob.one<collab::element_put_message>(
        message(78, place(11) + varint(11) + text("p") + '\1' + varint(2) + text("a0") + props));
    CHECK(put.value.get(property::x) == collab::property_value{2.0});
    CHECK(bob.fault(message(79, place(12) + varint(4) + list({tagged(23, 7, "")}))) ==
          "a message of type 79: value: type 7 is unknown");
  }

  TEST_CASE("a server may have other limits than its client knows of") {
    listener bob;
    const std::string long_text(100'000, 'x');
    const auto put = bob.one<collab::element_put_message>(
        message(78, place(10) + varint(10) + text("t") + '\6' + varint(2) + text("a0") +
                        list({tagged(12, 4, text(long_text))})));
    CHECK(put.value.get(property::text) == collab::property_value{long_text});
    const std::vector<point> many(50'000, drawn[0]);
    CHECK(bob.one<collab::element_put_message>(message(78, place(11) + stroke(11, "s", many)))
              .value.point_count() == many.size());
  }

  TEST_CASE("who has heard enough is told nothing more") {
    listener bob;
    int heard = 0;
    const std::string three =
        message(66, varint(1)) + message(66, varint(2)) + message(66, varint(3));
    const auto until = [&](int enough, const std::string& frame) {
      heard = 0;
      CHECK(bob.decoder.decode(frame, [&](collab::server_message&&) { return ++heard < enough; })
                .ok());
      return heard;
    };
    CHECK(until(2, three) == 2);
    CHECK(until(9, three) == 3);
    CHECK(until(2, message(92, '\0' + three) + three) == 2);
    CHECK(until(4, message(92, '\0' + three) + three) == 4);
    CHECK(until(9, message(92, '\0' + three) + three) == 7);
  }

  TEST_CASE("what no server says is refused, and why") {
    listener bob;
    const auto fault = [&bob](int type, const std::string& body) {
      const std::string why = bob.fault(message(type, body));
      const std::string prefix = "a message of type " + std::to_string(type) + ": ";
      REQUIRE(why.starts_with(prefix));
      return why.substr(prefix.size());
    };
    CHECK(bob.fault(std::string{"\x42\x02\x01", 3}) ==
          "the message at byte 0 is damaged or cut off");
    CHECK(fault(66, "") == "the message is damaged or cut off at byte 0 of its body");
    CHECK(fault(66, varint((std::uint64_t{1} << 53) + 1)).starts_with("have: 9007199254740993 is"));
    CHECK(fault(79, varint(8) + varint(1) + now) == "member: number 4 is nobody's");
    CHECK(fault(79, varint(1) + varint(1) + now) == "userId: there is no name 0");
    CHECK(fault(79, place(1) + varint(5)) == "id: number 5 is that of no element");
    CHECK(fault(79, place(1) + literal("\n")) == "id: not 1 to 64 of A-Z a-z 0-9 _ - : .");
    CHECK(fault(79, place(1) + varint(4) + list({tagged(4, 1, number(2))}))
              .starts_with("opacity: 2 is out of range"));
    CHECK(fault(79, place(1) + varint(4) + list({tagged(22, 4, text("[]"))})) ==
          "custom: an object is needed");
    CHECK(fault(78, place(1) + varint(9) + text("p") + '\1' + varint(2) + text("") + list({})) ==
          "index: no index: 1 to 64 of 0-9 A-Z a-z is needed");
    CHECK(fault(78, place(1) + varint(9) + text("p") + '\x0a') ==
          "element.kind: 10 is not a kind of element");
    CHECK(fault(78, place(1) + varint(9) + text("p") + '\1' + varint(2) + text("a0") +
                        list({tagged(11, 3, "\5")})) ==
          "element.tool: not a property of kind rect");
    CHECK(fault(78, place(1) + varint(9) + text("p") + '\0' + varint(2) + text("a0") + list({}) +
                        text("\x17"))
              .starts_with("points: "));
    CHECK(fault(76, literal("s") + varint(6) + place(10) + text("a2") + stroke(10, "t", drawn)) ==
          "stroke: 't' is not the stroke that has ended");
    CHECK(fault(82, place(1) + varint(1) + '\3').starts_with("outcome: 3 is"));
    CHECK(fault(68, varint(3) + text("u") + text("c") + text("n") + black + '\1') ==
          "role: 1 is no role");
    CHECK(fault(68, varint(3) + text(std::string(65, 'u'))) == "userId: more than 64 characters");
    CHECK(fault(95, place(1) + text("\xff")) == "name: not UTF-8");
    CHECK(fault(86, varint(3) + now).starts_with("the message is damaged"));
    CHECK(fault(86, varint(1) + std::string(6, '\0') + "\xf0\x7f" + now)
              .starts_with("t: inf is out of range"));
    CHECK(fault(90, varint(1) + text("n") + text("{")).starts_with("data: not JSON"));
    // Missed events have no state among them, and are no more than one level deep.
    CHECK(bob.fault(message(92, '\0' + message(92, std::string(1, '\0')))) ==
          "a message of type 92: events: one of type 92");
    CHECK(bob.fault(message(92, '\0' + state({}))).starts_with("a message of type 64: "));
  }

  TEST_CASE("lists and points that are only announced take no memory") {
    listener bob;
    const std::string endless = varint(std::numeric_limits<std::uint64_t>::max() >> 1U);
    CHECK_FALSE(bob.fault(message(80, place(1) + endless)).empty());
    CHECK_FALSE(bob.fault(message(79, place(1) + varint(4) + endless)).empty());
    CHECK_FALSE(bob.fault(message(92, '\0' + message(80, place(1) + endless))).empty());
    CHECK_FALSE(bob.fault(message(93, '\0' + endless)).empty());
    CHECK_FALSE(
        bob.fault(message(78, place(1) + varint(9) + text("p") + '\0' + varint(2) + text("a0") +
                                  list({}) + text("\x14" + varint(0xFFFFFFFF) + "abc")))
            .empty());
    std::vector<point> many(1'000'001, drawn[0]);
    CHECK(bob.fault(message(78, place(1) + stroke(9, "p", many)))
              .starts_with("a message of type 78: points: 1000001 of them"));
    many.pop_back();
    CHECK(bob.all(message(78, place(1) + stroke(9, "p", many))).size() == 1);
  }
}

namespace {

// Keeps all that a room tells Bob, whole frames.
class recorder final : public collab::room_sink {
 public:
  void to_member(collab::member_id to, const collab::room_event& event,
                 collab::log_position) override {
    keep(to == bob, event);
  }
  void to_all(const collab::room_event& event, collab::log_position) override { keep(true, event); }
  void to_others(collab::member_id except, const collab::room_event& event,
                 collab::log_position) override {
    keep(except != bob, event);
  }
  void store(std::string, collab::log_position) override {}

  static constexpr collab::member_id ann{1};
  static constexpr collab::member_id bob{2};
  std::vector<std::string> frames;

 private:
  void keep(bool is_heard, const collab::room_event& event) {
    if (is_heard) {
      for (std::string& part : collab::encode_binary_parts(event, 600)) {
        frames.push_back(std::move(part));
      }
    }
  }
};

// Everything that Bob is told while Ann does everything; he is away for a while.
std::vector<std::string> recorded_frames() {
  recorder out;
  collab::testing::manual_clock time;
  imagination chance{7};
  collab::room room{"R", {}, out};
  const auto join = [&](collab::member_id who, const std::string& name,
                        std::optional<collab::resume_point> resume = {}) {
    REQUIRE(
        room.join(who, {"c" + name, "u" + name, "s" + name, name, {}, resume}, time.now()).ok());
  };
  collab::operation_counter op = 0;
  const auto run = [&](const collab::room_command& command) {
    (void)room.execute(recorder::ann, command, time.now());
  };
  const auto work = [&] {
    const std::vector<point> all = chance.points(40);
    const std::string id = "s" + std::to_string(op);
    run(collab::start_stroke{chance.stroke(id, "uA"), std::span{all}.first(3)});
    run(collab::extend_stroke{id, 3, std::span{all}.subspan(3)});
    run(collab::operation_command{++op, collab::end_stroke{id, 40}});
    for (int kind = 0; kind < 8; ++kind) {
      const std::string made = "e" + std::to_string(op);
      run(collab::operation_command{++op, collab::put_element{chance.element(made, "uA")}});
      run(collab::preview_element{made, chance.changes(collab::element_kind::host)});
      run(collab::operation_command{++op, collab::set_element{made, {{property::x, 1.5}}}});
    }
    run(collab::move_cursor{{1.5, 2, true}});
    run(collab::update_member{"Eve", {}});
    run(collab::send_host_message{"n", "{\"a\":1}"});
    run(collab::operation_command{++op, collab::send_chat{"h\xc3\xa9"}});
    run(collab::operation_command{++op, collab::remove_elements{{id, "none"}}});
    run(collab::operation_command{++op, collab::undo{}});
    run(collab::operation_command{++op, collab::clear_canvas{}});
    run(collab::operation_command{++op, collab::undo{}});
    run(collab::operation_command{++op, collab::redo{}});
    run(collab::operation_command{++op, collab::undo{}});
    run(collab::start_stroke{{"x" + id, collab::element_kind::stroke, "uA"}, all});
    run(collab::start_stroke{{"y" + id, collab::element_kind::stroke, "uA"}, all});
    run(collab::cancel_stroke{"x" + id});
    time.advance(std::chrono::seconds{5});
    room.tick(time.now());
  };
  join(recorder::ann, "A");
  work();
  join(recorder::bob, "B");
  work();
  const std::uint64_t seen = to_integer(room.last_seq());
  room.leave(recorder::bob, time.now());
  work();
  join(recorder::bob, "B", collab::resume_point{"sB", seq_number{seen}});
  work();
  room.leave(recorder::ann, time.now());
  room.settle(time.now());
  out.frames.push_back(collab::encode_binary_error(absl::NotFoundError("no"), "ping"));
  out.frames.push_back(collab::encode_binary_pong({0.1}, time.now().wall));
  out.frames.push_back(collab::encode_binary_closing(std::chrono::milliseconds{900}));
  out.frames.push_back(message(95, varint(0) + text("u") + varint(90) + now + text("v")));
  return out.frames;
}

// Decodes what may be damaged: it is refused, or tells what can be used.
class sceptic {
 public:
  explicit sceptic(const std::vector<std::string>& all) : recorded_{all} { begin(); }

  void hear(const std::string& bytes) {
    if (++heard_ % 64 == 0) {
      begin();
    }
    (void)take(bytes);
    ++refused[last_.ok() ? 0 : 1];
  }
  std::size_t refused[2] = {0, 0};

 private:
  // Knows everything that was said.
  void begin() {
    decoder_.reset();
    for (const std::string& each : recorded_) {
      take(each);
      REQUIRE_MESSAGE(last_.ok(), last_);
    }
  }
  void take(const std::string& bytes) {
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    last_ = decoder_.decode({exact.data(), exact.size()}, [&](collab::server_message&& told) {
      REQUIRE(is_in_bounds(told));
      return true;
    });
    REQUIRE((last_.ok() || absl::IsInvalidArgument(last_)));
  }

  const std::vector<std::string>& recorded_;
  std::size_t heard_ = 0;
  absl::Status last_;
  collab::binary_server_decoder decoder_{[](auto) { return collab::element_id{"own"}; }};
};

}  // namespace

TEST_SUITE("protocol/hostile_server") {
  TEST_CASE("a frame that is cut off anywhere is refused") {
    const std::vector<std::string> frames = recorded_frames();
    REQUIRE(frames.size() > 100);
    sceptic bob{frames};
    for (const std::string& frame : frames) {
      const std::size_t step = 1 + frame.size() / 100;
      for (std::size_t size = 1; size < frame.size(); size += step) {
        bob.hear(frame.substr(0, size));
      }
    }
    CHECK(bob.refused[0] == 0);
  }

  TEST_CASE("a body that is cut off tells nothing that can't be used") {
    const std::vector<std::string> frames = recorded_frames();
    sceptic bob{frames};
    for (const std::string& frame : frames) {
      collab::detail::byte_reader in{frame};
      const unsigned type = in.byte();
      const std::string body{in.view()};
      const std::size_t step = 1 + body.size() / 100;
      for (std::size_t size = 0; size < body.size(); size += step) {
        bob.hear(message(static_cast<int>(type), body.substr(0, size)));
      }
    }
    CHECK(bob.refused[1] > 1000);
  }

  TEST_CASE("a bit that is flipped tells nothing that can't be used") {
    const std::vector<std::string> frames = recorded_frames();
    sceptic bob{frames};
    sequence random{1};
    for (const std::string& frame : frames) {
      const std::size_t bits = 8 * frame.size();
      const std::size_t step = 1 + bits / 400;
      for (std::size_t bit = random.below(step); bit < bits; bit += step) {
        std::string damaged = frame;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        bob.hear(damaged);
      }
    }
    CHECK(bob.refused[0] > 1000);
    CHECK(bob.refused[1] > 1000);
  }
}
