#include "collab/storage/memory_storage.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "collab/testing/storage_conformance.hpp"
#include "storage/waiting_storage.hpp"

using namespace collab_test;

TEST_SUITE("storage/memory_storage") {
  TEST_CASE("memory_storage keeps the promises of a storage") {
    CHECK_EQ(collab::testing::check_storage_conformance(
                 {.make = [] { return std::make_unique<collab::memory_storage>(); }}),
             absl::OkStatus());
  }

  TEST_CASE("a refusal names the room, the value and what it should have been") {
    collab::memory_storage kept;
    const std::uint64_t epoch = open(kept, "ROOM01")->epoch;
    const absl::Status position =
        append(kept, {.room = "ROOM01", .epoch = epoch, .position = 7, .records = {"x"}});
    CHECK_EQ(position.message(),
             "memory_storage: room 'ROOM01': position 7 is not the last one, 0");
    open(kept, "ROOM01").IgnoreError();
    const absl::Status stale =
        append(kept, {.room = "ROOM01", .epoch = epoch, .position = 0, .records = {"x"}});
    CHECK_EQ(stale.message(), "memory_storage: room 'ROOM01': epoch 1 is stale, the owner's is 2");
  }

  TEST_CASE("memory_storage is always ready") {
    collab::memory_storage kept;
    CHECK(kept.check().ok());
  }
}
