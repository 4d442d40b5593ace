// collab/client/detail/client_connection.hpp - one connection to a room kept up: when it is
// made, when it is given up, and what goes through it.
//
// It moves frames and knows nothing of their meaning; pings are numbered here, and the follower
// says when one was answered.

#ifndef COLLAB_CLIENT_DETAIL_CLIENT_CONNECTION_HPP
#define COLLAB_CLIENT_DETAIL_CLIENT_CONNECTION_HPP

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/client/client_observer.hpp"
#include "collab/client/client_options.hpp"
#include "collab/client/detail/own_stroke.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/random_source.hpp"
#include "collab/protocol/binary_client_encoder.hpp"
#include "collab/protocol/message.hpp"
#include "collab/transport/connector.hpp"
#include "collab/transport/payload.hpp"
#include "collab/transport/transport.hpp"

namespace collab::detail {

// The earlier of two deadlines, of which there may be none.
[[nodiscard]] inline std::optional<instant> earlier(std::optional<instant> a,
                                                    std::optional<instant> b) {
  return !a.has_value() ? b : !b.has_value() ? a : std::min(*a, *b);
}

// Threads: one. Memory: what was received and not taken, client_options::inbox_bytes_max and one
// read of the transport; what waits for flush().
class client_connection final : private transport_handler {
 public:
  client_connection(connector& dial, random_source& random, const client_options& options)
      : dial_{dial},
        random_{random},
        options_{options},
        encoder_{options.bounds.ids_per_connection} {}
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;
  ~client_connection() { transport_.reset(); }

  [[nodiscard]] client_state state() const noexcept { return state_; }
  [[nodiscard]] bool is_connected() const noexcept { return transport_ != nullptr; }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::optional<duration> round_trip() const noexcept { return round_trip_; }
  // Counts the connections: another number, another connection.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  // How the state has changed since that was asked for.
  [[nodiscard]] std::vector<connection_report> take_reports() {
    return std::exchange(reports_, {});
  }

  [[nodiscard]] bool has_reports() const noexcept { return !reports_.empty(); }

  // Wants to be connected from now on; connects at the next step().
  void go(std::string room) {
    room_ = std::move(room);
    is_wanted_ = true;
    if (transport_ == nullptr) {
      retry_at_.reset();
      set_state({.state = client_state::joining});
    }
  }
  void stop() {
    is_wanted_ = false;
    abandon();
    set_state({.state = client_state::idle});
  }
  // Comes back without a wait.
  void renew() {
    if (is_wanted_) {
      abandon();
      retry_at_.reset();
      set_state({.state = client_state::joining});
    }
  }

  // Gives the connection up and comes back after the back-off.
  void restart(instant now, std::string reason) {
    if (transport_ != nullptr) {
      abandon();
      ended(now, close_code::abnormal, std::move(reason));
    }
  }

  // The room has answered: the connection is worth something.
  void joined(instant now) {
    joined_at_ = now;
    has_answered_ = true;
    beat_at_ = now + options_.ping_interval;
    set_state({.state = client_state::joined});
  }
  // The room is about to answer.
  void answered() noexcept { has_answered_ = true; }
  // The server wants nobody for that long.
  void keep_away(std::chrono::milliseconds wait) noexcept { retry_after_ = wait; }

  // Makes a connection when it is time. Whether one was made: then a join is to be said.
  [[nodiscard]] bool connect(instant now) {
    if (!is_wanted_ || transport_ != nullptr || state_ == client_state::stopped ||
        (retry_at_.has_value() && now < *retry_at_)) {
      return false;
    }
    retry_at_.reset();
    ++generation_;
    encoder_.reset();
    buffer_.clear();
    ponged_ = 0;
    pings_.clear();
    has_answered_ = false;
    joined_at_.reset();
    beat_at_.reset();
    heard_at_ = now;
    pinged_at_ = now;
    retry_after_ = {};
    transport_ = dial_.connect(room_);
    set_state({.state = client_state::joining});
    transport_->start(*this);
    return true;
  }

