// collab/document/property.hpp - what an element can have, of which type, in which range.
//
// The tables here are the only place that knows which property belongs to which kind of
// element and what it is when nobody has set it.

#ifndef COLLAB_DOCUMENT_PROPERTY_HPP
#define COLLAB_DOCUMENT_PROPERTY_HPP

#include <cmath>
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
#include "collab/core/json_syntax.hpp"
#include "collab/ink/point.hpp"

namespace collab {

enum class element_kind : std::uint8_t {
  stroke,
  rect,
  ellipse,
  diamond,
  line,
  arrow,
  text,
  sticky,
  image,
  // A kind of the host's own, x-NAME: its name stands with the element.
  host,
};

// In the order in which an element shows them. The numbers are part of the record format.
enum class property : std::uint8_t {
  index = 0,
  x = 1,
  y = 2,
  angle = 3,
  opacity = 4,
  width = 5,
  height = 6,
  color = 7,
  stroke_width = 8,
  fill = 9,
  dash = 10,
  tool = 11,
  text = 12,
  font_size = 13,
  points = 14,
  start_head = 15,
  end_head = 16,
  locked = 17,
  group = 18,
  start_binding = 19,
  end_binding = 20,
  source = 21,
  custom = 22,
};
inline constexpr std::size_t property_count = 23;

// The words that a property can be. The numbers are part of the record format.
enum class token : std::uint8_t {
  none = 0,
  arrow = 1,
  solid = 2,
  dashed = 3,
  dotted = 4,
  pen = 5,
  pencil = 6,
  brush = 7,
  highlighter = 8,
};

struct color {
  // Red in the highest byte, alpha in the lowest.
  std::uint32_t rgba = 0x000000FF;
  // Whether it was written with an alpha, and so is shown with one.
  bool has_alpha = false;

  friend bool operator==(const color&, const color&) = default;
};

// A place relative to its element, on the grid.
struct offset {
  float x = 0;
  float y = 0;

