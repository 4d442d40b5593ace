// collab/core/utf8_validator.hpp - is a stream of bytes UTF-8, piece by piece.
//
// For text that arrives in pieces cut anywhere, where the first wrong byte must be noticed
// when it comes. What is allowed is table 3-7 of the Unicode standard (also RFC 3629).

#ifndef COLLAB_CORE_UTF8_VALIDATOR_HPP
#define COLLAB_CORE_UTF8_VALIDATOR_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace collab {

// Where in a character the stream is.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: 3 bytes; never allocates.
class utf8_validator {
 public:
  // Takes the next piece. False at the first byte that no valid text can have there; the
  // object is then good for nothing more. O(bytes); runs of ASCII go 32 at a time.
  [[nodiscard]] bool feed(std::string_view piece) noexcept {
    const char* at = piece.data();
    const char* const end = at + piece.size();
    while (at != end) {
      const auto byte = static_cast<unsigned char>(*at);
      if (needed_ != 0) {
        if (byte < low_ || byte > high_) {
          return false;
        }
        expect(static_cast<unsigned char>(needed_ - 1), 0x80, 0xBF);
        ++at;
      } else if (byte < 0x80) {
        at = skip_ascii(at, end);
      } else if (!begin(byte)) {
        return false;
      } else if (end - at <= needed_) {
        ++at;
      } else if (!is_rest(at + 1)) {
        return false;
      } else {
        at += 1 + needed_;
        needed_ = 0;
      }
    }
    return true;
  }

  // Whether the text so far ends at the end of a character.
  [[nodiscard]] bool is_complete() const noexcept { return needed_ == 0; }

 private:
  static const char* skip_ascii(const char* at, const char* end) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::uint64_t words[4];
    while (end - at >= 32) {
      std::memcpy(words, at, sizeof words);
      if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) {
        break;
      }
      at += 32;
    }
    while (end - at >= 8) {
      std::memcpy(words, at, 8);
      if ((words[0] & high_bits) != 0) {
        break;
      }
      at += 8;
    }
    while (at != end && static_cast<unsigned char>(*at) < 0x80) {
      ++at;
    }
    return at;
  }

  // Whether the needed_ bytes from `at` on complete the character that has begun.
  [[nodiscard]] bool is_rest(const char* at) const noexcept {
    const auto second = static_cast<unsigned char>(*at);
    bool is_good = second >= low_ && second <= high_;
    for (int index = 1; index < needed_; ++index) {
      is_good = is_good && (static_cast<unsigned char>(at[index]) & 0xC0U) == 0x80;
    }
    return is_good;
  }

  // Takes the first byte of a character of more than one.
  bool begin(unsigned char byte) noexcept {
    if (byte < 0xC2 || byte > 0xF4) {
      return false;
    }
    if (byte < 0xE0) {
      expect(1, 0x80, 0xBF);
    } else if (byte < 0xF0) {
      expect(2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF);
    } else {
      expect(3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF);
    }
    return true;
  }

  void expect(unsigned char needed, unsigned char low, unsigned char high) noexcept {
    needed_ = needed;
    low_ = low;
    high_ = high;
  }

  unsigned char needed_ = 0;  // Bytes that the current character still lacks.
  unsigned char low_ = 0x80;  // The range of the next one.
  unsigned char high_ = 0xBF;
};

}  // namespace collab

#endif  // COLLAB_CORE_UTF8_VALIDATOR_HPP
