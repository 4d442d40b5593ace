#include "data/stroke_files.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "collab/testing/stroke_generator.hpp"
#include "data/stroke_formats.hpp"

namespace collab_test {
namespace {

struct stroke_set {
  const char* name;
  const char* folder;
  const char* ending;
  stroke_parser parse;
};

struct stroke_format {
  const char* name;
  stroke_parser parse;
};

constexpr stroke_set sets[] = {
    {"quickdraw-raw-ndjson", "strokes/quickdraw_raw", ".ndjson.gz", parse_quickdraw},
    {"omniglot-strokes-tar", "strokes/omniglot", ".tar.gz", parse_omniglot},
    {"perfect-freehand-json", "strokes/perfect_freehand", ".json.gz", parse_perfect_freehand},
    {"myscript-pointers-json", "strokes/myscript_iink", ".json.gz", parse_myscript},
    {"wacom-uim-json", "strokes/wacom_uim", ".json.gz", parse_wacom_uim},
    {"wacom-sensor-csv", "strokes/wacom_uim", ".csv.gz", parse_wacom_csv},
    {"hwrt-json", "strokes/hwrt", ".json.gz", parse_hwrt},
};

// In the order in which they are tried: none before it reads what is in a later one.
constexpr stroke_format formats[] = {
    {"wacom-uim-json", parse_wacom_uim},
    {"quickdraw-raw-ndjson", parse_quickdraw},
    {"hwrt-json", parse_hwrt},
    {"myscript-pointers-json", parse_myscript},
    {"points-ndjson", parse_points_ndjson},
    {"perfect-freehand-json", parse_perfect_freehand},
    {"points-csv", parse_points_csv},
    {"wacom-sensor-csv", parse_wacom_csv},
    {"omniglot-strokes-tar", parse_omniglot},
};

// The files of `set` below `root`, by name; none when there is no such folder.
std::vector<std::filesystem::path> files_of(const stroke_set& set,
                                            const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator entry{root / set.folder, error};
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    if (entry->path().filename().string().ends_with(set.ending)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_file(const std::filesystem::path& path, std::size_t bytes_max, std::string& why) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    why = error.message();
    return "";
  }
  if (size > bytes_max) {
    why = std::to_string(size) + " bytes, at most " + std::to_string(bytes_max) + " are read";
    return "";
  }
  std::ifstream file{path, std::ios::binary};
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    why = "it can't be read";
    return "";
  }
  return bytes;
}

void load(const stroke_set& set, const std::filesystem::path& path,
          const stroke_files_options& options, stroke_collection& collection) {
  const std::string name = std::string{set.folder} + "/" + path.filename().string();
  std::string why;
  std::string text = read_file(path, options.file_bytes_max, why);
  if (why.empty()) {
    text = unpack_gzip(text, options.unpacked_bytes_max, why);
  }
  std::vector<stroke_points> strokes;
  if (why.empty()) {
    why = set.parse(std::move(text), strokes);
  }
  if (!why.empty()) {
    collection.damaged.push_back(name + ": " + why);
  }
  for (stroke_points& points : strokes) {
    collection.strokes.push_back({.set = set.name, .file = name, .points = std::move(points)});
  }
}

void load_any(const std::filesystem::path& path, const stroke_files_options& options,
              stroke_collection& collection) {
  std::string why;
  std::string text = read_file(path, options.file_bytes_max, why);
  if (why.empty() && text.starts_with("\x1F\x8B")) {
    text = unpack_gzip(text, options.unpacked_bytes_max, why);
  }
  if (!why.empty()) {
    collection.damaged.push_back(path.string() + ": " + why);
    return;
  }
  for (const stroke_format& format : formats) {
    std::vector<stroke_points> strokes;
    if (!format.parse(text, strokes).empty() || strokes.empty()) {
      continue;
    }
    for (stroke_points& points : strokes) {
      collection.strokes.push_back(
          {.set = format.name, .file = path.string(), .points = std::move(points)});
    }
    return;
  }
  collection.damaged.push_back(path.string() + ": it is in no format that is known");
}

std::string data_folder(const stroke_files_options& options) {
  const char* named = std::getenv("COLLAB_DATA_DIR");
  return !options.folder.empty() ? options.folder : named != nullptr ? named : COLLAB_DATA_DIR;
}

}  // namespace

std::size_t stroke_collection::points() const {
  std::size_t sum = 0;
  for (const recorded_stroke& each : strokes) {
    sum += each.points.size();
  }
  return sum;
}

stroke_collection load_strokes_at(const std::string& path, const stroke_files_options& options) {
  for (const stroke_set& set : sets) {
    if (!files_of(set, path).empty()) {
      stroke_files_options there = options;
      there.folder = path;
      return load_strokes(there);
    }
  }
  stroke_collection collection;
  collection.source = "strokes in " + path;
  collection.recorded = true;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  std::filesystem::recursive_directory_iterator entry{path, error};
  if (error) {
    files.emplace_back(path);
  }
  for (; !error && entry != std::filesystem::recursive_directory_iterator{};
       entry.increment(error)) {
    if (entry->is_regular_file(error)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& each : files) {
    load_any(each, options, collection);
  }
  return collection;
}

std::string unpack_gzip(std::string_view packed, std::size_t bytes_max, std::string& why) {
  z_stream stream{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(&stream, gzip_only) != Z_OK) {
    why = "zlib can't start";
    return "";
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int code = Z_OK;
  while (code == Z_OK) {
    const std::size_t before = text.size();
    // One byte more than allowed, to tell a text of bytes_max from a longer one.
    text.resize(std::min(std::max<std::size_t>(before * 2, 65536), bytes_max + 1));
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + before);
    stream.avail_out = static_cast<uInt>(text.size() - before);
    code = inflate(&stream, Z_NO_FLUSH);
    text.resize(text.size() - stream.avail_out);
    if (text.size() > bytes_max) {
      why = "it unpacks to more than " + std::to_string(bytes_max) + " bytes";
      break;
    }
  }
  inflateEnd(&stream);
  if (why.empty() && code != Z_STREAM_END) {
    why = code == Z_BUF_ERROR ? "the gzip ends too early" : "the gzip is damaged";
  }
  return why.empty() ? text : "";
}

stroke_collection load_strokes(const stroke_files_options& options) {
  const std::string folder = data_folder(options);
  stroke_collection collection;
  for (const stroke_set& set : sets) {
    for (const std::filesystem::path& path : files_of(set, folder)) {
      collection.recorded = true;
      load(set, path, options, collection);
    }
  }
  collection.source = "recordings in " + folder;
  if (!collection.recorded) {
    collection.source = "generated with seed " + std::to_string(options.generated_seed) +
                        ", there are no recordings in " + folder;
    collab::testing::stroke_generator generator{options.generated_seed};
    for (std::size_t i = 0; i < options.generated_strokes; ++i) {
      recorded_stroke& stroke = collection.strokes.emplace_back();
      stroke.set = "generated";
      generator.next(stroke.points);
    }
  }
  return collection;
}

}  // namespace collab_test
