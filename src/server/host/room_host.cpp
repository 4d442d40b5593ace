// src/server/host/room_host.cpp

#include "collab/server/room_host.hpp"

#include <absl/container/btree_map.h>

#include <utility>
#include <vector>

#include "collab/core/deadline_queue.hpp"
#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"
#include "server/host/hosted_room.hpp"
#include "server/host/session.hpp"
#include "server/host/wire_messages.hpp"

namespace collab {

class room_host::state final : public session_owner, public hosted_room_owner {
  // `work`, or nothing once this object is gone.
  template <typename Function>
  auto guarded(Function work) {
    return
        [alive = std::weak_ptr<bool>{alive_}, work = std::move(work)](auto... arguments) mutable {
          if (!alive.expired()) {
            work(std::move(arguments)...);
          }
        };
  }
  template <typename Function>
  void later(Function work) {
    loop_.post(guarded(std::move(work)));
  }

 public:
  state(storage& store, executor& loop, const clock& time, random_source& random,
        room_host_options options, log_sink* log)
      : store_{store},
        loop_{loop},
        time_{time},
        random_{random},
        options_{std::move(options)},
        log_{log != nullptr ? *log : silence_},
        decoder_{options_.bounds} {}

  ~state() { is_ending_ = true; }

  void accept(std::string_view room, std::unique_ptr<transport> connection, dialect spoken) {
    const member_id id{++last_member_};
    auto made =
        std::make_unique<session>(*this, id, std::string{room}, std::move(connection), spoken);
    session& who = *made;
    sessions_.emplace(id, std::move(made));
    ++counters_.connections_total;
    who.start();
    if (is_shutting_down_) {
      who.close(close_code::going_away, "the server is closing");
    }
  }

  void snapshot(std::string_view room, snapshot_handler done) {
    if (is_shutting_down_) {
      done(absl::UnavailableError("the server is closing"));
      return;
    }
    find_or_load(room).snapshot(std::move(done));
  }

  template <typename Place>
  void snapshot_at(std::string_view room, Place place, snapshot_handler done) {
    if (is_shutting_down_) {
      done(absl::UnavailableError("the server is closing"));
      return;
    }
    find_or_load(room).look({place, [name = std::string{room}, done = std::move(done)](
                                        absl::StatusOr<board_snapshot> board) mutable {
                               if (board.ok()) {
                                 done(encode_json_snapshot(name, *board));
                               } else {
                                 done(board.status());
                               }
                             }});
  }

  void poll() {
    const instant present = time_.now().steady;
    while (const auto due = session_deadlines_.pop_due(present)) {
      if (const auto found = sessions_.find(*due); found != sessions_.end()) {
        found->second->poll(present);
      }
    }
    // Taken first: a room that has to wait on is scheduled again for the same moment.
    std::vector<std::uint64_t> due_rooms;
    while (const auto due = room_deadlines_.pop_due(present)) {
      due_rooms.push_back(*due);
    }
    for (const std::uint64_t number : due_rooms) {
      if (const auto found = numbered_.find(number); found != numbered_.end()) {
        found->second->poll();
      }
    }
    continue_shut_down();
  }

  [[nodiscard]] std::optional<instant> next_deadline() const {
    std::optional<instant> next = session_deadlines_.next();
    for (const auto& other : {room_deadlines_.next(), shut_down_by_}) {
      if (other.has_value()) {
        next = next.has_value() ? std::min(*next, *other) : other;
      }
    }
    return next;
  }

  void on_earlier_deadline(absl::AnyInvocable<void()> callback) {
    earlier_deadline_ = std::move(callback);
  }

  void on_host_message(host_message_handler handler) {
    host_message_handler_ =
        handler ? std::make_shared<host_message_handler>(std::move(handler)) : nullptr;
  }

  void shut_down(absl::AnyInvocable<void()> done) {
    is_shutting_down_ = true;
    shut_down_done_ = std::move(done);
    shut_down_by_ = time_.now().steady + options_.shut_down_deadline;
    for (const auto& [id, each] : sessions_) {
      each->stop_reading();
    }
    for (const auto& [name, each] : rooms_) {
      each->settle();
    }
    later([this] { continue_shut_down(); });
    tell_deadline();
  }

  [[nodiscard]] room_host_statistics statistics() const {
    room_host_statistics all = counters_;
    all.rooms = rooms_.size();
    all.connections = sessions_.size();
    for (const auto& [name, each] : rooms_) {
      all.members += each->board().members().size();
      all.elements += each->board().board().size();
    }
    return all;
  }

