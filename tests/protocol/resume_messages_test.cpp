// What one who comes back to a room says and is told, in both dialects, as docs/protocol.md has
// it; and what is told in several messages.

#include <doctest/doctest.h>
#include <simdjson.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/detail/byte_stream.hpp"
#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/client_frames.hpp"

using namespace collab_test;
using collab::member_id;
using collab::property;
using collab::seq_number;

namespace {

constexpr auto ann = member_id{1};
constexpr auto bob = member_id{2};
constexpr auto ann_again = member_id{3};

// Keeps what one member is sent, in both dialects, cut at `bytes_max`.
class one_listener final : public collab::room_sink {
 public:
  void to_member(member_id to, const collab::room_event& event, collab::log_position) override {
    take(to == listener, event);
  }
  void to_all(const collab::room_event& event, collab::log_position) override { take(true, event); }
  void to_others(member_id except, const collab::room_event& event, collab::log_position) override {
    take(except != listener, event);
  }
  void store(std::string, collab::log_position) override {}

  void listen(member_id who) {
    listener = who;
    json.clear();
    binary.clear();
  }

  member_id listener{};
  std::size_t bytes_max = 64 * 1024;
  std::vector<std::string> json;
  std::vector<std::string> binary;

 private:
  void take(bool is_heard, const collab::room_event& event) {
    if (!is_heard) {
      return;
    }
    for (std::string& part : collab::encode_json_parts(event, bytes_max)) {
      json.push_back(std::move(part));
    }
    for (std::string& part : collab::encode_binary_parts(event, bytes_max)) {
      binary.push_back(std::move(part));
    }
  }
};

struct room_with_two {
  room_with_two() {
    REQUIRE(board.join(ann, {"ca", "ua", "sa", "Ann", black, {}}, time.now()).ok());
    REQUIRE(board.join(bob, {"cb", "ub", "sb", "Bob", black, {}}, time.now()).ok());
  }
  void run(member_id from, const collab::room_command& command) {
    REQUIRE(board.execute(from, command, time.now()).ok());
  }
  template <typename Body>
  void op(member_id from, collab::operation_counter counter, Body body) {
    run(from, collab::operation_command{counter, std::move(body)});
  }
  void resume(std::uint64_t seq) {
    out.listen(ann_again);
    const auto joined = board.join(
        ann_again, {"cx", "ux", "sx", "Ann", {}, collab::resume_point{"sa", seq_number{seq}}},
        time.now());
    REQUIRE(joined.ok());
    REQUIRE(joined->is_resumed);
  }

  const collab::color black{0x000000FF, false};
  one_listener out;
  collab::testing::manual_clock time;
  collab::room board{"R", {}, out};
};

const std::string now = varint(1'577'836'800'000);
const std::vector<collab::point> drawn = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}};

}  // namespace

