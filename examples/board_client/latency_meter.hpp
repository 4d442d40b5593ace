// examples/board_client/latency_meter.hpp - how long a room takes.

#ifndef BOARD_CLIENT_LATENCY_METER_HPP
#define BOARD_CLIENT_LATENCY_METER_HPP

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/client/client_observer.hpp"
#include "collab/core/clock.hpp"

// Times, in the order in which they were taken.
class latency_sample {
 public:
  void add(collab::duration took) { took_.push_back(took); }
  [[nodiscard]] std::size_t size() const { return took_.size(); }
  // The least that at least `share` (0 to 1) of them are not above. Requires: size() > 0.
  [[nodiscard]] collab::duration quantile(double share) const;

 private:
  std::vector<collab::duration> took_;
};

// Draws one stroke a round with one connection, `author`, and looks with a second one, `other`,
// when it is seen: its first point, and the finished stroke; and when its own end is
// acknowledged. Removes what it has drawn. Both must be in the same room.
class latency_meter {
 public:
  latency_meter(collab::client& author, collab::client& other, std::size_t rounds,
                const collab::clock& time);

  // Does what is due; to be called after each poll of the clients, with the present.
  absl::Status step(collab::instant now);

  // The author's operations, told by whoever observes him.
  void on_operation_done(collab::operation_ticket ticket);

  [[nodiscard]] bool is_done() const { return is_done_; }
  // A line for each of the three: how many, median, p99, the longest.
  [[nodiscard]] std::string report() const;

 private:
  // Hears the second connection.
  struct listener final : collab::client_observer {
    explicit listener(latency_meter& of) : meter{of} {}
    void on_live_stroke(std::string_view id, collab::live_stroke_change what,
                        std::size_t from) override;
    void on_board_changed(std::span<const collab::element_id> ids) override;
    latency_meter& meter;
  };

  absl::Status begin_round(collab::instant now);

  collab::client& author_;
  collab::client& other_;
  std::size_t rounds_;
  const collab::clock& time_;
  listener listener_{*this};
  std::size_t round_ = 0;
  bool is_done_ = false;
  std::optional<collab::instant> next_round_;

  // Of this round.
  std::string id_;
  collab::client_stroke stroke_;
  std::optional<collab::instant> started_;
  std::optional<collab::instant> ended_;
  std::optional<collab::operation_ticket> end_ticket_;
  bool is_seen_ = false;
  bool is_acknowledged_ = false;
  bool is_shown_ = false;

  latency_sample ink_;
  latency_sample finished_;
  latency_sample acks_;
};

#endif  // BOARD_CLIENT_LATENCY_METER_HPP
