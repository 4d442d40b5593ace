#include "collab/transport/websocket_listener.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "transport/receiver_script.hpp"
#include "transport/socket_client.hpp"

using namespace collab;
using namespace std::chrono_literals;
using collab::testing::make_close;
using collab::testing::make_frame;
using collab::testing::socket_client;
using collab::testing::turn_until;

namespace {

constexpr std::string_view upgrade_text =
    "GET /room HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: one, two\r\n\r\n";

// One WebSocket, as the server's user sees it.
struct peer final : transport_handler {
  void on_message(std::string_view bytes, payload_kind) override {
    messages.emplace_back(bytes);
    for (std::size_t at = 0; at < 64; ++at) {
      padding += bytes.data()[bytes.size() + at];  // Readable, says the contract.
    }
    if (on_each) {
      on_each();
    }
  }
  void on_close(close_code code, std::string_view) override {
    ++closes;
    closed = code;
    if (on_end) {
      on_end();
    }
  }
  void on_drained() override { ++drained; }

  std::unique_ptr<transport> connection;
  std::vector<std::string> messages;
  std::optional<close_code> closed;
  std::function<void()> on_each;
  std::function<void()> on_end;
  int closes = 0;
  int drained = 0;
  int padding = 0;
};

// A listener on a free port, and what it was asked.
struct server final : listener_handler {
  explicit server(websocket_options options = {}) {
    listener.emplace(loop, *this, options);
    REQUIRE(listener->listen({"127.0.0.1", 0}).ok());
  }
  ~server() {
    for (auto& each : peers) {
      each->connection.reset();
    }
    listener.reset();
  }

  void on_request(const http_request& request, http_responder responder) override {
    requests.push_back(request.method + " " + request.target + " " + request.remote_address);
    if (answer) {
      answer(std::move(responder));
    } else {
      responder.respond({.body = "answer to " + request.path});
    }
  }
  upgrade_decision on_upgrade(const http_request& request) override {
    return decide ? decide(request) : upgrade_decision::accept();
  }
  void on_open(std::unique_ptr<transport> connection, const http_request& request,
               std::string_view subprotocol) override {
    opened.push_back(request.path + " " + std::string{subprotocol});
    if (accept) {
      accept(std::move(connection));
      return;
    }
    peers.push_back(std::make_unique<peer>());
    peers.back()->connection = std::move(connection);
    peers.back()->connection->start(*peers.back());
  }