TEST_SUITE("protocol/resume") {
  TEST_CASE("a session is resumed in words that the document has") {
    room_with_two room;
    const collab::element rect{"r", collab::element_kind::rect, "ua"};
    const collab::element circle{"e", collab::element_kind::ellipse, "ub"};
    room.op(ann, 1, collab::put_element{rect});  // 1
    room.run(ann, collab::start_stroke{{"own", collab::element_kind::stroke, "ua"}, drawn});
    room.run(ann, collab::start_stroke{{"go", collab::element_kind::stroke, "ua"}, drawn});
    room.op(ann, 2, collab::set_element{"none", {{property::x, 1.0}}});
    room.op(ann, 3, collab::end_stroke{"own", 2});  // 2
    room.board.leave(ann, room.time.now());
    room.run(bob, collab::start_stroke{{"s", collab::element_kind::stroke, "ub"}, drawn});
    room.run(bob, collab::start_stroke{{"t", collab::element_kind::stroke, "ub"}, drawn});
    room.op(bob, 1, collab::end_stroke{"s", 2});                      // 3
    room.op(bob, 2, collab::set_element{"r", {{property::x, 0.5}}});  // 4
    room.op(bob, 3, collab::remove_elements{{"r", "none"}});          // 5
    room.op(bob, 4, collab::undo{});                                  // 6
    room.op(bob, 5, collab::send_chat{"yo"});                         // 7
    room.resume(1);

    REQUIRE(room.out.json.size() == 1);
    const std::string stroke_tail =
        R"("x":0,"y":0,"angle":0,"opacity":1,"width":2,"color":"#000000","tool":"pen","points":[[1,2,0.5,0],[3,4,0.25,8]]})";
    const std::string time = R"("time":1577836800000)";
    CHECK(
        room.out.json[0] ==
        R"({"type":"room:resumed","roomId":"R","seq":7,"op":3,)"
        R"("rejected":[{"op":2,"code":"not_found","message":"element 'none' is not on the board"}],)"
        R"("you":{"userId":"ua","clientId":"ca","name":"Ann","color":"#000000","role":"editor"},)"
        R"("users":[{"userId":"ub","clientId":"cb","name":"Bob","color":"#000000","role":"editor"},)"
        R"({"userId":"ua","clientId":"ca","name":"Ann","color":"#000000","role":"editor"}],)"
        R"("live":[{"userId":"ub","stroke":{"id":"t","kind":"stroke","index":"a4","userId":"ub",)" +
            stroke_tail +
            R"(}],"own":[{"strokeId":"go","have":2}],"cursors":[],)"
            R"("history":{"canUndo":true,"canRedo":true,"mine":{"canUndo":true,"canRedo":false},"scope":"room"},)"
            R"("events":[{"type":"stroke:end","strokeId":"own","count":2,"userId":"ua","seq":2,)" +
            time +
            R"(,"op":3,"index":"a1"},)"
            R"({"type":"stroke:end","strokeId":"s","count":2,"userId":"ub","seq":3,)" +
            time +
            R"(,"index":"a3","stroke":{"id":"s","kind":"stroke","index":"a3","userId":"ub",)" +
            stroke_tail +
            R"(},{"type":"element:set","id":"r","props":{"x":0.5},"userId":"ub","seq":4,)" + time +
            R"(},{"type":"element:remove","ids":["r","none"],"userId":"ub","seq":5,)" + time +
            R"(},{"type":"operation:undo","userId":"ub","seq":6,)" + time +
            R"(,"target":5,"outcome":"applied","removed":[],"restored":[{"id":"r","kind":"rect","index":"a0","userId":"ua","x":0.5,"y":0,"angle":0,"opacity":1,"width":0,"height":0,"color":"#000000","strokeWidth":2,"dash":"solid"}],"changed":[]},)"
            R"({"type":"chat:message","userId":"ub","name":"Bob","text":"yo",)" +
            time + R"(,"seq":7}],"more":false})");

    REQUIRE(room.out.binary.size() == 1);
    const auto place = [](int member, std::uint64_t seq) {
      return varint(2 * static_cast<std::uint64_t>(member)) + varint(seq) + now;
    };
    const std::string black(3, '\0');
    const std::string users =
        list({varint(2) + text("ub") + text("cb") + text("Bob") + color(black) + '\0',
              varint(1) + text("ua") + text("ca") + text("Ann") + color(black) + '\0'});
    const std::string restored = varint(1) + text("r") + '\1' + varint(0) + text("ua") +
                                 text("a0") + list({tagged(1, 1, number(0.5))});
    const std::string events =
        message(76, literal("own") + varint(2) + place(1, 2) + text("a1")) +
        message(76, literal("s") + varint(2) + place(2, 3) + text("a3") + varint(3) + text("s") +
                        '\0' + varint(4) + text("a3") + list({}) + packed(drawn)) +
        message(79, place(2, 4) + varint(1) + list({tagged(1, 1, number(0.5))})) +
        message(80, place(2, 5) + list({varint(1), literal("none")})) +
        message(82, place(2, 6) + varint(5) + '\0' + list({}) + list({restored}) + list({})) +
        message(85, varint(4) + text("Bob") + text("yo") + now + varint(7));
    CHECK(room.out.binary[0] ==
          message(91, text("R") + varint(3) + varint(1) + varint(7) +
                          list({varint(2) + '\2' + text("element 'none' is not on the board")}) +
                          users +
                          list({varint(4) + text("t") + '\0' + varint(4) + text("a4") + list({}) +
                                packed(drawn)}) +
                          list({varint(2) + text("go") + varint(2)}) + list({}) + '\7' + '\0' +
                          events));
  }

  TEST_CASE("a digest is its two halves") {
    const collab::board_digest event{seq_number{300}, {0x01020304, 0x0A0B0C0D}};
    CHECK(collab::encode_json(event) ==
          R"({"type":"room:digest","seq":300,"hash":"010203040a0b0c0d"})");
    CHECK(collab::encode_binary(event) ==
          message(94, varint(300) + std::string{"\x04\x03\x02\x01\x0d\x0c\x0b\x0a"}));
  }

  TEST_CASE("a join with a session is understood, in both dialects") {
    const collab::limits bounds;
    std::vector<collab::point> buffer;
    collab::binary_decoder binary{bounds, buffer};
    const auto binary_one = [&](const std::string& bytes) {
      std::string_view frame = bytes;
      std::pair<absl::Status, std::optional<collab::resume_point>> result;
      REQUIRE(binary
                  .decode(frame, "u",
                          [&](const collab::client_message& read) {
                            result.first = read.status;
                            if (const auto* join = std::get_if<collab::join_message>(&read.body)) {
                              result.second = join->resume;
                            }
                            return true;
                          })
                  .ok());
      return result;
    };
    const std::string head = text("Ann") + color("");
    const auto given = binary_one(message(1, head + text("secret") + varint(300)));
    REQUIRE(given.second.has_value());
    CHECK(given.second->session == "secret");
    CHECK(given.second->seq == seq_number{300});
    CHECK_FALSE(binary_one(message(1, head)).second.has_value());
    CHECK(binary_one(message(1, head)).first.ok());
    for (const std::string& wrong :
         {head + text("secret"), head + text(""), head + text("") + varint(1),
          head + text(std::string(129, 's')) + varint(1),
          head + text("secret") + varint((std::uint64_t{1} << 53) + 1)}) {
      CHECK(absl::IsInvalidArgument(binary_one(message(1, wrong)).first));
    }
    CHECK(binary_one(message(1, head + text(std::string(128, 's')) + varint(1))).first.ok());

    collab::json_decoder json{bounds};
    const auto json_one = [&](const std::string& value) {
      const simdjson::padded_string frame{R"({"type":"room:join","name":"Ann","resume":)" + value +
                                          "}"};
      std::pair<std::string, std::optional<collab::resume_point>> result;
      REQUIRE(json.decode(frame, "u",
                          [&](const collab::client_message& read) {
                            result.first = std::string{read.status.message()};
                            if (const auto* join = std::get_if<collab::join_message>(&read.body)) {
                              result.second = join->resume;
                            }
                          })
                  .ok());
      return result;
    };
    const auto told = json_one(R"({"session":"secret","seq":300})");
    REQUIRE(told.second.has_value());
    CHECK(told.second->session == "secret");
    CHECK(told.second->seq == seq_number{300});
    CHECK(json_one("1").first.find("resume: an object") == 0);
    CHECK(json_one("{}").first.find("resume.session: missing") == 0);
    CHECK(json_one(R"({"session":"s"})").first.find("resume.seq: missing") == 0);
    CHECK(json_one(R"({"session":7,"seq":1})").first.find("resume.session: a string") == 0);
    CHECK(json_one(R"({"session":"","seq":1})").first.find("resume.session: 0 characters") == 0);
    CHECK(json_one(R"({"session":"s","seq":-1})").first.find("resume.seq: -1") == 0);
    CHECK(json_one(R"({"session":"s","seq":0.5})").first.find("resume.seq: 0.5") == 0);
  }

  TEST_CASE("events that are many come in several messages, none lost and in order") {
    room_with_two room;
    room.board.leave(ann, room.time.now());
    for (std::uint64_t i = 1; i <= 50; ++i) {
      room.op(bob, i, collab::send_chat{"word " + std::to_string(i)});
    }
    room.out.bytes_max = 1'000;
    room.resume(0);
    std::uint64_t seq = 0;
    REQUIRE(room.out.json.size() > 3);
    for (std::size_t i = 0; i < room.out.json.size(); ++i) {
      CHECK(room.out.json[i].size() < 2'000);
      simdjson::dom::parser parser;
      const simdjson::dom::element part = parser.parse(room.out.json[i]);
      CHECK(std::string_view{part["type"]} == (i == 0 ? "room:resumed" : "room:events"));
      CHECK(bool{part["more"]} == (i + 1 < room.out.json.size()));
      for (const simdjson::dom::element each : simdjson::dom::array{part["events"]}) {
        CHECK(std::uint64_t{each["seq"]} == ++seq);
      }
    }
    CHECK(seq == 50);
    REQUIRE(room.out.binary.size() > 1);
    std::size_t events = 0;
    for (std::size_t i = 1; i < room.out.binary.size(); ++i) {
      collab::detail::byte_reader in{room.out.binary[i]};
      CHECK(in.byte() == 92);
      collab::detail::byte_reader body{in.view()};
      CHECK(in.left() == 0);
      CHECK(body.byte() == (i + 1 < room.out.binary.size() ? 1 : 0));
      for (; body.left() > 0; ++events) {
        CHECK(body.byte() == 85);
        body.view();
        REQUIRE_FALSE(body.failed());
      }
    }
    CHECK(events < 50);
    CHECK(events > 0);
  }

  TEST_CASE("strokes that have no room in a state are told after it, those of the gone in it") {
    room_with_two room;
    std::vector<collab::point> points;
    for (int i = 0; i < 40; ++i) {
      points.push_back({static_cast<float>(i * i % 97), static_cast<float>(i * 31 % 89), 0.5F,
                        static_cast<std::uint32_t>(8 * i)});
    }
    for (const std::string id : {"a", "b", "c"}) {
      room.run(bob, collab::start_stroke{{"bob" + id, collab::element_kind::stroke, "ub"}, points});
      room.run(ann, collab::start_stroke{{"ann" + id, collab::element_kind::stroke, "ua"}, points});
    }
    room.board.leave(ann, room.time.now());
    room.out.bytes_max = 100;
    const auto cid = member_id{9};
    room.out.listen(cid);
    REQUIRE(room.board.join(cid, {"cc", "uc", "sc", "Cid", {}, {}}, room.time.now()).ok());
    // Ann's are in the state; Bob's begin and grow.
    std::vector<std::string> told;
    for (const std::string& each : room.out.json) {
      simdjson::dom::parser parser;
      const simdjson::dom::element part = parser.parse(each);
      told.emplace_back(std::string_view{part["type"]});
      if (told.size() == 1) {
        CHECK(simdjson::dom::array{part["live"]}.size() == 3);
      } else if (told.back() == "stroke:point") {
        CHECK(simdjson::dom::array{part["points"]}.size() == 40);
      }
    }
    CHECK(told == std::vector<std::string>{"room:state", "stroke:start", "stroke:point",
                                           "stroke:start", "stroke:point", "stroke:start",
                                           "stroke:point"});
    std::vector<int> types;
    for (const std::string& each : room.out.binary) {
      types.push_back(static_cast<unsigned char>(each.front()));
    }
    CHECK(types == std::vector<int>{64, 72, 74, 72, 74, 72, 74});
  }

  TEST_CASE("an undo that is large goes on in chunks: what came back, went and changed") {
    room_with_two room;
    std::uint64_t counter = 0;
    const auto grouped = [&](auto body) {
      room.run(ann, collab::operation_command{++counter, std::move(body), "g"});
    };
    std::vector<std::string> kept;
    for (int i = 0; i < 60; ++i) {
      const std::string id = "kept" + std::to_string(i);
      room.op(ann, ++counter, collab::put_element{{id, collab::element_kind::rect, "ua"}});
      kept.push_back(id);
    }
    for (int i = 0; i < 30; ++i) {
      grouped(collab::put_element{{"new" + std::to_string(i), collab::element_kind::rect, "ua"}});
      grouped(collab::set_element{kept[static_cast<std::size_t>(i)], {{property::x, 1.0}}});
    }
    grouped(collab::remove_elements{{kept.begin() + 30, kept.end()}});
    room.out.bytes_max = 200;
    room.out.listen(bob);
    room.op(bob, 1, collab::undo{});
    std::size_t removed = 0;
    std::size_t restored = 0;
    std::size_t changed = 0;
    bool has_more = true;
    for (const std::string& each : room.out.json) {
      CHECK(each.size() < 900);
      simdjson::dom::parser parser;
      const simdjson::dom::element part = parser.parse(each);
      const std::string_view type{part["type"]};
      if (type != "operation:undo" && type != "room:chunk") {
        CHECK_FALSE(has_more);
        continue;
      }
      CHECK(has_more);
      simdjson::dom::array list;
      removed += part["removed"].get(list) == simdjson::SUCCESS ? list.size() : 0;
      changed += part["changed"].get(list) == simdjson::SUCCESS ? list.size() : 0;
      restored += simdjson::dom::array{part[type == "room:chunk" ? "elements" : "restored"]}.size();
      has_more = bool{part["more"]};
    }
    CHECK(removed == 30);
    CHECK(restored == 30);
    CHECK(changed == 30);
    CHECK_FALSE(has_more);
    // The binary chunks, with lists that are counted by hand.
    std::vector<int> types;
    for (const std::string& each : room.out.binary) {
      CHECK(each.size() < 900);
      types.push_back(static_cast<unsigned char>(each.front()));
    }
    CHECK(types[0] == 82);
    CHECK(types[1] == 93);
  }
}
