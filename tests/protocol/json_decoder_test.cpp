#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"

using collab::point;
using collab::property;

namespace {

// A message whose parts that refer to the frame are copied.
struct decoded {
  std::string type;
  absl::Status status;
  decltype(collab::client_message::body) body;
  std::vector<point> points;
  std::string id;
};

struct decoder_under_test {
  explicit decoder_under_test(collab::limits bounds = {}) : decoder{bounds} {}

  absl::Status decode(const std::string& frame) {
    std::string padded = frame + std::string(collab::json_padding, '\xff');
    messages.clear();
    return decoder.decode(std::string_view{padded}.substr(0, frame.size()), "ann",
                          [this](const collab::client_message& message) {
                            decoded copy{
                                std::string{message.type}, message.status, message.body, {}, {}};
                            const auto* command = std::get_if<collab::room_command>(&message.body);
                            if (command != nullptr) {
                              copy_parts(*command, copy);
                            }
                            messages.push_back(std::move(copy));
                          });
  }
  const decoded& one(const std::string& frame) {
    REQUIRE(decode(frame).ok());
    REQUIRE(messages.size() == 1);
    return messages.front();
  }
  template <typename Command>
  const Command& command(const std::string& frame) {
    const decoded& message = one(frame);
    CAPTURE(message.status.ToString());
    REQUIRE(message.status.ok());
    return std::get<Command>(std::get<collab::room_command>(message.body));
  }
  template <typename Body>
  const Body& operation(const std::string& frame, collab::operation_counter counter) {
    const auto& command_ = command<collab::operation_command>(frame);
    CHECK(command_.counter == counter);
    return std::get<Body>(command_.body);
  }
  std::string fault(const std::string& frame) {
    const decoded& message = one(frame);
    CHECK(absl::IsInvalidArgument(message.status));
    return std::string{message.status.message()};
  }

  collab::json_decoder decoder;
  std::vector<decoded> messages;

 private:
  static void copy_parts(const collab::room_command& command, decoded& copy) {
    if (const auto* start = std::get_if<collab::start_stroke>(&command)) {
      copy.points.assign(start->points.begin(), start->points.end());
    } else if (const auto* extend = std::get_if<collab::extend_stroke>(&command)) {
      copy.points.assign(extend->points.begin(), extend->points.end());
      copy.id = extend->id;
    } else if (const auto* op = std::get_if<collab::operation_command>(&command)) {
      if (const auto* end = std::get_if<collab::end_stroke>(&op->body)) {
        copy.id = end->id;
      }
    }
  }
};

}  // namespace

