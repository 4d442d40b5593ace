// What a connection to the board server may do and how it ends when it does something else.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/board_follower.hpp"
#include "e2e/board_snapshot.hpp"
#include "e2e/running_server.hpp"
#include "storage/temporary_folder.hpp"
#include "support/board_client.hpp"
#include "support/http_get.hpp"

namespace collab_test {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// A client that only counts what it gets, by type.
struct counting_client {
  std::vector<std::string> types;
  std::string code;
  board_client client;

  counting_client(client_loop& loop, std::uint16_t port, std::string_view room)
      : client{loop, port, room, [this](simdjson::dom::element message) {
                 types.emplace_back(std::string_view{message["type"]});
                 if (types.back() == "error") {
                   code = std::string{std::string_view{message["code"]}};
                 }
               }} {}

  [[nodiscard]] std::size_t count(std::string_view type) const {
    std::size_t found = 0;
    for (const std::string& each : types) {
      found += each == type;
    }
    return found;
  }
};

std::string put_json(std::size_t operation, std::string_view id) {
  return fmt::format(
      R"({{"type":"element:put","op":{},"element":{{"id":"{}","kind":"rect","x":{},"y":2}}}})",
      operation, id, operation);
}

// The value of a metric without labels; -1 when there is none.
double metric(std::uint16_t port, const std::string& name) {
  const std::string text = "\n" + http_get(port, "/metrics").body;
  const std::size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_SUITE("e2e/connection") {
  TEST_CASE("an empty room leaves memory after its grace, and comes back with its board") {
    const temporary_folder folder;
    const running_server server{{"--room-grace", "0.2"}, "sqlite:" + folder.file("board.db")};
    client_loop loop;
    auto author = std::make_unique<board_follower>(loop, server.port(), "ROOM01", "author");
    REQUIRE(loop.run_until([&] { return author->has_joined(); }));
    for (std::size_t i = 1; i <= 20; ++i) {
      author->client().send(put_json(i, fmt::format("r{}", i)));
    }
    REQUIRE(loop.run_until([&] { return author->acks().size() == 20; }));
    const std::string before = fetch_snapshot(server.port(), "ROOM01");
    CHECK(metric(server.port(), "collab_rooms") == 1);
    const double evicted = metric(server.port(), "collab_rooms_evicted_total");

    author.reset();
    CHECK(loop.run_until(
        [&] { return metric(server.port(), "collab_rooms_evicted_total") == evicted + 1; }));
    CHECK(metric(server.port(), "collab_rooms") == 0);
    CHECK(fetch_snapshot(server.port(), "ROOM01") == before);
    board_follower again{loop, server.port(), "ROOM01", "again"};
    REQUIRE(loop.run_until([&] { return again.has_joined(); }));
    CHECK(again.initial().size() == 20);
    CHECK(again.seq() == 20);
    CHECK(again.can_undo());
    again.client().send(put_json(1, "r21"));
    CHECK(loop.run_until([&] { return again.acks().size() == 1; }));
    CHECK(again.acks().front() == 21);
    CHECK(again.problems().empty());
  }

  TEST_CASE("an undo without a scope has the one that the server was started with") {
    for (const std::string scope : {"room", "mine"}) {
      CAPTURE(scope);
      const running_server server{{"--undo", scope}};
      client_loop loop;
      board_follower ann{loop, server.port(), "ROOM01", "ann"};
      board_follower bob{loop, server.port(), "ROOM01", "bob"};
      REQUIRE(loop.run_until([&] { return ann.has_joined() && bob.has_joined(); }));
      ann.client().send(put_json(1, "of-ann"));
      REQUIRE(loop.run_until([&] { return ann.acks().size() == 1; }));
      bob.client().send(put_json(1, "of-bob"));
      REQUIRE(loop.run_until([&] { return bob.acks().size() == 1; }));
      ann.client().send(R"({"type":"operation:undo","op":2})");
      REQUIRE(loop.run_until([&] { return ann.acks().size() == 2; }));
      const std::string left = fetch_snapshot(server.port(), "ROOM01");
      CHECK((left.find("of-ann") == std::string::npos) == (scope == "mine"));
      CHECK((left.find("of-bob") == std::string::npos) == (scope == "room"));
    }
  }

  TEST_CASE("who does not join in time is closed with 4008") {
    const running_server server{{"--limit", "join_deadline=300"}};
    client_loop loop;
    const auto begin = steady::now();
    counting_client silent{loop, server.port(), "ROOM01"};
    board_follower member{loop, server.port(), "ROOM01", "member"};
    REQUIRE(loop.run_until([&] { return silent.client.is_closed(); }));
    CHECK(steady::now() - begin >= 300ms);
    CHECK(silent.client.close_code() == 4008);
    CHECK_FALSE(member.client().is_closed());
  }

  TEST_CASE("a binary frame in the JSON dialect is answered with 1003") {
    const running_server server;
    client_loop loop;
    counting_client one{loop, server.port(), "ROOM01"};
    one.client.send_frame(collab::websocket_opcode::binary, R"({"type":"ping","t":1})");
    REQUIRE(loop.run_until([&] { return one.client.is_closed(); }));
    CHECK(one.client.close_code() == 1003);
  }

  TEST_CASE("a text frame that is not UTF-8 is answered with 1007, a too large one with 1009") {
    const running_server server;
    client_loop loop;
    counting_client one{loop, server.port(), "ROOM01"};
    one.client.send("\"\xFF\"");
    REQUIRE(loop.run_until([&] { return one.client.is_closed(); }));
    CHECK(one.client.close_code() == 1007);
    counting_client two{loop, server.port(), "ROOM01"};
    two.client.send(std::string(256 * 1024 + 1, ' '));
    REQUIRE(loop.run_until([&] { return two.client.is_closed(); }));
    CHECK(two.client.close_code() == 1009);
  }

  TEST_CASE("20 messages that can't be understood are answered, the next ends with 1008") {
    const running_server server;
    client_loop loop;
    counting_client one{loop, server.port(), "ROOM01"};
    board_follower member{loop, server.port(), "ROOM01", "member"};
    one.client.send(R"({"type":"room:join","name":"one"})");
    const char* const bad[] = {"no JSON", R"({"type":"unknown"})", R"({"no":"type"})", "[]]"};
    for (std::size_t i = 0; i < 20; ++i) {
      one.client.send(bad[i % 4]);
    }
    one.client.send(R"({"type":"ping","t":7})");
    REQUIRE(loop.run_until([&] { return one.count("pong") == 1; }));
    CHECK(one.count("error") == 20);
    CHECK_FALSE(one.client.is_closed());
    one.client.send("no JSON");
    REQUIRE(loop.run_until([&] { return one.client.is_closed(); }));
    CHECK(one.client.close_code() == 1008);
    // Nobody else has noticed.
    member.client().send(put_json(1, "a"));
    CHECK(loop.run_until([&] { return member.acks().size() == 1; }));
    CHECK(member.problems().empty());
  }

  TEST_CASE("a full room refuses one more and is not touched by it") {
    const running_server server{{"--limit", "members_per_room=2"}};
    client_loop loop;
    board_follower one{loop, server.port(), "ROOM01", "one"};
    auto two = std::make_unique<board_follower>(loop, server.port(), "ROOM01", "two");
    REQUIRE(loop.run_until([&] { return one.has_joined() && two->has_joined(); }));
    counting_client three{loop, server.port(), "ROOM01"};
    three.client.send(R"({"type":"room:join","name":"three"})");
    REQUIRE(loop.run_until([&] { return three.client.is_closed(); }));
    CHECK(three.code == "resource_exhausted");
    CHECK(three.count("room:state") == 0);
    board_follower elsewhere{loop, server.port(), "ROOM02", "elsewhere"};
    CHECK(loop.run_until([&] { return elsewhere.has_joined(); }));
    // When somebody leaves there is room again.
    two.reset();
    CHECK(loop.run_until([&] { return metric(server.port(), "collab_members") == 2; }));
    board_follower four{loop, server.port(), "ROOM01", "four"};
    CHECK(loop.run_until([&] { return four.has_joined(); }));
    CHECK(one.problems().empty());
  }

  TEST_CASE("who sends too fast is slowed down, and nothing of it is lost") {
    constexpr std::size_t count = 600;
    const running_server server;
    client_loop loop;
    board_follower author{loop, server.port(), "ROOM01", "author"};
    counting_client other{loop, server.port(), "ROOM01"};
    other.client.send(R"({"type":"room:join","name":"other"})");
    REQUIRE(loop.run_until([&] { return author.has_joined() && other.count("room:state") == 1; }));
    const auto begin = steady::now();
    for (std::size_t i = 1; i <= count; ++i) {
      author.client().send(put_json(i, fmt::format("r{}", i)));
    }
    // What one read of the socket has brought is taken at once and has to be made up for: what
    // comes behind it waits, while another member is answered.
    REQUIRE(loop.run_until([&] { return author.acks().size() == count; }, 60s));
    author.client().send(put_json(count + 1, "last"));
    const auto asked = steady::now();
    other.client.send(R"({"type":"ping","t":1})");
    REQUIRE(loop.run_until([&] { return other.count("pong") == 1; }));
    CHECK(steady::now() - asked < 2s);
    REQUIRE(loop.run_until(
        [&] {
          return author.acks().size() == count + 1 && other.count("element:put") == count + 1;
        },
        60s));
    // A burst of 200, the other 400 at 100 a second.
    CHECK(steady::now() - begin > 3500ms);
    // In order: the follower has checked that each ack is the next.
    CHECK(author.problems().empty());
    simdjson::dom::parser parser;
    const std::string body = fetch_snapshot(server.port(), "ROOM01");
    CHECK(simdjson::dom::array{parser.parse(body)["elements"]}.size() == count + 1);
    CHECK(metric(server.port(), "collab_reads_slowed_total") >= 1);
  }
}

}  // namespace collab_test
