// collab/document/spatial_index.hpp - which elements are in a box of the board.
//
// A loose grid in levels: an element lies in the one cell that its middle is in, on the level
// whose cells are as large as it is, and reaches no further than half a cell beyond
// (T. Ulrich, "Loose Octrees", Game Programming Gems, 2000).
//
//   spatial_index seen;
//   seen.update(*board.find(id));                 // after each change; remove() before it goes
//   for (const element* each : seen.in(view)) ... // from the lowest to the topmost

#ifndef COLLAB_DOCUMENT_SPATIAL_INDEX_HPP
#define COLLAB_DOCUMENT_SPATIAL_INDEX_HPP

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "collab/document/document.hpp"
#include "collab/document/element_bounds.hpp"
#include "collab/document/element_hit_test.hpp"
#include "collab/ink/bounds.hpp"

namespace collab {

// Refers to elements, which must stay where they are while they are in it, as those of a
// document do until they are forgotten.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: about 150 bytes an element.
class spatial_index {
 public:
  // Takes in an element, or notes that it has changed. O(1), and O(points) the first time and
  // when the shape of anything but a stroke has changed.
  void update(const element& changed) {
    const auto found = entries_.find(&changed);
    // A stroke's points never change.
    const bounds shape = found != entries_.end() && changed.kind() == element_kind::stroke
                             ? found->second.shape
                             : shape_bounds(changed);
    const bounds box = element_bounds(changed, shape);
    const cell place = cell_of(box);
    if (found != entries_.end() && found->second.place == place) {
      for (item& each : cells_.find(place)->second) {
        each.box = each.value == &changed ? box : each.box;
      }
      found->second.shape = shape;
      return;
    }
    remove(changed);
    cells_[place].push_back({box, &changed});
    ++counts_[static_cast<std::size_t>(place.level)];
    entries_.emplace(&changed, entry{shape, place});
  }

  // Forgets an element; nothing when it is not in it. O(elements of its cell).
  void remove(const element& gone) {
    const auto found = entries_.find(&gone);
    if (found == entries_.end()) {
      return;
    }
    const auto at = cells_.find(found->second.place);
    std::vector<item>& items = at->second;
    const auto held = std::find_if(items.begin(), items.end(),
                                   [&](const item& each) { return each.value == &gone; });
    *held = items.back();
    items.pop_back();
    if (items.empty()) {
      cells_.erase(at);
    }
    --counts_[static_cast<std::size_t>(found->second.place.level)];
    entries_.erase(found);
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  // The elements whose element_bounds() meet `box`, edges included, from the lowest to the
  // topmost; none for an empty box. O(cells + found * log found).
  [[nodiscard]] std::vector<const element*> in(const bounds& box) const {
    std::vector<const element*> met;
    if (!(box.left <= box.right && box.top <= box.bottom)) {
      return met;
    }
    const auto take = [&](const std::vector<item>& items) {
      for (const item& each : items) {
        if (each.box.intersects(box)) {
          met.push_back(each.value);
        }
      }
    };
    std::array<cell, levels> from;
    std::array<cell, levels> to;
    double wanted = 0;
    for (std::size_t level = 0; level < levels; ++level) {
      const double size = size_of(static_cast<std::int32_t>(level));
      from[level] = cell_at(static_cast<std::int32_t>(level), double{box.left} - size / 2,
                            double{box.top} - size / 2);
      to[level] = cell_at(static_cast<std::int32_t>(level), double{box.right} + size / 2,
                          double{box.bottom} + size / 2);
      wanted += counts_[level] == 0 ? 0
                                    : (double(to[level].x) - double(from[level].x) + 1) *
                                          (double(to[level].y) - double(from[level].y) + 1);
    }
    if (wanted > static_cast<double>(cells_.size())) {
      // A large box: sooner all cells that there are. Their order does not reach the result.
      for (const auto& [place, items] : cells_) {
        take(items);
      }
    } else {
      for (std::size_t level = 0; level < levels; ++level) {
        for (std::int32_t y = from[level].y; counts_[level] > 0 && y <= to[level].y; ++y) {
          for (std::int32_t x = from[level].x; x <= to[level].x; ++x) {
            const auto found = cells_.find(cell{static_cast<std::int32_t>(level), x, y});
            if (found != cells_.end()) {
              take(found->second);
            }
          }
        }
      }
    }
    std::sort(met.begin(), met.end(), document::z_order{});
    return met;
  }

  // The elements whose element_bounds() come within `tolerance` of a place along both axes, from
  // the lowest to the topmost: what may be under a pointer.
  [[nodiscard]] std::vector<const element*> near(float x, float y, float tolerance = 0) const {
    return in({x - tolerance, y - tolerance, x + tolerance, y + tolerance});
  }

  // The elements that are touched within `tolerance` of a place, from the lowest to the topmost:
  // what is under a pointer. Requires: all finite, tolerance >= 0. As near(), and O(points) of
  // those.
  [[nodiscard]] std::vector<const element*> under(float x, float y, float tolerance = 0) const {
    std::vector<const element*> met = near(x, y, tolerance);
    std::erase_if(met, [&](const element* each) {
      return !is_touched(*each, entries_.find(each)->second.shape, double{x}, double{y},
                         double{tolerance});
    });
    return met;
  }

 private:
  struct cell {
    std::int32_t level = 0;
    std::int32_t x = 0;
    std::int32_t y = 0;

    friend bool operator==(const cell&, const cell&) = default;
    template <typename Hash>
    friend Hash AbslHashValue(Hash hash, const cell& of) {
      return Hash::combine(std::move(hash), of.level, of.x, of.y);
    }
  };
  struct item {
    bounds box;
    const element* value;
  };
  struct entry {
    bounds shape;
    cell place;
  };

  // Cells of 64 to 2^24 px: nothing on a board is larger than that.
  static constexpr std::size_t levels = 19;

  static double size_of(std::int32_t level) noexcept { return std::ldexp(64.0, level); }
  static cell cell_at(std::int32_t level, double x, double y) noexcept {
    // Nothing lies beyond, and a box may be endless.
    constexpr double most = 16'777'216;
    const double size = size_of(level);
    return {level, static_cast<std::int32_t>(std::floor(std::clamp(x, -most, most) / size)),
            static_cast<std::int32_t>(std::floor(std::clamp(y, -most, most) / size))};
  }
  static cell cell_of(const bounds& box) noexcept {
    const double extent =
        std::max(double{box.right} - double{box.left}, double{box.bottom} - double{box.top});
    std::int32_t level = 0;
    while (size_of(level) < extent && level + 1 < static_cast<std::int32_t>(levels)) {
      ++level;
    }
    return cell_at(level, (double{box.left} + double{box.right}) / 2,
                   (double{box.top} + double{box.bottom}) / 2);
  }

  absl::flat_hash_map<const element*, entry> entries_;
  absl::flat_hash_map<cell, std::vector<item>> cells_;
  // Elements on each level.
  std::array<std::size_t, levels> counts_{};
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_SPATIAL_INDEX_HPP
