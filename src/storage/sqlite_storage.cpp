#include "collab/storage/sqlite_storage.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "storage/sqlite_database.hpp"
#include "storage/sqlite_rooms.hpp"

namespace collab {
namespace {

using detail::room_mark;
using detail::room_row;
using detail::sqlite_database;
using detail::sqlite_rooms;

constexpr std::uint64_t page_bytes = 4096;

// Work of the reading thread.
struct read_operation {
  std::string room;
  bool take_ownership = false;
  executor* on = nullptr;
  storage::open_handler done;
};

// Work of the writing thread.
struct append_operation {
  append_request request;
  executor* on = nullptr;
  storage::append_handler done;
};

// The second half of an open(): the records are read, ownership is to be taken.
struct claim_operation {
  std::string room;
  room_mark known;
  opened_room result;
  executor* on = nullptr;
  storage::open_handler done;
};

// Commits a change that changes nothing, to see whether committing works.
struct probe_operation {};

using write_operation = std::variant<append_operation, claim_operation, probe_operation>;

std::size_t bytes_of(const write_operation& operation) {
  const auto* append = std::get_if<append_operation>(&operation);
  std::size_t bytes = 0;
  if (append != nullptr) {
    for (const std::string& record : append->request.records) {
      bytes += record.size();
    }
  }
  return bytes;
}

void post(executor& on, storage::open_handler done, absl::StatusOr<opened_room> result) {
  on.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

void post(write_operation& operation, absl::Status outcome) {
  if (auto* append = std::get_if<append_operation>(&operation)) {
    append->on->post([done = std::move(append->done), outcome = std::move(outcome)]() mutable {
      done(std::move(outcome));
    });
  } else if (auto* claim = std::get_if<claim_operation>(&operation)) {
    absl::StatusOr<opened_room> result{std::move(claim->result)};
    if (!outcome.ok()) {
      result = std::move(outcome);
    }
    post(*claim->on, std::move(claim->done), std::move(result));
  }
}

// The owners of rooms without a row, oldest first out. One thread.
class unwritten_owners {
 public:
  explicit unwritten_owners(std::size_t rooms_max) : rooms_max_{rooms_max} {}

  // 0 when nobody owns it.
  [[nodiscard]] std::uint64_t find(const std::string& room) const {
    const auto found = owners_.find(room);
    return found == owners_.end() ? 0 : found->second;
  }

  // Greater than every epoch given before.
  [[nodiscard]] std::uint64_t next_epoch() { return ++last_epoch_; }

  void set(const std::string& room, std::uint64_t epoch) {
    owners_[room] = epoch;
    arrivals_.emplace_back(room, epoch);
    while (arrivals_.size() > rooms_max_) {
      const auto& [oldest, given] = arrivals_.front();
      if (find(oldest) == given) {
        owners_.erase(oldest);
      }
      arrivals_.pop_front();
    }
  }

  // Takes a set() back.
  void restore(const std::string& room, std::uint64_t epoch_before) {
    if (epoch_before == 0) {
      owners_.erase(room);
    } else {
      owners_[room] = epoch_before;
    }
  }

  void erase(const std::string& room) { owners_.erase(room); }

 private:
  std::size_t rooms_max_;
  std::uint64_t last_epoch_ = 0;
  absl::flat_hash_map<std::string, std::uint64_t> owners_;
  std::deque<std::pair<std::string, std::uint64_t>> arrivals_;
};

}  // namespace

class sqlite_storage::impl {
 public:
  impl(sqlite_database lock, sqlite_database writer, sqlite_database reader,
       const sqlite_options& options)
      : options_{options},
        lock_{std::move(lock)},
        writer_{std::move(writer)},
        reader_{std::move(reader)},
        unwritten_{options.unwritten_rooms_max} {}

