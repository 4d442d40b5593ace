// examples/board_client/main.cpp - a member of a room without hands: draws what was recorded,
// tells what happens, writes the board to a file, measures how long the room takes.

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/random_source.hpp"
#include "collab/core/text.hpp"
#include "collab/core/version.hpp"
#include "collab/protocol/json_codec.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/websocket_connector.hpp"
#include "flags.hpp"
#include "follower.hpp"
#include "latency_meter.hpp"
#include "stroke_player.hpp"
#include "svg_board.hpp"

namespace {

constexpr int exit_failure = 1;
constexpr int exit_wrong_flag = 2;

// How long a stroke in progress waits for its next points, at most; a frame of a display.
constexpr collab::duration frame = std::chrono::milliseconds{16};
// How long the server may take to answer the close.
constexpr collab::duration farewell = std::chrono::seconds{2};

int fail(const absl::Status& status, int code) {
  fmt::print(stderr, "collab-board-client: {}\n", collab::to_std(status.message()));
  return code;
}

absl::Status write_file(const std::string& path, const std::string& text) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << text << std::flush;
  return out ? absl::OkStatus()
             : absl::UnavailableError(fmt::format("'{}': can't be written", path));
}

// Tells the meter too which operations are done.
class author final : public collab::client_observer {
 public:
  author(follower& first, latency_meter& second) : first_{first}, second_{second} {}
  void on_connection(const collab::connection_report& report) override {
    first_.on_connection(report);
  }
  void on_joined(const collab::arrival_report& report) override { first_.on_joined(report); }
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override {
    second_.on_operation_done(ticket);
    first_.on_operation_done(ticket, seq);
  }
  void on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) override {
    first_.on_operation_rejected(ticket, why);
  }
  void on_message(const collab::server_message& message) override { first_.on_message(message); }

 private:
  follower& first_;
  latency_meter& second_;
};

class board_client {
 public:
  board_client(flags given, std::vector<std::vector<collab::point>> strokes)
      : flags_{std::move(given)},
        dial_{loop_, random_, flags_.server},
        board_{dial_, random_, {.name = flags_.name, .color = flags_.color}},
        player_{board_, std::move(strokes), {.speed = flags_.speed, .style = flags_.style}} {}

  absl::Status run();

 private:
  [[nodiscard]] collab::instant now() const { return time_.now().steady; }
  absl::Status join();
  absl::Status act();
  absl::Status check_connection(const follower& told) const;
  void turn();
  // Whether everything that was to be done is done and answered.
  [[nodiscard]] bool is_finished() const;
  [[nodiscard]] absl::Status unfinished() const;
  absl::Status write_files() const;
  void leave();

  flags flags_;
  const collab::system_clock_source time_;
  collab::system_random_source random_;
  collab::event_loop loop_;
  collab::websocket_connector dial_;
  collab::client board_;
  follower follower_{flags_.follows, time_};
  stroke_player player_;
  // While measuring.
  std::unique_ptr<collab::client> second_;
  std::unique_ptr<latency_meter> meter_;
  std::unique_ptr<author> author_;
  collab::instant began_ = now();
  bool is_told_to_end_ = false;
};

void board_client::turn() {
  collab::duration wait = meter_ != nullptr ? frame / 16 : frame / 4;
  if (const auto next = board_.next_deadline()) {
    wait = std::clamp(*next - now(), collab::duration::zero(), wait);
  }
  loop_.wait_for(wait);
  board_.poll(now());
  if (second_ != nullptr) {
    second_->poll(now());
  }
}

absl::Status board_client::check_connection(const follower& told) const {
  const collab::connection_report& last = told.connection();
  if (last.state == collab::client_state::stopped) {
    return absl::UnavailableError(fmt::format("room {}: closed with {}: {}", flags_.room,
                                              static_cast<int>(last.code), last.reason));
  }
  if (!told.has_joined() && now() - began_ > flags_.join_within) {
    return absl::UnavailableError(
        fmt::format("room {}: can't be joined: {}", flags_.room,
                    last.reason.empty() ? "the server does not answer" : last.reason));
  }
  return absl::OkStatus();
}

absl::Status board_client::join() {
  follower_.follow(board_);
  if (flags_.measure_rounds > 0) {
    second_ = std::make_unique<collab::client>(
        dial_, random_, collab::client_options{.name = flags_.name + " (second)"});
    meter_ = std::make_unique<latency_meter>(board_, *second_, flags_.measure_rounds, time_);
    author_ = std::make_unique<author>(follower_, *meter_);
    board_.observe(author_.get());
    if (absl::Status status = second_->join(flags_.room); !status.ok()) {
      return status;
    }
  }
  return board_.join(flags_.room);
}

