// examples/board_client/stroke_player.hpp - draws recorded strokes with the timing they had.

#ifndef BOARD_CLIENT_STROKE_PLAYER_HPP
#define BOARD_CLIENT_STROKE_PLAYER_HPP

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/core/clock.hpp"
#include "collab/ink/point.hpp"

struct player_options {
  // How many times as fast as it was drawn.
  double speed = 1;
  collab::stroke_style style;
  // Between two strokes, of which recordings say nothing; at speed 1.
  collab::duration pause = std::chrono::milliseconds{60};
};

// One stroke after the other. A point is drawn at the first step() after its time; where time
// runs backwards in a recording it stands still.
class stroke_player {
 public:
  stroke_player(collab::client& board, std::vector<std::vector<collab::point>> strokes,
                player_options options)
      : board_{board}, strokes_{std::move(strokes)}, options_{std::move(options)} {}

  // Draws what is due. Fails when the board does not take it.
  absl::Status step(collab::instant now);

  [[nodiscard]] bool is_done() const { return at_ == strokes_.size(); }
  [[nodiscard]] std::size_t points_drawn() const { return points_drawn_; }

 private:
  collab::client& board_;
  std::vector<std::vector<collab::point>> strokes_;
  player_options options_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;  // Of its points.
  std::size_t points_drawn_ = 0;
  std::optional<collab::instant> began_;  // That of the stroke.
  collab::client_stroke stroke_;
};

// The strokes of the file at `path`, or of all files below it, each not empty. Fails with
// invalid_argument, naming the file and what is wrong.
[[nodiscard]] absl::Status read_strokes(const std::string& path,
                                        std::vector<std::vector<collab::point>>& into);

#endif  // BOARD_CLIENT_STROKE_PLAYER_HPP