  absl::Status start() {
    auto writing = sqlite_rooms::over(writer_);
    auto reading = sqlite_rooms::over(reader_);
    if (!writing.ok() || !reading.ok()) {
      return writing.ok() ? reading.status() : writing.status();
    }
    writing_.emplace(*std::move(writing));
    reading_.emplace(*std::move(reading));
    write_thread_ = std::thread{[this] { write_loop(); }};
    read_thread_ = std::thread{[this] { read_loop(); }};
    return absl::OkStatus();
  }

  ~impl() {
    // Reading first: what it has read still goes to the writing thread to be owned.
    if (read_thread_.joinable()) {
      stop(reads_stop_);
      read_thread_.join();
    }
    if (write_thread_.joinable()) {
      stop(writes_stop_);
      write_thread_.join();
    }
  }

  void push(read_operation operation) {
    const std::lock_guard lock{mutex_};
    reads_.push_back(std::move(operation));
    read_arrived_.notify_one();
  }

  void push(write_operation operation) {
    const std::lock_guard lock{mutex_};
    writes_.push_back(std::move(operation));
    write_arrived_.notify_one();
  }

  absl::Status check() {
    if (reader_.has_moved()) {
      return moved();
    }
    const std::lock_guard lock{mutex_};
    if (!last_failure_.ok() && !probing_) {
      probing_ = true;
      writes_.emplace_back(probe_operation{});
      write_arrived_.notify_one();
    }
    return last_failure_;
  }

  [[nodiscard]] std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  // How a transaction failed, and whether its operations may fare better one by one.
  struct attempt_result {
    absl::Status status;
    bool splittable = false;
  };

  void stop(bool& flag) {
    const std::lock_guard lock{mutex_};
    flag = true;
    read_arrived_.notify_one();
    write_arrived_.notify_one();
  }

  // ---- The reading thread

  void read_loop() {
    for (;;) {
      std::unique_lock lock{mutex_};
      read_arrived_.wait(lock, [this] { return reads_stop_ || !reads_.empty(); });
      if (reads_.empty()) {
        return;
      }
      read_operation operation = std::move(reads_.front());
      reads_.pop_front();
      lock.unlock();
      serve(std::move(operation));
    }
  }

  void serve(read_operation operation) {
    room_mark known;
    absl::StatusOr<opened_room> result = load(operation.room, known);
    if (!operation.take_ownership || !result.ok()) {
      post(*operation.on, std::move(operation.done), std::move(result));
      return;
    }
    push(claim_operation{.room = std::move(operation.room),
                         .known = known,
                         .result = *std::move(result),
                         .on = operation.on,
                         .done = std::move(operation.done)});
  }

  absl::StatusOr<opened_room> load(const std::string& room, room_mark& known) {
    if (reader_.has_moved()) {
      return moved();
    }
    // One transaction spares the locks of one per record.
    if (absl::Status begun = reader_.run("BEGIN"); !begun.ok()) {
      return begun;
    }
    opened_room result;
    absl::StatusOr<std::optional<room_row>> row = reading_->find(room);
    absl::Status status = row.status();
    if (status.ok() && row->has_value()) {
      known = {(*row)->last_position, (*row)->last_record};
      status = reading_->read(room, **row, {}, result.records);
    }
    roll_back(reader_);
    if (!status.ok()) {
      return status;
    }
    return result;
  }

  // ---- The writing thread

  void write_loop() {
    for (;;) {
      std::vector<write_operation> group = next_group();
      if (group.empty()) {
        return;
      }
      commit(group);
    }
  }

  // Waits for work and takes as much of it as one transaction may hold. Empty: the end.
  std::vector<write_operation> next_group() {
    std::unique_lock lock{mutex_};
    write_arrived_.wait(lock, [this] { return writes_stop_ || !writes_.empty(); });
    std::vector<write_operation> group;
    std::size_t bytes = 0;
    while (!writes_.empty() && group.size() < options_.group_operations_max) {
      bytes += bytes_of(writes_.front());
      if (!group.empty() && bytes > options_.group_bytes_max) {
        break;
      }
      group.push_back(std::move(writes_.front()));
      writes_.pop_front();
    }
    return group;
  }

