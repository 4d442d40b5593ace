#include "collab/transport/websocket_receiver.hpp"

#include <doctest/doctest.h>

#include <random>

#include "transport/receiver_script.hpp"

using namespace collab;
using collab::testing::make_close;
using collab::testing::make_frame;
using collab::testing::receive;
using collab::testing::transcript;

namespace {

using lines = std::vector<std::string>;

std::optional<close_code> failure_of(const std::string& stream,
                                     const websocket_limits& limits = {}) {
  return receive(stream, limits).failed;
}

// A conversation with everything in it.
std::string sample_stream() {
  return make_frame(0x1, "Hello") + make_frame(0x9, "ping") +
         make_frame(0x1, "\xE2", {.is_final = false}) + make_frame(0xA, "") +
         make_frame(0x0, "\x82", {.is_final = false}) + make_frame(0x0, "\xAC") +
         make_frame(0x2, std::string(126, 'b')) + make_frame(0x2, std::string(300, 'c')) +
         make_frame(0x1, "") + make_close(1000, "bye");
}

transcript sample_transcript() {
  transcript expected;
  expected.lines = lines{"text:Hello",
                         "ping:ping",
                         "pong:",
                         "text:\xE2\x82\xAC",
                         "binary:" + std::string(126, 'b'),
                         "binary:" + std::string(300, 'c'),
                         "text:"};
  expected.closed = close_code::normal;
  expected.reason = "bye";
  return expected;
}

}  // namespace

