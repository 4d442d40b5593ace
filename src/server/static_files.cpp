// src/server/static_files.cpp

#include "server/static_files.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "collab/core/text.hpp"

namespace collab {

namespace {

constexpr std::size_t bytes_max = 32 * 1024 * 1024;

std::string_view content_type_of(std::string_view extension) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> types = {{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (const auto& [known, type] : types) {
    if (known == extension) {
      return type;
    }
  }
  return "application/octet-stream";
}

// FNV-1a, 64 bits: tells versions of a file apart, nothing more.
std::uint64_t fingerprint(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

// Whether an If-None-Match names `tag`: weak comparison in a list, or any (RFC 9110, 13.1.2).
bool names_tag(std::string_view field, std::string_view tag) {
  for (absl::string_view each : absl::StrSplit(to_absl(field), ',')) {
    each = absl::StripAsciiWhitespace(each);
    absl::ConsumePrefix(&each, "W/");
    if (each == "*" || each == to_absl(tag)) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::Status static_files::load(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::size_t total = 0;
  for (fs::recursive_directory_iterator at{directory, error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.')) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file()) {
      continue;
    }
    std::ifstream in{at->path(), std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (!in) {
      return absl::UnavailableError(absl::StrCat("can't read ", at->path().string()));
    }
    total += bytes.size();
    if (total > bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the files in ", directory, " are more than ", bytes_max, " bytes"));
    }
    const std::string path = "/" + at->path().lexically_relative(directory).generic_string();
    const auto hash = fingerprint(bytes);
    files_[path] = {std::string{content_type_of(at->path().extension().string())}, std::move(bytes),
                    absl::StrCat("\"", absl::Hex(hash), "\"")};
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("can't read the web folder ", directory, ": ", error.message()));
  }
  const auto index = files_.find("/index.html");
  if (index == files_.end()) {
    return absl::NotFoundError(absl::StrCat("the web folder ", directory, " has no index.html"));
  }
  file start = index->second;
  files_["/"] = std::move(start);
  return absl::OkStatus();
}

bool static_files::contains(std::string_view path) const { return files_.contains(to_absl(path)); }

http_response static_files::get(const http_request& request) const {
  const file& found = files_.find(request.path)->second;
  http_response response;
  response.content_type = found.content_type;
  // Pages are asked for again each time, and answered in a few bytes when unchanged.
  response.headers = {
      {"Cache-Control", "no-cache"}, {"ETag", found.tag}, {"X-Content-Type-Options", "nosniff"}};
  if (names_tag(request.header("If-None-Match").value_or(""), found.tag)) {
    response.status = 304;
  } else {
    response.body = found.bytes;
  }
  return response;
}

}  // namespace collab
