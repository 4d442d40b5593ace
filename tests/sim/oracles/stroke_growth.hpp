// tests/sim/oracles/stroke_growth.hpp - strokes grow only at their end, and none is lost.
//
// Oracle 6. Whatever anybody is shown of a stroke, at whatever time, is what its author drew, from
// the first point on. A piece that a client made of the rest of a stroke is a run of its points.
// The pieces of a stroke that was done meet and are the whole of it.

#ifndef COLLAB_TESTS_SIM_ORACLES_STROKE_GROWTH_HPP
#define COLLAB_TESTS_SIM_ORACLES_STROKE_GROWTH_HPP

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/ink/point.hpp"
#include "collab/ink/point_grid.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

class stroke_growth {
 public:
  // Its author has added points to the stroke that he knows as `id`.
  void drawn(const std::string& id, std::span<const collab::point> points) {
    for (const collab::point& each : points) {
      drawn_[id].push_back(collab::to_grid(each));
    }
  }
  // The author was told that the stroke is done.
  void done(const std::string& id) { done_.push_back(id); }

  [[nodiscard]] std::size_t strokes() const noexcept { return drawn_.size(); }

  // Somebody is shown these points of the stroke.
  [[nodiscard]] verdict shown(const std::string& id, std::span<const collab::point> points) const {
    const auto found = drawn_.find(id);
    if (found == drawn_.end()) {
      return {};  // A piece: see check().
    }
    const std::vector<collab::point>& all = found->second;
    if (points.size() > all.size() || !std::equal(points.begin(), points.end(), all.begin())) {
      return absl::StrCat("stroke '", id, "' is shown with ", points.size(),
                          " points, which are not the first of the ", all.size(),
                          " that were drawn");
    }
    return {};
  }

  // Holds the strokes in the log against what was drawn.
  [[nodiscard]] verdict check(const room_log& log) const {
    std::map<std::string, std::vector<collab::point>> put;
    for (const collab::operation& op : log.operations()) {
      const auto* made = std::get_if<collab::put_operation>(&op.body);
      if (made == nullptr || made->value.kind() != collab::element_kind::stroke) {
        continue;
      }
      std::vector<collab::point> points = made->value.points();
      if (drawn_.contains(made->value.id())) {
        if (verdict wrong = shown(made->value.id(), points)) {
          return wrong;
        }
      } else if (!is_piece(points)) {
        return absl::StrCat("stroke '", made->value.id(), "' of ", points.size(),
                            " points was drawn by nobody");
      }
      put.emplace(made->value.id(), std::move(points));
    }
    for (const std::string& id : done_) {
      if (verdict wrong = check_whole(id, put)) {
        return wrong;
      }
    }
    return {};
  }

 private:
  using strokes_by_id = std::map<std::string, std::vector<collab::point>>;

  [[nodiscard]] bool is_piece(const std::vector<collab::point>& points) const {
    return std::any_of(drawn_.begin(), drawn_.end(), [&points](const auto& each) {
      return std::search(each.second.begin(), each.second.end(), points.begin(), points.end()) !=
             each.second.end();
    });
  }

  // Goes along the stroke from piece to piece.
  [[nodiscard]] verdict check_whole(const std::string& id, const strokes_by_id& put) const {
    const std::vector<collab::point>& all = drawn_.find(id)->second;
    const auto first = put.find(id);
    std::size_t reached = first != put.end() ? first->second.size() : 0;
    while (reached < all.size()) {
      std::size_t further = reached;
      for (const auto& [other, points] : put) {
        // The next piece begins with the last point that is there, or with one before it.
        for (std::size_t from = 0; other != id && from < std::max<std::size_t>(reached, 1);
             ++from) {
          if (points.size() <= all.size() - from &&
              std::equal(points.begin(), points.end(),
                         all.begin() + static_cast<std::ptrdiff_t>(from))) {
            further = std::max(further, from + points.size());
          }
        }
      }
      if (further == reached) {
        return absl::StrCat("stroke '", id, "' was done with ", all.size(), " points, the log has ",
                            reached);
      }
      reached = further;
    }
    return {};
  }

  std::map<std::string, std::vector<collab::point>> drawn_;
  std::vector<std::string> done_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_STROKE_GROWTH_HPP
