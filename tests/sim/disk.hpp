// tests/sim/disk.hpp - a simulated disk: what was written may be lost until it is synced.
//
// One file for each room, a sequence of frames: how many bytes (4), checksum (8), then epoch (8),
// position (8), how many records (4), and of each its size (4) and bytes. A frame without records
// says who owns the room. Integers have their lowest byte first.

#ifndef COLLAB_TESTS_SIM_DISK_HPP
#define COLLAB_TESTS_SIM_DISK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/seeded_random.hpp"

namespace collab_sim {

// What a room's file holds, as far as it is whole.
struct disk_contents {
  std::uint64_t epoch = 0;
  std::vector<std::string> records;
  // The length of the frames that are whole.
  std::size_t bytes = 0;
};

// Reads frames up to the first that is cut off or damaged, or does not follow the one before.
[[nodiscard]] disk_contents read_frames(std::string_view file);

// Outlives every process.
class disk {
 public:
  // Called with each record when it has become durable: room, position, bytes.
  using durable_handler = std::function<void(const std::string&, std::uint64_t, std::string_view)>;

  void on_durable(durable_handler handler) { durable_ = std::move(handler); }

  // What a process sees that is running: all that was written.
  [[nodiscard]] const disk_contents& contents(const std::string& room) { return files_[room].seen; }
  // How many records would be there after a loss of power.
  [[nodiscard]] std::size_t durable_records(const std::string& room) const {
    const auto found = files_.find(room);
    return found != files_.end() ? found->second.durable_records : 0;
  }

  // Writes a frame at the end of the file; a crash may lose it.
  void write(const std::string& room, std::uint64_t epoch, const std::vector<std::string>& records);
  // From here on all that was written survives.
  void sync(const std::string& room);
  // Takes back what was not synced, as after a sync that failed.
  void forget_unsynced(const std::string& room);

  // Power is lost: of what was not synced any prefix is left, its last bytes perhaps wrong.
  void lose_power(seeded_random& random);

  // How often that took something away, and how often a frame was left in part.
  [[nodiscard]] std::uint64_t losses() const noexcept { return losses_; }
  [[nodiscard]] std::uint64_t torn_frames() const noexcept { return torn_; }

 private:
  struct file {
    std::string bytes;
    std::size_t synced = 0;
    disk_contents seen;
    std::size_t durable_records = 0;
  };
  void tell_durable(const std::string& room, file& of);

  std::map<std::string, file> files_;
  durable_handler durable_;
  std::uint64_t losses_ = 0;
  std::uint64_t torn_ = 0;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_DISK_HPP
