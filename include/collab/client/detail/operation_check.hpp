// collab/client/detail/operation_check.hpp - whether the server would take what is to be done,
// as far as that can be known here, and how it will keep it.

#ifndef COLLAB_CLIENT_DETAIL_OPERATION_CHECK_HPP
#define COLLAB_CLIENT_DETAIL_OPERATION_CHECK_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/json_syntax.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "collab/core/utf8_validator.hpp"
#include "collab/document/element.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/document/property.hpp"
#include "collab/history/operation.hpp"

namespace collab::detail {

template <typename... Parts>
[[nodiscard]] absl::Status refusal(std::string_view field, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(to_absl(field), ": ", parts...));
}

[[nodiscard]] inline absl::Status check_text(std::string_view field, std::string_view text,
                                             std::uint64_t characters_max) {
  utf8_validator validator;
  if (!validator.feed(text) || !validator.is_complete()) {
    return refusal(field, "not UTF-8");
  }
  const std::size_t characters = count_characters(text);
  if (characters < 1 || characters > characters_max) {
    return refusal(field, characters, " characters, 1 to ", characters_max, " are allowed");
  }
  return absl::OkStatus();
}

[[nodiscard]] inline absl::Status check_group(std::string_view group) {
  return group.empty() || is_group_name(group)
             ? absl::OkStatus()
             : refusal("group", "not 1 to 64 of A-Z a-z 0-9 _ - : .");
}

[[nodiscard]] inline absl::Status check_id(std::string_view field, std::string_view id) {
  return is_element_id(id) ? absl::OkStatus()
                           : refusal(field, "not 1 to 64 of A-Z a-z 0-9 _ - : .");
}

[[nodiscard]] inline absl::Status check_string(const property_info& info, property_value& value,
                                               const limits& bounds) {
  auto& text = std::get<std::string>(value);
  if (info.type == property_type::json) {
    absl::StatusOr<std::string> compact = compact_json(text, {bounds.custom_bytes, true});
    if (!compact.ok()) {
      return refusal(info.name, compact.status().message());
    }
    text = *std::move(compact);
    return absl::OkStatus();
  }
  utf8_validator validator;
  if (!validator.feed(text) || !validator.is_complete()) {
    return refusal(info.name, "not UTF-8");
  }
  if (info.type == property_type::index && !is_index(text)) {
    return refusal(info.name, "no index: 1 to ", index_length_max, " of 0-9 A-Z a-z is needed");
  }
  if (info.type == property_type::id) {
    return check_id(info.name, text);
  }
  if (info.key == property::source) {
    const std::size_t count = count_characters(text);
    return count <= bounds.source_characters ? absl::OkStatus()
                                             : refusal(info.name, count, " characters, at most ",
                                                       bounds.source_characters, " are allowed");
  }
  return text.size() <= bounds.text_bytes ? absl::OkStatus()
                                          : refusal(info.name, text.size(), " bytes, at most ",
                                                    bounds.text_bytes, " are allowed");
}

// Checks the value of a property and makes it what the server will keep: on the grid, JSON
// without white space.
[[nodiscard]] inline absl::Status check_value(const property_info& info, property_value& value,
                                              const limits& bounds) {
  if (std::holds_alternative<std::monostate>(value)) {
    return info.may_be_none ? absl::OkStatus() : refusal(info.name, "may not be none");
  }
  if (std::holds_alternative<std::string>(value) &&
      (info.type == property_type::json || info.type == property_type::index ||
       info.type == property_type::id || info.type == property_type::text)) {
    return check_string(info, value, bounds);
  }
  if (!fits(info, value)) {
    return refusal(info.name, "not of its type or out of its range");
  }
  if (auto* real = std::get_if<double>(&value); real != nullptr && info.on_grid) {
    *real = to_grid(*real);
  } else if (auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
    if (*list == nullptr || (*list)->size() > bounds.points_per_stroke) {
      return refusal(info.name, *list == nullptr ? 0 : (*list)->size(), " points, at most ",
                     bounds.points_per_stroke, " are allowed");
    }
    auto rounded = std::make_shared<offset_list>(**list);
    for (offset& each : *rounded) {
      if (!(std::fabs(each.x) <= static_cast<float>(coordinate_max)) ||
          !(std::fabs(each.y) <= static_cast<float>(coordinate_max))) {
        return refusal(info.name, "a coordinate is out of range");
      }
      each = {static_cast<float>(to_grid(double{each.x})),
              static_cast<float>(to_grid(double{each.y}))};
    }
    value = std::shared_ptr<const offset_list>{std::move(rounded)};
  }
  return absl::OkStatus();
}

// Checks an element that is to be made, and makes it what the server will keep.
[[nodiscard]] inline absl::Status check_element(element& value, const limits& bounds) {
  if (absl::Status status = check_id("element.id", value.id()); !status.ok()) {
    return status;
  }
  const bool is_stroke = value.kind() == element_kind::stroke;
  if (is_stroke && (value.point_count() == 0 || value.point_count() > bounds.points_per_stroke)) {
    return refusal("points", value.point_count(), " of them, 1 to ", bounds.points_per_stroke,
                   " are allowed in a stroke");
  }
  std::vector<std::pair<property, property_value>> corrected;
  for (const property_register& each : value.registers()) {
    property_value held = each.value;
    if (absl::Status status = check_value(describe(value.kind(), each.key), held, bounds);
        !status.ok()) {
      return status;
    }
    if (held != each.value) {
      corrected.emplace_back(each.key, std::move(held));
    }
  }
  for (auto& [key, held] : corrected) {
    value.set(key, std::move(held));
  }
  return absl::OkStatus();
}

// Checks properties that are to be written to `target`, null where it is not known, and brings
// them into the order of the properties.
[[nodiscard]] inline absl::Status check_changes(property_changes& changes, const element* target,
                                                const limits& bounds) {
  if (changes.empty()) {
    return refusal("props", "0 properties, at least 1 is needed");
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& [key, value] = changes[i];
    if (i > 0 && changes[i - 1].first == key) {
      return refusal(name_of(key), "given twice");
    }
    if (target != nullptr && !has_property(target->kind(), key)) {
      return refusal(name_of(key), "not a property of kind ", to_absl(target->kind_name()));
    }
    const property_info& info = target != nullptr ? describe(target->kind(), key)
                                                  : properties[static_cast<std::size_t>(key)];
    if (absl::Status status = check_value(info, value, bounds); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OPERATION_CHECK_HPP
