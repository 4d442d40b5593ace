// storage/waiting_storage.hpp - a storage's calls, waited for.

#ifndef COLLAB_TESTS_STORAGE_WAITING_STORAGE_HPP
#define COLLAB_TESTS_STORAGE_WAITING_STORAGE_HPP

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/storage/storage.hpp"
#include "collab/testing/manual_executor.hpp"

namespace collab_test {

// Waits for one answer of the function `start` calls with a handler.
template <class Result, class Start>
Result wait_for(Start start) {
  collab::testing::manual_executor loop;
  std::optional<Result> result;
  start(loop, [&](Result got) { result = std::move(got); });
  while (!result) {
    loop.wait();
  }
  return *std::move(result);
}

inline absl::StatusOr<collab::opened_room> open(collab::storage& from, const std::string& room) {
  return wait_for<absl::StatusOr<collab::opened_room>>(
      [&](auto& loop, auto done) { from.open(room, loop, done); });
}

inline absl::StatusOr<collab::opened_room> read(collab::storage& from, const std::string& room) {
  return wait_for<absl::StatusOr<collab::opened_room>>(
      [&](auto& loop, auto done) { from.read(room, loop, done); });
}

inline absl::Status append(collab::storage& to, collab::append_request request) {
  return wait_for<absl::Status>(
      [&](auto& loop, auto done) { to.append(std::move(request), loop, done); });
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_STORAGE_WAITING_STORAGE_HPP
