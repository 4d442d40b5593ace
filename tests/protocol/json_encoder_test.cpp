#include <doctest/doctest.h>
#include <simdjson.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/protocol/json_codec.hpp"
#include "collab/testing/manual_clock.hpp"

using collab::member_id;
using collab::seq_number;

namespace {

// Encodes everything that a room says.
class encoder final : public collab::room_sink {
 public:
  void to_member(member_id, const collab::room_event& event, collab::log_position) override {
    add(event);
  }
  void to_all(const collab::room_event& event, collab::log_position) override { add(event); }
  void to_others(member_id, const collab::room_event& event, collab::log_position) override {
    add(event);
  }
  void store(std::string, collab::log_position) override {}

  std::vector<std::string> take() { return std::exchange(texts, {}); }
  std::vector<std::string> texts;

 private:
  void add(const collab::room_event& event) { texts.push_back(collab::encode_json(event)); }
};

}  // namespace

TEST_SUITE("protocol/json_encoder") {
  // The texts are those of docs/protocol.md. They may change only together.
  TEST_CASE("the properties of all kinds are told where they are set, of a host's kind no others") {
    collab::testing::manual_clock time;
    encoder out;
    collab::room room{"ROOM01", {}, out};
    const member_id ann{1};
    const auto now = time.now();
    REQUIRE(room.join(ann, {"c1", "u1", "s", "Ann", {}}, now).ok());
    using collab::property;
    collab::element image{"i", collab::element_kind::image, "u1"};
    image.set(property::locked, true);
    image.set(property::group, std::string{"g"});
    image.set(property::custom, std::string{R"({"a":"\"b"})"});
    collab::element gear{"g", collab::host_kind{"x-gear"}, "u1"};
    gear.set(property::locked, false);
    gear.set(property::width, 3.0);
    gear.set(property::height, 0.0);
    gear.set(property::tool, collab::token::pen);
    gear.set(property::points, std::make_shared<const collab::offset_list>());
    REQUIRE(room.execute(ann, collab::operation_command{1, collab::put_element{image}}, now).ok());
    REQUIRE(room.execute(ann, collab::operation_command{2, collab::put_element{gear}}, now).ok());
    const std::string elements =
        R"([{"id":"i","kind":"image","index":"a0","userId":"u1","x":0,"y":0,"angle":0,"opacity":1,"width":0,"height":0,"color":"#000000","locked":true,"group":"g","source":"","custom":{"a":"\"b"}},)"
        R"({"id":"g","kind":"x-gear","index":"a1","userId":"u1","x":0,"y":0,"angle":0,"opacity":1,"width":3,"color":"#000000"}])";
    CHECK(collab::encode_json_snapshot(room) ==
          collab::encode_json_snapshot("ROOM01", room.last_seq(), room.board().elements()));
    CHECK(collab::encode_json_snapshot(room) ==
          R"({"roomId":"ROOM01","seq":2,"elements":)" + elements + "}");
    out.take();
    REQUIRE(room.execute(ann, collab::send_host_message{"a\"", R"({"k":[1]})"}, now).ok());
    CHECK(
        out.take() ==
        std::vector<std::string>{
            R"({"type":"host:message","userId":"u1","clientId":"c1","name":"a\"","data":{"k":[1]}})"});
    const collab::preview_element preview{"i", {{property::x, 0.5}, {property::locked, false}}};
    REQUIRE(room.execute(ann, preview, now).ok());
    CHECK(
        out.take() ==
        std::vector<std::string>{
            R"({"type":"element:preview","userId":"u1","clientId":"c1","id":"i","props":{"x":0.5,"locked":false}})"});
    const collab::set_element set{"i",
                                  {{property::locked, false},
                                   {property::group, collab::property_value{}},
                                   {property::custom, std::string{"{}"}}}};
    REQUIRE(room.execute(ann, collab::operation_command{3, set}, now).ok());
    CHECK(
        out.take()[0] ==
        R"({"type":"element:set","id":"i","props":{"locked":false,"group":null,"custom":{}},"userId":"u1","seq":3,"time":1577836800000})");
  }

  TEST_CASE("the messages of a short session are these") {
    collab::testing::manual_clock time;
    encoder out;
    collab::room room{"ROOM01", {}, out};
    const member_id ann{1};
    const auto now = time.now();
    REQUIRE(
        room.join(ann, {"c1", "u1", "secret", "Ann \"A\"\n", collab::color{0xFF0000FF, false}}, now)
            .ok());
    CHECK(
        out.take() ==
        std::vector<std::string>{
            R"({"type":"room:state","roomId":"ROOM01","session":"secret","op":0,"you":{"userId":"u1","clientId":"c1","name":"Ann \"A\"\n","color":"#ff0000","role":"editor"},"seq":0,"users":[{"userId":"u1","clientId":"c1","name":"Ann \"A\"\n","color":"#ff0000","role":"editor"}],"elements":[],"live":[],"cursors":[],"history":{"canUndo":false,"canRedo":false,"mine":{"canUndo":false,"canRedo":false},"scope":"room"},"chat":[],"versions":[],"more":false})",
            R"({"type":"user:joined","user":{"userId":"u1","clientId":"c1","name":"Ann \"A\"\n","color":"#ff0000","role":"editor"}})"});

    const std::vector<collab::point> points = {{1.03F, -0.0625F, 0.3F, 0}, {2, 3, 1, 8}};
    collab::element stroke{"s", collab::element_kind::stroke, "u1"};
    stroke.set(collab::property::color, collab::color{0xAABBCCDD, true});
    REQUIRE(room.execute(ann, collab::start_stroke{stroke, {points.data(), 1}}, now).ok());
    REQUIRE(room.execute(ann, collab::extend_stroke{"s", 1, {points.data() + 1, 1}}, now).ok());
    REQUIRE(room.execute(ann, collab::operation_command{1, collab::end_stroke{"s", 2}}, now).ok());
    const std::string element =
        R"({"id":"s","kind":"stroke","index":"a0","userId":"u1","x":0,"y":0,"angle":0,"opacity":1,"width":2,"color":"#aabbccdd","tool":"pen","points":[)";
    CHECK(
        out.take() ==
        std::vector<std::string>{
            R"({"type":"stroke:start","userId":"u1","clientId":"c1","stroke":)" + element +
                "[1,-0.0625,0.2998046875,0]]}}",
            R"({"type":"stroke:point","userId":"u1","strokeId":"s","from":1,"points":[[2,3,1,8]]})",
            R"({"type":"stroke:end","strokeId":"s","count":2,"userId":"u1","seq":1,"time":1577836800000})",
            R"({"type":"op:ack","op":1,"seq":1,"time":1577836800000,"index":"a0"})",
            R"({"type":"history:state","canUndo":true,"canRedo":false,"mine":{"canUndo":true,"canRedo":false}})"});
    CHECK(collab::encode_json_snapshot(room) == R"({"roomId":"ROOM01","seq":1,"elements":[)" +
                                                    element +
                                                    "[1,-0.0625,0.2998046875,0],[2,3,1,8]]}]}");

    const auto set =
        collab::set_element{"s", {{collab::property::x, -1.5}, {collab::property::opacity, 0.1}}};
    REQUIRE(room.execute(ann, collab::operation_command{2, set}, now).ok());
    REQUIRE(room.execute(ann, collab::operation_command{3, collab::undo{}}, now).ok());
    REQUIRE(
        room.execute(ann, collab::operation_command{4, collab::remove_elements{{"s"}}}, now).ok());
    REQUIRE(room.execute(ann, collab::operation_command{5, collab::undo{}}, now).ok());
    REQUIRE(room.execute(ann, collab::operation_command{6, collab::undo{}}, now).ok());
    const std::vector<std::string> texts = out.take();
    CHECK(
        texts[0] ==
        R"({"type":"element:set","id":"s","props":{"x":-1.5,"opacity":0.1},"userId":"u1","seq":2,"time":1577836800000})");
    CHECK(
        texts[2] ==
        R"({"type":"operation:undo","userId":"u1","seq":3,"time":1577836800000,"target":2,"outcome":"applied","removed":[],"restored":[],"changed":[{"id":"s","props":{"x":0,"opacity":1}}]})");
    CHECK(texts[5] ==
          R"({"type":"element:remove","ids":["s"],"userId":"u1","seq":4,"time":1577836800000})");
    CHECK(
        texts[8] ==
        R"({"type":"operation:undo","userId":"u1","seq":5,"time":1577836800000,"target":4,"outcome":"applied","removed":[],"restored":[)" +
            element + R"([1,-0.0625,0.2998046875,0],[2,3,1,8]]}],"changed":[]})");
  }

  TEST_CASE("the messages that no room sends are these") {
    CHECK(
        collab::encode_json_error(absl::InvalidArgumentError("x: \x01"), "stroke:point") ==
        R"({"type":"error","code":"invalid_argument","message":"x: \u0001","answers":"stroke:point"})");
    CHECK(collab::encode_json_error(absl::ResourceExhaustedError("full"), {}) ==
          R"({"type":"error","code":"resource_exhausted","message":"full"})");
    CHECK(collab::encode_json_pong({12.5}, collab::unix_time{std::chrono::milliseconds{7}}) ==
          R"({"type":"pong","t":12.5,"serverTime":7})");
    CHECK(collab::encode_json_pong({1'700'000'000'000.0}, collab::unix_time{}) ==
          R"({"type":"pong","t":1700000000000,"serverTime":0})");
    CHECK(collab::encode_json_closing(std::chrono::milliseconds{1500}) ==
          R"({"type":"server:closing","retryAfter":1500})");
  }

  TEST_CASE("every coordinate and pressure on the grid reads back as it was") {
    collab::testing::manual_clock time;
    encoder out;
    collab::room room{"r", {}, out};
    REQUIRE(room.join(member_id{1}, {"c", "u", "s", "n", {}}, time.now()).ok());
    std::vector<collab::point> points;
    for (int i = 0; i <= 1'024; ++i) {
      const float sign = i % 2 == 0 ? 1.0F : -1.0F;
      points.push_back({sign * (float(i) / 16 + 999'900), -sign * float(i) / 16, float(i) / 1024,
                        std::uint32_t(i) * 4'000'000U});
    }
    collab::element stroke{"s", collab::element_kind::stroke, "u"};
    REQUIRE(stroke.set_points(points).ok());
    REQUIRE(room.execute(member_id{1}, collab::operation_command{1, collab::put_element{stroke}},
                         time.now())
                .ok());
    simdjson::dom::parser parser;
    const std::string text = collab::encode_json_snapshot(room);
    simdjson::dom::element root = parser.parse(text);
    simdjson::dom::array read = root["elements"].at(0)["points"];
    std::size_t at = 0;
    for (simdjson::dom::element each : read) {
      REQUIRE(double(each.at(0)) == double{points[at].x});
      REQUIRE(double(each.at(1)) == double{points[at].y});
      REQUIRE(double(each.at(2)) == double{points[at].pressure});
      REQUIRE(std::uint64_t(each.at(3)) == points[at].t);
      ++at;
    }
    CHECK(at == points.size());
  }
}
