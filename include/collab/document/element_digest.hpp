// collab/document/element_digest.hpp - the digest of an element, whole or in its parts.
//
//   digest whole = identity_digest(each);      // what never changes
//   whole += property_digest(identity, ...);   // one part for each property that is shown
//
// digest.hpp says what it is for; a document keeps the sum over its elements.

#ifndef COLLAB_DOCUMENT_ELEMENT_DIGEST_HPP
#define COLLAB_DOCUMENT_ELEMENT_DIGEST_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "collab/document/detail/json_digest.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/element.hpp"
#include "collab/document/property.hpp"

namespace collab {

namespace detail {

// The types of values, as the binary dialect numbers them.
template <typename T>
inline constexpr std::uint32_t digest_type = 0;
template <>
inline constexpr std::uint32_t digest_type<double> = 1;
template <>
inline constexpr std::uint32_t digest_type<color> = 2;
template <>
inline constexpr std::uint32_t digest_type<token> = 3;
template <>
inline constexpr std::uint32_t digest_type<std::string> = 4;
template <>
inline constexpr std::uint32_t digest_type<std::shared_ptr<const offset_list>> = 5;
template <>
inline constexpr std::uint32_t digest_type<bool> = 6;

inline void add_to_digest(word_hash&, std::monostate) noexcept {}
inline void add_to_digest(word_hash& hash, double value) noexcept { hash.add(value); }
inline void add_to_digest(word_hash& hash, const color& value) noexcept {
  hash.add(value.rgba);
  hash.add(std::uint32_t{value.has_alpha});
}
inline void add_to_digest(word_hash& hash, token value) noexcept {
  hash.add(static_cast<std::uint32_t>(value));
}
inline void add_to_digest(word_hash& hash, bool value) noexcept { hash.add(std::uint32_t{value}); }
inline void add_to_digest(word_hash& hash, const std::string& value) noexcept {
  hash.add(std::string_view{value});
}
inline void add_to_digest(word_hash& hash,
                          const std::shared_ptr<const offset_list>& value) noexcept {
  hash.add(static_cast<std::uint32_t>(value->size()));
  for (const offset& each : *value) {
    hash.add(coordinate_word(each.x));
    hash.add(coordinate_word(each.y));
  }
}

// Whether an element shows `value` when nobody has set the property.
[[nodiscard]] inline bool is_default_value(const property_info& info, const property_value& value) {
  const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value);
  return list != nullptr ? (*list)->empty() : value == initial_value(info);
}

}  // namespace detail

// The part of what never changes: id, kind, creator, points. O(length of id and creator).
[[nodiscard]] inline digest identity_digest(const element& of) noexcept {
  detail::word_hash hash;
  hash.add(std::string_view{of.id()});
  hash.add(of.kind_name());
  hash.add(std::string_view{of.creator()});
  hash.add(static_cast<std::uint32_t>(of.point_count()));
  hash.add(of.points_digest());
  return hash.finish();
}

// The part of one property with `value`, in the element of that `identity`; 0 when it has its
// default. Requires: has_property(kind, key). O(size of the value).
[[nodiscard]] inline digest property_digest(const digest& identity, element_kind kind, property key,
                                            const property_value& value) {
  const property_info& info = describe(kind, key);
  if (detail::is_default_value(info, value)) {
    return {};
  }
  detail::word_hash hash{identity};
  if (const auto* text = std::get_if<std::string>(&value);
      text != nullptr && info.type == property_type::json) {
    hash.add(8 * static_cast<std::uint32_t>(key) + detail::digest_type<std::string>);
    hash.add(detail::json_digest(*text));
    return hash.finish();
  }
  std::visit(
      [&](const auto& held) {
        hash.add(8 * static_cast<std::uint32_t>(key) +
                 detail::digest_type<std::decay_t<decltype(held)>>);
        detail::add_to_digest(hash, held);
      },
      value);
  return hash.finish();
}

// The part of one property as `of` shows it. `identity` is that of `of`.
[[nodiscard]] inline digest property_digest(const digest& identity, const element& of,
                                            property key) {
  const property_register* held = of.find(key);
  return held != nullptr ? property_digest(identity, of.kind(), key, held->value) : digest{};
}

// The digest of a whole element: the sum of its parts. O(size of the element), but for the
// points, which were hashed when they were set.
[[nodiscard]] inline digest digest_of(const element& of) {
  const digest identity = identity_digest(of);
  digest whole = identity;
  for (const property_register& each : of.registers()) {
    whole += property_digest(identity, of.kind(), each.key, each.value);
  }
  return whole;
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ELEMENT_DIGEST_HPP
