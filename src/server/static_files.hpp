// src/server/static_files.hpp - the files of a web page, held in memory.

#ifndef COLLAB_SRC_SERVER_STATIC_FILES_HPP
#define COLLAB_SRC_SERVER_STATIC_FILES_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "collab/transport/http_message.hpp"

namespace collab {

// Loaded once, so that no request can name a file that was not meant.
class static_files {
 public:
  // Reads every file below `directory` whose name does not begin with a dot.
  //
  // Fails with not_found when there is no index.html, resource_exhausted when the files
  // are more than 32 MiB, unavailable when one can't be read.
  [[nodiscard]] absl::Status load(const std::string& directory);

  [[nodiscard]] bool contains(std::string_view path) const;

  // The file at `path`, or 304 when the client has it. Requires: contains(path).
  [[nodiscard]] http_response get(const http_request& request) const;

 private:
  struct file {
    std::string content_type;
    std::string bytes;
    std::string tag;
  };
  absl::flat_hash_map<std::string, file> files_;
};

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_STATIC_FILES_HPP
