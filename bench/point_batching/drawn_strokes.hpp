// point_batching/drawn_strokes.hpp - the strokes that are played, and where they are from.

#ifndef COLLAB_BENCH_POINT_BATCHING_DRAWN_STROKES_HPP
#define COLLAB_BENCH_POINT_BATCHING_DRAWN_STROKES_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collab/ink/point.hpp"

namespace point_batching {

struct drawn_stroke {
  // The first word of the name of its kind of recording: `quickdraw`, `wacom`.
  std::string set;
  // Not empty, all valid.
  std::vector<collab::point> points;
};

struct drawn_strokes {
  // In words.
  std::string source;
  std::vector<drawn_stroke> strokes;
  // One line for each thing that was left out, assumed or not read.
  std::vector<std::string> notes;

  [[nodiscard]] std::size_t points() const;
  // How long the pen was down.
  [[nodiscard]] std::chrono::milliseconds time() const;
  // The sets, each once, in the order in which they come.
  [[nodiscard]] std::vector<std::string> sets() const;
  // Those of one set.
  [[nodiscard]] drawn_strokes only(const std::string& set) const;
};

// What a sample of a stroke without time stamps is taken to need: 125 samples a second.
inline constexpr std::uint32_t assumed_interval = 8;
// A stroke that takes longer by its time stamps was not drawn like that.
inline constexpr std::chrono::minutes time_max{1};

// Reads `paths`, files or folders; none: the recordings beside the repository or in
// COLLAB_DATA_DIR if there are any, else generated strokes. Strokes with an invalid point or
// that take longer than time_max are left out, strokes of several points without any time
// are given one, and `notes` says how many.
[[nodiscard]] drawn_strokes load_drawn_strokes(std::span<const std::string> paths);

// The same of strokes that are there already: what load_drawn_strokes() does once it has read.
void keep_playable(drawn_strokes& all);

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_DRAWN_STROKES_HPP
