// collab/core/clock.hpp - where the library gets its time from.
//
// Everything that expires, is throttled or is dated takes a moment, or a clock& to
// ask for one, so a test or a simulation can decide what time it is. Only
// system_clock_source reads the operating system.

#ifndef COLLAB_CORE_CLOCK_HPP
#define COLLAB_CORE_CLOCK_HPP

#include <chrono>

namespace collab {

using duration = std::chrono::nanoseconds;

// A point in monotonic time: for intervals and deadlines. The origin is arbitrary.
using instant = std::chrono::time_point<std::chrono::steady_clock, duration>;

// A point in civil time, milliseconds since 1970-01-01T00:00:00Z: for what people are shown.
// It may jump, also backwards; nothing is ordered or expired by it.
using unix_time = std::chrono::sys_time<std::chrono::milliseconds>;

// One reading of both clocks.
struct moment {
  instant steady{};
  unix_time wall{};
};

// Source of time. Implement it to run the library on your own clock.
//
// Threads: now() must be callable from any thread at once.
class clock {
 public:
  virtual ~clock() = default;

  // The present. Its steady part must never go backwards.
  [[nodiscard]] virtual moment now() const noexcept = 0;

 protected:
  clock() = default;
  clock(const clock&) = default;
  clock& operator=(const clock&) = default;
};

// The operating system's clocks. Stateless: share one or make many.
class system_clock_source final : public clock {
 public:
  [[nodiscard]] moment now() const noexcept override {
    return {std::chrono::time_point_cast<duration>(std::chrono::steady_clock::now()),
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  }
};

}  // namespace collab

#endif  // COLLAB_CORE_CLOCK_HPP
