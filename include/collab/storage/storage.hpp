// collab/storage/storage.hpp - where the records of rooms are kept.
//
// To a storage a record is bytes: what they mean is the business of history. One room's
// records form one sequence with dense positions 1, 2, 3, ...; a storage keeps that
// sequence, refuses a writer that is no longer its owner, and says when a record is safe.
// memory_storage forgets with the process; sqlite_storage is a file.

#ifndef COLLAB_STORAGE_STORAGE_HPP
#define COLLAB_STORAGE_STORAGE_HPP

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/executor.hpp"

namespace collab {

// What open() yields: the right to write, and all that was written.
struct opened_room {
  // Names the owner. Greater than every epoch given before for this room.
  std::uint64_t epoch = 0;
  // In order; records[i] is at position i + 1.
  std::vector<std::string> records;
};

// Records for the end of one room's sequence.
struct append_request {
  std::string room;
  // As open() gave it.
  std::uint64_t epoch = 0;
  // The position of the last record before these; 0 when the room has none. An append
  // may be sent before the one ahead of it has completed.
  std::uint64_t position = 0;
  // At least one. They become position + 1, position + 2, ...
  std::vector<std::string> records;
};

// Keeps the records of many rooms.
//
// Every call is asynchronous: its handler is called exactly once, through the executor
// given with the call, never from inside the call. Handlers of one room's appends are
// posted in the order of the appends. The executor must outlive the handler's call.
//
// Threads: all functions from any thread at once.
class storage {
 public:
  using open_handler = absl::AnyInvocable<void(absl::StatusOr<opened_room>)>;
  using append_handler = absl::AnyInvocable<void(absl::Status)>;

  // Waits for what was appended and for the handlers to be posted.
  virtual ~storage() = default;

  // Takes ownership of `room` and reads its records; a room never written to is empty,
  // and opening it leaves no trace. Whoever held the room before can no longer append.
  //
  // Fails with data_loss when what is stored is damaged, unavailable when the storage
  // can't be reached; ownership is then unchanged.
  virtual void open(std::string_view room, executor& on, open_handler done) = 0;

  // Reads the records of `room` without taking ownership; the epoch in the result is 0.
  // What was appended is seen once its handler was posted, at the latest. Errors as open().
  virtual void read(std::string_view room, executor& on, open_handler done) = 0;

  // Writes all of request.records, or none. Success means that they survive the end of
  // the process and, where the storage promises it, of the machine.
  //
  // Fails with
  //   aborted           nothing was written: the epoch is stale, and nothing of this owner
  //                     will be written again; or the position is not the last one;
  //   data_loss         the storage is damaged or full: nothing was written;
  //   unavailable       the outcome is unknown or it may be tried again with the same records.
  // A failed append fails the appends of the same room queued behind it with aborted, as
  // their positions are then wrong: act on the first failure. An owner whose epoch is not
  // stale may go on from the last position. Other rooms are not affected.
  virtual void append(append_request request, executor& on, append_handler done) = 0;

  // Whether the storage can be used at this moment; for readiness checks. May block briefly.
  [[nodiscard]] virtual absl::Status check() = 0;

 protected:
  storage() = default;
};

}  // namespace collab

#endif  // COLLAB_STORAGE_STORAGE_HPP
