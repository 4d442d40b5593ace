// src/protocol/json_writer.cpp

#include "protocol/json_writer.hpp"

#include <vector>

namespace collab {

void json_writer::string(std::string_view value) {
  separate();
  text_.push_back('"');
  std::size_t written = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c != '"' && c != '\\') {
      continue;
    }
    text_.append(value.substr(written, i - written));
    written = i + 1;
    switch (c) {
      case '"':
        text_.append("\\\"");
        break;
      case '\\':
        text_.append("\\\\");
        break;
      case '\n':
        text_.append("\\n");
        break;
      case '\r':
        text_.append("\\r");
        break;
      case '\t':
        text_.append("\\t");
        break;
      default:
        fmt::format_to(std::back_inserter(text_), "\\u{:04x}", c);
    }
  }
  text_.append(value.substr(written));
  text_.push_back('"');
}

std::string_view json_writer::pressure_text(float pressure) {
  static const auto table = [] {
    std::vector<std::string> texts;
    for (int step = 0; step <= static_cast<int>(pressure_steps); ++step) {
      texts.push_back(fmt::format("{}", step / pressure_steps));
    }
    return texts;
  }();
  return table[static_cast<std::size_t>(double{pressure} * pressure_steps)];
}

}  // namespace collab
