// tests/sim/server_process.hpp - one server: the real room_host in a process that can end at any
// moment.

#ifndef COLLAB_TESTS_SIM_SERVER_PROCESS_HPP
#define COLLAB_TESTS_SIM_SERVER_PROCESS_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "collab/server/room_host.hpp"
#include "sim/disk_storage.hpp"
#include "sim/network.hpp"
#include "sim/seeded_random.hpp"
#include "sim/timeline.hpp"

namespace collab_sim {

// What all server processes of a run have in common.
struct server_surroundings {
  timeline& time;
  network& net;
  disk& on;
  const storage_faults& faults;
  const collab::room_host_options& options;
};

class server_process {
 public:
  // Begins to listen; whoever listened before gets no new connections.
  server_process(const server_surroundings& in, std::uint64_t number, seeded_random random,
                 std::chrono::milliseconds skew);
  // Ends in whatever state it is, as if it was killed, if it has not ended before.
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] bool is_running() const noexcept { return host_.has_value(); }

  // Killed, with all that it had in memory. `is_heard`: its machine lives and resets its
  // connections.
  void crash(bool is_heard);

  // Takes no new connections and ends in good order; is_running() until then.
  void shut_down();
  [[nodiscard]] bool is_shutting_down() const noexcept { return is_shutting_down_; }

  // Asks for a snapshot of `room`, to see that it can be had; the answer goes to `done`.
  void snapshot(const std::string& room,
                absl::AnyInvocable<void(absl::StatusOr<std::string>)> done);

  [[nodiscard]] collab::room_host_statistics statistics() const { return host_->statistics(); }
  [[nodiscard]] std::size_t waiting_records() const { return storage_->waiting_records(); }

 private:
  void plan_poll();
  void end();

  server_surroundings in_;
  std::uint64_t number_;
  seeded_random random_;
  machine_clock clock_;
  std::optional<process_executor> loop_;
  std::optional<disk_storage> storage_;
  std::optional<collab::room_host> host_;
  std::optional<instant> planned_;
  bool is_shutting_down_ = false;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_SERVER_PROCESS_HPP
