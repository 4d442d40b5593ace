// support/told_in_bounds.hpp - whether what a server seems to have said can be used as it is.

#ifndef COLLAB_TESTS_SUPPORT_TOLD_IN_BOUNDS_HPP
#define COLLAB_TESTS_SUPPORT_TOLD_IN_BOUNDS_HPP

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab_test {

// Calls of it are true where every value is one that a document, or somebody who shows it, can
// hold.
struct told_in_bounds {
  bool operator()(const collab::room_state_message& told) const {
    return all(told.elements) && all(told.live) && all(told.cursors);
  }
  bool operator()(const collab::room_resumed_message& told) const {
    const auto is_named = [](const auto& each) { return collab::is_element_id(each.id); };
    return all(told.live) && all(told.rejected) && all(told.cursors) &&
           std::all_of(told.own.begin(), told.own.end(), is_named);
  }
  bool operator()(const collab::room_chunk_message& told) const {
    return all(told.elements) && are_ids(told.removed) && all(told.changed);
  }
  bool operator()(const collab::reject_message& told) const { return !told.reason.ok(); }
  bool operator()(const collab::error_message& told) const { return !told.reason.ok(); }
  bool operator()(const collab::ack_message& told) const {
    return told.index.empty() || collab::is_index(told.index);
  }
  bool operator()(const collab::cursors_message& told) const { return all(told.cursors); }
  bool operator()(const collab::stroke_started_message& told) const {
    return told.stroke.kind() == collab::element_kind::stroke && (*this)(told.stroke);
  }
  bool operator()(const collab::stroke_points_message& told) const {
    return collab::is_element_id(told.id) && are_valid(told.points);
  }
  bool operator()(const collab::stroke_gap_message& told) const {
    return collab::is_element_id(told.id);
  }
  bool operator()(const collab::stroke_cancelled_message& told) const {
    return collab::is_element_id(told.id);
  }
  bool operator()(const collab::stroke_ended_message& told) const {
    return collab::is_element_id(told.id) &&
           (!told.index.has_value() || collab::is_index(*told.index)) &&
           (!told.whole.has_value() || (*this)(*told.whole));
  }
  bool operator()(const collab::element_put_message& told) const { return (*this)(told.value); }
  bool operator()(const collab::element_set_message& told) const { return (*this)(told.change); }
  bool operator()(const collab::elements_removed_message& told) const { return are_ids(told.ids); }
  bool operator()(const collab::operation_undone_message& told) const {
    return are_ids(told.removed) && all(told.restored) && all(told.changed);
  }
  bool operator()(const collab::preview_message& told) const { return (*this)(told.change); }
  template <typename Other>
  bool operator()(const Other& /*told*/) const {
    return true;
  }

  // ---- Parts

  bool operator()(const collab::element& of) const {
    const auto fits = [&of](const collab::property_register& each) {
      return collab::has_property(of.kind(), each.key) &&
             collab::fits(collab::describe(of.kind(), each.key), each.value);
    };
    return collab::is_element_id(of.id()) && collab::is_index(of.index()) &&
           std::all_of(of.registers().begin(), of.registers().end(), fits) &&
           are_valid(of.points()) && of.point_count() <= 1'000'000;
  }
  bool operator()(const collab::element_changes& of) const {
    const auto fits = [](const auto& each) {
      return collab::fits(collab::detail::properties[static_cast<std::size_t>(each.first)],
                          each.second);
    };
    return collab::is_element_id(of.id) && std::all_of(of.changes.begin(), of.changes.end(), fits);
  }
  bool operator()(const collab::member_cursor& of) const {
    return std::fabs(of.where.x) <= collab::coordinate_max &&
           std::fabs(of.where.y) <= collab::coordinate_max;
  }
  template <typename Part>
  bool all(const std::vector<Part>& parts) const {
    return std::all_of(parts.begin(), parts.end(),
                       [this](const Part& each) { return (*this)(each); });
  }
  static bool are_ids(const std::vector<collab::element_id>& ids) {
    return std::all_of(ids.begin(), ids.end(),
                       [](const std::string& each) { return collab::is_element_id(each); });
  }
  static bool are_valid(std::span<const collab::point> points) {
    return std::all_of(points.begin(), points.end(), [](const collab::point& each) {
      return collab::is_valid(each) && collab::to_grid(each) == each;
    });
  }
};

[[nodiscard]] inline bool is_in_bounds(const collab::server_message& told) {
  return std::visit(told_in_bounds{}, told);
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_TOLD_IN_BOUNDS_HPP
