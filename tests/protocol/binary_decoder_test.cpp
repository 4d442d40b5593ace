#include "collab/protocol/binary_decoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/client_frames.hpp"

using namespace collab_test;
using collab::point;
using collab::property;
using collab::property_value;

namespace {

// What a decoder has yielded, with everything it refers to copied.
struct taken {
  std::string type;
  absl::Status status;
  collab::client_message body;
  std::string id;
  std::vector<point> points;
};

class reader {
 public:
  explicit reader(collab::limits bounds = {}) : bounds_{bounds} {}

  std::vector<taken> all(const std::string& bytes) {
    std::vector<taken> messages;
    // In memory of its own size, so that a sanitizer sees whatever reads beyond it.
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    std::string_view frame{exact.data(), exact.size()};
    status = decoder_.decode(frame, "ann", [&](const collab::client_message& message) {
      messages.push_back({std::string{message.type}, message.status, {}, {}, {}});
      keep(message, messages.back());
      return true;
    });
    left = frame.size();
    return messages;
  }
  // For a frame of one message.
  taken one(const std::string& bytes) {
    std::vector<taken> messages = all(bytes);
    REQUIRE(status.ok());
    REQUIRE(messages.size() == 1);
    return std::move(messages[0]);
  }
  // What is wrong with a frame of one message that is no operation.
  std::string fault(const std::string& bytes) {
    const taken message = one(bytes);
    CHECK(std::holds_alternative<std::monostate>(message.body.body));
    return std::string{message.status.message().data(), message.status.message().size()};
  }
  // What is wrong with a frame of one operation, which can be refused by its counter.
  std::string op_fault(const std::string& bytes) {
    const taken message = one(bytes);
    CHECK(absl::IsInvalidArgument(message.status));
    const auto* command = std::get_if<collab::room_command>(&message.body.body);
    REQUIRE(command != nullptr);
    const auto& op = std::get<collab::operation_command>(*command);
    CHECK(op.counter == 1);
    CHECK(std::holds_alternative<collab::refused_operation>(op.body));
    return std::string{message.status.message().data(), message.status.message().size()};
  }

  absl::Status status;
  std::size_t left = 0;

 private:
  static void keep(const collab::client_message& message, taken& out) {
    out.body = message;
    const auto* command = std::get_if<collab::room_command>(&message.body);
    if (command == nullptr) {
      return;
    }
    if (const auto* start = std::get_if<collab::start_stroke>(command)) {
      out.points = {start->points.begin(), start->points.end()};
    } else if (const auto* more = std::get_if<collab::extend_stroke>(command)) {
      out.points = {more->points.begin(), more->points.end()};
      out.id = more->id;
    } else if (const auto* cancel = std::get_if<collab::cancel_stroke>(command)) {
      out.id = cancel->id;
    } else if (const auto* op = std::get_if<collab::operation_command>(command)) {
      if (const auto* end = std::get_if<collab::end_stroke>(&op->body)) {
        out.id = end->id;
      }
    }
  }

  collab::limits bounds_;
  std::vector<point> buffer_;
  collab::binary_decoder decoder_{bounds_, buffer_};
};

template <typename Command>
const Command& command_in(const taken& message) {
  REQUIRE(message.status.ok());
  return std::get<Command>(std::get<collab::room_command>(message.body.body));
}
template <typename Operation>
const Operation& operation_in(const taken& message, std::uint64_t counter = 1) {
  const auto& op = command_in<collab::operation_command>(message);
  CHECK(op.counter == counter);
  return std::get<Operation>(op.body);
}

const std::vector<point> drawn = {{1, 2, 0.5F, 0},       {3.5F, 2.25F, 0.5F, 8},
                                  {7, 3, 0.25F, 16},     {8, -3, 0.75F, 24},
                                  {100, -50, 1, 70'000}, {101, -51, 0, 70'008}};

// Text of so many characters of two bytes each.
std::string wide(std::size_t characters) {
  std::string all;
  for (std::size_t i = 0; i < characters; ++i) {
    all += "\xc3\xa9";
  }
  return all;
}

}  // namespace

