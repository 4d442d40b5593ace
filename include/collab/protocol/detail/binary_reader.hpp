// collab/protocol/detail/binary_reader.hpp - the values in a binary message, checked.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_READER_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_READER_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/ids.hpp"
#include "collab/core/json_syntax.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "collab/core/utf8_validator.hpp"
#include "collab/document/element.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/protocol/detail/binary_format.hpp"

namespace collab::detail {

// What is done with a property of a key that this version does not know.
enum class unknown_keys : std::uint8_t { refused, skipped };

// Reads the body of one message. The first fault counts; after it every value that is read
// is a harmless one.
class binary_reader : public byte_reader {
 public:
  binary_reader(std::string_view body, const limits& bounds,
                unknown_keys unknown = unknown_keys::refused) noexcept
      : byte_reader{body}, bounds_{bounds}, unknown_{unknown} {}

  [[nodiscard]] const limits& bounds() const noexcept { return bounds_; }

  // What was wrong: a value, or that the body is too short or damaged.
  [[nodiscard]] absl::Status status() const {
    if (status_.ok() && failed()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the message is damaged or cut off at byte ", offset(), " of its body"));
    }
    return status_;
  }
  template <typename... Parts>
  void refuse(std::string_view field, const Parts&... parts) {
    if (!failed()) {
      status_ = absl::InvalidArgumentError(absl::StrCat(to_absl(field), ": ", parts...));
      fail();
    }
  }
  // Refuses points for the reason that their codec gives, which names them.
  void refuse_points(const absl::Status& reason) {
    if (!failed()) {
      status_ = absl::InvalidArgumentError(reason.message());
      fail();
    }
  }

  std::uint64_t whole(std::string_view field, std::uint64_t least, std::uint64_t most) {
    const std::uint64_t value = integer();
    if (value < least || value > most) {
      refuse(field, value, " is not a whole number from ", least, " to ", most);
    }
    return failed() ? least : value;
  }

  double number(std::string_view field, double least, double most) {
    const std::uint64_t coded = integer();
    double value = 0;
    if (coded == 1) {
      value = real();
    } else if ((coded & 1U) == 0) {
      const std::uint64_t folded = coded >> 1U;
      value = static_cast<double>(static_cast<std::int64_t>(folded >> 1U ^ (~(folded & 1U) + 1U))) /
              coordinate_steps;
    } else {
      fail();
    }
    // Written so that a NaN fails.
    if (!(value >= least && value <= most)) {
      refuse(field, value, " is out of range, ", least, " to ", most, " is allowed");
    }
    return failed() ? least : value;
  }

  bool flag(std::string_view field) { return whole(field, 0, 1) != 0; }

  std::string_view utf8(std::string_view field) {
    const std::string_view value = view();
    utf8_validator validator;
    if (!validator.feed(value) || !validator.is_complete()) {
      refuse(field, "not UTF-8");
      return {};
    }
    return value;
  }
  std::string words(std::string_view field, std::uint64_t most) {
    const std::string_view value = utf8(field);
    const std::size_t characters = count_characters(value);
    if (characters < 1 || characters > most) {
      refuse(field, characters, " characters, 1 to ", most, " are allowed");
    }
    return std::string{failed() ? std::string_view{} : value};
  }

  // JSON that is not looked into, without the white space between its parts.
  std::string json(std::string_view field, const json_bounds& within) {
    const std::string_view read = view();
    absl::StatusOr<std::string> compact = compact_json(read, within);
    if (!compact.ok()) {
      refuse(field, compact.status().message());
    }
    return failed() ? std::string{} : *std::move(compact);
  }

  // Nothing for `none`, or after a fault.
  std::optional<color> paint() {
    const unsigned parts = byte();
    if (parts == 0) {
      return std::nullopt;
    }
    if (parts != 3 && parts != 4) {
      fail();
    }
    std::uint32_t rgba = byte() << 24;
    rgba |= byte() << 16;
    rgba |= byte() << 8;
    rgba |= parts == 4 ? byte() : 0xFFU;
    return failed() ? std::nullopt : std::optional{color{rgba, parts == 4}};
  }

  // The value of a property, which `info` describes; its type has been read.
  property_value value(const property_info& info, unsigned type);

