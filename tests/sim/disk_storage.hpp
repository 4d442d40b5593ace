// tests/sim/disk_storage.hpp - the storage of one server process, on a simulated disk.
//
// It keeps what collab/storage/storage.hpp promises, as slowly and as unreliably as a storage
// may. Each call takes virtual time, and the process can end between any two of its steps.

#ifndef COLLAB_TESTS_SIM_DISK_STORAGE_HPP
#define COLLAB_TESTS_SIM_DISK_STORAGE_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "collab/storage/storage.hpp"
#include "sim/disk.hpp"
#include "sim/seeded_random.hpp"
#include "sim/timeline.hpp"

namespace collab_sim {

// How often of 1,000 calls, and how long.
struct storage_faults {
  // Refused before anything was written.
  std::uint64_t refuse = 0;
  // Written and synced, and yet `unavailable` is told.
  std::uint64_t unknown = 0;
  // Written, the sync fails, and it is taken back.
  std::uint64_t fail_sync = 0;
  // The disk is full.
  std::uint64_t full = 0;
  // Takes up to slow_max instead of up to usual_max.
  std::uint64_t slow = 0;
  duration usual_max = std::chrono::milliseconds{6};
  duration slow_max = std::chrono::seconds{8};
};

class disk_storage final : public collab::storage {
 public:
  // Keeps references to all arguments; `faults` may change meanwhile.
  disk_storage(timeline& time, disk& on, seeded_random random, const storage_faults& faults)
      : time_{time}, disk_{on}, random_{random}, faults_{faults} {}
  // Writes at once what was appended, as if the process had ended in good order.
  ~disk_storage() override;

  // The process is gone: nothing more is written or told.
  void crash() { *is_alive_ = false; }

  void open(std::string_view room, collab::executor& on, open_handler done) override;
  void read(std::string_view room, collab::executor& on, open_handler done) override;
  void append(collab::append_request request, collab::executor& on, append_handler done) override;
  [[nodiscard]] absl::Status check() override { return absl::OkStatus(); }

  // What was appended and not yet answered.
  [[nodiscard]] std::size_t waiting_records() const noexcept { return waiting_records_; }

 private:
  struct waiting_append {
    collab::append_request request;
    collab::executor* on;
    append_handler done;
  };
  struct room_queue {
    std::deque<waiting_append> appends;
    bool is_busy = false;
  };

  void open_or_read(std::string_view room, bool takes, collab::executor& on, open_handler done);
  void begin_next(const std::string& room);
  void write_next(const std::string& room);
  void sync_next(const std::string& room, bool fails, bool is_told);
  void finish(const std::string& room, absl::Status status);
  [[nodiscard]] absl::Status check_owner(const collab::append_request& request);
  [[nodiscard]] duration wait();
  template <typename Do>
  void later(duration span, Do what);

  timeline& time_;
  disk& disk_;
  seeded_random random_;
  const storage_faults& faults_;
  std::map<std::string, room_queue> queues_;
  std::size_t waiting_records_ = 0;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_DISK_STORAGE_HPP
