// collab/storage/memory_storage.hpp - a storage that forgets with the process.
//
// For boards nobody needs tomorrow, for listen-servers inside a game, and as the model
// the durable storages are compared with. To keep boards, see sqlite_storage.hpp.

#ifndef COLLAB_STORAGE_MEMORY_STORAGE_HPP
#define COLLAB_STORAGE_MEMORY_STORAGE_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <cassert>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/storage/storage.hpp"

namespace collab {

// Keeps every record in memory. Each call takes effect before it returns; only its
// handler waits for the executor.
//
// Threads: all functions from any thread at once; one lock.
// Memory: all records, and one entry for each room ever opened. Unbounded: bound the
// rooms, and the bytes of a room, where they are made.
class memory_storage final : public storage {
 public:
  void open(std::string_view room, executor& on, open_handler done) override {
    const std::lock_guard lock{mutex_};
    sequence& taken = rooms_[std::string{room}];
    ++taken.epoch;
    post(on, std::move(done), opened_room{.epoch = taken.epoch, .records = taken.records});
  }

  void read(std::string_view room, executor& on, open_handler done) override {
    const std::lock_guard lock{mutex_};
    const auto found = rooms_.find(absl::string_view{room.data(), room.size()});
    opened_room result;
    if (found != rooms_.end()) {
      result.records = found->second.records;
    }
    post(on, std::move(done), std::move(result));
  }

  void append(append_request request, executor& on, append_handler done) override {
    assert(!request.records.empty());
    // Posting under the lock keeps the handlers of a room in the order of its appends;
    // an executor never runs them inside post().
    const std::lock_guard lock{mutex_};
    on.post(
        [done = std::move(done), status = extend(request)]() mutable { done(std::move(status)); });
  }

  [[nodiscard]] absl::Status check() override { return absl::OkStatus(); }

 private:
  struct sequence {
    std::uint64_t epoch = 0;
    std::vector<std::string> records;
  };

  static void post(executor& on, open_handler done, opened_room result) {
    on.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  absl::Status extend(append_request& request) {
    const auto found = rooms_.find(request.room);
    const std::uint64_t epoch = found == rooms_.end() ? 0 : found->second.epoch;
    if (request.epoch != epoch || epoch == 0) {
      return absl::AbortedError(absl::StrCat("memory_storage: room '", request.room, "': epoch ",
                                             request.epoch, " is stale, the owner's is ", epoch));
    }
    std::vector<std::string>& records = found->second.records;
    if (request.position != records.size()) {
      return absl::AbortedError(absl::StrCat("memory_storage: room '", request.room, "': position ",
                                             request.position, " is not the last one, ",
                                             records.size()));
    }
    for (std::string& record : request.records) {
      records.push_back(std::move(record));
    }
    return absl::OkStatus();
  }

  std::mutex mutex_;
  absl::flat_hash_map<std::string, sequence> rooms_;
};

}  // namespace collab

#endif  // COLLAB_STORAGE_MEMORY_STORAGE_HPP
