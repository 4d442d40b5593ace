// The board server's command line: what it takes, what it refuses and how it says so.

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/board_follower.hpp"
#include "e2e/board_snapshot.hpp"
#include "storage/temporary_folder.hpp"
#include "support/board_client.hpp"
#include "support/http_get.hpp"
#include "support/server_process.hpp"

namespace collab_test {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

// A program that ended by itself.
struct outcome {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

outcome run(const words& arguments) {
  server_process program{arguments};
  const auto code = program.wait_for_exit(20s);
  return {code.value_or(-1), program.output(), program.errors()};
}

bool is_one_line(const std::string& text) {
  return text.size() > 1 && std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

void write_file(const std::string& path, std::string_view text) { std::ofstream{path} << text; }

words in_memory(words more) {
  more.insert(more.end(), {"--listen", "127.0.0.1:0", "--storage", "memory", "--no-web"});
  return more;
}

// One row of what --help says about limits.
struct limit_line {
  const char* name;
  const char* unit;
  std::uint64_t initial;
};

// As the design has them; the units as people read them.
constexpr limit_line design_limits[] = {
    {"points_per_message", "points", 512},
    {"points_per_stroke", "points", 10'000},
    {"text_bytes", "bytes", 16 * 1024},
    {"source_characters", "characters", 2'048},
    {"custom_bytes", "bytes", 4 * 1024},
    {"host_data_bytes", "bytes", 4 * 1024},
    {"name_characters", "characters", 64},
    {"chat_characters", "characters", 2'000},
    {"members_per_room", "members", 200},
    {"elements_per_room", "elements", 50'000},
    {"bytes_per_room", "bytes", 64 * 1024 * 1024},
    {"undo_depth", "operations", 1'000},
    {"undo_users_per_room", "users", 200},
    {"cursor_interval", "ms", 35},
    {"cursor_expiry", "ms", 10'000},
    {"orphan_stroke", "ms", 60'000},
    {"operations_per_second", "operations/s", 100},
    {"operations_burst", "operations", 200},
    {"previews_per_second", "messages/s", 250},
    {"bytes_per_second", "bytes/s", 256 * 1024},
    {"output_queue_bytes", "bytes", 1024 * 1024},
    {"bad_messages_per_minute", "messages", 20},
    {"frame_bytes", "bytes", 256 * 1024},
    {"message_bytes", "bytes", 256 * 1024},
    {"fragments_per_message", "frames", 64},
    {"handshake_deadline", "ms", 5'000},
    {"join_deadline", "ms", 10'000},
    {"ping_interval", "ms", 20'000},
    {"silence", "ms", 45'000},
};

}  // namespace

TEST_SUITE("e2e/command_line") {
  TEST_CASE("what is wrong on the command line is named in one line, and the exit code is 2") {
    struct row {
      words arguments;
      const char* named;
    };
    const row rows[] = {
        {{"--colour", "red"}, "colour"},
        {{"--colour"}, "colour"},
        {{"--colour=red"}, "colour"},
        {{"board.db"}, "board.db"},
        {{"-x"}, "-x"},
        {{"--listen"}, "listen"},
        {{"--storage"}, "storage"},
        {{"--limit"}, "limit"},
        {{"--listen", "nowhere"}, "nowhere"},
        {{"--listen", "127.0.0.1:65536"}, "65536"},
        {{"--limit", "elephants_per_room=3"}, "elephants_per_room"},
        {{"--limit", "members_per_room"}, "members_per_room"},
        {{"--limit", "members_per_room=many"}, "many"},
        {{"--limit", "members_per_room=-1"}, "-1"},
        {{"--limit", "members_per_room=0"}, "members_per_room"},
        {{"--limit", "members_per_room=1.5"}, "1.5"},
        {{"--room-grace", "soon"}, "soon"},
        {{"--room-grace", "-1"}, "-1"},
        {{"--room-grace", "nan"}, "nan"},
        {{"--threads", "0"}, "threads"},
        {{"--undo", "theirs"}, "theirs"},
        {{"--auth", "maybe"}, "maybe"},
        {{"--storage", "paper"}, "paper"},
        {{"--storage", "sqlite:"}, "sqlite:"},
        {{"--log-level", "loud"}, "loud"},
        {{"--log-format", "xml"}, "xml"},
        {{"--no-web=yes"}, "no-web"},
        {{"--config", "/no/such/file"}, "/no/such/file"},
    };
    for (const row& each : rows) {
      const outcome ended = run(each.arguments);
      INFO(each.arguments.front() << " " << each.arguments.back() << ": " << ended.errors);
      CHECK(ended.exit_code == 2);
      CHECK(is_one_line(ended.errors));
      CHECK(ended.errors.find(each.named) != std::string::npos);
      CHECK(ended.output.empty());
    }
  }

  TEST_CASE("what a later version brings is refused as not available") {
    const words rows[] = {
        {"--threads", "2"},
        {"--auth", "jwt"},
        {"--storage", "file:boards"},
        {"--tls-cert", "cert.pem"},
        {"--tls-key", "key.pem"},
        {"--jwt-secret-file", "secret"},
        {"--jwt-public-key-file", "key"},
        {"--jwt-issuer", "me"},
        {"--jwt-audience", "you"},
    };
    for (const words& each : rows) {
      const outcome ended = run(in_memory(each));
      INFO(each.front() << " " << each.back() << ": " << ended.errors);
      CHECK(ended.exit_code == 2);
      CHECK(is_one_line(ended.errors));
      CHECK(ended.errors.find(each.front()) != std::string::npos);
      CHECK(ended.errors.find("available") != std::string::npos);
      CHECK(ended.output.empty());
    }
  }

  TEST_CASE("the version is one line, and nothing is started") {
    const outcome ended = run({"--version"});
    CHECK(ended.exit_code == 0);
    CHECK(is_one_line(ended.output));
    CHECK(std::regex_search(ended.output, std::regex{R"(\d+\.\d+\.\d+)"}));
    CHECK(ended.errors.empty());
  }

  TEST_CASE("help tells every flag, and every limit with unit and default") {
    const outcome ended = run({"--help"});
    CHECK(ended.exit_code == 0);
    CHECK(ended.errors.empty());
    for (const char* flag : {"--listen", "--storage", "--threads", "--web", "--no-web",
                             "--room-grace", "--undo", "--limit", "--allowed-origin", "--auth",
                             "--log-level", "--log-format", "--config", "--help", "--version"}) {
      CHECK_MESSAGE(ended.output.find(flag) != std::string::npos, flag);
    }
    for (const limit_line& each : design_limits) {
      const std::string line = std::string{R"((^|\n) *)"} + each.name + " +" + each.unit + " +" +
                               std::to_string(each.initial) + R"( *(\n|$))";
      CHECK_MESSAGE(std::regex_search(ended.output, std::regex{line}), each.name);
    }
  }

  TEST_CASE("port 0 is any free one, told in one line once the server is ready") {
    server_process first{in_memory({})};
    server_process second{in_memory({})};
    REQUIRE_MESSAGE(first.wait_until_ready(), first.errors());
    REQUIRE_MESSAGE(second.wait_until_ready(), second.errors());
    CHECK(first.port() != second.port());
    CHECK(first.output() == "listening on http://127.0.0.1:" + std::to_string(first.port()) + "\n");
    CHECK(http_get(first.port(), "/healthz").status == 200);
    CHECK(http_get(second.port(), "/healthz").status == 200);

    const outcome third = run({"--storage", "memory", "--no-web", "--listen",
                               "127.0.0.1:" + std::to_string(first.port())});
    CHECK(third.exit_code == 1);
    CHECK(third.errors.find(std::to_string(first.port())) != std::string::npos);
    CHECK(third.output.empty());
  }

  TEST_CASE("SIGINT and SIGTERM end the server in good order") {
    for (const int number : {SIGINT, SIGTERM}) {
      server_process server{in_memory({})};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      server.signal(number);
      CHECK(server.wait_for_exit(10s).value_or(-1) == 0);
    }
  }

  TEST_CASE("what the config file says holds unless a flag says otherwise") {
    const temporary_folder folder;
    write_file(folder.file("server.conf"),
               "# A comment, and an empty line\n\n"
               "listen = 127.0.0.1:1\n"
               "  storage=memory  \n"
               "no-web\n"
               "limit = members_per_room=1\n"
               "limit = name_characters=3\n");
    server_process server{{"--limit", "members_per_room=2", "--config", folder.file("server.conf"),
                           "--listen", "127.0.0.1:0"}};
    REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
    client_loop loop;
    board_follower one{loop, server.port(), "ROOM01", "one"};
    board_follower two{loop, server.port(), "ROOM01", "two"};
    CHECK(loop.run_until([&] { return one.has_joined() && two.has_joined(); }));
    // The file's other limit holds.
    std::string code;
    board_client long_name{loop, server.port(), "ROOM02", [&code](simdjson::dom::element message) {
                             if (std::string_view{message["type"]} == "error") {
                               code = std::string{std::string_view{message["code"]}};
                             }
                           }};
    long_name.send(R"({"type":"room:join","name":"four"})");
    CHECK(loop.run_until([&] { return !code.empty(); }));
    CHECK(code == "invalid_argument");
  }

  TEST_CASE("what is wrong in the config file is named, and the exit code is 2") {
    const temporary_folder folder;
    for (const char* line : {"colour = red", "limit = elephants=3", "just words", "threads = 2"}) {
      write_file(folder.file("server.conf"), std::string{"storage = memory\n"} + line + "\n");
      const outcome ended = run({"--config", folder.file("server.conf")});
      INFO(line << ": " << ended.errors);
      CHECK(ended.exit_code == 2);
      CHECK(is_one_line(ended.errors));
      CHECK(ended.errors.find("server.conf") != std::string::npos);
    }
  }

  TEST_CASE("a second server on the same file is refused, and the first goes on") {
    const temporary_folder folder;
    const words arguments = {"--listen", "127.0.0.1:0", "--no-web", "--storage",
                             "sqlite:" + folder.file("board.db")};
    server_process first{arguments};
    REQUIRE_MESSAGE(first.wait_until_ready(), first.errors());
    const outcome second = run(arguments);
    CHECK(second.exit_code == 1);
    CHECK(is_one_line(second.errors));
    CHECK(second.errors.find("board.db") != std::string::npos);
    CHECK(second.output.empty());

    client_loop loop;
    board_follower author{loop, first.port(), "ROOM01", "author"};
    REQUIRE(loop.run_until([&] { return author.has_joined(); }));
    author.client().send(
        R"({"type":"element:put","op":1,"element":{"id":"a","kind":"rect","x":1,"y":2}})");
    CHECK(loop.run_until([&] { return author.acks().size() == 1; }));

    first.signal(SIGTERM);
    CHECK(first.wait_for_exit(10s) == 0);
    server_process third{arguments};
    REQUIRE_MESSAGE(third.wait_until_ready(), third.errors());
    CHECK(elements_of(fetch_snapshot(third.port(), "ROOM01")).find("\"a\"") != std::string::npos);
  }

  TEST_CASE("a file that is no database is refused and left as it is") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const std::string text(5000, 'x');
    write_file(path, text);
    const outcome ended =
        run({"--listen", "127.0.0.1:0", "--no-web", "--storage", "sqlite:" + path});
    CHECK(ended.exit_code == 1);
    CHECK(is_one_line(ended.errors));
    CHECK(ended.errors.find("board.db") != std::string::npos);
    std::ifstream in{path};
    CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == text);
  }
}

}  // namespace collab_test
