#include "collab/transport/websocket_handshake.hpp"

#include <doctest/doctest.h>

using namespace collab;

namespace {

http_request make_request() {
  http_request request;
  request.method = "GET";
  request.target = request.path = "/";
  request.headers = {{"Host", "a"},
                     {"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"Sec-WebSocket-Version", "13"}};
  return request;
}

http_request with(std::string name, std::string value) {
  http_request request = make_request();
  std::erase_if(request.headers, [&](const http_header& item) { return item.name == name; });
  request.headers.push_back({std::move(name), std::move(value)});
  return request;
}

int status_of(const http_request& request) {
  const auto refusal = check_websocket_handshake(request);
  return refusal ? refusal->status : 101;
}

}  // namespace

TEST_SUITE("transport/websocket_handshake") {
  TEST_CASE("the accept key is that of the example in RFC 6455, section 1.3") {
    CHECK(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  TEST_CASE("a handshake in order is accepted, one with a fault refused") {
    CHECK(status_of(make_request()) == 101);
    CHECK(status_of(with("Upgrade", "h2c,  WebSocket ")) == 101);
    CHECK(status_of(with("Connection", "keep-alive, upgrade")) == 101);
    CHECK(status_of(with("Upgrade", "websockets")) == 400);
    CHECK(status_of(with("Connection", "close")) == 400);
    CHECK(status_of(with("Sec-WebSocket-Version", "8")) == 426);
    CHECK(status_of(with("Sec-WebSocket-Key", "")) == 400);
    CHECK(status_of(with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=")) == 400);
    CHECK(status_of(with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ===")) == 400);
    CHECK(status_of(with("Sec-WebSocket-Protocol", "a b")) == 400);
    http_request post = make_request();
    post.method = "POST";
    CHECK(status_of(post) == 400);
  }

  TEST_CASE("the subprotocol is the first offered one that the server knows") {
    const http_request request = with("Sec-WebSocket-Protocol", "one, two ,three");
    CHECK(offered_subprotocols(request) == std::vector<std::string_view>{"one", "two", "three"});
    CHECK(select_subprotocol(request, {"three", "one"}) == "one");
    CHECK(select_subprotocol(request, {"Two"}) == "");
    CHECK(select_subprotocol(make_request(), {"one"}) == "");
    http_request twice = request;
    twice.headers.push_back({"sec-websocket-protocol", "four"});
    CHECK(offered_subprotocols(twice).size() == 4);
  }

  TEST_CASE("only a request that names websocket is for a WebSocket") {
    CHECK(is_websocket_upgrade(make_request()));
    CHECK_FALSE(is_websocket_upgrade(with("Upgrade", "h2c")));
    CHECK_FALSE(is_websocket_upgrade(http_request{}));
  }
}
