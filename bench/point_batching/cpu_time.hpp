// point_batching/cpu_time.hpp - how long the processor works on something.

#ifndef COLLAB_BENCH_POINT_BATCHING_CPU_TIME_HPP
#define COLLAB_BENCH_POINT_BATCHING_CPU_TIME_HPP

#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace point_batching {

// CPU time of this process so far: what others do on the machine does not count.
[[nodiscard]] inline std::chrono::nanoseconds cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

// CPU time of one call of `pass`: the median of five rounds, each of so many calls that it
// takes 5 ms or longer, after one call that does not count.
template <typename Pass>
[[nodiscard]] std::chrono::duration<double, std::nano> median_cpu_time(Pass&& pass) {
  constexpr std::chrono::milliseconds round_min{5};
  pass();
  std::array<std::chrono::duration<double, std::nano>, 5> rounds;
  for (auto& round : rounds) {
    const std::chrono::nanoseconds start = cpu_time();
    std::chrono::nanoseconds passed{0};
    int calls = 0;
    while (passed < round_min) {
      pass();
      ++calls;
      passed = cpu_time() - start;
    }
    round = std::chrono::duration<double, std::nano>{passed} / calls;
  }
  std::ranges::nth_element(rounds, rounds.begin() + 2);
  return rounds[2];
}

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_CPU_TIME_HPP
