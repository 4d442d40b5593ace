// examples/board_client/flags.hpp - the command line of the board client.

#ifndef BOARD_CLIENT_FLAGS_HPP
#define BOARD_CLIENT_FLAGS_HPP

#include <absl/status/statusor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collab/client/client_stroke.hpp"
#include "collab/core/clock.hpp"
#include "collab/transport/websocket_connector.hpp"

struct flags {
  collab::websocket_url server;
  std::string room;
  std::string name = "board-client";
  std::optional<collab::color> color;

  // Files of recorded strokes, in the order in which they are drawn.
  std::vector<std::string> draw;
  double speed = 1;
  collab::stroke_style style;

  bool follows = false;
  std::size_t measure_rounds = 0;
  std::string svg_file;
  std::string json_file;

  // How long it stays; until it has done what it was told, or, with nothing but --follow to do,
  // until a signal comes, when not given.
  std::optional<collab::duration> stay;
  collab::duration join_within = std::chrono::seconds{10};

  bool wants_help = false;
  bool wants_version = false;
};

// Reads `--name value` and `--name=value`. Fails with one line that names what is wrong.
[[nodiscard]] absl::StatusOr<flags> parse_flags(const std::vector<std::string>& arguments);

// What `--help` prints.
[[nodiscard]] std::string help_text();

#endif  // BOARD_CLIENT_FLAGS_HPP
