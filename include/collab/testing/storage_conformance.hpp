// collab/testing/storage_conformance.hpp - does a storage keep the promises of storage.hpp?
//
// For whoever writes a storage: run it in a test with any framework.
//
//   absl::Status status = collab::testing::check_storage_conformance(
//       {.make = [] { return std::make_unique<my_storage>(); }});

#ifndef COLLAB_TESTING_STORAGE_CONFORMANCE_HPP
#define COLLAB_TESTING_STORAGE_CONFORMANCE_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collab/storage/storage.hpp"
#include "collab/testing/manual_executor.hpp"

namespace collab::testing {

struct storage_conformance_options {
  // A new storage without rooms. Required.
  std::function<std::unique_ptr<storage>()> make = {};

  // Another storage over what the last one of make() or reopen() kept; that one has been
  // destroyed. Leave it empty for a storage that forgets.
  std::function<std::unique_ptr<storage>()> reopen = {};
};

namespace detail {

// The checks, one promise each: empty is success, else what was seen instead.
class storage_conformance {
 public:
  explicit storage_conformance(const storage_conformance_options& options) : options_{options} {}

  absl::Status run() {
    struct promise {
      const char* name;
      std::string (storage_conformance::*check)();
    };
    constexpr promise promises[] = {
        {"a room never written to is empty", &storage_conformance::empty_room},
        {"a handler is never called from inside the call", &storage_conformance::never_inline},
        {"every handler is called exactly once", &storage_conformance::exactly_once},
        {"records come back whole and in order", &storage_conformance::bytes_survive},
        {"handlers of a room's appends come in order", &storage_conformance::in_order},
        {"each open gives a greater epoch", &storage_conformance::epochs_grow},
        {"a former owner can't append", &storage_conformance::stale_epoch},
        {"nobody appends to a room that nobody opened", &storage_conformance::not_opened},
        {"an append at another position than the last changes nothing",
         &storage_conformance::wrong_position},
        {"a failed append fails those queued behind it", &storage_conformance::behind_a_failure},
        {"read takes no ownership", &storage_conformance::read_only},
        {"rooms are independent", &storage_conformance::many_rooms},
        {"threads may append to different rooms at once", &storage_conformance::threads},
        {"destruction waits for what was appended", &storage_conformance::destruction},
        {"what was acknowledged is there after reopening", &storage_conformance::reopening},
    };
    for (const promise& each : promises) {
      storage_ = options_.make();
      const std::string broken = (this->*each.check)();
      storage_.reset();
      loop_.run();
      if (!broken.empty()) {
        return absl::FailedPreconditionError(
            absl::StrCat("storage breaks the promise '", each.name, "': ", broken));
      }
    }
    return absl::OkStatus();
  }

 private:
  using opened = absl::StatusOr<opened_room>;

  // ---- Calls made synchronous

  opened open(std::string_view room) {
    std::optional<opened> result;
    storage_->open(room, loop_, [&](opened got) { result = std::move(got); });
    while (!result) {
      loop_.wait();
    }
    return *std::move(result);
  }

  opened read(std::string_view room) {
    std::optional<opened> result;
    storage_->read(room, loop_, [&](opened got) { result = std::move(got); });
    while (!result) {
      loop_.wait();
    }
    return *std::move(result);
  }

  absl::Status append(std::string_view room, std::uint64_t epoch, std::uint64_t position,
                      std::vector<std::string> records) {
    std::optional<absl::Status> result;
    storage_->append(request(room, epoch, position, std::move(records)), loop_,
                     [&](absl::Status got) { result = std::move(got); });
    while (!result) {
      loop_.wait();
    }
    return *std::move(result);
  }

  static append_request request(std::string_view room, std::uint64_t epoch, std::uint64_t position,
                                std::vector<std::string> records) {
    return {.room = std::string{room},
            .epoch = epoch,
            .position = position,
            .records = std::move(records)};
  }

  // ---- What was seen, in words

