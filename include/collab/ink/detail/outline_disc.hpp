// collab/ink/detail/outline_disc.hpp - the discs that a stroke covers, and their tangents.

#ifndef COLLAB_INK_DETAIL_OUTLINE_DISC_HPP
#define COLLAB_INK_DETAIL_OUTLINE_DISC_HPP

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "collab/ink/outline_options.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab::detail {

// What a stroke covers around one of its points.
struct outline_disc {
  float x = 0;
  float y = 0;
  float radius = 0;
};

// From one disc to the next: the direction, and the angle from it to where the tangent on
// the left touches both; a quarter turn if they are of one size, 0 or pi if one contains
// the other.
struct outline_line {
  double heading;
  double tilt;
};

inline outline_line line_between(const outline_disc& from, const outline_disc& to) {
  const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
  const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
  const double narrower = static_cast<double>(from.radius) - static_cast<double>(to.radius);
  return {std::atan2(dy, dx),
          std::acos(std::clamp(narrower / std::sqrt(dx * dx + dy * dy), -1.0, 1.0))};
}

// Where a disc is met at an angle.
inline void put_on(const outline_disc& on, double angle, std::vector<vertex>& out) {
  out.push_back({static_cast<float>(static_cast<double>(on.x) +
                                    static_cast<double>(on.radius) * std::cos(angle)),
                 static_cast<float>(static_cast<double>(on.y) +
                                    static_cast<double>(on.radius) * std::sin(angle))});
}

// Gives the points of one stroke at a time their discs.
class outline_brush {
 public:
  explicit outline_brush(const outline_options& options) : options_{options} {
    assert(options.width > 0 && options.tolerance > 0 && options.corners_per_circle_max >= 8);
    assert(options.pressure_base >= 0 && options.pressure_gain >= 0);
    assert(options.speed_share >= 0 && options.speed_share <= 1 && options.speed_full > 0);
  }

  // The disc around the stroke's next point. Requires: is_valid(at).
  outline_disc next(const point& at) {
    if (has_begun_ && at.t > before_.t) {
      const double now =
          static_cast<double>(distance(before_, at)) / static_cast<double>(at.t - before_.t);
      speed_ = has_moved_ ? (speed_ + now) / 2 : now;
    }
    has_moved_ = has_moved_ || (has_begun_ && (at.x != before_.x || at.y != before_.y));
    has_begun_ = true;
    before_ = at;
    return {at.x, at.y, radius(at, speed_)};
  }

  // The next point begins another stroke.
  void clear() noexcept {
    has_begun_ = has_moved_ = false;
    speed_ = 0;
  }

  // The corners strictly between the two ends of an arc, and the first of a full circle.
  void arc(const outline_disc& at, double angle, double sweep, std::vector<vertex>& out) const {
    constexpr double pi = std::numbers::pi;
    const double flat = 1 - static_cast<double>(options_.tolerance) /
                                std::max(static_cast<double>(at.radius), 1e-9);
    // The most that one side may turn: its middle lies radius * (1 - cos(turn / 2)) inside.
    double side = flat > 0 ? 2 * std::acos(flat) : pi;
    side = std::clamp(side, 2 * pi / static_cast<double>(options_.corners_per_circle_max), pi / 4);
    const double sides = std::ceil(-sweep / side - 1e-9);
    if (sides < 4) {
      for (double i = 1; i < sides; ++i) {
        put_on(at, angle + sweep * (i / sides), out);
      }
      return;
    }
    const bool is_circle = sweep <= -2 * pi;
    // From corner to corner by one turn, which costs no sine.
    const double cosine = std::cos(sweep / sides);
    const double sine = std::sin(sweep / sides);
    double x = static_cast<double>(at.radius) * std::cos(angle);
    double y = static_cast<double>(at.radius) * std::sin(angle);
    for (double i = 0; i < sides; ++i) {
      if (i > 0 || is_circle) {
        out.push_back({static_cast<float>(static_cast<double>(at.x) + x),
                       static_cast<float>(static_cast<double>(at.y) + y)});
      }
      const double turned = x * cosine - y * sine;
      y = x * sine + y * cosine;
      x = turned;
    }
  }

 private:
  [[nodiscard]] float radius(const point& at, double speed) const {
    float share = 1;
    if (options_.by == outline_width::pressure) {
      share = options_.pressure_base + options_.pressure_gain * at.pressure;
    } else if (options_.by == outline_width::speed) {
      const double part = std::min(speed / static_cast<double>(options_.speed_full), 1.0);
      share = static_cast<float>(1 - part * (1 - static_cast<double>(options_.speed_share)));
    }
    return options_.width * share / 2;
  }

  outline_options options_;
  bool has_begun_ = false;
  bool has_moved_ = false;
  point before_;
  double speed_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_INK_DETAIL_OUTLINE_DISC_HPP
