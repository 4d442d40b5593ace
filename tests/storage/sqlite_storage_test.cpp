#include "collab/storage/sqlite_storage.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "collab/testing/storage_conformance.hpp"
#include "storage/temporary_folder.hpp"
#include "storage/waiting_storage.hpp"

using namespace collab_test;
using namespace std::chrono_literals;
using collab::append_request;
using collab::sqlite_options;
using collab::sqlite_storage;

namespace {

std::unique_ptr<sqlite_storage> must_open(const std::string& path, sqlite_options options = {}) {
  auto opened = sqlite_storage::open_file(path, options);
  REQUIRE_MESSAGE(opened.ok(), opened.status().ToString());
  return *std::move(opened);
}

bool contains(const absl::Status& status, const std::string& part) {
  return std::string{status.message()}.find(part) != std::string::npos;
}

// Another program at the same file.
class foreign_connection {
 public:
  explicit foreign_connection(const std::string& path) {
    REQUIRE_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
  }
  ~foreign_connection() { sqlite3_close(handle_); }
  foreign_connection(const foreign_connection&) = delete;
  foreign_connection& operator=(const foreign_connection&) = delete;

  void run(const char* sql) {
    REQUIRE_EQ(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  }

  int integer(const char* sql) {
    sqlite3_stmt* query = nullptr;
    REQUIRE_EQ(sqlite3_prepare_v2(handle_, sql, -1, &query, nullptr), SQLITE_OK);
    REQUIRE_EQ(sqlite3_step(query), SQLITE_ROW);
    const int value = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    return value;
  }

 private:
  sqlite3* handle_ = nullptr;
};

// Writes `records` one by one into `room` of a new storage at `path`, and closes it.
void write_room(const std::string& path, const std::string& room,
                const std::vector<std::string>& records) {
  const auto kept = must_open(path);
  const auto opened = open(*kept, room);
  REQUIRE(opened.ok());
  std::uint64_t position = opened->records.size();
  for (const std::string& record : records) {
    REQUIRE(append(*kept, {room, opened->epoch, position++, {record}}).ok());
  }
}

void overwrite(const std::string& path, std::streamoff offset, const std::string& bytes) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(offset);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

}  // namespace

TEST_SUITE("storage/sqlite_storage") {
  TEST_CASE("sqlite_storage keeps the promises of a storage") {
    const temporary_folder folder;
    int count = 0;
    std::string path;
    for (const std::size_t group_operations_max : {std::size_t{256}, std::size_t{1}}) {
      const sqlite_options options{.group_operations_max = group_operations_max};
      CHECK_EQ(collab::testing::check_storage_conformance(
                   {.make =
                        [&] {
                          path = folder.file(("board" + std::to_string(++count)).c_str());
                          return must_open(path, options);
                        },
                    .reopen = [&] { return must_open(path, options); }}),
               absl::OkStatus());
    }
  }

  TEST_CASE("the folder of a new file is made") {
    const temporary_folder folder;
    const std::string path = folder.file("boards/of/2024/board.db");
    write_room(path, "ROOM01", {"a"});
    CHECK(std::filesystem::exists(path));
  }

  TEST_CASE("records and epochs survive closing and opening") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    write_room(path, "ROOM01", {"a", "b"});
    write_room(path, "ROOM02", {"z"});
    write_room(path, "ROOM01", {"c"});
    const auto kept = must_open(path);
    const auto room = open(*kept, "ROOM01");
    REQUIRE(room.ok());
    CHECK_EQ(room->records, std::vector<std::string>{"a", "b", "c"});
    CHECK_EQ(room->epoch, 3);
    CHECK(absl::IsAborted(append(*kept, {"ROOM01", 2, 3, {"stale"}})));
    CHECK(append(*kept, {"ROOM01", 3, 3, {"d"}}).ok());
    CHECK_EQ(open(*kept, "ROOM02")->records, std::vector<std::string>{"z"});
  }

