#include "collab/ink/point_codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/testing/stroke_generator.hpp"
#include "ink/allocations.hpp"
#ifdef COLLAB_TEST_DATA
#include "data/stroke_files.hpp"
#endif

namespace {

using collab::point;
using collab::point_grid;
using ink_test::allocations;
using stroke = std::vector<point>;

constexpr point_grid grids[] = {point_grid::sixteenth, point_grid::sixty_fourth, point_grid::whole};

// The rounding of the contract, in the words of the contract: floor(s v + 1/2) / s.
stroke rounded(const stroke& points, point_grid grid) {
  const double steps = grid == point_grid::sixteenth ? 16 : grid == point_grid::whole ? 1 : 64;
  stroke result = points;
  for (point& each : result) {
    each.x = static_cast<float>(std::floor(double{each.x} * steps + 0.5) / steps);
    each.y = static_cast<float>(std::floor(double{each.y} * steps + 0.5) / steps);
    each.pressure = static_cast<float>(std::floor(double{each.pressure} * 1024 + 0.5) / 1024);
  }
  return result;
}

std::string packed(const stroke& points, point_grid grid = point_grid::sixteenth) {
  std::string bytes;
  REQUIRE(collab::encode_packed(points, {grid}, bytes).ok());
  return bytes;
}

std::string live(const stroke& points, point_grid grid = point_grid::sixteenth) {
  std::string bytes;
  collab::live_point_encoder encoder{{grid}};
  REQUIRE(encoder.append(points, bytes).ok());
  return bytes;
}

stroke decoded(std::string_view bytes) {
  stroke points;
  const absl::Status status = collab::decode_points(bytes, points);
  INFO(std::string{status.message()});
  REQUIRE(status.ok());
  return points;
}

void check_both_ways(const stroke& points) {
  for (const point_grid grid : grids) {
    const stroke expected = rounded(points, grid);
    REQUIRE(decoded(packed(points, grid)) == expected);
    if (!points.empty()) {
      REQUIRE(decoded(live(points, grid)) == expected);
    }
  }
}

stroke generated(std::uint64_t seed, std::size_t size) {
  collab::testing::stroke_generator hand{seed};
  stroke all;
  stroke next;
  while (all.size() < size) {
    hand.next(next);
    all.insert(all.end(), next.begin(), next.end());
  }
  all.resize(size);
  return all;
}

// Anything in range, from tame to wild.
stroke wild(std::mt19937& random, std::size_t size) {
  const double reach = std::pow(10.0, static_cast<double>(random() % 7));
  const bool has_pressure = random() % 2 == 0;
  const unsigned late = static_cast<unsigned>(random()) % 33;
  stroke points(size);
  std::uint32_t t = static_cast<std::uint32_t>(random());
  for (point& each : points) {
    each.x = static_cast<float>((static_cast<double>(random()) / 2147483648.0 - 1) * reach);
    each.y = static_cast<float>((static_cast<double>(random()) / 2147483648.0 - 1) * reach);
    each.pressure = has_pressure ? static_cast<float>(random() % 1025) / 1024 : 0.5F;
    t += late == 0 ? 8 : static_cast<std::uint32_t>(random()) >> (32 - late);
    each.t = t;
  }
  return points;
}

// The table of docs/ink-format.md.
struct live_table_row {
  std::uint64_t bytes;
  std::string_view unit;
  std::uint64_t xy, dp, dt;
};
constexpr live_table_row live_table[32] = {
    {1, "px", 1, 0, 6},      {1, "px", 2, 0, 4},      {1, "step", 2, 0, 4},
    {2, "px", 3, 0, 10},     {2, "px", 4, 0, 8},      {2, "px", 5, 0, 6},
    {2, "px", 6, 0, 4},      {2, "step", 4, 0, 8},    {2, "step", 5, 0, 6},
    {2, "step", 6, 0, 4},    {2, "step", 3, 6, 4},    {2, "step", 2, 8, 4},
    {2, "px", 1, 10, 4},     {3, "px", 7, 0, 10},     {3, "px", 10, 0, 4},
    {3, "step", 8, 0, 8},    {3, "step", 9, 0, 6},    {3, "step", 10, 0, 4},
    {3, "px", 6, 6, 6},      {3, "px", 5, 8, 6},      {3, "px", 4, 10, 6},
    {3, "px", 3, 12, 6},     {3, "step", 5, 6, 8},    {3, "step", 4, 12, 4},
    {4, "px", 12, 0, 8},     {4, "step", 11, 0, 10},  {4, "step", 13, 0, 6},
    {4, "px", 7, 12, 6},     {5, "step", 16, 0, 8},   {6, "step", 16, 10, 6},
    {7, "step", 16, 12, 12}, {16, "step", 32, 32, 32}};

// In steps.
struct live_row {
  std::int64_t dx, dy, dp;
  std::uint64_t dt;
};
struct live_group {
  std::uint64_t code;
  std::vector<live_row> rows;
};

// The first class of the table that has room for all rows, by comparing with its limits.
std::uint64_t first_with_room(const std::vector<live_row>& rows, std::int64_t steps) {
  const auto fits = [](std::int64_t value, std::uint64_t width) {
    return width == 0 ? value == 0
                      : value >= -(std::int64_t{1} << (width - 1)) && value < std::int64_t{1}
                                                                                  << (width - 1);
  };
  std::uint64_t code = 0;
  for (; code < 31; ++code) {
    const live_table_row& of = live_table[code];
    const std::int64_t unit = of.unit == "px" ? steps : 1;
    if (std::all_of(rows.begin(), rows.end(), [&](const live_row& row) {
          return row.dx % unit == 0 && row.dy % unit == 0 && fits(row.dx / unit, of.xy) &&
                 fits(row.dy / unit, of.xy) && fits(row.dp, of.dp) && row.dt >> of.dt == 0;
        })) {
      break;
    }
  }
  return code;
}

// A decoder that follows docs/ink-format.md one bit at a time, for right input only.
class slow_decoder {
 public:
  explicit slow_decoder(std::string bytes) : bytes_{std::move(bytes)} {}