  // Commits `group` as far as possible and posts every handler.
  void commit(std::vector<write_operation>& group) {
    std::vector<absl::Status> outcomes(group.size());
    attempt_result result = attempt(group, outcomes);
    if (!result.status.ok() && result.splittable && group.size() > 1) {
      // One of them is at fault; the others must not suffer for it.
      for (std::size_t i = 0; i < group.size(); ++i) {
        const std::span outcome{&outcomes[i], 1};
        result = attempt(std::span{&group[i], 1}, outcome);
        outcome[0] = result.status.ok() ? outcome[0] : result.status;
      }
    } else if (!result.status.ok()) {
      fail_all(group, outcomes, result.status);
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      post(group[i], std::move(outcomes[i]));
    }
  }

  // Gives every operation the failure of its transaction, but aborted to appends that
  // stand behind another one of their room.
  static void fail_all(const std::vector<write_operation>& group,
                       std::vector<absl::Status>& outcomes, const absl::Status& failure) {
    absl::flat_hash_set<absl::string_view> failed;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto* append = std::get_if<append_operation>(&group[i]);
      if (append == nullptr) {
        outcomes[i] = failure;
      } else if (outcomes[i].ok()) {  // Else it was refused already, for its own fault.
        outcomes[i] = failed.insert(append->request.room).second
                          ? failure
                          : absl::AbortedError(
                                absl::StrCat("room '", append->request.room,
                                             "': an append ahead failed: ", failure.message()));
      }
    }
  }

  // One transaction. On success outcomes[i] tells whether operation i was refused.
  attempt_result attempt(std::span<write_operation> group, std::span<absl::Status> outcomes) {
    attempt_result result = transact(group, outcomes);
    if (result.status.ok()) {
      for (const std::string& room : written_rooms_) {
        unwritten_.erase(room);
      }
    } else {
      roll_back(writer_);
      for (auto undone = claimed_.rbegin(); undone != claimed_.rend(); ++undone) {
        unwritten_.restore(undone->first, undone->second);
      }
    }
    written_rooms_.clear();
    claimed_.clear();
    const std::lock_guard lock{mutex_};
    last_failure_ = result.status;
    return result;
  }

  attempt_result transact(std::span<write_operation> group, std::span<absl::Status> outcomes) {
    std::fill(outcomes.begin(), outcomes.end(), absl::OkStatus());
    if (writer_.has_moved()) {
      return {moved()};
    }
    if (absl::Status begun = writer_.run("BEGIN IMMEDIATE"); !begun.ok()) {
      return {std::move(begun)};
    }
    bool wrote = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
      absl::Status status = std::visit(
          [&](auto& operation) { return apply(operation, outcomes[i], wrote); }, group[i]);
      if (!status.ok()) {
        return {std::move(status), true};
      }
    }
    // When the sync fails here, SQLite leaves the end of its log where it was, so whoever
    // tries again writes the pages anew. Syncing the old ones again would prove nothing: the
    // system may have dropped them (Rebello et al., "Can applications recover from fsync
    // failures?", USENIX ATC 2020).
    absl::Status committed = writer_.run("COMMIT");
    if (!committed.ok()) {
      const bool splittable = absl::IsDataLoss(committed);
      return {std::move(committed), splittable};
    }
    if (wrote) {
      commits_.fetch_add(1, std::memory_order_relaxed);
    }
    return {};
  }

