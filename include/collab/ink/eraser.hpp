// collab/ink/eraser.hpp - cuts a stroke by a circle into the pieces that are left.
//
// stream_eraser is for strokes whose points come in batches, eraser for whole ones.

#ifndef COLLAB_INK_ERASER_HPP
#define COLLAB_INK_ERASER_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collab/ink/point.hpp"
#include "collab/ink/vertex.hpp"

namespace collab {

struct eraser_options {
  // What is nearer than this to the middle is erased, in the unit of the coordinates; what is
  // exactly as far stays. Half the width of the line is to be added by the caller. At least
  // 0; 0 erases nothing.
  float radius = 8.0F;

  // Most pieces that one stroke may be cut into. Greater than 0.
  std::size_t pieces_max = 256;
};

// The remains of one or more strokes. Piece i has the points from ends[i - 1], or 0, to
// before ends[i].
struct stroke_pieces {
  std::vector<point> points;
  std::vector<std::size_t> ends;

  [[nodiscard]] std::size_t size() const noexcept { return ends.size(); }
  [[nodiscard]] std::span<const point> operator[](std::size_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return {points.data() + begin, ends[i] - begin};
  }
  void clear() noexcept {
    points.clear();
    ends.clear();
  }
};

// Erases a circle from strokes, one at a time.
//
//   stream_eraser erase{middle, {.radius = 8}};
//   status = erase.append(samples, left);   // for each batch of samples
//   status = erase.finish(left);            // at the end of the stroke
//
// The lines between points are cut where they cross the circle: at the exact roots, rounded
// to the floats that a point has. A cut gets a point there, with pressure and time in
// proportion, time to the nearest millisecond; times still count from the beginning of the
// whole stroke. Points outside are unchanged and in order. Pieces without length are left
// out, unless the stroke had none itself: a dot outside stays.
//
// Points that are not is_valid() are passed over as if they were not there. A circle whose
// middle or radius is not valid erases nothing. There is no bound on the length of a stroke.
//
// Until finish(), what follows the last end in `out` is of the piece being drawn. It and
// everything before it stays, unless that piece turns out to have no length.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class stream_eraser {
 public:
  explicit stream_eraser(vertex middle, eraser_options options = {})
      : middle_{middle}, pieces_max_{options.pieces_max} {
    const double radius =
        is_valid(middle) && options.radius > 0 ? static_cast<double>(options.radius) : 0;
    radius_square_ = radius * radius;
  }

  // Adds what is left of `samples` to the end of `out`, which nothing else may change from
  // the first append() of a stroke to its finish(). Up to one piece for each line and one
  // more. O(samples), each counted once more where its piece ends.
  //
  // resource_exhausted once more than pieces_max pieces would be left: `out` is as it was
  // before the stroke, and the rest of the stroke, finish() included, is answered alike.
  [[nodiscard]] absl::Status append(std::span<const point> samples, stroke_pieces& out) {
    if (!has_begun_) {
      begin(out);
    }
    for (const point& each : samples) {
      if (is_valid(each) && !is_refused_) {
        go_to(each, out);
      }
    }
    return settle(out);
  }

  // Ends the stroke and its last piece; the next sample begins another. O(points of the last
  // piece). Errors: as append(), also if the last piece is one too many.
  [[nodiscard]] absl::Status finish(stroke_pieces& out) {
    if (!has_begun_) {
      begin(out);
    }
    if (!is_refused_) {
      end_piece(out);
    }
    has_begun_ = false;
    return settle(out);
  }

  // Whether anything of the stroke was erased so far; if not, it comes out as the one piece
  // it was. Known until the next stroke begins.
  [[nodiscard]] bool was_cut() const noexcept { return has_erased_; }

 private:
  void begin(const stroke_pieces& out) {
    points_before_ = begin_ = out.points.size();
    ends_before_ = out.ends.size();
    has_begun_ = true;
    has_from_ = has_erased_ = has_length_ = is_refused_ = false;
  }

  // Takes back what a refused stroke has added.
  [[nodiscard]] absl::Status settle(stroke_pieces& out) const {
    if (!is_refused_) {
      return absl::OkStatus();
    }
    out.points.resize(points_before_);
    out.ends.resize(ends_before_);
    return absl::ResourceExhaustedError(absl::StrCat(
        "erasing would leave at least ", pieces_max_ + 1, " pieces, the limit is ", pieces_max_));
  }

  [[nodiscard]] bool is_erased(const point& at) const {
    const double x = static_cast<double>(at.x) - static_cast<double>(middle_.x);
    const double y = static_cast<double>(at.y) - static_cast<double>(middle_.y);
    return x * x + y * y < radius_square_;
  }

