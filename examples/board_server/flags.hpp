// examples/board_server/flags.hpp - the command line and the config file of the board server.

#ifndef BOARD_SERVER_FLAGS_HPP
#define BOARD_SERVER_FLAGS_HPP

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "collab/server/server.hpp"
#include "collab/server/stream_log.hpp"

struct flags {
  std::string listen = "127.0.0.1:8080";
  std::string storage = "sqlite:data/board.db";
  // The shipped page when not given; empty for none.
  std::string web;
  collab::server_options server;
  collab::log_level log_level = collab::log_level::info;
  collab::log_format log_format = collab::log_format::text;
  bool wants_help = false;
  bool wants_version = false;
};

// Reads `--name value` and `--name=value`, after the config file if there is one: flags win.
// Fails with one line that names what is wrong.
[[nodiscard]] absl::StatusOr<flags> parse_flags(const std::vector<std::string>& arguments);

// What `--help` prints: every flag and every limit, with units and defaults.
[[nodiscard]] std::string help_text();

#endif  // BOARD_SERVER_FLAGS_HPP
