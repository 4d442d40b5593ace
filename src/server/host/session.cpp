// src/server/host/session.cpp

#include "server/host/session.hpp"

#include <absl/strings/str_cat.h>

#include "collab/core/text.hpp"
#include "server/host/hosted_room.hpp"
#include "server/host/wire_messages.hpp"

namespace collab {

namespace {

constexpr duration bad_message_window = std::chrono::minutes{1};

double as_rate(std::uint64_t limit) { return static_cast<double>(limit); }

}  // namespace

session::session(session_owner& owner, member_id id, std::string room,
                 std::unique_ptr<transport> connection, dialect spoken)
    : owner_{owner},
      id_{id},
      room_name_{std::move(room)},
      spoken_{spoken},
      connection_{std::move(connection)},
      join_by_{owner.now().steady + owner.bounds().join_deadline},
      operations_{as_rate(owner.bounds().operations_per_second),
                  as_rate(owner.bounds().operations_burst), owner.now().steady},
      // A second's worth may come at once.
      previews_{as_rate(owner.bounds().previews_per_second),
                as_rate(owner.bounds().previews_per_second), owner.now().steady},
      bytes_{as_rate(owner.bounds().bytes_per_second), as_rate(owner.bounds().bytes_per_second),
             owner.now().steady} {
  if (spoken_ == dialect::binary) {
    binary_.emplace(owner.bounds(), owner.points());
  }
}

void session::start() {
  schedule();
  connection_->start(*this);
}

// ---- What goes out

void session::send(const shared_payload& message) {
  if (is_closing_) {
    return;
  }
  const std::size_t waiting = connection_->queued_bytes();
  if (waiting == 0) {
    state_bytes_ = 0;
  }
  if (waiting > owner_.bounds().output_queue_bytes + state_bytes_) {
    ++owner_.counters().slow_readers_closed_total;
    close(close_code::try_again_later, "reads too slowly");
    return;
  }
  ++owner_.counters().messages_out_total;
  owner_.counters().bytes_out_total += message->bytes.size();
  connection_->send(message);
}

void session::send(const wire_parts& messages, bool is_state) {
  if (!is_state && messages.size() == 1) {
    send(messages.front());
    return;
  }
  std::size_t bytes = 0;
  for (const shared_payload& each : messages) {
    bytes += each->bytes.size();
  }
  if (connection_->queued_bytes() > 0) {
    // Not the sum of all: whoever never reads would have a queue without a bound.
    bytes = std::max(bytes, state_bytes_);
  }
  for (const shared_payload& each : messages) {
    // Allowed from the first one on; when nothing was waiting, send() takes it back at once.
    state_bytes_ = bytes;
    send(each);
  }
  state_bytes_ = bytes;
}

void session::send_passing(const shared_payload& message) {
  if (connection_->queued_bytes() > owner_.bounds().output_queue_bytes / 2) {
    ++owner_.counters().cursors_dropped_total;
    return;
  }
  send(message);
}

void session::send_error(const absl::Status& reason, std::string_view type) {
  answer(wire_error(spoken_, reason, type));
}

void session::answer(shared_payload message) {
  if (room_ != nullptr && !is_waiting_to_enter()) {
    room_->send_after_state(*this, std::move(message));
  } else {
    send(message);
  }
}

void session::close(close_code code, std::string_view reason) {
  if (is_closing_) {
    return;
  }
  // He leaves the room in on_close(): this may be called from inside the room.
  is_closing_ = true;
  schedule();
  connection_->close(code, reason);
}

void session::stop_reading() {
  is_stopped_ = true;
  connection_->pause_reading();
}

// ---- What comes in

void session::on_message(std::string_view bytes, payload_kind kind) {
  if (is_closing_ || is_stopped_) {
    return;
  }
  const instant now = owner_.now().steady;
  ++owner_.counters().messages_in_total;
  owner_.counters().bytes_in_total += bytes.size();
  bytes_.take(static_cast<double>(bytes.size()), now);
  if (kind != kind_of(spoken_)) {
    close(close_code::unsupported_data,
          spoken_ == dialect::json ? "the dialect is JSON text" : "the dialect is binary messages");
    return;
  }
  take_frame(bytes, 0);
  slow_down(now);
}

// Takes the messages of a frame, but for the first `taken`. What comes between a join and
// the state of the room waits until the room is loaded.
// `taken` messages of a JSON frame have been taken before.
void session::take_frame(std::string_view bytes, std::size_t taken) {
  if (is_waiting()) {
    hold(bytes, taken);
  } else if (spoken_ == dialect::json) {
    take_json(bytes, taken);
  } else {
    take_binary(bytes);
  }
}

void session::take_json(std::string_view bytes, std::size_t taken) {
  std::size_t at = 0;
  bool is_held = false;
  const absl::Status status =
      owner_.decoder().decode(bytes, user_, [&](const client_message& message) {
        if (at++ < taken || is_closing_ || is_held) {
          return;
        }
        is_held = is_waiting();
        if (is_held) {
          hold(bytes, at - 1);
        } else {
          take(message);
        }
      });
  if (!status.ok()) {
    send_error(status, {});
    count_bad_message();
  }
}

void session::take_binary(std::string_view bytes) {
  const absl::Status status = binary_->decode(bytes, user_, [&](const client_message& message) {
    take(message);
    return !is_closing_ && !is_waiting();
  });
  if (!status.ok()) {
    send_error(status, {});
    count_bad_message();
  } else if (!bytes.empty() && !is_closing_) {
    hold(bytes, 0);
  }
}

void session::hold(std::string_view bytes, std::size_t taken) {
  if (held_.empty()) {
    connection_->pause_reading();
  }
  held_.push_back({std::string{bytes} + std::string(json_padding, '\0'), taken});
}

void session::enter(hosted_room* room, user_id user) {
  room_ = room;
  user_ = std::move(user);
  schedule();
  take_held();
}

void session::go_on() {
  is_holding_on_ = false;
  take_held();
}

void session::take_held() {
  if (held_.empty() || is_waiting()) {
    return;
  }
  for (const held_frame& each : std::exchange(held_, {})) {
    if (!is_closing_) {
      take_frame({each.bytes.data(), each.bytes.size() - json_padding}, each.taken);
    }
  }
  // Something of it may have to be waited for again.
  if (!resume_at_.has_value() && !is_stopped_ && !is_closing_ && held_.empty()) {
    connection_->resume_reading();
  }
  slow_down(owner_.now().steady);
}

void session::take(const client_message& message) {
  const bool is_bad = !message.status.ok();
  if (const auto* join = std::get_if<join_message>(&message.body)) {
    take_join(*join);
  } else if (const auto* ping = std::get_if<ping_message>(&message.body)) {
    previews_.take(1, owner_.now().steady);
    answer(wire_pong(spoken_, *ping, owner_.now().wall));
  } else if (const auto* command = std::get_if<room_command>(&message.body)) {
    take_command(message, *command);
  } else {
    previews_.take(1, owner_.now().steady);
    send_error(message.status, message.type);
  }
  if (is_bad) {
    count_bad_message();
  }
}

void session::take_join(const join_message& message) {
  previews_.take(1, owner_.now().steady);
  if (has_asked_to_join_) {
    send_error(absl::FailedPreconditionError("this connection has joined already"), "room:join");
    return;
  }
  has_asked_to_join_ = true;
  owner_.joining(*this, message);
}

void session::take_command(const client_message& message, const room_command& command) {
  const instant now = owner_.now().steady;
  const bool is_operation = std::holds_alternative<operation_command>(command);
  if (std::holds_alternative<move_cursor>(command) && previews_.debt(now) > duration::zero()) {
    ++owner_.counters().cursors_dropped_total;
    return;
  }
  (is_operation ? operations_ : previews_).take(1, now);
  if (room_ == nullptr) {
    send_error(absl::FailedPreconditionError("room:join comes first"), message.type);
    return;
  }
  if (absl::Status status = room_->execute(*this, command); !status.ok()) {
    send_error(status, message.type);
    if (absl::IsInvalidArgument(status)) {
      count_bad_message();
    }
  }
}

void session::count_bad_message() {
  ++owner_.counters().bad_messages_total;
  const instant now = owner_.now().steady;
  while (!bad_messages_.empty() && now - bad_messages_.front() >= bad_message_window) {
    bad_messages_.pop_front();
  }
  bad_messages_.push_back(now);
  if (bad_messages_.size() > owner_.bounds().bad_messages_per_minute) {
    close(close_code::policy_violation,
          absl::StrCat("more than ", owner_.bounds().bad_messages_per_minute,
                       " messages in a minute were not understood"));
  }
}

// Whoever has sent more than he may is read again when that is made up for.
void session::slow_down(instant now) {
  const duration wait = std::max({operations_.debt(now), previews_.debt(now), bytes_.debt(now)});
  if (wait == duration::zero() || is_closing_) {
    return;
  }
  if (!resume_at_.has_value()) {
    ++owner_.counters().reads_slowed_total;
    connection_->pause_reading();
  }
  resume_at_ = now + wait;
  schedule();
}

void session::on_close(close_code /*code*/, std::string_view /*reason*/) {
  is_closing_ = true;
  if (room_ != nullptr) {
    room_->leave(*this);
  }
  schedule();
  owner_.ended(*this);
}

// ---- Time

void session::poll(instant now) {
  if (resume_at_.has_value() && now >= *resume_at_) {
    resume_at_.reset();
    if (!is_stopped_ && held_.empty()) {
      connection_->resume_reading();
    }
  }
  if (!has_asked_to_join_ && now >= join_by_) {
    close(close_code::join_deadline, "no room:join came in time");
  }
  schedule();
}

std::optional<instant> session::next_deadline() const {
  if (is_closing_) {
    return std::nullopt;
  }
  std::optional<instant> next = resume_at_;
  if (!has_asked_to_join_) {
    next = next.has_value() ? std::min(*next, join_by_) : join_by_;
  }
  return next;
}

void session::schedule() { owner_.schedule(*this); }

}  // namespace collab