  TEST_CASE("a room that was opened only leaves no row") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path);
    REQUIRE(open(*kept, "ROOM01").ok());
    REQUIRE(open(*kept, "ROOM01").ok());
    REQUIRE(absl::IsAborted(append(*kept, {"ROOM01", 1, 0, {"x"}})));
    CHECK_EQ(kept->commits(), 0);
    foreign_connection other{path};
    CHECK_EQ(other.integer("SELECT count(*) FROM rooms"), 0);
    REQUIRE(append(*kept, {"ROOM01", 2, 0, {"x"}}).ok());
    CHECK_EQ(kept->commits(), 1);
    CHECK_EQ(other.integer("SELECT count(*) FROM rooms"), 1);
  }

  TEST_CASE("of rooms opened and never written to, unwritten_rooms_max owners are remembered") {
    const temporary_folder folder;
    const auto kept = must_open(folder.file("board.db"), {.unwritten_rooms_max = 2});
    const std::uint64_t a = open(*kept, "a")->epoch;
    const std::uint64_t b = open(*kept, "b")->epoch;
    const std::uint64_t c = open(*kept, "c")->epoch;
    CHECK(absl::IsAborted(append(*kept, {"a", a, 0, {"x"}})));
    CHECK(append(*kept, {"b", b, 0, {"x"}}).ok());
    CHECK(append(*kept, {"c", c, 0, {"x"}}).ok());
    const std::uint64_t again = open(*kept, "a")->epoch;
    CHECK_GT(again, a);
    CHECK(append(*kept, {"a", again, 0, {"x"}}).ok());
  }

  TEST_CASE("opening takes the records an owner wrote while the room was being read") {
    const temporary_folder folder;
    const auto kept = must_open(folder.file("board.db"));
    std::vector<std::string> expected;
    for (int round = 0; round < 200; ++round) {
      const auto owner = open(*kept, "ROOM01");
      REQUIRE(owner.ok());
      // An append and an open race; whatever was acknowledged, the new owner sees.
      collab::testing::manual_executor loop;
      std::optional<absl::Status> written;
      std::optional<absl::StatusOr<collab::opened_room>> next;
      const auto write = [&] {
        kept->append({"ROOM01", owner->epoch, owner->records.size(), {std::to_string(round)}}, loop,
                     [&](absl::Status got) { written = got; });
      };
      if (round % 2 == 0) {
        write();
      }
      kept->open("ROOM01", loop, [&](auto got) { next = std::move(got); });
      if (round % 2 == 1) {
        write();
      }
      while (!written || !next) {
        loop.wait();
      }
      REQUIRE(next->ok());
      REQUIRE((written->ok() || absl::IsAborted(*written)));
      if (written->ok()) {
        expected.push_back(std::to_string(round));
      }
      REQUIRE_EQ((*next)->records, expected);
    }
  }

  TEST_CASE("what arrives while a commit runs is committed as one group") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path, {.busy_timeout = 60s});
    std::vector<std::uint64_t> epochs;
    for (int room = 0; room < 100; ++room) {
      epochs.push_back(open(*kept, std::to_string(room))->epoch);
    }
    // Another writer makes the first commit last until all the others have arrived.
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    collab::testing::manual_executor loop;
    int answered = 0;
    int succeeded = 0;
    for (std::size_t room = 0; room < 100; ++room) {
      kept->append({std::to_string(room), epochs[room], 0, {"x"}}, loop, [&](absl::Status status) {
        ++answered;
        succeeded += status.ok() ? 1 : 0;
      });
    }
    std::this_thread::sleep_for(20ms);
    CHECK_EQ(loop.run(), 0);  // Nothing is acknowledged before it is committed.
    other.run("ROLLBACK");
    while (answered < 100) {
      loop.wait();
    }
    CHECK_EQ(succeeded, 100);
    CHECK_LE(kept->commits(), 2);
    CHECK_GE(kept->commits(), 1);
  }

  TEST_CASE("a group holds at most group_operations_max operations and group_bytes_max bytes") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    // The first append is a group of its own or the head of one: 12 more make three groups
    // of four, and any larger groups would need fewer commits.
    sqlite_options options{.group_operations_max = 4, .busy_timeout = 60s};
    SUBCASE("operations") {}
    SUBCASE("bytes") { options.group_operations_max = 1000, options.group_bytes_max = 400; }
    const auto kept = must_open(path, options);
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    collab::testing::manual_executor loop;
    std::size_t answered = 0;
    for (std::size_t i = 0; i < 13; ++i) {
      kept->append({"ROOM01", epoch, i, {std::string(100, 'x')}}, loop, [&](absl::Status status) {
        CHECK(status.ok());
        ++answered;
      });
    }
    // Larger than a group may be: committed alone all the same.
    kept->append({"ROOM01", epoch, 13, {std::string(1000, 'y')}}, loop, [&](absl::Status status) {
      CHECK(status.ok());
      ++answered;
    });
    other.run("ROLLBACK");
    while (answered < 14) {
      loop.wait();
    }
    CHECK_GE(kept->commits(), 4);
    CHECK_LE(kept->commits(), 5);
  }

  TEST_CASE("a refused append does not keep the others of its group from being written") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path, {.busy_timeout = 60s});
    const std::uint64_t stale = open(*kept, "a")->epoch;
    const std::uint64_t a = open(*kept, "a")->epoch;
    const std::uint64_t b = open(*kept, "b")->epoch;
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    collab::testing::manual_executor loop;
    std::vector<absl::StatusCode> codes;
    const auto keep = [&](absl::Status status) { codes.push_back(status.code()); };
    kept->append({"b", b, 0, {"b1"}}, loop, keep);
    kept->append({"a", stale, 0, {"stale"}}, loop, keep);
    kept->append({"a", a, 5, {"gap"}}, loop, keep);
    kept->append({"a", a, 6, {"behind it"}}, loop, keep);
    kept->append({"b", b, 1, {"b2"}}, loop, keep);
    kept->append({"a", a, 0, {"a1"}}, loop, keep);
    other.run("ROLLBACK");
    while (codes.size() < 6) {
      loop.wait();
    }
    using enum absl::StatusCode;
    CHECK_EQ(codes, std::vector{kOk, kAborted, kAborted, kAborted, kOk, kOk});
    CHECK_EQ(read(*kept, "a")->records, std::vector<std::string>{"a1"});
    CHECK_EQ(read(*kept, "b")->records, std::vector<std::string>{"b1", "b2"});
  }

  TEST_CASE("while another program writes for longer than busy_timeout, appends are unavailable") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path, {.busy_timeout = 1ms});
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    const absl::Status status = append(*kept, {"ROOM01", epoch, 1, {"b"}});
    CHECK(absl::IsUnavailable(status));
    CHECK(contains(status, path));
    CHECK(absl::IsUnavailable(open(*kept, "ROOM01").status()));
    CHECK(absl::IsUnavailable(kept->check()));
    CHECK_EQ(read(*kept, "ROOM01")->records, std::vector<std::string>{"a"});

    other.run("ROLLBACK");
    // The failure took nothing away: same epoch, same position, same records.
    CHECK(append(*kept, {"ROOM01", epoch, 1, {"b"}}).ok());
    CHECK(kept->check().ok());
    CHECK_EQ(read(*kept, "ROOM01")->records, std::vector<std::string>{"a", "b"});
  }

  TEST_CASE("a storage that recovers becomes ready though nobody appends") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path, {.busy_timeout = 1ms});
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    REQUIRE(absl::IsUnavailable(append(*kept, {"ROOM01", epoch, 0, {"a"}})));
    REQUIRE(absl::IsUnavailable(kept->check()));
    other.run("ROLLBACK");
    for (int tries = 0; tries < 1000 && !kept->check().ok(); ++tries) {
      std::this_thread::sleep_for(5ms);
    }
    CHECK(kept->check().ok());
    CHECK(read(*kept, "ROOM01")->records.empty());
  }

  TEST_CASE(
      "an append that would make the file too large fails with data_loss and changes nothing") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(
        path, {.group_bytes_max = 1024 * 1024, .busy_timeout = 60s, .file_bytes_max = 256 * 1024});
    const std::uint64_t small = open(*kept, "small")->epoch;
    const std::uint64_t large = open(*kept, "large")->epoch;
    CHECK(append(*kept, {"large", large, 0, {std::string(128 * 1024, 'x')}}).ok());
    // In one group, so that one append's failure could be another's.
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    collab::testing::manual_executor loop;
    std::vector<absl::StatusCode> codes;
    const auto keep = [&](absl::Status status) { codes.push_back(status.code()); };
    kept->append({"small", small, 0, {"a"}}, loop, keep);
    kept->append({"large", large, 1, {std::string(256 * 1024, 'x')}}, loop, keep);
    kept->append({"large", large, 2, {"behind it"}}, loop, keep);
    kept->append({"small", small, 1, {"b"}}, loop, keep);
    other.run("ROLLBACK");
    while (codes.size() < 4) {
      loop.wait();
    }
    using enum absl::StatusCode;
    CHECK_EQ(codes, std::vector{kOk, kDataLoss, kAborted, kOk});
    CHECK_EQ(read(*kept, "small")->records, std::vector<std::string>{"a", "b"});
    CHECK_EQ(read(*kept, "large")->records.size(), 1);
  }

  TEST_CASE("an open that shares its group with a failing append yields every record once") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(
        path, {.group_bytes_max = 1024 * 1024, .busy_timeout = 60s, .file_bytes_max = 256 * 1024});
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    const std::uint64_t large = open(*kept, "large")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    foreign_connection other{path};
    other.run("BEGIN IMMEDIATE");
    collab::testing::manual_executor loop;
    int answered = 0;
    std::vector<std::string> records;
    const auto count = [&](const absl::Status&) { ++answered; };
    kept->append({"ROOM01", epoch, 1, {"b"}}, loop, count);
    kept->append({"ROOM01", epoch, 2, {"c"}}, loop, count);
    kept->open("ROOM01", loop, [&](absl::StatusOr<collab::opened_room> got) {
      ++answered;
      records = got.ok() ? got->records : std::vector{got.status().ToString()};
    });
    std::this_thread::sleep_for(50ms);  // Until the room is read, as it was before "b".
    kept->append({"large", large, 0, {std::string(512 * 1024, 'x')}}, loop, count);
    other.run("ROLLBACK");
    while (answered < 4) {
      loop.wait();
    }
    CHECK_EQ(records, std::vector<std::string>{"a", "b", "c"});
  }

  TEST_CASE("loading a large room does not hold up the appends of others") {
    const temporary_folder folder;
    const auto kept = must_open(folder.file("board.db"));
    const std::uint64_t large = open(*kept, "large")->epoch;
    const std::uint64_t small = open(*kept, "small")->epoch;
    constexpr std::uint64_t records = 100'000;
    REQUIRE(append(*kept, {"large", large, 0, std::vector<std::string>(records, "a stroke")}).ok());
    collab::testing::manual_executor loop;
    std::vector<std::string> order;
    kept->open("large", loop, [&](absl::StatusOr<collab::opened_room> got) {
      order.push_back("open");
      CHECK_EQ(got->records.size(), records);
    });
    kept->append({"small", small, 0, {"x"}}, loop, [&](const absl::Status& status) {
      order.push_back("append");
      CHECK(status.ok());
    });
    while (order.size() < 2) {
      loop.wait();
    }
    CHECK_EQ(order, std::vector<std::string>{"append", "open"});
  }

  TEST_CASE("a file has one owner at a time, in this process") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    auto kept = must_open(path);
    const auto second = sqlite_storage::open_file(path, {.busy_timeout = 1ms});
    CHECK(absl::IsUnavailable(second.status()));
    CHECK(contains(second.status(), path));
    CHECK(contains(second.status(), "another process"));
    kept.reset();
    CHECK(sqlite_storage::open_file(path, {.busy_timeout = 1ms}).ok());
  }

  TEST_CASE("a file has one owner at a time, among processes") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    int ready[2];
    REQUIRE_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
      const auto kept = sqlite_storage::open_file(path);
      const char answer = kept.ok() ? 'y' : 'n';
      (void)!::write(ready[1], &answer, 1);
      ::pause();
      ::_exit(0);
    }
    char answer = 0;
    REQUIRE_EQ(::read(ready[0], &answer, 1), 1);
    CHECK_EQ(answer, 'y');
    CHECK(absl::IsUnavailable(sqlite_storage::open_file(path, {.busy_timeout = 1ms}).status()));
    // However the owner ends, its lock ends with it.
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(sqlite_storage::open_file(path, {.busy_timeout = 1ms}).ok());
    ::close(ready[0]);
    ::close(ready[1]);
  }

  TEST_CASE("others may read the file while it is in use") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path);
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a", "b"}}).ok());
    foreign_connection other{path};
    CHECK_EQ(other.integer("SELECT count(*) FROM records"), 2);
    other.run("BEGIN; SELECT * FROM records");
    CHECK(append(*kept, {"ROOM01", epoch, 2, {"c"}}).ok());
  }

  TEST_CASE("what was acknowledged survives kill -9") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    constexpr std::uint64_t rooms = 3;
    std::vector<std::uint64_t> acknowledged(rooms, 0);
    for (int round = 0; round < 8; ++round) {
      int channel[2];
      REQUIRE_EQ(::pipe(channel), 0);
      const pid_t child = ::fork();
      REQUIRE_GE(child, 0);
      if (child == 0) {
        // Appends to all rooms, 8 ahead of the acknowledgements, and reports those.
        auto kept = *sqlite_storage::open_file(path);
        collab::testing::manual_executor loop;
        for (std::uint64_t room = 0; room < rooms; ++room) {
          const auto owned = *open(*kept, std::to_string(room));
          auto next = std::make_shared<std::uint64_t>(owned.records.size());
          auto send = std::make_shared<std::function<void()>>();
          *send = [&, room, next, send, epoch = owned.epoch] {
            const std::uint64_t position = (*next)++;
            kept->append(
                {std::to_string(room), epoch, position, {std::to_string(position + 1)}}, loop,
                [&channel, room, position, send](absl::Status status) {
                  const std::uint64_t report[2] = {room, position + 1};
                  if (!status.ok() || ::write(channel[1], report, sizeof report) != sizeof report) {
                    ::_exit(1);
                  }
                  (*send)();
                });
          };
          for (int ahead = 0; ahead < 8; ++ahead) {
            (*send)();
          }
        }
        for (;;) {
          loop.wait();
        }
      }
      ::close(channel[1]);
      std::uint64_t report[2];
      for (int i = 0; i < 60 + 37 * round; ++i) {
        REQUIRE_EQ(::read(channel[0], report, sizeof report), sizeof report);
        acknowledged[report[0]] = report[1];
      }
      ::kill(child, SIGKILL);
      while (::read(channel[0], report, sizeof report) == sizeof report) {
        acknowledged[report[0]] = report[1];
      }
      ::close(channel[0]);
      int status = 0;
      ::waitpid(child, &status, 0);
      REQUIRE(WIFSIGNALED(status));

      const auto kept = must_open(path);
      for (std::uint64_t room = 0; room < rooms; ++room) {
        const auto found = read(*kept, std::to_string(room));
        REQUIRE_MESSAGE(found.ok(), found.status().ToString());
        CHECK_GE(found->records.size(), acknowledged[room]);
        for (std::size_t i = 0; i < found->records.size(); ++i) {
          REQUIRE_EQ(found->records[i], std::to_string(i + 1));
        }
      }
    }
  }

  TEST_CASE("a file that is no database is refused by name and left as it is") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const std::string text(8192, 'x');
    std::ofstream{path} << text;
    const auto refused = sqlite_storage::open_file(path);
    CHECK(absl::IsDataLoss(refused.status()));
    CHECK(contains(refused.status(), path));
    std::ifstream file{path};
    CHECK_EQ(std::string(std::istreambuf_iterator<char>{file}, {}), text);
  }

  TEST_CASE("an overwritten header is reported as data_loss naming the file") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    write_room(path, "ROOM01", {"a"});
    overwrite(path, 0, std::string(100, '\0'));
    const auto refused = sqlite_storage::open_file(path);
    CHECK(absl::IsDataLoss(refused.status()));
    CHECK(contains(refused.status(), path));
  }

  TEST_CASE("a truncated file is reported as data_loss naming the file") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    write_room(path, "ROOM01", {std::string(100'000, 'x'), std::string(100'000, 'y')});
    const auto size = std::filesystem::file_size(path);
    for (const std::uintmax_t kept_bytes : {size - 4096, size / 2, std::uintmax_t{4096}}) {
      std::filesystem::resize_file(path, kept_bytes);
      const auto refused = sqlite_storage::open_file(path);
      const absl::Status status =
          refused.ok() ? open(**refused, "ROOM01").status() : refused.status();
      CHECK(absl::IsDataLoss(status));
      CHECK(contains(status, path));
    }
  }

  TEST_CASE("damage in one room is reported by name and spares the others") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    write_room(path, "good", {"a", "b"});
    write_room(path, "bad", {"a", "b", "c"});
    const char* damage = "";
    SUBCASE("a record is missing") {
      damage = "DELETE FROM records WHERE room = 2 AND position = 2";
    }
    SUBCASE("the last record is missing") {
      damage = "DELETE FROM records WHERE room = 2 AND position = 3";
    }
    SUBCASE("a position is not dense") {
      damage = "UPDATE records SET position = 4 WHERE room = 2 AND position = 3";
    }
    SUBCASE("a record follows itself") {
      damage = "UPDATE records SET previous = id WHERE room = 2 AND position = 2";
    }
    SUBCASE("the first record follows another") {
      damage = "UPDATE records SET previous = 1 WHERE room = 2 AND position = 1";
    }
    SUBCASE("the sequence leads into another room") {
      damage = "UPDATE records SET previous = 2 WHERE room = 2 AND position = 3";
    }
    SUBCASE("the room's row counts too far") {
      damage = "UPDATE rooms SET last_position = 1000000000000 WHERE name = 'bad'";
    }
    SUBCASE("the room's row is nonsense") {
      damage = "UPDATE rooms SET epoch = -1 WHERE name = 'bad'";
    }
    foreign_connection{path}.run(damage);

    const auto kept = must_open(path);
    for (const auto& result : {read(*kept, "bad"), open(*kept, "bad")}) {
      CHECK(absl::IsDataLoss(result.status()));
      CHECK(contains(result.status(), path));
      CHECK(contains(result.status(), "'bad'"));
    }
    const auto good = open(*kept, "good");
    REQUIRE(good.ok());
    CHECK_EQ(good->records, std::vector<std::string>{"a", "b"});
    CHECK(append(*kept, {"good", good->epoch, 2, {"c"}}).ok());
  }

  TEST_CASE("opening a damaged room leaves it to its owner") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path);
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a", "b"}}).ok());
    foreign_connection other{path};
    other.run("DELETE FROM records WHERE position = 1");
    REQUIRE(absl::IsDataLoss(open(*kept, "ROOM01").status()));
    CHECK(append(*kept, {"ROOM01", epoch, 2, {"c"}}).ok());
  }

  TEST_CASE("another program's database is refused and left as it is") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    foreign_connection{path}.run("CREATE TABLE photos(id)");
    CHECK(absl::IsFailedPrecondition(sqlite_storage::open_file(path).status()));
    foreign_connection{path}.run("DROP TABLE photos; PRAGMA application_id = 7");
    const auto refused = sqlite_storage::open_file(path);
    CHECK(absl::IsFailedPrecondition(refused.status()));
    CHECK(contains(refused.status(), path));
    CHECK_EQ(foreign_connection{path}.integer("SELECT count(*) FROM sqlite_master"), 0);
  }

  TEST_CASE("a newer version's file is refused, naming both versions") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    write_room(path, "ROOM01", {"a"});
    CHECK_EQ(foreign_connection{path}.integer("PRAGMA user_version"), 1);
    foreign_connection{path}.run("PRAGMA user_version = 2");
    const auto refused = sqlite_storage::open_file(path);
    CHECK(absl::IsFailedPrecondition(refused.status()));
    CHECK(contains(refused.status(), "has version 2 of the tables; the newest known here is 1"));
    foreign_connection{path}.run("PRAGMA user_version = 1");
    CHECK(sqlite_storage::open_file(path).ok());
  }

  TEST_CASE("a folder that can't be made or written is reported by name") {
    const temporary_folder folder;
    std::ofstream{folder.file("file")} << "x";
    const std::string below_a_file = folder.file("file/board.db");
    const auto refused = sqlite_storage::open_file(below_a_file);
    CHECK(absl::IsUnavailable(refused.status()));
    CHECK(contains(refused.status(), below_a_file));
    CHECK(absl::IsUnavailable(sqlite_storage::open_file("").status()));

    // As a user who may not write there, since the tests may run as one who always may.
    const std::string path = folder.file("closed/board.db");
    std::filesystem::create_directories(folder.file("closed"));
    REQUIRE_EQ(::chmod(folder.file("closed").c_str(), 0555), 0);
    const pid_t child = ::fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
      if (::geteuid() == 0 && ::setuid(65534) != 0) {
        ::_exit(2);
      }
      const absl::Status status = sqlite_storage::open_file(path).status();
      ::_exit(absl::IsUnavailable(status) && contains(status, path) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK_EQ(status, 0);
  }

  TEST_CASE("a file that was moved away is no longer written to") {
    const temporary_folder folder;
    const std::string path = folder.file("board.db");
    const auto kept = must_open(path);
    const std::uint64_t epoch = open(*kept, "ROOM01")->epoch;
    REQUIRE(append(*kept, {"ROOM01", epoch, 0, {"a"}}).ok());
    REQUIRE(kept->check().ok());
    std::filesystem::rename(path, path + ".old");
    CHECK(absl::IsUnavailable(kept->check()));
    CHECK(absl::IsUnavailable(append(*kept, {"ROOM01", epoch, 1, {"b"}})));
    CHECK(absl::IsUnavailable(read(*kept, "ROOM01").status()));
    std::filesystem::rename(path + ".old", path);
    CHECK(append(*kept, {"ROOM01", epoch, 1, {"b"}}).ok());
    CHECK(kept->check().ok());
  }

  TEST_CASE("a path that means something to SQLite is a file like any other") {
    const temporary_folder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(std::filesystem::path{folder.file("x")}.parent_path());
    write_room(":memory:", "ROOM01", {"a"});
    std::filesystem::current_path(before);
    CHECK(std::filesystem::exists(folder.file(":memory:")));
  }
}