TEST_SUITE("transport/websocket_receiver") {
  TEST_CASE("the example frames of RFC 6455, section 5.7, are read") {
    CHECK(receive("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58").lines == lines{"text:Hello"});
    std::string bare = "\x81\x05\x48\x65\x6c\x6c\x6f";
    const transcript client = receive(
        bare, {}, [] { return std::string_view::npos; }, websocket_role::client);
    CHECK(client.lines == lines{"text:Hello"});
  }

  TEST_CASE("a stream cut in two at any place is read as the whole is") {
    const std::string stream = sample_stream();
    CHECK(receive(stream) == sample_transcript());
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      CAPTURE(cut);
      bool is_first = true;
      const auto result = receive(stream, {}, [&] {
        return std::exchange(is_first, false) ? cut : std::string_view::npos;
      });
      CHECK(result == sample_transcript());
    }
  }

  TEST_CASE("a stream of single bytes is read as the whole is, and little is kept") {
    const auto result = receive(sample_stream(), {}, [] { return std::size_t{1}; });
    CHECK(result == sample_transcript());
    CHECK(result.pending_max <= websocket_receiver::pending_bytes_max);
    const auto pings =
        receive(make_frame(0x9, std::string(125, 'x')), {}, [] { return std::size_t{1}; });
    CHECK(pings.lines.size() == 1);
    CHECK(pings.pending_max == 6 + 124);
  }

  TEST_CASE("a stream cut at random is read as the whole is") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
      CAPTURE(seed);
      std::mt19937 random{seed};
      CHECK(receive(sample_stream(), {}, [&] { return random() % 40 + 1; }) == sample_transcript());
    }
  }

  TEST_CASE("a payload is unmasked whatever the mask and wherever it is cut") {
    std::string body;
    for (int value = 0; value < 200; ++value) {
      body.push_back(static_cast<char>(value * 37));
    }
    const std::string stream =
        make_frame(0x2, body, {.is_final = true, .mask = {0x00, 0xFF, 0x80, 0x7F}});
    for (std::size_t size = 1; size <= stream.size(); ++size) {
      CAPTURE(size);
      CHECK(receive(stream, {}, [&] { return size; }).lines == lines{"binary:" + body});
    }
  }

  TEST_CASE("every length is read in its shortest form and in no other") {
    const websocket_limits limits{.frame_bytes_max = 1 << 20, .message_bytes_max = 1 << 20};
    for (const std::size_t length : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 65537U}) {
      CAPTURE(length);
      const std::string body(length, 'z');
      CHECK(receive(make_frame(0x2, body), limits).lines == lines{"binary:" + body});
    }
    const std::string mask(4, '\0');
    using namespace std::string_literals;
    CHECK(failure_of("\x82\xFE\x00\x7D"s + mask) == close_code::protocol_error);
    CHECK(failure_of("\x82\xFE\x00\x7E"s + mask + std::string(126, 'x')) == std::nullopt);
    CHECK(failure_of("\x82\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s) == close_code::protocol_error);
    CHECK(failure_of("\x82\xFF\x00\x00\x00\x00\x00\x01\x00\x00"s) == std::nullopt);
    CHECK(failure_of("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00"s) == close_code::protocol_error);
    CHECK(failure_of("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s) == close_code::too_big);
  }

  TEST_CASE("each first byte that the RFC reserves is refused as soon as it is there") {
    for (unsigned byte = 0; byte < 256; ++byte) {
      CAPTURE(byte);
      const unsigned opcode = byte & 0x0FU;
      const bool is_known = opcode == 1 || opcode == 2 || (opcode >= 8 && opcode <= 10);
      const bool is_whole_or_data = (byte & 0x80U) != 0 || opcode < 8;
      const bool is_good = is_known && (byte & 0x70U) == 0 && is_whole_or_data;
      CHECK(failure_of(std::string(1, static_cast<char>(byte))).has_value() == !is_good);
    }
  }

  TEST_CASE("each role takes only its peer's masking") {
    const auto whole = [] { return std::string_view::npos; };
    const std::string masked = make_frame(0x1, "x");
    const std::string bare = make_frame(0x1, "x", {.is_masked = false});
    CHECK(receive(masked, {}, whole, websocket_role::server).lines.size() == 1);
    CHECK(receive(bare, {}, whole, websocket_role::client).lines.size() == 1);
    CHECK(receive(bare, {}, whole, websocket_role::server).failed == close_code::protocol_error);
    CHECK(receive(masked, {}, whole, websocket_role::client).failed == close_code::protocol_error);
  }

  TEST_CASE("control frames of 125 bytes are taken, of 126 or in fragments refused") {
    for (const unsigned opcode : {0x9U, 0xAU}) {
      CHECK(receive(make_frame(opcode, std::string(125, 'p'))).lines.size() == 1);
      CHECK(failure_of(make_frame(opcode, std::string(126, 'p'))) == close_code::protocol_error);
      CHECK(failure_of(make_frame(opcode, "", {.is_final = false})) == close_code::protocol_error);
    }
    CHECK(receive(make_close(1000, std::string(123, 'r'))).closed == close_code::normal);
    CHECK(failure_of(make_close(1000, std::string(124, 'r'))) == close_code::protocol_error);
  }

  TEST_CASE("fragments must continue a message and may not be mixed with another") {
    const std::string open = make_frame(0x1, "a", {.is_final = false});
    CHECK(failure_of(make_frame(0x0, "x")) == close_code::protocol_error);
    CHECK(failure_of(open + make_frame(0x1, "x")) == close_code::protocol_error);
    CHECK(failure_of(open + make_frame(0x2, "x")) == close_code::protocol_error);
    CHECK(failure_of(open + make_frame(0x0, "b") + make_frame(0x0, "c")) ==
          close_code::protocol_error);
    CHECK(receive(open + make_frame(0x9, "p") + make_frame(0x0, "b")).lines ==
          lines{"ping:p", "text:ab"});
    CHECK(receive(open).is_inside_message);
    CHECK_FALSE(receive(open + make_frame(0x0, "b")).is_inside_message);
  }

  TEST_CASE("the limit of a frame holds on both sides") {
    const websocket_limits limits{.frame_bytes_max = 10, .message_bytes_max = 100};
    CHECK(receive(make_frame(0x2, std::string(10, 'x')), limits).lines.size() == 1);
    CHECK(failure_of(make_frame(0x2, std::string(11, 'x')), limits) == close_code::too_big);
    // Refused by its header alone, before the mask has come.
    CHECK(failure_of(make_frame(0x2, std::string(11, 'x')).substr(0, 2), limits) ==
          close_code::too_big);
    CHECK(receive(make_frame(0x9, std::string(11, 'x')), limits).lines.size() == 1);
  }

  TEST_CASE("the limit of a message holds on both sides, whatever its fragments") {
    const websocket_limits limits{.frame_bytes_max = 100, .message_bytes_max = 10};
    const auto parts = [](std::size_t first, std::size_t second) {
      return make_frame(0x2, std::string(first, 'x'), {.is_final = false}) +
             make_frame(0x0, std::string(second, 'y'));
    };
    CHECK(receive(make_frame(0x2, std::string(10, 'x')), limits).lines.size() == 1);
    CHECK(failure_of(make_frame(0x2, std::string(11, 'x')), limits) == close_code::too_big);
    for (std::size_t first = 0; first <= 10; ++first) {
      CHECK(receive(parts(first, 10 - first), limits).lines.size() == 1);
      CHECK(failure_of(parts(first, 11 - first), limits) == close_code::too_big);
    }
    // The next message counts from zero again.
    CHECK(receive(parts(5, 5) + parts(5, 5), limits).lines.size() == 2);
  }

  TEST_CASE("the limit of fragments holds on both sides") {
    const websocket_limits limits{.fragments_max = 3};
    const std::string first = make_frame(0x1, "", {.is_final = false});
    const std::string middle = make_frame(0x0, "", {.is_final = false});
    const std::string last = make_frame(0x0, "");
    CHECK(receive(first + middle + last, limits).lines == lines{"text:"});
    CHECK(failure_of(first + middle + middle + last, limits) == close_code::policy_violation);
    CHECK(receive(first + last + first + last, limits).lines.size() == 2);
    CHECK(receive(make_frame(0x1, "x"), {.fragments_max = 1}).lines.size() == 1);
    CHECK(failure_of(first + last, {.fragments_max = 1}) == close_code::policy_violation);
  }

  TEST_CASE("text fails at the first byte that is not UTF-8, binary never") {
    const std::string good = "gr\xC3\xBC\xC3\x9F";
    CHECK(receive(make_frame(0x1, good)).lines == lines{"text:" + good});
    CHECK(failure_of(make_frame(0x1, "a\xFF")) == close_code::invalid_payload);
    CHECK(receive(make_frame(0x2, "a\xFF")).lines.size() == 1);
    // Only the bad byte has come of a longer frame.
    const std::string whole = make_frame(0x1, "ab\xC0" + std::string(100, 'c'));
    CHECK(failure_of(whole.substr(0, 6 + 2)) == std::nullopt);
    CHECK(failure_of(whole.substr(0, 6 + 3)) == close_code::invalid_payload);
  }

  TEST_CASE("a character may be cut by fragments but not by the end of the message") {
    const auto parts = [](std::string_view first, std::string_view second) {
      return make_frame(0x1, first, {.is_final = false}) + make_frame(0x0, second);
    };
    CHECK(receive(parts("\xF0\x9F", "\x96\x8A")).lines == lines{"text:\xF0\x9F\x96\x8A"});
    CHECK(failure_of(parts("\xF0\x9F", "\x96")) == close_code::invalid_payload);
    CHECK(failure_of(parts("\xF0\x9F", "")) == close_code::invalid_payload);
    CHECK(failure_of(parts("\xF0\x9F", "A")) == close_code::invalid_payload);
    CHECK(failure_of(make_frame(0x1, "\xF0\x9F")) == close_code::invalid_payload);
    // A binary message that ends so says nothing about the text after it.
    CHECK(receive(make_frame(0x2, "\xF0\x9F") + make_frame(0x1, "A")).lines.size() == 2);
  }

  TEST_CASE("exactly the codes that may be sent are taken from a close frame") {
    for (unsigned code = 0; code < 65536; code += code < 5100 ? 1 : 997) {
      CAPTURE(code);
      const bool is_good = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                           (code >= 3000 && code <= 4999);
      const transcript result = receive(make_close(code, "r"));
      CHECK(result.closed.has_value() == is_good);
      CHECK((result.failed == close_code::protocol_error) == !is_good);
    }
    CHECK(receive(make_frame(0x8, "")).closed == close_code::no_status);
    CHECK(failure_of(make_frame(0x8, "\x03")) == close_code::protocol_error);
    // Also when the byte behind the frame would make it 1000.
    CHECK(failure_of(make_frame(0x8, "\x03") + "\xE8") == close_code::protocol_error);
    CHECK(failure_of(make_close(1000, "\xFF")) == close_code::invalid_payload);
    CHECK(failure_of(make_close(1000, "\xE2\x82")) == close_code::invalid_payload);
    CHECK(receive(make_close(4999, "\xE2\x82\xAC")).reason == "\xE2\x82\xAC");
  }

  TEST_CASE("nothing is read after a close frame or a failure") {
    websocket_receiver receiver{websocket_role::server};
    std::string stream = make_close(1000) + make_frame(0x1, "late");
    std::span<char> in{stream};
    const websocket_event closed = receiver.step(in, {});
    REQUIRE(closed.kind == websocket_event_kind::close);
    in = in.subspan(closed.consumed);
    const websocket_event after = receiver.step(in, {});
    CHECK(after.kind == websocket_event_kind::none);
    CHECK(after.consumed == in.size());

    websocket_receiver broken{websocket_role::server};
    std::string wrong = make_frame(0x3, "") + make_frame(0x1, "late");
    REQUIRE(broken.step(wrong, {}).kind == websocket_event_kind::failure);
    const websocket_event ignored = broken.step(wrong, {});
    CHECK(ignored.kind == websocket_event_kind::none);
    CHECK(ignored.consumed == wrong.size());
  }

  TEST_CASE("pieces say where their message begins and ends") {
    websocket_receiver receiver{websocket_role::server};
    std::string stream = make_frame(0x2, "abcdef");
    std::span<char> in{stream};
    const websocket_event first = receiver.step(in.first(6 + 2), {});
    CHECK(first.bytes == "ab");
    CHECK(first.begins_message);
    CHECK_FALSE(first.ends_message);
    const websocket_event second = receiver.step(in.subspan(8), {});
    CHECK(second.bytes == "cdef");
    CHECK_FALSE(second.begins_message);
    CHECK(second.ends_message);
  }
}
