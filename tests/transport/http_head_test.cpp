#include "transport/http_head.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace collab;

namespace {

// The status with which a head is refused, 0 when it is taken, -1 when more is awaited. Feeds
// pieces of `size` bytes.
int read(std::string_view text, std::size_t size = std::string_view::npos,
         std::size_t bytes_max = 16 * 1024) {
  http_head_reader head{bytes_max};
  while (!text.empty()) {
    std::size_t consumed = 0;
    switch (head.feed(text.substr(0, size), consumed)) {
      case http_head_outcome::complete:
        return 0;
      case http_head_outcome::refused:
        return head.refusal().status;
      case http_head_outcome::incomplete:
        text.remove_prefix(consumed);
    }
  }
  return -1;
}

std::string get(std::string_view target, std::string_view fields = "Host: a\r\n") {
  return "GET " + std::string{target} + " HTTP/1.1\r\n" + std::string{fields} + "\r\n";
}

http_request parse(const std::string& text) {
  http_head_reader head{16 * 1024};
  std::size_t consumed = 0;
  REQUIRE(head.feed(text, consumed) == http_head_outcome::complete);
  CHECK(consumed == text.size());
  return head.request();
}

}  // namespace

TEST_SUITE("transport/http_head") {
  TEST_CASE("a request is read with its target taken apart") {
    const http_request request =
        parse(get("/v1/rooms/a%20b/ws?x", "Host: a:80\r\nX-One:  1 \r\nx-ONE: 2\r\n"));
    CHECK(request.method == "GET");
    CHECK(request.path == "/v1/rooms/a%20b/ws");
    CHECK(request.header("x-one") == "1");
    CHECK(request.header_count("X-One") == 2);
    CHECK(request.header("absent") == std::nullopt);
    CHECK(parse(get("/p?q=1?2")).query == "q=1?2");
    CHECK(parse(get("http://host:80/p?q")).path == "/p");
    CHECK(parse(get("http://host")).path == "/");
    CHECK(parse(get("http://host?q")).query == "q");
    CHECK(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path == "*");
  }

  TEST_CASE("what follows the head is left alone") {
    http_head_reader head{16 * 1024};
    const std::string text = get("/");
    std::size_t consumed = 0;
    CHECK(head.feed(text + "\x81\x80 more", consumed) == http_head_outcome::complete);
    CHECK(consumed == text.size());
  }

  TEST_CASE("the outcome does not depend on the pieces") {
    for (std::size_t size = 1; size < 60; ++size) {
      CAPTURE(size);
      CHECK(read(get("/path?query", "Host: example.com\r\nX: y\r\n"), size) == 0);
      CHECK(read(get("/", "Host: a\r\nX : y\r\n"), size) == 400);
      CHECK(read(get("/", "Host: a\r\nX: y\r\n z\r\n"), size) == 400);
    }
  }

  TEST_CASE("what http-parser lets through is refused") {
    CHECK(read(get("/", "Host: a\r\nX : y\r\n")) == 400);
    CHECK(read(get("/", "Host: a\r\nX y: z\r\n")) == 400);
    CHECK(read(get("/", "Host: a\r\n Y: z\r\n")) == 400);
    CHECK(read("GET / HTTP/1.1\nHost: a\n\n") == 400);
    CHECK(read("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n") == 400);
    CHECK(read(get("/", "")) == 400);
    CHECK(read(get("/", "Host: a\r\nHost: a\r\n")) == 400);
    CHECK(read(get("/", "Host: a,b\r\n")) == 400);
    CHECK(read(get("/", "Host: a/b\r\n")) == 400);
    for (const char* version : {"0.9", "1.2", "1.9", "2.0", "3.0"}) {
      CAPTURE(version);
      CHECK(read("GET / HTTP/" + std::string{version} + "\r\nHost: a\r\n\r\n") == 400);
    }
    CHECK(read(get("/\xC3\xA9")) == 400);
    CHECK(read(get("/a#b")) == 400);
    CHECK(read(get("nowhere")) == 400);
    CHECK(read("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(read("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    CHECK(read(get("/", "Host:\r\n")) == 0);
    CHECK(read(get("/", "Host: [::1]:8080\r\n")) == 0);
  }

  TEST_CASE("bodies are refused where there should be none, and told of otherwise") {
    CHECK(read(get("/", "Host: a\r\nContent-Length: 0\r\n")) == 0);
    CHECK(read(get("/", "Host: a\r\nContent-Length: 1\r\n")) == 400);
    CHECK(read(get("/", "Host: a\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(read(get("/", "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(read(get("/", "Host: a\r\nContent-Length: x\r\n")) == 400);
    http_head_reader post{16 * 1024};
    std::size_t consumed = 0;
    const std::string text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
    CHECK(post.feed(text + "abc", consumed) == http_head_outcome::complete);
    CHECK(consumed == text.size());
    CHECK(post.has_body());
  }

  TEST_CASE("garbage is refused at once, before an end is seen") {
    CHECK(read("\x16\x03\x01") == 400);
    CHECK(read("get / HTTP/1.1\r\n") == 400);
    CHECK(read("GET / XTTP") == 400);
    CHECK(read(" GET / HTTP/1.1\r\n") == 400);
    CHECK(read("GET / HTTP/1.1\r\nHost: a\r\n") == -1);
  }

  TEST_CASE("the limit of bytes holds on both sides") {
    const std::string text = get("/");
    for (std::size_t size : {std::size_t{1}, std::size_t{7}, text.size()}) {
      CAPTURE(size);
      CHECK(read(text, size, text.size()) == 0);
      CHECK(read(text, size, text.size() - 1) == 431);
    }
    CHECK(read("\r\n\r\n\r\n\r\n\r\n", 1, 8) == 431);
  }

  TEST_CASE("the limit of fields holds on both sides") {
    std::string fields = "Host: a\r\n";
    for (int count = 1; count < 100; ++count) {
      fields += "X: y\r\n";
    }
    CHECK(read(get("/", fields)) == 0);
    CHECK(read(get("/", fields + "X: y\r\n")) == 431);
  }

  TEST_CASE("whether the connection is kept follows version and Connection") {
    const auto is_kept = [](const std::string& text) {
      http_head_reader head{16 * 1024};
      std::size_t consumed = 0;
      REQUIRE(head.feed(text, consumed) == http_head_outcome::complete);
      return head.is_kept_alive();
    };
    CHECK(is_kept(get("/")));
    CHECK_FALSE(is_kept(get("/", "Host: a\r\nConnection: close\r\n")));
    CHECK_FALSE(is_kept("GET / HTTP/1.0\r\n\r\n"));
    CHECK(is_kept("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  }
}
