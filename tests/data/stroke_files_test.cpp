#include "data/stroke_files.hpp"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/stroke_formats.hpp"
#include "storage/temporary_folder.hpp"

using namespace collab_test;

namespace {

std::string pack_gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void write(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
  std::ofstream{path, std::ios::binary} << bytes;
}

std::string tar_of(const std::string& name, const std::string& text) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  char size[12];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(text.size()));
  header.replace(124, 11, size, 11);
  header[156] = '0';
  header.replace(257, 5, "ustar");
  std::string body = text;
  body.resize((text.size() + 511) / 512 * 512);
  return header + body + std::string(1024, '\0');
}

}  // namespace

TEST_SUITE("data/stroke_files") {
  TEST_CASE("the recordings, when they are there, are read without loss") {
    const stroke_collection all = load_strokes();
    MESSAGE(all.source);
    CHECK_EQ(all.damaged, std::vector<std::string>{});
    if (!all.recorded) {
      return;
    }
    std::map<std::string, std::pair<std::size_t, std::size_t>> counts;
    for (const recorded_stroke& each : all.strokes) {
      ++counts[each.set].first;
      counts[each.set].second += each.points.size();
    }
    // As the recordings' own README counts them.
    const std::map<std::string, std::pair<std::size_t, std::size_t>> expected = {
        {"quickdraw-raw-ndjson", {7926, 318991}},
        {"omniglot-strokes-tar", {1692, 115408}},
        {"perfect-freehand-json", {13, 2401}},
        {"myscript-pointers-json", {156, 3070}},
        {"wacom-uim-json", {177, 2787}},
        {"wacom-sensor-csv", {4, 880}},
        {"hwrt-json", {11, 420}},
    };
    for (const auto& [set, count] : expected) {
      INFO(set);
      CHECK_EQ(counts[set].first, count.first);
      CHECK_EQ(counts[set].second, count.second);
    }
    CHECK_EQ(counts.size(), expected.size());
  }

  TEST_CASE("the recordings have the ranges and the pressure their README gives") {
    const stroke_collection all = load_strokes();
    struct range {
      float x_min = 1e9F, x_max = -1e9F, y_min = 1e9F, y_max = -1e9F;
      std::size_t with_pressure = 0;
      std::vector<std::uint32_t> intervals;
    };
    std::map<std::string, range> ranges;
    for (const recorded_stroke& each : all.strokes) {
      range& of = ranges[each.set];
      const auto& points = each.points;
      REQUIRE_FALSE(points.empty());
      CHECK_EQ(points[0].t, 0);
      of.with_pressure += std::any_of(points.begin(), points.end(), [&](const collab::point& p) {
        return p.pressure != points[0].pressure;
      });
      for (std::size_t i = 0; i < points.size(); ++i) {
        REQUIRE(collab::is_valid(points[i]));
        of.x_min = std::min(of.x_min, points[i].x);
        of.x_max = std::max(of.x_max, points[i].x);
        of.y_min = std::min(of.y_min, points[i].y);
        of.y_max = std::max(of.y_max, points[i].y);
        if (i > 0 && points[i].t >= points[i - 1].t) {
          of.intervals.push_back(points[i].t - points[i - 1].t);
        }
      }
    }
    if (!all.recorded) {
      return;
    }
    const range& drawings = ranges["quickdraw-raw-ndjson"];
    CHECK_EQ(drawings.x_min, 0.0F);
    CHECK_EQ(drawings.x_max, 2075.0F);
    CHECK_EQ(drawings.y_min, -135.0F);
    CHECK_EQ(drawings.y_max, 959.0F);
    const range& uim = ranges["wacom-uim-json"];
    CHECK_EQ(uim.x_min, doctest::Approx(193.0));
    CHECK_EQ(uim.x_max, doctest::Approx(1215.0));
    CHECK_EQ(uim.with_pressure, 177);
    CHECK_EQ(ranges["wacom-sensor-csv"].with_pressure, 4);
    CHECK_EQ(ranges["omniglot-strokes-tar"].y_max, doctest::Approx(-1.9).epsilon(0.05));
    CHECK_EQ(ranges["myscript-pointers-json"].with_pressure, 0);
    const auto median = [](std::vector<std::uint32_t> values) {
      std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                       values.end());
      return values[values.size() / 2];
    };
    CHECK_EQ(median(drawings.intervals), 17);
    CHECK_EQ(median(uim.intervals), 9);
    CHECK_EQ(median(ranges["wacom-sensor-csv"].intervals), 4);
  }

  TEST_CASE("without recordings, generated strokes take their place and say so") {
    const stroke_collection all = load_strokes({.folder = "/nonexistent", .generated_strokes = 10});
    CHECK_FALSE(all.recorded);
    CHECK_NE(all.source.find("generated with seed 1"), std::string::npos);
    CHECK_NE(all.source.find("/nonexistent"), std::string::npos);
    CHECK_EQ(all.strokes.size(), 10);
    CHECK_EQ(all.strokes[0].set, "generated");
    CHECK_GT(all.points(), 10);
  }

  TEST_CASE("damaged files are named, and the others read") {
    const temporary_folder folder;
    const std::string good = R"({"drawing":[[[1,2],[3,4],[100,108]]]})";
    const std::string file = folder.file("strokes/quickdraw_raw/a.ndjson.gz");
    std::string fault;
    stroke_files_options options{.folder = folder.file("")};
    SUBCASE("not gzip") { write(file, "hello"), fault = "damaged"; }
    SUBCASE("cut off") { write(file, pack_gzip(good).substr(0, 20)), fault = "too early"; }
    SUBCASE("empty") { write(file, ""), fault = "too early"; }
    SUBCASE("not JSON") { write(file, pack_gzip("{")), fault = "a.ndjson.gz"; }
    SUBCASE("another shape") {
      write(file, pack_gzip(R"({"drawing":[[[1],[2,3],[4]]]})")), fault = "stroke 1";
    }
    SUBCASE("not a number") {
      write(file, pack_gzip(R"({"drawing":[[[1],["x"],[4]]]})")), fault = "stroke 1";
    }
    SUBCASE("too large") {
      write(file, pack_gzip(good + std::string(1000, '\n'))), fault = "more than 1000";
      options.unpacked_bytes_max = 1000;
    }
    SUBCASE("too large packed") {
      write(file, std::string(1001, 'x')), fault = "at most 1000";
      options.file_bytes_max = 1000;
    }
    write(folder.file("strokes/quickdraw_raw/b.ndjson.gz"), pack_gzip(good));
    const stroke_collection all = load_strokes(options);
    CHECK(all.recorded);
    REQUIRE_EQ(all.damaged.size(), 1);
    CHECK_EQ(all.damaged[0].find("strokes/quickdraw_raw/a.ndjson.gz: "), 0);
    CHECK_NE(all.damaged[0].find(fault), std::string::npos);
    REQUIRE_EQ(all.strokes.size(), 1);
    const std::vector<collab::point> points{{1, 3, 0.5F, 0}, {2, 4, 0.5F, 8}};
    CHECK((all.strokes[0].points == points));
  }

  TEST_CASE("a gzip of exactly the most bytes allowed is unpacked") {
    std::string why;
    CHECK_EQ(unpack_gzip(pack_gzip(std::string(1000, 'x')), 1000, why), std::string(1000, 'x'));
    CHECK_EQ(why, "");
    CHECK_EQ(unpack_gzip(pack_gzip(std::string(1001, 'x')), 1000, why), "");
    CHECK_NE(why, "");
  }

  TEST_CASE("a stroke's times count from its first sample and are never negative") {
    std::vector<stroke_points> strokes;
    CHECK_EQ(parse_hwrt(R"([[{"x":1,"y":2,"time":1377173554837},{"x":1,"y":2,"time":1377173554800},
                             {"x":3,"y":4,"time":1377173554850}]])",
                        strokes),
             "");
    REQUIRE_EQ(strokes.size(), 1);
    CHECK_EQ(strokes[0][0].t, 0);
    CHECK_EQ(strokes[0][1].t, 0);
    CHECK_EQ(strokes[0][2].t, 13);
  }

  TEST_CASE("a tar is read file by file, and a fault names the file") {
    std::vector<stroke_points> strokes;
    const std::string good = "START\n1,-2,5\n3,-4,9\nBREAK\n5,-6,20\nBREAK\n";
    CHECK_EQ(parse_omniglot(tar_of("a/b.txt", good), strokes), "");
    REQUIRE_EQ(strokes.size(), 2);
    CHECK((strokes[0] == stroke_points{{1, -2, 0.5F, 0}, {3, -4, 0.5F, 4}}));
    CHECK_EQ(parse_omniglot(tar_of("a/b.txt", "START\n1,2\nBREAK\n"), strokes),
             "a/b.txt: line 2 is not as expected");
    CHECK_NE(parse_omniglot(tar_of("a/b.txt", "START\n1,2,3\n"), strokes), "");
    CHECK_NE(parse_omniglot(tar_of("a/b.txt", good).substr(0, 600), strokes), "");
    CHECK_NE(parse_omniglot("", strokes), "");
    CHECK_NE(parse_omniglot(std::string(512, 'x'), strokes), "");
  }

  TEST_CASE("a file that somebody names is read in whatever format it is, packed or not") {
    const temporary_folder folder;
    const std::string file = folder.file("mine");
    const std::vector<collab::point> points{{1, 3, 0.5F, 0}, {2, 4, 0.5F, 8}};
    std::string text;
    std::string set;
    SUBCASE("a stroke a line") { text = "[[1,3,0.5,100],[2,4,0.5,108]]\n", set = "points-ndjson"; }
    SUBCASE("a point a line") {
      text = "stroke,x,y,pressure,t\r\na,1,3,0.5,100\r\na,2,4,,108\r\n", set = "points-csv";
    }
    SUBCASE("a drawing a line") {
      text = R"({"drawing":[[[1,2],[3,4],[100,108]]]})", set = "quickdraw-raw-ndjson";
    }
    SUBCASE("objects with a time") {
      text = R"([[{"x":1,"y":3,"time":5},{"x":2,"y":4,"time":13}]])", set = "hwrt-json";
    }
    SUBCASE("pointers") {
      text = R"([{"pointers":[{"x":1,"y":3,"t":5,"p":1},{"x":2,"y":4,"t":13,"p":1}]}])";
      set = "myscript-pointers-json";
    }
    SUBCASE("tuples over several lines") {
      text = "[[1,3,0.1,5],\n[2,4,0.1,13]]", set = "perfect-freehand-json";
    }
    SUBCASE("a tar") {
      text = tar_of("a/b.txt", "START\n1,3,5\n2,4,13\nBREAK\n"), set = "omniglot-strokes-tar";
    }
    SUBCASE("seconds") {
      text = "idx,x,y,timestamp,pressure\n0,1,3,7.000,0.5\n0,2,4,7.008,0.5\n";
      set = "wacom-sensor-csv";
    }
    for (const bool is_packed : {false, true}) {
      write(file, is_packed ? pack_gzip(text) : text);
      const stroke_collection all = load_strokes_at(file);
      CHECK_EQ(all.damaged, std::vector<std::string>{});
      REQUIRE_EQ(all.strokes.size(), 1);
      CHECK_EQ(all.strokes[0].set, set);
      CHECK_EQ(all.strokes[0].file, file);
      CHECK((all.strokes[0].points == points));
    }
  }

  TEST_CASE("of a folder every file is read, and one that can't be is named") {
    const temporary_folder folder;
    write(folder.file("in/a.csv"), "stroke,x,y,pressure,t\n1,5,6\n2,7,8,0.25,3\n2,9,9,1,4\n");
    write(folder.file("in/below/b.txt"), "no strokes\nat all\n");
    const stroke_collection all = load_strokes_at(folder.file("in"));
    REQUIRE_EQ(all.strokes.size(), 2);
    CHECK((all.strokes[0].points == stroke_points{{5, 6, 0.5F, 0}}));
    CHECK((all.strokes[1].points == stroke_points{{7, 8, 0.25F, 0}, {9, 9, 1, 1}}));
    CHECK_EQ(all.damaged, std::vector<std::string>{folder.file("in/below/b.txt") +
                                                   ": it is in no format that is known"});
    const stroke_collection none = load_strokes_at(folder.file("nothing"));
    CHECK_EQ(none.strokes.size(), 0);
    CHECK_EQ(none.damaged.size(), 1);
  }

  TEST_CASE("a point that is not as it should be is named by its line") {
    std::vector<stroke_points> strokes;
    CHECK_EQ(parse_points_ndjson("[[1,2]]\n[[1,2,0.5,\"x\"]]\n", strokes),
             "line 2: point 1 is not as expected");
    CHECK_EQ(parse_points_csv("stroke,x,y,pressure,t\n1,2,x,0.5,0\n", strokes),
             "line 2 is not as expected");
    CHECK_EQ(parse_points_csv("x,y\n", strokes), "the first line is not stroke,x,y,pressure,t");
  }
}
