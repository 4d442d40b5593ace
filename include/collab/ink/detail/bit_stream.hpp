// collab/ink/detail/bit_stream.hpp - bits in and out of bytes, least significant first.
//
// Numbers are exponential Golomb codes of an order k (Teuhola, "A compression method for
// clustered bit-vectors", Information Processing Letters 7, 1978): with u = value + 2^k and n
// the bits of u beyond k + 1, n zeros, a one, and the n + k bits of u below its highest.

#ifndef COLLAB_INK_DETAIL_BIT_STREAM_HPP
#define COLLAB_INK_DETAIL_BIT_STREAM_HPP

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace collab::detail {

inline std::uint64_t load_little_endian(const char* from) noexcept {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&word, from, sizeof word);
  } else {
    for (unsigned i = 0; i < 8; ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(from[i])} << 8U * i;
    }
  }
  return word;
}

inline void store_little_endian(std::uint64_t word, char* to) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(to, &word, sizeof word);
  } else {
    for (unsigned i = 0; i < 8; ++i) {
      to[i] = static_cast<char>(word >> 8U * i & 0xFFU);
    }
  }
}

// Writes to memory that the caller has sized: eight bytes beyond the last one written to
// must be there.
class bit_writer {
 public:
  explicit bit_writer(char* to) noexcept : at_{to} {}

  // The `bits` lowest of `value`, at most 56; the others must be zero.
  void put(std::uint64_t value, unsigned bits) noexcept {
    pending_ |= value << filled_;
    filled_ += bits;
    store_little_endian(pending_, at_);
    at_ += filled_ >> 3U;
    pending_ >>= filled_ & 56U;
    filled_ &= 7U;
  }

  // Requires: order <= 15.
  void put_golomb(std::uint32_t value, unsigned order) noexcept {
    const std::uint64_t u = value + (std::uint64_t{1} << order);
    const auto below = static_cast<unsigned>(std::bit_width(u)) - 1;
    const unsigned zeros = below - order;
    const std::uint64_t low = u ^ std::uint64_t{1} << below;
    if (zeros + 1 + below <= 56) {
      put((low << 1U | 1U) << zeros, zeros + 1 + below);
    } else {
      put(std::uint64_t{1} << zeros, zeros + 1);
      put(low, below);
    }
  }

  // Where the next whole byte goes; the bits to there are zero.
  [[nodiscard]] char* finish() noexcept {
    at_ += filled_ != 0 ? 1 : 0;
    filled_ = 0;
    pending_ = 0;
    return at_;
  }

 private:
  char* at_;
  std::uint64_t pending_ = 0;
  unsigned filled_ = 0;
};

// Reads bits of bytes it never reads beyond: past the end it yields anything, and
// is_past_end() says so. `bytes` must outlive it.
class bit_reader {
 public:
  explicit bit_reader(std::string_view bytes) noexcept
      : bytes_{bytes.data()}, end_{bytes.size() * 8} {
    if (bytes.size() < padded_.size()) {
      if (!bytes.empty()) {
        std::memcpy(padded_.data(), bytes.data(), bytes.size());
      }
      bytes_ = padded_.data();
    } else {
      last_load_ = bytes.size() - 8;
    }
  }
  bit_reader(const bit_reader&) = delete;
  bit_reader& operator=(const bit_reader&) = delete;

  // The next bits, lowest first; 57 of them hold what is there.
  [[nodiscard]] std::uint64_t peek() const noexcept {
    const std::size_t byte = position_ >> 3U;
    const std::size_t from = byte < last_load_ ? byte : last_load_;
    const std::size_t shift = position_ - from * 8;
    const std::uint64_t word = load_little_endian(bytes_ + from);
    return shift < 64 ? word >> shift : 0;
  }
  void skip(unsigned bits) noexcept { position_ += bits; }

  // At most 56.
  [[nodiscard]] std::uint64_t take(unsigned bits) noexcept {
    const std::uint64_t value = peek() & ((std::uint64_t{1} << bits) - 1);
    skip(bits);
    return value;
  }

