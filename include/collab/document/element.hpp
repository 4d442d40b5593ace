// collab/document/element.hpp - one thing on the board: a stroke, a shape, a text.
//
// An element is its immutable identity (id, kind, creator, and a stroke's points) and a
// few properties, each a register that remembers who wrote it last. Copies share both until
// one of them changes: a copy costs 16 bytes.

#ifndef COLLAB_DOCUMENT_ELEMENT_HPP
#define COLLAB_DOCUMENT_ELEMENT_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/detail/shared_value.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"
#include "collab/ink/point_codec.hpp"

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

// What a value keeps on the heap.
[[nodiscard]] inline std::size_t value_bytes(const property_value& value) noexcept {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return text->size();
  }
  const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value);
  return list != nullptr ? (*list)->size() * sizeof(offset) : 0;
}

// Whether both look the same: lists are compared by what is in them. O(size of the value).
[[nodiscard]] inline bool is_same_value(const property_value& a, const property_value& b) {
  const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&a);
  const auto* other = std::get_if<std::shared_ptr<const offset_list>>(&b);
  return list != nullptr && other != nullptr ? **list == **other : a == b;
}

// A kind of the host's own: x-NAME, is_host_kind().
struct host_kind {
  std::string name;
};

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: bytes() is a close estimate.
class element {
 public:
  element() = default;
  element(element_id id, element_kind kind, user_id creator)
      : who_{identity{std::move(id), std::move(creator), kind, {}, 0, 0, {}, {}}} {
    assert(kind != element_kind::host);
  }
  // An element of one of the host's own kinds. Requires: is_host_kind(kind.name).
  element(element_id id, host_kind kind, user_id creator)
      : who_{identity{std::move(id),
                      std::move(creator),
                      element_kind::host,
                      std::move(kind.name),
                      0,
                      0,
                      {},
                      {}}} {
    assert(is_host_kind(kind_name()));
  }

  [[nodiscard]] const element_id& id() const noexcept { return who_->id; }
  [[nodiscard]] element_kind kind() const noexcept { return who_->kind; }
  // The name of the kind, x-NAME for one of the host's own.
  [[nodiscard]] std::string_view kind_name() const noexcept {
    return kind() == element_kind::host ? std::string_view{who_->kind_name} : name_of(kind());
  }
  [[nodiscard]] const user_id& creator() const noexcept { return who_->creator; }

  // A short name for the element: the seq of the operation that made it. 0 before that, but for
  // strokes that are being drawn, which a room numbers by itself.
  [[nodiscard]] std::uint64_t number() const noexcept { return who_->number; }
  void set_number(std::uint64_t number) {
    if (this->number() != number) {
      who_.edit().number = number;
    }
  }

  // How many samples a stroke has; 0 for other kinds.
  [[nodiscard]] std::size_t point_count() const noexcept { return who_->point_count; }
  // The samples as they are kept, in the packed form of point_codec.hpp; empty where there are
  // none. Valid as long as any copy of the element.
  [[nodiscard]] std::string_view packed_points() const noexcept {
    return who_->points ? std::string_view{*who_->points} : std::string_view{};
  }
  // Adds the samples to the end of `out`. O(points); allocates only where `out` grows.
  void append_points_to(std::vector<point>& out) const {
    if (who_->points) {
      [[maybe_unused]] const absl::Status status = decode_points(*who_->points, out);
      assert(status.ok());  // They were packed here.
    }
  }
  // The samples, on the grid. O(points), allocates.
  [[nodiscard]] std::vector<point> points() const {
    std::vector<point> all;
    append_points_to(all);
    return all;
  }
  // The digest of the samples. O(1).
  [[nodiscard]] const digest& points_digest() const noexcept { return who_->points_digest; }
  // Rounds the samples of a stroke to the grid and keeps them packed. To be called before the
  // element is put into a document.
  //
  // InvalidArgument, naming the first of them, and nothing changed when one is not valid.
  [[nodiscard]] absl::Status set_points(std::span<const point> points) {
    std::string packed;
    if (absl::Status status = encode_packed(points, {}, packed); !status.ok()) {
      return status;
    }
    packed.shrink_to_fit();
    identity& who = who_.edit();
    who.point_count = static_cast<std::uint32_t>(points.size());
    who.points = points.empty() ? nullptr : std::make_shared<const std::string>(std::move(packed));
    who.points_digest = digest_of(points);
    return absl::OkStatus();
  }

