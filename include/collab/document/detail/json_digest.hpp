// collab/document/detail/json_digest.hpp - the digest of a JSON value, however it is written.
//
// Part of collab/document/element_digest.hpp; docs/protocol.md says what is hashed. White space,
// the order of members, escapes and the way in which a number is written make no difference, nor
// do members that a later one of the same name replaces: so it is the same for what
// JavaScript's JSON.parse and JSON.stringify have made of it.

#ifndef COLLAB_DOCUMENT_DETAIL_JSON_DIGEST_HPP
#define COLLAB_DOCUMENT_DETAIL_JSON_DIGEST_HPP

#include <absl/strings/charconv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/document/digest.hpp"

namespace collab::detail {

// Goes over a text that is_json() once. Of any other it makes some digest, and stays within it.
class json_hasher {
 public:
  explicit json_hasher(std::string_view text) noexcept : text_{text} {}

  [[nodiscard]] digest value() {
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string_digest(string());
      case 'n':
        return word(0, 4);
      case 'f':
        return word(1, 5);
      case 't':
        return word(2, 4);
      default:
        return number();
    }
  }

 private:
  [[nodiscard]] char peek() noexcept {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  [[nodiscard]] bool take(char c) noexcept {
    const bool is_next = peek() == c && at_ < text_.size();
    at_ += is_next ? 1 : 0;
    return is_next;
  }

  [[nodiscard]] digest word(std::uint32_t tag, std::size_t characters) noexcept {
    at_ = std::min(at_ + characters, text_.size());
    word_hash hash;
    hash.add(tag);
    return hash.finish();
  }
  [[nodiscard]] digest number() noexcept {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\n\r", at_), text_.size());
    double real = 0;
    absl::from_chars(text_.data() + at_, text_.data() + end, real);
    at_ = end;
    word_hash hash;
    hash.add(std::uint32_t{3});
    hash.add(real);
    return hash.finish();
  }
  [[nodiscard]] static digest string_digest(std::string_view text) noexcept {
    word_hash hash;
    hash.add(std::uint32_t{4});
    hash.add(text);
    return hash.finish();
  }
  [[nodiscard]] digest array() {
    ++at_;
    std::vector<digest> items;
    if (!take(']')) {
      do {
        items.push_back(value());
      } while (take(','));
      (void)take(']');
    }
    word_hash hash;
    hash.add(std::uint32_t{5});
    hash.add(static_cast<std::uint32_t>(items.size()));
    for (const digest& each : items) {
      hash.add(each);
    }
    return hash.finish();
  }
  [[nodiscard]] digest object() {
    ++at_;
    std::map<std::string, digest> members;
    if (!take('}')) {
      do {
        std::string name = peek() == '"' ? string() : std::string{};
        (void)take(':');
        members.insert_or_assign(std::move(name), value());
      } while (take(','));
      (void)take('}');
    }
    digest sum;
    for (const auto& [name, content] : members) {
      word_hash hash{content};
      hash.add(std::string_view{name});
      sum += hash.finish();
    }
    word_hash hash;
    hash.add(std::uint32_t{6});
    hash.add(static_cast<std::uint32_t>(members.size()));
    hash.add(sum);
    return hash.finish();
  }

  // The text between the quotation marks, without escapes.
  [[nodiscard]] std::string string() {
    std::string text;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        text.push_back(text_[at_]);
        continue;
      }
      ++at_;
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      constexpr std::string_view letters = "bfnrt";
      constexpr std::string_view meanings = "\b\f\n\r\t";
      const std::size_t place = letters.find(c);
      if (c == 'u') {
        append_character(text);
      } else {
        text.push_back(place != std::string_view::npos ? meanings[place] : c);
      }
    }
    at_ = std::min(at_ + 1, text_.size());
    return text;
  }
  // The four digits after the `u` at at_; ends at the last of them.
  [[nodiscard]] std::uint32_t hex() noexcept {
    std::uint32_t unit = 0;
    for (int i = 0; i < 4 && at_ + 1 < text_.size(); ++i) {
      const auto c = static_cast<unsigned char>(text_[++at_]);
      unit = unit * 16 + (c <= '9' ? c - '0' : (c | 0x20U) - 'a' + 10U) % 16;
    }
    return unit;
  }
  void append_character(std::string& text) {
    std::uint32_t code = hex();
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_ + 1).starts_with("\\u")) {
      at_ += 2;
      code = 0x10000 + ((code - 0xD800) << 10U) + (hex() & 0x3FFU);
    }
    const auto push = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      push(code);
    } else if (code < 0x800) {
      push(0xC0U | code >> 6U);
      push(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
      push(0xE0U | code >> 12U);
      push(0x80U | (code >> 6U & 0x3FU));
      push(0x80U | (code & 0x3FU));
    } else {
      push(0xF0U | code >> 18U);
      push(0x80U | (code >> 12U & 0x3FU));
      push(0x80U | (code >> 6U & 0x3FU));
      push(0x80U | (code & 0x3FU));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The digest of the value that `text` is. Requires: is_json(text). O(bytes log members).
[[nodiscard]] inline digest json_digest(std::string_view text) { return json_hasher{text}.value(); }

}  // namespace collab::detail

#endif  // COLLAB_DOCUMENT_DETAIL_JSON_DIGEST_HPP
