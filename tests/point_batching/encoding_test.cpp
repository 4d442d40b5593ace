#include "encoding.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "stroke_relay.hpp"

using collab::point;
using namespace point_batching;

namespace {

const std::vector<point> samples{
    {10, 20, 0.5F, 0}, {12.0625F, 21, 0.25F, 8}, {-0.5F, 1000000, 1, 4'000'000'000U}};

// The payloads for the stroke, `per_message` points at a time.
std::vector<std::string> payloads(encoding& to, std::size_t per_message) {
  std::vector<std::string> all;
  stroke_relay relay{to};
  relay.begin();
  for (std::size_t i = 0; i < samples.size(); i += per_message) {
    const std::size_t count = std::min(per_message, samples.size() - i);
    relay.extend(std::span{samples}.subspan(i, count),
                 [&](std::string_view payload) { all.emplace_back(payload); });
  }
  return all;
}

std::unique_ptr<encoding> make(const char* name) {
  const named_encoding* found = find_encoding(name);
  return found != nullptr ? found->make() : nullptr;
}

}  // namespace

TEST_SUITE("point_batching/encoding") {
  TEST_CASE("what is on the grid is read back as it was, in whatever pieces") {
    for (const named_encoding& each : encodings()) {
      if (each.name == "json-event") {
        continue;  // Rounds otherwise.
      }
      INFO(std::string{each.name});
      for (const std::size_t per_message : {1U, 2U, 3U}) {
        const auto to = each.make();
        std::vector<point> read;
        for (const std::string& payload : payloads(*to, per_message)) {
          to->decode(payload, read);
        }
        CHECK((read == samples));
      }
    }
  }

  TEST_CASE("a payload that can't be read adds nothing") {
    for (const named_encoding& each : encodings()) {
      INFO(std::string{each.name});
      std::vector<point> read;
      for (const char* damaged : {"", "x", "{}", "\xC1"}) {
        const auto to = each.make();
        to->begin();
        to->decode(damaged, read);
      }
      CHECK_EQ(read.size(), 0);
    }
  }

  TEST_CASE("one JSON event per point is what boards without batching send") {
    const auto to = make("json-event");
    const std::string head =
        R"({"type":"stroke:point","roomId":"ROOM01","strokeId":"V1StGXR8_Z5jdHi6B-myT","point":{)";
    const std::vector<std::string> expected{
        head + R"("x":10,"y":20,"pressure":0.5,"t":0}})",
        head + R"("x":12.1,"y":21,"pressure":0.25,"t":8}})",
        head + R"("x":-0.5,"y":1000000,"pressure":1,"t":4000000000}})"};
    CHECK_EQ(payloads(*to, 1), expected);
    CHECK_EQ(payloads(*to, 3), expected);
    std::vector<point> read;
    to->decode(expected[1], read);
    CHECK((read == std::vector<point>{{12.1F, 21, 0.25F, 8}}));
  }

  TEST_CASE("JSON is the message of the contract") {
    const auto to = make("json");
    CHECK_EQ(
        payloads(*to, 2),
        std::vector<std::string>{
            R"({"type":"stroke:point","userId":"u7Rk2mQx9Tb","strokeId":)"
            R"("V1StGXR8_Z5jdHi6B-myT","from":0,"points":[[10,20,0.5,0],[12.0625,21,0.25,8]]})",
            R"({"type":"stroke:point","userId":"u7Rk2mQx9Tb","strokeId":)"
            R"("V1StGXR8_Z5jdHi6B-myT","from":2,"points":[[-0.5,1000000,1,4000000000]]})"});
  }

  TEST_CASE("MessagePack has the same fields in its shortest forms") {
    const auto to = make("msgpack");
    if (to == nullptr) {
      MESSAGE(std::string{missing_encodings()});
      return;
    }
    // fixmap; fixstr, str 8 from 32 bytes; fixarray; fixint; float 32.
    const std::string expected =
        std::string{"\x85"} + "\xA4type" + "\xACstroke:point" + "\xA6userId" + "\xABu7Rk2mQx9Tb" +
        "\xA8strokeId" + "\xB5V1StGXR8_Z5jdHi6B-myT" + "\xA4" + "from" + std::string(1, '\0') +
        "\xA6points" + "\x91\x94\x0A\x14\xCA\x3F" + std::string(4, '\0');
    CHECK_EQ(payloads(*to, 1).front(), expected);
  }

  TEST_CASE("a message's header has 2 bytes up to 125 bytes, and 4 up to 65535") {
    CHECK_EQ(websocket_bytes(0), 2);
    CHECK_EQ(websocket_bytes(125), 127);
    CHECK_EQ(websocket_bytes(126), 130);
    CHECK_EQ(websocket_bytes(65535), 65539);
    CHECK_EQ(websocket_bytes(65536), 65546);
  }
}
