// src/protocol/json_message_reader.cpp

#include "protocol/json_message_reader.hpp"

#include "collab/document/fractional_index.hpp"

namespace collab::detail {

std::string shown(std::string_view text) {
  constexpr std::size_t length_max = 40;
  if (text.size() <= length_max) {
    return std::string{text};
  }
  std::size_t cut = length_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
    --cut;
  }
  return std::string{text.substr(0, cut)} + "...";
}

color message_reader::paint(dom::element value, std::string_view path) {
  const std::string_view text = string(value, path);
  if (failed()) {
    return {};
  }
  color read;
  std::uint32_t digits = 0;
  bool is_hex = text.size() > 1 && text.front() == '#';
  for (const char c : text.substr(is_hex ? 1 : 0)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    is_hex = is_hex && digit >= 0;
    digits = digits << 4 | static_cast<std::uint32_t>(digit & 15);
  }
  if (is_hex && text.size() == 4) {
    const std::uint32_t r = digits >> 8;
    const std::uint32_t g = digits >> 4 & 15U;
    const std::uint32_t b = digits & 15U;
    read.rgba = r * 0x11000000U | g * 0x00110000U | b * 0x00001100U | 0xFFU;
  } else if (is_hex && text.size() == 7) {
    read.rgba = digits << 8 | 0xFFU;
  } else if (is_hex && text.size() == 9) {
    read = {digits, true};
  } else {
    refuse(path, "'", shown(text), "' is no colour: #rgb, #rrggbb or #rrggbbaa is needed");
  }
  return read;
}

point message_reader::sample(dom::element value, const std::string& path) {
  const auto coordinate = [&](dom::element each, const char* part) {
    return static_cast<float>(to_grid(number(each, path + part, -coordinate_max, coordinate_max)));
  };
  const auto pressure = [&](dom::element each, const char* part) {
    return static_cast<float>(to_pressure_grid(number(each, path + part, 0, 1)));
  };
  const auto time = [&](dom::element each, const char* part) {
    return static_cast<std::uint32_t>(integer(each, path + part, 0, 0xFFFFFFFF));
  };
  point read;
  if (value.is_object()) {
    const dom::object fields = object(value, path);
    read.x = coordinate(need(fields, "x", path + ".x"), ".x");
    read.y = coordinate(need(fields, "y", path + ".y"), ".y");
    if (const auto given = find(fields, "pressure"); given.has_value()) {
      read.pressure = pressure(*given, ".pressure");
    }
    if (const auto given = find(fields, "t"); given.has_value()) {
      read.t = time(*given, ".t");
    }
    return read;
  }
  const dom::array values = array(value, path);
  if (failed()) {
    return read;
  }
  std::size_t at = 0;
  for (const dom::element each : values) {
    switch (at++) {
      case 0:
        read.x = coordinate(each, "[0]");
        break;
      case 1:
        read.y = coordinate(each, "[1]");
        break;
      case 2:
        read.pressure = pressure(each, "[2]");
        break;
      case 3:
        read.t = time(each, "[3]");
        break;
      default:
        break;
    }
  }
  if (at < 2 || at > 4) {
    refuse(path, at, " numbers, 2 to 4 are needed");
  }
  return read;
}

std::span<const point> message_reader::points(dom::element value, std::string_view path,
                                              std::uint64_t most) {
  points_.clear();
  const dom::array list = array(value, path);
  if (failed()) {
    return {};
  }
  for (const dom::element each : list) {
    // The path is built only for what needs it: a fault, or the rarer forms.
    std::array<double, 4> numbers{0, 0, 0.5, 0};
    std::size_t count = 0;
    dom::array parts;
    bool is_plain = each.get(parts) == simdjson::SUCCESS;
    if (is_plain) {
      for (const dom::element part : parts) {
        is_plain = is_plain && count < 4 && part.get(numbers[count]) == simdjson::SUCCESS;
        if (!is_plain) {
          break;
        }
        ++count;
      }
    }
    const auto [x, y, pressure, t] = numbers;
    is_plain = is_plain && count >= 2 && std::fabs(x) <= coordinate_max &&
               std::fabs(y) <= coordinate_max && pressure >= 0 && pressure <= 1 && t >= 0 &&
               t <= 0xFFFFFFFF && t == std::floor(t);
    if (is_plain) {
      points_.push_back({static_cast<float>(to_grid(x)), static_cast<float>(to_grid(y)),
                         static_cast<float>(to_pressure_grid(pressure)),
                         static_cast<std::uint32_t>(t)});
    } else {
      points_.push_back(sample(each, fmt::format("{}[{}]", path, points_.size())));
    }
    if (points_.size() > most) {
      refuse(path, "more than ", most, " points");
    }
    if (failed()) {
      return {};
    }
  }
  return points_;
}

