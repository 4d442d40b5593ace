#include "storage/sqlite_rooms.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace collab::detail {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr std::int64_t application_id = 0x434F4C42;  // "COLB"

constexpr const char* schema = R"(
  CREATE TABLE rooms(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    last_record INTEGER NOT NULL);
  CREATE TABLE records(
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    position INTEGER NOT NULL,
    previous INTEGER NOT NULL,
    bytes BLOB NOT NULL);
)";

absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Status sqlite_rooms::create_tables(sqlite_database& database) {
  const auto application = database.integer("PRAGMA application_id");
  const auto version = database.integer("PRAGMA user_version");
  const auto tables = database.integer("SELECT count(*) FROM sqlite_master");
  for (const auto* value : {&application, &version, &tables}) {
    if (!value->ok()) {
      return value->status();
    }
  }
  if (*application == application_id && *version == schema_version) {
    return absl::OkStatus();
  }
  if (*application == application_id && *version > schema_version) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", database.path(), "' has version ", *version,
                     " of the tables; the newest known here is ", schema_version));
  }
  if (*application != 0 || *version != 0 || *tables != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", database.path(), "' is the database of another program (application_id ",
                     *application, ", user_version ", *version, ", ", *tables, " tables)"));
  }
  return database.run(absl::StrCat("BEGIN IMMEDIATE;", schema,
                                   "PRAGMA application_id=", application_id,
                                   ";PRAGMA user_version=", schema_version, ";COMMIT"));
}

absl::StatusOr<sqlite_rooms> sqlite_rooms::over(sqlite_database& database) {
  sqlite_rooms result{database};
  const std::pair<sqlite_statement*, const char*> statements[] = {
      {&result.find_room_,
       "SELECT id, epoch, last_position, last_record FROM rooms WHERE name = ?1"},
      {&result.find_record_, "SELECT room, position, previous, bytes FROM records WHERE id = ?1"},
      {&result.insert_room_,
       "INSERT INTO rooms(name, epoch, last_position, last_record) VALUES(?1, ?2, 0, 0)"},
      {&result.insert_record_,
       "INSERT INTO records(room, position, previous, bytes) VALUES(?1, ?2, ?3, ?4)"},
      {&result.set_last_, "UPDATE rooms SET last_position = ?2, last_record = ?3 WHERE id = ?1"},
      {&result.set_epoch_, "UPDATE rooms SET epoch = ?2 WHERE id = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<sqlite_statement> prepared = database.prepare(sql);
    if (!prepared.ok()) {
      return prepared.status();
    }
    *statement = *std::move(prepared);
  }
  return result;
}

absl::StatusOr<std::optional<room_row>> sqlite_rooms::find(std::string_view room) {
  const int code = find_room_.bind_text(1, room).step();
  const std::int64_t id = code == SQLITE_ROW ? find_room_.integer(0) : 0;
  const std::int64_t epoch = code == SQLITE_ROW ? find_room_.integer(1) : 0;
  const std::int64_t position = code == SQLITE_ROW ? find_room_.integer(2) : 0;
  const std::int64_t record = code == SQLITE_ROW ? find_room_.integer(3) : 0;
  absl::Status failure;
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    failure = database_->failure(code);
  } else if (code == SQLITE_ROW && (epoch < 1 || position < 1 || record < 1)) {
    failure = damage(room, absl::StrCat("epoch ", epoch, ", last position ", position,
                                        " and last record ", record, " can't be"));
  }
  find_room_.reset();
  if (!failure.ok()) {
    return failure;
  }
  if (code == SQLITE_DONE) {
    return std::nullopt;
  }
  return room_row{.id = id,
                  .epoch = static_cast<std::uint64_t>(epoch),
                  .last_position = static_cast<std::uint64_t>(position),
                  .last_record = record};
}

absl::Status sqlite_rooms::read(std::string_view room, const room_row& row, const room_mark& known,
                                std::vector<std::string>& oldest_first) {
  const auto start = static_cast<std::ptrdiff_t>(oldest_first.size());
  std::int64_t record = row.last_record;
  for (std::uint64_t position = row.last_position; position > known.position; --position) {
    const int code = find_record_.bind(1, record).step();
    absl::Status failure;
    std::int64_t previous = 0;
    if (code == SQLITE_DONE) {
      failure =
          damage(room, absl::StrCat("record ", record, ", at position ", position, ", is missing"));
    } else if (code != SQLITE_ROW) {
      const absl::Status cause = database_->failure(code);
      failure = absl::Status(cause.code(), absl::StrCat("room '", view(room), "', record ", record,
                                                        ": ", cause.message()));
    } else {
      previous = find_record_.integer(2);
      const auto stored_position = static_cast<std::uint64_t>(find_record_.integer(1));
      if (find_record_.integer(0) != row.id || stored_position != position) {
        failure = damage(
            room, absl::StrCat("record ", record, " should be at position ", position, " but says ",
                               stored_position, " of room number ", find_record_.integer(0)));
      } else {
        oldest_first.emplace_back(find_record_.bytes(3));
      }
    }
    find_record_.reset();
    if (!failure.ok()) {
      return failure;
    }
    record = previous;
  }
  if (record != known.record) {
    return damage(room, absl::StrCat("position ", known.position, " is record ", known.record,
                                     ", but the one behind it follows record ", record));
  }
  std::reverse(oldest_first.begin() + start, oldest_first.end());
  return absl::OkStatus();
}

absl::StatusOr<room_row> sqlite_rooms::insert(std::string_view room, std::uint64_t epoch) {
  const absl::Status status =
      finish(insert_room_.bind_text(1, room).bind(2, static_cast<std::int64_t>(epoch)));
  if (!status.ok()) {
    return status;
  }
  return room_row{.id = database_->last_id(), .epoch = epoch};
}

absl::Status sqlite_rooms::append(const room_row& row, const std::vector<std::string>& records) {
  room_row last = row;
  for (const std::string& bytes : records) {
    ++last.last_position;
    const absl::Status status = finish(insert_record_.bind(1, row.id)
                                           .bind(2, static_cast<std::int64_t>(last.last_position))
                                           .bind(3, last.last_record)
                                           .bind_bytes(4, bytes));
    if (!status.ok()) {
      return status;
    }
    last.last_record = database_->last_id();
  }
  return finish(set_last_.bind(1, row.id)
                    .bind(2, static_cast<std::int64_t>(last.last_position))
                    .bind(3, last.last_record));
}

absl::Status sqlite_rooms::set_epoch(const room_row& row, std::uint64_t epoch) {
  return finish(set_epoch_.bind(1, row.id).bind(2, static_cast<std::int64_t>(epoch)));
}

absl::Status sqlite_rooms::finish(sqlite_statement& statement) {
  const int code = statement.step();
  absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : database_->failure(code);
  statement.reset();
  return status;
}

absl::Status sqlite_rooms::damage(std::string_view room, std::string_view what) const {
  return absl::DataLossError(
      absl::StrCat("'", database_->path(), "' is damaged: room '", view(room), "': ", view(what)));
}

}  // namespace collab::detail
