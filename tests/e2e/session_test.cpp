// A client that outlives its server: the process is killed and started again, the session and
// what became of its operations are there, and the stroke is drawn to its end.

#include <doctest/doctest.h>
#include <signal.h>
#include <simdjson.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/detail/byte_stream.hpp"
#include "e2e/running_server.hpp"
#include "protocol/client_frames.hpp"
#include "storage/temporary_folder.hpp"
#include "support/board_client.hpp"

namespace collab_test {
namespace {

using simdjson::dom::element;

// Keeps every message, by its type.
class visitor {
 public:
  visitor(client_loop& loop, std::uint16_t port)
      : client_{loop, port, "lasting",
                [this](element message) { said_.push_back(simdjson::minify(message)); }} {}

  void send(std::string_view text) { client_.send(text); }
  [[nodiscard]] const board_client& client() const { return client_; }

  // The first message of that type; empty when none has come.
  [[nodiscard]] std::string find(std::string_view type) const {
    const std::string start = R"({"type":")" + std::string{type} + '"';
    for (const std::string& each : said_) {
      if (each.starts_with(start)) {
        return each;
      }
    }
    return {};
  }
  [[nodiscard]] bool has(std::string_view type) const { return !find(type).empty(); }
  void forget() { said_.clear(); }

 private:
  std::vector<std::string> said_;
  board_client client_;
};

// Likewise in the binary dialect: the bodies of the messages of one type.
class binary_visitor {
 public:
  binary_visitor(client_loop& loop, std::uint16_t port)
      : client_{loop, port, "lasting", board_client::frame_handler{[this](std::string_view frame) {
                  collab::detail::byte_reader in{frame};
                  while (in.left() > 0) {
                    const int type = static_cast<int>(in.byte());
                    said_.emplace(type, in.view());
                    REQUIRE_FALSE(in.failed());
                  }
                }}} {}

  void send(std::string_view frame) { client_.send_frame(collab::websocket_opcode::binary, frame); }
  [[nodiscard]] const board_client& client() const { return client_; }
  [[nodiscard]] bool has(int type) const { return said_.contains(type); }
  // The body of the first message of that type, which is there.
  [[nodiscard]] std::string body(int type) const { return said_.find(type)->second; }

 private:
  std::multimap<int, std::string> said_;
  board_client client_;
};

std::string text_of(const std::string& message, const char* name) {
  simdjson::dom::parser parser;
  return std::string{std::string_view{parser.parse(message)[name]}};
}

std::string resume(const std::string& secret, int seq) {
  return R"({"type":"room:join","name":"Ann","resume":{"session":")" + secret + R"(","seq":)" +
         std::to_string(seq) + "}}";
}

}  // namespace

