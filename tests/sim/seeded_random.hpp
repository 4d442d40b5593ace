// tests/sim/seeded_random.hpp - the one source of chance of a simulation.
//
// Everything that is drawn comes from generators that are split off one seed, so the same seed
// is the same run on every machine. No distribution of the standard library is used: what they
// yield differs between libraries.

#ifndef COLLAB_TESTS_SIM_SEEDED_RANDOM_HPP
#define COLLAB_TESTS_SIM_SEEDED_RANDOM_HPP

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "collab/core/random_source.hpp"

namespace collab_sim {

// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
// 2014).
class seeded_random final : public collab::random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : state_{seed} {}

  [[nodiscard]] std::uint64_t next() override {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ z >> 30U) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27U) * 0x94D049BB133111EBU;
    return z ^ z >> 31U;
  }

  // A generator of its own: what is drawn from it changes nothing here but for this one draw.
  [[nodiscard]] seeded_random split() { return seeded_random{next() ^ 0xD1B54A32D192ED03U}; }

  // 0 to bound - 1. Requires: bound > 0. The bias is below bound / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    assert(bound > 0);
    return next() % bound;
  }
  // least to most, both included.
  [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  // True in `per_mille` of 1,000 cases.
  [[nodiscard]] bool chance(std::uint64_t per_mille) { return below(1'000) < per_mille; }

  template <typename Range>
  [[nodiscard]] auto& pick(Range& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }
  template <typename Value>
  [[nodiscard]] Value one_of(std::initializer_list<Value> values) {
    return values.begin()[below(values.size())];
  }
  // The place of one of the weights, each as often as it is heavy. Requires: a sum above 0.
  [[nodiscard]] std::size_t weighted(std::span<const std::uint32_t> weights) {
    std::uint64_t sum = 0;
    for (const std::uint32_t each : weights) {
      sum += each;
    }
    std::uint64_t at = below(sum);
    for (std::size_t i = 0;; ++i) {
      if (at < weights[i]) {
        return i;
      }
      at -= weights[i];
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_SEEDED_RANDOM_HPP
