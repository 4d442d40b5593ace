// collab/ink/polyline.hpp - how long a stroke is and how far away, also while it grows.
//
// All treat a stroke as the straight lines between its points; its width is not counted in:
// add half of it to a distance. bounds.hpp has the box around a stroke, hit_test.hpp says
// whether a box or a lasso meets it.
//
// Points that are not is_valid() are passed over as if they were not there. A stroke of one
// point, or all at one place, is that place. Nothing allocates, pressure and time don't count.

#ifndef COLLAB_INK_POLYLINE_HPP
#define COLLAB_INK_POLYLINE_HPP

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

namespace detail {

// The lines of a stroke whose points come in pieces.
class line_walk {
 public:
  // Calls visit(from, to) for each line that `samples` add to the stroke until it returns
  // true, and returns whether it did. The first point is a line from it to itself.
  template <typename Visitor>
  bool any(std::span<const point> samples, Visitor&& visit) {
    const point* from = has_begun_ ? &last_ : nullptr;
    bool is_found = false;
    for (const point& to : samples) {
      if (!is_valid(to)) {
        continue;
      }
      is_found = visit(from == nullptr ? to : *from, to);
      from = &to;
      if (is_found) {
        break;
      }
    }
    if (from != nullptr) {
      has_begun_ = true;
      last_ = *from;
    }
    return is_found;
  }

  void clear() noexcept { has_begun_ = false; }

 private:
  bool has_begun_ = false;
  point last_;
};

}  // namespace detail

// The way along a stroke that may still grow.
//
//   stroke_length way;
//   way.append(samples);   // for each batch of samples
//   way.value();           // at any time
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class stroke_length {
 public:
  // Goes on along `samples`. The sum is the same to the bit in whatever pieces they come.
  // O(samples).
  void append(std::span<const point> samples) noexcept {
    double sum = sum_;
    lines_.any(samples, [&sum](const point& from, const point& to) {
      const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
      const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
      sum += std::sqrt(dx * dx + dy * dy);
      return false;
    });
    sum_ = sum;
  }

  // The length so far, in the unit of the coordinates; 0 for fewer than two points. O(1).
  [[nodiscard]] double value() const noexcept { return sum_; }

  // Forgets the stroke; the next sample begins another.
  void clear() noexcept { *this = {}; }

 private:
  detail::line_walk lines_;
  double sum_ = 0;
};

// How near a stroke that may still grow comes to a place.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class stroke_distance {
 public:
  // A `to` that is not is_valid() is infinitely far from every stroke.
  explicit stroke_distance(vertex to) noexcept : to_{to}, is_place_{is_valid(to)} {}

  // Goes on along `samples`. The distance is the same to the bit in whatever pieces they
  // come. O(samples).
  void append(std::span<const point> samples) noexcept {
    if (!is_place_) {
      return;
    }
    double least = least_;
    const auto to_x = static_cast<double>(to_.x);
    const auto to_y = static_cast<double>(to_.y);
    lines_.any(samples, [&](const point& from, const point& to) {
      const double px = to_x - static_cast<double>(from.x);
      const double py = to_y - static_cast<double>(from.y);
      const double dx = static_cast<double>(to.x) - static_cast<double>(from.x);
      const double dy = static_cast<double>(to.y) - static_cast<double>(from.y);
      const double square = dx * dx + dy * dy;
      const double part = square > 0 ? std::clamp((px * dx + py * dy) / square, 0.0, 1.0) : 0.0;
      const double x = px - part * dx;
      const double y = py - part * dy;
      least = std::min(least, x * x + y * y);
      return false;
    });
    least_ = least;
  }

  // The distance to the nearest place of the stroke so far, in the unit of the coordinates;
  // infinite before the first valid point. Never rises. O(1).
  [[nodiscard]] double value() const noexcept { return std::sqrt(least_); }

  // Forgets the stroke; the next sample begins another.
  void clear() noexcept { *this = stroke_distance{to_}; }

 private:
  vertex to_;
  bool is_place_;
  detail::line_walk lines_;
  // The square of the distance.
  double least_ = std::numeric_limits<double>::infinity();
};

// stroke_length of the whole `stroke`. O(points).
[[nodiscard]] inline double length_of(std::span<const point> stroke) noexcept {
  stroke_length way;
  way.append(stroke);
  return way.value();
}

// stroke_distance of the whole `stroke` from `place`. O(points).
[[nodiscard]] inline double distance_to_stroke(std::span<const point> stroke,
                                               vertex place) noexcept {
  stroke_distance far{place};
  far.append(stroke);
  return far.value();
}

}  // namespace collab

#endif  // COLLAB_INK_POLYLINE_HPP
