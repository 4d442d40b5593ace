// transport/http_head.hpp - reads the head of one HTTP request. Private to this module.
//
// An adapter over http-parser that refuses what it lets through: line ends other than CRLF,
// folded lines, spaces before the colon, versions other than 1.0 and 1.1, a missing or
// doubled Host, and targets that are not visible ASCII.

#ifndef COLLAB_TRANSPORT_HTTP_HEAD_HPP
#define COLLAB_TRANSPORT_HTTP_HEAD_HPP

#include <http_parser.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "collab/transport/http_message.hpp"

namespace collab {

enum class http_head_outcome { incomplete, complete, refused };

// Most header fields of one request; more are refused with 431.
inline constexpr std::size_t http_headers_max = 100;

// For one head; a connection makes a new one for each request.
class http_head_reader {
 public:
  // `bytes_max`: the longest head taken, its last CRLF included; at most 64 KiB.
  explicit http_head_reader(std::size_t bytes_max);
  http_head_reader(const http_head_reader&) = delete;  // The parser points back here.
  http_head_reader& operator=(const http_head_reader&) = delete;

  // Takes the next bytes of the stream; `consumed` is how many belong to the head. Refuses as
  // soon as a byte is wrong. Not to be called again after complete or refused.
  http_head_outcome feed(std::string_view bytes, std::size_t& consumed);

  // Whether any byte of the request has come; empty lines before it do not count.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

  // After complete:
  [[nodiscard]] http_request& request() { return request_; }
  [[nodiscard]] bool is_kept_alive() const { return is_kept_alive_; }
  [[nodiscard]] bool has_body() const { return has_body_; }
  [[nodiscard]] bool is_version_1_1() const { return parser_.http_minor == 1; }

  // After refused: 400 or 431, and why.
  [[nodiscard]] const http_response& refusal() const { return refusal_; }

 private:
  struct callbacks;

  http_head_outcome refuse(int status, std::string_view why);
  bool scan(std::string_view bytes, std::size_t& end);
  void finish_header();
  std::string_view check_head();
  bool split_target();

  std::size_t bytes_left_;
  http_parser parser_;
  http_request request_;
  http_response refusal_;
  http_header header_;          // The one being read.
  std::string_view wrong_;      // What scan() found.
  std::size_t line_bytes_ = 0;  // Of the current line so far.
  // The last bytes of the request line, while it is read: http-parser looks only at the H of
  // `HTTP/`.
  bool is_in_request_line_ = true;
  std::array<char, 8> request_line_end_{};
  bool previous_is_cr_ = false;
  bool has_begun_ = false;
  bool is_in_value_ = false;
  bool is_complete_ = false;
  bool is_kept_alive_ = false;
  bool has_body_ = false;
  bool has_too_many_headers_ = false;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_HTTP_HEAD_HPP
