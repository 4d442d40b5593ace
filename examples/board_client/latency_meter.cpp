// examples/board_client/latency_meter.cpp

#include "latency_meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace {

// Below what a server takes without slowing anybody down: two operations and three messages of
// live ink a round.
constexpr collab::duration round_length = std::chrono::milliseconds{40};

std::string milliseconds(collab::duration length) {
  return fmt::format("{:.2f} ms", std::chrono::duration<double, std::milli>{length}.count());
}

std::string line(std::string_view what, const latency_sample& of) {
  return fmt::format("{:<40} n={} median {} p99 {} longest {}\n", what, of.size(),
                     milliseconds(of.quantile(0.5)), milliseconds(of.quantile(0.99)),
                     milliseconds(of.quantile(1)));
}

}  // namespace

collab::duration latency_sample::quantile(double share) const {
  std::vector<collab::duration> sorted = took_;
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

latency_meter::latency_meter(collab::client& author, collab::client& other, std::size_t rounds,
                             const collab::clock& time)
    : author_{author}, other_{other}, rounds_{rounds}, time_{time} {
  other_.observe(&listener_);
}

void latency_meter::listener::on_live_stroke(std::string_view id,
                                             collab::live_stroke_change /*what*/,
                                             std::size_t /*from*/) {
  if (id == meter.id_ && !meter.is_seen_) {
    meter.is_seen_ = true;
    meter.ink_.add(meter.time_.now().steady - *meter.started_);
  }
}

void latency_meter::listener::on_board_changed(std::span<const collab::element_id> ids) {
  const bool is_it = std::find(ids.begin(), ids.end(), meter.id_) != ids.end();
  if (is_it && !meter.is_shown_ && meter.other_.confirmed().find(meter.id_) != nullptr) {
    meter.is_shown_ = true;
    meter.finished_.add(meter.time_.now().steady - *meter.ended_);
  }
}

void latency_meter::on_operation_done(collab::operation_ticket ticket) {
  if (end_ticket_ == ticket) {
    end_ticket_.reset();
    is_acknowledged_ = true;
    acks_.add(time_.now().steady - *ended_);
  }
}

absl::Status latency_meter::begin_round(collab::instant now) {
  next_round_ = now + round_length;
  ++round_;
  id_ = author_.make_id();
  is_seen_ = is_acknowledged_ = is_shown_ = false;
  stroke_ = author_.begin_stroke({.id = id_});
  started_ = time_.now().steady;
  return stroke_.extend({.x = 0, .y = 0});
}

absl::Status latency_meter::step(collab::instant now) {
  if (is_done_) {
    return absl::OkStatus();
  }
  if (!started_.has_value()) {
    if (next_round_.has_value() && now < *next_round_) {
      return absl::OkStatus();
    }
    return begin_round(now);
  }
  if (is_seen_ && !ended_.has_value()) {
    ended_ = time_.now().steady;
    const auto ticket = stroke_.end();
    if (!ticket.ok()) {
      return ticket.status();
    }
    end_ticket_ = *ticket;
    return absl::OkStatus();
  }
  if (is_shown_ && is_acknowledged_) {
    started_.reset();
    ended_.reset();
    is_done_ = round_ == rounds_;
    return author_.remove({id_}).status();
  }
  return absl::OkStatus();
}

std::string latency_meter::report() const {
  return line("first point of a stroke, seen by another", ink_) +
         line("finished stroke, seen by another", finished_) +
         line("finished stroke, acknowledged", acks_);
}
