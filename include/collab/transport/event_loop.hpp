// collab/transport/event_loop.hpp - one thread's loop of sockets, timers and posted work.
//
// A server runs one per shard. It is the executor through which other threads hand work
// over, and what websocket_listener runs on.
//
//   collab::event_loop loop;
//   loop.on_signal({SIGINT, SIGTERM}, [&](int) { loop.stop(); });
//   loop.run();

#ifndef COLLAB_TRANSPORT_EVENT_LOOP_HPP
#define COLLAB_TRANSPORT_EVENT_LOOP_HPP

#include <absl/functional/any_invocable.h>

#include <cstddef>
#include <initializer_list>
#include <memory>

#include "collab/core/clock.hpp"
#include "collab/core/executor.hpp"

namespace collab {

// Keeps one timer of an event_loop alive; destroying it, or assigning to it, cancels the
// timer, also from inside the timer's own callback. After that the callback does not run.
//
// Threads: the loop's.
class loop_timer {
 public:
  struct state;

  loop_timer() noexcept;
  explicit loop_timer(std::shared_ptr<state> held) noexcept;
  ~loop_timer();
  loop_timer(loop_timer&& other) noexcept;
  loop_timer& operator=(loop_timer&& other) noexcept;

  // Whether the callback may still run.
  [[nodiscard]] bool is_pending() const noexcept;

 private:
  std::shared_ptr<state> state_;
};

// Waits for sockets, timers, signals and posted functions, and calls back one at a time.
//
// Threads: post() and stop() from any thread; everything else from the thread that runs the
// loop, or before it runs. Callbacks come on that thread, never from inside the call that
// asked for them. They must not throw.
// Memory: what was posted and never ran is destroyed with the loop, without being run. The
// loop outlives all that uses it: listeners, transports, timers.
class event_loop final : public executor {
 public:
  struct impl;

  event_loop();
  ~event_loop() override;

  // Calls back until stop() is called. May be called again afterwards.
  void run();

  // As run(), for `at_most` at the most. False when stop() ended it.
  bool run_for(duration at_most);

  // Calls back whatever is ready now, without waiting, and returns how many callbacks ran.
  std::size_t poll();

  // As poll(), after waiting until something is ready, for `at_most` at the most: for a host whose
  // own loop turns when there is something to do.
  std::size_t wait_for(duration at_most);

  // Makes run() return after the current callback; the next run(), if none is running, does
  // not begin to wait. What is pending stays so.
  void stop();

  void post(absl::AnyInvocable<void()> work) override;

  // Calls `work` once, when `delay` has passed; zero or less means the next turn.
  [[nodiscard]] loop_timer after(duration delay, absl::AnyInvocable<void()> work);

  // Calls `work` again and again, `period` (> 0) after the end of the last time, the first
  // time after one period.
  [[nodiscard]] loop_timer every(duration period, absl::AnyInvocable<void()> work);

  // Calls `work` with the number of a signal each time one of `signals` reaches the process,
  // instead of what the system would do. A later call replaces an earlier one.
  void on_signal(std::initializer_list<int> signals, absl::AnyInvocable<void(int)> work);

  // For the parts of this module.
  [[nodiscard]] impl& internals() noexcept { return *impl_; }

 private:
  std::unique_ptr<impl> impl_;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_EVENT_LOOP_HPP
