// storage/sqlite_rooms.hpp - the two tables, and how a room's sequence lies in them.
//
// `rooms` has one dense row per room, `records` only ever grows at its end. Each record
// names the one before it in its room, so a room is read backwards from its last record
// and needs no index: an index on (room, position) would touch one random page per room
// and commit. See open_file() for who may write.

#ifndef COLLAB_STORAGE_SQLITE_ROOMS_HPP
#define COLLAB_STORAGE_SQLITE_ROOMS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite_database.hpp"

namespace collab::detail {

// A row of `rooms`. Made with the room's first record, so no value is 0.
struct room_row {
  std::int64_t id = 0;
  std::uint64_t epoch = 0;
  std::uint64_t last_position = 0;
  std::int64_t last_record = 0;
};

// The end of the part of a room's sequence that is already known.
struct room_mark {
  std::uint64_t position = 0;
  std::int64_t record = 0;
};

// The tables of one database, which must outlive this object.
//
// Errors: those of sqlite_database::failure(), and data_loss naming the room when what the
// tables say can't be. Threads: those of the database.
class sqlite_rooms {
 public:
  // Accepts the tables as they are, or makes them when the database is empty.
  //
  // Fails with failed_precondition, changing nothing, when they are another program's or a
  // newer version's.
  [[nodiscard]] static absl::Status create_tables(sqlite_database& database);

  [[nodiscard]] static absl::StatusOr<sqlite_rooms> over(sqlite_database& database);

  [[nodiscard]] absl::StatusOr<std::optional<room_row>> find(std::string_view room);

  // Appends to `oldest_first` the records of `room` behind `known`, up to row.last_record.
  [[nodiscard]] absl::Status read(std::string_view room, const room_row& row,
                                  const room_mark& known, std::vector<std::string>& oldest_first);

  // To be called inside a transaction that is rolled back when one of these fails.
  [[nodiscard]] absl::StatusOr<room_row> insert(std::string_view room, std::uint64_t epoch);
  [[nodiscard]] absl::Status append(const room_row& row, const std::vector<std::string>& records);
  [[nodiscard]] absl::Status set_epoch(const room_row& row, std::uint64_t epoch);

 private:
  explicit sqlite_rooms(sqlite_database& database) : database_{&database} {}

  // Steps a statement that yields no row, and resets it.
  absl::Status finish(sqlite_statement& statement);
  absl::Status damage(std::string_view room, std::string_view what) const;

  sqlite_database* database_;
  sqlite_statement find_room_;
  sqlite_statement find_record_;
  sqlite_statement insert_room_;
  sqlite_statement insert_record_;
  sqlite_statement set_last_;
  sqlite_statement set_epoch_;
};

}  // namespace collab::detail

#endif  // COLLAB_STORAGE_SQLITE_ROOMS_HPP
