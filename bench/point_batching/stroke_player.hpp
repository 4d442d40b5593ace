// point_batching/stroke_player.hpp - plays strokes through a policy on a virtual clock.
//
//   stroke_player player{policy};
//   for (const stroke& each : strokes) {
//     player.play(each, [&](std::span<const collab::point> points, std::size_t from,
//                           collab::duration leaves) { ... });
//   }

#ifndef COLLAB_BENCH_POINT_BATCHING_STROKE_PLAYER_HPP
#define COLLAB_BENCH_POINT_BATCHING_STROKE_PLAYER_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/ink/point.hpp"
#include "policy.hpp"
#include "simulated_link.hpp"

namespace point_batching {

// One person who draws one stroke after the other, with a pause between two that begins when
// the network has taken everything.
//
// A sample is handed in at its own time; where times go backwards, at the latest before it.
// The pen goes up with the last sample. A timer fires exactly when a batch is due, and a
// sample of that very moment is still in the batch.
class stroke_player {
 public:
  static constexpr collab::duration pause = std::chrono::milliseconds{250};

  explicit stroke_player(const policy& rules)
      : batcher_{rules.batcher}, link_{rules.time_per_message} {
    if (rules.smoother) {
      smoother_.emplace(*rules.smoother);
    }
    if (rules.filter) {
      filter_.emplace(*rules.filter);
    }
    if (rules.simplifier) {
      simplifier_.emplace(*rules.simplifier);
    }
  }

  // Calls sink(points, from, leaves) for every message in order: `from` is the index of its
  // first point among those of this stroke that are sent, `leaves` counts from the stroke's
  // first sample and is when the network takes it. The points are good during the call.
  template <typename Sink>
  void play(std::span<const collab::point> samples, Sink&& sink) {
    begun_ = now_;
    std::uint32_t elapsed = 0;
    for (const collab::point& each : samples) {
      elapsed = std::max(elapsed, each.t);
      const collab::instant at = begun_ + std::chrono::milliseconds{elapsed};
      while (batcher_.deadline() < at) {
        send(batcher_.deadline(), sink);
      }
      now_ = at;
      kept_.clear();
      shape(each);
      collect(sink);
    }
    kept_.clear();
    end_shape();
    collect(sink);
    batcher_.finish();
    if (batcher_.is_due(now_)) {
      send(now_, sink);
    }
    now_ = std::max(now_, link_.free_at()) + pause;
  }

 private:
  // Passes one sample through the stages before the batcher; what comes out is in kept_.
  void shape(collab::point sample) {
    if (smoother_) {
      smooth_.clear();
      smoother_->append({&sample, 1}, smooth_);
      sample = smooth_.front();
    }
    if (filter_ && simplifier_) {
      between_.clear();
      filter_->append({&sample, 1}, between_);
      simplifier_->append(between_, kept_);
    } else if (filter_) {
      filter_->append({&sample, 1}, kept_);
    } else if (simplifier_) {
      simplifier_->append({&sample, 1}, kept_);
    } else {
      kept_.push_back(sample);
    }
  }

  void end_shape() {
    if (smoother_) {
      smoother_->finish();
    }
    if (filter_ && simplifier_) {
      between_.clear();
      filter_->finish(between_);
      simplifier_->append(between_, kept_);
    } else if (filter_) {
      filter_->finish(kept_);
    }
    if (simplifier_) {
      simplifier_->finish(kept_);
    }
  }

  template <typename Sink>
  void collect(Sink&& sink) {
    std::span<const collab::point> rest = kept_;
    while (!rest.empty()) {
      rest = rest.subspan(batcher_.append(rest, now_));
      if (batcher_.is_due(now_)) {
        send(now_, sink);
      }
    }
  }

  template <typename Sink>
  void send(collab::instant at, Sink&& sink) {
    batch_.clear();
    const std::uint64_t from = batcher_.take(at, batch_);
    if (link_.is_behind(at)) {
      batcher_.slow_down(at);
    }
    sink(std::span<const collab::point>{batch_}, static_cast<std::size_t>(from),
         link_.send(at) - begun_);
  }

  std::optional<collab::one_euro_smoother> smoother_;
  std::optional<collab::distance_filter> filter_;
  std::optional<collab::stream_simplifier> simplifier_;
  collab::point_batcher batcher_;
  simulated_link link_;
  collab::instant now_{};
  // When the stroke being played began.
  collab::instant begun_{};
  std::vector<collab::point> smooth_;
  std::vector<collab::point> between_;
  std::vector<collab::point> kept_;
  std::vector<collab::point> batch_;
};

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_STROKE_PLAYER_HPP
