#include "collab/ink/point_codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
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
};

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

  TEST_CASE("live points sent in pieces are the bytes of the whole run") {
    const stroke points = generated(11, 700);
    const std::string whole = live(points);
    for (const std::size_t piece : {1U, 2U, 7U, 64U, 65U, 700U}) {
      CAPTURE(piece);
      collab::live_point_encoder encoder;
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
      CHECK(joined == whole);
      CHECK(seen == rounded(points, point_grid::sixteenth));
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
      }
    }
  }

  // These bytes are stored and sent: they may change only with point_format_version, and then
  // decoders read both versions.
  TEST_CASE("the examples of the document are these bytes") {
    CHECK(hex(packed(example)) == "14038c0c1664a49ca2ca36");
    CHECK(hex(live(example)) == "10450664000d466310038141");
    CHECK(slow_decoder{packed(example)}.packed() == example);
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
    CHECK(ends == points.size());
  }

  TEST_CASE("no bit that is flipped leads outside or to an invalid point") {
    std::mt19937 random{3};
    for (const stroke& points :
         {generated(9, 150), generated(10, 20), wild(random, 140), example}) {
      for (const std::string& bytes : {packed(points), live(points)}) {
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
          CAPTURE(bit);
          std::string changed = bytes;
          changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
          decodes_safely(changed);
        }
      }
    }
  }

  TEST_CASE("noise is refused or decoded, never followed") {
    std::mt19937 random{4};
    for (int i = 0; i < 20'000; ++i) {
      std::string bytes(random() % 60, '\0');
      for (char& each : bytes) {
        each = static_cast<char>(random());
      }
      if (!bytes.empty()) {
        bytes[0] = static_cast<char>(0x10 + random() % 8);
      }
      CAPTURE(i);
      decodes_safely(bytes);
    }
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
          "\x14\x80\x80\x80\x80\x80\x00"s, "\x10\x1F"s, "\x10\x1F\x80\x00\x00\x00\x00"s,
          "\x10\x1F\xFF\xFF\xFF\xFF\x1F\x00\x00\x00"s, "\x10\x3F\x00\x00\x00\x00"s}) {
      CAPTURE(hex(bytes));
      CHECK_FALSE(decodes_safely(bytes));
    }
    CHECK(decodes_safely("\x10\x1F\x00\x00\x00\x00"s));
  }

  TEST_CASE("coordinates and pressures just out of range are refused") {
    using namespace std::string_literals;
    // 16,000,000 steps, folded: 32,000,000; and one more.
    CHECK(decodes_safely("\x10\x1F\x80\x90\xA1\x0F\x00\x00\x00"s));
    CHECK_FALSE(decodes_safely("\x10\x1F\x82\x90\xA1\x0F\x00\x00\x00"s));
    CHECK_FALSE(decodes_safely("\x10\x1F\x81\x90\xA1\x0F\x00\x00\x00"s));
    // 512 + 512, and one more; 512 - 512, and one less.
    CHECK(decodes_safely("\x10\x1F\x00\x00\x00\x80\x08"s));
    CHECK_FALSE(decodes_safely("\x10\x1F\x00\x00\x00\x82\x08"s));
    CHECK(decodes_safely("\x10\x1F\x00\x00\x00\xFF\x07"s));
    CHECK_FALSE(decodes_safely("\x10\x1F\x00\x00\x00\x81\x08"s));
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