  stroke packed() {
    const std::uint64_t format = bits(8);
    REQUIRE(format / 4 == 5);
    steps_ = format % 4 == 0 ? 16 : format % 4 == 1 ? 64 : 1;
    std::uint64_t count = 0;
    for (unsigned shift = 0, more = 1; more != 0; shift += 7) {
      const std::uint64_t byte = bits(8);
      count |= (byte & 127) << shift;
      more = byte > 127;
    }
    stroke points;
    while (points.size() < count) {
      const std::uint64_t left = count - points.size();
      if (left > 128) {
        const std::uint64_t length = bits(16);
        const std::size_t begin = at_;
        block(128, points);
        REQUIRE(at_ - begin == length * 8);
      } else {
        block(left, points);
      }
    }
    REQUIRE(at_ == bytes_.size() * 8);
    return points;
  }

  // The points of a fresh run; groups() tells its groups.
  stroke live() {
    const std::uint64_t format = bits(8);
    REQUIRE(format / 4 == 4);
    steps_ = format % 4 == 0 ? 16 : format % 4 == 1 ? 64 : 1;
    stroke points;
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t step_x = 0;
    std::int64_t step_y = 0;
    std::int64_t pressure = 512;
    std::uint64_t t = 0;
    while (at_ < bytes_.size() * 8) {
      const std::uint64_t first = bits(8);
      groups_.push_back({first / 8, {}});
      const live_table_row& of = live_table[first / 8];
      const std::int64_t unit = of.unit == "px" ? static_cast<std::int64_t>(steps_) : 1;
      for (std::uint64_t i = 0; i <= first % 8; ++i) {
        live_row row{};
        row.dx = twos_complement(of.xy) * unit;
        row.dy = twos_complement(of.xy) * unit;
        row.dp = twos_complement(of.dp);
        row.dt = bits(of.dt);
        groups_.back().rows.push_back(row);
        step_x += row.dx;
        step_y += row.dy;
        x += step_x;
        y += step_y;
        pressure += row.dp;
        t += row.dt;
        if (points.empty()) {
          step_x = 0;
          step_y = 0;
        }
        points.push_back({static_cast<float>(static_cast<double>(x) / steps_),
                          static_cast<float>(static_cast<double>(y) / steps_),
                          static_cast<float>(static_cast<double>(pressure) / 1024),
                          static_cast<std::uint32_t>(t)});
      }
    }
    return points;
  }
  const std::vector<live_group>& groups() const { return groups_; }
  double steps() const { return steps_; }

 private:
  struct axis {
    std::int64_t value, shift, phase, step = 0, second = 0, order = 0;
  };