  // Calls `take(key, type)` for each property; that must read the value.
  template <typename Take>
  void each_property(std::string_view field, Take take) {
    const std::size_t count = this->count(1);
    for (std::size_t i = 0; i < count && !failed(); ++i) {
      const std::uint64_t tag = integer();
      if (tag >> 3U >= property_count) {
        if (unknown_ == unknown_keys::skipped) {
          skip_value(static_cast<unsigned>(tag & 7U));
          continue;
        }
        refuse(field, "property ", tag >> 3U, " is unknown");
        return;
      }
      take(static_cast<property>(tag >> 3U), static_cast<unsigned>(tag & 7U));
    }
  }
  // Sets the properties that follow.
  void properties(element& out, std::string_view field) {
    each_property(field, [&](property key, unsigned type) {
      if (!has_property(out.kind(), key)) {
        refuse(path(field, key), "not a property of kind ", to_absl(out.kind_name()));
        return;
      }
      property_value read = value(describe(out.kind(), key), type);
      if (!failed()) {
        out.set(key, std::move(read));
      }
    });
  }

 private:
  static std::string path(std::string_view field, property key) {
    return absl::StrCat(to_absl(field), ".", to_absl(name_of(key)));
  }

  property_value text_value(const property_info& info);
  void skip_value(unsigned type);

  const limits& bounds_;
  unknown_keys unknown_;
  absl::Status status_;
};

inline property_value binary_reader::text_value(const property_info& info) {
  if (info.type == property_type::json) {
    return json(info.name, {bounds_.custom_bytes, true});
  }
  const std::string_view read = utf8(info.name);
  if (info.type == property_type::index) {
    if (!failed() && !is_index(read)) {
      refuse(info.name, "no index: 1 to ", index_length_max, " of 0-9 A-Z a-z is needed");
    }
  } else if (info.type == property_type::id) {
    if (!failed() && !is_element_id(read)) {
      refuse(info.name, "not 1 to 64 of A-Z a-z 0-9 _ - : .");
    }
  } else if (info.key == property::source) {
    if (const std::size_t count = count_characters(read); count > bounds_.source_characters) {
      refuse(info.name, count, " characters, at most ", bounds_.source_characters, " are allowed");
    }
  } else if (read.size() > bounds_.text_bytes) {
    refuse(info.name, read.size(), " bytes, at most ", bounds_.text_bytes, " are allowed");
  }
  return std::string{read};
}

inline void binary_reader::skip_value(unsigned type) {
  constexpr double all = std::numeric_limits<double>::max();
  switch (static_cast<value_type>(type)) {
    case value_type::none:
      break;
    case value_type::number:
      (void)number("value", -all, all);
      break;
    case value_type::color:
      (void)paint();
      break;
    case value_type::word:
    case value_type::flag:
      (void)byte();
      break;
    case value_type::text:
      (void)view();
      break;
    case value_type::places:
      (void)read_offsets(*this);
      break;
    default:
      refuse("value", "type ", type, " is unknown");
      break;
  }
}

inline property_value binary_reader::value(const property_info& info, unsigned type) {
  // In the order of property_type.
  constexpr value_type types[] = {value_type::text, value_type::number, value_type::color,
                                  value_type::word, value_type::text,   value_type::places,
                                  value_type::flag, value_type::text,   value_type::text};
  const value_type needed = types[static_cast<std::size_t>(info.type)];
  const bool is_none = type == static_cast<unsigned>(value_type::none) && info.may_be_none;
  if (type != static_cast<unsigned>(needed) && !is_none) {
    refuse(info.name, "a value of type ", static_cast<unsigned>(needed), " is needed, not ", type);
  }
  if (failed() || is_none) {
    return {};
  }
  switch (needed) {
    case value_type::number: {
      const double read = number(info.name, info.least, info.most);
      return info.on_grid ? to_grid(read) : read;
    }
    case value_type::color: {
      const std::optional<color> read = paint();
      if (!read.has_value() && !info.may_be_none) {
        refuse(info.name, "a colour is needed");
      }
      return read.has_value() ? property_value{*read} : property_value{};
    }
    case value_type::word: {
      const unsigned read = byte();
      if (read >= std::size(detail::token_names) ||
          (info.words & bit(static_cast<token>(read))) == 0) {
        refuse(info.name, "word ", read, " is not one of the words allowed");
        return info.word;
      }
      return static_cast<token>(read);
    }
    case value_type::places: {
      auto read = read_offsets(*this);
      if (read && read->size() > bounds_.points_per_stroke) {
        refuse(info.name, read->size(), " points, at most ", bounds_.points_per_stroke);
      }
      return read ? property_value{std::move(read)} : property_value{};
    }
    case value_type::flag:
      return flag(info.name);
    default:
      return text_value(info);
  }
}

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_READER_HPP
