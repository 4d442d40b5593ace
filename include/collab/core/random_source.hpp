// collab/core/random_source.hpp - where the library gets randomness from.
//
// Session secrets and generated ids are drawn from a random_source&, so a test or a
// simulation can repeat them. Only system_random_source asks the operating system.

#ifndef COLLAB_CORE_RANDOM_SOURCE_HPP
#define COLLAB_CORE_RANDOM_SOURCE_HPP

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace collab {

// Source of uniformly distributed bits.
//
// Threads: one object, one thread at a time.
class random_source {
 public:
  virtual ~random_source() = default;

  // 64 uniform bits. Where secrets are drawn from it they must not be predictable.
  [[nodiscard]] virtual std::uint64_t next() = 0;

 protected:
  random_source() = default;
  random_source(const random_source&) = default;
  random_source& operator=(const random_source&) = default;
};

// The operating system's generator, fit for secrets.
class system_random_source final : public random_source {
 public:
  [[nodiscard]] std::uint64_t next() override { return std::uint64_t{device_()} << 32 | device_(); }

 private:
  std::random_device device_;
};

// `length` characters of A-Z a-z 0-9, each uniform: 5.95 bits a character.
[[nodiscard]] inline std::string random_text(random_source& random, std::size_t length) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  text.reserve(length);
  std::uint64_t bits = 0;
  int left = 0;
  while (text.size() < length) {
    if (left == 0) {
      bits = random.next();
      left = 10;
    }
    const auto six = bits & 63U;
    bits >>= 6;
    --left;
    if (six < 62) {  // Rejection keeps the characters uniform.
      text.push_back(alphabet[six]);
    }
  }
  return text;
}

}  // namespace collab

#endif  // COLLAB_CORE_RANDOM_SOURCE_HPP