  // ---- For sessions

  json_decoder& decoder() override { return decoder_; }
  std::vector<point>& points() override { return points_; }
  moment now() const override { return time_.now(); }
  const limits& bounds() const override { return options_.bounds; }
  room_host_statistics& counters() override { return counters_; }

  void schedule(session& of) override {
    if (!is_ending_) {
      session_deadlines_.set(of.id(), of.next_deadline());
      tell_deadline();
    }
  }

  void joining(session& who, const join_message& message) override {
    find_or_load(who.room_name()).join(who, message);
  }

  void ended(session& who) override {
    session_deadlines_.set(who.id(), std::nullopt);
    sessions_.erase(who.id());
    if (is_shutting_down_) {
      later([this] { continue_shut_down(); });
    }
  }

  // ---- For rooms

  const room_host_options& options() const override { return options_; }
  random_source& random() override { return random_; }
  log_sink& log() override { return log_; }

  void pass_on(const hosted_room& from, const host_message_sent& message) override {
    if (host_message_handler_ == nullptr) {
      return;
    }
    received_host_message kept{from.name(), message.author.user, message.author.client,
                               std::string{message.name}, std::string{message.data}};
    later([this, kept = std::move(kept)] {
      // Kept alive by this call, if the handler destroys the host or is replaced.
      if (const auto handler = host_message_handler_) {
        (*handler)(kept);
      }
    });
  }

  void schedule(hosted_room& of) override {
    room_deadlines_.set(of.number(), of.next_deadline());
    tell_deadline();
  }

  void append_later(hosted_room& from) override {
    dirty_.push_back(from.number());
    if (dirty_.size() == 1) {
      later([this] {
        for (const std::uint64_t number : std::exchange(dirty_, {})) {
          if (const auto found = numbered_.find(number); found != numbered_.end()) {
            found->second->append_pending();
          }
        }
      });
    }
  }

  void append(hosted_room& from, append_request request) override {
    store_.append(std::move(request), loop_,
                  guarded([this, number = from.number()](absl::Status status) {
                    const auto found = numbered_.find(number);
                    if (found == numbered_.end()) {
                      return;
                    }
                    found->second->append_done(status);
                    if (is_shutting_down_) {
                      continue_shut_down();
                    }
                  }));
  }

  void read(hosted_room& of) override {
    store_.read(of.name(), loop_,
                guarded([this, number = of.number()](absl::StatusOr<opened_room> opened) {
                  if (const auto found = numbered_.find(number); found != numbered_.end()) {
                    found->second->past_read(std::move(opened));
                  }
                }));
  }
  void look_back_later(hosted_room& of) override {
    later([this, number = of.number()] {
      if (const auto found = numbered_.find(number); found != numbered_.end()) {
        found->second->go_on_looking_back();
      }
    });
  }
  bool may_look_back() override {
    const bool may = looking_back_ < options_.bounds.history_requests;
    looking_back_ += may ? 1 : 0;
    return may;
  }
  void done_looking_back() override { --looking_back_; }
  // Those that were looked at last are kept, as far as there is room for them.
  void keep_past(hosted_room& of) override {
    std::erase(pasts_, of.number());
    pasts_.push_back(of.number());
    std::size_t bytes = 0;
    for (std::size_t i = pasts_.size(); i > 0; --i) {
      const auto found = numbered_.find(pasts_[i - 1]);
      bytes += found != numbered_.end() ? found->second->idle_past_bytes() : 0;
      if (found != numbered_.end() && bytes > options_.bounds.history_bytes) {
        if (found->second->idle_past_bytes() > 0) {
          found->second->forget_past();
        }
      }
    }
    std::erase_if(pasts_, [this](std::uint64_t number) {
      const auto found = numbered_.find(number);
      return found == numbered_.end() || !found->second->has_past();
    });
  }

  void discard(hosted_room& gone) override {
    room_deadlines_.set(gone.number(), std::nullopt);
    numbered_.erase(gone.number());
    const auto found = rooms_.find(to_absl(gone.name()));
    if (found != rooms_.end() && found->second.get() == &gone) {
      gone_.push_back(std::move(found->second));
      rooms_.erase(found);
      later([this] { gone_.clear(); });
    }
  }

