// What sqlite_storage promises when the disk fails, seen through a watched file layer.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collab/storage/sqlite_storage.hpp"
#include "storage/faulty_vfs.hpp"
#include "storage/temporary_folder.hpp"
#include "storage/waiting_storage.hpp"

using namespace collab_test;
using namespace std::chrono_literals;
using collab::sqlite_storage;

namespace {

// Notes whether a handler was posted before a sync covered all that was written. Only for
// calls that must write, one at a time.
class watching_executor final : public collab::executor {
 public:
  explicit watching_executor(faulty_vfs& files) : files_{files}, syncs_{files.syncs} {}

  void post(absl::AnyInvocable<void()> work) override {
    too_early_ = too_early_ || files_.unsynced || files_.syncs == syncs_;
    syncs_ = files_.syncs;
    inner.post(std::move(work));
  }

  [[nodiscard]] bool too_early() const { return too_early_; }

  collab::testing::manual_executor inner;

 private:
  faulty_vfs& files_;
  int syncs_;  // When the call before was answered.
  std::atomic<bool> too_early_ = false;
};

}  // namespace

TEST_SUITE("storage/sqlite_storage") {
  TEST_CASE("no append and no epoch is acknowledged before the log is synced") {
    const temporary_folder folder;
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(folder.file("board.db"));
    std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    watching_executor loop{files};
    const int syncs_before = files.syncs;
    for (std::uint64_t i = 0; i < 50; ++i) {
      int answers = 0;
      kept->append({"ROOM01", epoch, i, {"x"}}, loop, [&](const absl::Status& status) {
        CHECK(status.ok());
        ++answers;
      });
      while (answers < 1) {
        loop.inner.wait();
      }
      kept->open("ROOM01", loop, [&](absl::StatusOr<collab::opened_room> got) {
        epoch = got->epoch;
        ++answers;
      });
      while (answers < 2) {
        loop.inner.wait();
      }
    }
    CHECK_FALSE(loop.too_early());
    CHECK_GE(files.syncs - syncs_before, 100);
    kept.reset();
  }

  TEST_CASE("after a failed sync the same records may be sent again, and are there once") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(path);
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    files.sync_answer = SQLITE_IOERR_FSYNC;
    const absl::Status unknown = append(*kept, {"ROOM01", epoch, 1, {"b"}});
    CHECK(absl::IsUnavailable(unknown));
    CHECK(absl::IsUnavailable(open(*kept, "ROOM01").status()));
    CHECK(absl::IsUnavailable(kept->check()));
    CHECK_EQ(read(*kept, "ROOM01")->records, std::vector<std::string>{"a"});
    files.sync_answer = SQLITE_OK;
    CHECK(append(*kept, {"ROOM01", epoch, 1, {"b"}}).ok());
    kept.reset();
    kept = *sqlite_storage::open_file(path);
    CHECK_EQ(read(*kept, "ROOM01")->records, std::vector<std::string>{"a", "b"});
    kept.reset();
  }

  TEST_CASE("while the disk is full appends fail with data_loss, and succeed once it has room") {
    const temporary_folder folder;
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(folder.file("board.db"));
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    files.write_answer = SQLITE_FULL;
    CHECK(absl::IsDataLoss(append(*kept, {"ROOM01", epoch, 0, {"a"}})));
    CHECK(absl::IsDataLoss(kept->check()));
    CHECK(read(*kept, "ROOM01")->records.empty());
    files.write_answer = SQLITE_OK;
    // The room has no row still, and its owner is remembered still.
    CHECK(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    CHECK(kept->check().ok());
    kept.reset();
  }

  TEST_CASE("an owner that could not be replaced stays the owner") {
    const temporary_folder folder;
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(folder.file("board.db"));
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    files.write_answer = SQLITE_IOERR_WRITE;
    CHECK(absl::IsUnavailable(open(*kept, "ROOM01").status()));
    files.write_answer = SQLITE_OK;
    CHECK(append(*kept, {"ROOM01", epoch, 1, {"b"}}).ok());
    kept.reset();
  }

  TEST_CASE("an owner without records that could not be replaced stays the owner") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(path, {.busy_timeout = 60s});
    const std::uint64_t first = open(*kept, "first")->epoch;
    const std::uint64_t second = open(*kept, "second")->epoch;
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    // Another writer makes the first commit last until the next group is complete.
    sqlite3* holder = nullptr;
    REQUIRE_EQ(sqlite3_open(path.c_str(), &holder), SQLITE_OK);
    REQUIRE_EQ(sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    collab::testing::manual_executor loop;
    std::vector<absl::StatusCode> codes;
    const auto keep = [&](const absl::Status& status) { codes.push_back(status.code()); };
    kept->append({"first", first, 0, {"x"}}, loop, keep);
    std::this_thread::sleep_for(50ms);
    kept->append({"second", second, 0, {"y"}}, loop, keep);
    kept->open("ROOM01", loop,
               [&](const absl::StatusOr<collab::opened_room>& got) { keep(got.status()); });
    std::this_thread::sleep_for(50ms);
    files.sync_answer = SQLITE_IOERR_FSYNC;
    REQUIRE_EQ(sqlite3_exec(holder, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
    while (codes.size() < 3) {
      loop.wait();
    }
    using enum absl::StatusCode;
    CHECK_EQ(codes, std::vector{kUnavailable, kUnavailable, kUnavailable});
    files.sync_answer = SQLITE_OK;
    CHECK(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    kept.reset();
    sqlite3_close(holder);
  }

  TEST_CASE("of a room's appends in a failed group the first says why, the others are aborted") {
    const temporary_folder folder;
    faulty_vfs files;
    auto kept = *sqlite_storage::open_file(folder.file("board.db"));
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    files.sync_answer = SQLITE_IOERR_FSYNC;
    collab::testing::manual_executor loop;
    std::vector<absl::StatusCode> codes;
    for (std::uint64_t i = 0; i < 20; ++i) {
      kept->append({"ROOM01", epoch, i, {"x"}}, loop,
                   [&](const absl::Status& status) { codes.push_back(status.code()); });
    }
    while (codes.size() < 20) {
      loop.wait();
    }
    std::vector<absl::StatusCode> expected(20, absl::StatusCode::kAborted);
    expected[0] = absl::StatusCode::kUnavailable;
    CHECK_EQ(codes, expected);
    files.sync_answer = SQLITE_OK;
    CHECK(append(*kept, {"ROOM01", epoch, 0, {"x"}}).ok());
    kept.reset();
  }
}
