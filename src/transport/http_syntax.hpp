// transport/http_syntax.hpp - tokens and lists of HTTP header fields. Private to this module.

#ifndef COLLAB_TRANSPORT_HTTP_SYNTAX_HPP
#define COLLAB_TRANSPORT_HTTP_SYNTAX_HPP

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace collab {

[[nodiscard]] inline bool is_same_name(std::string_view left, std::string_view right) {
  return absl::EqualsIgnoreCase({left.data(), left.size()}, {right.data(), right.size()});
}

// Whether `text` is a token (RFC 9110, section 5.6.2): what names of fields are made of.
[[nodiscard]] inline bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
    return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(byte) != std::string_view::npos;
  });
}

// `text` without the spaces and tabs around it.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The items between the commas of `text`, trimmed; empty ones stay.
[[nodiscard]] inline std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  for (;;) {
    const std::size_t comma = text.find(',');
    items.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return items;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace collab

#endif  // COLLAB_TRANSPORT_HTTP_SYNTAX_HPP