  // A frame that has come, in order; nullopt when there is none.
  [[nodiscard]] std::optional<std::string> receive(instant now) {
    if (inbox_.empty()) {
      return std::nullopt;
    }
    heard_at_ = now;
    std::string frame = std::move(inbox_.front());
    inbox_.pop_front();
    inbox_bytes_ -= frame.size();
    if (is_paused_ && inbox_bytes_ <= options_.inbox_bytes_max / 2 && transport_ != nullptr) {
      is_paused_ = false;
      transport_->resume_reading();
    }
    return frame;
  }

  // What is due: notes that the connection has ended, or is dead, and pings. To be called when
  // receive() has nothing more.
  void keep_up(instant now) {
    if (closing_.has_value()) {
      const ending last = *std::exchange(closing_, std::nullopt);
      transport_.reset();
      ended(now, last.code, last.reason);
      return;
    }
    if (transport_ == nullptr) {
      return;
    }
    if (!joined_at_.has_value()) {
      if (now - heard_at_ >= options_.join_deadline) {
        restart(now, "the room does not answer");
      }
      return;
    }
    if (now >= *beat_at_) {
      // A host may not have polled for long, so silence alone proves nothing: a ping must have
      // gone unanswered too.
      if (heard_at_ < pinged_at_ && now - heard_at_ >= options_.dead_after) {
        restart(now, "the server is silent");
        return;
      }
      pinged_at_ = now;
      (void)ping(now);
      const instant dead_at = heard_at_ + options_.dead_after;
      beat_at_ = now + options_.ping_interval;
      if (dead_at > now) {
        beat_at_ = std::min(*beat_at_, dead_at);
      }
    }
  }

  // `now` where something is due.
  [[nodiscard]] std::optional<instant> next_deadline(instant now) const {
    if (!inbox_.empty() || closing_.has_value()) {
      return now;
    }
    if (!is_wanted_ || state_ == client_state::stopped) {
      return std::nullopt;
    }
    if (transport_ == nullptr) {
      return retry_at_.value_or(now);
    }
    return joined_at_.has_value() ? beat_at_ : heard_at_ + options_.join_deadline;
  }

  // ---- Sending. What is written waits for flush().

  // Requires: is_connected(). Returns whether a frame is full.
  template <typename Message>
  bool write(const Message& message) {
    if (transport_ == nullptr) {
      return false;
    }
    encoder_.encode(message, buffer_);
    if (buffer_.size() < full_bytes()) {
      return false;
    }
    flush();
    return true;
  }
  // The next points of this stroke begin a run of their own.
  void break_run(std::string_view stroke) { encoder_.break_run(stroke); }

  // Hands what is written to the transport.
  void flush() {
    if (transport_ == nullptr || buffer_.empty()) {
      return;
    }
    bytes_sent_ += buffer_.size();
    transport_->send(make_payload(std::exchange(buffer_, {}), payload_kind::binary));
  }
  // Bytes that are not on their way yet.
  [[nodiscard]] std::size_t queued_bytes() const {
    return buffer_.size() + (transport_ != nullptr ? transport_->queued_bytes() : 0);
  }
  [[nodiscard]] std::size_t written_bytes() const noexcept { return buffer_.size(); }

  // Sends a ping and names it: a number greater than those of all before.
  ping_number ping(instant now) {
    ++last_ping_;
    write(ping_message{static_cast<double>(last_ping_)});
    if (pings_.size() < 64) {
      pings_.emplace_back(last_ping_, now);
    }
    return last_ping_;
  }
  void ponged(double t, instant now) {
    if (!(t >= 1 && t <= static_cast<double>(last_ping_))) {
      return;
    }
    const auto number = static_cast<ping_number>(t);
    ponged_ = std::max(ponged_, number);
    while (!pings_.empty() && pings_.front().first <= number) {
      if (pings_.front().first == number) {
        round_trip_ = now - pings_.front().second;
      }
      pings_.pop_front();
    }
  }
  // Whether what the server says was said before it had read that ping.
  [[nodiscard]] bool is_behind(ping_number fence) const noexcept { return fence > ponged_; }

 private:
  // A frame of several messages is full when it has as many.
  [[nodiscard]] std::size_t full_bytes() const {
    const limits& bounds = options_.bounds;
    return std::min<std::size_t>({32 * 1024, bounds.frame_bytes / 4, bounds.message_bytes / 4});
  }

