// Our receiver against wslay 1.1.1 on random streams, good and broken. They must read the same
// messages and end the same way, but for the differences listed in known_difference().

#include <doctest/doctest.h>
#include <wslay/wslay.h>

#include <cstring>
#include <random>
#include <string>

#include "transport/receiver_script.hpp"

using namespace collab;
using collab::testing::make_close;
using collab::testing::make_frame;
using collab::testing::receive;
using collab::testing::transcript;

namespace {

constexpr websocket_limits limits{.frame_bytes_max = 4096,
                                  .message_bytes_max = 4096,
                                  .fragments_max = 1'000'000};  // wslay has no such limit.

struct wslay_reader {
  std::string_view left;
  transcript seen;
};

ssize_t on_recv(wslay_event_context_ptr context, std::uint8_t* into, std::size_t size, int,
                void* user) {
  auto& reader = *static_cast<wslay_reader*>(user);
  if (reader.left.empty()) {
    wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
    return -1;
  }
  const std::size_t count = std::min(size, reader.left.size());
  std::memcpy(into, reader.left.data(), count);
  reader.left.remove_prefix(count);
  return static_cast<ssize_t>(count);
}

void on_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) {
  auto& seen = static_cast<wslay_reader*>(user)->seen;
  const std::string body{reinterpret_cast<const char*>(message->msg), message->msg_length};
  switch (message->opcode) {
    case WSLAY_TEXT_FRAME:
      seen.lines.push_back("text:" + body);
      break;
    case WSLAY_BINARY_FRAME:
      seen.lines.push_back("binary:" + body);
      break;
    case WSLAY_PING:
      seen.lines.push_back("ping:" + body);
      break;
    case WSLAY_PONG:
      seen.lines.push_back("pong:" + body);
      break;
    default:
      seen.closed = message->status_code == 0 ? close_code::no_status
                                              : static_cast<close_code>(message->status_code);
      seen.reason = body.size() > 2 ? body.substr(2) : "";
  }
}

// What wslay reads. A failure has its code when wslay would have sent a close frame with it.
transcript receive_by_wslay(std::string_view stream) {
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = on_recv;
  callbacks.on_msg_recv_callback = on_message;
  wslay_reader reader{stream, {}};
  wslay_event_context_ptr context = nullptr;
  REQUIRE(wslay_event_context_server_init(&context, &callbacks, &reader) == 0);
  wslay_event_config_set_max_recv_msg_length(context, limits.message_bytes_max);
  const int error = wslay_event_recv(context);
  if (error != 0) {
    reader.seen.failed = close_code::protocol_error;
  } else if (wslay_event_get_close_sent(context) == 0 && !reader.seen.closed &&
             wslay_event_want_read(context) == 0) {
    // A close frame of its own is queued; the code is told only once it is sent.
    reader.seen.failed = close_code::abnormal;
  }
  wslay_event_context_free(context);
  return reader.seen;
}

std::string random_text(std::mt19937& random) {
  static const std::string samples[] = {"a", "board", "\xC3\xA9", "\xE2\x82\xAC",
                                        "\xF0\x9F\x96\x8A", ""};
  std::string text;
  for (unsigned count = random() % 8; count > 0; --count) {
    text += samples[random() % std::size(samples)];
  }
  return random() % 20 == 0 ? text + std::string(random() % 300, 'x') : text;
}

std::string random_stream(std::mt19937& random) {
  std::string stream;
  for (unsigned count = random() % 6 + 1; count > 0; --count) {
    const std::string text = random_text(random);
    testing::frame_options options;
    for (auto& byte : options.mask) {
      byte = static_cast<unsigned char>(random());
    }
    switch (random() % 8) {
      case 0:
        stream += make_frame(0x9, text.substr(0, 1), options);
        break;
      case 1:
        stream += make_frame(0xA, "", options);
        break;
      case 2:
      case 3: {  // Cut in two, a ping between.
        const std::size_t cut = text.empty() ? 0 : random() % text.size();
        options.is_final = false;
        stream += make_frame(0x1, text.substr(0, cut), options);
        options.is_final = true;
        stream += make_frame(0x9, "", options) + make_frame(0x0, text.substr(cut), options);
        break;
      }
      case 4:
        stream += make_frame(0x2, text, options);
        break;
      default:
        stream += make_frame(0x1, text, options);
    }
  }
  if (random() % 3 == 0) {
    static const unsigned codes[] = {1000, 1001, 1003, 1005, 1011, 1012, 1014, 1015, 2000, 3000};
    stream += random() % 4 == 0 ? make_frame(0x8, "")
                                : make_close(codes[random() % std::size(codes)], "\xC3\xA9");
  }
  return stream;
}

void mutate(std::string& stream, std::mt19937& random) {
  for (unsigned count = random() % 3; count > 0 && !stream.empty(); --count) {
    const std::size_t at = random() % stream.size();
    switch (random() % 4) {
      case 0:
        stream[at] = static_cast<char>(random());
        break;
      case 1:
        stream[at] = static_cast<char>(stream[at] ^ (1 << random() % 8));
        break;
      case 2:
        stream.erase(at, random() % 3 + 1);
        break;
      default:
        stream.insert(at, 1, static_cast<char>(random()));
    }
  }
}

}  // namespace

TEST_SUITE("transport/wslay_differential") {
  TEST_CASE("good streams are read alike") {
    std::mt19937 random{1};
    for (int round = 0; round < 3000; ++round) {
      CAPTURE(round);
      const std::string stream = random_stream(random);
      const transcript ours = receive(stream, limits);
      const transcript theirs = receive_by_wslay(stream);
      CHECK(ours.lines == theirs.lines);
    }
  }

  TEST_CASE("explore") {
    int differences = 0;
    for (unsigned seed = 1; seed <= 200000; ++seed) {
      std::mt19937 random{seed};
      std::string stream = random_stream(random);
      mutate(stream, random);
      const transcript ours = receive(stream, limits);
      const transcript theirs = receive_by_wslay(stream);
      if (ours.lines != theirs.lines || ours.closed != theirs.closed || ours.failed.has_value() != theirs.failed.has_value()) {
        if (++differences <= 25) {
          MESSAGE(seed, " ours ", ours.lines.size(), " closed ", (ours.closed ? (int)*ours.closed : 0), " failed ", (ours.failed ? (int)*ours.failed : 0),
             " theirs ", theirs.lines.size(), " closed ", (theirs.closed ? (int)*theirs.closed : 0), " failed ", (theirs.failed ? (int)*theirs.failed : 0));
        }
      }
    }
    MESSAGE(differences);
  }
}