  // Likewise, samples that are packed already, which are kept as they are.
  //
  // InvalidArgument or DataLoss, and nothing changed, when they can't be decoded.
  [[nodiscard]] absl::Status set_packed_points(std::string_view packed) {
    std::vector<point> points;
    if (absl::Status status = decode_points(packed, points); !status.ok()) {
      return status;
    }
    identity& who = who_.edit();
    who.point_count = static_cast<std::uint32_t>(points.size());
    who.points = points.empty() ? nullptr : std::make_shared<const std::string>(packed);
    who.points_digest = digest_of(points);
    return absl::OkStatus();
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
    return found != registers_->end() && found->key == key ? &*found : nullptr;
  }

  // The value of `key`, or what it is when nobody has set it.
  // Requires: has_property(kind(), key).
  [[nodiscard]] property_value get(property key) const {
    const property_register* found = find(key);
    return found != nullptr ? found->value : initial_value(describe(kind(), key));
  }

  // Writes `key`. Requires: has_property(kind(), key), a value of its type and range.
  // In a document, only through document::set().
  void set(property key, property_value value, seq_number stamp = {}, seq_number writer = {}) {
    assert(has_property(kind(), key));
    std::vector<property_register>& held = registers_.edit();
    const auto found = held.begin() + (place(key) - registers_->begin());
    if (found != held.end() && found->key == key) {
      *found = {key, std::move(value), stamp, writer};
    } else {
      held.insert(found, {key, std::move(value), stamp, writer});
    }
  }

  // Takes `key` back to what it is when nobody has set it, keeping the stamp of that.
  void reset(property key, seq_number stamp) {
    set(key, initial_value(describe(kind(), key)), stamp, seq_number{});
  }

  // Every register, in the order of the properties.
  [[nodiscard]] std::span<const property_register> registers() const noexcept {
    return *registers_;
  }
  // The latest operation that wrote a register; 0 when none did. O(properties set).
  [[nodiscard]] seq_number latest_stamp() const noexcept {
    seq_number latest{};
    for (const property_register& each : *registers_) {
      latest = std::max(latest, each.stamp);
    }
    return latest;
  }
  // Dates all registers: for an element that is put whole by one operation.
  void stamp_all(seq_number seq) {
    for (property_register& each : registers_.edit()) {
      each.stamp = seq;
      each.writer = seq;
    }
  }

  // The memory that this element takes, about, as if it shared nothing. O(properties set).
  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof(element) + decltype(who_)::heap_bytes() + packed_points().size() +
           who_->kind_name.size() + register_bytes();
  }
  // That of the registers alone.
  [[nodiscard]] std::size_t register_bytes() const noexcept {
    std::size_t sum = decltype(registers_)::heap_bytes();
    for (const property_register& each : *registers_) {
      sum += sizeof(property_register) + value_bytes(each.value);
    }
    return sum;
  }
  // Whether the registers are shared with a copy of this element.
  [[nodiscard]] bool is_shared() const noexcept { return !registers_.is_alone(); }
  // Whether `other` is a copy of this element and neither has changed since. O(1).
  [[nodiscard]] bool is_same(const element& other) const noexcept {
    return who_.shares_with(other.who_) && registers_.shares_with(other.registers_);
  }

 private:
  struct identity {
    element_id id;
    user_id creator;
    element_kind kind = element_kind::stroke;
    // Of the host's own kinds only.
    std::string kind_name;
    std::uint64_t number = 0;
    std::uint32_t point_count = 0;
    std::shared_ptr<const std::string> points;
    digest points_digest;
  };

  [[nodiscard]] std::vector<property_register>::const_iterator place(property key) const noexcept {
    return std::lower_bound(
        registers_->begin(), registers_->end(), key,
        [](const property_register& each, property wanted) { return each.key < wanted; });
  }

  detail::shared_value<identity> who_;
  detail::shared_value<std::vector<property_register>> registers_;
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ELEMENT_HPP