  void go_to(const point& to, stroke_pieces& out) {
    if (!has_from_) {
      has_erased_ = is_erased(to);
      if (!has_erased_) {
        out.points.push_back(to);
      }
      has_from_ = true;
    } else {
      has_length_ = has_length_ || to.x != from_.x || to.y != from_.y;
      cross(from_, to, out);
    }
    from_ = to;
  }

  void cross(const point& a, const point& b, stroke_pieces& out) {
    // |a + part (b - a) - middle_|^2 = radius^2, as square part^2 + 2 half part + rest = 0.
    const double dx = static_cast<double>(b.x) - static_cast<double>(a.x);
    const double dy = static_cast<double>(b.y) - static_cast<double>(a.y);
    const double x = static_cast<double>(a.x) - static_cast<double>(middle_.x);
    const double y = static_cast<double>(a.y) - static_cast<double>(middle_.y);
    const double square = dx * dx + dy * dy;
    const double half = x * dx + y * dy;
    const double rest = x * x + y * y - radius_square_;
    // half^2 - square rest, from the distance of the middle_ to the line: nothing cancels.
    const double beside = x * dy - y * dx;
    const double inside = square * radius_square_ - beside * beside;
    const bool from_inside = rest < 0;
    const bool to_inside = is_erased(b);
    if (from_inside && to_inside) {
      return;
    }
    if (from_inside || to_inside) {
      has_erased_ = true;
      const double root = std::sqrt(std::max(0.0, inside));
      if (to_inside) {
        // The first crossing, (-half - root) / square, with half < 0.
        leave(between(a, b, rest / (root - half)), out);
      } else {
        out.points.push_back(between(a, b, (root - half) / square));
        out.points.push_back(b);
      }
      return;
    }
    // Both outside: through the circle only if the nearest place is between and inside.
    if (inside > 0 && half < 0 && -half < square) {
      has_erased_ = true;
      const double root = std::sqrt(inside);
      leave(between(a, b, rest / (root - half)), out);
      out.points.push_back(between(a, b, (root - half) / square));
    }
    out.points.push_back(b);
  }

  static point between(const point& a, const point& b, double part) {
    part = std::clamp(part, 0.0, 1.0);
    const auto mix = [part](float low, float high) {
      return static_cast<float>(static_cast<double>(low) +
                                (static_cast<double>(high) - static_cast<double>(low)) * part);
    };
    const double t =
        static_cast<double>(a.t) + (static_cast<double>(b.t) - static_cast<double>(a.t)) * part;
    return {mix(a.x, b.x), mix(a.y, b.y), mix(a.pressure, b.pressure),
            static_cast<std::uint32_t>(static_cast<std::int64_t>(t + 0.5))};
  }

  void leave(const point& at, stroke_pieces& out) {
    out.points.push_back(at);
    end_piece(out);
  }

  void end_piece(stroke_pieces& out) {
    const point* first = out.points.data() + begin_;
    const point* last = out.points.data() + out.points.size();
    const bool is_line = std::any_of(
        first, last, [&](const point& each) { return each.x != first->x || each.y != first->y; });
    if (is_line || (first != last && !has_erased_ && !has_length_)) {
      out.ends.push_back(out.points.size());
    } else {
      out.points.resize(begin_);
    }
    begin_ = out.points.size();
    is_refused_ = out.ends.size() - ends_before_ > pieces_max_;
  }

  vertex middle_;
  double radius_square_;
  std::size_t pieces_max_;

  bool has_begun_ = false;
  bool has_from_ = false;
  bool has_erased_ = false;
  // Whether the stroke has gone to a second place.
  bool has_length_ = false;
  bool is_refused_ = false;
  point from_;
  // How much was in `out` before the stroke, and before the piece that is being drawn.
  std::size_t points_before_ = 0;
  std::size_t ends_before_ = 0;
  std::size_t begin_ = 0;
};

// Erases a circle from whole strokes, as stream_eraser does.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: none of its own.
class eraser {
 public:
  explicit eraser(eraser_options options = {}) : options_{options} {}

  // Adds what is left of the whole stroke `points` to the end of `out`, up to one piece for
  // each line and one more. `was_cut`: whether anything was erased; otherwise the stroke is
  // added as the one piece it was. O(points).
  //
  // resource_exhausted if more than pieces_max pieces would be left: `out` and `was_cut` are
  // as before.
  [[nodiscard]] absl::Status erase(std::span<const point> points, vertex middle, stroke_pieces& out,
                                   bool& was_cut) const {
    stream_eraser erase{middle, options_};
    if (absl::Status appended = erase.append(points, out); !appended.ok()) {
      return appended;
    }
    absl::Status finished = erase.finish(out);
    if (finished.ok()) {
      was_cut = erase.was_cut();
    }
    return finished;
  }

 private:
  eraser_options options_;
};

}  // namespace collab

#endif  // COLLAB_INK_ERASER_HPP
