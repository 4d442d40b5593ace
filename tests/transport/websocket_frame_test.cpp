#include "collab/transport/websocket_frame.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace collab;
using namespace std::string_literals;

TEST_SUITE("transport/websocket_frame") {
  TEST_CASE("headers are those of the examples in RFC 6455, section 5.7") {
    const websocket_mask mask{0x37, 0xFA, 0x21, 0x3D};
    CHECK(write_frame_header(websocket_opcode::text, 5).view() == "\x81\x05"s);
    CHECK(write_frame_header(websocket_opcode::text, 5, {.mask = &mask}).view() ==
          "\x81\x85\x37\xfa\x21\x3d"s);
    CHECK(write_frame_header(websocket_opcode::text, 3, {.is_final = false}).view() == "\x01\x03"s);
    CHECK(write_frame_header(websocket_opcode::continuation, 2).view() == "\x80\x02"s);
    CHECK(write_frame_header(websocket_opcode::binary, 256).view() == "\x82\x7E\x01\x00"s);
    CHECK(write_frame_header(websocket_opcode::binary, 65536).view() ==
          "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
  }

  TEST_CASE("a length takes the shortest form, on both sides of each border") {
    CHECK(write_frame_header(websocket_opcode::binary, 125).size == 2);
    CHECK(write_frame_header(websocket_opcode::binary, 126).size == 4);
    CHECK(write_frame_header(websocket_opcode::binary, 65535).size == 4);
    CHECK(write_frame_header(websocket_opcode::binary, 65536).size == 10);
    const websocket_mask mask{};
    CHECK(write_frame_header(websocket_opcode::binary, 65536, {.mask = &mask}).size == 14);
  }

  TEST_CASE("masking twice restores the bytes, whatever their number") {
    const websocket_mask mask{1, 2, 4, 128};
    for (std::size_t size = 0; size < 70; ++size) {
      std::string text(size, 'm');
      apply_mask(text, mask);
      for (std::size_t at = 0; at < size; ++at) {
        CHECK(static_cast<unsigned char>(text[at]) == ('m' ^ mask[at % 4]));
      }
      apply_mask(text, mask);
      CHECK(text == std::string(size, 'm'));
    }
  }

  TEST_CASE("a close payload has the code in network order, then the reason") {
    CHECK(write_close_payload(close_code::normal, "bye").view() ==
          "\x03\xE8"
          "bye"s);
    CHECK(write_close_payload(close_code::no_status, "ignored").view().empty());
    CHECK(write_close_payload(close_code::abnormal, "ignored").view().empty());
  }

  TEST_CASE("a reason is cut to 123 bytes, never inside a character") {
    CHECK(write_close_payload(close_code::normal, std::string(123, 'r')).size == 125);
    CHECK(write_close_payload(close_code::normal, std::string(124, 'r')).size == 125);
    const std::string three = std::string(122, 'r') + "\xE2\x82\xAC";
    CHECK(write_close_payload(close_code::normal, three).view().substr(2) == std::string(122, 'r'));
    const std::string fits = std::string(120, 'r') + "\xE2\x82\xAC" + "x";
    CHECK(write_close_payload(close_code::normal, fits).view().substr(2) ==
          std::string(120, 'r') + "\xE2\x82\xAC");
  }
}
