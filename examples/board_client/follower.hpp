// examples/board_client/follower.hpp - prints what happens in a room, a line each.

#ifndef BOARD_CLIENT_FOLLOWER_HPP
#define BOARD_CLIENT_FOLLOWER_HPP

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "collab/client/client.hpp"
#include "collab/client/client_observer.hpp"
#include "collab/core/clock.hpp"

// Hears what a client is told: prints it if that is wanted, and keeps what the program itself
// has to know. Lines begin with what happened; texts of people are in quotes.
class follower final : public collab::client_observer {
 public:
  follower(bool prints, const collab::clock& time) : prints_{prints}, time_{time} {}

  // The client it hears of, which must outlive it.
  void follow(collab::client& board) {
    board_ = &board;
    board.observe(this);
  }

  [[nodiscard]] bool has_joined() const { return has_joined_; }
  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] std::size_t rejected() const { return rejected_; }
  [[nodiscard]] const std::string& last_rejection() const { return last_rejection_; }
  // What became of the connection last.
  [[nodiscard]] const collab::connection_report& connection() const { return connection_; }
  [[nodiscard]] std::size_t cuts() const { return cuts_; }

  void on_connection(const collab::connection_report& report) override;
  void on_joined(const collab::arrival_report& report) override;
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override;
  void on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) override;
  void on_live_stroke(std::string_view id, collab::live_stroke_change what,
                      std::size_t from) override;
  void on_error(const absl::Status& why, std::string_view answers) override;
  void on_out_of_step(const absl::Status& why) override;
  void on_message(const collab::server_message& message) override;

 private:
  void say(std::string_view line) const;

  bool prints_;
  const collab::clock& time_;
  collab::client* board_ = nullptr;
  collab::connection_report connection_;
  bool has_joined_ = false;
  std::size_t done_ = 0;
  std::size_t rejected_ = 0;
  std::size_t cuts_ = 0;
  std::string last_rejection_;
};

#endif  // BOARD_CLIENT_FOLLOWER_HPP