TEST_SUITE("protocol/json_decoder") {
  TEST_CASE("live ink is understood in all its forms") {
    decoder_under_test in;
    const auto& start = in.command<collab::start_stroke>(
        R"({"type":"stroke:start","stroke":{"id":"s:1.a","tool":"brush","color":"#AbC","width":3.5,)"
        R"("opacity":0.5,"index":"a5","points":[[1,2],[3,4,0.25],[5.03,-6,1,70]]}})");
    CHECK(start.stroke.id() == "s:1.a");
    CHECK(start.stroke.kind() == collab::element_kind::stroke);
    CHECK(start.stroke.creator() == "ann");
    CHECK(start.stroke.get(property::tool) == collab::property_value{collab::token::brush});
    CHECK(start.stroke.get(property::color) ==
          collab::property_value{collab::color{0xAABBCCFF, false}});
    CHECK(start.stroke.get(property::width) == collab::property_value{3.5});
    CHECK(start.stroke.get(property::opacity) == collab::property_value{0.5});
    CHECK(start.stroke.index() == "a5");
    CHECK(in.messages[0].points ==
          std::vector<point>{{1, 2, 0.5F, 0}, {3, 4, 0.25F, 0}, {5, -6, 1, 70}});

    const auto& extend = in.command<collab::extend_stroke>(
        R"({"type":"stroke:point","strokeId":"s","from":7,"points":[[1e2,-0.5,0,4294967295]]})");
    CHECK(extend.from == 7);
    CHECK(in.messages[0].points == std::vector<point>{{100, -0.5F, 0, 4294967295U}});
    CHECK(in.messages[0].id == "s");

    CHECK(
        in.command<collab::extend_stroke>(
              R"({"type":"stroke:point","strokeId":"s","point":{"x":1,"y":2,"pressure":1,"t":3}})")
            .from == std::nullopt);
    CHECK(in.messages[0].points == std::vector<point>{{1, 2, 1, 3}});
    in.command<collab::extend_stroke>(
        R"({"type":"stroke:point","strokeId":"s","point":{"x":1,"y":2}})");
    CHECK(in.messages[0].points == std::vector<point>{{1, 2, 0.5F, 0}});

    const auto& end = in.operation<collab::end_stroke>(
        R"({"type":"stroke:end","op":3,"strokeId":"s","count":9})", 3);
    CHECK(end.count == 9);
    const auto& told = in.command<collab::send_host_message>(
        R"({"type":"host:message","name":"\u00e9","data": [ 1 , "a b" ] })");
    CHECK(told.name == "\xc3\xa9");
    CHECK(told.data == R"([1,"a b"])");
    const auto data = [&in](std::size_t bytes) {
      return in
          .one(R"({"type":"host:message","name":"n","data":")" + std::string(bytes - 2, 'x') +
               "\"}")
          .status.ok();
    };
    CHECK(data(4096));
    CHECK_FALSE(data(4097));
    const auto& preview = in.command<collab::preview_element>(
        R"({"type":"element:preview","id":"a","props":{"locked":true,"x":1.03}})");
    CHECK(preview.id == "a");
    CHECK(preview.changes ==
          collab::property_changes{{property::x, 1.0}, {property::locked, true}});
    in.command<collab::cancel_stroke>(R"({"type":"stroke:cancel","strokeId":"s"})");
  }

  TEST_CASE("elements and operations are understood") {
    decoder_under_test in;
    const auto& rect = in.operation<collab::put_element>(
        R"({"type":"element:put","op":1,"element":{"id":"r","kind":"rect","x":10.3,"y":-2,"width":5.5,)"
        R"("height":6,"angle":0.1,"color":"#11223344","strokeWidth":3,"fill":"#FFF","dash":"dotted"}})",
        1);
    CHECK(rect.value.get(property::x) == collab::property_value{10.3125});
    CHECK(rect.value.get(property::width) == collab::property_value{5.5});
    CHECK(rect.value.get(property::angle) == collab::property_value{0.1});
    CHECK(rect.value.get(property::color) ==
          collab::property_value{collab::color{0x11223344, true}});
    CHECK(rect.value.get(property::dash) == collab::property_value{collab::token::dotted});

    const auto& line = in.operation<collab::put_element>(
        R"({"type":"element:put","op":2,"element":{"id":"l","kind":"arrow","points":[[0,0],[1.04,-5]],)"
        R"("endHead":"arrow","startHead":"none","userId":"ann"}})",
        2);
    const auto points =
        std::get<std::shared_ptr<const collab::offset_list>>(line.value.get(property::points));
    CHECK(*points == collab::offset_list{{0, 0}, {1.0625F, -5}});

    const auto& stroke = in.operation<collab::put_element>(
        R"({"type":"element:put","op":3,"element":{"id":"s","kind":"stroke","points":[[1,2,1,3]]}})",
        3);
    REQUIRE(stroke.value.points().size() == 1);
    CHECK(stroke.value.points()[0] == point{1, 2, 1, 3});

    const auto& set = in.operation<collab::set_element>(
        R"({"type":"element:set","op":4,"id":"r","props":{"fill":null,"x":1,"text":"a\u00e9"}})",
        4);
    REQUIRE(set.changes.size() == 3);
    CHECK(set.changes[0] == std::pair{property::x, collab::property_value{1.0}});
    CHECK(set.changes[1] == std::pair{property::fill, collab::property_value{}});
    CHECK(set.changes[2] ==
          std::pair{property::text, collab::property_value{std::string{"a\xc3\xa9"}}});

    CHECK_FALSE(set.if_seq.has_value());
    for (const std::uint64_t seq : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 53}) {
      CHECK(in.operation<collab::set_element>(
                  R"({"type":"element:set","op":4,"id":"r","props":{"x":1},"ifSeq":)" +
                      std::to_string(seq) + "}",
                  4)
                .if_seq == collab::seq_number{seq});
    }

    CHECK(in.operation<collab::remove_elements>(
                R"({"type":"element:remove","op":5,"ids":["a","b"]})", 5)
              .ids == std::vector<std::string>{"a", "b"});
    in.operation<collab::clear_canvas>(R"({"type":"canvas:clear","op":6})", 6);
    CHECK(in.operation<collab::undo>(R"({"type":"operation:undo","op":7})", 7).scope ==
          std::nullopt);
    CHECK(
        in.operation<collab::redo>(R"({"type":"operation:redo","op":8,"scope":"room"})", 8).scope ==
        collab::undo_scope::room);
    CHECK(
        in.operation<collab::redo>(R"({"type":"operation:redo","op":8,"scope":"mine"})", 8).scope ==
        collab::undo_scope::mine);
    const std::string longest(64, 'g');
    for (const std::string& group : {std::string{}, std::string{"a_-:.9Z"}, longest}) {
      const auto& command = in.command<collab::operation_command>(
          R"({"type":"canvas:clear","op":6)" +
          (group.empty() ? "}" : R"(,"group":")" + group + "\"}"));
      CHECK(command.group == group);
    }
    const auto& long_one = in.one(R"({"type":"canvas:clear","op":6,"group":"g)" + longest + "\"}");
    CHECK(absl::IsInvalidArgument(long_one.status));
    CHECK(in.operation<collab::send_chat>(R"({"type":"chat:send","op":9,"text":"hi"})", 9).text ==
          "hi");
  }

  TEST_CASE("the properties of all kinds, images and a host's own kinds are understood") {
    decoder_under_test in;
    const auto& image = in.operation<collab::put_element>(
        R"({"type":"element:put","op":1,"element":{"id":"i","kind":"image","width":3,"height":4.5,)"
        R"("source":"https://h/\u00e9.png","locked":true,"group":"g:1","custom":{ "b" : [1.0,"\u0000"],"a":{}}}})",
        1);
    CHECK(image.value.kind() == collab::element_kind::image);
    CHECK(image.value.get(property::source) ==
          collab::property_value{std::string{"https://h/\xc3\xa9.png"}});
    CHECK(image.value.get(property::locked) == collab::property_value{true});
    CHECK(image.value.get(property::group) == collab::property_value{std::string{"g:1"}});
    CHECK(image.value.get(property::custom) ==
          collab::property_value{std::string{R"({"b":[1.0,"\u0000"],"a":{}})"}});
    const auto& host = in.operation<collab::put_element>(
        R"({"type":"element:put","op":2,"element":{"id":"h","kind":"x-Gear_1-a","points":[[1,2]],)"
        R"("tool":"brush","text":"t","source":"s","startBinding":"i","width":-3,"custom":null}})",
        2);
    CHECK(host.value.kind() == collab::element_kind::host);
    CHECK(host.value.kind_name() == "x-Gear_1-a");
    CHECK(host.value.get(property::width) == collab::property_value{-3.0});
    CHECK(host.value.get(property::start_binding) == collab::property_value{std::string{"i"}});
    CHECK(host.value.get(property::custom) == collab::property_value{});
    const auto& set = in.operation<collab::set_element>(
        R"({"type":"element:set","op":3,"id":"a","props":{"custom":{},"endBinding":null,"locked":false,)"
        R"("group":"none"}})",
        3);
    CHECK(set.changes == collab::property_changes{{property::locked, false},
                                                  {property::group, std::string{"none"}},
                                                  {property::end_binding, collab::property_value{}},
                                                  {property::custom, std::string{"{}"}}});
  }

  TEST_CASE("what a host keeps with an element is bounded, both sides of each limit") {
    decoder_under_test in;
    const auto is_ok = [&in](const std::string& props) {
      return in.one(R"({"type":"element:set","op":1,"id":"a","props":{)" + props + "}}")
          .status.ok();
    };
    const auto custom = [](std::size_t bytes) {
      return R"("custom": { "k" : ")" + std::string(bytes - 8, 'x') + "\" }";
    };
    CHECK(is_ok(custom(4096)));
    CHECK_FALSE(is_ok(custom(4097)));
    const auto deep = [](std::size_t depth) {
      return R"("custom":{"k":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    CHECK(is_ok(deep(12)));
    CHECK_FALSE(is_ok(deep(13)));
    // Half a surrogate pair would be no UTF-8 when it is sent on.
    CHECK(absl::IsInvalidArgument(
        in.decode(R"({"type":"element:set","op":1,"id":"a","props":{"custom":{"k":"\udc00"}}})")));
    std::string accents;
    for (int i = 0; i < 2048; ++i) {
      accents += "\xc3\xa9";
    }
    CHECK(is_ok(R"("source":")" + accents + '"'));
    CHECK_FALSE(is_ok(R"("source":")" + accents + "e\""));
    const auto put = [&in](const std::string& kind) {
      return in.one(R"({"type":"element:put","op":1,"element":{"id":"a","kind":")" + kind + "\"}}")
          .status.ok();
    };
    CHECK(put("x-" + std::string(62, 'k')));
    CHECK_FALSE(put("x-" + std::string(63, 'k')));
  }

  TEST_CASE("people and presence are understood") {
    decoder_under_test in;
    const auto& join = in.one(R"({"type":"room:join","name":"Ann","color":"#f00","new":[1]})");
    CHECK(std::get<collab::join_message>(join.body).name == "Ann");
    CHECK(std::get<collab::join_message>(join.body).color == collab::color{0xFF0000FF, false});
    CHECK(in.command<collab::move_cursor>(R"({"type":"cursor:move","x":1.5,"y":2,"drawing":true})")
              .where == collab::cursor{1.5, 2, true});
    CHECK(in.command<collab::update_member>(R"({"type":"user:update","name":"B"})").name == "B");
    CHECK(std::get<collab::ping_message>(in.one(R"({"type":"ping","t":17.5})").body).t == 17.5);
  }

  TEST_CASE("an array is several messages, each with a fate of its own") {
    decoder_under_test in;
    REQUIRE(
        in.decode(R"([{"type":"ping","t":1},{"type":"bogus"},7,{"type":"canvas:clear","op":1}])")
            .ok());
    REQUIRE(in.messages.size() == 4);
    CHECK(in.messages[0].status.ok());
    CHECK_FALSE(in.messages[1].status.ok());
    CHECK(in.messages[1].type == "bogus");
    CHECK_FALSE(in.messages[2].status.ok());
    CHECK(in.messages[3].status.ok());
    CHECK(in.decode("[]").ok());
    CHECK(in.messages.empty());
  }

  TEST_CASE("what is not JSON is refused as a whole") {
    decoder_under_test in;
    for (const std::string& frame :
         {std::string{}, std::string{" "}, std::string{"{"}, std::string{"nope"},
          std::string{R"({"type":"ping","t":NaN})"}, std::string{R"({"type":"ping","t":1,})"},
          std::string{R"({"type":"ping","t":01})"}, std::string{R"([{"type":"ping","t":1}] 2)"},
          std::string{"{\"type\":\"ping\",\"t\":1e999}"}, std::string{"{\"type\":\"p\xff\"}"},
          std::string(100'000, '['), std::string(17, '[') + std::string(17, ']'),
          std::string{R"({"type":"ping","t":1)"}, std::string{R"({"type":"\ud800"})"}}) {
      CAPTURE(frame.substr(0, 60));
      CHECK(absl::IsInvalidArgument(in.decode(frame)));
      CHECK(in.messages.empty());
    }
    // And the next frame is understood.
    CHECK(in.decode(R"({"type":"ping","t":1})").ok());
  }

  TEST_CASE("a fault names the field, the value and the limit") {
    const std::pair<const char*, const char*> faults[] = {
        {R"(7)", "an object"},
        {R"({})", "type: missing"},
        {R"({"type":7})", "type: a string"},
        {R"({"type":"ping"})", "t: missing"},
        {R"({"type":"ping","t":"1"})", "t: a number"},
        {R"({"type":"stroke:point","strokeId":"a b","points":[[1,2]]})", "strokeId: 'a b'"},
        {R"({"type":"stroke:point","strokeId":"","points":[[1,2]]})", "strokeId: ''"},
        {R"({"type":"stroke:point","points":[[1,2]]})", "strokeId: missing"},
        {R"({"type":"stroke:point","strokeId":"s"})", "points: missing"},
        {R"({"type":"stroke:point","strokeId":"s","points":{}})", "points: an array"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1]]})", "points[0]: 1 numbers"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2,0,0,0]]})",
         "points[0]: 5 numbers"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2],["1",2]]})",
         "points[1][0]: a number"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1000001,2]]})",
         "points[0][0]: 1000001 is out of range"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,-1e300]]})",
         "points[0][1]: -1e+300"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2,1.01]]})", "points[0][2]: 1.01"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2,0,-1]]})", "points[0][3]: -1"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2,0,1.5]]})", "points[0][3]: 1.5"},
        {R"({"type":"stroke:point","strokeId":"s","points":[[1,2,0,4294967296]]})",
         "points[0][3]: 4294967296"},
        {R"({"type":"stroke:point","strokeId":"s","point":{"x":1}})", "point.y: missing"},
        {R"({"type":"stroke:point","strokeId":"s","from":-1,"points":[]})", "from: -1"},
        {R"({"type":"stroke:start"})", "stroke: missing"},
        {R"({"type":"stroke:start","stroke":[]})", "stroke: an object"},
        {R"({"type":"stroke:start","stroke":{"points":[]}})", "stroke.id: missing"},
        {R"({"type":"stroke:start","stroke":{"id":"s"}})", "stroke.points: missing"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"tool":"saw"}})",
         "stroke.tool: 'saw'"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"tool":"none"}})",
         "stroke.tool: 'none'"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"color":"red"}})",
         "stroke.color: 'red'"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"width":-1}})",
         "stroke.width: -1"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"height":1}})",
         "stroke.height: not a property"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"opacity":1.5}})",
         "stroke.opacity: 1.5"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"index":"a-"}})",
         "stroke.index: 'a-'"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"locked":1}})",
         "stroke.locked: true or false"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"startBinding":"a"}})",
         "stroke.startBinding: not a property of kind stroke"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"group":"a b"}})",
         "stroke.group: 'a b'"},
        {R"({"type":"stroke:start","stroke":{"id":"s","points":[],"colour":"#fff"}})",
         "stroke.colour: not a property"},
        {R"({"type":"cursor:move","x":1})", "y: missing"},
        {R"({"type":"cursor:move","x":1,"y":null})", "y: a number"},
        {R"({"type":"cursor:move","x":1,"y":2,"drawing":1})", "drawing: true or false"},
        {R"({"type":"room:join"})", "name: missing"},
        {R"({"type":"room:join","name":""})", "name: 0 characters"},
        {R"({"type":"room:join","name":"a","resume":{}})", "resume.session: missing"},
        {R"({"type":"room:join","name":"a","token":"t"})", "token: not available"},
        {R"({"type":"user:update","color":"#12345"})", "color: '#12345'"},
        {R"({"type":"view:set","x":1})", "view:set: not available"},
        {R"({"type":"host:message"})", "name: missing"},
        {R"({"type":"host:message","name":"","data":1})", "name: 0 characters"},
        {R"({"type":"host:message","name":"n"})", "data: missing"},
        {R"({"type":"element:preview"})", "id: missing"},
        {R"({"type":"element:preview","id":"a"})", "props: missing"},
        {R"({"type":"element:preview","id":"a","props":{}})", "props: 0 properties"},
        {R"({"type":"element:preview","id":"a","props":{"x":"1"}})", "props.x: a number"},
        {R"({"type":"nonsense"})", "type: 'nonsense'"},
    };
    decoder_under_test in;
    for (const auto& [frame, expected] : faults) {
      CAPTURE(frame);
      const std::string message = in.fault(frame);
      CAPTURE(message);
      CHECK(message.find(expected) != std::string::npos);
      CHECK(std::holds_alternative<std::monostate>(in.messages[0].body));
    }
  }

  TEST_CASE("an operation with a fault uses its counter; without one it is no operation") {
    const std::pair<const char*, const char*> faults[] = {
        {R"({"type":"element:put","op":4})", "element: missing"},
        {R"({"type":"element:put","op":4,"element":{"id":"a"}})", "element.kind: missing"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"blob"}})",
         "element.kind: 'blob'"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"x-"}})", "element.kind: 'x-'"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"x-a b"}})",
         "element.kind: 'x-a b' is not a kind of element: after x- come 1 to 62"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"X-y"}})",
         "element.kind: 'X-y'"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"image","fill":"#fff"}})",
         "element.fill: not a property of kind image"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"x-y","wings":2}})",
         "element.wings: not a property of kind x-y"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"image","source":null}})",
         "element.source: a string"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"arrow","endBinding":""}})",
         "element.endBinding: ''"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"stroke"}})",
         "element.points: missing"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"rect","points":[]}})",
         "element.points: not a property of kind rect"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"rect","custom":[]}})",
         "element.custom: an object"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"text","text":7}})",
         "element.text: a string"},
        {R"({"type":"element:put","op":4,"element":{"id":"a","kind":"line","points":[[1,"2"]]}})",
         "element.points[0][1]: a number"},
        {R"({"type":"element:set","op":4,"id":"a","props":{}})", "props: 0 properties"},
        {R"({"type":"element:set","op":4,"id":"a","props":{"id":"b"}})",
         "props.id: not a property"},
        {R"({"type":"element:set","op":4,"id":"a","props":{"x":1},"ifSeq":-1})", "ifSeq: -1"},
        {R"({"type":"element:set","op":4,"id":"a","props":{"x":1},"ifSeq":null})",
         "ifSeq: a whole number"},
        {R"({"type":"element:remove","op":4,"ids":"a"})", "ids: an array"},
        {R"({"type":"element:remove","op":4,"ids":["a",7]})", "ids: a string"},
        {R"({"type":"operation:undo","op":4,"scope":"all"})", "scope: 'all'"},
        {R"({"type":"operation:undo","op":4,"scope":1})", "scope: "},
        {R"({"type":"canvas:clear","op":4,"group":"g g"})", "group: 'g g'"},
        {R"({"type":"canvas:clear","op":4,"group":""})", "group: ''"},
        {R"({"type":"canvas:clear","op":4,"group":7})", "group: "},
        {R"({"type":"chat:send","op":4,"text":""})", "text: 0 characters"},
        {R"({"type":"version:save","op":4,"name":""})", "name: 0 characters"},
        {R"({"type":"version:save","op":4})", "name: missing"},
        {R"({"type":"version:restore","op":4})", "seq: missing"},
        {R"({"type":"version:restore","op":4,"seq":-1})", "seq: "},
        {R"({"type":"version:restore","op":4,"seq":1.5})", "seq: 1.5"},
    };
    decoder_under_test in;
    for (const auto& [frame, expected] : faults) {
      CAPTURE(frame);
      const std::string message = in.fault(frame);
      CAPTURE(message);
      CHECK(message.find(expected) != std::string::npos);
      const auto& command =
          std::get<collab::operation_command>(std::get<collab::room_command>(in.messages[0].body));
      CHECK(command.counter == 4);
      CHECK(std::get<collab::refused_operation>(command.body).reason == in.messages[0].status);
    }
    for (const char* counter : {"", R"("op":0,)", R"("op":-1,)", R"("op":1.5,)", R"("op":"1",)",
                                R"("op":null,)", R"("op":9007199254740993,)"}) {
      CAPTURE(counter);
      const std::string message =
          in.fault(std::string{"{"} + counter + R"("type":"canvas:clear"})");
      CHECK(message.starts_with("op: "));
      CHECK(std::holds_alternative<std::monostate>(in.messages[0].body));
    }
  }

  TEST_CASE("another's name as the creator is refused") {
    decoder_under_test in;
    const auto& message = in.one(
        R"({"type":"element:put","op":1,"element":{"id":"a","kind":"rect","userId":"bob"}})");
    CHECK(absl::IsPermissionDenied(message.status));
  }

  TEST_CASE("both sides of each limit") {
    const collab::limits bounds;
    decoder_under_test in{bounds};
    const auto points = [](std::size_t count) {
      std::string text = "[";
      for (std::size_t i = 0; i < count; ++i) {
        text += i > 0 ? ",[1,2]" : "[1,2]";
      }
      return text + "]";
    };
    const auto is_ok = [&in](const std::string& frame) { return in.one(frame).status.ok(); };
    const auto extend = [&](std::size_t count) {
      return R"({"type":"stroke:point","strokeId":"s","points":)" + points(count) + "}";
    };
    CHECK(is_ok(extend(512)));
    CHECK_FALSE(is_ok(extend(513)));
    const auto put = [&](std::size_t count) {
      return R"({"type":"element:put","op":1,"element":{"id":"s","kind":"stroke","points":)" +
             points(count) + "}}";
    };
    CHECK(is_ok(put(10'000)));
    CHECK_FALSE(is_ok(put(10'001)));
    const auto text = [](std::size_t bytes) {
      return R"({"type":"element:set","op":1,"id":"t","props":{"text":")" +
             std::string(bytes, 'x') + "\"}}";
    };
    CHECK(is_ok(text(16 * 1024)));
    CHECK_FALSE(is_ok(text(16 * 1024 + 1)));
    const auto join = [](const std::string& name) {
      return R"({"type":"room:join","name":")" + name + "\"}";
    };
    std::string accents;
    for (int i = 0; i < 64; ++i) {
      accents += "\xc3\xa9";
    }
    CHECK(is_ok(join(accents)));
    CHECK_FALSE(is_ok(join(accents + "e")));
    const auto chat = [](std::size_t characters) {
      return R"({"type":"chat:send","op":1,"text":")" + std::string(characters, 'x') + "\"}";
    };
    CHECK(is_ok(chat(2'000)));
    CHECK_FALSE(is_ok(chat(2'001)));
    const auto id = [](std::size_t length) {
      return R"({"type":"stroke:cancel","strokeId":")" + std::string(length, 'x') + "\"}";
    };
    CHECK(is_ok(id(64)));
    CHECK_FALSE(is_ok(id(65)));
    CHECK(is_ok(R"({"type":"cursor:move","x":1000000,"y":-1000000})"));
    CHECK_FALSE(is_ok(R"({"type":"cursor:move","x":1000000.1,"y":0})"));
  }
}