  struct ending {
    close_code code;
    std::string reason;
  };
  // How long a join that was given up may still reach the server.
  static constexpr duration late_join_max = std::chrono::seconds{60};

  void on_message(std::string_view bytes, payload_kind /*kind*/) override {
    inbox_bytes_ += bytes.size();
    inbox_.emplace_back(bytes);
    if (!is_paused_ && inbox_bytes_ > options_.inbox_bytes_max && transport_ != nullptr) {
      is_paused_ = true;
      transport_->pause_reading();
    }
  }
  void on_close(close_code code, std::string_view reason) override {
    closing_ = ending{code, std::string{reason}};
  }

  // Lets go of the transport without hearing from it again.
  void abandon() {
    if (transport_ != nullptr && !has_answered_) {
      late_join_ = true;
    }
    transport_.reset();
    inbox_.clear();
    inbox_bytes_ = 0;
    is_paused_ = false;
    closing_.reset();
    buffer_.clear();
  }

  void ended(instant now, close_code code, std::string reason) {
    inbox_.clear();
    inbox_bytes_ = 0;
    is_paused_ = false;
    buffer_.clear();
    if (late_join_ || (!has_answered_ && code != close_code::taken_over)) {
      late_join_until_ = now + late_join_max;
      late_join_ = false;
    }
    if (joined_at_.has_value() && now - *joined_at_ >= options_.stable_after) {
      attempt_ = 0;
    }
    joined_at_.reset();
    if (!is_wanted_) {
      return;
    }
    // An own join that was given up and came late takes over too.
    const bool is_own =
        code == close_code::taken_over && late_join_until_.has_value() && now < *late_join_until_;
    if (is_own) {
      late_join_until_.reset();
    }
    if ((code == close_code::taken_over && !is_own) || code == close_code::policy_violation ||
        static_cast<std::uint16_t>(code) == kicked) {
      is_wanted_ = false;
      set_state({.state = client_state::stopped, .code = code, .reason = std::move(reason)});
      return;
    }
    const double most = std::chrono::duration<double>(options_.back_off_most).count();
    const double first = std::chrono::duration<double>(options_.back_off_first).count();
    const double bound = std::min(most, std::ldexp(first, std::min(attempt_, 30)));
    const double apart = std::chrono::duration<double>(retry_after_).count();
    const double wait = std::max(bound * fraction(), apart * (1 + fraction() / 2));
    ++attempt_;
    const auto retry_in = std::chrono::duration_cast<duration>(std::chrono::duration<double>(wait));
    retry_at_ = now + retry_in;
    set_state({.state = client_state::waiting,
               .code = code,
               .reason = std::move(reason),
               .retry_in = retry_in});
  }

  // 0 to 1, uniform.
  double fraction() { return std::ldexp(static_cast<double>(random_.next() >> 11U), -53); }

  void set_state(connection_report report) {
    if (state_ != report.state || report.state == client_state::waiting) {
      state_ = report.state;
      reports_.push_back(std::move(report));
    }
  }

  static constexpr std::uint16_t kicked = 4003;

  connector& dial_;
  random_source& random_;
  const client_options& options_;
  binary_client_encoder encoder_;
  std::string room_;
  client_state state_ = client_state::idle;
  std::vector<connection_report> reports_;
  std::string buffer_;
  std::deque<std::string> inbox_;
  std::size_t inbox_bytes_ = 0;
  std::optional<ending> closing_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t generation_ = 0;
  ping_number last_ping_ = 0;
  ping_number ponged_ = 0;
  std::deque<std::pair<ping_number, instant>> pings_;
  std::optional<duration> round_trip_;
  instant heard_at_{};
  instant pinged_at_{};
  std::optional<instant> joined_at_;
  std::optional<instant> beat_at_;
  std::optional<instant> retry_at_;
  std::optional<instant> late_join_until_;
  std::chrono::milliseconds retry_after_{};
  int attempt_ = 0;
  bool is_wanted_ = false;
  bool is_paused_ = false;
  bool has_answered_ = false;
  // A join was given up before it was answered.
  bool late_join_ = false;
  // Last: it is destroyed first, and calls this object until then.
  std::unique_ptr<transport> transport_;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_CLIENT_CONNECTION_HPP