  std::uint64_t bits(std::uint64_t count) {
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < count; ++i, ++at_) {
      const auto byte = static_cast<unsigned char>(bytes_.at(at_ / 8));
      value |= std::uint64_t{byte >> at_ % 8 & 1U} << i;
    }
    return value;
  }
  std::int64_t twos_complement(std::uint64_t width) {
    const std::uint64_t value = bits(width);
    const bool is_negative = width > 0 && value >> (width - 1) != 0;
    return static_cast<std::int64_t>(value) - (is_negative ? std::int64_t{1} << width : 0);
  }
  std::int64_t golomb(std::int64_t order) {
    std::uint64_t zeros = 0;
    while (bits(1) == 0) {
      ++zeros;
    }
    const std::uint64_t width = zeros + static_cast<std::uint64_t>(order);
    return static_cast<std::int64_t>(bits(width) + (std::uint64_t{1} << width) -
                                     (std::uint64_t{1} << order));
  }
  std::int64_t folded(std::int64_t order) {
    const std::int64_t value = golomb(order);
    return value % 2 == 0 ? value / 2 : -(value + 1) / 2;
  }
  axis start() {
    axis result{};
    result.shift = static_cast<std::int64_t>(bits(3));
    result.value = folded(12);
    if (result.shift > 0 && bits(1) == 1) {
      result.phase = static_cast<std::int64_t>(bits(static_cast<std::uint64_t>(result.shift)));
    }
    return result;
  }
  void plan(axis& of) {
    of.second = static_cast<std::int64_t>(bits(1));
    of.order = static_cast<std::int64_t>(bits(4));
  }
  void move(axis& of) {
    of.step = folded(of.order) + (of.second == 1 ? of.step : 0);
    of.value += of.step;
  }
  double place(const axis& of) const {
    return static_cast<double>(of.value * (std::int64_t{1} << of.shift) + of.phase) / steps_;
  }
  void block(std::uint64_t count, stroke& out) {
    axis x = start();
    axis y = start();
    std::int64_t t = golomb(0);
    const std::uint64_t mode = bits(2);
    std::int64_t pressure = mode == 0 ? 512 : static_cast<std::int64_t>(bits(11));
    std::int64_t least = 0;
    std::int64_t time_order = -1;
    std::int64_t pressure_order = -1;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i == 1) {
        plan(x);
        plan(y);
        const bool is_steady = bits(1) == 1;
        least = folded(3);
        time_order = is_steady ? -1 : static_cast<std::int64_t>(bits(4));
        pressure_order = mode == 2 ? static_cast<std::int64_t>(bits(4)) : -1;
      }
      if (i >= 1) {
        move(x);
        move(y);
        t += least + (time_order < 0 ? 0 : golomb(time_order));
        pressure += pressure_order < 0 ? 0 : folded(pressure_order);
      }
      out.push_back({static_cast<float>(place(x)), static_cast<float>(place(y)),
                     static_cast<float>(static_cast<double>(pressure) / 1024),
                     static_cast<std::uint32_t>(t)});
    }
    while (at_ % 8 != 0) {
      REQUIRE(bits(1) == 0);
    }
  }

  std::string bytes_;
  std::size_t at_ = 0;
  double steps_ = 16;
  std::vector<live_group> groups_;
};

// A group of the last class, which can say anything.
std::string plain_group(const std::vector<live_row>& rows) {
  std::string bytes{static_cast<char>(31 * 8 + rows.size() - 1)};
  for (const live_row& row : rows) {
    for (const std::int64_t value : {row.dx, row.dy, row.dp, static_cast<std::int64_t>(row.dt)}) {
      for (unsigned shift = 0; shift < 32; shift += 8) {
        bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xFF);
      }
    }
  }
  return bytes;
}

std::string hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

// What any input must do: decode to valid points, or be refused with an offset and leave
// what was there alone.
bool decodes_safely(std::string_view from) {
  // A copy of just this size, so that a sanitizer sees a byte read too many.
  const std::vector<char> copy(from.begin(), from.end());
  stroke points{{1, 2, 1, 3}};
  const absl::Status status = collab::decode_points({copy.data(), copy.size()}, points);
  REQUIRE(points.front() == point{1, 2, 1, 3});
  if (!status.ok()) {
    REQUIRE(points.size() == 1);
    REQUIRE(status.message().find("byte") != std::string_view::npos);
  }
  for (const point& each : points) {
    REQUIRE(collab::is_valid(each));
  }
  return status.ok();
}

const stroke example{{100, 200, 0.5F, 0}, {103, 201, 0.5F, 8}, {107, 203.5F, 0.5F, 16}};

}  // namespace

