// tests/sim/world.cpp

#include "sim/world.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "sim/oracles/acknowledged_once.hpp"
#include "sim/oracles/actor_order.hpp"
#include "sim/oracles/dense_seq.hpp"
#include "sim/oracles/same_board.hpp"
#include "sim/oracles/undo_reach.hpp"

namespace collab_sim {

using namespace std::chrono_literals;

namespace {

// How much may happen until everybody has arrived, once all is well.
constexpr std::uint64_t healing_events_max = 3'000'000;

duration some_of(duration most, seeded_random& random) {
  return duration{
      static_cast<duration::rep>(random.below(static_cast<std::uint64_t>(most.count()) + 1))};
}

}  // namespace

world::world(const plan& by, std::FILE* out)
    : plan_{by},
      known_{plan_, time_, out},
      random_{by.seed ^ 0xA5A5A5A5A5A5A5A5U},
      faults_{plan_.well},
      watch_{known_, plan_,
             [this](std::size_t link) {
               if (link < people_.size()) {
                 people_[link]->wake();
               }
             }},
      net_{time_, random_.split(), plan_.net, &watch_} {
  known_.log.on_applied([this](const collab::operation& op, const collab::edit_effect& effect) {
    known_.hold(7, known_.there.applied(op, effect));
  });
  disk_.on_durable(
      [this](const std::string& room, std::uint64_t position, std::string_view record) {
        known_.note("durable", position, record);
        if (room != room_name || position != known_.log.records().size() + 1) {
          known_.hold(2, absl::StrCat("record ", position, " of ", room, " came out of order"));
          return;
        }
        if (const absl::Status status = known_.log.add(record); !status.ok()) {
          known_.hold(2, std::string{status.message()});
        }
        known_.gate.durable(known_.log.records().back());
      });
  start_server();
  for (std::size_t i = 0; i < plan_.people; ++i) {
    people_.push_back(std::make_unique<participant>(
        participant::surroundings{time_, net_, known_, plan_}, i, random_.split()));
  }
  has_arrived_.resize(people_.size());
}

world::~world() = default;

// ---- Servers

void world::start_server() {
  const auto skew = std::chrono::milliseconds{random_.below(
                        2 * static_cast<std::uint64_t>(plan_.skew_max.count()) + 1)} -
                    plan_.skew_max;
  known_.note("server.start", ++last_server_);
  servers_.push_back(std::make_unique<server_process>(
      server_surroundings{time_, net_, disk_, faults_, plan_.rooms}, last_server_, random_.split(),
      skew));
}

void world::crash_server(std::size_t which) {
  server_process& gone = *servers_[which];
  known_.note("server.crash", gone.number());
  ++crashes_;
  // Power is lost for all that write to the disk, so only when there is no other.
  const bool loses_power = random_.chance(plan_.power_loss) && servers_.size() == 1;
  gone.crash(!loses_power && !random_.chance(plan_.unheard));
  if (loses_power) {
    disk_.lose_power(random_);
  }
  servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(which));
}

void world::start_if_missing() {
  drop_ended_servers();
  if (net_.listening() == 0) {
    start_server();
  }
}

void world::drop_ended_servers() {
  std::erase_if(servers_, [](const auto& each) { return !each->is_running(); });
}

// ---- Steps

// Each step draws from a generator of its own: whether one is left out changes no other.
void world::step(std::size_t index) {
  seeded_random random{plan_.seed * 0x9E3779B97F4A7C15U + index};
  (void)random.next();
  const auto what = static_cast<action>(random.weighted(plan_.weights));
  participant& one = *people_[random.below(people_.size())];
  // Mostly little time passes, now and then as much as it may.
  const duration pause =
      random.chance(100) ? plan_.pause_max : some_of(plan_.pause_max / 4, random);
  drop_ended_servers();
  if (!plan_.is_left_out[static_cast<std::size_t>(what)] && !plan_.steps_left_out.contains(index)) {
    known_.note("step", index, name_of(what));
    if (what >= action::freeze_app || what == action::hold_still) {
      act_on_world(what, one, random);
    } else {
      one.act(what, random);
    }
  }
  time_.run_for(pause);
}

void world::act_on_world(action what, participant& one, seeded_random& random) {
  switch (what) {
    case action::freeze_app:
      one.freeze(some_of(plan_.frozen_max, random));
      break;
    case action::crash_app:
      one.crash();
      time_.after(some_of(10s, random), [&one] { one.start(); });
      break;
    case action::cut:
      net_.cut(one.number());
      break;
    case action::link_down:
      net_.take_link_down(one.number());
      break;
    case action::link_up:
      net_.put_link_up(one.number());
      break;
    case action::stop_reading:
      net_.stop_reading(one.number());
      break;
    case action::read_again:
      net_.read_again(one.number());
      break;
    case action::crash_server:
      if (!servers_.empty()) {
        crash_server(random.below(servers_.size()));
        if (random.chance(800)) {
          time_.after(some_of(plan_.server_away_max, random), [this] { start_if_missing(); });
        }
      }
      break;
    case action::start_server:
      start_if_missing();
      break;
    case action::shut_down_server:
      if (!servers_.empty() && !servers_.back()->is_shutting_down()) {
        known_.note("server.shut_down", servers_.back()->number());
        servers_.back()->shut_down();
      }
      break;
    case action::replace_server:
      // The one before does not know of it, and serves whom it has.
      if (servers_.size() < 3) {
        start_server();
      }
      break;
    case action::storage_trouble:
      faults_ = plan_.trouble;
      break;
    case action::storage_well:
      faults_ = plan_.well;
      break;
    case action::wait_long:
      time_.run_for(some_of(70s, random));
      break;
    default:
      break;
  }
}

