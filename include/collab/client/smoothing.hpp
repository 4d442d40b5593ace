// collab/client/smoothing.hpp - what others do, shown a little late and without jerks.
//
// Cursors and the points of live strokes come in bursts. These two hold them back for a moment
// and play them at the pace at which they were made. For display only: what they make up between
// two samples is in no document.
//
//   cursor_smoother cursors;
//   cursors.add(cursor.client, cursor.where, now);          // on_cursors()
//   for (const auto& [client, where] : cursors.at(now)) ...  // each frame

#ifndef COLLAB_CLIENT_SMOOTHING_HPP
#define COLLAB_CLIENT_SMOOTHING_HPP

#include <absl/container/btree_map.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/ink/point.hpp"
#include "collab/room/presence.hpp"

namespace collab {

struct cursor_smoother_options {
  // How late a cursor is shown. With less than twice the interval at which cursors are told
  // (limits::cursor_interval) it stands still between them. Start at 80 ms.
  duration delay = std::chrono::milliseconds{80};
  // How long a silent cursor is shown.
  duration expiry = std::chrono::seconds{10};
};

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: the samples of the last `delay` of each client, at most 64.
class cursor_smoother {
 public:
  explicit cursor_smoother(cursor_smoother_options options = {}) : options_{options} {}

  // `who` pointed there; the times of one client never go backwards.
  void add(const client_id& who, const cursor& where, instant now) {
    std::deque<sample>& samples = samples_[who];
    // Whoever rested began to move one interval ago at most, not when he was heard of last.
    if (!samples.empty() && now - samples.back().at > options_.delay) {
      samples.push_back({samples.back().where, now - options_.delay});
    }
    samples.push_back({where, now});
    while (samples.size() > samples_max) {
      samples.pop_front();
    }
  }
  // Shows nobody under that name any more.
  void remove(const client_id& who) { samples_.erase(who); }
  void clear() { samples_.clear(); }

  // Where each cursor is to be shown, in the order of the clients. O(clients).
  [[nodiscard]] std::vector<std::pair<client_id, cursor>> at(instant now) {
    std::vector<std::pair<client_id, cursor>> shown;
    const instant then = now - options_.delay;
    for (auto each = samples_.begin(); each != samples_.end();) {
      std::deque<sample>& samples = each->second;
      if (now - samples.back().at >= options_.expiry) {
        each = samples_.erase(each);
        continue;
      }
      while (samples.size() > 1 && samples[1].at <= then) {
        samples.pop_front();
      }
      shown.emplace_back(each->first, between(samples, then));
      ++each;
    }
    return shown;
  }

 private:
  struct sample {
    cursor where;
    instant at;
  };
  static constexpr std::size_t samples_max = 64;

  [[nodiscard]] static cursor between(const std::deque<sample>& samples, instant then) {
    const sample& from = samples.front();
    if (samples.size() == 1 || then <= from.at) {
      return from.where;
    }
    const sample& to = samples[1];
    const double part = std::chrono::duration<double>(then - from.at) /
                        std::chrono::duration<double>(to.at - from.at);
    return {from.where.x + (to.where.x - from.where.x) * part,
            from.where.y + (to.where.y - from.where.y) * part, from.where.is_drawing};
  }

  cursor_smoother_options options_;
  absl::btree_map<client_id, std::deque<sample>> samples_;
};

struct live_stroke_playback_options {
  // How late a point is shown after it could have come. Start at 60 ms.
  duration delay = std::chrono::milliseconds{60};
  // A stroke that is shown later than that is shown at once up to there.
  duration lag_max = std::chrono::milliseconds{300};
};

// Plays one live stroke at the pace of its points' times. Where they have none, what comes
// together is spread over the time since something came last.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: 8 bytes a point.
class live_stroke_playback {
 public:
  // What is to be painted: so many of the points, and then the tip, which lies between two.
  struct view {
    std::size_t count = 0;
    std::optional<point> tip;

    friend bool operator==(const view&, const view&) = default;
  };

  explicit live_stroke_playback(live_stroke_playback_options options = {}) : options_{options} {}

  // `points` are all that came so far; those that are new are shown from now on.
  void add(std::span<const point> points, instant now) {
    if (points.size() <= due_.size()) {
      return;
    }
    const std::size_t first = due_.size();
    const std::size_t count = points.size() - first;
    if (first == 0) {
      start_ = now + options_.delay;
      heard_at_ = now;
    }
    const bool has_times = points.back().t > points[first == 0 ? 0 : first - 1].t;
    const duration spread = std::min<duration>(now - heard_at_, options_.delay);
    for (std::size_t i = first; i < points.size(); ++i) {
      const duration since =
          std::chrono::milliseconds{std::int64_t{points[i].t} - std::int64_t{points[0].t}};
      const auto place = static_cast<std::int64_t>(i - first + 1);
      const instant due =
          has_times ? start_ + since : now + spread * place / static_cast<std::int64_t>(count);
      due_.push_back(i == 0 ? due : std::max(due, due_.back()));
    }
    if (has_times && due_.back() > now + options_.lag_max) {
      // Its clock is not ours, or something was long under way: catch up.
      const duration late = due_.back() - (now + options_.lag_max);
      start_ -= late;
      for (std::size_t i = shown_; i < due_.size(); ++i) {
        due_[i] = std::max(due_[i] - late, std::min(due_[i], now));
      }
    } else if (has_times && due_.back() < now) {
      // It came later than it could have: from here on more is waited.
      start_ += now - due_.back();
    }
    heard_at_ = now;
  }

  // What is to be painted of `points`, those of add(), at `now`, which never goes backwards.
  // O(1) on average.
  [[nodiscard]] view at(std::span<const point> points, instant now) {
    while (shown_ < due_.size() && due_[shown_] <= now) {
      ++shown_;
    }
    view seen{std::min(shown_, points.size()), std::nullopt};
    if (shown_ > 0 && shown_ < due_.size() && shown_ < points.size()) {
      const instant from = due_[shown_ - 1];
      const auto part = static_cast<float>(std::chrono::duration<double>(now - from) /
                                           std::chrono::duration<double>(due_[shown_] - from));
      const point& a = points[shown_ - 1];
      const point& b = points[shown_];
      seen.tip = point{a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part,
                       a.pressure + (b.pressure - a.pressure) * part, a.t};
    }
    return seen;
  }

  // Whether everything that came is shown.
  [[nodiscard]] bool is_done() const noexcept { return shown_ == due_.size(); }

 private:
  live_stroke_playback_options options_;
  // When each point is due.
  std::vector<instant> due_;
  std::size_t shown_ = 0;
  // When the first point is due, and something came last.
  instant start_{};
  instant heard_at_{};
};

}  // namespace collab

#endif  // COLLAB_CLIENT_SMOOTHING_HPP
