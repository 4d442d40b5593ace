#include "storage/sqlite_database.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <utility>

namespace collab::detail {

sqlite_statement& sqlite_statement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(handle_.get(), parameter, value);
  bind_failure_ = bind_failure_ == SQLITE_OK ? code : bind_failure_;
  return *this;
}

sqlite_statement& sqlite_statement::bind_text(int parameter, std::string_view value) {
  const int code = sqlite3_bind_text64(handle_.get(), parameter, value.data(), value.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  bind_failure_ = bind_failure_ == SQLITE_OK ? code : bind_failure_;
  return *this;
}

sqlite_statement& sqlite_statement::bind_bytes(int parameter, std::string_view value) {
  // A null pointer would be bound as NULL, not as an empty record.
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code = sqlite3_bind_blob64(handle_.get(), parameter, data, value.size(), SQLITE_STATIC);
  bind_failure_ = bind_failure_ == SQLITE_OK ? code : bind_failure_;
  return *this;
}

int sqlite_statement::step() {
  return bind_failure_ == SQLITE_OK ? sqlite3_step(handle_.get()) : bind_failure_;
}

void sqlite_statement::reset() {
  // Repeats the code of the last step(), which the caller has seen.
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  bind_failure_ = SQLITE_OK;
}

std::string_view sqlite_statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return data == nullptr
             ? std::string_view{}
             : std::string_view{static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

absl::StatusOr<sqlite_database> sqlite_database::open(const std::string& path, int flags,
                                                      std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  sqlite_database result{path, handle};
  if (code != SQLITE_OK) {
    return handle == nullptr ? absl::UnavailableError(absl::StrCat("'", path, "': out of memory"))
                             : result.failure(code);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  return result;
}

absl::Status sqlite_database::run(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : failure(code);
}

absl::Status sqlite_database::expect(const char* sql, std::string_view value) {
  absl::StatusOr<sqlite_statement> query = prepare(sql);
  if (!query.ok()) {
    return query.status();
  }
  if (const int code = query->step(); code != SQLITE_ROW) {
    return failure(code);
  }
  const std::string_view text = query->bytes(0);
  if (text != value) {
    return absl::UnavailableError(absl::StrCat("'", path_, "': ", sql, " yields '",
                                               absl::string_view{text.data(), text.size()}, "'"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> sqlite_database::integer(const char* sql) {
  absl::StatusOr<sqlite_statement> query = prepare(sql);
  if (!query.ok()) {
    return query.status();
  }
  if (const int code = query->step(); code != SQLITE_ROW) {
    return failure(code);
  }
  return query->integer(0);
}

absl::StatusOr<sqlite_statement> sqlite_database::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) {
    return failure(code);
  }
  return sqlite_statement{handle};
}

absl::Status sqlite_database::failure(int code) const {
  const std::string message =
      absl::StrCat("'", path_, "': ", sqlite3_errmsg(handle_.get()), " (SQLite error ", code, ")");
  if (code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS) {
    return absl::DataLossError(message);
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
      return absl::UnavailableError(message);
    default:
      // FULL, CORRUPT, NOTADB and TOOBIG; and whatever our own statements on our own
      // tables can only meet when somebody else has changed them.
      return absl::DataLossError(message);
  }
}

bool sqlite_database::has_moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  // A system whose SQLite can't tell forbids to move open files, too.
  return code == SQLITE_OK && moved != 0;
}

}  // namespace collab::detail
