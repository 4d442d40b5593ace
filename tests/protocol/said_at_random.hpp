// Elements, changes and points that are drawn from a sequence, and what they look like as text:
// two that have the same text show the same.

#ifndef COLLAB_TESTS_PROTOCOL_SAID_AT_RANDOM_HPP
#define COLLAB_TESTS_PROTOCOL_SAID_AT_RANDOM_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"
#include "collab/ink/point.hpp"
#include "support/sequence.hpp"

namespace collab_test {

// ---- As text

inline std::string in_words(double value) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}
inline std::string in_words(const collab::property_value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    return in_words(*real);
  }
  if (const auto* paint = std::get_if<collab::color>(&value)) {
    return "#" + std::to_string(paint->rgba) + (paint->has_alpha ? "a" : "");
  }
  if (const auto* word = std::get_if<collab::token>(&value)) {
    return std::string{collab::name_of(*word)};
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return "'" + *text + "'";
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag ? "yes" : "no";
  }
  if (const auto* list = std::get_if<std::shared_ptr<const collab::offset_list>>(&value)) {
    std::string text = "[";
    for (const collab::offset& each : **list) {
      text += in_words(double{each.x}) + "," + in_words(double{each.y}) + " ";
    }
    return text + "]";
  }
  return "none";
}
inline std::string in_words(std::span<const collab::point> points) {
  std::string text;
  for (const collab::point& each : points) {
    text += " " + in_words(double{each.x}) + "," + in_words(double{each.y}) + "," +
            in_words(double{each.pressure}) + "," + std::to_string(each.t);
  }
  return text;
}
inline std::string in_words(const collab::property_changes& changes) {
  std::string text;
  for (const auto& [key, value] : changes) {
    text += " " + std::string{collab::name_of(key)} + "=" + in_words(value);
  }
  return text;
}
// Everything but the number, whether it was set or is so by default.
inline std::string in_words(const collab::element& of) {
  std::string text = of.id() + " " + std::string{of.kind_name()} + " by " + of.creator();
  for (std::size_t i = 0; i < collab::property_count; ++i) {
    const auto key = static_cast<collab::property>(i);
    if (collab::has_property(of.kind(), key)) {
      text += " " + std::string{collab::name_of(key)} + "=" + in_words(of.get(key));
    }
  }
  return text + in_words(of.points());
}

// ---- At random

// All that it yields is on the grid and within the limits.
class imagination {
 public:
  explicit imagination(std::uint64_t seed) : random_{seed} {}

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool one_in(std::uint64_t times) { return below(times) == 0; }
  double between(double least, double most, double step) {
    return least +
           step * static_cast<double>(below(static_cast<std::uint64_t>((most - least) / step) + 1));
  }
  std::string id() { return "e" + std::to_string(below(12)); }
  std::string words(std::size_t characters_max) {
    constexpr const char* letters[] = {"a", "B", " ", "\"", "\\", "\xc3\xa9", "\xf0\x9f\x98\x80"};
    std::string text;
    for (std::size_t i = 1 + below(characters_max); i > 0; --i) {
      text += letters[below(std::size(letters))];
    }
    return text;
  }

  std::vector<collab::point> points(std::size_t count) {
    std::vector<collab::point> all;
    double x = between(-1e6, 1e6, 0.0625);
    double y = between(-100, 100, 0.0625);
    auto t = static_cast<std::uint32_t>(below(1000));
    for (std::size_t i = 0; i < count; ++i) {
      const bool jumps = one_in(20);
      x = std::clamp(x + (jumps ? between(-5000, 5000, 0.0625) : between(-4, 4, 0.0625)), -1e6,
                     1e6);
      y += between(-4, 4, one_in(2) ? 1 : 0.0625);
      t += static_cast<std::uint32_t>(below(jumps ? 100'000 : 20));
      all.push_back({static_cast<float>(x), static_cast<float>(y),
                     static_cast<float>(between(0, 1, 1.0 / 1024)), t});
    }
    return all;
  }

  collab::property_value value(const collab::property_info& info) {
    using collab::property_type;
    if (info.may_be_none && one_in(3)) {
      return {};
    }
    switch (info.type) {
      case property_type::index:
        return "a" + std::to_string(below(10)) + std::string(1, static_cast<char>('a' + below(26)));
      case property_type::number: {
        const double value = one_in(2)
                                 ? between(info.least, info.most, 0.0625)
                                 : info.least + (info.most - info.least) *
                                                    static_cast<double>(below(1'000'000)) / 1e6;
        return info.on_grid ? collab::to_grid(value) : value;
      }
      case property_type::color: {
        const bool has_alpha = one_in(2);
        const auto rgb = static_cast<std::uint32_t>(below(1U << 24U));
        return collab::color{
            rgb << 8U | (has_alpha ? static_cast<std::uint32_t>(below(256)) : 255U), has_alpha};
      }
      case property_type::token:
        for (;;) {
          const auto word = static_cast<collab::token>(below(9));
          if ((info.words & collab::detail::bit(word)) != 0) {
            return word;
          }
        }
      case property_type::flag:
        return one_in(2);
      case property_type::id:
        return id();
      case property_type::json:
        return std::string{one_in(2) ? R"({"a":[1,null,"\u00e9"]})" : "{}"};
      case property_type::offsets: {
        auto places = std::make_shared<collab::offset_list>();
        for (std::uint64_t i = below(6); i > 0; --i) {
          places->push_back({static_cast<float>(between(-1e6, 1e6, 0.0625)),
                             static_cast<float>(between(-10, 10, 0.0625))});
        }
        return std::shared_ptr<const collab::offset_list>{std::move(places)};
      }
      case property_type::text:
        break;
    }
    return words(30);
  }

  collab::property_changes changes(collab::element_kind kind) {
    collab::property_changes some;
    while (some.empty()) {
      for (std::size_t i = 0; i < collab::property_count; ++i) {
        const auto key = static_cast<collab::property>(i);
        if (collab::has_property(kind, key) && one_in(5)) {
          some.emplace_back(key, value(collab::describe(kind, key)));
        }
      }
    }
    return some;
  }

  // Of any kind, a stroke with points.
  collab::element element(std::string id, const collab::user_id& creator) {
    const auto kind = static_cast<collab::element_kind>(below(collab::element_kind_count));
    collab::element made = kind == collab::element_kind::host
                               ? collab::element{std::move(id), collab::host_kind{"x-n_1"}, creator}
                               : collab::element{std::move(id), kind, creator};
    for (auto& [key, value] : changes(kind)) {
      made.set(key, std::move(value));
    }
    if (kind == collab::element_kind::stroke) {
      [[maybe_unused]] const absl::Status status = made.set_points(points(1 + below(300)));
    }
    return made;
  }
  // Of a stroke that begins: without points.
  collab::element stroke(std::string id, const collab::user_id& creator) {
    collab::element made{std::move(id), collab::element_kind::stroke, creator};
    for (auto& [key, value] : changes(made.kind())) {
      made.set(key, std::move(value));
    }
    return made;
  }

 private:
  sequence random_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_PROTOCOL_SAID_AT_RANDOM_HPP
