// collab/testing/manual_executor.hpp - an executor whose work runs when told to.
//
// For tests, and for hosts without an event loop: call run() once a frame.

#ifndef COLLAB_TESTING_MANUAL_EXECUTOR_HPP
#define COLLAB_TESTING_MANUAL_EXECUTOR_HPP

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "collab/core/executor.hpp"

namespace collab::testing {

// Threads: post() from any thread; run() and wait() from the owner's.
class manual_executor final : public executor {
 public:
  void post(absl::AnyInvocable<void()> work) override {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(work));
    arrived_.notify_one();
  }

  // Runs what is queued, including what that work queues in turn, until nothing is left.
  // Returns how many functions ran.
  std::size_t run() {
    std::size_t count = 0;
    while (run_one()) {
      ++count;
    }
    return count;
  }

  // Blocks until something is queued, then behaves as run(). For tests of storages that
  // work on a thread of their own.
  std::size_t wait() {
    {
      std::unique_lock lock{mutex_};
      arrived_.wait(lock, [this] { return !queue_.empty(); });
    }
    return run();
  }

 private:
  bool run_one() {
    absl::AnyInvocable<void()> work;
    {
      const std::lock_guard lock{mutex_};
      if (queue_.empty()) {
        return false;
      }
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    std::move(work)();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<absl::AnyInvocable<void()>> queue_;
};

}  // namespace collab::testing

#endif  // COLLAB_TESTING_MANUAL_EXECUTOR_HPP
