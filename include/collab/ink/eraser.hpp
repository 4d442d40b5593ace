// collab/ink/eraser.hpp - cuts a stroke by a circle into the pieces that are left.

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

// Erases a circle from strokes.
//
// The lines between points are cut where they cross the circle: at the exact roots, rounded
// to the floats that a point has. A cut gets a point there, with pressure and time in
// proportion, time to the nearest millisecond; times still count from the beginning of the
// whole stroke. Points outside are unchanged and in order. Pieces without length are left
// out, unless the stroke had none itself: a dot outside stays.
//
// Points that are not is_valid() are passed over as if they were not there. A circle whose
// middle or radius is not valid erases nothing.
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
    const std::size_t points_before = out.points.size();
    const std::size_t ends_before = out.ends.size();
    const double radius =
        is_valid(middle) && options_.radius > 0 ? static_cast<double>(options_.radius) : 0;
    cutter cut{middle, radius * radius, out, points_before};
    for (const point& each : points) {
      if (is_valid(each)) {
        cut.go_to(each);
      }
    }
    cut.finish();
    const std::size_t pieces = out.ends.size() - ends_before;
    if (pieces > options_.pieces_max) {
      out.points.resize(points_before);
      out.ends.resize(ends_before);
      return absl::ResourceExhaustedError(absl::StrCat(
          "erasing would leave ", pieces, " pieces, the limit is ", options_.pieces_max));
    }
    was_cut = cut.has_erased;
    return absl::OkStatus();
  }

 private:
  // Goes along one stroke.
  struct cutter {
    vertex middle;
    double radius_square;
    stroke_pieces& out;
    // Where the piece that is being drawn begins.
    std::size_t begin;
    const point* from = nullptr;
    bool has_erased = false;
    bool has_length = false;

    [[nodiscard]] bool is_erased(const point& at) const {
      const double x = static_cast<double>(at.x) - static_cast<double>(middle.x);
      const double y = static_cast<double>(at.y) - static_cast<double>(middle.y);
      return x * x + y * y < radius_square;
    }

    void go_to(const point& to) {
      if (from == nullptr) {
        has_erased = is_erased(to);
        if (!has_erased) {
          out.points.push_back(to);
        }
      } else {
        has_length = has_length || to.x != from->x || to.y != from->y;
        cross(*from, to);
      }
      from = &to;
    }

    void cross(const point& a, const point& b) {
      // |a + part (b - a) - middle|^2 = radius^2, as square part^2 + 2 half part + rest = 0.
      const double dx = static_cast<double>(b.x) - static_cast<double>(a.x);
      const double dy = static_cast<double>(b.y) - static_cast<double>(a.y);
      const double x = static_cast<double>(a.x) - static_cast<double>(middle.x);
      const double y = static_cast<double>(a.y) - static_cast<double>(middle.y);
      const double square = dx * dx + dy * dy;
      const double half = x * dx + y * dy;
      const double rest = x * x + y * y - radius_square;
      // half^2 - square rest, from the distance of the middle to the line: nothing cancels.
      const double beside = x * dy - y * dx;
      const double inside = square * radius_square - beside * beside;
      const bool from_inside = rest < 0;
      const bool to_inside = is_erased(b);
      if (from_inside && to_inside) {
        return;
      }
      if (from_inside || to_inside) {
        has_erased = true;
        const double root = std::sqrt(std::max(0.0, inside));
        if (to_inside) {
          // The first crossing, (-half - root) / square, with half < 0.
          leave(between(a, b, rest / (root - half)));
        } else {
          out.points.push_back(between(a, b, (root - half) / square));
          out.points.push_back(b);
        }
        return;
      }
      // Both outside: through the circle only if the nearest place is between and inside.
      if (inside > 0 && half < 0 && -half < square) {
        has_erased = true;
        const double root = std::sqrt(inside);
        leave(between(a, b, rest / (root - half)));
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

    void leave(const point& at) {
      out.points.push_back(at);
      end_piece();
    }

    void end_piece() {
      const point* first = out.points.data() + begin;
      const point* last = out.points.data() + out.points.size();
      const bool is_line = std::any_of(
          first, last, [&](const point& each) { return each.x != first->x || each.y != first->y; });
      if (is_line || (first != last && !has_erased && !has_length)) {
        out.ends.push_back(out.points.size());
      } else {
        out.points.resize(begin);
      }
      begin = out.points.size();
    }

    void finish() { end_piece(); }
  };

  eraser_options options_;
};

}  // namespace collab

#endif  // COLLAB_INK_ERASER_HPP
