// e2e/real_cut/cut_world.hpp - the real server, a proxy that cuts before it, and clients of both.
//
// Everything but the server is driven by one thread: turn() lets the network happen once.

#ifndef COLLAB_TESTS_E2E_REAL_CUT_CUT_WORLD_HPP
#define COLLAB_TESTS_E2E_REAL_CUT_CUT_WORLD_HPP

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/random_source.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/websocket_connector.hpp"
#include "storage/temporary_folder.hpp"
#include "support/cut_proxy.hpp"
#include "support/server_process.hpp"

namespace collab_test {

// The same numbers in every run (splitmix64; Steele, Lea, Flood 2014).
class repeated_source final : public collab::random_source {
 public:
  explicit repeated_source(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() override {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t state_;
};

// What became of one operation.
struct operation_outcome {
  int times = 0;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
};

// One client, and what it was told.
class participant final : public collab::client_observer {
 public:
  participant(collab::event_loop& loop, std::uint16_t port, std::string name, std::uint64_t seed);

  [[nodiscard]] bool is_joined() const { return board.state() == collab::client_state::joined; }
  // Points of the live stroke `id` that are seen here; nullopt when there is no such stroke.
  [[nodiscard]] std::optional<std::size_t> live_points(std::string_view id) const;

  void on_joined(const collab::arrival_report& report) override;
  void on_connection(const collab::connection_report& report) override;
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override;
  void on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) override;
  void on_out_of_step(const absl::Status& why) override;
  void on_error(const absl::Status& why, std::string_view answers) override;
  void on_message(const collab::server_message& message) override;

  std::map<collab::operation_ticket, operation_outcome> outcomes;
  std::size_t joins = 0;
  std::size_t resumes = 0;
  std::size_t gaps = 0;                 // op:gap
  std::size_t stroke_gaps = 0;          // stroke:gap
  std::size_t rejections = 0;           // op:reject, and those of room:resumed
  std::vector<std::string> complaints;  // What should not happen.
  // The last room:resumed.
  std::optional<collab::room_resumed_message> resumed;

 private:
  repeated_source random_;
  collab::websocket_connector dial_;

 public:
  collab::client board;
};

class cut_world {
 public:
  cut_world();

  // Lets everything that is ready happen, after waiting for it for at most `wait`.
  void turn(std::chrono::microseconds wait = std::chrono::microseconds{0});
  // Turns until `is_done`. False when that takes longer than `at_most`.
  [[nodiscard]] bool turn_until(const std::function<bool()>& is_done,
                                std::chrono::milliseconds at_most = std::chrono::seconds{20});

  // A client of the proxy, or of the server itself; takes part in turn() until it is gone.
  std::unique_ptr<participant> enter(std::string name, bool through_proxy);
  void forget(const participant* gone) { std::erase(present_, gone); }

  // Ends the server as a power cut does, and starts another at the same place on the same file.
  void restart_server();

  // The elements of a room as the server has them, with the ids of users replaced by names.
  [[nodiscard]] std::string elements(const std::string& room,
                                     const std::map<std::string, std::string>& users) const;

  // A name that no room had before.
  std::string new_room() { return "cut-" + std::to_string(++rooms_); }

  [[nodiscard]] cut_proxy& proxy() { return *proxy_; }
  [[nodiscard]] std::uint16_t server_port() const { return server_->port(); }

 private:
  [[nodiscard]] std::unique_ptr<server_process> start_server(std::uint16_t port) const;

  temporary_folder folder_;
  std::unique_ptr<server_process> server_;
  std::unique_ptr<cut_proxy> proxy_;
  collab::event_loop loop_;
  collab::system_clock_source time_;
  std::vector<participant*> present_;
  std::uint64_t seeds_ = 0;
  std::size_t rooms_ = 0;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_REAL_CUT_CUT_WORLD_HPP
