// Versions and restores in both dialects: the worked example of docs/protocol.md, and each
// message by itself.

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/history/edit_history.hpp"
#include "collab/history/log_record.hpp"
#include "collab/protocol/binary_codec.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/client_frames.hpp"

using namespace collab_test;
using collab::member_id;
using collab::seq_number;

namespace {

constexpr member_id ann{1};
constexpr member_id bob{2};

// What each of two members is sent, in both dialects.
class both_dialects final : public collab::room_sink {
 public:
  void to_member(member_id to, const collab::room_event& event, collab::log_position) override {
    take(to == ann ? 0 : 1, event);
  }
  void to_all(const collab::room_event& event, collab::log_position) override {
    take(0, event);
    take(1, event);
  }
  void to_others(member_id except, const collab::room_event& event, collab::log_position) override {
    take(except == ann ? 1 : 0, event);
  }
  void store(std::string record, collab::log_position) override {
    records.push_back(std::move(record));
  }
  void clear() {
    for (auto* each : {&json[0], &json[1], &binary[0], &binary[1]}) {
      each->clear();
    }
  }

  std::size_t bytes_max = 64 * 1024;
  std::vector<std::string> json[2];
  std::vector<std::string> binary[2];
  std::vector<std::string> records;

 private:
  void take(int who, const collab::room_event& event) {
    for (std::string& part : collab::encode_json_parts(event, bytes_max)) {
      json[who].push_back(std::move(part));
    }
    for (std::string& part : collab::encode_binary_parts(event, bytes_max)) {
      binary[who].push_back(std::move(part));
    }
  }
};

struct two_at_a_board {
  two_at_a_board() {
    REQUIRE(room.join(ann, {"c1", "u1", "s1", "Ann", {}}, time.now()).ok());
    REQUIRE(room.join(bob, {"c2", "u2", "s2", "Bob", {}}, time.now()).ok());
    out.clear();
  }
  // With the past that it needs, from the records.
  void execute(member_id who, collab::room_command command) {
    if (const auto seq = room.needs_past(who, command); seq.has_value()) {
      collab::document board;
      collab::edit_history history{board};
      for (const std::string& record : out.records) {
        auto read = collab::decode_record(record);
        REQUIRE(read.ok());
        auto* op = std::get_if<collab::operation>(&*read);
        if (op != nullptr && op->seq <= *seq) {
          history.apply(std::move(*op));
        }
      }
      auto& operation = std::get<collab::operation_command>(command);
      std::get<collab::restore_version>(operation.body).past = board.snapshot(*seq);
    }
    REQUIRE(room.execute(who, command, time.now()).ok());
  }
  template <typename Body>
  void op(member_id who, collab::operation_counter counter, Body body) {
    execute(who, collab::operation_command{counter, std::move(body)});
  }

  both_dialects out;
  collab::limits bounds;
  collab::room room{"ROOM01", bounds, out};
  collab::testing::manual_clock time;
};

// The lines of the code blocks below a heading, those of the client without their mark.
std::vector<std::string> read_lines(std::string_view heading, bool of_client) {
  std::ifstream file{COLLAB_PROTOCOL_DOCUMENT};
  std::string line;
  while (std::getline(file, line) && line != heading) {
  }
  std::vector<std::string> lines;
  bool is_code = false;
  while (std::getline(file, line) && !line.starts_with("#")) {
    if (line.starts_with("```")) {
      is_code = !is_code;
    } else if (is_code && line.starts_with("> ") == of_client) {
      lines.push_back(of_client ? line.substr(2) : line);
    }
  }
  return lines;
}

collab::element box(const std::string& id) { return {id, collab::element_kind::rect, "u1"}; }

const std::string now = varint(1'577'836'800'000);

}  // namespace