 private:
  hosted_room& find_or_load(std::string_view name) {
    const auto found = rooms_.find(to_absl(name));
    if (found != rooms_.end()) {
      return *found->second;
    }
    const std::uint64_t number = ++last_room_;
    auto made = std::make_unique<hosted_room>(*this, number, std::string{name});
    hosted_room& loading = *made;
    numbered_.emplace(number, made.get());
    rooms_.emplace(std::string{name}, std::move(made));
    store_.open(name, loop_, guarded([this, number](absl::StatusOr<opened_room> opened) {
                  const auto waiting = numbered_.find(number);
                  if (waiting != numbered_.end()) {
                    waiting->second->loaded(std::move(opened));
                  }
                }));
    return loading;
  }

  void tell_deadline() {
    const auto next = next_deadline();
    const bool is_earlier = next.has_value() && (!told_.has_value() || *next < *told_);
    told_ = next;
    if (is_earlier && earlier_deadline_) {
      earlier_deadline_();
    }
  }

  // First everything becomes durable, and so leaves; then everybody goes.
  void continue_shut_down() {
    if (!is_shutting_down_ || !shut_down_done_) {
      return;
    }
    const bool is_late = time_.now().steady >= *shut_down_by_;
    for (const auto& [name, each] : rooms_) {
      if (!each->is_durable() && !is_late) {
        return;
      }
    }
    if (!std::exchange(has_said_goodbye_, true)) {
      wire_messages goodbye;
      for (const dialect spoken : {dialect::json, dialect::binary}) {
        goodbye.set(spoken, wire_parts{wire_closing(spoken, options_.retry_after)});
      }
      for (const auto& [id, each] : sessions_) {
        each->send(goodbye.in(each->spoken()), false);
        each->close(close_code::going_away, "the server is closing");
      }
    }
    if (sessions_.empty() || is_late) {
      shut_down_by_.reset();
      std::exchange(shut_down_done_, nullptr)();
    }
  }

  storage& store_;
  executor& loop_;
  const clock& time_;
  random_source& random_;
  const room_host_options options_;
  null_log_sink silence_;
  log_sink& log_;
  json_decoder decoder_;
  std::vector<point> points_;
  room_host_statistics counters_;

  std::uint32_t last_member_ = 0;
  std::uint64_t last_room_ = 0;
  bool is_ending_ = false;
  bool is_shutting_down_ = false;
  bool has_said_goodbye_ = false;
  absl::AnyInvocable<void()> shut_down_done_;
  std::optional<instant> shut_down_by_;

  absl::AnyInvocable<void()> earlier_deadline_;
  std::shared_ptr<host_message_handler> host_message_handler_;
  std::optional<instant> told_;
  deadline_queue<member_id> session_deadlines_;
  deadline_queue<std::uint64_t> room_deadlines_;

  absl::btree_map<std::string, std::unique_ptr<hosted_room>> rooms_;
  absl::flat_hash_map<std::uint64_t, hosted_room*> numbered_;
  std::vector<std::unique_ptr<hosted_room>> gone_;
  std::vector<std::uint64_t> dirty_;
  // How many wait for a board of the past.
  std::uint64_t looking_back_ = 0;
  // The rooms whose past is kept, the one looked at last is the last.
  std::vector<std::uint64_t> pasts_;
  // Ends before the rooms that they refer to.
  absl::btree_map<member_id, std::unique_ptr<session>> sessions_;
  // Ends first: nothing that is still on its way finds this object.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

room_host::room_host(storage& store, executor& loop, const clock& time, random_source& random,
                     room_host_options options, log_sink* log)
    : state_{std::make_unique<state>(store, loop, time, random, std::move(options), log)} {}
room_host::~room_host() = default;

void room_host::accept(std::string_view room, std::unique_ptr<transport> connection,
                       dialect spoken) {
  state_->accept(room, std::move(connection), spoken);
}
void room_host::snapshot(std::string_view room, snapshot_handler done) {
  state_->snapshot(room, std::move(done));
}
void room_host::snapshot_at(std::string_view room, seq_number seq, snapshot_handler done) {
  state_->snapshot_at(room, seq, std::move(done));
}
void room_host::snapshot_at(std::string_view room, unix_time time, snapshot_handler done) {
  state_->snapshot_at(room, time, std::move(done));
}
void room_host::poll() { state_->poll(); }
std::optional<instant> room_host::next_deadline() const { return state_->next_deadline(); }
void room_host::on_earlier_deadline(absl::AnyInvocable<void()> callback) {
  state_->on_earlier_deadline(std::move(callback));
}
void room_host::on_host_message(host_message_handler handler) {
  state_->on_host_message(std::move(handler));
}
void room_host::shut_down(absl::AnyInvocable<void()> done) { state_->shut_down(std::move(done)); }
room_host_statistics room_host::statistics() const { return state_->statistics(); }

}  // namespace collab
