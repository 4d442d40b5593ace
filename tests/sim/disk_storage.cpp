// tests/sim/disk_storage.cpp

#include "sim/disk_storage.hpp"

#include <absl/strings/str_cat.h>

#include <utility>

namespace collab_sim {

using collab::append_request;
using collab::executor;
using collab::opened_room;

disk_storage::~disk_storage() {
  if (!std::exchange(*is_alive_, false)) {
    return;
  }
  for (auto& [room, queue] : queues_) {
    while (!queue.appends.empty()) {
      const append_request& request = queue.appends.front().request;
      absl::Status status = check_owner(request);
      if (status.ok()) {
        disk_.write(room, request.epoch, request.records);
        disk_.sync(room);
      }
      finish(room, std::move(status));
    }
  }
}

duration disk_storage::wait() {
  const duration most = random_.chance(faults_.slow) ? faults_.slow_max : faults_.usual_max;
  return duration{
      static_cast<duration::rep>(random_.between(1, static_cast<std::uint64_t>(most.count())))};
}

template <typename Do>
void disk_storage::later(duration span, Do what) {
  time_.after(span, [alive = is_alive_, what = std::move(what)]() mutable {
    if (*alive) {
      what();
    }
  });
}

void disk_storage::open(std::string_view room, executor& on, open_handler done) {
  open_or_read(room, true, on, std::move(done));
}
void disk_storage::read(std::string_view room, executor& on, open_handler done) {
  open_or_read(room, false, on, std::move(done));
}

void disk_storage::open_or_read(std::string_view name, bool takes, executor& on,
                                open_handler done) {
  later(wait(), [this, room = std::string{name}, takes, &on, done = std::move(done)]() mutable {
    if (random_.chance(faults_.refuse)) {
      on.post([done = std::move(done)]() mutable { done(absl::UnavailableError("no answer")); });
      return;
    }
    opened_room result;
    if (takes) {
      result.epoch = disk_.contents(room).epoch + 1;
      disk_.write(room, result.epoch, {});
      disk_.sync(room);
    }
    // Read when it has come to that, which is after the answer may be late.
    result.records = disk_.contents(room).records;
    on.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  });
}

void disk_storage::append(append_request request, executor& on, append_handler done) {
  waiting_records_ += request.records.size();
  const std::string room = request.room;
  queues_[room].appends.push_back({std::move(request), &on, std::move(done)});
  begin_next(room);
}

absl::Status disk_storage::check_owner(const append_request& request) {
  const disk_contents& there = disk_.contents(request.room);
  if (request.epoch != there.epoch || there.epoch == 0) {
    return absl::AbortedError(
        absl::StrCat("epoch ", request.epoch, " is stale, the owner's is ", there.epoch));
  }
  if (request.position != there.records.size()) {
    return absl::AbortedError(absl::StrCat("position ", request.position, " is not the last one, ",
                                           there.records.size()));
  }
  return absl::OkStatus();
}

void disk_storage::begin_next(const std::string& room) {
  room_queue& queue = queues_[room];
  if (queue.is_busy || queue.appends.empty()) {
    return;
  }
  queue.is_busy = true;
  later(wait(), [this, room] { write_next(room); });
}

void disk_storage::write_next(const std::string& room) {
  const append_request& request = queues_[room].appends.front().request;
  if (absl::Status status = check_owner(request); !status.ok()) {
    finish(room, std::move(status));
  } else if (random_.chance(faults_.refuse)) {
    finish(room, absl::UnavailableError("try again"));
  } else if (random_.chance(faults_.full)) {
    finish(room, absl::DataLossError("the disk is full"));
  } else {
    disk_.write(room, request.epoch, request.records);
    const bool fails = random_.chance(faults_.fail_sync);
    const bool is_told = !random_.chance(faults_.unknown);
    later(wait(), [this, room, fails, is_told] { sync_next(room, fails, is_told); });
  }
}

void disk_storage::sync_next(const std::string& room, bool fails, bool is_told) {
  if (fails) {
    disk_.forget_unsynced(room);
    finish(room, absl::UnavailableError("the sync failed"));
    return;
  }
  disk_.sync(room);
  finish(room, is_told ? absl::OkStatus() : absl::UnavailableError("the answer was lost"));
}

void disk_storage::finish(const std::string& room, absl::Status status) {
  room_queue& queue = queues_[room];
  waiting_append done = std::move(queue.appends.front());
  queue.appends.pop_front();
  queue.is_busy = false;
  waiting_records_ -= done.request.records.size();
  done.on->post([tell = std::move(done.done), status = std::move(status)]() mutable {
    tell(std::move(status));
  });
  if (*is_alive_) {
    begin_next(room);
  }
}

}  // namespace collab_sim