TEST_SUITE("protocol/versions") {
  TEST_CASE("going back is, line by line, what the document says") {
    const auto said = read_lines("### Going back", true);
    std::vector<std::string> told = read_lines("### Going back", false);
    REQUIRE(said.size() == 5);
    REQUIRE(told.size() == 10);
    two_at_a_board board;
    collab::json_decoder decoder{board.bounds};
    for (std::string frame : said) {
      const std::size_t size = frame.size();
      frame.resize(size + collab::json_padding);
      REQUIRE(decoder
                  .decode({frame.data(), size}, "u1",
                          [&](const collab::client_message& message) {
                            REQUIRE(message.status.ok());
                            board.execute(ann, std::get<collab::room_command>(message.body));
                          })
                  .ok());
    }
    // The last line is what Bob was sent of the version.
    const std::string to_bob = told.back();
    told.pop_back();
    REQUIRE(board.out.json[0].size() == told.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
      CHECK(board.out.json[0][i] == told[i]);
    }
    CHECK(board.out.json[1][2] == to_bob);
  }

  TEST_CASE("both operations are understood in the binary dialect, in a group too") {
    two_at_a_board board;
    std::vector<collab::point> buffer;
    collab::binary_decoder decoder{board.bounds, buffer};
    const auto one = [&](const std::string& bytes) {
      std::vector<collab::operation_command> taken;
      std::vector<std::string> types;
      std::string_view frame = bytes;
      REQUIRE(decoder
                  .decode(frame, "u1",
                          [&](const collab::client_message& message) {
                            types.emplace_back(message.type);
                            taken.push_back(std::get<collab::operation_command>(
                                std::get<collab::room_command>(message.body)));
                            return true;
                          })
                  .ok());
      REQUIRE(taken.size() == 1);
      return std::pair{types[0], taken[0]};
    };
    const auto [save_type, save] = one(message(20, varint(3) + text("v\xc3\xa9")));
    CHECK(save_type == "version:save");
    CHECK(save.counter == 3);
    CHECK(std::get<collab::save_version>(save.body).name == "v\xc3\xa9");
    const auto [restore_type, restore] =
        one(message(19, text("g") + '\x15' + varint(4) + varint(300)));
    CHECK(restore_type == "version:restore");
    CHECK(restore.counter == 4);
    CHECK(restore.group == "g");
    CHECK(std::get<collab::restore_version>(restore.body).seq == seq_number{300});
    CHECK_FALSE(std::get<collab::restore_version>(restore.body).past.has_value());
    // Both sides of the limits of a name.
    const auto is_refused = [&](const std::string& name) {
      return std::holds_alternative<collab::refused_operation>(
          one(message(20, varint(3) + text(name))).second.body);
    };
    CHECK(is_refused(""));
    CHECK(is_refused(std::string(65, 'n')));
    CHECK_FALSE(is_refused(std::string(64, 'n')));
    CHECK(std::holds_alternative<collab::refused_operation>(
        one(message(21, varint(3) + varint((1ULL << 53) + 1))).second.body));
  }

  TEST_CASE("both events are written in the binary dialect as the document says") {
    two_at_a_board board;
    board.op(ann, 1, collab::put_element{box("r")});
    board.op(ann, 2, collab::put_element{box("q")});
    board.out.clear();
    board.op(ann, 3, collab::save_version{"One"});
    const std::string place = varint(2) + varint(3) + now;
    CHECK(board.out.binary[1] == std::vector{message(95, place + text("One"))});
    board.op(ann, 4, collab::remove_elements{{"r"}});
    board.op(ann, 5, collab::set_element{"q", {{collab::property::x, 2.0}}});
    board.op(ann, 6, collab::put_element{box("p")});
    board.out.clear();
    board.op(bob, 1, collab::restore_version{seq_number{2}});
    const std::string element =
        varint(1) + text("r") + '\1' + varint(0) + text("u1") + text("a0") + list({});
    CHECK(board.out.binary[0][0] ==
          message(96, varint(4) + varint(7) + now + varint(2) + '\0' + list({varint(6)}) +
                          list({element}) + list({varint(2) + list({tagged(1, 1, number(0))})})));
    CHECK(board.out.binary[1][0] == board.out.binary[0][0]);
    CHECK(board.out.binary[1][1].substr(0, 1) == "\x41");
  }

  TEST_CASE("a state has all versions, of those who are gone too") {
    two_at_a_board board;
    board.op(ann, 1, collab::save_version{"One"});
    board.op(bob, 1, collab::save_version{"Two"});
    board.room.leave(ann, board.time.now());
    board.out.clear();
    REQUIRE(board.room.join(ann, {"c3", "u3", "s3", "Cid", {}}, board.time.now()).ok());
    const std::string& state = board.out.json[0][0];
    CHECK(state.find(R"("versions":[{"seq":1,"name":"One","userId":"u1","time":1577836800000},)"
                     R"({"seq":2,"name":"Two","userId":"u2","time":1577836800000}])") !=
          std::string::npos);
    // Ann is the first of the names, Bob member 2.
    const std::string versions = list(
        {varint(1) + varint(1) + now + text("One"), varint(4) + varint(2) + now + text("Two")});
    CHECK(board.out.binary[0][0].ends_with(std::string(1, '\0') + versions));
    CHECK(board.out.binary[0][0].find(list({text("u1")})) != std::string::npos);
  }

  TEST_CASE("a large restore comes in chunks, as an undo does") {
    two_at_a_board board;
    for (std::uint64_t i = 1; i <= 200; ++i) {
      board.op(ann, i, collab::put_element{box("element-" + std::to_string(i))});
    }
    board.op(ann, 201, collab::clear_canvas{});
    board.out.bytes_max = 1'024;
    board.out.clear();
    board.op(ann, 202, collab::restore_version{seq_number{200}});
    std::size_t chunks = 0;
    for (const std::string& each : board.out.json[1]) {
      chunks += each.starts_with(R"({"type":"room:chunk")") ? 1 : 0;
    }
    CHECK(chunks > 20);
    CHECK(board.out.json[1][0].starts_with(R"({"type":"version:restore")"));
    CHECK(board.out.json[1][0].ends_with(R"("more":true})"));
    CHECK(board.out.json[1][chunks].ends_with(R"("more":false})"));
    CHECK(board.out.binary[1][0][0] == 96);
    CHECK(board.out.binary[1][1][0] == 93);
  }
}
