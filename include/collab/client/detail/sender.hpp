// collab/client/detail/sender.hpp - what is sent of the own work, and when: operations in their
// order, no more at once and no faster than the server takes them, and again from wherever
// something is missing.

#ifndef COLLAB_CLIENT_DETAIL_SENDER_HPP
#define COLLAB_CLIENT_DETAIL_SENDER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "collab/client/detail/client_context.hpp"
#include "collab/client/detail/outbox.hpp"
#include "collab/client/detail/own_stroke.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/token_bucket.hpp"
#include "collab/ink/point.hpp"
#include "collab/room/command.hpp"

namespace collab::detail {

class sender {
 public:
  sender(client_context& context, outbox& operations)
      : context_{context},
        outbox_{operations},
        operations_{rate(&limits::operations_per_second), rate(&limits::operations_burst), {}},
        bytes_{rate(&limits::bytes_per_second), rate(&limits::bytes_per_second), {}} {}

  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  // The session stands: everything that is not answered is sent, from the first on.
  void open() {
    is_open_ = true;
    next_ = outbox_.is_empty() ? outbox_.next_op() : outbox_.first()->op;
    fence_ = 0;
    retry_at_.reset();
    const instant now = context_.now;
    operations_ = {rate(&limits::operations_per_second), rate(&limits::operations_burst), now};
    bytes_ = {rate(&limits::bytes_per_second), rate(&limits::bytes_per_second), now};
    counted_ = context_.connection.bytes_sent() + context_.connection.written_bytes();
  }
  void close() noexcept { is_open_ = false; }

  // Whether an operation that is done now is likely to be sent by the next pump().
  [[nodiscard]] bool is_near(operation_counter op) const noexcept {
    return is_open_ && op < first_op() + context_.options.window;
  }

  // Sends a message that nobody waits for. Whether it could be.
  template <typename Message>
  bool tell(const Message& message) {
    if (is_open_) {
      context_.connection.write(message);
    }
    return is_open_;
  }

  // Sends the points of a stroke that were not sent yet; its beginning too.
  void send_points(own_stroke& stroke) {
    if (!is_open_ || stroke.is_silent || stroke.points.size() == stroke.sent) {
      return;
    }
    const std::size_t piece = context_.options.bounds.points_per_message;
    const auto next = [&] {
      const std::span<const point> rest = std::span{stroke.points}.subspan(stroke.sent);
      return rest.first(std::min(rest.size(), piece));
    };
    if (!stroke.is_started) {
      const std::span<const point> points = next();
      context_.connection.write(start_stroke{stroke.style, points});
      stroke.is_started = true;
      stroke.sent = points.size();
    } else if (stroke.is_anew) {
      context_.connection.break_run(stroke.id());
    }
    stroke.is_anew = false;
    while (stroke.sent < stroke.points.size()) {
      const std::span<const point> points = next();
      context_.connection.write(extend_stroke{stroke.id(), stroke.sent, points});
      stroke.sent += points.size();
    }
  }

  // Sends as many operations as may be sent now.
  void pump() {
    if (!is_open_ || outbox_.is_empty()) {
      return;
    }
    next_ = std::max(next_, first_op());
    while (next_ < first_op() + context_.options.window) {
      pending_operation* op = outbox_.find(next_);
      if (op == nullptr || waits_until().has_value()) {
        return;
      }
      operations_.take(1, context_.now);
      ++next_;
      transmit(*op);
      count_bytes();
    }
  }

  // When pump() has something to do, if nothing is answered before; nullopt: never.
  [[nodiscard]] std::optional<instant> next_deadline() {
    if (!is_open_ || outbox_.find(std::max(next_, first_op())) == nullptr ||
        next_ >= first_op() + context_.options.window) {
      return std::nullopt;
    }
    return waits_until().value_or(context_.now);
  }

  // The server has only the operations up to `have`.
  void gap(operation_counter have) {
    if (have + 1 < next_) {
      rewind(have + 1);
    }
  }

