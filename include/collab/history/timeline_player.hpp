// collab/history/timeline_player.hpp - shows the past of a board again as time passes.
//
//   timeline_player player{cursor, {.pause_max = std::chrono::seconds{2}}};
//   player.play(8.0, clock.now());               // eight times as fast
//   if (*player.advance(clock.now())) draw(cursor.board());   // each frame

#ifndef COLLAB_HISTORY_TIMELINE_PLAYER_HPP
#define COLLAB_HISTORY_TIMELINE_PLAYER_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/history/timeline.hpp"
#include "collab/history/timeline_cursor.hpp"

namespace collab {

struct timeline_player_options {
  // The longest time in which nothing happens that is waited for, in the time of the log: longer
  // ones are cut short to it. Not given: none is.
  std::optional<std::chrono::milliseconds> pause_max{};
};

// Moves a cursor. The time of the log runs `speed` times as fast as that of the caller, backwards
// where it is below 0.
//
// Threads: one object, its cursor and its timeline, one thread at a time.
class timeline_player {
 public:
  // Keeps references to both, which must outlive this object. Stands where the cursor does.
  timeline_player(const timeline& past, timeline_cursor& cursor,
                  timeline_player_options options = {})
      : past_{past}, cursor_{cursor}, options_{options} {
    stand();
  }

  // Begins to play, or goes on at another speed. 0 stands still.
  void play(double speed, instant now) {
    pass(now);
    speed_ = speed;
    is_playing_ = true;
  }
  void pause(instant now) {
    pass(now);
    is_playing_ = false;
  }
  [[nodiscard]] bool is_playing() const noexcept { return is_playing_; }
  [[nodiscard]] double speed() const noexcept { return speed_; }

  // The moment of the log that is shown.
  [[nodiscard]] unix_time position() const noexcept {
    return past_.first_time() + std::chrono::floor<std::chrono::milliseconds>(position_);
  }

  // Goes to another place, playing or not. Errors of timeline_cursor::seek().
  [[nodiscard]] absl::Status seek(seq_number seq, instant now) {
    pass(now);
    const absl::Status status = cursor_.seek(seq);
    stand();
    return status;
  }
  [[nodiscard]] absl::Status seek(unix_time time, instant now) {
    pass(now);
    const absl::Status status = cursor_.seek(time);
    stand();
    position_ = place_of(time);
    return status;
  }

  // Moves the cursor to where the play is at `now`. Yields whether it moved. At either end of the
  // log the play stops. Errors of the cursor; it stops then too.
  [[nodiscard]] absl::StatusOr<bool> advance(instant now) {
    pass(now);
    const seq_number before = cursor_.seq();
    if (!is_playing_) {
      return false;
    }
    if (absl::Status status = skip_pause(); !status.ok()) {
      is_playing_ = false;
      return status;
    }
    position_ = std::clamp(position_, exact{}, place_of(past_.last_time()));
    absl::Status status = cursor_.seek(position());
    if (status.ok() && speed_ < 0 && position_ <= exact{}) {
      status = cursor_.seek(seq_number{});
    }
    const bool is_over = speed_ < 0 ? cursor_.seq() == seq_number{}
                                    : speed_ > 0 && cursor_.seq() == past_.last_seq();
    is_playing_ = is_playing_ && status.ok() && !is_over;
    if (!status.ok()) {
      return status;
    }
    return cursor_.seq() != before;
  }

 private:
  // Milliseconds since the first operation with what is below them, so that slow play does not
  // lose time.
  using exact = std::chrono::duration<double, std::milli>;

  // Within the log.
  [[nodiscard]] exact place_of(unix_time time) const {
    return exact{std::clamp(time, past_.first_time(), past_.last_time()) - past_.first_time()};
  }

  // The time between two calls passes.
  void pass(instant now) {
    if (is_playing_ && at_.has_value() && now > *at_) {
      position_ += exact{now - *at_} * speed_;
    }
    at_ = now;
  }
  void stand() { position_ = place_of(cursor_.latest_time()); }
  absl::Status skip_pause() {
    if (!options_.pause_max.has_value()) {
      return absl::OkStatus();
    }
    const exact longest{*options_.pause_max};
    if (speed_ < 0) {
      const exact latest = place_of(cursor_.latest_time());
      position_ = cursor_.seq() == seq_number{} ? position_ : std::min(position_, latest + longest);
      return absl::OkStatus();
    }
    const absl::StatusOr<std::optional<unix_time>> next = cursor_.next_time();
    if (!next.ok()) {
      return next.status();
    }
    if (next->has_value()) {
      position_ = std::max(position_, place_of(**next) - longest);
    }
    return absl::OkStatus();
  }

  const timeline& past_;
  timeline_cursor& cursor_;
  timeline_player_options options_;
  exact position_{};
  double speed_ = 1;
  bool is_playing_ = false;
  // The last call.
  std::optional<instant> at_;
};

}  // namespace collab

#endif  // COLLAB_HISTORY_TIMELINE_PLAYER_HPP