absl::Status board_client::act() {
  if (!follower_.has_joined()) {
    return absl::OkStatus();
  }
  if (meter_ != nullptr) {
    if (second_->state() == collab::client_state::joined || !meter_->is_done()) {
      return second_->state() == collab::client_state::joined ? meter_->step(now())
                                                              : absl::OkStatus();
    }
  }
  return player_.step(now());
}

bool board_client::is_finished() const {
  return follower_.has_joined() && player_.is_done() && board_.pending_count() == 0 &&
         (meter_ == nullptr || meter_->is_done());
}

absl::Status board_client::unfinished() const {
  if (follower_.rejected() > 0) {
    return absl::FailedPreconditionError(fmt::format("{} operations were refused, the last: {}",
                                                     follower_.rejected(),
                                                     follower_.last_rejection()));
  }
  if (!follower_.has_joined()) {
    return absl::UnavailableError(fmt::format("room {}: not joined in time", flags_.room));
  }
  if (is_finished()) {
    return absl::OkStatus();
  }
  if (!player_.is_done()) {
    return absl::DeadlineExceededError("the time is over before everything was drawn");
  }
  if (meter_ != nullptr && !meter_->is_done()) {
    return absl::DeadlineExceededError("the time is over before everything was measured");
  }
  return absl::DeadlineExceededError(
      fmt::format("{} operations were not answered", board_.pending_count()));
}

absl::Status board_client::write_files() const {
  if (!flags_.svg_file.empty()) {
    if (absl::Status status = write_file(flags_.svg_file, draw_svg(board_.confirmed().elements()));
        !status.ok()) {
      return status;
    }
  }
  if (flags_.json_file.empty()) {
    return absl::OkStatus();
  }
  return write_file(flags_.json_file, collab::encode_json_snapshot(flags_.room, board_.seq(),
                                                                   board_.confirmed().elements()));
}

void board_client::leave() {
  board_.leave();
  if (second_ != nullptr) {
    second_->leave();
  }
  const collab::instant until = now() + farewell;
  while (board_.next_deadline().has_value() && now() < until) {
    turn();
  }
}

absl::Status board_client::run() {
  loop_.on_signal({SIGINT, SIGTERM}, [this](int) { is_told_to_end_ = true; });
  if (absl::Status status = join(); !status.ok()) {
    return status;
  }
  // With nothing to do but to look it stays.
  const bool only_looks = flags_.follows && flags_.draw.empty() && meter_ == nullptr &&
                          flags_.svg_file.empty() && flags_.json_file.empty();
  while (!is_told_to_end_) {
    turn();
    if (absl::Status status = act(); !status.ok()) {
      return status;
    }
    if (absl::Status status = check_connection(follower_); !status.ok()) {
      return status;
    }
    if (flags_.stay.has_value() ? now() - began_ >= *flags_.stay : is_finished() && !only_looks) {
      break;
    }
  }
  const absl::Status outcome = is_told_to_end_ ? absl::OkStatus() : unfinished();
  if (outcome.ok() || follower_.has_joined()) {
    if (absl::Status status = write_files(); !status.ok()) {
      return status;
    }
  }
  if (meter_ != nullptr && meter_->is_done()) {
    fmt::print("{}", meter_->report());
  }
  leave();
  if (!flags_.draw.empty()) {
    fmt::print("drew {} points, {} operations done, {} cuts\n", player_.points_drawn(),
               follower_.done(), follower_.cuts());
  }
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  absl::StatusOr<flags> parsed = parse_flags({argv + 1, argv + argc});
  if (!parsed.ok()) {
    return fail(parsed.status(), exit_wrong_flag);
  }
  if (parsed->wants_help) {
    fmt::print("{}", help_text());
    return 0;
  }
  if (parsed->wants_version) {
    fmt::print("collab-board-client {}\n", COLLAB_VERSION_STRING);
    return 0;
  }
  std::vector<std::vector<collab::point>> strokes;
  for (const std::string& each : parsed->draw) {
    if (const absl::Status status = read_strokes(each, strokes); !status.ok()) {
      return fail(status, exit_wrong_flag);
    }
  }
  board_client client{*std::move(parsed), std::move(strokes)};
  if (const absl::Status status = client.run(); !status.ok()) {
    return fail(status, exit_failure);
  }
  return 0;
}