  // Operations from `op` on are to be sent again; without one, none. Returns the ping after whose
  // answer the server speaks of what is sent from now on.
  ping_number rewind(std::optional<operation_counter> op) {
    const ping_number fence = context_.connection.ping(context_.now);
    if (op.has_value()) {
      next_ = std::min(next_, *op);
      fence_ = fence;
    }
    return fence;
  }

  // The server could not take `op` now; it and all after it wait a moment.
  void retry_later(operation_counter op) {
    rewind(op);
    retry_at_ = context_.now + context_.options.unavailable_retry;
  }

  // Whether operations were sent again, and the server has not come to them yet.
  [[nodiscard]] bool is_rewound() const noexcept { return context_.connection.is_behind(fence_); }

  // What was written since is counted against the rate of bytes.
  void count_bytes() {
    const std::uint64_t so_far =
        context_.connection.bytes_sent() + context_.connection.written_bytes();
    if (so_far > counted_) {
      bytes_.take(static_cast<double>(so_far - counted_), context_.now);
    }
    counted_ = so_far;
  }

 private:
  // While the transport is full it is asked again after that.
  static constexpr duration full_wait = std::chrono::milliseconds{50};

  // What a whole stroke may take to be sent as one message.
  [[nodiscard]] std::size_t whole_bytes_max() const {
    const limits& bounds = context_.options.bounds;
    return std::min<std::size_t>({48 * 1024, bounds.frame_bytes / 2, bounds.message_bytes / 2});
  }
  [[nodiscard]] double rate(std::uint64_t limits::* which) const {
    return static_cast<double>(std::max<std::uint64_t>(1, context_.options.bounds.*which));
  }
  [[nodiscard]] operation_counter first_op() const noexcept {
    return outbox_.is_empty() ? outbox_.next_op() : outbox_.first()->op;
  }

  // Until when nothing may be sent; nullopt when something may be.
  [[nodiscard]] std::optional<instant> waits_until() {
    const instant now = context_.now;
    duration wait = std::max(bytes_.debt(now), operation_wait(now));
    if (retry_at_.has_value()) {
      wait = std::max<duration>(wait, *retry_at_ - now);
    }
    if (wait <= duration::zero() &&
        context_.connection.queued_bytes() > context_.options.queued_bytes_max) {
      wait = full_wait;
    }
    return wait > duration::zero() ? std::optional{now + wait} : std::nullopt;
  }
  // A whole operation must be in the bucket.
  [[nodiscard]] duration operation_wait(instant now) {
    operations_.take(1, now);
    const duration wait = operations_.debt(now);
    operations_.take(-1, now);
    return wait;
  }

  void transmit(pending_operation& op) {
    op.is_sent = true;
    if (!op.is_kept_as_sent) {
      context_.keeper.save(op);
    }
    operation_command command{op.op, clear_canvas{}, op.group};
    if (const drawn_stroke* drawn = op.drawn()) {
      own_stroke& stroke = *drawn->stroke;
      if (stroke.is_silent ||
          (!stroke.is_started && op.made.packed_points().size() <= whole_bytes_max())) {
        command.body = put_element{stroke.whole()};
      } else {
        send_points(stroke);
        command.body = end_stroke{stroke.id(), stroke.points.size()};
      }
      context_.connection.write(command);
      return;
    }
    std::visit([&command](const auto& body) { take(command, body); }, op.body);
    context_.connection.write(command);
  }

  template <typename Body>
  static void take(operation_command& command, const Body& body) {
    command.body = body;
  }
  static void take(operation_command& /*command*/, const drawn_stroke& /*body*/) {}
  static void take(operation_command& command, const shown_clearing& /*body*/) {
    command.body = clear_canvas{};
  }

  client_context& context_;
  outbox& outbox_;
  token_bucket operations_;
  token_bucket bytes_;
  bool is_open_ = false;
  operation_counter next_ = 1;
  ping_number fence_ = 0;
  std::optional<instant> retry_at_;
  std::uint64_t counted_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_SENDER_HPP
