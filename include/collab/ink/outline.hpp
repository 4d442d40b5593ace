// collab/ink/outline.hpp - the polygon that a stroke of varying width covers.
//
// For drawing, fill it by the nonzero rule; svg_path.hpp writes it as text. The lines between
// points stay straight: a stroke that should look round goes through gap_interpolator first.

#ifndef COLLAB_INK_OUTLINE_HPP
#define COLLAB_INK_OUTLINE_HPP

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

// What the width follows.
enum class outline_width : std::uint8_t {
  constant,
  // width * (pressure_base + pressure_gain * pressure)
  pressure,
  // width, falling evenly to width * speed_share as the speed rises from 0 to speed_full.
  speed,
};

struct outline_options {
  outline_width by = outline_width::pressure;

  // In the unit of the coordinates, greater than 0.
  float width = 4.0F;

  // Together 1 for the pressure of a device that has none. Each at least 0.
  float pressure_base = 0.35F;
  float pressure_gain = 1.3F;

  // The share of the width at speed_full and beyond, 0 to 1; units of the coordinates per
  // millisecond, greater than 0.
  float speed_share = 0.4F;
  float speed_full = 3.0F;

  // How far a corner's polygon may lie inside of its circle. Greater than 0.
  float tolerance = 0.05F;

  // Most corners that a full circle is drawn with, whatever the tolerance; at least 8.
  std::size_t corners_per_circle_max = 64;
};

// Draws outlines. The outline covers a disc around each point, as wide as the stroke is
// there, and between neighbours all that lies between their common tangents: round caps,
// round joins, and no place left out in however sharp a turn. It is one closed polygon that
// may overlap itself, always turning the same way: to be filled nonzero, never even-odd.
//
// Speed is that between a point and the one before, evened out with the last one's by half;
// where time stands still or goes backwards the last one's counts.
//
// Points that are not is_valid() are passed over as if they were not there. Points at one
// place in a row are one, as wide as the widest. A stroke of one place is a circle, one
// without points has no corners.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: work space kept from stroke to stroke, 28 bytes for each point of the longest.
class outliner {
 public:
  explicit outliner(outline_options options = {}) : options_{options} {
    assert(options.width > 0 && options.tolerance > 0 && options.corners_per_circle_max >= 8);
    assert(options.pressure_base >= 0 && options.pressure_gain >= 0);
    assert(options.speed_share >= 0 && options.speed_share <= 1 && options.speed_full > 0);
  }

  // Adds the corners of the whole stroke's outline to the end of `out`; the last is joined to
  // the first. Up to 4 corners for each point and those of the joins and caps. O(corners).
  void draw(std::span<const point> points, std::vector<vertex>& out) {
    place(points);
    if (discs_.empty()) {
      return;
    }
    constexpr double pi = std::numbers::pi;
    const std::size_t last = discs_.size() - 1;
    if (last == 0) {
      arc(discs_[0], 0, -2 * pi, out);
      return;
    }
    // Along the left side, around the end, back along the right side, around the beginning.
    for (std::size_t i = 1; i <= last; ++i) {
      const line& before = lines_[i - 1];
      put(discs_[i - 1], before.heading + before.tilt, out);
      put(discs_[i], before.heading + before.tilt, out);
      if (i < last) {
        join(discs_[i], before.heading + before.tilt,
             turned(before, lines_[i]) + lines_[i].tilt - before.tilt, out);
      }
    }
    const line& end = lines_[last - 1];
    arc(discs_[last], end.heading + end.tilt, -2 * end.tilt, out);
    for (std::size_t i = last; i-- > 0;) {
      const line& after = lines_[i];
      put(discs_[i + 1], after.heading - after.tilt, out);
      put(discs_[i], after.heading - after.tilt, out);
      if (i > 0) {
        join(discs_[i], after.heading - after.tilt,
             -(turned(lines_[i - 1], after) - after.tilt + lines_[i - 1].tilt), out);
      }
    }
    const line& start = lines_.front();
    arc(discs_[0], start.heading - start.tilt, -2 * (pi - start.tilt), out);
  }