  static std::string expect_ok(const absl::Status& status) {
    return status.ok() ? "" : status.ToString();
  }

  static std::string expect_aborted(const absl::Status& status) {
    return absl::IsAborted(status) ? "" : absl::StrCat("not aborted but ", status.ToString());
  }

  static std::string expect_records(const opened& room, const std::vector<std::string>& records) {
    if (!room.ok()) {
      return room.status().ToString();
    }
    if (room->records.size() != records.size()) {
      return absl::StrCat(room->records.size(), " records instead of ", records.size());
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (room->records[i] != records[i]) {
        return absl::StrCat("record ", i + 1, " differs, ", room->records[i].size(),
                            " bytes instead of ", records[i].size());
      }
    }
    return "";
  }

  static std::string first_of(std::vector<std::string> findings) {
    for (std::string& finding : findings) {
      if (!finding.empty()) {
        return std::move(finding);
      }
    }
    return "";
  }

  // Opens a room that must be openable; 0 if it is not.
  std::uint64_t own(std::string_view room) {
    const opened result = open(room);
    return result.ok() ? result->epoch : 0;
  }

  // ---- The promises

  std::string empty_room() {
    const opened first = open("room");
    return first_of({expect_records(read("another"), {}), expect_records(first, {}),
                     first.ok() && first->epoch == 0 ? "epoch 0" : "",
                     expect_records(read("room"), {}), expect_records(open("room"), {})});
  }

  std::string never_inline() {
    // An executor that works at once would be inline, but only if the storage called it on
    // this thread; a manual one shows a handler called without it.
    std::atomic<int> calls = 0;
    storage_->open("room", loop_, [&](const opened&) { ++calls; });
    storage_->read("room", loop_, [&](const opened&) { ++calls; });
    storage_->append(request("room", 0, 0, {"x"}), loop_, [&](const absl::Status&) { ++calls; });
    const bool inline_call = calls != 0;
    while (calls != 3) {
      loop_.wait();
    }
    return inline_call ? "it was, or past the executor" : "";
  }

