#include "transport/http_head.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "transport/http_syntax.hpp"

namespace collab {
namespace {

// What a Host value is made of (RFC 3986, section 3.2): a name or an address, and a port.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
           std::string_view{"-._~!$&'()*+;=:[]%"}.find(byte) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7F; });
}

}  // namespace

struct http_head_reader::callbacks {
  static http_head_reader& self(http_parser* parser) {
    return *static_cast<http_head_reader*>(parser->data);
  }

  static int on_url(http_parser* parser, const char* at, std::size_t length) {
    self(parser).request_.target.append(at, length);
    return 0;
  }

  static int on_header_field(http_parser* parser, const char* at, std::size_t length) {
    http_head_reader& head = self(parser);
    head.finish_header();
    head.header_.name.append(at, length);
    return head.has_too_many_headers_ ? 1 : 0;
  }

  static int on_header_value(http_parser* parser, const char* at, std::size_t length) {
    http_head_reader& head = self(parser);
    head.is_in_value_ = true;
    head.header_.value.append(at, length);
    return 0;
  }

  static int on_headers_complete(http_parser* parser) {
    http_head_reader& head = self(parser);
    head.finish_header();
    head.is_complete_ = true;
    head.is_kept_alive_ = http_should_keep_alive(parser) != 0;
    const bool has_length = parser->content_length != 0 &&
                            parser->content_length != std::numeric_limits<std::uint64_t>::max();
    head.has_body_ = has_length || head.request_.header("Transfer-Encoding").has_value();
    return 2;  // Nothing of this request follows, whatever its headers say.
  }

  static const http_parser_settings& settings() {
    static const http_parser_settings value = [] {
      http_parser_settings result;
      http_parser_settings_init(&result);
      result.on_url = on_url;
      result.on_header_field = on_header_field;
      result.on_header_value = on_header_value;
      result.on_headers_complete = on_headers_complete;
      return result;
    }();
    return value;
  }
};

http_head_reader::http_head_reader(std::size_t bytes_max)
    : bytes_left_{std::min<std::size_t>(bytes_max, 64 * 1024)} {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

http_head_outcome http_head_reader::refuse(int status, std::string_view why) {
  refusal_.status = status;
  refusal_.body = why;
  refusal_.body += '\n';
  return http_head_outcome::refused;
}

// Checks line ends and folding, and finds in `bytes` the end of the head. Stores in `end` how
// many bytes are part of it and good. False, with wrong_ set, at the first bad one.
bool http_head_reader::scan(std::string_view bytes, std::size_t& end) {
  for (end = 0; end < bytes.size(); ++end) {
    const char byte = bytes[end];
    if (previous_is_cr_ != (byte == '\n')) {
      wrong_ = "a line does not end with CRLF";
      return false;
    }
    if (byte == '\n') {
      previous_is_cr_ = false;
      if (line_bytes_ == 0 && has_begun_) {
        ++end;
        return true;
      }
      line_bytes_ = 0;
      if (std::exchange(is_in_request_line_, !has_begun_) && has_begun_ &&
          std::string_view{request_line_end_.data(), 5} != "HTTP/") {
        wrong_ = "the request line does not end with the version of HTTP";
        return false;
      }
    } else if (byte == '\r') {
      previous_is_cr_ = true;
    } else {
      if (line_bytes_ == 0 && (byte == ' ' || byte == '\t')) {
        wrong_ = "a line begins with a space";
        return false;
      }
      has_begun_ = true;
      ++line_bytes_;
      if (is_in_request_line_) {
        std::shift_left(request_line_end_.begin(), request_line_end_.end(), 1);
        request_line_end_.back() = byte;
      }
    }
  }
  return true;
}

http_head_outcome http_head_reader::feed(std::string_view bytes, std::size_t& consumed) {
  std::size_t good = 0;
  const bool is_scanned = scan(bytes, good);
  const bool is_too_long = good > bytes_left_;
  consumed = std::min(good, bytes_left_);
  bytes_left_ -= consumed;
  http_parser_execute(&parser_, &callbacks::settings(), bytes.data(), consumed);
  if (has_too_many_headers_) {
    return refuse(431, "the request has too many header fields");
  }
  const auto error = static_cast<enum http_errno>(parser_.http_errno);
  if (error != HPE_OK) {
    return refuse(400, http_errno_description(error));
  }
  if (is_too_long || (bytes_left_ == 0 && !is_complete_)) {
    return refuse(431, "the head of the request is too long");
  }
  if (is_complete_) {
    const std::string_view wrong = check_head();
    return wrong.empty() ? http_head_outcome::complete : refuse(400, wrong);
  }
  return is_scanned ? http_head_outcome::incomplete : refuse(400, wrong_);
}

void http_head_reader::finish_header() {
  if (!is_in_value_) {
    return;
  }
  has_too_many_headers_ = request_.headers.size() == http_headers_max;
  header_.value = std::string{trim(header_.value)};
  request_.headers.push_back(std::exchange(header_, {}));
  is_in_value_ = false;
}

// What is wrong with a head that http-parser has taken; empty if nothing.
std::string_view http_head_reader::check_head() {
  if (parser_.http_major != 1 || parser_.http_minor > 1) {
    return "the version is neither HTTP/1.0 nor HTTP/1.1";
  }
  for (const http_header& header : request_.headers) {
    if (!is_token(header.name)) {
      return "the name of a header field is not a token";
    }
  }
  const std::size_t hosts = request_.header_count("Host");
  if (hosts > 1 || (hosts == 0 && parser_.http_minor == 1)) {
    return "there must be one Host";
  }
  if (hosts == 1 && !is_host(*request_.header("Host"))) {
    return "Host is malformed";
  }
  request_.method = http_method_str(static_cast<enum http_method>(parser_.method));
  if (!split_target()) {
    return "the request target is malformed";
  }
  if (has_body_ && (request_.method == "GET" || request_.method == "HEAD")) {
    return "a GET or HEAD request must have no body";
  }
  return {};
}

// Sets path and query. The target is /path?query, http://host/path?query or "*"
// (RFC 9112, section 3.2).
bool http_head_reader::split_target() {
  std::string_view rest = request_.target;
  if (!is_visible(rest) || rest.find('#') != std::string_view::npos) {
    return false;
  }
  if (rest == "*") {
    request_.path.assign(1, '*');
    return true;
  }
  const std::size_t scheme = rest.find("://");
  if (scheme != std::string_view::npos && rest.front() != '/') {
    rest.remove_prefix(scheme + 3);
    const std::size_t slash = rest.find_first_of("/?");
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
    if (rest.empty() || rest.front() == '?') {
      request_.path.assign(1, '/');
    }
  } else if (rest.empty() || rest.front() != '/') {
    return false;
  }
  const std::size_t mark = rest.find('?');
  request_.path += rest.substr(0, mark);
  if (mark != std::string_view::npos) {
    request_.query = rest.substr(mark + 1);
  }
  return true;
}

}  // namespace collab