  // Each apply() yields the failure of the whole transaction; a refusal of the operation
  // alone goes to `outcome`.
  absl::Status apply(append_operation& operation, absl::Status& outcome, bool& wrote) {
    const append_request& request = operation.request;
    absl::StatusOr<std::optional<room_row>> found = writing_->find(request.room);
    if (!found.ok()) {
      return found.status();
    }
    std::optional<room_row>& row = *found;
    const std::uint64_t epoch = row ? row->epoch : unwritten_.find(request.room);
    const std::uint64_t position = row ? row->last_position : 0;
    if (request.epoch != epoch || epoch == 0) {
      outcome = absl::AbortedError(absl::StrCat("room '", request.room, "': epoch ", request.epoch,
                                                " is stale, the owner's is ", epoch));
      return absl::OkStatus();
    }
    if (request.position != position) {
      outcome =
          absl::AbortedError(absl::StrCat("room '", request.room, "': position ", request.position,
                                          " is not the last one, ", position));
      return absl::OkStatus();
    }
    if (!row) {
      absl::StatusOr<room_row> inserted = writing_->insert(request.room, epoch);
      if (!inserted.ok()) {
        return inserted.status();
      }
      row = *inserted;
      written_rooms_.push_back(request.room);
    }
    wrote = true;
    return writing_->append(*row, request.records);
  }

  absl::Status apply(claim_operation& operation, absl::Status& /*outcome*/, bool& wrote) {
    absl::StatusOr<std::optional<room_row>> row = writing_->find(operation.room);
    if (!row.ok()) {
      return row.status();
    }
    if (!row->has_value()) {
      operation.result.epoch = unwritten_.next_epoch();
      claimed_.emplace_back(operation.room, unwritten_.find(operation.room));
      unwritten_.set(operation.room, operation.result.epoch);
      return absl::OkStatus();
    }
    // The owner before may have appended since the room was read. What an attempt before
    // this one found behind the mark was rolled back.
    operation.result.records.resize(operation.known.position);
    const absl::Status status =
        writing_->read(operation.room, **row, operation.known, operation.result.records);
    if (!status.ok()) {
      return status;
    }
    operation.result.epoch = (*row)->epoch + 1;
    wrote = true;
    return writing_->set_epoch(**row, operation.result.epoch);
  }

  absl::Status apply(probe_operation& /*operation*/, absl::Status& /*outcome*/, bool& wrote) {
    {
      const std::lock_guard lock{mutex_};
      probing_ = false;
    }
    wrote = true;
    // Dirties the first page even though the value is the same.
    return writer_.run("PRAGMA main.user_version=1");
  }

  absl::Status moved() const {
    return absl::UnavailableError(
        absl::StrCat("'", writer_.path(), "' was moved or deleted while in use"));
  }

  static void roll_back(sqlite_database& database) {
    if (database.in_transaction()) {
      // Only fails when there is nothing left to roll back.
      database.run("ROLLBACK").IgnoreError();
    }
  }

  const sqlite_options options_;
  // Closed in reverse: the reader, then the writer, which checkpoints, then the lock.
  sqlite_database lock_;
  sqlite_database writer_;
  sqlite_database reader_;
  std::optional<sqlite_rooms> writing_;
  std::optional<sqlite_rooms> reading_;
  std::atomic<std::uint64_t> commits_{0};

  // Of the writing thread.
  unwritten_owners unwritten_;
  std::vector<std::string> written_rooms_;                      // First records in this group.
  std::vector<std::pair<std::string, std::uint64_t>> claimed_;  // And their owners before.

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable read_arrived_;
  std::condition_variable write_arrived_;
  std::deque<read_operation> reads_;
  std::deque<write_operation> writes_;
  absl::Status last_failure_;
  bool probing_ = false;
  bool reads_stop_ = false;
  bool writes_stop_ = false;

  std::thread write_thread_;
  std::thread read_thread_;
};