std::shared_ptr<const offset_list> message_reader::offsets(dom::element value,
                                                           const std::string& path) {
  auto read = std::make_shared<offset_list>();
  const dom::array list = array(value, path);
  if (failed()) {
    return read;
  }
  for (const dom::element each : list) {
    const point place = sample(each, fmt::format("{}[{}]", path, read->size()));
    read->push_back({place.x, place.y});
    if (read->size() > bounds_.points_per_stroke) {
      refuse(path, "more than ", bounds_.points_per_stroke, " points");
    }
    if (failed()) {
      break;
    }
  }
  return read;
}

property_value message_reader::value(const property_info& info, dom::element from,
                                     const std::string& path) {
  switch (info.type) {
    case property_type::number: {
      const double read = number(from, path, info.least, info.most);
      return info.on_grid ? to_grid(read) : read;
    }
    case property_type::color: {
      std::string_view text;
      const bool is_none =
          from.is_null() || (from.get(text) == simdjson::SUCCESS && text == "none");
      if (info.may_be_none && is_none) {
        return {};
      }
      return paint(from, path);
    }
    case property_type::token: {
      const std::string_view text = string(from, path);
      const auto word = find_word(info, text);
      if (!failed() && !word.has_value()) {
        refuse(path, "'", shown(text), "' is not one of the words allowed");
      }
      return word.value_or(info.word);
    }
    case property_type::offsets:
      return offsets(from, path);
    case property_type::flag:
      return boolean(from, path);
    case property_type::id:
      return from.is_null() ? property_value{} : property_value{std::string{id(from, path)}};
    case property_type::json:
      return from.is_null() ? property_value{}
                            : property_value{json(from, path, {bounds_.custom_bytes, true})};
    case property_type::text: {
      if (info.key == property::source) {
        return words(from, path, 0, bounds_.source_characters);
      }
      const std::string_view text = string(from, path);
      if (text.size() > bounds_.text_bytes) {
        refuse(path, text.size(), " bytes, at most ", bounds_.text_bytes, " are allowed");
      }
      return std::string{text};
    }
    case property_type::index:
      break;
  }
  const std::string_view text = string(from, path);
  if (!failed() && !is_index(text)) {
    refuse(path, "'", shown(text), "' is no index: 1 to ", index_length_max, " of 0-9 A-Z a-z");
  }
  return std::string{text};
}

void message_reader::properties(element& out, dom::object from, std::string_view path,
                                bool has_points) {
  for (const dom::key_value_pair field : from) {
    if (failed()) {
      return;
    }
    const std::string where = fmt::format("{}.{}", path, shown(field.key));
    if (field.key == "id" || field.key == "kind" || (has_points && field.key == "points")) {
      continue;
    }
    if (field.key == "userId") {
      // Kept for those who put back what they were sent: it must be their own.
      if (!failed() && string(field.value, where) != out.creator()) {
        fail(absl::PermissionDeniedError(
            absl::StrCat(where, ": the creator of an element is the one who sends it")));
      }
      continue;
    }
    const auto key = find_property(field.key);
    if (!key.has_value() || !has_property(out.kind(), *key)) {
      refuse(where, "not a property of kind ", to_absl(out.kind_name()));
    } else {
      property_value read = value(describe(out.kind(), *key), field.value, where);
      if (!failed()) {
        out.set(*key, std::move(read));
      }
    }
  }
}

}  // namespace collab::detail
