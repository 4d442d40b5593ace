#include "e2e/real_cut/cut_world.hpp"

#include <signal.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "e2e/board_snapshot.hpp"

namespace collab_test {
namespace {

using namespace std::chrono_literals;

// Nothing is slowed down here: what a limit does to a fast hand is tested elsewhere.
constexpr std::pair<std::string_view, std::string_view> wide_limits[] = {
    {"operations_per_second", "1000000"},
    {"operations_burst", "1000000"},
    {"previews_per_second", "1000000"},
    {"bytes_per_second", "100000000"}};

collab::client_options options_of(std::string name) {
  collab::client_options options;
  options.name = std::move(name);
  for (const auto& [limit, value] : wide_limits) {
    if (absl::Status status = collab::set_limit(options.bounds, limit, value); !status.ok()) {
      throw std::logic_error{std::string{status.message()}};
    }
  }
  options.back_off_first = 1ms;
  options.back_off_most = 20ms;
  options.unavailable_retry = 20ms;
  return options;
}

collab::websocket_url url_of(std::uint16_t port) {
  return *collab::parse_websocket_url("ws://127.0.0.1:" + std::to_string(port));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

}  // namespace

participant::participant(collab::event_loop& loop, std::uint16_t port, std::string name,
                         std::uint64_t seed)
    : random_{seed},
      dial_{loop, random_, url_of(port)},
      board{dial_, random_, options_of(std::move(name))} {
  board.observe(this);
}

std::optional<std::size_t> participant::live_points(std::string_view id) const {
  for (const collab::shown_stroke& each : board.live_strokes()) {
    if (each.id == id) {
      return each.points.size();
    }
  }
  return std::nullopt;
}

void participant::on_joined(const collab::arrival_report& report) {
  ++joins;
  resumes += report.is_resumed ? 1 : 0;
}

void participant::on_connection(const collab::connection_report& report) {
  if (report.state == collab::client_state::stopped) {
    complaints.push_back("stopped: " + report.reason);
  }
}

void participant::on_operation_done(collab::operation_ticket ticket, collab::seq_number /*seq*/) {
  operation_outcome& outcome = outcomes[ticket];
  ++outcome.times;
  outcome.code = absl::StatusCode::kOk;
}

void participant::on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) {
  operation_outcome& outcome = outcomes[ticket];
  ++outcome.times;
  outcome.code = why.code();
  outcome.message = collab::to_std(why.message());
}

void participant::on_out_of_step(const absl::Status& why) {
  complaints.push_back("out of step: " + why.ToString());
}

void participant::on_error(const absl::Status& why, std::string_view answers) {
  complaints.push_back("error: " + why.ToString() + " to " + std::string{answers});
}

void participant::on_message(const collab::server_message& message) {
  if (const auto* told = std::get_if<collab::room_resumed_message>(&message)) {
    resumed = *told;
    rejections += told->rejected.size();
  }
  gaps += std::holds_alternative<collab::gap_message>(message) ? 1 : 0;
  stroke_gaps += std::holds_alternative<collab::stroke_gap_message>(message) ? 1 : 0;
  rejections += std::holds_alternative<collab::reject_message>(message) ? 1 : 0;
}

cut_world::cut_world() : server_{start_server(0)} {
  proxy_ = std::make_unique<cut_proxy>(server_->port());
}

std::unique_ptr<server_process> cut_world::start_server(std::uint16_t port) const {
  std::vector<std::string> arguments{"--listen",  "127.0.0.1:" + std::to_string(port),
                                     "--storage", "sqlite:" + folder_.file("board.db"),
                                     "--no-web",  "--log-level",
                                     "warning"};
  for (const auto& [limit, value] : wide_limits) {
    arguments.insert(arguments.end(), {"--limit", std::string{limit} + "=" + std::string{value}});
  }
  auto server = std::make_unique<server_process>(std::move(arguments));
  if (!server->wait_until_ready()) {
    throw std::runtime_error{"the server does not start: " + server->errors()};
  }
  return server;
}

void cut_world::restart_server() {
  server_->signal(SIGKILL);
  if (server_->wait_for_exit() != 128 + SIGKILL) {
    throw std::runtime_error{"the server ended by itself: " + server_->errors()};
  }
  server_ = start_server(server_->port());
}

std::unique_ptr<participant> cut_world::enter(std::string name, bool through_proxy) {
  auto entered = std::make_unique<participant>(
      loop_, through_proxy ? proxy_->port() : server_->port(), std::move(name), ++seeds_);
  present_.push_back(entered.get());
  return entered;
}

void cut_world::turn(std::chrono::microseconds wait) {
  proxy_->turn(0ms);
  loop_.wait_for(wait);
  const collab::moment now = time_.now();
  for (participant* each : present_) {
    each->board.poll(now);
  }
  loop_.poll();
  proxy_->turn(0ms);
}

bool cut_world::turn_until(const std::function<bool()>& is_done,
                           std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (!is_done()) {
    if (std::chrono::steady_clock::now() >= until) {
      return false;
    }
    turn(200us);
  }
  return true;
}

std::string cut_world::elements(const std::string& room,
                                const std::map<std::string, std::string>& users) const {
  std::string text = elements_of(fetch_snapshot(server_->port(), room));
  for (const auto& [id, name] : users) {
    replace_all(text, id, name);
  }
  return text;
}

}  // namespace collab_test