  friend bool operator==(const offset&, const offset&) = default;
};
using offset_list = std::vector<offset>;

// monostate: none. Lists are shared and never change.
using property_value = std::variant<std::monostate, double, color, token, std::string,
                                    std::shared_ptr<const offset_list>, bool>;

// id: that of an element, or a name of the same form. json: the text of an object, without white
// space between its parts. Both may be none, and are when nobody has set them.
enum class property_type : std::uint8_t {
  index,
  number,
  color,
  token,
  text,
  offsets,
  flag,
  id,
  json,
};

struct property_info {
  property key;
  std::string_view name;
  property_type type;
  // For numbers: the default and the range, both ends included.
  double initial = 0;
  double least = 0;
  double most = 0;
  // Numbers that are kept on the grid of coordinates.
  bool on_grid = false;
  // For tokens: the default, and the words that are allowed, as bits.
  token word = token::none;
  std::uint32_t words = 0;
  // Whether `none` is allowed, which then is the default.
  bool may_be_none = false;
};

namespace detail {

[[nodiscard]] constexpr std::uint32_t bit(token word) noexcept {
  return 1U << static_cast<unsigned>(word);
}
[[nodiscard]] constexpr std::uint32_t bit(property key) noexcept {
  return 1U << static_cast<unsigned>(key);
}

inline constexpr std::uint32_t heads = bit(token::none) | bit(token::arrow);

inline constexpr property_info properties[property_count] = {
    {property::index, "index", property_type::index},
    {property::x, "x", property_type::number, 0, -coordinate_max, coordinate_max, true},
    {property::y, "y", property_type::number, 0, -coordinate_max, coordinate_max, true},
    {property::angle, "angle", property_type::number, 0, -coordinate_max, coordinate_max},
    {property::opacity, "opacity", property_type::number, 1, 0, 1},
    {property::width, "width", property_type::number, 0, -coordinate_max, coordinate_max},
    {property::height, "height", property_type::number, 0, -coordinate_max, coordinate_max},
    {property::color, "color", property_type::color},
    {property::stroke_width, "strokeWidth", property_type::number, 2, 0, 10'000},
    {.key = property::fill, .name = "fill", .type = property_type::color, .may_be_none = true},
    {.key = property::dash,
     .name = "dash",
     .type = property_type::token,
     .word = token::solid,
     .words = bit(token::solid) | bit(token::dashed) | bit(token::dotted)},
    {.key = property::tool,
     .name = "tool",
     .type = property_type::token,
     .word = token::pen,
     .words = bit(token::pen) | bit(token::pencil) | bit(token::brush) | bit(token::highlighter)},
    {property::text, "text", property_type::text},
    {property::font_size, "fontSize", property_type::number, 20, 0, 10'000},
    {property::points, "points", property_type::offsets},
    {.key = property::start_head,
     .name = "startHead",
     .type = property_type::token,
     .words = heads},
    {.key = property::end_head, .name = "endHead", .type = property_type::token, .words = heads},
    {property::locked, "locked", property_type::flag},
    {.key = property::group, .name = "group", .type = property_type::id, .may_be_none = true},
    {.key = property::start_binding,
     .name = "startBinding",
     .type = property_type::id,
     .may_be_none = true},
    {.key = property::end_binding,
     .name = "endBinding",
     .type = property_type::id,
     .may_be_none = true},
    {property::source, "source", property_type::text},
    {.key = property::custom, .name = "custom", .type = property_type::json, .may_be_none = true},
};

// A stroke's width is that of its line, not of a box.
inline constexpr property_info stroke_width_of_stroke = {
    property::width, "width", property_type::number, 2, 0, 10'000};

inline constexpr std::uint32_t common = bit(property::index) | bit(property::x) | bit(property::y) |
                                        bit(property::angle) | bit(property::opacity) |
                                        bit(property::color) | bit(property::locked) |
                                        bit(property::group) | bit(property::custom);
inline constexpr std::uint32_t boxed = common | bit(property::width) | bit(property::height) |
                                       bit(property::stroke_width) | bit(property::fill) |
                                       bit(property::dash);
inline constexpr std::uint32_t lined = common | bit(property::points) |
                                       bit(property::stroke_width) | bit(property::dash) |
                                       bit(property::start_head) | bit(property::end_head) |
                                       bit(property::start_binding) | bit(property::end_binding);
inline constexpr std::uint32_t written = common | bit(property::text) | bit(property::font_size) |
                                         bit(property::width) | bit(property::fill);
inline constexpr std::uint32_t pictured =
    common | bit(property::width) | bit(property::height) | bit(property::source);
inline constexpr std::uint32_t everything = (1U << property_count) - 1;

struct kind_info {
  // Of the host's own kinds: what their names begin with.
  std::string_view name;
  std::uint32_t properties;
};

inline constexpr kind_info kinds[] = {
    {"stroke", common | bit(property::tool) | bit(property::width)},
    {"rect", boxed},
    {"ellipse", boxed},
    {"diamond", boxed},
    {"line", lined},
    {"arrow", lined},
    {"text", written},
    {"sticky", written},
    {"image", pictured},
    {"x-", everything},
};

inline constexpr std::string_view token_names[] = {
    "none", "arrow", "solid", "dashed", "dotted", "pen", "pencil", "brush", "highlighter"};

}  // namespace detail

inline constexpr std::size_t element_kind_count = std::size(detail::kinds);

// For element_kind::host what the names begin with, see element::kind_name().
[[nodiscard]] constexpr std::string_view name_of(element_kind kind) noexcept {
  return detail::kinds[static_cast<std::size_t>(kind)].name;
}
[[nodiscard]] constexpr std::string_view name_of(token word) noexcept {
  return detail::token_names[static_cast<std::size_t>(word)];
}

[[nodiscard]] constexpr std::string_view name_of(property key) noexcept {
  return detail::properties[static_cast<std::size_t>(key)].name;
}

inline constexpr std::size_t kind_name_length_max = 64;

// Whether `name` is that of a host's own kind: x- and 1 to 62 of A-Z a-z 0-9 _ -
[[nodiscard]] constexpr bool is_host_kind(std::string_view name) noexcept {
  const std::string_view prefix = name_of(element_kind::host);
  // A room's name is of the same characters.
  return name.size() > prefix.size() && name.size() <= kind_name_length_max &&
         name.starts_with(prefix) && is_room_name(name);
}

[[nodiscard]] constexpr std::optional<element_kind> find_kind(std::string_view name) noexcept {
  for (std::size_t i = 0; i < element_kind_count; ++i) {
    if (detail::kinds[i].name == name && static_cast<element_kind>(i) != element_kind::host) {
      return static_cast<element_kind>(i);
    }
  }
  return is_host_kind(name) ? std::optional{element_kind::host} : std::nullopt;
}

// Whether every element has `key`, whatever its kind.
[[nodiscard]] constexpr bool is_common(property key) noexcept {
  return (detail::common & detail::bit(key)) != 0;
}

// Whether elements of `kind` have `key`.
[[nodiscard]] constexpr bool has_property(element_kind kind, property key) noexcept {
  return (detail::kinds[static_cast<std::size_t>(kind)].properties & detail::bit(key)) != 0;
}

// What `key` is in elements of `kind`. Requires: has_property(kind, key).
[[nodiscard]] constexpr const property_info& describe(element_kind kind, property key) noexcept {
  if (kind == element_kind::stroke && key == property::width) {
    return detail::stroke_width_of_stroke;
  }
  return detail::properties[static_cast<std::size_t>(key)];
}

// The property of that name, of whatever kind; nullopt when there is none.
[[nodiscard]] constexpr std::optional<property> find_property(std::string_view name) noexcept {
  for (const property_info& info : detail::properties) {
    if (info.name == name) {
      return info.key;
    }
  }
  return std::nullopt;
}

// The word of that name that `info` allows.
[[nodiscard]] constexpr std::optional<token> find_word(const property_info& info,
                                                       std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(detail::token_names); ++i) {
    if (detail::token_names[i] == name && (info.words & detail::bit(static_cast<token>(i))) != 0) {
      return static_cast<token>(i);
    }
  }
  return std::nullopt;
}

// What a property is when nobody has set it.
[[nodiscard]] inline property_value initial_value(const property_info& info) {
  switch (info.type) {
    case property_type::number:
      return info.initial;
    case property_type::color:
      return info.may_be_none ? property_value{} : property_value{color{}};
    case property_type::token:
      return info.word;
    case property_type::offsets: {
      static const auto empty = std::make_shared<const offset_list>();
      return empty;
    }
    case property_type::flag:
      return false;
    case property_type::id:
    case property_type::json:
      return {};
    case property_type::index:
    case property_type::text:
      break;
  }
  return std::string{};
}

// Whether `value` is what the property is when nobody has set it.
[[nodiscard]] inline bool is_initial(const property_info& info, const property_value& value) {
  const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value);
  return list != nullptr ? (*list)->empty() : value == initial_value(info);
}

// Whether `value` has the type that `info` asks for, and is in its range.
[[nodiscard]] inline bool fits(const property_info& info, const property_value& value) {
  switch (info.type) {
    case property_type::number: {
      const auto* real = std::get_if<double>(&value);
      return real != nullptr && *real >= info.least && *real <= info.most;
    }
    case property_type::color:
      return std::holds_alternative<color>(value) ||
             (info.may_be_none && std::holds_alternative<std::monostate>(value));
    case property_type::token: {
      const auto* word = std::get_if<token>(&value);
      return word != nullptr && (info.words & detail::bit(*word)) != 0;
    }
    case property_type::offsets:
      return std::holds_alternative<std::shared_ptr<const offset_list>>(value);
    case property_type::flag:
      return std::holds_alternative<bool>(value);
    case property_type::id: {
      const auto* id = std::get_if<std::string>(&value);
      return id != nullptr ? is_element_id(*id) : std::holds_alternative<std::monostate>(value);
    }
    case property_type::json: {
      // It goes into messages as it is.
      const auto* object = std::get_if<std::string>(&value);
      return object != nullptr ? is_json_object(*object)
                               : std::holds_alternative<std::monostate>(value);
    }
    case property_type::index:
    case property_type::text:
      break;
  }
  return std::holds_alternative<std::string>(value);
}

}  // namespace collab

#endif  // COLLAB_DOCUMENT_PROPERTY_HPP
