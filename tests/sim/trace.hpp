// tests/sim/trace.hpp - a number that two runs share only if everything happened alike.

#ifndef COLLAB_TESTS_SIM_TRACE_HPP
#define COLLAB_TESTS_SIM_TRACE_HPP

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace collab_sim {

// FNV-1a over all that is noted, in order. With a file, each note is a line of it too.
class trace {
 public:
  explicit trace(std::FILE* out = nullptr) : out_{out} {}

  // `what` happened, at `when` nanoseconds of virtual time, to number `whom`.
  void note(std::int64_t when, std::string_view what, std::uint64_t whom,
            std::string_view detail = {}) {
    mix(static_cast<std::uint64_t>(when));
    mix(what);
    mix(whom);
    mix(detail);
    ++events_;
    if (out_ != nullptr) {
      print(when, what, whom, detail);
    }
  }

  [[nodiscard]] bool is_printed() const noexcept { return out_ != nullptr; }
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  void print(std::int64_t when, std::string_view what, std::uint64_t whom,
             std::string_view detail) const {
    constexpr char digits[] = "0123456789abcdef";
    std::string shown;
    for (const char each : detail.substr(0, 160)) {
      const auto byte = static_cast<unsigned char>(each);
      if (byte >= 32 && byte < 127) {
        shown.push_back(each);
      } else {
        shown.push_back('\\');
        shown.push_back(digits[byte >> 4U]);
        shown.push_back(digits[byte & 15U]);
      }
    }
    std::fprintf(out_, "%12.6f %.*s %llu %s\n", static_cast<double>(when) / 1e9,
                 static_cast<int>(what.size()), what.data(), static_cast<unsigned long long>(whom),
                 shown.c_str());
  }
  void mix(std::string_view bytes) {
    for (const char each : bytes) {
      hash_ = (hash_ ^ static_cast<unsigned char>(each)) * prime;
    }
    mix(bytes.size());
  }
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word ^ word >> 29U) * prime; }

  static constexpr std::uint64_t prime = 0x100000001B3U;
  std::FILE* out_;
  std::uint64_t hash_ = 0xCBF29CE484222325U;
  std::uint64_t events_ = 0;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_TRACE_HPP
