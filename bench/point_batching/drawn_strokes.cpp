#include "drawn_strokes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/stroke_files.hpp"

namespace point_batching {
namespace {

std::chrono::milliseconds time_of(const std::vector<collab::point>& points) {
  std::uint32_t latest = 0;
  for (const collab::point& each : points) {
    latest = std::max(latest, each.t);
  }
  return std::chrono::milliseconds{latest};
}

void add(collab_test::stroke_collection&& from, drawn_strokes& to) {
  to.source += (to.source.empty() ? "" : "; ") + from.source;
  for (collab_test::recorded_stroke& each : from.strokes) {
    to.strokes.push_back({each.set.substr(0, each.set.find('-')), std::move(each.points)});
  }
  for (const std::string& each : from.damaged) {
    to.notes.push_back("not read: " + each);
  }
}

void note(drawn_strokes& all, std::size_t count, std::string_view what) {
  if (count > 0) {
    all.notes.push_back(fmt::format("{} stroke{} {}", count, count == 1 ? "" : "s", what));
  }
}

}  // namespace

std::size_t drawn_strokes::points() const {
  std::size_t sum = 0;
  for (const drawn_stroke& each : strokes) {
    sum += each.points.size();
  }
  return sum;
}

std::chrono::milliseconds drawn_strokes::time() const {
  std::chrono::milliseconds sum{0};
  for (const drawn_stroke& each : strokes) {
    sum += time_of(each.points);
  }
  return sum;
}

std::vector<std::string> drawn_strokes::sets() const {
  std::vector<std::string> names;
  for (const drawn_stroke& each : strokes) {
    if (std::ranges::find(names, each.set) == names.end()) {
      names.push_back(each.set);
    }
  }
  return names;
}

drawn_strokes drawn_strokes::only(const std::string& set) const {
  drawn_strokes some;
  some.source = source;
  std::ranges::copy_if(strokes, std::back_inserter(some.strokes),
                       [&](const drawn_stroke& each) { return each.set == set; });
  return some;
}

void keep_playable(drawn_strokes& all) {
  const std::size_t invalid = std::erase_if(all.strokes, [](const drawn_stroke& each) {
    return !std::ranges::all_of(each.points,
                                [](const collab::point& p) { return collab::is_valid(p); });
  });
  note(all, invalid, "left out: a point is out of range");
  const std::size_t endless = std::erase_if(
      all.strokes, [](const drawn_stroke& each) { return time_of(each.points) > time_max; });
  note(all, endless, "left out: longer than a minute by its time stamps");
  std::size_t timeless = 0;
  for (drawn_stroke& each : all.strokes) {
    if (each.points.size() > 1 && time_of(each.points) == std::chrono::milliseconds{0}) {
      ++timeless;
      std::uint32_t t = 0;
      for (collab::point& sample : each.points) {
        sample.t = t;
        t += assumed_interval;
      }
    }
  }
  note(all, timeless, fmt::format("without time: {} ms a sample assumed", assumed_interval));
}

drawn_strokes load_drawn_strokes(std::span<const std::string> paths) {
  drawn_strokes all;
  if (paths.empty()) {
    add(collab_test::load_strokes(), all);
  }
  for (const std::string& path : paths) {
    add(collab_test::load_strokes_at(path), all);
  }
  keep_playable(all);
  return all;
}

}  // namespace point_batching
