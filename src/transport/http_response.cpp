#include "transport/http_response.hpp"

#include <absl/strings/str_cat.h>
#include <http_parser.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include "collab/core/clock.hpp"
#include "transport/http_syntax.hpp"

namespace collab {
namespace {

// A value that cannot end its line.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return byte == '\t' || (static_cast<unsigned char>(byte) >= ' ' && byte != 0x7F);
  });
}

std::string_view reason_phrase(int status) {
  switch (status) {
#define COLLAB_CASE(number, name, text) \
  case number:                          \
    return #text;
    HTTP_STATUS_MAP(COLLAB_CASE)
#undef COLLAB_CASE
    default:
      return "Status";
  }
}

// `when` as RFC 9110, section 5.6.7, has it: Sun, 06 Nov 1994 08:49:37 GMT.
std::string format_date(unix_time when) {
  using namespace std::chrono;
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<std::chrono::days>(when);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(when - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace

void append_header(std::string& to, std::string_view name, std::string_view value) {
  if (is_token(name) && is_field_value(value)) {
    to.append(name).append(": ").append(value).append("\r\n");
  }
}

std::string write_response_head(const http_response& response, response_head_options options) {
  std::string head = absl::StrCat("HTTP/1.1 ", response.status, " ",
                                  std::string{reason_phrase(response.status)}, "\r\n");
  append_header(head, "Date", format_date(system_clock_source{}.now().wall));
  if (has_response_body(response.status)) {
    append_header(head, "Content-Type", response.content_type);
    append_header(head, "Content-Length", std::to_string(response.body.size()));
  }
  for (const http_header& header : response.headers) {
    append_header(head, header.name, header.value);
  }
  append_header(head, "Connection", options.is_kept_alive ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

std::string write_upgrade_response(std::string_view accept_key, const upgrade_decision& decision) {
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  append_header(head, "Upgrade", "websocket");
  append_header(head, "Connection", "Upgrade");
  append_header(head, "Sec-WebSocket-Accept", accept_key);
  if (!decision.subprotocol.empty()) {
    append_header(head, "Sec-WebSocket-Protocol", decision.subprotocol);
  }
  for (const http_header& header : decision.headers) {
    append_header(head, header.name, header.value);
  }
  head += "\r\n";
  return head;
}

}  // namespace collab
