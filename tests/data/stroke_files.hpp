// data/stroke_files.hpp - strokes that people have drawn, for tests and benchmarks.
//
// Reads the recordings below COLLAB_DATA_DIR (environment; default the folder shared/data
// beside the repository), which are not part of it. Where there are none, generated strokes
// take their place, so that every test runs everywhere.
//
//   const collab_test::stroke_collection all = collab_test::load_strokes();
//   for (const collab_test::recorded_stroke& each : all.strokes) feed(each.points);

#ifndef COLLAB_TESTS_DATA_STROKE_FILES_HPP
#define COLLAB_TESTS_DATA_STROKE_FILES_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab_test {

// What the devices said, without repair: coordinates may be negative, times may repeat and
// go backwards, strokes may have a single point or equal ones.
struct recorded_stroke {
  // The kind of recording, "quickdraw-raw-ndjson" for one; "generated" if it is none.
  std::string set;
  // Below the data folder; empty if generated.
  std::string file;
  // Not empty. t counts from the first sample of this stroke, between 0 (also where the
  // device said no time) and 4e9. pressure is 0.5 unless the device measured it.
  std::vector<collab::point> points;
};

struct stroke_collection {
  // Where the strokes are from, in words for a test's message.
  std::string source;
  bool recorded = false;
  // In the order of sets, file names, and strokes in the file.
  std::vector<recorded_stroke> strokes;
  // One line for each file that could not be read wholly, naming it and what was wrong.
  std::vector<std::string> damaged;

  [[nodiscard]] std::size_t points() const;
};

struct stroke_files_options {
  // Where to look. Empty: COLLAB_DATA_DIR, or the default.
  std::string folder;
  // Bounds on one file and on a file unpacked; beyond them a file is damaged.
  std::size_t file_bytes_max = 16 * 1024 * 1024;
  std::size_t unpacked_bytes_max = 64 * 1024 * 1024;
  // How many strokes to generate where nothing is recorded, and from which seed.
  std::size_t generated_strokes = 2000;
  unsigned generated_seed = 1;
};

// Every stroke there is. Never throws, never fails: see stroke_collection::damaged.
// Takes about a second and 10 MB.
[[nodiscard]] stroke_collection load_strokes(const stroke_files_options& options = {});

// The strokes of one file in any format of stroke_formats.hpp, found by trying, packed by gzip
// or not; `set` is the format's name. Of a folder that is laid out as load_strokes() wants it,
// what that reads; of another, every file in it and below. What can't be read is damaged.
[[nodiscard]] stroke_collection load_strokes_at(const std::string& path,
                                                const stroke_files_options& options = {});

// Unpacks gzip. Empty, with `why` set, when it is damaged or larger than `bytes_max`.
[[nodiscard]] std::string unpack_gzip(std::string_view packed, std::size_t bytes_max,
                                      std::string& why);

}  // namespace collab_test

#endif  // COLLAB_TESTS_DATA_STROKE_FILES_HPP
