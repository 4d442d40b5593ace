// collab/document/digest.hpp - 64 bits that tell whether two people see the same board.
//
// The digest is of what is shown: ids, kinds, creators, properties that differ from their
// default, points. It knows nothing of stamps, numbers, tombstones or the order of events.
// docs/protocol.md has it byte by byte, for clients in other languages.
//
// A sum over elements, and in an element over properties, so that a change costs no more than
// what changed (incremental hashing by addition: Bellare and Micciancio, "A New Paradigm for
// Collision-Free Hashing", 1997). It finds mistakes; it does not stop a forger.

#ifndef COLLAB_DOCUMENT_DIGEST_HPP
#define COLLAB_DOCUMENT_DIGEST_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"

namespace collab {

// Two sums of 32 bits each, which JavaScript can keep without BigInt. That of nothing is 0.
struct digest {
  std::uint32_t high = 0;
  std::uint32_t low = 0;

  digest& operator+=(const digest& other) noexcept {
    high += other.high;
    low += other.low;
    return *this;
  }
  digest& operator-=(const digest& other) noexcept {
    high -= other.high;
    low -= other.low;
    return *this;
  }
  friend digest operator+(digest a, const digest& b) noexcept { return a += b; }
  friend digest operator-(digest a, const digest& b) noexcept { return a -= b; }
  friend bool operator==(const digest&, const digest&) = default;
};

// The 16 hex digits of `room:digest`, in lower case.
[[nodiscard]] inline std::string to_text(const digest& value) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint32_t half : {value.high, value.low}) {
    for (unsigned shift = 32; shift > 0; shift -= 4) {
      text.push_back(digits[half >> (shift - 4) & 15U]);
    }
  }
  return text;
}

namespace detail {

// Hashes a sequence of 32-bit words twice. The high half is MurmurHash3_x86_32 of the words as
// bytes, lowest first (A. Appleby, 2011); the low half takes each word as XXH32 takes the last
// ones of its input, and ends as it does (Y. Collet, "xxHash fast digest algorithm").
class word_hash {
 public:
  explicit word_hash(const digest& seed = {}) noexcept
      : high_{seed.high}, low_{seed.low + 0x165667B1U} {}

  void add(std::uint32_t word) noexcept {
    high_ ^= std::rotl(word * 0xCC9E2D51U, 15) * 0x1B873593U;
    high_ = std::rotl(high_, 13) * 5 + 0xE6546B64U;
    low_ = std::rotl(low_ + word * 0xC2B2AE3DU, 17) * 0x27D4EB2FU;
    bytes_ += 4;
  }
  void add(const digest& words) noexcept {
    add(words.high);
    add(words.low);
  }
  // The number of bytes, then the bytes, four to a word, lowest first, zeros after the last.
  void add(std::string_view text) noexcept {
    add(static_cast<std::uint32_t>(text.size()));
    for (std::size_t at = 0; at < text.size(); at += 4) {
      std::uint32_t word = 0;
      for (std::size_t i = at; i < text.size() && i < at + 4; ++i) {
        word |= std::uint32_t{static_cast<unsigned char>(text[i])} << 8U * (i - at);
      }
      add(word);
    }
  }
  // The halves of the IEEE 754 double, the low one first; -0 counts as 0.
  void add(double value) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
    add(static_cast<std::uint32_t>(bits));
    add(static_cast<std::uint32_t>(bits >> 32U));
  }

  [[nodiscard]] digest finish() const noexcept {
    std::uint32_t high = high_ ^ bytes_;
    high = (high ^ high >> 16U) * 0x85EBCA6BU;
    high = (high ^ high >> 13U) * 0xC2B2AE35U;
    std::uint32_t low = low_ + bytes_;
    low = (low ^ low >> 15U) * 0x85EBCA77U;
    low = (low ^ low >> 13U) * 0xC2B2AE3DU;
    return {high ^ high >> 16U, low ^ low >> 16U};
  }

 private:
  std::uint32_t high_;
  std::uint32_t low_;
  std::uint32_t bytes_ = 0;
};

// A coordinate in sixteenths.
[[nodiscard]] inline std::uint32_t coordinate_word(float value) noexcept {
  return static_cast<std::uint32_t>(to_steps(value, coordinate_steps));
}

}  // namespace detail

// The digest of the samples of a stroke, each rounded to the grid; 0 where there are none.
// Requires: all of them is_valid(). O(points).
[[nodiscard]] inline digest digest_of(std::span<const point> points) noexcept {
  if (points.empty()) {
    return {};
  }
  detail::word_hash hash;
  for (const point& each : points) {
    const detail::grid_point steps = detail::to_steps(each, coordinate_steps);
    hash.add(static_cast<std::uint32_t>(steps.x));
    hash.add(static_cast<std::uint32_t>(steps.y));
    hash.add(steps.pressure);
    hash.add(steps.t);
  }
  return hash.finish();
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_DIGEST_HPP
