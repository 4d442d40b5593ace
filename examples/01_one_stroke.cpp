// examples/01_one_stroke.cpp - filters a stroke as it is drawn, and fills its gaps for display.
//
// The ink pipeline alone: headers only, nothing to link but Abseil.

#include <collab/ink/bounds.hpp>
#include <collab/ink/distance_filter.hpp>
#include <collab/ink/gap_interpolator.hpp>
#include <cstdio>
#include <span>
#include <vector>

int main() {
  // What a pointer reports: it lingers, jitters, and then moves fast.
  const std::vector<collab::point> samples = {
      {.x = 100, .y = 200, .pressure = 0.2F, .t = 0},
      {.x = 100.3F, .y = 200.1F, .pressure = 0.3F, .t = 8},
      {.x = 100.6F, .y = 200.4F, .pressure = 0.4F, .t = 16},
      {.x = 103, .y = 202, .pressure = 0.6F, .t = 24},
      {.x = 140, .y = 220, .pressure = 0.8F, .t = 32},
      {.x = 141, .y = 221, .pressure = 0.1F, .t = 40},
  };

  collab::distance_filter filter{{.distance_min = 1.0F}};
  collab::gap_interpolator fill{{.distance_max = 8.0F}};
  std::vector<collab::point> kept;    // what would be sent and stored
  std::vector<collab::point> smooth;  // what would be drawn

  // In pieces, as events arrive; what each step adds is ready to be sent or drawn at once.
  for (std::size_t at = 0; at < samples.size(); at += 2) {
    const std::size_t before = kept.size();
    filter.append({samples.data() + at, 2}, kept);
    fill.append(std::span{kept}.subspan(before), smooth);
  }
  const std::size_t before = kept.size();
  filter.finish(kept);
  fill.append(std::span{kept}.subspan(before), smooth);
  fill.finish(smooth);

  const collab::bounds box = collab::bounds_of(smooth);
  std::printf("%zu samples, %zu kept, %zu drawn, in a box of %.1f x %.1f\n", samples.size(),
              kept.size(), smooth.size(), static_cast<double>(box.right - box.left),
              static_cast<double>(box.bottom - box.top));
  for (const collab::point& each : smooth) {
    std::printf("  x %6.2f  y %6.2f  pressure %.2f  t %2u ms\n", static_cast<double>(each.x),
                static_cast<double>(each.y), static_cast<double>(each.pressure), each.t);
  }
  return kept.size() == 4 && smooth.size() == 9 ? 0 : 1;
}
