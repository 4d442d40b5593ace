// src/server/host/hosted_room_past.cpp - how a room is asked for its past, and given it back.

#include <absl/strings/str_cat.h>

#include <cassert>
#include <memory>
#include <utility>
#include <variant>

#include "server/host/hosted_room.hpp"

namespace collab {

namespace {

// How long the log and its snapshots are kept after somebody has looked at them.
constexpr duration past_life = std::chrono::seconds{60};

}  // namespace

// ---- Asking

void hosted_room::look(look_back request) {
  if (!owner_.may_look_back()) {
    request.done(absl::ResourceExhaustedError(
        absl::StrCat(owner_.options().bounds.history_requests,
                     " look at the past, history_requests is reached: try again")));
    return;
  }
  if (!is_loaded_) {
    waiting_looks_.push_back(std::move(request));
    return;
  }
  gated_output output;
  output.to = gated_output::target::past;
  output.gate = board_.last_position();
  output.request = std::move(request);
  put_out(std::move(output));
}

// What is in the log is durable.
void hosted_room::ask_past(look_back request) {
  const bool is_new = past_ == nullptr;
  if (is_new) {
    past_ = std::make_unique<room_past>(owner_.options().bounds);
  }
  const bool is_first = !past_->is_asked();
  past_->ask(std::move(request));
  forget_past_at_.reset();
  if (is_new) {
    owner_.read(*this);
  } else if (is_first && past_->is_read()) {
    owner_.look_back_later(*this);
  }
}

void hosted_room::past_read(absl::StatusOr<opened_room> opened) {
  if (is_stopped_ || past_ == nullptr) {
    return;
  }
  if (!opened.ok()) {
    refuse_past(opened.status());
    schedule();
    return;
  }
  past_->read(std::move(opened->records), to_integer(durable_));
  go_on_looking_back();
}

// A part of the log or one board in each turn of the loop, so that other rooms get theirs.
void hosted_room::go_on_looking_back() {
  if (is_stopped_ || past_ == nullptr || !past_->is_asked()) {
    return;
  }
  const absl::StatusOr<bool> is_ready = past_->prepare();
  if (!is_ready.ok()) {
    owner_.log().write(log_level::error, "the log of a room can't be read again",
                       {{"room", name()}, {"reason", std::string{is_ready.status().message()}}});
    refuse_past(is_ready.status());
    schedule();
    return;
  }
  if (*is_ready) {
    look_back request = past_->take_request();
    absl::StatusOr<board_snapshot> board = past_->board_at(request.where);
    const bool has_more = past_->is_asked();
    if (!has_more) {
      keep_past_for_now();
    }
    // It may ask again, or end the room.
    answer_past(request, std::move(board));
    schedule();
    if (!has_more) {
      return;
    }
  }
  owner_.look_back_later(*this);
}

void hosted_room::answer_past(look_back& request, absl::StatusOr<board_snapshot> past) {
  owner_.done_looking_back();
  std::exchange(request.done, nullptr)(std::move(past));
}

// Nobody gets what he asked for, and what there is of the past is given up.
void hosted_room::refuse_past(const absl::Status& reason) {
  std::vector<look_back> refused = std::exchange(waiting_looks_, {});
  while (past_ != nullptr && past_->is_asked()) {
    refused.push_back(past_->take_request());
  }
  forget_past();
  for (look_back& each : refused) {
    answer_past(each, reason);
  }
}

void hosted_room::keep_past_for_now() {
  forget_past_at_ = owner_.now().steady + past_life;
  owner_.keep_past(*this);
}

std::size_t hosted_room::idle_past_bytes() const {
  return past_ != nullptr && !past_->is_asked() ? past_->bytes() : 0;
}

void hosted_room::forget_past() {
  past_.reset();
  forget_past_at_.reset();
}

// ---- Giving it back

absl::Status hosted_room::run(session& from, const room_command& command) {
  const auto seq = board_.needs_past(from.id(), command);
  if (!seq.has_value()) {
    return board_.execute(from.id(), command, owner_.now());
  }
  // What he says meanwhile comes after it.
  from.hold_on();
  look({*seq, [this, id = from.id(), operation = std::get<operation_command>(command)](
                  absl::StatusOr<board_snapshot> past) mutable {
          run_with_past(id, std::move(operation), std::move(past));
        }});
  return absl::OkStatus();
}

// Without a past the room answers that it may come again.
void hosted_room::run_with_past(member_id from, operation_command command,
                                absl::StatusOr<board_snapshot> past) {
  const auto found = members_.find(from);
  if (is_stopped_ || found == members_.end()) {
    return;
  }
  if (past.ok()) {
    std::get<restore_version>(command.body).past = *std::move(past);
  }
  // It asks for nothing but what an operation is answered with.
  const absl::Status status = board_.execute(from, command, owner_.now());
  assert(status.ok());
  schedule();
  if (const auto still = members_.find(from); still != members_.end()) {
    still->second.who->go_on();
  }
}

}  // namespace collab
