// support/sequence.hpp - numbers that look random and are the same in every run.

#ifndef COLLAB_TESTS_SUPPORT_SEQUENCE_HPP
#define COLLAB_TESTS_SUPPORT_SEQUENCE_HPP

#include <cstdint>

namespace collab_test {

// A linear congruential generator with Knuth's constants for 64 bits (MMIX); its upper bits.
struct sequence {
  std::uint64_t state;

  std::uint64_t below(std::uint64_t bound) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % bound;
  }
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_SEQUENCE_HPP