  // Any code. One that is no value below 2^32 makes the reader be past its end.
  // Requires: order <= 15.
  [[nodiscard]] std::uint32_t take_golomb(unsigned order) noexcept {
    const auto zeros = static_cast<unsigned>(std::countr_zero(peek() | std::uint64_t{1} << 63U));
    if (zeros > 32) {
      return fail();
    }
    skip(zeros + 1);
    const unsigned below = zeros + order;
    const std::uint64_t u = take(below) | std::uint64_t{1} << below;
    const std::uint64_t value = u - (std::uint64_t{1} << order);
    return value >> 32U == 0 ? static_cast<std::uint32_t>(value) : fail();
  }

  [[nodiscard]] bool is_past_end() const noexcept { return position_ > end_; }
  // In bits, from the first byte.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  void seek(std::size_t position) noexcept { position_ = position; }

  // Goes on to the next whole byte. False when a bit on the way is not zero.
  [[nodiscard]] bool align() noexcept {
    const auto rest = static_cast<unsigned>((0U - position_) & 7U);
    return take(rest) == 0;
  }

 private:
  friend class bit_window;

  std::uint32_t fail() noexcept {
    position_ = end_ + 64;
    return 0;
  }

  std::array<char, 8> padded_{};
  const char* bytes_;
  std::size_t last_load_ = 0;
  std::size_t position_ = 0;
  std::size_t end_;
};

// The next bits of a reader in a register. Where the next load is from depends on how many
// codes ago the last one was, not on the last code: so it need not be waited for (Giesen,
// "Reading bits in far too many ways, part 2", 2018, variant 4). The reader must outlive it.
class bit_window {
 public:
  explicit bit_window(const bit_reader& in) noexcept
      : begin_{in.bytes_}, next_{in.position_ >> 3U}, last_load_{in.last_load_} {
    const auto skipped = static_cast<unsigned>(in.position_ & 7U);
    if (can_fill()) {
      bits_ = load_little_endian(begin_ + next_) >> skipped;
      next_ += 7;
      filled_ = 56 - skipped;
    } else {
      filled_ = 0U - skipped;
    }
  }

  // False near the end of the bytes, where the reader itself goes on at position().
  [[nodiscard]] bool can_fill() const noexcept { return next_ < last_load_; }

  // At least 56 bits. Requires: can_fill().
  [[nodiscard]] std::uint64_t fill() noexcept {
    bits_ |= load_little_endian(begin_ + next_) << filled_;
    next_ += (63 - filled_) >> 3U;
    filled_ |= 56U;
    return bits_;
  }
  // Goes on behind `used` bits, at most 56, with `rest` what fill() has returned without them.
  void skip(std::uint64_t rest, unsigned used) noexcept {
    bits_ = rest;
    filled_ -= used;
  }
  [[nodiscard]] std::size_t position() const noexcept {
    return next_ * 8 - static_cast<std::size_t>(static_cast<int>(filled_));
  }

 private:
  const char* begin_;
  std::size_t next_;
  std::size_t last_load_;
  std::uint64_t bits_ = 0;
  unsigned filled_ = 0;
};

// One code of a word from bit_reader::peek(), for codes that are short: adds its length to
// `used`. When that exceeds 56, nothing of it is to be believed.
inline std::uint64_t golomb_in(std::uint64_t& word, unsigned order, unsigned& used) noexcept {
  const auto zeros = static_cast<unsigned>(std::countr_zero(word | std::uint64_t{1} << 63U));
  const unsigned below = (zeros + order) & 63U;
  const std::uint64_t top = std::uint64_t{1} << below;
  const std::uint64_t low = word >> zeros >> 1U & (top - 1);
  const unsigned length = 2 * zeros + order + 1;
  used += length;
  word >>= length & 63U;
  return (low | top) - (std::uint64_t{1} << order);
}

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_BIT_STREAM_HPP