namespace {

absl::Status make_parent_folders(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  return error ? absl::UnavailableError(absl::StrCat("'", file.string(),
                                                     "': can't make the folder: ", error.message()))
               : absl::OkStatus();
}

// Holds the file beside the database for as long as the connection lives.
absl::StatusOr<sqlite_database> take_lock(const std::string& path, const sqlite_options& options) {
  auto lock = sqlite_database::open(
      path + "-lock", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
      options.busy_timeout);
  if (!lock.ok()) {
    return lock.status();
  }
  if (const absl::Status status = lock->run("BEGIN EXCLUSIVE"); !status.ok()) {
    return absl::UnavailableError(absl::StrCat(
        "'", path, "' can't be owned, is another process using it? ", status.message()));
  }
  return lock;
}

absl::StatusOr<sqlite_database> open_writer(const std::string& path,
                                            const sqlite_options& options) {
  auto database = sqlite_database::open(
      path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, options.busy_timeout);
  if (!database.ok()) {
    return database.status();
  }
  // Before the tables are known to be ours, nothing may be written: not even the mode.
  const std::uint64_t pages_max =
      std::clamp<std::uint64_t>(options.file_bytes_max / page_bytes, 1, 0xFFFFFFFE);
  const std::string prepare = absl::StrCat(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL;"
      "PRAGMA fullfsync=ON; PRAGMA page_size=",
      page_bytes, "; PRAGMA max_page_count=", pages_max);
  absl::Status status = database->run(prepare);
  if (status.ok()) {
    status = sqlite_rooms::create_tables(*database);
  }
  if (status.ok()) {
    status = database->expect("PRAGMA journal_mode=WAL", "wal");
  }
  if (status.ok()) {
    status = database->run("PRAGMA journal_size_limit=67108864");
  }
  if (!status.ok()) {
    return status;
  }
  return database;
}

}  // namespace

absl::StatusOr<std::unique_ptr<sqlite_storage>> sqlite_storage::open_file(std::string_view path,
                                                                          sqlite_options options) {
  assert(options.group_operations_max > 0);
  assert(options.unwritten_rooms_max > 0);
  // Absolute, so that no name is special to SQLite and changing the folder does no harm.
  std::error_code error;
  const std::filesystem::path file = std::filesystem::absolute(std::filesystem::path{path}, error);
  if (error || path.empty()) {
    return absl::UnavailableError(absl::StrCat("'", absl::string_view{path.data(), path.size()},
                                               "' is no path: ", error.message()));
  }
  if (absl::Status status = make_parent_folders(file); !status.ok()) {
    return status;
  }
  absl::StatusOr<sqlite_database> lock = take_lock(file.string(), options);
  if (!lock.ok()) {
    return lock.status();
  }
  absl::StatusOr<sqlite_database> writer = open_writer(file.string(), options);
  if (!writer.ok()) {
    return writer.status();
  }
  // Its mutex lets check() ask while the thread reads.
  absl::StatusOr<sqlite_database> reader = sqlite_database::open(
      file.string(), SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, options.busy_timeout);
  if (!reader.ok()) {
    return reader.status();
  }
  auto state =
      std::make_unique<impl>(*std::move(lock), *std::move(writer), *std::move(reader), options);
  if (absl::Status status = state->start(); !status.ok()) {
    return status;
  }
  return std::unique_ptr<sqlite_storage>{new sqlite_storage{std::move(state)}};
}

sqlite_storage::sqlite_storage(std::unique_ptr<impl> state) : impl_{std::move(state)} {}

sqlite_storage::~sqlite_storage() = default;

void sqlite_storage::open(std::string_view room, executor& on, open_handler done) {
  impl_->push(read_operation{
      .room = std::string{room}, .take_ownership = true, .on = &on, .done = std::move(done)});
}

void sqlite_storage::read(std::string_view room, executor& on, open_handler done) {
  impl_->push(read_operation{
      .room = std::string{room}, .take_ownership = false, .on = &on, .done = std::move(done)});
}

void sqlite_storage::append(append_request request, executor& on, append_handler done) {
  assert(!request.records.empty());
  impl_->push(append_operation{.request = std::move(request), .on = &on, .done = std::move(done)});
}

absl::Status sqlite_storage::check() { return impl_->check(); }

std::uint64_t sqlite_storage::commits() const { return impl_->commits(); }

}  // namespace collab