TEST_SUITE("e2e/session") {
  TEST_CASE("a session goes on after the server was killed, with the outcome of each operation") {
    const temporary_folder folder;
    const std::string storage = "sqlite:" + folder.file("board.db");
    client_loop loop;
    std::string secret;
    {
      running_server server{{}, storage};
      visitor ann{loop, server.port()};
      ann.send(R"({"type":"room:join","name":"Ann"})");
      REQUIRE(loop.run_until([&] { return ann.has("room:state"); }));
      secret = text_of(ann.find("room:state"), "session");
      ann.send(R"({"type":"element:put","op":1,"element":{"id":"r","kind":"rect"}})");
      ann.send(R"({"type":"element:set","op":2,"id":"nothing","props":{"x":1}})");
      ann.send(R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1],[2,2]]}})");
      REQUIRE(loop.run_until([&] { return ann.has("op:ack") && ann.has("op:reject"); }));
      server.signal(SIGKILL);
      REQUIRE(server.wait_for_exit() == 128 + SIGKILL);
      REQUIRE(loop.run_until([&] { return ann.client().is_closed(); }));
    }
    running_server server{{}, storage};
    visitor ann{loop, server.port()};
    ann.send(resume(secret, 0));
    REQUIRE(loop.run_until([&] { return ann.has("room:resumed") || ann.has("room:state"); }));
    const std::string resumed = ann.find("room:resumed");
    CHECK(resumed.find(R"("seq":1,"op":2,"rejected":[{"op":2,"code":"not_found")") !=
          std::string::npos);
    CHECK(resumed.find(R"("op":1,"index":"a0")") != std::string::npos);
    CHECK(resumed.find(R"("own":[])") != std::string::npos);

    // Sent again, because the answer may have been lost: it is not applied, although it could be.
    ann.send(R"({"type":"canvas:clear","op":2})");
    REQUIRE(loop.run_until([&] { return ann.has("op:reject"); }));
    CHECK(ann.find("op:reject").find(R"("op":2,"code":"not_found")") != std::string::npos);

    // The live stroke is lost with the process: begun again it goes on to its end.
    ann.send(R"({"type":"stroke:point","strokeId":"s","from":2,"points":[[3,3]]})");
    REQUIRE(loop.run_until([&] { return ann.has("stroke:gap"); }));
    CHECK(ann.find("stroke:gap").find(R"("unknown":true)") != std::string::npos);
    ann.send(R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1],[2,2],[3,3]]}})");
    ann.send(R"({"type":"stroke:end","op":3,"strokeId":"s","count":3})");
    REQUIRE(loop.run_until([&] { return ann.has("op:ack"); }));
    CHECK(ann.find("op:ack").starts_with(R"({"type":"op:ack","op":3,"seq":2)"));
  }

  TEST_CASE("so it does in the binary dialect") {
    const temporary_folder folder;
    const std::string storage = "sqlite:" + folder.file("board.db");
    client_loop loop;
    std::string secret;
    const std::string head = text("Ann") + color("");
    {
      running_server server{{}, storage};
      binary_visitor ann{loop, server.port()};
      ann.send(message(1, head));
      ann.send(message(7, varint(1) + literal("r") + '\1' + list({})) +
               message(8, varint(2) + literal("none") + list({tagged(1, 1, number(0.5))})));
      REQUIRE(loop.run_until([&] { return ann.has(65) && ann.has(67); }));
      const std::string state = ann.body(64);
      collab::detail::byte_reader in{state};
      CHECK(in.view() == "lasting");
      secret = in.view();
      server.signal(SIGKILL);
      REQUIRE(server.wait_for_exit() == 128 + SIGKILL);
      REQUIRE(loop.run_until([&] { return ann.client().is_closed(); }));
    }
    running_server server{{}, storage};
    binary_visitor ann{loop, server.port()};
    ann.send(message(1, head + text(secret) + varint(0)));
    REQUIRE(loop.run_until([&] { return ann.has(91) || ann.has(64); }));
    REQUIRE(ann.has(91));
    // op 2, he is member 1, seq 1, and operation 2 was rejected.
    CHECK(ann.body(91).starts_with(
        text("lasting") + varint(2) + varint(1) + varint(1) +
        list({varint(2) + '\2' + text("element 'none' is not on the board")})));
    // The one event is his element, which is number 1 as it was.
    CHECK(ann.body(91).ends_with(varint(1) + text("r") + '\1' + varint(2) + text("a0") + list({})));
    ann.send(message(10, varint(2)) + message(10, varint(3)));
    REQUIRE(loop.run_until([&] { return ann.has(65); }));
    CHECK(ann.body(67) == varint(2) + '\2' + text("element 'none' is not on the board"));
    CHECK(ann.body(65).starts_with(varint(3) + varint(2)));
  }

  TEST_CASE("a stroke whose author is away goes on where it was, or is committed and told so") {
    const temporary_folder folder;
    const std::string storage = "sqlite:" + folder.file("board.db");
    client_loop loop;
    std::string secret;
    {
      running_server server{{"--limit", "orphan_stroke=300"}, storage};
      visitor bob{loop, server.port()};
      bob.send(R"({"type":"room:join","name":"Bob"})");
      REQUIRE(loop.run_until([&] { return bob.has("room:state"); }));
      {
        visitor ann{loop, server.port()};
        ann.send(R"({"type":"room:join","name":"Ann"})");
        REQUIRE(loop.run_until([&] { return ann.has("room:state"); }));
        secret = text_of(ann.find("room:state"), "session");
        ann.send(R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1],[2,2]]}})");
        REQUIRE(loop.run_until([&] { return bob.has("stroke:start"); }));
        // The same session from elsewhere, while the first connection stands.
        visitor other{loop, server.port()};
        other.send(resume(secret, 0));
        REQUIRE(loop.run_until([&] { return other.has("room:resumed"); }));
        REQUIRE(loop.run_until([&] { return ann.client().is_closed(); }));
        CHECK(ann.client().close_code() == 4001);
        CHECK(other.find("room:resumed").find(R"("own":[{"strokeId":"s","have":2}])") !=
              std::string::npos);
        other.send(R"({"type":"stroke:point","strokeId":"s","from":2,"points":[[3,3]]})");
        REQUIRE(loop.run_until([&] { return bob.has("stroke:point"); }));
        CHECK_FALSE(bob.has("user:left"));
      }
      REQUIRE(loop.run_until([&] { return bob.has("stroke:end"); }));
      server.signal(SIGKILL);
      REQUIRE(server.wait_for_exit() == 128 + SIGKILL);
    }
    running_server server{{}, storage};
    visitor ann{loop, server.port()};
    ann.send(resume(secret, 0));
    REQUIRE(loop.run_until([&] { return ann.has("room:resumed"); }));
    ann.send(R"({"type":"stroke:point","strokeId":"s","from":3,"points":[[4,4]]})");
    REQUIRE(loop.run_until([&] { return ann.has("stroke:gap"); }));
    CHECK(ann.find("stroke:gap") ==
          R"({"type":"stroke:gap","strokeId":"s","have":3,"committed":true})");
  }
}

}  // namespace collab_test
