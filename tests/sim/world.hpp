// tests/sim/world.hpp - one run: a server, its clients, and what becomes of them.

#ifndef COLLAB_TESTS_SIM_WORLD_HPP
#define COLLAB_TESTS_SIM_WORLD_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/disk.hpp"
#include "sim/facts.hpp"
#include "sim/network.hpp"
#include "sim/participant.hpp"
#include "sim/plan.hpp"
#include "sim/seeded_random.hpp"
#include "sim/server_process.hpp"
#include "sim/timeline.hpp"
#include "sim/wire_watch.hpp"

namespace collab_sim {

// What a run came to.
struct run_result {
  std::optional<violation> wrong;
  // The step after which it was found; the number of steps where it was found at the end.
  std::size_t step = 0;
  std::uint64_t hash = 0;
  std::uint64_t events = 0;
  std::uint64_t steps = 0;
  std::uint64_t operations = 0;
  std::uint64_t answers = 0;
  std::uint64_t tickets = 0;
  std::uint64_t crashes = 0;
  std::uint64_t cuts = 0;
  std::uint64_t lost_frames = 0;
  std::uint64_t disk_losses = 0;
  // How long it took to arrive once all was well, in virtual time.
  duration healing{};
  std::map<std::string, std::uint64_t> most;
};

class world {
 public:
  // With `out`, everything that happens is a line there.
  explicit world(const plan& by, std::FILE* out = nullptr);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  // To be called once.
  run_result run();

 private:
  void step(std::size_t index);
  void act_on_world(action what, participant& one, seeded_random& random);
  void start_server();
  void crash_server(std::size_t which);
  void drop_ended_servers();
  // One that takes new connections.
  void start_if_missing();
  void look(bool all);

  // All faults end, everybody comes back.
  void heal();
  // Lets time pass until everybody has arrived, or too long.
  void wait_for_arrival(bool in_company);
  // What is in memory is given up, and everything read from the disk again.
  void reload();
  void judge();
  void check_disk();

  plan plan_;
  timeline time_;
  facts known_;
  seeded_random random_;
  disk disk_;
  storage_faults faults_;
  wire_watch watch_;
  network net_;
  std::vector<std::unique_ptr<participant>> people_;
  // The last one takes new connections; those before are on their way out.
  std::vector<std::unique_ptr<server_process>> servers_;
  std::uint64_t last_server_ = 0;
  std::uint64_t crashes_ = 0;
  duration healing_{};
  std::vector<bool> has_arrived_;
};

// Runs a plan from beginning to end.
[[nodiscard]] run_result run(const plan& by, std::FILE* out = nullptr);

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_WORLD_HPP