  std::string exactly_once() {
    const std::uint64_t epoch = own("room");
    std::vector<int> calls(300, 0);
    for (std::size_t i = 0; i < calls.size(); i += 3) {
      storage_->append(request("room", epoch, i / 3, {"x"}), loop_,
                       [&calls, i](const absl::Status&) { ++calls[i]; });
      storage_->append(request("room", epoch + 1, 0, {"y"}), loop_,
                       [&calls, i](const absl::Status&) { ++calls[i + 1]; });
      storage_->read("room", loop_, [&calls, i](const opened&) { ++calls[i + 2]; });
    }
    storage_.reset();
    loop_.run();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i] != 1) {
        return absl::StrCat("call ", i, " was answered ", calls[i], " times");
      }
    }
    return "";
  }

  std::string bytes_survive() {
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) {
      all_bytes.push_back(static_cast<char>(byte));
    }
    const std::vector<std::string> records = {
        "first", "", std::string(3, '\0'), all_bytes, std::string(1024 * 1024, '\x7F'), "last"};
    const std::string room{"name with \0 and \xC3\xA9 and '", 25};
    const std::uint64_t epoch = own(room);
    return first_of({expect_ok(append(room, epoch, 0, records)),
                     expect_records(read(room), records), expect_records(open(room), records),
                     expect_records(read(room.substr(0, 10)), {})});
  }

  std::string in_order() {
    const std::uint64_t epoch = own("room");
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < 1000; ++i) {
      // Every seventh is refused: a refusal must not overtake a success.
      const std::uint64_t given = i % 7 == 3 ? epoch + 1 : epoch;
      storage_->append(request("room", given, i - (i + 3) / 7, {absl::StrCat(i)}), loop_,
                       [&order, i](const absl::Status&) { order.push_back(i); });
    }
    while (order.size() < 1000) {
      loop_.wait();
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (order[i] != i) {
        return absl::StrCat("append ", order[i], " was answered as number ", i);
      }
    }
    const opened room = read("room");
    return room.ok() && room->records.size() == 857
               ? ""
               : "of 1000 appends not exactly the 857 with the right epoch were written";
  }

  std::string epochs_grow() {
    std::uint64_t last = 0;
    for (int i = 0; i < 6; ++i) {
      const opened room = open("room");
      if (!room.ok() || room->epoch <= last) {
        return absl::StrCat("open number ", i + 1, " gave no epoch above ", last);
      }
      last = room->epoch;
      // The first half before there is a record, the second half with records.
      if (i >= 2) {
        const absl::Status status = append("room", last, room->records.size(), {"x"});
        if (!status.ok()) {
          return status.ToString();
        }
      }
    }
    return "";
  }

  std::string stale_epoch() {
    const std::uint64_t first = own("room");
    const std::uint64_t second = own("room");
    return first_of({expect_aborted(append("room", first, 0, {"stale"})),
                     expect_ok(append("room", second, 0, {"a"})),
                     expect_aborted(append("room", first, 1, {"stale"})),
                     expect_aborted(append("room", second + 1, 1, {"from the future"})),
                     expect_ok(append("room", own("room"), 1, {"b"})),
                     expect_aborted(append("room", second, 2, {"stale"})),
                     expect_records(read("room"), {"a", "b"})});
  }

  std::string not_opened() {
    return first_of({expect_aborted(append("room", 0, 0, {"x"})),
                     expect_aborted(append("room", 1, 0, {"x"})),
                     expect_records(read("room"), {})});
  }

  std::string wrong_position() {
    const std::uint64_t epoch = own("room");
    return first_of({expect_aborted(append("room", epoch, 1, {"gap"})),
                     expect_ok(append("room", epoch, 0, {"a", "b"})),
                     expect_aborted(append("room", epoch, 0, {"again"})),
                     expect_aborted(append("room", epoch, 1, {"inside"})),
                     expect_aborted(append("room", epoch, 3, {"gap"})),
                     expect_ok(append("room", epoch, 2, {"c"})),
                     expect_records(read("room"), {"a", "b", "c"})});
  }

  std::string behind_a_failure() {
    const std::uint64_t epoch = own("room");
    const std::uint64_t other = own("other");
    std::vector<absl::Status> got;
    const auto keep = [&](absl::Status status) { got.push_back(std::move(status)); };
    storage_->append(request("room", epoch, 0, {"a"}), loop_, keep);
    storage_->append(request("room", epoch, 7, {"wrong"}), loop_, keep);
    storage_->append(request("room", epoch, 8, {"behind"}), loop_, keep);
    storage_->append(request("other", other, 0, {"unaffected"}), loop_, keep);
    while (got.size() < 4) {
      loop_.wait();
    }
    int failures = 0;
    for (const absl::Status& status : got) {
      failures += absl::IsAborted(status) ? 1 : 0;
    }
    return first_of({failures == 2 ? "" : absl::StrCat(failures, " of 2 were aborted"),
                     expect_ok(append("room", epoch, 1, {"b"})),
                     expect_records(read("room"), {"a", "b"}),
                     expect_records(read("other"), {"unaffected"})});
  }

  std::string read_only() {
    const std::uint64_t epoch = own("room");
    const opened seen = read("room");
    return first_of({seen.ok() && seen->epoch != 0 ? "it gave an epoch" : "",
                     expect_ok(append("room", epoch, 0, {"a"})),
                     expect_records(read("room"), {"a"}),
                     expect_ok(append("room", epoch, 1, {"b"}))});
  }

  std::string many_rooms() {
    constexpr std::uint64_t rooms = 200;
    constexpr std::uint64_t rounds = 5;
    std::vector<std::uint64_t> epochs;
    for (std::uint64_t room = 0; room < rooms; ++room) {
      epochs.push_back(own(absl::StrCat("room ", room)));
    }
    std::uint64_t answered = 0;
    std::string broken;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      for (std::uint64_t room = 0; room < rooms; ++room) {
        storage_->append(request(absl::StrCat("room ", room), epochs[room], round,
                                 {absl::StrCat(room, "/", round)}),
                         loop_, [&](const absl::Status& status) {
                           ++answered;
                           broken = status.ok() ? broken : status.ToString();
                         });
      }
    }
    while (answered < rooms * rounds) {
      loop_.wait();
    }
    for (std::uint64_t room = 0; room < rooms && broken.empty(); ++room) {
      std::vector<std::string> records;
      for (std::uint64_t round = 0; round < rounds; ++round) {
        records.push_back(absl::StrCat(room, "/", round));
      }
      broken = expect_records(read(absl::StrCat("room ", room)), records);
    }
    return broken;
  }

  std::string threads() {
    constexpr std::size_t writers = 4;
    constexpr std::uint64_t appends = 100;
    std::vector<std::string> broken(writers);
    std::vector<std::thread> threads;
    for (std::size_t writer = 0; writer < writers; ++writer) {
      threads.emplace_back([this, writer, &broken] {
        manual_executor loop;
        const std::string room = absl::StrCat("room ", writer);
        std::uint64_t answered = 0;
        storage_->open(room, loop, [&](opened got) {
          for (std::uint64_t i = 0; i < appends; ++i) {
            storage_->append(request(room, got.ok() ? got->epoch : 0, i, {absl::StrCat(i)}), loop,
                             [&](const absl::Status& status) {
                               ++answered;
                               broken[writer] = status.ok() ? broken[writer] : status.ToString();
                             });
          }
        });
        while (answered < appends) {
          loop.wait();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    std::vector<std::string> records;
    for (std::uint64_t i = 0; i < appends; ++i) {
      records.push_back(absl::StrCat(i));
    }
    for (std::size_t writer = 0; writer < writers; ++writer) {
      broken.push_back(expect_records(read(absl::StrCat("room ", writer)), records));
    }
    return first_of(std::move(broken));
  }

  std::string destruction() {
    const std::uint64_t epoch = own("room");
    int succeeded = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
      storage_->append(request("room", epoch, i, {"x"}), loop_,
                       [&](const absl::Status& status) { succeeded += status.ok() ? 1 : 0; });
    }
    storage_.reset();
    loop_.run();
    return succeeded == 500 ? "" : absl::StrCat("of 500 appends, ", succeeded, " were answered");
  }

  std::string reopening() {
    if (!options_.reopen) {
      return "";
    }
    const std::uint64_t first = own("room");
    own("opened only");
    const absl::Status before = append("room", first, 0, {"a", std::string("\0b", 2)});
    storage_.reset();
    storage_ = options_.reopen();
    const opened again = open("room");
    const std::uint64_t second = again.ok() ? again->epoch : 0;
    const absl::Status stale = append("room", first, 2, {"stale"});
    const absl::Status after = append("room", second, 2, {"c"});
    storage_.reset();
    storage_ = options_.reopen();
    return first_of({expect_ok(before), expect_records(again, {"a", std::string("\0b", 2)}),
                     second > first ? "" : absl::StrCat("epoch ", second, " follows ", first),
                     expect_aborted(stale), expect_ok(after),
                     expect_records(open("room"), {"a", std::string("\0b", 2), "c"}),
                     expect_records(read("opened only"), {})});
  }

  const storage_conformance_options& options_;
  manual_executor loop_;
  std::unique_ptr<storage> storage_;
};

}  // namespace detail

// Checks every promise of storage.hpp that can be seen from outside, each on a storage of
// its own. Fails with failed_precondition, naming the first broken promise and what was
// seen instead. Takes threads of its own and seconds at most; blocks for ever on a storage
// that never answers.
[[nodiscard]] inline absl::Status check_storage_conformance(
    const storage_conformance_options& options) {
  return detail::storage_conformance{options}.run();
}

}  // namespace collab::testing

#endif  // COLLAB_TESTING_STORAGE_CONFORMANCE_HPP
