#include "collab/core/limits.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

TEST_SUITE("core/limits") {
  TEST_CASE("the defaults are those that the users of such systems expect") {
    const collab::limits all;
    CHECK(all.points_per_message == 512);
    CHECK(all.points_per_stroke == 10'000);
    CHECK(all.members_per_room == 200);
    CHECK(all.elements_per_room == 50'000);
    CHECK(all.bytes_per_room == 64ULL * 1024 * 1024);
    CHECK(all.undo_depth == 1'000);
    CHECK(all.operations_per_second == 100);
    CHECK(all.operations_burst == 200);
    CHECK(all.previews_per_second == 250);
    CHECK(all.bytes_per_second == 256 * 1024);
    CHECK(all.output_queue_bytes == 1024 * 1024);
    CHECK(all.text_bytes == 16 * 1024);
    CHECK(all.source_characters == 2'048);
    CHECK(all.custom_bytes == 4 * 1024);
    CHECK(all.host_data_bytes == 4 * 1024);
    CHECK(all.name_characters == 64);
    CHECK(all.chat_characters == 2'000);
    CHECK(all.frame_bytes == 256 * 1024);
    CHECK(all.fragments_per_message == 64);
    CHECK(all.cursor_interval == std::chrono::milliseconds{35});
    CHECK(all.cursor_expiry == std::chrono::seconds{10});
    CHECK(all.join_deadline == std::chrono::seconds{10});
    CHECK(all.ping_interval == std::chrono::seconds{20});
    CHECK(all.silence == std::chrono::seconds{45});
  }

  TEST_CASE("every limit can be set by its name, at both ends of its range and not beyond") {
    std::set<std::string> names;
    for (const collab::limit_row& row : collab::limit_table()) {
      CAPTURE(row.name);
      CHECK(names.emplace(row.name).second);
      CHECK((row.count != nullptr) != (row.time != nullptr));
      collab::limits all;
      CHECK(row.value_in(all) >= row.least);
      CHECK(row.value_in(all) <= row.most);
      CHECK(collab::set_limit(all, row.name, std::to_string(row.least)).ok());
      CHECK(row.value_in(all) == row.least);
      CHECK(collab::set_limit(all, row.name, std::to_string(row.most)).ok());
      CHECK(row.value_in(all) == row.most);
      CHECK(
          absl::IsInvalidArgument(collab::set_limit(all, row.name, std::to_string(row.most + 1))));
      if (row.least > 0) {
        CHECK(absl::IsInvalidArgument(
            collab::set_limit(all, row.name, std::to_string(row.least - 1))));
      }
      CHECK(row.value_in(all) == row.most);
    }
  }

  TEST_CASE("a hyphen may stand for an underscore") {
    collab::limits all;
    CHECK(collab::set_limit(all, "undo-depth", "7").ok());
    CHECK(all.undo_depth == 7);
  }

  TEST_CASE("what is no whole number is refused and named") {
    for (const char* text : {"", "-1", "1.5", "1e3", "ten", "7 ", "99999999999999999999999"}) {
      CAPTURE(text);
      collab::limits all;
      const absl::Status status = collab::set_limit(all, "undo_depth", text);
      CHECK(absl::IsInvalidArgument(status));
      CHECK(status.message().find("undo_depth") != absl::string_view::npos);
      CHECK(all.undo_depth == 1'000);
    }
    collab::limits all;
    CHECK(absl::IsNotFound(collab::set_limit(all, "undo_dept", "7")));
  }
}
