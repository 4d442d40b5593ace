// tests/sim/server_process.cpp

#include "sim/server_process.hpp"

#include <utility>

namespace collab_sim {

server_process::server_process(const server_surroundings& in, std::uint64_t number,
                               seeded_random random, std::chrono::milliseconds skew)
    : in_{in}, number_{number}, random_{random}, clock_{in.time, skew} {
  loop_.emplace(in_.time);
  storage_.emplace(in_.time, in_.on, random_.split(), in_.faults);
  host_.emplace(*storage_, *loop_, clock_, random_, in_.options);
  host_->on_earlier_deadline([this] { plan_poll(); });
  in_.net.listen(number_, [this](std::string_view room, std::unique_ptr<collab::transport> end) {
    host_->accept(room, std::move(end), collab::dialect::binary);
  });
}

server_process::~server_process() {
  if (is_running()) {
    crash(true);
  }
}

void server_process::crash(bool is_heard) {
  in_.net.kill_server(number_, is_heard);
  storage_->crash();
  end();
}

void server_process::end() {
  *is_alive_ = false;
  host_.reset();
  storage_.reset();
  loop_.reset();
}

void server_process::shut_down() {
  is_shutting_down_ = true;
  in_.net.stop_listening(number_);
  host_->shut_down([this] {
    // Not from inside the host.
    in_.time.at(in_.time.now(), [this, alive = is_alive_] {
      if (*alive) {
        in_.net.kill_server(number_, true);
        end();
      }
    });
  });
  plan_poll();
}

void server_process::snapshot(const std::string& room,
                              absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) {
  host_->snapshot(room, std::move(done));
}

// One planned call at a time; a deadline that has moved to an earlier time gets one more.
void server_process::plan_poll() {
  const auto next = host_->next_deadline();
  if (!next.has_value() || (planned_.has_value() && *planned_ <= *next)) {
    return;
  }
  planned_ = next;
  in_.time.at(*next, [this, when = *next, alive = is_alive_] {
    if (!*alive || planned_ != when) {
      return;
    }
    planned_.reset();
    host_->poll();
    plan_poll();
  });
}

}  // namespace collab_sim
