// collab/storage/sqlite_storage.hpp - the records of all rooms in one SQLite file.
//
// The default storage of one server on one machine. A record that was acknowledged has
// been synced to the disk (WAL, synchronous=FULL). Many servers on the same rooms need a
// shared database instead.
//
//   auto opened = collab::sqlite_storage::open_file("boards/board.db");
//   if (!opened.ok()) return fail(opened.status());
//   (*opened)->open("ROOM01", loop, [](absl::StatusOr<collab::opened_room> room) { ... });

#ifndef COLLAB_STORAGE_SQLITE_STORAGE_HPP
#define COLLAB_STORAGE_SQLITE_STORAGE_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "collab/storage/storage.hpp"

namespace collab {

struct sqlite_options {
  // Most appends and opens committed together. Must be > 0. A group is whatever arrived
  // while the commit before it was running: nothing waits for company, so a lone append
  // is committed at once. 1 turns grouping off.
  std::size_t group_operations_max = 256;

  // Most bytes of records committed together; a larger append is committed alone.
  std::size_t group_bytes_max = 256 * 1024;

  // How long to wait for another program that holds the file: another server in
  // open_file(), a writing sqlite3 shell later on. After that: unavailable.
  std::chrono::milliseconds busy_timeout{1000};

  // The file does not grow beyond this; an append that would fails with data_loss.
  // Rounded down to pages of 4 KiB. The log beside the file is not counted.
  std::uint64_t file_bytes_max = std::uint64_t{1} << 40U;

  // Rooms opened but never written to whose owner is remembered. Beyond it the owner that
  // was given the room first is forgotten: its first append fails with aborted. Must be > 0.
  std::size_t unwritten_rooms_max = 65'536;
};

// Keeps the records of many rooms in a file, which belongs to one sqlite_storage at a time.
//
// Ownership of the file is a lock on a second, empty file, `<path>-lock`, that the system
// releases when the process ends in whatever way. So the database itself stays readable
// for others: `sqlite3 board.db '.backup copy.db'` makes a backup while the server runs.
//
// Errors beyond those of storage: an append too large for SQLite (1 GB) fails with
// data_loss. When the file was moved or deleted while in use, everything fails with
// unavailable. After data_loss on a full disk, appends succeed again once there is room.
//
// The epochs of a room that was never written to begin anew with each open_file(): no
// owner outlives the storage it opened the room in.
//
// Threads: all functions from any thread at once. Works on two threads of its own, one that
// commits and one that reads, so the loading of a large room does not delay commits.
// Memory: what is queued, without a bound of its own; about 4 MB of page cache; one entry
// per room opened and not yet written to, at most unwritten_rooms_max.
class sqlite_storage final : public storage {
 public:
  // Opens the database at `path` (UTF-8), creating it and its parent folders when missing.
  // May block for busy_timeout twice over.
  //
  // Fails, naming the path, with
  //   unavailable           it can't be read or written, or another sqlite_storage has it;
  //   data_loss             it is not a database, or a damaged one;
  //   failed_precondition   it is another program's database, or was written by a newer
  //                         version of this one.
  // The file is unchanged then.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<sqlite_storage>> open_file(
      std::string_view path, sqlite_options options = {});

  // Commits what was appended, posts all handlers, and closes the file. Blocks meanwhile.
  ~sqlite_storage() override;

  sqlite_storage(const sqlite_storage&) = delete;
  sqlite_storage& operator=(const sqlite_storage&) = delete;

  void open(std::string_view room, executor& on, open_handler done) override;
  void read(std::string_view room, executor& on, open_handler done) override;
  void append(append_request request, executor& on, append_handler done) override;

  // The failure of the last commit, or OK. A failure also makes the next commit be tried
  // in the background, without changing anything, so a later check() sees the recovery.
  // Costs one stat(2).
  [[nodiscard]] absl::Status check() override;

  // Transactions that have been synced to the disk so far.
  [[nodiscard]] std::uint64_t commits() const;

 private:
  class impl;

  explicit sqlite_storage(std::unique_ptr<impl> state);

  std::unique_ptr<impl> impl_;
};

}  // namespace collab

#endif  // COLLAB_STORAGE_SQLITE_STORAGE_HPP
