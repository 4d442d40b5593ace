// The sessions that docs/protocol.md shows byte by byte.

#ifndef COLLAB_TESTS_PROTOCOL_WORKED_SESSION_HPP
#define COLLAB_TESTS_PROTOCOL_WORKED_SESSION_HPP

#include <fstream>
#include <ios>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collab_test {

// The messages in the code blocks below a heading of the document, as (speaker, bytes).
using script = std::vector<std::pair<char, std::string>>;

inline script read_script(std::string_view heading) {
  std::ifstream file{COLLAB_PROTOCOL_DOCUMENT};
  std::string line;
  while (std::getline(file, line) && line != heading) {
  }
  script messages;
  bool is_code = false;
  while (std::getline(file, line) && !line.starts_with("#")) {
    if (line.starts_with("```")) {
      is_code = !is_code;
      continue;
    }
    if (!is_code) {
      continue;
    }
    if (line[0] != ' ') {
      messages.emplace_back(line[0], std::string{});
    }
    std::istringstream bytes{line.substr(1, line.find('#') - 1)};
    for (unsigned byte = 0; bytes >> std::hex >> byte;) {
      messages.back().second += static_cast<char>(byte);
    }
  }
  return messages;
}

inline script only(const script& all, char speaker) {
  script some;
  for (const auto& each : all) {
    if (each.first == speaker) {
      some.push_back(each);
    }
  }
  return some;
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_PROTOCOL_WORKED_SESSION_HPP