  // A client whose handshake is done, and which is the last of peers.
  std::unique_ptr<socket_client> open(int receive_bytes = 0) {
    auto client = std::make_unique<socket_client>(loop, listener->port(), receive_bytes);
    client->write(upgrade_text);
    REQUIRE(client->read_to("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    return client;
  }
  peer& last() { return *peers.back(); }

  event_loop loop;
  std::vector<std::unique_ptr<peer>> peers;
  std::vector<std::string> requests;
  std::vector<std::string> opened;
  std::function<void(http_responder)> answer;
  std::function<upgrade_decision(const http_request&)> decide;
  std::function<void(std::unique_ptr<transport>)> accept;
  std::optional<websocket_listener> listener;
};

std::string close_text(close_code code, std::string_view reason = {}) {
  const close_payload payload = write_close_payload(code, reason);
  return std::string{write_frame_header(websocket_opcode::close, payload.size).view()} +
         std::string{payload.view()};
}

std::string text_frame(std::string_view text) {
  return std::string{write_frame_header(websocket_opcode::text, text.size()).view()} +
         std::string{text};
}

std::string read_response(socket_client& client) {
  const std::string head = client.read_to("\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  return head + (at == std::string::npos ? "" : client.read(std::stoul(head.substr(at + 16))));
}

}  // namespace

TEST_SUITE("transport/websocket_listener/http") {
  TEST_CASE("a request is answered, and the connection kept for the next") {
    server host;
    socket_client client{host.loop, host.listener->port()};
    for (int round = 0; round < 3; ++round) {
      client.write("GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n");
      const std::string response = read_response(client);
      CHECK(response.starts_with("HTTP/1.1 200 OK\r\nDate: "));
      CHECK(response.find(" GMT\r\n") != std::string::npos);
      CHECK(response.ends_with("Connection: keep-alive\r\n\r\nanswer to /a"));
    }
    CHECK(host.requests == std::vector<std::string>(3, "GET /a?b 127.0.0.1"));
  }

  TEST_CASE("pipelined requests are answered in order, one at a time, even when late") {
    server host;
    std::vector<http_responder> waiting;
    host.answer = [&](http_responder responder) { waiting.push_back(std::move(responder)); };
    socket_client client{host.loop, host.listener->port()};
    client.write("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until(host.loop, [&] { return !waiting.empty(); });
    host.loop.poll();
    CHECK(host.requests.size() == 1);
    waiting[0].respond({.body = "first"});
    waiting[0].respond({.body = "ignored"});
    CHECK(read_response(client).ends_with("first"));
    turn_until(host.loop, [&] { return waiting.size() == 2; });
    waiting[1].respond({.status = 404, .body = "second"});
    const std::string second = read_response(client);
    CHECK(second.starts_with("HTTP/1.1 404 Not Found"));
    CHECK(second.ends_with("second"));
  }

  TEST_CASE("a responder that is dropped answers 500") {
    server host;
    host.answer = [](http_responder) {};
    socket_client client{host.loop, host.listener->port()};
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(read_response(client).starts_with("HTTP/1.1 500 "));
  }

  TEST_CASE("a responder may outlive its connection and the listener") {
    server host;
    std::optional<http_responder> kept;
    host.answer = [&](http_responder responder) { kept.emplace(std::move(responder)); };
    socket_client client{host.loop, host.listener->port()};
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until(host.loop, [&] { return kept.has_value(); });
    host.listener.reset();
    CHECK(client.read_to_end().empty());
    kept->respond({.body = "into nothing"});
    kept.reset();
    host.loop.poll();
  }

  TEST_CASE("HEAD has the headers of GET and no body") {
    server host;
    socket_client client{host.loop, host.listener->port()};
    client.write("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string all = client.read_to_end();
    CHECK(all.find("Content-Length: 12\r\n") != std::string::npos);
    CHECK(all.ends_with("Connection: close\r\n\r\n"));
  }

  TEST_CASE("a request with a body is answered by the handler, and the connection ends") {
    server host;
    host.answer = [](http_responder responder) { responder.respond({.status = 405}); };
    socket_client client{host.loop, host.listener->port()};
    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    const std::string all = client.read_to_end();
    CHECK(all.starts_with("HTTP/1.1 405 "));
    CHECK(all.find("Connection: close") != std::string::npos);
    CHECK(host.requests.size() == 1);
  }

  TEST_CASE("a large body goes out whole to a client that reads late") {
    server host;
    const std::string body(8 << 20, 'b');
    host.answer = [&](http_responder responder) { responder.respond({.body = body}); };
    socket_client client{host.loop, host.listener->port(), 4096};
    client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string all = client.read_to_end();
    CHECK(all.size() > body.size());
    CHECK(all.substr(all.size() - body.size()) == body);
  }

  TEST_CASE("a header of a response cannot end its line") {
    server host;
    host.answer = [](http_responder responder) {
      responder.respond(
          {.headers = {{"X-Good", "yes"}, {"X-Bad", "a\r\nX-Evil: b"}, {"X\r\n", "c"}}});
    };
    socket_client client{host.loop, host.listener->port()};
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string response = read_response(client);
    CHECK(response.find("X-Good: yes\r\n") != std::string::npos);
    CHECK(response.find("X-Bad") == std::string::npos);
    CHECK(response.find("Evil") == std::string::npos);
  }

  TEST_CASE("a client that sends nothing is dropped, one that sends half a head told so") {
    server host{{.handshake_deadline = 50ms}};
    socket_client silent{host.loop, host.listener->port()};
    socket_client halting{host.loop, host.listener->port()};
    halting.write("GET / HTTP/1.1\r\n");
    CHECK(silent.read_to_end().empty());
    CHECK(halting.read_to_end().starts_with("HTTP/1.1 408 "));
    CHECK(host.requests.empty());
  }

  TEST_CASE("a kept connection ends when it is idle for too long") {
    server host{{.keep_alive_idle = 50ms}};
    socket_client client{host.loop, host.listener->port()};
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(read_response(client).starts_with("HTTP/1.1 200 "));
    CHECK(client.read_to_end().empty());
  }

  TEST_CASE("connections_max is taken and one more refused with 503") {
    server host{{.connections_max = 2}};
    socket_client first{host.loop, host.listener->port()};
    socket_client second{host.loop, host.listener->port()};
    turn_until(host.loop, [&] { return host.listener->connections() == 2; });
    socket_client third{host.loop, host.listener->port()};
    third.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(third.read_to_end().starts_with("HTTP/1.1 503 "));
    second.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(read_response(second).starts_with("HTTP/1.1 200 "));
    first.close();
    third.close();
    turn_until(host.loop, [&] { return host.listener->connections() == 1; });
    socket_client fourth{host.loop, host.listener->port()};
    fourth.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(read_response(fourth).starts_with("HTTP/1.1 200 "));
  }

  TEST_CASE("shutdown() refuses new connections, ends idle ones and lets answers out") {
    server host;
    std::optional<http_responder> kept;
    host.answer = [&](http_responder responder) { kept.emplace(std::move(responder)); };
    socket_client idle{host.loop, host.listener->port()};
    socket_client busy{host.loop, host.listener->port()};
    busy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until(host.loop, [&] { return kept && host.listener->connections() == 2; });
    host.listener->shutdown();
    CHECK(idle.read_to_end().empty());
    kept->respond({.body = "the last"});
    const std::string all = busy.read_to_end();
    CHECK(all.find("Connection: close") != std::string::npos);
    CHECK(all.ends_with("the last"));
  }

  TEST_CASE("an address that is taken, or is none, is told and changes nothing") {
    server host;
    websocket_listener other{host.loop, host, {}};
    CHECK(absl::IsUnavailable(other.listen({"127.0.0.1", host.listener->port()})));
    CHECK(absl::IsInvalidArgument(other.listen({"no such host.invalid", 0})));
    CHECK(other.port() == 0);
    CHECK(other.listen({"127.0.0.1", 0}).ok());
    CHECK(other.port() != 0);
  }

  TEST_CASE("addresses are read as HOST:PORT and nothing else") {
    const auto good = parse_listen_address("localhost:65535");
    REQUIRE(good.ok());
    CHECK(good->host == "localhost");
    CHECK(good->port == 65535);
    REQUIRE(parse_listen_address("[::1]:0").ok());
    CHECK(parse_listen_address("[::1]:0")->host == "::1");
    for (const char* bad :
         {"", "a", ":80", "a:", "a:x", "a:65536", "a:-1", "a:1x", "::1:80", "[]:1"}) {
      CAPTURE(bad);
      CHECK(absl::IsInvalidArgument(parse_listen_address(bad).status()));
    }
  }
}

TEST_SUITE("transport/websocket_listener/upgrade") {
  TEST_CASE("the handler chooses the subprotocol and may add headers") {
    server host;
    host.decide = [](const http_request&) {
      upgrade_decision decision = upgrade_decision::accept("two");
      decision.headers.push_back({"X-Extra", "1"});
      return decision;
    };
    socket_client client{host.loop, host.listener->port()};
    client.write(upgrade_text);
    const std::string head = client.read_to("\r\n\r\n");
    CHECK(head.find("Sec-WebSocket-Protocol: two\r\n") != std::string::npos);
    CHECK(head.find("X-Extra: 1\r\n") != std::string::npos);
    CHECK(host.opened == std::vector<std::string>{"/room two"});
  }

  TEST_CASE("a subprotocol that was not offered is the server's fault") {
    server host;
    host.decide = [](const http_request&) { return upgrade_decision::accept("three"); };
    socket_client client{host.loop, host.listener->port()};
    client.write(upgrade_text);
    CHECK(client.read_to_end().starts_with("HTTP/1.1 500 "));
    CHECK(host.opened.empty());
  }

  TEST_CASE("the handler may refuse with any response") {
    server host;
    host.decide = [](const http_request&) {
      return upgrade_decision::refuse({.status = 403, .body = "not you"});
    };
    socket_client client{host.loop, host.listener->port()};
    client.write(upgrade_text);
    const std::string all = client.read_to_end();
    CHECK(all.starts_with("HTTP/1.1 403 "));
    CHECK(all.ends_with("not you"));
  }

  TEST_CASE("a transport that is dropped at once ends the connection") {
    server host;
    host.accept = [](std::unique_ptr<transport>) {};
    socket_client client{host.loop, host.listener->port()};
    client.write(upgrade_text);
    // The answer to the upgrade may or may not have left; a message never does.
    const std::string all = client.read_to_end();
    CHECK((all.empty() || all.ends_with("\r\n\r\n")));
    turn_until(host.loop, [&] { return host.listener->connections() == 0; });
    CHECK(host.listener->connections() == 0);
  }

  TEST_CASE("a transport may be started later; until then nothing is read") {
    server host;
    std::unique_ptr<transport> held;
    host.accept = [&](std::unique_ptr<transport> connection) { held = std::move(connection); };
    socket_client client{host.loop, host.listener->port()};
    client.write(std::string{upgrade_text} + make_frame(0x1, "ear").substr(0, 5));
    client.read_to("\r\n\r\n");
    client.write(make_frame(0x1, "ear").substr(5) + make_frame(0x1, "later"));
    host.loop.poll();
    peer late;
    held->start(late);
    turn_until(host.loop, [&] { return late.messages.size() == 2; });
    CHECK(late.messages == std::vector<std::string>{"ear", "later"});
    held.reset();
  }

  TEST_CASE("the listener may be destroyed inside any of its calls") {
    for (const int where : {0, 1, 2}) {
      CAPTURE(where);
      server host;
      host.answer = [&](http_responder responder) {
        host.listener.reset();
        responder.respond({.body = "x"});
      };
      host.decide = [&](const http_request&) {
        if (where == 1) {
          host.listener.reset();
        }
        return upgrade_decision::accept();
      };
      host.accept = [&](std::unique_ptr<transport>) { host.listener.reset(); };
      socket_client client{host.loop, host.listener->port()};
      client.write(where == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n\r\n" : upgrade_text);
      client.read_to_end();
      CHECK_FALSE(host.listener.has_value());
    }
  }
}

TEST_SUITE("transport/websocket_listener/messages") {
  TEST_CASE("messages come whole, however they are cut") {
    server host;
    const auto client = host.open();
    const std::string large(200'000, 'L');
    const std::string stream = make_frame(0x1, "one") + make_frame(0x2, large) +
                               make_frame(0x1, "t", {.is_final = false}) + make_frame(0x0, "wo");
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = at < 40 ? 1 : 7919;
      client->write(std::string_view{stream}.substr(at, size));
      host.loop.poll();
      at += size;
    }
    turn_until(host.loop, [&] { return host.last().messages.size() == 3; });
    CHECK(host.last().messages == std::vector<std::string>{"one", large, "two"});
  }

  TEST_CASE("one payload reaches many, in the order of each one's queue") {
    server host;
    std::vector<std::unique_ptr<socket_client>> clients;
    for (int count = 0; count < 10; ++count) {
      clients.push_back(host.open());
    }
    const shared_payload shared = make_payload("to all");
    for (auto& each : host.peers) {
      each->connection->send(shared);
      each->connection->send(make_payload(std::string(70'000, 'x')));
      each->connection->send(shared);
    }
    CHECK(shared.use_count() == 21);
    for (auto& client : clients) {
      const std::string expected =
          text_frame("to all") + text_frame(std::string(70'000, 'x')) + text_frame("to all");
      CHECK(client->read(expected.size()) == expected);
    }
    CHECK(shared.use_count() == 1);
  }

  TEST_CASE("hundreds of small messages of one turn arrive in order") {
    server host;
    const auto client = host.open();
    std::string expected;
    for (int number = 0; number < 500; ++number) {
      host.last().connection->send(make_payload(std::to_string(number)));
      expected += text_frame(std::to_string(number));
    }
    CHECK(host.last().connection->queued_bytes() == expected.size());
    CHECK(client->read(expected.size()) == expected);
    turn_until(host.loop, [&] { return host.last().drained > 0; });
    CHECK(host.last().connection->queued_bytes() == 0);
  }

  TEST_CASE("a client that does not read holds up its own queue only, and nothing is lost") {
    server host;
    const auto slow = host.open(4096);
    const auto quick = host.open();
    peer& slow_peer = *host.peers[0];
    const std::string block(100'000, 's');
    for (int count = 0; count < 200; ++count) {
      slow_peer.connection->send(make_payload(block));
    }
    host.peers[1]->connection->send(make_payload("quick"));
    CHECK(quick->read(7) == text_frame("quick"));
    CHECK(slow_peer.connection->queued_bytes() > 1'000'000);
    const std::string expected = text_frame(block);
    for (int count = 0; count < 200; ++count) {
      REQUIRE(slow->read(expected.size()) == expected);
    }
    turn_until(host.loop, [&] { return slow_peer.connection->queued_bytes() == 0; });
    CHECK(slow_peer.drained > 0);
  }

  TEST_CASE("a message much larger than the kernel's buffers arrives whole") {
    server host;
    const auto slow = host.open(4096);
    std::string large(32 << 20, ' ');
    for (std::size_t at = 0; at < large.size(); ++at) {
      large[at] = static_cast<char>(at * 2654435761U >> 24U);
    }
    host.last().connection->send(make_payload(large, payload_kind::binary));
    host.last().connection->send(make_payload("after"));
    CHECK(slow->read(10).starts_with("\x82\x7F"));
    CHECK(slow->read(large.size()) == large);
    CHECK(slow->read(7) == text_frame("after"));
  }

  TEST_CASE("a paused connection leaves the sender to the network's own flow control") {
    server host;
    const auto client = host.open(4096);
    peer& paused = host.last();
    paused.on_each = [&] { paused.connection->pause_reading(); };
    const std::string frame = make_frame(0x2, std::string(60'000, 'p'));
    std::size_t written = 0;
    // Until ten turns in a row move nothing: the buffers of the kernel are full.
    for (int stuck = 0; stuck < 10 && written < (64U << 20U);) {
      const std::string_view rest = std::string_view{frame}.substr(written % frame.size());
      const std::size_t count = client->write_some(rest);
      written += count;
      stuck = count == 0 ? stuck + 1 : 0;
      host.loop.run_for(1ms);
    }
    CHECK(written < (64U << 20U));
    CHECK(paused.messages.size() <= 2);
    paused.on_each = nullptr;
    paused.connection->resume_reading();
    turn_until(host.loop, [&] { return paused.messages.size() == written / frame.size(); });
  }

  TEST_CASE("pongs to a client that does not read stay few") {
    server host;
    const auto client = host.open(4096);
    for (int count = 0; count < 100; ++count) {
      host.last().connection->send(make_payload(std::string(100'000, 'x')));
    }
    turn_until(host.loop, [&] { return host.last().connection->queued_bytes() < 9'999'000; });
    host.loop.poll();
    const std::size_t before = host.last().connection->queued_bytes();
    std::string pings;
    for (int count = 0; count < 5000; ++count) {
      pings += make_frame(0x9, std::to_string(count));
    }
    client->write(pings + make_frame(0x1, "seen"));
    turn_until(host.loop, [&] { return !host.last().messages.empty(); });
    CHECK(host.last().connection->queued_bytes() <= before + 16 * (2 + 4));
    // The latest is answered all the same.
    const std::string latest = std::string{"\x8A\x04"} + "4999";
    CHECK(client->read_to(latest).ends_with(latest));
  }
}

TEST_SUITE("transport/websocket_listener/end") {
  TEST_CASE("the peer's close is answered, told once, and ends the connection") {
    server host;
    const auto client = host.open();
    client->write(make_frame(0x1, "last") + make_close(4000, "bye"));
    CHECK(client->read_to_end() == close_text(close_code{4000}));
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().messages.size() == 1);
    CHECK(host.last().closed == close_code{4000});
    client->close();
    turn_until(host.loop, [&] { return host.listener->connections() == 0; });
    CHECK(host.last().closes == 1);
  }

  TEST_CASE("close() sends what is queued, then the code, and waits for the answer") {
    server host;
    const auto client = host.open();
    host.last().connection->send(make_payload("before"));
    host.last().connection->close(close_code::going_away, "over");
    host.last().connection->send(make_payload("after"));
    host.last().connection->close(close_code::normal, "again");
    const std::string expected = text_frame("before") + close_text(close_code::going_away, "over");
    CHECK(client->read(expected.size()) == expected);
    CHECK(host.last().closes == 0);
    client->write(make_frame(0x1, "crossed") + make_close(1001));
    CHECK(client->read_to_end().empty());
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().closed == close_code::going_away);
    CHECK(host.last().messages.empty());
    CHECK(host.last().closes == 1);
  }

  TEST_CASE("a peer that never answers a close is cut off after close_timeout") {
    server host{{.close_timeout = 50ms}};
    const auto client = host.open();
    host.last().connection->close(close_code::going_away, "");
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().closed == close_code::abnormal);
    client->read_to_end();
  }

  TEST_CASE("a peer that lingers after both closes is cut off after close_timeout") {
    server host{{.close_timeout = 50ms}};
    const auto client = host.open();
    client->write(make_close(1000));
    CHECK(client->read_to_end() == std::string{"\x88\x02\x03\xE8"});
    turn_until(host.loop, [&] { return host.listener->connections() == 0; });
    CHECK(host.last().closed == close_code::normal);
  }

  TEST_CASE("a failure of the protocol is told to both sides with its code") {
    server host;
    const auto client = host.open();
    client->write(make_frame(0x3, "x"));
    const std::string all = client->read_to_end();
    CHECK(all.substr(2, 2) == std::string{"\x03\xEA"});
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().closed == close_code::protocol_error);
  }

  TEST_CASE("a failed peer that goes on sending gets the close frame and an orderly end") {
    server host;
    const auto client = host.open();
    std::string stream = make_frame(0x3, "x") + std::string(500'000, 'u');
    turn_until(host.loop, [&] {
      stream.erase(0, client->write_some(stream));
      client->collect();
      return stream.empty();
    });
    CHECK(client->read_to_end().substr(2, 2) == std::string{"\x03\xEA"});
    CHECK_FALSE(client->was_reset());
  }

  TEST_CASE("a connection that is lost is told as abnormal, once") {
    server host;
    const auto client = host.open();
    client->write(make_frame(0x1, "half", {.is_final = false}));
    client->close();
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().closed == close_code::abnormal);
    turn_until(host.loop, [&] { return host.listener->connections() == 0; });
    CHECK(host.last().closes == 1);
  }

  TEST_CASE("a silent peer is pinged, and lost when it stays silent") {
    server host{{.ping_interval = 60ms, .silence_max = 200ms}};
    const auto client = host.open();
    CHECK(client->read(2) == std::string("\x89\x00", 2));
    turn_until(host.loop, [&] { return host.last().closes > 0; });
    CHECK(host.last().closed == close_code::abnormal);
  }

  TEST_CASE("a peer that answers its pings is kept") {
    server host{{.ping_interval = 40ms, .silence_max = 2s}};
    const auto client = host.open();
    for (int round = 0; round < 5; ++round) {
      CHECK(client->read(2) == std::string("\x89\x00", 2));
      client->write(make_frame(0xA, ""));
    }
    CHECK(host.last().closes == 0);
  }

  TEST_CASE("a transport may be destroyed inside its own calls") {
    server host;
    const auto first = host.open();
    peer& on_message = host.last();
    on_message.on_each = [&] { on_message.connection.reset(); };
    first->write(make_frame(0x1, "one") + make_frame(0x1, "two"));
    first->read_to_end();
    CHECK(on_message.messages.size() == 1);
    CHECK(on_message.closes == 0);

    const auto second = host.open();
    peer& on_close = host.last();
    on_close.on_end = [&] { on_close.connection.reset(); };
    second->write(make_close(1000));
    second->read_to_end();
    turn_until(host.loop, [&] { return on_close.closes == 1; });

    const auto third = host.open();
    peer& on_lost = host.last();
    on_lost.on_end = [&] { on_lost.connection.reset(); };
    third->close();
    turn_until(host.loop, [&] { return on_lost.closes == 1; });
    turn_until(host.loop, [&] { return host.listener->connections() <= 1; });
  }

  TEST_CASE("closing inside a message stops the delivery of those behind it") {
    server host;
    const auto client = host.open();
    peer& it = host.last();
    it.on_each = [&] { it.connection->close(close_code::policy_violation, "enough"); };
    client->write(make_frame(0x1, "one") + make_frame(0x1, "two"));
    const std::string expected = close_text(close_code::policy_violation, "enough");
    CHECK(client->read(expected.size()) == expected);
    client->write(make_close(1008));
    turn_until(host.loop, [&] { return it.closes == 1; });
    CHECK(it.messages.size() == 1);
  }

  TEST_CASE("a paused connection can be closed") {
    server host;
    const auto client = host.open();
    host.last().connection->pause_reading();
    host.last().connection->close(close_code::normal, "");
    client->read(4);
    client->write(make_close(1000));
    turn_until(host.loop, [&] { return host.last().closes == 1; });
    CHECK(host.last().closed == close_code::normal);
  }

  TEST_CASE("transports outlive their listener") {
    server host;
    const auto client = host.open();
    host.listener.reset();
    host.last().connection->send(make_payload("still"));
    CHECK(client->read(7) == text_frame("still"));
    client->write(make_frame(0x1, "here"));
    turn_until(host.loop, [&] { return host.last().messages.size() == 1; });
  }
}
