// collab/core/limits.hpp - every bound of the library, by name.
//
// One struct for all modules, so that a host can show, set and document them in one
// place. Each is enforced where the comment says; nothing is cut in silence.

#ifndef COLLAB_CORE_LIMITS_HPP
#define COLLAB_CORE_LIMITS_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include "collab/core/text.hpp"

namespace collab {

struct limits {
  // ---- One stroke, one element
  std::uint64_t points_per_message = 512;
  std::uint64_t points_per_stroke = 10'000;
  std::uint64_t text_bytes = 16 * 1024;
  // The source of an image.
  std::uint64_t source_characters = 2'048;
  // What a host keeps with an element, as JSON text without white space between its parts.
  std::uint64_t custom_bytes = 4 * 1024;
  // The data of a message from host to host, as JSON text likewise.
  std::uint64_t host_data_bytes = 4 * 1024;
  std::uint64_t name_characters = 64;
  std::uint64_t chat_characters = 2'000;

  // ---- One room
  std::uint64_t members_per_room = 200;
  std::uint64_t elements_per_room = 50'000;
  std::uint64_t bytes_per_room = 64 * 1024 * 1024;
  // Operations that can be undone in scope room, and of each user in scope mine.
  std::uint64_t undo_depth = 1'000;
  // Users who can undo their own: those who made something last.
  std::uint64_t undo_users_per_room = 200;
  // Ids of removed elements that are remembered, so that none comes back by accident.
  std::uint64_t tombstones_per_room = 100'000;
  // Strokes that one member has begun and not ended.
  std::uint64_t live_strokes_per_member = 16;
  // Chat messages shown to one who joins.
  std::uint64_t chat_history = 100;
  // Versions that have been saved under a name.
  std::uint64_t versions_per_room = 100;
  // What is written to the log to restore a board, at most: the elements that are put back,
  // the properties that are set, the ids that are removed.
  std::uint64_t restore_bytes = 16 * 1024 * 1024;
  // Operations that wait for the storage; beyond it new ones get `unavailable`.
  std::uint64_t operations_in_flight = 10'000;
  // Outcomes kept for one session, to answer a resend.
  std::uint64_t outcomes_per_session = 1'024;
  std::chrono::milliseconds cursor_interval{35};
  std::chrono::milliseconds cursor_expiry{10'000};
  // How long a session waits for its client after the last connection.
  std::chrono::milliseconds session_life{24 * 3'600'000};
  // Sessions that wait; beyond it the one that was left first is forgotten.
  std::uint64_t sessions_per_room = 400;
  // Operations that can be told to one who comes back, and their memory; beyond it he gets the
  // whole board.
  std::uint64_t resume_events = 10'000;
  std::uint64_t resume_bytes = 4 * 1024 * 1024;
  // Larger states and undo events are told in several messages of about this size.
  std::uint64_t state_chunk_bytes = 64 * 1024;
  // How long after a change the digest of the board is told, at most once in that time.
  std::chrono::milliseconds digest_interval{4'000};
  // How long a stroke waits for its author who is gone before the room commits it.
  std::chrono::milliseconds orphan_stroke{60'000};

  // ---- One connection
  std::uint64_t operations_per_second = 100;
  std::uint64_t operations_burst = 200;
  std::uint64_t previews_per_second = 250;
  std::uint64_t bytes_per_second = 256 * 1024;
  std::uint64_t output_queue_bytes = 1024 * 1024;
  std::uint64_t bad_messages_per_minute = 20;
  std::uint64_t frame_bytes = 256 * 1024;
  std::uint64_t message_bytes = 256 * 1024;
  std::uint64_t fragments_per_message = 64;
  // Ids that a client of the binary dialect may number.
  std::uint64_t ids_per_connection = 256;
  std::chrono::milliseconds handshake_deadline{5'000};
  std::chrono::milliseconds join_deadline{10'000};
  std::chrono::milliseconds ping_interval{20'000};
  std::chrono::milliseconds silence{45'000};

  // ---- One server
  std::uint64_t connections = 50'000;
  std::uint64_t request_head_bytes = 16 * 1024;
  // Who wait for a board of the past; beyond it they are told to try again.
  std::uint64_t history_requests = 16;
  // The logs and snapshots of rooms whose past was looked at in the last minute; beyond it those
  // that were looked at first are given up. One that is looked at now is kept in any case.
  std::uint64_t history_bytes = 256 * 1024 * 1024;
};

// One row of the table of limits.
struct limit_row {
  std::string_view name;
  std::string_view unit;
  // Exactly one of the two is set.
  std::uint64_t limits::* count = nullptr;
  std::chrono::milliseconds limits::* time = nullptr;
  // The values that set_limit() takes.
  std::uint64_t least = 1;
  std::uint64_t most = 1'000'000'000;

  [[nodiscard]] std::uint64_t value_in(const limits& all) const {
    return count != nullptr ? all.*count : static_cast<std::uint64_t>((all.*time).count());
  }
};

// All limits, in the order of the struct. The rows live as long as the program.
[[nodiscard]] inline std::span<const limit_row> limit_table() {
  static constexpr limit_row rows[] = {
      {"points_per_message", "points", &limits::points_per_message},
      {"points_per_stroke", "points", &limits::points_per_stroke, nullptr, 1, 1'000'000},
      {"text_bytes", "bytes", &limits::text_bytes},
      {"source_characters", "characters", &limits::source_characters},
      {"custom_bytes", "bytes", &limits::custom_bytes},
      {"host_data_bytes", "bytes", &limits::host_data_bytes},
      {"name_characters", "characters", &limits::name_characters},
      {"chat_characters", "characters", &limits::chat_characters},
      {"members_per_room", "members", &limits::members_per_room},
      {"elements_per_room", "elements", &limits::elements_per_room},
      {"bytes_per_room", "bytes", &limits::bytes_per_room, nullptr, 1024, 1ULL << 40},
      {"undo_depth", "operations", &limits::undo_depth, nullptr, 0},
      {"undo_users_per_room", "users", &limits::undo_users_per_room},
      {"tombstones_per_room", "ids", &limits::tombstones_per_room},
      {"live_strokes_per_member", "strokes", &limits::live_strokes_per_member},
      {"chat_history", "messages", &limits::chat_history, nullptr, 0},
      {"versions_per_room", "versions", &limits::versions_per_room, nullptr, 0},
      {"restore_bytes", "bytes", &limits::restore_bytes, nullptr, 0},
      {"operations_in_flight", "operations", &limits::operations_in_flight},
      {"outcomes_per_session", "operations", &limits::outcomes_per_session},
      {"cursor_interval", "ms", nullptr, &limits::cursor_interval, 0, 60'000},
      {"cursor_expiry", "ms", nullptr, &limits::cursor_expiry, 1, 3'600'000},
      {"session_life", "ms", nullptr, &limits::session_life, 0, 2'592'000'000},
      {"sessions_per_room", "sessions", &limits::sessions_per_room},
      {"resume_events", "operations", &limits::resume_events, nullptr, 0},
      {"resume_bytes", "bytes", &limits::resume_bytes, nullptr, 0, 1ULL << 40},
      {"state_chunk_bytes", "bytes", &limits::state_chunk_bytes, nullptr, 1024, 64 * 1024},
      {"digest_interval", "ms", nullptr, &limits::digest_interval, 10, 3'600'000},
      {"orphan_stroke", "ms", nullptr, &limits::orphan_stroke, 0, 86'400'000},
      {"operations_per_second", "operations/s", &limits::operations_per_second},
      {"operations_burst", "operations", &limits::operations_burst},
      {"previews_per_second", "messages/s", &limits::previews_per_second},
      {"bytes_per_second", "bytes/s", &limits::bytes_per_second, nullptr, 1024},
      {"output_queue_bytes", "bytes", &limits::output_queue_bytes, nullptr, 1024},
      {"bad_messages_per_minute", "messages", &limits::bad_messages_per_minute},
      {"frame_bytes", "bytes", &limits::frame_bytes, nullptr, 125},
      {"message_bytes", "bytes", &limits::message_bytes, nullptr, 125},
      {"fragments_per_message", "frames", &limits::fragments_per_message},
      {"ids_per_connection", "ids", &limits::ids_per_connection, nullptr, 1, 1'000'000},
      {"handshake_deadline", "ms", nullptr, &limits::handshake_deadline, 1, 3'600'000},
      {"join_deadline", "ms", nullptr, &limits::join_deadline, 1, 3'600'000},
      {"ping_interval", "ms", nullptr, &limits::ping_interval, 1, 3'600'000},
      {"silence", "ms", nullptr, &limits::silence, 1, 3'600'000},
      {"connections", "connections", &limits::connections},
      {"request_head_bytes", "bytes", &limits::request_head_bytes, nullptr, 256},
      {"history_requests", "requests", &limits::history_requests},
      {"history_bytes", "bytes", &limits::history_bytes, nullptr, 0, 1ULL << 40},
  };
  return rows;
}

// Sets the limit called `name`, where `-` may stand for `_`, to the decimal number `value`.
//
// Fails, changing nothing, with not_found when there is no such limit, and with
// invalid_argument when the value is no whole number or outside its range.
[[nodiscard]] inline absl::Status set_limit(limits& all, std::string_view name,
                                            std::string_view value) {
  const auto same = [](std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i] && !(a[i] == '-' && b[i] == '_')) {
        return false;
      }
    }
    return true;
  };
  for (const limit_row& row : limit_table()) {
    if (!same(name, row.name)) {
      continue;
    }
    std::uint64_t number = 0;
    const char* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end || number < row.least || number > row.most) {
      return absl::InvalidArgumentError(absl::StrCat("limit ", to_absl(row.name), " is '",
                                                     to_absl(value), "': a whole number from ",
                                                     row.least, " to ", row.most, " is needed"));
    }
    if (row.count != nullptr) {
      all.*row.count = number;
    } else {
      all.*row.time = std::chrono::milliseconds{number};
    }
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("there is no limit called '", to_absl(name), "'"));
}

}  // namespace collab

#endif  // COLLAB_CORE_LIMITS_HPP
