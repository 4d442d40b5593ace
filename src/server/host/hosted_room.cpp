// src/server/host/hosted_room.cpp

#include "server/host/hosted_room.hpp"

#include <algorithm>
#include <cassert>

#include "collab/core/text.hpp"

namespace collab {

namespace {

constexpr duration storage_retry_max = std::chrono::seconds{5};

// What the next message of its kind makes up for.
bool is_passing(const room_event& event) {
  return std::holds_alternative<cursors_moved>(event) ||
         std::holds_alternative<element_previewed>(event);
}

}  // namespace

hosted_room::hosted_room(hosted_room_owner& owner, std::uint64_t number, std::string name)
    : owner_{owner},
      number_{number},
      board_{std::move(name),
             owner.options().bounds,
             *this,
             {.default_scope = owner.options().default_scope}},
      retry_wait_{owner.options().storage_retry} {}

// ---- Loading

void hosted_room::loaded(absl::StatusOr<opened_room> opened) {
  absl::Status status = opened.status();
  if (status.ok()) {
    for (const std::string& record : opened->records) {
      status = board_.restore(record);
      if (!status.ok()) {
        break;
      }
    }
  }
  if (!status.ok()) {
    stop(status);
    return;
  }
  board_.begin(owner_.now());
  is_loaded_ = true;
  epoch_ = opened->epoch;
  durable_ = board_.last_position();
  counted_ = board_.last_seq();
  committed_ = board_.last_seq();
  ++owner_.counters().rooms_loaded_total;
  // Whoever left while the room was loading is not in the list any more.
  for (waiting_member& each : std::exchange(waiting_, {})) {
    admit(*each.who, std::move(each.message));
  }
  for (snapshot_handler& each : std::exchange(waiting_snapshots_, {})) {
    snapshot(std::move(each));
  }
  for (look_back& each : std::exchange(waiting_looks_, {})) {
    ask_past(std::move(each));
  }
  if (members_.empty()) {
    leave_memory_at_ = owner_.now().steady + owner_.options().room_grace;
  }
  schedule();
}

// ---- Members

void hosted_room::join(session& who, join_message message) {
  who.enter(this, {});
  if (is_loaded_) {
    admit(who, std::move(message));
  } else {
    waiting_.push_back({&who, std::move(message)});
  }
}

void hosted_room::admit(session& who, join_message message) {
  random_source& random = owner_.random();
  join_request request{"c" + random_text(random, 10),
                       "u" + random_text(random, 10),
                       random_text(random, 24),
                       std::move(message.name),
                       message.color,
                       std::move(message.resume)};
  leave_memory_at_.reset();
  // He is listed before he joins, so that his state finds him.
  members_[who.id()] = {&who, next_place_, false, {}};
  ++speakers_[static_cast<std::size_t>(who.spoken())];
  const absl::StatusOr<join_result> joined =
      board_.join(who.id(), std::move(request), owner_.now());
  if (!joined.ok()) {
    remove_member(who);
    who.leave_room();
    who.send_error(joined.status(), "room:join");
    who.close(close_code::try_again_later, "the room is full");
    return;
  }
  const user_id user = joined->self.user;
  if (joined->taken_over.has_value()) {
    take_over(*joined->taken_over);
  } else if (room_hooks* hooks = owner_.options().hooks) {
    hooks->on_joined(board_, joined->self);
  }
  who.enter(this, user);
  schedule();
}

void hosted_room::take_over(member_id id) {
  const auto found = members_.find(id);
  if (found == members_.end()) {
    return;
  }
  session& before = *found->second.who;
  remove_member(before);
  before.leave_room();
  before.close(close_code::taken_over, "another connection goes on with this session");
}

void hosted_room::leave(session& who) {
  who.leave_room();
  std::erase_if(waiting_, [&who](const waiting_member& each) { return each.who == &who; });
  if (!remove_member(who)) {
    return;
  }
  room_hooks* hooks = owner_.options().hooks;
  const auto found = board_.members().find(who.id());
  const std::optional<member> gone = hooks != nullptr ? std::optional{found->second} : std::nullopt;
  board_.leave(who.id(), owner_.now());
  if (hooks != nullptr) {
    hooks->on_left(board_, *gone);
  }
  if (members_.empty()) {
    leave_memory_at_ = owner_.now().steady + owner_.options().room_grace;
  }
  schedule();
}

bool hosted_room::remove_member(const session& who) {
  if (members_.erase(who.id()) == 0) {
    return false;
  }
  --speakers_[static_cast<std::size_t>(who.spoken())];
  return true;
}

absl::Status hosted_room::execute(session& from, const room_command& command) {
  absl::Status status = owner_.options().hooks != nullptr
                            ? execute_hooked(*owner_.options().hooks, from, command)
                            : run(from, command);
  schedule();
  return status;
}

absl::Status hosted_room::execute_hooked(room_hooks& hooks, session& from, room_command command) {
  [[maybe_unused]] const std::size_t kind = command.index();
  auto* operation = std::get_if<operation_command>(&command);
  [[maybe_unused]] const operation_counter counter = operation != nullptr ? operation->counter : 0;
  const member& who = board_.members().find(from.id())->second;
  absl::Status refused = hooks.before(board_, who, command);
  assert(command.index() == kind && (operation == nullptr || operation->counter == counter));
  if (!refused.ok() && operation == nullptr) {
    return refused;
  }
  if (!refused.ok()) {
    operation->body = refused_operation{std::move(refused)};
  }
  return run(from, command);
}

void hosted_room::snapshot(snapshot_handler done) {
  if (!is_loaded_) {
    waiting_snapshots_.push_back(std::move(done));
    return;
  }
  gated_output output;
  output.to = gated_output::target::snapshot;
  output.gate = board_.last_position();
  output.text = encode_json_snapshot(board_);
  output.done = std::move(done);
  put_out(std::move(output));
}

// ---- What the room says

void hosted_room::to_member(member_id to, const room_event& event, log_position gate) {
  if (std::holds_alternative<operation_rejected>(event)) {
    ++owner_.counters().operations_rejected_total;
  }
  const auto found = members_.find(to);
  if (found == members_.end()) {
    return;
  }
  const dialect spoken = found->second.who->spoken();
  wire_parts parts = wire_event(spoken, event, owner_.options().bounds.state_chunk_bytes);
  const bool is_state =
      std::holds_alternative<joined_room>(event) || std::holds_alternative<resumed_room>(event);
  if (gate == log_position{} && !is_state) {
    relay(found->second, parts, is_passing(event));
    return;
  }
  wire_messages messages;
  messages.set(spoken, std::move(parts));
  put_out({gated_output::target::one, gate, 0, to, is_state, std::move(messages), {}, {}, {}});
}

void hosted_room::to_all(const room_event& event, log_position gate) {
  wire_messages messages = encode(event);
  if (gate != log_position{}) {
    put_out({gated_output::target::all, gate, 0, {}, false, std::move(messages), {}, {}, {}});
    return;
  }
  for (auto& [id, each] : members_) {
    relay(each, messages.in(each.who->spoken()), is_passing(event));
  }
}

void hosted_room::to_others(member_id except, const room_event& event, log_position gate) {
  if (const auto* message = std::get_if<host_message_sent>(&event)) {
    owner_.pass_on(*this, *message);
  }
  if (members_.size() == 1 && members_.contains(except)) {
    return;
  }
  wire_messages messages = encode(event);
  if (gate != log_position{}) {
    put_out(
        {gated_output::target::others, gate, 0, except, false, std::move(messages), {}, {}, {}});
    return;
  }
  for (auto& [id, each] : members_) {
    if (id != except) {
      relay(each, messages.in(each.who->spoken()), is_passing(event));
    }
  }
}

// Once for each dialect that somebody here speaks.
wire_messages hosted_room::encode(const room_event& event) const {
  wire_messages messages;
  for (const dialect spoken : {dialect::json, dialect::binary}) {
    if (speakers_[static_cast<std::size_t>(spoken)] > 0) {
      messages.set(spoken, wire_event(spoken, event, owner_.options().bounds.state_chunk_bytes));
    }
  }
  return messages;
}

void hosted_room::send_after_state(session& to, shared_payload message) {
  const auto found = members_.find(to.id());
  if (found == members_.end()) {
    to.send(message);
    return;
  }
  relay(found->second, wire_parts{std::move(message)}, false);
}

// Sends what does not wait for the storage, but never before the state of the room.
void hosted_room::relay(present_member& to, const wire_parts& messages, bool is_passing) {
  if (!to.has_state) {
    to.held.insert(to.held.end(), messages.begin(), messages.end());
  } else if (is_passing) {
    to.who->send_passing(messages.front());
  } else {
    to.who->send(messages, false);
  }
}

void hosted_room::put_out(gated_output output) {
  output.place = next_place_++;
  gated_.push_back(std::move(output));
  release();
}

// Lets out what has become durable, in order.
void hosted_room::release() {
  while (!gated_.empty() && gated_.front().gate <= durable_) {
    gated_output output = std::move(gated_.front());
    gated_.pop_front();
    deliver(output);
  }
}

void hosted_room::deliver(gated_output& output) {
  switch (output.to) {
    case gated_output::target::snapshot:
      output.done(std::move(output.text));
      return;
    case gated_output::target::past:
      ask_past(std::move(output.request));
      return;
    case gated_output::target::all:
      deliver_to_many(output, nullptr);
      return;
    case gated_output::target::others:
      deliver_to_many(output, &output.member);
      return;
    case gated_output::target::one:
      break;
  }
  const auto found = members_.find(output.member);
  if (found == members_.end()) {
    return;
  }
  present_member& to = found->second;
  const wire_parts& messages = output.messages.in(to.who->spoken());
  to.who->send(messages, output.is_state);
  if (!output.is_state) {
    return;
  }
  to.has_state = true;
  for (const shared_payload& held : std::exchange(to.held, {})) {
    to.who->send(held);
  }
}

void hosted_room::deliver_to_many(const gated_output& output, const member_id* except) {
  for (const auto& [id, each] : members_) {
    if (each.entered_at < output.place && (except == nullptr || id != *except)) {
      each.who->send(output.messages.in(each.who->spoken()), false);
    }
  }
}

// ---- Storage

void hosted_room::store(std::string record, log_position /*position*/) {
  owner_.counters().operations_total += to_integer(board_.last_seq()) - to_integer(counted_);
  counted_ = board_.last_seq();
  pending_.push_back(std::move(record));
  if (!is_append_planned_ && in_flight_.empty()) {
    is_append_planned_ = true;
    owner_.append_later(*this);
  }
}

void hosted_room::applied(const operation& done, const edit_effect& effect) {
  if (room_hooks* hooks = owner_.options().hooks) {
    hooks->on_applied(board_, done, effect);
  }
}

// One append of a room is with the storage at a time; what comes meanwhile forms the next.
void hosted_room::append_pending() {
  is_append_planned_ = false;
  if (is_stopped_ || !in_flight_.empty() || pending_.empty()) {
    return;
  }
  in_flight_ = std::exchange(pending_, {});
  in_flight_seq_ = board_.last_seq();
  owner_.append(*this, {name(), epoch_, to_integer(durable_), in_flight_});
}

void hosted_room::append_done(const absl::Status& status) {
  if (is_stopped_) {
    return;
  }
  if (absl::IsUnavailable(status)) {
    // The very same records again: if they were written after all, their position is
    // taken, and the room is loaded anew with them.
    ++owner_.counters().commits_failed_total;
    owner_.log().write(log_level::warning, "storage is unavailable, trying again",
                       {{"room", name()}, {"reason", to_std(status.message())}});
    retry_at_ = owner_.now().steady + retry_wait_;
    retry_wait_ = std::min(2 * retry_wait_, storage_retry_max);
    schedule();
    return;
  }
  if (!status.ok()) {
    ++owner_.counters().commits_failed_total;
    stop(status);
    return;
  }
  ++owner_.counters().commits_total;
  retry_wait_ = owner_.options().storage_retry;
  if (past_ != nullptr) {
    past_->add(to_integer(durable_), in_flight_);
  }
  durable_ = log_position{to_integer(durable_) + in_flight_.size()};
  in_flight_.clear();
  board_.set_durable(durable_);
  // What was written may also be of sessions alone.
  if (committed_ != in_flight_seq_) {
    committed_ = in_flight_seq_;
    if (room_hooks* hooks = owner_.options().hooks) {
      hooks->on_committed(board_, committed_);
    }
  }
  release();
  append_pending();
  schedule();
}

void hosted_room::stop(const absl::Status& reason) {
  if (std::exchange(is_stopped_, true)) {
    return;
  }
  ++owner_.counters().rooms_stopped_total;
  owner_.log().write(log_level::error, "room is stopped",
                     {{"room", name()}, {"reason", to_std(reason.message())}});
  std::vector<session*> all;
  for (const waiting_member& each : waiting_) {
    all.push_back(each.who);
  }
  for (const auto& [id, each] : members_) {
    all.push_back(each.who);
  }
  const absl::Status told = absl::UnavailableError("the room can't be used at the moment");
  const bool was_loaded = is_loaded_;
  for (session* each : all) {
    if (was_loaded) {
      each->send(wire_closing(each->spoken(), owner_.options().retry_after));
      each->close(close_code::service_restart, "the room is being loaded anew");
    } else {
      each->send_error(told, "room:join");
      each->close(close_code::try_again_later, "the room can't be loaded");
    }
    each->leave_room();
  }
  for (snapshot_handler& each : std::exchange(waiting_snapshots_, {})) {
    each(told);
  }
  for (gated_output& each : std::exchange(gated_, {})) {
    if (each.done) {
      each.done(told);
    } else if (each.request.done) {
      answer_past(each.request, told);
    }
  }
  refuse_past(told);
  owner_.discard(*this);
}

// ---- Time

void hosted_room::settle() {
  if (is_loaded_ && !is_stopped_) {
    board_.settle(owner_.now());
  }
}

void hosted_room::poll() {
  const instant now = owner_.now().steady;
  if (is_stopped_ || !is_loaded_) {
    return;
  }
  if (retry_at_.has_value() && now >= *retry_at_) {
    retry_at_.reset();
    owner_.append(*this, {name(), epoch_, to_integer(durable_), in_flight_});
  }
  if (forget_past_at_.has_value() && now >= *forget_past_at_) {
    forget_past();
  }
  board_.tick(owner_.now());
  if (leave_memory_at_.has_value() && now >= *leave_memory_at_) {
    settle();
  }
  schedule();
}

void hosted_room::schedule() {
  if (!is_stopped_) {
    consider_leaving_memory();
  }
  if (!is_stopped_) {
    owner_.schedule(*this);
  }
}

void hosted_room::consider_leaving_memory() {
  if (!is_loaded_ || !members_.empty() || !leave_memory_at_.has_value() ||
      owner_.now().steady < *leave_memory_at_ || !is_durable() || !board_.live_strokes().empty() ||
      (past_ != nullptr && past_->is_asked())) {
    return;
  }
  is_stopped_ = true;
  ++owner_.counters().rooms_evicted_total;
  owner_.discard(*this);
}

std::optional<instant> hosted_room::next_deadline() const {
  std::optional<instant> next = board_.next_deadline();
  const auto consider = [&next](std::optional<instant> other) {
    if (other.has_value()) {
      next = next.has_value() ? std::min(*next, *other) : other;
    }
  };
  consider(retry_at_);
  consider(forget_past_at_);
  // A room that only waits for its storage to leave memory is woken by append_done().
  // So is one of which somebody wants to know the past.
  const bool is_settled = board_.live_strokes().empty();
  const bool is_asked = past_ != nullptr && past_->is_asked();
  if (!(is_settled && (!is_durable() || is_asked) && leave_memory_at_.has_value() &&
        *leave_memory_at_ <= owner_.now().steady)) {
    consider(leave_memory_at_);
  }
  return next;
}

}  // namespace collab
