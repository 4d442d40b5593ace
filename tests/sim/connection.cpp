// tests/sim/connection.cpp

#include "sim/connection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sim/wire_tap.hpp"

namespace collab_sim {

using collab::close_code;
using namespace std::chrono_literals;

namespace {

class sim_transport final : public collab::transport {
 public:
  sim_transport(std::shared_ptr<connection> of, side at) : of_{std::move(of)}, at_{at} {}
  ~sim_transport() override { of_->destroyed(at_); }

  void start(collab::transport_handler& handler) override { of_->start(at_, handler); }
  void send(collab::shared_payload message) override { of_->send(at_, std::move(message)); }
  void close(close_code code, std::string_view reason) override { of_->close(at_, code, reason); }
  void pause_reading() override { of_->set_paused(at_, true); }
  void resume_reading() override { of_->set_paused(at_, false); }
  [[nodiscard]] std::size_t queued_bytes() const override { return of_->queued_bytes(at_); }

 private:
  std::shared_ptr<connection> of_;
  side at_;
};

}  // namespace

std::unique_ptr<collab::transport> make_transport(std::shared_ptr<connection> of, side at) {
  return std::make_unique<sim_transport>(std::move(of), at);
}

template <typename Do>
void connection::later(duration wait, Do what) {
  in_.time_.after(wait, [self = shared_from_this(), what = std::move(what)]() mutable { what(); });
}

bool connection::is_over() const noexcept {
  return at(side::client).is_over && (!is_established_ || at(side::server).is_over) &&
         at(side::client).on_way.empty() && at(side::server).on_way.empty();
}

bool connection::is_link_up() const { return in_.is_link_up(name_.link); }

// ---- Beginning

void connection::establish() {
  if (is_established_ || at(side::client).is_over) {
    return;
  }
  if (!is_link_up()) {
    later(1s, [this] { establish(); });
    return;
  }
  if (in_.listening_ == 0) {
    hear_of_end(side::client, in_.latency(), close_code::abnormal, "connection refused");
    return;
  }
  is_established_ = true;
  name_.server = in_.listening_;
  if (in_.observer_ != nullptr) {
    in_.observer_->on_connected(name_);
  }
  in_.accept_(room_, make_transport(shared_from_this(), side::server));
  pump(side::client);
}

void connection::start(side where, collab::transport_handler& handler) {
  end& mine = at(where);
  assert(!mine.is_started);
  mine.handler = &handler;
  mine.is_started = true;
  later(0s, [this] { wake(); });
}

// ---- Frames

void connection::send(side from, collab::shared_payload message) {
  end& mine = at(from);
  if (mine.is_over || mine.is_closing) {
    return;
  }
  if (in_.observer_ != nullptr) {
    if (from == side::server) {
      in_.observer_->on_server_sent(name_, message->bytes, mine.queued_bytes);
    } else {
      in_.observer_->on_client_sent(name_, message->bytes);
    }
  }
  const bool comes_twice = from == side::client && in_.random_.chance(in_.options_.stutter) &&
                           read_client_frame(message->bytes).may_come_twice;
  for (int left = comes_twice ? 2 : 1; left > 0; --left) {
    mine.queued_bytes += message->bytes.size();
    mine.queue.push_back({message, {}, {}, {}});
  }
  pump(from);
}

void connection::pump(side from) {
  end& mine = at(from);
  if (!is_established_ || is_cut_ || !is_link_up()) {
    return;
  }
  const bool had_some = mine.queued_bytes > 0;
  while (!mine.queue.empty() &&
         (mine.on_way.empty() ||
          mine.on_way_bytes + mine.queue.front().bytes() <= in_.options_.window_bytes)) {
    frame next = std::move(mine.queue.front());
    mine.queue.pop_front();
    const std::size_t bytes = next.bytes();
    mine.queued_bytes -= next.message != nullptr ? bytes : 0;
    mine.on_way_bytes += bytes;
    next.due = std::max(mine.last_due, in_.time_.now() + in_.latency());
    if (in_.options_.bytes_per_second > 0) {
      next.due += std::chrono::nanoseconds{bytes * 1'000'000'000 / in_.options_.bytes_per_second};
    }
    mine.last_due = next.due;
    mine.on_way.push_back(std::move(next));
  }
  plan_arrival(from);
  if (had_some && mine.queued_bytes == 0) {
    later(0s, [this, from] {
      end& sender = at(from);
      if (sender.handler != nullptr && !sender.is_over && !sender.is_closing &&
          sender.queued_bytes == 0) {
        sender.handler->on_drained();
      }
    });
  }
}

bool connection::can_receive(side to) const {
  const end& there = at(to);
  return there.is_over || (there.is_started && !there.is_paused &&
                           (to == side::server || in_.links_[name_.link].is_reading));
}

void connection::plan_arrival(side from) {
  end& mine = at(from);
  if (mine.is_arrival_planned || mine.on_way.empty()) {
    return;
  }
  mine.is_arrival_planned = true;
  later(std::max<duration>(mine.on_way.front().due - in_.time_.now(), 0s),
        [this, from] { arrive(from); });
}

void connection::arrive(side from) {
  end& mine = at(from);
  mine.is_arrival_planned = false;
  // What is stopped here goes on by wake(), when the reason is gone.
  if (mine.on_way.empty() || (!is_link_up() && !is_cut_) || !can_receive(other(from))) {
    return;
  }
  if (mine.on_way.front().due > in_.time_.now()) {
    plan_arrival(from);
    return;
  }
  const frame arrived = std::move(mine.on_way.front());
  mine.on_way.pop_front();
  mine.on_way_bytes -= arrived.bytes();
  pump(from);
  plan_arrival(from);
  deliver(other(from), arrived);
}

void connection::deliver(side to, const frame& what) {
  end& there = at(to);
  if (there.is_over) {
    return;
  }
  if (what.message == nullptr) {
    // The answer to the close frame, and the end of who sent it.
    hear_of_end(other(to), in_.latency(), what.code, what.reason);
    end_at(to, what.code, what.reason);
    return;
  }
  if (there.is_closing) {
    return;
  }
  if (in_.observer_ != nullptr) {
    if (to == side::client) {
      in_.observer_->on_client_got(name_, what.message->bytes);
    } else {
      in_.observer_->on_server_got(name_, what.message->bytes);
    }
  }
  std::string bytes = what.message->bytes;
  bytes.append(64, '\0');
  there.handler->on_message({bytes.data(), what.message->bytes.size()}, what.message->kind);
}

void connection::set_paused(side where, bool is_paused) {
  at(where).is_paused = is_paused;
  if (!is_paused) {
    later(0s, [this] { wake(); });
  }
}

void connection::wake() {
  for (const side each : {side::server, side::client}) {
    pump(each);
    plan_arrival(each);
  }
}

// ---- Ends

void connection::close(side from, close_code code, std::string_view reason) {
  end& mine = at(from);
  if (mine.is_over || mine.is_closing) {
    return;
  }
  mine.is_closing = true;
  mine.is_paused = false;
  mine.queue.push_back({nullptr, code, std::string{reason.substr(0, 123)}, {}});
  pump(from);
  hear_of_end(from, 1s, code, std::string{reason});
}

void connection::destroyed(side of) {
  end& mine = at(of);
  mine.handler = nullptr;
  mine.queue.clear();
  mine.queued_bytes = 0;
  if (std::exchange(mine.is_over, true)) {
    return;
  }
  // What is on its way arrives still, perhaps after a newer connection; then the end is heard.
  const duration wait =
      std::max<duration>(mine.last_due - in_.time_.now(), 0s) +
      (in_.random_.chance(700) ? in_.latency() : in_.up_to(in_.options_.late_cut_max));
  hear_of_end(other(of), wait, close_code::abnormal, "the other end is gone");
}

void connection::lose_some(side from) {
  end& mine = at(from);
  const auto kept = static_cast<std::size_t>(in_.random_.between(0, mine.on_way.size()));
  while (mine.on_way.size() > kept) {
    mine.on_way_bytes -= mine.on_way.back().bytes();
    mine.on_way.pop_back();
    ++in_.lost_;
  }
  in_.lost_ += mine.queue.size();
}

void connection::cut() {
  if (is_cut_ || !is_established_) {
    return;
  }
  is_cut_ = true;
  ++in_.cuts_;
  for (const side each : {side::server, side::client}) {
    lose_some(each);
    const std::uint64_t how = in_.random_.below(4);
    hear_of_end(each,
                how < 2 ? in_.latency() : in_.up_to(how == 2 ? 5s : in_.options_.late_cut_max),
                close_code::abnormal, "the connection was lost");
  }
}

void connection::give_up_at_server() {
  if (!is_established_ || at(side::server).is_over) {
    return;
  }
  is_cut_ = true;
  lose_some(side::client);
  lose_some(side::server);
  hear_of_end(side::client, in_.up_to(5s), close_code::abnormal, "the connection was lost");
  end_at(side::server, close_code::abnormal, "nothing was heard");
}

void connection::lose_server(bool is_heard) {
  if (!is_established_) {
    return;
  }
  is_cut_ = true;
  at(side::server).is_over = true;
  lose_some(side::server);
  at(side::client).on_way.clear();
  at(side::client).on_way_bytes = 0;
  hear_of_end(side::client, is_heard ? in_.latency() : in_.up_to(in_.options_.late_cut_max),
              close_code::abnormal, "the connection was reset");
}

// Tells one end after a while that the connection is over, if it does not know by then.
void connection::hear_of_end(side where, duration wait, close_code code, std::string reason) {
  later(wait, [this, where, code, reason = std::move(reason)]() mutable {
    if (at(where).is_over) {
      return;
    }
    const bool is_closing = at(where).is_closing;
    if (!at(where).is_started || (!is_link_up() && !is_closing)) {
      hear_of_end(where, 1s, code, std::move(reason));
      return;
    }
    end_at(where, code, reason);
  });
}

void connection::end_at(side of, close_code code, std::string_view reason) {
  end& mine = at(of);
  if (std::exchange(mine.is_over, true)) {
    return;
  }
  mine.queue.clear();
  mine.queued_bytes = 0;
  // What it sends from now on is lost, and so the other end is over as well, sooner or later.
  if (!at(other(of)).is_over) {
    hear_of_end(other(of), in_.random_.chance(700) ? in_.latency() : in_.up_to(5s), code,
                std::string{reason});
  }
  if (in_.observer_ != nullptr) {
    in_.observer_->on_closed(name_, of == side::server, code);
  }
  if (mine.handler != nullptr) {
    std::exchange(mine.handler, nullptr)->on_close(code, reason);
  }
}

}  // namespace collab_sim