void world::look(bool all) {
  for (const auto& each : people_) {
    each->look(all);
  }
}

// ---- The end

void world::heal() {
  known_.note("heal", 0);
  faults_ = plan_.well;
  drop_ended_servers();
  // Whoever was replaced is gone for good.
  for (const auto& each : servers_) {
    if (each->number() != net_.listening()) {
      each->crash(true);
    }
  }
  start_if_missing();
  for (const auto& each : people_) {
    net_.put_link_up(each->number());
    net_.read_again(each->number());
    each->come_to_rest();
  }
  // So that no preview of before is shown.
  time_.run_for(10s);
}

void world::wait_for_arrival(bool in_company) {
  const instant begun = time_.now();
  const std::uint64_t events = time_.events();
  // Where there is no room for all they take turns.
  const bool is_crowded = plan_.rooms.bounds.members_per_room < people_.size() + 1;
  while (!known_.wrong.has_value()) {
    start_if_missing();
    bool have_all = true;
    for (std::size_t i = 0; i < people_.size(); ++i) {
      const bool is_there = people_[i]->has_arrived() &&
                            (is_crowded || !in_company || people_[i]->sees_company(people_.size()));
      if (is_crowded && is_there && !has_arrived_[i]) {
        people_[i]->look_at_rest();
        has_arrived_[i] = true;
        people_[i]->leave();
      }
      have_all = have_all && (is_crowded ? has_arrived_[i] : is_there);
    }
    healing_ = time_.now() - begun;
    if (have_all) {
      break;
    }
    if (healing_ > plan_.heal_max || time_.events() - events > healing_events_max) {
      for (std::size_t i = 0; i < people_.size(); ++i) {
        if (!(is_crowded ? bool{has_arrived_[i]} : people_[i]->has_arrived())) {
          people_[i]->look_at_rest();
        }
      }
      known_.hold(3, "somebody never sees who is there");
      break;
    }
    time_.run_for(std::chrono::milliseconds{random_.between(50, 1'000)});
    look(false);
  }
  if (!is_crowded && !known_.wrong.has_value()) {
    for (const auto& each : people_) {
      each->look_at_rest();
    }
  }
}

void world::check_disk() {
  // What was written and not synced yet need not be there.
  std::vector<std::string> records = disk_.contents(std::string{room_name}).records;
  records.resize(disk_.durable_records(std::string{room_name}));
  room_log again{{.history = {.undo_depth = plan_.rooms.bounds.undo_depth,
                              .undo_users_max = plan_.rooms.bounds.undo_users_per_room},
                  .document = {.tombstones_max = plan_.rooms.bounds.tombstones_per_room}}};
  for (const std::string& each : records) {
    if (const absl::Status status = again.add(each); !status.ok()) {
      known_.hold(2, std::string{status.message()});
      return;
    }
  }
  const std::uint64_t last = known_.log.last_seq();
  if (again.records().size() != known_.log.records().size() || again.last_seq() != last ||
      again.digest_at(last) != known_.log.digest_at(last)) {
    known_.hold(2, "what is on the disk is not what has become durable");
  }
}

void world::reload() {
  while (!servers_.empty()) {
    servers_.back()->crash(true);
    servers_.pop_back();
  }
  start_server();
  for (const auto& each : people_) {
    each->come_to_rest();
  }
  has_arrived_.assign(people_.size(), false);
  wait_for_arrival(true);
}

void world::judge() {
  const room_log& log = known_.log;
  check_disk();
  known_.hold(1, known_.answers.check(log));
  known_.hold(1, check_done_once(log));
  known_.hold(2, check_dense(log));
  known_.hold(4, check_counters(log));
  known_.hold(5, check_undo(log));
  known_.hold(6, known_.strokes.check(log));
  for (const auto& each : people_) {
    each->check_outcomes();
  }
}

run_result world::run() {
  run_result result;
  while (result.steps < plan_.steps && !known_.wrong.has_value()) {
    step(result.steps);
    look(result.steps % 8 == 0);
    ++result.steps;
  }
  result.step = result.steps;
  if (!known_.wrong.has_value()) {
    heal();
    wait_for_arrival(false);
  }
  if (!known_.wrong.has_value()) {
    reload();
  }
  if (!known_.wrong.has_value()) {
    judge();
  }
  result.wrong = known_.wrong;
  result.hash = known_.traced.hash();
  result.events = time_.events() + result.steps;
  result.operations = known_.log.last_seq();
  result.answers = known_.answers.answers();
  for (const auto& each : people_) {
    result.tickets += each->answered_tickets();
  }
  result.crashes = crashes_;
  result.cuts = net_.cuts();
  result.lost_frames = net_.lost_frames();
  result.disk_losses = disk_.losses();
  result.healing = healing_;
  result.most = known_.bounds.most();
  return result;
}

run_result run(const plan& by, std::FILE* out) { return world{by, out}.run(); }

}  // namespace collab_sim
