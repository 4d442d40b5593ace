// What the board server answers to HTTP requests, and which of them become a WebSocket.

#include <doctest/doctest.h>
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>

#include "e2e/board_follower.hpp"
#include "e2e/board_snapshot.hpp"
#include "e2e/running_server.hpp"
#include "storage/temporary_folder.hpp"
#include "support/board_client.hpp"
#include "support/http_get.hpp"

namespace collab_test {
namespace {

std::string status_of(const http_reply& reply) {
  simdjson::dom::parser parser;
  return std::string{std::string_view{parser.parse(reply.body)["status"]}};
}

}  // namespace

TEST_SUITE("e2e/http") {
  TEST_CASE("paths that there are not, room names that are none: 404, before any upgrade") {
    const running_server server;
    const std::string long_name(64, 'a');
    CHECK(http_get(server.port(), "/v1/rooms/" + long_name + "/snapshot.json").status == 200);
    CHECK(http_upgrade(server.port(), "/v1/rooms/" + long_name + "/ws").status == 101);
    CHECK(http_upgrade(server.port(), "/v1/rooms/Room_0-1/ws").status == 101);
    for (const std::string& path :
         {std::string{"/"}, std::string{"/nothing"}, std::string{"/v1"}, std::string{"/v1/rooms"},
          std::string{"/v1/rooms/"}, std::string{"/v1/rooms/ROOM01"},
          std::string{"/v1/rooms/ROOM01/"}, std::string{"/v1/rooms/ROOM01/wss"},
          std::string{"/v1/rooms/ROOM01/ws/"}, std::string{"/v1/rooms//ws"},
          std::string{"/v1/rooms/a.b/ws"}, std::string{"/v1/rooms/a%20b/ws"},
          std::string{"/v1/rooms/../ws"}, std::string{"/v1/rooms/a/b/ws"},
          "/v1/rooms/" + long_name + "a/ws", "/v1/rooms/" + long_name + "a/snapshot.json",
          std::string{"/healthz/"}, std::string{"/METRICS"}}) {
      INFO(path);
      CHECK(http_get(server.port(), path).status == 404);
      CHECK(http_upgrade(server.port(), path).status == 404);
    }
  }

  TEST_CASE("methods other than GET and HEAD: 405, saying what is allowed") {
    const running_server server;
    for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/rooms/A/snapshot.json"}) {
      for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
        INFO(method << " " << path);
        const http_reply reply = http_request(server.port(), method, path);
        CHECK(reply.status == 405);
        REQUIRE(reply.header("allow").has_value());
        CHECK(reply.header("allow")->find("GET") != std::string::npos);
      }
    }
    CHECK(http_request(server.port(), "POST", "/nothing").status == 404);
  }

  TEST_CASE("a head that is no HTTP: 400") {
    const running_server server;
    for (const char* head :
         {"what is this\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/1.1\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n",
          "GET /healthz HTTP/1.1\nHost: a\n\n", "\x16\x03\x01\x02\r\n\r\n"}) {
      INFO(head);
      CHECK(http_exchange(server.port(), head).status == 400);
    }
    CHECK(http_get(server.port(), "/healthz").status == 200);
  }

  TEST_CASE("a head larger than request_head_bytes: 431; just below it is answered") {
    const running_server server{{"--limit", "request_head_bytes=4096"}};
    const auto with_filling = [&server](std::size_t bytes) {
      const std::string before = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Filling: ";
      const std::string after = "\r\n\r\n";
      return http_exchange(server.port(),
                           before + std::string(bytes - before.size() - after.size(), 'x') + after);
    };
    CHECK(with_filling(4096).status == 200);
    CHECK(with_filling(4097).status == 431);
    CHECK(with_filling(100'000).status == 431);
  }

  TEST_CASE("a WebSocket needs the whole handshake: 426 without upgrade or with another version") {
    const running_server server;
    const std::string path = "/v1/rooms/ROOM01/ws";
    const http_reply plain = http_get(server.port(), path);
    CHECK(plain.status == 426);
    CHECK(plain.header("upgrade") == "websocket");
    const http_reply old = http_get(server.port(), path,
                                    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    "Sec-WebSocket-Version: 8\r\n");
    CHECK(old.status == 426);
    CHECK(old.header("sec-websocket-version") == "13");
    CHECK(http_get(server.port(), path,
                   "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: short\r\n")
              .status == 400);
    CHECK(http_upgrade(server.port(), path).status == 101);
  }

  TEST_CASE("the subprotocol is chosen among those offered") {
    const running_server server;
    const std::string path = "/v1/rooms/ROOM01/ws";
    const http_reply none = http_upgrade(server.port(), path);
    CHECK(none.status == 101);
    CHECK_FALSE(none.header("sec-websocket-protocol").has_value());
    const std::pair<std::string, std::string> cases[] = {
        {"collab.v1.json", "collab.v1.json"},
        {"collab.v1.binary", "collab.v1.binary"},
        {"chat, collab.v1.json", "collab.v1.json"},
        {"collab.v1.binary, collab.v1.json", "collab.v1.binary"},
        {"collab.v1.json, collab.v1.binary", "collab.v1.json"},
    };
    for (const auto& [offered, chosen] : cases) {
      INFO(offered);
      const http_reply reply =
          http_upgrade(server.port(), path, "Sec-WebSocket-Protocol: " + offered + "\r\n");
      CHECK(reply.status == 101);
      CHECK(reply.header("sec-websocket-protocol") == chosen);
    }
    const http_reply other =
        http_upgrade(server.port(), path, "Sec-WebSocket-Protocol: collab.v2.binary\r\n");
    CHECK(other.status == 400);
    CHECK(other.body.find("collab.v1.binary") != std::string::npos);
  }

  TEST_CASE("pages of foreign origins are refused, own and allowed ones are not") {
    const running_server server{{"--allowed-origin", "https://boards.example", "--allowed-origin",
                                 "http://other.example:81"}};
    const std::string path = "/v1/rooms/ROOM01/ws";
    const auto from = [&](const std::string& origin) {
      return http_upgrade(server.port(), path, "Origin: " + origin + "\r\n").status;
    };
    CHECK(http_upgrade(server.port(), path).status == 101);
    CHECK(from("http://127.0.0.1:" + std::to_string(server.port())) == 101);
    CHECK(from("https://boards.example") == 101);
    CHECK(from("http://other.example:81") == 101);
    CHECK(from("http://boards.example") == 403);
    CHECK(from("https://boards.example.evil.example") == 403);
    CHECK(from("https://boards.example:444") == 403);
    CHECK(from("http://other.example") == 403);
    CHECK(from("http://127.0.0.1:1") == 403);
    CHECK(from("http://localhost:" + std::to_string(server.port())) == 403);
    CHECK(from("null") == 403);
  }

  TEST_CASE("healthz and readyz say ok as JSON") {
    const running_server server;
    for (const char* path : {"/healthz", "/readyz"}) {
      const http_reply reply = http_get(server.port(), path);
      CHECK(reply.status == 200);
      CHECK(reply.header("content-type") == "application/json");
      CHECK(status_of(reply) == "ok");
      const http_reply head = http_request(server.port(), "HEAD", path, "Connection: close\r\n");
      CHECK(head.status == 200);
      CHECK(head.body.empty());
    }
  }

  TEST_CASE("the snapshot of a room that nobody has used is an empty board") {
    const running_server server;
    const http_reply reply = http_get(server.port(), "/v1/rooms/ROOM01/snapshot.json");
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type") == "application/json");
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(reply.body);
    CHECK(std::string_view{document["roomId"]} == "ROOM01");
    CHECK(std::uint64_t{document["seq"]} == 0);
    CHECK(elements_of(reply.body) == "[]");
  }

  TEST_CASE("the board as it was is told by seq and by time, and what can't be is named") {
    const running_server server;
    client_loop loop;
    board_follower author{loop, server.port(), "ROOM01", "author"};
    REQUIRE(loop.run_until([&] { return author.has_joined(); }));
    for (const char* id : {"a", "b"}) {
      author.client().send(R"({"type":"element:put","op":)" + std::string{*id == 'a' ? "1" : "2"} +
                           R"(,"element":{"id":")" + id + R"(","kind":"rect"}})");
    }
    REQUIRE(loop.run_until([&] { return author.acks().size() == 2; }));
    const auto get = [&server](const std::string& query) {
      return http_get(server.port(), "/v1/rooms/ROOM01/snapshot.json" + query);
    };
    CHECK(elements_of(get("?seq=0").body) == "[]");
    const http_reply first = get("?seq=1");
    CHECK(first.status == 200);
    CHECK(first.body.find("\"a\"") != std::string::npos);
    CHECK(first.body.find("\"b\"") == std::string::npos);
    CHECK(get("?seq=2").body == get("").body);
    CHECK(get("?time=9000000000000").body == get("").body);
    CHECK(elements_of(get("?time=0").body) == "[]");
    const http_reply beyond = get("?seq=33");
    CHECK(beyond.status == 400);
    CHECK(beyond.body.find("33") != std::string::npos);
    CHECK(beyond.body.find("the last operation, 2") != std::string::npos);
    for (const char* query : {"?seq=", "?seq=-1", "?seq=1.5", "?seq=x", "?seq=1&seq=1",
                              "?time=", "?seq=99999999999999999999", "?sequence=1", "?x"}) {
      CAPTURE(query);
      CHECK(get(query).status == 400);
    }
  }

  TEST_CASE("metrics are Prometheus text, and count") {
    const running_server server;
    client_loop loop;
    board_follower author{loop, server.port(), "ROOM01", "author"};
    REQUIRE(loop.run_until([&] { return author.has_joined(); }));
    author.client().send(
        R"({"type":"element:put","op":1,"element":{"id":"a","kind":"rect","x":1,"y":2}})");
    REQUIRE(loop.run_until([&] { return author.acks().size() == 1; }));
    const http_reply reply = http_get(server.port(), "/metrics");
    CHECK(reply.status == 200);
    REQUIRE(reply.header("content-type").has_value());
    CHECK(reply.header("content-type")->starts_with("text/plain"));

    // Prometheus text exposition format, version 0.0.4.
    const std::regex comment{R"(# (HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|)"
                             R"(TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) )"
                             R"((counter|gauge|histogram|summary)))"};
    const std::regex sample{
        R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? (\S+))"};
    std::map<std::string, double> values;
    std::map<std::string, std::string> types;
    std::istringstream lines{reply.body};
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      std::smatch match;
      if (std::regex_match(line, match, comment)) {
        if (match[2].matched) {
          CHECK(types.emplace(match[2], match[3]).second);
        }
        continue;
      }
      REQUIRE(std::regex_match(line, match, sample));
      const std::string text = match[5];
      char* end = nullptr;
      const double value = std::strtod(text.c_str(), &end);
      CHECK(*end == '\0');
      CHECK(types.contains(match[1]));
      if (types[match[1]] == "counter") {
        CHECK(match[1].str().ends_with("_total"));
        CHECK(value >= 0);
      }
      values[match[1]] = value;
    }
    CHECK(reply.body.ends_with('\n'));
    CHECK(values.at("collab_rooms") == 1);
    CHECK(values.at("collab_members") == 1);
    CHECK(values.at("collab_elements") == 1);
    CHECK(values.at("collab_operations_total") == 1);
  }

  TEST_CASE("pages come with their type and a tag, and 304 when they are unchanged") {
    const temporary_folder folder;
    std::ofstream{folder.file("index.html")} << "<!doctype html><title>a page</title>";
    std::ofstream{folder.file("app.js")} << "let a = 1;";
    std::ofstream{folder.file(".hidden")} << "secret";
    std::string directory = folder.file("index.html");
    directory.resize(directory.rfind('/'));
    const running_server server{{"--web", directory}};

    const http_reply page = http_get(server.port(), "/?room=ROOM01");
    CHECK(page.status == 200);
    CHECK(page.body == "<!doctype html><title>a page</title>");
    REQUIRE(page.header("content-type").has_value());
    CHECK(page.header("content-type")->starts_with("text/html"));
    REQUIRE(page.header("etag").has_value());
    const std::string tag = *page.header("etag");

    const http_reply same = http_get(server.port(), "/", "If-None-Match: " + tag + "\r\n");
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    CHECK(same.header("etag") == tag);
    CHECK(http_get(server.port(), "/", "If-None-Match: \"other\"\r\n").status == 200);

    const http_reply script = http_get(server.port(), "/app.js");
    CHECK(script.header("content-type")->starts_with("text/javascript"));
    CHECK(script.header("etag") != tag);
    CHECK(http_get(server.port(), "/.hidden").status == 404);
    CHECK(http_get(server.port(), "/../index.html").status != 200);
    CHECK(http_request(server.port(), "POST", "/").status == 405);
  }

  // RFC 9110, section 13.1.2.
  TEST_CASE("a tag in a list, a weak one and any match as well") {
    const temporary_folder folder;
    std::ofstream{folder.file("index.html")} << "a page";
    std::string directory = folder.file("index.html");
    directory.resize(directory.rfind('/'));
    const running_server server{{"--web", directory}};
    const std::string tag = http_get(server.port(), "/").header("etag").value_or("");
    for (const std::string& wanted : {"\"other\", " + tag, "W/" + tag, std::string{"*"}}) {
      INFO(wanted);
      CHECK(http_get(server.port(), "/", "If-None-Match: " + wanted + "\r\n").status == 304);
    }
    CHECK(http_get(server.port(), "/", "If-None-Match: \"a\", W/\"b\"\r\n").status == 200);
  }
}

}  // namespace collab_test
