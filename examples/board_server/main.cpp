// examples/board_server/main.cpp - the board server: a complete one, made of the library's parts.

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/core.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/text.hpp"
#include "collab/core/version.hpp"
#include "collab/server/server.hpp"
#include "collab/server/stream_log.hpp"
#include "collab/storage/memory_storage.hpp"
#include "collab/storage/sqlite_storage.hpp"
#include "flags.hpp"

namespace {

constexpr int exit_failure = 1;
constexpr int exit_wrong_flag = 2;

int fail(const absl::Status& status, int code) {
  fmt::print(stderr, "collab-board-server: {}\n", collab::to_std(status.message()));
  return code;
}

absl::StatusOr<std::unique_ptr<collab::storage>> open_storage(const std::string& spec) {
  if (spec == "memory") {
    return std::make_unique<collab::memory_storage>();
  }
  auto opened = collab::sqlite_storage::open_file(spec.substr(std::string{"sqlite:"}.size()));
  if (!opened.ok()) {
    return opened.status();
  }
  return std::unique_ptr<collab::storage>{*std::move(opened)};
}

// As many connections as the system lets us have.
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

}  // namespace

int main(int argc, char** argv) {
  absl::StatusOr<flags> parsed = parse_flags({argv + 1, argv + argc});
  if (!parsed.ok()) {
    return fail(parsed.status(), exit_wrong_flag);
  }
  if (parsed->wants_help) {
    fmt::print("{}", help_text());
    return 0;
  }
  if (parsed->wants_version) {
    fmt::print("collab-board-server {}\n", COLLAB_VERSION_STRING);
    return 0;
  }
  raise_file_limit();
  const collab::system_clock_source time;
  collab::stream_log log{stderr, time, parsed->log_level, parsed->log_format};
  absl::StatusOr<std::unique_ptr<collab::storage>> storage = open_storage(parsed->storage);
  if (!storage.ok()) {
    return fail(storage.status(), exit_failure);
  }
  collab::server_options options = parsed->server;
  options.web_directory = parsed->web;
  options.log = &log;
  collab::server server{**storage, std::move(options)};
  if (const absl::Status status = server.listen(parsed->listen); !status.ok()) {
    return fail(status, absl::IsInvalidArgument(status) ? exit_wrong_flag : exit_failure);
  }
  fmt::print("listening on {}\n", server.url());
  std::fflush(stdout);
  server.run();
  return 0;
}
