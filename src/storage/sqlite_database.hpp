// storage/sqlite_database.hpp - one connection to SQLite, and its statements, as values.
//
// Owns handles and turns result codes into absl::Status. Knows nothing of rooms; private
// to collab::sqlite.

#ifndef COLLAB_STORAGE_SQLITE_DATABASE_HPP
#define COLLAB_STORAGE_SQLITE_DATABASE_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace collab::detail {

// A prepared statement. Parameters and columns count as in SQLite: from 1, and from 0.
// Bound bytes are not copied: they must live until reset().
//
// Threads: those of its database.
class sqlite_statement {
 public:
  sqlite_statement() = default;
  explicit sqlite_statement(sqlite3_stmt* handle) : handle_{handle} {}

  sqlite_statement& bind(int parameter, std::int64_t value);
  sqlite_statement& bind_text(int parameter, std::string_view value);
  sqlite_statement& bind_bytes(int parameter, std::string_view value);

  // SQLITE_ROW, SQLITE_DONE, or an extended error code, also that of a failed bind.
  [[nodiscard]] int step();

  // Releases the locks and the parameters; to be called after each use.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
  }
  // Valid until the next step() or reset().
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
  int bind_failure_ = SQLITE_OK;
};

// A connection.
//
// Threads: one at a time, unless `flags` ask SQLite for its mutex (SQLITE_OPEN_FULLMUTEX).
class sqlite_database {
 public:
  // As sqlite3_open_v2(). Nothing is read from the file yet. Fails with unavailable.
  [[nodiscard]] static absl::StatusOr<sqlite_database> open(const std::string& path, int flags,
                                                            std::chrono::milliseconds busy_timeout);

  // Runs statements that yield nothing, or nothing of interest.
  [[nodiscard]] absl::Status run(const char* sql);
  [[nodiscard]] absl::Status run(const std::string& sql) { return run(sql.c_str()); }

  // Runs a statement that must yield the single text `value`. Fails with unavailable when
  // it yields another: a PRAGMA that can't be obeyed says so in no other way.
  [[nodiscard]] absl::Status expect(const char* sql, std::string_view value);

  // The single integer that `sql` yields.
  [[nodiscard]] absl::StatusOr<std::int64_t> integer(const char* sql);

  [[nodiscard]] absl::StatusOr<sqlite_statement> prepare(const char* sql);

  // What the failure `code` of this database means for storage::append(): data_loss when it
  // is damaged, full or not ours, unavailable when trying again may help.
  [[nodiscard]] absl::Status failure(int code) const;

  // Whether a transaction was begun and not yet ended, also by an error.
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

  // Whether the path names another file than the open one, or none.
  [[nodiscard]] bool has_moved() const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  sqlite_database(std::string path, sqlite3* handle) : path_{std::move(path)}, handle_{handle} {}

  std::string path_;
  std::unique_ptr<sqlite3, closer> handle_;
};

}  // namespace collab::detail

#endif  // COLLAB_STORAGE_SQLITE_DATABASE_HPP
