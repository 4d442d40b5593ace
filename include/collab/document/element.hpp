// collab/document/element.hpp - one thing on the board: a stroke, a shape, a text.
//
// An element is its immutable identity (id, kind, creator, and a stroke's points) and a
// few properties, each a register that remembers who wrote it last.

#ifndef COLLAB_DOCUMENT_ELEMENT_HPP
#define COLLAB_DOCUMENT_ELEMENT_HPP

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"

namespace collab {

// The last write of one property.
struct property_register {
  property key{};
  property_value value;
  // The operation that set the register: the greater one wins a conflict.
  seq_number stamp{};
  // The operation whose effect is shown. Undo brings back an older one under a new stamp.
  seq_number writer{};
};

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: bytes() is a close estimate.
class element {
 public:
  element() = default;
  element(element_id id, element_kind kind, user_id creator)
      : id_{std::move(id)}, creator_{std::move(creator)}, kind_{kind} {}

  [[nodiscard]] const element_id& id() const noexcept { return id_; }
  [[nodiscard]] element_kind kind() const noexcept { return kind_; }
  [[nodiscard]] const user_id& creator() const noexcept { return creator_; }

  // The samples of a stroke, on the grid; empty for other kinds.
  [[nodiscard]] std::span<const point> points() const noexcept {
    return points_ ? std::span<const point>{*points_} : std::span<const point>{};
  }
  // To be called once, before the element is put into a document.
  void set_points(std::vector<point> points) {
    points_ = std::make_shared<const std::vector<point>>(std::move(points));
  }

  // The place in the z-order; empty before one was given.
  [[nodiscard]] const std::string& index() const noexcept {
    static const std::string none;
    const property_register* found = find(property::index);
    const auto* text = found != nullptr ? std::get_if<std::string>(&found->value) : nullptr;
    return text != nullptr ? *text : none;
  }

  // The register of `key`, or null when nobody has set it. O(properties set).
  [[nodiscard]] const property_register* find(property key) const noexcept {
    const auto found = place(key);
    return found != registers_.end() && found->key == key ? &*found : nullptr;
  }

  // The value of `key`, or what it is when nobody has set it.
  // Requires: has_property(kind(), key).
  [[nodiscard]] property_value get(property key) const {
    const property_register* found = find(key);
    return found != nullptr ? found->value : initial_value(describe(kind_, key));
  }

  // Writes `key`. Requires: has_property(kind(), key), a value of its type and range.
  // In a document, only through document::set().
  void set(property key, property_value value, seq_number stamp = {}, seq_number writer = {}) {
    assert(has_property(kind_, key));
    const auto found = place(key);
    if (found != registers_.end() && found->key == key) {
      *found = {key, std::move(value), stamp, writer};
    } else {
      registers_.insert(found, {key, std::move(value), stamp, writer});
    }
  }

  // Takes `key` back to what it is when nobody has set it, keeping the stamp of that.
  void reset(property key, seq_number stamp) {
    set(key, initial_value(describe(kind_, key)), stamp, seq_number{});
  }

  // Every register, in the order of the properties.
  [[nodiscard]] std::span<const property_register> registers() const noexcept { return registers_; }
  // Dates all registers: for an element that is put whole by one operation.
  void stamp_all(seq_number seq) noexcept {
    for (property_register& each : registers_) {
      each.stamp = seq;
      each.writer = seq;
    }
  }

  // The memory that this element takes, about. O(properties set).
  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t sum = sizeof(element) + 64 + points().size() * sizeof(point);
    for (const property_register& each : registers_) {
      sum += sizeof(property_register);
      if (const auto* text = std::get_if<std::string>(&each.value)) {
        sum += text->size();
      } else if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&each.value)) {
        sum += (*list)->size() * sizeof(offset);
      }
    }
    return sum;
  }

 private:
  [[nodiscard]] std::vector<property_register>::const_iterator place(property key) const noexcept {
    return std::lower_bound(
        registers_.begin(), registers_.end(), key,
        [](const property_register& each, property wanted) { return each.key < wanted; });
  }
  [[nodiscard]] std::vector<property_register>::iterator place(property key) noexcept {
    return std::lower_bound(
        registers_.begin(), registers_.end(), key,
        [](const property_register& each, property wanted) { return each.key < wanted; });
  }

  element_id id_;
  user_id creator_;
  element_kind kind_ = element_kind::stroke;
  std::vector<property_register> registers_;
  std::shared_ptr<const std::vector<point>> points_;
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ELEMENT_HPP
