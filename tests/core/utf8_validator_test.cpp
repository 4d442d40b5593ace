#include "collab/core/utf8_validator.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

using collab::utf8_validator;

namespace {

// The definition, read the slow way: decode, then check range, surrogates and shortest form.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first < 0x80          ? 1
                             : (first >> 5U) == 6  ? 2
                             : (first >> 4U) == 14 ? 3
                             : (first >> 3U) == 30 ? 4
                                                   : 0;
    if (size == 0 || at + size > text.size()) {
      return false;
    }
    std::uint32_t point = size == 1 ? first : first & (0x7FU >> size);
    for (std::size_t next = 1; next < size; ++next) {
      const auto byte = static_cast<unsigned char>(text[at + next]);
      if ((byte & 0xC0U) != 0x80) {
        return false;
      }
      point = (point << 6U) | (byte & 0x3FU);
    }
    const std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return false;
    }
    at += size;
  }
  return true;
}

bool validates(std::string_view text) {
  utf8_validator validator;
  return validator.feed(text) && validator.is_complete();
}

}  // namespace

TEST_SUITE("core/utf8_validator") {
  TEST_CASE("all texts of one, two and three bytes are judged as the definition does") {
    std::size_t wrong = 0;
    for (std::uint32_t value = 0; value < 0x1000000; ++value) {
      const char bytes[] = {static_cast<char>(value), static_cast<char>(value >> 8U),
                            static_cast<char>(value >> 16U)};
      const std::size_t size = value < 0x100 ? 1 : value < 0x10000 ? 2 : 3;
      wrong += validates({bytes, size}) != is_utf8({bytes, size}) ? 1U : 0U;
    }
    CHECK(wrong == 0);
  }

  TEST_CASE("all texts of four bytes with a good first pair, and many others, are judged so") {
    std::size_t wrong = 0;
    std::mt19937 random{7};
    for (unsigned first = 0xEE; first < 0x100; ++first) {
      for (unsigned second = 0; second < 0x100; ++second) {
        for (unsigned rest = 0; rest < 64; ++rest) {
          const auto tail = static_cast<std::uint32_t>(random());
          const char bytes[] = {static_cast<char>(first), static_cast<char>(second),
                                static_cast<char>(rest < 32 ? 0x80U | (tail & 0x3FU) : tail),
                                static_cast<char>(rest < 48 ? 0x80U | (tail >> 26U) : tail >> 8U)};
          wrong += validates({bytes, 4}) != is_utf8({bytes, 4}) ? 1U : 0U;
        }
      }
    }
    CHECK(wrong == 0);
  }

  TEST_CASE("where the text is cut does not matter, and the first wrong byte is noticed") {
    for (unsigned seed = 1; seed <= 2000; ++seed) {
      CAPTURE(seed);
      std::mt19937 random{seed};
      std::string text(random() % 80, 'a');
      for (char& byte : text) {
        byte = random() % 30 == 0 ? static_cast<char>(random()) : byte;
      }
      text += "\xE2\x82\xAC" + std::string(random() % 70, 'b') + "\xF0\x9F\x96\x8A";
      utf8_validator validator;
      bool is_good = true;
      for (std::size_t at = 0; at < text.size() && is_good;) {
        const std::size_t size = std::min<std::size_t>(random() % 50 + 1, text.size() - at);
        is_good = validator.feed(std::string_view{text}.substr(at, size));
        at += size;
      }
      CHECK((is_good && validator.is_complete()) == is_utf8(text));
    }
  }
}