TEST_SUITE("ink/point_codec") {
  TEST_CASE("points come back as the contract rounds them, in both modes and on every grid") {
    std::mt19937 random{7};
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      check_both_ways(generated(seed, 1 + seed));
      check_both_ways(wild(random, seed));
    }
  }

  TEST_CASE("strokes that people drew come back") {
#ifdef COLLAB_TEST_DATA
    const collab_test::stroke_collection all = collab_test::load_strokes();
    MESSAGE(all.source);
    for (const collab_test::recorded_stroke& each : all.strokes) {
      const bool are_valid = std::all_of(each.points.begin(), each.points.end(),
                                         [](const point& p) { return collab::is_valid(p); });
      if (are_valid) {
        CAPTURE(each.file);
        check_both_ways(each.points);
      }
    }
#endif
  }

  TEST_CASE("strokes of any length come back, on both sides of a block's end") {
    for (const std::size_t size :
         {0U, 1U, 2U, 3U, 63U, 64U, 65U, 127U, 128U, 129U, 255U, 256U, 257U, 10'000U, 10'001U}) {
      CAPTURE(size);
      check_both_ways(generated(3, size));
    }
  }

  TEST_CASE("the limits of every value come back") {
    const float far = 1e6F;
    const std::uint32_t late = 0xFFFFFFFF;
    check_both_ways({{far, -far, 0, late}});
    check_both_ways({{-far, far, 1, 0}, {far, -far, 0, late}, {-far, far, 1, 0}});
    check_both_ways({{far, far, 1, late}, {-far, -far, 0, 0}, {far, far, 1, late}});
    check_both_ways({{0, 0, 0.5F, 0}, {0, 0, 0.5F, 0x7FFFFFFF}, {0, 0, 0.5F, 0x80000000}});
    check_both_ways({{999'999.9375F, -999'999.9375F, 0, 5}, {-0.0F, 0, 0, 5}});
    stroke zigzag(200);
    for (std::size_t i = 0; i < zigzag.size(); ++i) {
      const float side = i % 2 == 0 ? far : -far;
      zigzag[i] = {side, -side, i % 2 == 0 ? 1.0F : 0.0F, i % 3 == 0 ? late : 0};
    }
    check_both_ways(zigzag);
  }

  TEST_CASE("time may stand still and go backwards") {
    check_both_ways({{1, 1, 0.5F, 9}, {2, 2, 0.5F, 9}, {3, 3, 0.5F, 4}, {4, 4, 0.5F, 1000000}});
  }

  TEST_CASE("a point out of range is refused by name, and nothing is written") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    for (const point& bad : {point{1'000'000.0625F, 0, 0, 0}, point{0, nan, 0, 0},
                             point{-infinity, 0, 0, 0}, point{0, 0, 1.001F, 0}}) {
      std::string bytes = "before";
      collab::live_point_encoder encoder;
      const stroke points{{1, 1, 1, 1}, bad};
      for (const absl::Status& status :
           {collab::encode_packed(points, {}, bytes), encoder.append(points, bytes)}) {
        CHECK(status.code() == absl::StatusCode::kInvalidArgument);
        CHECK(status.message().find("point 1") != std::string_view::npos);
        CHECK(bytes == "before");
      }
      std::string fresh;
      REQUIRE(encoder.append({points.data(), 1}, fresh).ok());
      CHECK(fresh == live({points[0]}));
    }
  }

  TEST_CASE("live points sent in pieces of any size are one run, and the same points") {
    const stroke points = generated(11, 700);
    for (const point_grid grid : grids) {
      for (const std::size_t piece : {1U, 2U, 7U, 8U, 9U, 57U, 58U, 64U, 65U, 700U}) {
        CAPTURE(piece);
        collab::live_point_encoder encoder{{grid}};
        // It learns the grid from the first piece.
        collab::live_point_decoder decoder;
        std::string joined;
        stroke seen;
        for (std::size_t at = 0; at < points.size(); at += piece) {
          std::string message;
          const std::size_t count = std::min(piece, points.size() - at);
          REQUIRE(encoder.append({points.data() + at, count}, message).ok());
          REQUIRE(decoder.append(message, seen).ok());
          REQUIRE(seen.size() == at + count);
          joined += message;
        }
        CHECK(decoded(joined) == seen);
        CHECK(seen == rounded(points, grid));
      }
    }
  }

  TEST_CASE("a piece that is damaged changes nothing, and the right one may follow") {
    const stroke points = generated(12, 20);
    collab::live_point_encoder encoder;
    collab::live_point_decoder decoder;
    std::string first;
    std::string second;
    REQUIRE(encoder.append({points.data(), 10}, first).ok());
    REQUIRE(encoder.append({points.data() + 10, 10}, second).ok());
    stroke seen;
    REQUIRE(decoder.append(first, seen).ok());
    CHECK_FALSE(decoder.append(second + '\xFF', seen).ok());
    CHECK(seen.size() == 10);
    REQUIRE(decoder.append(second, seen).ok());
    CHECK(seen == rounded(points, point_grid::sixteenth));
  }

  TEST_CASE("an encoder and a decoder that restart do as new ones do") {
    collab::live_point_encoder encoder;
    collab::live_point_decoder decoder;
    for (int i = 0; i < 2; ++i) {
      std::string bytes;
      stroke seen;
      REQUIRE(encoder.append(example, bytes).ok());
      CHECK(bytes == live(example));
      REQUIRE(decoder.append(bytes, seen).ok());
      CHECK(seen == example);
      encoder.restart();
      decoder.restart();
    }
  }

  TEST_CASE("the n-th block alone is what it is in the whole") {
    const stroke points = generated(5, 1'000);
    const std::string bytes = packed(points);
    const auto view = collab::packed_points::open(bytes);
    REQUIRE(view.ok());
    REQUIRE(view->size() == 1'000);
    REQUIRE(view->blocks() == 8);
    const stroke expected = rounded(points, point_grid::sixteenth);
    for (const std::size_t block : {7U, 0U, 3U, 1U, 2U, 6U, 5U, 4U}) {
      stroke seen;
      REQUIRE(view->append_block_to(block, seen).ok());
      const std::size_t begin = block * 128;
      const std::size_t end = std::min<std::size_t>(begin + 128, 1'000);
      CHECK(seen == stroke(expected.begin() + static_cast<std::ptrdiff_t>(begin),
                           expected.begin() + static_cast<std::ptrdiff_t>(end)));
    }
  }

  TEST_CASE("packed points tell where they end, for what follows them") {
    const std::string bytes = packed(example);
    const std::string followed = bytes + "more";
    const auto view = collab::packed_points::open(followed);
    REQUIRE(view.ok());
    stroke seen;
    std::size_t end = 0;
    REQUIRE(view->append_to(seen, end).ok());
    CHECK(end == bytes.size());
    CHECK(seen == example);
    CHECK_FALSE(view->append_to(seen).ok());
    CHECK(seen == example);
  }

  TEST_CASE("a slow decoder written from the document reads the same") {
    std::mt19937 random{21};
    for (std::size_t size = 0; size < 300; ++size) {
      CAPTURE(size);
      for (const point_grid grid : grids) {
        const stroke points = size % 2 == 0 ? wild(random, size) : generated(size, size);
        const std::string bytes = packed(points, grid);
        REQUIRE(slow_decoder{bytes}.packed() == decoded(bytes));
        if (size > 0) {
          const std::string run = live(points, grid);
          REQUIRE(slow_decoder{run}.live() == decoded(run));
        }
      }
    }
  }

  // These bytes are stored and sent: they may change only with point_format_version, and then
  // decoders read both versions.
  TEST_CASE("the examples of the document are these bytes") {
    CHECK(hex(packed(example)) == "14038c0c1664a49ca2ca36");
    CHECK(hex(live(example)) == "107064200379301008101808");
    CHECK(slow_decoder{packed(example)}.packed() == example);
    CHECK(slow_decoder{live(example)}.live() == example);
    CHECK(hex(packed({})) == "1400");
    CHECK(hex(live({})).empty());
  }

  TEST_CASE("whatever is cut off is refused, or is a shorter live run") {
    const stroke points = generated(8, 300);
    const std::string whole = packed(points);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      REQUIRE_FALSE(decodes_safely({whole.data(), size}));
    }
    const std::string run = live(points);
    const stroke expected = rounded(points, point_grid::sixteenth);
    std::size_t ends = 0;
    for (std::size_t size = 1; size < run.size(); ++size) {
      CAPTURE(size);
      if (decodes_safely({run.data(), size})) {
        const stroke seen = decoded({run.data(), size});
        REQUIRE(std::equal(seen.begin(), seen.end(), expected.begin()));
        ++ends;
      }
    }
    // With the format byte alone, and without the whole run.
    slow_decoder slow{run};
    slow.live();
    CHECK(ends == slow.groups().size());
  }

  TEST_CASE("no bit that is flipped leads outside or to an invalid point") {
    std::mt19937 random{3};
    std::size_t decoded = 0;
    std::size_t refused = 0;
    for (const stroke& points :
         {generated(9, 150), generated(10, 20), wild(random, 140), example}) {
      for (const std::string& bytes : {packed(points), live(points)}) {
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
          CAPTURE(bit);
          std::string changed = bytes;
          changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
          ++(decodes_safely(changed) ? decoded : refused);
        }
      }
    }
    // Points have no checksum: most flips only move one.
    CHECK(decoded > 0);
    CHECK(refused > 0);
  }

  TEST_CASE("noise is refused or decoded, never followed") {
    std::mt19937 random{4};
    std::size_t decoded = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string bytes(random() % 60, '\0');
      for (char& each : bytes) {
        each = static_cast<char>(random());
      }
      if (!bytes.empty()) {
        bytes[0] = static_cast<char>(0x10 + random() % 8);
      }
      CAPTURE(i);
      ++(decodes_safely(bytes) ? decoded : refused);
    }
    CHECK(decoded > 0);
    CHECK(refused > 0);
  }

  TEST_CASE("formats and versions of others are refused") {
    for (unsigned byte = 0; byte < 256; ++byte) {
      CAPTURE(byte);
      const bool is_ours = byte >= 0x10 && byte <= 0x16 && byte != 0x13;
      std::string bytes{static_cast<char>(byte)};
      bytes += byte % 8 < 4 ? "" : std::string(1, '\0');
      CHECK(decodes_safely(bytes) == is_ours);
    }
  }

  TEST_CASE("a count that the bytes cannot hold allocates nothing") {
    for (const std::string_view count : {"\xFF\xFF\xFF\xFF\x0F", "\x80\x80\x80\x08"}) {
      stroke points;
      CHECK_FALSE(collab::decode_points("\x14" + std::string{count} + "abcdefgh", points).ok());
      CHECK(points.capacity() == 0);
    }
  }

  TEST_CASE("integers that are cut off, too long or too large are refused") {
    using namespace std::string_literals;
    for (const std::string& bytes :
         {"\x14"s, "\x14\x80"s, "\x14\x80\x00"s, "\x14\xFF\xFF\xFF\xFF\x10"s,
          "\x14\x80\x80\x80\x80\x80\x00"s}) {
      CAPTURE(hex(bytes));
      CHECK_FALSE(decodes_safely(bytes));
    }
  }

  TEST_CASE("a live run is groups of one and then of eight points, each of the first class") {
    std::mt19937 random{31};
    std::vector<std::size_t> seen(32);
    for (std::size_t size = 1; size < 400; ++size) {
      CAPTURE(size);
      for (const point_grid grid : grids) {
        const stroke points = size % 2 == 0 ? wild(random, size) : generated(size, size);
        slow_decoder slow{live(points, grid)};
        REQUIRE(slow.live() == rounded(points, grid));
        std::size_t left = size;
        for (const live_group& group : slow.groups()) {
          REQUIRE(group.rows.size() == (left == size ? 1 : std::min<std::size_t>(left, 8)));
          left -= group.rows.size();
          REQUIRE(group.code ==
                  first_with_room(group.rows, static_cast<std::int64_t>(slow.steps())));
          ++seen[group.code];
        }
        REQUIRE(left == 0);
      }
    }
    CHECK(seen[31] > 0);
  }

  TEST_CASE("every class takes what it has room for, and not one step more") {
    const auto limits = [](std::uint64_t width) {
      const std::int64_t top = width == 0 ? 0 : std::int64_t{1} << (width - 1);
      return std::vector<std::int64_t>{-top - 1, -top, -1, 0, 1, top - 1, top};
    };
    std::vector<std::size_t> seen(32);
    std::size_t wrong = 0;
    for (const point_grid grid : grids) {
      const std::int64_t steps = grid == point_grid::sixteenth ? 16
                                 : grid == point_grid::whole   ? 1
                                                               : 64;
      for (const live_table_row& of : live_table) {
        const std::int64_t unit = of.unit == "px" ? steps : 1;
        // A pressure that the class can't tell needs one that can.
        for (const std::int64_t dp : limits(std::min<std::uint64_t>(of.dp, 11))) {
          for (const std::int64_t dx : limits(std::min<std::uint64_t>(of.xy, 16))) {
            for (const std::int64_t dy : {dx, -dx, std::int64_t{0}}) {
              for (const std::uint64_t dt :
                   {std::uint64_t{0}, (std::uint64_t{1} << of.dt) - 1,
                    std::uint64_t{1} << std::min<std::uint64_t>(of.dt, 31)}) {
                const live_row row{dx * unit, dy * unit, std::clamp<std::int64_t>(dp, -1024, 1024),
                                   dt & 0xFFFFFFFF};
                const std::int64_t before = row.dp < 0 ? 1024 : 0;
                const stroke drawn{{0, 0, static_cast<float>(before) / 1024, 7}};
                const stroke next{{static_cast<float>(row.dx) / static_cast<float>(steps),
                                   static_cast<float>(row.dy) / static_cast<float>(steps),
                                   static_cast<float>(before + row.dp) / 1024,
                                   static_cast<std::uint32_t>(7 + row.dt)}};
                collab::live_point_encoder encoder{{grid}};
                encoder.resume_after(drawn);
                std::string bytes;
                bool is_right = encoder.append(next, bytes).ok();
                const std::uint64_t code = first_with_room({row}, steps);
                ++seen[code];
                is_right &= static_cast<unsigned char>(bytes[0]) == code * 8 &&
                            bytes.size() == 1 + live_table[code].bytes;
                collab::live_point_decoder decoder{{grid}};
                decoder.resume_after(drawn);
                stroke back;
                is_right &= decoder.append(bytes, back).ok() && back == next;
                wrong += is_right ? 0 : 1;
              }
            }
          }
        }
      }
    }
    CHECK(wrong == 0);
    for (std::size_t code = 0; code < seen.size(); ++code) {
      CAPTURE(code);
      CHECK(seen[code] > 0);
    }
  }

  TEST_CASE("groups of any class and size are read as the document says, wherever they end") {
    std::mt19937 random{33};
    for (int i = 0; i < 4'000; ++i) {
      CAPTURE(i);
      std::string bytes{static_cast<char>(0x10 + random() % 3)};
      std::vector<std::size_t> counts;
      for (int groups = 1 + static_cast<int>(random() % 4); groups > 0; --groups) {
        const std::size_t code = random() % 31;
        const std::size_t count = 1 + random() % 8;
        bytes += static_cast<char>(code * 8 + count - 1);
        for (std::size_t k = 0; k < count * live_table[code].bytes; ++k) {
          // Pressure stays in range where it isn't noise.
          bytes += static_cast<char>(live_table[code].dp == 0 ? random() : random() & 0x0F);
        }
        counts.push_back(count);
      }
      const std::vector<char> copy(bytes.begin(), bytes.end());
      const stroke slow = slow_decoder{bytes}.live();
      const bool is_valid =
          std::all_of(slow.begin(), slow.end(), [](const point& p) { return collab::is_valid(p); });
      stroke seen;
      REQUIRE(collab::decode_points({copy.data(), copy.size()}, seen).ok() == is_valid);
      REQUIRE(seen == (is_valid ? slow : stroke{}));
    }
  }

  TEST_CASE("a run that is resumed after its points is the run that goes on") {
    std::mt19937 random{32};
    for (const point_grid grid : grids) {
      for (const stroke& drawn : {generated(40, 60), wild(random, 60)}) {
        const stroke points = rounded(drawn, grid);
        collab::live_point_encoder going_on{{grid}};
        for (std::size_t from = 0; from <= points.size(); ++from) {
          CAPTURE(from);
          const std::span<const point> all{points};
          collab::live_point_encoder encoder{{grid}};
          encoder.resume_after(all.first(from));
          std::string bytes;
          REQUIRE(encoder.append(all.subspan(from), bytes).ok());

          collab::live_point_encoder copy = going_on;
          std::string same;
          REQUIRE(copy.append(all.subspan(from), same).ok());
          REQUIRE(bytes == same);

          collab::live_point_decoder decoder{{grid}};
          decoder.resume_after(all.first(from));
          stroke seen(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(from));
          REQUIRE(decoder.append(bytes, seen).ok());
          REQUIRE(seen == points);
          if (from < points.size()) {
            std::string next;
            REQUIRE(going_on.append(all.subspan(from, 1), next).ok());
          }
        }
      }
    }
  }

  TEST_CASE("a piece of more points than are wanted is refused before it is decoded") {
    const stroke points = rounded(generated(41, 100), point_grid::sixteenth);
    collab::live_point_encoder encoder;
    collab::live_point_decoder decoder;
    stroke seen;
    for (std::size_t at = 0; at < points.size(); at += 19) {
      std::string message;
      const std::size_t count = std::min<std::size_t>(19, points.size() - at);
      REQUIRE(encoder.append({points.data() + at, count}, message).ok());
      const absl::Status refused = decoder.append(message, seen, count - 1);
      CHECK(absl::IsResourceExhausted(refused));
      CHECK(refused.message().find(std::to_string(count)) != absl::string_view::npos);
      CHECK(seen.size() == at);
      REQUIRE(decoder.append(message, seen, count).ok());
    }
    CHECK(seen == points);
    CHECK(decoder.append({}, seen, 0).ok());
  }

  TEST_CASE("coordinates and pressures just out of range are refused") {
    const auto at_first = [](std::int64_t x, std::int64_t y, std::int64_t pressure, int grid) {
      return std::string{static_cast<char>(0x10 + grid)} + plain_group({{x, y, pressure - 512, 0}});
    };
    for (const std::int64_t sign : {1, -1}) {
      for (const auto& [grid, limit] :
           {std::pair{0, 16'000'000}, {1, 64'000'000}, {2, 1'000'000}}) {
        CAPTURE(grid);
        // On the grid of 1/64 the next number that a float can name is 4 steps away.
        const std::int64_t more = grid == 1 ? 3 : 1;
        CHECK(decodes_safely(at_first(sign * limit, 0, 512, grid)));
        CHECK(decodes_safely(at_first(0, sign * limit, 512, grid)));
        CHECK_FALSE(decodes_safely(at_first(sign * (limit + more), 0, 512, grid)));
        CHECK_FALSE(decodes_safely(at_first(0, sign * (limit + more), 512, grid)));
        CHECK_FALSE(decodes_safely(at_first(sign * 0x7FFFFFFF, 0, 512, grid)));
      }
    }
    CHECK(decodes_safely(at_first(0, 0, 0, 0)));
    CHECK(decodes_safely(at_first(0, 0, 1024, 0)));
    CHECK_FALSE(decodes_safely(at_first(0, 0, -1, 0)));
    CHECK_FALSE(decodes_safely(at_first(0, 0, 1025, 0)));
    // Any time is a time.
    CHECK(decodes_safely("\x10" + plain_group({{0, 0, 0, 0xFFFFFFFF}, {0, 0, 0, 0xFFFFFFFF}})));
  }

  TEST_CASE("a refusal names where the group begins, and nothing has changed") {
    const live_row still{0, 0, 0, 0};
    const live_row away{16'000'001, 0, 0, 0};
    const live_row back{-32'000'002, 0, 0, 0};
    for (std::size_t good = 0; good < 40; ++good) {
      CAPTURE(good);
      std::string first = "\x10";
      first += plain_group({still});
      std::string second;
      for (std::size_t i = 0; i < good; ++i) {
        second += plain_group(std::vector<live_row>(1 + i % 8, still));
      }
      const std::string name = "byte " + std::to_string(second.size()) + " ";
      const std::string rest = plain_group({still, still});
      // The third point is inside again.
      const std::string outside = plain_group({still, away, back, still});
      const std::string cut = plain_group(std::vector<live_row>(8, still)).substr(0, 128);
      collab::live_point_decoder decoder;
      stroke seen;
      REQUIRE(decoder.append(first, seen).ok());
      for (const std::string& bad : {second + outside, second + outside + rest, second + cut,
                                     second + '\x07', second + "\xF8" + std::string(15, '\0')}) {
        const absl::Status status = decoder.append(bad, seen);
        CHECK(status.code() == absl::StatusCode::kDataLoss);
        CHECK(status.message().find(name) != std::string_view::npos);
        CHECK(seen.size() == 1);
      }
      REQUIRE(decoder.append(second + rest, seen).ok());
      CHECK(std::count(seen.begin(), seen.end(), point{}) ==
            static_cast<std::ptrdiff_t>(seen.size()));
    }
  }

  TEST_CASE("bytes that are refused for where they end allocate nothing") {
    stroke points;
    for (const char first : {'\x07', '\xFF', '\xF8'}) {
      CHECK_FALSE(collab::decode_points(std::string{"\x10"} + first + "1234567", points).ok());
    }
    CHECK(points.capacity() == 0);
  }

  TEST_CASE("a message that there is no memory for changes nothing, and may be tried again") {
    const stroke points = generated(42, 100);
    const std::string run = live(points);
    collab::live_point_encoder encoder;
    collab::live_point_decoder decoder;
    // No room at all, and room for all bytes but the last.
    for (const std::size_t room : {std::size_t{0}, run.size() - 1}) {
      CAPTURE(room);
      encoder.restart();
      decoder.restart();
      std::string bytes;
      bytes.reserve(run.size());
      bytes.assign(bytes.capacity() - room, '-');
      stroke seen;
      std::size_t failures = 0;
      ink_test::exhaust_heap(true);
      try {
        (void)encoder.append(points, bytes);
      } catch (const std::bad_alloc&) {
        ++failures;
      }
      try {
        (void)decoder.append(run, seen);
      } catch (const std::bad_alloc&) {
        ++failures;
      }
      ink_test::exhaust_heap(false);
      CHECK(failures == 2);
      CHECK(seen.empty());
      bytes.clear();
      REQUIRE(encoder.append(points, bytes).ok());
      CHECK(bytes == run);
      REQUIRE(decoder.append(run, seen).ok());
      CHECK(seen == rounded(points, point_grid::sixteenth));
    }
  }

  TEST_CASE("after warm-up no form allocates") {
    const stroke points = generated(6, 2'000);
    std::string packed_bytes;
    std::string live_bytes;
    stroke seen;
    collab::live_point_encoder encoder;
    collab::live_point_decoder decoder;
    std::size_t warm = 0;
    for (int i = 0; i < 3; ++i) {
      if (i == 2) {
        warm = allocations();
        REQUIRE(warm > 0);
      }
      bool is_right = true;
      packed_bytes.clear();
      is_right &= collab::encode_packed(points, {}, packed_bytes).ok();
      seen.clear();
      is_right &= collab::decode_points(packed_bytes, seen).ok();
      encoder.restart();
      decoder.restart();
      seen.clear();
      for (const point& each : points) {
        live_bytes.clear();
        is_right &= encoder.append({&each, 1}, live_bytes).ok();
        is_right &= decoder.append(live_bytes, seen).ok();
      }
      if (!is_right) {
        FAIL("a round failed");
      }
    }
    CHECK(allocations() == warm);
  }
}
