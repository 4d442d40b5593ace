// The worked examples of docs/protocol.md, and what both dialects tell of one session.

#include <doctest/doctest.h>

#include <cctype>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/client_frames.hpp"

using namespace collab_test;
using collab::member_id;
using collab::seq_number;

namespace {

// The messages in the code blocks below a heading of the document, as (speaker, bytes).
using script = std::vector<std::pair<char, std::string>>;

script read_script(std::string_view heading) {
  std::ifstream file{COLLAB_PROTOCOL_DOCUMENT};
  std::string line;
  while (std::getline(file, line) && line != heading) {
  }
  script messages;
  bool is_code = false;
  while (std::getline(file, line) && !line.starts_with("#")) {
    if (line.starts_with("```")) {
      is_code = !is_code;
      continue;
    }
    if (!is_code) {
      continue;
    }
    if (line[0] != ' ') {
      messages.emplace_back(line[0], std::string{});
    }
    std::istringstream bytes{line.substr(1, line.find('#') - 1)};
    for (unsigned byte = 0; bytes >> std::hex >> byte;) {
      messages.back().second += static_cast<char>(byte);
    }
  }
  return messages;
}

// Keeps what each of two members is sent, in the binary dialect.
class two_members final : public collab::room_sink {
 public:
  void to_member(member_id to, const collab::room_event& event, seq_number) override {
    sent.emplace_back(name(to), encode(event));
  }
  void to_all(const collab::room_event& event, seq_number) override {
    sent.emplace_back('A', encode(event));
    sent.emplace_back('B', encode(event));
  }
  void to_others(member_id except, const collab::room_event& event, seq_number) override {
    sent.emplace_back(except == ann ? 'B' : 'A', encode(event));
  }
  void store(std::string, seq_number) override {}

  static char name(member_id who) { return who == ann ? 'A' : 'B'; }
  [[nodiscard]] std::string encode(const collab::room_event& event) const {
    return collab::encode_binary(event, board->board());
  }

  static constexpr member_id ann{1};
  static constexpr member_id bob{2};
  const collab::room* board = nullptr;
  script sent;
};

script only(const script& all, char speaker) {
  script some;
  for (const auto& each : all) {
    if (each.first == speaker) {
      some.push_back(each);
    }
  }
  return some;
}

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
    sink.board = &room;
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