TEST_SUITE("protocol/binary_decoder") {
  TEST_CASE("every message is understood") {
    reader in;
    const taken join = in.one(message(1, text("Ann") + color("\x01\x02\x03")));
    CHECK(join.type == "room:join");
    CHECK(std::get<collab::join_message>(join.body.body).name == "Ann");
    CHECK(std::get<collab::join_message>(join.body.body).color == collab::color{0x010203FF, false});
    const taken plain = in.one(message(1, text("Ann") + color("")));
    CHECK_FALSE(std::get<collab::join_message>(plain.body.body).color.has_value());

    const taken start = in.one(message(
        2,
        numbered(7, "s") + list({tagged(11, 3, "\x07"), tagged(5, 1, number(4.5))}) + live(drawn)));
    const auto& stroke = command_in<collab::start_stroke>(start).stroke;
    CHECK(start.type == "stroke:start");
    CHECK(stroke.id() == "s");
    CHECK(stroke.creator() == "ann");
    CHECK(stroke.get(property::tool) == property_value{collab::token::brush});
    CHECK(stroke.get(property::width) == property_value{4.5});
    CHECK(start.points == drawn);

    const taken end = in.one(message(5, varint(300) + known(7) + varint(6)));
    CHECK(operation_in<collab::end_stroke>(end, 300).count == 6);
    CHECK(end.id == "s");
    const taken uncounted = in.one(message(5, varint(1) + known(7) + varint(0)));
    CHECK_FALSE(operation_in<collab::end_stroke>(uncounted).count.has_value());
    CHECK(in.one(message(6, literal("other"))).id == "other");

    const taken put =
        in.one(message(7, varint(1) + literal("p") + '\0' + list({}) + packed(drawn)));
    CHECK(operation_in<collab::put_element>(put).value.points() == drawn);
    const taken box = in.one(
        message(7, varint(1) + literal("b") + '\x01' +
                       list({tagged(5, 1, number(0.1)), tagged(9, 2, color("\x0a\x0b\x0c\x0d")),
                             tagged(0, 4, text("a5"))})));
    const collab::element& rect = operation_in<collab::put_element>(box).value;
    CHECK(rect.kind() == collab::element_kind::rect);
    CHECK(rect.get(property::width) == property_value{0.1});
    CHECK(rect.get(property::fill) == property_value{collab::color{0x0A0B0C0D, true}});
    CHECK(rect.index() == "a5");
    const taken arrow =
        in.one(message(7, varint(1) + literal("l") + '\x05' +
                              list({tagged(14, 5,
                                           varint(2) + varint(fold(16)) + varint(fold(-8)) +
                                               varint(fold(-32)) + varint(fold(0)))})));
    const auto places = std::get<std::shared_ptr<const collab::offset_list>>(
        operation_in<collab::put_element>(arrow).value.get(property::points));
    CHECK(*places == collab::offset_list{{1, -0.5F}, {-1, -0.5F}});

    const taken set = in.one(message(8, varint(1) + literal("b") +
                                            list({tagged(9, 0, ""), tagged(1, 1, number(1.03)),
                                                  tagged(12, 4, text("h\xc3\xa9"))})));
    CHECK(operation_in<collab::set_element>(set).changes ==
          collab::property_changes{{property::x, 1.0},
                                   {property::fill, property_value{}},
                                   {property::text, std::string{"h\xc3\xa9"}}});
    CHECK_FALSE(operation_in<collab::set_element>(set).if_seq.has_value());
    const auto set_if = [&in](const std::string& tail) {
      return in.one(message(8, varint(1) + literal("b") + list({tagged(1, 1, number(1))}) + tail));
    };
    CHECK_FALSE(operation_in<collab::set_element>(set_if(varint(0))).if_seq.has_value());
    CHECK(operation_in<collab::set_element>(set_if(varint(1))).if_seq == collab::seq_number{0});
    CHECK(operation_in<collab::set_element>(set_if(varint((std::uint64_t{1} << 53) + 1) + "later"))
              .if_seq == collab::seq_number{std::uint64_t{1} << 53});
    CHECK_FALSE(set_if(varint((std::uint64_t{1} << 53) + 2)).status.ok());
    CHECK_FALSE(set_if("\xff").status.ok());
    const taken remove = in.one(message(9, varint(1) + list({literal("a"), known(7)})));
    CHECK(operation_in<collab::remove_elements>(remove).ids == std::vector<std::string>{"a", "s"});
    (void)operation_in<collab::clear_canvas>(in.one(message(10, varint(1))));
    CHECK(operation_in<collab::undo>(in.one(message(11, varint(1) + varint(0)))).scope ==
          std::nullopt);
    CHECK(operation_in<collab::redo>(in.one(message(12, varint(1) + varint(1)))).scope ==
          collab::undo_scope::room);
    CHECK(operation_in<collab::undo>(in.one(message(11, varint(1) + varint(2)))).scope ==
          collab::undo_scope::mine);
    CHECK(operation_in<collab::send_chat>(in.one(message(13, varint(1) + text("hi")))).text ==
          "hi");
    CHECK(command_in<collab::move_cursor>(in.one(message(14, number(1.5) + number(-0.1) + '\1')))
              .where == collab::cursor{1.5, -0.1, true});
    const taken update = in.one(message(15, "\x03" + text("Bob") + color("\x01\x02\x03\x04")));
    CHECK(command_in<collab::update_member>(update).name == "Bob");
    CHECK(command_in<collab::update_member>(update).color == collab::color{0x01020304, true});
    const taken told = in.one(message(18, text("n") + text(" [ 1 ] ")));
    CHECK(command_in<collab::send_host_message>(told).name == "n");
    CHECK(command_in<collab::send_host_message>(told).data == "[1]");
    CHECK(in.one(message(18, text(wide(64)) + text(std::string(4096, ' ') + "7"))).status.ok());
    CHECK(in.fault(message(18, text(wide(65)) + text("7"))).find("name: 65") == 0);
    CHECK(in.fault(message(18, text("n") + text('"' + std::string(4095, 'x') + '"')))
              .find("data: 4097 bytes") == 0);
    CHECK(in.fault(message(18, text("n") + text("[1"))).find("data: not JSON") == 0);
    const taken preview =
        in.one(message(17, known(7) + list({tagged(17, 6, "\1"), tagged(1, 1, number(1.03))})));
    CHECK(command_in<collab::preview_element>(preview).id == "s");
    CHECK(command_in<collab::preview_element>(preview).changes ==
          collab::property_changes{{property::x, 1.0}, {property::locked, true}});
    CHECK(in.fault(message(17, known(7) + list({}))).find("props: 0") == 0);
    CHECK(std::get<collab::ping_message>(in.one(message(16, number(12.5))).body.body).t == 12.5);
  }

  TEST_CASE("the properties of all kinds, images and a host's own kinds are understood") {
    reader in;
    const taken image = in.one(message(7, varint(1) + literal("i") + '\x08' +
                                              list({tagged(17, 6, "\x01"), tagged(18, 4, text("g")),
                                                    tagged(21, 4, text("h\xc3\xa9")),
                                                    tagged(22, 4, text(R"( { "a" : 1.0 } )"))})));
    const collab::element& picture = operation_in<collab::put_element>(image).value;
    CHECK(picture.kind() == collab::element_kind::image);
    CHECK(picture.get(property::locked) == property_value{true});
    CHECK(picture.get(property::group) == property_value{std::string{"g"}});
    CHECK(picture.get(property::source) == property_value{std::string{"h\xc3\xa9"}});
    CHECK(picture.get(property::custom) == property_value{std::string{R"({"a":1.0})"}});
    const taken host = in.one(
        message(7, varint(1) + literal("h") + '\x09' + text("Gear") +
                       list({tagged(19, 4, text("i")), tagged(20, 0, ""), tagged(22, 0, "")})));
    const collab::element& gear = operation_in<collab::put_element>(host).value;
    CHECK(gear.kind_name() == "x-Gear");
    CHECK(gear.get(property::start_binding) == property_value{std::string{"i"}});
    CHECK(gear.get(property::end_binding) == property_value{});
  }

  TEST_CASE("what a host keeps with an element is checked and bounded") {
    reader in;
    const auto set = [](int key, int type, const std::string& value) {
      return message(8, varint(1) + literal("e") + list({tagged(key, type, value)}));
    };
    const auto custom = [&](std::string_view json) { return set(22, 4, text(json)); };
    CHECK(in.one(custom("{\"k\":\"" + std::string(4088, 'x') + "\" }")).status.ok());
    CHECK(in.op_fault(custom("{\"k\":\"" + std::string(4089, 'x') + "\"}"))
              .find("custom: 4097 bytes") == 0);
    CHECK(in.op_fault(custom("[]")).find("custom: an object") == 0);
    for (const std::string_view json : {"", "{", "{}x", "{\"a\":\"\xff\"}", "{\"a\":1e999}"}) {
      CHECK(in.op_fault(custom(json)).find("custom: not JSON") == 0);
    }
    CHECK(in.op_fault(set(17, 6, "\x02")).find("locked: 2") == 0);
    CHECK(in.op_fault(set(17, 0, "")).find("locked: a value of type 6") == 0);
    CHECK(in.op_fault(set(18, 4, text(""))).find("group: not 1 to 64") == 0);
    CHECK(in.op_fault(set(20, 4, text("a b"))).find("endBinding: not 1 to 64") == 0);
    CHECK(in.one(set(21, 4, text(wide(2048)))).status.ok());
    CHECK(in.op_fault(set(21, 4, text(wide(2049)))).find("source: 2049 characters") == 0);
    const auto put = [](std::string_view name) {
      return message(7, varint(1) + literal("e") + '\x09' + text(name) + list({}));
    };
    CHECK(in.one(put(std::string(62, 'k'))).status.ok());
    for (const std::string& name :
         {std::string(63, 'k'), std::string{}, std::string{"a b"}, std::string{"\xff"}}) {
      CHECK(in.op_fault(put(name)).find("element.kind: ") == 0);
    }
    CHECK(in.op_fault(
                message(7, varint(1) + literal("e") + '\x08' + list({tagged(19, 4, text("i"))})))
              .find("element.startBinding: not a property of kind image") == 0);
  }

  TEST_CASE("the messages of a frame are taken in order, until somebody stops") {
    const std::string frame =
        message(16, number(1)) + message(16, number(2)) + message(16, number(3));
    const collab::limits bounds;
    std::vector<point> buffer;
    collab::binary_decoder decoder{bounds, buffer};
    std::string_view rest = frame;
    std::vector<double> seen;
    const auto take = [&seen](const collab::client_message& message) {
      seen.push_back(std::get<collab::ping_message>(message.body).t);
      return seen.size() != 2;
    };
    REQUIRE(decoder.decode(rest, "ann", take).ok());
    CHECK(seen == std::vector<double>{1, 2});
    CHECK(rest == message(16, number(3)));
    REQUIRE(decoder.decode(rest, "ann", take).ok());
    CHECK(seen == std::vector<double>{1, 2, 3});
    CHECK(rest.empty());
  }

  TEST_CASE("what follows the known fields of a body is left alone, and so is an empty frame") {
    reader in;
    CHECK(in.one(message(16, number(1) + "later")).status.ok());
    CHECK(in.one(message(13, varint(1) + text("hi") + "later")).status.ok());
    CHECK(in.all("").empty());
    CHECK(in.status.ok());
  }

  TEST_CASE("a type that is not known is named, and the next message taken") {
    reader in;
    const auto messages = in.all(message(126, "what") + message(16, number(1)) + message(0, ""));
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].type.empty());
    CHECK(messages[0].status.message().find("126") != absl::string_view::npos);
    CHECK(messages[1].status.ok());
    CHECK(absl::IsInvalidArgument(messages[2].status));
  }

  TEST_CASE("a frame cut anywhere yields whole messages and an error that names the byte") {
    const std::string first = message(16, number(1));
    const std::string second = message(1, text("Ann") + color("\x01\x02\x03"));
    for (std::size_t cut = 1; cut < second.size(); ++cut) {
      reader in;
      CHECK(in.all(first + second.substr(0, cut)).size() == 1);
      CHECK(absl::IsInvalidArgument(in.status));
      CHECK(in.status.message().find("byte " + std::to_string(first.size())) !=
            absl::string_view::npos);
    }
  }

  TEST_CASE("a body cut anywhere is refused, an operation by its counter") {
    const std::pair<int, std::string> bodies[] = {
        {1, text("Ann") + color("\x01\x02\x03")},
        {2, numbered(1, "s") + list({tagged(5, 1, number(0.1))}) + live(drawn)},
        {4, literal("s") + varint(200) + live(drawn)},
        {6, literal("s")},
        {14, number(0.1) + number(0.1) + '\1'},
        {15, "\x03" + text("Bob") + color("\x01\x02\x03\x04")},
        {16, number(0.1)},
        {5, varint(1) + literal("s") + varint(200)},
        {7, varint(1) + literal("s") + '\0' + list({tagged(11, 3, "\x05")}) + packed(drawn)},
        {8, varint(1) + literal("s") + list({tagged(1, 1, number(0.1)), tagged(12, 4, text("x"))})},
        {9, varint(1) + list({literal("a"), literal("b")})},
        {11, varint(1) + varint(0)},
        {13, varint(1) + text("hello")},
    };
    // Where a live run may end: before it, behind its first byte, and where a group ends.
    const std::size_t run = live(drawn).size();
    const std::array<std::size_t, 3> run_ends = {run, run - 1, live(drawn, 1).size()};
    for (const auto& [type, body] : bodies) {
      for (std::size_t cut = 0; cut < body.size(); ++cut) {
        INFO(type << " cut at " << cut);
        reader in;
        const taken message = in.one(collab_test::message(type, body.substr(0, cut)));
        const bool has_run = type == 2 || type == 4;
        if (has_run && std::ranges::count(run_ends, body.size() - cut) > 0) {
          CHECK(message.status.ok());
          continue;
        }
        CHECK(absl::IsInvalidArgument(message.status));
        const bool has_counter = type >= 5 && type <= 13 && type != 6 && cut > 0;
        CHECK(std::holds_alternative<collab::room_command>(message.body.body) == has_counter);
      }
    }
  }

  TEST_CASE("an id has its number until another one gets it") {
    reader in;
    CHECK(in.one(message(6, numbered(1, "a"))).id == "a");
    CHECK(in.one(message(6, numbered(256, "z"))).id == "z");
    CHECK(in.one(message(6, known(1))).id == "a");
    CHECK(in.one(message(6, numbered(1, "b"))).id == "b");
    CHECK(in.one(message(6, known(1))).id == "b");
    CHECK(in.one(message(6, known(256))).id == "z");
    CHECK(in.one(message(6, literal("free"))).id == "free");
    CHECK(in.fault(message(6, known(2))).find("number 2 stands for no id") != std::string::npos);
    CHECK(in.fault(message(6, known(257))).find("1 to 256") != std::string::npos);
    CHECK(in.fault(message(6, numbered(257, "x"))).find("1 to 256") != std::string::npos);
    CHECK(in.fault(message(6, varint(1) + text("x"))).find("number 0") != std::string::npos);
    CHECK(in.fault(message(6, literal(""))).find("1 to 64") != std::string::npos);
    CHECK(in.one(message(6, literal(std::string(64, 'a')))).id == std::string(64, 'a'));
    CHECK(in.fault(message(6, literal(std::string(65, 'a')))).find("1 to 64") != std::string::npos);
    CHECK(in.fault(message(6, literal("a b"))).find("1 to 64") != std::string::npos);
    // It counts although the message is refused.
    CHECK_FALSE(in.fault(message(2, numbered(3, "c") + "\xff")).empty());
    CHECK(in.one(message(6, known(3))).id == "c");
  }

  TEST_CASE("the numbers are bounded by a limit") {
    collab::limits bounds;
    bounds.ids_per_connection = 2;
    reader in{bounds};
    CHECK(in.one(message(6, numbered(2, "a"))).status.ok());
    CHECK(in.fault(message(6, numbered(3, "a"))).find("1 to 2") != std::string::npos);
  }

  TEST_CASE("the points of a stroke go on where they stopped, or begin anew") {
    reader in;
    const std::span<const point> all = drawn;
    CHECK(in.one(message(2, numbered(1, "s") + list({}) + live(all.first(2)))).points ==
          std::vector<point>(drawn.begin(), drawn.begin() + 2));
    const taken next = in.one(message(3, known(1) + varint(2) + live(all.first(4), 2)));
    CHECK(command_in<collab::extend_stroke>(next).from == 2);
    CHECK(next.points == std::vector<point>(drawn.begin() + 2, drawn.begin() + 4));
    // Not from where the run is; the run stays where it is.
    CHECK(in.fault(message(3, known(1) + varint(3) + live(all, 4))).find("from: 3") !=
          std::string::npos);
    CHECK(in.fault(message(3, known(1) + varint(5) + live(all, 4))).find("from: 5") !=
          std::string::npos);
    CHECK(in.one(message(3, known(1) + varint(4) + live(all, 4))).points ==
          std::vector<point>(drawn.begin() + 4, drawn.end()));
    // Anew, from anywhere, and on from there.
    CHECK(in.one(message(4, known(1) + varint(3) + live(all.subspan(3, 1)))).points ==
          std::vector<point>{drawn[3]});
    CHECK(in.one(message(3, known(1) + varint(4) + live(all.subspan(3), 1))).points ==
          std::vector<point>(drawn.begin() + 4, drawn.end()));
    // A run that has not begun, or of an id without a number, can't go on.
    CHECK_FALSE(in.fault(message(3, literal("s") + varint(6) + live(all, 1))).empty());
    CHECK(in.one(message(2, numbered(2, "t") + list({}))).points.empty());
    CHECK_FALSE(in.fault(message(3, known(2) + varint(0) + live(all, 1))).empty());
    CHECK(in.one(message(4, known(2) + varint(0) + live(all))).points == drawn);
    CHECK(in.one(message(4, literal("u") + varint(9) + live(all))).points == drawn);
    // A number that is given again has no run.
    CHECK(in.one(message(6, numbered(2, "v"))).id == "v");
    CHECK_FALSE(in.fault(message(3, known(2) + varint(6) + live(all, 1))).empty());
  }

  TEST_CASE("damaged points are refused, and the run stays as it was") {
    reader in;
    const std::span<const point> all = drawn;
    REQUIRE(in.one(message(2, numbered(1, "s") + list({}) + live(all.first(2)))).status.ok());
    CHECK_FALSE(in.fault(message(3, known(1) + varint(2) + live(all, 2) + '\0')).empty());
    CHECK(in.one(message(3, known(1) + varint(2) + live(all, 2))).points ==
          std::vector<point>(drawn.begin() + 2, drawn.end()));
  }

  TEST_CASE("points in a message and in a stroke are bounded before they are decoded") {
    collab::limits bounds;
    bounds.points_per_message = 6;
    bounds.points_per_stroke = 7;
    reader in{bounds};
    std::vector<point> seven = drawn;
    seven.push_back({0, 0, 0.5F, 80'000});
    std::vector<point> eight = seven;
    eight.push_back({0, 0, 0.5F, 80'000});
    CHECK(in.one(message(2, literal("s") + list({}) + live(drawn))).status.ok());
    CHECK(in.fault(message(2, literal("s") + list({}) + live(seven))).find("at most 6") !=
          std::string::npos);
    const std::string head = varint(1) + literal("p") + '\0' + list({});
    CHECK(in.one(message(7, head + packed(seven))).status.ok());
    CHECK(in.op_fault(message(7, head + packed(eight))).find("at most 7") != std::string::npos);
    // A count that the bytes can't hold.
    CHECK_FALSE(in.op_fault(message(7, head + text("\x14\xff\xff\xff\xff\x0f"
                                                   "aa")))
                    .empty());
  }

  TEST_CASE("a counter is 1 to 2^53; without one there is no operation to refuse") {
    reader in;
    CHECK(in.one(message(10, varint(std::uint64_t{1} << 53))).status.ok());
    CHECK(in.fault(message(10, varint((std::uint64_t{1} << 53) + 1))).find("op: ") == 0);
    CHECK(in.fault(message(10, varint(0))).find("op: ") == 0);
  }

  TEST_CASE("a whole number in more bytes than it needs, or of 2^64 or more, is refused") {
    const std::string clear{"\x01", 1};
    reader in;
    (void)operation_in<collab::clear_canvas>(in.one(message(10, clear)));
    // Each is a number that begins a body; the length before it tells where the message ends.
    const std::string refused[] = {
        {"\x81\x00", 2},
        {"\x81\x80\x00", 3},
        std::string(9, '\xFF') + '\x02',
        std::string(10, '\xFF') + '\x01',
    };
    for (const std::string& each : refused) {
      CAPTURE(each.size());
      CHECK_FALSE(in.one(message(10, each)).status.ok());
      CHECK_FALSE(in.one(message(10, each + clear)).status.ok());
    }
    // The length of a message itself, too: where it ends can't be told.
    (void)in.all(std::string{"\x0a\x81\x00\x01", 4});
    CHECK_FALSE(in.status.ok());
  }

  TEST_CASE("numbers are checked against the range of the property") {
    const auto set = [](int key, const std::string& value) {
      return message(8, varint(1) + literal("e") + list({tagged(key, 1, value)}));
    };
    reader in;
    CHECK(in.one(set(1, number(1'000'000))).status.ok());
    CHECK(in.op_fault(set(1, number(1'000'000.0625))).find("x: ") == 0);
    CHECK(in.one(set(4, number(1))).status.ok());
    CHECK(in.op_fault(set(4, number(1.001))).find("opacity: ") == 0);
    CHECK(in.one(set(8, number(0))).status.ok());
    CHECK(in.op_fault(set(8, number(-0.0625))).find("strokeWidth: ") == 0);
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      CHECK(in.op_fault(set(3, number(bad))).find("angle: ") == 0);
    }
    // Odd ones but 1 are no numbers; a fold of 2^62 sixteenths is far out of range.
    CHECK_FALSE(in.op_fault(set(1, varint(3))).empty());
    CHECK(in.op_fault(set(1, varint(std::uint64_t{1} << 63))).find("x: ") == 0);
    CHECK(in.fault(message(14, number(1e7) + number(0) + '\0')).find("x: ") == 0);
    CHECK(in.fault(message(14, number(0) + number(0) + '\2')).find("drawing: ") == 0);
  }

  TEST_CASE("values are of the type and among the words of the property") {
    const auto put = [](int kind, const std::string& property) {
      return message(7, varint(1) + literal("e") + static_cast<char>(kind) + list({property}));
    };
    reader in;
    CHECK(in.one(put(1, tagged(10, 3, "\x03"))).status.ok());
    CHECK(in.op_fault(put(1, tagged(10, 3, "\x05"))).find("dash: ") == 0);
    CHECK(in.op_fault(put(1, tagged(10, 3, "\xff"))).find("dash: ") == 0);
    CHECK(in.op_fault(put(1, tagged(10, 4, text("solid")))).find("dash: ") == 0);
    CHECK(in.one(put(1, tagged(9, 0, ""))).status.ok());
    CHECK(in.one(put(1, tagged(9, 2, color("")))).status.ok());
    CHECK(in.op_fault(put(1, tagged(7, 0, ""))).find("color: ") == 0);
    CHECK(in.op_fault(put(1, tagged(7, 2, color("")))).find("color: ") == 0);
    CHECK_FALSE(in.op_fault(put(1, tagged(7, 2, color("\x01\x02")))).empty());
    CHECK(in.op_fault(put(1, tagged(12, 4, text("t")))).find("element.text: ") == 0);
    CHECK(in.op_fault(put(1, tagged(23, 1, number(1)))).find("23") != std::string::npos);
    CHECK(in.op_fault(put(10, "")).find("element.kind: 10") == 0);
    CHECK(in.op_fault(put(6, tagged(0, 4, text("a-")))).find("index: ") == 0);
    CHECK(in.op_fault(put(6, tagged(12, 4, text("\xff")))).find("text: not UTF-8") == 0);
    CHECK_FALSE(in.op_fault(put(5, tagged(14, 5, varint(1) + varint(fold(16'000'001)) + varint(0))))
                    .empty());
    CHECK(in.op_fault(message(8, varint(1) + literal("e") + list({}))).find("props: 0") == 0);
    CHECK(in.op_fault(message(11, varint(1) + varint(3))).find("scope: 3") == 0);
  }

  TEST_CASE("a durable operation in a group is the operation with its group") {
    reader in;
    const std::string set = varint(1) + literal("e") + list({tagged(1, 1, number(2))});
    const taken moved = in.one(message(19, text("g.1") + '\x08' + set));
    CHECK(moved.type == "element:set");
    CHECK(operation_in<collab::set_element>(moved).id == "e");
    CHECK(command_in<collab::operation_command>(moved).group == "g.1");
    CHECK(command_in<collab::operation_command>(in.one(message(8, set))).group.empty());
    const std::string longest(64, 'g');
    const taken most = in.one(message(19, text(longest) + '\x0a' + varint(1)));
    CHECK(command_in<collab::operation_command>(most).group == longest);
    for (const std::string& group : {std::string{}, std::string(65, 'g'), std::string{"g g"}}) {
      CHECK(in.op_fault(message(19, text(group) + '\x0a' + varint(1))).find("group: ") == 0);
    }
    for (const int type : {0, 1, 4, 6, 14, 16, 17, 18, 19, 22, 255}) {
      CHECK(in.fault(message(19, text("g") + static_cast<char>(type) + varint(1)))
                .find("group: type " + std::to_string(type)) == 0);
    }
    CHECK_FALSE(in.fault(message(19, text("g"))).empty());
    CHECK_FALSE(in.fault(message(17, "")).empty());
  }

  TEST_CASE("texts are bounded in characters or bytes") {
    collab::limits bounds;
    bounds.text_bytes = 10;
    bounds.name_characters = 4;
    bounds.chat_characters = 5;
    reader in{bounds};
    CHECK(in.one(message(1, text(wide(4)) + color(""))).status.ok());
    CHECK(in.fault(message(1, text(wide(5)) + color(""))).find("name: 5 characters") == 0);
    CHECK(in.fault(message(1, text("") + color(""))).find("name: 0 characters") == 0);
    CHECK(in.one(message(13, varint(1) + text(wide(5)))).status.ok());
    CHECK(in.op_fault(message(13, varint(1) + text(wide(6)))).find("text: 6 characters") == 0);
    const auto say = [](const std::string& words) {
      return message(8, varint(1) + literal("e") + list({tagged(12, 4, text(words))}));
    };
    CHECK(in.one(say(wide(5))).status.ok());
    CHECK(in.op_fault(say(wide(5) + "!")).find("text: 11 bytes") == 0);
  }

  TEST_CASE("lists are bounded") {
    collab::limits bounds;
    bounds.elements_per_room = 2;
    bounds.points_per_stroke = 2;
    reader in{bounds};
    CHECK(in.one(message(9, varint(1) + list({literal("a"), literal("b")}))).status.ok());
    CHECK(in.op_fault(message(9, varint(1) + list({literal("a"), literal("b"), literal("c")})))
              .find("ids: 3") == 0);
    const auto places = [](std::uint64_t count) {
      return message(7, varint(1) + literal("l") + '\x04' +
                            list({tagged(14, 5, varint(count) + std::string(2 * count, '\2'))}));
    };
    CHECK(in.one(places(2)).status.ok());
    CHECK(in.op_fault(places(3)).find("points: 3") == 0);
    // More than there are bytes for.
    CHECK_FALSE(in.op_fault(message(9, varint(1) + varint(std::uint64_t{1} << 60))).empty());
  }

  TEST_CASE("random bytes never do harm") {
    std::mt19937 random{20'261'124};
    reader in;
    for (int i = 0; i < 200'000; ++i) {
      std::string bytes;
      const std::size_t length = random() % 40;
      for (std::size_t at = 0; at < length; ++at) {
        bytes += static_cast<char>(random());
      }
      // Mostly a type that is known, and a length that fits.
      if (length > 2 && i % 4 != 0) {
        bytes[0] = static_cast<char>(1 + random() % 16);
        bytes[1] = static_cast<char>(length - 2);
      }
      for (const taken& message : in.all(bytes)) {
        for (const point& each : message.points) {
          REQUIRE(collab::is_valid(each));
        }
      }
    }
  }
}
