// The board client as a program: what it draws, tells, writes and measures, what it refuses, and
// that a cut does not disturb it.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "e2e/board_snapshot.hpp"
#include "e2e/real_cut/cut_world.hpp"
#include "e2e/running_server.hpp"
#include "storage/temporary_folder.hpp"
#include "support/cut_proxy.hpp"
#include "support/server_process.hpp"

namespace collab_test {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

struct outcome {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

outcome run(const words& arguments) {
  server_process program{arguments, board_client_program()};
  const auto code = program.wait_for_exit(30s);
  return {code.value_or(-1), program.output(), program.errors()};
}

std::string url(std::uint16_t port) { return fmt::format("ws://127.0.0.1:{}", port); }

std::string read_file(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// Two strokes, of 3 and of `count` points, in the raw format of the Quick, Draw! data set: x, y and
// t of each stroke.
void write_strokes(const std::string& path, std::size_t count) {
  std::string x;
  std::string y;
  std::string t;
  for (std::size_t at = 0; at < count; ++at) {
    x += fmt::format("{}{}", at == 0 ? "" : ",", at % 100);
    y += fmt::format("{}{}", at == 0 ? "" : ",", at / 100 * 5);
    t += fmt::format("{}{}", at == 0 ? "" : ",", at * 4);
  }
  std::ofstream{path} << fmt::format(
      R"({{"key_id":"1","word":"line","recognized":true,"countrycode":"DE",)"
      R"("timestamp":"2017-03-01 00:00:00 UTC",)"
      R"("drawing":[[[1,2,3],[4,5,6],[0,10,20]],[[{}],[{}],[{}]]]}})"
      "\n",
      x, y, t);
}

// Without the ids and the users, which are new each time.
std::string plain(const std::string& elements) {
  static const std::regex names{R"re("(id|userId)":"[^"]*")re"};
  return std::regex_replace(elements, names, "\"$1\":\"\"");
}

}  // namespace

TEST_SUITE("e2e/board_client") {
  TEST_CASE("what it is told wrongly it names in one line, and ends with 2") {
    const temporary_folder folder;
    const std::string empty = folder.file("empty.ndjson");
    std::ofstream{empty} << "";
    const std::string noise = folder.file("noise.ndjson");
    std::ofstream{noise} << "{\"what\": 1}\n";
    const std::pair<words, std::string_view> wrong[] = {
        {{}, "--room: must be given"},
        {{"--room", "a b"}, "--room 'a b'"},
        {{"--room"}, "--room: a value is missing"},
        {{"--bord", "x"}, "--bord: there is no such flag"},
        {{"ROOM"}, "'ROOM': a flag begins with --"},
        {{"--room=r", "--server", "http://a"}, "--server 'http://a'"},
        {{"--room=r", "--server", "wss://a"}, "wss is not available"},
        {{"--room=r", "--speed", "0"}, "--speed '0'"},
        {{"--room=r", "--for", "-1"}, "--for '-1'"},
        {{"--room=r", "--ink", "red"}, "--ink 'red'"},
        {{"--room=r", "--tool", "hammer"}, "--tool 'hammer'"},
        {{"--room=r", "--measure", "0"}, "--measure '0'"},
        {{"--room=r", "--name", ""}, "--name ''"},
        {{"--room=r", "--follow=yes"}, "--follow: takes no value"},
        {{"--room=r", "--draw", "/no/such/file"}, "/no/such/file"},
        {{"--room=r", "--draw", empty}, empty},
        {{"--room=r", "--draw", noise}, noise},
    };
    for (const auto& [arguments, message] : wrong) {
      const outcome ended = run(arguments);
      CAPTURE(fmt::format("{}", fmt::join(arguments, " ")));
      CHECK(ended.exit_code == 2);
      CHECK(ended.errors.starts_with("collab-board-client: "));
      CHECK(ended.errors.find(message) != std::string::npos);
      CHECK(std::count(ended.errors.begin(), ended.errors.end(), '\n') == 1);
      CHECK(ended.output.empty());
    }
  }

  TEST_CASE("help names every flag, version the version") {
    const outcome help = run({"--help"});
    CHECK(help.exit_code == 0);
    for (const std::string_view flag :
         {"--server URL", "--room NAME", "--draw FILE", "--speed N", "--follow", "--measure",
          "--svg FILE", "--json FILE", "--for SECONDS"}) {
      CHECK(help.output.find(flag) != std::string::npos);
    }
    CHECK(std::regex_match(run({"--version"}).output, std::regex{"collab-board-client [0-9.]+\n"}));
  }

  TEST_CASE("a server that is not there, or is none, ends it with 1 and the reason") {
    std::uint16_t port = 0;
    {
      const running_server server;
      port = server.port();
    }
    const outcome nobody =
        run({"--server", url(port), "--room=r", "--join-within=0.5", "--json=/dev/null"});
    CHECK(nobody.exit_code == 1);
    CHECK(nobody.errors.find("can't be reached: Connection refused") != std::string::npos);
    const running_server server;
    const outcome elsewhere = run({"--server", url(server.port()) + "/nothing/here", "--room=r",
                                   "--join-within=0.5", "--json=/dev/null"});
    CHECK(elsewhere.exit_code == 1);
    CHECK(elsewhere.errors.find("404 Not Found") != std::string::npos);
  }

  TEST_CASE("it draws what was recorded, in the time that it took, and writes the board") {
    const running_server server;
    const temporary_folder folder;
    const std::string file = folder.file("strokes.ndjson");
    write_strokes(file, 200);
    const auto began = std::chrono::steady_clock::now();
    const outcome drawn =
        run({"--server", url(server.port()), "--room=drawn", "--name", "Ann \"the hand\"", "--draw",
             file, "--ink=#ef4444", "--width=5", "--tool=brush", "--follow", "--json",
             folder.file("board.json"), "--svg", folder.file("board.svg")});
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(drawn.errors == "");
    REQUIRE(drawn.exit_code == 0);
    CHECK(took >= 876ms);  // 20 ms, a pause of 60 ms, 199 times 4 ms.
    CHECK(took < 10s);
    CHECK(drawn.output.find(R"(name="Ann \"the hand\"")") != std::string::npos);
    CHECK(drawn.output.find("done ticket=2 seq=2") != std::string::npos);
    CHECK(drawn.output.find("drew 203 points, 2 operations done, 0 cuts") != std::string::npos);
    const std::string snapshot = fetch_snapshot(server.port(), "drawn");
    CHECK(read_file(folder.file("board.json")) == snapshot);
    CHECK(snapshot.find(R"("points":[[1,4,0.5,0],[2,5,0.5,10],[3,6,0.5,20]])") !=
          std::string::npos);
    CHECK(snapshot.find(R"("color":"#ef4444")") != std::string::npos);
    CHECK(snapshot.find(R"("tool":"brush")") != std::string::npos);
    CHECK(snapshot.find(R"("width":5)") != std::string::npos);
    const std::string picture = read_file(folder.file("board.svg"));
    CHECK(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(picture.ends_with("</svg>\n"));
    CHECK(std::regex_search(picture, std::regex{"<path fill=\"#ef4444\"[^>]* d=\"M"}));

    // Ten times as fast.
    const auto again = std::chrono::steady_clock::now();
    CHECK(run({"--server", url(server.port()), "--room=fast", "--draw", file, "--speed=10"})
              .exit_code == 0);
    CHECK(std::chrono::steady_clock::now() - again < took);
    CHECK(plain(elements_of(fetch_snapshot(server.port(), "fast"))).size() > 100);
  }

  TEST_CASE("it follows what others do until a signal comes") {
    const running_server server;
    const temporary_folder folder;
    const std::string file = folder.file("strokes.ndjson");
    write_strokes(file, 5);
    server_process watcher{{"--server", url(server.port()), "--room=watched", "--follow"},
                           board_client_program()};
    CHECK_FALSE(watcher.wait_for_exit(500ms).has_value());
    REQUIRE(run({"--server", url(server.port()), "--room=watched", "--name=Bob", "--draw", file})
                .exit_code == 0);
    CHECK_FALSE(watcher.wait_for_exit(300ms).has_value());
    watcher.signal(SIGTERM);
    CHECK(watcher.wait_for_exit(10s) == 0);
    const std::string& told = watcher.output();
    for (const char* line :
         {"^..:..:..\\.... joined user=.* name=\"board-client\" seq=0 members=1 elements=0",
          "member joined user=.* name=\"Bob\"", "stroke started id=.* from=0",
          "stroke ended seq=1 user=.* points=3", "stroke ended seq=2 user=.* points=5",
          "member left user=.* name=\"Bob\""}) {
      CHECK_MESSAGE(std::regex_search(told, std::regex{line, std::regex::multiline}), line);
    }
  }

  TEST_CASE("it measures, and leaves nothing on the board") {
    const running_server server;
    const outcome measured =
        run({"--server", url(server.port()), "--room=measured", "--measure=10"});
    CHECK(measured.errors == "");
    CHECK(measured.exit_code == 0);
    const std::regex line{
        "(first point of a stroke, seen by another|finished stroke, seen by another|"
        "finished stroke, acknowledged) +n=10 median [0-9.]+ ms p99 [0-9.]+ ms longest"};
    CHECK(std::distance(std::sregex_iterator{measured.output.begin(), measured.output.end(), line},
                        std::sregex_iterator{}) == 3);
    CHECK(elements_of(fetch_snapshot(server.port(), "measured")) == "[]");
  }

  TEST_CASE("a cut while it draws changes nothing of what it has drawn") {
    const temporary_folder folder;
    const running_server server{{}, "sqlite:" + folder.file("board.db")};
    const std::string file = folder.file("strokes.ndjson");
    write_strokes(file, 1'000);
    const auto draw = [&](const std::string& room, const cut_proxy::judge& judge) {
      cut_proxy proxy{server.port()};
      proxy.decide(judge);
      server_process program{
          {"--server", url(proxy.port()), "--room", room, "--draw", file, "--speed=20"},
          board_client_program()};
      std::optional<int> code;
      const auto until = std::chrono::steady_clock::now() + 60s;
      while (!code.has_value() && std::chrono::steady_clock::now() < until) {
        proxy.turn(5ms);
        code = program.wait_for_exit(0ms);
      }
      INFO(room << ": " << program.errors());
      CHECK(code == 0);
      return program.output();
    };
    std::map<flow, std::size_t> messages;
    draw("uncut", [&](const passing_message& each) {
      messages[each.way] = each.number;
      return fate::pass;
    });
    const std::string expected = plain(elements_of(fetch_snapshot(server.port(), "uncut")));
    REQUIRE(expected.size() > 10'000);
    int rooms = 0;
    for (const flow way : {flow::up, flow::down}) {
      const std::size_t last = messages[way];
      for (const std::size_t number : {std::size_t{2}, last / 2, last - 1}) {
        bool was_cut = false;
        const std::string room = fmt::format("cut-{}", ++rooms);
        const std::string output = draw(room, [&](const passing_message& each) {
          const bool is_it = each.connection == 0 && each.way == way && each.number == number;
          was_cut = was_cut || is_it;
          return is_it ? fate::cut_inside : fate::pass;
        });
        INFO(room << ": message " << number << std::string{way == flow::up ? " to" : " from"});
        CHECK((!was_cut || output.find("1 cuts") != std::string::npos));
        CHECK(plain(elements_of(fetch_snapshot(server.port(), room))) == expected);
      }
    }
  }
}

}  // namespace collab_test
