#include "collab/transport/event_loop.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "transport/event_loop_impl.hpp"

namespace collab {

struct loop_timer::state {
  state(asio::io_context& io, absl::AnyInvocable<void()> callback, duration interval)
      : timer{io}, work{std::move(callback)}, period{interval} {}

  steady_timer timer;
  absl::AnyInvocable<void()> work;
  duration period;  // Zero: once.
  bool is_cancelled = false;
};

namespace {

void arm(std::shared_ptr<loop_timer::state> timer, duration delay) {
  timer->timer.expires_after(delay);
  steady_timer& source = timer->timer;
  source.async_wait([held = std::move(timer)](const asio::error_code& error) mutable {
    if (error || held->is_cancelled) {
      return;
    }
    if (held->period <= duration::zero()) {
      held->is_cancelled = true;
      std::exchange(held->work, nullptr)();
      return;
    }
    held->work();
    if (!held->is_cancelled) {
      const duration period = held->period;
      arm(std::move(held), period);
    }
  });
}

void wait_for_signal(event_loop::impl& loop) {
  loop.signals.async_wait([&loop](const asio::error_code& error, int number) {
    if (!error) {
      loop.on_signal(number);
      wait_for_signal(loop);
    }
  });
}

}  // namespace

loop_timer::loop_timer() noexcept = default;
loop_timer::loop_timer(std::shared_ptr<state> held) noexcept : state_{std::move(held)} {}
loop_timer::loop_timer(loop_timer&& other) noexcept = default;

loop_timer& loop_timer::operator=(loop_timer&& other) noexcept {
  const loop_timer previous{std::exchange(state_, std::move(other.state_))};
  return *this;
}

loop_timer::~loop_timer() {
  if (state_ != nullptr) {
    state_->is_cancelled = true;
    state_->timer.cancel();
  }
}

bool loop_timer::is_pending() const noexcept { return state_ != nullptr && !state_->is_cancelled; }

event_loop::event_loop() : impl_{std::make_unique<impl>()} {}
event_loop::~event_loop() = default;

void event_loop::run() {
  impl_->io.run();
  impl_->io.restart();
}

bool event_loop::run_for(duration at_most) {
  impl_->io.run_for(at_most);
  const bool was_stopped = impl_->io.stopped();
  impl_->io.restart();
  return !was_stopped;
}

std::size_t event_loop::poll() { return impl_->io.poll(); }

std::size_t event_loop::wait_for(duration at_most) {
  const std::size_t first = impl_->io.run_one_for(std::max(at_most, duration::zero()));
  return first + impl_->io.poll();
}

void event_loop::stop() { impl_->io.stop(); }

void event_loop::post(absl::AnyInvocable<void()> work) {
  asio::post(impl_->io, [work = std::move(work)]() mutable { work(); });
}

loop_timer event_loop::after(duration delay, absl::AnyInvocable<void()> work) {
  auto state = std::make_shared<loop_timer::state>(impl_->io, std::move(work), duration::zero());
  arm(state, delay);
  return loop_timer{std::move(state)};
}

loop_timer event_loop::every(duration period, absl::AnyInvocable<void()> work) {
  assert(period > duration::zero());
  auto state = std::make_shared<loop_timer::state>(impl_->io, std::move(work), period);
  arm(state, period);
  return loop_timer{std::move(state)};
}

void event_loop::on_signal(std::initializer_list<int> signals, absl::AnyInvocable<void(int)> work) {
  asio::error_code ignored;
  impl_->signals.clear(ignored);
  for (const int number : signals) {
    impl_->signals.add(number, ignored);
  }
  impl_->on_signal = std::move(work);
  wait_for_signal(*impl_);
}

}  // namespace collab
