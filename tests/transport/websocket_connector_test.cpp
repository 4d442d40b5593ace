#include "collab/transport/websocket_connector.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collab/transport/websocket_listener.hpp"
#include "transport/receiver_script.hpp"
#include "transport/socket_client.hpp"

using namespace collab;
using namespace std::chrono_literals;
using collab::testing::socket_client;
using collab::testing::socket_server;
using collab::testing::turn_until;

namespace {

// The key is that of the example in RFC 6455, section 1.3: base64 of "the sample nonce".
class example_source final : public random_source {
 public:
  std::uint64_t next() override {
    constexpr std::string_view nonce = "the sample nonce";
    std::uint64_t bits = 0;
    if (drawn_ < 2) {
      for (std::size_t byte = 8; byte-- > 0;) {
        bits = bits << 8U | static_cast<unsigned char>(nonce[drawn_ * 8 + byte]);
      }
    } else {
      bits = drawn_ * 0x9E3779B97F4A7C15;
    }
    ++drawn_;
    return bits;
  }

 private:
  std::size_t drawn_ = 0;
};

constexpr std::string_view example_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view good_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: collab.v1.binary\r\n\r\n";

std::string replaced(std::string_view from, std::string_view what, std::string_view by) {
  std::string text{from};
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

// One end of a connection and what it was told.
struct user final : transport_handler {
  void on_message(std::string_view bytes, payload_kind kind) override {
    messages.emplace_back(bytes);
    kinds.push_back(kind);
    for (std::size_t at = 0; at < 64; ++at) {
      padding += bytes.data()[bytes.size() + at];  // Readable, says the contract.
    }
    if (on_each) {
      on_each();
    }
  }
  void on_close(close_code code, std::string_view why) override {
    ++closes;
    closed = code;
    reason = why;
    if (on_end) {
      on_end();
    }
  }
  void on_drained() override { ++drained; }
  void take(std::unique_ptr<transport> given) {
    connection = std::move(given);
    connection->start(*this);
  }
  void send(std::string text, payload_kind kind = payload_kind::binary) {
    connection->send(make_payload(std::move(text), kind));
  }

  std::unique_ptr<transport> connection;
  std::vector<std::string> messages;
  std::vector<payload_kind> kinds;
  std::optional<close_code> closed;
  std::string reason;
  std::function<void()> on_each;
  std::function<void()> on_end;
  int closes = 0;
  int drained = 0;
  int padding = 0;
};

// A connector, and a server of plain bytes for it.
struct dialling {
  explicit dialling(websocket_connector_options options = {})
      : connector{loop,
                  random,
                  {.host = "127.0.0.1", .port = server.port(), .target = "/rooms/{room}?v=1"},
                  std::move(options)} {
    client.take(connector.connect("a b"));
  }

  // The server's end, after the client's request, which is kept.
  std::unique_ptr<socket_client> accept() {
    auto end = server.accept();
    request = end->read_to("\r\n\r\n");
    return end;
  }
  std::unique_ptr<socket_client> open(std::string_view more = {}) {
    auto end = accept();
    end->write(std::string{good_answer} + std::string{more});
    return end;
  }
  void turn_until_closed() {
    turn_until(loop, [&] { return client.closes > 0; });
  }

  event_loop loop;
  example_source random;
  socket_server server{loop};
  websocket_connector connector;
  user client;
  std::string request;
};

// A frame as a server sends it.
std::string bare(unsigned opcode, std::string_view body, bool is_final = true) {
  return collab::testing::make_frame(opcode, body, {.is_final = is_final, .is_masked = false});
}

// The next frame that a client sent; REQUIREs that it is masked.
struct sent_frame {
  unsigned opcode = 0;
  std::string mask{};
  std::string body{};
};

sent_frame read_frame(socket_client& from) {
  const std::string head = from.read(2);
  sent_frame frame{.opcode = static_cast<unsigned char>(head[0]) & 0x0FU};
  REQUIRE((static_cast<unsigned char>(head[0]) & 0xF0U) == 0x80U);
  REQUIRE((static_cast<unsigned char>(head[1]) & 0x80U) != 0);
  std::size_t size = static_cast<unsigned char>(head[1]) & 0x7FU;
  if (size >= 126) {
    const std::string longer = from.read(size == 126 ? 2 : 8);
    size = 0;
    for (const char byte : longer) {
      size = size << 8U | static_cast<unsigned char>(byte);
    }
  }
  frame.mask = from.read(4);
  frame.body = from.read(size);
  for (std::size_t at = 0; at < size; ++at) {
    frame.body[at] = static_cast<char>(frame.body[at] ^ frame.mask[at % 4]);
  }
  return frame;
}

// A board server's listener in the same loop, whose ends of connections are `peers`.
struct board final : listener_handler {
  explicit board(websocket_connector_options options = {}) {
    listener.emplace(loop, *this,
                     websocket_options{.frame_bytes_max = 1 << 24, .message_bytes_max = 1 << 24});
    REQUIRE(listener->listen({"127.0.0.1", 0}).ok());
    const auto url =
        parse_websocket_url("ws://localhost:" + std::to_string(listener->port()) + "/");
    REQUIRE(url.ok());
    connector.emplace(loop, random, *url, std::move(options));
  }
  ~board() {
    for (auto& each : peers) {
      each->connection.reset();
    }
    client.connection.reset();
  }

  void on_request(const http_request&, http_responder responder) override { responder.respond({}); }
  upgrade_decision on_upgrade(const http_request& request) override {
    asked.push_back(request.target);
    return decide ? decide(request) : upgrade_decision::accept("collab.v1.binary");
  }
  void on_open(std::unique_ptr<transport> connection, const http_request&,
               std::string_view) override {
    peers.push_back(std::make_unique<user>());
    peers.back()->take(std::move(connection));
  }
  user& peer() {
    turn_until(loop, [&] { return !peers.empty(); });
    return *peers.back();
  }

  event_loop loop;
  system_random_source random;
  std::optional<websocket_listener> listener;
  std::optional<websocket_connector> connector;
  std::vector<std::unique_ptr<user>> peers;
  std::vector<std::string> asked;
  std::function<upgrade_decision(const http_request&)> decide;
  user client;
};

}  // namespace

TEST_SUITE("transport/websocket_connector/url") {
  TEST_CASE("a URL is a host, a port and what is asked for there") {
    const auto plain = parse_websocket_url("ws://board.example");
    REQUIRE(plain.ok());
    CHECK(plain->host == "board.example");
    CHECK(plain->port == 80);
    CHECK(plain->target == "/v1/rooms/{room}/ws");
    const auto full = parse_websocket_url("WS://[::1]:65535/a/{room}?b=c");
    REQUIRE(full.ok());
    CHECK(full->host == "::1");
    CHECK(full->port == 65535);
    CHECK(full->target == "/a/{room}?b=c");
    CHECK(parse_websocket_url("ws://a:1/")->target == "/v1/rooms/{room}/ws");
    CHECK(parse_websocket_url("ws://a?b")->target == "/?b");
  }

  TEST_CASE("what is no such URL is refused by a message that shows it") {
    for (const char* text :
         {"", "ws:", "ws://", "ws://:80", "http://a", "a:80", "ws://a:", "ws://a:0", "ws://a:65536",
          "ws://a:8x", "ws://[::1", "ws://[]:1", "ws://[::1]1", "ws://a@b", "ws://a/#b",
          "ws://a/b c", "ws://a/\xC3\xA9", "ws://a/\r\nb"}) {
      const auto url = parse_websocket_url(text);
      CHECK_MESSAGE(url.status().code() == absl::StatusCode::kInvalidArgument, text);
      CHECK(url.status().message().find(text) != absl::string_view::npos);
    }
    CHECK(parse_websocket_url("wss://a").status().code() == absl::StatusCode::kUnimplemented);
  }
}

TEST_SUITE("transport/websocket_connector/handshake") {
  TEST_CASE("the request is that of RFC 6455, section 4.1, for the room") {
    dialling dial{{.headers = {{"Origin", "http://a"}, {"X-Bad", "a\r\nb: c"}}}};
    const auto end = dial.accept();
    const std::string port = std::to_string(dial.server.port());
    CHECK(dial.request ==
          "GET /rooms/a%20b?v=1 HTTP/1.1\r\nHost: 127.0.0.1:" + port +
              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " +
              std::string{example_key} +
              "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: collab.v1.binary\r\n"
              "Origin: http://a\r\n\r\n");
    CHECK(dial.client.closes == 0);
  }

  TEST_CASE("an answer that does not agree ends the connection, with the reason") {
    const std::pair<std::string, std::string_view> wrong[] = {
        {replaced(good_answer, "s3p", "s3q"), "Sec-WebSocket-Accept"},
        {replaced(good_answer, "Sec-WebSocket-Accept", "X-Accept"), "Sec-WebSocket-Accept"},
        {replaced(good_answer, "Upgrade: websocket\r\n", "Upgrade: h2c\r\n"), "Upgrade"},
        {replaced(good_answer, "Upgrade: websocket\r\n", ""), "Upgrade"},
        {replaced(good_answer, "Connection: Upgrade", "Connection: close"), "Connection"},
        {replaced(good_answer, ": collab.v1.binary", ": collab.v1.json"), "collab.v1.json"},
        {replaced(good_answer, "Sec-WebSocket-Protocol: collab.v1.binary\r\n", ""),
         "did not agree to speak collab.v1.binary"},
        {replaced(good_answer, "\r\n\r\n",
                  "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
         "permessage-deflate"},
        {replaced(good_answer, "HTTP/1.1", "HTTP/1.0"), "HTTP/1.1"},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", "404 Not Found"},
        {"HTTP/1.1 200 OK\r\n\r\n", "200 OK"},
        {"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", "302 Found"},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"},
    };
    for (const auto& [answer, reason] : wrong) {
      CAPTURE(answer);
      dialling dial;
      const auto end = dial.accept();
      end->write(answer);
      dial.turn_until_closed();
      CHECK(dial.client.closed == close_code::abnormal);
      CHECK(dial.client.reason.find(reason) != std::string::npos);
      CHECK(dial.client.reason.find(std::to_string(dial.server.port())) != std::string::npos);
      CHECK(end->read_to_end().empty());
      dial.loop.run_for(5ms);
      CHECK(dial.client.closes == 1);
    }
  }

  TEST_CASE("a subprotocol that nobody offered is refused; none is fine when none was offered") {
    const std::string none =
        replaced(good_answer, "Sec-WebSocket-Protocol: collab.v1.binary\r\n", "");
    dialling without{{.subprotocol = ""}};
    const auto end = without.accept();
    CHECK(without.request.find("Sec-WebSocket-Protocol") == std::string::npos);
    end->write(none + bare(0x1, "hello"));
    turn_until(without.loop, [&] { return !without.client.messages.empty(); });
    dialling with{{.subprotocol = ""}};
    with.open();
    with.turn_until_closed();
    CHECK(with.client.reason.find("not offered") != std::string::npos);
  }

  TEST_CASE("a head at its limit is taken, one byte more is given up") {
    const std::size_t limit = 400;
    for (const std::size_t size : {limit, limit + 1}) {
      dialling dial{{.head_bytes_max = limit}};
      const std::string padding = "X: " + std::string(size - good_answer.size() - 5, 'x') + "\r\n";
      const auto end = dial.accept();
      end->write(replaced(good_answer, "Upgrade: ", padding + "Upgrade: "));
      if (size == limit) {
        end->write(bare(0x2, "hello"));
        turn_until(dial.loop, [&] { return !dial.client.messages.empty(); });
      } else {
        dial.turn_until_closed();
        CHECK(dial.client.reason.find("400 bytes") != std::string::npos);
      }
    }
    dialling endless{{.head_bytes_max = limit}};
    const auto end = endless.accept();
    end->write("HTTP/1.1 101 Switching Protocols\r\n" + std::string(10'000, 'x'));
    endless.turn_until_closed();
    CHECK(endless.client.closed == close_code::abnormal);
  }

  TEST_CASE("no answer, half of one, or none from TCP ends at the deadline") {
    for (const std::string_view part : {std::string_view{}, good_answer.substr(0, 60)}) {
      dialling dial{{.connect_deadline = 100ms}};
      const auto end = dial.accept();
      end->write(part);
      const auto begin = std::chrono::steady_clock::now();
      dial.turn_until_closed();
      CHECK(std::chrono::steady_clock::now() - begin < 1s);
      CHECK(dial.client.closed == close_code::abnormal);
      CHECK(dial.client.reason.find("in time") != std::string::npos);
      CHECK(end->read_to_end().empty());
    }
  }

  TEST_CASE("a server that hangs up before or within its answer ends the connection") {
    for (const std::string_view part : {std::string_view{}, good_answer.substr(0, 60)}) {
      dialling dial;
      auto end = dial.accept();
      end->write(part);
      end->close();
      dial.turn_until_closed();
      CHECK(dial.client.closed == close_code::abnormal);
      CHECK(dial.client.reason.find("before it had answered") != std::string::npos);
    }
  }

  TEST_CASE("nobody there, or a name that nobody has, ends the connection") {
    event_loop loop;
    system_random_source random;
    std::uint16_t free = 0;
    {
      const socket_server server{loop};
      free = server.port();
    }
    user refused;
    websocket_connector there{loop, random, {.host = "127.0.0.1", .port = free, .target = "/"}};
    refused.take(there.connect("r"));
    user unknown;
    websocket_connector nowhere{loop, random, {.host = "no.such.invalid", .target = "/"}};
    unknown.take(nowhere.connect("r"));
    CHECK(refused.closes == 0);
    turn_until(loop, [&] { return refused.closes > 0 && unknown.closes > 0; });
    CHECK(refused.closed == close_code::abnormal);
    CHECK(refused.reason.find("can't be reached") != std::string::npos);
    CHECK(unknown.reason.find("no.such.invalid:80 ") == 0);
  }

  TEST_CASE("who starts after the connection has failed is told then, once") {
    event_loop loop;
    system_random_source random;
    socket_server server{loop};
    websocket_connector connector{
        loop, random, {.host = "127.0.0.1", .port = server.port(), .target = "/"}};
    auto connection = connector.connect("r");
    server.accept()->write("HTTP/1.1 500 No\r\n\r\n");
    loop.run_for(50ms);
    user late;
    late.take(std::move(connection));
    CHECK(late.closes == 0);
    turn_until(loop, [&] { return late.closes > 0; });
    CHECK(late.reason.find("500 No") != std::string::npos);
    loop.run_for(5ms);
    CHECK(late.closes == 1);

    websocket_connector hasty{loop,
                              random,
                              {.host = "127.0.0.1", .port = server.port(), .target = "/"},
                              {.connect_deadline = 40ms}};
    auto unanswered = hasty.connect("r");
    const auto silent = server.accept();
    loop.run_for(200ms);
    user later;
    later.take(std::move(unanswered));
    turn_until(loop, [&] { return later.closes > 0; });
    CHECK(later.reason.find("in time") != std::string::npos);
  }
}

TEST_SUITE("transport/websocket_connector/messages") {
  TEST_CASE("both ends of our own exchange messages of each kind and size, in order") {
    board host;
    host.client.take(host.connector->connect("ROOM-1"));
    std::vector<std::string> sent;
    for (const std::size_t size : {0, 1, 125, 126, 127, 65'535, 65'536, 5'000'000}) {
      std::string bytes(size, '\0');
      for (std::size_t at = 0; at < size; ++at) {
        bytes[at] = static_cast<char>(at * 31);
      }
      host.client.send(bytes);  // The first of them before the connection stands.
      sent.push_back(std::move(bytes));
    }
    CHECK(host.client.connection->queued_bytes() >= 5'131'450);
    user& peer = host.peer();
    turn_until(host.loop, [&] { return peer.messages.size() == sent.size(); });
    CHECK(peer.messages == sent);
    CHECK(host.asked == std::vector<std::string>{"/v1/rooms/ROOM-1/ws"});
    turn_until(host.loop, [&] { return host.client.drained > 0; });
    CHECK(host.client.connection->queued_bytes() == 0);
    for (const std::string& each : sent) {
      peer.send(each);
    }
    peer.send("text", payload_kind::text);
    turn_until(host.loop, [&] { return host.client.messages.size() == sent.size() + 1; });
    CHECK(host.client.messages.back() == "text");
    CHECK(host.client.kinds.back() == payload_kind::text);
    CHECK(host.client.kinds.front() == payload_kind::binary);
    host.client.messages.pop_back();
    CHECK(host.client.messages == sent);
  }

  TEST_CASE("each end learns how the other closed") {
    board host;
    host.client.take(host.connector->connect("r"));
    host.client.send("last words");
    host.client.connection->close(close_code::normal, "done");  // Before it stands.
    host.client.send("too late");
    user& peer = host.peer();
    turn_until(host.loop, [&] { return peer.closes > 0 && host.client.closes > 0; });
    CHECK(peer.messages == std::vector<std::string>{"last words"});
    CHECK(peer.closed == close_code::normal);
    CHECK(peer.reason == "done");
    CHECK(host.client.closed == close_code::normal);
    user second;
    second.take(host.connector->connect("r"));
    turn_until(host.loop, [&] { return host.peers.size() == 2; });
    host.peers.back()->connection->close(close_code::taken_over, "elsewhere");
    turn_until(host.loop, [&] { return second.closes > 0; });
    CHECK(second.closed == close_code::taken_over);
    CHECK(second.reason == "elsewhere");
  }

  TEST_CASE("a listener that refuses is told by its status") {
    board host;
    host.decide = [](const http_request&) {
      return upgrade_decision::refuse({.status = 404, .body = "no such room\n"});
    };
    host.client.take(host.connector->connect("r"));
    turn_until(host.loop, [&] { return host.client.closes > 0; });
    CHECK(host.client.reason.find("404 Not Found") != std::string::npos);
  }

  TEST_CASE("every frame is masked, each with a mask of its own") {
    dialling dial;
    const auto end = dial.open();
    std::set<std::string> masks;
    for (int count = 0; count < 20; ++count) {
      dial.client.send("message");
      const sent_frame frame = read_frame(*end);
      CHECK(frame.opcode == 0x2);
      CHECK(frame.body == "message");
      masks.insert(frame.mask);
    }
    end->write(bare(0x9, "are you there"));
    const sent_frame pong = read_frame(*end);
    CHECK(pong.opcode == 0xA);
    CHECK(pong.body == "are you there");
    masks.insert(pong.mask);
    dial.client.connection->close(close_code::going_away, "bye");
    const sent_frame close = read_frame(*end);
    CHECK(close.opcode == 0x8);
    CHECK(close.body ==
          "\x03\xE9"
          "bye");
    masks.insert(close.mask);
    CHECK(masks.size() == 22);
  }

  TEST_CASE("a shared message is left as it is for the others") {
    dialling dial;
    const auto end = dial.open();
    const shared_payload shared = make_payload("for all", payload_kind::binary);
    dial.client.connection->send(shared);
    CHECK(read_frame(*end).body == "for all");
    CHECK(shared->bytes == "for all");
  }

  TEST_CASE("a masked frame, and a wrong one, end the connection by 1002") {
    for (const std::string& wrong : {collab::testing::make_frame(0x2, "masked"),
                                     bare(0x3, "reserved"), bare(0x0, "nothing")}) {
      dialling dial;
      const auto end = dial.open(wrong);
      const sent_frame close = read_frame(*end);
      CHECK(close.opcode == 0x8);
      CHECK(close.body.substr(0, 2) == "\x03\xEA");
      dial.turn_until_closed();
      CHECK(dial.client.closed == close_code::protocol_error);
      CHECK(dial.client.messages.empty());
    }
  }

  TEST_CASE("a message at its limit is taken, one byte more ends the connection by 1009") {
    for (const std::size_t size : {std::size_t{100}, std::size_t{101}}) {
      dialling dial{{.message_bytes_max = 100}};
      const auto end = dial.open(bare(0x2, std::string(60, 'x'), false) +
                                 bare(0x0, std::string(size - 60, 'x')));
      if (size == 100) {
        turn_until(dial.loop, [&] { return !dial.client.messages.empty(); });
        CHECK(dial.client.messages.front().size() == 100);
      } else {
        CHECK(read_frame(*end).body.substr(0, 2) == "\x03\xF1");
        dial.turn_until_closed();
        CHECK(dial.client.closed == close_code::too_big);
      }
    }
  }

  TEST_CASE("frames that come with the answer, in any pieces, are delivered after it") {
    const std::string all =
        std::string{good_answer} + bare(0x2, "one") + bare(0x2, "tw", false) + bare(0x0, "o");
    for (std::size_t cut = good_answer.size() - 3; cut < all.size(); ++cut) {
      dialling dial;
      const auto end = dial.accept();
      end->write(all.substr(0, cut));
      dial.loop.run_for(2ms);
      end->write(all.substr(cut));
      turn_until(dial.loop, [&] { return dial.client.messages.size() == 2; });
      CHECK(dial.client.messages == std::vector<std::string>{"one", "two"});
    }
  }

  TEST_CASE("a connection cut in the middle of a frame is lost, and the half of it not told") {
    const std::string frame = bare(0x2, "a message");
    for (std::size_t cut = 0; cut < frame.size(); ++cut) {
      dialling dial;
      auto end = dial.open(bare(0x2, "whole") + frame.substr(0, cut));
      end->close();
      dial.turn_until_closed();
      CHECK(dial.client.closed == close_code::abnormal);
      CHECK(dial.client.messages == std::vector<std::string>{"whole"});
      CHECK(dial.client.closes == 1);
    }
  }

  TEST_CASE("what is paused before the connection stands is delivered when resumed") {
    dialling dial;
    dial.client.connection->pause_reading();
    const auto end = dial.open();
    dial.loop.run_for(20ms);
    end->write(bare(0x2, "later"));
    dial.loop.run_for(20ms);
    CHECK(dial.client.messages.empty());
    dial.client.connection->resume_reading();
    turn_until(dial.loop, [&] { return dial.client.messages.size() == 1; });
  }
}

TEST_SUITE("transport/websocket_connector/end") {
  TEST_CASE("a connection may be destroyed at any step, and nothing is told after that") {
    for (const int step : {0, 1, 2, 3}) {
      dialling dial;
      if (step == 0) {
        dial.client.connection.reset();
      }
      auto end = dial.server.accept();
      if (step == 1) {
        dial.client.connection.reset();
      }
      if (step > 1) {
        end->read_to("\r\n\r\n");
        end->write(good_answer);
        dial.loop.run_for(5ms);
        dial.client.connection.reset();
      }
      if (step == 3) {
        end->write(bare(0x2, "nobody reads this"));
      }
      end->finish_sending();
      end->read_to_end();
      CHECK(dial.client.closes == 0);
      CHECK(dial.client.messages.empty());
    }
  }

  TEST_CASE("a handler may destroy its connection from inside on_message and on_close") {
    dialling in_message;
    in_message.client.on_each = [&] { in_message.client.connection.reset(); };
    const auto end = in_message.open(bare(0x2, "one") + bare(0x2, "two"));
    end->read_to_end();
    CHECK(in_message.client.messages == std::vector<std::string>{"one"});
    CHECK(in_message.client.closes == 0);

    dialling in_close;
    in_close.client.on_end = [&] { in_close.client.connection.reset(); };
    in_close.accept()->write("HTTP/1.1 503 Busy\r\n\r\n");
    in_close.turn_until_closed();
    in_close.loop.run_for(5ms);
    CHECK(in_close.client.closes == 1);
  }

  TEST_CASE("on_close may begin the next connection") {
    event_loop loop;
    system_random_source random;
    socket_server server{loop};
    websocket_connector connector{
        loop, random, {.host = "127.0.0.1", .port = server.port(), .target = "/"}};
    user client;
    client.on_end = [&] {
      if (client.closes < 3) {
        client.take(connector.connect("r"));
      }
    };
    client.take(connector.connect("r"));
    for (int count = 0; count < 3; ++count) {
      server.accept()->write("HTTP/1.1 503 Busy\r\n\r\n");
    }
    turn_until(loop, [&] { return client.closes == 3; });
  }

  TEST_CASE("connections outlive their connector") {
    event_loop loop;
    example_source random;
    socket_server server{loop};
    user client;
    {
      websocket_connector connector{
          loop, random, {.host = "127.0.0.1", .port = server.port(), .target = "/"}};
      client.take(connector.connect("r"));
    }
    const auto end = server.accept();
    end->read_to("\r\n\r\n");
    end->write(std::string{good_answer} + bare(0x2, "still there"));
    turn_until(loop, [&] { return client.messages.size() == 1; });
  }

  TEST_CASE("a loop may end with connections in every step, once their transports are gone") {
    event_loop loop;
    example_source random;
    socket_server server{loop};
    websocket_connector connector{
        loop, random, {.host = "127.0.0.1", .port = server.port(), .target = "/"}};
    websocket_connector nowhere{loop, random, {.host = "no.such.invalid", .target = "/"}};
    std::vector<user> clients(3);
    clients[0].take(connector.connect("r"));
    const auto end = server.accept();
    end->read_to("\r\n\r\n");
    end->write(good_answer);
    loop.run_for(5ms);
    clients[1].take(connector.connect("r"));
    clients[2].take(nowhere.connect("r"));
    for (user& each : clients) {
      each.connection.reset();
    }
  }

  TEST_CASE("who closes is not kept longer than close_timeout by a server that says nothing") {
    for (const bool stands : {false, true}) {
      dialling dial{{.close_timeout = 100ms}};
      const auto end = stands ? dial.open() : dial.accept();
      if (stands) {
        dial.client.send("x");
        read_frame(*end);
      }
      dial.client.connection->close(close_code::normal, "done");
      const auto begin = std::chrono::steady_clock::now();
      dial.turn_until_closed();
      CHECK(std::chrono::steady_clock::now() - begin < 1s);
      CHECK(dial.client.closed == close_code::abnormal);
    }
  }

  TEST_CASE("who closes before the connection stands says one close and hears nothing more") {
    dialling dial;
    dial.client.send("last words");
    dial.client.connection->close(close_code::normal, "done");
    dial.client.connection->close(close_code::going_away, "again");
    dial.client.send("too late");
    const auto end = dial.open(bare(0x2, "unheard"));
    CHECK(read_frame(*end).body == "last words");
    CHECK(read_frame(*end).body ==
          "\x03\xE8"
          "done");
    dial.loop.run_for(20ms);
    end->write(bare(0x8, "\x03\xE8"));
    CHECK(end->read_to_end().empty());
    dial.turn_until_closed();
    CHECK(dial.client.closed == close_code::normal);
    CHECK(dial.client.messages.empty());
  }

  TEST_CASE("a silent server is pinged, and then given up") {
    dialling dial{{.ping_interval = 50ms, .silence_max = 150ms}};
    const auto end = dial.open();
    CHECK(read_frame(*end).opcode == 0x9);
    end->write(bare(0xA, ""));
    CHECK(read_frame(*end).opcode == 0x9);
    dial.turn_until_closed();
    CHECK(dial.client.closed == close_code::abnormal);
    CHECK(dial.client.reason.find("silent") != std::string::npos);
  }
}