 private:
  struct disc {
    float x;
    float y;
    float radius;
  };
  // From one disc to the next: the direction, and the angle from it to where the tangent on
  // the left touches both; a quarter turn if they are of one size, 0 or pi if one contains
  // the other.
  struct line {
    double heading;
    double tilt;
  };

  // Fills discs_ and lines_.
  void place(std::span<const point> points) {
    discs_.clear();
    lines_.clear();
    const point* before = nullptr;
    double speed = 0;
    for (const point& each : points) {
      if (!is_valid(each)) {
        continue;
      }
      if (before != nullptr && each.t > before->t) {
        const double now =
            static_cast<double>(distance(*before, each)) / static_cast<double>(each.t - before->t);
        speed = lines_.empty() ? now : (speed + now) / 2;
      }
      before = &each;
      add({each.x, each.y, radius(each, speed)});
    }
  }

  void add(const disc& next) {
    if (!discs_.empty()) {
      disc& last = discs_.back();
      const double dx = static_cast<double>(next.x) - static_cast<double>(last.x);
      const double dy = static_cast<double>(next.y) - static_cast<double>(last.y);
      if (dx == 0 && dy == 0) {
        if (next.radius > last.radius) {
          last.radius = next.radius;
          if (!lines_.empty()) {
            lines_.back() = between(discs_[discs_.size() - 2], last);
          }
        }
        return;
      }
      lines_.push_back(between(last, next));
    }
    discs_.push_back(next);
  }

  static line between(const disc& from, const disc& to) {
    const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
    const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
    const double narrower = static_cast<double>(from.radius) - static_cast<double>(to.radius);
    return {std::atan2(dy, dx),
            std::acos(std::clamp(narrower / std::sqrt(dx * dx + dy * dy), -1.0, 1.0))};
  }

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

  // The angle between two lines, -pi to pi, positive if they turn from x towards y.
  static double turned(const line& from, const line& to) {
    constexpr double pi = std::numbers::pi;
    const double angle = to.heading - from.heading;
    return angle > pi ? angle - 2 * pi : angle < -pi ? angle + 2 * pi : angle;
  }

  static void put(const disc& on, double angle, std::vector<vertex>& out) {
    out.push_back({static_cast<float>(static_cast<double>(on.x) +
                                      static_cast<double>(on.radius) * std::cos(angle)),
                   static_cast<float>(static_cast<double>(on.y) +
                                      static_cast<double>(on.radius) * std::sin(angle))});
  }

  // Around the outside of a turn, or through the middle on the inside, where both lines'
  // areas overlap: so every part is passed in the same sense, and the areas add up.
  void join(const disc& at, double angle, double sweep, std::vector<vertex>& out) const {
    if (sweep < 0) {
      arc(at, angle, sweep, out);
    } else if (sweep > 0) {
      out.push_back({at.x, at.y});
    }
  }

  // The corners strictly between the two ends of an arc, and the first of a full circle.
  void arc(const disc& at, double angle, double sweep, std::vector<vertex>& out) const {
    constexpr double pi = std::numbers::pi;
    const double flat = 1 - static_cast<double>(options_.tolerance) /
                                std::max(static_cast<double>(at.radius), 1e-9);
    // The most that one side may turn: its middle lies radius * (1 - cos(turn / 2)) inside.
    double side = flat > 0 ? 2 * std::acos(flat) : pi;
    side = std::clamp(side, 2 * pi / static_cast<double>(options_.corners_per_circle_max), pi / 4);
    const double sides = std::ceil(-sweep / side - 1e-9);
    const bool is_circle = sweep <= -2 * pi;
    for (double i = is_circle ? 0 : 1; i < sides; ++i) {
      put(at, angle + sweep * (i / sides), out);
    }
  }

  outline_options options_;
  std::vector<disc> discs_;
  // One fewer than discs_.
  std::vector<line> lines_;
};

}  // namespace collab

#endif  // COLLAB_INK_OUTLINE_HPP
