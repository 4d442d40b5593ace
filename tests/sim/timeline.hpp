// tests/sim/timeline.hpp - virtual time, and all that is to happen in it.
//
// One line for the whole world: the network, the disks and every process put their work onto it
// and see its time through clocks of their own.

#ifndef COLLAB_TESTS_SIM_TIMELINE_HPP
#define COLLAB_TESTS_SIM_TIMELINE_HPP

#include <absl/functional/any_invocable.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/executor.hpp"

namespace collab_sim {

using collab::duration;
using collab::instant;
using work = absl::AnyInvocable<void()>;

// What is due at the same moment happens in the order in which it was put here.
class timeline {
 public:
  timeline() = default;
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;

  [[nodiscard]] instant now() const noexcept { return now_; }
  // How much has happened.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  // What is due in the past happens now.
  void at(instant when, work what) {
    queue_.push_back({std::max(when, now_), ++serial_, std::move(what)});
    std::push_heap(queue_.begin(), queue_.end(), later);
  }
  void after(duration wait, work what) { at(now_ + wait, std::move(what)); }

  // Lets happen what is due until `end`, which is the present then.
  void run_until(instant end) {
    while (!queue_.empty() && queue_.front().when <= end) {
      step();
    }
    now_ = std::max(now_, end);
  }
  void run_for(duration span) { run_until(now_ + span); }
  // Lets the next thing happen, if it is due by `end`. Returns whether there was one.
  bool run_one(instant end) {
    if (queue_.empty() || queue_.front().when > end) {
      return false;
    }
    step();
    return true;
  }

 private:
  struct entry {
    instant when;
    std::uint64_t serial;
    work what;
  };
  static bool later(const entry& a, const entry& b) noexcept {
    return a.when != b.when ? a.when > b.when : a.serial > b.serial;
  }
  void step() {
    std::pop_heap(queue_.begin(), queue_.end(), later);
    entry next = std::move(queue_.back());
    queue_.pop_back();
    now_ = next.when;
    ++events_;
    std::move(next.what)();
  }

  instant now_{};
  std::uint64_t serial_ = 0;
  std::uint64_t events_ = 0;
  std::vector<entry> queue_;
};

// What time one machine believes it is: everybody's intervals are equal, civil time is not.
class machine_clock final : public collab::clock {
 public:
  // Keeps a reference to `time`.
  machine_clock(const timeline& time, std::chrono::milliseconds skew) : time_{time}, skew_{skew} {}

  [[nodiscard]] collab::moment now() const noexcept override {
    return {time_.now(),
            collab::unix_time{epoch + skew_} +
                std::chrono::floor<std::chrono::milliseconds>(time_.now().time_since_epoch())};
  }

 private:
  static constexpr std::chrono::milliseconds epoch{1'577'836'800'000};
  const timeline& time_;
  std::chrono::milliseconds skew_;
};

// The event loop of one process. What is posted happens at the same moment, later; what is left
// when the process ends never happens.
class process_executor final : public collab::executor {
 public:
  explicit process_executor(timeline& time) : time_{time} {}
  ~process_executor() override { *is_alive_ = false; }

  void post(work what) override {
    time_.at(time_.now(), [alive = is_alive_, what = std::move(what)]() mutable {
      if (*alive) {
        std::move(what)();
      }
    });
  }

 private:
  timeline& time_;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_TIMELINE_HPP
